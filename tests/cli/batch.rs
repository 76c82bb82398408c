//! `bnq batch`: what it checks, what it prints, and that nothing is sent twice or lost.

use serde_json::Value;

use super::support::{Ran, Then, answer, bnq, scripted, serve, serve_rules, serve_words};

fn batch(url: &str, words: &str, lines: &str) -> Ran {
    bnq(&format!("--env local --base-url {url} batch - {words}")).stdin(lines.as_bytes()).run()
}

/// The lines of the output: number, exit code, and all of it.
fn results(ran: &Ran) -> Vec<(u64, u64, Value)> {
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let lines = ran.stdout.lines().map(parse);
    lines.map(|v| (v["line"].as_u64().unwrap(), v["exit_code"].as_u64().unwrap(), v)).collect()
}

fn codes(ran: &Ran) -> Vec<(u64, u64)> {
    results(ran).into_iter().map(|(line, code, _)| (line, code)).collect()
}

#[test]
fn a_wrong_line_is_named_and_then_nothing_is_sent() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let cases = [
        ("tiem", "line 2: there is no command `tiem`"),
        ("open-orders --symbl X", "line 2: unexpected argument '--symbl'"),
        ("new-order --symbol BTCUSDT", "line 2: new-order needs --side and --type"),
        ("ticker-price 'x", "line 2: a quote does not end"),
        ("{\"args\": [\"time\"], \"x\": 1}", "line 2: it is no object with `args`"),
        ("time --help", "line 2: it asks for help"),
        ("sign abc", "line 2: a batch sends the commands of endpoints and `request` alone"),
        ("batch -", "line 2: a batch sends the commands of endpoints and `request` alone"),
        ("time --env local", "line 2: --env is not for a single line"),
        ("time --profile main", "line 2: --profile is not for a single line"),
        ("time --base-url http://127.0.0.1:1", "line 2: --base-url is not for a single line"),
        ("new-order --yes", "line 2: --yes is not for a single line"),
        ("historical-trades --symbol BTCUSDT --all", "line 2: a line of a batch is one request"),
        ("time -o csv", "line 2: --output is not for a single line"),
        ("account --recv-window 70000", "line 2: "),
        ("request GET api/v3/time", "line 2: `api/v3/time` is no path"),
        ("request", "line 2: <METHOD> is missing"),
        ("help time", "line 2: `help` is neither a flag nor name=value"),
        ("margin", "line 2: a batch sends the commands of endpoints and `request` alone"),
        ("time time", "line 2: `time` is neither a flag nor name=value"),
        ("--output json time", "line 2: --output is not for a single line"),
        (
            "--fields a --fields b time",
            "line 2: the argument '--fields <A,B.C>' cannot be used multiple times",
        ),
        ("time --version", "line 2: unexpected argument '--version'"),
    ];
    for (line, message) in cases {
        let ran = batch(&server.url, "", &format!("time\n{line}\ntime\n"));
        ran.exits(2).prints_nothing().says(message);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn flags_that_a_batch_cannot_keep_to_are_refused() {
    let cases = [
        ("--parallel 0", "--parallel cannot be `0`"),
        ("--parallel 65", "--parallel cannot be `65`"),
        ("--parallel two", "--parallel cannot be `two`"),
        ("-o csv", "there is no `csv` form"),
        ("--watch 5s", "a batch takes no --watch"),
        ("--curl", "a batch takes no --curl"),
        ("--timestamp 1499827319559", "a batch takes no --timestamp"),
    ];
    for (words, message) in cases {
        batch("http://127.0.0.1:1", words, "time\n").exits(2).prints_nothing().says(message);
    }
    let ran =
        bnq("--env testnet batch -").keys().stdin(b"new-order symbol=A side=BUY type=MARKET quantity=1\n");
    ran.run().exits(2).says("1 line changes your account, and nobody is there to be asked");
    bnq("batch nothing.txt").run().exits(1).says("nothing.txt cannot be read");
    bnq("batch -").stdin(b"time\n\xff\n").run().exits(2).says("line 2 is not UTF-8");
}

#[test]
fn results_stand_in_the_order_of_the_input_whatever_comes_first() {
    let server = serve();
    let lines = "# a comment\n\ntime\nticker-price --symbol BTCUSDT\norder --symbol BTCUSDT --order-id 1\n\
                 {\"args\": [\"request\", \"GET\", \"/api/v3/ping\"]}\nbnq avg-price 'symbol=BTCUSDT'\n";
    for parallel in ["1", "4"] {
        let ran = batch(&server.url, &format!("--parallel {parallel}"), lines).exits(10);
        assert_eq!(codes(&ran), [(3, 0), (4, 0), (5, 7), (6, 0), (7, 0)], "{parallel}");
        let results = results(&ran);
        let price = results[1].2["answer"]["price"].as_str().unwrap();
        assert!(price.ends_with("000000"), "the characters stay: {price}");
        assert_eq!(results[2].2["error"]["code"], -2013);
        assert!(results[2].2["answer"].is_null() && results[1].2["error"].is_null());
    }
    batch(&server.url, "", "# nothing\n").exits(0).prints_nothing();
}

#[test]
fn it_stops_at_the_first_failure_if_asked_to() {
    let server = serve();
    let lines = "time\norder symbol=BTCUSDT orderId=1\ntime\ntime\n";
    let ran = batch(&server.url, "--stop-on-error", lines).exits(10);
    assert_eq!(codes(&ran), [(1, 0), (2, 7)]);
    ran.says("4 lines: 1 failed, 2 without a result");
    assert_eq!(codes(&batch(&server.url, "", lines).exits(10)), [(1, 0), (2, 7), (3, 0), (4, 0)]);
}

#[test]
fn what_waits_when_it_stops_is_not_sent() {
    let faults =
        ["/api/v3/ping 429 retry-after=3 count=1", "/api/v3/order latency=2s", "/api/v3/time latency=500ms"];
    let server = serve_rules(&faults);
    // While the first line is under way, the third waits until it may be sent again.
    let lines = "order symbol=BTCUSDT orderId=1\ntime\nping\ntime\n";
    let ran = batch(&server.url, "--parallel 2 --stop-on-error", lines).exits(10);
    assert_eq!(codes(&ran), [(1, 7), (2, 0)]);
    ran.says("4 lines: 1 failed, 2 without a result");
    let log = server.log();
    assert_eq!((log.matches("GET /api/v3/ping").count(), log.matches("/time").count()), (1, 1), "{log}");
}

#[test]
fn a_dry_run_signs_every_line_and_sends_none() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let ran = batch(&server.url, "--dry-run", "time\nopen-orders symbol=ARKBTC\n").exits(0);
    let results = results(&ran);
    assert_eq!(results[1].2["answer"]["command"], "open-orders");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn that_the_account_ends_with_the_command_is_said_once() {
    let lines = format!("{SELL}\n").repeat(3);
    let ran = bnq("--env local batch - --parallel 2").stdin(lines.as_bytes()).run().exits(0);
    assert_eq!(codes(&ran), [(1, 0), (2, 0), (3, 0)]);
    assert_eq!(
        ran.stderr.matches("this practice account ends with the command").count(),
        1,
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unknown_outcome_is_9_and_settled_if_asked_to() {
    let order = "new-order symbol=BTCUSDT side=BUY type=MARKET quantity=0.001 newClientOrderId=mine\ntime\n";
    let server = serve_rules(&["POST /api/v3/order 503-after count=1"]);
    let ran = batch(&server.url, "", order).exits(9);
    assert_eq!(codes(&ran), [(1, 9), (2, 0)]);
    let server = serve_rules(&["POST /api/v3/order 503-after count=1"]);
    let ran = batch(&server.url, "--settle", order).exits(0);
    let results = results(&ran);
    assert_eq!((results[0].1, &results[0].2["settled"]), (0, &Value::Bool(true)));
    assert_eq!(results[0].2["answer"]["state"], "filled");
    assert_eq!(results[0].2["answer"]["order"]["clientOrderId"], "mine");
}

#[test]
fn a_read_is_sent_again_and_a_change_is_not() {
    let server = scripted(|number, line| match number {
        0 | 2 => answer("503 Service Unavailable", ""),
        _ if line.starts_with("GET") => answer("200 OK", "{\"serverTime\":1}"),
        _ => Then::Close,
    });
    let ran = batch(&server.url, "", "time\ncancel-order symbol=A orderId=1\ntime\n").exits(9);
    assert_eq!(codes(&ran), [(1, 0), (2, 9), (3, 0)]);
    assert_eq!(server.requests().len(), 4);
}

const SELL: &str = "new-order symbol=BTCUSDT side=SELL type=LIMIT timeInForce=GTC quantity=0.001 price=90000";

const FUTURE: &str = "futures new-order symbol=BTCUSDT side=BUY type=MARKET quantity=1";
const SEVERAL: &str = r#"futures new-batch-orders 'batchOrders=[{"symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"1","newClientOrderId":"f"}]'"#;

#[test]
fn two_changes_that_one_question_would_be_about_are_refused() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let oco = "order-list-oco symbol=BTCUSDT side=SELL quantity=1 aboveType=LIMIT_MAKER abovePrice=9 belowType=STOP_LOSS \
               belowStopPrice=5 listClientOrderId=a";
    let cases = [
        ("the same", format!("{SELL} newClientOrderId=a\ntime\n{SELL} newClientOrderId=a\n"), Some((3, 1))),
        ("by flag", format!("{SELL} newClientOrderId=a\n{SELL} --new-client-order-id a\n"), Some((2, 1))),
        ("by a fixed time", format!("{SELL} --timestamp 1\n{SELL} --timestamp 1\n"), Some((2, 1))),
        (
            "by path",
            format!(
                "{SELL} newClientOrderId=a\nrequest POST /api/v3/order symbol=BTCUSDT newClientOrderId=a\n"
            ),
            Some((2, 1)),
        ),
        (
            "another symbol",
            format!("{SELL} newClientOrderId=a\n{SELL} newClientOrderId=a\n")
                .replacen("BTCUSDT", "ETHUSDT", 1),
            None,
        ),
        ("another letter", format!("{SELL} newClientOrderId=a\n{SELL} newClientOrderId=A\n"), None),
        ("none given", format!("{SELL}\n{SELL}\n"), None),
        ("a list and an order", format!("{SELL} newClientOrderId=a\n{oco}\n"), None),
        ("an order of a list", format!("{oco} aboveClientOrderId=b\n{SELL} newClientOrderId=b\n"), Some((2, 1))),
        ("an order after a list", format!("{SELL} newClientOrderId=b\n{oco} belowClientOrderId=b\n"), Some((2, 1))),
        (
            "two cancels",
            "cancel-order symbol=A orderId=1 newClientOrderId=c\ncancel-order symbol=A orderId=2 newClientOrderId=c\n"
                .to_owned(),
            Some((2, 1)),
        ),
        (
            "an order and its cancel",
            format!("{SELL} newClientOrderId=a\ncancel-order symbol=BTCUSDT origClientOrderId=a\n"),
            None,
        ),
        ("an order among several", format!("{FUTURE} newClientOrderId=f\n{SEVERAL}\n"), Some((2, 1))),
        ("another product", format!("{SELL} newClientOrderId=f\n{SEVERAL}\n"), None),
        (
            "reads",
            "order symbol=A origClientOrderId=a\norder symbol=A origClientOrderId=a\n".to_owned(),
            None,
        ),
        ("none wanted", format!("{SELL} --no-client-id\n{SELL} --no-client-id\n"), None),
    ];
    for (name, lines, refused) in cases {
        let ran = batch(&server.url, "--dry-run", &lines);
        match refused {
            None => drop(ran.exits(0)),
            Some((line, earlier)) => {
                let ran = ran.exits(2).says(&format!("line {line}: its "));
                let ran = ran.says(&format!("ClientOrderId is an id of line {earlier} too: "));
                assert!(ran.stdout.is_empty(), "{name}");
                batch(&server.url, "", &lines).exits(2).prints_nothing();
            }
        }
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn no_more_than_five_hundred_lines_are_begun_while_the_first_has_no_result() {
    const PINGS: usize = 800;
    let server = serve_words("--no-limits", &["GET /api/v3/time latency=2s count=1"]);
    let lines = "time\n".to_owned() + &"ping\n".repeat(PINGS);
    let ran = batch(&server.url, "--parallel 4", &lines).exits(0);
    assert_eq!(codes(&ran).len(), PINGS + 1);
    // The log has a line once there is an answer.
    server.logs("GET /api/v3/time");
    let before = server.log().lines().take_while(|line| !line.contains("/api/v3/time")).count();
    assert!(before < 500, "{before}");
}

#[test]
fn a_refusal_for_the_rate_stops_every_connection_until_its_time() {
    let server = serve_rules(&["GET /api/v3/ping 429 retry-after=2 skip=20 count=1"]);
    let ran = batch(&server.url, "--parallel 4", &"ping\n".repeat(200)).exits(0);
    assert_eq!(codes(&ran).len(), 200);
    // The refused line or one that waits with it says so, and nobody else.
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    ran.says("note: ");
    server.logs(" 429 ");
    // Others are sent until the refusal has been read, but those that are left wait for its time, and so come after the first pause.
    let log = server.log();
    let at = |line: &str| -> i64 {
        let fields = line[..12].split([':', '.']).map(|n| n.parse::<i64>().unwrap());
        fields.zip([3_600_000, 60_000, 1000, 1]).map(|(n, unit)| n * unit).sum()
    };
    let times: Vec<i64> = log.lines().map(at).collect();
    let refused = log.lines().position(|line| line.contains(" 429 ")).unwrap();
    // Midnight can pass, and lines of different connections can stand a moment out of turn.
    let is_pause = |two: &[i64]| (1900..43_200_000).contains(&(two[1] - two[0]).rem_euclid(86_400_000));
    let pause = times.windows(2).position(is_pause).unwrap_or(200);
    assert!(
        refused <= pause && pause < 150,
        "line {refused} is the refusal, {pause} the last before the pause:\n{log}"
    );
    assert_eq!(log.lines().count(), 201, "every line once, and the refused one again");
}
