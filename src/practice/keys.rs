use std::net::IpAddr;

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

/// The keys of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(Vec<(String, KnownKey)>);

impl Keys {
    /// The keys of the practice account, which may do everything from everywhere.
    pub(super) fn practice() -> Self {
        let verifying = [
            Some(VerifyingKey::Hmac(secret_key())),
            VerifyingKey::from_public_key(RSA_PUBLIC),
            VerifyingKey::from_public_key(ED25519_PUBLIC),
        ];
        let mut keys = Self::default();
        for (api_key, verifying) in API_KEYS.into_iter().zip(verifying) {
            if let Some(verifying) = verifying {
                keys.add(api_key.to_owned(), verifying, Permissions::ALL, Vec::new());
            }
        }
        keys
    }

    /// Adds a key. No addresses are any.
    pub(super) fn add(
        &mut self,
        api_key: String,
        verifying: VerifyingKey,
        permissions: Permissions,
        addresses: Vec<IpAddr>,
    ) {
        self.0.push((api_key, KnownKey { verifying, permissions, addresses }));
    }

    /// Whether it is a key of the account.
    pub(super) fn has(&self, api_key: &str) -> bool {
        self.0.iter().any(|(key, _)| key == api_key)
    }

    /// Looks an API key up.
    pub(super) fn find(&self, api_key: &str) -> Option<KnownKey> {
        self.0.iter().find(|(key, _)| key == api_key).map(|(_, known)| known.clone())
    }

    /// The keys, with what is needed to find out what was done with them.
    pub(super) fn own(&self) -> Vec<OwnKey> {
        let own = |(api_key, known): &(String, KnownKey)| OwnKey {
            api_key: api_key.clone(),
            verifying: known.verifying.clone(),
            pem: None,
        };
        self.0.iter().map(own).collect()
    }
}

/// The practice account's keys, with what is needed to find out what was done with them.
pub fn own_keys() -> Vec<OwnKey> {
    Keys::practice().own()
}
