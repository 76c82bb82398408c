//! What errors mean: look-up by code, name, message, status or mistake, and in text that holds any of them.
//!
//! The rows are written in `data/errors/` and `data/mistakes.toml` and turned into statics by `build.rs`.

mod clients;
mod entry;
mod find;
mod log;
mod own;
mod pattern;
mod product;
mod scan;

use crate::data::{Span, Text};
pub use clients::{Client, client_of, clients};
pub use entry::{Advice, Cause, ErrorEntry, Kind, MessageEntry, MistakeEntry, StatusEntry};
pub use find::{Found, What, find, nearest};
pub use log::{Log, Seen};
pub use own::{Own, own};
pub use product::Product;

include!(concat!(env!("OUT_DIR"), "/explain.rs"));

/// The meaning of `code` in the product that a group of endpoints belongs to, or what it means in Spot where that product
/// does not have it.
pub fn error(group: &str, code: i64) -> Option<&'static ErrorEntry> {
    Product::of_group(group).or_else(|| Product::all().first())?.error(code)
}

/// The entry of a message that says more than its code.
pub fn message(group: &str, code: i64, text: &str) -> Option<&'static MessageEntry> {
    let product = Product::of_group(group).or_else(|| Product::all().first())?;
    // PERCENT_PRICE begins PERCENT_PRICE_BY_SIDE: of two that fit, the longer one is meant.
    let longest = |file: &str| {
        MESSAGES
            .iter()
            .filter(|m| m.product() == file)
            .filter(|m| m.is(code, text))
            .max_by_key(|m| m.text().len())
    };
    product.chain().find_map(longest)
}

/// The meaning of an HTTP status; `None` for those that are no refusal.
pub fn status(status: u16) -> Option<&'static StatusEntry> {
    let exact = STATUSES.iter().find(|s| s.first == status && s.last == status);
    exact.or_else(|| STATUSES.iter().find(|s| (s.first..=s.last).contains(&status)))
}

/// Every known mistake, sorted by name.
pub fn mistakes() -> impl Iterator<Item = &'static MistakeEntry> {
    MISTAKES.iter()
}

/// The mistake of this name.
pub fn mistake(name: &str) -> Option<&'static MistakeEntry> {
    let index = MISTAKES.binary_search_by(|m| m.name().cmp(name)).ok()?;
    MISTAKES.get(index)
}

#[cfg(test)]
mod tests;
