use crate::text::sanitize_bytes;

/// What cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

/// A [`ReadError`] while the text is being read: `at` is an offset in bytes.
#[derive(Debug)]
pub(super) struct Fault {
    pub at: usize,
    pub what: String,
}

impl Fault {
    pub fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }

    pub fn placed(self, text: &str) -> ReadError {
        let before = text.as_bytes().get(..self.at).unwrap_or(text.as_bytes());
        let line = before.split(|b| *b == b'\n').count();
        let in_line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        ReadError { line, column: String::from_utf8_lossy(in_line).chars().count() + 1, what: self.what }
    }
}

/// More unread parts than these are left out.
const MOST_UNREAD: usize = 24;

/// Adds a phrase to the unread parts, once.
pub(super) fn note(unread: &mut Vec<String>, phrase: impl FnOnce() -> String) {
    if unread.len() < MOST_UNREAD {
        let phrase = phrase();
        if !unread.contains(&phrase) {
            unread.push(phrase);
        }
    }
}

/// Foreign text in a sentence: in backticks, made safe, and not the whole of a long one. No word is cut: of a key or secret a part
/// could not be told any more from other words, and would be shown.
pub(super) fn shown(text: &[u8]) -> String {
    const LONGEST: usize = 40;
    let clean = sanitize_bytes(text.get(..LONGEST * 8).unwrap_or(text));
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            let begin = clean.get(..end).unwrap_or_default();
            format!("`{}…`", begin.trim_end_matches(|c: char| c.is_ascii_alphanumeric()))
        }
        None => format!("`{clean}`"),
    }
}
