//! What the queries of one run share: settings, and key and secret once one of them needs them.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::cli::exit::Failure;
use crate::cli::redact::Redactor;
use crate::cli::session::Session;
use crate::config::{Credentials, Settings};

/// Settings, and the credentials that belong to them.
pub struct Account {
    /// The settings.
    pub settings: Arc<Settings>,
    credentials: OnceCell<Arc<Credentials>>,
    redactor: OnceCell<Redactor>,
}

impl Account {
    /// The account that a run is for. Nothing secret is read yet.
    ///
    /// # Errors
    /// A usage or configuration failure.
    pub fn of(session: &Session) -> Result<Self, Failure> {
        Ok(Self::resolved(Arc::new(session.settings()?), None))
    }

    /// One whose settings are resolved, and whose credentials may have been read.
    pub fn resolved(settings: Arc<Settings>, credentials: Option<Arc<Credentials>>) -> Self {
        let cell = OnceCell::new();
        let _ = credentials.map(|read| cell.set(read));
        Self { settings, credentials: cell, redactor: OnceCell::new() }
    }

    /// Key and secret, read once.
    ///
    /// # Errors
    /// A configuration failure.
    pub fn credentials(&self, session: &Session) -> Result<Arc<Credentials>, Failure> {
        if let Some(known) = self.credentials.get() {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(session.credentials(&self.settings)?);
        Ok(Arc::clone(self.credentials.get_or_init(|| read)))
    }

    /// Hides key and secret, if they have been read.
    pub fn redactor(&self) -> Redactor {
        let Some(known) = self.credentials.get() else { return Redactor::default() };
        self.redactor.get_or_init(|| Redactor::new(Some(known))).clone()
    }
}

impl Clone for Account {
    /// For another thread: what has been read is shared.
    fn clone(&self) -> Self {
        let clone = Self::resolved(Arc::clone(&self.settings), self.credentials.get().cloned());
        if self.credentials.get().is_some() {
            let _ = clone.redactor.set(self.redactor());
        }
        clone
    }
}
