//! Faults on demand, from outside: what a client gets, what the log says, and the control endpoint.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::support::{KEY, Serve, bnq, serve, serve_rules, serve_with_control};

fn ask(method: &str, target: &str, headers: &str, body: &str) -> String {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    format!(
        "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}Connection: close\r\n\r\n{body}"
    )
}

fn get(server: &Serve, target: &str) -> String {
    server.raw(ask("GET", target, "", "").as_bytes())
}

/// Everything that comes back before the connection ends, and how it ends.
fn until_the_end(server: &Serve, request: &str) -> (String, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).err().map(|e| e.kind());
    (String::from_utf8(answer).unwrap(), ended)
}

#[test]
fn every_answer_arrives_and_the_log_says_why() {
    let cases = [
        ("500-before", "500", "\"code\":-1000,", "500 before executing"),
        ("500-after", "500", "\"code\":-1000,", "500 after executing"),
        ("502-before", "502", "<h1>502 Bad Gateway</h1>", "502 before executing"),
        ("502-after", "502", "<h1>502 Bad Gateway</h1>", "502 after executing"),
        ("503-before", "503", "\"msg\":\"Unknown error, please check your request", "503 before executing"),
        ("503-after", "503", "\"msg\":\"Unknown error, please check your request", "503 after executing"),
        ("504-before", "504", "<h1>504 Gateway Time-out</h1>", "504 before executing"),
        ("504-after", "504", "<h1>504 Gateway Time-out</h1>", "504 after executing"),
        ("-1001-before", "503", "{\"code\":-1001,\"msg\":\"Internal error; unable", "-1001 before executing"),
        ("-1001-after", "503", "{\"code\":-1001,\"msg\":\"Internal error; unable", "-1001 after executing"),
        ("-1006-before", "500", "{\"code\":-1006,", "-1006 before executing"),
        ("-1006-after", "500", "{\"code\":-1006,", "-1006 after executing"),
        ("-1007-before", "504", "{\"code\":-1007,\"msg\":\"Timeout waiting", "-1007 before executing"),
        ("-1007-after", "504", "{\"code\":-1007,\"msg\":\"Timeout waiting", "-1007 after executing"),
        ("-1008-before", "503", "{\"code\":-1008,", "-1008 before executing"),
        ("-1008-after", "503", "{\"code\":-1008,", "-1008 after executing"),
        ("429", "429", "retry-after: 10\r\n", "429 before executing"),
        ("429 retry-after=3", "429", "retry-after: 3\r\n", "429 before executing"),
        ("418", "418", "Way too much request weight used; IP banned until 1", "418 before executing"),
        ("418 retry-after=7", "418", "retry-after: 7\r\n", "418 before executing"),
        ("firewall", "403", "<H1>403 ERROR</H1>", "firewall before executing"),
    ];
    // A rule is spent by its request, so that each request meets its own.
    let rules: Vec<String> =
        cases.iter().map(|(fault, ..)| format!("/api/v3/ping {fault} count=1")).collect();
    let server = serve_rules(&rules);
    for (n, (fault, status, held, note)) in cases.iter().enumerate() {
        let answer = get(&server, "/api/v3/ping");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{fault}: {answer}");
        assert!(answer.contains(held), "{fault}: {answer}");
        let html = answer.contains("content-type: text/html\r\n");
        assert_eq!(html, held.starts_with('<'), "{fault}: {answer}");
        server.logs(&format!("fault: {note}\n"));
        // Each request is logged before it is answered.
        let log = server.log();
        let line = log.lines().nth(n).unwrap();
        assert!(
            line.contains(&format!(" {status} ")) && line.ends_with(&format!(": fault: {note}")),
            "{line}"
        );
    }
    assert!(get(&server, "/api/v3/ping").ends_with("\r\n\r\n{}"), "all rules are spent");
}

#[test]
fn connections_end_as_asked() {
    let server = serve_rules(&[
        "/api/v3/ping drop-before count=1",
        "/api/v3/ping drop-after count=1",
        "/api/v3/ping reset-before count=1",
        "/api/v3/ping reset-after count=1",
        "/api/v3/exchangeInfo half-answer count=1",
    ]);
    let ping = ask("GET", "/api/v3/ping", "", "");
    for (ended, note) in [
        (None, "connection dropped before executing"),
        (None, "connection dropped after executing"),
        (Some(ErrorKind::ConnectionReset), "connection reset before executing"),
        (Some(ErrorKind::ConnectionReset), "connection reset after executing"),
    ] {
        assert_eq!(until_the_end(&server, &ping), (String::new(), ended), "{note}");
        server.logs(&format!("fault: {note}\n"));
    }
    assert!(server.log().lines().all(|line| line.contains(" --- GET /api/v3/ping ")), "{}", server.log());
    let (half, ended) = until_the_end(&server, &ask("GET", "/api/v3/exchangeInfo", "", ""));
    server.logs("fault: connection closed in the middle of the answer");
    let whole = get(&server, "/api/v3/exchangeInfo");
    let body = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let length = |answer: &str| {
        let length = answer.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
        length.parse::<usize>().unwrap()
    };
    assert_eq!(ended, None);
    assert!(half.starts_with("HTTP/1.1 200 "), "{half}");
    assert_eq!(body(&half).len(), length(&half) / 2);
    assert_eq!(body(&whole).len(), length(&whole));
    assert!(get(&server, "/api/v3/ping").ends_with("{}"));
}

#[test]
fn the_answers_before_a_drop_on_the_same_connection_arrive() {
    let server = serve_rules(&["/api/v3/time drop-after"]);
    let one = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let requests = one("/api/v3/ping") + &one("/api/v3/ping") + &one("/api/v3/time") + &one("/api/v3/ping");
    let (answers, ended) = until_the_end(&server, &requests);
    assert_eq!((answers.matches("HTTP/1.1 200 ").count(), ended), (2, None), "{answers}");
}

#[test]
fn a_latency_holds_one_answer_back_and_not_others() {
    let server = serve_rules(&["/api/v3/time latency=2s"]);
    let began = Instant::now();
    let mut slow = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    slow.write_all(ask("GET", "/api/v3/time", "", "").as_bytes()).unwrap();
    assert!(get(&server, "/api/v3/ping").ends_with("{}"));
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && began.elapsed() >= Duration::from_secs(2), "{answer}");
    server.logs("fault: held back for 2000 ms");
    let log = server.log();
    assert!(log.find("/api/v3/ping") < log.find("/api/v3/time"), "{log}");
}

fn bnq_at(server: &Serve, line: &str) -> super::support::Ran {
    bnq(&format!("--env local --base-url {} {line}", server.url)).run()
}

#[test]
fn a_clock_that_is_off_refuses_honest_timestamps() {
    let cases = [
        ("clock=-7s", "Timestamp for this request was 1000ms ahead of the server's time.", -7000..0),
        ("clock=+70s", "Timestamp for this request is outside of the recvWindow.", 70_000..100_000),
    ];
    let time = |answer: &str| {
        answer.rsplit("\"serverTime\":").next().unwrap().trim_end_matches('}').parse::<i64>().unwrap()
    };
    for (fault, message, off_by) in cases {
        let server = serve_rules(&[
            format!("/api/v3/openOrders {fault} skip=1"),
            format!("/api/v3/time {fault} skip=1"),
        ]);
        let shown =
            bnq_at(&server, "--dry-run --recv-window 60000 open-orders --symbol ARKBTC").exits(0).stdout;
        let target = shown.split_whitespace().nth(1).unwrap().strip_prefix(&server.url).unwrap();
        let signed = ask("GET", target, &format!("X-MBX-APIKEY: {KEY}\r\n"), "");
        assert!(server.raw(signed.as_bytes()).starts_with("HTTP/1.1 200 "), "{fault}");
        let refused = server.raw(signed.as_bytes());
        assert!(refused.starts_with("HTTP/1.1 400 "), "{refused}");
        assert!(refused.ends_with(&format!("{{\"code\":-1021,\"msg\":\"{message}\"}}")), "{refused}");
        server.logs("fault: the exchange's clock off by ");
        let (right, off) = (time(&get(&server, "/api/v3/time")), time(&get(&server, "/api/v3/time")));
        // Some time has passed between the two.
        assert!(off_by.contains(&(off - right)), "{fault}: {right} {off}");
    }
}

#[test]
fn stale_reads_repeat_the_answer_before() {
    let server = serve_rules(&["/api/v3/time stale count=2"]);
    let body = |answer: String| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let answers: Vec<String> = (0..4)
        .map(|_| {
            // So that the exchange's clock, in milliseconds, has moved on.
            std::thread::sleep(Duration::from_millis(2));
            body(get(&server, "/api/v3/time"))
        })
        .collect();
    assert!(answers[0] == answers[1] && answers[1] == answers[2] && answers[2] != answers[3], "{answers:?}");
    server.logs("fault: stale answer");
    assert_eq!(server.log().matches("fault: stale answer").count(), 2, "{}", server.log());
}

#[test]
fn what_was_wrong_with_a_request_stays_in_the_log() {
    let server = serve_rules(&["* 503-after"]);
    let answer = get(&server, "/api/v3/account");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    server.logs("fault: 503 in place of 401 -2014");
    server.logs("header");
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let statuses = |seed: u64| {
        let words = format!("--fault-seed {seed}");
        let server = super::support::serve_words(&words, &["/api/v3/ping 503-before chance=0.5"]);
        (0..40).map(|_| get(&server, "/api/v3/ping")[9..12].to_owned()).collect::<Vec<_>>()
    };
    let first = statuses(1);
    assert!(first.contains(&"200".to_owned()) && first.contains(&"503".to_owned()), "{first:?}");
    assert_eq!(statuses(1), first);
    assert_ne!(statuses(2), first);
}

#[test]
fn bnq_itself_knows_what_to_make_of_faults() {
    let server = serve_rules(&[
        "/api/v3/account 503-before",
        "/api/v3/openOrders half-answer",
        "/api/v3/myTrades 418 retry-after=9",
        "/api/v3/allOrders firewall",
    ]);
    bnq_at(&server, "account").exits(8);
    bnq_at(&server, "open-orders").exits(8);
    bnq_at(&server, "my-trades --symbol ARKBTC").exits(6);
    bnq_at(&server, "all-orders --symbol ARKBTC").exits(7);
}

#[test]
fn rules_that_cannot_be_read_are_told_before_anything_listens() {
    let cases = [
        ("/api/v3/order 503-aftr", "--fault '/api/v3/order 503-aftr': there is no fault `503-aftr`"),
        ("/api/v3/order 503", "write 503-before (it is not executed) or 503-after (it is executed)"),
        ("order 503-after", "`order` is neither a method nor a path"),
        ("", "the rule is empty"),
    ];
    for (rule, said) in cases {
        bnq("serve --port 0 --fault").arg(rule).run().exits(2).prints_nothing().says(said);
    }
    bnq("serve --port 0 --fault-seed x").run().exits(2).prints_nothing().says("--fault-seed");
}

#[test]
fn the_control_endpoint_sets_rules_while_it_runs() {
    let (server, token) = serve_with_control();
    let post = |headers: &str, body: &str| server.raw(ask("POST", "/bnq/faults", headers, body).as_bytes());
    let own = format!("X-Bnq-Token: {token}\r\n");
    let set = post(&own, "/api/v3/ping 503-before count=1\n* latency=1ms\n");
    assert!(set.starts_with("HTTP/1.1 200 ") && !set.to_lowercase().contains("access-control"), "{set}");
    assert!(set.contains(r#""rule":"/api/v3/ping 503-before count=1""#), "{set}");
    assert!(get(&server, "/api/v3/ping").starts_with("HTTP/1.1 503 "));
    assert!(get(&server, "/api/v3/ping").starts_with("HTTP/1.1 200 "));
    let bad = post(&own, "* latency=1ms\n/x 503\n");
    assert!(bad.starts_with("HTTP/1.1 400 ") && bad.contains("line 2: `503` does not say"), "{bad}");
    let removed = post(&own, "");
    assert!(removed.contains(r#""faults":[]"#) && removed.contains(r#""hits":1"#), "{removed}");
    for (headers, status) in [
        (String::new(), "403"),
        ("X-Bnq-Token: wrong\r\n".to_owned(), "403"),
        (format!("{own}Origin: https://evil.com\r\n"), "403"),
    ] {
        assert!(post(&headers, "").starts_with(&format!("HTTP/1.1 {status} ")), "{headers}");
    }
    let foreign = format!("POST /bnq/faults HTTP/1.1\r\nHost: evil.com\r\n{own}Connection: close\r\n\r\n");
    assert!(server.raw(foreign.as_bytes()).starts_with("HTTP/1.1 421 "));
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.raw(ask(method, "/bnq/faults", &own, "").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("allow: POST\r\n"), "{answer}");
    }
    // Wherever the token is sent by mistake, the log does not show it.
    get(&server, &format!("/bnq/faults?token={token}"));
    get(&server, &format!("/api/v3/openOrders?symbol={token}"));
    server.raw(ask("GET", "/api/v3/account", &format!("X-MBX-APIKEY: {token}\r\n"), "").as_bytes());
    server.raw(ask("GET", "/api/v3/account", &format!("X-MBX-APIKEY: {KEY}\r\n{own}"), "").as_bytes());
    server.logs("GET /api/v3/account weight 20, ");
    get(&server, "/the-last");
    server.logs("/the-last");
    assert!(!server.log().contains(&token), "{}", server.log());
}

#[test]
fn without_the_flag_there_is_no_control_endpoint() {
    let server = serve();
    let answer = server.raw(ask("POST", "/bnq/faults", "X-Bnq-Token: 0\r\n", "").as_bytes());
    let unknown = server.raw(ask("POST", "/bnq/nothing", "X-Bnq-Token: 0\r\n", "").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    assert_eq!(answer.len(), unknown.len());
}

#[test]
fn the_guide_and_the_help_have_every_fault() {
    let guide = include_str!("../../docs/faults.md");
    let help = bnq("serve --help").run().exits(0).stdout;
    let rows = bnq::practice::fault_table();
    assert!(rows.len() > 15, "{rows:?}");
    for row in &rows {
        let words: Vec<String> = row.shown().split(", ").map(|word| format!("`{word}`")).collect();
        let line = format!("| {} | {} |\n", words.join(", "), row.about);
        assert!(guide.contains(&line), "docs/faults.md lacks {line}");
        assert!(
            help.lines().any(|l| l.starts_with(&format!("  {} ", row.shown())) && l.ends_with(&row.about))
        );
    }
    assert_eq!(guide.matches("\n| `").count(), rows.len(), "docs/faults.md has a row that is no fault");
}
