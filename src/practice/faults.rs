//! Faults on demand, for those who test their clients: which requests go wrong, and how.
//!
//! [`Rule`]s say what happens to which requests. They are counted for each rule on its own, so that the same rules, seed and
//! sequence of requests give the same faults. Of the faults that take the place of an answer the first that hits a request is
//! carried out, and no other of them is used up by it; latencies and clocks add up.

mod answers;
mod control;
mod error;
mod memory;
mod outcome;
mod rule;
mod table;
mod values;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use control::Token;
pub use error::RuleError;
pub(super) use outcome::{Cut, Given};
pub use rule::Rule;
pub use table::{Row, table};

use memory::Memory;
use rule::{Ending, What};

use super::exchange::Answered;
use crate::diagnose::{ReceivedRequest, endpoint_of};

/// The rules in force, and what they have done so far.
#[derive(Default)]
pub struct Faults {
    state: Mutex<State>,
    token: Option<Token>,
}

#[derive(Default)]
struct State {
    seed: u64,
    rules: Vec<Counted>,
    /// How often they were replaced.
    replaced: u64,
    memory: Memory,
}

/// A rule and the requests that it was for.
struct Counted {
    rule: Rule,
    /// How many fitted.
    seen: u64,
    /// How many it hit.
    hits: u64,
}

impl Counted {
    fn new(rule: Rule) -> Self {
        Self { rule, seen: 0, hits: 0 }
    }

    /// Whether it hits the request that it has seen last; `number` tells it from other rules.
    fn hits(&self, seed: u64, number: u64) -> bool {
        let Rule { skip, count, chance, .. } = &self.rule;
        self.seen > *skip
            && count.is_none_or(|count| self.hits < count)
            && chance.is_none_or(|chance| random(seed, number, self.seen) % 1_000_000_000 < chance)
    }
}

/// What happens to a request.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decision {
    what: What,
    /// The answer that it got before, where it gets that again.
    stale: Option<String>,
    /// Where its answer is to be remembered.
    remember: Option<Vec<u8>>,
    /// How often the rules had been replaced when it was decided.
    rules: u64,
}

impl Faults {
    /// These rules; `seed` decides which requests those with a chance hit.
    pub fn new(rules: Vec<Rule>, seed: u64) -> Self {
        let rules = rules.into_iter().map(Counted::new).collect();
        Self { state: Mutex::new(State { seed, rules, ..State::default() }), token: None }
    }

    /// Lets whoever has the token replace the rules, at [`Self::CONTROL`].
    #[must_use]
    pub fn with_control(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Answers a request: `execute` has the exchange judge and execute it, by a clock in microseconds since the epoch.
    pub(super) fn answer(
        &self,
        request: &ReceivedRequest,
        now_us: i64,
        execute: impl FnOnce(i64) -> Answered,
    ) -> Given {
        if let Some(token) = self.token.as_ref().filter(|_| request.path == Self::CONTROL) {
            return control::answer(request, token, &mut self.lock()).into();
        }
        let decision = self.lock().decide(request);
        let (remember, rules) = (decision.remember.clone(), decision.rules);
        let given = outcome::carry_out(decision, request, now_us, execute);
        if let Some(key) = remember.filter(|_| given.answered.status == 200) {
            let mut state = self.lock();
            // Rules that were set in the meantime begin with an empty memory.
            if state.replaced == rules {
                state.memory.keep(key, &given.answered.body);
            }
        }
        given
    }

    /// The rules as they were written, how many requests each has hit, and how many it was for.
    pub(super) fn in_force(&self) -> Vec<(String, u64, u64)> {
        self.lock().rules.iter().map(|c| (c.rule.to_string(), c.hits, c.seen)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn decide(&mut self, request: &ReceivedRequest) -> Decision {
        let mut decision = Decision { rules: self.replaced, ..Decision::default() };
        let fits = |counted: &&Counted| counted.rule.is_for(&request.method, &request.path);
        if self.rules.iter().filter(fits).any(|c| c.rule.is_stale()) && is_read(request) {
            decision.remember = Some(memory::key(request));
        }
        let before = decision.remember.as_ref().and_then(|key| self.memory.get(key));
        for (number, counted) in (0..).zip(&mut self.rules) {
            if !counted.rule.is_for(&request.method, &request.path) {
                continue;
            }
            counted.seen += 1;
            let what = &counted.rule.what;
            let possible = match what.ending {
                Some(_) if decision.what.ending.is_some() => false,
                Some(Ending::Stale) => before.is_some(),
                _ => true,
            };
            if possible && counted.hits(self.seed, number) {
                counted.hits += 1;
                decision.what.latency = decision.what.latency.saturating_add(what.latency);
                decision.what.clock_us = decision.what.clock_us.saturating_add(what.clock_us);
                decision.what.ending = decision.what.ending.or(what.ending);
            }
        }
        if decision.what.ending == Some(Ending::Stale) {
            decision.stale = before.map(str::to_owned);
        }
        // What the client does not get, or has had before, is no newer answer.
        if decision.what.ending.is_some() {
            decision.remember = None;
        }
        decision
    }
}

/// Whether a request changes nothing.
fn is_read(request: &ReceivedRequest) -> bool {
    request.method == "GET" && endpoint_of(request).is_none_or(|endpoint| !endpoint.changes())
}

/// A number that looks random and is always the same for the same place in a sequence (`SplitMix64`).
fn random(seed: u64, rule: u64, request: u64) -> u64 {
    [rule, request].into_iter().fold(seed, |state, n| {
        let mut x = state.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    })
}

#[cfg(test)]
mod tests;
