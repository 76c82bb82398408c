use std::fmt;

use super::{Refusal, search};
use crate::explain;
use crate::text::fill;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// The request itself shows it, or the signature that was sent came out of it.
    Proven,
    /// It is what the request looks like.
    Likely,
}

impl Certainty {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
        }
    }
}

/// A mistake in a request.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name in `data/mistakes.toml`.
    pub mistake: &'static str,
    /// How sure it is.
    pub certainty: Certainty,
    /// What was wrong, in one clause.
    pub cause: String,
    /// Why the exchange refuses it.
    pub why: &'static str,
    /// What to do about it.
    pub fix: String,
    /// The part of the request that shows it, as it arrived. It may hold a key or a secret.
    pub seen: Option<String>,
    /// The bytes that were signed, where they are not those that were sent.
    pub signed: Option<Vec<u8>>,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was seen and signed can hold a key or a secret.
        write!(f, "{} ({})", self.mistake, self.certainty.as_str())
    }
}

/// Mistakes whose check tells what was sent, but not that it was what the words say.
const GUESSED: [&str; 6] = [
    "key-unknown",
    "secret-unknown",
    "asset-for-symbol",
    "symbol-unknown",
    "client-id-as-order-id",
    "path-unknown",
];

impl Finding {
    /// A finding for a known mistake. `values` fills in the words in braces of its texts.
    pub(super) fn new(mistake: &'static str, certainty: Certainty, values: &[(&str, &str)]) -> Self {
        let entry = explain::mistake(mistake);
        let (cause, why, fix) = entry.map_or(("", "", ""), |m| (m.cause(), m.why(), m.fix()));
        let (cause, fix) = (fill(cause, values), fill(fix, values));
        Self { mistake, certainty, cause, why, fix, seen: None, signed: None }
    }

    /// What a check of the gate says.
    pub(super) fn of(refusal: &Refusal) -> Self {
        let Refusal { mistake, cause, fix, .. } = refusal;
        let certainty = if GUESSED.contains(mistake) { Certainty::Likely } else { Certainty::Proven };
        let why = explain::mistake(mistake).map_or("", explain::MistakeEntry::why);
        Self { mistake, certainty, cause: cause.clone(), why, fix: fix.clone(), seen: None, signed: None }
    }

    /// What a search found.
    pub(super) fn of_slip(slip: &search::Slip, signed: Option<&[u8]>) -> Self {
        let values = [("how", slip.how.as_str()), ("length", &slip.how)];
        let finding = Self::new(slip.mistake, Certainty::Proven, &values);
        // In another charset the bytes show nothing, and what they say could not be masked.
        let signed = signed.filter(|_| slip.mistake != "payload-wrong-charset");
        Self { signed: signed.map(<[u8]>::to_vec), ..finding }
    }

    /// The finding with the part of the request that shows it.
    pub(super) fn seen(mut self, text: impl Into<String>) -> Self {
        self.seen = Some(text.into());
        self
    }
}
