use std::time::Duration;

use super::support::*;
use crate::practice::escape::{fit, masked, text};
use crate::practice::{API_KEY, Entry, secret_key};

#[test]
fn the_founding_case_says_what_to_do() {
    let running = running();
    let header = format!("Authorization: X-MBX-APIKEY: {API_KEY}\r\nConnection: close\r\n");
    let target = format!("/api/v3/openOrders?{}", signed_query("symbol=ARKBTC"));
    let answer = running.exchange(&request(&target, &header));
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    assert!(answer.ends_with(r#"{"code":-2014,"msg":"API-key format invalid."}"#), "{answer}");
    let line = running.last().to_text();
    let words =
        "the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`";
    assert!(line.ends_with(words), "{line}");
    assert!(
        !line.contains(API_KEY) && !line.contains(signed_query("symbol=ARKBTC").rsplit_once('=').unwrap().1)
    );
    let json: serde_json::Value = serde_json::from_str(&running.last().to_json()).unwrap();
    assert_eq!((&json["status"], &json["code"]), (&401.into(), &(-2014).into()));
    assert_eq!(json["mistake"], "key-in-authorization");
}

#[test]
fn keys_secrets_and_signatures_are_masked_however_they_are_written() {
    let secret = secret_key().expose().to_owned();
    // Every character percent-encoded, and every second one.
    let every = |n: usize| {
        let piece =
            |(i, c): (usize, char)| if i % n == 0 { format!("%{:02x}", u32::from(c)) } else { c.to_string() };
        secret.char_indices().map(piece).collect::<Vec<_>>().concat()
    };
    let (encoded, half) = (every(1), every(2));
    let unknown = "A1".repeat(32);
    let cases = [
        ("known key", format!("/x?apiKey={API_KEY}"), "/x?apiKey=vmPU…Eh8A".to_owned()),
        ("secret", format!("/x?s={secret}&b=1"), "/x?s=(the secret key)&b=1".to_owned()),
        ("quoted secret", format!("/x?s=%22{secret}%22"), "/x?s=%22(the secret key)%22".to_owned()),
        ("encoded secret", format!("/x?s={encoded}"), "/x?s=(the secret key)".to_owned()),
        ("half encoded secret", format!("/x?s={half}"), "/x?s=(the secret key)".to_owned()),
        ("secret with more", format!("/x?s={secret}0"), "/x?s=(65 characters)".to_owned()),
        ("unknown", format!("/x?s={unknown}"), "/x?s=(64 characters)".to_owned()),
        ("path", format!("/{unknown}/x"), "/(64 characters)/x".to_owned()),
        (
            "signature",
            "/x?a=1&signature=0123456789abcdef0&b=2".to_owned(),
            "/x?a=1&signature=0123…def0&b=2".to_owned(),
        ),
        (
            "encoded name",
            "/x?%73ignature=0123456789abcdef0".to_owned(),
            "/x?%73ignature=0123…def0".to_owned(),
        ),
        ("short signature", "/x?signature=abc".to_owned(), "/x?signature=(3 characters)".to_owned()),
        ("base64", format!("/x?signature={}%2B%3D", "ab/".repeat(28)), "/x?signature=ab/a…B%3D".to_owned()),
        (
            "an id stays",
            "/x?newClientOrderId=bnq-abcdefghijklmnopqrstuvwxyz".to_owned(),
            "/x?newClientOrderId=bnq-abcdefghijklmnopqrstuvwxyz".to_owned(),
        ),
        ("broken escapes stay", "/x?a=%&b=%4&c=%zz".to_owned(), "/x?a=%&b=%4&c=%zz".to_owned()),
    ];
    for (name, sent, shown) in cases {
        assert_eq!(masked(&sent), shown, "{name}");
    }
}

#[test]
fn nothing_in_a_line_is_obeyed_by_a_terminal() {
    assert_eq!(
        fit("a\u{1b}[2J\r\n\u{202e}b\u{feff}\u{e0041}é币"),
        "a\\u001b[2J\\r\\n\\u202eb\\ufeff\\udb40\\udc41é币"
    );
    assert_eq!(fit(&text(b"\xff\x00a\x85")), "\\xff\\u0000a\\x85");
    let entry = Entry::new(0, "GE\nT", "/\u{2028}x".repeat(5000).as_bytes(), Duration::from_millis(3));
    let line = entry.to_text();
    assert_eq!(line.lines().count(), 1);
    assert!(line.chars().count() < 1100 && !line.contains('\u{2028}'));
    assert!(line.starts_with("00:00:00.000 --- GE\\nT /\\u2028x"), "{line}");
    assert_eq!(entry.to_json().lines().count(), 1);
    let long = Entry::new(0, &"M".repeat(21), b"/x", Duration::ZERO);
    assert_eq!(long.method, "M".repeat(20) + "…");
}

#[test]
fn a_json_entry_has_every_field() {
    let entry = Entry::new(1_772_323_200_000_000, "GET", b"/api/v3/ping", Duration::ZERO);
    let expected = r#"{"time":1772323200000,"method":"GET","target":"/api/v3/ping","status":null,"code":null,"message":null,"weight":null,"millis":0,"mistake":null,"cause":null,"fix":null,"findings":[],"note":null}"#;
    assert_eq!(entry.to_json(), expected);
}
