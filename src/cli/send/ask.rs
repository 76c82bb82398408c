//! A read whose answer is not printed but looked into.

use super::{Sender, read_bounded};
use crate::cli::exit::{Failure, Kind};
use crate::cli::query::Query;
use crate::client::Response;

/// Sends a read and gives the text of its accepted answer.
///
/// # Errors
/// A failure for every end but an accepted answer.
pub fn ask(query: &Query<'_>, base_url: &str) -> Result<String, Failure> {
    let mut response = Sender::new(query, base_url).answer()?;
    read_bounded(&mut response.body)
        .map_err(|e| Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}")))
}

impl Sender<'_> {
    /// An accepted answer; where the clock was refused, after one more try with the exchange's.
    fn answer(&self) -> Result<Response, Failure> {
        match self.attempt(0) {
            Err(refused) if refused.kind == Kind::Timestamp && self.query.fixed_time.is_none() => {
                let Ok(offset_ms) = self.measure() else { return Err(refused) };
                self.attempt(offset_ms)
            }
            result => result,
        }
    }

    fn attempt(&self, offset_ms: i64) -> Result<Response, Failure> {
        let response = self.send(offset_ms)?;
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        let nothing = || Failure::new(Kind::NoAnswer, "the answer cannot be read");
        Err(self.accept(response).err().unwrap_or_else(nothing))
    }
}
