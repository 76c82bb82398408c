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

/// An exchange that keeps what was done to it, and a client that signs.
pub struct Session {
    pub exchange: Exchange,
}

/// What a request brought: the status, the body, and the cause that the log names.
pub struct Outcome {
    pub status: u16,
    pub text: String,
    pub body: Value,
    pub cause: String,
}

impl Session {
    pub fn new() -> Self {
        // Scenarios ask for more than a minute allows, at one moment.
        Self { exchange: exchange().with_limits(crate::practice::limits::Limits::unenforced()) }
    }

    /// `call` is a method and a path below `/api/v3/`.
    pub fn send(&self, call: &str, query: &str) -> Outcome {
        let (method, path) = call.split_once(' ').unwrap();
        let mut request = signed(&format!("/api/v3/{path}"), query);
        request.method = method.to_owned();
        let answered = self.exchange.answer(&request, LOOPBACK, NOW_MS * 1000);
        let body = serde_json::from_str(&answered.body).unwrap();
        if let Some(reason) = &answered.reason {
            assert!(!reason.cause.is_empty() && !reason.fix.is_empty(), "{call} {query}: {reason:?}");
        }
        let cause = answered.reason.map(|r| r.cause).unwrap_or_default();
        Outcome { status: answered.status, text: answered.body, body, cause }
    }

    /// The body of an answer that has to be 200.
    pub fn ok(&self, call: &str, query: &str) -> Value {
        let outcome = self.send(call, query);
        assert_eq!(outcome.status, 200, "{call} {query}: {} ({})", outcome.text, outcome.cause);
        outcome.body
    }

    /// The code and message of a refusal.
    pub fn refused(&self, call: &str, query: &str) -> (i64, String) {
        let Outcome { status, body, .. } = self.send(call, query);
        assert_eq!(status, 400, "{call} {query}: {body}");
        (body["code"].as_i64().unwrap(), body["msg"].as_str().unwrap().to_owned())
    }

    /// Lets minutes pass: the made-up participants quote and trade.
    pub fn pass(&self, minutes: i64) {
        self.exchange.state().alter(|world| world.spot.advance(NOW_MS + minutes * 60_000));
    }

    /// Free and locked of an asset.
    pub fn balance(&self, asset: &str) -> (i128, i128) {
        let account = self.ok("GET account", "");
        let balance = account["balances"].as_array().unwrap().iter().find(|b| b["asset"] == asset).unwrap();
        (units(&balance["free"]), units(&balance["locked"]))
    }

    pub fn status(&self, symbol: &str, client_id: &str) -> String {
        let query = format!("symbol={symbol}&origClientOrderId={client_id}");
        self.ok("GET order", &query)["status"].as_str().unwrap().to_owned()
    }
}

/// The status of an order, and after it the reason if it has expired.
pub fn ended(order: &Value) -> String {
    let words = ["status", "expiryReason"].iter().filter_map(|field| order[*field].as_str());
    words.collect::<Vec<_>>().join(" ")
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
        Self {
            exchange: exchange().with_limits(crate::practice::limits::Limits::unenforced()),
            now_ms: NOW_MS,
        }
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

/// The names in the order of the text, which a map would lose.
pub fn fields_in_order(object: &Value, text: &str) -> Vec<String> {
    let mut names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
    names.sort_by_key(|n| text.find(&format!("\"{n}\":")).unwrap());
    names
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

/// Holds an account against what was traded and what is open: nothing may come from nowhere or be lost.
pub fn audit(session: &Session, name: &str) {
    use std::collections::BTreeMap;

    use crate::practice::spot::past::{DEPOSITS, symbols};

    let mut total: BTreeMap<String, i128> = BTreeMap::new();
    for (asset, amount) in DEPOSITS {
        total.insert(asset.to_owned(), units(&Value::String(amount.to_string())));
    }
    for symbol in symbols() {
        let query = format!("symbol={}&limit=1000", crate::signing::percent_encode(&symbol.name));
        for path in ["GET myTrades", "GET myAllocations"] {
            for fill in session.ok(path, &query).as_array().unwrap() {
                let sign = if fill["isBuyer"] == true { 1 } else { -1 };
                *total.entry(symbol.base.to_string()).or_default() += sign * units(&fill["qty"]);
                *total.entry(symbol.quote.to_string()).or_default() -= sign * units(&fill["quoteQty"]);
                let paid_in = fill["commissionAsset"].as_str().unwrap().to_owned();
                *total.entry(paid_in).or_default() -= units(&fill["commission"]);
            }
        }
    }
    let locked = locked_by_open_orders(session);
    let account = session.ok("GET account", "");
    for balance in account["balances"].as_array().unwrap() {
        let asset = balance["asset"].as_str().unwrap();
        let (free, held) = (units(&balance["free"]), units(&balance["locked"]));
        assert!(free >= 0 && held >= 0, "{name}: {balance}");
        assert_eq!(free + held, total.get(asset).copied().unwrap_or_default(), "{name}: {asset} in all");
        assert_eq!(held, locked.get(asset).copied().unwrap_or_default(), "{name}: {asset} locked");
    }
}

/// What open orders hold back: of the legs of a list the one that holds most, and for legs without a quantity what their working
/// order has bought.
fn locked_by_open_orders(session: &Session) -> std::collections::BTreeMap<String, i128> {
    use std::collections::BTreeMap;

    use crate::practice::spot::past::symbols;

    // By asset, and by list: legs of one list share, everything else adds up.
    let mut legs: BTreeMap<(String, i64), i128> = BTreeMap::new();
    let mut locked: BTreeMap<String, i128> = BTreeMap::new();
    for order in session.ok("GET openOrders", "").as_array().unwrap() {
        let symbol = symbols().find(|s| order["symbol"] == *s.name).unwrap();
        let prevented = order.get("preventedQuantity").map(units).unwrap_or_default();
        let remaining = units(&order["origQty"]) - units(&order["executedQty"]) - prevented;
        let price = holding_price(&session.exchange, order);
        let (asset, held) = match order["side"].as_str().unwrap() {
            "BUY" => (symbol.quote.to_string(), product(remaining, price)),
            _ => (symbol.base.to_string(), remaining),
        };
        let list = order["orderListId"].as_i64().unwrap();
        if list == -1 {
            *locked.entry(asset).or_default() += held;
            continue;
        }
        let shown = session.ok("GET orderList", &format!("orderListId={list}"));
        let first = &shown["orders"][0]["orderId"];
        if shown["contingencyType"] == "OTO" && *first == order["orderId"] {
            *locked.entry(asset).or_default() += held;
            continue;
        }
        let mut held = held;
        if order["status"] == "PENDING_NEW" && units(&order["origQty"]) == 0 {
            let query = format!("symbol={}&orderId={first}", symbol.name);
            held = units(&session.ok("GET order", &query)["executedQty"]);
        }
        let shared = legs.entry((asset, list)).or_default();
        *shared = held.max(*shared);
    }
    for ((asset, _), held) in legs {
        *locked.entry(asset).or_default() += held;
    }
    locked
}

/// The price by which money is held back for a buying order, in units of 1e-8. Of one that follows the price from the beginning no
/// answer tells it: that is the last price when it was placed.
pub fn holding_price(exchange: &Exchange, order: &Value) -> i128 {
    let given = |field: &str| order.get(field).map(units).filter(|price| *price != 0);
    if let Some(pegged) = given("peggedPrice") {
        // It pays no more than either of its prices.
        return given("price").map_or(pegged, |price| price.min(pegged));
    }
    let told = ["price", "stopPrice"].iter().find_map(|field| given(field));
    told.unwrap_or_else(|| {
        let id = order["orderId"].as_i64().unwrap();
        let held = exchange.state().look(|world| world.spot.order(id).map(|o| o.terms.trigger_price));
        units(&Value::String(held.unwrap().to_string()))
    })
}
