//! The exchange's clock: asked for once an hour and host, corrected where it matters, and never in a request's way.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::away::{Away, away, away_with_clock};
use super::support::{Ran, Then, answer, bnq, now_ms, scripted};

const ORDER: &str = "--yes new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An answer with the time that is so far ahead of this machine's.
fn time(ahead_ms: i64) -> Then {
    answer("200 OK", &format!(r#"{{"serverTime":{}}}"#, now_ms() + ahead_ms))
}

fn done() -> Then {
    answer("200 OK", "[]")
}

fn refused() -> Then {
    let body = r#"{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}"#;
    answer("400 Bad Request", body)
}

/// How far ahead of this machine's clock the timestamp of a request is, to the nearest minute.
fn minutes_ahead(request: &str) -> i64 {
    let after = request.split("timestamp=").nth(1).unwrap_or_else(|| panic!("no timestamp: {request}"));
    let sent: i64 = after.split(['&', ' ']).next().unwrap().parse().unwrap();
    (sent - now_ms() + 30_000).div_euclid(60_000)
}

#[test]
fn it_is_asked_for_before_the_first_signed_request_of_an_hour_and_corrected_silently() {
    let server = away_with_clock(|_| time(-DAY_MS), |_, _| done());
    server.bnq("ping").run().exits(0);
    server.bnq("--timestamp 1499827319559 open-orders").run().exits(0);
    server.bnq("--dry-run open-orders").run().exits(0);
    assert_eq!((server.clock_requests(), server.requests().len()), (0, 2), "a time that is not needed");
    let ran = server.bnq(ORDER).run().exits(0);
    assert_eq!(ran.stderr, "");
    server.bnq("-v open-orders").run().exits(0).says("clock: corrected by -86").says("as measured 0 min ago");
    assert_eq!((server.clock_requests(), server.requests().len()), (1, 4));
    for request in &server.requests()[2..] {
        assert_eq!(minutes_ahead(request), -1440, "{request}");
    }
    assert!(server.bnq("limits").run().exits(0).stdout.contains("ms from this machine's"));
}

#[test]
fn a_clock_that_is_right_is_left_alone() {
    let server = away(|_, _| done());
    let ran = server.bnq("-v open-orders").run().exits(0).says("clock: the exchange's is ");
    assert!(!ran.stderr.contains("corrected"), "{ran:?}");
    let ran = server.bnq("-v open-orders").run().exits(0);
    assert!(!ran.stderr.contains("clock: "), "{ran:?}");
    assert_eq!(server.clock_requests(), 1);
}

#[test]
fn nothing_fails_because_the_clock_cannot_be_had() {
    type Script = fn() -> Then;
    let cases: [(&str, Script); 5] = [
        ("500", || answer("500 Internal Server Error", "")),
        ("no time in it", || answer("200 OK", "{}")),
        ("closes", || Then::Close),
        ("half of it", || Then::Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec())),
        ("no HTTP", || Then::Answer(b"what?\r\n\r\n".to_vec())),
    ];
    for (name, script) in cases {
        for line in ["open-orders", ORDER] {
            let server = away_with_clock(move |_| script(), |_, _| done());
            let ran = server.bnq(line).run().exits(0);
            assert_eq!(ran.stderr, "", "{name}");
            // It is not tried again for the same request, but for the next.
            let ran = server.bnq(&format!("-v {line}")).run().exits(0);
            ran.says("clock: not known and not corrected: ");
            assert_eq!((server.clock_requests(), server.requests().len()), (2, 2), "{name}, {line}");
        }
    }
}

#[test]
fn a_time_that_never_comes_is_not_waited_for_and_nothing_is_under_way_meanwhile() {
    let server = away_with_clock(|_| Then::Hang, |_, _| done());
    server
        .bnq(&format!("-v --timeout 1 {ORDER}"))
        .run()
        .exits(0)
        .says("clock: not known and not corrected: ");
    let bnq = server.bnq(ORDER);
    let mut command = bnq.command();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while server.clock_requests() < 2 {
        assert!(began.elapsed() < Duration::from_secs(60), "the time was not asked for");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "error: interrupted; nothing was changed\n");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_ban_that_the_time_is_answered_with_keeps_the_request_back() {
    let banned = || {
        let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n";
        Then::Answer(head.as_bytes().to_vec())
    };
    let server = away_with_clock(move |_| banned(), |_, _| done());
    server.bnq(ORDER).run().exits(6).says("nothing was sent").says("HTTP 429");
    server.bnq("open-orders").run().exits(6).says("nothing was sent");
    assert_eq!((server.clock_requests(), server.requests().len()), (1, 0));
}

/// Lets what is remembered look as if the exchange's clock had been asked for earlier, by each of this machine's clocks.
fn put_back(server: &Away, wall_ms: i64, boot_ms: i64) {
    let file = server.state().join("exchange.example_443.json");
    let mut known: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    for (name, by_ms) in [("wall_ms", wall_ms), ("boot_ms", boot_ms)] {
        let then = known["clock"]["at"][name].as_i64().unwrap();
        known["clock"]["at"][name] = (then - by_ms).into();
    }
    fs::write(&file, known.to_string()).unwrap();
}

#[test]
fn a_clock_that_was_set_is_noticed_and_the_exchange_asked_anew() {
    let server = away_with_clock(|n| time(if n == 0 { -DAY_MS } else { 0 }), |_, _| done());
    server.bnq("open-orders").run().exits(0);
    put_back(&server, 100, 0);
    assert_eq!(server.bnq("open-orders").run().exits(0).stderr, "", "less than matters");
    put_back(&server, -DAY_MS, 0);
    let ran = server.bnq(ORDER).run().exits(0).says("note: this machine's clock was set by -86");
    ran.says("since the exchange's was asked for; asking anew");
    assert_eq!(server.bnq("open-orders").run().exits(0).stderr, "", "said once");
    assert_eq!(server.clock_requests(), 2);
    let ahead: Vec<i64> = server.requests().iter().map(|r| minutes_ahead(r)).collect();
    assert_eq!(ahead, [-1440, -1440, 0, 0]);
}

#[test]
fn after_an_hour_it_is_asked_for_again() {
    const HOUR_MS: i64 = 60 * 60 * 1000;
    let server = away_with_clock(|_| time(-DAY_MS), |_, _| done());
    for (by_ms, asked) in [(0, 1), (HOUR_MS - 60_000, 1), (60_000, 2), (0, 2)] {
        if by_ms > 0 {
            put_back(&server, by_ms, by_ms);
        }
        assert_eq!(server.bnq("open-orders").run().exits(0).stderr, "");
        assert_eq!(server.clock_requests(), asked, "{by_ms}");
    }
    server.requests().iter().for_each(|r| assert_eq!(minutes_ahead(r), -1440, "{r}"));
}

#[test]
fn a_batch_asks_once() {
    for flags in ["", "--parallel 4"] {
        let server = away_with_clock(|_| time(-DAY_MS), |_, _| done());
        let lines = "open-orders symbol=ARKBTC\n".repeat(8) + "ping\n";
        server.bnq(&format!("batch {flags} -")).stdin(lines.as_bytes()).run().exits(0);
        assert_eq!((server.clock_requests(), server.requests().len()), (1, 9), "{flags}");
        let signed = server.requests().into_iter().filter(|r| r.contains("openOrders"));
        signed.for_each(|r| assert_eq!(minutes_ahead(&r), -1440, "{flags}: {r}"));
    }
    // In vain, too.
    let server = away_with_clock(|_| answer("500 Internal Server Error", ""), |_, _| done());
    let lines = "open-orders symbol=ARKBTC\n".repeat(4);
    server.bnq("batch -").stdin(lines.as_bytes()).run().exits(0);
    assert_eq!((server.clock_requests(), server.requests().len()), (1, 4));
}

#[test]
fn settling_asks_once_more_however_often_it_asks_for_the_order() {
    let missing = r#"{"code":-2013,"msg":"Order does not exist."}"#;
    let found = r#"{"clientOrderId":"x","status":"FILLED","executedQty":"1"}"#;
    let server = away_with_clock(
        |_| answer("500 Internal Server Error", ""),
        move |n, _| if n < 3 { answer("400 Bad Request", missing) } else { answer("200 OK", found) },
    );
    let line = format!("settle x --symbol ARKBTC --sent-at {}", now_ms());
    assert_eq!(server.bnq(&line).run().exits(0).stdout, "filled\n");
    // Once for its timestamps, once to know when the order can no longer arrive.
    assert_eq!((server.clock_requests(), server.requests().len()), (2, 4));
}

#[test]
fn without_a_folder_for_state_each_run_asks() {
    let server = away_with_clock(|_| time(-DAY_MS), |_, _| done());
    for _ in 0..2 {
        server.bnq(ORDER).var("BNQ_STATE_DIR", "").run().exits(0);
    }
    assert_eq!((server.clock_requests(), server.requests().len()), (2, 2));
    server.requests().iter().for_each(|r| assert_eq!(minutes_ahead(r), -1440, "{r}"));
}

#[test]
fn this_machine_is_not_asked_for_its_time() {
    let server = scripted(|_, _| done());
    bnq(&format!("--env local --base-url {} {ORDER}", server.url)).run().exits(0);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn it_is_asked_for_after_a_refusal_and_the_next_run_uses_it() {
    // Right at first, and a day behind from then on.
    let server = away_with_clock(
        |n| time(if n == 0 { 0 } else { -DAY_MS }),
        |n, _| match n {
            0 => refused(),
            _ => done(),
        },
    );
    let ran = server.bnq(ORDER).run().exits(5).says("the next run corrects that");
    assert!(!ran.stderr.contains("sent again"), "{ran:?}");
    server.bnq("-v open-orders").run().exits(0).says("clock: corrected by -86");
    assert_eq!(server.clock_requests(), 2);
    let ahead: Vec<i64> = server.requests().iter().map(|r| minutes_ahead(r)).collect();
    assert_eq!(ahead, [0, -1440]);
}

/// What the time is answered with counts as before the first request.
#[test]
fn what_the_time_after_a_refusal_is_answered_with_counts() {
    let banned = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1000\r\nX-MBX-ORDER-COUNT-1D: 5000\r\nContent-Length: 0\r\n\r\n";
    let server = away_with_clock(
        move |n| if n == 0 { time(0) } else { Then::Answer(banned.as_bytes().to_vec()) },
        |_, _| refused(),
    );
    server.bnq("open-orders").run().exits(5).says("could not be measured");
    let known = server.bnq("limits -o json").run().exits(0).json();
    let host = &known["hosts"][0];
    assert!(host["ban"]["left_s"].as_u64().unwrap() > 900, "{known}");
    assert_eq!(host["used"][0]["used"], 5000, "{known}");
}

#[test]
fn a_host_without_a_time_endpoint_is_not_asked_after_a_refusal_either() {
    let server = away(|_, _| refused());
    for line in [
        "portfolio-margin account",
        "--yes portfolio-margin new-um-order --symbol BTCUSDT --side BUY --type MARKET --quantity 1",
    ] {
        server.bnq(line).run().exits(5).says("could not be measured: this host has no time endpoint");
    }
    let paths: Vec<String> =
        server.requests().iter().map(|r| r.split(['?', ' ']).nth(1).unwrap().to_owned()).collect();
    assert!(paths.iter().all(|path| path.starts_with("/papi/")) && paths.len() == 2, "{paths:?}");
    assert_eq!(server.clock_requests(), 0);
}

#[test]
fn a_refused_timestamp_drops_the_offset_that_was_remembered() {
    let server = away_with_clock(
        |n| match n {
            0 => time(-DAY_MS),
            1 => answer("500 Internal Server Error", ""),
            _ => time(0),
        },
        |n, _| if n == 1 { refused() } else { done() },
    );
    server.bnq("open-orders").run().exits(0);
    server.bnq("open-orders").run().exits(5).says("could not be measured");
    server.bnq("open-orders").run().exits(0);
    let ahead: Vec<i64> = server.requests().iter().map(|r| minutes_ahead(r)).collect();
    assert_eq!((ahead.as_slice(), server.clock_requests()), ([-1440, -1440, 0].as_slice(), 3));
}

#[test]
fn what_the_doctor_is_told_counts_for_others() {
    let server = away_with_clock(
        |_| time(-700),
        |n, _| match n {
            1 => {
                let head = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n";
                Then::Answer(head.as_bytes().to_vec())
            }
            _ => done(),
        },
    );
    server.bnq("open-orders").run().exits(0);
    server.bnq("doctor").run().exits(6);
    server.bnq("ping").run().exits(6).says("nothing was sent");
    let known = server.bnq("limits -o json").run().exits(0).json();
    assert!(known["hosts"][0]["clock"]["offset_ms"].as_i64().unwrap() < -500, "{known}");
}

/// A server that takes its time and finds each timestamp outside of the window.
fn slow(window: &str, command: &str, takes_ms: u64, ahead_ms: i64) -> Ran {
    let server = scripted(move |_, line| {
        std::thread::sleep(Duration::from_millis(takes_ms));
        if line.contains("/api/v3/time") { time(ahead_ms) } else { refused() }
    });
    let line = format!("--env local --base-url {} --recv-window {window} {command}", server.url);
    bnq(&line).run().exits(5)
}

#[test]
fn a_window_that_the_network_is_too_slow_for_is_explained() {
    for command in ["open-orders", ORDER] {
        let ran = slow("2", command, 20, 0).says("recvWindow lets the request be 2 ms old");
        let took = ran.stderr.split("there and back took ").nth(1).unwrap().split(' ').next().unwrap();
        assert!(took.parse::<u32>().unwrap() >= 20, "{ran:?}");
        assert!(ran.stderr.contains("--recv-window"), "{ran:?}");
    }
    // What half the way leaves open is no wrong clock: here the exchange reads its own at the end of the wait.
    let ran =
        slow("2", ORDER, 600, -30).says("recvWindow lets the request be 2 ms old").says("--recv-window");
    assert!(!ran.stderr.contains("clock is off"), "{ran:?}");
    // Where the network is fast enough, it is the clock.
    for command in ["open-orders", ORDER] {
        let ran = slow("60000", command, 20, -DAY_MS);
        assert!(!ran.stderr.contains("there and back"), "{ran:?}");
    }
}
