use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::recent::KEPT;
use super::{Recent, Sight, document};
use crate::practice::exchange::{Exchange, Reason};
use crate::practice::log::Entry;
use crate::practice::tests::support::*;
use crate::practice::{Faults, secret_key};

const BROWSER: &str = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n";

fn ask(running: &Running, method: &str, target: &str, headers: &str) -> String {
    running.exchange(format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes())
}

fn page_of(exchange: &Exchange, recent: &Recent) -> String {
    document(&Sight { exchange, recent, port: 8090 }, false).finish()
}

#[test]
fn a_browser_gets_the_page_and_everybody_else_the_exchange() {
    let cases = [
        ("browser", "GET", "/", BROWSER, "200", false),
        ("upper case", "GET", "/", "Accept: TEXT/HTML\r\n", "200", false),
        ("paused", "GET", "/?paused", BROWSER, "200", false),
        ("head", "HEAD", "/", BROWSER, "200", false),
        ("post", "POST", "/", BROWSER, "405", true),
        ("options", "OPTIONS", "/", BROWSER, "405", true),
        ("no accept", "GET", "/", "", "404", true),
        ("curl", "GET", "/", "Accept: */*\r\n", "404", true),
        ("client that lost its path", "GET", "/?symbol=A", "Accept: application/json\r\n", "404", true),
        ("another path", "GET", "/index.html", BROWSER, "404", true),
        ("another host", "GET", "/", "Accept: text/html\r\nOrigin: https://evil.example\r\n", "403", true),
    ];
    for (name, method, target, headers, status, logged) in cases {
        let running = running();
        let answer = ask(&running, method, target, headers);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{name}: {answer}");
        assert_eq!(running.entries.lock().unwrap().len(), usize::from(logged), "{name}");
        assert_eq!(
            answer.contains("<!DOCTYPE html>"),
            status == "200" && method == "GET",
            "{name}: {answer}"
        );
        assert!(!answer.to_lowercase().contains("x-mbx-used-weight"), "{name}: {answer}");
    }
}

#[test]
fn the_page_lets_nothing_in_and_is_not_kept() {
    let running = running();
    let answer = ask(&running, "GET", "/", BROWSER);
    let head = answer.split_once("\r\n\r\n").unwrap().0;
    let style = answer.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = STANDARD.encode(Sha256::digest(style));
    for line in [
        "content-type: text/html;charset=UTF-8".to_owned(),
        format!(
            "content-security-policy: default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        ),
        "x-content-type-options: nosniff".to_owned(),
        "referrer-policy: no-referrer".to_owned(),
        "cache-control: no-store".to_owned(),
        "cross-origin-resource-policy: same-origin".to_owned(),
        "cross-origin-opener-policy: same-origin".to_owned(),
    ] {
        assert!(head.lines().any(|l| l == line), "{line}\n{head}");
    }
    assert!(!answer.contains("<script") && !answer.contains("http-equiv=\"refresh\" content=\"0"));
}

#[test]
fn it_refreshes_unless_it_is_paused() {
    let running = running();
    for (target, refreshes) in [("/", true), ("/?paused", false), ("/?x", true)] {
        let answer = ask(&running, "GET", target, BROWSER);
        assert_eq!(answer.contains("http-equiv=\"refresh\""), refreshes, "{target}");
    }
}

#[test]
fn the_connection_goes_on_after_the_page() {
    use std::io::Write as _;
    let running = running();
    let mut stream = running.connect();
    stream.write_all(&request("/", &format!("{BROWSER}Content-Length: 3\r\n"))).unwrap();
    stream.write_all(b"abc").unwrap();
    assert!(one(&mut stream).1.ends_with("</html>\n"));
    stream.write_all(&request("/api/v3/ticker/price?symbols=[\"ARKBTC\"]", "")).unwrap();
    assert_eq!(one(&mut stream).1, r#"[{"symbol":"ARKBTC","price":"0.00000500"}]"#);
}

#[test]
fn a_refused_request_stands_there_with_its_remedy() {
    let running = running();
    let (query, key) = (signed_query("symbol=ARKBTC"), crate::practice::API_KEY);
    let target = format!("/api/v3/openOrders?{query}");
    running.exchange(&request(&target, &format!("Authorization: X-MBX-APIKEY: {key}\r\n")));
    running.exchange(&request("/api/v3/<img%20src=x>", ""));
    running.exchange(b"GET /api/v3/ping\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let page = ask(&running, "GET", "/", BROWSER);
    for text in [
        "<strong>✗ refused</strong> <span>401 -2014</span>",
        "<p class=\"message\">API-key format invalid.</p>",
        "<dt>Wrong</dt><dd>the key arrived inside <code>Authorization</code></dd>",
        "<dd class=\"fix\">send it in a header of its own, <code>X-MBX-APIKEY: &lt;key&gt;</code></dd>",
        "<code>bnq explain key-in-authorization</code>",
        "<b>GET</b> <code>/api/v3/&lt;img%20src=x&gt;</code>",
        "there is a control character in the path or query",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
    let signature = query.rsplit_once('=').unwrap().1;
    let secret = secret_key();
    for hidden in [key, signature, secret.expose(), "<img"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[test]
fn every_verdict_has_a_word_of_its_own() {
    let cases = [
        (Some(200), "<li class=\"answered\">", "✓ answered"),
        (Some(400), "<li class=\"refused\">", "✗ refused"),
        (Some(503), "<li class=\"failed\">", "✗ failed"),
        (None, "<li class=\"failed\">", "✗ no answer"),
    ];
    for (status, class, word) in cases {
        let recent = Recent::default();
        recent.keep(Entry::new(0, "GET", b"/x", Duration::ZERO).answered(status, None).weighing(Some(7)));
        let page = page_of(&exchange(), &recent);
        assert!(
            page.contains(class) && page.contains(word) && page.contains("weight 7, 0 ms"),
            "{status:?}: {page}"
        );
    }
}

#[test]
fn the_last_requests_are_kept_and_no_more_than_a_bit_of_each() {
    let recent = Recent::default();
    for number in 0..KEPT + 50 {
        let long = "é".repeat(3000);
        let reason = Reason { message: long.clone(), cause: long.clone(), fix: long, ..Reason::default() };
        let target = format!("/{number}/{}", "x<".repeat(2000));
        recent
            .keep(Entry::new(0, "GET", target.as_bytes(), Duration::ZERO).answered(Some(400), Some(reason)));
    }
    let entries = recent.entries();
    assert_eq!(entries.len(), KEPT);
    assert!(entries[0].target.starts_with("/149/") && entries[KEPT - 1].target.starts_with("/50/"));
    let bytes: usize = entries.iter().map(|e| e.to_json().len()).sum();
    assert!(bytes < 100 * 10_000, "{bytes}");
    let page = page_of(&exchange(), &recent);
    assert!(page.len() < 2_000_000 && page.contains("Older ones are in the log alone."), "{}", page.len());
}

#[test]
fn the_account_is_what_a_client_sees_of_it() {
    let exchange = exchange();
    let query = "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&price=0.00000480&\
                 newClientOrderId=from-the-test";
    let mut order = signed("/api/v3/order", query);
    order.method = "POST".to_owned();
    assert_eq!(exchange.answer(&order, LOOPBACK, NOW_MS * 1000).status, 200);
    let page = page_of(&exchange, &Recent::default());
    let at = |path| {
        let body = exchange.answer(&signed(path, ""), LOOPBACK, NOW_MS * 1000).body;
        serde_json::from_str::<serde_json::Value>(&body).unwrap()
    };
    let mut rows = 0;
    for balance in at("/api/v3/account")["balances"].as_array().unwrap() {
        let text = |name: &str| balance[name].as_str().unwrap().to_owned();
        let (asset, free, locked) = (text("asset"), text("free"), text("locked"));
        if units(&balance["free"]) + units(&balance["locked"]) > 0 {
            let number = "<td class=\"number\">";
            let row = format!("<th scope=\"row\">{asset}</th>{number}{free}</td>{number}{locked}</td></tr>");
            assert!(page.contains(&row), "{row}\n{page}");
            rows += 1;
        }
    }
    let open = at("/api/v3/openOrders");
    let open = open.as_array().unwrap();
    for order in open {
        assert!(page.contains(&order["orderId"].to_string()), "{order}");
    }
    assert!(rows > 1 && open.len() > 1 && page.contains("from-the-test"));
    assert_eq!(page.matches("<small>filled ").count(), open.len());
}

#[test]
fn faults_in_force_are_shown_with_what_they_hit() {
    let shown = |exchange: &Exchange| page_of(exchange, &Recent::default());
    assert!(!shown(&exchange()).contains("Faults on demand"));
    let rules = ["/api/v3/ping 500-before skip=1", "* latency=5ms"];
    let faults = Faults::new(rules.iter().map(|rule| rule.parse().unwrap()).collect(), 0);
    let exchange = exchange().with_faults(faults);
    for _ in 0..2 {
        exchange.give(&plain("/api/v3/ping", ""), LOOPBACK);
    }
    let page = shown(&exchange);
    for (rule, hit) in rules.iter().zip(["1 of 2", "2 of 2"]) {
        let row = format!("<code>{rule}</code></th><td class=\"number\">{hit}</td></tr>");
        assert!(page.contains(&row), "{row}\n{page}");
    }
}

#[test]
fn looking_takes_no_weight() {
    let exchange = exchange();
    let used = |exchange: &Exchange| {
        let answered = exchange.answer(&plain("/api/v3/ping", ""), LOOPBACK, NOW_MS * 1000);
        let header = answered.headers.iter().find(|(name, _)| *name == "X-MBX-USED-WEIGHT-1M");
        header.map(|(_, used)| used.parse::<u32>().unwrap()).unwrap()
    };
    let before = used(&exchange);
    page_of(&exchange, &Recent::default());
    assert_eq!(used(&exchange), before + 1);
}
