use std::borrow::Cow;

use crate::diagnose::ReceivedRequest;

use super::exchange::Reason;

/// The names under which this machine reaches itself.
const OWN_HOSTS: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// A request that the exchange does not get to see: the status it is answered with, and why.
pub(super) struct Foreign {
    pub(super) status: u16,
    pub(super) reason: Reason,
}

/// Keeps web pages out: one that has its own name resolve to this machine sends that name as `Host`, any other sends its
/// `Origin`. `authority` is the host of a request line that names one.
pub(super) fn check(request: &ReceivedRequest, authority: Option<&str>, port: u16) -> Result<(), Foreign> {
    let values = |name: &'static str| {
        let named = request.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        named.map(|(_, v)| String::from_utf8_lossy(v))
    };
    if let Some(other) = values("Host").chain(authority.map(Cow::from)).find(|h| !is_own_host(h)) {
        let cause = format!("the request is for the host `{other}`");
        return Err(foreign(421, cause, "address it to 127.0.0.1, localhost or [::1]"));
    }
    if values("Host").count() > 1 {
        return Err(foreign(400, "there is more than one header `Host`".to_owned(), "send one"));
    }
    if let Some(other) = values("Origin").find(|o| !is_own_origin(o, port)) {
        let cause = format!("the request comes from a web page, of `{other}`");
        return Err(foreign(403, cause, "send it from a program; no web page may reach this server"));
    }
    Ok(())
}

/// Refuses a request before the exchange sees it.
pub(super) fn foreign(status: u16, cause: String, fix: &str) -> Foreign {
    Foreign { status, reason: Reason { cause, fix: fix.to_owned(), ..Reason::default() } }
}

fn is_own_host(host: &str) -> bool {
    OWN_HOSTS.iter().any(|own| {
        let port =
            host.get(..own.len()).filter(|h| h.eq_ignore_ascii_case(own)).and_then(|_| host.get(own.len()..));
        port.is_some_and(|p| {
            p.is_empty() || p.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()))
        })
    })
}

fn is_own_origin(origin: &str, port: u16) -> bool {
    let own_port = |host: &str| match host.strip_suffix(&format!(":{port}")) {
        Some(host) => OWN_HOSTS.contains(&host),
        None => port == 80 && OWN_HOSTS.contains(&host),
    };
    origin.strip_prefix("http://").is_some_and(own_port)
}
