//! The rows of `data/errors/` and `data/mistakes.toml`.

use super::{CAUSES, MESSAGE_CODES, TEXTS};
use crate::data::{Span, Text};

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
    /// A fault inside the exchange, which states that nothing was executed.
    NotExecuted,
    /// Done in part.
    Partial,
    /// Rejected; nothing was done.
    Refused,
}

impl Kind {
    /// Its name in the data and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Timestamp => "timestamp",
            Self::RateLimit => "rate_limit",
            Self::Uncertain => "uncertain",
            Self::NotExecuted => "not_executed",
            Self::Partial => "partial",
            Self::Refused => "refused",
        }
    }
}

/// One cause, how it is seen and how it is mended.
#[derive(Clone, Copy)]
pub struct Cause {
    pub(super) what: Text,
    pub(super) tell: Text,
    pub(super) fix: Text,
}

impl Cause {
    /// What is wrong.
    pub fn cause(&self) -> &'static str {
        self.what.as_str()
    }

    /// How to see that it is this and no other cause.
    pub fn tell(&self) -> Option<&'static str> {
        self.tell.given()
    }

    /// The next step.
    pub fn fix(&self) -> &'static str {
        self.fix.as_str()
    }
}

/// What there is to say of an error.
pub struct Advice {
    pub(super) meaning: Text,
    pub(super) causes: Span,
    pub(super) commands: Span,
}

impl Advice {
    /// What the exchange is saying, in a sentence.
    pub fn meaning(&self) -> Option<&'static str> {
        self.meaning.given()
    }

    /// The causes, the most frequent first; there is at least one.
    pub fn causes(&self) -> &'static [Cause] {
        self.causes.of(&CAUSES)
    }

    /// Command lines that help.
    pub fn commands(&self) -> impl Iterator<Item = &'static str> {
        self.commands.of(&TEXTS).iter().map(|t| t.as_str())
    }

    /// The most likely cause.
    pub fn cause(&self) -> &'static str {
        self.causes().first().map(Cause::cause).unwrap_or_default()
    }

    /// The next step, if it is that cause.
    pub fn fix(&self) -> &'static str {
        self.causes().first().map(Cause::fix).unwrap_or_default()
    }
}

/// An error code of one product.
pub struct ErrorEntry {
    pub(super) product: Text,
    pub(super) code: i32,
    pub(super) name: Text,
    pub(super) kind: Kind,
    pub(super) retry: bool,
    pub(super) holds: bool,
    pub(super) messages: Span,
    pub(super) advice: Advice,
}

impl ErrorEntry {
    /// The file whose code it is; the same number can mean something else in another.
    pub fn product(&self) -> &'static str {
        self.product.as_str()
    }

    /// The number, such as -2014.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The exchange's name, such as `BAD_API_KEY_FMT`, where it has published one.
    pub fn name(&self) -> Option<&'static str> {
        self.name.given()
    }

    /// What it says about the request.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether a read that met it is worth sending again.
    pub fn retry(&self) -> bool {
        self.retry
    }

    /// Whether a 429 or 418 that comes with it is about all requests from this address, even where it names no time.
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// The messages it comes with; `%s` stands for what varies.
    pub fn messages(&self) -> impl Iterator<Item = &'static str> {
        self.messages.of(&TEXTS).iter().map(|t| t.as_str())
    }

    /// Meaning, causes and commands.
    pub fn advice(&self) -> &Advice {
        &self.advice
    }
}

/// A message of the matching engine or a filter, which says more than the code it comes with.
pub struct MessageEntry {
    pub(super) product: Text,
    pub(super) text: Text,
    pub(super) codes: Span,
    pub(super) kind: Option<Kind>,
    pub(super) advice: Advice,
}

impl MessageEntry {
    /// The file that has it.
    pub fn product(&self) -> &'static str {
        self.product.as_str()
    }

    /// The message as the exchange words it.
    pub fn text(&self) -> &'static str {
        self.text.as_str()
    }

    /// What it says about the request, where its code does not say it.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Whether an answer with this code and text is it.
    pub(super) fn is(&self, code: i64, text: &str) -> bool {
        let own = self.text().trim_end_matches('.');
        match self.codes() {
            [] => text.trim_end_matches('.') == own,
            codes => codes.iter().any(|c| i64::from(*c) == code) && text.starts_with(own),
        }
    }

    /// The codes that it comes with; none, if it says the same whatever the code.
    pub fn codes(&self) -> &'static [i32] {
        self.codes.of(&MESSAGE_CODES)
    }

    /// Meaning, causes and commands.
    pub fn advice(&self) -> &Advice {
        &self.advice
    }
}

/// What an HTTP status means where the answer holds no code.
pub struct StatusEntry {
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) name: Text,
    pub(super) kind: Kind,
    pub(super) retry: bool,
    pub(super) wait_s: u32,
    pub(super) advice: Advice,
}

impl StatusEntry {
    /// Whether a read that met it is worth sending again.
    pub fn retry(&self) -> bool {
        self.retry
    }

    /// For how many seconds nothing may be sent after it, where the answer names no time; 0 where it forbids nothing.
    pub fn wait_s(&self) -> u64 {
        u64::from(self.wait_s)
    }

    /// What the status is, in a few words.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// What it says about the request.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Meaning, causes and commands.
    pub fn advice(&self) -> &Advice {
        &self.advice
    }
}

/// A known mistake in a request, whoever made it.
#[derive(Clone, Copy)]
pub struct MistakeEntry {
    pub(super) name: Text,
    pub(super) cause: Text,
    pub(super) why: Text,
    pub(super) fix: Text,
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
