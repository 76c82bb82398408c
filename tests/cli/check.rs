//! `bnq check` from outside: where the request comes from, what is printed, how it ends, and what it never says.

use super::support::{KEY, Ran, SECRET, answer, bnq, scripted};

const TIME: &str = "1499827319559";

/// The signature of a payload, by bnq itself; `tests/clients` and `data/vectors.json` prove that one.
fn signature(payload: &str) -> String {
    let ran = bnq("--env local sign").arg(payload).run().exits(0);
    ran.stdout.trim().to_owned()
}

fn target(payload: &str, signed: &str) -> String {
    format!("/api/v3/openOrders?{payload}&signature={}", signature(signed))
}

fn payload() -> String {
    format!("symbol=LTCBTC&timestamp={TIME}")
}

/// A request signed right, as a curl line.
fn curl() -> String {
    format!("curl -H 'X-MBX-APIKEY: {KEY}' 'http://127.0.0.1:8090{}'", target(&payload(), &payload()))
}

fn check(line: &str) -> super::support::Bnq {
    bnq(&format!("--env local check {line}"))
}

fn without_secrets(ran: Ran) -> Ran {
    for output in [&ran.stdout, &ran.stderr] {
        assert!(!output.contains(SECRET) && !output.contains(KEY), "{output}");
        let letters: String = output.chars().filter(char::is_ascii_alphanumeric).collect();
        let parts = (0..SECRET.len() - 12).map(|i| &SECRET[i..i + 12]);
        for part in parts {
            assert!(!letters.contains(part), "{part}: {output}");
        }
    }
    ran
}

#[test]
fn a_request_comes_from_the_argument_a_file_or_standard_input() {
    let url = target(&payload(), &payload());
    let http = format!("GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-MBX-APIKEY: {KEY}\r\n\r\n");
    let header = format!("X-MBX-APIKEY: {KEY}");
    let runs = [
        check("").arg(&curl()),
        check("").arg(&http),
        check("-").stdin(http.as_bytes()),
        check("").arg(&url).arg("-H").arg(&header),
        check("").arg(&format!("http://127.0.0.1:8090{url}")).arg("-H").arg(&header),
        check("curl -H").arg(&header).arg(&format!("http://127.0.0.1:8090{url}")),
        check("curl -s -X GET --compressed -H").arg(&header).arg(&format!("http://127.0.0.1:8090{url}")),
        check("request.http").file("request.http", &http),
    ];
    for run in runs {
        let ran = without_secrets(run.run().exits(0));
        assert!(ran.stdout.starts_with("accepted: GET /api/v3/openOrders\n"), "{ran:?}");
        assert!(ran.stdout.contains("The signature is right.\n"), "{ran:?}");
    }
}

#[test]
fn the_answer_to_expect_gives_the_exit_code() {
    let (right, time) = (payload(), TIME);
    let cases = [
        (target(&right, &right), "1499827319600", 0, "accepted"),
        (target(&right, &right), "1499827399600", 5, "clock-behind"),
        (target(&right, &right), "1499827300000", 5, "clock-ahead"),
        (target(&right, &right), "1499834519559", 5, "timezone-offset"),
        (target(&right, &format!("{right}\n")), time, 4, "payload-trailing-newline"),
        (target(&format!("{right}&limit=5"), &format!("{right}&limit=5")), time, 7, "parameter-unknown"),
        (
            target(&format!("symbol=ltcbtc&timestamp={time}"), &format!("symbol=ltcbtc&timestamp={time}")),
            time,
            7,
            "symbol-lower-case",
        ),
        (format!("/api/v3/openOrders?{right}"), time, 7, "signature-missing"),
        (format!("/api/v3/openOrder?{right}"), time, 7, "path-unknown"),
        ("/api/v3/userDataStream".to_owned(), time, 7, "endpoint-removed"),
    ];
    for (url, now, code, word) in cases {
        let run = check("-H").arg(&format!("X-MBX-APIKEY: {KEY}")).arg("--server-time").arg(now).arg(&url);
        let ran = without_secrets(run.run().exits(code));
        assert!(ran.stdout.contains(word), "{url}: {ran:?}");
        assert_eq!(ran.stderr, "", "{url}");
    }
}

#[test]
fn json_has_the_fields_of_the_design_and_no_others() {
    let line = curl().replace("openOrders?", "openOrders?limit=5&");
    let ran = without_secrets(check("-o json --server-time 1499827319559").arg(&line).run().exits(4));
    let json = ran.json();
    let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        ["clock_tested", "code", "expected_signature", "findings", "message", "payload", "status", "verdict"];
    assert_eq!(names, expected);
    assert_eq!(
        (&json["verdict"], &json["status"], &json["code"]),
        (&"refused".into(), &400.into(), &(-1022).into())
    );
    assert_eq!(json["payload"], format!("limit=5&{}", payload()));
    assert_eq!(json["clock_tested"], true);
    assert_eq!(json["expected_signature"], serde_json::Value::Null);
    let first = json["findings"][0].as_object().unwrap();
    assert_eq!(first["mistake"], "parameter-added-after-signing");
    assert_eq!(first["certainty"], "proven");
    assert_eq!(first.keys().count(), 4);
    let accepted = check("-o json").arg(&curl()).run().exits(0).json();
    assert_eq!((&accepted["verdict"], &accepted["status"]), (&"accepted".into(), &200.into()));
    assert_eq!((&accepted["findings"], &accepted["clock_tested"]), (&serde_json::json!([]), &false.into()));
}

#[test]
fn the_right_signature_is_told_only_where_it_is_asked_for() {
    let url = target(&payload(), "something else");
    let right = signature(&payload());
    let header = format!("X-MBX-APIKEY: {KEY}");
    let silent = check("-H").arg(&header).arg(&url).run().exits(4);
    assert!(!silent.stdout.contains(&right), "{silent:?}");
    let told = check("--show-signature -H").arg(&header).arg(&url).run().exits(4);
    assert!(told.stdout.ends_with(&format!("expected signature: {right}\n")), "{told:?}");
    let json = check("--show-signature -o json -H").arg(&header).arg(&url).run().exits(4).json();
    assert_eq!(json["expected_signature"], right);
}

/// How many of the places hold a secret that only its owner can tell: turned round, or with something between its characters.
const PULLED_APART: usize = 3;

/// A text with something between every few of its characters.
fn apart(text: &str, between: &str, every: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(every).map(String::from_iter).collect::<Vec<_>>().join(between)
}

#[test]
fn what_was_not_tested_is_not_called_right() {
    // The shell cut the line before the signature was looked at.
    let cut = format!(
        "curl -H 'X-MBX-APIKEY: {KEY}' http://127.0.0.1:8090/api/v3/openOrders?signature={}&{}",
        signature("zzz"),
        payload()
    );
    let ran = without_secrets(check("").arg(&cut).run().exits(7));
    assert!(!ran.stdout.contains("The signature is right"), "{ran:?}");
    assert!(!ran.stdout.contains("the request is accepted"), "{ran:?}");
    // What a file holds is not known, so that nothing is proven by what is missing.
    let file = format!("curl -H 'X-MBX-APIKEY: {KEY}' -d @order.txt 'http://127.0.0.1:8090/api/v3/order'");
    let ran = without_secrets(check("").arg(&file).run().exits(7));
    assert!(ran.stdout.contains("1. signature-missing (likely)"), "{ran:?}");
    assert!(!ran.stdout.contains("the request is accepted"), "{ran:?}");
    // Without a key of one's own there is nothing to say of the signature, in JSON either.
    let ran = bnq("check -o json").arg(&curl()).run().exits(0).says("Key and signature were not tested");
    assert_eq!(ran.json()["verdict"], "accepted");
}

#[test]
fn a_request_of_a_thousand_parameters_is_looked_through_like_any_other() {
    let many: Vec<String> = (0..1000).map(|i| format!("a{i}={i}")).collect();
    let url = format!("/api/v3/openOrders?{}&timestamp={TIME}&signature={}", many.join("&"), "ab".repeat(32));
    let ran = check("-H").arg(&format!("X-MBX-APIKEY: {KEY}")).arg(&url).run().exits(4);
    assert!(ran.stdout.contains("1. secret-unknown (likely)"), "{}", &ran.stdout[..500]);
}

#[test]
fn the_word_curl_is_curl_s_only_where_the_request_stands() {
    let profile =
        format!("[profiles.curl]\nenv = \"local\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n");
    bnq("--profile curl check").config(&profile).arg(&curl()).run().exits(0);
}

#[test]
fn a_secret_is_not_printed_wherever_it_stands_in_the_request() {
    let half = &SECRET[..40];
    let places = [
        format!("curl -H 'X-MBX-APIKEY: {SECRET}' 'http://127.0.0.1:8090{}'", target(&payload(), &payload())),
        format!(
            "curl -H 'Authorization: Bearer {SECRET}' 'http://127.0.0.1/api/v3/account?timestamp={TIME}'"
        ),
        format!("curl -u {KEY}:{SECRET} 'http://127.0.0.1/api/v3/account?timestamp={TIME}'"),
        format!("curl 'http://127.0.0.1/api/v3/account?secretKey={SECRET}&timestamp={TIME}'"),
        format!("curl 'http://127.0.0.1/api/v3/account?s={half}&timestamp={TIME}&signature={SECRET}'"),
        format!(
            "curl 'http://127.0.0.1/{SECRET}/x?y={SECRET}' -d '{{\"a\":\"{SECRET}\"}}' @{SECRET} ${SECRET}"
        ),
        format!("curl 'http://127.0.0.1/api/v3/account?x=1'&{SECRET}"),
        format!("curl --data @{SECRET} 'http://{SECRET}/api/v3/account'"),
        format!("/api/v3/account?{SECRET}=1&{SECRET}=2"),
        format!("symbol=LTCBTC&secret={SECRET}"),
        format!("/api/v3/account?timestamp={TIME}&signature={SECRET}%0A"),
        format!("/api/v3/account?timestamp={TIME}&signature={}", &SECRET[1..]),
        format!("/api/v3/account?s={}&timestamp={TIME}", SECRET.chars().rev().collect::<String>()),
        format!("/api/v3/account?s={}&timestamp={TIME}", apart(SECRET, "-", 9)),
        format!("/api/v3/account?s={}&timestamp={TIME}", apart(SECRET, "%00", 1)),
    ];
    for (i, text) in places.iter().enumerate() {
        for form in ["", "-o json ", "--show-signature ", "-v "] {
            without_secrets(check(form).arg(text).run());
            // Without a key of one's own nothing is known to be a secret, and long runs are hidden all the same.
            if i < places.len() - PULLED_APART {
                without_secrets(bnq(&format!("check {form}")).arg(text).run());
            }
        }
    }
}

#[test]
fn without_credentials_the_rest_is_found_and_what_was_not_tested_is_said() {
    let text = curl().replace("X-MBX-APIKEY:", "Authorization: X-MBX-APIKEY:");
    let ran = bnq("check").arg(&text).run().exits(4);
    assert!(ran.stdout.contains("1. key-in-authorization (proven)"), "{ran:?}");
    assert!(ran.stdout.contains("Key and signature were not tested"), "{ran:?}");
    let sound = bnq("check").arg(&curl()).run().exits(0);
    assert!(sound.stdout.starts_with("accepted"), "{sound:?}");
    assert!(!sound.stdout.contains("The signature is right"), "{sound:?}");
    // A key that is set up and broken is said, not passed over.
    bnq("check")
        .var("BINANCE_API_KEY", "short")
        .var("BINANCE_SECRET_KEY", SECRET)
        .arg(&curl())
        .run()
        .exits(3);
}

#[test]
fn what_cannot_be_read_is_said_with_the_place() {
    let cases = [
        ("check", "", "no request is given"),
        ("check", "no-such-file", "the file no-such-file cannot be read"),
        ("check", "curl 'https://api.binance.com/x", "line 1, column 6"),
        ("check", "curl -H", "the request cannot be read"),
        ("check", "hello\nworld\n", "no request found"),
        ("check -X POST", "curl https://x/y", "-X, -H and -d go with a URL alone"),
        ("check --server-time soon", "/api/v3/time", "--server-time cannot be `soon`"),
        ("check -o table", "/api/v3/time", "`table` is no form of this"),
    ];
    for (line, argument, words) in cases {
        let run = bnq(line);
        let run = if argument.is_empty() { run } else { run.arg(argument) };
        run.run().exits(2).says(words).prints_nothing();
    }
}

#[test]
fn what_a_shell_cut_off_is_found_in_the_line() {
    let text =
        format!("curl -H 'X-MBX-APIKEY: {KEY}' http://127.0.0.1:8090{}", target(&payload(), &payload()));
    let ran = without_secrets(check("").arg(&text).run().exits(7));
    assert!(ran.stdout.contains("1. url-cut-by-shell (proven)"), "{ran:?}");
    assert!(ran.stdout.contains("not sent: &timestamp=1499827319559&signature="), "{ran:?}");
}

#[test]
fn a_refusal_of_bnq_s_own_request_has_one_cause_and_one_step() {
    let refused = |code: i32| answer("401 Unauthorized", &format!(r#"{{"code":{code},"msg":"no"}}"#));
    let cases = [
        (
            -1022,
            "account",
            "so the secret from profile mine (--profile) does not belong to the key vmPU…Eh8A",
        ),
        (-2008, "account", "has no key vmPU…Eh8A"),
        (-2014, "account", "has the right form and was sent in its header"),
        (-2015, "account", "this machine's address is not on the list of the key vmPU…Eh8A"),
        (-2015, "cancel-order --symbol ARKBTC --order-id 1", "may not be used for TRADE"),
    ];
    for (code, command, words) in cases {
        let server = scripted(move |_, _| refused(code));
        let profile =
            format!("[profiles.mine]\nenv = \"local\"\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n");
        let line = format!("--profile mine --base-url {} {command}", server.url);
        let ran = without_secrets(bnq(&line).config(&profile).run().exits(4).says(words));
        assert_eq!(ran.stderr.matches("cause:").count(), 1, "{ran:?}");
        assert_eq!(ran.stderr.matches("fix:").count(), 1, "{ran:?}");
    }
}
