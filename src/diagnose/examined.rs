use std::cell::OnceCell;
use std::collections::HashSet;

use super::key_header;
use super::search::Parts;
use super::verify::{Gate, KnownKey};
use super::{ReceivedRequest, received};
use crate::catalogue::{Endpoint, ListStyle, Parameter};
use crate::signing::RecvWindow;

/// A request with what the checks look at again and again.
///
/// The gate looks at it once. The diagnosis mends what it has named and goes on, so that it finds what comes after.
pub(super) struct Examined<'a> {
    pub(super) request: &'a ReceivedRequest,
    pub(super) gate: &'a Gate<'a>,
    pub(super) endpoint: &'static Endpoint,
    /// The key in its header, if it is well formed.
    pub(super) key_text: Option<String>,
    pub(super) key: Option<KnownKey>,
    /// Names and values that count: the query's before the body's.
    pub(super) parameters: Vec<(String, String)>,
    /// Names that arrived more than once in the query, then those that did so in the body.
    pub(super) repeated: Vec<String>,
    /// What the signature is verified against, taken apart where that was needed.
    parts: OnceCell<Parts>,
    /// Names about which all has been said.
    settled: HashSet<String>,
    /// Whether a key came that is none of the account's, nor its secret.
    pub(super) unknown_key: bool,
    /// Whether the parameters arrived as JSON.
    pub(super) json: bool,
    /// Whether so much is missing that what else is missing says nothing.
    pub(super) waived: bool,
}

impl<'a> Examined<'a> {
    pub(super) fn new(request: &'a ReceivedRequest, gate: &'a Gate<'a>, endpoint: &'static Endpoint) -> Self {
        let key_text = key_header::well_formed(request).map(str::to_owned);
        let key = key_text.as_deref().and_then(|k| (gate.key)(k));
        let mut parameters = request.query_parameters();
        let mut repeated = repeats(&parameters);
        if !request.form_body().is_empty() {
            let mut names: HashSet<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
            let body = request.body_parameters();
            repeated.extend(repeats(&body));
            parameters.extend(body.into_iter().filter(|(name, _)| names.insert(name.clone())));
        }
        Self {
            request,
            gate,
            endpoint,
            key_text,
            key,
            parameters,
            repeated,
            parts: OnceCell::new(),
            settled: HashSet::new(),
            unknown_key: false,
            json: false,
            waived: false,
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(super) fn sent(&self, name: &str) -> bool {
        self.value(name).is_some_and(|v| !v.is_empty())
    }

    /// Whether a parameter was sent in its own way: some lists are written `name[0]=…&name[1]=…`. One about which all has been
    /// said counts as sent.
    pub(super) fn given(&self, name: &str) -> bool {
        let indexed = || self.endpoint.parameter(name).is_some_and(is_indexed);
        let items = || self.parameters.iter().any(|(n, v)| base_name(n) == name && !v.is_empty());
        self.sent(name) || self.is_settled(name) || (indexed() && items())
    }

    /// The timestamp in microseconds.
    pub(super) fn timestamp_us(&self) -> i64 {
        let text = self.value("timestamp").unwrap_or_default();
        received::timestamp_us(text).unwrap_or(i64::MAX)
    }

    /// `recvWindow` as sent, or what counts without it. An earlier check has refused one that is malformed.
    pub(super) fn recv_window(&self) -> &str {
        self.value("recvWindow").filter(|v| !v.is_empty()).unwrap_or(RecvWindow::DEFAULT)
    }

    pub(super) fn recv_window_us(&self) -> i64 {
        self.recv_window().parse().map_or(LONGEST_WINDOW_US, |window: RecvWindow| window.as_micros())
    }

    /// Whether the signature is right for what was sent; `None` where there is none, or no key to test it with.
    pub(super) fn signature_is_right(&self) -> Option<bool> {
        let key = self.key.as_ref().filter(|_| self.endpoint.signed())?;
        let signature = self.value("signature").filter(|s| !s.is_empty())?;
        Some(key.verifying.verify(&self.payload(), signature))
    }

    /// The bytes that the signature is verified against.
    pub(super) fn payload(&self) -> Vec<u8> {
        self.parts.get().map_or_else(|| self.request.payload(), Parts::payload)
    }

    /// The same, taken apart.
    pub(super) fn parts(&self) -> &Parts {
        self.parts.get_or_init(|| Parts::new(&self.request.query, self.request.form_body()))
    }

    /// Has the signature verified against something else from now on.
    pub(super) fn set_parts(&mut self, parts: Parts) {
        self.parts = OnceCell::from(parts);
    }

    /// Whether all has been said about a parameter or header.
    pub(super) fn is_settled(&self, name: &str) -> bool {
        self.settled.contains(name)
    }

    /// Says that all has been said about it.
    pub(super) fn settle(&mut self, name: &str) {
        self.settled.insert(name.to_owned());
    }

    /// Puts a value in place of another.
    pub(super) fn mend(&mut self, name: &str, value: &str) {
        match self.parameters.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// The names that stood before already, as often as they did.
fn repeats(parameters: &[(String, String)]) -> Vec<String> {
    let mut seen = HashSet::new();
    parameters.iter().map(|(name, _)| name).filter(|name| !seen.insert(*name)).cloned().collect()
}

/// The longest window there is: one that is longer or malformed has been refused as such.
const LONGEST_WINDOW_US: i64 = 60_000_000;

pub(super) fn is_indexed(parameter: &Parameter) -> bool {
    parameter.list() == Some(ListStyle::Indexed)
}

/// `orderArgs` for `orderArgs[0]`.
pub(super) fn base_name(name: &str) -> &str {
    name.split_once('[').map_or(name, |(base, _)| base)
}
