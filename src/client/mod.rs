//! Sends one signed request over HTTP and hands the answer back as data.
//!
//! A request is written to the wire at most once: the connection is made first (name, TCP, proxy, TLS) or kept from the
//! request before, and is replaced only if it turns out closed before a byte is written. So [`SendError::request_may_have_left`] is a fact, not a guess.
//! Every status is an answer; only what prevents an answer is an error.

mod adapter;
mod body;
mod buffers;
mod clock;
mod connect;
mod error;
mod headers;
mod http;
mod http_date;
mod limits;
mod origin;
mod probe;
mod problem;
mod proxy;
mod retry;
mod socks;
mod tls;
mod tunnel;
mod wire;

use std::io::{Cursor, Read};
use std::time::Duration;

pub use clock::{ClockError, ClockReading, measure_offset};
pub use error::{BodyError, SendError};
pub use headers::Headers;
pub use http::{Client, ClientOptions};
pub use limits::{Usage, UsageKind, counted_by, interval_ms, retry_after_s, usage};
pub use probe::{Connected, LookedUp};
pub use problem::{CaFileError, CertificateProblem, ProxyProblem, Stage};
pub use proxy::{ProxyVariables, Route};
pub use retry::{Decision, History, Tried};
pub use wire::Pace;

use crate::signing::SignedRequest;

/// What sends a request and brings its answer: a [`Client`], or answers held in memory in a test.
pub trait Transport {
    /// Sends the request once, as it stands, with `headers` after its own.
    ///
    /// # Errors
    /// [`SendError`] if no complete status line and headers came back; it knows whether the request may have left.
    fn send(&self, request: &SignedRequest, headers: &[(&str, &str)]) -> Result<Response, SendError>;
}

/// An answer: any status, the headers, and the body still to be read.
pub struct Response {
    /// The HTTP status; 3xx, 4xx and 5xx are answers as well.
    pub status: u16,
    /// The headers, without those of a gzip encoding that was undone.
    pub headers: Headers,
    /// From the first byte of the request to the end of the headers; connecting and TLS are not in it.
    pub elapsed: Duration,
    /// The body, gzip undone. Its errors carry a [`BodyError`].
    pub body: Box<dyn Read + Send>,
}

impl Response {
    /// An answer held in memory, as a test or the practice exchange has it.
    pub fn new(status: u16, headers: Headers, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers, elapsed: Duration::ZERO, body: Box::new(Cursor::new(body.into())) }
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
