//! Asks again and again, until the exchange tells the state or nothing can change any more.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::verdict::{self, Reading, State};
use crate::catalogue::Outcome;
use crate::cli::exit::{Failure, Kind};
use crate::cli::pace::Shared;
use crate::cli::query::Query;
use crate::cli::send;
use crate::cli::session::now_ms;
use crate::client::Client;

/// The largest `recvWindow`, in milliseconds. Source: Spot REST documentation, "Timing security".
const LARGEST_WINDOW_MS: i64 = 60_000;

/// How far ahead of the exchange's clock a timestamp may be, in milliseconds. Source: the same.
const MOST_AHEAD_MS: i64 = 1000;

/// How long the exchange can go on working at what it has let in, in milliseconds: its own limit for an answer of the
/// matching engine. Source: Spot REST documentation, "General API information".
const AT_WORK_MS: i64 = 10_000;

/// After this, nothing that was sent before the first question can arrive any more.
pub const LONGEST: Duration =
    Duration::from_millis((LARGEST_WINDOW_MS + MOST_AHEAD_MS + AT_WORK_MS).unsigned_abs());

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// When a change was sent, and how long it stayed valid, in milliseconds by the exchange's clock.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its timestamp.
    pub at_ms: i64,
    /// Its `recvWindow`, rounded up.
    pub window_ms: i64,
}

/// What is asked, of whom, and for how long.
pub struct Asking<'a> {
    /// The question.
    pub query: &'a Query<'a>,
    /// How its answer is read.
    pub outcome: &'static Outcome,
    /// What it is about.
    pub id: Option<String>,
    /// Where it is sent.
    pub base_url: &'a str,
    /// When what it is about was sent, if that is known.
    pub sent: Option<Sent>,
    /// How long it is asked at most.
    pub patience: Option<Duration>,
}

/// What came of it.
pub struct Settled {
    /// The state.
    pub state: State,
    /// The part of the exchange's answer that told it.
    pub order: Option<String>,
    /// The words that told it, or why it is not known.
    pub told: String,
    /// What the last question was refused with.
    pub refused: Option<Failure>,
    /// How many questions were sent.
    pub asked: u32,
    /// How long it took.
    pub waited: Duration,
}

impl Settled {
    /// The object that `-o json` prints.
    pub fn to_json(&self) -> String {
        format!(
            "{{\"state\":\"{}\",\"order\":{},\"asked\":{},\"waited_ms\":{}}}",
            self.state.word(),
            self.order.as_deref().unwrap_or("null"),
            self.asked,
            self.waited.as_millis()
        )
    }
}

/// What one question brought.
enum Heard {
    Told(State, String, String),
    Missing,
    /// Nothing, and perhaps something later, but not before this time.
    Nothing(String, Duration),
    /// A refusal that stays the same however often it is asked.
    Refused(Failure),
}

impl Asking<'_> {
    /// Asks until it is settled or the time is over.
    ///
    /// # Errors
    /// A usage or configuration failure: then nothing was sent.
    pub fn run(&self) -> Result<Settled, Failure> {
        let began = Instant::now();
        let deadline = self.patience.unwrap_or(LONGEST);
        let (mut sure_from, mut pause) = (None, FIRST_PAUSE);
        let host = Shared::of(self.base_url);
        for asked in 1.. {
            let at = began.elapsed();
            let settled = |state, order, told: String| Settled {
                state,
                order,
                told,
                refused: None,
                asked,
                waited: began.elapsed(),
            };
            let (why, wait) = match self.hear(&host)? {
                Heard::Told(state, order, told) => return Ok(settled(state, Some(order), told)),
                Heard::Refused(failure) => {
                    let unknown = settled(State::Unknown, None, failure.message.clone());
                    return Ok(Settled { refused: Some(failure), ..unknown });
                }
                Heard::Nothing(why, wait) => (why, wait.max(pause)),
                Heard::Missing => {
                    let first = sure_from.is_none();
                    let sure = *sure_from.get_or_insert_with(|| self.sure_from(began));
                    if at >= sure {
                        return Ok(settled(State::NotFound, None, "it can no longer arrive".to_owned()));
                    }
                    self.tell_wait(first, sure.min(deadline).saturating_sub(at));
                    let left = sure.saturating_sub(at).as_secs() + 1;
                    let why = format!("it is not there, but can still arrive for {left} s");
                    (why, sure.saturating_sub(began.elapsed()).min(pause))
                }
            };
            let now = began.elapsed();
            // What asks to wait is not asked earlier, also where that is longer than the patience.
            let too_long = wait > pause && now + wait > deadline;
            if at >= deadline || too_long || self.query.fixed_time.is_some() {
                return Ok(settled(State::Unknown, None, why));
            }
            thread::sleep(wait.min(deadline.saturating_sub(now)));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Err(Failure::new(Kind::Other, "asked more often than can be counted"))
    }

    fn hear(&self, host: &Arc<Shared>) -> Result<Heard, Failure> {
        let failure = match send::ask(self.query, self.base_url, host) {
            Ok(answer) => {
                return Ok(match verdict::read(self.outcome, self.id.as_deref(), &answer) {
                    Reading::Told(state, order, told) => Heard::Told(state, order, told),
                    Reading::Absent => Heard::Nothing("it is not in the list".to_owned(), Duration::ZERO),
                    Reading::Unreadable(why) => Heard::Nothing(why, Duration::ZERO),
                });
            }
            Err(failure) => failure,
        };
        let wait = Duration::from_secs(failure.retry_after_s.unwrap_or(0));
        Ok(match (failure.kind, failure.code) {
            (Kind::Usage | Kind::Config, _) => return Err(self.query.complete(failure)),
            (_, Some(code)) if self.outcome.is_missing(code) => Heard::Missing,
            (Kind::NoAnswer | Kind::RateLimit, _) => Heard::Nothing(failure.message, wait),
            _ => Heard::Refused(self.query.complete(failure)),
        })
    }

    /// From when on, counted from `began`, what is not there cannot arrive any more.
    fn sure_from(&self, began: Instant) -> Duration {
        let Some((sent, now_ms)) = self.sent.zip(self.exchange_now_ms()) else { return LONGEST };
        let over_ms = sent.at_ms.saturating_add(sent.window_ms).saturating_add(AT_WORK_MS);
        let elapsed_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let from_ms = over_ms.saturating_sub(now_ms).saturating_add(elapsed_ms);
        // Whatever the time is that was given: it was sent before the first question.
        Duration::from_millis(u64::try_from(from_ms).unwrap_or(0)).min(LONGEST)
    }

    fn exchange_now_ms(&self) -> Option<i64> {
        if self.query.fixed_time.is_some() {
            return self.query.fixed_time;
        }
        let client = Client::new(send::options(&self.query.settings));
        let path = self.query.target.clock_path(self.query.environment())?;
        let reading = send::measure(&client, self.base_url, path, |_| {}).ok()?;
        Some(now_ms().saturating_add(reading.offset_ms))
    }

    fn tell_wait(&self, first: bool, left: Duration) {
        if first && self.query.fixed_time.is_none() && !left.is_zero() {
            let seconds = left.as_secs() + 1;
            self.query
                .session
                .console
                .note(&format!("note: not there yet; asking for {seconds} s, as it can still arrive"));
        }
    }
}
