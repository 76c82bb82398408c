//! The practice exchange's limits, permissions and encodings, as any client meets them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::support::{KEY, Serve, bnq, serve, serve_with};

/// Head and body of an answer, as bytes.
fn get(server: &Serve, target: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end..].to_vec())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

fn number(head: &str, name: &str) -> i64 {
    header(head, name).and_then(|v| v.parse().ok()).unwrap_or_else(|| panic!("no {name}: {head}"))
}

/// Sends the same request until the status comes, and gives that answer.
fn until(server: &Serve, target: &str, status: &str) -> (String, Vec<u8>) {
    // A minute may begin in between: then twice as many are needed.
    let mut answers = (0..400).map(|_| get(server, target, ""));
    answers.find(|(head, _)| head.starts_with(&format!("http/1.1 {status} "))).unwrap()
}

#[test]
fn over_the_limit_is_429_and_going_on_is_418() {
    let server = serve();
    let all = "/api/v3/ticker/24hr";
    let (head, body) = until(&server, all, "429");
    assert!((1..=60).contains(&number(&head, "retry-after")), "{head}");
    assert!(number(&head, "x-mbx-used-weight-1m") > 6000, "{head}");
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."}"#
    );
    server.logs(" 429 -1003 GET /api/v3/ticker/24hr weight 80, ");
    server.logs("came from this address within 1 MINUTE, 6000 are allowed; send nothing for ");
    let (head, body) = until(&server, all, "418");
    assert_eq!(number(&head, "retry-after"), 120);
    let body = String::from_utf8(body).unwrap();
    assert!(
        body.starts_with(r#"{"code":-1003,"msg":"Way too much request weight used; IP banned until "#),
        "{body}"
    );
    server.logs("this address went on sending after it was refused with 429, and is banned");
    // Another product has a host, and a limit, of its own. What bnq makes of a ban is exit 6.
    assert!(get(&server, "/fapi/v1/ping", "").0.starts_with("http/1.1 200 "));
    bnq(&format!("--env local --base-url {} ping", server.url)).run().exits(6).says("-1003");
}

#[test]
fn without_limits_nothing_is_refused_and_all_is_counted() {
    let server = serve_with("--no-limits");
    // A minute may begin in between: then twice as many are needed.
    let mut used = (0..160).map(|_| {
        let (head, _) = get(&server, "/api/v3/ticker/24hr", "");
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        number(&head, "x-mbx-used-weight-1m")
    });
    assert!(used.any(|used| used > 6000));
}

#[test]
fn the_weight_is_that_of_the_parameters_and_stands_in_the_log() {
    let server = serve_with("--log json");
    let bnq_at = |line: &str| bnq(&format!("--env local --base-url {} {line}", server.url)).run();
    let weighed = |path: &str, weight: &str| {
        server.logs(path);
        let log = server.log();
        let line = log.lines().find(|l| l.contains(path)).unwrap();
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(entry["weight"].to_string(), weight, "{line}");
    };
    bnq_at("depth --symbol ARKBTC --limit 1000").exits(0);
    weighed("/api/v3/depth?symbol=ARKBTC&limit=1000", "50");
    bnq_at("ticker-24hr --symbols ARKBTC,BTCUSDT").exits(0);
    weighed("/api/v3/ticker/24hr", "2");
    get(&server, "/api/v3/nope", "");
    weighed("/api/v3/nope", "null");
}

#[test]
fn sapi_counts_each_endpoint_for_itself() {
    let server = serve();
    for _ in 0..2 {
        let (head, _) = get(&server, "/sapi/v1/system/status", "");
        assert!(head.starts_with("http/1.1 200 ") && header(&head, "x-mbx-used-weight").is_none(), "{head}");
        assert!((1..=2).contains(&number(&head, "x-sapi-used-ip-weight-1m")), "{head}");
    }
    let (head, _) = get(&server, "/sapi/v1/capital/withdraw/history", &format!("X-MBX-APIKEY: {KEY}\r\n"));
    assert_eq!(number(&head, "x-sapi-used-uid-weight-1m"), 18_000, "{head}");
    // Without a key of the account nobody knows whose weight it is.
    assert!(
        header(&get(&server, "/sapi/v1/capital/withdraw/history", "").0, "x-sapi-used-uid-weight-1m")
            .is_none()
    );
}

#[test]
fn orders_are_counted_on_the_answers_that_placed_them() {
    let server = serve();
    let line = "-v futures new-order --symbol BTCUSDT --side BUY --type MARKET --quantity 1";
    let ran = bnq(&format!("--env local --base-url {} {line}", server.url)).run().exits(0);
    assert!(ran.stderr.contains("< X-MBX-ORDER-COUNT-10S: 1\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("< X-MBX-ORDER-COUNT-1M: 1\n"), "{}", ran.stderr);
    let (head, _) = get(&server, "/fapi/v1/time", "");
    assert!(header(&head, "x-mbx-order-count-1m").is_none(), "{head}");
}

#[test]
fn large_answers_are_compressed_for_those_who_ask() {
    let server = serve();
    let target = "/api/v3/exchangeInfo?symbol=ARKBTC";
    let (head, plain) = get(&server, target, "");
    assert!(header(&head, "content-encoding").is_none(), "{head}");
    assert_eq!(header(&head, "vary"), Some("accept-encoding"));
    let (head, short) = get(&server, target, "Accept-Encoding: deflate, gzip\r\n");
    assert_eq!(
        (header(&head, "content-encoding"), header(&head, "vary")),
        (Some("gzip"), Some("accept-encoding"))
    );
    assert_eq!(number(&head, "content-length"), i64::try_from(short.len()).unwrap());
    assert!(short.len() < plain.len() / 2, "{} of {} bytes", short.len(), plain.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(short.as_slice()).read_to_string(&mut text).unwrap();
    let [mut a, mut b]: [serde_json::Value; 2] =
        [serde_json::from_slice(&plain).unwrap(), serde_json::from_str(&text).unwrap()];
    a["serverTime"].take();
    b["serverTime"].take();
    assert_eq!(a, b);
    let (head, small) = get(&server, "/api/v3/ping", "Accept-Encoding: gzip\r\n");
    assert!(header(&head, "content-encoding").is_none() && small == b"{}", "{head}");
    bnq(&format!("--env local --base-url {} exchange-info --symbol ARKBTC", server.url)).run().exits(0);
}

#[test]
fn the_unit_of_times_is_one_of_two() {
    let server = serve();
    let time = |unit: &str| get(&server, "/api/v3/time", &format!("X-MBX-TIME-UNIT: {unit}\r\n"));
    let digits = |body: Vec<u8>| body.iter().filter(|b| b.is_ascii_digit()).count();
    assert_eq!(digits(time("MILLISECOND").1), 13);
    assert_eq!(digits(time("MICROSECOND").1), 16);
    let (head, body) = time("NANOSECOND");
    assert!(head.starts_with("http/1.1 400 "), "{head}");
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"code":-1194,"msg":"Invalid value for time unit; expected either MICROSECOND or MILLISECOND."}"#
    );
    server.logs("`X-MBX-TIME-UNIT` is `NANOSECOND`; write MICROSECOND or MILLISECOND");
}

#[test]
fn names_are_judged_where_they_stand() {
    let server = serve();
    let code = |target: &str| {
        let (_, body) = get(&server, target, "");
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()["code"].as_i64()
    };
    let cases = [
        ("symbol=ARKBTC&symbol=ARKBTC", Some(-1101)),
        ("symbol=ARKBTC&symbol=BTCUSDT", Some(-1101)),
        ("symbol=ARKBTC&nope=1", Some(-1104)),
        ("symbol=ARKBTC&Symbol=ARKBTC", Some(-1104)),
        ("nope=1", Some(-1104)),
        ("", Some(-1102)),
        ("symbol", Some(-1102)),
        ("symbol=", Some(-1102)),
        ("symbol=ARKBTC&limit=", Some(-1105)),
        ("symbol=ARKBTC&timestamp=1&signature=x", Some(-1101)),
        ("symbol=ARKBTC", None),
        ("&symbol=ARKBTC&", None),
    ];
    for (query, expected) in cases {
        assert_eq!(code(&format!("/api/v3/depth?{query}")), expected, "{query}");
    }
}
