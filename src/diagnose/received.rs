use std::borrow::Cow;
use std::fmt;

use crate::signing::percent_decode;

/// A request as it arrived: the query string and body byte for byte.
#[derive(Clone)]
pub struct ReceivedRequest {
    /// The method on the request line.
    pub method: String,
    /// The path, without the query string.
    pub path: String,
    /// All after the first `?`, as it stands; empty if there is none.
    pub query: Vec<u8>,
    /// Header names and values in their order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, as it stands.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// The value of the first header called `name`, whatever its case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_slice())
    }

    /// The parameters of the query string, decoded.
    pub fn query_parameters(&self) -> Vec<(String, String)> {
        pairs(&self.query)
    }

    /// The parameters of the form body, decoded. A GET's body is no form. Source: Spot REST documentation, "General
    /// information on endpoints".
    pub fn body_parameters(&self) -> Vec<(String, String)> {
        pairs(self.form_body())
    }

    /// The body, where it counts.
    pub(super) fn form_body(&self) -> &[u8] {
        if self.method == "GET" { &[] } else { &self.body }
    }

    /// The value that counts for `name`: the query string's before the body's.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }

    /// All parameters, decoded, the query string's before the body's.
    pub fn parameters(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        decoded_pairs(&self.query).chain(decoded_pairs(self.form_body()))
    }

    /// The bytes that the exchange verifies the signature against: query string and body as received, without the
    /// `signature` parameter wherever it stands, with nothing between them.
    pub fn payload(&self) -> Vec<u8> {
        let mut payload = without_signature(&self.query);
        payload.extend(without_signature(self.form_body()));
        payload
    }

    /// The moment that the request says it was made at, in microseconds since the epoch; `None` if that is not plausible.
    pub fn own_time_us(&self) -> Option<i64> {
        timestamp_us(&self.parameter("timestamp")?).filter(|us| PLAUSIBLE_US.contains(us))
    }
}

/// From 2017, when the exchange opened, to 2100.
const PLAUSIBLE_US: std::ops::Range<i64> = 1_483_228_800_000_000..4_102_444_800_000_000;

/// A timestamp in microseconds. Sixteen digits or more are microseconds (assumed).
pub(super) fn timestamp_us(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    Some(if text.len() >= 16 { number } else { number.saturating_mul(1000) })
}

impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers, query and body can hold a key or a secret in the wrong place.
        write!(f, "{} {} (redacted)", self.method, self.path)
    }
}

fn segments(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'&').filter(|s| !s.is_empty())
}

pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    decoded_pairs(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn decoded_pairs(text: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    segments(text).map(|segment| {
        let mut parts = segment.splitn(2, |b| *b == b'=').map(decoded);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    })
}

/// A name or value, copied only where it is encoded.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match percent_decode(bytes) {
        // Nearly every text is UTF-8, and this finds it out faster.
        Cow::Borrowed(bytes) => {
            str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::from)
        }
        Cow::Owned(bytes) => String::from_utf8_lossy(&bytes).into_owned().into(),
    }
}

/// A query string or form without the signature, wherever it stands.
pub(super) fn without_signature(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    for (place, segment) in text.split(|b| *b == b'&').filter(|s| !s.starts_with(b"signature=")).enumerate() {
        if place > 0 {
            kept.push(b'&');
        }
        kept.extend_from_slice(segment);
    }
    kept
}
