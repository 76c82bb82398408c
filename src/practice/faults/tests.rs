use std::cell::Cell;

use super::outcome::carry_out;
use super::*;
use crate::diagnose::ReceivedRequest;
use crate::practice::exchange::Reason;

const NOW_US: i64 = 1_499_827_319_559_000;

fn request(method: &str, target: &str) -> ReceivedRequest {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    ReceivedRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.as_bytes().to_vec(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

fn faults(rules: &[&str]) -> Faults {
    Faults::new(rules.iter().map(|rule| rule.parse().unwrap()).collect(), 0)
}

fn accepted(body: &str) -> Answered {
    Answered { status: 200, body: body.to_owned(), ..Answered::default() }
}

#[test]
fn rules_say_which_requests() {
    let cases = [
        ("* drop-before", "DELETE", "/any", true),
        ("/api/v3/order drop-before", "POST", "/api/v3/order", true),
        ("/api/v3/order drop-before", "POST", "/api/v3/orderList", false),
        ("/api/v3/order* drop-before", "POST", "/api/v3/orderList", true),
        ("post /api/v3/* drop-before", "POST", "/api/v3/order", true),
        ("POST /api/v3/* drop-before", "GET", "/api/v3/order", false),
        ("POST * drop-before", "POST", "/sapi/v1/x", true),
    ];
    for (rule, method, path, expected) in cases {
        let is_for = rule.parse::<Rule>().unwrap().is_for(method, path);
        assert_eq!(is_for, expected, "{rule}: {method} {path}");
    }
}

#[test]
fn what_is_wrong_with_a_rule_is_told_with_the_word() {
    let cases = [
        ("", "the rule is empty", "[METHOD] PATH FAULT"),
        ("PSOT /x drop-before", "`PSOT` is neither a method nor a path", "POST /api/v3/order"),
        ("api/v3/order 503-after", "`api/v3/order` is neither a method nor a path", "PATH"),
        ("503-after /x", "`503-after` stands where the path belongs", "PATH"),
        ("503 /x", "`503` stands where the path belongs", "PATH"),
        ("POST latency=2s", "`latency=2s` stands where the path belongs", "PATH"),
        ("POST order 503-after", "`order` is no path", "begin it with `/`"),
        ("/api/*/order 503-after", "`/api/*/order` is no path", "at its end"),
        ("/x?a=1 503-after", "`/x?a=1` is no path", "`/`"),
        ("POST", "nothing stands behind `POST`", "add a fault"),
        ("/x", "nothing stands behind `/x`", "add a fault"),
        ("/x count=2", "nothing stands behind `/x`", "add a fault"),
        ("/x 503", "`503` does not say whether the request is executed", "503-before"),
        ("/x -1007", "`-1007` does not say", "-1007-after (it is executed)"),
        ("/x drop", "`drop` does not say", "drop-before"),
        ("/x 503-aftr", "there is no fault `503-aftr`", "did you mean `503-after`?"),
        ("/x 429-after", "there is no fault `429-after`", "did you mean `429`?"),
        ("/x half-answr", "there is no fault `half-answr`", "did you mean `half-answer`?"),
        ("/x stale-before", "there is no fault `stale-before`", "`stale`"),
        ("/x teapot", "there is no fault `teapot`", "`bnq serve --help`"),
        ("/x latncy=2s", "there is no fault `latncy=2s`", "did you mean `latency=`?"),
        ("/x latency=2", "`latency=2`: the value has to be a time", "bnq serve --help"),
        ("/x latency=61m", "`latency=61m`: the value", "bnq"),
        ("/x latency=3601s", "`latency=3601s`: the value has to be a time of at most an hour", "bnq"),
        ("/x latency=-1s", "`latency=-1s`", "bnq"),
        ("/x clock=7s", "`clock=7s`: the value has to be a time with its sign and unit", "bnq"),
        ("/x clock=+7", "`clock=+7`", "bnq"),
        ("/x drop-before count=0", "`count=0`: the value has to be a whole number from 1 on", "bnq"),
        ("/x drop-before count=-1", "`count=-1`", "bnq"),
        ("/x drop-before skip=x", "`skip=x`: the value has to be a whole number", "bnq"),
        ("/x drop-before chance=0", "`chance=0`: the value has to be a number above 0", "bnq"),
        ("/x drop-before chance=1.1", "`chance=1.1`", "bnq"),
        ("/x drop-before chance=10%", "`chance=10%`", "bnq"),
        ("/x 429 retry-after=soon", "`retry-after=soon`: the value has to be a number of seconds", "bnq"),
        ("/x drop-before count=1 count=2", "`count=` is given twice", "leave one"),
        ("/x drop-before skip=1 after=2", "`after=` is given twice", "leave one"),
        ("/x 503-after drop-before", "`503-after` and `drop-before` cannot both happen", "a rule of its own"),
        ("/x clock=+1s 503-before", "`clock=+1s` has no effect with `503-before`", "leave one"),
        ("/x 503-after retry-after=3", "`retry-after=3` has no effect with `503-after`", "leave one"),
        ("/x latency=1s retry-after=3", "`retry-after=3` has no effect with `/x`", "leave one"),
        ("POST /x stale", "`stale` has no effect with `POST`", "leave one"),
    ];
    for (rule, said, fix) in cases {
        let error = rule.parse::<Rule>().unwrap_err();
        assert!(error.to_string().contains(said), "{rule}: {error}");
        assert!(error.fix().contains(fix), "{rule}: {}", error.fix());
    }
}

/// The numbers of the requests, from 1 on, that a rule hits.
fn hit(rules: &[&str], seed: u64, requests: usize) -> Vec<usize> {
    let faults = Faults::new(rules.iter().map(|rule| rule.parse().unwrap()).collect(), seed);
    let ask = request("GET", "/x");
    (1..=requests).filter(|_| faults.answer(&ask, NOW_US, |_| accepted("{}")).fault.is_some()).collect()
}

#[test]
fn counts_say_how_many_requests() {
    let cases: [(&str, &[usize]); 5] = [
        ("/x drop-before", &[1, 2, 3, 4, 5, 6]),
        ("/x drop-before count=2", &[1, 2]),
        ("/x drop-before skip=4", &[5, 6]),
        ("/x drop-before count=2 after=1", &[2, 3]),
        ("/y drop-before", &[]),
    ];
    for (rule, expected) in cases {
        assert_eq!(hit(&[rule], 0, 6), expected, "{rule}");
    }
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let rule = "/x drop-before chance=0.1";
    let first = hit(&[rule], 7, 10_000);
    assert_eq!(hit(&[rule], 7, 10_000), first);
    assert_ne!(hit(&[rule], 8, 10_000), first);
    assert!((900..1100).contains(&first.len()), "{}", first.len());
    assert_eq!(hit(&["/x drop-before chance=1"], 7, 50).len(), 50);
    assert_eq!(hit(&["/x drop-before chance=0.1 count=3"], 7, 10_000), first[..3]);
    // A second rule draws for itself, and other requests in between change nothing.
    let (faults, other) = (faults(&["/y drop-before chance=0.1", rule]), request("GET", "/y"));
    let ask = request("GET", "/x");
    let mut alone = 0;
    for _ in 0..1000 {
        faults.answer(&other, NOW_US, |_| accepted("{}"));
        alone += usize::from(faults.answer(&ask, NOW_US, |_| accepted("{}")).fault.is_some());
    }
    let (first, second) = (hit(&[rule], 0, 1000), hit(&["/y latency=1s", rule], 0, 1000));
    assert_ne!(first, second);
    assert_eq!(alone, second.len());
}

#[test]
fn the_first_ending_that_hits_happens_and_no_other_is_used_up() {
    let faults = faults(&[
        "* latency=2s",
        "/x 503-before count=1 latency=1.5s",
        "/x drop-after count=1",
        "* clock=-7s skip=2",
    ]);
    let ask = request("GET", "/x");
    let notes: Vec<String> =
        (0..4).map(|_| faults.answer(&ask, NOW_US, |_| accepted("{}")).fault.unwrap_or_default()).collect();
    let expected = [
        "fault: 503 before executing, held back for 3500 ms",
        "fault: connection dropped after executing, held back for 2000 ms",
        "fault: the exchange's clock off by -7000 ms, held back for 2000 ms",
        "fault: the exchange's clock off by -7000 ms, held back for 2000 ms",
    ];
    assert_eq!(notes, expected);
}

#[test]
fn before_executes_nothing_and_after_does_once() {
    for row in table() {
        for word in row.typed().iter().filter(|word| !word.contains('=')) {
            let faults = faults(&[&format!("/x {word}")]);
            let executed = Cell::new(0);
            let ask = request(if word == "stale" { "GET" } else { "POST" }, "/x?a=1");
            let given = faults.answer(&ask, NOW_US, |_| {
                executed.set(executed.get() + 1);
                accepted("{\"orderId\":1}")
            });
            let before = ["429", "418", "firewall"].contains(&word.as_str()) || word.ends_with("-before");
            assert_eq!(executed.get(), u32::from(!before), "{word}");
            assert_eq!(given.fault.is_some(), word != "stale", "{word}");
            let status: u16 = match word.trim_end_matches("-before").trim_end_matches("-after") {
                "500" | "-1006" => 500,
                "502" => 502,
                "503" | "-1001" | "-1008" => 503,
                "504" | "-1007" => 504,
                "429" => 429,
                "418" => 418,
                "firewall" => 403,
                _ => 200,
            };
            assert_eq!(given.answered.status, status, "{word}");
            let cut = match word.split('-').next() {
                Some("drop") => Cut::Close,
                Some("reset") => Cut::Reset,
                Some("half") => Cut::Half,
                _ => Cut::Nowhere,
            };
            assert_eq!(given.cut, cut, "{word}");
        }
    }
}

#[test]
fn answers_are_filled_in() {
    let header = |given: &Given, name: &str| {
        given.answered.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone())
    };
    let give = |rule: &str| faults(&[rule]).answer(&request("GET", "/x\"{now}"), NOW_US, |_| accepted("{}"));
    let given = give("* 503-after");
    assert_eq!(
        given.answered.body,
        r#"{"timestamp":1499827319559,"path":"/x\"{now}","msg":"Unknown error, please check your request or try again later."}"#
    );
    assert_eq!(header(&given, "Retry-After"), None);
    let given = give("* 418 retry-after=30");
    assert!(given.answered.body.contains("IP banned until 1499827349559."), "{}", given.answered.body);
    assert_eq!(header(&given, "Retry-After").as_deref(), Some("30"));
    assert_eq!(header(&give("* 429"), "Retry-After").as_deref(), Some("10"));
    assert_eq!(header(&give("* firewall"), "Content-Type").as_deref(), Some("text/html"));
    let reason = give("* -1007-after").answered.reason.unwrap();
    assert_eq!(reason.code, Some(-1007));
    assert!(reason.message.ends_with("execution status unknown."), "{}", reason.message);
}

#[test]
fn a_fault_after_a_refusal_does_not_claim_that_it_was_executed() {
    let decision = |word: &str| {
        let rule: Rule = format!("/x {word}").parse().unwrap();
        Decision { what: rule.what, ..Decision::default() }
    };
    let refuse = |_| Answered {
        status: 400,
        reason: Some(Reason { code: Some(-1022), cause: "why".to_owned(), ..Reason::default() }),
        ..accepted("")
    };
    let ask = request("POST", "/x");
    let given = carry_out(decision("-1007-after"), &ask, NOW_US, refuse);
    assert_eq!(given.fault.as_deref(), Some("fault: -1007 in place of 400 -1022"));
    let reason = given.answered.reason.unwrap();
    assert_eq!((reason.code, reason.cause.as_str()), (Some(-1007), "why"));
    let given = carry_out(decision("drop-after"), &ask, NOW_US, refuse);
    assert_eq!(given.fault.as_deref(), Some("fault: connection dropped in place of 400 -1022"));
}

#[test]
fn the_clock_is_off_for_the_request_alone() {
    let faults = faults(&["/x clock=+1500ms count=1"]);
    let seen = Cell::new(0);
    let ask = |target: &str| {
        faults.answer(&request("GET", target), NOW_US, |now_us| {
            seen.set(now_us);
            accepted("{}")
        });
        seen.get() - NOW_US
    };
    assert_eq!([ask("/y"), ask("/x"), ask("/x")], [0, 1_500_000, 0]);
}

#[test]
fn stale_answers_are_those_of_the_same_question() {
    let faults = faults(&["/x stale"]);
    let count = Cell::new(0);
    let ask = |method: &str, target: &str| {
        let given = faults.answer(&request(method, target), NOW_US, |_| {
            count.set(count.get() + 1);
            accepted(&count.get().to_string())
        });
        given.answered.body
    };
    assert_eq!(ask("GET", "/x?a=1&timestamp=1&signature=a"), "1", "the first as usual");
    assert_eq!(ask("GET", "/x?a=1&timestamp=2&recvWindow=5&signature=b"), "1");
    assert_eq!(ask("GET", "/x?a=1&timestamp=3&signature=b"), "1", "what it got the time before");
    assert_eq!(ask("GET", "/x?a=2&timestamp=3&signature=b"), "4", "another question");
    assert_eq!(ask("POST", "/x?a=1&timestamp=3&signature=b"), "5", "no read");
    assert_eq!(ask("GET", "/y?a=1"), "6", "another path");
}

#[test]
fn stale_counts_answers_that_were_stale() {
    let faults = faults(&["/x stale count=1 skip=1"]);
    let count = Cell::new(0);
    let bodies: Vec<String> = (0..5)
        .map(|_| {
            let given = faults.answer(&request("GET", "/x"), NOW_US, |_| {
                count.set(count.get() + 1);
                accepted(&count.get().to_string())
            });
            given.answered.body
        })
        .collect();
    assert_eq!(bodies, ["1", "1", "3", "4", "5"]);
    // A refusal is neither remembered nor replaced.
    let faults = self::faults(&["/x stale"]);
    let ask = |status, body: &str| {
        let answered = Answered { status, ..accepted(body) };
        faults.answer(&request("GET", "/x"), NOW_US, |_| answered).answered.body
    };
    assert_eq!(
        [ask(400, "no"), ask(200, "yes"), ask(400, "no"), ask(200, "new")],
        ["no", "yes", "no", "yes"]
    );
}

#[test]
fn memory_is_bounded() {
    let faults = faults(&["* stale"]);
    let body = "x".repeat(1 << 20);
    for n in 0..40 {
        faults.answer(&request("GET", &format!("/x?a={n}")), NOW_US, |_| accepted(&body));
        assert!(faults.lock().memory.bytes() <= 16 << 20, "{n}");
    }
    let last = faults.answer(&request("GET", "/x?a=39"), NOW_US, |_| accepted("new"));
    assert_eq!(last.answered.body.len(), body.len());
}

/// Sends rules to the control endpoint.
fn control(faults: &Faults, method: &str, token: Option<&str>, body: &str) -> (u16, serde_json::Value) {
    let mut ask = request(method, Faults::CONTROL);
    ask.headers.extend(token.map(|token| ("x-bnq-token".to_owned(), token.as_bytes().to_vec())));
    ask.body = body.as_bytes().to_vec();
    let answered = faults.answer(&ask, NOW_US, |_| accepted("\"the exchange\"")).answered;
    (answered.status, serde_json::from_str(&answered.body).unwrap())
}

#[test]
fn the_control_endpoint_replaces_rules() {
    let token = Token::random().unwrap();
    assert_ne!(token.expose(), Token::random().unwrap().expose());
    assert!(token.expose().len() == 64 && !format!("{token:?}").contains(token.expose()));
    let faults = faults(&["/x drop-before"]).with_control(token.clone());
    let good = Some(token.expose());
    faults.answer(&request("GET", "/x"), NOW_US, |_| accepted("{}"));
    for (method, token, body, status, said) in [
        ("GET", good, "", 405, "by POST"),
        ("PUT", good, "", 405, "by POST"),
        ("POST", None, "", 403, "X-Bnq-Token"),
        ("POST", Some(""), "", 403, "X-Bnq-Token"),
        ("POST", Some(&token.expose()[..63]), "", 403, "X-Bnq-Token"),
        ("POST", Some(&"0".repeat(64)), "", 403, "X-Bnq-Token"),
        ("POST", good, "/x drop-after\n\n/x 503\n", 400, "line 3: `503` does not say"),
    ] {
        let (got, answer) = control(&faults, method, token, body);
        assert_eq!(got, status, "{method} {body}");
        assert!(answer["error"].as_str().unwrap().contains(said), "{answer}");
    }
    let (status, answer) =
        control(&faults, "POST", good, " post  /x  503-after count=2 \r\n\r\n* latency=1s\r\n");
    assert_eq!(status, 200);
    assert_eq!(answer["replaced"], serde_json::json!([{"rule": "/x drop-before", "seen": 1, "hits": 1}]));
    assert_eq!(answer["faults"][0]["rule"], "POST /x 503-after count=2");
    assert_eq!(answer["faults"][1], serde_json::json!({"rule": "* latency=1s", "seen": 0, "hits": 0}));
    // No rule is for the endpoint itself.
    control(&faults, "POST", good, "* drop-before");
    assert_eq!(control(&faults, "POST", good, "").1["faults"], serde_json::json!([]));
    assert!(faults.answer(&request("GET", "/x"), NOW_US, |_| accepted("{}")).fault.is_none());
    let off = self::faults(&[]);
    assert_eq!(control(&off, "POST", good, "").1, "the exchange");
}
