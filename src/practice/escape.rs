//! What a line of the log must not hold: secrets, keys, and characters that a terminal obeys.

use std::fmt::Write as _;

use super::keys::{API_KEYS, secret_key};
use crate::signing::{mask, percent_decode};
use crate::text::sanitize;

/// Longer runs of letters and digits than any id has: a key, a secret or a signature.
const LONG: usize = 40;

/// Makes foreign text fit for one line: masked, then escaped.
pub(super) fn fit(text: &str) -> String {
    sanitize(&masked(text)).into_owned()
}

/// Bytes as text: what is no UTF-8 is written `\xff`.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Shows no more of a signature or a known API key than its ends, and of other long runs only the length: that may be a
/// secret. Percent-encoding hides nothing.
pub(super) fn masked(text: &str) -> String {
    let plain = |c: char| matches!(c, '&' | '?' | ' ' | '"' | '\'' | '`');
    let parts = text.split_inclusive(plain).map(|part| {
        let (part, end) =
            part.strip_suffix(plain).map_or((part, ""), |p| (p, part.get(p.len()..).unwrap_or("")));
        masked_part(part) + end
    });
    parts.collect()
}

fn masked_part(part: &str) -> String {
    if let Some((name, value)) = part.split_once('=')
        && percent_decode(name.as_bytes()).eq_ignore_ascii_case(b"signature")
        && !value.is_empty()
    {
        return format!("{}={}", masked_runs(name), mask(value));
    }
    masked_runs(part)
}

/// A character of the text, decoded, and how it stands there.
struct Piece<'a> {
    decoded: char,
    written: &'a str,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let encoded = rest.get(..3).filter(|_| first == '%').and_then(|e| {
            let code = u8::from_str_radix(e.get(1..)?, 16).ok()?;
            code.is_ascii().then(|| char::from(code))
        });
        let length = if encoded.is_some() { 3 } else { first.len_utf8() };
        let (written, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        pieces.push(Piece { decoded: encoded.unwrap_or(first), written });
        rest = tail;
    }
    pieces
}

fn masked_runs(text: &str) -> String {
    let pieces = pieces(text);
    let same =
        |a: &Piece<'_>, b: &Piece<'_>| a.decoded.is_ascii_alphanumeric() && b.decoded.is_ascii_alphanumeric();
    let mut out = String::with_capacity(text.len());
    for run in pieces.chunk_by(same) {
        let decoded: String = run.iter().map(|p| p.decoded).collect();
        if run.len() < LONG {
            out.extend(run.iter().map(|p| p.written));
        } else if API_KEYS.contains(&decoded.as_str()) {
            out.push_str(&mask(&decoded));
        } else if decoded == secret_key().expose() {
            out.push_str("(the secret key)");
        } else {
            let _ = write!(out, "({} characters)", run.len());
        }
    }
    out
}
