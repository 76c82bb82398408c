//! Answers of the groups that are not played. That every endpoint has one is tested from outside.

use serde_json::{Value, json};

use super::support::*;
use crate::practice::examples::Shape;

#[test]
fn a_shape_keeps_the_order_of_its_members() {
    let shape = Shape::parse(Some(r#"{"b":["integer"],"a":{"c":"0"}}"#));
    let value = |word: &str| Shape::Value(word.to_owned());
    let inner = Shape::Object(vec![("c".to_owned(), value("0"))]);
    let members = vec![("b".to_owned(), Shape::List(vec![value("integer")])), ("a".to_owned(), inner)];
    assert_eq!(shape, Shape::Object(members));
    assert_eq!(Shape::parse(None), Shape::Object(Vec::new()));
}

#[test]
fn what_was_sent_comes_back_and_the_rest_is_plausible() {
    let sent = "symbol=BTCUSD_PERP&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=1.50&newClientOrderId=mine";
    let mut request = signed("/dapi/v1/order", sent);
    request.method = "POST".to_owned();
    let answered = answer(&request);
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert!(answered.headers.contains(&("X-Bnq-Example", "true".to_owned())));
    let order: Value = serde_json::from_str(&answered.body).unwrap();
    let cases = [
        ("symbol", json!("BTCUSD_PERP")),
        ("side", json!("SELL")),
        ("price", json!("1.50")),
        ("origQty", json!("0.5")),
        ("clientOrderId", json!("mine")),
        ("status", json!("NEW")),
        ("orderId", json!(1001)),
        ("executedQty", json!("1.00000000")),
        ("reduceOnly", json!(false)),
        ("updateTime", json!(NOW_MS)),
    ];
    for (name, value) in cases {
        assert_eq!(order[name], value, "{name}");
    }
    assert_eq!(answer(&request).body, answered.body);
}

#[test]
fn a_symbol_of_an_example_can_be_read_by_a_client() {
    let info = get("/dapi/v1/exchangeInfo", "");
    let symbol = &info["symbols"][0];
    let expected = [
        ("symbol", json!("BTCUSD_PERP")),
        ("pair", json!("BTCUSD")),
        ("contractType", json!("PERPETUAL")),
        ("contractStatus", json!("TRADING")),
        ("deliveryDate", json!(4_133_404_800_000_i64)),
        ("contractSize", json!(100)),
        ("baseAsset", json!("BTC")),
        ("quoteAsset", json!("USD")),
        ("marginAsset", json!("BTC")),
        ("orderTypes", json!(["LIMIT"])),
    ];
    for (name, value) in expected {
        assert_eq!(symbol[name], value, "{name}");
    }
    let filters: Vec<(&str, usize)> = symbol["filters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["filterType"].as_str().unwrap(), f.as_object().unwrap().len()))
        .collect();
    let expected = [
        ("PRICE_FILTER", 4),
        ("LOT_SIZE", 4),
        ("MARKET_LOT_SIZE", 4),
        ("MAX_NUM_ORDERS", 2),
        ("MAX_NUM_ALGO_ORDERS", 2),
        ("PERCENT_PRICE", 4),
    ];
    assert_eq!(filters, expected);
}

#[test]
fn foreign_values_come_back_as_json_text_or_not_at_all() {
    let nasty = "%22%2C%22x%22%3A1%00%5C%0a%3Cb%3E";
    let path = "/sapi/v1/margin/interestHistory";
    let value = json(&signed(path, &format!("asset={nasty}&isolatedSymbol={nasty}")));
    assert!(value.to_string().contains(r#"\",\"x\":1\u0000\\\n<b>"#), "{path}: {value}");
    // Digits that would be no JSON number.
    let value = get("/sapi/v1/convert/tradeFlow", "startTime=1&endTime=2&limit=007");
    assert_eq!(value["limit"], 100);
}

#[test]
fn clocks_tell_the_time_that_requests_are_judged_by() {
    for path in ["/dapi/v1/time", "/eapi/v1/time"] {
        assert_eq!(get(path, ""), json!({ "serverTime": NOW_MS }), "{path}");
    }
}

#[test]
fn spot_is_never_an_example() {
    let mut order = signed("/api/v3/order", "symbol=ARKBTC&side=BUY&type=MARKET&quantity=100");
    order.method = "POST".to_owned();
    for (request, status) in [
        (order, 200),
        (plain("/api/v3/ping", ""), 200),
        (plain("/api/v3/uiKlines", "symbol=ARKBTC&interval=1m&limit=2"), 200),
        (plain("/api/v3/uiKlines", "symbol=ARKBTC&interval=1m&limit=0"), 400),
    ] {
        let answered = answer(&request);
        assert_eq!(answered.status, status, "{request:?}: {}", answered.body);
        assert!(answered.headers.iter().all(|(name, _)| *name != "X-Bnq-Example"), "{request:?}");
    }
}

#[test]
fn the_log_says_that_an_answer_is_an_example() {
    let running = running();
    running.exchange(&request("/dapi/v1/ping", "Connection: close\r\n"));
    let entry = running.last();
    assert!(entry.to_text().ends_with(" ms: example answer; nothing was changed"), "{}", entry.to_text());
    let json: Value = serde_json::from_str(&entry.to_json()).unwrap();
    assert_eq!(
        (&json["note"], &json["cause"]),
        (&json!("example answer; nothing was changed"), &Value::Null)
    );
    running.exchange(&request("/api/v3/ping", "Connection: close\r\n"));
    assert!(running.last().to_text().ends_with(" ms"), "{}", running.last().to_text());
}

#[test]
fn an_unknown_path_of_sapi_has_a_document_of_its_own() {
    let answered = answer(&plain("/sapi/v1/%22nope\"", ""));
    assert_eq!(answered.status, 404);
    let expected = r#"{"timestamp":"2026-03-01T00:00:00.000+0000","status":404,"error":"Not Found","message":"No message available","path":"/sapi/v1/%22nope\""}"#;
    assert_eq!(answered.body, expected);
    assert_eq!(answer(&plain("/fapi/v1/nope", "")).body, "");
}
