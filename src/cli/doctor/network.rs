//! Checks of the way to the exchange, and of its clock.

use std::time::Duration;

use serde_json::json;

use super::check::Finding;
use super::examination::Examination;
use crate::catalogue::Environment;
use crate::cli::exit::{Failure, Kind};
use crate::cli::pace::{Wait, banned, memory_of, wait_after};
use crate::cli::send;
use crate::cli::session::now_ms;
use crate::client::{self, ClockError, ClockReading, Usage};
use crate::diagnose::AHEAD_LIMIT_US;
use crate::explain;
use crate::signing::RecvWindow;
use crate::state::{ClockOffset, Clocks};

/// How often the clock is asked for; the answer that came back soonest counts.
const SAMPLES: usize = 3;

/// The most addresses that a line names.
const MOST_ADDRESSES: usize = 4;

/// Whether the name has an address.
pub fn name(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "name";
    let found = match x.client.look_up(x.base_url()) {
        Ok(found) => found,
        Err(error) => return vec![Finding::unsent(name, &error)],
    };
    let addresses: Vec<String> = found.addresses.iter().map(ToString::to_string).collect();
    let value = json!({ "host": found.host, "addresses": addresses, "ms": ms(found.elapsed) });
    let more = match addresses.len().saturating_sub(MOST_ADDRESSES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown: Vec<String> = addresses.iter().take(MOST_ADDRESSES).cloned().collect();
    let detail = if addresses.contains(&found.host) {
        format!("{} is an address, and no name", found.host)
    } else {
        format!("{}: {}{more}, in {} ms", found.host, shown.join(", "), ms(found.elapsed))
    };
    vec![Finding::ok(name, detail).with_value(value)]
}

/// Whether a connection can be made, TLS included.
pub fn connection(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "connection";
    vec![match x.client.connect(x.base_url()) {
        Err(error) => {
            let finding = Finding::unsent(name, &error);
            let local = x.settings.as_ref().is_ok_and(|s| s.environment.value == Environment::Local);
            if local {
                finding.with_fix("start it with `bnq serve`, or leave the base URL out")
            } else {
                finding
            }
        }
        Ok(made) => {
            let protocol = made.tls.as_deref().unwrap_or("plain http, on this machine");
            Finding::ok(name, format!("{protocol}, in {} ms", ms(made.elapsed)))
                .with_value(json!({ "tls": made.tls, "ms": ms(made.elapsed) }))
        }
    }]
}

/// Whether this machine's clock is near enough to the exchange's for a timestamp to be accepted.
pub fn clock(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "clock";
    let memory = memory_of(x.base_url());
    if let Some(banned) = banned(&memory, x.base_url()) {
        return vec![Finding::fail(name, banned)];
    }
    let best = match measure(x) {
        Ok(best) => best,
        Err(error) => return vec![Finding::fail(name, unmeasured(&error))],
    };
    x.clock = Some(best);
    // The check goes on without a folder to remember it in.
    let ClockReading { offset_ms, round_trip_ms } = best;
    let clock = ClockOffset { offset_ms, round_trip_ms, at: Clocks::now() };
    let _ = memory.learn(|known| known.clock = Some(clock));
    let window = x.settings.as_ref().ok().and_then(|s| s.recv_window.as_ref());
    let window = window.map_or(RecvWindow::DEFAULT, |w| w.value.as_str()).to_owned();
    vec![judged(name, best, &window)]
}

fn measure(x: &mut Examination<'_>) -> Result<ClockReading, ClockError> {
    let mut best: Option<ClockReading> = None;
    let mut told = Vec::new();
    for _ in 0..SAMPLES {
        let seen = |response: &client::Response| {
            told = client::usage(&response.headers);
            let retry_after_s = client::retry_after_s(&response.headers, now_ms() / 1000);
            remember_wait(
                x.base_url(),
                wait_after("", response.status, (None, ""), retry_after_s),
                response.status,
            );
        };
        let reading = send::measure(&x.client, x.base_url(), x.path(), seen)?;
        if best.is_none_or(|best| reading.round_trip_ms < best.round_trip_ms) {
            best = Some(reading);
        }
    }
    x.note_usage(told);
    best.ok_or(ClockError::NoTime)
}

/// Keeps other runs from sending before their time, where an answer says that nobody may.
pub fn remember_wait(base_url: &str, wait: Option<Wait>, status: u16) {
    if let Some(wait) = wait.filter(|wait| wait.all) {
        let now = Clocks::now();
        // The check goes on without a folder to remember it in.
        let _ = memory_of(base_url).learn(|known| known.hold(status, wait.time, now));
    }
}

/// The reading, against the limits that timestamps are held to.
fn judged(name: &str, reading: ClockReading, window: &str) -> Finding {
    let ahead_ms = -reading.offset_ms;
    let direction = match ahead_ms {
        1.. => " (ahead)",
        0 => "",
        _ => " (behind)",
    };
    let detail = format!("{ahead_ms:+} ms{direction}, recvWindow {window} ms");
    let limit_ms = match ahead_ms {
        0.. => AHEAD_LIMIT_US / 1000,
        _ => window.parse::<RecvWindow>().map_or(0, |w| w.as_micros() / 1000),
    };
    let away_ms = ahead_ms.abs();
    let fix = "set this machine's clock, best by NTP";
    let finding = if away_ms >= limit_ms {
        let refused = format!("{detail}: timestamps are refused from {limit_ms} ms on");
        Finding::fail(name, Failure::new(Kind::Timestamp, refused).with_fix(fix))
    } else if away_ms * 2 >= limit_ms {
        let near =
            format!("{detail}: timestamps are refused from {limit_ms} ms on, and the way takes time too");
        Finding::warn(name, near).with_fix(fix)
    } else {
        Finding::ok(name, detail)
    };
    finding.with_value(json!({ "ahead_ms": ahead_ms, "recv_window_ms": window }))
}

fn unmeasured(error: &ClockError) -> Failure {
    let kind = match error {
        ClockError::Send(error) => send::kind_of(error),
        ClockError::Status(status) => {
            explain::status(*status).map_or(Kind::NoAnswer, |s| Kind::of_refusal(s.kind(), false))
        }
        ClockError::Body(_) | ClockError::NoTime | ClockError::NoEndpoint => Kind::NoAnswer,
    };
    Failure::new(kind, error.to_string())
}

/// How long the exchange takes to answer.
pub fn round_trip(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "round trip";
    vec![match x.clock {
        None => Finding::skip(name, "`clock` failed"),
        Some(reading) => {
            let took = reading.round_trip_ms;
            Finding::ok(name, format!("{took} ms, the best of {SAMPLES}")).with_value(json!({ "ms": took }))
        }
    }]
}

/// What the answers said of the limits.
pub fn used_weight(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "used weight";
    if x.usage.is_empty() {
        return vec![Finding::skip(name, "no answer told it")];
    }
    let said: Vec<String> =
        x.usage.iter().map(|u| format!("{} {} in {}", u.kind.title(), u.used, u.interval)).collect();
    let row = |u: &Usage| json!({ "kind": u.kind.as_str(), "interval": u.interval, "used": u.used });
    let value = x.usage.iter().map(row).collect::<Vec<_>>();
    vec![Finding::ok(name, said.join(", ")).with_value(value.into())]
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn a_clock_is_held_to_the_limits_of_timestamps() {
        let cases = [
            (0, "5000", State::Ok, "+0 ms, recvWindow 5000 ms"),
            (-12, "5000", State::Ok, "+12 ms (ahead), recvWindow 5000 ms"),
            (12, "5000", State::Ok, "-12 ms (behind), recvWindow 5000 ms"),
            (-499, "5000", State::Ok, "+499 ms"),
            (-500, "5000", State::Warn, "refused from 1000 ms on"),
            (-1000, "60000", State::Fail(Kind::Timestamp), "refused from 1000 ms on"),
            (2499, "5000", State::Ok, "-2499 ms"),
            (2500, "5000", State::Warn, "refused from 5000 ms on"),
            (5000, "5000", State::Fail(Kind::Timestamp), "refused from 5000 ms on"),
            (5000, "60000", State::Ok, "-5000 ms"),
        ];
        for (offset_ms, window, state, text) in cases {
            let found = judged("clock", ClockReading { offset_ms, round_trip_ms: 1 }, window);
            assert_eq!(found.state, state, "{offset_ms} {window}");
            assert!(found.detail.contains(text), "{offset_ms} {window}: {}", found.detail);
        }
    }
}
