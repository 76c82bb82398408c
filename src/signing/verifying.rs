use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::{Decode as _, pem::PemLabel as _};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use subtle::ConstantTimeEq;

use super::key::hmac_sha256;
use super::{KeyKind, SecretKey, pem};

/// What the exchange holds of a key to check signatures with.
#[derive(Clone)]
pub enum VerifyingKey {
    /// The shared secret.
    Hmac(SecretKey),
    /// An RSA public key, as PKCS#1 DER.
    Rsa(Vec<u8>),
    /// The 32 bytes of an Ed25519 public key.
    Ed25519(Vec<u8>),
}

impl VerifyingKey {
    /// Reads a public key from PEM (`PUBLIC KEY`) or the base64 of its DER (`SubjectPublicKeyInfo`); `None` if it is no
    /// RSA or Ed25519 key.
    pub fn from_public_key(text: &str) -> Option<Self> {
        let label = SubjectPublicKeyInfoRef::PEM_LABEL;
        let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        let body = text.trim().trim_start_matches(&begin).trim_end_matches(&end);
        let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
        let info = SubjectPublicKeyInfoRef::from_der(&der).ok()?;
        let bits = info.subject_public_key.as_bytes()?.to_vec();
        match info.algorithm.oid {
            pem::RSA => Some(Self::Rsa(bits)),
            pem::ED25519 => Some(Self::Ed25519(bits)),
            _ => None,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Hmac(_) => KeyKind::Hmac,
            Self::Rsa(_) => KeyKind::Rsa,
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// Whether `signature`, in its text form and percent-decoded, is this key's for `payload`. Hex may be in either case,
    /// base64 may not. Source: Spot REST documentation, "Signed endpoint security".
    pub fn verify(&self, payload: &[u8], signature: &str) -> bool {
        match self {
            Self::Hmac(secret) => {
                hex::decode(signature).is_ok_and(|s| s.ct_eq(&hmac_sha256(secret, payload)).into())
            }
            Self::Rsa(public) => base64_verifies(signature, |s| {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(payload, s).is_ok()
            }),
            Self::Ed25519(public) => base64_verifies(signature, |s| {
                UnparsedPublicKey::new(&ED25519, public).verify(payload, s).is_ok()
            }),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} verifying key (redacted)", self.kind())
    }
}

fn base64_verifies(signature: &str, verify: impl Fn(&[u8]) -> bool) -> bool {
    STANDARD.decode(signature).is_ok_and(|s| verify(&s))
}
