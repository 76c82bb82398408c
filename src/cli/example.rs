//! An example for the help of each endpoint: a command line that the practice exchange answers.

use crate::catalogue::{Endpoint, Names, Parameter, ParameterType};
use crate::render::request::shell_quote;

/// The command line, with made-up values for all that the endpoint needs.
pub fn line(endpoint: &'static Endpoint) -> String {
    let mut words: Vec<String> = ["bnq", "--env", "local"].map(str::to_owned).to_vec();
    words.extend(endpoint.words().into_iter().map(str::to_owned));
    for name in needed(endpoint) {
        let Some(parameter) = endpoint.parameter(name) else { continue };
        words.extend([format!("--{}", parameter.flag()), value(endpoint, parameter).to_owned()]);
    }
    words.iter().map(|word| shell_quote(word)).collect::<Vec<_>>().join(" ")
}

/// The mandatory parameters, the first of each group of which one is needed, and what these need in turn.
fn needed(endpoint: &'static Endpoint) -> Vec<&'static str> {
    let mut names: Vec<&str> = endpoint.parameters().filter(|p| p.required()).map(Parameter::name).collect();
    add_first_of(&mut names, endpoint.one_of());
    loop {
        let before = names.len();
        let given = |name: &str| {
            endpoint.parameter(name).filter(|p| names.contains(&p.name())).map(|p| value(endpoint, p))
        };
        let by_value: Vec<Names> = endpoint.mandatory_given(given).collect();
        add_first_of(&mut names, by_value);
        for (_, needs) in endpoint.requires().filter(|(name, _)| names.contains(name)).collect::<Vec<_>>() {
            let missing: Vec<&str> = needs.iter().filter(|n| !names.contains(n)).collect();
            names.extend(missing);
        }
        if names.len() == before {
            return names;
        }
    }
}

fn add_first_of(names: &mut Vec<&'static str>, groups: impl IntoIterator<Item = Names>) {
    for group in groups {
        if !group.iter().any(|name| names.contains(&name)) {
            names.extend(group.iter().next());
        }
    }
}

fn value(endpoint: &Endpoint, parameter: &'static Parameter) -> &'static str {
    match parameter.kind() {
        _ if parameter.is_time() => "1d",
        ParameterType::Enum => parameter.values().next().unwrap_or_default(),
        ParameterType::Boolean => "true",
        ParameterType::Integer | ParameterType::Decimal => parameter.min().unwrap_or("1"),
        ParameterType::Json => "{}",
        ParameterType::String => text(endpoint, parameter),
    }
}

fn text(endpoint: &Endpoint, parameter: &Parameter) -> &'static str {
    let name = parameter.name();
    match endpoint.path().split('/').nth(1) {
        Some("api") if name == "symbol" => "ARKBTC",
        Some("dapi") if name == "symbol" => "BTCUSD_PERP",
        Some("eapi") if name == "symbol" => "BTC-260626-100000-C",
        Some("api") if name == "symbols" => "ARKBTC,BTCUSDT",
        _ if name.starts_with("symbol") => "BTCUSDT",
        _ if parameter.format().is_some() => "2026-03-01",
        _ if parameter.pattern().is_some() => "made-up-0123456789abcdef01234567",
        _ if name.to_ascii_lowercase().ends_with("email") => "someone@example.com",
        _ if ["asset", "coin"].iter().any(|word| name.to_ascii_lowercase().contains(word)) => "BTC",
        _ => "x",
    }
}
