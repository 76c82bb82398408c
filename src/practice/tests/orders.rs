//! Ordinary orders of every type, against the book and against each other.

use serde_json::{Value, json};

use super::support::*;

const ORDER: &str = "POST order";

/// Name, the order, its status after that, how much of it was executed. The best bid is 8.15 at 0.001159, the best offer 2.79 at
/// 0.001161, and the last price 0.00116.
const PLACED: &[(&str, &str, &str, &str)] = &[
    ("rests", "side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=0.00116", "NEW", "0.00000000"),
    (
        "takes and rests",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=0.001161",
        "PARTIALLY_FILLED",
        "2.79000000",
    ),
    ("takes all", "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2.79&price=0.001161", "FILLED", "2.79000000"),
    (
        "IOC takes and ends",
        "side=BUY&type=LIMIT&timeInForce=IOC&quantity=5&price=0.001161",
        "EXPIRED UNFILLED_IOC_QUANTITY_EXPIRED",
        "2.79000000",
    ),
    (
        "IOC finds nothing",
        "side=BUY&type=LIMIT&timeInForce=IOC&quantity=5&price=0.00116",
        "EXPIRED UNFILLED_IOC_QUANTITY_EXPIRED",
        "0.00000000",
    ),
    (
        "FOK as a whole",
        "side=BUY&type=LIMIT&timeInForce=FOK&quantity=2.79&price=0.001161",
        "FILLED",
        "2.79000000",
    ),
    (
        "FOK not at all",
        "side=BUY&type=LIMIT&timeInForce=FOK&quantity=2.8&price=0.001161",
        "EXPIRED UNFILLED_FOK_ORDER_EXPIRED",
        "0.00000000",
    ),
    (
        "FOK sells",
        "side=SELL&type=LIMIT&timeInForce=FOK&quantity=8.15&price=0.001159",
        "FILLED",
        "8.15000000",
    ),
    ("market buys", "side=BUY&type=MARKET&quantity=3", "FILLED", "3.00000000"),
    ("market sells", "side=SELL&type=MARKET&quantity=3", "FILLED", "3.00000000"),
    ("market buys for a sum", "side=BUY&type=MARKET&quoteOrderQty=0.002", "FILLED", "1.72000000"),
    ("market sells for a sum", "side=SELL&type=MARKET&quoteOrderQty=0.002", "FILLED", "1.72000000"),
    ("LIMIT_MAKER rests", "side=BUY&type=LIMIT_MAKER&quantity=5&price=0.00116", "NEW", "0.00000000"),
    ("stop waits", "side=SELL&type=STOP_LOSS&quantity=5&stopPrice=0.00115", "NEW", "0.00000000"),
    (
        "stop limit waits",
        "side=BUY&type=STOP_LOSS_LIMIT&timeInForce=GTC&quantity=5&price=0.0012&stopPrice=0.00118",
        "NEW",
        "0.00000000",
    ),
    ("profit waits", "side=SELL&type=TAKE_PROFIT&quantity=5&stopPrice=0.00118", "NEW", "0.00000000"),
    (
        "iceberg takes as a whole",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=0.001161&icebergQty=1",
        "PARTIALLY_FILLED",
        "2.79000000",
    ),
];

#[test]
fn every_type_does_what_it_says() {
    for (name, order, status, executed) in PLACED {
        let session = Session::new();
        session.ok(ORDER, &format!("symbol=LTCBTC&newClientOrderId=it&{order}"));
        let order = session.ok("GET order", "symbol=LTCBTC&origClientOrderId=it");
        assert_eq!(
            (ended(&order), &order["executedQty"]),
            ((*status).to_owned(), &(*executed).into()),
            "{name}"
        );
        audit(&session, name);
    }
}

/// Name, side and sum, the status then, how much of it was executed. The offers are 93873 ARK for 0.56370182 BTC, the last of them
/// at 0.00000700; the bids are 98285 ARK for 0.39380979 BTC.
const EMPTIED: &[(&str, &str, &str, &str, &str)] = &[
    ("leaves something in the book", "BUY", "0.5636", "FILLED", "93858.00000000"),
    ("takes the book to the last unit", "BUY", "0.56370182", "FILLED", "93873.00000000"),
    ("the rest buys no step more", "BUY", "0.56370782", "FILLED", "93873.00000000"),
    ("the rest would buy one step", "BUY", "0.56370982", "EXPIRED INSUFFICIENT_LIQUIDITY", "93873.00000000"),
    ("the rest would buy many", "BUY", "0.7", "EXPIRED INSUFFICIENT_LIQUIDITY", "93873.00000000"),
    ("sells for less than is bid", "SELL", "0.3938", "FILLED", "98281.00000000"),
    ("sells for more than is bid", "SELL", "0.5", "EXPIRED INSUFFICIENT_LIQUIDITY", "98285.00000000"),
];

#[test]
fn an_order_for_a_sum_expires_if_it_empties_the_book_before_it_is_filled() {
    for (name, side, sum, status, executed) in EMPTIED {
        let session = Session::new();
        session.ok(ORDER, "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=18000");
        if *side == "SELL" {
            session.ok(ORDER, "symbol=ARKUSDT&side=BUY&type=MARKET&quoteOrderQty=5000");
            session.ok(ORDER, "symbol=ARKBTC&side=BUY&type=MARKET&quantity=93000");
        }
        let query = format!("symbol=ARKBTC&side={side}&type=MARKET&quoteOrderQty={sum}");
        let placed = session.ok(ORDER, &query);
        assert_eq!(
            (ended(&placed), &placed["executedQty"]),
            ((*status).to_owned(), &(*executed).into()),
            "{name}: {placed}"
        );
        let whole = placed["executedQty"] == placed["origQty"];
        assert_eq!(whole, *status == "FILLED", "{name}: {placed}");
        audit(&session, name);
    }
}

const REFUSED: &[(&str, &str, i64, &str)] = &[
    (
        "LIMIT_MAKER would take",
        "side=BUY&type=LIMIT_MAKER&quantity=5&price=0.001161",
        -2010,
        "Order would immediately match and take.",
    ),
    (
        "stop beyond the price",
        "side=SELL&type=STOP_LOSS&quantity=5&stopPrice=0.00117",
        -2010,
        "Order would trigger immediately.",
    ),
    (
        "profit beyond the price",
        "side=SELL&type=TAKE_PROFIT&quantity=5&stopPrice=0.00115",
        -2010,
        "Order would trigger immediately.",
    ),
    (
        "too many parts",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.0011&icebergQty=0.3",
        -1013,
        "Filter failure: ICEBERG_PARTS",
    ),
    (
        "iceberg larger than the order",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.0011&icebergQty=5",
        -2010,
        "IcebergQty exceeds QTY.",
    ),
    (
        "iceberg that does not stay",
        "side=BUY&type=LIMIT&timeInForce=IOC&quantity=4&price=0.0011&icebergQty=1",
        -2010,
        "Unsupported order combination",
    ),
    (
        "trailing too closely",
        "side=SELL&type=STOP_LOSS&quantity=4&trailingDelta=5",
        -1013,
        "Filter failure: TRAILING_DELTA",
    ),
    (
        "sum too small for a step",
        "side=BUY&type=MARKET&quoteOrderQty=0.00001",
        -1013,
        "Filter failure: NOTIONAL",
    ),
    (
        "more than there is",
        "side=SELL&type=LIMIT&timeInForce=GTC&quantity=4000&price=0.0012",
        -2010,
        "Account has insufficient balance for requested action.",
    ),
    (
        "mode that no symbol has",
        "side=SELL&type=MARKET&quantity=4&selfTradePreventionMode=TRANSFER",
        -1013,
        "This symbol does not allow the specified self-trade prevention mode.",
    ),
];

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let session = Session::new();
    let state = |s: &Session| (s.ok("GET account", ""), s.ok("GET allOrders", "symbol=LTCBTC"));
    let before = state(&session);
    for (name, order, code, message) in REFUSED {
        let refused = session.refused(ORDER, &format!("symbol=LTCBTC&{order}"));
        assert_eq!(refused, (*code, (*message).to_owned()), "{name}");
        assert_eq!(state(&session), before, "{name}");
    }
}

#[test]
fn the_book_shows_one_slice_of_an_iceberg() {
    let session = Session::new();
    session
        .ok(ORDER, "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=4&price=0.00116&icebergQty=1");
    let depth = plain("/api/v3/depth", "symbol=LTCBTC&limit=5");
    let top = |s: &Session| s.exchange.answer(&depth, LOOPBACK, NOW_MS * 1000).body;
    let bids = |s: &Session| serde_json::from_str::<Value>(&top(s)).unwrap()["bids"][0].clone();
    assert_eq!(bids(&session), json!(["0.00116000", "1.00000000"]));
    let sells = "symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=IOC&quantity=1.4&price=0.00116&selfTradePreventionMode=NONE";
    session.ok(ORDER, sells);
    assert_eq!(bids(&session), json!(["0.00116000", "0.60000000"]));
    audit(&session, "iceberg");
}

/// A trade of the account that moves the last price to this one: side, quantity, price.
type Move = (&'static str, &'static str, &'static str);

const UP: Move = ("BUY", "150", "0.001175");
const LITTLE_UP: Move = ("BUY", "60", "0.001169");
const DOWN: Move = ("SELL", "40", "0.001152");
const LITTLE_DOWN: Move = ("SELL", "1", "0.001159");

/// Name, the order, what moves the price, whether it was triggered. The last price is 0.001159 when it is placed.
const TRAILING: &[(&str, &str, &[Move], bool)] = &[
    (
        "stop sells after a fall from the highest",
        "side=SELL&type=STOP_LOSS&trailingDelta=100",
        &[UP, LITTLE_DOWN],
        true,
    ),
    (
        "stop does not sell after a small fall",
        "side=SELL&type=STOP_LOSS&trailingDelta=100",
        &[LITTLE_UP, LITTLE_DOWN],
        false,
    ),
    ("stop does not sell on a rise", "side=SELL&type=STOP_LOSS&trailingDelta=100", &[UP], false),
    (
        "stop buys after a rise from the lowest",
        "side=BUY&type=STOP_LOSS&trailingDelta=100",
        &[DOWN, LITTLE_UP],
        true,
    ),
    ("stop does not buy on a fall", "side=BUY&type=STOP_LOSS&trailingDelta=100", &[DOWN], false),
    ("stop does not buy on a small rise", "side=BUY&type=STOP_LOSS&trailingDelta=100", &[LITTLE_UP], false),
    (
        "profit sells after the stop price and a fall",
        "side=SELL&type=TAKE_PROFIT&stopPrice=0.00117&trailingDelta=100",
        &[UP, LITTLE_DOWN],
        true,
    ),
    (
        "profit waits for the stop price",
        "side=SELL&type=TAKE_PROFIT&stopPrice=0.00117&trailingDelta=10",
        &[LITTLE_UP, LITTLE_DOWN],
        false,
    ),
    (
        "profit does not sell on a rise",
        "side=SELL&type=TAKE_PROFIT&stopPrice=0.00117&trailingDelta=10",
        &[UP],
        false,
    ),
    (
        "profit buys after the stop price and a rise",
        "side=BUY&type=TAKE_PROFIT&stopPrice=0.001155&trailingDelta=100",
        &[DOWN, LITTLE_UP],
        true,
    ),
    (
        "profit does not buy without the stop price",
        "side=BUY&type=TAKE_PROFIT&stopPrice=0.00114&trailingDelta=10",
        &[DOWN, LITTLE_UP],
        false,
    ),
    (
        "stop sells from a stop price that is met",
        "side=SELL&type=STOP_LOSS&stopPrice=0.001163&trailingDelta=50",
        &[LITTLE_DOWN, UP, LITTLE_DOWN],
        true,
    ),
    (
        "stop buys after its stop price, a fall and a rise",
        "side=BUY&type=STOP_LOSS&stopPrice=0.00117&trailingDelta=100",
        &[UP, LITTLE_DOWN, UP],
        false,
    ),
];

fn moves(session: &Session, (side, quantity, price): Move) {
    session.ok(
        ORDER,
        &format!("symbol=LTCBTC&side={side}&type=LIMIT&timeInForce=IOC&quantity={quantity}&price={price}"),
    );
}

#[test]
fn a_trailing_order_follows_the_price() {
    for (name, order, steps, triggered) in TRAILING {
        let session = Session::new();
        moves(&session, ("BUY", "60", "0.001164"));
        moves(&session, ("SELL", "0.1", "0.001159"));
        session.ok(ORDER, &format!("symbol=LTCBTC&newClientOrderId=it&quantity=2&{order}"));
        steps.iter().for_each(|s| moves(&session, *s));
        let status = session.status("LTCBTC", "it");
        assert_eq!(status, if *triggered { "FILLED" } else { "NEW" }, "{name}");
        audit(&session, name);
    }
}

#[test]
fn time_alone_triggers_an_order_when_the_market_comes_to_it() {
    let session = Session::new();
    let order = "symbol=LTCBTC&newClientOrderId=it&quantity=2&side=SELL&type=STOP_LOSS&stopPrice=0.001158";
    session.ok(ORDER, order);
    let mut minutes = 0;
    while session.status("LTCBTC", "it") == "NEW" && minutes < 100 {
        minutes += 1;
        session.pass(minutes);
    }
    assert_eq!(session.status("LTCBTC", "it"), "FILLED", "{minutes} minutes");
    audit(&session, "time");
}

struct Prevented {
    mode: &'static str,
    maker: &'static str,
    taker: &'static str,
    /// The statuses of maker and taker.
    statuses: (&'static str, &'static str),
    /// How much was taken from maker and taker, if that is told.
    quantities: (Option<&'static str>, Option<&'static str>),
}

const PREVENTED: [Prevented; 8] = [
    Prevented {
        mode: "NONE",
        maker: "2",
        taker: "3",
        statuses: ("FILLED", "PARTIALLY_FILLED"),
        quantities: (None, None),
    },
    Prevented {
        mode: "EXPIRE_TAKER",
        maker: "2",
        taker: "3",
        statuses: ("NEW", "EXPIRED_IN_MATCH"),
        quantities: (None, Some("3.00000000")),
    },
    Prevented {
        mode: "EXPIRE_MAKER",
        maker: "2",
        taker: "3",
        statuses: ("EXPIRED_IN_MATCH", "NEW"),
        quantities: (Some("2.00000000"), None),
    },
    Prevented {
        mode: "EXPIRE_BOTH",
        maker: "2",
        taker: "3",
        statuses: ("EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        quantities: (Some("2.00000000"), Some("3.00000000")),
    },
    Prevented {
        mode: "DECREMENT",
        maker: "2",
        taker: "3",
        statuses: ("EXPIRED_IN_MATCH", "NEW"),
        quantities: (Some("2.00000000"), Some("2.00000000")),
    },
    Prevented {
        mode: "DECREMENT",
        maker: "3",
        taker: "2",
        statuses: ("NEW", "EXPIRED_IN_MATCH"),
        quantities: (Some("2.00000000"), Some("2.00000000")),
    },
    Prevented {
        mode: "DECREMENT",
        maker: "3",
        taker: "3",
        statuses: ("EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH"),
        quantities: (Some("3.00000000"), Some("3.00000000")),
    },
    // Without a mode, the symbol's own.
    Prevented {
        mode: "",
        maker: "2",
        taker: "3",
        statuses: ("EXPIRED_IN_MATCH", "NEW"),
        quantities: (Some("2.00000000"), None),
    },
];

#[test]
fn orders_of_the_account_do_not_trade_with_each_other_unless_they_may() {
    for case in &PREVENTED {
        let session = Session::new();
        let name = format!("{} {} {}", case.mode, case.maker, case.taker);
        let limit = "symbol=LTCBTC&type=LIMIT&timeInForce=GTC&price=0.00116";
        session.ok(ORDER, &format!("{limit}&side=BUY&quantity={}&newClientOrderId=maker", case.maker));
        let mode = if case.mode.is_empty() {
            String::new()
        } else {
            format!("&selfTradePreventionMode={}", case.mode)
        };
        let placed = session
            .ok(ORDER, &format!("{limit}&side=SELL&quantity={}&newClientOrderId=taker{mode}", case.taker));
        assert_eq!(session.status("LTCBTC", "maker"), case.statuses.0, "{name}");
        assert_eq!(session.status("LTCBTC", "taker"), case.statuses.1, "{name}");
        let wanted = |q: Option<&str>| q.map_or(Value::Null, Value::from);
        for (id, quantity) in [("maker", case.quantities.0), ("taker", case.quantities.1)] {
            let order = session.ok("GET order", &format!("symbol=LTCBTC&origClientOrderId={id}"));
            assert_eq!(order["preventedQuantity"], wanted(quantity), "{name}: {id}");
            assert_eq!(order["preventedMatchId"].is_null(), quantity.is_none(), "{name}: {id}");
        }
        let id = placed["orderId"].as_i64().unwrap();
        let matches = session.ok("GET myPreventedMatches", &format!("symbol=LTCBTC&orderId={id}"));
        if case.mode == "NONE" {
            assert_eq!((matches, &placed["preventedMatches"]), (json!([]), &Value::Null));
        } else {
            let told = [&matches[0], &placed["preventedMatches"][0]];
            for one in told {
                assert_eq!(one["makerPreventedQuantity"], wanted(case.quantities.0), "{name}: {one}");
                assert_eq!(one["takerPreventedQuantity"], wanted(case.quantities.1), "{name}: {one}");
                assert_eq!(one["price"], "0.00116000", "{name}: {one}");
            }
            let usual = if case.mode.is_empty() { "EXPIRE_MAKER" } else { case.mode };
            assert_eq!(matches[0]["selfTradePreventionMode"], usual, "{name}");
            let by_id = session.ok("GET myPreventedMatches", "symbol=LTCBTC&preventedMatchId=1");
            assert_eq!(by_id, matches, "{name}");
        }
        audit(&session, &name);
    }
}

#[test]
fn an_order_for_a_sum_gives_way_to_the_accounts_own() {
    for mode in ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"] {
        let session = Session::new();
        session.ok(ORDER, "symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=GTC&price=0.00116&quantity=1");
        let placed = session.ok(
            ORDER,
            &format!("symbol=LTCBTC&side=BUY&type=MARKET&quoteOrderQty=0.004&selfTradePreventionMode={mode}"),
        );
        let spent = units(&placed["cummulativeQuoteQty"]);
        assert!(spent <= 400_000, "{mode}: {placed}");
        let gone = placed.get("preventedQuantity").map(units).unwrap_or_default();
        assert!(units(&placed["executedQty"]) + gone <= units(&placed["origQty"]), "{mode}: {placed}");
        audit(&session, mode);
    }
}

#[test]
fn a_sor_order_is_filled_by_allocations_and_rests_on_its_own_book() {
    let session = Session::new();
    let sor =
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=5&price=0.001161&newClientOrderId=sor";
    let placed = session.ok("POST sor/order", sor);
    let fill = &placed["fills"][0];
    assert_eq!((&fill["matchType"], &fill["tradeId"]), (&"ONE_PARTY_TRADE_REPORT".into(), &(-1).into()));
    assert_eq!((&placed["usedSor"], &placed["workingFloor"]), (&true.into(), &"EXCHANGE".into()));
    let id = placed["orderId"].as_i64().unwrap();
    let allocations = session.ok("GET myAllocations", &format!("symbol=LTCBTC&orderId={id}"));
    assert_eq!(
        (&allocations[0]["allocationId"], &allocations[0]["qty"]),
        (&fill["allocId"], &"2.79000000".into())
    );
    assert_eq!(session.ok("GET myTrades", &format!("symbol=LTCBTC&orderId={id}")), json!([]));
    // What rests there trades as any order does.
    session.ok(ORDER, "symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=IOC&quantity=1&price=0.001161&selfTradePreventionMode=NONE");
    let trades = session.ok("GET myTrades", &format!("symbol=LTCBTC&orderId={id}"));
    assert_eq!(trades[0]["qty"], "1.00000000");
    assert_eq!(session.ok("GET myAllocations", "symbol=LTCBTC").as_array().unwrap().len(), 1);
    let from = allocations[0]["allocationId"].as_i64().unwrap();
    assert_eq!(
        session.ok("GET myAllocations", &format!("symbol=LTCBTC&fromAllocationId={}", from + 1)),
        json!([])
    );
    let market = session.ok("POST sor/order", "symbol=LTCBTC&side=SELL&type=MARKET&quantity=1");
    assert_eq!((&market["status"], &market["workingFloor"]), (&"FILLED".into(), &"SOR".into()));
    let text = session.send("POST sor/order/test", &format!("{sor}&computeCommissionRates=true")).text;
    assert!(text.starts_with(r#"{"standardCommissionForOrder":{"maker":"0.00100000","taker":"0.00100000"},"taxCommissionForOrder""#), "{text}");
    assert_eq!(
        session.ok("POST sor/order/test", "symbol=LTCBTC&side=SELL&type=MARKET&quantity=1"),
        json!({})
    );
    audit(&session, "SOR");
}
