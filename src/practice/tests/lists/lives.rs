use super::*;

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
        orders: &[("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: true,
    },
    Life {
        name: "OCO limit filled in part",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Trade("BUY", "2", "0.001162")],
        orders: &[("above", "PARTIALLY_FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: false,
    },
    Life {
        name: "OCO limit filled in part, then cancelled",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[Trade("BUY", "2", "0.001162"), Cancel("above")],
        orders: &[("above", "CANCELED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: true,
    },
    Life {
        name: "OCO stop triggered",
        call: OCO,
        query: &[SELL_OCO],
        steps: &[DOWN],
        orders: &[("above", "EXPIRED OCO_TRIGGER"), ("below", "FILLED")],
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
        orders: &[("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: true,
    },
    Life {
        name: "OCO take profit triggered",
        call: OCO,
        query: &[CONTINGENT_OCO],
        steps: &[UP],
        orders: &[("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
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
        orders: &[("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: true,
    },
    Life {
        name: "old OCO stop triggered",
        call: OLD_OCO,
        query: &[OLD],
        steps: &[DOWN],
        orders: &[("above", "EXPIRED OCO_TRIGGER"), ("below", "FILLED")],
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
        orders: &[("work", "FILLED"), ("pend", "EXPIRED REJECTED")],
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
        orders: &[
            ("work", "EXPIRED UNFILLED_IOC_QUANTITY_EXPIRED"),
            ("pend", "EXPIRED OTO_PHASE_ONE_EXPIRED"),
        ],
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
        orders: &[("work", "FILLED"), ("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
        done: true,
    },
    Life {
        name: "OTOCO below triggered",
        call: OTOCO,
        query: &[WORKING, PENDING_PAIR, "pendingQuantity=5"],
        steps: &[HITS_WORKING, DOWN],
        orders: &[("work", "FILLED"), ("above", "EXPIRED OCO_TRIGGER"), ("below", "FILLED")],
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
        orders: &[("work", "FILLED"), ("above", "EXPIRED OCO_TRIGGER"), ("below", "FILLED")],
        done: true,
    },
    Life {
        name: "OPOCO above filled",
        call: OPOCO,
        query: &[WORKING, PENDING_PAIR],
        steps: &[HITS_WORKING, Trade("BUY", "5", "0.001162")],
        orders: &[("work", "FILLED"), ("above", "FILLED"), ("below", "EXPIRED OCO_TRIGGER")],
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
            let order = session.ok("GET order", &format!("symbol=LTCBTC&origClientOrderId={id}"));
            assert_eq!(ended(&order), *status, "{}: {id}", life.name);
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
