//! Spot: the market, the book, and everything that an account can do there.
//!
//! From below: [`symbol`] and [`tape`] are the market; a [`lane`] is one symbol at work; [`state`] holds all that changes and the
//! simple moves; [`matching`], [`place`], [`triggers`] and [`lists`] are what happens to orders. Above them are the endpoints:
//! each reads its parameters, makes one move, and writes the answer.

pub mod amend;
mod answers;
pub mod book;
pub mod cancels;
pub mod candles;
mod chosen;
mod filters;
pub mod history;
pub mod info;
pub mod lane;
pub mod ledger;
pub mod list_orders;
mod list_terms;
mod lists;
mod matching;
pub mod opening;
pub mod order;
pub mod orders;
pub mod past;
mod pegs;
pub mod place;
pub mod prevented;
pub mod quotes;
pub mod replace;
pub mod state;
pub mod symbol;
pub mod tape;
mod terms;
pub mod tickers;
mod triggers;

pub use candles::zone;
pub use opening::Opening;
pub use state::Spot;

/// What the paths of Spot begin with.
pub const PREFIX: &str = "/api/";
