//! Where a request went: scheme, host, path and method.

use super::finding::{Certainty, Finding};
use super::{Case, Scheme, verify};
use crate::catalogue::{self, Endpoint, Environment, HostUse};
use crate::config::BaseUrl;

/// What is wrong with the address, and the endpoint that was meant.
pub(super) struct Address {
    pub(super) findings: Vec<Finding>,
    pub(super) endpoint: Option<&'static Endpoint>,
    /// Whether the endpoint was guessed: what it takes then says nothing about the request.
    pub(super) guessed: bool,
}

pub(super) fn examine(case: &Case<'_>) -> Address {
    let mut findings: Vec<Finding> = [plain_http(case), wrong_host(case)].into_iter().flatten().collect();
    if let Some(endpoint) = verify::endpoint_of(case.request) {
        return Address { findings, endpoint: Some(endpoint), guessed: false };
    }
    let (finding, endpoint) = unrouted(case);
    findings.push(finding);
    Address { findings, endpoint, guessed: true }
}

fn is_loopback(host: &str) -> bool {
    BaseUrl::parse(&format!("http://{host}")).is_ok_and(|url| url.is_loopback())
}

fn plain_http(case: &Case<'_>) -> Option<Finding> {
    let host = case.host.filter(|host| case.scheme == Some(Scheme::Http) && !is_loopback(host))?;
    Some(Finding::new("plain-http", Certainty::Proven, &[("host", host)]).seen(format!("http://{host}")))
}

/// The host of the exchange, without its port where that is the usual one.
fn exchange_host<'a>(case: &Case<'a>) -> Option<&'a str> {
    let host = case.host?;
    let name = host.rsplit_once(':').filter(|(_, port)| matches!(*port, "443" | "80"));
    Some(name.map_or(host, |(name, _)| name))
}

fn wrong_host(case: &Case<'_>) -> Option<Finding> {
    let (host, path) = (exchange_host(case)?, case.request.path.as_str());
    let group = verify::endpoint_of(case.request).map(Endpoint::group);
    let known = catalogue::at_path(path).next().is_some();
    let at = |environment| catalogue::base_url(environment, group, path);
    match catalogue::at_host(host, path) {
        Some((environment, true)) => {
            let keyed = verify::endpoint_of(case.request).is_some_and(|e| e.security().needs_key());
            let public = catalogue::hosts().iter().any(|h| {
                h.purpose() == HostUse::MarketData && h.url().trim_start_matches("https://") == host
            });
            let expected = at(environment).filter(|_| keyed && public)?;
            let values = [("host", host), ("path", path), ("expected", expected)];
            Some(Finding::new("wrong-host", Certainty::Proven, &values).seen(format!("{host}{path}")))
        }
        Some((environment, false)) => {
            let expected = at(environment).or_else(|| at(Environment::Live)).filter(|_| known)?;
            let values = [("host", host), ("path", path), ("expected", expected)];
            Some(Finding::new("wrong-host", Certainty::Proven, &values).seen(format!("{host}{path}")))
        }
        // A slip in the name of one of the exchange's hosts.
        None => {
            let meant = at(case.environment.unwrap_or(Environment::Live)).filter(|_| known)?;
            let near = |h: &catalogue::Host| {
                let known = h.url().trim_start_matches("https://");
                strsim::levenshtein(known, &host.to_ascii_lowercase()) <= MOST_SLIPS
            };
            let same = |h: &catalogue::Host| domain(h.url()) == domain(host);
            let likely =
                catalogue::hosts().iter().any(|h| near(h) || same(h)) && !host.ends_with(OTHER_COMPANY);
            let values = [("host", host), ("path", path), ("expected", meant)];
            likely
                .then(|| Finding::new("wrong-host", Certainty::Likely, &values).seen(format!("{host}{path}")))
        }
    }
}

/// The environment of the host, where the key belongs to another.
pub(super) fn elsewhere(case: &Case<'_>) -> Option<(Environment, Environment)> {
    let own = case.environment?;
    let (environment, _) = catalogue::at_host(exchange_host(case)?, &case.request.path)?;
    (environment != own).then_some((environment, own))
}

/// No endpoint has this path and method.
fn unrouted(case: &Case<'_>) -> (Finding, Option<&'static Endpoint>) {
    let (method, path) = (case.request.method.as_str(), case.request.path.as_str());
    let others: Vec<&'static Endpoint> = catalogue::at_path(path).collect();
    if let Some(other) = others.first() {
        let methods: Vec<&str> = others.iter().map(|e| e.method().as_str()).collect();
        let expected = methods.join(" or ");
        let values = [("path", path), ("method", method), ("expected", &expected)];
        let finding = Finding::new("wrong-method", Certainty::Proven, &values);
        return (finding.seen(format!("{method} {path}")), Some(other));
    }
    if let Some(removed) = catalogue::removed(path) {
        let date = removed.since().map(|day| format!(" on {day}")).unwrap_or_default();
        let values = [("path", path), ("date", &date), ("expected", removed.instead())];
        let finding = Finding::new("endpoint-removed", Certainty::Proven, &values);
        return (finding.seen(format!("{method} {path}")), None);
    }
    let meant = likely_path(path);
    let expected = match meant {
        Some(endpoint) => format!("send it to {}, if that is meant", endpoint.path()),
        None => "compare the path with the documentation; `bnq endpoints` searches the known ones".to_owned(),
    };
    let values = [("path", path), ("expected", expected.as_str())];
    let finding = Finding::new("path-unknown", Certainty::Likely, &values);
    let same = meant.and_then(|e| catalogue::at_path(e.path()).find(|e| e.method().as_str() == method));
    (finding.seen(format!("{method} {path}")), same.or(meant))
}

/// The endpoint whose path differs in letter case, slashes, a version or a slip.
fn likely_path(path: &str) -> Option<&'static Endpoint> {
    let plain = |path: &str| {
        let parts = path.split('/').filter(|p| !p.is_empty());
        let versioned = |p: &&str| !(p.len() == 2 && p.starts_with(['v', 'V']));
        parts.filter(versioned).map(str::to_lowercase).collect::<Vec<_>>().join("/")
    };
    let wanted = plain(path);
    let same = catalogue::endpoints().iter().find(|e| plain(e.path()) == wanted);
    same.or_else(|| {
        let slips = catalogue::endpoints().iter().map(|e| (strsim::levenshtein(e.path(), path), e));
        slips
            .filter(|(distance, _)| *distance <= MOST_SLIPS)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, e)| e)
    })
}

/// The last two labels of a host's name.
fn domain(host: &str) -> String {
    let name = host.rsplit_once("//").map_or(host, |(_, name)| name).to_ascii_lowercase();
    let mut labels = name.rsplit('.');
    let last = labels.next().unwrap_or_default();
    labels.next().map_or_else(String::new, |label| format!("{label}.{last}"))
}

/// The exchange's company for the United States, which is another exchange.
const OTHER_COMPANY: &str = "binance.us";

/// How many letters may be wrong in a host or path for it to read as a slip of another.
const MOST_SLIPS: usize = 3;
