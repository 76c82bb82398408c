use std::borrow::Cow;
use std::num::IntErrorKind;

use super::characters::value_mistake;
use super::examined::{Examined, base_name, is_indexed};
use super::{Refusal, key_header};
use crate::catalogue::{self, ListStyle, Names, Parameter, ParameterType};
use crate::signing::{API_KEY_HEADER, KeyKind, RecvWindow, mask};

/// A check of the gate.
pub(super) type Check = fn(&Examined<'_>) -> Result<(), Refusal>;

/// The gate up to the signature, in the order in which the exchange checks; that the path exists comes before these. Codes and
/// messages are documented. The order is not: `observed` is what public reports show, `assumed` what is most natural.
pub(super) const SIGNING_CHECKS: &[Check] = &[
    key_well_formed,      // observed
    time_unit_known,      // assumed
    names_unique,         // assumed
    signature_present,    // observed
    timestamp_present,    // observed
    signing_characters,   // observed
    recv_window_small,    // assumed
    key_known,            // observed
    key_permitted,        // observed
    timestamp_not_ahead,  // observed
    timestamp_not_behind, // observed
    signature_matches,    // observed
];

/// What comes after the signature, in the same order; what depends on the account comes after these.
pub(super) const PARAMETER_CHECKS: &[Check] = &[
    names_known,       // observed: a misspelt parameter is named before the missing one
    mandatory_present, // observed
    none_empty,        // assumed
    characters_legal,  // observed
    values_known,      // observed
];

/// Parameters that belong to signing, not to the endpoint.
pub const SIGNING: [&str; 3] = ["timestamp", "signature", "recvWindow"];

/// From so far ahead of the exchange's clock on, a timestamp is refused, in microseconds.
/// Source: Spot REST documentation, "Timing security".
pub const AHEAD_LIMIT_US: i64 = 1_000_000;

fn key_well_formed(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.security().needs_key() || x.key_text.is_some() || x.is_settled(API_KEY_HEADER) {
        return Ok(());
    }
    Err(key_header::refusal(x.request))
}

/// The header that chooses the unit of the times in an answer, and its values. Source: Spot REST documentation, "General API
/// information".
pub const TIME_UNIT_HEADER: &str = "X-MBX-TIME-UNIT";
const TIME_UNITS: [&str; 2] = ["MICROSECOND", "MILLISECOND"];

/// That letter case does not matter is assumed.
fn time_unit_known(x: &Examined<'_>) -> Result<(), Refusal> {
    let sent = x.request.header(TIME_UNIT_HEADER).filter(|_| x.endpoint.takes_time_unit());
    let Some(unit) = sent.filter(|_| !x.is_settled(TIME_UNIT_HEADER)) else { return Ok(()) };
    if TIME_UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known.as_bytes())) {
        return Ok(());
    }
    let message = "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.";
    let unit = String::from_utf8_lossy(unit);
    Err(refused(-1194, message, "time-unit-unknown", &[("value", &unit)]).about([TIME_UNIT_HEADER]))
}

fn names_unique(x: &Examined<'_>) -> Result<(), Refusal> {
    let repeats =
        |name: &str| x.endpoint.parameter(name).is_some_and(|p| p.list() == Some(ListStyle::Repeat));
    let Some(name) = x.repeated.iter().find(|name| !repeats(name) && !x.is_settled(name)) else {
        return Ok(());
    };
    let message = format!("Duplicate values for parameter '{name}'.");
    Err(refused(-1101, message, "parameter-twice", &[("name", name)]).about([name]))
}

fn signature_present(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() || x.sent("signature") || x.is_settled("signature") {
        return Ok(());
    }
    Err(mandatory("signature", "signature-missing"))
}

fn timestamp_present(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() || x.sent("timestamp") || x.is_settled("timestamp") {
        return Ok(());
    }
    Err(mandatory("timestamp", "timestamp-missing"))
}

fn signing_characters(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() {
        return Ok(());
    }
    let timestamp = x.value("timestamp").filter(|_| !x.is_settled("timestamp")).unwrap_or_default();
    if timestamp.len() > 20 || !timestamp.bytes().all(|b| b.is_ascii_digit()) {
        return Err(illegal("timestamp", "^[0-9]{1,20}$", "timestamp-malformed", timestamp));
    }
    // The range tested and the range reported differ (assumed from reports).
    if let Some(window) = x.value("recvWindow").filter(|w| !w.is_empty() && !x.is_settled("recvWindow"))
        && !is_window(window)
    {
        let legal = r"^([0-9]{1,5})(\.[0-9]{1,3})?$";
        return Err(illegal("recvWindow", legal, "recv-window-malformed", window));
    }
    let signature = x.value("signature").unwrap_or_default();
    if x.is_settled("signature") {
        return Ok(());
    }
    let (legal, good) = if x.key.as_ref().is_some_and(|k| k.verifying.kind() == KeyKind::Hmac) {
        let good = signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit());
        ("^[A-Fa-f0-9]{64}$", good)
    } else {
        let good = signature.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
        ("^[A-Za-z0-9+/=]+$", good)
    };
    if good {
        return Ok(());
    }
    let length = signature.chars().count().to_string();
    let message = illegal_message("signature", legal);
    let refusal = refused(-1100, message, "signature-malformed", &[("length", &length)]);
    Err(refusal.about(["signature"]))
}

/// What is said of a signature that is wrong before anything has been tried on it.
fn unexplained(length: &str) -> String {
    format!("the signature is not this key's for the {length} bytes that arrived")
}

/// `^([0-9]{1,20})(\.[0-9]{1,3})?$`
fn is_window(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str, most| (1..=most).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole, 20) && digits(decimals, 3)
}

fn recv_window_small(x: &Examined<'_>) -> Result<(), Refusal> {
    let Some(window) = x.value("recvWindow").filter(|w| x.endpoint.signed() && !w.is_empty()) else {
        return Ok(());
    };
    if window.parse::<RecvWindow>().is_ok() || x.is_settled("recvWindow") {
        return Ok(());
    }
    let message = "recvWindow must be less than 60000.";
    Err(refused(-1131, message, "recv-window-too-large", &[("value", window)]).about(["recvWindow"]))
}

fn key_known(x: &Examined<'_>) -> Result<(), Refusal> {
    let told = x.gate.knows_keys && !x.is_settled(API_KEY_HEADER);
    if !x.endpoint.security().needs_key() || x.key.is_some() || !told {
        return Ok(());
    }
    // Nothing of it is shown: what is no key of the account may be its secret.
    Err(Refusal::new((401, Some(-2008)), "Invalid Api-Key ID.", "key-unknown", &[]))
}

fn key_permitted(x: &Examined<'_>) -> Result<(), Refusal> {
    let judged = x.endpoint.security().needs_key() && !x.is_settled(API_KEY_HEADER);
    let Some(key) = x.key.as_ref().filter(|_| judged) else { return Ok(()) };
    let from_here = key.addresses.is_empty() || key.addresses.contains(&x.gate.peer);
    let lacking = x.endpoint.permission().filter(|p| !key.permissions.contains(*p));
    let (purpose, need) = match (from_here, lacking) {
        (true, None) => return Ok(()),
        (true, Some(lacking)) => (lacking.allows().to_owned(), format!("`{}`", lacking.as_str())),
        (false, _) => (format!("requests from {}", x.gate.peer), format!("the address {}", x.gate.peer)),
    };
    let message = "Invalid API-key, IP, or permissions for action.";
    let seen = [("key", mask(x.key_text.as_deref().unwrap_or_default())), ("use", purpose), ("need", need)];
    let seen: Vec<(&str, &str)> = seen.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Err(Refusal::new((401, Some(-2015)), message, "key-not-permitted", &seen).about([API_KEY_HEADER]))
}

fn timestamp_not_ahead(x: &Examined<'_>) -> Result<(), Refusal> {
    let ahead = x.timestamp_us().saturating_sub(x.gate.now_us);
    if !x.endpoint.signed() || ahead < AHEAD_LIMIT_US || x.is_settled("timestamp") {
        return Ok(());
    }
    Err(outside(x, "Timestamp for this request was 1000ms ahead of the server's time."))
}

fn timestamp_not_behind(x: &Examined<'_>) -> Result<(), Refusal> {
    let behind = x.gate.now_us.saturating_sub(x.timestamp_us());
    if !x.endpoint.signed() || behind <= x.recv_window_us() || x.is_settled("timestamp") {
        return Ok(());
    }
    Err(outside(x, "Timestamp for this request is outside of the recvWindow."))
}

/// The unit is judged first: seconds taken for milliseconds look like a clock that is decades behind.
fn outside(x: &Examined<'_>, message: &str) -> Refusal {
    let text = x.value("timestamp").unwrap_or_default();
    let (sent, now) = (x.timestamp_us(), x.gate.now_us);
    let difference = (sent.saturating_sub(now) / 1000).unsigned_abs().to_string();
    let window = x.recv_window();
    let mistake = match text.len() {
        0..=10 => "timestamp-in-seconds",
        19.. => "timestamp-in-nanoseconds",
        _ if sent > now => "clock-ahead",
        _ => "clock-behind",
    };
    let seen = [("value", text), ("difference", &difference), ("window", window)];
    refused(-1021, message, mistake, &seen).about(["timestamp"])
}

fn signature_matches(x: &Examined<'_>) -> Result<(), Refusal> {
    let tested = x.endpoint.signed() && !x.is_settled("signature");
    let Some(key) = x.key.as_ref().filter(|_| tested) else { return Ok(()) };
    let payload = x.payload();
    if key.verifying.verify(&payload, x.value("signature").unwrap_or_default()) {
        return Ok(());
    }
    let length = payload.len().to_string();
    let message = "Signature for this request is not valid.";
    Err(refused(-1022, message, "secret-unknown", &[("how", &unexplained(&length))]).about(["signature"]))
}

fn names_known(x: &Examined<'_>) -> Result<(), Refusal> {
    let takes = |name: &str| {
        let indexed = |name: &str| x.endpoint.parameter(name).is_some_and(is_indexed);
        x.endpoint.parameter(name).is_some()
            || (name.contains('[') && indexed(base_name(name)))
            || (SIGNING.contains(&name)
                && (x.endpoint.signed() || catalogue::ignores_signing(x.endpoint.path())))
            || x.is_settled(name)
    };
    let Some((unknown, _)) = x.parameters.iter().find(|(n, _)| !takes(n)) else { return Ok(()) };
    let sent = x.parameters.len();
    let read = x.parameters.iter().filter(|(n, _)| takes(n)).count();
    let seen = [("name", unknown.as_str())];
    if !x.endpoint.signed() && SIGNING.contains(&unknown.as_str()) {
        let message = format!("Too many parameters; expected '{read}' and received '{sent}'.");
        return Err(refused(-1101, message, "public-endpoint-signed", &seen).about(SIGNING));
    }
    let message =
        format!("Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");
    let names: Vec<&str> = x.endpoint.parameters().map(Parameter::name).collect();
    let expected = if names.is_empty() { "no parameters".to_owned() } else { names.join(", ") };
    let seen = [("name", unknown.as_str()), ("expected", &expected)];
    Err(refused(-1104, message, "parameter-unknown", &seen).about([unknown]))
}

fn mandatory_present(x: &Examined<'_>) -> Result<(), Refusal> {
    for parameter in x.endpoint.parameters().filter(|p| p.required()) {
        if !x.given(parameter.name()) {
            return Err(mandatory(parameter.name(), "mandatory-parameter-missing"));
        }
    }
    let by_value = x.endpoint.mandatory_given(|name| x.value(name));
    for group in x.endpoint.one_of().chain(by_value) {
        if !group.iter().any(|name| x.given(name)) {
            return Err(one_of_missing(group));
        }
    }
    for (name, needs) in x.endpoint.requires().filter(|(name, _)| x.given(name)) {
        if let Some(missing) = needs.iter().find(|needed| !x.given(needed)) {
            let message = format!(
                "Combination of optional parameters invalid. Recommendation: '{missing}' should also be sent."
            );
            let seen = [("name", missing)];
            return Err(refused(-1128, message, "mandatory-parameter-missing", &seen).about([name, missing]));
        }
    }
    Ok(())
}

fn one_of_missing(group: Names) -> Refusal {
    let names: Vec<&str> = group.iter().collect();
    if let [name] = names.as_slice() {
        return mandatory(name, "mandatory-parameter-missing");
    }
    let message = format!("Param '{}' must be sent, but both were empty/null!", names.join("' or '"));
    let seen = [("name", names.join("` or `"))];
    let seen: Vec<(&str, &str)> = seen.iter().map(|(n, v)| (*n, v.as_str())).collect();
    refused(-1102, message, "mandatory-parameter-missing", &seen).about(names)
}

fn none_empty(x: &Examined<'_>) -> Result<(), Refusal> {
    match x.parameters.iter().find(|(name, value)| value.is_empty() && !x.is_settled(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("Parameter '{name}' was empty.");
            Err(refused(-1105, message, "parameter-empty", &[("name", name)]).about([&**name]))
        }
    }
}

fn characters_legal(x: &Examined<'_>) -> Result<(), Refusal> {
    for (name, value) in &x.parameters {
        let checked = !SIGNING.contains(&name.as_str()) && !x.is_settled(name);
        let Some(parameter) = x.endpoint.parameter(name).filter(|_| checked) else { continue };
        if let Some(wrong) = value_mistake(parameter, value) {
            let message = illegal_message(name, wrong.legal);
            let expected = wrong.meant.as_deref().unwrap_or(wrong.legal);
            let seen = [("name", name.as_str()), ("value", value), ("expected", expected)];
            return Err(refused(-1100, message, wrong.mistake, &seen).about([name]));
        }
    }
    Ok(())
}

/// The enums that have a code of their own, by their names and one of their values; the others are assumed to be -1130.
const ENUM_CODES: [(&str, &str, i32, &str); 9] = [
    ("side", "BUY", -1117, "Invalid side."),
    ("type", "MARKET", -1116, "Invalid orderType."),
    ("timeInForce", "GTC", -1115, "Invalid timeInForce."),
    ("interval", "1m", -1120, "Invalid interval."),
    ("symbolStatus", "TRADING", -1122, "Invalid symbolStatus."),
    ("type", "MINI", -1139, "Invalid ticker type."),
    (
        "cancelRestrictions",
        "ONLY_NEW",
        -1145,
        "cancelRestrictions has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED.",
    ),
    ("pegPriceType", "PRIMARY_PEG", -1210, "Invalid pegPriceType."),
    ("pegOffsetType", "PRICE_LEVEL", -1211, "Invalid pegOffsetType."),
];

fn values_known(x: &Examined<'_>) -> Result<(), Refusal> {
    for (name, value) in &x.parameters {
        let traded = |symbol: &str| (x.gate.symbol)(x.endpoint, symbol);
        if x.is_settled(name) {
            continue;
        }
        if let Some(unknown) = symbols_in(name, value).into_iter().find(|s| !traded(s)) {
            let refusal = refused(-1121, "Invalid symbol.", "symbol-unknown", &[("value", &unknown)]);
            return Err(refusal.about([name]));
        }
        let Some(parameter) = x.endpoint.parameter(name) else { continue };
        if overflows(parameter, value) {
            let message = format!("Parameter '{name}' overflowed.");
            let expected = format!("at most {}", i64::MAX);
            let seen = [("name", name.as_str()), ("value", value), ("expected", &expected)];
            return Err(refused(-1108, message, "value-not-allowed", &seen).about([name]));
        }
        if let Some(most) = exceeded(parameter, value) {
            let message = format!("Data sent for parameter '{name}' is not valid.");
            let expected = format!("at most {most}");
            let seen = [("name", name.as_str()), ("value", value), ("expected", &expected)];
            return Err(refused(-1130, message, "value-not-allowed", &seen).about([name]));
        }
        let checked = parameter.kind() == ParameterType::Enum && parameter.list().is_none();
        if !checked || parameter.values().any(|v| v == value) {
            continue;
        }
        let special =
            ENUM_CODES.iter().find(|(n, one, ..)| n == name && parameter.values().any(|v| v == *one));
        let (code, message) = special.map_or_else(
            || (-1130, format!("Data sent for parameter '{name}' is not valid.")),
            |(.., code, message)| (*code, (*message).to_owned()),
        );
        let expected = parameter.values().collect::<Vec<_>>().join(", ");
        let seen = [("name", name.as_str()), ("value", value), ("expected", &expected)];
        return Err(refused(code, message, "value-not-allowed", &seen).about([name]));
    }
    Ok(())
}

/// Whether a whole number has more than 64 bits.
fn overflows(parameter: &Parameter, value: &str) -> bool {
    is_whole(parameter) && value.parse::<i64>().is_err_and(|error| *error.kind() == IntErrorKind::PosOverflow)
}

/// The largest whole number that a parameter takes, if a value is larger and the exchange does not lower it by itself.
fn exceeded(parameter: &Parameter, value: &str) -> Option<i64> {
    let most: i64 = parameter.max()?.parse().ok()?;
    let larger = value.bytes().all(|b| b.is_ascii_digit()) && value.parse::<i64>().is_ok_and(|v| v > most);
    (is_whole(parameter) && !parameter.capped() && larger).then_some(most)
}

/// Whether it takes one whole number.
fn is_whole(parameter: &Parameter) -> bool {
    parameter.kind() == ParameterType::Integer && parameter.list().is_none()
}

fn symbols_in<'a>(name: &str, value: &'a str) -> Vec<Cow<'a, str>> {
    match name {
        "symbol" => vec![value.into()],
        "symbols" => serde_json::from_str(value).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn refused(code: i32, message: impl Into<String>, mistake: &'static str, seen: &[(&str, &str)]) -> Refusal {
    Refusal::new((400, Some(code)), message, mistake, seen)
}

fn mandatory(name: &str, mistake: &'static str) -> Refusal {
    let message = format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
    refused(-1102, message, mistake, &[("name", name)]).about([name])
}

fn illegal(name: &str, legal: &str, mistake: &'static str, value: &str) -> Refusal {
    refused(-1100, illegal_message(name, legal), mistake, &[("name", name), ("value", value)]).about([name])
}

fn illegal_message(name: &str, legal: &str) -> String {
    format!("Illegal characters found in parameter '{name}'; legal range is '{legal}'.")
}
