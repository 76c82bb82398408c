//! Whatever happens to a change, it is sent once, and what is not known is said.

use std::time::Duration;

use super::support::{Scripted, Then, answer, bnq, scripted};

const ORDER: &str =
    "new-order --symbol ARKBTC --side BUY --type LIMIT --time-in-force GTC --quantity 1 --price 0.1";

fn order(server: &Scripted, flags: &str) -> super::support::Ran {
    bnq(&format!("--env local --base-url {} --errors json {flags} {ORDER}", server.url)).run()
}

fn half(status: &str) -> Then {
    let body = r#"{"symbol":"ARKBTC","orderId":1"#;
    Then::Answer(format!("HTTP/1.1 {status}\r\nContent-Length: 500\r\n\r\n{body}").into_bytes())
}

#[test]
fn an_outcome_that_is_not_known_is_exit_9_after_one_request() {
    type Script = fn() -> Then;
    let cases: &[(&str, Script)] = &[
        ("closes", || Then::Close),
        ("resets", || Then::Reset),
        ("hangs", || Then::Hang),
        ("half a head", || Then::Answer(b"HTTP/1.1 200 OK\r\nContent-".to_vec())),
        ("half a body", || half("200 OK")),
        ("half a refusal", || half("400 Bad Request")),
        ("garbage", || Then::Answer(b"\x16\x03\x01 what?\r\n\r\n".to_vec())),
        ("empty 200", || answer("200 OK", "")),
        ("html 200", || answer("200 OK", "<html>login</html>")),
        ("500", || answer("500 Internal Server Error", "")),
        ("502 html", || answer("502 Bad Gateway", "<html>bad gateway</html>")),
        ("503", || {
            answer(
                "503 Service Unavailable",
                r#"{"code":-1000,"msg":"Unknown error, please check your request or try again later."}"#,
            )
        }),
        ("504", || answer("504 Gateway Timeout", "")),
        ("500 with a code of a refusal", || {
            answer("500 Internal Server Error", r#"{"code":-1013,"msg":"x"}"#)
        }),
        ("502 with an unknown code", || answer("502 Bad Gateway", r#"{"code":-9999,"msg":"x"}"#)),
        ("101", || Then::Answer(b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec())),
        ("nested too deep", || answer("200 OK", &("[".repeat(400) + &"]".repeat(400)))),
        ("-1006", || {
            answer(
                "400 Bad Request",
                r#"{"code":-1006,"msg":"An unexpected response was received from the message bus. Execution status unknown."}"#,
            )
        }),
        ("-1007", || {
            answer(
                "408 Request Timeout",
                r#"{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}"#,
            )
        }),
    ];
    for (name, script) in cases {
        let script = *script;
        let server = scripted(move |_, _| script());
        let error = order(&server, "--timeout 1").exits(9).error();
        assert_eq!(error["kind"], "unknown", "{name}: {error}");
        let id = error["client_order_id"].as_str().unwrap();
        assert!(id.starts_with("bnq-") && id.len() == 30, "{name}: {error}");
        let settles =
            format!(": bnq --env local --base-url {} settle {id} --symbol ARKBTC --sent-at 1", server.url);
        assert!(error["fix"].as_str().unwrap().contains(&settles), "{name}: {error}");
        // A second request would come at once if there was one.
        std::thread::sleep(Duration::from_millis(50));
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{name}: {requests:?}");
        assert!(requests[0].contains(&format!("&newClientOrderId={id}&timestamp=")), "{name}: {requests:?}");
    }
}

#[test]
fn a_change_that_never_left_is_exit_8() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = bnq(&format!("--env local --base-url http://{closed} --errors json {ORDER}")).run().exits(8);
    let error = ran.error();
    assert_eq!(error["kind"], "no_answer");
    assert!(error["message"].as_str().unwrap().contains("Nothing was sent"), "{error}");
}

#[test]
fn a_refused_change_is_said_and_not_repeated() {
    let cases = [
        ("429 Too Many Requests", r#"{"code":-1003,"msg":"Too much request weight used."}"#, 6),
        (
            "418 I'm a teapot",
            r#"{"code":-1003,"msg":"Way too much request weight used; IP banned until 1."}"#,
            6,
        ),
        ("400 Bad Request", r#"{"code":-1013,"msg":"Filter failure: LOT_SIZE"}"#, 7),
        (
            "400 Bad Request",
            r#"{"code":-2010,"msg":"Account has insufficient balance for requested action."}"#,
            7,
        ),
        ("401 Unauthorized", r#"{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}"#, 4),
        ("403 Forbidden", "<html>firewall</html>", 7),
        ("451 Unavailable For Legal Reasons", "", 7),
        ("302 Found", "", 7),
    ];
    for (status, body, code) in cases {
        let server = scripted(move |_, _| answer(status, body));
        order(&server, "").exits(code).prints_nothing();
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[test]
fn a_wrong_clock_stops_a_change_at_once() {
    let server = scripted(|_, line| {
        if line.contains("/api/v3/time") {
            return answer("200 OK", r#"{"serverTime":1499827319559}"#);
        }
        answer(
            "400 Bad Request",
            r#"{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}"#,
        )
    });
    let error = order(&server, "").exits(5).error();
    assert_eq!(error["kind"], "timestamp");
    // That of a server on this machine is not remembered.
    let fix = error["fix"].as_str().unwrap();
    assert!(fix.contains("the server's clock is off by -") && !fix.contains("the next run"), "{error}");
    let sent = server.requests().iter().filter(|r| r.starts_with("POST")).count();
    assert_eq!(sent, 1);
}

#[test]
fn partly_done_is_exit_10_with_the_answer_on_stdout() {
    let body = r#"{"code":-2021,"msg":"Order cancel-replace partially failed.","data":{"cancelResult":"SUCCESS","newOrderResult":"FAILURE","newOrderResponse":{"code":-2010,"msg":"no funds"}}}"#;
    let server = scripted(move |_, _| answer("409 Conflict", body));
    let line = format!(
        "--env local --base-url {} order-cancel-replace --symbol ARKBTC --side BUY --type LIMIT --time-in-force GTC \
         --quantity 1 --price 0.1 --cancel-replace-mode ALLOW_FAILURE --cancel-order-id 1",
        server.url
    );
    let ran = bnq(&line).run().exits(10).says("HTTP 409, -2021").says("newOrder failed: -2010 no funds");
    assert_eq!(ran.json()["data"]["cancelResult"], "SUCCESS");
}

#[test]
fn a_change_needs_yes_where_nobody_can_be_asked() {
    // No test may reach the exchange: the name is sent to a proxy that is not there.
    let run = |line: &str| bnq(line).keys().var("HTTPS_PROXY", "http://127.0.0.1:9").run();
    run(ORDER).exits(2).prints_nothing().says("new-order changes your account").says("--yes");
    run(&format!("{ORDER} --yes")).exits(8).prints_nothing().says("Nothing was sent");
    run(&format!("{ORDER} --dry-run")).exits(0);
    run("order-test --symbol ARKBTC --side BUY --type MARKET --quantity 1").exits(8);
}

#[test]
fn an_id_of_the_users_own_is_kept_and_none_is_made_on_request() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    order(&server, "--no-client-id").exits(0);
    assert!(!server.requests()[0].contains("newClientOrderId"));
    bnq(&format!("--env local --base-url {} {ORDER} --new-client-order-id mine", server.url)).run().exits(0);
    assert!(server.requests()[1].contains("newClientOrderId=mine&timestamp="));
}

#[test]
fn with_a_fixed_clock_the_id_repeats() {
    let line = format!("--env local --timestamp 1499827319559 --dry-run {ORDER}");
    let (first, second) = (bnq(&line).run().exits(0), bnq(&line).run().exits(0));
    assert_eq!(first.stdout, second.stdout);
    assert!(first.stdout.contains("&newClientOrderId=bnq-"));
}

#[test]
fn without_an_id_no_command_is_offered_that_could_not_run() {
    let server = scripted(|_, _| answer("503 Service Unavailable", ""));
    let error = order(&server, "--no-client-id").exits(9).error();
    assert_eq!(error["client_order_id"], serde_json::Value::Null);
    assert!(!error["fix"].as_str().unwrap().contains("bnq"), "{error}");
}

#[test]
fn an_answer_that_cannot_be_written_names_the_order() {
    let server = scripted(|_, _| answer("200 OK", r#"{"orderId":1}"#));
    let bnq = bnq(&format!("--env local --base-url {} {ORDER}", server.url));
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = bnq.command().stdout(full).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(9), "{error}");
    assert!(error.contains("the exchange answered") && error.contains("bnq-"), "{error}");
}

#[test]
fn an_interruption_before_anything_left_is_no_unknown_outcome() {
    use std::os::unix::process::ExitStatusExt as _;
    // Nobody accepts, and the backlog is full: connecting hangs.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200));
    let held: Vec<_> = std::iter::from_fn(|| connect().ok()).take(64).collect();
    assert!(held.len() < 64, "the backlog never fills here");
    let bnq = bnq(&format!("--env local --base-url http://{address} {ORDER}"));
    let child = bnq.command().stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(2), "{output:?}");
}
