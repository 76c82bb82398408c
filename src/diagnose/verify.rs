use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr};

use super::checks::{PARAMETER_CHECKS, SIGNING_CHECKS};
use super::examined::Examined;
use super::{Accepted, ReceivedRequest, Refusal, Verdict, time};
use crate::catalogue::{self, Endpoint, Permissions};
use crate::signing::VerifyingKey;

/// What the exchange knows when it judges a request.
pub struct Gate<'a> {
    /// The exchange's clock, in microseconds since the epoch.
    pub now_us: i64,
    /// Looks an API key up.
    pub key: &'a dyn Fn(&str) -> Option<KnownKey>,
    /// Whether a key that is not found is no key of the account; false where nothing is known of the account.
    pub knows_keys: bool,
    /// Whether a symbol is traded where an endpoint's group trades.
    pub symbol: &'a dyn Fn(&Endpoint, &str) -> bool,
    /// Where the request came from.
    pub peer: IpAddr,
}

/// An API key of the account.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// What its signatures are checked with.
    pub verifying: VerifyingKey,
    /// What it may be used for.
    pub permissions: Permissions,
    /// The addresses it may be used from; empty for any.
    pub addresses: Vec<IpAddr>,
}

/// Judges a request: the first check that it fails decides the answer.
pub fn verify(request: &ReceivedRequest, gate: &Gate<'_>) -> Verdict {
    match judge(request, gate) {
        Ok(accepted) => Verdict::Accepted(accepted),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

fn judge(request: &ReceivedRequest, gate: &Gate<'_>) -> Result<Accepted, Refusal> {
    let endpoint = endpoint_of(request).ok_or_else(|| unrouted(request, gate.now_us))?;
    let examined = Examined::new(request, gate, endpoint);
    for check in SIGNING_CHECKS.iter().chain(PARAMETER_CHECKS) {
        check(&examined)?;
    }
    let api_key = examined.key_text.filter(|_| endpoint.security().needs_key());
    Ok(Accepted { endpoint, parameters: examined.parameters, api_key })
}

/// Holds the parameters of one part of a request, such as an order of a batch, to an endpoint, as the gate holds those of a
/// request of its own after the signature. `symbol` tells whether one is traded where the endpoint's group trades.
///
/// # Errors
/// The first check that they fail.
pub fn verify_part(
    endpoint: &'static Endpoint,
    parameters: &[(String, String)],
    symbol: &dyn Fn(&Endpoint, &str) -> bool,
) -> Result<(), Refusal> {
    let gate =
        Gate { now_us: 0, key: &|_| None, knows_keys: false, symbol, peer: IpAddr::V4(Ipv4Addr::LOCALHOST) };
    let request = ReceivedRequest {
        method: endpoint.method().as_str().to_owned(),
        path: endpoint.path().to_owned(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let mut examined = Examined::new(&request, &gate, endpoint);
    examined.parameters = parameters.to_vec();
    PARAMETER_CHECKS.iter().try_for_each(|check| check(&examined))
}

/// The endpoint that a request is for. Where two groups share a path, their hosts would tell them apart; here it is the one
/// that takes more of the parameters sent, then the one that lacks fewer.
pub fn endpoint_of(request: &ReceivedRequest) -> Option<&'static Endpoint> {
    let mut fitting = catalogue::at_path(&request.path).filter(|e| e.method().as_str() == request.method);
    let first = fitting.next()?;
    let Some(second) = fitting.next() else { return Some(first) };
    let sent: Vec<_> = request.parameters().map(|(name, _)| name).collect();
    [first, second].into_iter().chain(fitting).max_by_key(|e| {
        let taken = sent.iter().filter(|name| e.parameter(name).is_some()).count();
        let lacking = e.parameters().filter(|p| p.required() && !sent.iter().any(|n| n == p.name())).count();
        (taken, Reverse(lacking))
    })
}

/// The path exists, with this method. Statuses and empty bodies are assumed.
fn unrouted(request: &ReceivedRequest, now_us: i64) -> Refusal {
    let expected = "compare the path with the documentation; `bnq endpoints` searches the known ones";
    let seen = [("path", request.path.as_str()), ("method", request.method.as_str()), ("expected", expected)];
    let methods: Vec<&str> = catalogue::at_path(&request.path).map(|e| e.method().as_str()).collect();
    if methods.is_empty() {
        let refusal = Refusal::new((404, None), "", "path-unknown", &seen);
        // The hosts behind /sapi answer with a document of their own.
        return if request.path.starts_with("/sapi/") {
            refusal.with_document(not_found(&request.path, now_us))
        } else {
            refusal
        };
    }
    let expected = methods.join(" or ");
    let [path, method, _] = seen;
    Refusal::new((405, None), "", "wrong-method", &[path, method, ("expected", &expected)])
}

/// The body of a 404 on a /sapi path; the form of its time and the message are assumed.
fn not_found(path: &str, now_us: i64) -> String {
    let time = time::iso(now_us.div_euclid(1000));
    // Text can always be written as JSON; a map would put the members into another order.
    let path = serde_json::Value::from(path);
    format!(
        r#"{{"timestamp":"{time}","status":404,"error":"Not Found","message":"No message available","path":{path}}}"#
    )
}
