//! Answers that mean harm: what they cost is bounded, and what they say is not believed.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::away::away;
use super::support::{KEY, Ran, Then, answer, bnq, read_request, scripted};

const ORDER: &str = "new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1";

/// What a run may have of memory for data, in KiB. A small answer needs a good part of it.
const MEMORY: u32 = 24 << 10;

/// Sends pieces until the client has had enough.
struct Endless {
    url: String,
    sent: Arc<AtomicU64>,
}

/// A server that answers with `start`, then with `piece` again and again, `times` at most, then with `end`.
fn endless(start: &[u8], piece: &[u8], times: u64, end: &[u8]) -> Endless {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicU64::new(0));
    let (count, start, piece, end) = (Arc::clone(&sent), start.to_vec(), piece.to_vec(), end.to_vec());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
            if read_request(&stream).is_none() || stream.write_all(&start).is_err() {
                continue;
            }
            let mut write = || {
                let written = stream.write_all(&piece).is_ok();
                count.fetch_add(u64::from(written) * piece.len() as u64, Ordering::SeqCst);
                written
            };
            if (0..times).all(|_| write()) {
                let _ = stream.write_all(&end);
            }
        }
    });
    Endless { url, sent }
}

/// `bnq` with a bound on its memory: it ends by a signal if it goes over it.
fn bounded(url: &str, line: &str) -> Ran {
    let bnq = bnq(&format!("--env local --base-url {url} --retry-for 0 {line}"));
    let inner = bnq.command();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("ulimit -d {MEMORY}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_bnq")]);
    command.args(inner.get_args()).env_clear().env("HOME", bnq.home()).current_dir(bnq.home());
    Ran::from(command.stdin(Stdio::null()).output().unwrap())
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
const REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\r\n";
const MIB: u64 = 1 << 20;

#[test]
fn the_bound_on_memory_is_one() {
    let row = [r#"{"symbol":"ARKBTC","price":"0.00000100"},"#; 1000].concat();
    let server = endless(b"HTTP/1.1 200 OK\r\n\r\n[", row.as_bytes(), 600, b"null]");
    let ran = bounded(&server.url, "-o table open-orders");
    ran.exits(8).says("out of memory");
    bounded(&endless(OK, b"[]", 1, b"").url, "-o table open-orders").exits(0);
}

/// What it is, how the answer begins, what follows it without an end, the exit code, and what is said.
type Case<'a> = (&'a str, &'a [u8], Vec<u8>, i32, &'a str);

#[test]
fn what_has_no_end_is_left_before_it_costs() {
    let big = |byte: u8| vec![byte; 64 << 10];
    let nested = br#"{"a":"#.repeat(10_000);
    let headers = b"X-A: b\r\n".repeat(1000);
    let cases: [Case<'_>; 8] = [
        ("lists in lists", OK, big(b'['), 1, "256"),
        ("objects in objects", OK, nested, 1, "256"),
        ("no JSON", OK, big(b'x'), 8, "JSON"),
        ("a refusal", REFUSED, big(b'{'), 7, "HTTP 400"),
        ("headers", b"HTTP/1.1 200 OK\r\n", headers, 8, "headers"),
        ("a header", b"HTTP/1.1 200 OK\r\nX-A: ", big(b'x'), 8, "127.0.0.1"),
        ("a status line", b"HTTP/1.1 200 ", big(b'O'), 8, "127.0.0.1"),
        ("no HTTP", b"", big(b'\0'), 8, "HTTP"),
    ];
    for (name, start, piece, code, said) in cases {
        for format in ["json", "compact", "jsonl"] {
            let server = endless(start, &piece, u64::MAX, b"");
            let ran = bounded(&server.url, &format!("-o {format} open-orders"));
            assert_eq!(ran.code, Some(code), "{name}, {format}: {}", start_of(&ran.stderr));
            assert!(ran.stderr.contains(said), "{name}, {format}: {}", start_of(&ran.stderr));
            assert!(ran.stdout.len() < 1 << 20, "{name}, {format}: {} bytes", ran.stdout.len());
            let sent = server.sent.load(Ordering::SeqCst);
            // What the client takes, and what lies in the buffers of the system.
            assert!(sent < 32 * MIB, "{name}, {format}: {sent} bytes were taken");
        }
        let server = endless(start, &piece, u64::MAX, b"");
        let ran = bounded(&server.url, ORDER);
        let code = if code == 7 { 7 } else { 9 };
        assert_eq!(ran.code, Some(code), "{name}, order: {}", start_of(&ran.stderr));
    }
}

fn start_of(text: &str) -> &str {
    text.get(..2000).unwrap_or(text)
}

#[test]
fn what_is_only_large_does_not_grow_the_memory() {
    let cases =
        [("white space", "[", b' ', "]"), ("a text", "[\"", b'a', "\"]"), ("a number", "[1", b'2', "]")];
    for (name, start, byte, end) in cases {
        let piece = vec![byte; 64 << 10];
        for format in ["json", "compact", "raw"] {
            let server = endless(&[OK, start.as_bytes()].concat(), &piece, 512, end.as_bytes());
            let ran = bounded(&server.url, &format!("-o {format} open-orders"));
            assert_eq!(ran.code, Some(0), "{name}, {format}: {}", start_of(&ran.stderr));
            let whole = name == "white space" || ran.stdout.len() as u64 > 32 * MIB;
            assert!(whole, "{name}, {format}: {} bytes", ran.stdout.len());
        }
    }
}

fn zipped(times: usize, text: &[u8], end: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..times {
        encoder.write_all(text).unwrap();
    }
    encoder.write_all(end).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_gzip_bomb_is_inflated_no_further_than_it_is_read() {
    let (spaces, lists) = (vec![b' '; 1 << 20], vec![b'['; 1 << 20]);
    let cases = [
        ("white space, passed through", "json", zipped(64, &spaces, b"[]"), "200 OK", 0),
        ("nesting, passed through", "json", zipped(64, &lists, b""), "200 OK", 1),
        ("nesting, held", "table", zipped(1, &lists, b""), "200 OK", 1),
        ("a refusal", "json", zipped(64, &spaces, b""), "400 Bad Request", 7),
        ("zipped twice", "json", zipped(1, &zipped(64, &spaces, b"[]"), b""), "200 OK", 8),
    ];
    for (name, format, body, status, code) in cases {
        assert!(body.len() < 200 << 10, "{name}: {}", body.len());
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
        let server = endless(head.as_bytes(), &body, 1, b"");
        let ran = bounded(&server.url, &format!("-o {format} open-orders"));
        assert_eq!(ran.code, Some(code), "{name}: {}", start_of(&ran.stderr));
    }
}

#[test]
fn numbers_of_a_million_digits_stay_whole_and_are_no_codes_or_times() {
    let digits = "9".repeat(1_000_000);
    let body = format!(r#"[{{"price":{digits}.{digits},"n":-{digits}}}]"#);
    let server = scripted(move |_, _| answer("200 OK", &body));
    for format in ["json", "compact", "jsonl", "csv", "raw", "table"] {
        let ran =
            bnq(&format!("--env local --base-url {} -o {format} open-orders", server.url)).run().exits(0);
        assert!(ran.stdout.contains(&format!("{digits}.{digits}")), "{format}");
    }
    let read = |then: Then| {
        let then = Mutex::new(Some(then));
        let server = scripted(move |_, _| then.lock().unwrap().take().unwrap_or(Then::Close));
        bnq(&format!("--env local --base-url {} --retry-for 0 --errors json open-orders", server.url)).run()
    };
    let ran = read(answer("400 Bad Request", &format!(r#"{{"code":-{digits},"msg":"x"}}"#))).exits(7);
    assert!(ran.stderr.contains(r#""code":null,"#), "{}", start_of(&ran.stderr));
    for after in [digits.get(..20_000).unwrap(), "-1", "1e9", "99999999999999999999", "", "NaN"] {
        let head = format!("HTTP/1.1 429 Slow\r\nRetry-After: {after}\r\nX-MBX-USED-WEIGHT-1M: {after}\r\n");
        let error = read(Then::Answer((head + "Content-Length: 0\r\n\r\n").into_bytes())).exits(6).error();
        // A number that is too large is as large as there is one; what is no number is none, and a minute is waited for.
        let seconds = if after.len() > 5 { u64::MAX } else { 60 };
        assert_eq!(error["retry_after_s"].as_u64(), Some(seconds), "{}", start_of(after));
    }
}

#[test]
fn a_time_that_is_none_corrects_no_clock() {
    let digits = "9".repeat(1_000_000);
    for time in [digits.as_str(), "-1e400", "\"x\"", "null", "{}", "9223372036854775807"] {
        let time = format!(r#"{{"serverTime":{time}}}"#);
        let server = scripted(move |_, line| {
            if line.contains("/api/v3/time") {
                return answer("200 OK", &time);
            }
            answer("400 Bad Request", r#"{"code":-1021,"msg":"outside of the recvWindow."}"#)
        });
        for line in ["open-orders", ORDER] {
            bnq(&format!("--env local --base-url {} {line}", server.url)).run().exits(5);
        }
        assert!(server.requests().iter().filter(|r| r.starts_with("POST")).count() == 1);
    }
}

#[test]
fn what_is_not_utf_8_is_said_and_harms_no_terminal() {
    let bodies: [&[u8]; 5] =
        [b"[\"\xff\xfe\"]", b"[\"\xc0\x80\"]", b"[\"\xed\xa0\x80\"]", b"\xff\xfe[\0]\0", b"[\"a\xe2\x82"];
    for body in bodies {
        for (status, code) in [("200 OK", 8), ("400 Bad Request", 7)] {
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
            let whole = [head.as_bytes(), body].concat();
            let server = scripted(move |_, _| Then::Answer(whole.clone()));
            for format in ["json", "compact", "jsonl", "table", "csv"] {
                let line =
                    format!("--env local --base-url {} --retry-for 0 -o {format} open-orders", server.url);
                let output = bnq(&line).command().stdin(Stdio::null()).output().unwrap();
                let stderr = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(code), "{body:?}, {status}, {format}: {stderr}");
                assert!(!stderr.contains(['\0', '\u{1b}']), "{stderr:?}");
            }
        }
    }
}

#[test]
fn no_character_that_a_terminal_acts_on_reaches_stderr() {
    let evil = "\u{9b}31m\u{202e}\u{2066}\u{200f}\u{85}";
    let whole = format!(
        "HTTP/1.1 400 Bad Request\r\nX-MBX-UUID: {evil}\r\nX-MBX-{evil}: x\r\nContent-Length: 9999\r\n\r\n"
    );
    let plain = format!("HTTP/1.1 400 Bad Request\r\nX-MBX-UUID: {evil}\r\n\r\n");
    let escaped = "\\u001b]0;owned\\u0007\\u009b31m\\u202e";
    let bodies = [
        plain.clone() + &format!("{{\"code\":-1100,\"msg\":\"{evil}{escaped}\",\"{evil}\":1}}"),
        plain.clone() + &format!("<html>\x1b]0;owned\x07{evil}\r\x08\0</html>"),
        plain + &format!("{{\"code\":-99999,\"msg\":\"{escaped}\\n\\rerror: HTTP 200\"}}"),
        whole,
    ];
    for body in bodies {
        let server = scripted(move |_, _| Then::Answer(body.clone().into_bytes()));
        for flags in ["", "-v", "--errors json", "--debug-sign", "-v --errors json"] {
            for line in ["open-orders", ORDER] {
                let line = format!("--env local --base-url {} --retry-for 0 {flags} {line}", server.url);
                let ran = bnq(&line).run();
                let acts = |c: char| (c.is_control() && c != '\n') || ('\u{2066}'..='\u{2069}').contains(&c);
                let found: Vec<char> = ran.stderr.chars().filter(|c| acts(*c) || *c == '\u{202e}').collect();
                assert!(found.is_empty(), "{flags}: {found:?} in {}", ran.stderr);
                let errors = ran.stderr.lines().filter(|line| line.starts_with("error:")).count();
                assert!(errors <= 1, "an answer made up a line of its own: {}", ran.stderr);
            }
        }
    }
}

#[test]
fn headers_that_drip_do_not_outlast_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let drip = |stream: &mut TcpStream| stream.write_all(b"x").is_ok();
            if read_request(&stream).is_some() && stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").is_ok() {
                // Until the client is gone.
                while drip(&mut stream) {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    });
    for (line, code) in [("open-orders", 8), (ORDER, 9)] {
        let line = format!("--env local --base-url {url} --retry-for 0 --timeout 0.5 {line}");
        bnq(&line).run().exits(code).says("no answer within 0.5 s");
    }
}

#[test]
fn another_hosts_certificate_gets_no_request() {
    let server = away(|_, _| answer("200 OK", "[]"));
    server.bnq("open-orders").run().exits(0);
    for line in ["--retry-for 0 open-orders", "ping", &format!("--yes {ORDER}")] {
        let ran = server.bnq_of("other.example", line).run().exits(8).prints_nothing();
        ran.says("the certificate of other.example").says("Nothing was sent");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn no_redirect_takes_the_key_elsewhere_or_into_the_clear() {
    let elsewhere = scripted(|_, _| answer("200 OK", "[]"));
    let targets = [
        elsewhere.url.clone(),
        "http://exchange.example/api/v3/openOrders".to_owned(),
        "https://evil.example/".to_owned(),
        "//evil.example/".to_owned(),
        "/api/v3/account".to_owned(),
    ];
    for to in targets {
        for status in
            ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Many"]
        {
            let head = format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            let server = away(move |_, _| Then::Answer(head.clone().into_bytes()));
            for line in ["open-orders", &format!("--yes {ORDER}")] {
                server.bnq(line).run().exits(7).prints_nothing();
            }
            assert_eq!(server.requests().len(), 2, "{status} to {to}");
        }
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn where_tls_is_due_nothing_is_said_in_the_clear() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let kept = Arc::clone(&heard);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 4096];
            let n = std::io::Read::read(&mut stream, &mut bytes).unwrap_or(0);
            kept.lock().unwrap().extend_from_slice(&bytes[..n]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        }
    });
    for line in ["open-orders", ORDER] {
        let line = format!("--env local --base-url https://{address} --retry-for 0 {line}");
        bnq(&line).run().exits(8).prints_nothing().says("Nothing was sent");
    }
    let heard = String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
    assert!(!heard.is_empty() && !heard.contains(KEY) && !heard.contains("/api/"), "{heard:?}");
}
