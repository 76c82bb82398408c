//! `bnq endpoints`: what people see, and what programs get.

use std::time::Instant;

use super::support::bnq;

#[test]
fn matches_are_listed_a_line_each_best_first() {
    let ran = bnq("endpoints orders open").run().exits(0);
    let first = ran.stdout.lines().next().unwrap();
    let columns: Vec<&str> = first.split("   ").map(str::trim).filter(|c| !c.is_empty()).collect();
    let help = "Lists the orders that wait on the book, of one symbol or of all.";
    assert_eq!(columns, ["bnq open-orders", "GET /api/v3/openOrders", help]);
    assert_eq!(ran.stderr, "");
    let all = bnq("endpoints").run().exits(0);
    assert_eq!(all.stdout.lines().count(), bnq::catalogue::endpoints().len());
}

#[test]
fn a_single_match_is_described() {
    let help = bnq("open-orders --help").run().exits(0).stdout;
    for line in
        ["GET /api/v3/openOrders", "get https://api.binance.com/api/v3/openOrders?symbol=ARKBTC&signature=0"]
    {
        assert_eq!(bnq("endpoints").arg(line).run().exits(0).stdout, help, "{line}");
    }
}

#[test]
fn a_slip_is_named_with_what_was_taken_for_it() {
    let ran = bnq("endpoints opne-ordrs").run().exits(0).says("`opne-ordrs`").says("`open-orders`");
    assert!(ran.stdout.starts_with("bnq open-orders "), "{ran:?}");
    assert_eq!(bnq("-q endpoints opne-ordrs").run().exits(0).stderr, "");
}

#[test]
fn nothing_found_is_a_failure_with_a_next_step() {
    bnq("endpoints qqxxqq").run().exits(1).prints_nothing().says("fix:   try a shorter word");
    bnq("endpoints klines ping").run().exits(1).prints_nothing().says("`ping` finds");
    let error = bnq("--errors json endpoints qqxxqq").run().exits(1).error();
    assert_eq!((error["kind"].as_str(), error["exit_code"].as_i64()), (Some("other"), Some(1)));
}

#[test]
fn the_catalogue_is_given_as_data() {
    let all = bnq("endpoints -o json").run().exits(0).json();
    assert_eq!(all.as_array().unwrap().len(), bnq::catalogue::endpoints().len());
    let found = bnq("endpoints -o json GET /api/v3/order").run().exits(0);
    insta::assert_snapshot!("endpoints-json", found.stdout);
    let lines = bnq("endpoints -o jsonl --fields command,weight GET /api/v3/ping").run().exits(0);
    assert_eq!(lines.stdout, "{\"command\":\"ping\",\"weight\":1}\n");
    let csv = bnq("endpoints -o csv --fields command,method,path /api/v3/order").run().exits(0);
    let mut rows: Vec<&str> = csv.stdout.lines().skip(1).collect();
    rows.sort_unstable();
    let expected =
        ["cancel-order,DELETE,/api/v3/order", "new-order,POST,/api/v3/order", "order,GET,/api/v3/order"];
    assert_eq!(rows, expected);
    assert_eq!(bnq("endpoints order").var("BNQ_OUTPUT", "compact").run().exits(0).stdout.lines().count(), 1);
}

#[test]
fn a_broken_config_file_does_not_keep_anyone_from_searching() {
    let broken = || bnq("endpoints GET /api/v3/ping").config("nonsense");
    assert!(broken().run().exits(0).stdout.contains("bnq ping"));
    assert_eq!(broken().arg("-o").arg("json").run().exits(0).json()[0]["command"], "ping");
    broken().arg("-o").arg("jsn").run().exits(2).says("did you mean `json`?");
    bnq("endpoints --env liv").run().exits(2).prints_nothing();
}

#[test]
fn a_search_does_not_make_one_wait() {
    let before = Instant::now();
    bnq("endpoints withdraw history").run().exits(0);
    // An unoptimised binary on a busy machine; the release takes a few milliseconds.
    assert!(before.elapsed().as_secs() < 3, "{:?}", before.elapsed());
}
