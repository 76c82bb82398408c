//! The symbols that a call is about.

use serde::Serialize;

use super::lane::Lane;
use super::state::Spot;
use crate::practice::engine::{Answer, Call, Failure, json};

/// Which symbols a call is about.
pub enum Chosen<'a> {
    One(&'a Lane),
    Many(Vec<&'a Lane>),
}

/// The symbol of an endpoint that takes one. The gate has looked at it already.
///
/// # Errors
/// If there is no such.
pub fn lane<'a>(spot: &'a Spot, call: &Call<'_>) -> Result<&'a Lane, Failure> {
    call.text("symbol").and_then(|name| spot.lane(name)).ok_or_else(Failure::invalid_symbol)
}

/// The symbols that `symbol` and `symbols` name; all of them without either.
///
/// # Errors
/// If there is no such, one is named twice, or it has not the status that was asked for.
pub fn lanes<'a>(spot: &'a Spot, call: &Call<'_>) -> Result<Chosen<'a>, Failure> {
    let status = call.text("symbolStatus").is_none_or(|s| s == "TRADING");
    let mismatch = || {
        let message = "The symbol's status does not match the requested symbolStatus.";
        Failure::new(-1220, message, "every symbol here is TRADING", "leave `symbolStatus` out")
    };
    if call.text("symbol").is_some() {
        let lane = lane(spot, call)?;
        return if status { Ok(Chosen::One(lane)) } else { Err(mismatch()) };
    }
    let Some(list) = call.text("symbols") else {
        return Ok(Chosen::Many(spot.lanes.iter().filter(|_| status).collect()));
    };
    let names: Vec<String> =
        serde_json::from_str(list).map_err(|_| Failure::value("symbols", list, "a JSON array of symbols"))?;
    if names.iter().enumerate().any(|(i, name)| names.iter().skip(i + 1).any(|n| n == name)) {
        let message = "Symbol is present multiple times in the list.";
        return Err(Failure::new(-1151, message, "a symbol stands in `symbols` twice", "send each once"));
    }
    let found: Option<Vec<_>> = names.iter().map(|n| spot.lane(n)).collect();
    let found = found.ok_or_else(Failure::invalid_symbol)?;
    if status || found.is_empty() { Ok(Chosen::Many(found)) } else { Err(mismatch()) }
}

/// Answers for the one symbol that was asked for, or a list of answers.
///
/// # Errors
/// Those of [`lanes`].
pub fn each<'a, T: Serialize>(spot: &'a Spot, call: &Call<'_>, answer: impl Fn(&'a Lane) -> T) -> Answer {
    match lanes(spot, call)? {
        Chosen::One(lane) => json(&answer(lane)),
        Chosen::Many(lanes) => json(&lanes.into_iter().map(answer).collect::<Vec<_>>()),
    }
}
