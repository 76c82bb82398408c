//! The account behind the practice exchange: what it begins with, and its keys.

mod error;
mod file;
mod key;
mod symbol;

use std::path::Path;

pub use error::{AccountError, AccountProblem};

use super::keys::Keys;
use super::spot::Opening;

/// An account as it stands before anything happens to it.
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) opening: Opening,
    pub(super) keys: Keys,
}

impl Account {
    /// The practice account.
    pub fn practice() -> Self {
        Self { opening: Opening::practice(), keys: Keys::practice() }
    }

    /// The account that a file describes; `data/practice/account.example.toml` has every setting. What it leaves out is as in the
    /// practice account.
    ///
    /// # Errors
    /// If the file cannot be read, is open to others though it holds a secret, or says what cannot be.
    pub fn read(path: &Path) -> Result<Self, AccountError> {
        file::read(path)
    }
}
