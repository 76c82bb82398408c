use std::borrow::Cow;

/// Longer than any name or word that a message needs to repeat, in bytes, and shorter than a secret.
const LONGEST_SHOWN: usize = 40;

/// A word that cannot be right, as a message repeats it: of a long one, which may be a secret in the wrong place, the length
/// alone.
pub fn shown(word: &str) -> Cow<'_, str> {
    if word.len() <= LONGEST_SHOWN {
        return word.into();
    }
    format!("({} characters)", word.chars().count()).into()
}

/// The same as part of a sentence, in which it is quoted.
pub fn quoted(word: &str) -> String {
    if word.len() <= LONGEST_SHOWN {
        return format!("`{word}`");
    }
    format!("a word of {} characters", word.chars().count())
}
