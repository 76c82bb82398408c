//! Reads are sent again, changes never, and what the exchange said of limits and its clock outlives a run.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::away::away;
use super::support::{KEY, Scripted, Then, answer, bnq, now_ms, scripted, terminal};

const ORDER: &str = "new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1";

/// An answer with headers of its own.
fn with(status: &str, headers: &str, body: &str) -> Then {
    let length = body.len();
    Then::Answer(
        format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes(),
    )
}

fn local(server: &Scripted, line: &str) -> super::support::Bnq {
    bnq(&format!("--env local --base-url {} {line}", server.url))
}

/// The value of a parameter in a request's first line.
fn parameter<'a>(request: &'a str, name: &str) -> &'a str {
    let after = request.split(&format!("{name}=")).nth(1).unwrap_or_else(|| panic!("no {name}: {request}"));
    after.split(['&', ' ']).next().unwrap()
}

type Script = fn() -> Then;

const FAULTS: &[(&str, Script)] = &[
    ("closes", || Then::Close),
    ("resets", || Then::Reset),
    ("half a head", || Then::Answer(b"HTTP/1.1 200 OK\r\nContent-".to_vec())),
    ("half a body", || Then::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[1,".to_vec())),
    ("half a refusal", || Then::Answer(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 50\r\n\r\n{".to_vec())),
    ("500", || answer("500 Internal Server Error", "")),
    ("502", || answer("502 Bad Gateway", "<html>")),
    ("503", || answer("503 Service Unavailable", r#"{"code":-1000,"msg":"Unknown error"}"#)),
    ("504", || answer("504 Gateway Timeout", "")),
    ("-1000", || answer("400 Bad Request", r#"{"code":-1000,"msg":"x"}"#)),
    ("-1001", || answer("400 Bad Request", r#"{"code":-1001,"msg":"x"}"#)),
    ("-1006", || answer("400 Bad Request", r#"{"code":-1006,"msg":"x"}"#)),
    ("-1007", || answer("408 Request Timeout", r#"{"code":-1007,"msg":"x"}"#)),
    ("-1008", || answer("503 Service Unavailable", r#"{"code":-1008,"msg":"x"}"#)),
    ("429", || with("429 Too Many Requests", "Retry-After: 0", r#"{"code":-1003,"msg":"x"}"#)),
];

#[test]
fn a_read_is_sent_again_signed_anew_until_there_is_an_answer() {
    for (name, fault) in FAULTS {
        let fault = *fault;
        let server = scripted(move |n, _| if n == 0 { fault() } else { answer("200 OK", "[]") });
        let ran = local(&server, "open-orders").run();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "[]\n"), "{name}: {ran:?}");
        assert!(ran.stderr.lines().count() == 1 && ran.stderr.contains("; try 2 in "), "{name}: {ran:?}");
        let sent = server.requests();
        assert_eq!(sent.len(), 2, "{name}: {sent:?}");
        let (first, second) = (parameter(&sent[0], "timestamp"), parameter(&sent[1], "timestamp"));
        assert!(first < second, "{name}: a fresh timestamp: {first} {second}");
        assert_ne!(parameter(&sent[0], "signature"), parameter(&sent[1], "signature"), "{name}");
    }
}

#[test]
fn without_a_budget_or_with_a_fixed_time_there_is_one_try_and_a_change_has_one_anyway() {
    for (name, fault) in FAULTS {
        for (flags, command) in [
            ("--retry-for 0", "open-orders"),
            ("--timestamp 1499827319559", "open-orders"),
            ("", ORDER),
            ("--retry-for 60", "cancel-order --symbol ARKBTC --order-id 1"),
        ] {
            let fault = *fault;
            let server = scripted(move |n, _| if n == 0 { fault() } else { answer("200 OK", "{}") });
            let ran = local(&server, &format!("{flags} {command}")).run();
            assert!(matches!(ran.code, Some(6 | 8 | 9)), "{name}, {command}: {ran:?}");
            assert_eq!(server.requests().len(), 1, "{name}, {command}: {ran:?}");
            assert_eq!(
                ran.code == Some(9),
                !flags.contains("0 ") && command != "open-orders" && *name != "429",
                "{name}, {command}: {ran:?}"
            );
        }
    }
}

#[test]
fn what_would_end_alike_is_not_sent_again() {
    let cases: &[(&str, Script, i32)] = &[
        ("-1121", || answer("400 Bad Request", r#"{"code":-1121,"msg":"Invalid symbol."}"#), 7),
        ("-1003 with 400", || answer("400 Bad Request", r#"{"code":-1003,"msg":"x"}"#), 6),
        ("403", || answer("403 Forbidden", "<html>"), 7),
        ("no HTTP", || Then::Answer(b"what?\r\n\r\n".to_vec()), 8),
        ("not JSON", || answer("200 OK", "<html>"), 8),
        ("429 for longer than the budget", || with("429 Too Many Requests", "Retry-After: 21", ""), 6),
        ("429 for no one knows how long", || answer("429 Too Many Requests", ""), 6),
        ("418", || with("418 I'm a teapot", "Retry-After: 120", ""), 6),
        (
            "418 with a time in its message",
            || {
                answer(
                    "418 I'm a teapot",
                    r#"{"code":-1003,"msg":"Way too much request weight used; IP banned until 4102444800000."}"#,
                )
            },
            6,
        ),
    ];
    for (name, script, code) in cases {
        let script = *script;
        let server = scripted(move |_, _| script());
        let ran = local(&server, "open-orders").run();
        assert_eq!((ran.code, server.requests().len()), (Some(*code), 1), "{name}: {ran:?}");
    }
}

#[test]
fn how_long_the_exchange_wants_nothing_is_said() {
    let cases: &[(Script, &str, Option<u64>)] = &[
        (|| with("429 Too Many Requests", "Retry-After: 100", "{}"), "wait:  100 s\n", Some(100)),
        (|| with("418 I'm a teapot", "Retry-After: 600", "{}"), "wait:  10 min\n", Some(600)),
        (|| answer("429 Too Many Requests", r#"{"code":-1003,"msg":"x"}"#), "wait:  60 s\n", Some(60)),
        (|| answer("400 Bad Request", r#"{"code":-1121,"msg":"x"}"#), "", None),
    ];
    for (script, line, seconds) in cases {
        let script = *script;
        for command in ["open-orders", ORDER] {
            let server = scripted(move |_, _| script());
            let ran = local(&server, command).run().says(line);
            assert_eq!(ran.stderr.contains("wait:"), seconds.is_some(), "{ran:?}");
            let error = local(&server, &format!("--errors json {command}")).run().error();
            assert_eq!(error["retry_after_s"].as_u64(), *seconds, "{error}");
        }
    }
}

#[test]
fn nobody_waits_for_a_limit_where_that_is_not_wanted() {
    let server = scripted(|n, _| match n {
        0 => answer("502 Bad Gateway", ""),
        _ => with("429 Too Many Requests", "Retry-After: 1", r#"{"code":-1003,"msg":"x"}"#),
    });
    local(&server, "--no-wait open-orders").run().exits(6).says("; try 2 in ");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_change_that_the_exchange_states_was_not_executed_is_exit_8() {
    let throttled = r#"{"code":-1008,"msg":"Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."}"#;
    let cases = [
        ("throttled", throttled, 8),
        ("down", r#"{"code":0,"msg":"Service Unavailable."}"#, 8),
        (
            "broken",
            r#"{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}"#,
            8,
        ),
        (
            "unknown",
            r#"{"code":-1000,"msg":"Unknown error, please check your request or try again later."}"#,
            9,
        ),
    ];
    for (name, body, code) in cases {
        let server = scripted(move |_, _| answer("503 Service Unavailable", body));
        let ran = local(&server, &format!("--errors json futures {ORDER}")).run();
        assert_eq!((ran.code, server.requests().len()), (Some(code), 1), "{name}: {ran:?}");
        let id = ran.error()["client_order_id"].as_str().unwrap().to_owned();
        assert!(server.requests()[0].contains(&id), "{name}: {ran:?}");
        let ran = local(&server, &format!("futures {ORDER}")).run();
        let id = parameter(&server.requests()[1], "newClientOrderId").to_owned();
        assert_eq!(ran.stderr.contains(&format!("\nid:    {id}\n")), code == 8, "{name}: {ran:?}");
        assert!(ran.stderr.contains(&id), "{name}: {ran:?}");
    }
}

#[test]
fn retry_after_is_obeyed_and_quiet_says_nothing() {
    let server = scripted(|n, _| match n {
        0 => with("429 Too Many Requests", "Retry-After: 1", r#"{"code":-1003,"msg":"x"}"#),
        1 => with("503 Service Unavailable", "Retry-After: 1", ""),
        _ => answer("200 OK", "[]"),
    });
    let ran = local(&server, "-q open-orders").run().exits(0);
    assert_eq!(ran.stderr, "");
    let sent = server.requests();
    let times: Vec<i64> = sent.iter().map(|r| parameter(r, "timestamp").parse().unwrap()).collect();
    assert!(times[1] - times[0] >= 1000 && times[2] - times[1] >= 1000, "{times:?}");
}

#[test]
fn a_host_that_cannot_be_reached_is_tried_again_for_a_while() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let line = format!("--env local --base-url http://{closed} --retry-for 1 open-orders");
    bnq(&line).run().exits(8).says("; try 2 in ").says("Nothing was sent");
    let line = format!("--env local --base-url http://{closed} {ORDER}");
    let ran = bnq(&line).run().exits(8).says("Nothing was sent");
    assert!(!ran.stderr.contains("try 2"), "{ran:?}");
}

#[test]
fn a_server_on_this_machine_is_held_to_no_limit() {
    let server = scripted(|n, _| match n {
        2 => answer("400 Bad Request", r#"{"code":-1121,"msg":"x"}"#),
        _ => with("200 OK", "X-MBX-USED-WEIGHT-1M: 6000", "[]"),
    });
    local(&server, "--watch 1s --no-wait open-orders --symbol ARKBTC").run().exits(7);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn watching_goes_on_after_a_failure() {
    let server = scripted(|n, _| match n {
        1 => answer("502 Bad Gateway", ""),
        3 => answer("400 Bad Request", r#"{"code":-1121,"msg":"x"}"#),
        n => answer("200 OK", &format!("[{n}]")),
    });
    let ran = local(&server, "--watch 1s -q open-orders --symbol ARKBTC").run().exits(7);
    assert_eq!(ran.stdout, "[0]\n[2]\n");
}

#[test]
fn a_malformed_budget_is_a_usage_error() {
    for text in ["-1", "x", "", "1e3", "86401", "nan"] {
        bnq("open-orders").arg(&format!("--retry-for={text}")).run().exits(2).says("--retry-for");
    }
}

#[test]
fn a_ban_holds_for_every_run_until_it_is_over_or_forgotten() {
    let server = away(|n, _| match n {
        0 => with("429 Too Many Requests", "Retry-After: 1000", r#"{"code":-1003,"msg":"x"}"#),
        _ => answer("200 OK", "[]"),
    });
    server.bnq("open-orders").run().exits(6).says("HTTP 429");
    for line in
        ["open-orders", "ping", "--retry-for 60 account", &format!("--yes {ORDER}"), "--no-wait open-orders"]
    {
        server
            .bnq(line)
            .run()
            .exits(6)
            .says("nothing was sent")
            .says("takes nothing from this address for 17 min");
    }
    server.bnq("doctor").run().exits(6);
    let error = server.bnq("--errors json ping").run().exits(6).error();
    assert!((900..=1000).contains(&error["retry_after_s"].as_u64().unwrap()), "{error}");
    assert_eq!(server.requests().len(), 1);
    let known = server.bnq("limits -o json").run().exits(0).json();
    let host = &known["hosts"][0];
    assert_eq!((host["host"].as_str(), host["port"].as_u64()), (Some("exchange.example"), Some(443)));
    assert_eq!(host["ban"]["status"], 429);
    let shown = server.bnq("limits").run().exits(0).stdout;
    assert!(shown.contains("exchange.example:443") && shown.contains("(HTTP 429)"), "{shown}");
    server.bnq("limits --forget").run().exits(0).prints_nothing().says("1 host");
    server.bnq("open-orders").run().exits(0);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_ban_that_ends_soon_is_waited_for() {
    let server = away(|n, _| match n {
        0 => with("418 I'm a teapot", "Retry-After: 2", ""),
        _ => answer("200 OK", "[]"),
    });
    let began = now_ms();
    server.bnq("--retry-for 0 open-orders").run().exits(6);
    server.bnq("open-orders").run().exits(0);
    let sent: i64 = parameter(&server.requests()[1], "timestamp").parse().unwrap();
    assert!(sent - began >= 2000, "{} ms", sent - began);
}

#[test]
fn a_limit_of_orders_alone_holds_up_nothing_else() {
    let server = away(|n, _| match n {
        0 => answer("429 Too Many Requests", r#"{"code":-1015,"msg":"Too many new orders."}"#),
        _ => answer("200 OK", "[]"),
    });
    server.bnq(&format!("--yes {ORDER}")).run().exits(6);
    server.bnq("open-orders").run().exits(0);
}

/// Runs `test` within one minute of the clock, since the exchange counts by minutes.
fn within_a_minute(test: impl Fn()) {
    for _ in 0..3 {
        let left_ms = 60_000 - now_ms() % 60_000;
        if left_ms < 15_000 {
            std::thread::sleep(Duration::from_millis(u64::try_from(left_ms).unwrap() + 10));
        }
        let minute = now_ms() / 60_000;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&test));
        match result {
            Ok(()) => return,
            Err(_) if now_ms() / 60_000 != minute => {}
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    panic!("each try took longer than a minute");
}

#[test]
fn what_would_go_over_a_limit_is_not_sent() {
    within_a_minute(|| {
        let server = away(|_, _| {
            with(
                "200 OK",
                "X-MBX-USED-WEIGHT-1M: 5990\r\nX-MBX-ORDER-COUNT-1D: 200000\r\nX-MBX-USED-WEIGHT: 5990",
                "[]",
            )
        });
        server.bnq("ping").run().exits(0);
        server.bnq("open-orders --symbol ARKBTC --no-wait").run().exits(0);
        let refused = server.bnq("--no-wait account").run().exits(6);
        refused.says("nothing was sent: the limit of this address is used up: 5990 of 6000 in 1M, and account takes 20");
        // Nobody waits for a day.
        let refused = server.bnq(&format!("--yes {ORDER}")).run().exits(6);
        refused.says("the limit of orders is used up: 200000 of 200000 in 1D, and new-order takes 1");
        assert_eq!(server.requests().len(), 2);
        let known = server.bnq("limits -o json").run().exits(0).json();
        let weight = &known["hosts"][0]["used"];
        let rows: Vec<String> = weight
            .as_array()
            .unwrap()
            .iter()
            .map(|u| format!("{} {} {} {}", u["path"], u["kind"], u["used"], u["limit"]))
            .collect();
        assert_eq!(rows, [r#""/api" "weight" 5990 6000"#, r#""/api" "orders" 200000 200000"#]);
    });
}

#[test]
fn what_is_remembered_is_private_and_holds_no_key_and_nothing_is_of_this_machine() {
    let headers = "X-MBX-USED-WEIGHT-1M: 3\r\nX-MBX-ORDER-COUNT-1D: 1";
    let server = away(move |_, _| with("200 OK", headers, "[]"));
    server.bnq(&format!("--yes {ORDER}")).run();
    server.bnq("-v open-orders").run().exits(0);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&server.state()), 0o700);
    let files: Vec<_> = fs::read_dir(server.state()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{file:?}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains(KEY) && !text.contains(&KEY[..8]), "{text}");
    }

    let here = scripted(move |_, _| {
        with("429 Too Many Requests", "Retry-After: 1000\r\nX-MBX-USED-WEIGHT-1M: 3", "")
    });
    let state = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let ran = local(&here, "open-orders").var("BNQ_STATE_DIR", state.path().to_str().unwrap()).run();
        ran.exits(6).says("HTTP 429, too many requests");
    }
    assert_eq!((here.requests().len(), fs::read_dir(state.path()).unwrap().count()), (2, 0));
}

#[test]
fn without_a_folder_for_state_everything_works() {
    let answers = |_: usize, _: &str| with("200 OK", "X-MBX-USED-WEIGHT-1M: 3", "[]");
    let server = away(answers);
    for folder in ["", "/dev/null/x", "/proc/none"] {
        server.bnq("open-orders").var("BNQ_STATE_DIR", folder).run().exits(0);
        server
            .bnq("limits")
            .var("BNQ_STATE_DIR", folder)
            .run()
            .exits(0)
            .prints_nothing()
            .says("nothing is known");
        server.bnq("limits --forget").var("BNQ_STATE_DIR", folder).run().exits(0);
    }
    server
        .bnq("-v open-orders")
        .var("BNQ_STATE_DIR", "/dev/null/x")
        .run()
        .exits(0)
        .says("state: /dev/null/x is not used");
}

#[test]
fn under_errors_json_each_line_on_stderr_is_an_object() {
    let script = |n, _: &str| match n {
        0 | 1 => answer("502 Bad Gateway", "<html>"),
        _ => answer("400 Bad Request", r#"{"code":-1121,"msg":"Invalid symbol."}"#),
    };
    let ran = local(&scripted(script), "--errors json open-orders").run().exits(7);
    assert_eq!(ran.error()["code"], -1121);
    let notes: Vec<String> = ran.stderr_lines().iter().map(|line| line["note"].to_string()).collect();
    assert_eq!(notes.len(), 3, "{ran:?}");
    assert!(notes[0].starts_with("\"HTTP 502") && notes[0].contains("; try 2 in "), "{ran:?}");
    assert!(notes[1].contains("; try 3 in ") && notes[2] == "null", "{ran:?}");

    let ran = local(&scripted(script), "-v --errors json open-orders").run().exits(7);
    let details = ran.stderr_lines().into_iter().filter(|line| line["detail"].is_string()).count();
    assert!(details > 5 && ran.error()["code"] == -1121, "{ran:?}");

    let ran = local(&scripted(script), "-q --errors json open-orders").run().exits(7);
    assert_eq!((ran.stderr_lines().len(), &ran.error()["code"]), (1, &(-1121).into()), "{ran:?}");
}

/// What a terminal on stderr was sent while a read waited for the 3 s of a `Retry-After`. Once it is sent `until`, if that is
/// given, the read is interrupted.
fn seen_while_waiting(flags: &str, until: Option<&str>) -> String {
    let server = scripted(|n, _| match n {
        0 => with("429 Too Many Requests", "Retry-After: 3", r#"{"code":-1003,"msg":"x"}"#),
        _ => answer("200 OK", "[]"),
    });
    let (mut terminal, name) = terminal();
    let slave = fs::File::options().read(true).write(true).open(name).unwrap();
    let bnq = local(&server, &format!("{flags} open-orders"));
    let mut command = bnq.command();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(slave).spawn().unwrap();
    drop(command);
    let (mut seen, mut until) = (String::new(), until);
    let mut some = [0; 256];
    // It ends with an error once nobody has the other side any more.
    while let Ok(count @ 1..) = terminal.read(&mut some) {
        seen.push_str(std::str::from_utf8(&some[..count]).unwrap());
        if until.take_if(|text| seen.contains(*text)).is_some() {
            kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        }
    }
    child.wait().unwrap();
    seen
}

#[test]
fn a_terminal_counts_down_what_is_waited_for() {
    let seen = seen_while_waiting("", None);
    let (note, counted) = seen.split_once("\r\n").unwrap();
    assert!(note.starts_with("note: HTTP 429") && note.ends_with("; try 2 in 3.0 s"), "{seen:?}");
    let frames: Vec<&str> = counted.split("\r\u{1b}[K").collect();
    let (last, numbers) = frames.split_last().unwrap();
    assert!(numbers.len() > 1, "{seen:?}");
    assert_eq!(*last, "", "the line is gone in the end: {seen:?}");
    let seconds: Vec<f64> = numbers.iter().map(|n| n.strip_suffix(" s").unwrap().parse().unwrap()).collect();
    assert!(seconds.is_sorted_by(|a, b| a >= b) && seconds[0] <= 3.0, "{seen:?}");
    assert!(seconds.last() < seconds.first(), "{seen:?}");
    assert_eq!(seen_while_waiting("-q", None), "");
}

#[test]
fn an_interruption_takes_the_place_of_the_countdown() {
    let seen = seen_while_waiting("", Some("[K"));
    assert!(seen.ends_with(" s\r\u{1b}[Kerror: interrupted; nothing was changed\r\n"), "{seen:?}");
}

#[test]
fn the_window_of_a_limit_that_is_used_up_is_waited_for() {
    let server = away(|_, _| with("200 OK", "X-MBX-ORDER-COUNT-10S: 1", "{}"));
    let order = format!("--yes {ORDER}");
    server.bnq(&order).run().exits(0);
    // By the exchange's clock, the window of 10 s in which all is used up ends 5 s from now.
    let file = server.state().join("exchange.example_443.json");
    let mut known: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let offset_ms = 5_000 - now_ms() % 10_000;
    let told_ms = now_ms() + offset_ms;
    (known["clock"]["offset_ms"], known["clock"]["round_trip_ms"]) = (offset_ms.into(), 0.into());
    (known["used"][0]["used"], known["used"][0]["at_ms"]) = (100.into(), told_ms.into());
    fs::write(&file, known.to_string()).unwrap();
    let ran = server.bnq(&order).run().exits(0);
    let ran =
        ran.says("note: the limit of orders is used up: 100 of 100 in 10S, and new-order takes 1; waiting ");
    assert_eq!((ran.stderr.lines().count(), server.requests().len()), (1, 2), "{ran:?}");
    let sent: i64 = parameter(&server.requests()[1], "timestamp").parse().unwrap();
    assert_eq!(sent.div_euclid(10_000), told_ms.div_euclid(10_000) + 1, "{ran:?}");
}
