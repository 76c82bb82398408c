//! The answers of futures, wallet and margin have the members of the catalogue's shapes, in their order.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::support::*;
use crate::catalogue;
use crate::practice::examples::Shape;

/// An object whose members keep their order.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = from.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Reader)
    }
}

/// Members of a shape that an answer does not have, each for a reason.
const ABSENT: [&str; 19] = [
    // Only where an order of a trailing stop is shown, which is a conditional order now.
    "activatePrice",
    "priceRate",
    // The coin-margined exchange's.
    "cumBase",
    "baseQty",
    "pair",
    "marginAsset",
    // Only for who asked for it.
    "notionalCoef",
    "delistTime",
    "assetBalances",
    // Only of a refusal within a list.
    "code",
    "msg",
    // Of conditional orders of several steps, which there are none of here.
    "actualType",
    "actualQty",
    "tpOrderType",
    "tpTriggerPrice",
    "tpPrice",
    "slTriggerPrice",
    "slPrice",
    // Here a filter has the members of its own type.
    "filters",
];

/// Members that an answer has beside those of the shape: the exchange sends them, as its documentation of other endpoints shows.
const MORE: [&str; 4] = ["cumQuote", "avgPrice", "activatePrice", "callbackRate"];

/// Holds an answer to a shape; lists of several items in a shape stand for an item each.
fn assert_fits(text: &str, shape: &Shape, place: &str) {
    match shape {
        Shape::Object(wanted) => {
            let Members(members) =
                serde_json::from_str(text).unwrap_or_else(|e| panic!("{place}: {e}: {text}"));
            let named = |name: &str| wanted.iter().position(|(n, _)| n == name);
            // `origType` stands on either side of `type`, from one endpoint to the next.
            let ordered = members.iter().filter(|(name, _)| name != "origType");
            let places: Vec<usize> = ordered.filter_map(|(name, _)| named(name)).collect();
            assert!(places.windows(2).all(|w| w[0] < w[1]), "{place}: order of {text}");
            for (name, value) in &members {
                match named(name) {
                    Some(at) => assert_fits(value.get(), &wanted[at].1, &format!("{place}.{name}")),
                    None => assert!(MORE.contains(&name.as_str()), "{place}.{name} is not in the shape"),
                }
            }
            for (name, _) in wanted.iter().filter(|(name, _)| !ABSENT.contains(&name.as_str())) {
                assert!(members.iter().any(|(n, _)| n == name), "{place}.{name} is missing: {text}");
            }
        }
        Shape::List(wanted) => {
            let items: Vec<Box<RawValue>> =
                serde_json::from_str(text).unwrap_or_else(|e| panic!("{place}: {e}"));
            for (i, item) in items.iter().enumerate().filter(|_| !place.ends_with(".filters")) {
                let Some(shape) = wanted.get(i).or(wanted.last()) else { continue };
                assert_fits(item.get(), shape, &format!("{place}[]"));
            }
        }
        Shape::Value(kind) => {
            let is_text = text.starts_with('"');
            let digits = text.trim_matches(['"', '-']).bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let fits = match kind.as_str() {
                "integer" | "number" | "time" => !is_text && digits,
                "boolean" => text == "true" || text == "false",
                "string" => is_text || text == "null",
                "decimal-string" | "integer-string" => is_text && digits,
                given => text == format!("\"{given}\""),
            };
            assert!(fits, "{place}: {text} is no {kind}");
        }
        Shape::Given(_) => panic!("{place}: no catalogue has that"),
    }
}

/// What is done first, so that every list has something in it.
const SETUP: [(&str, &str, &str); 4] = [
    ("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01"),
    (
        "POST",
        "/fapi/v1/algoOrder",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=90000",
    ),
    ("POST", "/sapi/v1/asset/transfer", "type=MAIN_MARGIN&asset=USDT&amount=5"),
    ("POST", "/sapi/v1/asset/transfer", "type=MAIN_FUNDING&asset=BTC&amount=0.1"),
];

/// Endpoints that need parameters, or change something, and those.
const ASKED: [(&str, &str, &str); 30] = [
    ("GET", "/fapi/v1/aggTrades", "symbol=BTCUSDT&limit=2"),
    ("GET", "/fapi/v1/algoOrder", "algoId=2146761"),
    ("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/commissionRate", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/depth", "symbol=BTCUSDT&limit=5"),
    ("GET", "/fapi/v1/klines", "symbol=BTCUSDT&interval=1h&limit=2"),
    ("GET", "/fapi/v1/order", "symbol=ETHUSDT&orderId=8389765000001"),
    ("GET", "/fapi/v1/premiumIndex", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/ticker/24hr", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/ticker/bookTicker", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/ticker/price", "symbol=BTCUSDT"),
    ("GET", "/fapi/v2/ticker/price", "symbol=BTCUSDT"),
    ("GET", "/fapi/v1/trades", "symbol=BTCUSDT&limit=2"),
    ("GET", "/fapi/v1/userTrades", "symbol=ETHUSDT"),
    ("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newOrderRespType=RESULT"),
    (
        "POST",
        "/fapi/v1/order/test",
        "symbol=BTCUSDT&side=SELL&type=STOP_MARKET&stopPrice=90000&closePosition=true",
    ),
    (
        "POST",
        "/fapi/v1/algoOrder",
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.01&callbackRate=1",
    ),
    ("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=30"),
    ("POST", "/fapi/v1/marginType", "symbol=LTCUSDT&marginType=ISOLATED"),
    ("POST", "/fapi/v1/marginType", "symbol=LTCUSDT&marginType=CROSSED"),
    ("POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin=true"),
    ("DELETE", "/fapi/v1/order", "symbol=BTCUSDT&orderId=8389765000002"),
    ("DELETE", "/fapi/v1/algoOrder", "algoId=2146761"),
    ("DELETE", "/fapi/v1/algoOpenOrders", "symbol=BTCUSDT"),
    ("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT"),
    ("GET", "/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE"),
    ("GET", "/sapi/v1/capital/deposit/address", "coin=BTC"),
    ("POST", "/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE&asset=USDT&amount=5"),
    ("GET", "/sapi/v1/margin/maxBorrowable", "asset=BTC"),
    ("GET", "/sapi/v1/margin/maxTransferable", "asset=USDT"),
];

/// Endpoints whose one or many answers have the shape of one.
const ONE_OR_MANY: [&str; 5] = [
    "/fapi/v1/premiumIndex",
    "/fapi/v1/ticker/24hr",
    "/fapi/v1/ticker/bookTicker",
    "/fapi/v1/ticker/price",
    "/fapi/v2/ticker/price",
];

#[test]
fn answers_have_the_members_of_the_catalogue_in_their_order() {
    let client = Client::new();
    for (method, path, query) in SETUP {
        let (status, body) = client.send(method, path, query);
        assert_eq!(status, 200, "{path}?{query}: {body}");
    }
    let groups = ["futures", "wallet", "margin"];
    let played: Vec<_> = catalogue::endpoints()
        .iter()
        .filter(|e| groups.contains(&e.group()) && e.plays().is_some())
        .collect();
    let plain = played.iter().filter(|e| {
        e.method().as_str() == "GET"
            && !e.parameters().any(crate::catalogue::Parameter::required)
            && !ONE_OR_MANY.contains(&e.path())
            && e.one_of().next().is_none()
    });
    let plain = plain.map(|e| ("GET", e.path(), ""));
    let posted = ["/sapi/v3/asset/getUserAsset", "/sapi/v1/asset/get-funding-asset"].map(|p| ("POST", p, ""));
    for (method, path, query) in plain.chain(posted).chain(ASKED) {
        let endpoint = played.iter().find(|e| e.path() == path && e.method().as_str() == method).unwrap();
        let text = client.text(method, path, query);
        let place = format!("{method} {path}?{query}");
        assert_fits(&text, &Shape::parse(endpoint.response()), &place);
    }
    for path in ONE_OR_MANY {
        let endpoint = played.iter().find(|e| e.path() == path).unwrap();
        let shape = Shape::List(vec![Shape::parse(endpoint.response())]);
        assert_fits(&client.text("GET", path, ""), &shape, path);
    }
}
