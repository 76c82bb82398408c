use super::{ASSETS, QUOTES, REMOVED};
use crate::data::Text;

/// How an asset ranks as a quote asset, the highest first; `None` if it is none. Of two quote assets in a symbol, the one of
/// the smaller number is the quote.
pub fn quote_rank(asset: &str) -> Option<u8> {
    QUOTES.iter().find(|(name, _)| name.as_str() == asset).map(|(_, rank)| *rank)
}

/// Well-known assets that are no quote assets.
pub fn assets() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.as_str())
}

/// An endpoint that was removed from the exchange, or a family of them.
pub struct Removed {
    pub(super) path: Text,
    pub(super) since: Text,
    pub(super) instead: Text,
}

impl Removed {
    /// The day of its removal, as `2026-02-20`, where it is documented.
    pub fn since(&self) -> Option<&'static str> {
        self.since.given()
    }

    /// What to do now.
    pub fn instead(&self) -> &'static str {
        self.instead.as_str()
    }
}

/// What is known of a path at which there is no endpoint any more.
pub fn removed(path: &str) -> Option<&'static Removed> {
    let is = |known: &str| if known.ends_with('/') { path.starts_with(known) } else { path == known };
    REMOVED.iter().find(|r| is(r.path.as_str()))
}
