//! What a client in good order sends.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use super::support::*;
use crate::practice::http::Limits;
use crate::practice::{API_KEY, ED25519_API_KEY, Entry, RSA_API_KEY, Server};
use crate::signing::{SecretKey, SigningKey, percent_encode};

#[test]
fn signed_requests_are_answered_for_each_kind_of_key() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../data/vectors.json")).unwrap();
    let private = |name: &str| {
        let der = vectors["keys"][name]["private_pkcs8_der"].as_str().unwrap();
        let lines: Vec<&str> = der.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
        SigningKey::from_pem(&SecretKey::new(pem), None).unwrap()
    };
    let hmac = SigningKey::Hmac(crate::practice::secret_key());
    let running = running();
    for (api_key, key) in
        [(API_KEY, hmac), (RSA_API_KEY, private("rsa2048")), (ED25519_API_KEY, private("ed25519"))]
    {
        let payload = format!("symbol=ARKBTC&timestamp={NOW_MS}");
        let signature = percent_encode(key.sign(payload.as_bytes()).unwrap().as_str());
        let headers = format!("X-MBX-APIKEY: {api_key}\r\n");
        for (sent, status) in [(&payload, "200"), (&payload.replace("ARKBTC", "LTCBTC"), "400")] {
            let target = format!("/api/v3/openOrders?{sent}&signature={signature}");
            let answer = running.exchange(&request(&target, &headers));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{api_key}: {answer}");
        }
        assert_eq!(running.last().code, Some(-1022), "{api_key}");
    }
}

#[test]
fn it_listens_on_loopback_alone_and_stops() {
    let running = running();
    let address = running.server.address();
    assert_eq!(address.ip(), Ipv4Addr::LOCALHOST);
    drop(running.server);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn it_stops_with_connections_open() {
    let running = running();
    let mut idle = running.connect();
    idle.write_all(&request("/api/v3/ping", "")).unwrap();
    one(&mut idle);
    let mut begun = running.connect();
    begun.write_all(b"GET /api/v3/ping HT").unwrap();
    drop(running.server);
    for mut stream in [idle, begun] {
        let read = stream.read(&mut [0]);
        assert!(!matches!(read, Ok(1)), "{read:?}");
    }
}

#[test]
fn a_request_that_takes_long_keeps_no_other_waiting() {
    if std::thread::available_parallelism().unwrap().get() < 2 {
        return;
    }
    let (tell, told) = mpsc::channel();
    let (release, hold) = mpsc::channel();
    let hold = Mutex::new(hold);
    // Whatever a thread does meanwhile, the log holds it up.
    let log = Arc::new(move |entry: &Entry| {
        if entry.target == "/api/v3/time" {
            tell.send(()).unwrap();
            hold.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        }
    });
    let server = Server::start_with(0, Arc::new(exchange()), log, Limits::USUAL).unwrap();
    let send = |path| {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&request(path, "")).unwrap();
        stream
    };
    let mut slow = send("/api/v3/time");
    told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(one(&mut send("/api/v3/ping")).1, "{}");
    release.send(()).unwrap();
    assert!(one(&mut slow).1.starts_with("{\"serverTime\":"));
}

#[test]
fn a_connection_serves_many_requests() {
    let running = running();
    let mut stream = running.connect();
    let mut uuids = HashSet::new();
    for _ in 0..20 {
        stream.write_all(&request("/api/v3/ping", "")).unwrap();
        let (head, body) = one(&mut stream);
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains("content-type: application/json;charset=utf-8"), "{head}");
        assert!(head.contains("x-mbx-used-weight-1m: "), "{head}");
        let uuid = head.split("x-mbx-uuid: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let parts: Vec<usize> = uuid.trim_end().split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{head}");
        assert!(uuids.insert(uuid.to_owned()), "{head}");
        assert_eq!(body, "{}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let running = running();
    let mut bytes = request("/api/v3/ping", "");
    bytes.extend(request("/api/v3/ticker/price?symbol=ARKBTC", ""));
    bytes.extend(request("/api/v3/nope", "Connection: close\r\n"));
    let mut stream = running.connect();
    stream.write_all(&bytes).unwrap();
    assert_eq!(one(&mut stream).1, "{}");
    assert_eq!(one(&mut stream).1, r#"{"symbol":"ARKBTC","price":"0.00000500"}"#);
    assert!(one(&mut stream).0.starts_with("http/1.1 404"));
}

#[test]
fn head_has_no_body() {
    let running = running();
    let answer = running.exchange(b"HEAD /api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn a_body_is_verified_as_it_arrives() {
    let running = running();
    let body = signed_query("symbol=ARKBTC&side=BUY&type=MARKET&quantity=100");
    let head = format!(
        "POST /api/v3/order/test HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: {API_KEY}\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n"
    );
    let length = format!("Content-Length: {}\r\n", body.len());
    let (first, second) = body.split_at(20);
    let chunks = format!("14\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", second.len());
    let forms = [
        ("whole", format!("{head}{length}\r\n{body}")),
        ("chunked", format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}")),
    ];
    for (name, bytes) in forms {
        let answer = running.exchange(bytes.as_bytes());
        assert!(answer.ends_with("\r\n\r\n{}"), "{name}: {answer}");
    }
    let mut stream = running.connect();
    stream.write_all(format!("{head}{length}Expect: 100-continue\r\n\r\n").as_bytes()).unwrap();
    assert!(one(&mut stream).0.starts_with("http/1.1 100"));
    stream.write_all(body.as_bytes()).unwrap();
    assert_eq!(one(&mut stream).1, "{}");
    // Another request on the same connection: the body was counted right.
    stream.write_all(&request("/api/v3/ticker/price?symbols=[\"ARKBTC\"]", "")).unwrap();
    assert_eq!(one(&mut stream).1, r#"[{"symbol":"ARKBTC","price":"0.00000500"}]"#);
}

#[test]
fn the_body_of_a_get_is_not_part_of_the_payload() {
    let running = running();
    let target = format!("/api/v3/openOrders?{}", signed_query("symbol=ARKBTC"));
    let mut bytes = request(&target, &format!("X-MBX-APIKEY: {API_KEY}\r\nContent-Length: 5\r\n"));
    bytes.extend(b"a=b&c");
    let answer = running.exchange(&bytes);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn only_this_machine_by_its_own_name_is_served() {
    let running = running();
    let port = running.server.address().port();
    let own = format!("http://localhost:{port}");
    let cases = [
        ("Host: 127.0.0.1:8090", "200"),
        ("Host: LocalHost", "200"),
        ("Host: [::1]:1", "200"),
        ("Host: evil.example", "421"),
        ("Host: localhost.evil.example", "421"),
        ("Host: 127.0.0.1.evil.example:80", "421"),
        ("Host: localhost:x", "421"),
        ("Host: ", "421"),
        ("Host: localhost\r\nHost: evil.example", "421"),
        ("Host: localhost\r\nHost: localhost", "400"),
        ("Host: localhost\r\nOrigin: https://evil.example", "403"),
        ("Host: localhost\r\nOrigin: null", "403"),
        ("Host: localhost\r\nOrigin: http://localhost:1", "403"),
        ("Host: localhost\r\nOrigin: http://127.0.0.1", "403"),
        (&format!("Host: localhost\r\nOrigin: {own}"), "200"),
        (&format!("Host: localhost\r\nOrigin: {own}.evil.example"), "403"),
    ];
    for (headers, status) in cases {
        let answer = running.exchange(format!("GET /api/v3/ping HTTP/1.1\r\n{headers}\r\n\r\n").as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{headers}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
        assert_eq!(running.last().cause.is_some(), status != "200", "{headers}");
    }
    let absolute =
        running.exchange(b"GET http://evil.example/api/v3/ping HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(absolute.starts_with("HTTP/1.1 421"), "{absolute}");
    let preflight =
        b"OPTIONS /api/v3/order HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n\r\n";
    assert!(running.exchange(preflight).starts_with("HTTP/1.1 403"));
}
