//! Orders that are replaced or made smaller.

use serde_json::{Value, json};

use super::support::*;

const REPLACE: &str = "POST order/cancelReplace";
const AMEND: &str = "PUT order/amend/keepPriority";
const NEW: &str =
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=0.00112&newClientOrderId=new";
const TAKES: &str = "symbol=LTCBTC&side=BUY&type=LIMIT_MAKER&quantity=2&price=0.0012&newClientOrderId=new";

fn with_order(query: &str) -> Session {
    let session = Session::new();
    session.ok("POST order", query);
    session
}

fn resting() -> Session {
    with_order(
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.00111&newClientOrderId=old",
    )
}

struct Replaced {
    name: &'static str,
    mode: &'static str,
    old: &'static str,
    new: &'static str,
    status: u16,
    code: Option<i64>,
    results: (&'static str, &'static str),
    /// Whether the old order and the new one are open then.
    open: (bool, bool),
}

const REPLACED: [Replaced; 9] = [
    Replaced {
        name: "both done",
        mode: "STOP_ON_FAILURE",
        old: "cancelOrigClientOrderId=old",
        new: NEW,
        status: 200,
        code: None,
        results: ("SUCCESS", "SUCCESS"),
        open: (false, true),
    },
    Replaced {
        name: "no such order, stopping",
        mode: "STOP_ON_FAILURE",
        old: "cancelOrigClientOrderId=none",
        new: NEW,
        status: 400,
        code: Some(-2022),
        results: ("FAILURE", "NOT_ATTEMPTED"),
        open: (true, false),
    },
    Replaced {
        name: "new order refused, stopping",
        mode: "STOP_ON_FAILURE",
        old: "cancelOrigClientOrderId=old",
        new: TAKES,
        status: 409,
        code: Some(-2021),
        results: ("SUCCESS", "FAILURE"),
        open: (false, false),
    },
    Replaced {
        name: "both refused, stopping",
        mode: "STOP_ON_FAILURE",
        old: "cancelOrderId=1",
        new: TAKES,
        status: 400,
        code: Some(-2022),
        results: ("FAILURE", "NOT_ATTEMPTED"),
        open: (true, false),
    },
    Replaced {
        name: "both done, going on",
        mode: "ALLOW_FAILURE",
        old: "cancelOrigClientOrderId=old",
        new: NEW,
        status: 200,
        code: None,
        results: ("SUCCESS", "SUCCESS"),
        open: (false, true),
    },
    Replaced {
        name: "no such order, going on",
        mode: "ALLOW_FAILURE",
        old: "cancelOrigClientOrderId=none",
        new: NEW,
        status: 409,
        code: Some(-2021),
        results: ("FAILURE", "SUCCESS"),
        open: (true, true),
    },
    Replaced {
        name: "new order refused, going on",
        mode: "ALLOW_FAILURE",
        old: "cancelOrigClientOrderId=old",
        new: TAKES,
        status: 409,
        code: Some(-2021),
        results: ("SUCCESS", "FAILURE"),
        open: (false, false),
    },
    Replaced {
        name: "both refused, going on",
        mode: "ALLOW_FAILURE",
        old: "cancelOrigClientOrderId=none",
        new: TAKES,
        status: 400,
        code: Some(-2022),
        results: ("FAILURE", "FAILURE"),
        open: (true, false),
    },
    Replaced {
        name: "restricted to what was filled in part",
        mode: "STOP_ON_FAILURE",
        old: "cancelOrigClientOrderId=old&cancelRestrictions=ONLY_PARTIALLY_FILLED",
        new: NEW,
        status: 400,
        code: Some(-2022),
        results: ("FAILURE", "NOT_ATTEMPTED"),
        open: (true, false),
    },
];

#[test]
fn an_order_is_replaced_in_every_mode_with_every_outcome() {
    for case in &REPLACED {
        let session = resting();
        let rate = "orderRateLimitExceededMode=CANCEL_ONLY&cancelNewClientOrderId=gone";
        let query = format!("{}&cancelReplaceMode={}&{}&{rate}", case.new, case.mode, case.old);
        let outcome = session.send(REPLACE, &query);
        let name = case.name;
        assert_eq!((outcome.status, outcome.body["code"].as_i64()), (case.status, case.code), "{name}");
        let data = if case.code.is_some() { &outcome.body["data"] } else { &outcome.body };
        assert_eq!(
            (&data["cancelResult"], &data["newOrderResult"]),
            (&case.results.0.into(), &case.results.1.into()),
            "{name}"
        );
        let (cancel, new) = (&data["cancelResponse"], &data["newOrderResponse"]);
        match case.results.0 {
            "SUCCESS" => {
                let told = (&cancel["origClientOrderId"], &cancel["clientOrderId"], &cancel["status"]);
                assert_eq!(told, (&"old".into(), &"gone".into(), &"CANCELED".into()), "{name}");
            }
            _ if case.old.contains("Restrictions") => {
                assert_eq!(
                    *cancel,
                    json!({"code": -2011, "msg": "Order was not canceled due to cancel restrictions."})
                );
            }
            _ => assert_eq!(*cancel, json!({"code": -2011, "msg": "Unknown order sent."}), "{name}"),
        }
        match case.results.1 {
            "SUCCESS" => {
                assert_eq!((&new["clientOrderId"], &new["status"]), (&"new".into(), &"NEW".into()), "{name}");
            }
            "FAILURE" => {
                assert_eq!(
                    *new,
                    json!({"code": -2010, "msg": "Order would immediately match and take."}),
                    "{name}"
                );
            }
            _ => assert_eq!(*new, Value::Null, "{name}"),
        }
        let open = session.ok("GET openOrders", "symbol=LTCBTC");
        let is_open = |id: &str| open.as_array().unwrap().iter().any(|o| o["clientOrderId"] == id);
        assert_eq!((is_open("old"), is_open("new")), case.open, "{name}");
        audit(&session, name);
    }
}

#[test]
fn what_is_wrong_with_a_new_order_is_seen_before_the_old_one_is_cancelled() {
    let session = resting();
    let query = format!(
        "{}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=old",
        NEW.replace("0.00112", "0.0011234")
    );
    assert_eq!(session.refused(REPLACE, &query), (-1013, "Filter failure: PRICE_FILTER".to_owned()));
    assert_eq!(session.status("LTCBTC", "old"), "NEW");
    // The money of the old order pays for the new one, and its id is free again.
    let free = session.balance("BTC").0;
    assert!(free < 76_000_000 && free > 40_000_000, "{free}");
    let large =
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&price=0.001&quantity=550&newClientOrderId=large";
    session.ok("POST order", large);
    let again = format!(
        "{}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=large",
        large.replace("550", "540")
    );
    session.ok(REPLACE, &again);
    audit(&session, "money of the old order");
}

#[test]
fn the_answer_has_the_documented_order() {
    let session = resting();
    let text = session
        .send(REPLACE, &format!("{NEW}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=none"))
        .text;
    assert_eq!(
        text,
        r#"{"code":-2022,"msg":"Order cancel-replace failed.","data":{"cancelResult":"FAILURE","newOrderResult":"NOT_ATTEMPTED","cancelResponse":{"code":-2011,"msg":"Unknown order sent."},"newOrderResponse":null}}"#
    );
}

#[test]
fn an_amended_order_is_smaller_and_keeps_its_place() {
    let at_top = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.00116";
    let session = with_order(&format!("{at_top}&newClientOrderId=old"));
    let before = session.ok("GET order", "symbol=LTCBTC&origClientOrderId=old");
    session.ok("POST order", &format!("{at_top}&newClientOrderId=later"));
    let amended = session.ok(AMEND, "symbol=LTCBTC&origClientOrderId=old&newQty=3&newClientOrderId=smaller");
    let order = &amended["amendedOrder"];
    assert_eq!(
        (&order["qty"], &order["origClientOrderId"], &order["clientOrderId"]),
        (&"3.00000000".into(), &"old".into(), &"smaller".into())
    );
    assert_eq!(order["workingTime"], before["workingTime"]);
    assert!(amended.get("listStatus").is_none());
    // Both are at one price; the older one trades first, though it was changed later.
    session.ok("POST order", "symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=IOC&quantity=1&price=0.00116&selfTradePreventionMode=NONE");
    assert_eq!(
        (session.status("LTCBTC", "smaller").as_str(), session.status("LTCBTC", "later").as_str()),
        ("PARTIALLY_FILLED", "NEW")
    );
    let refused = session.refused(AMEND, "symbol=LTCBTC&origClientOrderId=smaller&newQty=1");
    assert_eq!(refused, (-1013, "Invalid quantity.".to_owned()), "nothing would be left of it");
    // Without an id it gets one.
    let again = session.ok(AMEND, "symbol=LTCBTC&origClientOrderId=smaller&newQty=2");
    let name = again["amendedOrder"]["clientOrderId"].as_str().unwrap().to_owned();
    assert_eq!(name.len(), 22);
    assert_eq!(session.status("LTCBTC", &name), "PARTIALLY_FILLED");
    let id = before["orderId"].as_i64().unwrap();
    let all = session.ok("GET order/amendments", &format!("symbol=LTCBTC&orderId={id}"));
    let ids: Vec<i64> = all.as_array().unwrap().iter().map(|a| a["executionId"].as_i64().unwrap()).collect();
    assert_eq!(ids, [amended["executionId"].as_i64().unwrap(), again["executionId"].as_i64().unwrap()]);
    assert_eq!(
        (&all[0]["origQty"], &all[0]["newQty"], &all[1]["origQty"]),
        (&"4.00000000".into(), &"3.00000000".into(), &"3.00000000".into())
    );
    let from =
        session.ok("GET order/amendments", &format!("symbol=LTCBTC&orderId={id}&fromExecutionId={}", ids[1]));
    assert_eq!(from.as_array().unwrap().len(), 1);
    let one = session.ok("GET order/amendments", &format!("symbol=LTCBTC&orderId={id}&limit=1"));
    assert_eq!(one[0], all[0]);
    assert_eq!(session.ok("GET order/amendments", "symbol=BTCUSDT&orderId=1"), json!([]));
    audit(&session, "amended");
}

const NOT_AMENDED: &[(&str, &str, i64, &str)] = &[
    ("larger", "origClientOrderId=old&newQty=5", -2038, "Order amend (quantity increase) is not supported."),
    (
        "the same",
        "origClientOrderId=old&newQty=4",
        -2038,
        "The requested action would change no state; rejecting",
    ),
    ("unknown", "origClientOrderId=none&newQty=3", -2038, "Unknown order sent."),
    ("off the step", "origClientOrderId=old&newQty=3.001", -1013, "Filter failure: LOT_SIZE"),
    ("too small a value", "origClientOrderId=old&newQty=0.01", -1013, "Filter failure: NOTIONAL"),
    (
        "id of another",
        "origClientOrderId=old&newQty=3&newClientOrderId=other",
        -2038,
        "Duplicate order sent.",
    ),
    ("zero", "origClientOrderId=old&newQty=0", -1013, "Invalid quantity."),
];

#[test]
fn an_amendment_is_refused_in_the_exchanges_words() {
    let session = resting();
    session.ok(
        "POST order",
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.0011&newClientOrderId=other",
    );
    for (name, query, code, message) in NOT_AMENDED {
        let refused = session.refused(AMEND, &format!("symbol=LTCBTC&{query}"));
        assert_eq!(refused, (*code, (*message).to_owned()), "{name}");
    }
    for amend in 0..10 {
        session.ok(
            AMEND,
            &format!("symbol=LTCBTC&origClientOrderId=old&newClientOrderId=old&newQty=3.{}", 90 - amend),
        );
    }
    let refused = session.refused(AMEND, "symbol=LTCBTC&origClientOrderId=old&newQty=3");
    assert_eq!(refused, (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS".to_owned()));
    audit(&session, "refused");
}

#[test]
fn orders_of_a_list_are_amended_together_where_only_one_can_trade() {
    let session = Session::new();
    let oco = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&aboveClientOrderId=above&\
        belowType=STOP_LOSS&belowStopPrice=0.0011&belowClientOrderId=below&listClientOrderId=list";
    session.ok("POST orderList/oco", oco);
    let amended =
        session.ok(AMEND, "symbol=LTCBTC&origClientOrderId=above&newQty=3&newClientOrderId=smaller");
    let list = &amended["listStatus"];
    assert_eq!((&list["contingencyType"], &list["listOrderStatus"]), (&"OCO".into(), &"EXECUTING".into()));
    assert!(list["orders"].as_array().unwrap().iter().any(|o| o["clientOrderId"] == "smaller"));
    let below = session.ok("GET order", "symbol=LTCBTC&origClientOrderId=below");
    assert_eq!(below["origQty"], "3.00000000");
    audit(&session, "OCO amended");
    let oto = "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingPrice=0.00115&workingQuantity=5&\
        workingClientOrderId=work&pendingType=LIMIT_MAKER&pendingSide=SELL&pendingPrice=0.0012&pendingClientOrderId=pend";
    session.ok("POST orderList/oto", &format!("{oto}&pendingQuantity=5"));
    session.ok(AMEND, "symbol=LTCBTC&origClientOrderId=pend&newQty=4&newClientOrderId=pend");
    assert_eq!(session.ok("GET order", "symbol=LTCBTC&origClientOrderId=work")["origQty"], "5.00000000");
    session.ok("DELETE orderList", "symbol=LTCBTC&orderListId=1929002");
    session.ok("POST orderList/opo", oto);
    let refused = session.refused(AMEND, "symbol=LTCBTC&origClientOrderId=pend&newQty=4");
    assert_eq!(refused, (-2038, "Order amend (pending OPO order) is not supported".to_owned()));
    session.ok(AMEND, "symbol=LTCBTC&origClientOrderId=work&newQty=4");
    audit(&session, "OTO and OPO amended");
}

#[test]
fn an_iceberg_shows_less_only_if_it_has_to() {
    let session = with_order(
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.00111&icebergQty=1&newClientOrderId=old",
    );
    let iceberg = |quantity: &str| {
        session
            .ok(AMEND, &format!("symbol=LTCBTC&origClientOrderId=old&newClientOrderId=old&newQty={quantity}"))
            ["amendedOrder"]["icebergQty"]
            .clone()
    };
    assert_eq!(iceberg("2"), "1.00000000");
    assert_eq!(iceberg("0.5"), "0.50000000");
    audit(&session, "iceberg amended");
}

/// Name, the call, what it is sent but for the two ids.
const BOTH_IDS: &[(&str, &str, &str)] = &[
    ("query", "GET order", "symbol=LTCBTC"),
    ("cancel", "DELETE order", "symbol=LTCBTC"),
    ("amend", AMEND, "symbol=LTCBTC&newQty=3&newClientOrderId=old"),
];

#[test]
fn an_order_that_is_named_by_both_ids_must_have_both() {
    let wrong = json!({"code": -2039, "msg": "Client order ID is not correct for this order ID."});
    let session = resting();
    session.ok("POST order", &NEW.replace("=new", "=other"));
    let id = session.ok("GET order", "symbol=LTCBTC&origClientOrderId=old")["orderId"].to_string();
    for name in ["other", "none"] {
        for (case, call, query) in BOTH_IDS {
            let both = format!("{query}&orderId={id}&origClientOrderId={name}");
            let refused = session.send(call, &both);
            assert_eq!((refused.status, &refused.body), (400, &wrong), "{case} {name}");
            let unknown = session.send(call, &both.replace(&id, "1"));
            assert_ne!(unknown.body["code"], wrong["code"], "{case} {name}: no order has the id");
        }
        let both = format!("cancelOrderId={id}&cancelOrigClientOrderId={name}");
        let refused = session.send(REPLACE, &format!("{NEW}&cancelReplaceMode=STOP_ON_FAILURE&{both}"));
        assert_eq!(refused.body["code"], -2022, "{name}");
        assert_eq!(refused.body["data"]["cancelResponse"], wrong, "{name}");
    }
    assert_eq!((session.status("LTCBTC", "old"), session.status("LTCBTC", "other")), pair("NEW", "NEW"));
    for (case, call, query) in BOTH_IDS.iter().rev() {
        let answer = session.ok(call, &format!("{query}&orderId={id}&origClientOrderId=old"));
        assert!(answer.is_object(), "{case}");
    }
    // It need not be open.
    let refused =
        session.refused("DELETE order", &format!("symbol=LTCBTC&orderId={id}&origClientOrderId=other"));
    assert_eq!(refused.0, -2039, "an order that was cancelled");
    audit(&session, "both ids");
}

fn pair(first: &str, second: &str) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

const UNNAMED: &str = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=0.00111";

#[test]
fn a_cancellation_without_an_id_gets_one_of_its_own() {
    let ids = || {
        let session = Session::new();
        let mut ids: Vec<(String, String)> = Vec::new();
        let mut note = |case: &str, canceled: &Value| {
            let id = |field: &str| canceled[field].as_str().unwrap().to_owned();
            let (order, cancel) = (id("origClientOrderId"), id("clientOrderId"));
            assert!(
                cancel.len() == 22 && cancel.chars().all(|c| c.is_ascii_alphanumeric()),
                "{case}: {cancel}"
            );
            assert_ne!(order, cancel, "{case}");
            assert_eq!(session.status("LTCBTC", &order), "CANCELED", "{case}: it keeps its own");
            ids.push((order, cancel));
        };
        let placed = || session.ok("POST order", UNNAMED)["orderId"].to_string();
        let query = format!("symbol=LTCBTC&orderId={}", placed());
        note("cancel", &session.ok("DELETE order", &query));
        let query = format!("{UNNAMED}&cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId={}", placed());
        note("replace", &session.ok(REPLACE, &query)["cancelResponse"]);
        let oco = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=STOP_LOSS&belowStopPrice=0.0011";
        session.ok("POST orderList/oco", oco);
        let list = session.ok("DELETE orderList", "symbol=LTCBTC&orderListId=1929001");
        note("list", &list["orderReports"][0]);
        placed();
        session.ok("POST orderList/oco", oco);
        let all = session.ok("DELETE openOrders", "symbol=LTCBTC");
        let reports = [&all[0], &all[1], &all[2]["orderReports"][0], &all[2]["orderReports"][1]];
        for report in reports {
            note("all", report);
            assert_eq!(report["clientOrderId"], reports[0]["clientOrderId"], "one for all: {all}");
        }
        ids
    };
    let first = ids();
    assert_eq!(ids(), first, "the same again at the same time");
    let mut cancels: Vec<&String> = first.iter().map(|(_, cancel)| cancel).collect();
    cancels.dedup();
    assert_eq!(cancels.len(), 4, "one for each request: {first:?}");
}
