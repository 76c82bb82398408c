//! The tries of one request: one of a change, several of a read.

use std::io::{Cursor, Read as _};
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom as _, SystemRandom};

use super::{Sender, read_bounded};
use crate::cli::console::{span, whole_seconds};
use crate::cli::exit::{Failure, Kind};
use crate::cli::pace::{UnderWay, wait_after};
use crate::cli::refusal;
use crate::cli::session::now_ms;
use crate::client::{self, BodyError, Decision, History, Response, SendError, Tried};
use crate::explain;
use crate::signing::RecvWindow;
use crate::state::Known;

/// How much of an answer has to be here before any of it is printed, in bytes; an answer that breaks off later is printed in part.
const HELD: u64 = 512 << 10;

/// Most answers are shorter, in bytes.
const USUAL: usize = 4 << 10;

/// A try that brought no accepted answer.
struct Trouble {
    failure: Failure,
    tried: Tried,
}

impl Trouble {
    fn last(failure: Failure) -> Self {
        Self { failure, tried: Tried::Final }
    }
}

impl Sender<'_> {
    /// An accepted answer: of a change after one try, of a read after as many as its budget allows.
    pub(super) fn answer(&self) -> Result<Response, Failure> {
        let query = self.query;
        let (began, budget) = (Instant::now(), query.retry_for);
        let fixed = query.fixed_time.is_some();
        let mut history = if fixed { History::of_fixed_time() } else { History::new(budget) };
        let mut measured = None;
        loop {
            let trouble = match self.attempt(measured, budget.saturating_sub(began.elapsed())) {
                Ok(response) => return Ok(response),
                Err(trouble) => trouble,
            };
            if query.target.changes {
                let wrong_clock = trouble.tried == Tried::WrongClock && !fixed;
                return Err(if wrong_clock { self.corrected(trouble.failure).1 } else { self.told(trouble) });
            }
            let (next, decision) = history.after(trouble.tried, began.elapsed(), jitter());
            history = next;
            match decision {
                Decision::GiveUp => return Err(self.told(trouble)),
                Decision::WithClock => {
                    let (offset_ms, failure) = self.corrected(trouble.failure);
                    measured = Some(offset_ms.ok_or(failure)?);
                }
                Decision::Again(wait) => {
                    let failure = trouble.failure.to_text();
                    // What follows a semicolon is about changes, or a step that is being taken.
                    let first =
                        failure.lines().next().and_then(|line| line.split(';').next()).unwrap_or_default();
                    let what = first.trim_start_matches("error: ").trim_end_matches('.');
                    let line = format!("note: {what}; try {} in {}", history.tries() + 1, span(wait));
                    self.pace.wait(wait, &query.redactor.apply(&line));
                }
            }
        }
    }

    /// One try. `measured` is the offset of the exchange's clock if it was measured just now.
    fn attempt(&self, measured: Option<i64>, budget: Duration) -> Result<Response, Trouble> {
        let (known, _claims) = self.cleared(measured, budget).map_err(Trouble::last)?;
        let offset_ms = measured.unwrap_or_else(|| self.pace.offset_ms(&known));
        let request = self.signed(offset_ms).map_err(Trouble::last)?;
        if let Some(may_be_sent) = self.about_to_send {
            may_be_sent().map_err(Trouble::last)?;
        }
        let response = self.send(&request).map_err(|e| self.unsent(&e))?;
        self.pace.count(&self.query.target.path, &response);
        if !(200..300).contains(&response.status) {
            return Err(self.refused(response));
        }
        self.tell_example(&response);
        self.held(response)
    }

    /// What is known when the request may be sent, and what it takes of the limits; with the exchange's clock, where that can
    /// be had.
    fn cleared(&self, measured: Option<i64>, budget: Duration) -> Result<(Known, UnderWay), Failure> {
        let cleared = self.pace.before(budget)?;
        if measured.is_some() || !self.pace.learn_clock(&cleared.0, || self.measured_clock()) {
            return Ok(cleared);
        }
        // The answer to the question for the time can say that nothing else may be sent.
        drop(cleared);
        self.pace.before(budget)
    }

    fn unsent(&self, error: &SendError) -> Trouble {
        Trouble { failure: self.unanswered(error), tried: Tried::of(error) }
    }

    /// An answer that is here, so that none which breaks off is printed in part. A longer one than is held goes on as it comes.
    fn held(&self, mut response: Response) -> Result<Response, Trouble> {
        let mut start = Vec::with_capacity(USUAL);
        if let Err(e) = (&mut response.body).take(HELD).read_to_end(&mut start) {
            let too_large = matches!(BodyError::of(&e), Some(BodyError::TooLarge { .. }));
            let mut failure = Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}"));
            if self.query.target.changes && !start.is_empty() {
                // It can tell what became of the change.
                failure.body = Some(String::from_utf8_lossy(&start).into_owned());
                failure.show_body = true;
            }
            let tried = if too_large { Tried::Final } else { Tried::Unanswered };
            return Err(Trouble { failure: self.broken(failure, response.status), tried });
        }
        let rest = std::mem::replace(&mut response.body, Box::new(std::io::empty()));
        response.body = Box::new(Cursor::new(start).chain(rest));
        Ok(response)
    }

    /// A refusal, explained, and what it means for another try and for other requests.
    fn refused(&self, mut response: Response) -> Trouble {
        let status = response.status;
        let retry_after_s = client::retry_after_s(&response.headers, now_ms() / 1000);
        let body = match read_bounded(&mut response.body) {
            Ok(body) => body,
            Err(e) => {
                // Without its code, a refusal could be one that leaves the outcome open.
                let failure = Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}"));
                let wait = self.wait_of(status, (None, &failure.message), retry_after_s);
                let tried = wait.map_or(Tried::Unanswered, Tried::Held);
                return Trouble { failure: self.broken(failure, status), tried };
            }
        };
        let mut failure = refusal::explained(&self.asked(), status, &body);
        if failure.kind == Kind::Partial
            && let Err(e) = self.show(&mut body.as_bytes())
        {
            return Trouble::last(self.broken(e, status));
        }
        let wait = self.wait_of(status, (failure.code, &failure.message), retry_after_s);
        failure.retry_after_s = retry_after_s.or(wait.map(whole_seconds));
        let code = failure.code.and_then(|code| explain::error(self.query.target.group, code));
        let again = explain::status(status).is_some_and(explain::StatusEntry::retry)
            || code.is_some_and(explain::ErrorEntry::retry);
        let tried = match wait {
            _ if failure.kind == Kind::Timestamp => Tried::WrongClock,
            _ if !again => Tried::Final,
            _ if failure.kind == Kind::RateLimit && self.query.session.globals.no_wait => Tried::Final,
            Some(wait) => Tried::Held(wait),
            None => Tried::Unanswered,
        };
        let failure = self.with_window(failure, response.elapsed);
        Trouble { failure, tried }
    }

    /// How long nothing is to be sent after this answer; where that is about all requests to the host, it is remembered.
    pub(super) fn wait_of(
        &self,
        status: u16,
        said: (Option<i64>, &str),
        retry_after_s: Option<u64>,
    ) -> Option<Duration> {
        let wait = wait_after(self.query.target.group, status, said, retry_after_s)?;
        if wait.all {
            self.pace.hold(status, wait.time);
        }
        Some(wait.time)
    }

    /// After a refused timestamp: the exchange's clock, remembered for the next run, and the refusal with what was found.
    fn corrected(&self, refused: Failure) -> (Option<i64>, Failure) {
        self.pace.forget_clock();
        let query = self.query;
        let reading = match self.measured_clock() {
            Ok(reading) => reading,
            Err(e) => {
                let refused = refused
                    .with_cause(format!("the clocks differ, and by how much could not be measured: {e}"))
                    .with_fix("set this machine's clock, then send again");
                return (None, refused);
            }
        };
        let clock = self.pace.remember_clock(&reading);
        let offset_ms = clock.offset_ms;
        let jumped_ms = self.pace.jumped_ms();
        if jumped_ms != 0 {
            query
                .session
                .console
                .note(&format!("note: this machine's clock was set by {jumped_ms:+} ms meanwhile"));
        }
        if !query.target.changes {
            query.session.console.note(&format!(
                "note: the exchange's clock differs by {offset_ms} ms; sent again with that corrected"
            ));
        }
        if clock.correction_ms() == 0 {
            // The clocks are not why.
            return (Some(offset_ms), refused);
        }
        let fix = if self.pace.is_here() {
            format!(
                "the server's clock is off by {offset_ms} ms, and bnq does not remember the clock of a server on this machine; correct it there"
            )
        } else {
            format!(
                "this machine's clock is off by {} ms; the next run corrects that, and setting the clock mends it",
                -offset_ms
            )
        };
        (Some(offset_ms), refused.with_fix(fix))
    }

    /// The failure of the last try.
    fn told(&self, trouble: Trouble) -> Failure {
        if trouble.tried != Tried::WrongClock || self.query.fixed_time.is_none() {
            return trouble.failure;
        }
        trouble
            .failure
            .with_cause("the time given by --timestamp is outside the window of the exchange's clock")
            .with_fix("leave --timestamp out, or give a time within recvWindow of the exchange's")
    }

    /// Says of a refused timestamp that the way is too slow for its window, where it is.
    fn with_window(&self, failure: Failure, elapsed: Duration) -> Failure {
        let window = self.query.window();
        let window_us = window.parse::<RecvWindow>().map_or(i64::MAX, |w| w.as_micros());
        if failure.kind != Kind::Timestamp
            || elapsed.as_micros() <= u128::try_from(window_us).unwrap_or(u128::MAX)
        {
            return failure;
        }
        let took = elapsed.as_millis();
        failure
            .with_cause(format!(
                "there and back took {took} ms, and recvWindow lets the request be {window} ms old"
            ))
            .with_fix("give it more time with --recv-window, at most 60000, or send from a faster network")
    }
}

/// A random number that spreads out the pauses of programs that fail together.
fn jitter() -> u8 {
    let mut byte = [0];
    // Without one, pauses are merely not spread.
    let _ = SystemRandom::new().fill(&mut byte);
    let [byte] = byte;
    byte
}
