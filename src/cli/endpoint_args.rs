//! The clap command of one endpoint, made from the catalogue, and what was typed for it.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::{Endpoint, Parameter, ParameterType, Weight};
use crate::cli::exit::Failure;
use crate::cli::{globals, suggest, values};
use crate::signing::Parameters;

const PAIRS: &str = "name=value";

/// What was typed for an endpoint.
pub struct Typed {
    /// The parameters, checked, in the order of argv.
    pub parameters: Parameters,
    /// `timestamp=` among the pairs.
    pub timestamp: Option<String>,
    /// `recvWindow=` among the pairs.
    pub recv_window: Option<String>,
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
pub fn facts(endpoint: &Endpoint) -> String {
    let signed = if endpoint.signed() { "signed" } else { "not signed" };
    let weight = match endpoint.weight() {
        Some(Weight::Fixed(n)) => n.to_string(),
        Some(Weight::Rule(rule)) => rule.to_owned(),
        None => "unknown".to_owned(),
    };
    let changes = if endpoint.changes() {
        "yes: bnq asks first, or needs --yes; it is sent once, whatever happens"
    } else {
        "no"
    };
    let doc = endpoint.doc().unwrap_or("none");
    format!(
        "Request:        {} {}\nSecurity type:  {} ({signed})\nWeight:         {weight}\n\
         Changes:        {changes}\nDocumentation:  {doc}",
        endpoint.method(),
        endpoint.path(),
        endpoint.security().as_str(),
    )
}

/// Takes the parameters out of what clap parsed, and checks them.
///
/// # Errors
/// A usage failure that names the parameter, and the nearest name where it is unknown.
pub fn typed(endpoint: &'static Endpoint, matches: &ArgMatches) -> Result<Typed, Failure> {
    let mut given: Vec<Given> = Vec::new();
    let mut typed = Typed { parameters: Parameters::new(), timestamp: None, recv_window: None };
    for (_, name, value) in in_order(endpoint, matches)? {
        match name.as_str() {
            "timestamp" => set_once(&mut typed.timestamp, &name, value)?,
            "recvWindow" => set_once(&mut typed.recv_window, &name, value)?,
            "signature" => {
                return Err(Failure::usage("`signature` cannot be given: bnq signs the request itself")
                    .with_fix("leave it out; `bnq sign` computes the signature of a text"));
            }
            _ => add(&mut given, named(endpoint, &name)?, value),
        }
    }
    for given in given {
        let texts = values::texts_of(given.parameter, &given.values)?;
        values::push(&mut typed.parameters, given.parameter, texts);
    }
    values::check_together(endpoint, &typed.parameters)?;
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

/// Names and values of flags and pairs alike, in the order of argv.
fn in_order(
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
        let fix = suggest::nearest(name, names).map_or_else(
            || format!("`bnq {command} --help` lists what it takes"),
            |nearest| format!("did you mean `{nearest}`?"),
        );
        Failure::usage(format!("{command} takes no parameter `{name}`")).with_fix(fix)
    })
}

fn set_once(place: &mut Option<String>, name: &str, value: String) -> Result<(), Failure> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("`{name}` is given 2 times")).with_fix("give it once")),
    }
}
