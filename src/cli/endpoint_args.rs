//! The clap command of one endpoint, made from the catalogue, and what was typed for it.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Endpoint, Parameter, ParameterType, Permission, Place, Settle};
use crate::cli::exit::Failure;
use crate::cli::target::Target;
use crate::cli::{example, globals, pages, session, suggest, values};
use crate::signing::Parameters;

const PAIRS: &str = "name=value";

/// Parameters that belong to signing, not to an endpoint.
const SIGNING: [&str; 3] = ["timestamp", "recvWindow", "signature"];

/// What was typed for a request. A batch keeps very many, in JSON with short names.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Parameters of the query string, in the order of argv.
    #[serde(rename = "q", skip_serializing_if = "Parameters::is_empty")]
    pub query: Parameters,
    /// Parameters of the form body, in the order of argv.
    #[serde(rename = "b", skip_serializing_if = "Parameters::is_empty")]
    pub body: Parameters,
    /// `timestamp=` among the pairs.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// `recvWindow=` among the pairs.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub recv_window: Option<String>,
}

impl Typed {
    /// Gives a change the id that it was sent with, unless it has one of its own.
    pub fn name_change(&mut self, target: &Target, id: &str) {
        let Some(name) = target.settle().and_then(Settle::id) else { return };
        if self.query.get(name).or(self.body.get(name)).is_none() {
            self.name(name, id.to_owned());
        }
    }

    /// Adds an id where the other parameters are.
    fn name(&mut self, name: &str, id: String) {
        let in_body = self.query.is_empty() && !self.body.is_empty();
        if in_body { &mut self.body } else { &mut self.query }.push(name, id);
    }

    /// Takes a parameter as it stands; those that belong to signing are set aside, and a signature is refused.
    ///
    /// # Errors
    /// A usage failure for a signature, or a setting given twice.
    pub fn place(&mut self, name: &str, value: &str, in_body: bool) -> Result<(), Failure> {
        match name {
            "timestamp" => set_once(&mut self.timestamp, name, value.to_owned()),
            "recvWindow" => set_once(&mut self.recv_window, name, value.to_owned()),
            "signature" => Err(Failure::usage("`signature` cannot be given: bnq signs the request itself")
                .with_fix("leave it out; `bnq sign` computes the signature of a text")),
            _ => {
                if in_body { &mut self.body } else { &mut self.query }.push(name, value);
                Ok(())
            }
        }
    }
}

/// The clap command of `endpoint`: a flag for each parameter, and `name=value` pairs.
pub fn command(endpoint: &'static Endpoint) -> Command {
    let mut command = Command::new(endpoint.command())
        .about(endpoint.help())
        .override_usage(usage(endpoint))
        .after_help(format!("{}\n\n{}", facts(endpoint), globals::ELSEWHERE));
    for parameter in endpoint.parameters().filter(|p| !globals::is_global(p.flag())) {
        command = command.arg(flag(parameter));
    }
    if endpoint.paging().is_some() {
        command = command.args(pages::arguments());
    }
    command.arg(
        Arg::new(PAIRS)
            .value_name("NAME=VALUE")
            .help("A parameter as the exchange's documentation writes it")
            .action(ArgAction::Append)
            .num_args(0..),
    )
}

fn flag(parameter: &'static Parameter) -> Arg {
    let heading = if parameter.required() { "Required parameters" } else { "Parameters" };
    let arg = Arg::new(parameter.name())
        .long(parameter.flag())
        .value_name(value_name(parameter))
        .help(help(parameter))
        .help_heading(heading)
        .action(ArgAction::Append)
        .allow_negative_numbers(true);
    if parameter.name() == parameter.flag() { arg } else { arg.alias(parameter.name()) }
}

/// The word that stands for the value of a parameter.
pub fn value_name(parameter: &Parameter) -> String {
    let name = match (parameter.kind(), parameter.list()) {
        (ParameterType::Json, _) => "JSON",
        (_, Some(_)) => "A,B",
        (ParameterType::Integer, _) if parameter.is_time() => "TIME",
        (ParameterType::Enum, _) if is_short(parameter) => return in_words(parameter, "|"),
        (ParameterType::String | ParameterType::Enum, _) => "TEXT",
        (ParameterType::Integer, _) => "INTEGER",
        (ParameterType::Decimal, _) => "DECIMAL",
        (ParameterType::Boolean, _) => "true|false",
    };
    name.to_owned()
}

/// Whether the values allowed are few enough to stand where the value's name does.
fn is_short(parameter: &Parameter) -> bool {
    in_words(parameter, "|").len() <= 24
}

fn in_words(parameter: &Parameter, separator: &str) -> String {
    parameter.values().collect::<Vec<_>>().join(separator)
}

/// What a parameter is, with its values, limits and default.
pub fn help(parameter: &Parameter) -> String {
    let mut help = parameter.help().to_owned();
    if parameter.is_time() {
        help.push_str(" Also a date, RFC 3339, or a span back from now such as 7d.");
    }
    if parameter.kind() == ParameterType::Enum && (parameter.list().is_some() || !is_short(parameter)) {
        help.push_str(&format!(" One of {}.", in_words(parameter, ", ")));
    }
    match (parameter.min(), parameter.max()) {
        (Some(min), Some(max)) => help.push_str(&format!(" [{min} to {max}]")),
        (Some(min), None) => help.push_str(&format!(" [at least {min}]")),
        (None, Some(max)) => help.push_str(&format!(" [at most {max}]")),
        (None, None) => {}
    }
    if let Some(default) = parameter.default() {
        help.push_str(&format!(" [default: {default}]"));
    }
    help
}

/// The command line of an endpoint, with what it cannot do without.
pub fn usage(endpoint: &Endpoint) -> String {
    let required: String = endpoint
        .parameters()
        .filter(|p| p.required())
        .map(|p| format!(" --{} <{}>", p.flag(), value_name(p)))
        .collect();
    let groups: String = endpoint
        .one_of()
        .map(|group| {
            let flags = group.iter().filter_map(|n| endpoint.parameter(n));
            format!(" <{}>", flags.map(|p| format!("--{}", p.flag())).collect::<Vec<_>>().join(" | "))
        })
        .collect();
    format!("bnq {}{required}{groups} [OPTIONS] [NAME=VALUE ...]", endpoint.words().join(" "))
}

/// Request, security type, weight and the like, a line each.
pub fn facts(endpoint: &'static Endpoint) -> String {
    let signed = if endpoint.signed() { "signed" } else { "not signed" };
    let weight = endpoint.weight().map_or_else(|| "unknown".to_owned(), |w| w.to_string());
    let orders = match (endpoint.order_count(), endpoint.order_count_1m()) {
        (0, _) => String::new(),
        (n, minute) if n == minute => format!("Orders:         {n} against the order limits\n"),
        (n, minute) => {
            format!("Orders:         {n} against the order limits, {minute} against that of a minute\n")
        }
    };
    let note = endpoint.weight_note().map(|note| format!(" ({note})")).unwrap_or_default();
    let changes = match (endpoint.changes(), endpoint.asks()) {
        (false, _) => "no",
        (true, true) => "yes: bnq asks first, or needs --yes; it is sent once, whatever happens",
        (true, false) => {
            "yes, but neither funds nor settings, so bnq does not ask; it is sent once, whatever happens"
        }
    };
    let example = example::line(endpoint);
    let doc = endpoint.doc().unwrap_or("none");
    let ends =
        if endpoint.deprecated() { "Deprecated:     yes: the exchange has announced its end\n" } else { "" };
    format!(
        "Request:        {} {}\nSecurity type:  {} ({signed})\nPermission:     {}\nWeight:         {weight}{note}\n{orders}\
         Changes:        {changes}\n{ends}Documentation:  {doc}\nExample:        {example}",
        endpoint.method(),
        endpoint.path(),
        endpoint.security().as_str(),
        permission(endpoint),
    )
}

/// What the key has to be allowed. Source: the key page's options.
fn permission(endpoint: &Endpoint) -> String {
    match endpoint.permission() {
        None if endpoint.security().needs_key() => "any key".to_owned(),
        None => "none: no key is sent".to_owned(),
        Some(Permission::EnableReading) if endpoint.changes() => {
            "reading (enableReading), and it may be what the change is about".to_owned()
        }
        Some(permission) => format!("{} ({})", permission.allows(), permission.as_str()),
    }
}

/// Takes the parameters out of what clap parsed, and checks them.
///
/// # Errors
/// A usage failure that names the parameter, and the nearest name where it is unknown.
pub fn typed(endpoint: &'static Endpoint, matches: &ArgMatches) -> Result<Typed, Failure> {
    if globals::is_given(matches, "no-check") {
        return unchecked(endpoint, matches);
    }
    let mut given: Vec<Given> = Vec::new();
    let mut typed = Typed::default();
    for (_, name, value) in in_order(endpoint, matches)? {
        if SIGNING.contains(&name.as_str()) {
            typed.place(&name, &value, false)?;
        } else {
            add(&mut given, named(endpoint, &name)?, value);
        }
    }
    for (parameter, value) in pages::first_page(endpoint, matches) {
        if given.iter().all(|known| known.parameter.name() != parameter.name()) {
            add(&mut given, parameter, value);
        }
    }
    let now_ms = typed.timestamp.as_ref().or(matches.get_one("timestamp")).and_then(|t| t.parse().ok());
    let now_ms = now_ms.unwrap_or_else(session::now_ms);
    let mut all = Parameters::new();
    for Given { parameter, values } in given {
        let texts = values::texts_of(parameter, &values, now_ms)?;
        let place = if parameter.place() == Place::Body { &mut typed.body } else { &mut typed.query };
        values::push(place, parameter, &texts);
        values::push(&mut all, parameter, &texts);
    }
    values::check_together(endpoint, &all)?;
    Ok(typed)
}

/// Takes the parameters as they stand, for what the catalogue refuses wrongly: nothing is checked, converted or joined.
fn unchecked(endpoint: &'static Endpoint, matches: &ArgMatches) -> Result<Typed, Failure> {
    let mut typed = Typed::default();
    for (_, name, value) in in_order(endpoint, matches)? {
        let in_body = endpoint.parameter(&name).is_some_and(|p| p.place() == Place::Body);
        typed.place(&name, &value, in_body)?;
    }
    Ok(typed)
}

/// The values of one parameter, which stands where it was named first.
struct Given {
    parameter: &'static Parameter,
    values: Vec<String>,
}

fn add(given: &mut Vec<Given>, parameter: &'static Parameter, value: String) {
    match given.iter_mut().find(|g| g.parameter.name() == parameter.name()) {
        Some(known) => known.values.push(value),
        None => given.push(Given { parameter, values: vec![value] }),
    }
}

/// Names and values of flags and pairs alike, as they were typed, in the order of argv.
///
/// # Errors
/// If a word is neither a flag nor a pair.
pub fn in_order(
    endpoint: &'static Endpoint,
    matches: &ArgMatches,
) -> Result<Vec<(usize, String, String)>, Failure> {
    let given = |id: &str| -> Vec<(usize, String)> {
        let indices = matches.indices_of(id).into_iter().flatten();
        indices.zip(matches.get_many::<String>(id).into_iter().flatten().cloned()).collect()
    };
    let mut found = Vec::new();
    for parameter in endpoint.parameters().filter(|p| !globals::is_global(p.flag())) {
        let name = parameter.name();
        found.extend(given(name).into_iter().map(|(index, value)| (index, name.to_owned(), value)));
    }
    for (index, pair) in given(PAIRS) {
        let Some((name, value)) = pair.split_once('=') else {
            let fix = "give it a flag, or write name=value, such as symbol=ARKBTC";
            return Err(Failure::usage(format!("`{pair}` is neither a flag nor name=value")).with_fix(fix));
        };
        found.push((index, name.to_owned(), value.to_owned()));
    }
    found.sort_by_key(|(index, ..)| *index);
    Ok(found)
}

fn named(endpoint: &'static Endpoint, name: &str) -> Result<&'static Parameter, Failure> {
    endpoint.parameter(name).ok_or_else(|| {
        let command = endpoint.words().join(" ");
        let names = endpoint.parameters().map(Parameter::name);
        let otherwise = format!("`bnq {command} --help` lists what it takes");
        let fix = suggest::fix(name, names, "", &otherwise);
        Failure::usage(format!("{command} takes no parameter `{name}`")).with_fix(fix)
    })
}

fn set_once(place: &mut Option<String>, name: &str, value: String) -> Result<(), Failure> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("`{name}` is given 2 times")).with_fix("give it once")),
    }
}
