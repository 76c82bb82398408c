//! Whose codes an answer has.

use std::iter::once;

use super::{ERRORS, ErrorEntry, PRODUCTS, TEXTS};
use crate::catalogue;
use crate::data::{Span, Text};

/// Where a code is looked up that the product does not have.
const LAST: &str = "spot";

/// A product with codes of its own.
pub struct Product {
    pub(super) name: Text,
    pub(super) title: Text,
    pub(super) paths: Span,
    pub(super) shares: Span,
}

impl Product {
    /// Every product, Spot first.
    pub fn all() -> &'static [Self] {
        &PRODUCTS
    }

    /// The product of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PRODUCTS.iter().find(|p| p.name() == name)
    }

    /// The product that a group of endpoints belongs to: the one of its name, or the one that its paths tell.
    pub fn of_group(group: &str) -> Option<&'static Self> {
        let path = || catalogue::in_group(group).next().map(catalogue::Endpoint::path);
        Self::named(group)
            .or_else(|| PRODUCTS.iter().find(|p| path().is_some_and(|path| p.has_path(path))))
            .or_else(|| path().and(Self::named(LAST)))
    }

    /// Its name, such as `coin-futures`.
    pub fn name(&self) -> &'static str {
        self.name.as_str()
    }

    /// Its name for people.
    pub fn title(&self) -> &'static str {
        self.title.as_str()
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.of(&TEXTS).iter().any(|prefix| path.starts_with(prefix.as_str()))
    }

    /// The files whose codes are its own, its own file first.
    pub(super) fn files(&self) -> impl Iterator<Item = &'static str> {
        once(self.name()).chain(self.shares.of(&TEXTS).iter().map(|t| t.as_str()))
    }

    /// The files to look in, the last resort included.
    pub(super) fn chain(&self) -> impl Iterator<Item = &'static str> {
        self.files().chain(once(LAST))
    }

    /// What a code means in it, by its own files alone.
    pub(super) fn own(&self, code: i64) -> Option<&'static ErrorEntry> {
        self.files().find_map(|file| entry(file, code))
    }

    /// Whether a file that it shares has the code.
    pub(super) fn shares_code(&self, code: i64) -> bool {
        self.files().skip(1).any(|file| entry(file, code).is_some())
    }

    /// What a code means in it.
    pub fn error(&self, code: i64) -> Option<&'static ErrorEntry> {
        self.chain().find_map(|file| entry(file, code))
    }
}

/// The entry of one file; the table is sorted.
fn entry(file: &str, code: i64) -> Option<&'static ErrorEntry> {
    let index = ERRORS.binary_search_by(|e| (e.product(), i64::from(e.code)).cmp(&(file, code))).ok()?;
    ERRORS.get(index)
}
