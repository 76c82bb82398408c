//! The answers about orders, lists and their changes have the fields of the documentation in its order.

use serde_json::Value;

use super::support::*;

const PLACED: &str = "symbol orderId orderListId clientOrderId transactTime price origQty executedQty origQuoteOrderQty \
    cummulativeQuoteQty status timeInForce type side workingTime selfTradePreventionMode";
const STOP_PLACED: &str = "symbol orderId orderListId clientOrderId transactTime price origQty executedQty origQuoteOrderQty \
    cummulativeQuoteQty status timeInForce type side stopPrice workingTime icebergQty selfTradePreventionMode";
const SOR_PLACED: &str = "symbol orderId orderListId clientOrderId transactTime price origQty executedQty origQuoteOrderQty \
    cummulativeQuoteQty status timeInForce type side workingTime fills workingFloor selfTradePreventionMode usedSor";
const FULL: &str = "symbol orderId orderListId clientOrderId transactTime price origQty executedQty origQuoteOrderQty \
    cummulativeQuoteQty status timeInForce type side workingTime fills selfTradePreventionMode";
const CANCELED: &str = "symbol origClientOrderId orderId orderListId clientOrderId transactTime price origQty executedQty \
    origQuoteOrderQty cummulativeQuoteQty status timeInForce type side selfTradePreventionMode";
const STOP_CANCELED: &str = "symbol origClientOrderId orderId orderListId clientOrderId transactTime price origQty executedQty \
    origQuoteOrderQty cummulativeQuoteQty status timeInForce type side stopPrice selfTradePreventionMode";
const LIST: &str = "orderListId contingencyType listStatusType listOrderStatus listClientOrderId transactionTime symbol orders";
const REPORTED: &str = "orderListId contingencyType listStatusType listOrderStatus listClientOrderId transactionTime symbol \
    orders orderReports";
const MEMBER: &str = "symbol orderId clientOrderId";
const AMENDED: &str = "symbol orderId orderListId origClientOrderId clientOrderId price qty executedQty preventedQty \
    quoteOrderQty cumulativeQuoteQty status timeInForce type side workingTime selfTradePreventionMode";
const AMENDMENT: &str = "symbol orderId executionId origClientOrderId newClientOrderId origQty newQty time";
const LIST_STATUS: &str = "orderListId contingencyType listOrderStatus listClientOrderId symbol orders";
const PREVENTED: &str = "symbol preventedMatchId takerOrderId makerSymbol makerOrderId tradeGroupId selfTradePreventionMode price \
    makerPreventedQuantity transactTime";
const ALLOCATION: &str = "symbol allocationId allocationType orderId orderListId price qty quoteQty commission commissionAsset \
    time isBuyer isMaker isAllocator";
const COMMISSIONS: &str =
    "standardCommissionForOrder specialCommissionForOrder taxCommissionForOrder discount";
const SOR_COMMISSIONS: &str = "standardCommissionForOrder taxCommissionForOrder discount";

const OCO: &str = "symbol=LTCBTC&side=BUY&quantity=2&aboveType=STOP_LOSS_LIMIT&aboveStopPrice=0.00118&abovePrice=0.00119&\
    aboveTimeInForce=GTC&aboveIcebergQty=1&belowType=LIMIT_MAKER&belowPrice=0.00111&listClientOrderId=oco";
const OLD_OCO: &str =
    "symbol=LTCBTC&side=BUY&quantity=2&stopPrice=0.00118&price=0.00111&stopClientOrderId=stop";
const WORKING: &str = "symbol=LTCBTC&workingType=LIMIT&workingTimeInForce=GTC&workingSide=BUY&workingPrice=0.00112&\
    workingQuantity=3&pendingSide=SELL";
const PENDING: &str = "pendingType=LIMIT&pendingTimeInForce=GTC&pendingPrice=0.0012";
const PAIR: &str = "pendingAboveType=LIMIT_MAKER&pendingAbovePrice=0.0012&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=0.0011";
const REST: &str = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=0.00116";
const NEXT: &str = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=0.00115&newClientOrderId=next&\
    cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=first";

const ACK: &str = "symbol orderId orderListId clientOrderId transactTime";
const REPLACED: &str = "cancelResult newOrderResult cancelResponse newOrderResponse";
const PREVENTED_NOW: &str = "preventedMatchId makerSymbol makerOrderId price makerPreventedQuantity";
const SOR_FILL: &str = "matchType price qty commission commissionAsset tradeId allocId";
const TAKES: &str = "symbol=LTCBTC&side=SELL&type=LIMIT&timeInForce=IOC&quantity=2&price=0.00116";

/// A request by its parts, and where to look in the answer for which fields.
type Shape = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

/// One request after the other.
const SHAPES: &[Shape] = &[
    (
        "POST orderList/oco",
        &[OCO],
        &[
            ("", REPORTED),
            ("/orders/1", MEMBER),
            ("/orderReports/0", STOP_PLACED),
            ("/orderReports/1", PLACED),
        ],
    ),
    ("GET orderList", &["origClientOrderId=oco"], &[("", LIST), ("/orders/0", MEMBER)]),
    ("GET allOrderList", &[], &[("/0", LIST), ("/0/orders/0", MEMBER)]),
    ("GET openOrderList", &[], &[("/0", LIST)]),
    (
        "DELETE orderList",
        &["symbol=LTCBTC&listClientOrderId=oco"],
        &[("", REPORTED), ("/orderReports/1", CANCELED)],
    ),
    ("POST order/oco", &[OLD_OCO], &[("", REPORTED), ("/orderReports/1", PLACED)]),
    (
        "PUT order/amend/keepPriority",
        &["symbol=LTCBTC&origClientOrderId=stop&newQty=1"],
        &[("", "transactTime executionId amendedOrder listStatus"), ("/listStatus", LIST_STATUS)],
    ),
    (
        "DELETE openOrders",
        &["symbol=LTCBTC"],
        &[("/0", REPORTED), ("/0/orderReports/0", STOP_CANCELED), ("/0/orderReports/1", CANCELED)],
    ),
    (
        "POST orderList/oto",
        &[WORKING, PENDING, "pendingQuantity=2"],
        &[("", REPORTED), ("/orders/0", MEMBER), ("/orderReports/0", PLACED), ("/orderReports/1", PLACED)],
    ),
    (
        "POST orderList/opo",
        &[WORKING, PENDING],
        &[("", REPORTED), ("/orderReports/0", PLACED), ("/orderReports/1", PLACED)],
    ),
    ("POST orderList/opo", &[WORKING, PENDING, "newOrderRespType=FULL"], &[("/orderReports/0", FULL)]),
    ("POST orderList/opo", &[WORKING, PENDING, "newOrderRespType=ACK"], &[("/orderReports/0", ACK)]),
    (
        "POST orderList/otoco",
        &[WORKING, PAIR, "pendingQuantity=2"],
        &[("", REPORTED), ("/orderReports/2", PLACED)],
    ),
    ("POST orderList/opoco", &[WORKING, PAIR], &[("", REPORTED), ("/orderReports/2", PLACED)]),
    ("DELETE openOrders", &["symbol=LTCBTC"], &[("/0", REPORTED), ("/0/orderReports/0", CANCELED)]),
    ("POST order", &[REST, "newClientOrderId=first"], &[("", FULL)]),
    (
        "PUT order/amend/keepPriority",
        &["symbol=LTCBTC&origClientOrderId=first&newQty=1&newClientOrderId=first"],
        &[("", "transactTime executionId amendedOrder"), ("/amendedOrder", AMENDED)],
    ),
    ("GET order/amendments", &["symbol=LTCBTC&orderId=AMENDED"], &[("/0", AMENDMENT)]),
    (
        "POST order/cancelReplace",
        &[NEXT],
        &[("", REPLACED), ("/cancelResponse", CANCELED), ("/newOrderResponse", FULL)],
    ),
    ("POST order", &[REST], &[("", FULL)]),
    ("POST order", &[TAKES], &[("/preventedMatches/0", PREVENTED_NOW)]),
    ("GET myPreventedMatches", &["symbol=LTCBTC&preventedMatchId=1"], &[("/0", PREVENTED)]),
    (
        "POST sor/order",
        &["symbol=LTCBTC&side=BUY&type=MARKET&quantity=4"],
        &[("", SOR_PLACED), ("/fills/1", SOR_FILL)],
    ),
    ("GET myAllocations", &["symbol=LTCBTC"], &[("/0", ALLOCATION)]),
    ("POST order/test", &[REST, "computeCommissionRates=true"], &[("", COMMISSIONS)]),
    ("POST sor/order/test", &[REST, "computeCommissionRates=true"], &[("", SOR_COMMISSIONS)]),
];

#[test]
fn answers_about_orders_have_the_fields_of_the_documentation_in_their_order() {
    let session = Session::new();
    let mut amended = String::new();
    for (call, parts, places) in SHAPES {
        let query = parts.join("&").replace("AMENDED", &amended);
        let outcome = session.send(call, &query);
        assert_eq!(outcome.status, 200, "{call}?{query}: {} ({})", outcome.text, outcome.cause);
        if let Some(id) = outcome.body.pointer("/amendedOrder/orderId") {
            amended = id.to_string();
        }
        for (place, fields) in *places {
            let object =
                outcome.body.pointer(place).unwrap_or_else(|| panic!("{call} {place}: {}", outcome.text));
            let names = fields_in_order(object, &text_of(&outcome.text, object));
            assert_eq!(names, fields.split_whitespace().collect::<Vec<_>>(), "{call}?{query} {place}");
        }
    }
}

/// The text of an object of an answer: the part that has the same value and is in the answer's order.
fn text_of(text: &str, object: &Value) -> String {
    let ends =
        |from: usize| text[from..].char_indices().filter(|(_, c)| *c == '}').map(move |(i, _)| from + i + 1);
    let starts = text.char_indices().filter(|(_, c)| *c == '{').map(|(i, _)| i);
    let mut parts = starts.flat_map(|from| ends(from).map(move |to| &text[from..to]));
    parts.find(|part| serde_json::from_str::<Value>(part).is_ok_and(|v| v == *object)).unwrap().to_owned()
}
