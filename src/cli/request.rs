//! `bnq request`: any path, in the catalogue or not. Values are sent as they are.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::{self, Method};
use crate::cli::endpoint_args::Typed;
use crate::cli::exit::Failure;
use crate::cli::globals;
use crate::cli::query;
use crate::cli::session::Session;
use crate::cli::target::Target;

/// Adds the arguments of `bnq request`.
pub fn arguments(command: Command) -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
    };
    command
        .arg(Arg::new("method").value_name("METHOD").required(true).help("GET, POST, PUT or DELETE"))
        .arg(Arg::new("path").value_name("PATH").required(true).help("The path, such as /api/v3/openOrders"))
        .arg(
            Arg::new("pairs")
                .value_name("NAME=VALUE")
                .num_args(0..)
                .action(ArgAction::Append)
                .help("Parameters, in the query string unless --body is given; values stay as they are"),
        )
        .arg(switch("body", "Put the parameters into the form body"))
        .arg(
            Arg::new("query")
                .long("query")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("With --body: a parameter for the query string all the same"),
        )
        .arg(switch("signed", "Sign it, whatever the catalogue says").conflicts_with("unsigned"))
        .arg(switch("unsigned", "Do not sign it, and send no key"))
        .after_help(format!(
            "A path of the catalogue gets its security type from there; for another one say --signed or --unsigned.\n\
             Outside the catalogue a GET is a read, and all else a change, which is confirmed and sent once.\n\n{}",
            globals::ELSEWHERE
        ))
}

/// Sends the request.
///
/// # Errors
/// As for an endpoint's command.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let (target, typed) = read(matches)?;
    query::send(target, typed, session)
}

/// What is to be sent, out of what clap parsed.
///
/// # Errors
/// A usage failure.
pub fn read(matches: &ArgMatches) -> Result<(Target, Typed), Failure> {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let method = method(word("method"))?;
    let target = target(method, path(word("path"))?, matches)?;
    let mut typed = Typed::default();
    for pair in matches.get_many::<String>("pairs").into_iter().flatten() {
        let (name, value) = split(pair)?;
        typed.place(name, value, matches.get_flag("body"))?;
    }
    for pair in matches.get_many::<String>("query").into_iter().flatten() {
        let (name, value) = split(pair)?;
        typed.place(name, value, false)?;
    }
    if method == Method::Get && !typed.body.is_empty() {
        return Err(Failure::usage("a GET takes no body").with_fix("leave out --body"));
    }
    Ok((target, typed))
}

fn method(word: &str) -> Result<Method, Failure> {
    let found = Method::ALL.into_iter().find(|m| m.as_str() == word.to_ascii_uppercase());
    found.ok_or_else(|| {
        Failure::usage(format!("`{word}` is no method of the exchange's"))
            .with_fix("use GET, POST, PUT or DELETE")
    })
}

fn path(word: &str) -> Result<&str, Failure> {
    if !word.starts_with('/') {
        return Err(
            Failure::usage(format!("`{word}` is no path")).with_fix("begin it with /, such as /api/v3/time")
        );
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if let Some(bad) = word.chars().find(|c| !legal(*c)) {
        return Err(Failure::usage(format!("the path has `{}` in it", bad.escape_debug()))
            .with_fix("write parameters after it as name=value, not after a `?`"));
    }
    Ok(word)
}

fn target(method: Method, path: &str, matches: &ArgMatches) -> Result<Target, Failure> {
    let (signed, unsigned) = (matches.get_flag("signed"), matches.get_flag("unsigned"));
    let Some(endpoint) = catalogue::at_path(path).find(|e| e.method() == method) else {
        if signed || unsigned {
            return Ok(Target::outside(method, path, signed));
        }
        return Err(Failure::usage(format!("the catalogue does not have {method} {path}"))
            .with_fix("say --signed or --unsigned"));
    };
    let mut target = Target::from(endpoint);
    target.signed = (target.signed || signed) && !unsigned;
    target.needs_key = (target.needs_key || signed) && !unsigned;
    Ok(target)
}

fn split(pair: &str) -> Result<(&str, &str), Failure> {
    pair.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
        Failure::usage(format!("`{pair}` is not name=value")).with_fix("write it as symbol=ARKBTC")
    })
}
