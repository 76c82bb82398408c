//! What several layers need of text: to show it safely, the nearest name after a slip, what is a decimal,
//! values in the braces of a sentence.

mod decimal;
mod fill;
mod nearest;
mod sanitize;
mod shown;

pub use decimal::is_decimal;
pub use fill::fill;
pub use nearest::nearest;
pub(crate) use sanitize::{TerminalFilter, escape, is_unsafe};
pub use sanitize::{sanitize, sanitize_bytes};
pub use shown::{quoted, shown};
