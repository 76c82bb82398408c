//! Book, trades, candles and tickers agree with each other and with the account.

use serde_json::Value;

use super::support::*;
use crate::practice::engine::World;
use crate::practice::spot::Opening;
use crate::practice::spot::candles::{Interval, zone};
use crate::practice::spot::order::Side;

fn each_symbol() -> impl Iterator<Item = (String, String)> {
    let info = get("/api/v3/exchangeInfo", "");
    let names: Vec<String> = info["symbols"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["symbol"].as_str().unwrap().to_owned())
        .collect();
    names.into_iter().map(|name| {
        let query = format!("symbol={}", crate::signing::percent_encode(&name));
        (name, query)
    })
}

#[test]
fn the_last_price_is_the_same_everywhere() {
    for (name, symbol) in each_symbol() {
        let price = get("/api/v3/ticker/price", &symbol)["price"].clone();
        let trades = get("/api/v3/trades", &format!("{symbol}&limit=5"));
        let day = get("/api/v3/ticker/24hr", &symbol);
        assert_eq!(trades[4]["price"], price, "{name}");
        assert_eq!((&day["lastPrice"], &day["lastQty"]), (&price, &trades[4]["qty"]), "{name}");
        assert_eq!(day["lastId"], trades[4]["id"], "{name}");
        for interval in ["1s", "1m", "5m", "1h", "1d", "3d", "1w", "1M"] {
            let query = format!("{symbol}&interval={interval}&limit=1");
            assert_eq!(get("/api/v3/klines", &query)[0][4], price, "{name} {interval}");
        }
        let average = get("/api/v3/avgPrice", &symbol);
        let sum = |f: &str| trades.as_array().unwrap().iter().map(|t| units(&t[f])).sum::<i128>();
        assert_eq!(units(&average["price"]), sum("quoteQty") * 100_000_000 / sum("qty"), "{name}");
        assert_eq!(average["closeTime"], trades[4]["time"], "{name}");
    }
}

#[test]
fn a_trade_of_this_moment_is_in_every_price() {
    let client = Client::new();
    let average = || client.get("/api/v3/avgPrice", "symbol=LTCUSDT")["price"].clone();
    let before = average();
    let (_, order) = client.send("POST", "/api/v3/order", "symbol=LTCUSDT&side=BUY&type=MARKET&quantity=60");
    assert_eq!(order["status"], "FILLED", "{order}");
    let last = client.get("/api/v3/trades", "symbol=LTCUSDT&limit=1")[0].clone();
    for path in ["/api/v3/ticker/24hr", "/api/v3/ticker", "/api/v3/ticker/tradingDay"] {
        let ticker = client.get(path, "symbol=LTCUSDT");
        assert_eq!((&ticker["lastPrice"], &ticker["lastId"]), (&last["price"], &last["id"]), "{path}");
    }
    assert_ne!(average(), before);
}

#[test]
fn the_book_is_in_order_and_its_top_is_in_the_tickers() {
    for (name, symbol) in each_symbol() {
        let book = get("/api/v3/depth", &format!("{symbol}&limit=5000"));
        let prices = |side: &str| -> Vec<i128> {
            book[side].as_array().unwrap().iter().map(|level| units(&level[0])).collect()
        };
        let (bids, asks) = (prices("bids"), prices("asks"));
        assert!(bids.windows(2).all(|w| w[0] > w[1]) && asks.windows(2).all(|w| w[0] < w[1]), "{name}");
        let last = units(&get("/api/v3/ticker/price", &symbol)["price"]);
        assert!(bids[0] < last && last < asks[0] && *bids.last().unwrap() > 0, "{name}");
        let (best, day) = (get("/api/v3/ticker/bookTicker", &symbol), get("/api/v3/ticker/24hr", &symbol));
        for ticker in [best, day] {
            let bid = serde_json::json!([ticker["bidPrice"], ticker["bidQty"]]);
            let ask = serde_json::json!([ticker["askPrice"], ticker["askQty"]]);
            assert_eq!((&bid, &ask), (&book["bids"][0], &book["asks"][0]), "{name}");
        }
    }
}

#[test]
fn the_accounts_working_orders_are_part_of_the_book() {
    for order in get("/api/v3/openOrders", "").as_array().unwrap() {
        let symbol = order["symbol"].as_str().unwrap();
        let book = get("/api/v3/depth", &format!("symbol={symbol}&limit=5000"));
        let side = if order["side"] == "BUY" { "bids" } else { "asks" };
        let level = book[side].as_array().unwrap().iter().find(|l| l[0] == order["price"]);
        let remaining = units(&order["origQty"]) - units(&order["executedQty"]);
        assert_eq!(level.is_some_and(|l| units(&l[1]) >= remaining), order["isWorking"] == true, "{order}");
    }
}

#[test]
fn the_accounts_trades_are_trades_of_the_market_and_near_its_price() {
    let world = World::new(&Opening::practice(), NOW_MS);
    for lane in &world.spot.lanes {
        for own in &lane.own_trades {
            let order = world.spot.order(own.order).unwrap();
            let fill = &order.fills[own.fill];
            let trade = lane.tape.trade(own.id).unwrap();
            assert_eq!(fill.trade, trade, "{own:?}");
            assert_eq!((order.terms.side == Side::Buy) == fill.is_maker, trade.buyer_is_maker, "{own:?}");
            let units = |id: i64| units(&Value::String(lane.tape.trade(id).unwrap().price.to_string()));
            let before = units(own.id - 1);
            assert!((units(own.id) - before).abs() * 33 <= before, "{own:?}: {before} before it");
        }
    }
}

#[test]
fn no_trade_went_past_an_open_order() {
    for order in get("/api/v3/openOrders", "").as_array().unwrap() {
        if order["isWorking"] == false {
            continue;
        }
        let (symbol, placed) = (order["symbol"].as_str().unwrap(), order["time"].as_i64());
        for trade in get("/api/v3/trades", &format!("symbol={symbol}&limit=1000")).as_array().unwrap() {
            let (price, limit) = (units(&trade["price"]), units(&order["price"]));
            let past = if order["side"] == "BUY" { price < limit } else { price > limit };
            assert!(!past || trade["time"].as_i64() < placed, "{order}: {trade}");
        }
    }
}

#[test]
fn small_candles_add_up_to_large_ones() {
    let day = get("/api/v3/klines", "symbol=ARKBTC&interval=1d&limit=1");
    let hours = get("/api/v3/klines", "symbol=ARKBTC&interval=1h&limit=24");
    let hours = hours.as_array().unwrap();
    for column in [5, 7, 9, 10] {
        let sum: i128 = hours.iter().map(|h| units(&h[column])).sum();
        assert_eq!(sum, units(&day[0][column]), "column {column}");
    }
    assert_eq!(hours.iter().map(|h| units(&h[2])).max().unwrap(), units(&day[0][2]));
    assert_eq!(hours.iter().map(|h| units(&h[3])).min().unwrap(), units(&day[0][3]));
    assert_eq!(hours[0][1], day[0][1]);
    let ticker = get("/api/v3/ticker/24hr", "symbol=ARKBTC");
    let fields = ["openPrice", "highPrice", "lowPrice", "lastPrice", "volume"];
    for (i, field) in fields.into_iter().enumerate() {
        assert_eq!(ticker[field], day[0][i + 1], "{field}");
    }
    assert_eq!((&ticker["quoteVolume"], &ticker["count"]), (&day[0][7], &day[0][8]));
    assert_eq!(ticker["count"], 1440);
}

#[test]
fn candles_without_trades_keep_the_price() {
    let seconds = get("/api/v3/klines", "symbol=ARKBTC&interval=1s&limit=60");
    let traded = seconds.as_array().unwrap().iter().filter(|c| c[8] != 0).count();
    assert_eq!(traded, 1);
    assert_eq!(seconds[59][5], "0.00000000");
}

#[test]
fn candles_begin_where_the_calendar_says() {
    let begin = |query: &str| {
        get("/api/v3/klines", &format!("symbol=ARKBTC&limit=1&{query}"))[0][0].as_i64().unwrap()
    };
    assert_eq!(begin("interval=1M"), 1_769_904_000_000, "2026-02-01");
    assert_eq!(begin("interval=1w"), 1_771_804_800_000, "Monday, 2026-02-23");
    assert_eq!(begin("interval=1d"), NOW_MS - 86_400_000);
    assert_eq!(begin("interval=1d&timeZone=-1:00"), NOW_MS - 23 * 3_600_000);
    assert_eq!(begin("interval=1M&startTime=1735689600001"), 1_738_368_000_000, "2025-02-01");
    assert_eq!(begin("interval=1M&endTime=1740787199999"), 1_738_368_000_000, "2025-02-01");
}

#[test]
fn intervals_and_zones_are_read() {
    for (text, good) in
        [("1s", true), ("15m", true), ("1M", true), ("", false), ("m", false), ("1x", false), ("0m", false)]
    {
        assert_eq!(Interval::parse(text).is_some(), good, "{text}");
    }
    let zones =
        [("0", Some(0)), ("8", Some(480)), ("-1:00", Some(-60)), ("+5:30", Some(330)), ("14", Some(840))];
    for (text, minutes) in
        zones.into_iter().chain([("14:01", None), ("-13", None), ("5:60", None), ("x", None), ("", None)])
    {
        assert_eq!(zone(text), minutes.map(|m: i64| m * 60_000), "{text}");
    }
}

#[test]
fn windows_of_a_day_say_the_same_as_its_candle() {
    let candle = get("/api/v3/klines", "symbol=ARKBTC&interval=1d&limit=1");
    let rolling = get("/api/v3/ticker", "symbol=ARKBTC&windowSize=1d");
    // At midnight the day that has just begun is empty; an hour to the west it has 23 hours.
    let day = get("/api/v3/ticker/tradingDay", "symbol=ARKBTC&timeZone=-1");
    let hours = get("/api/v3/klines", "symbol=ARKBTC&interval=1h&limit=23");
    let fields = ["openPrice", "highPrice", "lowPrice", "lastPrice", "volume"];
    for (i, field) in fields.into_iter().enumerate() {
        assert_eq!(rolling[field], candle[0][i + 1], "{field}");
    }
    let volume: i128 = hours.as_array().unwrap().iter().map(|h| units(&h[5])).sum();
    assert_eq!(units(&day["volume"]), volume);
    assert_eq!(day["openPrice"], hours[0][1]);
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&rolling), names(&day));
}

#[test]
fn aggregates_hold_every_trade_once() {
    let trades = get("/api/v3/trades", "symbol=ARKBTC&limit=50");
    let aggregates = get("/api/v3/aggTrades", "symbol=ARKBTC&limit=50");
    assert_eq!(aggregates.as_array().unwrap().len(), 50);
    for (trade, aggregate) in trades.as_array().unwrap().iter().zip(aggregates.as_array().unwrap()) {
        assert_eq!((&trade["id"], &trade["qty"]), (&aggregate["f"], &aggregate["q"]));
    }
    let from = trades[10]["id"].as_i64().unwrap();
    let later = get("/api/v3/aggTrades", &format!("symbol=ARKBTC&fromId={from}&limit=5"));
    let historical = get("/api/v3/historicalTrades", &format!("symbol=ARKBTC&fromId={from}&limit=5"));
    for i in 0..5 {
        assert_eq!(later[i]["a"], trades[10 + i]["id"]);
        assert_eq!(historical[i], trades[10 + i]);
    }
    let time = trades[40]["time"].as_i64().unwrap();
    let span = get("/api/v3/aggTrades", &format!("symbol=ARKBTC&startTime={time}&endTime={time}"));
    assert_eq!((span.as_array().unwrap().len(), &span[0]["f"]), (1, &trades[40]["id"]));
}

#[test]
fn the_reference_price_is_the_mean_of_the_last_closes() {
    let closes = get("/api/v3/klines", "symbol=BTCUSDT&interval=1m&limit=5");
    let sum: i128 = closes.as_array().unwrap().iter().map(|c| units(&c[4])).sum();
    let reference = units(&get("/api/v3/referencePrice", "symbol=BTCUSDT")["referencePrice"]);
    assert_eq!(reference, sum / 5 / 1_000_000 * 1_000_000);
}
