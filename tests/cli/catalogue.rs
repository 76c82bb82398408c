//! All endpoints of the catalogue, one after the other: what is sent, and what the practice exchange makes of it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use bnq::catalogue::{self, Endpoint, TOP_GROUP};
use bnq::practice::{Clock, Exchange, Limits, Server};
use bnq::signing::{SecretKey, SigningKey};
use serde_json::Value;

use super::made_up::{self, Expected, Extent, Given, TIME};
use super::support::{Bnq, KEY, SECRET, bnq};

/// Calls `check` with every endpoint, on a few threads; a failing one does not hide the others.
pub fn each(check: impl Fn(&'static Endpoint) + Sync) {
    let (all, next, failed) = (catalogue::endpoints(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(endpoint) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| check(endpoint))).is_err() {
                        failed.lock().unwrap().push(endpoint);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed: {failed:#?}", failed.len(), all.len());
}

/// The command line of an endpoint: every second parameter as `name=value`, the others as flags.
fn command(globals: &str, endpoint: &Endpoint, given: &[Given], window: Option<&str>) -> Bnq {
    let mut command = bnq(&format!("{globals} --timestamp {TIME} --no-client-id"));
    if let Some(window) = window {
        command = command.arg("--recv-window").arg(window);
    }
    for word in endpoint.words() {
        command = command.arg(word);
    }
    for (i, Given { parameter, typed, .. }) in given.iter().enumerate() {
        for value in typed {
            command = if i % 2 == 0 {
                command.arg(&format!("--{}", parameter.flag())).arg(value)
            } else {
                command.arg(&format!("{}={value}", parameter.name()))
            };
        }
    }
    command
}

fn assert_shown(endpoint: &Endpoint, shown: &Value, host: &str, expected: &Expected) {
    let mark = if expected.query.is_empty() { "" } else { "?" };
    let url = format!("{host}{}{mark}{}", endpoint.path(), expected.query);
    assert_eq!(shown["method"], endpoint.method().as_str(), "{endpoint:?}");
    assert_eq!(shown["url"], url, "{endpoint:?}");
    assert_eq!(shown["body"], expected.body, "{endpoint:?}");
    let (payload, signature) = expected.signed.clone().unzip();
    assert_eq!(
        (&shown["payload"], &shown["signature"]),
        (&payload.into(), &signature.into()),
        "{endpoint:?}"
    );
    let key = shown["headers"]["X-MBX-APIKEY"].as_str();
    assert_eq!(key, endpoint.security().needs_key().then_some("vmPU…Eh8A"), "{endpoint:?}");
}

#[test]
fn every_endpoint_is_signed_as_an_independent_computation_does_it() {
    each(|endpoint| {
        let given = made_up::parameters(endpoint, Extent::Needed);
        let window = made_up::window(endpoint, Extent::Needed);
        let ran = command("--env local --dry-run -o json", endpoint, &given, window).run().exits(0);
        let expected = made_up::request(endpoint, &given, window);
        assert_shown(endpoint, &ran.json(), "http://127.0.0.1:8090", &expected);
    });
}

/// Where the real exchange answers, by the beginning of the path. Source: the general information of each product's page.
const HOSTS: [(&str, &str); 6] = [
    ("/fapi/", "https://fapi.binance.com"),
    ("/dapi/", "https://dapi.binance.com"),
    ("/eapi/", "https://eapi.binance.com"),
    ("/papi/", "https://papi.binance.com"),
    ("/bapi/", "https://www.binance.com"),
    ("/", "https://api.binance.com"),
];

#[test]
fn every_endpoint_is_sent_to_its_host_with_all_that_it_takes() {
    each(|endpoint| {
        let given = made_up::parameters(endpoint, Extent::All);
        let window = made_up::window(endpoint, Extent::All);
        let ran = command("--env live --dry-run -o json", endpoint, &given, window).keys().run().exits(0);
        let host = match (endpoint.group(), endpoint.path().starts_with("/futures/data/")) {
            ("coin-futures", true) => "https://dapi.binance.com",
            (_, true) => "https://fapi.binance.com",
            _ => HOSTS.iter().find(|(prefix, _)| endpoint.path().starts_with(prefix)).unwrap().1,
        };
        let expected = made_up::request(endpoint, &given, window);
        assert_shown(endpoint, &ran.json(), host, &expected);
    });
}

/// What the account refuses and not the gate: made-up orders, ids, coins and settings of an endpoint that is played.
const BY_ACCOUNT: [i64; 18] = [
    -1013, -1102, -1196, -1223, -2010, -2011, -2013, -2038, -4018, -4047, -4048, -4059, -4067, -4068, -4164,
    -4167, -4168, -4171,
];

/// Whether an endpoint that is not an example was let through by the gate.
fn passed_the_gate(endpoint: &Endpoint, code: Option<i64>) -> bool {
    match (endpoint.plays(), code) {
        // The items of a batch, which are made up, come to their own gate behind the gate.
        (Some(_), None) | (Some("futures-new-batch"), Some(-1104)) => true,
        (Some(_), Some(code)) => BY_ACCOUNT.contains(&code),
        (None, _) => false,
    }
}

/// Whether an endpoint answers with an example.
fn is_example(endpoint: &Endpoint) -> bool {
    endpoint.group() != TOP_GROUP && endpoint.plays().is_none()
}

#[test]
fn every_command_can_be_tried() {
    each(|endpoint| {
        let given = made_up::parameters(endpoint, Extent::Needed);
        let window = made_up::window(endpoint, Extent::Needed);
        let ran = command("--env local --errors json -o compact", endpoint, &given, window).run();
        if is_example(endpoint) {
            assert_eq!(ran.code, Some(0), "{endpoint:?}: {ran:?}");
            let note = "{\"note\":\"an example, not played by the practice exchange\"}\n";
            assert_eq!(ran.stderr, note, "{endpoint:?}");
            return assert_fits(endpoint, &ran.json(), &shape_of(endpoint), "");
        }
        // A batch whose items are refused is an answer all the same: the note on the account stands before the error.
        let error = || serde_json::from_str::<Value>(ran.stderr.lines().last().unwrap_or_default());
        let code = if ran.code == Some(0) { None } else { error().unwrap()["error"]["code"].as_i64() };
        assert!(passed_the_gate(endpoint, code), "{endpoint:?}: {ran:?}");
    });
}

#[test]
fn the_gate_of_every_endpoint_lets_the_right_signature_through_alone() {
    let time: i64 = TIME.parse().unwrap();
    let exchange = Exchange::practice(Clock::Fixed(time * 1000)).with_limits(Limits::unenforced());
    let server = Server::start(0, Arc::new(exchange), |_| {}).unwrap();
    each(|endpoint| {
        let given = made_up::parameters(endpoint, Extent::Needed);
        let right = made_up::request(endpoint, &given, made_up::window(endpoint, Extent::Needed));
        let (head, answer) = ask(server.address(), endpoint, &right.query, &right.body);
        if is_example(endpoint) {
            assert!(head.starts_with("HTTP/1.1 200 "), "{endpoint:?}: {head} {answer}");
            assert!(head.to_lowercase().contains("\r\nx-bnq-example: true\r\n"), "{endpoint:?}: {head}");
            assert_fits(endpoint, &answer, &shape_of(endpoint), "");
        } else {
            let refused = !head.starts_with("HTTP/1.1 200 ");
            let code = answer["code"].as_i64().filter(|_| refused);
            let passed = refused == code.is_some() && passed_the_gate(endpoint, code);
            assert!(passed, "{endpoint:?}: {head} {answer}");
        }
        let Some((_, signature)) = right.signed else { return };
        // That of the payload with a line end after it: a slip that the log's explanation finds at once.
        let signed = right.query.replace(&format!("signature={signature}"), "");
        let payload = format!("{}{}\n", signed.trim_end_matches('&'), right.body);
        let key = SigningKey::Hmac(SecretKey::new(SECRET));
        let other = key.sign(payload.as_bytes()).unwrap().to_string();
        let (head, answer) =
            ask(server.address(), endpoint, &right.query.replace(&signature, &other), &right.body);
        assert!(head.starts_with("HTTP/1.1 400 "), "{endpoint:?}: {head} {answer}");
        assert_eq!(answer["code"], -1022, "{endpoint:?}");
    });
}

/// Sends a request as any client might, and gives head and body of the answer.
fn ask(address: SocketAddr, endpoint: &Endpoint, query: &str, body: &str) -> (String, Value) {
    let mark = if query.is_empty() { "" } else { "?" };
    let key =
        if endpoint.security().needs_key() { format!("X-MBX-APIKEY: {KEY}\r\n") } else { String::new() };
    let request = format!(
        "{} {}{mark}{query} HTTP/1.1\r\nHost: {address}\r\n{key}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        endpoint.method(),
        endpoint.path(),
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{endpoint:?}: {answer}"));
    (
        format!("{head}\r\n"),
        serde_json::from_str(body).unwrap_or_else(|e| panic!("{endpoint:?}: {e}: {answer}")),
    )
}

fn shape_of(endpoint: &Endpoint) -> Value {
    let shape = endpoint.response().unwrap_or_else(|| panic!("{endpoint:?} has no shape"));
    serde_json::from_str(shape).unwrap()
}

/// Asserts that an answer has exactly the members of its shape, and values of its types.
fn assert_fits(endpoint: &Endpoint, answer: &Value, shape: &Value, place: &str) {
    match (answer, shape) {
        (Value::Array(answer), Value::Array(shape)) if place.ends_with(".filters") => {
            // The shape has the members of all filters in one object.
            let mut members = answer.iter().flat_map(|filter| filter.as_object().unwrap().keys());
            assert!(members.all(|name| shape[0].get(name).is_some()), "{endpoint:?} {place}: {answer:?}");
        }
        (Value::Object(answer), Value::Object(shape)) => {
            assert!(answer.keys().eq(shape.keys()), "{endpoint:?} {place}: {answer:?}");
            for (name, value) in answer {
                assert_fits(endpoint, value, &shape[name], &format!("{place}.{name}"));
            }
        }
        (Value::Array(answer), Value::Array(shape)) => {
            assert_eq!(answer.len(), shape.len(), "{endpoint:?} {place}");
            for (value, shape) in answer.iter().zip(shape) {
                assert_fits(endpoint, value, shape, &format!("{place}[]"));
            }
        }
        (value, Value::String(kind)) => {
            let number = |v: &Value| v.as_str().is_some_and(|s| s.parse::<f64>().is_ok());
            let fits = match kind.as_str() {
                "integer" | "time" => value.is_i64(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "string" => value.is_string(),
                "integer-string" | "decimal-string" => number(value),
                digits => value == digits,
            };
            assert!(fits, "{endpoint:?} {place}: {value} is no {kind}");
        }
        _ => panic!("{endpoint:?} {place}: {answer} is no {shape}"),
    }
}
