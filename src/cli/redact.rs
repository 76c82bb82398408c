//! Hides this run's key, secret and signatures in foreign text: an answer can hold what was sent.

use std::cell::RefCell;
use std::sync::Arc;

use crate::config::Credentials;
use crate::signing::{SecretKey, Signature, SigningKey, mask, percent_encode};

/// A text that is hidden, wiped once nobody holds it any more, and what stands in its place.
type Hidden = (SecretKey, String);

/// What is hidden.
#[derive(Clone, Default)]
pub struct Redactor {
    /// The key and the secret. Requests with the same share it.
    credentials: Arc<[Hidden]>,
    signatures: RefCell<Vec<Signature>>,
}

impl Redactor {
    /// Hides the key, and the secret where it is a text.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let mut hidden = Vec::new();
        if let Some(credentials) = credentials {
            hidden.extend(forms(credentials.api_key.expose(), &credentials.api_key.masked()));
            if let SigningKey::Hmac(secret) = &credentials.key {
                hidden.extend(forms(secret.expose(), "(the secret key)"));
            }
        }
        Self { credentials: hidden.into(), signatures: RefCell::default() }
    }

    /// Hides a signature from now on.
    pub fn hide_signature(&self, signature: &Signature) {
        self.signatures.borrow_mut().push(signature.clone());
    }

    /// The text without what is hidden.
    pub fn apply(&self, text: &str) -> String {
        let signatures = self.signatures.borrow();
        let signatures = signatures.iter().flat_map(|s| forms(s.as_str(), &mask(s.as_str())));
        let hidden = self.credentials.iter().cloned().chain(signatures);
        hidden.fold(text.to_owned(), |text, (form, shown)| text.replace(form.expose(), &shown))
    }
}

/// The ways in which a text can be written.
fn forms(text: &str, shown: &str) -> [Hidden; 2] {
    [text.to_owned(), percent_encode(text)].map(|form| (SecretKey::new(form), shown.to_owned()))
}
