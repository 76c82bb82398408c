use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::escape;
use super::exchange::Reason;
use crate::diagnose::Finding;

/// The most of a target that a line holds, in characters.
const LONGEST_TARGET: usize = 1000;

/// The most of a method that a line holds, in characters.
const LONGEST_METHOD: usize = 20;

/// One request in the log. Keys, secrets and signatures are masked and control characters escaped from the beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When it was answered, in milliseconds since the epoch.
    pub time: i64,
    /// The method; `-` if the request could not be read.
    pub method: String,
    /// Path and query as they arrived.
    pub target: String,
    /// The HTTP status; `None` if the connection ended before an answer.
    pub status: Option<u16>,
    /// The exchange's code.
    pub code: Option<i32>,
    /// The exchange's message.
    pub message: Option<String>,
    /// The request weight that was counted; `None` if the path is no endpoint's.
    pub weight: Option<u32>,
    /// How long the answer took, in milliseconds.
    pub millis: u64,
    /// The name of the mistake in `data/mistakes.toml`.
    pub mistake: Option<String>,
    /// What was wrong with a refused request.
    pub cause: Option<String>,
    /// How to mend it.
    pub fix: Option<String>,
    /// Everything that was wrong with a request refused at the gate, in the order in which the gate meets it.
    pub findings: Vec<Found>,
    /// What there is to know about an answer that was given: a fault on demand, or that it is an example.
    pub note: Option<String>,
}

/// One thing that was wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The name of the mistake in `data/mistakes.toml`.
    pub mistake: &'static str,
    /// `proven` or `likely`.
    pub certainty: &'static str,
    /// What was wrong.
    pub cause: String,
    /// How to mend it.
    pub fix: String,
}

impl From<&Finding> for Found {
    fn from(finding: &Finding) -> Self {
        let Finding { mistake, certainty, cause, fix, .. } = finding;
        Self { mistake, certainty: certainty.as_str(), cause: escape::fit(cause), fix: escape::fit(fix) }
    }
}

impl Entry {
    pub(super) fn new(now_us: i64, method: &str, target: &[u8], took: Duration) -> Self {
        let target = escape::cut(escape::fit(&escape::text(target)), LONGEST_TARGET);
        let method = escape::cut(escape::fit(method), LONGEST_METHOD);
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self { time: now_us / 1000, method, target, millis, ..Self::default() }
    }

    pub(super) fn answered(mut self, status: Option<u16>, reason: Option<Reason>) -> Self {
        self.status = status;
        if let Some(reason) = reason {
            let given = |text: &str| Some(escape::fit(text)).filter(|t| !t.is_empty());
            self.code = reason.code;
            self.message = given(&reason.message);
            self.mistake = reason.mistake.map(str::to_owned);
            self.cause = given(&reason.cause);
            self.fix = given(&reason.fix);
            self.findings = reason.findings.iter().map(Found::from).collect();
            if let Some(first) = self.findings.first() {
                self.mistake = Some(first.mistake.to_owned());
                self.cause = Some(first.cause.clone());
                self.fix = Some(first.fix.clone());
            }
        }
        self
    }

    pub(super) fn noted(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }

    pub(super) fn weighing(mut self, weight: Option<u32>) -> Self {
        self.weight = weight;
        self
    }

    /// The time of day (UTC).
    pub(super) fn time_of_day(&self) -> String {
        let mut text = String::new();
        self.write_time_of_day(&mut text);
        text
    }

    fn write_time_of_day(&self, out: &mut String) {
        let ms = self.time.rem_euclid(86_400_000);
        let (h, m, s, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
        // Writing to a String cannot fail.
        let _ = write!(out, "{h:02}:{m:02}:{s:02}.{ms:03}");
    }

    /// One line, without its end: time of day (UTC), status, code, method, target, weight, how long it took; for a refused
    /// request what was wrong and how to mend it; a note, such as that the answer is an example; what else was wrong.
    pub fn to_text(&self) -> String {
        let mut line = String::with_capacity(self.target.len() + 64);
        self.write_time_of_day(&mut line);
        // Writing to a String cannot fail.
        let _ = match self.status {
            Some(status) => write!(line, " {status}"),
            None => write!(line, " ---"),
        };
        let _ = self.code.map(|code| write!(line, " {code}"));
        let _ = write!(line, " {} {}", self.method, self.target);
        let _ = self.weight.map(|weight| write!(line, " weight {weight},"));
        let _ = write!(line, " {} ms", self.millis);
        let reason = [&self.cause, &self.fix, &self.note].into_iter().flatten().map(Cow::from);
        let others = self.findings.iter().skip(1);
        let others = others.map(|other| format!("also: {}; {}", other.cause, other.fix).into());
        for (place, part) in reason.chain(others).enumerate() {
            line += if place == 0 { ": " } else { "; " };
            line += &part;
        }
        line
    }

    /// One JSON object on one line, without its end. Every field is there; `null` where there is nothing.
    pub fn to_json(&self) -> String {
        // Text and numbers alone: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}
