//! Orders at USD-M futures: what is refused, what happens to them, and conditional orders.

use serde_json::{Value, json};

use super::futures::{exact, row};
use super::support::*;

const ORDER: &str = "/fapi/v1/order";
const ALGO: &str = "/fapi/v1/algoOrder";

fn limit(side: &str, price: &str, more: &str) -> String {
    format!("symbol=BTCUSDT&side={side}&type=LIMIT&timeInForce=GTC&quantity=0.01&price={price}{more}")
}

/// What is sent beside symbol and side, and the code: the filters and what goes with what.
const REFUSALS: [(&str, i64); 25] = [
    ("type=LIMIT&timeInForce=GTC&quantity=0&price=95000", -4003),
    ("type=LIMIT&timeInForce=GTC&quantity=0.0001&price=95000", -1111),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=95000.001", -1111),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=0.123456789", -1111),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=95000.05", -4014),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=0", -4001),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=99999999999", -4002),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=0.05", -4013),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=110000", -4016),
    ("type=LIMIT&timeInForce=GTC&quantity=99999999&price=95000", -4005),
    ("type=LIMIT&timeInForce=GTC&quantity=0.001&price=95000", -4164),
    ("type=LIMIT&timeInForce=GTX&quantity=0.01&price=96000", -5022),
    ("type=LIMIT&timeInForce=RPI&quantity=0.01&price=94000", -1115),
    ("type=LIMIT&timeInForce=FOK&quantity=0.01&price=94000", -5021),
    ("type=LIMIT&timeInForce=GTD&quantity=0.01&price=94000&goodTillDate=1772323201000", -5040),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=94000&priceMatch=QUEUE", -1128),
    ("type=MARKET&quantity=0.01&reduceOnly=true", -2022),
    ("type=STOP&timeInForce=GTC&quantity=0.01&price=97000&stopPrice=96500&workingType=MARK_PRICE", -4120),
    ("type=STOP_MARKET&stopPrice=96500&closePosition=true&priceProtect=TRUE", -4120),
    ("type=TRAILING_STOP_MARKET&quantity=0.01&activationPrice=94000&callbackRate=1", -4120),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=94000&stopPrice=94000", -1106),
    ("type=MARKET&quantity=0.01&callbackRate=1", -1106),
    ("type=MARKET&closePosition=true&quantity=0.01", -4136),
    ("type=MARKET&quantity=0.01&positionSide=SHORT", -4061),
    ("type=LIMIT&timeInForce=GTC&quantity=0.01&price=91200&newClientOrderId=practice-um-btc-limit-1", -4116),
];

#[test]
fn orders_are_held_to_the_filters_of_the_contract() {
    let client = Client::new();
    let before = client.get("/fapi/v1/allOrders", "symbol=BTCUSDT");
    for (sent, code) in REFUSALS {
        let query = format!("symbol=BTCUSDT&side=BUY&{sent}");
        let (refused, message) = client.refused("POST", ORDER, &query);
        assert_eq!(refused, code, "{sent}: {message}");
    }
    let sell = limit("SELL", "80000", "");
    assert_eq!(client.refused("POST", ORDER, &sell).0, -4024);
    assert_eq!(client.get("/fapi/v1/allOrders", "symbol=BTCUSDT"), before);
}

#[test]
fn an_order_lives_from_placing_to_cancelling() {
    let client = Client::new();
    let placed = client.done("POST", ORDER, &limit("BUY", "94000.10", "&newClientOrderId=mine"));
    let id = placed["orderId"].as_i64().unwrap();
    let expected = [
        ("status", json!("NEW")),
        ("clientOrderId", json!("mine")),
        ("price", json!("94000.10")),
        ("origQty", json!("0.010")),
        ("executedQty", json!("0.000")),
        ("positionSide", json!("BOTH")),
        ("type", json!("LIMIT")),
        ("updateTime", json!(NOW_MS)),
    ];
    for (name, value) in expected {
        assert_eq!(placed[name], value, "{name}");
    }
    let open = client.get("/fapi/v1/openOrders", "symbol=BTCUSDT");
    assert_eq!(row(&open, "clientOrderId", "mine")["orderId"], id);
    let book = client.get("/fapi/v1/depth", "symbol=BTCUSDT&limit=1000");
    let level = book["bids"].as_array().unwrap().iter().find(|l| l[0] == "94000.10");
    assert!(level.is_some_and(|l| exact(&l[1]) >= exact(&placed["origQty"])), "{book}");
    let named = "symbol=BTCUSDT&origClientOrderId=mine";
    assert_eq!(client.get(ORDER, named), client.get("/fapi/v1/openOrder", named));
    let canceled = client.done("DELETE", ORDER, &format!("symbol=BTCUSDT&orderId={id}"));
    assert_eq!((canceled["status"].clone(), canceled["orderId"].clone()), (json!("CANCELED"), json!(id)));
    assert_eq!(client.refused("DELETE", ORDER, named), (-2011, "Unknown order sent.".to_owned()));
    assert_eq!(client.refused("GET", "/fapi/v1/openOrder", named).0, -2013);
    assert_eq!(client.get(ORDER, named)["status"], "CANCELED");
    assert_eq!(
        client.refused("GET", ORDER, "symbol=ETHUSDT&orderId=1"),
        (-2013, "Order does not exist.".to_owned())
    );
    client.done("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
    assert_eq!(client.get("/fapi/v1/openOrders", ""), json!([]));
}

#[test]
fn the_answer_tells_what_was_asked_for() {
    let client = Client::new();
    let query = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01";
    let acknowledged = client.done("POST", ORDER, query);
    assert_eq!((&acknowledged["status"], &acknowledged["executedQty"]), (&json!("NEW"), &json!("0.000")));
    let result = client.done("POST", ORDER, &format!("{query}&newOrderRespType=RESULT"));
    assert_eq!((&result["status"], &result["executedQty"]), (&json!("FILLED"), &json!("0.010")));
    let (quote, average) = (exact(&result["cumQuote"]), exact(&result["avgPrice"]));
    assert_eq!(average / 100, quote, "one hundredth: {result}");
    let before = client.get("/fapi/v3/account", "");
    let tested = client.done("POST", "/fapi/v1/order/test", query);
    assert_eq!((&tested["status"], &tested["orderId"]), (&json!("NEW"), &json!(0)));
    assert_eq!(client.get("/fapi/v3/account", ""), before, "a test changes nothing");
}

#[test]
fn time_fills_ends_and_triggers() {
    let mut client = Client::new();
    let best = client.get("/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT")["bidPrice"].clone();
    let near = client.done("POST", ORDER, &limit("BUY", best.as_str().unwrap(), ""));
    let till = NOW_MS + 700_000;
    let dated = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=0.01&price=91000";
    let dated = client.done("POST", ORDER, &format!("{dated}&goodTillDate={till}"));
    assert_eq!(dated["goodTillDate"], till);
    let asked = |client: &Client, order: &Value| -> Value {
        client.get(ORDER, &format!("symbol=BTCUSDT&orderId={}", order["orderId"]))
    };
    for _ in 0..12 {
        client.wait(10);
    }
    let (near, dated) = (asked(&client, &near), asked(&client, &dated));
    assert_eq!(near["status"], "FILLED", "the price has waves of more than that: {near}");
    assert_eq!(
        near["avgPrice"].as_str().unwrap().trim_end_matches('0'),
        best.as_str().unwrap().trim_end_matches('0')
    );
    assert_eq!((&dated["status"], &dated["updateTime"]), (&json!("EXPIRED"), &json!(till)));
    let trades = client.get("/fapi/v1/userTrades", &format!("symbol=BTCUSDT&orderId={}", near["orderId"]));
    let quote = exact(&near["cumQuote"]);
    let fees: i128 = trades.as_array().unwrap().iter().map(|t| exact(&t["commission"])).sum();
    assert_eq!(fees, quote * 2 / 10_000, "a maker's");
}

#[test]
fn a_conditional_order_waits_triggers_and_closes_the_position() {
    let mut client = Client::new();
    client.done("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT");
    client.done("POST", ORDER, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.05");
    let query = |kind: &str, trigger: &str| {
        format!(
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type={kind}&triggerPrice={trigger}&closePosition=true"
        )
    };
    assert_eq!(client.refused("POST", ALGO, &query("STOP_MARKET", "95500")).0, -2021);
    assert_eq!(client.refused("POST", ALGO, &query("TAKE_PROFIT_MARKET", "94500")).0, -2021);
    assert_eq!(client.refused("POST", ALGO, &query("STOP", "94500")).0, -4136);
    let last = exact(&client.get("/fapi/v1/ticker/price", "symbol=BTCUSDT")["price"]) / 1_000_000;
    let near = |cents: i128| format!("{}.{:02}", cents / 100, cents % 100 / 10 * 10);
    let stop = client.done("POST", ALGO, &query("STOP_MARKET", &near(last - 5_000)));
    let profit = client.done("POST", ALGO, &query("TAKE_PROFIT_MARKET", &near(last + 5_000)));
    assert_eq!((&stop["algoStatus"], &profit["algoStatus"]), (&json!("NEW"), &json!("NEW")));
    assert_eq!(client.get("/fapi/v1/openAlgoOrders", "").as_array().unwrap().len(), 2);
    for _ in 0..30 {
        client.wait(3);
    }
    let asked = |algo: &Value| client.get(ALGO, &format!("algoId={}", algo["algoId"]));
    let done: Vec<Value> =
        [&stop, &profit].into_iter().map(asked).filter(|a| a["algoStatus"] != "NEW").collect();
    let first =
        done.iter().min_by_key(|a| a["triggerTime"].as_i64()).expect("the price has waves of more than that");
    assert_eq!(first["algoStatus"], "FINISHED", "{first}");
    let id = first["actualOrderId"].as_str().unwrap();
    let order = client.get(ORDER, &format!("symbol=BTCUSDT&orderId={id}"));
    let expected = [
        ("status", json!("FILLED")),
        ("type", json!("MARKET")),
        ("origType", first["orderType"].clone()),
        ("executedQty", json!("0.050")),
        ("closePosition", json!(true)),
        ("stopPrice", first["triggerPrice"].clone()),
    ];
    for (name, value) in expected {
        assert_eq!(order[name], value, "{name}");
    }
    let risk = client.get("/fapi/v2/positionRisk", "symbol=BTCUSDT");
    assert_eq!(risk[0]["positionAmt"], "0.000");
    client.done("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT");
    assert_eq!(client.get("/fapi/v1/openAlgoOrders", ""), json!([]));
    assert_eq!(client.refused("DELETE", ALGO, "algoId=2146761").0, -2011);
    assert_eq!(client.refused("GET", ALGO, "algoId=1").0, -2013);
}

#[test]
fn a_batch_answers_item_by_item() {
    let client = Client::new();
    let items = json!([
        { "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
          "price": "94000", "newClientOrderId": "one" },
        { "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "-1", "price": "94000" },
        { "symbol": "NOPE", "side": "BUY", "type": "MARKET", "quantity": "1" },
        { "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": 0.01, "price": 94000 },
        { "symbol": "ETHUSDT", "side": "SELL", "type": "MARKET", "quantity": 0.1 },
    ]);
    let sent = format!("batchOrders={}", crate::signing::percent_encode(&items.to_string()));
    let answers = client.done("POST", "/fapi/v1/batchOrders", &sent);
    let codes: Vec<i64> =
        answers.as_array().unwrap().iter().map(|a| a["code"].as_i64().unwrap_or(0)).collect();
    assert_eq!(codes, [0, -1100, -1121, -1102, 0], "{answers}");
    let names = crate::signing::percent_encode(r#"["one","none"]"#);
    let sent = format!("symbol=BTCUSDT&origClientOrderIdList={names}");
    let answers = client.done("DELETE", "/fapi/v1/batchOrders", &sent);
    assert_eq!((&answers[0]["status"], &answers[1]["code"]), (&json!("CANCELED"), &json!(-2011)));
    assert_eq!(client.refused("POST", "/fapi/v1/batchOrders", "batchOrders=%5B%5D").0, -4082);
}

/// What an item of a batch has beside what it needs, and its code: that of the same order sent by itself.
const ITEMS: [(&str, &str, i64); 10] = [
    ("newClientOrderId", "bad id <b>", -1100),
    ("newClientOrderId", "0123456789012345678901234567890123456", -1100),
    ("priceMatch", "XX", -1130),
    ("selfTradePreventionMode", "NONE", -1130),
    ("timeInForce", "DAY", -1115),
    ("positionSide", "UP", -1130),
    ("price", "9e4", -1100),
    ("goodTillDate", "", -1105),
    ("bogus", "1", -1104),
    ("type", "STOP", -4120),
];

#[test]
fn an_item_of_a_batch_is_held_to_what_holds_for_an_order() {
    let client = Client::new();
    for (name, value, code) in ITEMS {
        let mut item = json!({ "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
                               "quantity": "0.01", "price": "94000" });
        item[name] = json!(value);
        let sent = format!("batchOrders={}", crate::signing::percent_encode(&json!([item]).to_string()));
        let answers = client.done("POST", "/fapi/v1/batchOrders", &sent);
        let written = |(name, value): (&String, &Value)| {
            format!("{name}={}", crate::signing::percent_encode(value.as_str().unwrap()))
        };
        let query: Vec<String> = item.as_object().unwrap().iter().map(written).collect();
        let (single, message) = client.refused("POST", ORDER, &query.join("&"));
        assert_eq!((answers[0]["code"].as_i64(), single), (Some(code), code), "{name}={value}: {message}");
    }
}

#[test]
fn an_order_that_meets_one_of_its_own_is_judged_by_it() {
    let client = Client::new();
    let best = client.get("/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT");
    let (ask, between) = (exact(&best["askPrice"]), exact(&best["bidPrice"]) + 10_000_000);
    assert!(between < ask, "{best}");
    let at = |units: i128| format!("{}.{:02}", units / 100_000_000, units % 100_000_000 / 1_000_000);
    let own =
        format!("symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTX&quantity=0.01&price={}", at(between));
    client.done("POST", ORDER, &format!("{own}&newClientOrderId=own"));
    // How long it stays, its price, what prevents a trade with itself, and the code; 0 where it is placed.
    let rows = [
        ("GTX", between, "EXPIRE_MAKER", -5022),
        ("GTX", between, "EXPIRE_TAKER", -5022),
        ("FOK", between, "EXPIRE_MAKER", -5021),
        ("FOK", ask, "EXPIRE_TAKER", -5021),
        ("FOK", ask, "EXPIRE_BOTH", -5021),
        ("GTX", between - 10_000_000, "EXPIRE_MAKER", 0),
        ("FOK", ask, "EXPIRE_MAKER", 0),
    ];
    let status = |id: &str| {
        let order = client.get(ORDER, &format!("symbol=BTCUSDT&origClientOrderId={id}"));
        order["status"].as_str().unwrap().to_owned()
    };
    for (number, (stays, price, prevention, code)) in rows.into_iter().enumerate() {
        let name = format!("{stays} at {} {prevention}", at(price));
        assert_eq!(status("own"), "NEW", "{name}");
        let query = format!(
            "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce={stays}&quantity=0.01&price={}\
             &selfTradePreventionMode={prevention}&newClientOrderId=row-{number}",
            at(price)
        );
        let (_, answer) = client.send("POST", ORDER, &query);
        assert_eq!(answer["code"].as_i64().unwrap_or(0), code, "{name}: {answer}");
    }
    assert_eq!(
        (status("own"), status("row-5"), status("row-6")),
        ("EXPIRED_IN_MATCH".to_owned(), "NEW".to_owned(), "FILLED".to_owned())
    );
}

#[test]
fn the_limit_of_a_stop_is_held_to_its_trigger() {
    let client = Client::new();
    // Side, type, trigger, limit and code: the price is about 95000.
    let rows = [
        ("SELL", "STOP", "80000", "76000", 0),
        ("SELL", "STOP", "80000", "75999.90", -4184),
        ("BUY", "STOP", "120000", "126000", 0),
        ("BUY", "STOP", "120000", "126000.10", -4183),
        ("BUY", "TAKE_PROFIT", "80000", "84000.10", -4183),
        ("SELL", "TAKE_PROFIT", "120000", "113999.90", -4184),
        ("SELL", "TAKE_PROFIT", "120000", "114000", 0),
    ];
    for (side, kind, trigger, price, code) in rows {
        let query =
            format!("symbol=BTCUSDT&side={side}&type={kind}&timeInForce=GTC&quantity=0.01&price={price}");
        let name = format!("{side} {kind} {trigger} {price}");
        let placed = format!("{query}&algoType=CONDITIONAL&triggerPrice={trigger}");
        for (path, query) in [(ALGO, placed), ("/fapi/v1/order/test", format!("{query}&stopPrice={trigger}"))]
        {
            let (_, answer) = client.send("POST", path, &query);
            assert_eq!(answer["code"].as_i64().unwrap_or(0), code, "{path} {name}: {answer}");
        }
    }
}
