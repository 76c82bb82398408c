use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::StateProblem;
use crate::catalogue::{self, Endpoint};
use crate::diagnose::SIGNING;
use crate::practice::engine::{self, Call, Played, World};
use crate::practice::limits::Limits;

/// A change that was made: a line of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The exchange's time, in microseconds since the epoch.
    time: i64,
    group: String,
    method: String,
    path: String,
    /// As the gate gave them, without those that are about signing.
    parameters: Vec<(String, String)>,
    /// Whether times were wanted in microseconds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    microseconds: bool,
    /// A digest of all the above and of the answer.
    check: String,
}

impl Entry {
    /// The parameters of a call that make a difference to the engine. Nothing else is kept: it may be a key.
    pub(super) fn parameters(call: &Call<'_>) -> Vec<(String, String)> {
        let counts = |name: &str| call.endpoint.parameter(name).is_some() && !SIGNING.contains(&name);
        call.parameters.iter().filter(|(name, _)| counts(name)).cloned().collect()
    }

    /// A call that was answered with this body.
    pub(super) fn new(call: &Call<'_>, body: &str) -> Self {
        let endpoint = call.endpoint;
        let mut entry = Self {
            time: call.now_us,
            group: endpoint.group().to_owned(),
            method: endpoint.method().as_str().to_owned(),
            path: endpoint.path().to_owned(),
            parameters: call.parameters.to_vec(),
            microseconds: call.microseconds,
            check: String::new(),
        };
        entry.check = entry.digest(body);
        entry
    }

    /// The line, without its end.
    pub(super) fn line(&self) -> String {
        // Text, numbers and lists of them: this cannot fail, and no line end is in it.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn read(line: &str, number: usize) -> Result<Self, StateProblem> {
        serde_json::from_str(line).map_err(|_| StateProblem::Damaged(number))
    }

    pub(super) fn time(&self) -> i64 {
        self.time
    }

    /// Does it again.
    pub(super) fn replay(&self, world: &mut World, number: usize) -> Result<(), StateProblem> {
        let endpoint = self.endpoint().ok_or(StateProblem::Damaged(number))?;
        let call = Call {
            endpoint,
            parameters: &self.parameters,
            api_key: None,
            keys: None,
            limits: &Limits::unenforced(),
            now_us: self.time,
            told_us: self.time,
            microseconds: self.microseconds,
        };
        let body = match engine::play(world, &call) {
            Ok(Played::Answer(body) | Played::Example(body)) => body,
            Err(refused) => refused.body(),
        };
        if self.digest(&body) == self.check { Ok(()) } else { Err(StateProblem::Differs(number)) }
    }

    fn endpoint(&self) -> Option<&'static Endpoint> {
        catalogue::at_path(&self.path).find(|e| e.method().as_str() == self.method && e.group() == self.group)
    }

    /// The first half of a SHA-256 over all but `check`, a line each, and the answer.
    fn digest(&self, body: &str) -> String {
        let Self { time, group, method, path, parameters, microseconds, check: _ } = self;
        let what = (time, group, method, path, parameters, microseconds, body);
        // As for the line.
        let text = serde_json::to_string(&what).unwrap_or_default();
        hex::encode(Sha256::digest(text).get(..16).unwrap_or_default())
    }
}
