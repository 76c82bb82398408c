//! Balances, orders and trades of the account agree: computed from the answers alone, exactly.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::*;
use crate::practice::spot::past::{DEPOSITS, symbols};

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

fn of_all(path: &str) -> Vec<Value> {
    let per_symbol =
        |name: &str| list(&get(path, &format!("symbol={}", crate::signing::percent_encode(name))));
    symbols().flat_map(|s| per_symbol(&s.name)).collect()
}

/// Base and quote of a symbol.
fn assets(symbol: &Value) -> (String, String) {
    let symbol = symbols().find(|s| *symbol == *s.name).unwrap();
    (symbol.base.to_string(), symbol.quote.to_string())
}

#[test]
fn free_and_locked_follow_from_deposits_trades_and_open_orders() {
    let mut total: BTreeMap<String, i128> = BTreeMap::new();
    let mut locked: BTreeMap<String, i128> = BTreeMap::new();
    for (asset, amount) in DEPOSITS {
        total.insert(asset.to_owned(), units(&Value::String(amount.to_string())));
    }
    for trade in of_all("/api/v3/myTrades") {
        let (base, quote) = assets(&trade["symbol"]);
        let sign = if trade["isBuyer"] == true { 1 } else { -1 };
        *total.entry(base.clone()).or_default() += sign * units(&trade["qty"]);
        *total.entry(quote.clone()).or_default() -= sign * units(&trade["quoteQty"]);
        let paid_in = trade["commissionAsset"].as_str().unwrap();
        assert_eq!(paid_in, if sign == 1 { base } else { quote });
        *total.entry(paid_in.to_owned()).or_default() -= units(&trade["commission"]);
    }
    for order in list(&get("/api/v3/openOrders", "")) {
        let (base, quote) = assets(&order["symbol"]);
        let remaining = units(&order["origQty"]) - units(&order["executedQty"]);
        assert!(remaining > 0);
        let (asset, held) = match order["side"].as_str().unwrap() {
            "BUY" => (quote, product(remaining, units(&order["price"]))),
            _ => (base, remaining),
        };
        *locked.entry(asset).or_default() += held;
    }
    let account = get("/api/v3/account", "");
    let balances = list(&account["balances"]);
    assert_eq!(balances.len(), total.len());
    for balance in balances {
        let asset = balance["asset"].as_str().unwrap();
        let (free, held) = (units(&balance["free"]), units(&balance["locked"]));
        assert!(free >= 0 && held >= 0, "{balance}");
        assert_eq!(held, locked.get(asset).copied().unwrap_or_default(), "{asset} locked");
        assert_eq!(free + held, total[asset], "{asset} in all");
    }
}

#[test]
fn the_trades_of_an_order_sum_to_what_it_executed() {
    let trades = of_all("/api/v3/myTrades");
    let orders = of_all("/api/v3/allOrders");
    assert!(orders.len() >= 15);
    for order in &orders {
        let own: Vec<&Value> = trades.iter().filter(|t| t["orderId"] == order["orderId"]).collect();
        let sum = |field: &str| own.iter().map(|t| units(&t[field])).sum::<i128>();
        assert_eq!(units(&order["executedQty"]), sum("qty"), "{order}");
        assert_eq!(units(&order["cummulativeQuoteQty"]), sum("quoteQty"), "{order}");
        let whole = order["executedQty"] == order["origQty"];
        let status = order["status"].as_str().unwrap();
        assert_eq!(whole, status == "FILLED", "{order}");
        assert!(order["time"].as_i64() <= order["updateTime"].as_i64(), "{order}");
        for trade in own {
            assert_eq!(trade["symbol"], order["symbol"]);
            assert_eq!(
                product(units(&trade["price"]), units(&trade["qty"])),
                units(&trade["quoteQty"]),
                "{trade}"
            );
            assert!(
                (order["time"].as_i64()..=order["updateTime"].as_i64()).contains(&trade["time"].as_i64())
            );
            if order["type"] == "LIMIT" {
                assert_eq!(trade["price"], order["price"], "{trade}");
            }
        }
    }
    let known = |t: &Value| orders.iter().any(|o| o["orderId"] == t["orderId"]);
    assert!(trades.iter().all(known));
}

#[test]
fn open_orders_are_the_open_ones_of_all_and_alike_everywhere() {
    let open = list(&get("/api/v3/openOrders", ""));
    let all = of_all("/api/v3/allOrders");
    let unfinished = all.iter().filter(|o| o["status"] == "NEW" || o["status"] == "PARTIALLY_FILLED");
    assert_eq!(unfinished.count(), open.len());
    for order in &open {
        assert!(all.contains(order), "{order}");
        let (symbol, id) = (order["symbol"].as_str().unwrap(), &order["orderId"]);
        assert_eq!(get("/api/v3/order", &format!("symbol={symbol}&orderId={id}")), *order);
    }
}

#[test]
fn no_balance_was_ever_overdrawn() {
    let mut balances: BTreeMap<String, i128> = DEPOSITS
        .iter()
        .map(|(asset, amount)| ((*asset).to_owned(), units(&Value::String(amount.to_string()))))
        .collect();
    let mut trades = of_all("/api/v3/myTrades");
    trades.sort_by_key(|t| t["time"].as_i64());
    for trade in trades {
        let (base, quote) = assets(&trade["symbol"]);
        let (gain, loss) = if trade["isBuyer"] == true {
            ((base, "qty"), (quote, "quoteQty"))
        } else {
            ((quote, "quoteQty"), (base, "qty"))
        };
        *balances.get_mut(&loss.0).unwrap() -= units(&trade[loss.1]);
        *balances.get_mut(&gain.0).unwrap() += units(&trade[gain.1]) - units(&trade["commission"]);
        assert!(balances[&loss.0] >= 0, "{trade}");
    }
}
