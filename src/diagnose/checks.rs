use std::collections::HashSet;

use super::characters::value_mistake;
use super::key_header;
use super::verify::{Gate, KnownKey};
use super::{ReceivedRequest, Refusal};
use crate::catalogue::{Endpoint, ListStyle, Names, Parameter, ParameterType, SecurityType};
use crate::signing::{KeyKind, RecvWindow, mask};

/// A check of the gate.
type Check = fn(&Examined<'_>) -> Result<(), Refusal>;

/// The gate, in the order in which the exchange checks; that the path exists comes before these, and what depends on the
/// account after them. Codes and messages are documented. The order is not: `observed` is what public reports show,
/// `assumed` what is most natural.
pub(super) const CHECKS: &[Check] = &[
    key_well_formed,      // observed
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
    names_known,          // observed: a misspelt parameter is named before the missing one
    mandatory_present,    // observed
    none_empty,           // assumed
    characters_legal,     // observed
    values_known,         // observed
];

/// Parameters that belong to signing, not to the endpoint.
const SIGNING: [&str; 3] = ["timestamp", "signature", "recvWindow"];
const AHEAD_LIMIT_US: i64 = 1_000_000;

/// A request with what the checks look at again and again.
pub(super) struct Examined<'a> {
    request: &'a ReceivedRequest,
    gate: &'a Gate<'a>,
    endpoint: &'static Endpoint,
    key: Option<KnownKey>,
    /// Names and values that count: the query's before the body's.
    pub(super) parameters: Vec<(String, String)>,
}

impl<'a> Examined<'a> {
    pub(super) fn new(request: &'a ReceivedRequest, gate: &'a Gate<'a>, endpoint: &'static Endpoint) -> Self {
        let key = key_header::well_formed(request).and_then(|k| (gate.key)(k));
        let mut parameters = request.query_parameters();
        for (name, value) in request.body_parameters() {
            if !parameters.iter().any(|(n, _)| *n == name) {
                parameters.push((name, value));
            }
        }
        Self { request, gate, endpoint, key, parameters }
    }

    /// The key that came with the request, where the endpoint needs one.
    pub(super) fn api_key(&self) -> Option<&str> {
        key_header::well_formed(self.request).filter(|_| self.endpoint.security().needs_key())
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    fn sent(&self, name: &str) -> bool {
        self.value(name).is_some_and(|v| !v.is_empty())
    }

    /// Whether a parameter was sent in its own way: some lists are written `name[0]=…&name[1]=…`.
    fn given(&self, name: &str) -> bool {
        let indexed = || self.endpoint.parameter(name).is_some_and(is_indexed);
        let items = || self.parameters.iter().any(|(n, v)| base_name(n) == name && !v.is_empty());
        self.sent(name) || (indexed() && items())
    }

    /// The timestamp in microseconds. Sixteen digits or more are microseconds (assumed).
    fn timestamp_us(&self) -> i64 {
        let text = self.value("timestamp").unwrap_or_default();
        let number: i64 = text.parse().unwrap_or(i64::MAX);
        if text.len() >= 16 { number } else { number.saturating_mul(1000) }
    }

    /// `recvWindow` as sent, or what counts without it. An earlier check has refused one that is malformed.
    fn recv_window(&self) -> &str {
        self.value("recvWindow").filter(|v| !v.is_empty()).unwrap_or(RecvWindow::DEFAULT)
    }

    fn recv_window_us(&self) -> i64 {
        self.recv_window().parse().map_or(0, |window: RecvWindow| window.as_micros())
    }
}

fn is_indexed(parameter: &Parameter) -> bool {
    parameter.list() == Some(ListStyle::Indexed)
}

/// `orderArgs` for `orderArgs[0]`.
fn base_name(name: &str) -> &str {
    name.split_once('[').map_or(name, |(base, _)| base)
}

fn key_well_formed(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.security().needs_key() || key_header::well_formed(x.request).is_some() {
        return Ok(());
    }
    Err(key_header::refusal(x.request))
}

fn names_unique(x: &Examined<'_>) -> Result<(), Refusal> {
    for place in [x.request.query_parameters(), x.request.body_parameters()] {
        let mut seen = HashSet::new();
        for (name, _) in &place {
            let repeats = x.endpoint.parameter(name).is_some_and(|p| p.list() == Some(ListStyle::Repeat));
            if !seen.insert(name) && !repeats {
                let message = format!("Duplicate values for parameter '{name}'.");
                return Err(refused(-1101, message, "parameter-twice", &[("name", name)]));
            }
        }
    }
    Ok(())
}

fn signature_present(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() || x.sent("signature") {
        return Ok(());
    }
    Err(mandatory("signature", "signature-missing"))
}

fn timestamp_present(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() || x.sent("timestamp") {
        return Ok(());
    }
    Err(mandatory("timestamp", "timestamp-missing"))
}

fn signing_characters(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.signed() {
        return Ok(());
    }
    let timestamp = x.value("timestamp").unwrap_or_default();
    if timestamp.len() > 20 || !timestamp.bytes().all(|b| b.is_ascii_digit()) {
        return Err(illegal("timestamp", "^[0-9]{1,20}$", "timestamp-malformed", timestamp));
    }
    // The range tested and the range reported differ (assumed from reports).
    if let Some(window) = x.value("recvWindow").filter(|w| !w.is_empty())
        && !is_window(window)
    {
        let legal = r"^([0-9]{1,5})(\.[0-9]{1,3})?$";
        return Err(illegal("recvWindow", legal, "recv-window-malformed", window));
    }
    let signature = x.value("signature").unwrap_or_default();
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
    Err(refused(-1100, message, "signature-malformed", &[("length", &length)]))
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
    if window.parse::<RecvWindow>().is_ok() {
        return Ok(());
    }
    let message = "recvWindow must be less than 60000.";
    Err(refused(-1131, message, "recv-window-too-large", &[("value", window)]))
}

fn key_known(x: &Examined<'_>) -> Result<(), Refusal> {
    if !x.endpoint.security().needs_key() || x.key.is_some() {
        return Ok(());
    }
    // Nothing of it is shown: what is no key of the account may be its secret.
    Err(Refusal::new((401, Some(-2008)), "Invalid Api-Key ID.", "key-unknown", &[]))
}

fn key_permitted(x: &Examined<'_>) -> Result<(), Refusal> {
    let Some(key) = x.key.as_ref().filter(|_| x.endpoint.security().needs_key()) else { return Ok(()) };
    let from_here = key.addresses.is_empty() || key.addresses.contains(&x.gate.peer);
    let reads = matches!(
        x.endpoint.security(),
        SecurityType::None | SecurityType::MarketData | SecurityType::UserStream | SecurityType::UserData
    );
    let purpose = match (from_here, key.trades || reads) {
        (true, true) => return Ok(()),
        (true, false) => x.endpoint.security().as_str().to_owned(),
        (false, _) => format!("requests from {}", x.gate.peer),
    };
    let message = "Invalid API-key, IP, or permissions for action.";
    let seen = [("key", mask(x.api_key().unwrap_or_default())), ("use", purpose)];
    let seen: Vec<(&str, &str)> = seen.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Err(Refusal::new((401, Some(-2015)), message, "key-not-permitted", &seen))
}

fn timestamp_not_ahead(x: &Examined<'_>) -> Result<(), Refusal> {
    let ahead = x.timestamp_us().saturating_sub(x.gate.now_us);
    if !x.endpoint.signed() || ahead < AHEAD_LIMIT_US {
        return Ok(());
    }
    Err(outside(x, "Timestamp for this request was 1000ms ahead of the server's time."))
}

fn timestamp_not_behind(x: &Examined<'_>) -> Result<(), Refusal> {
    let behind = x.gate.now_us.saturating_sub(x.timestamp_us());
    if !x.endpoint.signed() || behind <= x.recv_window_us() {
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
    refused(-1021, message, mistake, &[("value", text), ("difference", &difference), ("window", window)])
}

fn signature_matches(x: &Examined<'_>) -> Result<(), Refusal> {
    let Some(key) = x.key.as_ref().filter(|_| x.endpoint.signed()) else { return Ok(()) };
    let payload = x.request.payload();
    if key.verifying.verify(&payload, x.value("signature").unwrap_or_default()) {
        return Ok(());
    }
    let length = payload.len().to_string();
    let message = "Signature for this request is not valid.";
    Err(refused(-1022, message, "signature-not-of-payload", &[("length", &length)]))
}

fn names_known(x: &Examined<'_>) -> Result<(), Refusal> {
    let takes = |name: &str| {
        let indexed = |name: &str| x.endpoint.parameter(name).is_some_and(is_indexed);
        x.endpoint.parameter(name).is_some()
            || (name.contains('[') && indexed(base_name(name)))
            || (x.endpoint.signed() && SIGNING.contains(&name))
    };
    let Some((unknown, _)) = x.parameters.iter().find(|(n, _)| !takes(n)) else { return Ok(()) };
    let sent = x.parameters.len();
    let read = x.parameters.iter().filter(|(n, _)| takes(n)).count();
    let seen = [("name", unknown.as_str())];
    if !x.endpoint.signed() && SIGNING.contains(&unknown.as_str()) {
        let message = format!("Too many parameters; expected '{read}' and received '{sent}'.");
        return Err(refused(-1101, message, "public-endpoint-signed", &seen));
    }
    let message =
        format!("Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");
    let names: Vec<&str> = x.endpoint.parameters().map(Parameter::name).collect();
    let expected = if names.is_empty() { "no parameters".to_owned() } else { names.join(", ") };
    Err(refused(-1104, message, "parameter-unknown", &[("name", unknown), ("expected", &expected)]))
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
    Ok(())
}

fn one_of_missing(group: Names) -> Refusal {
    let names: Vec<&str> = group.iter().collect();
    if let [name] = names.as_slice() {
        return mandatory(name, "mandatory-parameter-missing");
    }
    let message = format!("Param '{}' must be sent, but both were empty/null!", names.join("' or '"));
    refused(-1102, message, "mandatory-parameter-missing", &[("name", &names.join("` or `"))])
}

fn none_empty(x: &Examined<'_>) -> Result<(), Refusal> {
    match x.parameters.iter().find(|(_, value)| value.is_empty()) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("Parameter '{name}' was empty.");
            Err(refused(-1105, message, "parameter-empty", &[("name", name)]))
        }
    }
}

fn characters_legal(x: &Examined<'_>) -> Result<(), Refusal> {
    for (name, value) in &x.parameters {
        let Some(parameter) = x.endpoint.parameter(name).filter(|_| !SIGNING.contains(&name.as_str())) else {
            continue;
        };
        if let Some(wrong) = value_mistake(parameter, value) {
            let message = illegal_message(name, wrong.legal);
            let expected = wrong.meant.as_deref().unwrap_or(wrong.legal);
            let seen = [("name", name.as_str()), ("value", value), ("expected", expected)];
            return Err(refused(-1100, message, wrong.mistake, &seen));
        }
    }
    Ok(())
}

/// The enums that have a code of their own; the others are assumed to be -1130.
const ENUM_CODES: [(&str, i32, &str); 4] = [
    ("side", -1117, "Invalid side."),
    ("type", -1116, "Invalid orderType."),
    ("timeInForce", -1115, "Invalid timeInForce."),
    ("interval", -1120, "Invalid interval."),
];

fn values_known(x: &Examined<'_>) -> Result<(), Refusal> {
    for (name, value) in &x.parameters {
        let traded = |symbol: &String| (x.gate.symbol)(x.endpoint, symbol);
        if let Some(unknown) = symbols_in(name, value).into_iter().find(|s| !traded(s)) {
            return Err(refused(-1121, "Invalid symbol.", "symbol-unknown", &[("value", &unknown)]));
        }
        let Some(parameter) = x.endpoint.parameter(name) else { continue };
        let checked = parameter.kind() == ParameterType::Enum && parameter.list().is_none();
        if !checked || parameter.values().any(|v| v == value) {
            continue;
        }
        // `type` is an order's only where it can be one of an order's types.
        let special = ENUM_CODES
            .iter()
            .find(|(n, ..)| n == name)
            .filter(|_| name != "type" || parameter.values().any(|v| v == "MARKET"));
        let (code, message) = special.map_or_else(
            || (-1130, format!("Data sent for parameter '{name}' is not valid.")),
            |(_, code, message)| (*code, (*message).to_owned()),
        );
        let expected = parameter.values().collect::<Vec<_>>().join(", ");
        let seen = [("name", name.as_str()), ("value", value), ("expected", &expected)];
        return Err(refused(code, message, "value-not-allowed", &seen));
    }
    Ok(())
}

fn symbols_in(name: &str, value: &str) -> Vec<String> {
    match name {
        "symbol" => vec![value.to_owned()],
        "symbols" => serde_json::from_str(value).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn refused(code: i32, message: impl Into<String>, mistake: &'static str, seen: &[(&str, &str)]) -> Refusal {
    Refusal::new((400, Some(code)), message, mistake, seen)
}

fn mandatory(name: &str, mistake: &'static str) -> Refusal {
    let message = format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
    refused(-1102, message, mistake, &[("name", name)])
}

fn illegal(name: &str, legal: &str, mistake: &'static str, value: &str) -> Refusal {
    refused(-1100, illegal_message(name, legal), mistake, &[("name", name), ("value", value)])
}

fn illegal_message(name: &str, legal: &str) -> String {
    format!("Illegal characters found in parameter '{name}'; legal range is '{legal}'.")
}
