//! Orders whose price comes from the book. The best bid is 8.15 at 0.001159, the best offer 2.79 at 0.001161.

use serde_json::Value;

use super::support::*;

const ORDER: &str = "POST order";

/// An order as it is placed, and what the exchange shows of it then.
struct Placed {
    name: &'static str,
    order: &'static str,
    status: &'static str,
    executed: &'static str,
    price: &'static str,
    pegged: &'static str,
    /// What it adds to the balance that is locked.
    locked: &'static str,
}

const PEGGED: &[Placed] = &[
    Placed {
        name: "own side",
        order: "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=PRIMARY_PEG",
        status: "NEW",
        executed: "0.00000000",
        price: "0.00000000",
        pegged: "0.00115900",
        locked: "0.00231800",
    },
    Placed {
        name: "own side, no higher than the price that was sent",
        order: "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=PRIMARY_PEG&price=0.001155",
        status: "NEW",
        executed: "0.00000000",
        price: "0.00115500",
        pegged: "0.00115900",
        locked: "0.00231000",
    },
    Placed {
        name: "own side, the price that was sent being higher",
        order: "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=PRIMARY_PEG&price=0.001165",
        status: "NEW",
        executed: "0.00000000",
        price: "0.00116500",
        pegged: "0.00115900",
        locked: "0.00231800",
    },
    Placed {
        name: "sells on its own side, no lower than the price that was sent",
        order: "side=SELL&type=LIMIT_MAKER&quantity=2&pegPriceType=PRIMARY_PEG&price=0.00117",
        status: "NEW",
        executed: "0.00000000",
        price: "0.00117000",
        pegged: "0.00116100",
        locked: "2.00000000",
    },
    Placed {
        name: "other side",
        order: "side=BUY&type=LIMIT&timeInForce=IOC&quantity=3&pegPriceType=MARKET_PEG",
        status: "EXPIRED",
        executed: "2.79000000",
        price: "0.00000000",
        pegged: "0.00116100",
        locked: "0.00000000",
    },
    Placed {
        name: "other side, and only its best price",
        order: "side=BUY&type=LIMIT&timeInForce=IOC&quantity=3&pegPriceType=MARKET_PEG&price=0.0012",
        status: "EXPIRED",
        executed: "2.79000000",
        price: "0.00120000",
        pegged: "0.00116100",
        locked: "0.00000000",
    },
    Placed {
        name: "buys from the other side, not at a higher price than was sent",
        order: "side=BUY&type=LIMIT&timeInForce=IOC&quantity=1&pegPriceType=MARKET_PEG&price=0.00116",
        status: "EXPIRED",
        executed: "0.00000000",
        price: "0.00116000",
        pegged: "0.00116100",
        locked: "0.00000000",
    },
    Placed {
        name: "sells to the other side, not at a lower price than was sent",
        order: "side=SELL&type=LIMIT&timeInForce=FOK&quantity=1&pegPriceType=MARKET_PEG&price=0.00116",
        status: "EXPIRED",
        executed: "0.00000000",
        price: "0.00116000",
        pegged: "0.00115900",
        locked: "0.00000000",
    },
    Placed {
        name: "rests at the price that was sent",
        order: "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=MARKET_PEG&price=0.00116",
        status: "NEW",
        executed: "0.00000000",
        price: "0.00116000",
        pegged: "0.00116100",
        locked: "0.00232000",
    },
];

#[test]
fn a_pegged_order_works_at_the_price_of_the_book_and_never_at_a_worse_one_than_was_sent() {
    for case in PEGGED {
        let session = Session::new();
        let asset = if case.order.contains("side=BUY") { "BTC" } else { "LTC" };
        let before = session.balance(asset).1;
        let placed = session
            .ok(ORDER, &format!("symbol=LTCBTC&newClientOrderId=it&newOrderRespType=RESULT&{}", case.order));
        let asked = session.ok("GET order", "symbol=LTCBTC&origClientOrderId=it");
        for order in [&placed, &asked] {
            let told = ["status", "executedQty", "price", "peggedPrice"].map(|field| order[field].clone());
            let wanted = [case.status, case.executed, case.price, case.pegged].map(Value::from);
            assert_eq!(told, wanted, "{}: {order}", case.name);
        }
        let locked = session.balance(asset).1 - before;
        assert_eq!(locked, units(&case.locked.into()), "{}", case.name);
        audit(&session, case.name);
        if case.status == "NEW" {
            let amend =
                session.ok("PUT order/amend/keepPriority", "symbol=LTCBTC&origClientOrderId=it&newQty=1");
            assert_eq!(amend["amendedOrder"]["price"], case.price, "{}: {amend}", case.name);
            let id = &placed["orderId"];
            let canceled = session.ok("DELETE order", &format!("symbol=LTCBTC&orderId={id}"));
            let told = [&canceled["price"], &canceled["peggedPrice"]];
            assert_eq!(told, [case.price, case.pegged], "{}: {canceled}", case.name);
        }
    }
}

/// Name, the order, code, message.
const REFUSED: &[(&str, &str, i64, &str)] = &[
    (
        "filter at the price that was sent",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=PRIMARY_PEG&price=0.0100",
        -1013,
        "Filter failure: PERCENT_PRICE_BY_SIDE",
    ),
    (
        "tick of the price that was sent",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&pegPriceType=PRIMARY_PEG&price=0.00120001",
        -1013,
        "Filter failure: PRICE_FILTER",
    ),
    (
        "value at the pegged price",
        "side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.08&pegPriceType=PRIMARY_PEG&price=0.00126",
        -1013,
        "Filter failure: NOTIONAL",
    ),
    (
        "value at the price that was sent",
        "side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.09&pegPriceType=PRIMARY_PEG&price=0.0011",
        -1013,
        "Filter failure: NOTIONAL",
    ),
    (
        "own side at once",
        "side=BUY&type=LIMIT&timeInForce=IOC&quantity=2&pegPriceType=PRIMARY_PEG",
        -2010,
        "Unsupported order combination",
    ),
    (
        "own side at once or not at all",
        "side=SELL&type=LIMIT&timeInForce=FOK&quantity=2&pegPriceType=PRIMARY_PEG",
        -2010,
        "Unsupported order combination",
    ),
    (
        "offset without a peg",
        "side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=0.001155&pegOffsetType=PRICE_LEVEL&pegOffsetValue=1",
        -1128,
        "Combination of optional parameters invalid. Recommendation: 'pegPriceType' should also be sent.",
    ),
];

#[test]
fn a_pegged_order_that_cannot_be_is_refused() {
    let session = Session::new();
    for (name, order, code, message) in REFUSED {
        let refused = session.refused(ORDER, &format!("symbol=LTCBTC&{order}"));
        assert_eq!(refused, (*code, (*message).to_owned()), "{name}");
    }
    let list = "symbol=LTCBTC&workingType=LIMIT&workingSide=BUY&workingTimeInForce=GTC&workingPrice=0.001155\
                &workingQuantity=2&workingPegOffsetType=PRICE_LEVEL&workingPegOffsetValue=1\
                &pendingType=MARKET&pendingSide=SELL&pendingQuantity=2";
    let (code, message) = session.refused("POST orderList/oto", list);
    assert!(code == -1128 && message.contains("'workingPegPriceType'"), "{code} {message}");
    assert_eq!(session.ok("GET openOrders", "symbol=LTCBTC"), Value::Array(Vec::new()));
}

/// An order that waits for a price, and what is shown of it before and after.
struct Waiting {
    name: &'static str,
    order: &'static str,
    /// The order that moves the price to where it is triggered.
    then: &'static str,
    status: &'static str,
    price: &'static str,
    pegged: Option<&'static str>,
}

const WAITING: &[Waiting] = &[
    Waiting {
        name: "own side, where a better price has come",
        order: "side=BUY&type=STOP_LOSS_LIMIT&stopPrice=0.00117&quantity=2&pegPriceType=PRIMARY_PEG",
        then: "side=BUY&quantity=150&price=0.001175",
        status: "NEW",
        price: "0.00000000",
        pegged: Some("0.00116000"),
    },
    Waiting {
        name: "other side, whose best prices are gone",
        order: "side=BUY&type=STOP_LOSS_LIMIT&stopPrice=0.001162&quantity=2&pegPriceType=MARKET_PEG",
        then: "side=BUY&quantity=150&price=0.001165",
        status: "FILLED",
        price: "0.00000000",
        pegged: Some("0.00116600"),
    },
    Waiting {
        name: "other side, no higher than the price that was sent",
        order: "side=BUY&type=STOP_LOSS_LIMIT&stopPrice=0.001162&quantity=2&pegPriceType=MARKET_PEG&price=0.001163",
        then: "side=BUY&quantity=150&price=0.001165",
        status: "NEW",
        price: "0.00116300",
        pegged: Some("0.00116600"),
    },
    Waiting {
        name: "not worth enough at a price deep in the book",
        order: "side=SELL&type=STOP_LOSS_LIMIT&stopPrice=0.001158&quantity=0.09&pegPriceType=MARKET_PEG\
                &pegOffsetType=PRICE_LEVEL&pegOffsetValue=100",
        then: "side=SELL&quantity=12&price=0.001158",
        status: "EXPIRED",
        price: "0.00000000",
        pegged: None,
    },
    Waiting {
        name: "more than can be paid at a price deep in the book",
        order: "side=BUY&type=TAKE_PROFIT_LIMIT&stopPrice=0.001159&quantity=460&pegPriceType=MARKET_PEG\
                &pegOffsetType=PRICE_LEVEL&pegOffsetValue=100",
        then: "side=SELL&quantity=3&price=0.001159&selfTradePreventionMode=NONE",
        status: "EXPIRED",
        price: "0.00000000",
        pegged: Some("0.00126100"),
    },
];

#[test]
fn a_stop_order_takes_its_peg_when_it_is_triggered() {
    for case in WAITING {
        let session = Session::new();
        let limit = "symbol=LTCBTC&type=LIMIT";
        session.ok(ORDER, &format!("symbol=LTCBTC&newClientOrderId=it&timeInForce=GTC&{}", case.order));
        let asked = || session.ok("GET order", "symbol=LTCBTC&origClientOrderId=it");
        let waiting = asked();
        let told = (&waiting["status"], &waiting["price"], waiting.get("peggedPrice"));
        assert_eq!(told, (&"NEW".into(), &case.price.into(), None), "{}: {waiting}", case.name);
        audit(&session, case.name);
        session.ok(ORDER, &format!("{limit}&timeInForce=GTC&side=BUY&quantity=1&price=0.00116"));
        session.ok(ORDER, &format!("{limit}&timeInForce=IOC&{}", case.then));
        let after = asked();
        let told = (&after["status"], &after["price"], after.get("peggedPrice").and_then(Value::as_str));
        assert_eq!(told, (&case.status.into(), &case.price.into(), case.pegged), "{}: {after}", case.name);
        audit(&session, case.name);
    }
}

#[test]
fn a_pending_order_takes_its_peg_when_it_starts() {
    let session = Session::new();
    let list = |working: &str, pending: &str| {
        format!(
            "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=GTC&{working}\
             &pendingType=LIMIT&pendingTimeInForce=GTC&pendingPegPriceType=PRIMARY_PEG&pendingClientOrderId=it&{pending}"
        )
    };
    let asked = || session.ok("GET order", "symbol=LTCBTC&origClientOrderId=it");
    let sells = list(
        "workingSide=BUY&workingPrice=0.001161&workingQuantity=2.79",
        "pendingSide=SELL&pendingQuantity=2",
    );
    let reports = session.ok("POST orderList/oto", &sells)["orderReports"].clone();
    let told = (&reports[1]["status"], &reports[1]["price"], reports[1].get("peggedPrice"));
    assert_eq!(told, (&"PENDING_NEW".into(), &"0.00000000".into(), None), "{reports}");
    // The working order has taken all that was offered at the best price.
    assert_eq!((&asked()["status"], &asked()["peggedPrice"]), (&"NEW".into(), &"0.00116200".into()));
    audit(&session, "sells");

    let session = Session::new();
    let asked = || session.ok("GET order", "symbol=LTCBTC&origClientOrderId=it");
    let buys =
        list("workingSide=SELL&workingPrice=0.00117&workingQuantity=1", "pendingSide=BUY&pendingQuantity=2");
    session.ok("POST orderList/oto", &buys);
    audit(&session, "waits to buy");
    session.ok(ORDER, "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.00116");
    session.ok(ORDER, "symbol=LTCBTC&side=BUY&type=MARKET&quantity=150&selfTradePreventionMode=NONE");
    assert_eq!((&asked()["status"], &asked()["peggedPrice"]), (&"NEW".into(), &"0.00116000".into()));
    audit(&session, "buys");
}
