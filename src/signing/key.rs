use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::Sha256;

use super::{PrivateKeyError, SecretKey, VerifyingKey, pem, percent_encode};

/// The kind of a key, told from what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// HMAC-SHA-256 with a shared secret.
    Hmac,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Pure Ed25519.
    Ed25519,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hmac => "HMAC",
            Self::Rsa => "RSA",
            Self::Ed25519 => "Ed25519",
        })
    }
}

/// What signs: an HMAC secret key or a private key.
pub enum SigningKey {
    /// A shared secret, whose text is used as bytes as it stands.
    Hmac(SecretKey),
    /// An RSA private key, and the text that it was read from.
    Rsa(Box<RsaKeyPair>, SecretKey),
    /// An Ed25519 private key, and the text that it was read from.
    Ed25519(Box<Ed25519KeyPair>, SecretKey),
}

impl SigningKey {
    /// Reads a private key from PEM: PKCS#8, encrypted PKCS#8, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// [`PrivateKeyError`], never with any of the key in it.
    pub fn from_pem(pem: &SecretKey, passphrase: Option<&SecretKey>) -> Result<Self, PrivateKeyError> {
        pem::read(pem, passphrase)
    }

    /// Its kind.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Hmac(_) => KeyKind::Hmac,
            Self::Rsa(..) => KeyKind::Rsa,
            Self::Ed25519(..) => KeyKind::Ed25519,
        }
    }

    /// What verifies its signatures.
    pub fn verifying(&self) -> VerifyingKey {
        match self {
            Self::Hmac(secret) => VerifyingKey::Hmac(secret.clone()),
            Self::Rsa(pair, _) => VerifyingKey::Rsa(pair.public_key().as_ref().to_vec()),
            Self::Ed25519(pair, _) => VerifyingKey::Ed25519(pair.public_key().as_ref().to_vec()),
        }
    }

    /// The text that a private key was read from; `None` for an HMAC secret.
    pub fn pem(&self) -> Option<&SecretKey> {
        match self {
            Self::Hmac(_) => None,
            Self::Rsa(_, pem) | Self::Ed25519(_, pem) => Some(pem),
        }
    }

    /// Signs the payload as it stands.
    ///
    /// # Errors
    /// [`SigningError`] if the system gives no random numbers, which RSA needs for blinding.
    pub fn sign(&self, payload: &[u8]) -> Result<Signature, SigningError> {
        match self {
            Self::Hmac(secret) => Ok(Signature(hmac_sha256_hex(secret, payload))),
            Self::Rsa(pair, _) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), payload, &mut signature)
                    .map_err(|_| SigningError)?;
                Ok(Signature(STANDARD.encode(signature)))
            }
            Self::Ed25519(pair, _) => Ok(Signature(STANDARD.encode(pair.sign(payload)))),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} key (redacted)", self.kind())
    }
}

pub(super) fn hmac_sha256(secret: &SecretKey, payload: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so the error of `new_from_slice` cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return Vec::new() };
    mac.update(payload);
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha256_hex(secret: &SecretKey, payload: &[u8]) -> String {
    hex::encode(hmac_sha256(secret, payload))
}

/// The system gave no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers, so nothing can be signed with this key")]
pub struct SigningError;

/// A signature in its text form: hex for HMAC, base64 for RSA and Ed25519.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature(String);

impl Signature {
    /// The text as computed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as the value of the `signature` parameter: percent-encoded.
    pub fn parameter(&self) -> String {
        percent_encode(&self.0)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
