use std::time::Duration;

use super::Decision;
use super::answers::FaultAnswer;
use super::rule::{Ending, What, When};
use crate::diagnose::ReceivedRequest;
use crate::practice::exchange::{Answered, Reason};
use crate::text::fill;

/// What goes back to the client, and how.
pub(in crate::practice) struct Given {
    pub(in crate::practice) answered: Answered,
    /// How long it is held back.
    pub(in crate::practice) latency: Duration,
    pub(in crate::practice) cut: Cut,
    /// What the log says about the fault.
    pub(in crate::practice) fault: Option<String>,
}

/// Where the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::practice) enum Cut {
    /// Not because of this request.
    Nowhere,
    /// In the middle of the body.
    Half,
    /// Before the answer.
    Close,
    /// The same, with a reset.
    Reset,
}

impl From<Answered> for Given {
    fn from(answered: Answered) -> Self {
        Self { answered, latency: Duration::ZERO, cut: Cut::Nowhere, fault: None }
    }
}

/// Has a request executed, or not, and makes of it what was decided.
pub(super) fn carry_out(
    decision: Decision,
    request: &ReceivedRequest,
    now_us: i64,
    execute: impl FnOnce(i64) -> Answered,
) -> Given {
    let Decision { what, stale, .. } = decision;
    let now_us = now_us.saturating_add(what.clock_us);
    let executes = what.ending.is_none_or(Ending::executes);
    let mut answered = if executes { execute(now_us) } else { nothing() };
    let fault = note(&what, &answered);
    let mut cut = Cut::Nowhere;
    match what.ending {
        None => {}
        Some(Ending::Answer { answer, retry_after, .. }) => {
            answered = instead(answered, answer, retry_after, request, now_us);
        }
        Some(Ending::Drop(_)) => cut = Cut::Close,
        Some(Ending::Reset(_)) => cut = Cut::Reset,
        Some(Ending::HalfAnswer) => cut = Cut::Half,
        // A refusal is no answer of the question, and is given as it is.
        Some(Ending::Stale) => {
            if let Some(body) = stale.filter(|_| answered.status == 200) {
                answered.body = body;
            }
        }
    }
    Given { answered, latency: what.latency, cut, fault }
}

/// What stands in for the answer of a request that was not executed.
fn nothing() -> Answered {
    Answered { status: 200, ..Answered::default() }
}

/// The answer that the fault gives. Why the exchange had refused the request, if it had, stays in the log.
fn instead(
    answered: Answered,
    answer: &FaultAnswer,
    retry_after: Option<u32>,
    request: &ReceivedRequest,
    now_us: i64,
) -> Answered {
    let clock_ms = now_us.div_euclid(1000);
    let until = clock_ms.saturating_add(1000 * i64::from(retry_after.unwrap_or_default()));
    let path = serde_json::Value::from(request.path.as_str()).to_string();
    let values = [("now", &*clock_ms.to_string()), ("until", &until.to_string()), ("path", &path)];
    let body = fill(&answer.body, &values);
    let content_type = if answer.html { "text/html" } else { "application/json;charset=UTF-8" };
    let mut headers = vec![("Content-Type", content_type.to_owned())];
    headers.extend(retry_after.map(|seconds| ("Retry-After", seconds.to_string())));
    let json: Option<serde_json::Value> = serde_json::from_str(&body).ok();
    let message = json.as_ref().and_then(|v| v.get("msg")?.as_str()).unwrap_or_default().to_owned();
    let reason = Reason { code: answer.code, message, ..answered.reason.unwrap_or_default() };
    let (note, weight, counts) = (answered.note, answered.weight, answered.counts);
    Answered { status: answer.status, headers, body, reason: Some(reason), note, weight, counts }
}

/// What the log says, in the order in which it happened; nothing where no fault hit the request.
fn note(what: &What, answered: &Answered) -> Option<String> {
    let mut parts = Vec::new();
    if what.clock_us != 0 {
        parts.push(format!("the exchange's clock off by {} ms", signed_ms(what.clock_us)));
    }
    let happened = |name: &str, when| match (when, &answered.reason) {
        (When::Before, _) => format!("{name} before executing"),
        (When::After, None) => format!("{name} after executing"),
        (When::After, Some(reason)) => {
            let code = reason.code.map(|code| format!(" {code}")).unwrap_or_default();
            format!("{name} in place of {}{code}", answered.status)
        }
    };
    parts.extend(what.ending.map(|ending| match ending {
        Ending::Answer { answer, when, .. } => happened(&answer.word, when),
        Ending::Drop(when) => happened("connection dropped", when),
        Ending::Reset(when) => happened("connection reset", when),
        Ending::HalfAnswer => "connection closed in the middle of the answer".to_owned(),
        Ending::Stale => "stale answer".to_owned(),
    }));
    if !what.latency.is_zero() {
        parts.push(format!("held back for {} ms", what.latency.as_millis()));
    }
    Some(parts).filter(|parts| !parts.is_empty()).map(|parts| format!("fault: {}", parts.join(", ")))
}

/// Microseconds as milliseconds, with a sign.
fn signed_ms(us: i64) -> String {
    let sign = if us < 0 { '-' } else { '+' };
    let (ms, rest) = (us.unsigned_abs() / 1000, us.unsigned_abs() % 1000);
    let decimals = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    format!("{sign}{ms}{decimals}")
}
