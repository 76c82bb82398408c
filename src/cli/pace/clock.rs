//! The exchange's clock: when it is asked for, and what it corrects.

use std::sync::PoisonError;

use super::Pace;
use crate::client::{ClockError, ClockReading};
use crate::state::{ClockOffset, Clocks, Known};

impl Pace<'_> {
    /// Asks for the exchange's clock unless an answer less than an hour old is known, and this machine's clock was not set since;
    /// says whether more may be known than before. One asks and others wait for what it brings; if it brings nothing, nobody
    /// asks again for an hour. Never for this machine, nor where the time is fixed or no part of the request.
    pub fn learn_clock(
        &self,
        known: &Known,
        measure: impl FnOnce() -> Result<ClockReading, ClockError>,
    ) -> bool {
        let due = |known: &Known| known.clock.is_none_or(|clock| !clock.holds_at(Clocks::now()));
        if self.shared.here || self.query.fixed_time.is_some() || !self.query.target.signed || !due(known) {
            return false;
        }
        let mut asked = self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, known) = (Clocks::now(), self.shared.known());
        if !due(&known) {
            // Another has asked meanwhile.
            return true;
        }
        let vain = asked.is_some_and(|at| now.is_within_an_hour_of(at) && now.jumped_since(at) == 0);
        if vain {
            return false;
        }
        *asked = Some(now);
        self.tell_jump(known.clock.map_or(0, |clock| clock.jumped_ms(now)));
        let console = self.query.session.console;
        match measure() {
            Ok(reading) => {
                self.remember_clock(&reading);
                console.detail(&format!(
                    "clock: the exchange's is {:+} ms from this machine's, asked for in {} ms",
                    reading.offset_ms, reading.round_trip_ms
                ));
            }
            Err(error) => {
                let line = format!("clock: not known and not corrected: {error}");
                console.detail(&self.query.redactor.apply(&line));
            }
        }
        true
    }

    fn tell_jump(&self, jumped_ms: i64) {
        if jumped_ms != 0 {
            self.query.session.console.note(&format!(
                "note: this machine's clock was set by {jumped_ms:+} ms since the exchange's was asked for; asking anew"
            ));
        }
    }

    /// What to add to the timestamp, in milliseconds.
    pub fn offset_ms(&self, known: &Known) -> i64 {
        if self.query.fixed_time.is_some() || !self.query.target.signed {
            return 0;
        }
        let now = Clocks::now();
        let Some(clock) = known.clock.filter(|clock| clock.holds_at(now)) else { return 0 };
        let correction_ms = clock.correction_ms();
        if correction_ms != 0 {
            let minutes = now.boot_ms.saturating_sub(clock.at.boot_ms) / 60_000;
            let line = format!("clock: corrected by {correction_ms} ms, as measured {minutes} min ago");
            self.query.session.console.detail(&line);
        }
        correction_ms
    }

    /// Whether the server is on this machine, so that nothing of it is remembered.
    pub fn is_here(&self) -> bool {
        self.shared.here
    }

    /// By how much this machine's clock was set since the run began, in milliseconds.
    pub fn jumped_ms(&self) -> i64 {
        Clocks::now().jumped_since(self.started)
    }

    /// The offset is wrong: a timestamp was refused.
    pub fn forget_clock(&self) {
        *self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.learn(|known| known.clock = None);
    }

    /// Remembers the exchange's clock, and gives what is remembered.
    pub fn remember_clock(&self, reading: &ClockReading) -> ClockOffset {
        let ClockReading { offset_ms, round_trip_ms } = *reading;
        let clock = ClockOffset { offset_ms, round_trip_ms, at: Clocks::now() };
        self.learn(|known| known.clock = Some(clock));
        clock
    }
}
