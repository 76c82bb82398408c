use serde_json::Value;

use super::support::*;
use crate::catalogue::{self, Endpoint};
use crate::practice::engine::plays;

#[test]
fn what_the_catalogue_says_is_played_is_played_and_nothing_else() {
    let mut named: Vec<&str> = catalogue::endpoints().iter().filter_map(Endpoint::plays).collect();
    let mut played: Vec<&str> = plays().map(|(name, _)| *name).collect();
    named.sort_unstable();
    // Versions of an endpoint can have one answer.
    named.dedup();
    played.sort_unstable();
    assert_eq!(named, played);
}

const ORDER: &str = "symbol orderId orderListId clientOrderId price origQty executedQty origQuoteOrderQty \
    cummulativeQuoteQty status timeInForce type side stopPrice icebergQty time updateTime isWorking workingTime \
    selfTradePreventionMode";
const LISTED_ORDER: &str = "symbol orderId orderListId clientOrderId price origQty executedQty cummulativeQuoteQty status \
    timeInForce type side stopPrice icebergQty time updateTime isWorking origQuoteOrderQty workingTime \
    selfTradePreventionMode";
const DAY: &str = "symbol priceChange priceChangePercent weightedAvgPrice prevClosePrice lastPrice lastQty bidPrice bidQty \
    askPrice askQty openPrice highPrice lowPrice volume quoteVolume openTime closeTime firstId lastId count";
const MINI: &str = "symbol openPrice highPrice lowPrice lastPrice volume quoteVolume openTime closeTime firstId lastId count";
const SYMBOL: &str = "symbol status baseAsset baseAssetPrecision quoteAsset quotePrecision quoteAssetPrecision \
    baseCommissionPrecision quoteCommissionPrecision orderTypes icebergAllowed ocoAllowed otoAllowed opoAllowed \
    quoteOrderQtyMarketAllowed allowTrailingStop cancelReplaceAllowed amendAllowed pegInstructionsAllowed \
    isSpotTradingAllowed isMarginTradingAllowed filters permissions permissionSets defaultSelfTradePreventionMode \
    allowedSelfTradePreventionModes";
const TRADE: &str = "id price qty quoteQty time isBuyerMaker isBestMatch";
const MY_TRADE: &str = "symbol id orderId orderListId price qty quoteQty commission commissionAsset time isBuyer isMaker \
    isBestMatch";
const ACCOUNT: &str = "makerCommission takerCommission buyerCommission sellerCommission commissionRates canTrade \
    canWithdraw canDeposit brokered requireSelfTradePrevention preventSor updateTime accountType balances permissions uid";

/// Path, query, where in the answer to look, and the fields there in their order: those of the catalogue's sources
/// (`response`), without the ones that the documentation says appear only in certain cases.
const SHAPES: [(&str, &str, &str, &str); 21] = [
    ("/api/v3/ping", "", "", ""),
    ("/api/v3/time", "", "", "serverTime"),
    ("/api/v3/exchangeInfo", "", "", "timezone serverTime rateLimits exchangeFilters symbols sors"),
    ("/api/v3/exchangeInfo", "", "/rateLimits/0", "rateLimitType interval intervalNum limit"),
    ("/api/v3/exchangeInfo", "symbol=ARKBTC", "/symbols/0", SYMBOL),
    ("/api/v3/exchangeInfo", "", "/symbols/3/filters/0", "filterType minPrice maxPrice tickSize"),
    ("/api/v3/depth", "symbol=ARKBTC", "", "lastUpdateId bids asks"),
    ("/api/v3/trades", "symbol=ARKBTC&limit=1", "/0", TRADE),
    ("/api/v3/avgPrice", "symbol=ARKBTC", "", "mins price closeTime"),
    ("/api/v3/ticker/price", "symbol=ARKBTC", "", "symbol price"),
    ("/api/v3/ticker/price", "", "/0", "symbol price"),
    ("/api/v3/ticker/24hr", "symbol=ARKBTC", "", DAY),
    ("/api/v3/ticker/24hr", "symbol=ARKBTC&type=MINI", "", MINI),
    ("/api/v3/ticker/bookTicker", "symbol=ARKBTC", "", "symbol bidPrice bidQty askPrice askQty"),
    ("/api/v3/account", "", "", ACCOUNT),
    ("/api/v3/account", "", "/commissionRates", "maker taker buyer seller"),
    ("/api/v3/account", "", "/balances/0", "asset free locked"),
    ("/api/v3/openOrders", "symbol=ARKBTC", "/0", ORDER),
    ("/api/v3/order", "symbol=ARKBTC&orderId=43292019", "", ORDER),
    ("/api/v3/allOrders", "symbol=ARKBTC", "/0", LISTED_ORDER),
    ("/api/v3/myTrades", "symbol=ARKBTC", "/0", MY_TRADE),
];

#[test]
fn answers_have_the_fields_of_the_documentation_in_their_order() {
    for (path, query, place, fields) in SHAPES {
        let public = catalogue::at_path(path).any(|e| e.method().as_str() == "GET" && !e.signed());
        let text = ok(&if public { plain(path, query) } else { signed(path, query) });
        let value: Value = serde_json::from_str(&text).unwrap();
        let object = value.pointer(place).unwrap_or_else(|| panic!("{path} {place}: {text}"));
        // From the first field of the object on, so that names of objects around it do not count.
        let first = fields.split(' ').next().unwrap_or_default();
        let from = text.find(&format!("\"{first}\":")).unwrap_or(0);
        let names = if place.is_empty() {
            fields_in_order(object, &text)
        } else {
            fields_in_order(object, &text[from..])
        };
        assert_eq!(names, fields.split_whitespace().collect::<Vec<_>>(), "{path}?{query} {place}");
    }
}

#[test]
fn a_candle_has_twelve_values() {
    let candles = get("/api/v3/klines", "symbol=ARKBTC&interval=1h&limit=2");
    assert_eq!(candles.as_array().unwrap().len(), 2);
    let candle = candles[1].as_array().unwrap();
    let numbers = [0, 6, 8];
    for (i, value) in candle.iter().enumerate() {
        assert_eq!(value.is_i64(), numbers.contains(&i), "{i}: {value}");
        assert_eq!(value.is_string(), !numbers.contains(&i), "{i}: {value}");
    }
    assert_eq!(candle.len(), 12);
}

/// Path, query, how many elements the answer has.
const COUNTS: [(&str, &str, usize); 26] = [
    ("/api/v3/openOrders", "", 6),
    ("/api/v3/openOrders", "symbol=ARKBTC", 3),
    ("/api/v3/openOrders", "symbol=LTCBTC", 0),
    ("/api/v3/allOrders", "symbol=ARKBTC", 6),
    ("/api/v3/allOrders", "symbol=ARKBTC&limit=2", 2),
    ("/api/v3/allOrders", "symbol=ARKBTC&orderId=43292019", 2),
    ("/api/v3/allOrders", "symbol=ARKBTC&orderId=9223372036854775807", 0),
    ("/api/v3/allOrders", "symbol=ARKBTC&startTime=1772236800000&endTime=1772323200000", 3),
    ("/api/v3/allOrders", "symbol=ARKBTC&startTime=1772236800000000&endTime=1772323200000000", 3),
    ("/api/v3/myTrades", "symbol=ARKBTC", 4),
    ("/api/v3/myTrades", "symbol=ARKBTC&orderId=42633480", 2),
    ("/api/v3/myTrades", "symbol=ARKBTC&limit=3", 3),
    ("/api/v3/myTrades", "symbol=ARKBTC&fromId=610498", 1),
    ("/api/v3/myTrades", "symbol=ARKBTC&endTime=1", 0),
    ("/api/v3/trades", "symbol=ARKBTC", 500),
    ("/api/v3/trades", "symbol=ARKBTC&limit=1000", 1000),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1d", 424),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1m", 500),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1M", 14),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1h&startTime=1772316000000", 2),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1h&startTime=1772316000001", 1),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1h&startTime=0&endTime=1735693199999", 1),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1h&startTime=1800000000000", 0),
    ("/api/v3/ticker/price", "symbols=%5B%22ARKBTC%22,%22LTCBTC%22%5D", 2),
    ("/api/v3/ticker/24hr", "symbolStatus=HALT", 0),
    ("/api/v3/ticker/bookTicker", "", 10),
];

#[test]
fn lists_hold_what_was_asked_for() {
    for (path, query, count) in COUNTS {
        let answer = get(path, query);
        assert_eq!(answer.as_array().map(Vec::len), Some(count), "{path}?{query}");
    }
    for (limit, count) in [("", 100), ("&limit=5", 5), ("&limit=99999", 201)] {
        let book = get("/api/v3/depth", &format!("symbol=ARKBTC{limit}"));
        assert_eq!(book["asks"].as_array().unwrap().len().min(201), count.min(200), "{limit}");
    }
}

/// Path, query, code, the beginning of the log's explanation.
const REFUSALS: [(&str, &str, i32, &str); 9] = [
    ("/api/v3/order", "symbol=ARKBTC&orderId=1", -2013, "no order `1` on ARKBTC"),
    ("/api/v3/order", "symbol=LTCBTC&orderId=43292019", -2013, "no order `43292019` on LTCBTC"),
    (
        "/api/v3/order",
        "symbol=ARKBTC&orderId=43292019&origClientOrderId=x",
        -2039,
        "the order `43292019` has another client order id than `x`",
    ),
    ("/api/v3/order", "symbol=ARKBTC&origClientOrderId=none", -2013, "no order `none` on ARKBTC"),
    (
        "/api/v3/allOrders",
        "symbol=ARKBTC&startTime=1&endTime=86400002",
        -1127,
        "`startTime` and `endTime` are",
    ),
    (
        "/api/v3/ticker/price",
        "symbols=[%22ARKBTC%22,%22ARKBTC%22]",
        -1151,
        "a symbol stands in `symbols` twice",
    ),
    ("/api/v3/ticker/price", "symbol=ARKBTC&symbolStatus=HALT", -1220, "every symbol here is TRADING"),
    ("/api/v3/klines", "symbol=ARKBTC&interval=1h&timeZone=15", -1130, "`timeZone` is `15`"),
    ("/api/v3/account/commission", "symbol=NOPE", -1121, "no symbol is called `NOPE`"),
];

#[test]
fn the_engine_refuses_in_the_exchanges_words_and_says_why() {
    for (path, query, code, cause) in REFUSALS {
        let public = catalogue::at_path(path).all(|e| !e.signed());
        let signed_here = catalogue::at_path(path).any(|e| e.method().as_str() == "GET" && e.signed());
        let answered = answer(&if public || !signed_here { plain(path, query) } else { signed(path, query) });
        let body: Value = serde_json::from_str(&answered.body).unwrap();
        assert_eq!((answered.status, body["code"].as_i64()), (400, Some(code.into())), "{path}?{query}");
        let reason = answered.reason.unwrap();
        assert!(reason.cause.starts_with(cause), "{path}?{query}: {}", reason.cause);
        assert!(!reason.fix.is_empty(), "{path}?{query}");
        assert_eq!(body["msg"].as_str(), Some(reason.message.as_str()), "{path}?{query}");
    }
    let refused = answer(&signed("/api/v3/order", "symbol=ARKBTC&orderId=1"));
    assert_eq!(refused.body, r#"{"code":-2013,"msg":"Order does not exist."}"#);
}

#[test]
fn an_order_is_found_by_either_id() {
    for query in [
        "orderId=43292019",
        "origClientOrderId=practice-ark-limit-5",
        "orderId=43292019&origClientOrderId=practice-ark-limit-5",
    ] {
        let order = get("/api/v3/order", &format!("symbol=ARKBTC&{query}"));
        assert_eq!(order["status"], "PARTIALLY_FILLED", "{query}");
        assert_eq!(order["executedQty"], "150.00000000", "{query}");
        assert_eq!(order["cummulativeQuoteQty"], "0.00074250", "{query}");
    }
}

#[test]
fn a_past_order_that_expired_tells_why() {
    let all = get("/api/v3/allOrders", "symbol=ETHUSDT&orderId=42911028&limit=1");
    assert_eq!(ended(&all[0]), "EXPIRED UNFILLED_IOC_QUANTITY_EXPIRED", "{all}");
}

#[test]
fn zero_balances_can_be_left_out() {
    let has = |query: &str, asset: &str| {
        let account = get("/api/v3/account", query);
        account["balances"].as_array().unwrap().iter().any(|b| b["asset"] == asset)
    };
    assert!(has("", "DOGE") && has("omitZeroBalances=false", "DOGE"));
    assert!(!has("omitZeroBalances=true", "DOGE") && has("omitZeroBalances=true", "ARK"));
}

#[test]
fn every_answer_counts_its_weight_and_has_a_number() {
    let exchange = exchange();
    let header = |answered: &crate::practice::exchange::Answered, name: &str| {
        answered.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone())
    };
    let first = exchange.answer(&signed("/api/v3/account", ""), LOOPBACK, NOW_MS * 1000);
    let second = exchange.answer(&plain("/api/v3/ping", ""), LOOPBACK, NOW_MS * 1000);
    let refused = exchange.answer(&plain("/api/v3/account", ""), LOOPBACK, NOW_MS * 1000);
    for (answered, used) in [(&first, "20"), (&second, "21"), (&refused, "41")] {
        assert_eq!(header(answered, "X-MBX-USED-WEIGHT").as_deref(), Some(used));
        assert_eq!(header(answered, "X-MBX-USED-WEIGHT-1M").as_deref(), Some(used));
        assert_eq!(header(answered, "Content-Type").as_deref(), Some("application/json;charset=UTF-8"));
    }
    assert_ne!(header(&first, "X-MBX-UUID"), header(&second, "X-MBX-UUID"));
}

#[test]
fn times_come_in_microseconds_if_asked_for() {
    let mut request = plain("/api/v3/time", "");
    assert_eq!(json(&request)["serverTime"], NOW_MS);
    request.headers.push(("x-mbx-time-unit".to_owned(), b"MICROSECOND".to_vec()));
    assert_eq!(json(&request)["serverTime"], NOW_MS * 1000);
    request.path = "/api/v3/klines".to_owned();
    request.query = b"symbol=ARKBTC&interval=1d&limit=1".to_vec();
    let candles = json(&request);
    assert_eq!(candles[0][0], 1_772_236_800_000_000_i64);
    assert_eq!(candles[0][6], 1_772_323_199_999_999_i64);
}

#[test]
fn exchange_info_is_filtered() {
    let symbols = |query: &str| get("/api/v3/exchangeInfo", query)["symbols"].as_array().unwrap().len();
    assert_eq!(symbols(""), 10);
    assert_eq!(symbols("symbols=%5B%22BTCUSDT%22,%22BNBBTC%22%5D"), 2);
    assert_eq!(symbols("permissions=%5B%22SPOT%22,%22MARGIN%22%5D"), 10);
    assert_eq!(symbols("permissions=%5B%22MARGIN%22,%22LEVERAGED%22%5D"), 0);
    assert_eq!(symbols("symbolStatus=BREAK"), 0);
    let sets = get("/api/v3/exchangeInfo", "symbol=ARKBTC&showPermissionSets=false");
    assert_eq!(sets["symbols"][0]["permissionSets"], serde_json::json!([]));
}

/// Path, query, whether it is taken although it needs no signature.
const NEEDLESSLY_SIGNED: [(&str, &str, bool); 3] = [
    ("/sapi/v1/margin/allPairs", "", true),
    ("/sapi/v1/system/status", "recvWindow=10000", true),
    ("/api/v3/ticker/price", "symbol=ARKBTC", false),
];

#[test]
fn a_needless_signature_is_taken_where_the_exchange_takes_it() {
    for (path, query, taken) in NEEDLESSLY_SIGNED {
        let answered = answer(&signed(path, query));
        assert_eq!(answered.status == 200, taken, "{path}: {}", answered.body);
        assert!(taken || answered.body.contains("-1101"), "{path}: {}", answered.body);
    }
}

/// Call, query, code: combinations and figures that the catalogue rules out.
const RULED_OUT: [(&str, &str, i64); 4] = [
    (
        "POST order/oco",
        "symbol=ARKBTC&side=SELL&quantity=100&price=0.00000600&stopPrice=0.00000400&stopLimitPrice=0.00000390",
        -1128,
    ),
    (
        "POST order",
        "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&pegPriceType=PRIMARY_PEG&pegOffsetValue=1",
        -1128,
    ),
    (
        "POST order",
        "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&pegPriceType=PRIMARY_PEG&pegOffsetType=PRICE_LEVEL\
        &pegOffsetValue=150",
        -1130,
    ),
    // A trailing order without a stop price is paid at the price of the moment.
    ("POST order", "symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT&quantity=90&trailingDelta=100", -2010),
];

#[test]
fn what_the_catalogue_or_the_balance_rules_out_is_refused() {
    for (call, query, code) in RULED_OUT {
        assert_eq!(Session::new().refused(call, query).0, code, "{call} {query}");
    }
}

#[test]
fn a_replacement_that_was_not_tried_counts_against_the_limits() {
    let session = Session::new();
    let query = "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&price=0.00000400\
                 &cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1";
    assert_eq!(session.send("POST order/cancelReplace", query).body["code"], -2022);
    let counts = session.ok("GET rateLimit/order", "");
    assert_eq!(counts.as_array().unwrap().iter().map(|c| &c["count"]).collect::<Vec<_>>(), [1, 1]);
}
