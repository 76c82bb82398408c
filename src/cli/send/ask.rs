//! A read whose answer is not printed but looked into.

use std::sync::Arc;

use super::{Sender, read_bounded};
use crate::cli::exit::{Failure, Kind};
use crate::cli::pace::Shared;
use crate::cli::query::Query;

/// Sends a read and gives the text of its accepted answer. `host` is what is known of the host by all that asks it.
///
/// # Errors
/// A failure for every end but an accepted answer.
pub fn ask(query: &Query<'_>, base_url: &str, host: &Arc<Shared>) -> Result<String, Failure> {
    let mut response = Sender::new(query, base_url, Arc::clone(host)).answer()?;
    read_bounded(&mut response.body)
        .map_err(|e| Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}")))
}
