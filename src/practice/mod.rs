//! The practice exchange: a real HTTP server on loopback with an account behind it.
//!
//! Three parts, each of which knows nothing of the one before it: [`Server`] speaks HTTP, [`Exchange`] puts the gate of
//! [`crate::diagnose`] before the engine and keeps the request weights, and the engine plays: one account, and a market
//! that begins where the clock stands and goes on by the minute. The same requests at the same times have the same answers. Of
//! the groups that it does not play, every endpoint answers with an example.
//!
//! For browsers there is a page on `/`, which is no part of the exchange.
//!
//! A request is judged by the bytes that arrived. hyper refuses some of them in a request target (`"`, `#`, `<`, `\`,
//! bytes that are no UTF-8, ...), which the exchange reads; the module `wire` carries those past it.

mod account;
mod amount;
mod engine;
mod escape;
mod examples;
mod exchange;
mod faults;
mod futures;
mod http;
mod keys;
mod limits;
mod log;
mod margin;
mod origin;
mod page;
mod spot;
mod state;
mod wallet;
mod wire;

pub use account::{Account, AccountError, AccountProblem};
pub use exchange::{Clock, Exchange, Setup};
pub use faults::{Faults, Row as FaultRow, Rule as FaultRule, RuleError, Token, table as fault_table};
pub use http::Server;
pub use keys::{API_KEY, ED25519_API_KEY, RSA_API_KEY, own_keys, secret_key};
pub use limits::Limits;
pub use log::Entry;
pub use state::{StateError, StateProblem};

#[cfg(test)]
mod tests;
