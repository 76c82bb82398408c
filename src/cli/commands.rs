//! Which command a command line names. Only the one named is built: clap is not shown the others.

use clap::{Arg, ArgAction, Command};

use crate::catalogue::{self, Endpoint};
use crate::cli::exit::Failure;
use crate::cli::{config, endpoint_args, globals, serve, sign, suggest};

/// The group whose endpoints stand at the top level.
const TOP_GROUP: &str = "spot";

/// A command that is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `bnq sign`
    Sign,
    /// `bnq serve`
    Serve,
    /// `bnq config`
    Config,
}

impl Builtin {
    const ALL: [Self; 3] = [Self::Sign, Self::Serve, Self::Config];

    fn name(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Serve => "serve",
            Self::Config => "config",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Sign => "Computes the signature of a text, offline",
            Self::Serve => "Runs the practice exchange on this machine, for any client",
            Self::Config => "Shows, checks and writes the profiles of the config file",
        }
    }

    fn command(self) -> Command {
        let command = Command::new(self.name()).about(self.about());
        match self {
            Self::Sign => sign::arguments(command),
            Self::Serve => serve::arguments(command).after_help(globals::ELSEWHERE),
            Self::Config => config::arguments(command).after_help(globals::ELSEWHERE),
        }
    }
}

/// What a command line names.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// An endpoint.
    Endpoint(&'static Endpoint),
    /// Something else.
    Builtin(Builtin),
}

impl Named {
    fn command(self) -> Command {
        match self {
            Self::Endpoint(endpoint) => endpoint_args::command(endpoint),
            Self::Builtin(builtin) => builtin.command(),
        }
    }
}

/// The command that the words after `bnq` name; `None` where they name none at all.
///
/// # Errors
/// A usage failure with the nearest name where there is no such command.
pub fn named(words: &[String]) -> Result<Option<Named>, Failure> {
    let help = help_word(words);
    let Some(name) = names_in(words).into_iter().find(|i| Some(*i) != help).and_then(|i| words.get(i)) else {
        return Ok(None);
    };
    find(name).map(Some).ok_or_else(|| unknown(name))
}

/// Where the word `help` stands in place of a command.
pub fn help_word(words: &[String]) -> Option<usize> {
    names_in(words).first().copied().filter(|i| words.get(*i).is_some_and(|w| w == "help"))
}

/// Where the words are that are neither flags nor values of global flags.
fn names_in(words: &[String]) -> Vec<usize> {
    let mut names = Vec::new();
    let mut rest = words.iter().enumerate();
    while let Some((i, word)) = rest.next() {
        if globals::takes_next(word) {
            rest.next();
        } else if !word.starts_with('-') {
            names.push(i);
        }
    }
    names
}

fn find(word: &str) -> Option<Named> {
    let builtin = Builtin::ALL.into_iter().find(|b| b.name() == word);
    builtin.map(Named::Builtin).or_else(|| catalogue::find(TOP_GROUP, word).map(Named::Endpoint))
}

fn unknown(word: &str) -> Failure {
    let names = Builtin::ALL.into_iter().map(Builtin::name);
    let endpoints = catalogue::endpoints().iter().filter(|e| e.group() == TOP_GROUP).map(Endpoint::command);
    let fix = suggest::fix(word, names.chain(endpoints), "bnq ", "`bnq --help` lists the commands");
    Failure::usage(format!("there is no command `{word}`")).with_fix(fix)
}

/// The clap command for a command line that names `named`.
pub fn clap_command(named: Option<Named>) -> Command {
    let root = Command::new("bnq")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Queries Binance's signed endpoints, and shows why a signed request is refused.")
        .disable_help_subcommand(true)
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .help("Print the version")
                .action(ArgAction::Version),
        )
        .disable_version_flag(true);
    let root = globals::add_to(root, named.is_none());
    match named {
        Some(named) => root.subcommand(named.command()).subcommand_required(true),
        None => root.override_usage("bnq [OPTIONS] <COMMAND>").after_help(overview()),
    }
}

/// The commands by section, a line each.
fn overview() -> String {
    let mut text = String::from("Commands:\n");
    for builtin in Builtin::ALL {
        text.push_str(&line(builtin.name(), builtin.about()));
    }
    for section in ["account", "trade", "market", "general"] {
        text.push_str(&format!("\nSpot, {section}:\n"));
        let endpoints =
            catalogue::endpoints().iter().filter(|e| e.group() == TOP_GROUP && e.section() == section);
        for endpoint in endpoints {
            text.push_str(&line(endpoint.command(), endpoint.help()));
        }
    }
    text.push_str("\n`bnq <COMMAND> --help` tells what a command takes.");
    text
}

fn line(name: &str, about: &str) -> String {
    format!("  {name:<28}{about}\n")
}
