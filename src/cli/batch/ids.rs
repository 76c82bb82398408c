//! The ids by which the changes of a batch are asked for.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::catalogue::{self, Endpoint, Outcome};
use crate::cli::exit::Failure;
use crate::cli::query::Query;
use crate::cli::settling::Question;
use crate::signing::Parameters;

/// 16 bytes are enough to tell questions apart.
const DIGEST: usize = 16;

/// Which line each question is about.
#[derive(Default)]
pub struct Ids(HashMap<[u8; DIGEST], usize>);

impl Ids {
    /// Takes the ids of a line. The exchange lets an id be used again once its order is filled or cancelled; but if the outcome
    /// of one of two such lines is unknown, the answer to the question about it can be about the other.
    ///
    /// # Errors
    /// A usage failure if an earlier line would be asked for by the same question.
    pub fn take(&mut self, line: usize, query: &Query<'_>) -> Result<(), Failure> {
        let own = query.id.as_ref().map(|(name, _)| *name).zip(Question::of(query));
        for (name, question) in own.into_iter().chain(others(query)) {
            let text = format!("{}?{}", question.ask.path(), question.parameters.encode());
            let mut digest = [0; DIGEST];
            digest.iter_mut().zip(Sha256::digest(text)).for_each(|(to, from)| *to = from);
            let Some(earlier) = self.0.insert(digest, line).filter(|earlier| *earlier != line) else {
                continue;
            };
            let id = question.id().unwrap_or_default();
            return Err(Failure::usage(format!("its {name} is an id of line {earlier} too: {id}"))
                .with_cause("what became of one could not be told from what became of the other")
                .with_fix(
                    "give each an id of its own, or leave it out: one is made; to use one again, run another batch",
                ));
        }
        Ok(())
    }
}

/// The names by which a change names further orders, and the questions that would be about those.
fn others(query: &Query<'_>) -> Vec<(&'static str, Question)> {
    let mut found = Vec::new();
    if !query.target.changes {
        return found;
    }
    for ask in catalogue::in_group(query.target.group) {
        let Some(outcome) = ask.outcome() else { continue };
        for name in outcome.names() {
            let (parameter, member) = name.split_once('.').unwrap_or((name, name));
            let Some(value) = query.parameter(parameter) else { continue };
            let orders = if member == name { vec![query.parameters()] } else { items(value) };
            found.extend(
                orders.iter().filter_map(|order| Some((member, about(ask, outcome, order, member)?))),
            );
        }
    }
    found
}

/// The orders in a JSON list; none where it is no such list.
fn items(list: &str) -> Vec<Parameters> {
    let items: Vec<BTreeMap<String, Value>> = serde_json::from_str(list).unwrap_or_default();
    let text = |value: Value| if let Value::String(text) = value { text } else { value.to_string() };
    items
        .into_iter()
        .map(|item| item.into_iter().map(|(name, value)| (name, text(value))).collect())
        .collect()
}

/// The question about an order that has this member as its id: that about a plain order.
fn about(
    ask: &'static Endpoint,
    outcome: &'static Outcome,
    order: &Parameters,
    member: &str,
) -> Option<Question> {
    let id = order.get(member)?;
    let plain = catalogue::in_group(ask.group()).filter_map(Endpoint::settle).find(|settle| {
        let named = |(from, to)| Some(from) == settle.id() && to == outcome.id();
        settle.ask() == ask.command() && settle.copy().any(named)
    })?;
    let mut parameters = Parameters::new();
    for (from, to) in plain.copy() {
        let value = if Some(from) == plain.id() { Some(id) } else { order.get(from) };
        if let Some(value) = value {
            parameters.push(to, value);
        }
    }
    Some(Question { ask, outcome, parameters })
}
