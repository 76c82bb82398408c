use std::net::IpAddr;

use super::{Accepted, ReceivedRequest, Refusal, Verdict};
use crate::catalogue;
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

/// Judges a request.
pub fn verify(request: &ReceivedRequest, _gate: &Gate<'_>) -> Verdict {
    match catalogue::at_path(&request.path).find(|e| e.method().as_str() == request.method) {
        Some(endpoint) => Verdict::Accepted(Accepted { endpoint, parameters: request.query_parameters(), api_key: None }),
        None => Verdict::Refused(Refusal {
            status: 404,
            code: None,
            message: String::new(),
            mistake: None,
            cause: "no endpoint has this path".to_owned(),
            fix: "compare the path with the documentation".to_owned(),
        }),
    }
}
