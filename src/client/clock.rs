use std::io::{self, Read};

use serde::Deserialize;

use super::{Response, SendError};

/// More than the answer of a time endpoint ever holds, in bytes.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// From here on a time is in microseconds: 16 digits, which milliseconds reach in the year 33658.
const MICROSECONDS_FROM: i64 = 1_000_000_000_000_000;

/// The exchange's clock as measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// What to add to the local time to get the exchange's, in milliseconds.
    pub offset_ms: i64,
    /// How long the exchange took, in milliseconds; the offset is right within half of it.
    pub round_trip_ms: i64,
}

/// Why the clock could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// No answer.
    #[error(transparent)]
    Send(#[from] SendError),
    /// There is nobody to ask.
    #[error("this host has no time endpoint")]
    NoEndpoint,
    /// Another status than 200.
    #[error("the time endpoint answered with status {0}; try again later")]
    Status(u16),
    /// The answer broke off.
    #[error("the answer of the time endpoint broke off: {0}")]
    Body(#[source] io::Error),
    /// No `serverTime` in it.
    #[error("the time endpoint did not answer with serverTime; check the base URL")]
    NoTime,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    server_time: i64,
}

/// Measures the exchange's clock: `send` asks its time endpoint, `now_ms` is the local time in milliseconds.
///
/// The exchange is taken to have read its clock half-way between the request's leaving and the answer's arrival. Connecting
/// and TLS are not counted: they come before the request and would shift the middle by more than the window allows.
///
/// # Errors
/// [`ClockError`] if there is no answer, or none that holds a time.
pub fn measure_offset(
    send: impl FnOnce() -> Result<Response, SendError>,
    now_ms: impl FnOnce() -> i64,
) -> Result<ClockReading, ClockError> {
    let response = send()?;
    let received_ms = now_ms();
    let round_trip_ms = i64::try_from(response.elapsed.as_millis()).unwrap_or(i64::MAX);
    if response.status != 200 {
        return Err(ClockError::Status(response.status));
    }
    let mut text = Vec::new();
    response.body.take(LONGEST_ANSWER).read_to_end(&mut text).map_err(ClockError::Body)?;
    let answer: Answer = serde_json::from_slice(&text).map_err(|_| ClockError::NoTime)?;
    let server_ms = match answer.server_time {
        ..1 => return Err(ClockError::NoTime),
        time @ MICROSECONDS_FROM.. => time / 1000,
        time => time,
    };
    let middle_ms = received_ms.saturating_sub(round_trip_ms / 2);
    Ok(ClockReading { offset_ms: server_ms.saturating_sub(middle_ms), round_trip_ms })
}

#[cfg(test)]
#[path = "tests/clock.rs"]
mod tests;
