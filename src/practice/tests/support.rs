//! A practice exchange with a server, and raw requests to it.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::diagnose::ReceivedRequest;
use crate::practice::exchange::{Answered, Clock, Exchange};
use crate::practice::http::Limits;
use crate::practice::{API_KEY, Entry, Server, secret_key};
use crate::signing::SigningKey;

/// When every exchange here is started, and where its clock stands: 2026-03-01T00:00:00Z.
pub const NOW_MS: i64 = 1_772_323_200_000;
pub const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub fn exchange() -> Exchange {
    Exchange::practice(Clock::Fixed(NOW_MS * 1000))
}

/// A request without signature.
pub fn plain(path: &str, query: &str) -> ReceivedRequest {
    ReceivedRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.as_bytes().to_vec(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// The query with timestamp and signature at its end.
pub fn signed_query(query: &str) -> String {
    let joint = if query.is_empty() { "" } else { "&" };
    let payload = format!("{query}{joint}timestamp={NOW_MS}");
    let signature = SigningKey::Hmac(secret_key()).sign(payload.as_bytes()).unwrap();
    format!("{payload}&signature={}", signature.as_str())
}

pub fn signed(path: &str, query: &str) -> ReceivedRequest {
    let mut request = plain(path, &signed_query(query));
    request.headers.push(("x-mbx-apikey".to_owned(), API_KEY.as_bytes().to_vec()));
    request
}

pub fn answer(request: &ReceivedRequest) -> Answered {
    exchange().answer(request, LOOPBACK, NOW_MS * 1000)
}

/// The body of an answer that has to be 200.
pub fn ok(request: &ReceivedRequest) -> String {
    let answered = answer(request);
    assert_eq!(answered.status, 200, "{request:?}: {}", answered.body);
    answered.body
}

pub fn json(request: &ReceivedRequest) -> Value {
    serde_json::from_str(&ok(request)).unwrap()
}

/// Signs unless the endpoint is public.
pub fn get(path: &str, query: &str) -> Value {
    let public = crate::catalogue::at_path(path).any(|e| e.method().as_str() == "GET" && !e.signed());
    json(&if public { plain(path, query) } else { signed(path, query) })
}

/// A decimal of an answer, in units of 1e-8.
pub fn units(value: &Value) -> i128 {
    let text = value.as_str().unwrap();
    let (whole, decimals) = text.split_once('.').unwrap();
    assert_eq!(decimals.len(), 8, "{text}");
    format!("{whole}{decimals}").parse().unwrap()
}

/// The exact product of two amounts.
pub fn product(a: i128, b: i128) -> i128 {
    assert_eq!(a * b % 100_000_000, 0, "{a} times {b} has more than eight decimals");
    a * b / 100_000_000
}

/// An exchange whose clock the test sets, and a client of it.
pub struct Client {
    pub exchange: Exchange,
    pub now_ms: i64,
}

impl Client {
    pub fn new() -> Self {
        Self { exchange: exchange(), now_ms: NOW_MS }
    }

    pub fn wait(&mut self, minutes: i64) {
        self.now_ms += minutes * 60_000;
        self.exchange.set_clock(Clock::Fixed(self.now_ms * 1000));
    }

    /// Sends a request, signed where the endpoint wants it, and tells status and body.
    pub fn send(&self, method: &str, path: &str, query: &str) -> (u16, Value) {
        let answered = self.ask(method, path, query);
        (answered.status, serde_json::from_str(&answered.body).unwrap())
    }

    fn ask(&self, method: &str, path: &str, query: &str) -> Answered {
        let signed = crate::catalogue::at_path(path).any(|e| e.method().as_str() == method && e.signed());
        let mut request = plain(path, query);
        method.clone_into(&mut request.method);
        if signed {
            let joint = if query.is_empty() { "" } else { "&" };
            let payload = format!("{query}{joint}timestamp={}", self.now_ms);
            let signature = SigningKey::Hmac(secret_key()).sign(payload.as_bytes()).unwrap();
            request.query = format!("{payload}&signature={}", signature.as_str()).into_bytes();
        }
        request.headers.push(("x-mbx-apikey".to_owned(), API_KEY.into()));
        self.exchange.answer(&request, LOOPBACK, self.now_ms * 1000)
    }

    /// The text of an answer that has to be 200.
    pub fn text(&self, method: &str, path: &str, query: &str) -> String {
        let answered = self.ask(method, path, query);
        assert_eq!(answered.status, 200, "{method} {path}?{query}: {}", answered.body);
        answered.body
    }

    /// The answer that has to be 200.
    pub fn done(&self, method: &str, path: &str, query: &str) -> Value {
        serde_json::from_str(&self.text(method, path, query)).unwrap()
    }

    /// The code of a refusal with its reason and remedy in the log.
    pub fn refused(&self, method: &str, path: &str, query: &str) -> (i64, String) {
        let answered = self.ask(method, path, query);
        let body: Value = serde_json::from_str(&answered.body).unwrap();
        assert_eq!(answered.status, 400, "{method} {path}?{query}: {body}");
        let reason = answered.reason.unwrap();
        assert!(!reason.cause.is_empty() && !reason.fix.is_empty(), "{method} {path}?{query}");
        (body["code"].as_i64().unwrap(), body["msg"].as_str().unwrap().to_owned())
    }

    pub fn get(&self, path: &str, query: &str) -> Value {
        let (status, body) = self.send("GET", path, query);
        assert_eq!(status, 200, "{path}?{query}: {body}");
        body
    }
}

/// A running server and what it has logged.
pub struct Running {
    pub server: Server,
    pub entries: Arc<Mutex<Vec<Entry>>>,
}

pub fn running() -> Running {
    running_with(Limits::USUAL)
}

pub fn running_with(limits: Limits) -> Running {
    let entries = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&entries);
    let log = Arc::new(move |entry: &Entry| kept.lock().unwrap().push(entry.clone()));
    let server = Server::start_with(0, Arc::new(exchange()), log, limits).unwrap();
    Running { server, entries }
}

impl Running {
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends bytes, closes that direction, and reads all that comes back.
    pub fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        rest(&mut stream)
    }

    pub fn last(&self) -> Entry {
        self.entries.lock().unwrap().last().cloned().unwrap()
    }
}

/// A GET as a plain client sends it.
pub fn request(target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

pub fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads one answer with a `Content-Length`, and no byte more.
pub fn one(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length =
        head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap_or("0").parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}
