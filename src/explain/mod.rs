//! What the exchange's errors mean: look-up by code, status, message or mistake.
//!
//! The rows are written in `data/errors/` and `data/mistakes.toml` and turned into statics by `build.rs`.

mod clients;

pub use clients::{Client, client_of, clients};

use crate::data::{Span, Text};

include!(concat!(env!("OUT_DIR"), "/explain.rs"));

/// What a refusal says about the request, and with that the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Key, signature, permission or address.
    Auth,
    /// The timestamp is outside the window.
    Timestamp,
    /// A limit or ban.
    RateLimit,
    /// Whether the request was executed is not known.
    Uncertain,
    /// Done in part.
    Partial,
    /// Rejected; nothing was done.
    Refused,
}

/// An error code of one product.
pub struct ErrorEntry {
    product: Text,
    code: i32,
    name: Text,
    kind: Kind,
    messages: Span,
    cause: Text,
    fix: Text,
}

impl ErrorEntry {
    /// The product whose code it is; the same number can mean something else in another.
    pub fn product(&self) -> &'static str {
        self.product.as_str()
    }

    /// The number, such as -2014.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The exchange's name, such as `BAD_API_KEY_FMT`.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// What it says about the request.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The messages it comes with; `%s` stands for what varies.
    pub fn messages(&self) -> impl Iterator<Item = &'static str> {
        self.messages.of(&MESSAGE_TEXTS).iter().map(|t| t.as_str())
    }

    /// The most likely cause.
    pub fn cause(&self) -> &'static str {
        self.cause.as_str()
    }

    /// The next step.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }
}

/// A message of the matching engine or a filter, which says more than the code it comes with.
pub struct MessageEntry {
    product: Text,
    text: Text,
    codes: Span,
    cause: Text,
    fix: Text,
}

impl MessageEntry {
    /// The message as the exchange words it.
    pub fn text(&self) -> &'static str {
        self.text.as_str()
    }

    /// The most likely cause.
    pub fn cause(&self) -> &'static str {
        self.cause.as_str()
    }

    /// The next step.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }
}

/// What an HTTP status means where the answer holds no code.
pub struct StatusEntry {
    first: u16,
    last: u16,
    name: Text,
    kind: Kind,
    cause: Text,
    fix: Text,
}

impl StatusEntry {
    /// What the status is, in a few words.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// What it says about the request.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The most likely cause.
    pub fn cause(&self) -> &'static str {
        self.cause.as_str()
    }

    /// The next step.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }
}

/// A known mistake in a request, whoever made it.
#[derive(Clone, Copy)]
pub struct MistakeEntry {
    name: Text,
    cause: Text,
    why: Text,
    fix: Text,
}

impl MistakeEntry {
    /// Its name, such as `key-in-authorization`.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// What was wrong.
    pub fn cause(&self) -> &'static str {
        self.cause.as_str()
    }

    /// Why the exchange refuses it.
    pub fn why(&self) -> &'static str {
        self.why.as_str()
    }

    /// How to mend it.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }
}

/// The meaning of `code` in `product`, or what it means in Spot where the product has no entry of its own.
pub fn error(product: &str, code: i64) -> Option<&'static ErrorEntry> {
    let find = |product: &str| ERRORS.iter().find(|e| i64::from(e.code) == code && e.product() == product);
    find(product).or_else(|| find("spot"))
}

/// The entry of a message that says more than its code.
pub fn message(product: &str, code: i64, text: &str) -> Option<&'static MessageEntry> {
    let says = |m: &&MessageEntry| {
        text.starts_with(m.text().trim_end_matches('.'))
            && m.codes.of(&MESSAGE_CODES).iter().any(|c| i64::from(*c) == code)
    };
    let find = |product: &str| MESSAGES.iter().filter(|m| m.product.as_str() == product).find(says);
    find(product).or_else(|| find("spot"))
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
