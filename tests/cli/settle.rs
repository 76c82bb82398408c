//! `bnq settle` and `--settle`: what became of a change is found out, and nothing is said that is not certain.

use std::time::Duration;

use super::support::{Bnq, Ran, Scripted, Serve, Then, answer, bnq, now_ms, scripted, serve_rules};

const BUY: &str =
    "new-order --symbol ARKBTC --side BUY --type LIMIT --time-in-force GTC --quantity 100 --price";
/// Far below the market, so that it rests.
const RESTS: &str = "0.000003";
const MISSING: &str = r#"{"code":-2013,"msg":"Order does not exist."}"#;

fn at(url: &str, line: &str) -> Bnq {
    bnq(&format!("--env local --base-url {url} {line}"))
}

/// Runs the command that a failure's fix ends with, as a shell would split it.
fn paste(error: &serde_json::Value) -> Bnq {
    let fix = error["fix"].as_str().unwrap();
    let (_, line) = fix.split_once(": bnq ").unwrap_or_else(|| panic!("no command: {fix}"));
    bnq(line)
}

/// Sends an order whose outcome gets unknown.
fn lost(server: &Serve, price: &str) -> serde_json::Value {
    let error = at(&server.url, &format!("--errors json --timeout 2 {BUY} {price}")).run().exits(9).error();
    assert!(error["client_order_id"].as_str().unwrap().starts_with("bnq-"), "{error}");
    error
}

#[test]
fn what_was_executed_all_the_same_is_found_with_the_command_of_the_message() {
    for fault in ["drop-after", "reset-after", "503-after", "504-after", "-1007-after", "half-answer"] {
        let server = serve_rules(&[format!("POST /api/v3/order {fault} count=1")]);
        let error = lost(&server, RESTS);
        let ran = paste(&error).arg("-o").arg("json").run().exits(0);
        let told = ran.json();
        assert_eq!(told["state"], "open", "{fault}: {told}");
        assert_eq!(told["order"]["clientOrderId"], error["client_order_id"], "{fault}");
        assert_eq!(told["asked"], 1, "{fault}: {told}");
        assert!(told["waited_ms"].is_u64(), "{fault}: {told}");
    }
}

#[test]
fn a_filled_and_a_cancelled_order_are_told_apart() {
    let server = serve_rules(&["POST /api/v3/order drop-after count=1"]);
    let error = lost(&server, RESTS);
    assert_eq!(paste(&error).run().exits(0).says("note: status NEW, executedQty 0").stdout, "open\n");
    let id = error["client_order_id"].as_str().unwrap();
    at(&server.url, &format!("cancel-order --symbol ARKBTC --orig-client-order-id {id}")).run().exits(0);
    let ran = paste(&error).arg("--errors").arg("json").run().exits(7);
    assert_eq!(ran.stdout, "cancelled\n");
    let told = ran.error();
    assert_eq!((&told["kind"], &told["client_order_id"]), (&"refused".into(), &id.into()), "{told}");
    assert_eq!(told["body"]["status"], "CANCELED", "{told}");

    let server = serve_rules(&["POST /api/v3/order drop-after count=1"]);
    let market = "--errors json new-order --symbol ARKBTC --side BUY --type MARKET --quantity 100";
    let error = at(&server.url, market).run().exits(9).error();
    assert_eq!(paste(&error).run().exits(0).stdout, "filled\n");
}

#[test]
fn what_never_arrived_is_believed_once_it_no_longer_can() {
    let server = serve_rules(&["POST /api/v3/order drop-before"]);
    let error = lost(&server, RESTS);
    let id = error["client_order_id"].as_str().unwrap();
    // Its time is not over yet.
    let early = paste(&error).arg("--for").arg("0").run().exits(9).says("can still arrive");
    assert_eq!(early.stdout, "unknown\n");
    // Sent 16 s ago with a recvWindow of 5 s, of which 10 s more count: over.
    let line = format!("--errors json settle {id} --symbol ARKBTC --sent-at {}", now_ms() - 16_000);
    let ran = at(&server.url, &line).run().exits(7);
    assert_eq!(ran.stdout, "not-found\n");
    let told = ran.error();
    assert_eq!((&told["kind"], &told["client_order_id"]), (&"refused".into(), &id.into()), "{told}");
    // The same, sent with a longer recvWindow: not over.
    at(&server.url, &format!("--recv-window 60000 {} --for 0", line.replace("--errors json ", "")))
        .run()
        .exits(9);
    // Without a time nothing is certain before the largest recvWindow is over.
    let line = format!("settle {id} --symbol ARKBTC --for 0");
    assert_eq!(at(&server.url, &line).run().exits(9).stdout, "unknown\n");
}

#[test]
fn the_clock_that_counts_is_the_exchanges() {
    // The exchange's clock is 20 s ahead: by it, what was sent just now is long over.
    let server = scripted(|_, line| match line {
        line if line.contains("/api/v3/time") => {
            answer("200 OK", &format!(r#"{{"serverTime":{}}}"#, now_ms() + 20_000))
        }
        _ => answer("400 Bad Request", MISSING),
    });
    let line = format!("settle mine --symbol ARKBTC --sent-at {} --for 60", now_ms());
    assert_eq!(at(&server.url, &line).run().exits(7).stdout, "not-found\n");
    assert!(server.requests().len() <= 3, "{:?}", server.requests());
}

#[test]
fn it_asks_again_until_the_order_is_there() {
    let server = scripted(|number, _| match number {
        0 => Then::Close,
        1 => answer("503 Service Unavailable", ""),
        2 => answer("200 OK", "<html>"),
        3 | 4 => answer("400 Bad Request", MISSING),
        5 => answer("404 Not Found", ""),
        _ => answer("200 OK", r#"{"status":"FILLED","executedQty":"1.00"}"#),
    });
    // The clock cannot be measured (number 4): then the longest time counts.
    let ran = at(&server.url, "settle mine --symbol ARKBTC").run();
    // 404 is a refusal that stays: what it says of the question says nothing of the order.
    assert_eq!(ran.exits(9).stdout, "unknown\n");
    assert_eq!(server.requests().len(), 6, "{:?}", server.requests());
    let ran = at(&server.url, "settle mine --symbol ARKBTC").run().exits(0);
    assert_eq!(ran.stdout, "filled\n");
}

#[test]
fn a_refused_question_says_nothing_of_the_order() {
    let cases = [
        ("400 Bad Request", r#"{"code":-1121,"msg":"Invalid symbol."}"#, "-1121"),
        (
            "401 Unauthorized",
            r#"{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}"#,
            "-2015",
        ),
        ("429 Too Many Requests", r#"{"code":-1003,"msg":"Too much request weight used."}"#, "weight"),
        ("200 OK", r#"{"status":"SOMETHING"}"#, "`SOMETHING`"),
        ("200 OK", "{}", "`status`"),
    ];
    for (status, body, said) in cases {
        let server = scripted(move |_, _| answer(status, body));
        let ran = at(&server.url, "settle mine --symbol ARKBTC --for 0").run().exits(9).says(said);
        assert_eq!(ran.stdout, "unknown\n", "{status} {body}");
        ran.says("fix:   ask again: bnq --env local --base-url ");
    }
}

#[test]
fn states_that_are_no_success() {
    let cases = [
        (r#"{"status":"CANCELED","executedQty":"0.00"}"#, 7, "cancelled\n"),
        (r#"{"status":"REJECTED","executedQty":"0.00"}"#, 7, "rejected\n"),
        (r#"{"status":"EXPIRED","executedQty":"0.00"}"#, 7, "expired\n"),
        (r#"{"status":"EXPIRED","executedQty":"0.30"}"#, 10, "partly-filled\n"),
        (r#"{"status":"CANCELED","executedQty":"0.30"}"#, 10, "partly-filled\n"),
    ];
    for (body, code, word) in cases {
        let server = scripted(move |_, _| answer("200 OK", body));
        let ran = at(&server.url, "settle mine --symbol ARKBTC").run().exits(code);
        assert_eq!(ran.stdout, word, "{body}");
    }
}

#[test]
fn settle_with_the_order_settles_at_once() {
    for fault in ["drop-after", "503-after", "half-answer"] {
        let server = serve_rules(&[format!("POST /api/v3/order {fault} count=1")]);
        let ran = at(&server.url, &format!("--settle {BUY} {RESTS}")).run().exits(0);
        assert_eq!(ran.stdout, "open\n", "{fault}: {}", ran.stderr);
        ran.says("; settling it");
        assert_eq!(server.log().matches("POST /api/v3/order?").count(), 1, "{}", server.log());
    }
}

#[test]
fn settle_changes_nothing_where_there_was_an_answer() {
    let server = serve_rules(&[] as &[&str]);
    let ran = at(&server.url, &format!("--settle {BUY} {RESTS}")).run().exits(0);
    assert_eq!(ran.json()["status"], "NEW");
    // Below the smallest order: refused as ever.
    at(&server.url, &format!("--settle {BUY} 0.00000001")).run().exits(7).prints_nothing();
}

#[test]
fn settle_says_9_where_the_state_stays_unknown() {
    let server = scripted(|_, line| match line {
        line if line.starts_with("POST") => Then::Close,
        _ => answer(
            "401 Unauthorized",
            r#"{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}"#,
        ),
    });
    let ran = at(&server.url, &format!("-q --errors json --settle {BUY} 1")).run().exits(9);
    assert_eq!(ran.stdout, "unknown\n");
    let error = ran.error();
    assert_eq!(error["kind"], "unknown");
    assert!(error["cause"].as_str().unwrap().starts_with("asked once: "), "{error}");
    assert!(error["fix"].as_str().unwrap().contains(": bnq --env local --base-url "), "{error}");
    assert_eq!(server.requests().iter().filter(|r| r.starts_with("POST")).count(), 1);
}

#[test]
fn settle_with_a_fixed_clock_asks_once() {
    let server = scripted(|_, line| match line {
        line if line.starts_with("POST") => Then::Close,
        _ => answer("400 Bad Request", MISSING),
    });
    at(&server.url, &format!("--timestamp 1499827319559 --settle {BUY} 1")).run().exits(9);
    assert_eq!(server.requests().len(), 2, "{:?}", server.requests());
    let line = "--timestamp 1499827319559 settle mine --symbol ARKBTC --sent-at";
    // recvWindow and the time that the exchange can be at work: 15 s, which are over only in the first.
    for (sent_at, code, word) in [
        ("1499827304000", 7, "not-found\n"),
        ("1499827305000", 9, "unknown\n"),
        ("1499827319000", 9, "unknown\n"),
    ] {
        assert_eq!(at(&server.url, &format!("{line} {sent_at}")).run().exits(code).stdout, word, "{sent_at}");
    }
    assert_eq!(server.requests().len(), 5, "{:?}", server.requests());
}

#[test]
fn a_state_that_cannot_be_written_stays_unknown() {
    let server = serve_rules(&["POST /api/v3/order drop-after count=1"]);
    let bnq = at(&server.url, &format!("--settle {BUY} {RESTS}"));
    let output = bnq.command().stdout(std::fs::File::create("/dev/full").unwrap()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(9), "{said}");
    assert!(said.contains("cause: stdout cannot be written") && said.contains(" settle bnq-"), "{said}");
}

/// The message of an order that was lost: its fix.
fn fix_of(server: &Scripted, line: &str) -> String {
    let error = at(&server.url, &format!("--errors json {line}")).run().exits(9).error();
    error["fix"].as_str().unwrap().replace(&server.url, "URL")
}

#[test]
fn every_message_has_a_command_that_runs() {
    let order = "--symbol BTCUSDT --side BUY --type LIMIT --time-in-force GTC --quantity 1 --price 1";
    let cases = [
        (format!("new-order {order} --new-client-order-id a"), "settle a --symbol BTCUSDT --sent-at "),
        (
            format!("--recv-window 9000 new-order {order} newClientOrderId=-a"),
            "settle --symbol BTCUSDT origClientOrderId=-a --recv-window 9000 --sent-at ",
        ),
        (
            format!("futures new-order {order} --new-client-order-id a"),
            "settle a --symbol BTCUSDT --group futures --sent-at ",
        ),
        (
            format!("margin new-order {order} --is-isolated true --new-client-order-id a"),
            "settle a --symbol BTCUSDT isIsolated=TRUE --group margin --sent-at ",
        ),
        (
            format!("portfolio-margin new-um-order {order} --new-client-order-id a"),
            "settle a --symbol BTCUSDT --group portfolio-margin --of new-um-order --sent-at ",
        ),
        (
            "wallet withdraw --coin BTC --address x --amount 1 --withdraw-order-id a".to_owned(),
            "settle a coin=BTC --group wallet --sent-at ",
        ),
        ("cancel-order --symbol BTCUSDT --order-id 1".to_owned(), "order --symbol BTCUSDT --order-id 1"),
    ];
    for (line, expected) in cases {
        let server =
            scripted(|_, line| if line.starts_with("GET") { answer("200 OK", "[]") } else { Then::Close });
        let fix = fix_of(&server, &line);
        let (_, command) = fix.split_once(": bnq --env local --base-url URL ").unwrap();
        let (command, sent_at) =
            command.split_at(command.rfind("--sent-at ").map_or(command.len(), |i| i + 10));
        assert_eq!(command, expected, "{line}");
        let sent = server.requests()[0].clone();
        assert!(sent.contains(&format!("timestamp={sent_at}")) || !command.contains("settle"), "{sent}");
        let asked = at(&server.url, &format!("{command}{sent_at}")).arg("--dry-run").run();
        assert!(asked.exits(0).stdout.starts_with("GET "), "{line}");
    }
}

#[test]
fn what_cannot_be_settled_is_said_before_anything_is_sent() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let cases = [
        ("--settle open-orders", "changes nothing"),
        ("--settle cancel-order --symbol ARKBTC --order-id 1", "no answer that tells in a word"),
        ("--settle futures set-leverage --symbol BTCUSDT --leverage 2", "no answer that tells in a word"),
        (
            "--settle --no-client-id new-order --symbol ARKBTC --side BUY --type MARKET --quantity 1",
            "carries no id here",
        ),
        ("settle mine", "symbol"),
        ("settle --symbol ARKBTC", "--order-id or --orig-client-order-id"),
        ("settle", "not said what to settle"),
        ("settle mine yours --symbol ARKBTC", "given 2 times"),
        ("settle mine --symbol ARKBTC --group future", "no group `future`"),
        ("settle mine --symbol ARKBTC --group portfolio-margin", "--of margin-order-oco, new-cm-order, "),
        ("settle mine --group mining", "what became of"),
        ("settle mine --symbol ARKBTC --of set-leverage --group futures", "futures set-leverage"),
        ("settle mine --symbol ARKBTC --of nonsense", "no endpoint `nonsense`"),
        ("settle mine --symbol ARKBTC side=BUY", "takes no `side`"),
        ("settle mine --symbol ARKBTC --sent-at yesterday", "--sent-at cannot be `yesterday`"),
        ("settle mine --symbol ARKBTC --for 86401", "--for cannot be `86401`"),
        ("settle mine --symbol ARKBTC --watch 5s", "asks again by itself"),
        ("settle mine --symbol ARKBTC -o table", "`table` is no form of this"),
    ];
    for (line, said) in cases {
        at(&server.url, line).run().exits(2).prints_nothing().says(said);
    }
    assert!(server.requests().is_empty(), "{:?}", server.requests());
}

#[test]
fn orders_can_be_asked_for_by_the_exchanges_own_id() {
    let server = scripted(|_, _| answer("200 OK", r#"{"status":"NEW","executedQty":"0"}"#));
    let ran: Ran = at(&server.url, "settle orderId=7 --symbol ARKBTC").run().exits(0);
    assert_eq!(ran.stdout, "open\n");
    assert!(
        server.requests()[0].starts_with("GET /api/v3/order?orderId=7&symbol=ARKBTC&"),
        "{:?}",
        server.requests()
    );
}

#[test]
fn a_longer_wait_than_the_patience_is_not_cut_short() {
    let server = scripted(|_, _| {
        Then::Answer(
            b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 50\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
        )
    });
    let began = std::time::Instant::now();
    at(&server.url, "settle mine --symbol ARKBTC --for 5").run().exits(9);
    assert_eq!(server.requests().len(), 1, "{:?}", server.requests());
    assert!(began.elapsed() < Duration::from_secs(40));
}
