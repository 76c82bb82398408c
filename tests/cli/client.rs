//! A client of a running practice exchange, with the published key pair: signed requests on one connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use bnq::signing::{SecretKey, SigningKey, percent_encode};
use serde_json::Value;

use super::support::{KEY, SECRET};

/// Where the clocks of these tests stand: 2026-03-01T00:00:00Z.
pub const NOW_MS: i64 = 1_772_323_200_000;

/// A connection to a server whose clock stands at [`NOW_MS`].
pub struct Client {
    stream: BufReader<TcpStream>,
    api_key: String,
    key: SigningKey,
}

impl Client {
    pub fn new(url: &str) -> Self {
        Self::with_key(url, KEY, SigningKey::Hmac(SecretKey::new(SECRET)))
    }

    pub fn with_key(url: &str, api_key: &str, key: SigningKey) -> Self {
        let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream: BufReader::new(stream), api_key: api_key.to_owned(), key }
    }

    /// Sends a signed request; status, head and body of the answer, or nothing where the connection ended before.
    pub fn whole(&mut self, method: &str, path: &str, query: &str) -> Option<(u16, String, String)> {
        let joint = if query.is_empty() { "" } else { "&" };
        let payload = format!("{query}{joint}timestamp={NOW_MS}");
        let signature = self.key.sign(payload.as_bytes()).unwrap();
        let signature = percent_encode(signature.as_str());
        let request = format!(
            "{method} {path}?{payload}&signature={signature} HTTP/1.1\r\nHost: localhost\r\nX-MBX-APIKEY: {}\r\n\r\n",
            self.api_key
        );
        self.stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let length =
            head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).ok()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, head, String::from_utf8(body).ok()?))
    }

    /// The same without the head.
    pub fn send(&mut self, method: &str, path: &str, query: &str) -> Option<(u16, String)> {
        self.whole(method, path, query).map(|(status, _, body)| (status, body))
    }

    /// An answer that has to be 200, as JSON.
    #[track_caller]
    pub fn ok(&mut self, method: &str, path: &str, query: &str) -> Value {
        let (status, body) = self.send(method, path, query).unwrap();
        assert_eq!(status, 200, "{method} {path}?{query}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

/// A decimal of an answer, in units of 1e-8.
pub fn units(value: &Value) -> i128 {
    let (whole, decimals) = value.as_str().unwrap().split_once('.').unwrap();
    assert_eq!(decimals.len(), 8, "{value}");
    format!("{whole}{decimals}").parse().unwrap()
}
