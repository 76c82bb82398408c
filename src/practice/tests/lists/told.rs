use serde_json::Value;

use super::*;

fn fields(value: &Value) -> Vec<&String> {
    value.as_object().unwrap().keys().collect()
}

#[test]
fn a_list_is_told_of_as_it_was_before_its_working_order_started_the_others() {
    let session = prepared();
    let crossing = WORKING.replace("workingPrice=0.00116", "workingPrice=0.001175");
    let placed = session.ok(OTO, &query(&[&crossing, "pendingType=LIMIT&pendingTimeInForce=GTC&pendingSide=SELL&pendingPrice=0.00119&pendingQuantity=4&pendingClientOrderId=pend"]));
    let reports = &placed["orderReports"];
    assert_eq!((&reports[0]["status"], &reports[1]["status"]), (&"FILLED".into(), &"PENDING_NEW".into()));
    assert_eq!(reports[1]["workingTime"], -1);
    assert_eq!(session.status("LTCBTC", "pend"), "NEW");
    assert!(!fields(&reports[0]).contains(&&"fills".to_owned()), "{placed}");
    audit(&session, "crossing");
}

#[test]
fn what_an_opo_sells_is_what_it_bought() {
    // The commission comes out of what is free.
    let session = prepared();
    session.ok(OPO, &query(&[WORKING, PENDING]));
    step(&session, HITS_WORKING);
    let sold = |session: &Session| {
        session.ok("GET order", "symbol=LTCBTC&origClientOrderId=pend")["origQty"].clone()
    };
    assert_eq!(sold(&session), "5.00000000");
    // Without enough that is free, it comes out of what was bought, and the rest is rounded down to the step.
    let session = prepared();
    session.ok("POST order", "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=50&price=0.00114");
    let (free, _) = session.balance("LTC");
    let all = format!("{}.{:02}", free / 100_000_000, free / 1_000_000 % 100);
    let query_of_all =
        format!("symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=GTC&quantity={all}&price=0.0015");
    session.ok("POST order", &query_of_all);
    session.ok(OPO, &query(&[&WORKING.replace("0.00116&", "0.001175&"), PENDING]));
    assert_eq!(sold(&session), "4.99000000");
    assert_eq!(session.status("LTCBTC", "pend"), "NEW");
    assert_eq!(
        session.balance("LTC").0,
        free % 1_000_000 + 500_000,
        "what the step leaves over is free again"
    );
    audit(&session, "OPO without free commission");
    // In BNB it always does.
    let bnb = "symbol=BNBUSDT&workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingPrice=856&workingQuantity=1.5&\
        pendingType=LIMIT_MAKER&pendingSide=SELL&pendingPrice=900&pendingClientOrderId=pend";
    session.ok(OPO, bnb);
    let pending = session.ok("GET order", "symbol=BNBUSDT&origClientOrderId=pend");
    assert_eq!(pending["origQty"], "1.49800000", "1.5 less 0.0015, in steps of 0.001");
    audit(&session, "OPO of BNB");
}

#[test]
fn all_open_orders_are_cancelled_lists_once() {
    let session = prepared();
    session.ok(
        "POST order",
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.00111&newClientOrderId=alone",
    );
    session.ok(OTOCO, &query(&[WORKING, PENDING_PAIR, "pendingQuantity=5"]));
    let gone = session.ok("DELETE openOrders", "symbol=LTCBTC");
    let gone = gone.as_array().unwrap();
    assert_eq!(gone.len(), 2);
    assert_eq!((&gone[0]["origClientOrderId"], &gone[0]["status"]), (&"alone".into(), &"CANCELED".into()));
    assert_eq!(
        (&gone[1]["contingencyType"], &gone[1]["listStatusType"]),
        (&"OTO".into(), &"ALL_DONE".into())
    );
    let reports = gone[1]["orderReports"].as_array().unwrap();
    assert_eq!(reports.len(), 3);
    assert!(
        reports
            .iter()
            .all(|r| r["status"] == "CANCELED" && r["clientOrderId"] == reports[0]["clientOrderId"])
    );
    audit(&session, "all cancelled");
}
