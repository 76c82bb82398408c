//! A private key taken for a secret, or used with another scheme.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::test::SentSignature;
use super::{Slip, slip};
use crate::signing::{SecretKey, VerifyingKey};

/// Looks for the way in which the key gives the signature that was sent.
pub(super) fn find(
    verifying: &VerifyingKey,
    pem: Option<&SecretKey>,
    payload: &[u8],
    sent: &SentSignature,
) -> Option<Slip> {
    let texts = pem.map(texts).unwrap_or_default();
    let as_secret = texts.into_iter().find(|(_, bytes)| sent.is(&hmac(bytes, payload)).is_some());
    if let Some((what, _)) = as_secret {
        let how = format!("{what} was used as an HMAC secret");
        return Some(slip("private-key-used-as-hmac-secret", how));
    }
    let scheme = sent.readings().find_map(|(_, bytes)| verifying.other_scheme(payload, bytes));
    scheme.map(|scheme| slip("rsa-wrong-scheme", scheme))
}

fn hmac(key: &[u8], payload: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so there always is one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(payload);
    mac.finalize().into_bytes().to_vec()
}

/// What of a private key's file may have been taken for a secret.
fn texts(pem: &SecretKey) -> Vec<(&'static str, Zeroizing<Vec<u8>>)> {
    let text = pem.expose();
    let key = |text: String| Zeroizing::new(text.into_bytes());
    let trimmed = text.trim();
    let lines: Vec<&str> = trimmed.lines().collect();
    let inner: String = lines.iter().filter(|l| !l.starts_with("-----")).copied().collect();
    let mut texts = vec![
        ("the text of the private key's file", key(text.to_owned())),
        ("the text of the private key's file", key(trimmed.to_owned())),
        ("the text of the private key's file", key(format!("{trimmed}\n"))),
        ("the text of the private key's file, with CR and LF,", key(lines.join("\r\n"))),
        ("the text of the private key's file, with CR and LF,", key(lines.join("\r\n") + "\r\n")),
        ("the text of the private key's file, with `\\n` for line ends,", key(lines.join("\\n"))),
        ("the text of the private key's file, on one line,", key(lines.concat())),
        ("the base64 of the private key", key(inner)),
    ];
    if let Some(der) = pem.pem_content() {
        // The seed of an Ed25519 key is the end of its PKCS#8 form.
        let seed = der.len().checked_sub(32).and_then(|start| der.get(start..)).unwrap_or_default();
        texts.push(("the seed of the private key", Zeroizing::new(seed.to_vec())));
        texts.push(("the seed of the private key, as hex,", key(hex::encode(seed))));
        texts.push(("the private key, as hex,", key(hex::encode(&*der))));
        texts.push(("the DER of the private key", der));
    }
    texts
}
