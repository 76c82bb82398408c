//! What goes to stdout, in every format, and what happens when the answer or stdout is not as it should be.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use super::support::{KEY, Ran, Then, answer, bnq, scripted};

/// Numbers that a float would change, a duplicate key, an escape, and keys out of order.
const ANSWER: &str = r#"[{"symbol":"ARKBTC","price":"0.00000100","n":1e-6,"big":12345678901234567890.10,"b":1,"b":2,"s":"\u0041/\/","nested":{"z":[],"a":{}}},{"symbol":"BTCUSDT","price":"65000.5","n":-0.0,"big":1,"b":3,"s":"x,\"y\"","nested":{"z":[1],"a":{}}}]"#;

fn printed(flags: &str, body: &'static str) -> Ran {
    let server = scripted(move |_, _| answer("200 OK", body));
    bnq(&format!("--env local --base-url {} {flags} open-orders", server.url)).run()
}

#[test]
fn json_changes_nothing_but_white_space() {
    let ran = printed("", ANSWER).exits(0);
    let expected = r#"[
  {
    "symbol": "ARKBTC",
    "price": "0.00000100",
    "n": 1e-6,
    "big": 12345678901234567890.10,
    "b": 1,
    "b": 2,
    "s": "\u0041/\/",
    "nested": {
      "z": [],
      "a": {}
    }
  },
"#;
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    let compact = printed("-o compact", ANSWER).exits(0);
    assert_eq!(compact.stdout, format!("{ANSWER}\n"));
    let raw = printed("-o raw", ANSWER).exits(0);
    assert_eq!(raw.stdout, ANSWER);
    let jsonl = printed("-o jsonl", ANSWER).exits(0);
    let lines: Vec<&str> = jsonl.stdout.lines().collect();
    assert_eq!(format!("[{}]", lines.join(",")), ANSWER);
    assert_eq!(lines.len(), 2);
}

#[test]
fn rows_become_tables_and_csv() {
    let csv = printed("-o csv --fields symbol,price,s", ANSWER).exits(0);
    assert_eq!(csv.stdout, "symbol,price,s\nARKBTC,0.00000100,A//\nBTCUSDT,65000.5,\"x,\"\"y\"\"\"\n");
    let table = printed("-o table --fields symbol,price", ANSWER).exits(0);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.stdout);
    assert!(lines[1].starts_with("ARKBTC") && lines[1].contains("0.00000100"), "{}", table.stdout);
    let fields = printed("-o compact --fields nested.z,symbol", ANSWER).exits(0);
    assert_eq!(
        fields.stdout,
        "[{\"nested.z\":[],\"symbol\":\"ARKBTC\"},{\"nested.z\":[1],\"symbol\":\"BTCUSDT\"}]\n"
    );
}

#[test]
fn the_format_comes_from_flag_variable_or_profile() {
    let server = scripted(|_, _| answer("200 OK", "[ ]"));
    let line = format!("--env local --base-url {} ping", server.url);
    assert_eq!(bnq(&line).var("BNQ_OUTPUT", "raw").run().exits(0).stdout, "[ ]");
    assert_eq!(bnq(&format!("{line} -o compact")).var("BNQ_OUTPUT", "raw").run().exits(0).stdout, "[]\n");
}

#[test]
fn colour_is_off_unless_asked_for() {
    assert!(!printed("", ANSWER).stdout.contains('\x1b'));
    assert!(printed("--color always", ANSWER).stdout.contains('\x1b'));
}

#[test]
fn what_is_not_json_is_shown_for_what_it_is() {
    let page = "<html><body>Please log in</body></html>";
    let ran = printed("", page).exits(8);
    assert!(ran.stdout.contains("Please log in") || ran.stderr.contains("Please log in"), "{ran:?}");
    printed("", "").exits(8).prints_nothing();
    printed("", "{\"a\":1} trailing").exits(8);
    printed("", "[1,2").exits(8);
    let server = scripted(|_, _| answer("403 Forbidden", "<html>\x1b[31mblocked</html>"));
    let line = format!("--env local --base-url {} open-orders", server.url);
    let ran = bnq(&line).run().exits(7).says("HTTP 403").says("blocked");
    assert!(!ran.stderr.contains('\x1b'), "{ran:?}");
}

#[test]
fn a_read_without_an_answer_is_exit_8() {
    type Script = fn() -> Then;
    let cases: &[(&str, Script)] = &[
        ("closes", || Then::Close),
        ("resets", || Then::Reset),
        ("hangs", || Then::Hang),
        ("garbage", || Then::Answer(b"what?\r\n\r\n".to_vec())),
        ("half", || Then::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1,".to_vec())),
        ("500", || answer("500 Internal Server Error", "")),
    ];
    for (name, script) in cases {
        let script = *script;
        let server = scripted(move |_, _| script());
        let line = format!("--env local --base-url {} --timeout 1 --errors json open-orders", server.url);
        let error = bnq(&line).run().exits(8).error();
        assert_eq!(error["kind"], "no_answer", "{name}: {error}");
        assert_eq!(error["client_order_id"], serde_json::Value::Null, "{name}");
    }
}

#[test]
fn redirects_are_not_followed() {
    let other = scripted(|_, _| answer("200 OK", "[]"));
    let to = other.url.clone();
    let server = scripted(move |_, _| {
        Then::Answer(
            format!("HTTP/1.1 302 Found\r\nLocation: {to}/\r\nContent-Length: 0\r\n\r\n").into_bytes(),
        )
    });
    bnq(&format!("--env local --base-url {} open-orders", server.url)).run().exits(7).says("HTTP 302");
    assert_eq!((server.requests().len(), other.requests().len()), (1, 0));
}

#[test]
fn a_refusal_has_every_field_in_json() {
    let server = scripted(|_, _| {
        let body = r#"{"code":-1003,"msg":"Too much request weight used.","n":1.10}"#;
        let head = format!(
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Then::Answer((head + body).into_bytes())
    });
    let line = format!("--env local --base-url {} --errors json open-orders", server.url);
    let ran = bnq(&line).run().exits(6).prints_nothing();
    let error = ran.error();
    assert_eq!(error["kind"], "rate_limit");
    assert_eq!((error["status"].as_u64(), error["code"].as_i64()), (Some(429), Some(-1003)));
    assert_eq!((error["method"].as_str(), error["path"].as_str()), (Some("GET"), Some("/api/v3/openOrders")));
    assert_eq!((error["environment"].as_str(), error["retry_after_s"].as_u64()), (Some("local"), Some(7)));
    assert!(ran.stderr.contains("\"n\":1.10"), "the body's numbers keep their characters: {}", ran.stderr);
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let row = format!("[{}1]", "1,".repeat(2_000_000));
    let server = scripted(move |_, _| answer("200 OK", &row));
    let bnq = bnq(&format!("--env local --base-url {} open-orders", server.url));
    let mut child = bnq.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 2];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn verbose_tells_the_exchange_without_secrets() {
    let server = scripted(|_, _| {
        Then::Answer(
            b"HTTP/1.1 200 OK\r\nX-MBX-USED-WEIGHT-1M: 6\r\nX-MBX-UUID: abc\r\nContent-Length: 2\r\n\r\n[]"
                .to_vec(),
        )
    });
    let line = format!("--env local --base-url {} -v --timestamp 1499827319559 open-orders", server.url);
    let ran = bnq(&line).run().exits(0);
    for text in [
        "> GET http",
        "< HTTP 200 in ",
        "X-MBX-USED-WEIGHT-1M: 6",
        "X-MBX-UUID: abc",
        "--base-url",
        "vmPU…Eh8A",
    ] {
        assert!(ran.stderr.contains(text), "no {text:?}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("signature=") && !ran.stderr.contains("2f28af69"), "{}", ran.stderr);
    let query = server.requests().pop().unwrap();
    let signature = query.split("signature=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(!ran.stderr.contains(&signature), "{}", ran.stderr);
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let mut command = bnq("--env local open-orders --symbol ARKBTC");
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command = command.var(name, "http://127.0.0.1:9");
    }
    command.run().exits(0);
}

#[test]
fn a_slow_answer_is_waited_for_within_its_bounds() {
    let server = scripted(|_, _| {
        std::thread::sleep(Duration::from_millis(300));
        answer("200 OK", "[]")
    });
    bnq(&format!("--env local --base-url {} --timeout 20 open-orders", server.url)).run().exits(0);
}

/// The most memory that a query for an answer of about `size` bytes has used before it ends, in KiB.
fn peak_of(format: &str, size: usize) -> u64 {
    let row = r#"{"symbol":"ARKBTC","price":"0.00000100"},"#;
    let body = format!("[{}null]", row.repeat(size / row.len()));
    let Then::Answer(whole) = answer("200 OK", &body) else { unreachable!() };
    let server = scripted(move |_, _| Then::Answer(whole.clone()));
    let bnq = bnq(&format!("--env local --base-url {} -o {format} open-orders", server.url));
    let mut child = bnq.command().stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    // What is left in the pipe keeps the process alive while its memory is looked at.
    let most = size as u64 - (1 << 20);
    assert_eq!(
        std::io::copy(&mut stdout.by_ref().take(most), &mut std::io::sink()).unwrap(),
        most,
        "{format}"
    );
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
    let peak = peak.parse().unwrap();
    std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success(), "{format}");
    peak
}

#[test]
fn memory_does_not_grow_with_the_answer() {
    for format in ["json", "compact", "raw"] {
        let (small, large) = (peak_of(format, 2 << 20), peak_of(format, 24 << 20));
        assert!(large < small + 4096, "{format}: {small} KiB, then {large} KiB");
    }
}

#[test]
fn what_was_sent_is_hidden_where_an_answer_repeats_it() {
    // `Ran` looks for key and secret in everything that was printed.
    let page = format!("<html>blocked: X-MBX-APIKEY: {KEY}</html>");
    let statuses = [
        ("403 Forbidden", page.clone()),
        ("200 OK", page),
        ("400 Bad Request", format!(r#"{{"code":-1000,"msg":"{KEY}"}}"#)),
    ];
    for (status, body) in statuses {
        let server = scripted(move |_, line| {
            let echo = body.replace("blocked", &format!("blocked {line}"));
            let head =
                format!("HTTP/1.1 {status}\r\nX-MBX-ECHO: {KEY}\r\nContent-Length: {}\r\n\r\n", echo.len());
            Then::Answer((head + &echo).into_bytes())
        });
        for flags in ["", "-v", "--errors json"] {
            let ran = bnq(&format!("--env local --base-url {} {flags} open-orders", server.url)).run();
            let sent = server.requests().pop().unwrap();
            let signature = sent.split("signature=").nth(1).unwrap().split(' ').next().unwrap();
            assert!(!ran.stderr.contains(signature), "{flags}: {}", ran.stderr);
        }
    }
}

#[test]
fn json_failures_hold_no_character_that_a_terminal_acts_on() {
    let server =
        scripted(|_, _| answer("400 Bad Request", "{\"code\":-1000,\"msg\":\"bad \u{9b}31m \u{202e} x\"}"));
    let ran = bnq(&format!("--env local --base-url {} --errors json open-orders", server.url)).run();
    assert!(!ran.stderr.contains(['\u{9b}', '\u{202e}']), "{}", ran.stderr);
    assert_eq!(ran.error()["message"], "bad \u{9b}31m \u{202e} x");
}

#[test]
fn tables_alone_show_times_as_local_time() {
    let body = r#"[{"symbol":"A","updateTime":1772323200250,"orderId":1772323200250},{"symbol":"B","updateTime":0,"orderId":1}]"#;
    let server = scripted(move |_, _| answer("200 OK", body));
    let run = |format: &str| {
        bnq(&format!("--env local --base-url {} -o {format} open-orders", server.url))
            .var("TZ", "EST5")
            .run()
            .exits(0)
            .stdout
    };
    let table = run("table");
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[1].contains("2026-02-28 19:00:00.250") && lines[1].contains("1772323200250"), "{table}");
    assert!(run("csv").contains("A,1772323200250,1772323200250"));
    assert!(run("compact").contains("\"updateTime\":1772323200250"));
}
