//! Every time in an answer comes in the unit that was asked for.

use serde_json::Value;

use super::support::{LOOPBACK, NOW_MS, exchange, json, plain, signed};
use crate::diagnose::ReceivedRequest;

/// Requests to what is played.
fn requests() -> Vec<ReceivedRequest> {
    let public = [
        ("/api/v3/time", ""),
        ("/api/v3/exchangeInfo", "symbol=ARKBTC"),
        ("/api/v3/depth", "symbol=ARKBTC"),
        ("/api/v3/trades", "symbol=ARKBTC"),
        ("/api/v3/klines", "symbol=ARKBTC&interval=1h&limit=3"),
        ("/api/v3/avgPrice", "symbol=ARKBTC"),
        ("/api/v3/ticker/24hr", "symbol=ARKBTC"),
        ("/api/v3/ticker/price", "symbol=ARKBTC"),
        ("/api/v3/ticker/bookTicker", "symbol=ARKBTC"),
        ("/api/v3/ping", ""),
    ];
    let own = [
        ("/api/v3/account", ""),
        ("/api/v3/openOrders", ""),
        ("/api/v3/allOrders", "symbol=ARKBTC"),
        ("/api/v3/myTrades", "symbol=ARKBTC"),
    ];
    let public = public.into_iter().map(|(path, query)| plain(path, query));
    public.chain(own.into_iter().map(|(path, query)| signed(path, query))).collect()
}

/// The whole numbers of an answer that are times in milliseconds, each with its number in the other answer.
fn times(ms: &Value, us: &Value, found: &mut Vec<(i64, i64)>) {
    match (ms, us) {
        (Value::Number(a), Value::Number(b)) => {
            let plausible = 1_400_000_000_000..=4_200_000_000_000;
            found.extend(a.as_i64().filter(|a| plausible.contains(a)).zip(b.as_i64()));
        }
        (Value::Array(a), Value::Array(b)) => a.iter().zip(b).for_each(|(a, b)| times(a, b, found)),
        (Value::Object(a), Value::Object(b)) => {
            a.iter().zip(b).for_each(|((_, a), (_, b))| times(a, b, found));
        }
        _ => {}
    }
}

#[test]
fn every_time_of_a_played_answer_is_in_the_unit_asked_for() {
    let mut with_times = 0;
    for mut request in requests() {
        let ms = json(&request);
        request.headers.push(("X-MBX-TIME-UNIT".to_owned(), b"MICROSECOND".to_vec()));
        let us = json(&request);
        let mut found = Vec::new();
        times(&ms, &us, &mut found);
        for (ms, us) in &found {
            assert_eq!(us.div_euclid(1000), *ms, "{}: {us}", request.path);
        }
        with_times += usize::from(!found.is_empty());
    }
    assert_eq!(with_times, 10, "answers with times");
}

#[test]
fn an_order_that_is_asked_for_again_has_the_unit_asked_for() {
    let exchange = exchange();
    let ask = |path: &str, query: &str, unit: &str| {
        let mut request = signed(path, query);
        request.headers.push(("X-MBX-TIME-UNIT".to_owned(), unit.as_bytes().to_vec()));
        exchange.answer(&request, LOOPBACK, NOW_MS * 1000).body
    };
    let open = ask("/api/v3/openOrders", "symbol=ARKBTC", "MILLISECOND");
    let id = serde_json::from_str::<Value>(&open).unwrap()[0]["orderId"].to_string();
    for (path, query) in
        [("/api/v3/openOrders", "symbol=ARKBTC"), ("/api/v3/order", &format!("symbol=ARKBTC&orderId={id}"))]
    {
        let [before, between, after] =
            ["MILLISECOND", "MICROSECOND", "MILLISECOND"].map(|unit| ask(path, query, unit));
        assert_eq!(before, after, "{path}");
        let mut found = Vec::new();
        let [ms, us] = [&before, &between].map(|text| serde_json::from_str(text).unwrap());
        times(&ms, &us, &mut found);
        assert!(
            !found.is_empty() && found.iter().all(|(ms, us)| us.div_euclid(1000) == *ms),
            "{path}: {found:?}"
        );
    }
}
