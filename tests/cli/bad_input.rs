//! Bad input gets a clear error with the next step, and nothing is sent.

use super::support::{answer, bnq, scripted};

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    bnq("open-order")
        .run()
        .exits(2)
        .prints_nothing()
        .says("there is no command `open-order`")
        .says("`bnq open-orders`");
    bnq("opne-orders").run().exits(2).says("did you mean `bnq open-orders`?");
    bnq("--env local open-orders --symbl ARKBTC")
        .run()
        .exits(2)
        .prints_nothing()
        .says("--symbl")
        .says("--symbol");
    bnq("--env local open-orders --recvwindow 5000")
        .run()
        .exits(2)
        .says("--recvwindow")
        .says("--recv-window");
    bnq("--env local open-orders symbl=ARKBTC")
        .run()
        .exits(2)
        .says("no parameter `symbl`")
        .says("did you mean `symbol`?");
    bnq("--env local open-orders ARKBTC").run().exits(2).says("`ARKBTC` is neither a flag nor name=value");
    bnq("zzzz").run().exits(2).says("there is no command `zzzz`").says("bnq --help");
    bnq("").run().exits(2).prints_nothing().says("no command is named");
    bnq("sign").run().exits(2).says("<PAYLOAD> is missing");
    bnq("config").run().exits(2).says("use path, show, check or init");
    bnq("-qo json --env local --recvWindow 5000 ping").run().exits(0);
    bnq("--env local sign x -o table").run().exits(2).says("`table` is no form of this");
    bnq("--env nowhere account").run().exits(2).says("`nowhere` is no environment");
    bnq("--env local account -o yaml").run().exits(2).says("`yaml` is no output format");
    bnq("--env local account --color blue").run().exits(2).says("--color cannot be `blue`");
    bnq("--env local account --errors xml").run().exits(2).says("`xml` is no form of errors");
}

#[test]
fn values_are_checked_before_anything_is_sent() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    let cases: &[(&[&str], &str, &str)] = &[
        (&["all-orders"], "all-orders needs --symbol", "bnq all-orders --help"),
        (&["order", "--symbol", "ARKBTC"], "needs --order-id or --orig-client-order-id", "--help"),
        (&["all-orders", "--symbol", "A", "--limit", "abc"], "--limit is no whole number: abc", "digits"),
        (&["all-orders", "--symbol", "A", "--limit", "1001"], "--limit is too large: 1001", "at most 1000"),
        (&["all-orders", "--symbol", "A", "--limit", "0"], "--limit is too small: 0", "at least 1"),
        (&["all-orders", "--symbol", ""], "--symbol is empty", "leave it out"),
        (&["all-orders", "symbol="], "--symbol is empty", "leave it out"),
        (
            &["all-orders", "--symbol", "ARK\nBTC"],
            "line end or control character in it, at character 4",
            "remove it",
        ),
        (&["all-orders", "--symbol", "A", "--symbol", "B"], "--symbol is given 2 times", "once"),
        (&["all-orders", "--symbol", "A", "symbol=B"], "--symbol is given 2 times", "once"),
        (
            &["new-order", "--symbol", "A", "--side", "HOLD", "--type", "LIMIT"],
            "--side cannot be HOLD",
            "use one of BUY, SELL",
        ),
        (
            &["new-order", "--symbol", "A", "--side", "BUY", "--type", "LIMIT", "--quantity", "1e-5"],
            "--quantity is no decimal number: 1e-5",
            "no exponent",
        ),
        (
            &["new-order", "--symbol", "A", "--side", "BUY", "--type", "LIMIT", "--quantity", "1"],
            "needs --time-in-force",
            "--help",
        ),
        (&["account", "--omit-zero-balances", "maybe"], "neither true nor false: maybe", "true or false"),
        (
            &["my-trades", "--symbol", "A", "--from-id", "1", "--start-time", "1"],
            "do not go together",
            "leave",
        ),
        (&["open-orders", "--recv-window", "60001"], "over the exchange's limit of 60000 ms", ""),
        (&["open-orders", "recvWindow=60001"], "over the exchange's limit of 60000 ms", ""),
        (
            &["open-orders", "--recv-window", "5000", "recvWindow=5000"],
            "`recvWindow` is given 2 times",
            "once",
        ),
        (
            &["open-orders", "--timestamp", "yesterday"],
            "no time in milliseconds: yesterday",
            "milliseconds since",
        ),
        (&["open-orders", "signature=abc"], "`signature` cannot be given", "bnq sign"),
        (&["open-orders", "--timeout", "never"], "never", ""),
    ];
    for (args, message, fix) in cases {
        let mut command = bnq("--env local --base-url").arg(&server.url);
        for arg in *args {
            command = command.arg(arg);
        }
        let ran = command.run().exits(2).prints_nothing();
        assert!(ran.stderr.contains(message) && ran.stderr.contains(fix), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn usage_errors_have_the_json_form_too() {
    let cases =
        ["zzz --errors json", "--errors=json open-orders --nope", "--errors json", "order --errors json"];
    for line in cases {
        let error = bnq(line).run().exits(2).prints_nothing().error();
        assert_eq!(error["kind"], "usage", "{line}");
        assert_eq!(error["exit_code"], 2, "{line}");
        let mut fields: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "body",
                "cause",
                "client_order_id",
                "code",
                "environment",
                "exit_code",
                "fix",
                "kind",
                "message",
                "method",
                "name",
                "path",
                "retry_after_s",
                "status"
            ],
            "{line}"
        );
    }
    let error = bnq("zzz").var("BNQ_ERRORS", "json").run().exits(2).error();
    assert_eq!(error["message"], "there is no command `zzz`");
}

#[test]
fn odd_but_right_values_arrive_as_they_were_typed() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let cases = [
        ("币安人生USDT", "%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"),
        ("a&b=c+d%20 /~", "a%26b%3Dc%2Bd%2520%20%2F~"),
        ("0.10", "0.10"),
    ];
    for (value, encoded) in cases {
        bnq("--env local --timestamp 1 --base-url")
            .arg(&server.url)
            .arg("open-orders")
            .arg("--symbol")
            .arg(value)
            .run()
            .exits(0);
        let request = server.requests().pop().unwrap();
        let start = format!("GET /api/v3/openOrders?symbol={encoded}&timestamp=1&signature=");
        assert!(request.starts_with(&start), "{value}: {request}");
    }
}

#[test]
fn the_order_of_argv_is_kept_whatever_the_form() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let lines = [
        ("--limit 5 symbol=ARKBTC --start-time 1", "limit=5&symbol=ARKBTC&startTime=1&"),
        ("--startTime 1 --symbol=ARKBTC limit=5", "startTime=1&symbol=ARKBTC&limit=5&"),
    ];
    for (args, query) in lines {
        bnq(&format!("--env local --base-url {} all-orders {args}", server.url)).run().exits(0);
        let request = server.requests().pop().unwrap();
        assert!(request.starts_with(&format!("GET /api/v3/allOrders?{query}timestamp=")), "{request}");
    }
    let line = format!("--env local --base-url {} ticker-price --symbols BTCUSDT,BNBBTC", server.url);
    bnq(&line).run().exits(0);
    let request = server.requests().pop().unwrap();
    assert!(
        request.starts_with("GET /api/v3/ticker/price?symbols=%5B%22BTCUSDT%22%2C%22BNBBTC%22%5D "),
        "{request}"
    );
}

#[test]
fn an_argument_that_is_not_utf8_is_refused_in_the_form_asked_for() {
    use std::os::unix::ffi::OsStrExt as _;
    let bnq = bnq("--errors json");
    let output = bnq.command().arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
}
