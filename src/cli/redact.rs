//! Hides this run's key, secret and signatures in foreign text: an answer can hold what was sent.

use std::cell::RefCell;

use crate::config::Credentials;
use crate::signing::{Signature, SigningKey, mask, percent_encode};

/// What is hidden, and what stands in its place.
#[derive(Debug, Default)]
pub struct Redactor(RefCell<Vec<(String, String)>>);

impl Redactor {
    /// Hides the key, and the secret where it is a text.
    pub fn new(credentials: Option<&Credentials>) -> Self {
        let redactor = Self::default();
        if let Some(credentials) = credentials {
            redactor.hide(credentials.api_key.expose(), &credentials.api_key.masked());
            if let SigningKey::Hmac(secret) = &credentials.key {
                redactor.hide(secret.expose(), "(the secret key)");
            }
        }
        redactor
    }

    /// Hides a signature from now on.
    pub fn hide_signature(&self, signature: &Signature) {
        self.hide(signature.as_str(), &mask(signature.as_str()));
    }

    fn hide(&self, text: &str, shown: &str) {
        let mut hidden = self.0.borrow_mut();
        for form in [text.to_owned(), percent_encode(text)] {
            if !hidden.iter().any(|(known, _)| *known == form) {
                hidden.push((form, shown.to_owned()));
            }
        }
    }

    /// The text without what is hidden.
    pub fn apply(&self, text: &str) -> String {
        let hidden = self.0.borrow();
        hidden.iter().fold(text.to_owned(), |text, (form, shown)| text.replace(form, shown))
    }
}
