//! Why a text was refused.

use thiserror::Error;

/// Where and why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) struct Fault {
    /// Bytes before the place, from the start of the text.
    pub(in crate::render) offset: usize,
    pub(in crate::render) cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Cause {
    NotJson(Reason),
    TooDeep,
}

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Reason {
    /// A byte that cannot stand at its place.
    #[error("found {} where {expected} belongs", shown(*found))]
    Unexpected {
        /// The byte.
        found: u8,
        /// What could have stood there, in words.
        expected: &'static str,
    },
    /// The text ends too early; an empty one does too.
    #[error("it ends where {expected} belongs")]
    Ended {
        /// What should have followed, in words.
        expected: &'static str,
    },
    /// A string holds bytes that are not UTF-8.
    #[error("a string is not valid UTF-8")]
    NotUtf8,
}

fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("byte 0x{byte:02x}") }
}
