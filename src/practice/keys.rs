use std::sync::OnceLock;

use crate::catalogue::Permissions;
use crate::config::PRACTICE_SECRET_KEY;
use crate::diagnose::{KnownKey, OwnKey};
use crate::signing::{SecretKey, VerifyingKey};

/// The API key that signs with HMAC.
pub use crate::config::PRACTICE_API_KEY as API_KEY;

/// The API key that signs with RSA; made up. Its private key is `keys.rsa2048` in `data/vectors.json`.
pub const RSA_API_KEY: &str = "PracticeRsa2048Key00000000000000000000000000000000000000BnqRsa01";

/// The API key that signs with Ed25519; made up. Its private key is `keys.ed25519` in `data/vectors.json`.
pub const ED25519_API_KEY: &str = "PracticeEd25519Key00000000000000000000000000000000000BnqEdKey001";

const RSA_PUBLIC: &str = include_str!("../../data/practice/rsa.pem");
const ED25519_PUBLIC: &str = include_str!("../../data/practice/ed25519.pem");

/// The secret of [`API_KEY`]. It is public, and treated as a secret all the same.
pub fn secret_key() -> SecretKey {
    SecretKey::new(PRACTICE_SECRET_KEY)
}

/// The API keys of the practice account.
pub(super) const API_KEYS: [&str; 3] = [API_KEY, RSA_API_KEY, ED25519_API_KEY];

/// The keys of an account. Each is read when it is first used and not at the start, which has to be fast.
pub(super) struct Keys([(&'static str, OnceLock<Option<KnownKey>>); 3]);

impl Keys {
    /// The keys of the practice account.
    pub(super) fn practice() -> Self {
        Self(API_KEYS.map(|key| (key, OnceLock::new())))
    }

    /// Whether it is a key of the account.
    pub(super) fn has(&self, api_key: &str) -> bool {
        self.0.iter().any(|(key, _)| *key == api_key)
    }

    /// Looks an API key up.
    pub(super) fn find(&self, api_key: &str) -> Option<KnownKey> {
        let (_, read) = self.0.iter().find(|(key, _)| *key == api_key)?;
        read.get_or_init(|| known(api_key)).clone()
    }
}

fn known(api_key: &str) -> Option<KnownKey> {
    let verifying = match api_key {
        API_KEY => VerifyingKey::Hmac(secret_key()),
        RSA_API_KEY => VerifyingKey::from_public_key(RSA_PUBLIC)?,
        ED25519_API_KEY => VerifyingKey::from_public_key(ED25519_PUBLIC)?,
        _ => return None,
    };
    Some(KnownKey { verifying, permissions: Permissions::ALL, addresses: Vec::new() })
}

/// The account's keys, with what is needed to find out what was done with them.
pub fn own_keys() -> Vec<OwnKey> {
    let own =
        |key: &&str| Some(OwnKey { api_key: (*key).to_owned(), verifying: known(key)?.verifying, pem: None });
    API_KEYS.iter().filter_map(own).collect()
}
