//! A refusal as a failure: the exchange's answer, with the likely cause and the next step.

use serde::Deserialize;

use crate::catalogue::{ErrorsIn, Parameter};
use crate::cli::exit::{Failure, Kind};
use crate::cli::target::Target;
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
    /// What was asked.
    pub target: &'a Target,
    /// What was sent with it.
    pub parameters: Parameters,
    /// The words of the command line, from which a corrected one is made.
    pub words: &'a [String],
}

/// Explains an answer whose status says that the request was refused.
pub fn explained(asked: &Asked<'_>, status: u16, body: &str) -> Failure {
    let changes = asked.target.changes;
    let parsed: Option<ErrorBody> = serde_json::from_str(body).ok();
    let mut failure = match &parsed {
        Some(error) => coded(asked, error, changes),
        None => uncoded(status, body, changes),
    };
    failure.status = Some(status);
    failure.body = Some(body.to_owned());
    failure
}

/// The errors inside an answer with status 200: the body itself, or items of its array. Where only some items are errors, the
/// rest was done.
pub fn inside(place: ErrorsIn, asked: &Asked<'_>, status: u16, body: &str) -> Option<Failure> {
    let mut failure = match place {
        ErrorsIn::Body => {
            let error: ErrorBody = serde_json::from_str(body).ok()?;
            (error.code < 0).then(|| coded(asked, &error, asked.target.changes))?
        }
        ErrorsIn::Items => {
            let items: Vec<Item> = serde_json::from_str(body).ok()?;
            let errors: Vec<(usize, &ErrorBody)> =
                items.iter().enumerate().filter_map(|(i, item)| Some((i + 1, item.error()?))).collect();
            let (_, first) = errors.first()?;
            let mut failure = coded(asked, first, asked.target.changes);
            let named: Vec<String> =
                errors.iter().map(|(i, e)| format!("item {i}: {} {}", e.code, e.msg)).collect();
            failure.message = format!("{} of {} failed: {}", errors.len(), items.len(), named.join("; "));
            if errors.len() < items.len() {
                failure.kind = Kind::Partial;
            }
            failure
        }
    };
    failure.status = Some(status);
    failure.body = Some(body.to_owned());
    Some(failure)
}

/// An item of an answer: an error, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Error(ErrorBody),
    Other(serde::de::IgnoredAny),
}

impl Item {
    fn error(&self) -> Option<&ErrorBody> {
        match self {
            Self::Error(error) if error.code < 0 => Some(error),
            _ => None,
        }
    }
}

fn coded(asked: &Asked<'_>, error: &ErrorBody, changes: bool) -> Failure {
    let product = asked.target.group;
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
    let parameter = asked.target.parameter(name)?;
    let mistake = diagnose::value_mistake(parameter, value)?;
    let (cause, fix) = mistake.texts(name, value)?;
    let fix = mistake.meant.map_or(fix, |meant| retyped(asked.words, parameter, value, &meant));
    Some(Slip { cause, fix })
}

/// The command line with one parameter's value corrected, quoted for a shell.
fn retyped(words: &[String], parameter: &Parameter, value: &str, meant: &str) -> String {
    let names =
        [format!("--{}", parameter.flag()), format!("--{}", parameter.name()), parameter.name().to_owned()];
    let swap = |(i, word): (usize, &String)| {
        let before = i.checked_sub(1).and_then(|i| words.get(i));
        if word == value && before.is_some_and(|b| names.iter().take(2).any(|name| name == b)) {
            return meant.to_owned();
        }
        let pair =
            word.split_once('=').filter(|(name, old)| *old == value && names.iter().any(|n| n == name));
        pair.map_or_else(|| word.clone(), |(name, _)| format!("{name}={meant}"))
    };
    let corrected: Vec<String> = words.iter().enumerate().map(swap).collect();
    if corrected == words {
        return format!("send `{}` as `{meant}`", parameter.name());
    }
    let quoted: Vec<String> = corrected.iter().map(|w| shell_quote(w)).collect();
    format!("bnq {}", quoted.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn errors_inside_an_answer_are_found_where_the_catalogue_says() {
        let target = Target::from(catalogue::find("spot", "new-order").unwrap());
        let asked = Asked { target: &target, parameters: Parameters::new(), words: &[] };
        let cases = [
            (
                ErrorsIn::Items,
                r#"[{"orderId":1},{"code":-2011,"msg":"Unknown order sent."}]"#,
                Some(Kind::Partial),
            ),
            (ErrorsIn::Items, r#"[{"code":-2011,"msg":"Unknown order sent."}]"#, Some(Kind::Refused)),
            (ErrorsIn::Items, r#"[{"code":200,"msg":"done"},7]"#, None),
            (ErrorsIn::Items, "[]", None),
            (ErrorsIn::Body, r#"{"code":-2014,"msg":"API-key format invalid."}"#, Some(Kind::Auth)),
            (ErrorsIn::Body, r#"{"code":200,"msg":"success"}"#, None),
            (ErrorsIn::Body, "{}", None),
        ];
        for (place, body, kind) in cases {
            assert_eq!(inside(place, &asked, 200, body).map(|f| f.kind), kind, "{body}");
        }
    }
}
