//! A check of `bnq doctor`, and what it finds.

use serde_json::Value;

use super::examination::Examination;
use crate::cli::exit::{Failure, Kind};
use crate::cli::send;
use crate::cli::session::config_failure;
use crate::client::SendError;
use crate::config::ConfigError;

/// One check.
pub struct Check {
    /// What it is called.
    pub name: &'static str,
    /// Whether it leaves this machine.
    pub network: bool,
    /// The checks without which it has nothing to go on.
    pub needs: &'static [&'static str],
    /// Makes it; a finding is a line.
    pub run: fn(&mut Examination<'_>) -> Vec<Finding>,
}

impl Check {
    /// A check that stays on this machine.
    pub const fn here(
        name: &'static str,
        needs: &'static [&'static str],
        run: fn(&mut Examination<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { name, network: false, needs, run }
    }

    /// A check that `--offline` leaves out.
    pub const fn network(
        name: &'static str,
        needs: &'static [&'static str],
        run: fn(&mut Examination<'_>) -> Vec<Finding>,
    ) -> Self {
        Self { name, network: true, needs, run }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, but is perhaps not what was meant.
    Warn,
    /// Keeps a request from being accepted; with what its exit code is.
    Fail(Kind),
    /// Not made.
    Skip,
}

impl State {
    /// The word for it in lines for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail(_) => "FAIL",
            Self::Skip => "skip",
        }
    }
}

/// What a check found: one line.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked at.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was found.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// The same for programs, where there are numbers or names.
    pub value: Value,
}

impl Finding {
    fn new(name: &str, state: State, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state, detail: detail.into(), fix: None, value: Value::Null }
    }

    /// All is well.
    pub fn ok(name: &str, detail: impl Into<String>) -> Self {
        Self::new(name, State::Ok, detail)
    }

    /// Works, but is perhaps not what was meant.
    pub fn warn(name: &str, detail: impl Into<String>) -> Self {
        Self::new(name, State::Warn, detail)
    }

    /// Not made, and why.
    pub fn skip(name: &str, why: impl Into<String>) -> Self {
        Self::new(name, State::Skip, why)
    }

    /// Fails as a command would. Where the failure has no fix of its own, its message ends in one.
    pub fn fail(name: &str, failure: Failure) -> Self {
        let state = State::Fail(failure.kind);
        let Failure { status, code, name: called, message, cause, fix, .. } = failure;
        if let Some(fix) = fix {
            let code = code.map(|code| format!("{code} {}", called.as_deref().unwrap_or_default()));
            let head = [status.map(|s| format!("HTTP {s}")), code.or(called)];
            let head: Vec<String> =
                head.into_iter().flatten().map(|part| part.trim_end().to_owned()).collect();
            let head = if head.is_empty() { String::new() } else { format!("{}: ", head.join(", ")) };
            let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
            return Self::new(name, state, format!("{head}{message}{cause}")).with_fix(fix);
        }
        Self { state, ..Self::told(name, State::Ok, &message) }
    }

    /// Fails by what is wrong with the configuration.
    pub fn misconfigured(name: &str, error: &ConfigError) -> Self {
        Self::fail(name, config_failure(error))
    }

    /// Fails because no answer came.
    pub fn unsent(name: &str, error: &SendError) -> Self {
        Self::fail(name, Failure::new(send::kind_of(error), error.to_string()))
    }

    /// A message of a lower layer: what happened and, after its last semicolon, what to do.
    pub fn told(name: &str, state: State, message: &str) -> Self {
        let message = message.trim_end_matches(". Nothing was sent");
        match message.rsplit_once("; ") {
            Some((detail, fix)) => Self::new(name, state, detail).with_fix(fix),
            None => Self::new(name, state, message),
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds the same for programs.
    #[must_use]
    pub fn with_value(mut self, value: Value) -> Self {
        self.value = value;
        self
    }
}
