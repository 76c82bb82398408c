//! `bnq request`, and what widens an endpoint's own checks: `--no-check`, times, `--watch`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::support::{KEY, answer, bnq, scripted};

#[test]
fn a_path_of_the_catalogue_is_sent_as_the_catalogue_says() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let run = |words: &str| {
        bnq(&format!("--env local --base-url {} --timestamp 1 request {words}", server.url)).run()
    };
    run("GET /api/v3/openOrders symbol=ARKBTC").exits(0);
    run("get /api/v3/depth symbol=ARKBTC").exits(0);
    run("GET /api/v3/openOrders --unsigned").exits(0);
    run("POST /api/v3/order --body symbol=A quantity=0.10 --query side=BUY").exits(0);
    let requests = server.requests();
    assert!(
        requests[0].starts_with("GET /api/v3/openOrders?symbol=ARKBTC&timestamp=1&signature="),
        "{}",
        requests[0]
    );
    assert!(requests[1].starts_with("GET /api/v3/depth?symbol=ARKBTC HTTP/1.1"), "{}", requests[1]);
    assert!(
        requests[2].starts_with("GET /api/v3/openOrders HTTP/1.1") && !requests[2].contains(KEY),
        "{}",
        requests[2]
    );
    assert!(requests[3].starts_with("POST /api/v3/order?side=BUY&newClientOrderId=bnq-"), "{}", requests[3]);
    assert!(requests[3].ends_with("\r\n\r\nsymbol=A&quantity=0.10"), "{}", requests[3]);
}

#[test]
fn a_path_outside_the_catalogue_says_whether_it_is_signed() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let at = |words: &str| bnq(&format!("--env local --base-url {} request {words}", server.url)).run();
    at("GET /api/v9/new").exits(2).prints_nothing().says("--signed or --unsigned");
    at("GET /api/v9/new --signed a=b").exits(0);
    at("GET api/v9/new --signed").exits(2).says("begin it with /");
    at("GET /api/v9/new?a=b --signed").exits(2).says("name=value");
    at("FETCH /api/v9/new --signed").exits(2).says("use GET, POST, PUT or DELETE");
    at("GET /api/v3/time --body a=b").exits(2).says("a GET takes no body");
    at("GET /api/v3/time a").exits(2).says("`a` is not name=value");
    at("GET /api/v3/openOrders signature=abc").exits(2).says("`signature` cannot be given");
    assert_eq!(server.requests().len(), 1);
    // Outside the catalogue all but GET is a change, which is asked about.
    bnq("request DELETE /api/v9/new --signed")
        .keys()
        .run()
        .exits(2)
        .says("changes your account")
        .says("--yes");
}

#[test]
fn an_unknown_outcome_outside_the_catalogue_is_said_too() {
    let server = scripted(|_, _| answer("503 Service Unavailable", ""));
    let line =
        format!("--env local --base-url {} --errors json request POST /api/v9/new --signed", server.url);
    let error = bnq(&line).run().exits(9).error();
    assert!(error["fix"].as_str().unwrap().contains("look at the account"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn no_check_sends_what_the_catalogue_would_refuse() {
    let line = "--env local --dry-run --timestamp 1 --no-check new-order side=HOLD --quantity 1e-5 nope=1";
    let shown = bnq(line).run().exits(0).stdout;
    assert!(shown.contains("?side=HOLD&quantity=1e-5&nope=1&newClientOrderId=bnq-"), "{shown}");
    bnq("--env local --dry-run --no-check open-orders signature=x").run().exits(2);
}

#[test]
fn times_are_sent_as_milliseconds() {
    let line = "--env local --dry-run --timestamp 1772323200000 all-orders --symbol A --start-time 2h endTime=2026-03-01";
    let shown = bnq(line).run().exits(0).stdout;
    assert!(shown.contains("symbol=A&startTime=1772316000000&endTime=1772323200000&"), "{shown}");
    bnq("--env local all-orders --symbol A --start-time soon")
        .run()
        .exits(2)
        .says("--start-time is no time: soon")
        .says("7d");
}

#[test]
fn a_watched_read_is_a_line_for_each_answer() {
    let server = scripted(|n, _| answer("200 OK", &format!("[ {n} ]")));
    let bnq = bnq(&format!("--env local --base-url {} --watch 1s open-orders --symbol A", server.url));
    let mut child = bnq.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "[0]");
    assert_eq!(lines.next().unwrap().unwrap(), "[1]");
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), b"".as_slice()),
        "a closed stdout ends it"
    );
}

#[test]
fn what_cannot_be_watched_is_said() {
    bnq("--env local --watch 5s new-order --symbol A --side BUY --type MARKET --quantity 1")
        .run()
        .exits(2)
        .says("only reads");
    bnq("--env local --watch often ping").run().exits(2).says("--watch is no time span: often");
    bnq("--env local --watch 1s rate-limit-order").run().exits(2).says("too often");
    let server = scripted(|_, _| answer("429 Too Many Requests", r#"{"code":-1003,"msg":"x"}"#));
    bnq(&format!("--env local --base-url {} --watch 1s ping", server.url)).run().exits(6);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn groups_list_their_endpoints_and_name_the_nearest() {
    let listed = bnq("wallet").run().exits(0).stdout;
    assert!(listed.contains("  withdraw ") && listed.contains("bnq wallet <ENDPOINT>"), "{listed}");
    assert_eq!(bnq("wallet --help").run().exits(0).stdout.trim_end(), listed.trim_end());
    assert_eq!(bnq("help wallet").run().exits(0).stdout.trim_end(), listed.trim_end());
    bnq("wallet withdrw").run().exits(2).says("did you mean `bnq wallet withdraw`?");
    bnq("walet").run().exits(2).says("did you mean `bnq wallet`?");
    bnq("--env testnet wallet account-status")
        .keys()
        .run()
        .exits(2)
        .says("testnet does not have")
        .says("live, local");
}

#[test]
fn a_change_of_any_group_is_asked_about_and_settled() {
    bnq("wallet withdraw --coin BTC --address x --amount 1")
        .keys()
        .run()
        .exits(2)
        .says("wallet withdraw changes your account");
    let server = scripted(|_, _| answer("503 Service Unavailable", ""));
    let line = format!(
        "--env local --base-url {} --errors json wallet withdraw --coin BTC --address x --amount 1",
        server.url
    );
    let error = bnq(&line).run().exits(9).error();
    let id = error["client_order_id"].as_str().unwrap();
    assert!(error["fix"].as_str().unwrap().contains(&format!("withdrawOrderId {id}")), "{error}");
    let settles = format!(" settle {id} coin=BTC --group wallet --sent-at ");
    assert!(error["fix"].as_str().unwrap().contains(&settles), "{error}");
}

#[test]
fn items_of_a_batch_that_failed_are_named() {
    let body = r#"[{"orderId":1},{"code":-2022,"msg":"ReduceOnly Order is rejected."}]"#;
    let server = scripted(move |_, _| answer("200 OK", body));
    let ran = bnq(&format!("--env local --base-url {} futures new-batch-orders", server.url))
        .arg(r#"batchOrders=[{"symbol":"BTCUSDT"}]"#)
        .run()
        .exits(10)
        .says("1 of 2 failed: item 2: -2022 ReduceOnly Order is rejected.");
    assert_eq!(ran.json()[0]["orderId"], 1);
}
