use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::{Decode as _, pem::PemLabel as _};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use ring::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
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
        if let Self::Hmac(_) = self {
            let mut bytes = [0; 32];
            return hex::decode_to_slice(signature, &mut bytes).is_ok() && self.verify_bytes(payload, &bytes);
        }
        STANDARD.decode(signature).is_ok_and(|bytes| self.verify_bytes(payload, &bytes))
    }

    /// Whether `signature`, in bytes, is this key's for `payload`.
    pub fn verify_bytes(&self, payload: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hmac(secret) => signature.ct_eq(&hmac_sha256(secret, payload)).into(),
            Self::Rsa(public) => verifies(&RSA_PKCS1_2048_8192_SHA256, public, payload, signature),
            Self::Ed25519(public) => verifies(&ED25519, public, payload, signature),
        }
    }

    /// The scheme other than the exchange's by which `signature`, in bytes, is this RSA key's for `payload`.
    pub fn other_scheme(&self, payload: &[u8], signature: &[u8]) -> Option<&'static str> {
        let Self::Rsa(public) = self else { return None };
        let found = OTHER_SCHEMES.iter().find(|(_, scheme)| verifies(*scheme, public, payload, signature));
        found.map(|(name, _)| *name)
    }
}

/// What RSA signatures are made with by mistake.
const OTHER_SCHEMES: [(&str, &'static dyn VerificationAlgorithm); 6] = [
    ("PSS padding and SHA-256", &RSA_PSS_2048_8192_SHA256),
    ("PSS padding and SHA-384", &RSA_PSS_2048_8192_SHA384),
    ("PSS padding and SHA-512", &RSA_PSS_2048_8192_SHA512),
    ("SHA-1", &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
    ("SHA-384", &RSA_PKCS1_2048_8192_SHA384),
    ("SHA-512", &RSA_PKCS1_2048_8192_SHA512),
];

fn verifies(
    scheme: &'static dyn VerificationAlgorithm,
    public: &[u8],
    payload: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(scheme, public).verify(payload, signature).is_ok()
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} verifying key (redacted)", self.kind())
    }
}
