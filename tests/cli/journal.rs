//! The journal of a batch: after a crash it goes on, and no change is sent a second time.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{Bnq, Ran, Serve, bnq, serve, serve_words, write_private};

const LINES: &str = "time\nnew-order symbol=BTCUSDT side=BUY type=MARKET quantity=0.001\ntime\n";

fn batch(url: &str, words: &str, lines: &str, journal: &Path) -> Bnq {
    bnq(&format!("--env local --base-url {url} batch - {words} --journal"))
        .arg(journal.to_str().unwrap())
        .stdin(lines.as_bytes())
}

fn codes(ran: &Ran) -> Vec<u64> {
    let code = |line: &str| serde_json::from_str::<Value>(line).unwrap()["exit_code"].as_u64().unwrap();
    ran.stdout.lines().map(code).collect()
}

#[test]
fn what_has_a_result_is_printed_again_and_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = serve();
    let first = batch(&server.url, "", LINES, &journal).run().exits(0);
    let before = server.log();
    let second = batch(&server.url, "--parallel 2", LINES, &journal).run().exits(0);
    assert_eq!((first.stdout, before), (second.stdout, server.log()));
    assert_eq!(fs::metadata(&journal).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&journal).unwrap();
    assert!(!text.contains(super::support::KEY) && !text.contains(super::support::SECRET), "{text}");
}

#[test]
fn it_goes_on_after_the_failure_that_it_stopped_at() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = serve();
    let lines = "time\norder symbol=BTCUSDT orderId=1\ntime\norder symbol=BTCUSDT orderId=2\ntime\n";
    for expected in [&[0, 7][..], &[0, 7, 0, 7], &[0, 7, 0, 7, 0]] {
        assert_eq!(codes(&batch(&server.url, "--stop-on-error", lines, &journal).run().exits(10)), expected);
    }
    assert_eq!(server.log().matches("orderId=1").count(), 1, "{}", server.log());
}

#[test]
fn what_surely_was_not_done_for_want_of_a_connection_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = serve();
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let url = server.url.clone();
    drop(server);
    let first = batch(&url, "--retry-for 0", LINES, &journal).run().exits(10);
    assert_eq!(codes(&first), [8, 8, 8]);
    let server = Serve::of(bnq(&format!("serve --port {port}")).command());
    assert_eq!(server.url, url);
    let second = batch(&url, "--retry-for 0", LINES, &journal).run().exits(0);
    assert_eq!(codes(&second), [0, 0, 0]);
    assert_eq!(server.log().matches("POST /api/v3/order").count(), 1, "{}", server.log());
    batch(&url, "", LINES, &journal).run().exits(0);
    assert_eq!(server.log().matches("POST /api/v3/order").count(), 1, "{}", server.log());
}

#[test]
fn a_journal_is_for_one_input_and_one_account() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let server = serve();
    batch(&server.url, "", LINES, &journal).run().exits(0);
    let other = batch(&server.url, "", "time\n", &journal).run();
    other.exits(3).prints_nothing().says("is the journal of another input");
    let other = serve();
    let elsewhere = batch(&other.url, "", LINES, &journal).run();
    elsewhere.exits(3).prints_nothing().says("another environment, base URL or key");
    fs::write(&journal, "something else\n").unwrap();
    batch(&server.url, "", LINES, &journal).run().exits(3).says("is no journal of a batch");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("target"), &link).unwrap();
    batch(&server.url, "", LINES, &link).run().exits(3).says("it is a symbolic link");
    assert!(!folder.path().join("target").exists());
}

#[test]
fn a_line_that_was_under_way_is_settled_and_never_sent_again() {
    let line = "new-order symbol=BTCUSDT side=BUY type=MARKET quantity=0.001\n";
    // How the run before ended, what the account has, and the exit code of the line.
    let cases = [
        ("killed before the answer was noted", "noted", 1, 0),
        ("killed while the answer was written", "torn", 1, 0),
        ("killed before it was sent", "unsent", 0, 7),
    ];
    for (name, how, orders, code) in cases {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let server = serve();
        batch(&server.url, "", line, &journal).run().exits(0);
        let text = fs::read_to_string(&journal).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        let mut intent = lines[1].to_owned();
        if how == "unsent" {
            let mut value: Value = serde_json::from_str(&intent).unwrap();
            value["intent"]["id"] = "bnq-never".into();
            value["intent"]["sent_at"] = 1_700_000_000_000_i64.into();
            intent = value.to_string();
        }
        let rest = if how == "torn" { lines[2].get(..40).unwrap() } else { "" };
        fs::write(&journal, format!("{}\n{intent}\n{rest}", lines[0])).unwrap();
        let posts = server.log().matches("POST ").count();
        let ran = batch(&server.url, "", line, &journal).run();
        assert_eq!(codes(&ran), [code], "{name}: {ran:?}");
        assert_eq!(server.log().matches("POST ").count(), posts, "{name}");
        assert_eq!(ran.stdout.contains("\"state\":\"filled\""), orders == 1, "{name}: {ran:?}");
        assert!(ran.stdout.contains("\"settled\":true"), "{name}: {ran:?}");
        // Settled once, it stays so.
        assert_eq!(batch(&server.url, "", line, &journal).run().stdout, ran.stdout, "{name}");
    }
}

/// How many orders the account shows of each client order id.
fn orders(url: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut from = 0;
    loop {
        let line = format!(
            "--env local --base-url {url} all-orders --symbol BTCUSDT --order-id {from} --limit 1000"
        );
        let page = bnq(&line).run().exits(0).json();
        let page = page.as_array().unwrap();
        let Some(last) = page.last() else { return counts };
        from = last["orderId"].as_u64().unwrap() + 1;
        for order in page {
            let id = order["clientOrderId"].as_str().unwrap().to_owned();
            if id.starts_with("c-") {
                *counts.entry(id).or_default() += 1;
            }
        }
    }
}

/// Runs a batch until its journal has so many more lines, then kills it. Whether it was still running.
fn killed(command: &Bnq, lines: &str, journal: &Path, more: usize) -> bool {
    let noted = || fs::read_to_string(journal).map_or(0, |text| text.lines().count());
    let (before, began) = (noted(), Instant::now());
    let input = command.home().join("lines");
    write_private(&input, lines);
    let mut child = command.command();
    let child = child.stdin(fs::File::open(input).unwrap()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    while noted() < before + more
        && child.try_wait().unwrap().is_none()
        && began.elapsed() < Duration::from_secs(60)
    {
        thread::sleep(Duration::from_millis(2));
    }
    let running = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    child.wait().unwrap();
    running
}

/// Orders with faults of every kind and kills in between. What the batch says of each line is true: it was executed once if
/// the exit code is 0, and never if it says that it was not. With `until_done`, what was not executed is sent as another
/// batch, until each order is there exactly once.
fn every_order_once(count: usize, kills: usize, until_done: bool) {
    let faults = [
        "503-before",
        "503-after",
        "drop-before",
        "drop-after",
        "reset-before",
        "reset-after",
        "half-answer",
        "-1007-after",
        "-1006-before",
        "500-after",
    ];
    let mut rules: Vec<String> =
        faults.iter().map(|fault| format!("POST /api/v3/order {fault} chance=0.012")).collect();
    rules.push("GET /api/v3/order 502-before chance=0.05".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let server = serve_words(&format!("--no-limits --fault-seed 7 --state {}", state.display()), &rules);
    let order = |i: &usize| {
        let (side, price) = if i.is_multiple_of(2) { ("BUY", 110_000) } else { ("SELL", 80_000) };
        format!(
            "new-order symbol=BTCUSDT side={side} type=LIMIT timeInForce=IOC quantity=0.0001 price={price} newClientOrderId=c-{i}\n"
        )
    };
    let mut pending: Vec<usize> = (0..count).collect();
    for round in 0..30 {
        let lines: String = pending.iter().map(order).collect();
        let journal = folder.path().join(format!("journal-{round}"));
        let command = || batch(&server.url, "--parallel 4 --recv-window 1000", &lines, &journal);
        for _ in 0..if round == 0 { kills } else { 0 } {
            assert!(
                killed(&command(), &lines, &journal, count / (kills + 1)),
                "it ended before it was killed"
            );
        }
        let mut ran = command().run();
        for _ in 0..5 {
            if ran.code != Some(9) {
                break;
            }
            ran = command().run();
        }
        let codes = codes(&ran);
        assert_eq!(codes.len(), pending.len(), "{}", ran.stderr);
        let there = orders(&server.url);
        for (i, code) in pending.iter().zip(&codes) {
            let expected = usize::from(*code == 0);
            assert!([0, 7, 8].contains(code), "c-{i}: exit code {code}\n{}", ran.stdout);
            assert_eq!(
                there.get(&format!("c-{i}")).copied().unwrap_or(0),
                expected,
                "c-{i}: exit code {code}"
            );
        }
        pending = pending.into_iter().zip(codes).filter(|(_, code)| *code != 0).map(|(i, _)| i).collect();
        if pending.is_empty() || !until_done {
            break;
        }
    }
    let there = orders(&server.url);
    assert!(there.values().all(|n| *n == 1));
    assert!(!until_done || there.len() == count, "{} of {count}", there.len());
}

#[test]
fn no_order_is_lost_or_sent_twice_under_faults_and_kills() {
    // `BNQ_ORDERS=10000 cargo test --release --test cli no_order_is_lost` goes on until each of them is there.
    let given = std::env::var("BNQ_ORDERS").ok().and_then(|n| n.parse().ok());
    every_order_once(given.unwrap_or(300), 3, given.is_some());
}
