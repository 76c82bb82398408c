use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::catalogue;
use crate::signing::{SecretKey, SigningKey, VerifyingKey};

/// The key pair printed in the exchange's documentation.
const KEY: &str = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
const SECRET: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
/// Keys of the same account, made up: one that may not trade, one bound to another address.
const READ_ONLY: &str = "ReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnlyReadOnly";
const ELSEWHERE: &str = "ElsewhereElsewhereElsewhereElsewhereElsewhereElsewhereElsewhere1";
const NOW_MS: i64 = 1_499_827_319_559;

fn known(key: &str) -> Option<KnownKey> {
    let elsewhere = if key == ELSEWHERE { vec![IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))] } else { vec![] };
    [KEY, READ_ONLY, ELSEWHERE].contains(&key).then(|| KnownKey {
        verifying: VerifyingKey::Hmac(SecretKey::new(SECRET)),
        trades: key != READ_ONLY,
        addresses: elsewhere,
    })
}

fn judge(request: &ReceivedRequest) -> Verdict {
    let gate = Gate {
        now_us: NOW_MS * 1000,
        key: &known,
        symbol: &|s| ["ARKBTC", "BTCUSDT", "币安人生USDT"].contains(&s),
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

#[test]
fn each_check_gives_its_answer() {
    let query = "symbol=ARKBTC&timestamp={t}";
    let cases: &[(&str, ReceivedRequest, u16, Option<i32>, &str, &str)] = &[
        ("1 path", received("GET", "/api/v3/nope", "", ""), 404, None, "", "path-unknown"),
        ("1 method", received("PUT", OPEN_ORDERS, "", ""), 405, None, "", "wrong-method"),
        (
            "4 twice",
            signed("GET", OPEN_ORDERS, "symbol=ARKBTC&symbol=ARKBTC&timestamp={t}"),
            400,
            Some(-1101),
            "Duplicate values for parameter 'symbol'.",
            "parameter-twice",
        ),
        (
            "5 no signature",
            received("GET", OPEN_ORDERS, "timestamp=1", ""),
            400,
            Some(-1102),
            "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
            "signature-missing",
        ),
        (
            "6 no timestamp",
            signed("GET", OPEN_ORDERS, "symbol=ARKBTC"),
            400,
            Some(-1102),
            "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.",
            "timestamp-missing",
        ),
        (
            "7 timestamp",
            signed("GET", OPEN_ORDERS, "timestamp=2017-07-12"),
            400,
            Some(-1100),
            "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.",
            "timestamp-malformed",
        ),
        (
            "7 recvWindow",
            signed("GET", OPEN_ORDERS, "recvWindow=5s&timestamp={t}"),
            400,
            Some(-1100),
            r"Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,5})(\.[0-9]{1,3})?$'.",
            "recv-window-malformed",
        ),
        (
            "7 signature",
            received("GET", OPEN_ORDERS, "timestamp=1&signature=abc", ""),
            400,
            Some(-1100),
            "Illegal characters found in parameter 'signature'; legal range is '^[A-Fa-f0-9]{64}$'.",
            "signature-malformed",
        ),
        (
            "8",
            signed("GET", OPEN_ORDERS, "recvWindow=60001&timestamp={t}"),
            400,
            Some(-1131),
            "recvWindow must be less than 60000.",
            "recv-window-too-large",
        ),
        (
            "11",
            signed("GET", OPEN_ORDERS, &format!("timestamp={}", NOW_MS + 1000)),
            400,
            Some(-1021),
            "Timestamp for this request was 1000ms ahead of the server's time.",
            "clock-ahead",
        ),
        (
            "12",
            signed("GET", OPEN_ORDERS, &format!("timestamp={}", NOW_MS - 5001)),
            400,
            Some(-1021),
            "Timestamp for this request is outside of the recvWindow.",
            "clock-behind",
        ),
        (
            "12 seconds",
            signed("GET", OPEN_ORDERS, "timestamp=1499827319"),
            400,
            Some(-1021),
            "Timestamp for this request is outside of the recvWindow.",
            "timestamp-in-seconds",
        ),
        (
            "13",
            received("GET", OPEN_ORDERS, &format!("timestamp={NOW_MS}&signature={:064}", 0), ""),
            400,
            Some(-1022),
            "Signature for this request is not valid.",
            "signature-not-of-payload",
        ),
        (
            "14",
            signed("GET", "/api/v3/allOrders", "timestamp={t}"),
            400,
            Some(-1102),
            "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
            "mandatory-parameter-missing",
        ),
        (
            "14 one of two",
            signed("GET", ORDER, query),
            400,
            Some(-1102),
            "Param 'orderId' or 'origClientOrderId' must be sent, but both were empty/null!",
            "mandatory-parameter-missing",
        ),
        (
            "14 by type",
            signed("POST", ORDER, "symbol=ARKBTC&side=BUY&type=LIMIT&quantity=1&price=1&timestamp={t}"),
            400,
            Some(-1102),
            "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.",
            "mandatory-parameter-missing",
        ),
        (
            "15",
            signed("GET", OPEN_ORDERS, "symbol=&timestamp={t}"),
            400,
            Some(-1105),
            "Parameter 'symbol' was empty.",
            "parameter-empty",
        ),
        (
            "16 symbol",
            signed("GET", OPEN_ORDERS, "symbol=arkbtc&timestamp={t}"),
            400,
            Some(-1100),
            r"Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'.",
            "symbol-lower-case",
        ),
        (
            "16 price",
            signed("POST", ORDER, &format!("symbol=ARKBTC&{}", LIMIT.replace("0.1", "1e-05"))),
            400,
            Some(-1100),
            r"Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'.",
            "number-in-exponent-form",
        ),
        (
            "17",
            signed("GET", OPEN_ORDERS, "symbl=ARKBTC&timestamp={t}"),
            400,
            Some(-1104),
            "Not all sent parameters were read; read '2' parameter(s) but was sent '3'.",
            "parameter-unknown",
        ),
        (
            "17 public",
            signed("GET", "/api/v3/depth", "symbol=ARKBTC&timestamp={t}"),
            400,
            Some(-1101),
            "Too many parameters; expected '1' and received '3'.",
            "public-endpoint-signed",
        ),
        (
            "18",
            signed("GET", OPEN_ORDERS, "symbol=NOPE&timestamp={t}"),
            400,
            Some(-1121),
            "Invalid symbol.",
            "symbol-unknown",
        ),
        (
            "18 side",
            signed("POST", ORDER, &format!("symbol=ARKBTC&{}", LIMIT.replace("BUY", "HOLD"))),
            400,
            Some(-1117),
            "Invalid side.",
            "value-not-allowed",
        ),
        (
            "18 interval",
            received("GET", "/api/v3/klines", "symbol=ARKBTC&interval=7m", ""),
            400,
            Some(-1120),
            "Invalid interval.",
            "value-not-allowed",
        ),
        (
            "18 type",
            signed("POST", ORDER, "symbol=ARKBTC&side=BUY&type=FOO&timestamp={t}"),
            400,
            Some(-1116),
            "Invalid orderType.",
            "value-not-allowed",
        ),
        (
            "18 timeInForce",
            signed("POST", ORDER, &format!("symbol=ARKBTC&{}", LIMIT.replace("GTC", "GTD"))),
            400,
            Some(-1115),
            "Invalid timeInForce.",
            "value-not-allowed",
        ),
    ];
    for (name, request, status, code, message, mistake) in cases {
        let refusal = refusal(request);
        let found = (refusal.status, refusal.code, refusal.message.as_str(), refusal.mistake);
        assert_eq!(found, (*status, *code, *message, *mistake), "{name}");
        assert!(!refusal.cause.is_empty() && !refusal.cause.contains('{'), "{name}: {}", refusal.cause);
        assert!(!refusal.fix.is_empty() && !refusal.fix.contains('{'), "{name}: {}", refusal.fix);
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
    let mut reads = signed("GET", OPEN_ORDERS, "timestamp={t}");
    reads.headers = vec![("x-mbx-apikey".to_owned(), READ_ONLY.into())];
    accepts(&reads);
    let mut trades = signed("POST", ORDER, &format!("symbol=ARKBTC&{LIMIT}"));
    trades.headers = reads.headers.clone();
    assert_eq!(refusal(&trades).code, Some(-2015));
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
fn a_value_that_was_meant_is_offered() {
    let order = catalogue::find("spot", "new-order").unwrap();
    let cases = [
        ("symbol", "arkbtc", "symbol-lower-case", Some("ARKBTC")),
        ("symbol", "ark/btc", "symbol-lower-case", Some("ARKBTC")),
        ("symbol", "ARK/BTC", "symbol-with-separator", Some("ARKBTC")),
        ("price", "1e-05", "number-in-exponent-form", Some("0.00001")),
        ("price", "1.25E+3", "number-in-exponent-form", Some("1250")),
        ("price", "1.2345e1", "number-in-exponent-form", Some("12.345")),
        ("quantity", "0,5", "decimal-comma", Some("0.5")),
        ("quantity", "1,000.5", "characters-not-allowed", None),
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
