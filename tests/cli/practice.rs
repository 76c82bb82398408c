//! The practice exchange from outside: what clients are answered, what the log says, and what it survives.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::support::{KEY, SECRET, Serve, bnq, serve};

fn bnq_at(server: &Serve, line: &str) -> super::support::Ran {
    bnq(&format!("--env local --base-url {} {line}", server.url)).run()
}

/// A request target signed by bnq, as `--dry-run` shows it.
fn signed_target(server: &Serve, line: &str) -> String {
    let shown = bnq_at(server, &format!("--dry-run --recv-window 60000 {line}")).exits(0).stdout;
    let url = shown.split_whitespace().nth(1).unwrap();
    url.strip_prefix(&server.url).unwrap().to_owned()
}

fn get(server: &Serve, target: &str, headers: &str) -> String {
    server.raw(
        format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Connection: close\r\n\r\n").as_bytes(),
    )
}

#[test]
fn the_founding_case() {
    let server = serve();
    let target = signed_target(&server, "open-orders --symbol ARKBTC");
    let refused = get(&server, &target, &format!("Authorization: X-MBX-APIKEY: {KEY}\r\n"));
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    assert!(refused.ends_with("\r\n\r\n{\"code\":-2014,\"msg\":\"API-key format invalid.\"}"), "{refused}");
    server.logs(
        "the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`",
    );
    let accepted = get(&server, &target, &format!("X-MBX-APIKEY: {KEY}\r\n"));
    assert!(accepted.starts_with("HTTP/1.1 200 "), "{accepted}");
    assert!(accepted.contains("\"symbol\":\"ARKBTC\""), "{accepted}");
    assert!(!server.log().contains(KEY) && !server.log().contains(SECRET), "{}", server.log());
    let signature = target.split("signature=").nth(1).unwrap();
    assert!(!server.log().contains(signature), "{}", server.log());
}

/// Made-up values for all that the endpoint needs: mandatory parameters, and one of each group.
fn needed(endpoint: &'static bnq::catalogue::Endpoint) -> Vec<(&'static str, &'static str)> {
    let value = |name: &str| {
        let parameter = endpoint.parameter(name).unwrap();
        let symbol = if name.starts_with("symbol") { "ARKBTC" } else { "1" };
        (parameter.name(), parameter.values().next().unwrap_or(symbol))
    };
    let mut values: Vec<_> =
        endpoint.parameters().filter(|p| p.required()).map(|p| value(p.name())).collect();
    let given = values.clone();
    let by_value = endpoint.mandatory_given(|name| given.iter().find(|(n, _)| *n == name).map(|(_, v)| *v));
    for group in endpoint.one_of().chain(by_value) {
        if !group.iter().any(|name| values.iter().any(|(n, _)| *n == name)) {
            values.push(value(group.iter().next().unwrap()));
        }
    }
    values
}

#[test]
fn every_spot_endpoint_is_played_or_refused_with_1020() {
    let server = serve();
    for endpoint in bnq::catalogue::in_group(bnq::catalogue::TOP_GROUP) {
        let line = format!("--env local --base-url {} --errors json {}", server.url, endpoint.command());
        let ran = needed(endpoint).into_iter().fold(bnq(&line), |b, (n, v)| b.arg(&format!("{n}={v}"))).run();
        let code = if ran.code == Some(0) { None } else { ran.error()["code"].as_i64() };
        match endpoint.plays() {
            // Made-up orders and ids are the account's to refuse.
            Some(_) => assert!(
                ran.code == Some(0)
                    || [-1013, -1102, -1196, -1223, -2010, -2011, -2013, -2038].map(Some).contains(&code),
                "{endpoint:?}: {ran:?}"
            ),
            None => assert_eq!(code, Some(-1020), "{endpoint:?}: {ran:?}"),
        }
    }
}

#[test]
fn what_is_refused_is_explained_in_one_line_without_secrets() {
    let server = serve();
    bnq_at(&server, "open-orders --symbol arkbtc").exits(7);
    server.logs("symbols are written in upper case; `arkbtc` was sent");
    let target = signed_target(&server, "open-orders");
    get(&server, &target, &format!("X-MBX-APIKEY: {SECRET}\r\n"));
    get(&server, &format!("{target}&apiKey={KEY}&secret={SECRET}"), "");
    get(&server, "/api/v3/openOrders?symbol=%1b%5b31m%0aforged", &format!("X-MBX-APIKEY: {KEY}\r\n"));
    server.logs("forged");
    let log = server.log();
    assert!(!log.contains(SECRET) && !log.contains(KEY) && !log.contains('\x1b'), "{log}");
    assert!(log.lines().all(|line| !line.starts_with("forged")), "{log}");
}

#[test]
fn other_hosts_and_origins_are_turned_away_and_no_cors_header_is_sent() {
    let server = serve();
    let ask = |headers: &str| {
        server.raw(format!("GET /api/v3/ping HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes())
    };
    for host in ["127.0.0.1", "localhost", "[::1]", "127.0.0.1:8090", "localhost:1"] {
        let answer = ask(&format!("Host: {host}\r\n"));
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
    }
    for host in ["example.com", "127.0.0.1.evil.com", "0.0.0.0", "evil.com:8090"] {
        assert!(ask(&format!("Host: {host}\r\n")).starts_with("HTTP/1.1 421 "), "{host}");
    }
    let other = ask("Host: 127.0.0.1\r\nOrigin: https://evil.com\r\n");
    assert!(
        other.starts_with("HTTP/1.1 403 ") && !other.to_lowercase().contains("access-control"),
        "{other}"
    );
    let own =
        ask(&format!("Host: {0}\r\nOrigin: {1}\r\n", server.url.trim_start_matches("http://"), server.url));
    assert!(own.starts_with("HTTP/1.1 200 "), "{own}");
}

#[test]
fn it_survives_what_is_sent_to_it() {
    let server = serve();
    let megabyte = "a".repeat(1 << 20);
    let cases: Vec<Vec<u8>> = vec![
        b"GET /api/v3/ping".to_vec(),
        b"\x00\xff\xfe\r\n\r\n".to_vec(),
        b"GET /api/v3/\xff\xfe?x=\x80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".to_vec(),
        b"GET /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX: \xff\xfe\r\nConnection: close\r\n\r\n".to_vec(),
        format!("GET /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX: {megabyte}\r\n\r\n").into_bytes(),
        format!("GET /{megabyte} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes(),
        b"POST /api/v3/order HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n".to_vec(),
        b"HEAD /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /api/v3/ping?a[]=%zz&&&=&=== HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".to_vec(),
    ];
    for case in cases {
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(&case);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
        assert!(
            get(&server, "/api/v3/ping", "").ends_with("{}"),
            "after {:?}",
            String::from_utf8_lossy(&case).get(..40)
        );
    }
}

#[test]
fn connections_are_kept_and_requests_may_be_pipelined() {
    let server = serve();
    let one = "GET /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let last = "GET /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let answers = server.raw(format!("{one}{one}{last}").as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 3, "{answers}");
}

#[test]
fn expect_continue_is_answered() {
    let server = serve();
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
        .write_all(b"POST /api/v3/order HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"a=b").unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("HTTP/1.1 401 "), "{rest}");
}

#[test]
fn a_hundred_clients_at_once_are_answered_past_a_slow_one() {
    let server = serve();
    let mut slow = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    slow.write_all(b"GET /api/v3/ping HTTP/1.1\r\nHost: ").unwrap();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..100).map(|_| scope.spawn(|| get(&server, "/api/v3/time", ""))).collect();
        clients.into_iter().map(|c| c.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|a| a.starts_with("HTTP/1.1 200 ")), "{answers:?}");
}

#[test]
fn a_port_in_use_and_a_port_that_is_none_are_said() {
    let server = serve();
    let port = server.url.rsplit(':').next().unwrap();
    bnq(&format!("serve --port {port}")).run().exits(1).says(port).says("--port 0");
    bnq("serve --port 99999").run().exits(2).says("99999");
    bnq("serve --log xml").run().exits(2).says("xml");
}

#[test]
fn env_local_is_a_fresh_account_for_each_command() {
    let first = bnq("--env local open-orders").run().exits(0).stdout;
    assert_eq!(bnq("--env local open-orders").run().exits(0).stdout, first);
    let orders: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert!(orders.as_array().unwrap().iter().any(|o| o["symbol"] == "ARKBTC"), "{first}");
    bnq("--env local --timestamp 1499827319559 account").run().exits(0);
}

#[test]
fn an_example_is_told_apart_from_a_played_answer() {
    let note = "note: an example, not played by the practice exchange\n";
    let ran = bnq("--env local -o compact futures open-interest --symbol BTCUSDT").run().exits(0);
    assert_eq!(
        ran.stdout,
        "{\"openInterest\":\"1.00000000\",\"symbol\":\"BTCUSDT\",\"time\":1772323200000}\n"
    );
    assert_eq!(ran.stderr, note);
    let ran = bnq("--env local -v coin-futures ticker-price --symbol BTCUSD_PERP").run().exits(0);
    assert!(ran.stderr.contains("< X-BNQ-EXAMPLE: true\n") && ran.stderr.ends_with(note), "{}", ran.stderr);
    for line in [
        "-q wallet asset-detail",
        "wallet coins",
        "futures ticker-price --symbol BTCUSDT",
        "-q options new-order --symbol BTC-260626-100000-C --side BUY --type LIMIT --quantity 1 --price 5",
        "ping",
    ] {
        assert_eq!(bnq(&format!("--env local {line}")).run().exits(0).stderr, "", "{line}");
    }
    // Spot's orders must not look accepted.
    let ran =
        bnq("--env local new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1").run().exits(7);
    ran.prints_nothing().says("-1013");
}

#[test]
fn the_log_names_examples_and_the_header_is_there_for_any_client() {
    let server = serve();
    let answer = get(&server, "/dapi/v1/time", "");
    assert!(answer.to_lowercase().contains("\r\nx-bnq-example: true\r\n"), "{answer}");
    bnq_at(&server, "wallet spot-delist-schedule").exits(0);
    server.logs("GET /sapi/v1/spot/delist-schedule");
    let log = server.log();
    assert!(log.lines().all(|line| line.ends_with("ms: example answer; nothing was changed")), "{log}");
    let unknown = get(&server, "/sapi/v1/nope", "");
    assert!(
        unknown.starts_with("HTTP/1.1 404 ") && unknown.contains(r#""path":"/sapi/v1/nope"}"#),
        "{unknown}"
    );
    // Another server's header is not believed.
    let other = super::support::scripted(|_, _| {
        super::support::Then::Answer(
            b"HTTP/1.1 200 OK\r\nX-Bnq-Example: true\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
        )
    });
    let config = format!(
        "[profiles.p]\nenv = \"testnet\"\nbase_url = \"{}\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n",
        other.url
    );
    let ran = bnq("--profile p ping").config(&config).run();
    assert!(!ran.stderr.contains("an example"), "{ran:?}");
}

#[test]
fn lists_of_numbers_and_documents_are_sent_bare() {
    let cases = [
        (
            "futures cancel-batch-orders --symbol BTCUSDT",
            "--order-id-list",
            "11,12",
            "orderIdList=%5B11%2C12%5D",
        ),
        (
            "futures cancel-batch-orders --symbol BTCUSDT",
            "--order-id-list",
            "[11, 12]",
            "orderIdList=%5B11%2C12%5D",
        ),
        (
            "futures new-batch-orders",
            "--batch-orders",
            r#"[{"symbol":"A"},{"symbol":"B"}]"#,
            "batchOrders=%5B%7B%22symbol%22%3A%22A%22%7D%2C%7B%22symbol%22%3A%22B%22%7D%5D",
        ),
        (
            "futures new-batch-orders",
            "--batch-orders",
            r#"{"symbol":"A","side":"BUY"}"#,
            "batchOrders=%5B%7B%22symbol%22%3A%22A%22%2C%22side%22%3A%22BUY%22%7D%5D",
        ),
    ];
    for (line, flag, value, sent) in cases {
        let shown = bnq(&format!("--env local --dry-run {line}")).arg(flag).arg(value).run().exits(0).stdout;
        assert!(shown.contains(sent), "{value}: {shown}");
    }
    for (value, said) in [("[11,x]", "no JSON array of numbers"), ("[\"a\"]", "no whole number: a")] {
        let line = "--env local --dry-run futures cancel-batch-orders --symbol BTCUSDT --order-id-list";
        bnq(line).arg(value).run().exits(2).says(said);
    }
}
