//! A refusal as a failure: the exchange's answer, with the likely cause and the next step.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::catalogue::{Environment, ErrorsIn, Parameter};
use crate::cli::exit::{Failure, Kind};
use crate::cli::target::Target;
use crate::config::Credentials;
use crate::diagnose;
use crate::explain;
use crate::render::request::shell_quote;
use crate::signing::{KeyKind, Parameters};
use crate::text::fill;

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
    /// With what key it was sent where, if there was one.
    pub key: Option<Keyed<'a>>,
}

/// With what key a request was sent, and where.
pub struct Keyed<'a> {
    /// The key.
    pub credentials: &'a Credentials,
    /// The environment.
    pub environment: Environment,
    /// The address.
    pub base_url: &'a str,
}

/// Explains an answer whose status says that the request was refused.
pub fn explained(asked: &Asked<'_>, status: u16, body: &str) -> Failure {
    let parsed: Option<ErrorBody> = serde_json::from_str(body).ok();
    let mut failure = match &parsed {
        Some(error) => coded(asked, status, error),
        None => uncoded(asked, status, body),
    };
    if failure.kind == Kind::Partial {
        failure.message = format!("{} {}", failure.message, failed_halves(body));
    }
    failure.show_body = parsed.is_none() || (holds_more(body) && failure.kind != Kind::Partial);
    failure.status = Some(status);
    failure.body = Some(body.to_owned());
    failure
}

/// Whether an error has members besides `code` and `msg`.
fn holds_more(body: &str) -> bool {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    body.as_object().is_some_and(|members| members.keys().any(|name| name != "code" && name != "msg"))
}

/// The parts that failed, of an answer that has a result for each in `data`: `cancelResult` with `cancelResponse`.
fn failed_halves(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let Some(data) = body.get("data").and_then(Value::as_object) else { return String::new() };
    let failed = data.iter().filter(|(_, result)| *result == "FAILURE");
    let parts = failed.filter_map(|(name, _)| {
        let part = name.strip_suffix("Result")?;
        let reason = data.get(&format!("{part}Response"))?;
        let (code, text) = (reason.get("code")?, reason.get("msg").and_then(Value::as_str)?);
        Some(format!("{part} failed: {code} {text}"))
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// The errors inside an answer with status 200: the body itself, or items of its array. Where only some items are errors, the
/// rest was done.
pub fn inside(place: ErrorsIn, asked: &Asked<'_>, status: u16, body: &str) -> Option<Failure> {
    let mut failure = match place {
        ErrorsIn::Body => {
            let error: Option<ErrorBody> = serde_json::from_str(body).ok();
            match error.filter(|error| error.code < 0) {
                Some(error) => coded(asked, status, &error),
                None => Failure::new(Kind::Refused, unsuccessful(body)?),
            }
        }
        ErrorsIn::Items => {
            let items: Vec<Item> = serde_json::from_str(body).ok()?;
            let errors: Vec<(usize, &ErrorBody)> =
                items.iter().enumerate().filter_map(|(i, item)| Some((i + 1, item.error()?))).collect();
            let (_, first) = errors.first()?;
            let mut failure = coded(asked, status, first);
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

/// The message of a body that says `"success": false`.
fn unsuccessful(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let said = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let message = ["msg", "message", "errorMsg", "errorMessage"].into_iter().find_map(said);
    let code = body.get("code").map(|code| format!(" (code {code})")).unwrap_or_default();
    (body.get("success") == Some(&Value::Bool(false)))
        .then(|| format!("{}{code}", message.unwrap_or("the exchange says that it did not succeed")))
}

/// An item of an answer: an error, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Error(ErrorBody),
    Other(IgnoredAny),
}

impl Item {
    fn error(&self) -> Option<&ErrorBody> {
        match self {
            Self::Error(error) if error.code < 0 => Some(error),
            _ => None,
        }
    }
}

fn coded(asked: &Asked<'_>, status: u16, error: &ErrorBody) -> Failure {
    let product = asked.target.group;
    let entry = explain::error(product, error.code);
    let message = explain::message(product, error.code, &error.msg);
    let advice = message.map(explain::MessageEntry::advice).or(entry.map(explain::ErrorEntry::advice));
    let Some(advice) = advice else {
        let mut failure = by_status(asked, status, error.msg.clone());
        failure.code = Some(error.code);
        return failure;
    };
    let told = message.and_then(explain::MessageEntry::kind).or(entry.map(explain::ErrorEntry::kind));
    let kind = match told {
        Some(explain::Kind::NotExecuted) => explain::Kind::NotExecuted,
        // Whatever else the code, a 5xx leaves open what was done. Source: Spot REST documentation, "HTTP return codes".
        Some(kind) if status < 500 => kind,
        _ => explain::Kind::Uncertain,
    };
    let mut failure = Failure::new(Kind::of_refusal(kind, asked.target.changes), error.msg.clone());
    failure.code = Some(error.code);
    failure.name = entry.and_then(explain::ErrorEntry::name).map(str::to_owned);
    let (cause, fix) = (advice.cause(), advice.fix());
    let known = slip(asked, &error.msg).or_else(|| own(asked, error.code));
    let (cause, fix) = known.unwrap_or((cause.to_owned(), fix.to_owned()));
    failure.with_cause(cause).with_fix(fix)
}

fn uncoded(asked: &Asked<'_>, status: u16, body: &str) -> Failure {
    let message = if body.trim().is_empty() {
        "the answer has no body"
    } else {
        "the answer is not the exchange's JSON"
    };
    by_status(asked, status, message.to_owned())
}

/// A refusal whose code says nothing. A status that is no refusal at all leaves open what was done.
fn by_status(asked: &Asked<'_>, status: u16, message: String) -> Failure {
    let entry = explain::status(status);
    let kind = entry.map_or(explain::Kind::Uncertain, explain::StatusEntry::kind);
    let mut failure = Failure::new(Kind::of_refusal(kind, asked.target.changes), message);
    if let Some(entry) = entry {
        failure.name = Some(entry.name().to_owned());
        failure = failure.with_cause(entry.advice().cause()).with_fix(entry.advice().fix());
    }
    failure
}

/// What is left as the cause, since the program made the request itself.
fn own(asked: &Asked<'_>, code: i64) -> Option<(String, String)> {
    let Keyed { credentials, environment, base_url } = asked.key.as_ref()?;
    let security = asked.target.endpoint.map_or("", |e| e.security().as_str());
    let own = explain::own(code, security)?;
    let host = base_url.split_once("://").map_or(*base_url, |(_, host)| host);
    let secret = if credentials.key.kind() == KeyKind::Hmac { "secret" } else { "private key" };
    let (key, source) = (credentials.api_key.masked(), credentials.source.to_string());
    let values = [
        ("key", key.as_str()),
        ("source", &source),
        ("env", environment.as_str()),
        ("host", host),
        ("secret", secret),
        ("security", security),
    ];
    Some((fill(own.cause(), &values), fill(own.fix(), &values)))
}

/// Where the exchange's message names a parameter: what is wrong with the value that was sent, and what to type instead.
fn slip(asked: &Asked<'_>, message: &str) -> Option<(String, String)> {
    let named = |name: &str| message.contains(&format!("'{name}'"));
    let (name, value) = asked.parameters.iter().find(|(name, _)| named(name))?;
    let parameter = asked.target.parameter(name)?;
    let mistake = diagnose::value_mistake(parameter, value)?;
    let (cause, fix) = mistake.texts(name, value)?;
    Some((cause, mistake.meant.map_or(fix, |meant| retyped(asked.words, parameter, value, &meant))))
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
    fn status_and_code_decide_together() {
        let target = Target::from(catalogue::find("spot", "new-order").unwrap());
        let asked = Asked { target: &target, parameters: Parameters::new(), words: &[], key: None };
        let cases = [
            (400, r#"{"code":-1013,"msg":"x"}"#, Kind::Refused),
            (500, r#"{"code":-1013,"msg":"x"}"#, Kind::Unknown),
            (503, r#"{"code":0,"msg":"x"}"#, Kind::Unknown),
            (504, r#"{"code":-1003,"msg":"x"}"#, Kind::Unknown),
            (429, r#"{"code":-9999,"msg":"x"}"#, Kind::RateLimit),
            (418, "", Kind::RateLimit),
            (401, r#"{"code":-9999,"msg":"x"}"#, Kind::Auth),
            (400, r#"{"code":-9999,"msg":"x"}"#, Kind::Refused),
            (101, "", Kind::Unknown),
            (600, "{}", Kind::Unknown),
            (403, "<html>", Kind::Refused),
            (302, "", Kind::Refused),
        ];
        for (status, body, kind) in cases {
            assert_eq!(explained(&asked, status, body).kind, kind, "{status} {body}");
        }
    }

    #[test]
    fn what_the_exchange_states_was_not_executed_is_no_open_question() {
        let throttled = r#"{"code":-1008,"msg":"Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."}"#;
        let busy = r#"{"code":-1008,"msg":"Server is currently overloaded with other requests. Please try again in a few minutes."}"#;
        let broke =
            r#"{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}"#;
        let down = r#"{"code":0,"msg":"Service Unavailable."}"#;
        let unknown =
            r#"{"code":-1000,"msg":"Unknown error, please check your request or try again later."}"#;
        let cases = [
            ("futures", throttled, Kind::NoAnswer),
            ("futures", busy, Kind::Unknown),
            ("futures", broke, Kind::NoAnswer),
            ("futures", down, Kind::NoAnswer),
            ("futures", unknown, Kind::Unknown),
            ("coin-futures", broke, Kind::NoAnswer),
            ("spot", throttled, Kind::Unknown),
            ("spot", broke, Kind::Unknown),
            ("spot", down, Kind::Unknown),
        ];
        for (group, body, kind) in cases {
            let target = Target::from(catalogue::find(group, "new-order").unwrap());
            let asked = Asked { target: &target, parameters: Parameters::new(), words: &[], key: None };
            assert_eq!(explained(&asked, 503, body).kind, kind, "{group} {body}");
        }
    }

    #[test]
    fn the_half_that_failed_is_named() {
        let body = r#"{"code":-2021,"msg":"x","data":{"cancelResult":"SUCCESS","newOrderResult":"FAILURE",
            "cancelResponse":{"orderId":1},"newOrderResponse":{"code":-2010,"msg":"no money"}}}"#;
        assert_eq!(failed_halves(body), "newOrder failed: -2010 no money");
    }

    #[test]
    fn errors_inside_an_answer_are_found_where_the_catalogue_says() {
        let target = Target::from(catalogue::find("spot", "new-order").unwrap());
        let asked = Asked { target: &target, parameters: Parameters::new(), words: &[], key: None };
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
            (ErrorsIn::Body, r#"{"code":"000000","success":true}"#, None),
            (ErrorsIn::Body, r#"{"code":"100001","message":"no","success":false}"#, Some(Kind::Refused)),
        ];
        for (place, body, kind) in cases {
            assert_eq!(inside(place, &asked, 200, body).map(|f| f.kind), kind, "{body}");
        }
    }
}
