//! The practice exchange inside this process, for `--env local`.

use std::sync::Arc;

use anyhow::Context as _;

use crate::catalogue::Environment;
use crate::cli::exit::Failure;
use crate::config::Settings;
use crate::practice::{Clock, Exchange, Server};

/// A practice exchange that lives as long as this value.
pub struct Practice {
    url: String,
    _server: Server,
}

impl Practice {
    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A time of sixteen digits or more is in microseconds, as the exchange takes it.
pub fn micros(time: i64) -> i64 {
    if time >= 1_000_000_000_000_000 { time } else { time.saturating_mul(1000) }
}

/// Starts a practice exchange with a fresh account if the settings are for one and no address was given. Where the clock
/// of the request is fixed, so is the exchange's.
///
/// # Errors
/// If no port on loopback can be had.
pub fn exchange_for(settings: &Settings, fixed_time: Option<i64>) -> Result<Option<Practice>, Failure> {
    let local = settings.environment.value == Environment::Local;
    if !local || settings.base_url.is_some() {
        return Ok(None);
    }
    let clock = fixed_time.map_or(Clock::System, |time| Clock::Fixed(micros(time)));
    let server = Server::start(0, Arc::new(Exchange::practice(clock)), |_| {})
        .context("the practice exchange cannot be started")?;
    Ok(Some(Practice { url: format!("http://{}", server.address()), _server: server }))
}
