//! Order lists from their placement to their end.

use serde_json::Value;

use super::support::*;

const OCO: &str = "POST orderList/oco";
const OLD_OCO: &str = "POST order/oco";
const OTO: &str = "POST orderList/oto";
const OTOCO: &str = "POST orderList/otoco";
const OPO: &str = "POST orderList/opo";
const OPOCO: &str = "POST orderList/opoco";

const SELL_OCO: &str = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.001162&\
    aboveClientOrderId=above&belowType=STOP_LOSS_LIMIT&belowStopPrice=0.001155&belowPrice=0.00115&belowTimeInForce=GTC&\
    belowClientOrderId=below&listClientOrderId=list";
const BUY_OCO: &str = "symbol=LTCBTC&side=BUY&quantity=5&aboveType=STOP_LOSS&aboveStopPrice=0.001175&\
    aboveClientOrderId=above&belowType=LIMIT_MAKER&belowPrice=0.001158&belowClientOrderId=below&listClientOrderId=list";
const CONTINGENT_OCO: &str = "symbol=LTCBTC&side=SELL&quantity=5&aboveType=TAKE_PROFIT&aboveStopPrice=0.001168&\
    aboveClientOrderId=above&belowType=STOP_LOSS&belowStopPrice=0.001155&belowClientOrderId=below&listClientOrderId=list";
const OLD: &str = "symbol=LTCBTC&side=SELL&quantity=5&price=0.001162&limitClientOrderId=above&stopPrice=0.001155&\
    stopLimitPrice=0.00115&stopLimitTimeInForce=GTC&stopClientOrderId=below&listClientOrderId=list";
const WORKING: &str = "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingPrice=0.00116&\
    workingQuantity=5&workingClientOrderId=work&listClientOrderId=list";
const PENDING: &str = "pendingType=LIMIT&pendingTimeInForce=GTC&pendingSide=SELL&pendingPrice=0.001161&\
    pendingClientOrderId=pend";
const PENDING_PAIR: &str = "pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=0.001162&\
    pendingAboveClientOrderId=above&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=0.001155&\
    pendingBelowClientOrderId=below";

/// What happens to a list.
#[derive(Clone, Copy)]
enum Step {
    /// The account trades against whatever is there, its own orders included: side, quantity, worst price.
    Trade(&'static str, &'static str, &'static str),
    Cancel(&'static str),
    CancelList,
    CancelAll,
    Pass(i64),
}

use Step::{Cancel, CancelAll, CancelList, Pass, Trade};

const HITS_WORKING: Step = Trade("SELL", "5", "0.00116");
const UP: Step = Trade("BUY", "150", "0.001175");
const DOWN: Step = Trade("SELL", "30", "0.001155");

/// A session in which the account has some LTC, the last price is 0.001159, and nobody but the account offers at
/// 0.00116 to 0.001162.
fn prepared() -> Session {
    let session = Session::new();
    step(&session, Trade("BUY", "80", "0.001166"));
    step(&session, Trade("SELL", "0.1", "0.001159"));
    session
}

fn step(session: &Session, step: Step) {
    match step {
        Trade(side, quantity, price) => {
            let query = format!(
                "symbol=LTCBTC&side={side}&type=LIMIT&timeInForce=IOC&quantity={quantity}&price={price}&\
                 selfTradePreventionMode=NONE"
            );
            session.ok("POST order", &query);
        }
        Cancel(id) => {
            session.ok("DELETE order", &format!("symbol=LTCBTC&origClientOrderId={id}"));
        }
        CancelList => {
            session.ok("DELETE orderList", "symbol=LTCBTC&listClientOrderId=list");
        }
        CancelAll => {
            session.ok("DELETE openOrders", "symbol=LTCBTC");
        }
        Pass(minutes) => session.pass(minutes),
    }
}

fn query(parts: &[&str]) -> String {
    parts.join("&")
}

struct Life {
    name: &'static str,
    call: &'static str,
    query: &'static [&'static str],
    steps: &'static [Step],
    /// The orders, by the id that the client gave them, and what became of them.
    orders: &'static [(&'static str, &'static str)],
    done: bool,
}

const LIVES: &[Life] = &[
    Life {
        name: "OCO placed",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[],
        orders: &[("above", "NEW"), ("below", "NEW")],
        done: false,
    },
    Life {
        name: "OCO limit filled",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Trade("BUY", "5", "0.001162")],
        orders: &[("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OCO limit filled in part",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Trade("BUY", "2", "0.001162")],
        orders: &[("above", "PARTIALLY_FILLED"), ("below", "EXPIRED")],
        done: false,
    },
    Life {
        name: "OCO limit filled in part, then cancelled",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Trade("BUY", "2", "0.001162"), Cancel("above")],
        orders: &[("above", "CANCELED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OCO stop triggered",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[DOWN],
        orders: &[("above", "EXPIRED"), ("below", "FILLED")],
        done: true,
    },
    Life {
        name: "OCO one leg cancelled",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Cancel("below")],
        orders: &[("above", "CANCELED"), ("below", "CANCELED")],
        done: true,
    },
    Life {
        name: "OCO list cancelled",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[CancelList],
        orders: &[("above", "CANCELED"), ("below", "CANCELED")],
        done: true,
    },
    Life {
        name: "OCO cancelled with all orders",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[CancelAll],
        orders: &[("above", "CANCELED"), ("below", "CANCELED")],
        done: true,
    },
    Life {
        name: "OCO buy stop triggered",
        call: OCO,
        query: &[BUY_OCO],
        steps: &[UP],
        orders: &[("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OCO take profit triggered",
        call: OCO,
        query: &[CONTINGENT_OCO],
        steps: &[UP],
        orders: &[("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OCO goes on with the market",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Pass(3)],
        orders: &[("above", "NEW"), ("below", "NEW")],
        done: false,
    },
    Life {
        name: "old OCO limit filled",
        call: OLD_OCO,
        query: &[OLD],
        steps: &[Trade("BUY", "5", "0.001162")],
        orders: &[("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "old OCO stop triggered",
        call: OLD_OCO,
        query: &[OLD],
        steps: &[DOWN],
        orders: &[("above", "EXPIRED"), ("below", "FILLED")],
        done: true,
    },
    Life {
        name: "OTO placed",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[],
        orders: &[("work", "NEW"), ("pend", "PENDING_NEW")],
        done: false,
    },
    Life {
        name: "OTO working filled in part",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[Trade("SELL", "2", "0.00116")],
        orders: &[("work", "PARTIALLY_FILLED"), ("pend", "PENDING_NEW")],
        done: false,
    },
    Life {
        name: "OTO working filled",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("pend", "NEW")],
        done: false,
    },
    Life {
        name: "OTO both filled",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[HITS_WORKING, Trade("BUY", "5", "0.001161")],
        orders: &[("work", "FILLED"), ("pend", "FILLED")],
        done: true,
    },
    Life {
        name: "OTO pending market order",
        call: OTO,
        query: &[WORKING, "pendingType=MARKET&pendingSide=SELL&pendingQuantity=3&pendingClientOrderId=pend"],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("pend", "FILLED")],
        done: true,
    },
    Life {
        name: "OTO pending buy",
        call: OTO,
        query: &[
            WORKING,
            "pendingType=LIMIT_MAKER&pendingPrice=0.00115&pendingSide=BUY&pendingQuantity=3&pendingClientOrderId=pend",
        ],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("pend", "NEW")],
        done: false,
    },
    Life {
        name: "OTO pending LIMIT_MAKER that would take",
        call: OTO,
        query: &[
            WORKING,
            "pendingType=LIMIT_MAKER&pendingPrice=0.00115&pendingSide=SELL&pendingQuantity=3&pendingClientOrderId=pend",
        ],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("pend", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OTO working cancelled",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[Trade("SELL", "2", "0.00116"), Cancel("work")],
        orders: &[("work", "CANCELED"), ("pend", "CANCELED")],
        done: true,
    },
    Life {
        name: "OTO pending cancelled",
        call: OTO,
        query: &[WORKING, PENDING, "pendingQuantity=5"],
        steps: &[Cancel("pend")],
        orders: &[("work", "CANCELED"), ("pend", "CANCELED")],
        done: true,
    },
    Life {
        name: "OTO working expired",
        call: OTO,
        query: &[
            "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=IOC&workingSide=BUY&workingPrice=0.00115&workingQuantity=5&\
             workingClientOrderId=work&listClientOrderId=list",
            PENDING,
            "pendingQuantity=5",
        ],
        steps: &[],
        orders: &[("work", "EXPIRED"), ("pend", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OTOCO placed",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[],
        orders: &[("work", "NEW"), ("above", "PENDING_NEW"), ("below", "PENDING_NEW")],
        done: false,
    },
    Life {
        name: "OTOCO working filled",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("above", "NEW"), ("below", "NEW")],
        done: false,
    },
    Life {
        name: "OTOCO above filled",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[HITS_WORKING, Trade("BUY", "5", "0.001162")],
        orders: &[("work", "FILLED"), ("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OTOCO below triggered",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[HITS_WORKING, DOWN],
        orders: &[("work", "FILLED"), ("above", "EXPIRED"), ("below", "FILLED")],
        done: true,
    },
    Life {
        name: "OTOCO a leg cancelled",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[HITS_WORKING, Cancel("below")],
        orders: &[("work", "FILLED"), ("above", "CANCELED"), ("below", "CANCELED")],
        done: true,
    },
    Life {
        name: "OTOCO all cancelled",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[CancelAll],
        orders: &[("work", "CANCELED"), ("above", "CANCELED"), ("below", "CANCELED")],
        done: true,
    },
    Life {
        name: "OPO placed",
        call: OPO,
        query: &[WORKING, PENDING],
        steps: &[],
        orders: &[("work", "NEW"), ("pend", "PENDING_NEW")],
        done: false,
    },
    Life {
        name: "OPO working filled in part",
        call: OPO,
        query: &[WORKING, PENDING],
        steps: &[Trade("SELL", "2", "0.00116")],
        orders: &[("work", "PARTIALLY_FILLED"), ("pend", "PENDING_NEW")],
        done: false,
    },
    Life {
        name: "OPO cancelled after a part",
        call: OPO,
        query: &[WORKING, PENDING],
        steps: &[Trade("SELL", "2", "0.00116"), CancelList],
        orders: &[("work", "CANCELED"), ("pend", "CANCELED")],
        done: true,
    },
    Life {
        name: "OPO working filled",
        call: OPO,
        query: &[WORKING, PENDING],
        steps: &[HITS_WORKING],
        orders: &[("work", "FILLED"), ("pend", "NEW")],
        done: false,
    },
    Life {
        name: "OPO both filled",
        call: OPO,
        query: &[WORKING, PENDING],
        steps: &[HITS_WORKING, Trade("BUY", "5", "0.001161")],
        orders: &[("work", "FILLED"), ("pend", "FILLED")],
        done: true,
    },
    Life {
        name: "OPOCO below triggered",
        call: OPOCO,
        query: &[WORKING, PENDING_PAIR],
        steps: &[HITS_WORKING, DOWN],
        orders: &[("work", "FILLED"), ("above", "EXPIRED"), ("below", "FILLED")],
        done: true,
    },
    Life {
        name: "OPOCO above filled",
        call: OPOCO,
        query: &[WORKING, PENDING_PAIR],
        steps: &[HITS_WORKING, Trade("BUY", "5", "0.001162")],
        orders: &[("work", "FILLED"), ("above", "FILLED"), ("below", "EXPIRED")],
        done: true,
    },
    Life {
        name: "OPOCO half filled",
        call: OPOCO,
        query: &[WORKING, PENDING_PAIR],
        steps: &[Trade("SELL", "2", "0.00116")],
        orders: &[("work", "PARTIALLY_FILLED"), ("above", "PENDING_NEW"), ("below", "PENDING_NEW")],
        done: false,
    },
];

#[test]
fn lists_live_as_documented() {
    for life in LIVES {
        let session = prepared();
        let placed = session.ok(life.call, &query(life.query));
        let (kind, status) = ("EXEC_STARTED", "EXECUTING");
        assert_eq!(
            (&placed["listStatusType"], &placed["listOrderStatus"]),
            (&kind.into(), &status.into()),
            "{}",
            life.name
        );
        life.steps.iter().for_each(|s| step(&session, *s));
        for (id, status) in life.orders {
            assert_eq!(session.status("LTCBTC", id), *status, "{}: {id}", life.name);
        }
        let shown = session.ok("GET orderList", "origClientOrderId=list");
        let wanted = if life.done { ("ALL_DONE", "ALL_DONE") } else { (kind, status) };
        assert_eq!(
            (&shown["listStatusType"], &shown["listOrderStatus"]),
            (&wanted.0.into(), &wanted.1.into()),
            "{}",
            life.name
        );
        let contingency = if matches!(life.call, OCO | OLD_OCO) { "OCO" } else { "OTO" };
        assert_eq!(shown["contingencyType"], contingency, "{}", life.name);
        let open = session.ok("GET openOrderList", "");
        assert_eq!(open.as_array().unwrap().len(), usize::from(!life.done), "{}", life.name);
        assert_eq!(session.ok("GET allOrderList", "")[0], shown, "{}", life.name);
        audit(&session, life.name);
    }
}

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
}

const REFUSED: &[(&str, &str, &[&str], i64, &str)] = &[
    (
        "limit above in a buy",
        OCO,
        &[
            "symbol=LTCBTC&side=BUY&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=TAKE_PROFIT&belowStopPrice=0.0011",
        ],
        -1165,
        "A limit order in a buy OCO must be below.",
    ),
    (
        "limit below in a sell",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=TAKE_PROFIT&aboveStopPrice=0.0012&belowType=LIMIT_MAKER&belowPrice=0.0011",
        ],
        -1166,
        "A limit order in a sell OCO must be above.",
    ),
    (
        "two limits",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=LIMIT_MAKER&belowPrice=0.0011",
        ],
        -1168,
        "At least one OCO order must be contingent.",
    ),
    (
        "stop below in a buy",
        OCO,
        &[
            "symbol=LTCBTC&side=BUY&quantity=5&aboveType=STOP_LOSS&aboveStopPrice=0.0012&belowType=STOP_LOSS&belowStopPrice=0.0011",
        ],
        -1196,
        "A stop loss order in a buy OCO must be above.",
    ),
    (
        "stop above in a sell",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=STOP_LOSS&aboveStopPrice=0.0012&belowType=STOP_LOSS&belowStopPrice=0.0011",
        ],
        -1197,
        "A stop loss order in a sell OCO must be below.",
    ),
    (
        "profit above in a buy",
        OCO,
        &[
            "symbol=LTCBTC&side=BUY&quantity=5&aboveType=TAKE_PROFIT&aboveStopPrice=0.0012&belowType=TAKE_PROFIT&belowStopPrice=0.0011",
        ],
        -1198,
        "A take profit order in a buy OCO must be below.",
    ),
    (
        "profit below in a sell",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=TAKE_PROFIT&aboveStopPrice=0.0012&belowType=TAKE_PROFIT&belowStopPrice=0.0011",
        ],
        -1199,
        "A take profit order in a sell OCO must be above.",
    ),
    (
        "iceberg that does not stay",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=STOP_LOSS_LIMIT&belowStopPrice=0.0011&belowPrice=0.0011&belowTimeInForce=IOC&belowIcebergQty=1",
        ],
        -1160,
        "Parameter 'belowIcebergQty' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC.",
    ),
    (
        "limit below the last price",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.001159&belowType=STOP_LOSS&belowStopPrice=0.0011",
        ],
        -2010,
        "The relationship of the prices for the orders is not correct.",
    ),
    (
        "stop above the last price",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=STOP_LOSS&belowStopPrice=0.00117",
        ],
        -2010,
        "The relationship of the prices for the orders is not correct.",
    ),
    (
        "old OCO stop above the last price",
        OLD_OCO,
        &["symbol=LTCBTC&side=SELL&quantity=5&price=0.0012&stopPrice=0.00117"],
        -2010,
        "The relationship of the prices for the orders is not correct.",
    ),
    (
        "pending pair crossed",
        OTOCO,
        &[
            WORKING,
            "pendingQuantity=5&pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=0.0011&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=0.0012",
        ],
        -2010,
        "The relationship of the prices for the orders is not correct.",
    ),
    (
        "pending pair of one",
        OTOCO,
        &[
            WORKING,
            "pendingQuantity=5&pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=0.0012",
        ],
        -1102,
        "Mandatory parameter 'pendingBelowType' was not sent, was empty/null, or malformed.",
    ),
    (
        "OPO that sells first",
        OPO,
        &[
            "symbol=LTCBTC&workingType=LIMIT_MAKER&workingSide=SELL&workingPrice=0.0012&workingQuantity=5",
            PENDING,
        ],
        -1222,
        "Working order in an OPO list must be a bid.",
    ),
    (
        "OPO that buys then",
        OPO,
        &[WORKING, "pendingType=LIMIT_MAKER&pendingSide=BUY&pendingPrice=0.0011"],
        -1223,
        "Pending orders in an OPO list must be asks.",
    ),
    (
        "working LIMIT_MAKER that takes",
        OTO,
        &[
            "symbol=LTCBTC&workingType=LIMIT_MAKER&workingSide=BUY&workingPrice=0.0012&workingQuantity=5",
            PENDING,
            "pendingQuantity=5",
        ],
        -2010,
        "Order would immediately match and take.",
    ),
    (
        "pending off the tick",
        OTO,
        &[WORKING, "pendingType=LIMIT_MAKER&pendingSide=SELL&pendingQuantity=5&pendingPrice=0.0012345"],
        -1013,
        "Filter failure: PRICE_FILTER",
    ),
    (
        "pending OPO off the tick",
        OPO,
        &[WORKING, "pendingType=LIMIT_MAKER&pendingSide=SELL&pendingPrice=0.0012345"],
        -1013,
        "Filter failure: PRICE_FILTER",
    ),
    (
        "pending quantity off the step",
        OTO,
        &[WORKING, PENDING, "pendingQuantity=5.001"],
        -1013,
        "Filter failure: LOT_SIZE",
    ),
    (
        "pending that cannot be paid",
        OTO,
        &[WORKING, PENDING, "pendingQuantity=5000"],
        -2010,
        "Account has insufficient balance for requested action.",
    ),
    (
        "OCO that cannot be paid",
        OCO,
        &[
            "symbol=LTCBTC&side=SELL&quantity=5000&aboveType=LIMIT_MAKER&abovePrice=0.0012&belowType=STOP_LOSS&belowStopPrice=0.0011",
        ],
        -2010,
        "Account has insufficient balance for requested action.",
    ),
    (
        "two orders of one id",
        OTO,
        &[
            WORKING,
            "pendingType=LIMIT_MAKER&pendingSide=SELL&pendingQuantity=5&pendingPrice=0.0012&pendingClientOrderId=work",
        ],
        -2010,
        "Duplicate order sent.",
    ),
    (
        "mode that no symbol has",
        OTO,
        &[WORKING, PENDING, "pendingQuantity=5&selfTradePreventionMode=TRANSFER"],
        -1013,
        "This symbol does not allow the specified self-trade prevention mode.",
    ),
    (
        "price for a market order",
        OTO,
        &[WORKING, "pendingType=MARKET&pendingSide=SELL&pendingQuantity=5&pendingPrice=0.0012"],
        -1106,
        "Parameter 'pendingPrice' sent when not required.",
    ),
    ("no such list", "DELETE orderList", &["symbol=LTCBTC&orderListId=1"], -2011, "Unknown order sent."),
    ("no list of that name", "GET orderList", &["origClientOrderId=none"], -2013, "Order does not exist."),
];

#[test]
fn a_refused_list_changes_nothing() {
    let session = prepared();
    let state = |s: &Session| {
        (s.ok("GET account", ""), s.ok("GET allOrders", "symbol=LTCBTC"), s.ok("GET allOrderList", ""))
    };
    let before = state(&session);
    for (name, call, parts, code, message) in REFUSED {
        assert_eq!(session.refused(call, &query(parts)), (*code, (*message).to_owned()), "{name}");
        assert_eq!(state(&session), before, "{name}");
    }
}

#[test]
fn lists_that_are_open_are_counted_and_named_once() {
    let session = prepared();
    session.ok(OCO, SELL_OCO);
    let duplicate = (-2010, "Duplicate order sent.".to_owned());
    assert_eq!(session.refused(OCO, SELL_OCO), duplicate);
    let renamed = SELL_OCO.replace("=above", "=a").replace("=below", "=b");
    assert_eq!(session.refused(OCO, &renamed), duplicate);
    step(&session, CancelList);
    session.ok(OCO, SELL_OCO);
    step(&session, CancelList);
    let oto = "symbol=LTCBTC&workingType=LIMIT_MAKER&workingSide=BUY&workingPrice=0.00115&workingQuantity=1&pendingType=MARKET&\
        pendingSide=SELL&pendingQuantity=0.5";
    for _ in 0..20 {
        session.ok(OTO, oto);
    }
    assert_eq!(session.refused(OTO, oto), (-1013, "Filter failure: MAX_NUM_ORDER_LISTS".to_owned()));
    let contingent = "symbol=LTCBTC&side=SELL&type=STOP_LOSS&quantity=0.2&stopPrice=0.001";
    assert_eq!(session.ok("GET openOrderList", "").as_array().unwrap().len(), 20);
    step(&session, CancelAll);
    for _ in 0..4 {
        session.ok("POST order", contingent);
    }
    // Both orders of the list count against the five that there may be.
    assert_eq!(
        session.refused(OCO, CONTINGENT_OCO),
        (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS".to_owned())
    );
    session.ok(OCO, SELL_OCO);
    audit(&session, "counted");
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
