use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::AutoHeaderValue;
use ureq::http::Uri;
use ureq::{Agent, RequestBuilder};

use super::adapter::{NoLookUp, OneConnection};
use super::body::Body;
use super::connect::{Dialer, Opened};
use super::origin::Origin;
use super::tls::Tls;
use super::wire::{Failure, Pace, Watch};
use super::{ProxyVariables, Response, SendError, Transport};
use crate::catalogue::Method;
use crate::signing::{API_KEY_HEADER, SignedRequest};

pub(super) const USER_AGENT: &str = concat!("bnq/", env!("CARGO_PKG_VERSION"));

/// The most that is waited for anything; keeps sums of times in range.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

const LONGEST_HEADERS: usize = 64 * 1024;

/// A connection that waited longer is not used again: servers close those that are idle, and a request that meets the close
/// is lost. Shorter than the idle time of any common server.
const LONGEST_IDLE: Duration = Duration::from_secs(3);

/// How a [`Client`] connects and how long it waits.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// For connecting, proxy and TLS together, and again for sending, status line and headers together. At most a day.
    pub timeout: Duration,
    /// PEM certificates trusted besides the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// The proxy variables.
    pub proxies: ProxyVariables,
    /// The slowest body that is waited for.
    pub pace: Pace,
    /// The longest body, decoded, in bytes.
    pub longest_body: u64,
    /// Set before the first byte of a request is written; for who has to know from outside, such as a signal handler.
    pub begun: Arc<AtomicBool>,
    /// Whether the connection is kept for the next request, once its answer has been read to the end.
    pub keep_alive: bool,
}

impl Default for ClientOptions {
    /// 10 s, no further certificates, no proxy, 1 KiB a second over 10 s, 1 GiB.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            ca_file: None,
            proxies: ProxyVariables::default(),
            pace: Pace::default(),
            longest_body: 1 << 30,
            begun: Arc::default(),
            keep_alive: false,
        }
    }
}

/// Sends requests over the network, each at most once. Each has a connection of its own, or follows others on a kept one.
pub struct Client {
    options: ClientOptions,
    tls: Tls,
    /// Those that wait for the next request, one for each base URL.
    kept: Mutex<Vec<Link>>,
}

impl Client {
    /// Takes the options. Nothing is read or connected yet.
    pub fn new(mut options: ClientOptions) -> Self {
        options.timeout = options.timeout.min(LONGEST_TIMEOUT);
        let tls = Tls::new(options.ca_file.clone());
        Self { options, tls, kept: Mutex::default() }
    }

    pub(super) fn proxies(&self) -> &ProxyVariables {
        &self.options.proxies
    }

    pub(super) fn timeout(&self) -> Duration {
        self.options.timeout
    }

    pub(super) fn tls(&self) -> &Tls {
        &self.tls
    }

    fn exchange(
        &self,
        request: &SignedRequest,
        headers: &[(&str, &str)],
        uri: &Uri,
        link: &Link,
    ) -> Result<Response, SendError> {
        self.options.begun.store(true, Ordering::SeqCst);
        let answer =
            call(request, headers, uri, &link.agent).map_err(|e| link.judge(e, self.options.timeout))?;
        let elapsed = link.watch.first_write().map_or(Duration::ZERO, |began| began.elapsed());
        link.watch.set_pace(self.options.pace);
        let (head, body) = answer.into_parts();
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let body = Body {
            reader: body.into_with_config().limit(u64::MAX).reader(),
            watch: link.watch.clone(),
            host: link.host.clone(),
            pace: self.options.pace,
            limit: self.options.longest_body,
            read: 0,
            failed: None,
        };
        Ok(Response { status: head.status.as_u16(), headers, elapsed, body: Box::new(body) })
    }
}

impl Client {
    fn take_kept(&self, base_url: &str) -> Option<Link> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|link| link.base_url == base_url)?;
        Some(kept.swap_remove(at))
    }

    fn keep(&self, link: Link) {
        if self.options.keep_alive {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(link);
        }
    }
}

impl Transport for Client {
    fn send(&self, request: &SignedRequest, headers: &[(&str, &str)]) -> Result<Response, SendError> {
        let timeout = self.options.timeout;
        if let Some(link) = self.take_kept(&request.base_url) {
            let uri = uri(link.tls, &link.host, &request.target())?;
            link.watch.renew(Instant::now() + timeout);
            let result = self.exchange(request, headers, &uri, &link);
            // A connection that is lost before a byte is written may be replaced.
            if link.watch.first_write().is_some() {
                return result.inspect(|_| self.keep(link));
            }
        }
        let origin = Origin::parse(&request.base_url)?;
        let host = origin.to_string();
        let uri = uri(origin.tls, &host, &request.target())?;
        let proxy = self.options.proxies.proxy_for(&origin)?;
        let dialer = Dialer {
            origin: &origin,
            proxy: proxy.as_ref(),
            tls: &self.tls,
            timeout,
            deadline: Instant::now() + timeout,
        };
        let Opened { stream, watch, .. } = dialer.open()?;
        watch.set_deadline(Instant::now() + timeout);
        let agent = Agent::with_parts(
            Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .proxy(None)
                .max_idle_connections(usize::from(self.options.keep_alive))
                .max_idle_age(LONGEST_IDLE)
                .max_response_header_size(LONGEST_HEADERS)
                .user_agent(USER_AGENT)
                .accept_encoding(accepted(&origin))
                .timeout_await_100(None)
                .build(),
            OneConnection::new(stream, watch.clone(), origin.tls, self.options.keep_alive),
            NoLookUp,
        );
        let link = Link { base_url: request.base_url.clone(), host, tls: origin.tls, watch, agent };
        self.exchange(request, headers, &uri, &link).inspect(|_| self.keep(link))
    }
}

/// One connection and where it leads.
struct Link {
    base_url: String,
    host: String,
    tls: bool,
    watch: Watch,
    agent: Agent,
}

impl Link {
    /// What a failure of ureq was, told by what the connection saw.
    fn judge(&self, error: ureq::Error, after: Duration) -> SendError {
        let host = self.host.clone();
        if self.watch.first_write().is_none() {
            return SendError::Request { host, detail: error.to_string() };
        }
        let began = self.watch.answer_began();
        match (self.watch.failure(), error) {
            (Some(Failure::TimedOut), _) => SendError::NoAnswer { host, after },
            (Some(Failure::CutOff), _) => SendError::Closed { host, began },
            (Some(Failure::Broken(kind)), ureq::Error::Io(source)) if source.kind() == kind => {
                SendError::Broken { host, source }
            }
            (Some(Failure::Broken(kind)), _) => SendError::Broken { host, source: kind.into() },
            (None, ureq::Error::LargeResponseHeader(..)) => SendError::HeadersTooLarge { host },
            (None, ureq::Error::Io(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                SendError::Closed { host, began }
            }
            (None, other) => SendError::Malformed { host, detail: other.to_string() },
        }
    }
}

/// Which compression is asked for. On this machine it would cost both sides more time than the bytes do.
fn accepted(origin: &Origin) -> AutoHeaderValue {
    if origin.is_loopback() { AutoHeaderValue::None } else { AutoHeaderValue::Default }
}

/// The URL whose request line carries `target` byte for byte.
fn uri(tls: bool, host: &str, target: &str) -> Result<Uri, SendError> {
    let refuse = |reason| SendError::Target { host: host.to_owned(), reason };
    if !target.starts_with('/') {
        return Err(refuse("does not begin with /"));
    }
    if !target.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Err(refuse("holds a character that has to be percent-encoded"));
    }
    let uri = Uri::builder()
        .scheme(if tls { "https" } else { "http" })
        .authority(host)
        .path_and_query(target)
        .build()
        .map_err(|_| refuse("is longer than 64 KiB or holds a character that has to be percent-encoded"))?;
    if uri.path_and_query().is_none_or(|written| written.as_str() != target) {
        return Err(refuse("would be changed on the way"));
    }
    Ok(uri)
}

fn call(
    request: &SignedRequest,
    headers: &[(&str, &str)],
    uri: &Uri,
    agent: &Agent,
) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let body = request.body.as_bytes();
    match request.method {
        Method::Get | Method::Delete => {
            let bare = if request.method == Method::Get { agent.get(uri) } else { agent.delete(uri) };
            let bare = with_headers(bare, request, headers);
            if body.is_empty() { bare.call() } else { bare.force_send_body().send(body) }
        }
        // Here an empty body is still announced, with a length of 0. Source: RFC 9110, 8.6.
        Method::Post => with_headers(agent.post(uri), request, headers).send(body),
        Method::Put => with_headers(agent.put(uri), request, headers).send(body),
    }
}

fn with_headers<B>(
    mut builder: RequestBuilder<B>,
    request: &SignedRequest,
    headers: &[(&str, &str)],
) -> RequestBuilder<B> {
    // Names are case-insensitive, but not every server in front of an exchange or beside it knows.
    if let Some(key) = &request.api_key {
        builder = builder.header_raw(API_KEY_HEADER, key.expose().as_bytes());
    }
    if !request.body.is_empty() {
        builder = builder.header_raw("Content-Type", b"application/x-www-form-urlencoded");
    }
    headers.iter().fold(builder, |builder, (name, value)| builder.header_raw(name, value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_asked_for_where_the_bytes_have_a_way_to_go() {
        let cases = [
            ("https://api.binance.com", true),
            ("https://127.0.0.1.example.com", true),
            ("https://localhost:8443", false),
            ("http://127.0.0.1:8090", false),
            ("http://[::1]", false),
        ];
        for (url, asked) in cases {
            let header = accepted(&Origin::parse(url).unwrap());
            assert_eq!(matches!(header, AutoHeaderValue::Default), asked, "{url}");
        }
    }
}
