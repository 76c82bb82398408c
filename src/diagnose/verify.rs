use std::net::IpAddr;

use super::checks::{CHECKS, Examined};
use super::{Accepted, ReceivedRequest, Refusal, Verdict};
use crate::catalogue::{self, Endpoint};
use crate::signing::VerifyingKey;

/// What the exchange knows when it judges a request.
pub struct Gate<'a> {
    /// The exchange's clock, in microseconds since the epoch.
    pub now_us: i64,
    /// Looks an API key up.
    pub key: &'a dyn Fn(&str) -> Option<KnownKey>,
    /// Whether a symbol is traded.
    pub symbol: &'a dyn Fn(&str) -> bool,
    /// Where the request came from.
    pub peer: IpAddr,
}

/// An API key of the account.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// What its signatures are checked with.
    pub verifying: VerifyingKey,
    /// Whether it may place orders.
    pub trades: bool,
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
    let endpoint = route(request)?;
    let examined = Examined::new(request, gate, endpoint);
    for check in CHECKS {
        check(&examined)?;
    }
    let api_key = examined.api_key().map(str::to_owned);
    Ok(Accepted { endpoint, parameters: examined.parameters, api_key })
}

/// The path exists, with this method. Status and empty body are assumed.
fn route(request: &ReceivedRequest) -> Result<&'static Endpoint, Refusal> {
    let at_path = || catalogue::at_path(&request.path);
    if let Some(endpoint) = at_path().find(|e| e.method().as_str() == request.method) {
        return Ok(endpoint);
    }
    let seen = [("path", request.path.as_str()), ("method", request.method.as_str())];
    let methods: Vec<&str> = at_path().map(|e| e.method().as_str()).collect();
    if methods.is_empty() {
        return Err(Refusal::new((404, None), "", "path-unknown", &seen));
    }
    let expected = methods.join(" or ");
    let [path, method] = seen;
    Err(Refusal::new((405, None), "", "wrong-method", &[path, method, ("expected", &expected)]))
}
