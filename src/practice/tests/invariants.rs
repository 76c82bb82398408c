//! What holds whatever is ordered: computed from the answers alone, exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use proptest::prelude::*;
use serde_json::Value;

use super::support::*;

const SYMBOLS: [(&str, &str, &str); 2] = [("ARKBTC", "ARK", "BTC"), ("LTCUSDT", "LTC", "USDT")];

/// One thing that a client does.
#[derive(Clone, Debug)]
enum Action {
    Place { query: String },
    Cancel { symbol: usize, which: usize },
    CancelAll { symbol: usize },
    Wait { minutes: i64 },
}

/// An order near the market: prices in hundredths of the last one, quantities in steps.
fn order() -> impl Strategy<Value = Action> {
    let kind = prop::sample::select(vec![
        "LIMIT&timeInForce=GTC",
        "LIMIT&timeInForce=GTC",
        "LIMIT&timeInForce=IOC",
        "LIMIT&timeInForce=FOK",
        "LIMIT&timeInForce=GTC&pegPriceType=PRIMARY_PEG",
        "LIMIT&timeInForce=GTC&pegPriceType=MARKET_PEG",
        "LIMIT_MAKER",
        "MARKET",
        "STOP_LOSS",
        "STOP_LOSS_LIMIT&timeInForce=GTC",
        "STOP_LOSS_LIMIT&timeInForce=GTC&pegPriceType=MARKET_PEG",
        "TAKE_PROFIT",
        "TAKE_PROFIT_LIMIT&timeInForce=GTC",
        "TAKE_PROFIT_LIMIT&timeInForce=GTC&pegPriceType=PRIMARY_PEG",
    ]);
    let prevention = prop::sample::select(vec![
        "",
        "&selfTradePreventionMode=NONE",
        "&selfTradePreventionMode=EXPIRE_TAKER",
        "&selfTradePreventionMode=EXPIRE_BOTH",
        "&selfTradePreventionMode=DECREMENT",
    ]);
    let sides = prop::sample::select(vec!["BUY", "SELL"]);
    (
        0..2_usize,
        sides,
        kind,
        prop_oneof![95..106_i64, 99..102_i64],
        95..106_i64,
        1..400_i64,
        prevention,
        any::<bool>(),
    )
        .prop_map(|(symbol, side, kind, price, stop, size, prevention, trails)| {
            // The last prices at the start: 500 ticks of 1e-8, 11020 of 0.01.
            let (name, price, stop, quantity) = if symbol == 0 {
                ("ARKBTC", format!("0.{:08}", 5 * price), format!("0.{:08}", 5 * stop), size.to_string())
            } else {
                let dollars = |p: i64| format!("{}.{:02}", p * 1102 / 1000, p * 1102 / 10 % 100);
                let quantity = format!("{}.{:03}", size / 10, size % 10 * 100);
                ("LTCUSDT", dollars(price), dollars(stop), quantity)
            };
            let mut query = format!("symbol={name}&side={side}&type={kind}&quantity={quantity}{prevention}");
            // Of the pegged ones, some have a limit of their own.
            if kind.contains("LIMIT") && !kind.contains("PRIMARY_PEG") {
                query += &format!("&price={price}");
            }
            if kind.contains("STOP") || kind.contains("PROFIT") {
                query += &if trails { "&trailingDelta=50".to_owned() } else { format!("&stopPrice={stop}") };
            }
            Action::Place { query }
        })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => order(),
        2 => (0..2_usize, 0..8_usize).prop_map(|(symbol, which)| Action::Cancel { symbol, which }),
        1 => (0..2_usize).prop_map(|symbol| Action::CancelAll { symbol }),
        2 => (1..90_i64).prop_map(|minutes| Action::Wait { minutes }),
    ]
}

/// Does what needs no waiting; gives status and body of the answer, where anything was asked for.
fn send(client: &Client, action: &Action) -> Option<(u16, Value)> {
    match action {
        Action::Place { query } => Some(client.send("POST", "/api/v3/order", query)),
        Action::Cancel { symbol, which } => {
            let name = SYMBOLS[*symbol].0;
            let open = client.get("/api/v3/openOrders", &format!("symbol={name}"));
            let order = open.as_array().unwrap().get(*which)?;
            let query = format!("symbol={name}&orderId={}", order["orderId"]);
            Some(client.send("DELETE", "/api/v3/order", &query))
        }
        Action::CancelAll { symbol } => {
            let query = format!("symbol={}", SYMBOLS[*symbol].0);
            Some(client.send("DELETE", "/api/v3/openOrders", &query))
        }
        Action::Wait { .. } => None,
    }
}

fn act(client: &mut Client, action: &Action) {
    if let Action::Wait { minutes } = action {
        client.wait(*minutes);
    }
    let Some((status, body)) = send(client, action) else { return };
    let cancels_one = matches!(action, Action::Cancel { .. });
    assert!(status == 200 || status == 400 && !cancels_one, "{action:?}: {body}");
}

/// Does it while others do theirs, who can have taken an order from it; gives the id of an order that it placed.
fn act_among_others(client: &Client, action: &Action) -> Option<i64> {
    let (status, body) = send(client, action)?;
    assert!(status == 200 || status == 400, "{action:?}: {body}");
    body["orderId"].as_i64().filter(|_| matches!(action, Action::Place { .. }))
}

fn balances(client: &Client) -> BTreeMap<String, (i128, i128)> {
    let account = client.get("/api/v3/account", "");
    let row = |b: &Value| (b["asset"].as_str().unwrap().to_owned(), (units(&b["free"]), units(&b["locked"])));
    account["balances"].as_array().unwrap().iter().map(row).collect()
}

/// The trades of the account since the start.
fn trades(client: &Client, name: &str) -> Vec<Value> {
    let query = format!("symbol={name}&startTime={NOW_MS}&limit=1000");
    client.get("/api/v3/myTrades", &query).as_array().unwrap().clone()
}

fn check(client: &Client, before: &BTreeMap<String, (i128, i128)>) {
    let mut total: BTreeMap<&str, i128> = before.iter().map(|(a, (f, l))| (a.as_str(), f + l)).collect();
    let now = balances(client);
    let mut moved = |asset: &'static str, by: i128| *total.entry(asset).or_default() += by;
    for (name, base, quote) in SYMBOLS {
        let trades = trades(client, name);
        assert!(trades.windows(2).all(|w| w[0]["id"].as_i64() <= w[1]["id"].as_i64()), "ids of trades grow");
        for trade in &trades {
            let sign = if trade["isBuyer"] == true { 1 } else { -1 };
            assert_eq!(product(units(&trade["price"]), units(&trade["qty"])), units(&trade["quoteQty"]));
            moved(base, sign * units(&trade["qty"]));
            moved(quote, -sign * units(&trade["quoteQty"]));
            moved(if sign == 1 { base } else { quote }, -units(&trade["commission"]));
        }
        let query = format!("symbol={name}&orderId=43293888&limit=1000");
        let orders = client.get("/api/v3/allOrders", &query).as_array().unwrap().clone();
        assert!(orders.windows(2).all(|w| w[0]["orderId"].as_i64() < w[1]["orderId"].as_i64()));
        for order in &orders {
            let own = trades.iter().filter(|t| t["orderId"] == order["orderId"]);
            let sum = |field: &str| own.clone().map(|t| units(&t[field])).sum::<i128>();
            assert_eq!(units(&order["executedQty"]), sum("qty"), "{order}");
            assert_eq!(units(&order["cummulativeQuoteQty"]), sum("quoteQty"), "{order}");
            let (executed, original) = (units(&order["executedQty"]), units(&order["origQty"]));
            let gone = executed + order.get("preventedQuantity").map_or(0, units);
            assert!(order["status"] != "FILLED" || gone == original, "{order}");
            assert!(order["status"] == "FILLED" || executed != original, "{order}");
            // What is written anew and what was kept of the last time that it was asked for.
            let one = format!("symbol={name}&orderId={}", order["orderId"]);
            assert_eq!(client.get("/api/v3/order", &one), *order);
        }
        let book = client.get("/api/v3/depth", &format!("symbol={name}&limit=5"));
        assert!(units(&book["bids"][0][0]) < units(&book["asks"][0][0]), "crossed: {book}");
    }
    let mut locked: BTreeMap<String, i128> = BTreeMap::new();
    for order in client.get("/api/v3/openOrders", "").as_array().unwrap() {
        let prevented = order.get("preventedQuantity").map_or(0, units);
        let remaining = units(&order["origQty"]) - units(&order["executedQty"]) - prevented;
        assert!(remaining > 0, "{order}");
        let name = order["symbol"].as_str().unwrap();
        let quote = if name.ends_with("USDT") { "USDT" } else { "BTC" };
        let price = holding_price(&client.exchange, order);
        let (asset, held) = match order["side"].as_str().unwrap() {
            "BUY" => (quote, product(remaining, price)),
            _ => (name.strip_suffix(quote).unwrap(), remaining),
        };
        *locked.entry(asset.to_owned()).or_default() += held;
    }
    for (asset, (free, held)) in &now {
        assert!(*free >= 0 && *held >= 0, "{asset}: {free} free, {held} locked");
        assert_eq!(free + held, total.get(asset.as_str()).copied().unwrap_or_default(), "{asset} in all");
        assert_eq!(*held, locked.get(asset).copied().unwrap_or_default(), "{asset} locked");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_appears_or_disappears(actions in prop::collection::vec(action(), 1..40)) {
        let mut client = Client::new();
        let before = balances(&client);
        for action in &actions {
            act(&mut client, action);
            check(&client, &before);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn clients_at_once_lose_nothing_of_each_other(
        clients in prop::collection::vec(prop::collection::vec(action(), 1..12), 2..6),
    ) {
        let client = Client::new();
        let before = balances(&client);
        let act = |actions: &[Action]| -> Vec<i64> {
            actions.iter().filter_map(|action| act_among_others(&client, action)).collect()
        };
        let placed: Vec<Vec<i64>> = thread::scope(|scope| {
            let running: Vec<_> = clients.iter().map(|actions| scope.spawn(|| act(actions))).collect();
            running.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert!(placed.iter().all(|ids| ids.is_sorted_by(|a, b| a < b)), "ids grow: {placed:?}");
        let (all, count) = (placed.concat().into_iter().collect::<BTreeSet<_>>(), placed.concat().len());
        assert_eq!(all.len(), count, "ids are given once: {placed:?}");
        check(&client, &before);
    }
}
