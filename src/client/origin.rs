use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

use super::SendError;

/// Where a base URL points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) tls: bool,
    /// Lower case, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Origin {
    /// Reads `scheme://host[:port]` and nothing else. Plain HTTP is for this machine alone.
    pub(super) fn parse(base_url: &str) -> Result<Self, SendError> {
        let refuse = |reason| SendError::BaseUrl { url: without_credentials(base_url), reason };
        let uri: Uri = base_url.parse().map_err(|_| refuse("cannot be read"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refuse("has another scheme than https or http")),
        };
        let authority = uri.authority().ok_or_else(|| refuse("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refuse("holds credentials"));
        }
        if uri.path() != "/" || uri.query().is_some() || base_url.contains('#') {
            return Err(refuse("has something after host and port"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        // `authority.port()` takes a number that does not fit for none at all.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => default_port(tls),
            Some(rest) => rest
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port != 0)
                .ok_or_else(|| refuse("has no usable port"))?,
            None => return Err(refuse("cannot be read")),
        };
        if host.is_empty() {
            return Err(refuse("names no host"));
        }
        let origin = Self { tls, host, port };
        if !tls && !origin.is_loopback() {
            return Err(SendError::PlainHttp { host: origin.to_string() });
        }
        Ok(origin)
    }

    /// Whether it is this machine: 127.0.0.0/8, `[::1]` or `localhost`.
    pub(super) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Origin {
    /// Host, and port where it is not the usual one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = self.port == default_port(self.tls);
        f.write_str(&if usual { bracketed(&self.host) } else { with_port(&self.host, self.port) })
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub(super) fn with_port(host: &str, port: u16) -> String {
    format!("{}:{port}", bracketed(host))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

/// The URL as it may be shown: whatever stands before an `@` is left out.
fn without_credentials(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        _ => url.to_owned(),
    }
}
