//! What a client in bad order sends. The server answers or closes, and serves the next one.

use std::io::Write;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use super::support::*;
use crate::practice::http::Limits;
use crate::practice::wire::{Tracker, restored};

fn still_serves(running: &Running) {
    let answer = running.exchange(&request("/api/v3/ping", ""));
    assert!(answer.ends_with("{}"), "{answer}");
}

/// Bytes sent, the status answered, a part of the log's explanation. Statuses without a body come from hyper.
#[test]
fn whatever_is_sent_is_answered() {
    let get = |target: &[u8]| [b"GET ", target, b" HTTP/1.1\r\nHost: localhost\r\n\r\n"].concat();
    let head =
        |line: &[u8]| [b"GET /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n", line, b"\r\n\r\n"].concat();
    let cases: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("space in the query", get(b"/api/v3/depth?symbol=ARK BTC"), "400", "there is a space"),
        ("control character", get(b"/api/v3/depth?symbol=ARK\x01BTC"), "400", "there is a control character"),
        ("bad UTF-8 in the path", get(b"/api/v3/\xff\xfe"), "404", ""),
        ("bad UTF-8 in the query", get(b"/api/v3/depth?symbol=ARK\xff"), "400", ""),
        ("UTF-8 as it stands", get("/api/v3/depth?symbol=币安人生USDT".as_bytes()), "200", ""),
        ("fragment", get(b"/api/v3/depth?symbol=ARKBTC#x"), "400", ""),
        ("quotes as they stand", get(b"/api/v3/ticker/price?symbols=[\"ARKBTC\"]"), "200", ""),
        ("bad UTF-8 in a header", head(b"X-A: \xff\xfe"), "200", ""),
        ("bad UTF-8 in a header's name", head(b"X-\xff: a"), "400", "this is no HTTP/1.1 request"),
        ("control character in a header", head(b"X-A: \x01"), "400", "this is no HTTP/1.1 request"),
        (
            "header of a megabyte",
            head(&[b"X-A: ".as_slice(), &vec![b'a'; 1 << 20]].concat()),
            "431",
            "too large",
        ),
        ("a thousand headers", head(&b"X-A: a\r\n".repeat(1000)), "431", "too large"),
        ("target of a megabyte", get(&[b"/".as_slice(), &vec![b'a'; 1 << 20]].concat()), "431", "too large"),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), "400", "began with TLS"),
        ("no HTTP", b"hello\r\n\r\n".to_vec(), "400", "no HTTP/1.1 request"),
        ("no method known", b"BREW /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), "405", ""),
        ("asterisk", b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), "404", ""),
        ("two lengths", head(b"Content-Length: 1\r\nContent-Length: 2"), "400", ""),
        ("body too large", head(b"Content-Length: 2000000"), "413", "more than 1048576 bytes"),
        ("body cut off", head(b"Content-Length: 20\r\n\r\nabc"), "400", "did not arrive whole"),
        (
            "chunks that are none",
            head(b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "400",
            "did not arrive whole",
        ),
        (
            "too many parameters",
            get(&[b"/api/v3/ping?".as_slice(), &b"a&".repeat(2000)].concat()),
            "413",
            "2000 parameters",
        ),
        ("HTTP/1.0 without host", b"GET /api/v3/ping HTTP/1.0\r\n\r\n".to_vec(), "200", ""),
    ];
    let running = running();
    for (name, bytes, status, cause) in cases {
        let answer = running.exchange(&bytes);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}"))
                || answer.starts_with(&format!("HTTP/1.0 {status}")),
            "{name}: {answer}"
        );
        let entry = running.last();
        assert_eq!(entry.status, status.parse().ok(), "{name}: {entry:?}");
        let said = [entry.cause.clone(), entry.fix.clone()].map(Option::unwrap_or_default).join("; ");
        assert!(said.contains(cause), "{name}: {entry:?}");
        assert_eq!(said.len() > 4, status != "200", "{name}: {entry:?}");
    }
    still_serves(&running);
}

#[test]
fn half_a_request_ends_with_its_connection() {
    let running = running();
    assert_eq!(running.exchange(b"GET /api/v3/pi"), "");
    let entry = running.last();
    assert_eq!((entry.method.as_str(), entry.target.as_str(), entry.status), ("GET", "/api/v3/pi", None));
    assert!(entry.cause.unwrap().contains("in the middle of a request"));
    // Connected and gone: not worth a line.
    let before = running.entries.lock().unwrap().len();
    assert_eq!(running.exchange(b""), "");
    drop(running.connect());
    still_serves(&running);
    assert_eq!(running.entries.lock().unwrap().len(), before + 1);
}

#[test]
fn a_slow_client_keeps_nobody_waiting_and_is_given_up() {
    let (head, body) = (Duration::from_millis(800), Duration::from_millis(800));
    let running = running_with(Limits { head, body, ..Limits::USUAL });
    let mut slow_head = running.connect();
    slow_head.write_all(b"GET /api/v3/ping HTTP/1.1\r\nHost: loc").unwrap();
    let mut slow_body = running.connect();
    slow_body
        .write_all(b"POST /api/v3/order HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na")
        .unwrap();
    let began = Instant::now();
    still_serves(&running);
    assert!(began.elapsed() < head, "waited for the slow one");
    assert_eq!(rest(&mut slow_head), "");
    let late = rest(&mut slow_body);
    assert!(late.starts_with("HTTP/1.1 408"), "{late}");
    assert!(
        running
            .entries
            .lock()
            .unwrap()
            .iter()
            .any(|e| e.cause.as_deref() == Some("the headers did not arrive in time"))
    );
}

#[test]
fn a_client_that_reads_nothing_is_given_up() {
    let unread = Duration::from_millis(200);
    let running = running_with(Limits { unread, connections: 1, ..Limits::USUAL });
    let mut deaf = running.connect();
    deaf.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let many = request("/api/v3/exchangeInfo", "").repeat(2000);
    // More answers than the socket buffers hold.
    let _ = deaf.write_all(&many);
    // There is one place, and the next client gets it.
    still_serves(&running);
}

#[test]
fn a_hundred_connections_at_once_are_answered() {
    let running = Arc::new(running());
    let start = Arc::new(Barrier::new(100));
    let clients: Vec<_> = (0..100)
        .map(|_| {
            let (running, start) = (Arc::clone(&running), Arc::clone(&start));
            std::thread::spawn(move || {
                let mut stream = running.connect();
                start.wait();
                stream.write_all(&request("/api/v3/ticker/price?symbol=ARKBTC", "")).unwrap();
                assert_eq!(one(&mut stream).1, r#"{"symbol":"ARKBTC","price":"0.00000500"}"#);
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    assert_eq!(running.entries.lock().unwrap().len(), 100);
}

#[test]
fn more_connections_than_places_wait_for_one() {
    let running = running_with(Limits { connections: 2, ..Limits::USUAL });
    let idle = [running.connect(), running.connect()];
    let mut third = running.connect();
    third.write_all(&request("/api/v3/ping", "")).unwrap();
    drop(idle);
    assert_eq!(one(&mut third).1, "{}");
}

#[test]
fn every_byte_of_a_target_passes_and_comes_back() {
    let bytes: Vec<u8> = (0..=255).filter(|b| !b" \r\n".contains(b)).collect();
    let line = [b"GET /?", bytes.as_slice(), b" HTTP/1.1\r\n"].concat();
    let passed = Tracker::new().pass(&line);
    let text = String::from_utf8(passed).unwrap();
    assert_eq!(restored(&text), line);
    let stand_in = "/?\u{10ff41}";
    let passed = Tracker::new().pass(format!("GET {stand_in} HTTP/1.1\r\n").as_bytes());
    assert_eq!(
        restored(&String::from_utf8(passed).unwrap()),
        format!("GET {stand_in} HTTP/1.1\r\n").as_bytes()
    );
}

#[test]
fn only_request_lines_are_touched() {
    let tracker = Tracker::new();
    let post = b"POST /a HTTP/1.1\r\nX: \"\xff\r\nContent-Length: 4\r\n\r\n\"#\xff\n";
    assert_eq!(tracker.pass(post), post);
    tracker.request_read(Some(4));
    assert_ne!(tracker.pass(b"GET /\" HTTP/1.1\r\n\r\n"), b"GET /\" HTTP/1.1\r\n\r\n");
    // A second request has begun before the first was answered: from here on nothing is touched.
    tracker.pass(b"GET /b");
    tracker.request_read(Some(0));
    assert_eq!(tracker.pass(b"GET /\" HTTP/1.1\r\n\r\n"), b"GET /\" HTTP/1.1\r\n\r\n");
}
