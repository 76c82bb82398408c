//! The practice exchange: a real HTTP server on loopback with an account behind it.
//!
//! Three parts, each of which knows nothing of the one before it: [`Server`] speaks HTTP, [`Exchange`] puts the gate of
//! [`crate::diagnose`] before the engine and keeps the request weights, and the engine answers from one account and a
//! market that stands still at 2026-03-01T00:00:00Z, so that every answer but the time is the same each time. Of the groups
//! that it does not play, every endpoint answers with an example.
//!
//! A request is judged by the bytes that arrived. hyper refuses some of them in a request target (`"`, `#`, `<`, `\`,
//! bytes that are no UTF-8, ...), which the exchange reads; the module `wire` carries those past it.

mod amount;
mod engine;
mod escape;
mod examples;
mod exchange;
mod futures;
mod http;
mod keys;
mod log;
mod margin;
mod origin;
mod spot;
mod wallet;
mod wire;

pub use exchange::{Clock, Exchange};
pub use http::Server;
pub use keys::{API_KEY, ED25519_API_KEY, RSA_API_KEY, own_keys, secret_key};
pub use log::Entry;

#[cfg(test)]
mod tests;
