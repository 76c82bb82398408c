use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ClockOffset, Clocks};
use crate::client::{Usage, UsageKind, interval_ms};

/// The longest ban there is, in milliseconds. Source: Spot REST documentation, "IP Limits": up to three days.
const LONGEST_HOLD_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// More counts than one host has; keeps the file small whatever happens.
const MOST_COUNTS: usize = 500;

/// What is known about one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// The exchange's clock.
    pub clock: Option<ClockOffset>,
    /// Until when nothing may be sent.
    pub hold: Option<Hold>,
    /// How much of the limits was used when the exchange last told.
    pub used: Vec<Used>,
}

/// A time before which nothing may be sent, after a 429 or 418.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The status that set it.
    pub status: u16,
    /// From when on requests may be sent: by the wall clock, in milliseconds.
    pub until_ms: i64,
    /// When that was told. While the machine stays on, setting its clock neither ends a ban nor makes it longer.
    #[serde(default)]
    pub at: Option<Clocks>,
}

/// How much of one limit was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// What is counted.
    pub kind: UsageKind,
    /// The interval, such as `1M`.
    pub interval: String,
    /// How much was used in it.
    pub used: u64,
    /// When, by the exchange's clock as far as it is known, in milliseconds.
    pub at_ms: i64,
    /// The digest of the key, where the limit is the account's.
    pub key: Option<String>,
    /// For what: the path where each has a limit of its own, else the first part of it.
    pub path: String,
}

/// What a request takes of a limit.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// What is counted.
    pub kind: UsageKind,
    /// The interval, such as `1M`.
    pub interval: &'a str,
    /// The most that is served in it.
    pub limit: u64,
    /// How much the request takes.
    pub cost: u64,
    /// How much is taken by requests that are under way, which no answer has told of yet.
    pub under_way: u64,
    /// The digest of the key.
    pub key: Option<&'a str>,
    /// The path of the request.
    pub path: &'a str,
}

impl Need<'_> {
    /// Whether a request for another path, with the same key, is counted by the same limit.
    pub fn is_shared_by(&self, kind: UsageKind, interval: &str, path: &str) -> bool {
        (self.kind, self.interval) == (kind, interval)
            && counted_for(self.kind, self.path) == counted_for(kind, path)
    }

    fn is_counted_by(&self, used: &Used) -> bool {
        (self.kind, self.interval) == (used.kind, used.interval.as_str())
            && used.key.as_deref().is_none_or(|key| self.key == Some(key))
            && used.path == counted_for(self.kind, self.path)
    }
}

impl Used {
    /// Whether the interval in which it was counted still runs at this time of the exchange's: intervals begin at whole
    /// minutes, tens of seconds and days.
    pub fn counts_at(&self, now_ms: i64) -> bool {
        self.ends_ms().is_some_and(|end| (self.at_ms..end).contains(&now_ms))
    }

    /// When that interval ends, in milliseconds.
    pub fn ends_ms(&self) -> Option<i64> {
        let span = interval_ms(&self.interval)?;
        self.at_ms.checked_sub(self.at_ms.rem_euclid(span))?.checked_add(span)
    }

    fn is_of_the_limit_of(&self, other: &Self) -> bool {
        (self.kind, &self.interval, &self.key, &self.path)
            == (other.kind, &other.interval, &other.key, &other.path)
    }
}

/// What shares a limit with a path.
fn counted_for(kind: UsageKind, path: &str) -> &str {
    let end = path.get(1..).and_then(|rest| rest.find('/')).map(|end| end + 1);
    end.filter(|_| !kind.is_by_path()).and_then(|end| path.get(..end)).unwrap_or(path)
}

impl Known {
    /// What to add to the local time, in milliseconds; `None` where it is not known or no longer.
    pub fn offset_ms(&self, now: Clocks) -> Option<i64> {
        self.clock.filter(|c| c.holds_at(now)).map(|c| c.offset_ms)
    }

    /// How long nothing may be sent, and the status that said so. A time further away than any ban is none.
    pub fn held(&self, now: Clocks) -> Option<(Duration, u16)> {
        let hold = self.hold?;
        let told = hold.at.filter(|at| now.same_start(*at));
        let now_ms =
            told.map_or(now.wall_ms, |at| at.wall_ms.saturating_add(now.boot_ms.saturating_sub(at.boot_ms)));
        let left_ms = hold.until_ms.saturating_sub(now_ms);
        let left = u64::try_from(left_ms).ok().filter(|_| (1..=LONGEST_HOLD_MS).contains(&left_ms))?;
        Some((Duration::from_millis(left), hold.status))
    }

    /// Nothing may be sent for this long. Of two such times the later one counts.
    pub fn hold(&mut self, status: u16, wait: Duration, now: Clocks) {
        let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).min(LONGEST_HOLD_MS);
        if self.held(now).is_none_or(|(left, _)| left < wait) {
            self.hold = Some(Hold { status, until_ms: now.wall_ms.saturating_add(wait_ms), at: Some(now) });
        }
    }

    /// The limit that a request would go over at this time of the exchange's. One that it goes over by itself holds up
    /// nothing: waiting would not help.
    pub fn lacks(&self, need: &Need<'_>, now_ms: i64) -> Option<&Used> {
        let more = need.cost.saturating_add(need.under_way);
        let over = |used: &&Used| need.cost <= need.limit && used.used.saturating_add(more) > need.limit;
        self.used.iter().filter(|used| need.is_counted_by(used) && used.counts_at(now_ms)).find(over)
    }

    /// Takes what an answer told of the limits. `key` is the digest of the key, `path` that of the request. What is the
    /// account's is left out where the request had no key.
    pub fn count(&mut self, told: &[Usage], key: Option<&str>, path: &str, now_ms: i64) {
        for usage in told {
            let by_key = usage.kind.is_of_the_account();
            if by_key && key.is_none() {
                continue;
            }
            let new = Used {
                kind: usage.kind,
                interval: usage.interval.clone(),
                used: usage.used,
                at_ms: now_ms,
                key: key.filter(|_| by_key).map(str::to_owned),
                path: counted_for(usage.kind, path).to_owned(),
            };
            self.used.retain(|old| !old.is_of_the_limit_of(&new));
            self.used.push(new);
        }
        self.used.retain(|u| u.counts_at(now_ms));
        let surplus = self.used.len().saturating_sub(MOST_COUNTS);
        self.used.drain(..surplus);
    }
}
