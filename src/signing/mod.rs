//! Parameters, payload, keys and signatures.
//!
//! The payload is the query string followed by the form body with nothing between them, and it is signed exactly as it is
//! sent. Source: Spot REST documentation, "Signed endpoint security", and its change of 2026-01-15 (what is signed is
//! already percent-encoded).

mod encoding;
mod key;
mod masker;
mod parameters;
mod pem;
mod request;
mod secret;
mod verifying;
mod window;

pub use encoding::{percent_decode, percent_encode};
pub use key::{KeyKind, Signature, SigningError, SigningKey};
pub use masker::Masker;
pub use parameters::Parameters;
pub use pem::PrivateKeyError;
pub use request::{Draft, SignedRequest, payload};
pub use secret::{API_KEY_HEADER, ApiKey, KeyShapeError, SecretKey, is_well_formed, mask};
pub use verifying::VerifyingKey;
pub use window::{RecvWindow, RecvWindowError};

#[cfg(test)]
mod tests;
