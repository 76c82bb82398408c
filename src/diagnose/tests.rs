use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::catalogue::{self, Permission, Permissions};
use crate::config::{PRACTICE_API_KEY as KEY, PRACTICE_SECRET_KEY as SECRET};
use crate::explain;
use crate::signing::{SecretKey, SigningKey, VerifyingKey};

/// Keys of the same account, made up: one that may not trade, one bound to another address.
const READ_ONLY: &str = "ReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnly";
const ELSEWHERE: &str = "ElsewhereElsewhereElsewhereElsewhereElsewhereElsewhereElsewhere1";
const NOW_MS: i64 = 1_499_827_319_559;

fn known(key: &str) -> Option<KnownKey> {
    let elsewhere = if key == ELSEWHERE { vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))] } else { vec![] };
    let all = Permissions::ALL;
    let permissions = if key == READ_ONLY { [Permission::EnableReading].into_iter().collect() } else { all };
    [KEY, READ_ONLY, ELSEWHERE].contains(&key).then(|| KnownKey {
        verifying: VerifyingKey::Hmac(SecretKey::new(SECRET)),
        permissions,
        addresses: elsewhere,
    })
}

fn judge(request: &ReceivedRequest) -> Verdict {
    let gate = Gate {
        now_us: NOW_MS * 1000,
        key: &known,
        knows_keys: true,
        symbol: &|_, s| ["ARKBTC", "BTCUSDT", "币安人生USDT"].contains(&s),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    verify(request, &gate)
}

fn received(method: &str, path: &str, query: &str, body: &str) -> ReceivedRequest {
    ReceivedRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.as_bytes().to_vec(),
        headers: vec![("X-MBX-APIKEY".to_owned(), KEY.as_bytes().to_vec())],
        body: body.as_bytes().to_vec(),
    }
}

fn signature(payload: &str) -> String {
    SigningKey::Hmac(SecretKey::new(SECRET)).sign(payload.as_bytes()).unwrap().as_str().to_owned()
}

/// A request as a right client makes it: `{t}` is the exchange's time, and the signature stands last.
fn signed(method: &str, path: &str, query: &str) -> ReceivedRequest {
    let query = query.replace("{t}", &NOW_MS.to_string());
    let full = format!("{query}&signature={}", signature(&query));
    received(method, path, &full, "")
}

fn refusal(request: &ReceivedRequest) -> Refusal {
    match judge(request) {
        Verdict::Refused(refusal) => refusal,
        Verdict::Accepted(accepted) => panic!("accepted: {accepted:?}"),
    }
}

fn accepts(request: &ReceivedRequest) {
    if let Verdict::Refused(refusal) = judge(request) {
        panic!("refused: {refusal:?}");
    }
}

const OPEN_ORDERS: &str = "/api/v3/openOrders";
const ORDER: &str = "/api/v3/order";
const LIMIT: &str = "side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&timestamp={t}";

#[test]
fn sound_requests_pass() {
    accepts(&signed("GET", OPEN_ORDERS, "symbol=ARKBTC&recvWindow=20000&timestamp={t}"));
    accepts(&signed("GET", OPEN_ORDERS, "timestamp={t}"));
    accepts(&signed("GET", OPEN_ORDERS, "symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&timestamp={t}"));
    accepts(&signed("GET", OPEN_ORDERS, "recvWindow=5000.125&timestamp=1499827319559000"));
    accepts(&signed("POST", ORDER, &format!("symbol=ARKBTC&{LIMIT}")));
    accepts(&received("GET", "/api/v3/depth", "symbol=ARKBTC", ""));
    accepts(&received("GET", "/api/v3/exchangeInfo", "permissions=SPOT", ""));
    accepts(&received("GET", "/api/v3/exchangeInfo", "permissions=%5B%22SPOT%22%5D", ""));
    accepts(&received("GET", "/api/v3/ticker/price", "symbols=%5B%22ARKBTC%22%5D", ""));
}

#[test]
fn query_and_body_are_signed_with_nothing_between_them_and_the_query_counts() {
    let query = "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC";
    let body = format!("quantity=1&price=0.1&timestamp={NOW_MS}&symbol=NOPE");
    let signature = signature(&format!("{query}{body}"));
    accepts(&received("POST", ORDER, query, &format!("{body}&signature={signature}")));
    let signed_query = format!("{query}&signature={signature}");
    accepts(&received("POST", ORDER, &signed_query, &body));
}

/// Check, request, status and code, mistake, message. A `signed` request has the right signature at its end, a `plain` one is
/// as it stands; `{t}` is the exchange's time.
const GATE: &str = r#"
1 path | plain GET /api/v3/nope | 404 | path-unknown |
1 method | plain PUT /api/v3/openOrders | 405 | wrong-method |
4 | signed GET /api/v3/openOrders?symbol=ARKBTC&symbol=ARKBTC&timestamp={t} | 400 -1101 | parameter-twice | Duplicate values for parameter 'symbol'.
5 | plain GET /api/v3/openOrders?timestamp={t} | 400 -1102 | signature-missing | Mandatory parameter 'signature' was not sent, was empty/null, or malformed.
6 | signed GET /api/v3/openOrders?symbol=ARKBTC | 400 -1102 | timestamp-missing | Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.
7 timestamp | signed GET /api/v3/openOrders?timestamp=2017-07-12 | 400 -1100 | timestamp-malformed | Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.
7 window | signed GET /api/v3/openOrders?recvWindow=5s&timestamp={t} | 400 -1100 | recv-window-malformed | Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,5})(\.[0-9]{1,3})?$'.
7 signature | plain GET /api/v3/openOrders?timestamp={t}&signature=abc | 400 -1100 | signature-malformed | Illegal characters found in parameter 'signature'; legal range is '^[A-Fa-f0-9]{64}$'.
8 | signed GET /api/v3/openOrders?recvWindow=60001&timestamp={t} | 400 -1131 | recv-window-too-large | recvWindow must be less than 60000.
11 | signed GET /api/v3/openOrders?timestamp=1499827320559 | 400 -1021 | clock-ahead | Timestamp for this request was 1000ms ahead of the server's time.
12 | signed GET /api/v3/openOrders?timestamp=1499827314558 | 400 -1021 | clock-behind | Timestamp for this request is outside of the recvWindow.
12 seconds | signed GET /api/v3/openOrders?timestamp=1499827319 | 400 -1021 | timestamp-in-seconds | Timestamp for this request is outside of the recvWindow.
12 nanoseconds | signed GET /api/v3/openOrders?timestamp=1499827319559000000 | 400 -1021 | timestamp-in-nanoseconds | Timestamp for this request was 1000ms ahead of the server's time.
13 | plain GET /api/v3/openOrders?timestamp={t}&signature=0000000000000000000000000000000000000000000000000000000000000000 | 400 -1022 | secret-unknown | Signature for this request is not valid.
14 | signed GET /api/v3/allOrders?timestamp={t} | 400 -1102 | mandatory-parameter-missing | Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.
14 one of two | signed GET /api/v3/order?symbol=ARKBTC&timestamp={t} | 400 -1102 | mandatory-parameter-missing | Param 'orderId' or 'origClientOrderId' must be sent, but both were empty/null!
14 by type | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=LIMIT&quantity=1&price=1&timestamp={t} | 400 -1102 | mandatory-parameter-missing | Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.
15 | signed GET /api/v3/openOrders?symbol=&timestamp={t} | 400 -1105 | parameter-empty | Parameter 'symbol' was empty.
16 symbol | signed GET /api/v3/openOrders?symbol=arkbtc&timestamp={t} | 400 -1100 | symbol-lower-case | Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'.
16 integer | plain GET /api/v3/depth?symbol=ARKBTC&limit=1.5 | 400 -1100 | characters-not-allowed | Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.
16 price | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=1e-05&timestamp={t} | 400 -1100 | number-in-exponent-form | Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.
17 | signed GET /api/v3/openOrders?symbl=ARKBTC&timestamp={t} | 400 -1104 | parameter-unknown | Not all sent parameters were read; read '2' parameter(s) but was sent '3'.
17 public | signed GET /api/v3/depth?symbol=ARKBTC&timestamp={t} | 400 -1101 | public-endpoint-signed | Too many parameters; expected '1' and received '3'.
16 list | plain GET /api/v3/ticker/price?symbols=ARKBTC,BTCUSDT | 400 -1100 | list-not-json | Illegal characters found in parameter 'symbols'; legal range is '^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$'.
16 comma | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=MARKET&quantity=0,5&timestamp={t} | 400 -1100 | decimal-comma | Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.
16 separator | signed GET /api/v3/openOrders?symbol=ARK%2FBTC&timestamp={t} | 400 -1100 | symbol-with-separator | Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'.
18 symbol | signed GET /api/v3/openOrders?symbol=NOPE&timestamp={t} | 400 -1121 | symbol-unknown | Invalid symbol.
18 symbols | plain GET /api/v3/ticker/price?symbols=%5B%22NOPE%22%5D | 400 -1121 | symbol-unknown | Invalid symbol.
18 overflow | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=MARKET&quantity=1&strategyId=9223372036854775808&timestamp={t} | 400 -1108 | value-not-allowed | Parameter 'strategyId' overflowed.
18 side | signed POST /api/v3/order?symbol=ARKBTC&side=HOLD&type=MARKET&quantity=1&timestamp={t} | 400 -1117 | value-not-allowed | Invalid side.
18 ticker type | plain GET /api/v3/ticker/24hr?symbol=ARKBTC&type=FOO | 400 -1139 | value-not-allowed | Invalid ticker type.
18 symbol status | plain GET /api/v3/exchangeInfo?symbolStatus=FOO | 400 -1122 | value-not-allowed | Invalid symbolStatus.
18 restrictions | signed DELETE /api/v3/order?symbol=ARKBTC&orderId=1&cancelRestrictions=FOO&timestamp={t} | 400 -1145 | value-not-allowed | cancelRestrictions has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED.
18 peg price | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&pegPriceType=FOO&timestamp={t} | 400 -1210 | value-not-allowed | Invalid pegPriceType.
18 peg offset | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&pegPriceType=PRIMARY_PEG&pegOffsetType=FOO&pegOffsetValue=1&timestamp={t} | 400 -1211 | value-not-allowed | Invalid pegOffsetType.
18 type | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=FOO&timestamp={t} | 400 -1116 | value-not-allowed | Invalid orderType.
18 time in force | signed POST /api/v3/order?symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTD&quantity=1&price=1&timestamp={t} | 400 -1115 | value-not-allowed | Invalid timeInForce.
7 long window | signed GET /api/v3/openOrders?recvWindow=111111111111111111111&timestamp={t} | 400 -1100 | recv-window-malformed | Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,5})(\.[0-9]{1,3})?$'.
17 index | signed GET /api/v3/openOrders?symbol%5B0%5D=ARKBTC&timestamp={t} | 400 -1104 | parameter-unknown | Not all sent parameters were read; read '2' parameter(s) but was sent '3'.
18 interval | plain GET /api/v3/klines?symbol=ARKBTC&interval=7m | 400 -1120 | value-not-allowed | Invalid interval.
"#;

/// The request that a line of [`GATE`] writes as `signed GET /path?query`.
fn request_of(text: &str) -> ReceivedRequest {
    let [how, method, target] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match how {
        "signed" => signed(method, path, query),
        _ => received(method, path, &query.replace("{t}", &NOW_MS.to_string()), ""),
    }
}

/// Whether a word in braces was left unfilled.
fn has_gap(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[test]
fn each_check_gives_its_answer() {
    for line in GATE.trim().lines() {
        let [name, request, answer, mistake, message] =
            line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        let refusal = refusal(&request_of(request));
        let code = refusal.code.map(|c| format!(" {c}")).unwrap_or_default();
        assert_eq!(format!("{}{code}", refusal.status), answer, "{name}");
        assert_eq!((refusal.mistake, refusal.message.as_str()), (mistake, message), "{name}");
        for text in [&refusal.cause, &refusal.fix] {
            assert!(!text.is_empty() && !has_gap(text), "{name}: {text}");
        }
    }
}

#[test]
fn what_is_wrong_with_the_key_header_is_named() {
    let cases: &[(&str, &str, i32, &str)] = &[
        ("Authorization", "X-MBX-APIKEY: {key}", -2014, "key-in-authorization"),
        ("Authorization", "Bearer {key}", -2014, "key-in-authorization"),
        ("Accept", "*/*", -2014, "key-missing"),
        ("X-MBX-API-KEY", "{key}", -2014, "key-header-misspelled"),
        ("X-MBX-APIKEY", "\"{key}\"", -2014, "key-quoted"),
        ("X-MBX-APIKEY", "<{key}>", -2014, "key-quoted"),
        ("X-MBX-APIKEY", "Bearer {key}", -2014, "key-with-scheme"),
        ("X-MBX-APIKEY", "undefined", -2014, "key-placeholder"),
        ("X-MBX-APIKEY", "${API_KEY}", -2014, "key-placeholder"),
        (
            "X-MBX-APIKEY",
            "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8",
            -2014,
            "key-truncated",
        ),
        (
            "X-MBX-APIKEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            -2008,
            "key-unknown",
        ),
        ("X-MBX-APIKEY", ELSEWHERE, -2015, "key-not-permitted"),
    ];
    for (header, value, code, mistake) in cases {
        let mut request = signed("GET", OPEN_ORDERS, "timestamp={t}");
        request.headers = vec![((*header).to_owned(), value.replace("{key}", KEY).into_bytes())];
        let refusal = refusal(&request);
        assert_eq!((refusal.code, refusal.mistake), (Some(*code), *mistake), "{header}: {value}");
        assert_eq!(refusal.status, 401, "{header}: {value}");
        assert!(!refusal.cause.contains(KEY), "{}", refusal.cause);
    }
    let mut in_query = signed("GET", OPEN_ORDERS, &format!("apiKey={KEY}&timestamp={{t}}"));
    in_query.headers.clear();
    assert_eq!(refusal(&in_query).mistake, "key-in-parameters");
    let mut reads = signed("GET", OPEN_ORDERS, "timestamp={t}");
    reads.headers = vec![("x-mbx-apikey".to_owned(), READ_ONLY.into())];
    accepts(&reads);
    let mut trades = signed("POST", ORDER, &format!("symbol=ARKBTC&{LIMIT}"));
    trades.headers = reads.headers.clone();
    assert_eq!(refusal(&trades).code, Some(-2015));
}

#[test]
fn a_refused_permission_is_named() {
    let cases = [
        ("POST", ORDER, LIMIT, "Spot and margin trading", "enableSpotAndMarginTrading"),
        (
            "POST",
            "/fapi/v1/order",
            "side=BUY&type=MARKET&quantity=1&timestamp={t}",
            "futures trading",
            "enableFutures",
        ),
        (
            "POST",
            "/sapi/v1/capital/withdraw/apply",
            "coin=BTC&address=x&amount=1&timestamp={t}",
            "withdrawals",
            "enableWithdrawals",
        ),
        (
            "POST",
            "/sapi/v1/asset/transfer",
            "type=MAIN_UMFUTURE&asset=BTC&amount=1&timestamp={t}",
            "transfers between wallets",
            "permitsUniversalTransfer",
        ),
        (
            "POST",
            "/sapi/v1/margin/borrow-repay",
            "asset=BTC&timestamp={t}",
            "margin loans, repayments and transfers",
            "enableMargin",
        ),
    ];
    for (method, path, query, what, name) in cases {
        let mut request = signed(method, path, &format!("symbol=ARKBTC&{query}"));
        request.headers = vec![("x-mbx-apikey".to_owned(), READ_ONLY.into())];
        let refusal = refusal(&request);
        assert_eq!((refusal.status, refusal.code), (401, Some(-2015)), "{path}");
        assert!(refusal.cause.ends_with(&format!("may not be used for {what}")), "{path}: {}", refusal.cause);
        assert!(refusal.fix.starts_with(&format!("allow `{name}` on")), "{path}: {}", refusal.fix);
    }
    let mut request = signed("GET", OPEN_ORDERS, "timestamp={t}");
    request.headers = vec![("x-mbx-apikey".to_owned(), ELSEWHERE.into())];
    let refusal = refusal(&request);
    assert!(refusal.cause.ends_with("may not be used for requests from 127.0.0.1"), "{}", refusal.cause);
    assert!(refusal.fix.starts_with("allow the address 127.0.0.1 on"), "{}", refusal.fix);
}

#[test]
fn the_time_unit_is_one_of_two() {
    let cases = [
        ("/api/v3/time", "MICROSECOND", None),
        ("/api/v3/time", "millisecond", None),
        ("/api/v3/time", "NANOSECOND", Some(-1194)),
        ("/api/v3/time", "", Some(-1194)),
        ("/fapi/v1/time", "NANOSECOND", None),
    ];
    for (path, unit, code) in cases {
        let mut request = received("GET", path, "", "");
        request.headers = vec![("X-MBX-TIME-UNIT".to_owned(), unit.into())];
        let found = match judge(&request) {
            Verdict::Accepted(_) => None,
            Verdict::Refused(refusal) => {
                assert_eq!((refusal.status, refusal.mistake), (400, "time-unit-unknown"));
                assert!(refusal.cause.ends_with(&format!("is `{unit}`")), "{}", refusal.cause);
                refusal.code
            }
        };
        assert_eq!(found, code, "{path} {unit}");
    }
}

#[test]
fn the_founding_case_is_named_in_the_words_of_the_design() {
    let mut request = signed("GET", OPEN_ORDERS, "symbol=ARKBTC&timestamp={t}");
    request.headers = vec![("Authorization".to_owned(), format!("X-MBX-APIKEY: {KEY}").into_bytes())];
    let refusal = refusal(&request);
    assert_eq!(refusal.body(), r#"{"code":-2014,"msg":"API-key format invalid."}"#);
    assert_eq!(
        format!("{}; {}", refusal.cause, refusal.fix),
        "the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`"
    );
}

#[test]
fn the_first_failing_check_decides() {
    // Each request fails several checks; the list says which comes first.
    let wrong_signature = format!("signature={:064}", 0);
    let cases = [
        (format!("a=1&a=2&{wrong_signature}"), -1101),
        (format!("timestamp=x&{wrong_signature}"), -1100),
        (format!("recvWindow=60001&timestamp=1&{wrong_signature}"), -1131),
        (format!("timestamp=1&{wrong_signature}"), -1021),
        (format!("nope=1&timestamp={NOW_MS}&{wrong_signature}"), -1022),
    ];
    for (query, code) in cases {
        assert_eq!(refusal(&received("GET", "/api/v3/allOrders", &query, "")).code, Some(code), "{query}");
    }
}

#[test]
fn a_parameter_comes_once_in_each_place_unless_it_is_a_list() {
    let redeem = "/sapi/v1/w3w/wallet/prediction/batch-redeem";
    let cases = [
        (ORDER, "", "side=BUY&symbol=A&type=LIMIT&symbol=A", Some("symbol")),
        (ORDER, "symbol=A&symbol=A", "side=BUY&side=BUY", Some("symbol")),
        (ORDER, "symbol=A", "side=BUY&side=SELL", Some("side")),
        (ORDER, "s%79mbol=A&symbol=A", "", Some("symbol")),
        (ORDER, "symbol=A", "symbol=B", None),
        (redeem, "tokenIds=1&tokenIds=2", "", None),
        (redeem, "tokenIds=1&tokenIds=2&tokenIds=3&walletId=1&walletId=1", "", Some("walletId")),
    ];
    for (path, query, body, twice) in cases {
        let message = refusal(&received("POST", path, query, body)).message;
        let told = twice.map(|name| format!("Duplicate values for parameter '{name}'."));
        assert_eq!(message.starts_with("Duplicate"), twice.is_some(), "{query} {body}: {message}");
        assert!(told.is_none_or(|told| told == message), "{query} {body}: {message}");
    }
}

#[test]
fn a_value_that_was_meant_is_offered() {
    let order = catalogue::find("spot", "new-order").unwrap();
    let cases = [
        ("symbol", "arkbtc", "symbol-lower-case", Some("ARKBTC")),
        ("symbol", "btcusd_perp", "symbol-lower-case", Some("BTCUSD_PERP")),
        ("symbol", "btc_usdt", "symbol-with-separator", Some("BTCUSDT")),
        ("symbol", "ark/btc", "symbol-with-separator", Some("ARKBTC")),
        ("newClientOrderId", "abc def", "characters-not-allowed", None),
        ("symbol", "ARK/BTC", "symbol-with-separator", Some("ARKBTC")),
        ("price", "1e-05", "number-in-exponent-form", Some("0.00001")),
        ("price", "1.25E+3", "number-in-exponent-form", Some("1250")),
        ("price", "1.2345e1", "number-in-exponent-form", Some("12.345")),
        ("quantity", "0,5", "decimal-comma", Some("0.5")),
        ("quantity", "1,000.5", "decimal-comma", Some("1000.5")),
        ("quantity", "1.000,5", "decimal-comma", Some("1000.5")),
        ("quantity", "-1", "characters-not-allowed", None),
        ("strategyId", "1.5", "characters-not-allowed", None),
    ];
    for (name, value, mistake, meant) in cases {
        let found = value_mistake(order.parameter(name).unwrap(), value).unwrap();
        assert_eq!((found.mistake, found.meant.as_deref()), (mistake, meant), "{name}={value}");
    }
    let symbols = catalogue::find("spot", "ticker-price").unwrap().parameter("symbols").unwrap();
    let found = value_mistake(symbols, "['BTCUSDT', 'BNBBTC']").unwrap();
    assert_eq!(found.meant.as_deref(), Some(r#"["BTCUSDT","BNBBTC"]"#));
}

#[test]
fn of_two_groups_at_one_path_the_one_that_takes_the_parameters_is_meant() {
    let cases = [
        ("globalLongShortAccountRatio", "symbol=BTCUSDT&period=5m", "futures"),
        ("globalLongShortAccountRatio", "pair=BTCUSD&period=5m", "coin-futures"),
        ("openInterestHist", "pair=BTCUSD&contractType=PERPETUAL&period=5m", "coin-futures"),
        ("openInterestHist", "symbol=BTCUSDT&period=5m&limit=1", "futures"),
        ("topLongShortPositionRatio", "pair=BTCUSD&period=5m", "coin-futures"),
        // Either would do.
        ("basis", "pair=BTCUSD&contractType=PERPETUAL&period=5m", "futures"),
        ("topLongShortAccountRatio", "", "futures"),
    ];
    for (name, query, group) in cases {
        let request = received("GET", &format!("/futures/data/{name}"), query, "");
        assert_eq!(endpoint_of(&request).unwrap().group(), group, "{name} {query}");
    }
    assert!(endpoint_of(&received("POST", "/futures/data/basis", "", "")).is_none());
}

#[test]
fn lists_are_judged_by_their_way_of_writing() {
    let cancel = |ids: &str| {
        signed("DELETE", "/fapi/v1/batchOrders", &format!("symbol=BTCUSDT&{ids}&timestamp={{t}}"))
    };
    accepts(&cancel("orderIdList=%5B11%2C12%5D"));
    let missing = signed("POST", "/eapi/v1/order", "symbol=X&timestamp={t}");
    assert_eq!(refusal(&missing).code, Some(-1102));
}

#[test]
fn addresses_and_clocks() {
    let cases = [
        ("POST", "/api/v3/userDataStream", 0, "endpoint-removed"),
        ("GET", "/wapi/v3/accountStatus.html", 0, "endpoint-removed"),
        ("GET", "/api/v3/openOrder", 0, "path-unknown"),
        ("GET", "/api/v3/openOrders/", 0, "path-unknown"),
        ("PUT", "/api/v3/openOrders", 0, "wrong-method"),
        ("GET", OPEN_ORDERS, -3_600_000, "timezone-offset"),
        ("GET", OPEN_ORDERS, 8 * 3_600_000 + 700, "timezone-offset"),
        ("GET", OPEN_ORDERS, 5 * 3_600_000 + 1_800_000, "timezone-offset"),
        ("GET", OPEN_ORDERS, 1_500, "clock-ahead"),
        ("GET", OPEN_ORDERS, 61_000, "clock-ahead"),
        ("GET", OPEN_ORDERS, -5_400, "clock-behind"),
        ("GET", OPEN_ORDERS, -1_000_000, "clock-behind"),
        ("GET", OPEN_ORDERS, -40 * 3_600_000, "clock-behind"),
    ];
    for (method, path, off_ms, mistake) in cases {
        let query = format!("symbol=ARKBTC&timestamp={}", NOW_MS + off_ms);
        let found = diagnosed(&signed(method, path, &query), "api.binance.com", Scheme::Https);
        assert_eq!(found.first(), Some(&mistake), "{method} {path} {off_ms}: {found:?}");
    }
    let hosts = [
        ("api.binance.com", Scheme::Https, None),
        ("API.BINANCE.COM:443", Scheme::Https, None),
        ("api3.binance.com", Scheme::Https, None),
        ("127.0.0.1:8090", Scheme::Http, None),
        ("proxy.example", Scheme::Https, None),
        ("api.binance.com", Scheme::Http, Some("plain-http")),
        ("fapi.binance.com", Scheme::Https, Some("wrong-host")),
        ("api.binance.co", Scheme::Https, Some("wrong-host")),
        ("www.binance.com", Scheme::Https, Some("wrong-host")),
        ("api.binance.us", Scheme::Https, None),
        ("stream.binance.com", Scheme::Https, Some("wrong-host")),
        ("binance-proxy.corp.test", Scheme::Https, None),
    ];
    for (host, scheme, mistake) in hosts {
        let request = signed("GET", OPEN_ORDERS, "symbol=ARKBTC&timestamp={t}");
        assert_eq!(diagnosed(&request, host, scheme).first().copied(), mistake, "{host} {scheme:?}");
    }
}

fn diagnosed(request: &ReceivedRequest, host: &str, scheme: Scheme) -> Vec<&'static str> {
    let gate = Gate {
        now_us: NOW_MS * 1000,
        key: &known,
        knows_keys: true,
        symbol: &|_, _| true,
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let verifying = VerifyingKey::Hmac(SecretKey::new(SECRET));
    let keys = [OwnKey { api_key: KEY.to_owned(), verifying, pem: None }];
    let (scheme, host) = (Some(scheme), Some(host));
    let case =
        Case { request, scheme, host, cut: None, whole: true, gate: &gate, keys: &keys, environment: None };
    diagnose(&case).findings.iter().map(|f| f.mistake).collect()
}

#[test]
fn every_mistake_of_the_data_has_a_request_that_makes_it() {
    let from_gate = GATE.trim().lines().filter_map(|line| line.split('|').nth(3)).map(str::trim);
    // These have cases of their own in `what_is_wrong_with_the_key_header_is_named`, `the_time_unit_is_one_of_two` and
    // `addresses_and_clocks`.
    let elsewhere = ["key-not-permitted", "time-unit-unknown", "endpoint-removed", "timezone-offset"];
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../data/mistakes.json")).unwrap();
    let from_rows = rows.iter().filter_map(|row| row["mistake"].as_str()).map(str::to_owned);
    let found: BTreeSet<String> = from_gate.chain(elsewhere).map(str::to_owned).chain(from_rows).collect();
    let known: BTreeSet<String> = explain::mistakes().map(|m| m.name().to_owned()).collect();
    assert_eq!(found, known);
}
