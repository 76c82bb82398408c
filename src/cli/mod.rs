//! The command line: reads argv and the environment, prints, and exits; nothing else does.

mod account;
mod ask;
mod batch;
mod check;
mod client_id;
mod commands;
mod complete;
mod completions;
mod config;
mod console;
mod doctor;
mod endpoint_args;
mod endpoints;
mod example;
mod exit;
mod explain;
mod globals;
mod guard;
mod interrupt;
mod limits;
mod local;
mod man;
mod pace;
mod pages;
mod query;
mod redact;
mod refusal;
mod request;
mod roff;
mod send;
mod serve;
mod session;
mod settle;
mod settling;
mod sign;
mod suggest;
mod target;
mod times;
mod values;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use commands::{Builtin, Named};
use console::{Console, ErrorForm};
use exit::Failure;
use globals::Globals;
use session::Session;

use crate::text;

/// Runs the program: `argv` is what comes after its name.
pub fn run(argv: impl IntoIterator<Item = OsString>) -> ExitCode {
    forbid_core_dumps();
    let argv: Vec<OsString> = argv.into_iter().collect();
    let shown: Vec<String> = argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Result<Vec<String>, OsString> = argv.into_iter().map(OsString::into_string).collect();
    let (form, result) = match (error_form(&shown), words) {
        // What is being completed is not finished, so nothing in it is an error yet.
        (_, Ok(words)) if words.first().is_some_and(|w| w == completions::HIDDEN) => {
            (ErrorForm::Text, completions::answer(words.get(1..).unwrap_or_default()))
        }
        (Err(failure), _) => (ErrorForm::Text, Err(failure)),
        (Ok(form), Ok(words)) => (form, dispatch(words, form)),
        (Ok(form), Err(word)) => {
            let failure = Failure::usage(format!("an argument is not UTF-8: {}", word.display()));
            (form, Err(failure.with_fix("type it in a terminal that is set to UTF-8")))
        }
    };
    let Err(failure) = result else { return ExitCode::SUCCESS };
    if !failure.said {
        console::print_failure(&failure, form);
    }
    ExitCode::from(failure.kind.exit_code())
}

/// A core file would hold the secret. Where the system refuses, the run goes on: it has no dump to fear then.
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// How failures are printed: looked for before anything is parsed, so that usage errors have that form too.
fn error_form(words: &[String]) -> Result<ErrorForm, Failure> {
    let after = words.windows(2).find(|w| w.first().is_some_and(|w| w == "--errors")).and_then(|w| w.get(1));
    let joined = words.iter().find_map(|w| w.strip_prefix("--errors="));
    let given = joined.or(after.map(String::as_str)).map(str::to_owned);
    let given = given.or_else(|| session::variable("BNQ_ERRORS").map(|v| v.to_string_lossy().into_owned()));
    let Some(word) = given else { return Ok(ErrorForm::Text) };
    ErrorForm::of(&word).ok_or_else(|| {
        Failure::usage(format!("{} is no form of errors", text::quoted(&word)))
            .with_fix("use --errors text or --errors json")
    })
}

fn dispatch(mut words: Vec<String>, errors: ErrorForm) -> Result<(), Failure> {
    let named = commands::named(&words)?;
    if matches!(named, Some(Named::Builtin(Builtin::Explain))) {
        words = words.into_iter().map(explain::shielded).collect();
    }
    let mut clap_command = commands::clap_command(named);
    let parsed = clap_command.try_get_matches_from_mut(with_help_flag(own_words(named, &words)));
    let matches = match parsed {
        Ok(matches) => matches,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return session::print(e.to_string().as_bytes());
        }
        Err(e) => return Err(usage_failure(&e)),
    };
    let Some((named, (_, matches))) = named.zip(matches.subcommand()) else {
        return Err(Failure::usage("no command is named")
            .with_fix("`bnq --help` lists the commands; try `bnq --env local open-orders --symbol ARKBTC`"));
    };
    let globals = Globals::from(commands::innermost(matches));
    let console = Console { quiet: globals.quiet, verbose: globals.verbose, form: errors };
    let session = Session { globals, words, console, errors };
    match named {
        Named::Endpoint(endpoint) => query::run(endpoint, commands::innermost(matches), &session),
        Named::Group(group) => session::print(commands::overview_of(group).as_bytes()),
        Named::Builtin(Builtin::Request) => request::run(matches, &session),
        Named::Builtin(Builtin::Settle) => settle::run(matches, &session),
        Named::Builtin(Builtin::Batch) => batch::run(matches, &session),
        Named::Builtin(Builtin::Sign) => sign::run(matches, &session),
        Named::Builtin(Builtin::Check) => check::run(matches, &session),
        Named::Builtin(Builtin::Explain) => explain::run(matches, &session),
        Named::Builtin(Builtin::Serve) => serve::run(matches),
        Named::Builtin(Builtin::Doctor) => doctor::run(matches, &session),
        Named::Builtin(Builtin::Limits) => limits::run(matches, &session),
        Named::Builtin(Builtin::Config) => config::run(matches, &session),
        Named::Builtin(Builtin::Endpoints) => endpoints::run(matches, &session),
        Named::Builtin(Builtin::Completions) => completions::run(matches),
        Named::Builtin(Builtin::Man) => man::run(matches, &session),
    }
}

/// The words that are the program's own: after the word `curl` of `bnq check curl …` they are curl's.
fn own_words(named: Option<Named>, words: &[String]) -> &[String] {
    let checks = matches!(named, Some(Named::Builtin(Builtin::Check)));
    let own = check::curl_words(words).filter(|_| checks).and_then(|at| words.get(..at));
    own.unwrap_or(words)
}

/// `bnq help open-orders` is `bnq open-orders --help`.
fn with_help_flag(words: &[String]) -> Vec<String> {
    let help = commands::help_word(words);
    let kept = words.iter().enumerate().filter(|(i, _)| Some(*i) != help).map(|(_, word)| word.clone());
    let flag = help.map(|_| "--help".to_owned());
    std::iter::once("bnq".to_owned()).chain(kept).chain(flag).collect()
}

/// What clap found wrong, with the nearest name as the next step.
fn usage_failure(error: &clap::Error) -> Failure {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(s)) => Some(s.clone()),
        Some(ContextValue::Strings(all)) => all.first().cloned(),
        _ => None,
    };
    let rendered = error.to_string();
    let first = rendered.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let message = match (error.kind(), text(ContextKind::InvalidArg)) {
        (ErrorKind::MissingRequiredArgument, Some(missing)) => format!("{missing} is missing"),
        _ => first,
    };
    let failure = Failure::usage(message);
    match text(ContextKind::SuggestedArg) {
        Some(nearest) => failure.with_fix(format!("did you mean `{nearest}`?")),
        None => failure.with_fix("`--help` tells what the command takes"),
    }
}
