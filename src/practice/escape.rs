//! What a line of the log must not hold: secrets, keys, and characters that a terminal obeys.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock};

use super::keys::{API_KEYS, secret_key};
use crate::diagnose::OwnKey;
use crate::signing::{Masker, VerifyingKey};
use crate::text::sanitize;

/// Makes foreign text fit for one line: masked, then escaped.
pub(super) fn fit(text: &str) -> String {
    let masked = masked(text);
    match sanitize(&masked) {
        Cow::Borrowed(_) => masked,
        Cow::Owned(sanitized) => sanitized,
    }
}

/// Bytes as text: what is no UTF-8 is written `\xff`.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.into()
}

/// What is hidden, beside all that looks like a key; `None` for the practice account's keys alone.
static MASKER: RwLock<Option<Masker>> = RwLock::new(None);

fn practice() -> Masker {
    API_KEYS.iter().fold(Masker::new().with_secret(&secret_key()), |m, key| m.with_key(key))
}

/// Hides these keys too, from now on and in every line of this process.
pub(super) fn hide(keys: &[OwnKey]) {
    let mut masker = MASKER.write().unwrap_or_else(PoisonError::into_inner);
    let known = masker.take().unwrap_or_else(practice);
    *masker = Some(keys.iter().fold(known, |masker, key| {
        let masker = masker.with_key(&key.api_key);
        match &key.verifying {
            VerifyingKey::Hmac(secret) => masker.with_secret(secret),
            VerifyingKey::Rsa(_) | VerifyingKey::Ed25519(_) => masker,
        }
    }));
}

/// The beginning of a text, with `…` after it if that is not all.
pub(super) fn cut(mut text: String, most: usize) -> String {
    if text.len() > most
        && let Some((end, _)) = text.char_indices().nth(most)
    {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// Hides keys, secrets and signatures.
pub(super) fn masked(text: &str) -> String {
    if let Some(masker) = MASKER.read().unwrap_or_else(PoisonError::into_inner).as_ref() {
        return masker.apply(text);
    }
    MASKER.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(practice).apply(text)
}
