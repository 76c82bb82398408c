//! A refusal as a failure: the exchange's answer, with the likely cause and the next step.

use serde::Deserialize;

use crate::catalogue::Endpoint;
use crate::cli::exit::{Failure, Kind};
use crate::diagnose;
use crate::explain;
use crate::render::request::shell_quote;
use crate::signing::Parameters;

/// The exchange's own form of an error.
#[derive(Deserialize)]
struct ErrorBody {
    code: i64,
    #[serde(default)]
    msg: String,
}

/// What was asked, for the explanation.
pub struct Asked<'a> {
    /// The endpoint.
    pub endpoint: &'static Endpoint,
    /// What was sent to it.
    pub parameters: &'a Parameters,
    /// The words of the command line, from which a corrected one is made.
    pub words: &'a [String],
}

/// Explains an answer whose status says that the request was refused.
pub fn explained(asked: &Asked<'_>, status: u16, body: &str) -> Failure {
    let changes = asked.endpoint.changes();
    let parsed: Option<ErrorBody> = serde_json::from_str(body).ok();
    let mut failure = match &parsed {
        Some(error) => coded(asked, error, changes),
        None => uncoded(status, body, changes),
    };
    failure.status = Some(status);
    failure.body = Some(body.to_owned());
    failure
}

fn coded(asked: &Asked<'_>, error: &ErrorBody, changes: bool) -> Failure {
    let product = asked.endpoint.group();
    let entry = explain::error(product, error.code);
    let kind = entry.map_or(explain::Kind::Refused, explain::ErrorEntry::kind);
    let mut failure = Failure::new(Kind::of_refusal(kind, changes), error.msg.clone());
    failure.code = Some(error.code);
    failure.name = entry.map(|e| e.name().to_owned());
    let texts = explain::message(product, error.code, &error.msg)
        .map(|m| (m.cause(), m.fix()))
        .or_else(|| entry.map(|e| (e.cause(), e.fix())));
    if let Some((cause, fix)) = texts {
        failure = failure.with_cause(cause).with_fix(fix);
    }
    let Some(slip) = slip(asked, &error.msg) else { return failure };
    failure.with_cause(slip.cause).with_fix(slip.fix)
}

fn uncoded(status: u16, body: &str, changes: bool) -> Failure {
    let entry = explain::status(status);
    let kind = entry.map_or(explain::Kind::Refused, explain::StatusEntry::kind);
    let message = if body.trim().is_empty() {
        "the answer has no body".to_owned()
    } else {
        "the answer is not the exchange's JSON".to_owned()
    };
    let mut failure = Failure::new(Kind::of_refusal(kind, changes), message);
    failure.show_body = true;
    if let Some(entry) = entry {
        failure.name = Some(entry.name().to_owned());
        failure = failure.with_cause(entry.cause()).with_fix(entry.fix());
    }
    failure
}

/// A value that the exchange cannot have meant to accept, and what to type instead.
struct Slip {
    cause: String,
    fix: String,
}

/// Finds the parameter that the exchange's message names, and what is wrong with the value that was sent.
fn slip(asked: &Asked<'_>, message: &str) -> Option<Slip> {
    let named = |name: &str| message.contains(&format!("'{name}'"));
    let (name, value) = asked.parameters.iter().find(|(name, _)| named(name))?;
    let parameter = asked.endpoint.parameter(name)?;
    let mistake = diagnose::value_mistake(parameter, value)?;
    let (cause, fix) = mistake.texts(name, value)?;
    let fix = mistake.meant.map_or(fix, |meant| retyped(asked.words, name, value, &meant));
    Some(Slip { cause, fix })
}

/// The command line with one value corrected, quoted for a shell.
fn retyped(words: &[String], name: &str, value: &str, meant: &str) -> String {
    let swap = |word: &String| match word.rsplit_once('=') {
        Some((flag, old)) if old == value => format!("{flag}={meant}"),
        _ if word == value => meant.to_owned(),
        _ => word.clone(),
    };
    let corrected: Vec<String> = words.iter().map(swap).collect();
    if corrected == words {
        return format!("send `{name}` as `{meant}`");
    }
    let quoted: Vec<String> = corrected.iter().map(|w| shell_quote(w)).collect();
    format!("bnq {}", quoted.join(" "))
}
