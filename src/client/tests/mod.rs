//! A raw server on loopback, and the client against it. No test needs the internet or exact times.

mod answers;
mod failures;
mod kept;
mod proxies;
mod requests;
mod tls;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{BodyError, Client, ClientOptions, Pace, Response, SendError, Transport};
use crate::catalogue::Method;
use crate::signing::{ApiKey, SignedRequest};

/// The key printed in the exchange's documentation.
pub(super) const KEY: &str = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";

/// Short enough for a test that waits for it.
pub(super) const SHORT: Duration = Duration::from_millis(300);

/// A server on loopback that notes every request and does what it is told with each connection.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Reads a whole request, then calls `script`.
    pub(super) fn after_request(script: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        Self::raw(move |stream, seen| {
            let request = read_request(stream);
            // A client that refuses to send closes the connection it has made.
            if !request.is_empty() {
                seen.lock().unwrap().push(request);
                script(stream);
            }
        })
    }

    /// Answers every request with these bytes and closes.
    pub(super) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::after_request(move |stream| {
            let _ = stream.write_all(&answer);
        })
    }

    /// Hands each connection to `script` as it is.
    pub(super) fn raw(script: impl Fn(&mut TcpStream, &Mutex<Vec<String>>) + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (its_seen, its_stop) = (Arc::clone(&seen), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                if its_stop.load(Ordering::SeqCst) {
                    break;
                }
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                script(&mut stream, &its_seen);
            }
        });
        Self { port, seen, stop, thread: Some(thread) }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Sends one plain GET.
    pub(super) fn get(&self, options: ClientOptions) -> Result<Response, SendError> {
        Client::new(options).send(&request(&self.base_url(), Method::Get), &[])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server thread panicked");
        }
    }
}

/// Head and body of one request, byte by byte, so that nothing of what follows is taken.
pub(super) fn read_request(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    bytes.extend(body);
    String::from_utf8(bytes).unwrap()
}

/// A request for `/api/v3/openOrders?symbol=ARKBTC` with a key.
pub(super) fn request(base_url: &str, method: Method) -> SignedRequest {
    SignedRequest {
        method,
        base_url: base_url.to_owned(),
        path: "/api/v3/openOrders".to_owned(),
        query: "symbol=ARKBTC".to_owned(),
        body: String::new(),
        api_key: Some(ApiKey::new(KEY).unwrap()),
        signed: None,
    }
}

/// Options that give up after [`SHORT`].
pub(super) fn hasty() -> ClientOptions {
    ClientOptions { timeout: SHORT, ..ClientOptions::default() }
}

pub(super) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Reads the body to its end; the text, and the error that ended it.
pub(super) fn drain(response: Response) -> (String, Option<BodyError>) {
    let mut bytes = Vec::new();
    let mut body = response.body;
    let error = body.read_to_end(&mut bytes).err().map(|e| BodyError::of(&e).expect("a typed error").clone());
    if let Some(error) = &error {
        let again = body.read(&mut [0]).expect_err("an error stays");
        assert_eq!(BodyError::of(&again), Some(error));
    }
    (String::from_utf8(bytes).unwrap(), error)
}
