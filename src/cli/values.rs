//! The parameters of an endpoint, from the command line to what is sent: types and limits are checked, the text is kept.

use serde_json::value::RawValue;

use crate::catalogue::{Endpoint, ListStyle, Names, Parameter, ParameterType};
use crate::cli::exit::Failure;
use crate::cli::globals;
use crate::cli::times;
use crate::signing::Parameters;
use crate::text::is_decimal;

/// Checks the values given for one parameter and gives the texts to send: one, or several where it is repeated.
///
/// # Errors
/// A usage failure that names the flag, the value and what is allowed.
pub fn texts_of(parameter: &Parameter, values: &[String], now_ms: i64) -> Result<Vec<String>, Failure> {
    let flag = parameter.flag();
    for value in values {
        check_text(parameter, value)?;
    }
    let Some(style) = parameter.list() else {
        return match values {
            [value] => Ok(vec![text_of(parameter, value, now_ms)?]),
            _ => Err(wrong(format!("--{flag} is given {} times", values.len()), "give it once")),
        };
    };
    let mut items = Vec::new();
    for value in values {
        items.extend(items_of(parameter, value)?);
    }
    if let Some(most) = parameter.max_items().filter(|most| items.len() > usize::from(*most)) {
        return Err(wrong(format!("--{flag} has {} values", items.len()), &format!("give at most {most}")));
    }
    let texts = items.iter().map(|i| text_of(parameter, i, now_ms)).collect::<Result<Vec<_>, _>>()?;
    Ok(match style {
        ListStyle::JsonArray => vec![json_array(parameter, &texts)],
        ListStyle::Comma => vec![texts.join(",")],
        ListStyle::Semicolon => vec![texts.join(";")],
        ListStyle::Repeat | ListStyle::Indexed => texts,
    })
}

fn check_text(parameter: &Parameter, value: &str) -> Result<(), Failure> {
    let flag = parameter.flag();
    if value.is_empty() {
        return Err(wrong(format!("--{flag} is empty"), "give it a value, or leave it out"));
    }
    if let Some(at) = value.chars().position(char::is_control) {
        let message = format!("--{flag} has a line end or control character in it, at character {}", at + 1);
        return Err(wrong(message, "remove it; it often comes with copied text or a command's output"));
    }
    Ok(())
}

/// Adds a checked value under the names that the way of writing lists asks for.
pub fn push(parameters: &mut Parameters, parameter: &Parameter, texts: &[String]) {
    for (i, text) in texts.iter().enumerate() {
        let name = match parameter.list() {
            Some(ListStyle::Indexed) => format!("{}[{i}]", parameter.name()),
            _ => parameter.name().to_owned(),
        };
        parameters.push(name, text);
    }
}

/// Numbers and JSON documents stand in a JSON array as they are, all else as texts.
fn stands_bare(parameter: &Parameter) -> bool {
    matches!(parameter.kind(), ParameterType::Integer | ParameterType::Decimal | ParameterType::Json)
}

fn json_array(parameter: &Parameter, texts: &[String]) -> String {
    if stands_bare(parameter) {
        return format!("[{}]", texts.join(","));
    }
    // Texts can always be written as JSON.
    serde_json::to_string(texts).unwrap_or_default()
}

fn items_of(parameter: &Parameter, value: &str) -> Result<Vec<String>, Failure> {
    let bare = stands_bare(parameter);
    if !value.starts_with('[') {
        // A JSON document has commas of its own.
        let whole = parameter.kind() == ParameterType::Json;
        let items = if whole { vec![value] } else { value.split(',').map(str::trim).collect() };
        return Ok(items.into_iter().map(str::to_owned).collect());
    }
    let item = |raw: &&RawValue| {
        let text = serde_json::from_str::<String>(raw.get()).ok();
        text.or_else(|| bare.then(|| raw.get().to_owned()))
    };
    let items: Option<Vec<&RawValue>> = serde_json::from_str(value).ok();
    items.and_then(|items| items.iter().map(item).collect()).ok_or_else(|| {
        let (what, fix) = match parameter.kind() {
            ParameterType::Json => ("", "write [{...},{...}], in single quotes for the shell"),
            _ if bare => (" of numbers", "write 1,2,3 or [1,2,3]"),
            _ => (" of texts", "write a,b,c or [\"a\",\"b\",\"c\"]"),
        };
        wrong(format!("--{} is no JSON array{what}: {value}", parameter.flag()), fix)
    })
}

fn text_of(parameter: &Parameter, value: &str, now_ms: i64) -> Result<String, Failure> {
    let flag = parameter.flag();
    let not = |what: &str, fix: &str| Err(wrong(format!("--{flag} is no {what}: {value}"), fix));
    if parameter.is_time() {
        let fix =
            "write milliseconds, 2026-03-01, 2026-03-01T12:00:00Z, or a span back from now such as 2h or 7d";
        return times::milliseconds(value, now_ms).map_or_else(|| not("time", fix), |ms| Ok(ms.to_string()));
    }
    match parameter.kind() {
        ParameterType::Integer if !is_integer(value) => {
            not("whole number", "write digits alone, such as 100")
        }
        ParameterType::Decimal if !is_decimal(value) => {
            not("decimal number", "write digits and a point, such as 0.00001; no exponent, no comma")
        }
        ParameterType::Integer | ParameterType::Decimal => {
            check_bounds(parameter, value)?;
            Ok(value.to_owned())
        }
        ParameterType::Boolean => boolean(parameter, value),
        ParameterType::Enum if !parameter.values().any(|v| v == value) => {
            let allowed = parameter.values().collect::<Vec<_>>().join(", ");
            Err(wrong(format!("--{flag} cannot be {value}"), &format!("use one of {allowed}")))
        }
        ParameterType::Json if serde_json::from_str::<serde::de::IgnoredAny>(value).is_err() => {
            not("JSON", "write a JSON document, in single quotes for the shell")
        }
        ParameterType::Enum | ParameterType::Json => Ok(value.to_owned()),
        ParameterType::String => {
            let length = value.chars().count();
            match parameter.max_length() {
                Some(most) if length > usize::from(most) => {
                    Err(wrong(format!("--{flag} has {length} characters"), &format!("use at most {most}")))
                }
                _ => Ok(value.to_owned()),
            }
        }
    }
}

fn boolean(parameter: &Parameter, value: &str) -> Result<String, Failure> {
    let (yes, no) = parameter.wire().unwrap_or(("true", "false"));
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(yes.to_owned()),
        "false" => Ok(no.to_owned()),
        _ => Err(wrong(
            format!("--{} is neither true nor false: {value}", parameter.flag()),
            "use true or false",
        )),
    }
}

fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn check_bounds(parameter: &Parameter, value: &str) -> Result<(), Failure> {
    let flag = parameter.flag();
    let decimals = value.split_once('.').map_or(0, |(_, d)| d.len());
    if let Some(most) = parameter.max_decimals().filter(|most| decimals > usize::from(*most)) {
        return Err(wrong(
            format!("--{flag} has {decimals} decimals: {value}"),
            &format!("use at most {most}"),
        ));
    }
    if let Some(min) = parameter.min().filter(|min| less(value, min)) {
        return Err(wrong(format!("--{flag} is too small: {value}"), &format!("use at least {min}")));
    }
    if let Some(max) = parameter.max().filter(|max| !parameter.capped() && less(max, value)) {
        return Err(wrong(format!("--{flag} is too large: {value}"), &format!("use at most {max}")));
    }
    Ok(())
}

/// Whether decimal `a` is less than decimal `b`, digit by digit, so that no number is too long or too precise.
fn less(a: &str, b: &str) -> bool {
    match (a.strip_prefix('-'), b.strip_prefix('-')) {
        (Some(a), Some(b)) => magnitude(b) < magnitude(a),
        (Some(a), None) => magnitude(a) > magnitude("0") || magnitude(b) > magnitude("0"),
        (None, Some(_)) => false,
        (None, None) => magnitude(a) < magnitude(b),
    }
}

/// Whole part without leading zeros, by length and digits, then decimals without trailing zeros: compares as the number.
fn magnitude(number: &str) -> (usize, &str, &str) {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('0');
    (whole.len(), whole, decimals.trim_end_matches('0'))
}

/// Checks what spans several parameters: mandatory ones, groups of which one is needed or allowed, and pairs.
///
/// # Errors
/// A usage failure that names the flags.
pub fn check_together(endpoint: &Endpoint, parameters: &Parameters) -> Result<(), Failure> {
    let sent = |name: &str| parameters.get(name).is_some() || parameters.get(&format!("{name}[0]")).is_some();
    let flags = |names: Names| names.iter().map(|n| flag_of(endpoint, n)).collect::<Vec<_>>();
    let missing: Vec<String> = endpoint
        .parameters()
        // What has a flag of its own for every endpoint is not among the parameters.
        .filter(|p| p.required() && !globals::is_global(p.flag()) && !sent(p.name()))
        .map(|p| format!("--{}", p.flag()))
        .collect();
    if !missing.is_empty() {
        return Err(lacks(endpoint, &missing.join(" and ")));
    }
    let by_value = endpoint.mandatory_given(|name| parameters.get(name));
    if let Some(group) = endpoint.one_of().chain(by_value).find(|g| !g.iter().any(sent)) {
        return Err(lacks(endpoint, &flags(group).join(" or ")));
    }
    for group in endpoint.at_most_one() {
        let both: Vec<String> = group.iter().filter(|n| sent(n)).map(|n| flag_of(endpoint, n)).collect();
        if both.len() > 1 {
            return Err(wrong(
                format!("{} do not go together", both.join(" and ")),
                "leave all but one of them out",
            ));
        }
    }
    for (name, needs) in endpoint.requires().filter(|(name, _)| sent(name)) {
        if let Some(needed) = needs.iter().find(|n| !sent(n)) {
            let message = format!("{} needs {}", flag_of(endpoint, name), flag_of(endpoint, needed));
            return Err(wrong(message, "give both, or neither"));
        }
    }
    Ok(())
}

fn flag_of(endpoint: &Endpoint, name: &str) -> String {
    endpoint.parameter(name).map_or_else(|| name.to_owned(), |p| format!("--{}", p.flag()))
}

fn lacks(endpoint: &Endpoint, flags: &str) -> Failure {
    let command = endpoint.words().join(" ");
    wrong(format!("{command} needs {flags}"), &format!("add it; `bnq {command} --help` tells what it takes"))
}

fn wrong(message: String, fix: &str) -> Failure {
    Failure::usage(message).with_fix(fix)
}
