//! What every layer needs of foreign text: to be shown safely, and the nearest name after a slip.

mod nearest;
mod sanitize;

pub use nearest::nearest;
pub(crate) use sanitize::{TerminalFilter, escape, is_unsafe};
pub use sanitize::{sanitize, sanitize_bytes};
