//! Whether a read is sent again, and when.

use std::time::Duration;

use super::{ProxyProblem, SendError};

/// What came of one try, as far as another one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The name has no address, or nobody listens at it: seldom cured by waiting.
    Unreachable,
    /// No answer, or one that says to try again.
    Unanswered,
    /// Nothing is to be sent before this has passed.
    Held(Duration),
    /// The timestamp was outside the window.
    WrongClock,
    /// Another try would end alike.
    Final,
}

impl Tried {
    /// What a try was that brought no answer.
    pub fn of(error: &SendError) -> Self {
        match error {
            SendError::NameNotFound { .. }
            | SendError::Connect { .. }
            | SendError::Proxy { problem: ProxyProblem::Unreachable(_), .. } => Self::Unreachable,
            SendError::ConnectTimeout { .. }
            | SendError::Tls { .. }
            | SendError::NoAnswer { .. }
            | SendError::Closed { .. }
            | SendError::Broken { .. }
            | SendError::Proxy { problem: ProxyProblem::Status(500..) | ProxyProblem::Socks(_), .. } => {
                Self::Unanswered
            }
            SendError::BaseUrl { .. }
            | SendError::PlainHttp { .. }
            | SendError::Target { .. }
            | SendError::Request { .. }
            | SendError::ProxyVariable { .. }
            | SendError::CaFile { .. }
            | SendError::TlsSetUp { .. }
            | SendError::Proxy { .. }
            | SendError::Certificate { .. }
            | SendError::Malformed { .. }
            | SendError::HeadersTooLarge { .. } => Self::Final,
        }
    }
}

/// What to do after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send it again after this time.
    Again(Duration),
    /// Measure the clock, and send it again at once.
    WithClock,
    /// What came of it is the result.
    GiveUp,
}

/// The first pause, which doubles with each try.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Of the budget, what may be spent on hosts that cannot be reached.
const LONGEST_UNREACHABLE: Duration = Duration::from_secs(3);

/// The tries of one read so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// What all tries together may take, the pauses between them included.
    budget: Duration,
    /// Whether the clock may still be measured.
    clock: bool,
    /// How many tries there were.
    tries: u32,
    /// When the last decision was taken.
    decided: Duration,
    /// How long the host could not be reached.
    unreachable: Duration,
}

impl History {
    /// Before the first try. With no budget, all that brings another one is a wrong clock.
    pub fn new(budget: Duration) -> Self {
        Self { budget, clock: true, tries: 0, decided: Duration::ZERO, unreachable: Duration::ZERO }
    }

    /// The same for a timestamp that is fixed: one try.
    pub fn of_fixed_time() -> Self {
        Self { clock: false, ..Self::new(Duration::ZERO) }
    }

    /// How many tries there were.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// What to do after this try. `elapsed` is the time since the first one began; `jitter`, from 0 to 255, shortens the
    /// pause by up to a half, so that many programs do not come back at the same moment.
    #[must_use]
    pub fn after(self, tried: Tried, elapsed: Duration, jitter: u8) -> (Self, Decision) {
        let mut next = Self { tries: self.tries.saturating_add(1), decided: elapsed, ..self };
        let longest = FIRST_PAUSE.saturating_mul(1 << self.tries.min(8)).min(LONGEST_PAUSE);
        let pause = longest.saturating_sub(longest / 512 * u32::from(jitter));
        let (wait, bound) = match tried {
            Tried::WrongClock if self.clock => {
                next.clock = false;
                return (next, Decision::WithClock);
            }
            Tried::WrongClock | Tried::Final => return (next, Decision::GiveUp),
            Tried::Unreachable => {
                next.unreachable = self.unreachable + elapsed.saturating_sub(self.decided);
                (pause, LONGEST_UNREACHABLE.saturating_sub(next.unreachable))
            }
            Tried::Unanswered => (pause, Duration::MAX),
            Tried::Held(wait) => (wait, Duration::MAX),
        };
        let fits = wait <= bound && elapsed.checked_add(wait).is_some_and(|end| end <= self.budget);
        (next, if fits { Decision::Again(wait) } else { Decision::GiveUp })
    }
}

#[cfg(test)]
#[path = "tests/retry.rs"]
mod tests;
