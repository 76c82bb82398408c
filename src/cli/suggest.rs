//! What to type instead, after a slip of the hand.

use crate::text;

/// "did you mean" the nearest of some names, or else `otherwise`.
pub fn fix<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
    prefix: &str,
    otherwise: &str,
) -> String {
    text::nearest(word, names).first().map_or_else(
        || otherwise.to_owned(),
        |nearest| format!("did you mean `{prefix}{nearest}`? {otherwise}"),
    )
}
