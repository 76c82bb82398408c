//! Made-up parameters for any endpoint, and the request that they make: computed here, without bnq's own signing.

use bnq::catalogue::{Endpoint, ListStyle, Names, Parameter, ParameterType, Place};
use hmac::{Hmac, KeyInit as _, Mac as _};

use super::support::SECRET;

/// The timestamp of the example in the exchange's documentation.
pub const TIME: &str = "1499827319559";

/// One parameter, as it is typed and as it is to be sent.
pub struct Given {
    pub parameter: &'static Parameter,
    pub typed: Vec<String>,
    pub sent: Vec<(String, String)>,
}

/// Which parameters are made up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those that the endpoint needs.
    Needed,
    /// As many as go together.
    All,
}

/// A value for each parameter that the extent asks for. Those that every signed request has are left out.
pub fn parameters(endpoint: &'static Endpoint, extent: Extent) -> Vec<Given> {
    let mut names: Vec<&str> = Vec::new();
    let add = |name: &'static str, names: &mut Vec<&'static str>| {
        let taken = |g: Names| g.iter().any(|n| n == name) && g.iter().any(|n| names.contains(&n));
        if !names.contains(&name) && !endpoint.at_most_one().any(taken) {
            names.push(name);
        }
    };
    for parameter in endpoint.parameters().filter(|p| p.required()) {
        add(parameter.name(), &mut names);
    }
    for group in endpoint.one_of() {
        if !group.iter().any(|n| names.contains(&n)) {
            add(group.iter().next().unwrap(), &mut names);
        }
    }
    if extent == Extent::All {
        for parameter in endpoint.parameters() {
            add(parameter.name(), &mut names);
        }
    }
    // What is needed with what is there; that may need more in turn.
    for _ in 0..3 {
        let value = |name: &str| {
            let parameter = endpoint.parameter(name).filter(|_| names.contains(&name));
            parameter.and_then(|p| p.values().next())
        };
        let by_value: Vec<Names> = endpoint.mandatory_given(value).collect();
        for group in by_value.into_iter().filter(|g| g.iter().next().is_some()) {
            if !group.iter().any(|n| names.contains(&n)) {
                add(group.iter().next().unwrap(), &mut names);
            }
        }
        for (name, needs) in endpoint.requires() {
            if names.contains(&name) {
                needs.iter().for_each(|n| add(n, &mut names));
            }
        }
    }
    let made = names.into_iter().filter(|n| !["timestamp", "recvWindow", "signature"].contains(n));
    made.map(|n| given(endpoint, endpoint.parameter(n).unwrap())).collect()
}

fn given(endpoint: &Endpoint, parameter: &'static Parameter) -> Given {
    let name = parameter.name();
    let values: Vec<String> = match parameter.list() {
        None => vec![value(endpoint, parameter)],
        Some(_) => items(endpoint, parameter),
    };
    let sent = match parameter.list() {
        None if parameter.kind() == ParameterType::Boolean => {
            vec![(name.to_owned(), parameter.wire().map_or("true", |(yes, _)| yes).to_owned())]
        }
        None | Some(ListStyle::Repeat) => values.iter().map(|v| (name.to_owned(), v.clone())).collect(),
        Some(ListStyle::Comma) => vec![(name.to_owned(), values.join(","))],
        Some(ListStyle::Semicolon) => vec![(name.to_owned(), values.join(";"))],
        Some(ListStyle::Indexed) => {
            values.iter().enumerate().map(|(i, v)| (format!("{name}[{i}]"), v.clone())).collect()
        }
        Some(ListStyle::JsonArray) => {
            let bare = matches!(parameter.kind(), ParameterType::Integer | ParameterType::Json);
            let written = |v: &String| if bare { v.clone() } else { format!("\"{v}\"") };
            let items: Vec<String> = values.iter().map(written).collect();
            vec![(name.to_owned(), format!("[{}]", items.join(",")))]
        }
    };
    let typed = if parameter.kind() == ParameterType::Json { values } else { vec![values.join(",")] };
    Given { parameter, typed, sent }
}

fn items(endpoint: &Endpoint, parameter: &Parameter) -> Vec<String> {
    let symbols = parameter.name() == "symbols";
    let first = parameter.values().next().unwrap_or_default();
    let two = match parameter.kind() {
        ParameterType::Integer => vec!["11", "12"],
        ParameterType::Json => vec![r#"{"a":"b c"}"#, r#"{"d":[1,2]}"#],
        ParameterType::Enum => vec![first],
        _ if symbols && endpoint.group() == "spot" => vec!["ARKBTC", "BTCUSDT"],
        _ => vec!["x y", "z/é"],
    };
    two.into_iter().take(parameter.max_items().map_or(2, usize::from)).map(str::to_owned).collect()
}

fn value(endpoint: &Endpoint, parameter: &Parameter) -> String {
    let number = |usual: &str| {
        let of = |text: Option<&str>| text.map(|t| t.parse::<f64>().unwrap());
        let value: f64 = usual.parse().unwrap();
        let below = of(parameter.min()).is_some_and(|min| value < min);
        let above = of(parameter.max()).is_some_and(|max| value > max);
        let bound = if below { parameter.min() } else { parameter.max().filter(|_| above) };
        bound.unwrap_or(usual).to_owned()
    };
    match parameter.kind() {
        ParameterType::Enum => parameter.values().next().unwrap().to_owned(),
        ParameterType::Boolean => "true".to_owned(),
        ParameterType::Integer if parameter.is_time() => number("1499827000000"),
        ParameterType::Integer => number("7"),
        ParameterType::Decimal => number("0.10"),
        ParameterType::Json => r#"{"a":[1,"b c&d"]}"#.to_owned(),
        ParameterType::String => text(endpoint, parameter),
    }
}

fn text(endpoint: &Endpoint, parameter: &Parameter) -> String {
    let text = match (parameter.name(), parameter.format()) {
        ("symbol", _) if endpoint.group() == "spot" => "ARKBTC",
        ("symbol", _) if endpoint.path().starts_with("/dapi/") => "BTCUSD_PERP",
        ("symbol", _) if endpoint.path().starts_with("/eapi/") => "BTC-260626-100000-C",
        ("symbol", _) => "BTCUSDT",
        (_, Some("yyyy-MM-dd")) => "2026-03-01",
        _ if parameter.pattern().is_some() => "made-up_0123456789abcdef01234567",
        // Every character that an encoder can get wrong.
        _ => "a b/é+&=%~*'(",
    };
    text.chars().take(parameter.max_length().map_or(usize::MAX, usize::from)).collect()
}

/// The `recvWindow` to send: some endpoints do not do without.
pub fn window(endpoint: &Endpoint, extent: Extent) -> Option<&'static str> {
    let needed = endpoint.parameter("recvWindow").is_some_and(Parameter::required);
    (needed || extent == Extent::All).then_some("5000")
}

/// A request as it has to be on the wire.
pub struct Expected {
    pub query: String,
    pub body: String,
    /// Payload and signature, where the endpoint is signed.
    pub signed: Option<(String, String)>,
}

/// The request that the parameters make.
pub fn request(endpoint: &Endpoint, given: &[Given], recv_window: Option<&str>) -> Expected {
    let encoded = |place: Place| {
        let here = given.iter().filter(move |g| g.parameter.place() == place);
        here.flat_map(|g| &g.sent).map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect::<Vec<_>>()
    };
    let (mut query, body) = (encoded(Place::Query), encoded(Place::Body).join("&"));
    if !endpoint.signed() {
        return Expected { query: query.join("&"), body, signed: None };
    }
    query.extend(recv_window.map(|w| format!("recvWindow={w}")));
    query.push(format!("timestamp={TIME}"));
    let query = query.join("&");
    let payload = format!("{query}{body}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    Expected { query: format!("{query}&signature={signature}"), body, signed: Some((payload, signature)) }
}

/// RFC 3986: all but the unreserved characters, byte by byte.
fn encode(text: &str) -> String {
    let encoded = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(encoded).collect()
}
