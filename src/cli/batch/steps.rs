//! The checked lines of a batch, kept until they are sent. There can be very many, so each takes no more room than its text.

use serde::{Deserialize, Serialize};

use crate::catalogue::Endpoint;
use crate::cli::endpoint_args::Typed;
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals::Globals;
use crate::cli::session::Session;
use crate::cli::target::Target;

/// A line, and what it asks for.
pub struct Line {
    /// Its number in the input.
    pub number: usize,
    /// What it is for.
    pub target: Target,
    /// What was typed for it.
    pub typed: Typed,
    /// The run of this line alone.
    pub session: Session,
}

/// What a line is for.
pub enum Aim {
    /// The command of an endpoint.
    Endpoint(&'static Endpoint),
    /// A path.
    Request(Box<Target>),
}

impl Aim {
    /// The same in words of its own.
    pub fn target(&self) -> Target {
        match self {
            Self::Endpoint(endpoint) => (*endpoint).into(),
            Self::Request(target) => (**target).clone(),
        }
    }
}

/// The global flags that a line can set for itself.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Own {
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    recv_window: Option<String>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    retry_for: Option<String>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    fields: Option<String>,
    #[serde(rename = "n", skip_serializing_if = "std::ops::Not::not")]
    no_client_id: bool,
}

impl Own {
    /// Those of a line.
    pub fn of(globals: Globals) -> Self {
        let Globals { timestamp, recv_window, retry_for, fields, no_client_id, .. } = globals;
        Self { timestamp, recv_window, retry_for, fields, no_client_id }
    }

    /// The run of this line alone. It has no words: a command of them would lack what was given to the batch.
    pub fn session(self, batch: &Session) -> Session {
        let mut globals = batch.globals.clone();
        globals.timestamp = self.timestamp;
        globals.recv_window = self.recv_window.or(globals.recv_window);
        globals.retry_for = self.retry_for.or(globals.retry_for);
        globals.fields = self.fields.or(globals.fields);
        globals.no_client_id |= self.no_client_id;
        Session { globals, words: Vec::new(), console: batch.console, errors: batch.errors }
    }
}

struct Step {
    number: usize,
    aim: Aim,
    /// Where what was typed for it ends.
    end: usize,
}

/// The lines in their order.
#[derive(Default)]
pub struct Steps {
    steps: Vec<Step>,
    /// What was typed for each, one after the other, in JSON.
    typed: Vec<u8>,
}

impl Steps {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Adds a line.
    ///
    /// # Errors
    /// If serde refuses to write it.
    pub fn push(&mut self, number: usize, aim: Aim, typed: &Typed, own: &Own) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.typed, &(typed, own)).map_err(|e| unpackable(&e))?;
        self.steps.push(Step { number, aim, end: self.typed.len() });
        Ok(())
    }

    /// The number that the line at this index has in the input.
    pub fn number(&self, index: usize) -> Option<usize> {
        self.steps.get(index).map(|step| step.number)
    }

    /// What each is for.
    pub fn targets(&self) -> impl Iterator<Item = Target> {
        self.steps.iter().map(|step| step.aim.target())
    }

    /// The line at this index, if there is one.
    ///
    /// # Errors
    /// If serde refuses what it wrote itself.
    pub fn line(&self, index: usize, batch: &Session) -> Result<Option<Line>, Failure> {
        let Some(step) = self.steps.get(index) else { return Ok(None) };
        let before = index.checked_sub(1).and_then(|before| self.steps.get(before));
        let typed = self.typed.get(before.map_or(0, |step| step.end)..step.end).unwrap_or_default();
        let (typed, own): (Typed, Own) = serde_json::from_slice(typed).map_err(|e| unpackable(&e))?;
        let target = step.aim.target();
        Ok(Some(Line { number: step.number, target, typed, session: own.session(batch) }))
    }
}

fn unpackable(error: &serde_json::Error) -> Failure {
    Failure::new(Kind::Other, format!("a line cannot be kept: {error}"))
}
