//! The state of the practice exchange: in memory alone, or kept in a file between runs.
//!
//! The file is a journal of what was asked and done, not of what came of it: the engine makes the same of it every time. A change is
//! in the file, and synced, before its answer is given. Several processes can keep the same file: each takes its lock for a
//! request, and first does what the others have done in the meantime.

mod entry;
mod error;
mod journal;

use std::path::Path;
use std::sync::{RwLock, RwLockWriteGuard};

pub use error::{StateError, StateProblem};

use super::engine::{self, Call, Failure, Played, World};
use super::exchange::Clock;
use super::spot::Opening;
use entry::Entry;
use journal::{Journal, Lock, Place};

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// The longest time between the last change and a start, in days: every minute of it is played.
const LONGEST_GAP_DAYS: i64 = 400;

/// The world, and the file that it is kept in.
pub(super) struct State {
    opening: Opening,
    clock: Clock,
    /// When the market began, in milliseconds: a whole minute.
    start_ms: i64,
    journal: Option<Journal>,
    /// Made when the first request needs it: most commands start an exchange for one request.
    now: RwLock<Now>,
}

/// The world as it is now.
#[derive(Default)]
struct Now {
    world: Option<World>,
    /// Up to where the file is in it.
    place: Place,
    /// The latest time that the world has seen, in microseconds.
    seen_us: i64,
}

impl Now {
    /// A call as the world sees it. Of those that come at once, one whose time was read earlier can come later.
    fn in_turn<'a>(&mut self, call: &Call<'a>) -> Call<'a> {
        self.seen_us = self.seen_us.max(call.now_us);
        Call { now_us: self.seen_us, ..*call }
    }
}

impl State {
    /// A state that ends with the process.
    pub(super) fn fresh(opening: Opening, clock: Clock) -> Self {
        let minute_ms = 60_000;
        let start_ms = clock.now_us().div_euclid(1000).div_euclid(minute_ms) * minute_ms;
        Self { opening, clock, start_ms, journal: None, now: RwLock::default() }
    }

    /// The state that is kept in a file, which is made if it is not there.
    pub(super) fn kept(opening: Opening, clock: Clock, path: &Path) -> Result<Self, StateError> {
        let fresh = Self::fresh(opening, clock);
        let wrong = |problem| StateError { path: path.to_owned(), problem };
        let journal = Journal::open(path, &fresh.opening.digest(), fresh.start_ms).map_err(wrong)?;
        let state = Self { start_ms: journal.start_ms(), journal: Some(journal), ..fresh };
        if let Some(journal) = &state.journal {
            let mut lock = journal.lock_to_write().map_err(wrong)?;
            let mut now = state.now();
            state.catch_up(&mut now, &mut lock).map_err(wrong)?;
            state.pass_the_gap(&mut now).map_err(wrong)?;
        }
        Ok(state)
    }

    /// Lets the time since the last change pass before anybody is served: a month of minutes takes a second.
    fn pass_the_gap(&self, now: &mut Now) -> Result<(), StateProblem> {
        let (clock_us, last_us) = (self.clock.now_us(), now.seen_us.max(self.start_ms * 1000));
        let days = (clock_us - last_us).div_euclid(DAY_US);
        if days > LONGEST_GAP_DAYS {
            return Err(StateProblem::Old(days));
        }
        if matches!(self.clock, Clock::Fixed(_)) && clock_us < last_us {
            return Err(StateProblem::Later(last_us / 1000));
        }
        self.world(now).advance(clock_us.max(last_us).div_euclid(1000));
        Ok(())
    }

    fn now(&self) -> RwLockWriteGuard<'_, Now> {
        self.now.write().unwrap_or_else(|poisoned| {
            self.now.clear_poison();
            let mut now = poisoned.into_inner();
            // What panicked may have left a change half done; the file has all that was done.
            if self.journal.is_some() {
                now.world = None;
            }
            now
        })
    }

    /// The world as it is in memory; to begin with, nothing has happened to it.
    fn world<'a>(&self, now: &'a mut Now) -> &'a mut World {
        if now.world.is_none() {
            *now = Now::default();
        }
        now.world.get_or_insert_with(|| World::new(&self.opening, self.start_ms))
    }

    #[cfg(test)]
    pub(super) fn alter<T>(&self, by: impl FnOnce(&mut World) -> T) -> T {
        by(self.world(&mut self.now()))
    }

    /// Looks at what never changes, such as which symbols there are.
    pub(super) fn look<T>(&self, at: impl FnOnce(&World) -> T) -> T {
        if let Ok(now) = self.now.read()
            && let Some(world) = &now.world
        {
            return at(world);
        }
        at(self.world(&mut self.now()))
    }

    /// Has a request answered that the gate let through. Tells how many orders have had their first fill since the last one.
    pub(super) fn play(&self, call: &Call<'_>) -> (Result<Played, Failure>, u32) {
        if let Some(seen) = self.play_at_once(call) {
            return (seen, 0);
        }
        let mut now = self.now();
        let played = self.play_now(&mut now, call);
        let filled = now.world.as_mut().map_or(0, |world| world.spot.take_filled());
        (played, filled)
    }

    /// The same for what only looks, while others look too: most requests do, and writing an answer takes its time.
    fn play_at_once(&self, call: &Call<'_>) -> Option<Result<Played, Failure>> {
        let now = self.now.read().ok().filter(|_| self.journal.is_none())?;
        let call = Call { now_us: call.now_us.max(now.seen_us), ..*call };
        engine::look(now.world.as_ref()?, &call)
    }

    fn play_now(&self, now: &mut Now, call: &Call<'_>) -> Result<Played, Failure> {
        match self.journal.as_ref().filter(|_| call.is_played()) {
            None => {
                self.world(now);
                let call = now.in_turn(call);
                engine::play(self.world(now), &call)
            }
            Some(journal) if call.endpoint.changes() => self.change(now, journal, call),
            Some(journal) => {
                let mut lock = journal.lock_to_read().map_err(|problem| failure(&problem))?;
                self.catch_up(now, &mut lock).map_err(|problem| failure(&problem))?;
                let call = now.in_turn(call);
                engine::play(self.world(now), &call)
            }
        }
    }

    /// Makes a change, and gives its answer only if it is in the file.
    fn change(&self, now: &mut Now, journal: &Journal, call: &Call<'_>) -> Result<Played, Failure> {
        let mut lock = journal.lock_to_write().map_err(|problem| failure(&problem))?;
        self.catch_up(now, &mut lock).map_err(|problem| failure(&problem))?;
        // Read under the lock, so that no process writes a time that another one is past. A clock that was set back stands still.
        let now_us = call.now_us.max(self.clock.now_us()).max(now.seen_us);
        let parameters = Entry::parameters(call);
        let call = Call { parameters: &parameters, now_us, ..*call };
        // Until the change is in the file, the world is ahead of it; whatever fails then, it is made anew from the file.
        let Some(mut world) = now.world.take() else { return Err(failure(&StateProblem::Lost)) };
        let played = engine::play(&mut world, &call);
        let body = match &played {
            Ok(Played::Answer(body)) => Some(body.clone()),
            Err(partly) if partly.status == 409 => Some(partly.body()),
            Ok(Played::Example(_)) | Err(_) => None,
        };
        if let Some(body) = body {
            let line = Entry::new(&call, &body).line();
            now.place = lock.append(now.place, &line).map_err(|problem| failure(&problem))?;
        }
        now.seen_us = now_us;
        now.world = Some(world);
        played
    }

    /// Does what other processes have done since the last request; all of it, if there is no world yet.
    fn catch_up(&self, now: &mut Now, lock: &mut Lock<'_>) -> Result<(), StateProblem> {
        // At the second attempt the world has seen nothing yet.
        for _ in 0..2 {
            if lock.is_behind(now.place)? {
                now.world = None;
            }
            self.world(now);
            let Now { world: Some(world), place, seen_us } = now else { return Err(StateProblem::Lost) };
            let all_was_later = lock.each(place, |line, number| {
                let entry = Entry::read(line, number)?;
                if entry.time() < *seen_us {
                    return Ok(false);
                }
                *seen_us = entry.time();
                entry.replay(world, number)?;
                Ok(true)
            });
            match all_was_later {
                Ok(true) => {
                    // The limits of this process have not counted those orders.
                    world.spot.take_filled();
                    return Ok(());
                }
                // The world has had minutes that come after a change, and without it they may have brought something else.
                Ok(false) => now.world = None,
                Err(problem) => {
                    now.world = None;
                    return Err(problem);
                }
            }
        }
        Err(StateProblem::Damaged(now.place.line()))
    }
}

/// The refusal of a request that the file stands in the way of. Nothing was done.
fn failure(problem: &StateProblem) -> Failure {
    let message = "An unknown error occurred while processing the request.";
    let cause = format!("the state file {problem}; nothing was changed");
    Failure { status: 500, ..Failure::new(-1000, message, cause, "mend that and send the request again") }
}

#[cfg(test)]
mod tests;
