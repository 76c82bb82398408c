//! USD-M futures: settings, margin and positions, exact to the last digit.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::*;

/// A decimal of an answer with any number of decimals and a sign, in units of 1e-8.
pub fn exact(value: &Value) -> i128 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no decimal"));
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{decimals:0<8}").parse::<i128>().unwrap()
}

/// The row of a list with this value in a field.
pub fn row<'a>(list: &'a Value, field: &str, value: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|r| r[field] == value).unwrap_or_else(|| panic!("{value} in {list}"))
}

fn usdt(client: &Client) -> Value {
    row(&client.get("/fapi/v3/balance", ""), "asset", "USDT").clone()
}

fn position(client: &Client, symbol: &str, side: &str) -> Value {
    let all = client.get("/fapi/v2/positionRisk", &format!("symbol={symbol}"));
    row(&all, "positionSide", side).clone()
}

#[test]
fn a_fresh_account_adds_up() {
    let client = Client::new();
    let account = client.get("/fapi/v3/account", "");
    let incomes = client.get("/fapi/v1/income", "");
    let sum: i128 = incomes.as_array().unwrap().iter().map(|i| exact(&i["income"])).sum();
    assert_eq!(exact(&account["totalWalletBalance"]), sum);
    let positions = account["positions"].as_array().unwrap();
    assert_eq!(positions.len(), 2, "what is held, and what is ordered: {account}");
    let held = row(&account["positions"], "symbol", "ETHUSDT");
    let risk = position(&client, "ETHUSDT", "BOTH");
    let (amount, mark) = (exact(&risk["positionAmt"]), exact(&risk["markPrice"]));
    assert_eq!(exact(&held["notional"]), product(amount, mark));
    let trades = client.get("/fapi/v1/userTrades", "symbol=ETHUSDT");
    let cost = exact(&trades[0]["quoteQty"]);
    assert_eq!(exact(&held["unrealizedProfit"]), product(amount, mark) - cost);
    assert_eq!(exact(&risk["entryPrice"]), exact(&trades[0]["price"]));
    assert_eq!(exact(&account["totalMarginBalance"]), sum + product(amount, mark) - cost);
    let tied = exact(&account["totalInitialMargin"]);
    let order = client.get("/fapi/v1/openOrders", "")[0].clone();
    let ordered = product(exact(&order["price"]), exact(&order["origQty"]));
    assert_eq!(tied, product(amount, mark) / 20 + ordered / 20, "at a leverage of 20");
    let free = exact(&account["totalMarginBalance"]) - tied;
    assert_eq!(exact(&account["availableBalance"]), free);
    assert_eq!(client.get("/fapi/v2/balance", ""), client.get("/fapi/v3/balance", ""));
}

#[test]
fn prices_follow_spot() {
    let mut client = Client::new();
    for minutes in [0, 1, 90, 3_000] {
        client.wait(minutes);
        for symbol in ["BTCUSDT", "ETHUSDT", "BNBUSDT", "LTCUSDT"] {
            let query = format!("symbol={symbol}");
            let spot = exact(&client.get("/api/v3/ticker/price", &query)["price"]);
            let future = exact(&client.get("/fapi/v1/ticker/price", &query)["price"]);
            let mark = exact(&client.get("/fapi/v1/premiumIndex", &query)["markPrice"]);
            for price in [future, mark] {
                assert!((price - spot).abs() * 500 < spot, "{symbol} after {minutes}: {price} and {spot}");
            }
        }
    }
}

#[test]
fn a_position_is_opened_turned_round_and_closed_to_the_last_digit() {
    let mut client = Client::new();
    let before = exact(&usdt(&client)["balance"]);
    let send = |client: &Client, side: &str, quantity: &str| {
        let query =
            format!("symbol=BTCUSDT&side={side}&type=MARKET&quantity={quantity}&newOrderRespType=RESULT");
        let order = client.done("POST", "/fapi/v1/order", &query);
        assert_eq!(order["status"], "FILLED", "{order}");
    };
    for (side, quantity, held) in [
        ("BUY", "0.05", "0.050"),
        ("SELL", "0.02", "0.030"),
        ("SELL", "0.1", "-0.070"),
        ("BUY", "0.033", "-0.037"),
    ] {
        send(&client, side, quantity);
        assert_eq!(position(&client, "BTCUSDT", "BOTH")["positionAmt"], held, "{side} {quantity}");
        client.wait(7);
    }
    send(&client, "BUY", "0.037");
    assert_eq!(position(&client, "BTCUSDT", "BOTH")["entryPrice"], "0.00000000");
    let trades = client.get("/fapi/v1/userTrades", "symbol=BTCUSDT");
    let trades = trades.as_array().unwrap();
    let (mut cash, mut profit, mut fees) = (0, 0, 0);
    for trade in trades {
        let quote = exact(&trade["quoteQty"]);
        assert_eq!(quote, product(exact(&trade["price"]), exact(&trade["qty"])), "{trade}");
        assert_eq!(exact(&trade["commission"]), quote * 5 / 10_000, "{trade}");
        cash += if trade["side"] == "BUY" { -quote } else { quote };
        profit += exact(&trade["realizedPnl"]);
        fees += exact(&trade["commission"]);
    }
    assert_eq!(profit, cash, "all is closed: what was realized is what came in less what went out");
    assert_eq!(exact(&usdt(&client)["balance"]), before + profit - fees);
}

#[test]
fn an_isolated_position_sets_its_margin_apart() {
    let client = Client::new();
    client.done("POST", "/fapi/v1/marginType", "symbol=LTCUSDT&marginType=ISOLATED");
    client.done("POST", "/fapi/v1/leverage", "symbol=LTCUSDT&leverage=10");
    let before = exact(&usdt(&client)["crossWalletBalance"]);
    client.done("POST", "/fapi/v1/order", "symbol=LTCUSDT&side=SELL&type=MARKET&quantity=2");
    let trades = client.get("/fapi/v1/userTrades", "symbol=LTCUSDT");
    let sum = |field: &str| trades.as_array().unwrap().iter().map(|t| exact(&t[field])).sum::<i128>();
    let held = position(&client, "LTCUSDT", "BOTH");
    assert_eq!((held["marginType"].clone(), held["leverage"].clone()), (json!("isolated"), json!("10")));
    assert_eq!(exact(&held["isolatedWallet"]), sum("quoteQty") / 10);
    let wallet = exact(&held["isolatedWallet"]);
    assert_eq!(exact(&held["isolatedMargin"]), wallet + exact(&held["unRealizedProfit"]));
    assert_eq!(exact(&usdt(&client)["crossWalletBalance"]), before - sum("commission") - wallet);
    client.done("POST", "/fapi/v1/order", "symbol=LTCUSDT&side=BUY&type=MARKET&quantity=2&reduceOnly=true");
    let after = usdt(&client);
    assert_eq!(after["crossWalletBalance"], after["balance"]);
    assert_eq!(exact(&position(&client, "LTCUSDT", "BOTH")["isolatedWallet"]), 0);
}

#[test]
fn in_hedge_mode_both_sides_are_held_at_once() {
    let client = Client::new();
    client.done("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
    client.done(
        "POST",
        "/fapi/v1/order",
        "symbol=ETHUSDT&side=SELL&type=MARKET&quantity=0.5&reduceOnly=true",
    );
    client.done("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=true");
    assert_eq!(client.get("/fapi/v1/positionSide/dual", ""), json!({ "dualSidePosition": true }));
    let order = |side: &str, of: &str, quantity: &str| {
        format!("symbol=ETHUSDT&side={side}&positionSide={of}&type=MARKET&quantity={quantity}")
    };
    client.done("POST", "/fapi/v1/order", &order("BUY", "LONG", "0.3"));
    client.done("POST", "/fapi/v1/order", &order("SELL", "SHORT", "0.2"));
    client.done("POST", "/fapi/v1/order", &order("SELL", "LONG", "0.1"));
    assert_eq!(position(&client, "ETHUSDT", "LONG")["positionAmt"], "0.200");
    assert_eq!(position(&client, "ETHUSDT", "SHORT")["positionAmt"], "-0.200");
    for (query, code) in [
        (order("SELL", "LONG", "0.201"), -2022),
        (order("BUY", "SHORT", "0.3"), -2022),
        (order("BUY", "BOTH", "0.1"), -4061),
        (order("BUY", "LONG", "0.1") + "&reduceOnly=true", -1106),
    ] {
        assert_eq!(client.refused("POST", "/fapi/v1/order", &query).0, code, "{query}");
    }
    let (code, _) = client.refused("POST", "/fapi/v1/positionSide/dual", "dualSidePosition=false");
    assert_eq!(code, -4068);
}

/// Path, query, code and message of what is refused in a fresh account.
const REFUSALS: [(&str, &str, i64, &str); 13] = [
    ("/fapi/v1/leverage", "symbol=BTCUSDT&leverage=0", -4028, "Leverage 0 is not valid"),
    ("/fapi/v1/leverage", "symbol=BTCUSDT&leverage=126", -4028, "Leverage 126 is not valid"),
    ("/fapi/v1/leverage", "symbol=NOPEUSDT&leverage=5", -1121, "Invalid symbol."),
    ("/fapi/v1/marginType", "symbol=BTCUSDT&marginType=CROSSED", -4046, "No need to change margin type."),
    (
        "/fapi/v1/marginType",
        "symbol=BTCUSDT&marginType=ISOLATED",
        -4047,
        "Margin type cannot be changed if there exists open orders.",
    ),
    (
        "/fapi/v1/marginType",
        "symbol=ETHUSDT&marginType=ISOLATED",
        -4048,
        "Margin type cannot be changed if there exists position.",
    ),
    ("/fapi/v1/positionSide/dual", "dualSidePosition=false", -4059, "No need to change position side."),
    (
        "/fapi/v1/positionSide/dual",
        "dualSidePosition=true",
        -4067,
        "Position side cannot be changed if there exists open orders.",
    ),
    (
        "/fapi/v1/multiAssetsMargin",
        "multiAssetsMargin=false",
        -4171,
        "Adjusted asset mode is currently set and does not need to be adjusted repeatedly",
    ),
    ("/fapi/v1/order", "symbol=ETHUSDT&side=BUY&type=MARKET&quantity=70", -2019, "Margin is insufficient."),
    (
        "/fapi/v1/order",
        "symbol=LTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2000&price=110",
        -2019,
        "Margin is insufficient.",
    ),
    (
        "/fapi/v1/order",
        "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1&positionSide=LONG",
        -4061,
        "Order's position side does not match user's setting.",
    ),
    (
        "/fapi/v1/order",
        "symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=1",
        -4120,
        "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
    ),
];

#[test]
fn refusals_have_the_exchanges_code_and_words() {
    let client = Client::new();
    let before = client.get("/fapi/v3/account", "");
    for (path, query, code, message) in REFUSALS {
        let refused = client.refused("POST", path, query);
        assert_eq!(refused, (code, message.to_owned()), "{path}?{query}");
    }
    assert_eq!(client.get("/fapi/v3/account", ""), before, "a refusal changes nothing");
}

#[test]
fn leverage_limits_positions_and_frees_margin() {
    let client = Client::new();
    let tied = |client: &Client| exact(&client.get("/fapi/v3/account", "")["totalInitialMargin"]);
    let before = tied(&client);
    client.done("POST", "/fapi/v1/leverage", "symbol=ETHUSDT&leverage=40");
    client.done("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=40");
    assert!((tied(&client) * 2 - before).abs() <= 2, "half of {before} is {}", tied(&client));
    let answer = client.done("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=125");
    assert_eq!(answer, json!({ "leverage": 125, "maxNotionalValue": "50000", "symbol": "BTCUSDT" }));
    let query = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.6";
    assert_eq!(client.refused("POST", "/fapi/v1/order", query).0, -2027);
    client.done("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=100");
    client.done("POST", "/fapi/v1/order", query);
    assert_eq!(client.refused("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=125").0, -2027);
    assert_eq!(client.refused("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=1").0, -2028);
}

fn order() -> impl Strategy<Value = (&'static str, &'static str, String)> {
    let symbol = prop_oneof![Just("BTCUSDT"), Just("ETHUSDT"), Just("LTCUSDT")];
    let side = prop_oneof![Just("BUY"), Just("SELL")];
    let kind = prop_oneof![
        Just("type=MARKET".to_owned()),
        (-40..40_i64, prop_oneof![Just("GTC"), Just("IOC"), Just("FOK"), Just("GTX")])
            .prop_map(|(away, force)| format!("type=LIMIT&timeInForce={force}&away={away}")),
    ];
    let reduce = prop_oneof![3 => Just(""), 1 => Just("&reduceOnly=true")];
    let modes = prop_oneof![Just("EXPIRE_MAKER"), Just("EXPIRE_TAKER"), Just("EXPIRE_BOTH")];
    (symbol, side, kind, 1..80_i64, reduce, modes).prop_map(|(symbol, side, kind, size, reduce, mode)| {
        let query = format!("side={side}&{kind}&size={size}{reduce}&selfTradePreventionMode={mode}");
        ("POST", symbol, query)
    })
}

/// Makes sizes and distances from the mark price into quantities and prices of the contract.
fn place(client: &Client, symbol: &str, query: &str) {
    let mark = exact(&client.get("/fapi/v1/premiumIndex", &format!("symbol={symbol}"))["markPrice"]);
    let mut sent = format!("symbol={symbol}");
    for (name, value) in query.split('&').filter_map(|p| p.split_once('=')) {
        let number: i128 = value.parse().unwrap_or(0);
        let more = match name {
            // So many hundred USDT, in thousandths of the base asset.
            "size" => format!("quantity={}", cents(number * 100 * 100_000_000 * 1_000 / mark, 1_000)),
            "away" => format!("price={}", cents((mark + mark * number / 1_000) / 10_000_000, 10)),
            _ => format!("{name}={value}"),
        };
        sent = format!("{sent}&{more}");
    }
    client.send("POST", "/fapi/v1/order", &sent);
}

fn cents(units: i128, per_one: i128) -> String {
    let width = per_one.to_string().len() - 1;
    format!("{}.{:0width$}", units / per_one, units % per_one)
}

/// What holds after whatever has happened.
fn check(client: &Client) {
    let account = client.get("/fapi/v3/account", "");
    let incomes = client.get("/fapi/v1/income", "limit=1000");
    let sum: i128 = incomes.as_array().unwrap().iter().map(|i| exact(&i["income"])).sum();
    assert_eq!(exact(&account["totalWalletBalance"]), sum, "the wallet is what was booked");
    let v2 = client.get("/fapi/v2/account", "");
    for field in ["totalInitialMargin", "totalMarginBalance", "availableBalance", "totalMaintMargin"] {
        assert_eq!(account[field], v2[field], "{field}");
    }
    assert!(exact(&account["availableBalance"]) >= 0);
    for symbol in ["BTCUSDT", "ETHUSDT", "LTCUSDT"] {
        let query = format!("symbol={symbol}&limit=1000");
        let trades = client.get("/fapi/v1/userTrades", &query);
        let (mut held, mut cash, mut profit) = (0, 0, 0);
        for trade in trades.as_array().unwrap() {
            let sign = if trade["side"] == "BUY" { 1 } else { -1 };
            held += sign * exact(&trade["qty"]);
            cash -= sign * exact(&trade["quoteQty"]);
            profit += exact(&trade["realizedPnl"]);
        }
        let risk = position(client, symbol, "BOTH");
        assert_eq!(exact(&risk["positionAmt"]), held, "{symbol}: its trades add up to it");
        let worth = exact(&risk["notional"]);
        assert_eq!(profit + exact(&risk["unRealizedProfit"]), cash + worth, "{symbol}: no profit is lost");
        for order in client.get("/fapi/v1/allOrders", &query).as_array().unwrap() {
            let own = trades.as_array().unwrap().iter().filter(|t| t["orderId"] == order["orderId"]);
            let filled: i128 = own.map(|t| exact(&t["qty"])).sum();
            assert_eq!(exact(&order["executedQty"]), filled, "{order}");
            assert!(filled <= exact(&order["origQty"]), "{order}");
        }
        let book = client.get("/fapi/v1/depth", &format!("symbol={symbol}&limit=5"));
        assert!(exact(&book["bids"][0][0]) < exact(&book["asks"][0][0]), "{symbol}: {book}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_appears_or_disappears(steps in prop::collection::vec((order(), 0..3_i64), 1..25)) {
        let mut client = Client::new();
        for ((_, symbol, query), minutes) in steps {
            place(&client, symbol, &query);
            client.wait(minutes);
        }
        check(&client);
    }
}
