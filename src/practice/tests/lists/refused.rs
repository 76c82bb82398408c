use super::*;

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
