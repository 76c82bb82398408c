use std::fmt;

use percent_encoding::percent_decode_str;

use super::SendError;
use super::origin::{Origin, with_port};

/// The proxy variables, as `cli` read them. Values may hold passwords and are not shown.
#[derive(Clone, Default)]
pub struct ProxyVariables {
    https: Option<Variable>,
    all: Option<Variable>,
    none: Option<Variable>,
}

#[derive(Clone)]
struct Variable {
    name: &'static str,
    value: String,
}

impl ProxyVariables {
    /// Asks `look_up` for each variable; the lower-case name goes first, as in curl, and an empty value is none.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| {
                let value = look_up(name)?.trim().to_owned();
                (!value.is_empty()).then_some(Variable { name, value })
            })
        };
        Self {
            https: first(["https_proxy", "HTTPS_PROXY"]),
            all: first(["all_proxy", "ALL_PROXY"]),
            none: first(["no_proxy", "NO_PROXY"]),
        }
    }

    /// The proxy to go through, if any. This machine is never reached through one.
    pub(super) fn proxy_for(&self, origin: &Origin) -> Result<Option<Proxy>, SendError> {
        if origin.is_loopback() || self.exclusion(origin).is_some() {
            return Ok(None);
        }
        let Some(variable) = self.named() else { return Ok(None) };
        Proxy::parse(&variable.value).map(Some).map_err(|reason| SendError::ProxyVariable {
            host: origin.to_string(),
            variable: variable.name.to_owned(),
            reason,
        })
    }
}

impl ProxyVariables {
    /// The variable that names a proxy, whether or not it is used for a host.
    fn named(&self) -> Option<&Variable> {
        self.https.as_ref().or(self.all.as_ref())
    }

    /// The variable that keeps the host from being reached through a proxy.
    fn exclusion(&self, origin: &Origin) -> Option<&Variable> {
        self.none.as_ref().filter(|list| excludes(&list.value, origin))
    }

    /// What the variables mean for a host.
    pub(super) fn route(&self, origin: &Origin) -> Result<Route, SendError> {
        let Some(variable) = self.named() else { return Ok(Route::Direct) };
        if origin.is_loopback() {
            return Ok(Route::ThisMachine { ignored: variable.name });
        }
        if let Some(list) = self.exclusion(origin) {
            return Ok(Route::Excluded { by: list.name, ignored: variable.name });
        }
        let proxy = self.proxy_for(origin)?;
        Ok(proxy.map_or(Route::Direct, |proxy| Route::Proxy {
            variable: variable.name,
            with_credentials: proxy.credentials.is_some(),
            address: proxy.to_string(),
            host: proxy.host,
        }))
    }
}

/// How a host is reached, and which variable says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// No variable names a proxy.
    Direct,
    /// The host is this machine, which is never reached through a proxy.
    ThisMachine {
        /// The variable that names one.
        ignored: &'static str,
    },
    /// A list excludes the host.
    Excluded {
        /// The variable with the list.
        by: &'static str,
        /// The variable that names a proxy.
        ignored: &'static str,
    },
    /// Through a proxy.
    Proxy {
        /// The variable that names it.
        variable: &'static str,
        /// Its host.
        host: String,
        /// Its host and port, without user and password.
        address: String,
        /// Whether a user name is sent to it.
        with_credentials: bool,
    },
}

impl fmt::Debug for ProxyVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = [&self.https, &self.all, &self.none];
        f.debug_list().entries(set.into_iter().flatten().map(|variable| variable.name)).finish()
    }
}

/// Whether a `NO_PROXY` list names the host: `*`, a name, a domain with or without `.` or `*.` before it, each with or
/// without a port.
fn excludes(list: &str, origin: &Origin) -> bool {
    list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).any(|entry| entry_matches(entry, origin))
}

fn entry_matches(entry: &str, origin: &Origin) -> bool {
    if entry == "*" {
        return true;
    }
    let (name, port) = split_port(entry);
    if port.is_some_and(|port| port.parse() != Ok(origin.port)) {
        return false;
    }
    let name =
        name.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
    let host = origin.host.trim_end_matches('.');
    !name.is_empty()
        && host.strip_suffix(&name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Host and port of `host:port`, `[v6]:port`, `host` or a bare IPv6 address.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

/// How the proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProxyKind {
    /// CONNECT over plain HTTP.
    Http,
    /// CONNECT over TLS.
    Https,
    /// SOCKS 5, the name looked up here.
    Socks5,
    /// SOCKS 5, the name looked up by the proxy.
    Socks5h,
}

/// A proxy to go through.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) kind: ProxyKind,
    pub(super) host: String,
    pub(super) port: u16,
    /// User and password, decoded.
    pub(super) credentials: Option<(Vec<u8>, Vec<u8>)>,
}

impl Proxy {
    /// Reads `[scheme://][user[:password]@]host[:port][/]`. Without a scheme it is http, as in curl.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let (kind, usual_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" => (ProxyKind::Socks5, 1080),
            "socks5h" => (ProxyKind::Socks5h, 1080),
            _ => return Err("has an unknown scheme; it can be http, https, socks5 or socks5h"),
        };
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, rest),
        };
        let address = address.strip_suffix('/').unwrap_or(address);
        let (host, port) = split_port(address);
        if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:".contains(&b)) {
            return Err("names no usable host; it is [scheme://][user:password@]host[:port]");
        }
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or("has no usable port")?,
            None => usual_port,
        };
        let credentials = credentials.map(|text| {
            let (user, password) = text.split_once(':').unwrap_or((text, ""));
            (percent_decode_str(user).collect(), percent_decode_str(password).collect())
        });
        Ok(Self { kind, host: host.to_ascii_lowercase(), port, credentials })
    }
}

impl fmt::Display for Proxy {
    /// Host and port, never the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_port(&self.host, self.port))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {self}", self.kind)
    }
}

#[cfg(test)]
#[path = "tests/proxy.rs"]
mod tests;
