//! What a line of the log must not hold: secrets, keys, and characters that a terminal obeys.

use std::fmt::Write as _;

use std::sync::OnceLock;

use super::keys::{API_KEYS, secret_key};
use crate::signing::Masker;
use crate::text::sanitize;

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

/// The beginning of a text, with `…` after it if that is not all.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut beginning: String = text.chars().take(most).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    beginning
}

/// Hides keys, secrets and signatures.
pub(super) fn masked(text: &str) -> String {
    static MASKER: OnceLock<Masker> = OnceLock::new();
    let known = || API_KEYS.iter().fold(Masker::new().with_secret(&secret_key()), |m, key| m.with_key(key));
    MASKER.get_or_init(known).apply(text)
}
