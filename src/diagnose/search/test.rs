use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Slip, slip};
use crate::signing::{SecretKey, VerifyingKey, percent_decode};

/// How many payloads are tried at most with a secret: about 1 µs each.
const MOST_HMAC: u32 = 150_000;
/// How many with a public key: some 50 µs each.
const MOST_PUBLIC: u32 = 4_000;
/// The shortest part of a signature that is told from chance.
const SHORTEST: usize = 12;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What should have signed.
pub(in crate::diagnose) enum Signer<'a> {
    /// A shared secret.
    Hmac {
        /// The secret.
        secret: &'a SecretKey,
    },
    /// A private key: what verifies it, and the texts by which it may have been taken for a secret.
    Private {
        /// Its public half.
        verifying: &'a VerifyingKey,
        /// The text of its file, where that is known.
        pem: Option<&'a SecretKey>,
    },
}

/// The signature as it was sent, and what it may be read as.
pub(super) struct SentSignature {
    text: String,
    hex: Option<Vec<u8>>,
    base64: Option<Vec<u8>>,
}

/// How a right signature was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it should be.
    Plain,
    /// Base64 where hex is due.
    Base64,
    /// Cut short.
    Truncated,
    /// Hashed again.
    Twice(&'static str),
    /// Hex where base64 is due.
    Hex,
    /// Percent-encoded twice.
    EncodedTwice,
    /// Base64 whose `+` became a space, or of the alphabet for file names.
    Mangled,
}

impl Form {
    /// The slip that this is; `None` where it is none.
    pub(super) fn slip(self, signature: &str) -> Option<Slip> {
        match self {
            Self::Plain => None,
            Self::Base64 => Some(slip("signature-base64", "")),
            Self::Truncated => Some(slip("signature-truncated", signature.chars().count().to_string())),
            Self::Twice(how) => Some(slip("signature-hashed-twice", how)),
            Self::Hex => Some(slip("signature-hex-of-private-key", "")),
            Self::EncodedTwice => {
                Some(slip("encoded-twice", "the signature arrived with `%` encoded as %25"))
            }
            Self::Mangled => Some(slip("signature-not-percent-encoded", "")),
        }
    }
}

impl SentSignature {
    fn new(text: &str) -> Self {
        let decoded =
            String::from_utf8_lossy(&percent_decode(text.replace('+', "%2B").as_bytes())).into_owned();
        let repaired: String = decoded
            .chars()
            .filter(|c| !matches!(c, '\r' | '\n'))
            .map(|c| match c {
                ' ' | '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect();
        Self { text: text.to_owned(), hex: hex::decode(text).ok(), base64: LENIENT.decode(repaired).ok() }
    }

    /// Whether this digest was sent, in any writing.
    pub(super) fn is(&self, digest: &[u8]) -> Option<Form> {
        if self.hex.as_deref() == Some(digest) {
            return Some(Form::Plain);
        }
        let again = || hex::encode(digest).into_bytes();
        if self
            .base64
            .as_deref()
            .is_some_and(|b| b == digest || (b.len() == 2 * digest.len() && *b == *again()))
        {
            return Some(Form::Base64);
        }
        let shorter = (SHORTEST..2 * digest.len()).contains(&self.text.len());
        if shorter && self.text.bytes().all(|b| b.is_ascii_hexdigit()) {
            let (whole, part) = (hex::encode(digest), self.text.to_ascii_lowercase());
            return (whole.starts_with(&part) || whole.ends_with(&part)).then_some(Form::Truncated);
        }
        None
    }

    /// The readings that can be a signature of a private key.
    pub(super) fn readings(&self) -> impl Iterator<Item = (Form, &[u8])> {
        let base64 = match &self.text {
            text if text.contains('%') => Form::EncodedTwice,
            text if text.contains([' ', '-', '_', '\n', '\r']) => Form::Mangled,
            _ => Form::Plain,
        };
        let readings = [(base64, self.base64.as_deref()), (Form::Hex, self.hex.as_deref())];
        readings.into_iter().filter_map(|(form, bytes)| Some((form, bytes?)))
    }

    /// Whether it has the form of an HMAC-SHA-256: 64 hex digits.
    pub(super) fn is_hmac(&self) -> bool {
        self.hex.as_ref().is_some_and(|h| h.len() == 32)
    }
}

/// Tests payloads against the signature that was sent, as often as it may.
pub(super) struct Tester<'a> {
    sent: SentSignature,
    with: With<'a>,
    tried: u32,
}

enum With<'a> {
    Hmac(Hmac<Sha256>),
    Public(&'a VerifyingKey),
}

impl<'a> Tester<'a> {
    pub(super) fn new(signature: &str, signer: &Signer<'a>) -> Self {
        let with = match signer {
            Signer::Hmac { secret } => With::Hmac(keyed(secret.expose().as_bytes())),
            Signer::Private { verifying, .. } => With::Public(verifying),
        };
        Self { sent: SentSignature::new(signature), with, tried: 0 }
    }

    pub(super) fn sent(&self) -> &SentSignature {
        &self.sent
    }

    pub(super) fn tried(&self) -> u32 {
        self.tried
    }

    /// A slip under the name that it has for this kind of key: a private key's signature is no hash.
    pub(super) fn named(&self, slip: Slip) -> Slip {
        match self.with {
            With::Public(_) if slip.mistake == "signature-hashed-twice" => Slip {
                mistake: "signed-different-payload",
                how: slip.how.replace("before the HMAC", "first"),
            },
            _ => slip,
        }
    }

    /// How far from the timestamp that was sent another is looked for.
    pub(super) fn reach_ms(&self) -> u32 {
        match self.with {
            With::Hmac(_) => 10_000,
            With::Public(_) => 500,
        }
    }

    /// Whether this payload gives the signature that was sent, as it should be written.
    pub(super) fn is_right(&mut self, payload: &[u8]) -> bool {
        self.tried += 1;
        match &self.with {
            With::Hmac(keyed) if self.tried <= MOST_HMAC => {
                self.sent.is(&digest(keyed, payload)) == Some(Form::Plain)
            }
            With::Public(key) if self.tried <= MOST_PUBLIC => {
                self.sent.readings().any(|(form, s)| form == Form::Plain && key.verify_bytes(payload, s))
            }
            _ => false,
        }
    }

    /// Whether this payload gives the signature that was sent, and how that was written.
    pub(super) fn test(&mut self, payload: &[u8]) -> Option<Form> {
        self.tried += 1;
        match &self.with {
            With::Hmac(keyed) if self.tried <= MOST_HMAC => {
                hmac_form(&self.sent, keyed, &digest(keyed, payload))
            }
            With::Public(key) if self.tried <= MOST_PUBLIC => {
                self.sent.readings().find(|(_, s)| key.verify_bytes(payload, s)).map(|(form, _)| form)
            }
            _ => None,
        }
    }

    /// The same with another secret.
    pub(super) fn test_with(&mut self, secret: &[u8], payload: &[u8]) -> Option<Form> {
        self.tried += 1;
        if self.tried > MOST_HMAC {
            return None;
        }
        self.sent.is(&digest(&keyed(secret), payload))
    }
}

fn digest(keyed: &Hmac<Sha256>, text: &[u8]) -> Vec<u8> {
    let mut mac = keyed.clone();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// An HMAC with its key. It takes keys of any length, so the fallback is never used.
fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret)
        .unwrap_or_else(|_| Hmac::new(&sha2::digest::common::Key::<Hmac<Sha256>>::default()))
}

/// The digest as it was sent, or hashed once more.
fn hmac_form(sent: &SentSignature, keyed: &Hmac<Sha256>, first: &[u8]) -> Option<Form> {
    if let Some(form) = sent.is(first) {
        return Some(form);
    }
    if !sent.is_hmac() {
        return None;
    }
    let text = hex::encode(first);
    let twice: [(&str, Vec<u8>); 4] = [
        ("SHA-256 of the HMAC's hex", Sha256::digest(&text).to_vec()),
        ("SHA-256 of the HMAC's bytes", Sha256::digest(first).to_vec()),
        ("HMAC of the HMAC's hex", digest(keyed, text.as_bytes())),
        ("HMAC of the HMAC's bytes", digest(keyed, first)),
    ];
    twice.into_iter().find(|(_, d)| sent.is(d) == Some(Form::Plain)).map(|(how, _)| Form::Twice(how))
}
