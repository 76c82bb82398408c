//! Codes and statuses in text that somebody else's program wrote.

use std::collections::HashMap;

use super::pattern::Pattern;
use super::{ERRORS, What, status};

/// What stands between a word and its number: quotes, brackets, `:` and `=`.
const BETWEEN: &[char] =
    &[' ', '\t', '"', '\'', '\\', '`', ':', '=', '(', '[', '{', '<', '>', '#', '*', ',', '|'];

/// What stands before a status.
const BEFORE_STATUS: [&str; 11] = [
    "http",
    "http/1.0",
    "http/1.1",
    "http/2",
    "http/2.0",
    "http error",
    "status",
    "status code",
    "statuscode",
    "status_code",
    "response",
];

/// How far the message can be from its code.
const WINDOW: usize = 600;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A code, known or not.
    Code(i64),
    /// An HTTP status.
    Status(u16),
}

/// A sign, and the text in which its message can stand.
pub struct Sighting<'a> {
    pub sign: Sign,
    pub window: &'a str,
}

/// The codes in a text; where there are none, the statuses. `pasted` says that the text was given for the sake of an error: then
/// any known code counts, while in a log a number needs a word before it or its message behind it.
pub fn sightings(text: &str, pasted: bool) -> Vec<Sighting<'_>> {
    let seen: Vec<(Number<'_>, Sign)> =
        numbers(text).filter_map(|n| n.sign(pasted).map(|sign| (n, sign))).collect();
    let coded = seen.iter().any(|(_, sign)| matches!(sign, Sign::Code(_)));
    let seen: Vec<_> = seen.into_iter().filter(|(_, sign)| !coded || matches!(sign, Sign::Code(_))).collect();
    let alone = seen.len() == 1 && text.len() <= 2 * WINDOW;
    let mut ends = seen.iter().skip(1).map(|(n, _)| n.start).collect::<Vec<_>>().into_iter();
    let sighting = |(number, sign): &(Number<'_>, Sign)| {
        let end = ends.next().unwrap_or(text.len());
        let after = number.end..end.max(number.end);
        let window = if alone { text } else { clipped(text.get(after).unwrap_or_default()) };
        Sighting { sign: *sign, window }
    };
    seen.iter().map(sighting).collect()
}

/// The beginning of a text, as far as a message can reach.
fn clipped(text: &str) -> &str {
    (WINDOW..WINDOW + 4).find_map(|end| text.get(..end)).unwrap_or(text)
}

/// A whole number in a text, with its sign.
struct Number<'a> {
    before: &'a str,
    value: i64,
    after: &'a str,
    start: usize,
    end: usize,
}

/// The whole numbers that are words of their own.
fn numbers(text: &str) -> impl Iterator<Item = Number<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let first = at + text.get(at..)?.find(|c: char| c.is_ascii_digit())?;
            let digits = text.get(first..)?;
            let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            at = first + length;
            let start = if text.get(..first)?.ends_with('-') { first - 1 } else { first };
            let (before, after) = (text.get(..start)?, text.get(at..)?);
            if let Some(value) = text.get(start..at)?.parse().ok().filter(|_| stands_alone(before, after)) {
                return Some(Number { before, value, after, start, end: at });
            }
        }
    })
}

fn stands_alone(before: &str, after: &str) -> bool {
    let glued = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let fraction = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    !before.ends_with(|c: char| glued(c) || c == '.') && !after.starts_with(glued) && !fraction
}

impl Number<'_> {
    fn sign(&self, pasted: bool) -> Option<Sign> {
        let before = self.words_before();
        let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let is_status = (400..600).contains(&self.value)
            && (BEFORE_STATUS.iter().any(|w| before.ends_with(w)) || pasted && self.before.trim().is_empty());
        if is_status {
            let number = u16::try_from(self.value).ok()?;
            return status(number).map(|_| Sign::Status(number));
        }
        let foreign = ["status", "exit", "http"].iter().any(|w| word.contains(w));
        let is_code = word.ends_with("code") && !foreign;
        let is_error = ["error", "err", "exception", "binance"].iter().any(|w| word.ends_with(w));
        let known = || ERRORS.iter().any(|e| i64::from(e.code()) == self.value);
        let counts = if self.value < 0 {
            is_code || known() && (pasted || is_error || self.is_followed_by_its_text())
        } else {
            is_code && known()
        };
        counts.then_some(Sign::Code(self.value))
    }

    /// The last words before the number, without what stands between.
    fn words_before(&self) -> String {
        let words = self.before.trim_end_matches(BETWEEN);
        let start = words.char_indices().rev().take(24).last().map_or(0, |(i, _)| i);
        words.get(start..).unwrap_or_default().to_lowercase()
    }

    /// `-1022 INVALID_SIGNATURE`, `-1022: Signature for …`
    fn is_followed_by_its_text(&self) -> bool {
        let after =
            self.after.trim_start_matches(|c: char| BETWEEN.contains(&c) || matches!(c, ')' | ']' | '-'));
        let begins = |text: &str| text.len() >= 8 && after.starts_with(text);
        ERRORS.iter().filter(|e| i64::from(e.code()) == self.value).any(|e| {
            e.name().is_some_and(|name| after.starts_with(name))
                || e.messages().any(|m| begins(m.split('%').next().unwrap_or_default().trim_end_matches('.')))
        })
    }
}

/// Messages without a code, found in many lines at little cost.
pub struct Index {
    /// By the first bytes of its longest text: which patterns can be in a line that has these bytes.
    by_start: HashMap<[u8; START], Vec<&'static Pattern>>,
}

/// How many bytes a pattern is looked up by.
const START: usize = 8;

/// In a log, a shorter text is no message but a word of somebody else's.
const SENTENCE: usize = 14;

impl Index {
    pub fn new() -> Self {
        let mut by_start = HashMap::<[u8; START], Vec<&'static Pattern>>::new();
        for pattern in Pattern::all() {
            let text = pattern.longest();
            let is_sentence = text.len() >= SENTENCE && text.contains(' ');
            if let Some(start) = text.as_bytes().first_chunk().filter(|_| is_sentence) {
                by_start.entry(*start).or_default().push(pattern);
            }
        }
        Self { by_start }
    }

    /// What the plain text has a message of.
    pub fn messages_in(&self, text: &str) -> Vec<What> {
        let starts = text.as_bytes().windows(START).filter_map(|w| self.by_start.get(w));
        let inside: Vec<&Pattern> = starts.flatten().copied().filter(|p| p.is_in(text)).collect();
        super::find::longest(&inside).collect()
    }
}
