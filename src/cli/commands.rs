//! Which command a command line names. Only the one named is built: clap is not shown the others.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::{self, Endpoint, TOP_GROUP};
use crate::cli::exit::Failure;
use crate::cli::{
    batch, check, completions, config, doctor, endpoint_args, endpoints, explain, globals, limits, man,
    request, serve, settle, sign, suggest,
};

/// A command that is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    /// `bnq request`
    Request,
    /// `bnq settle`
    Settle,
    /// `bnq batch`
    Batch,
    /// `bnq sign`
    Sign,
    /// `bnq check`
    Check,
    /// `bnq explain`
    Explain,
    /// `bnq serve`
    Serve,
    /// `bnq doctor`
    Doctor,
    /// `bnq limits`
    Limits,
    /// `bnq config`
    Config,
    /// `bnq endpoints`
    Endpoints,
    /// `bnq completions`
    Completions,
    /// `bnq man`
    Man,
}

impl Builtin {
    /// Every one, in the order of the help.
    pub const ALL: [Self; 13] = [
        Self::Request,
        Self::Batch,
        Self::Settle,
        Self::Endpoints,
        Self::Sign,
        Self::Check,
        Self::Explain,
        Self::Serve,
        Self::Doctor,
        Self::Limits,
        Self::Config,
        Self::Completions,
        Self::Man,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Batch => "batch",
            Self::Settle => "settle",
            Self::Sign => "sign",
            Self::Check => "check",
            Self::Explain => "explain",
            Self::Serve => "serve",
            Self::Doctor => "doctor",
            Self::Limits => "limits",
            Self::Config => "config",
            Self::Endpoints => "endpoints",
            Self::Completions => "completions",
            Self::Man => "man",
        }
    }

    /// What it does, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Request => "Sends a request to any path, in the catalogue or not",
            Self::Batch => {
                "Sends the commands of a file over kept connections, and prints a line of JSON for each"
            }
            Self::Settle => "Finds out what became of an order or withdrawal whose outcome is unknown",
            Self::Sign => "Computes the signature of a text, offline",
            Self::Check => "Says why a request of any client is refused, and how to mend it",
            Self::Explain => {
                "Tells what an error means, what causes it and what to do; finds errors in a log"
            }
            Self::Serve => "Runs the practice exchange on this machine, for any client",
            Self::Doctor => "Checks config, key, clock, network and permissions, a line each, with the fix",
            Self::Limits => "Shows what is known of used limits, bans and clocks, or forgets it",
            Self::Config => "Shows, checks and writes the profiles of the config file",
            Self::Endpoints => "Finds the endpoint for some words or a path, and tells what it takes",
            Self::Completions => "Prints a script that lets your shell complete commands, flags and values",
            Self::Man => "Prints or writes the manual pages",
        }
    }

    /// What clap is told of it.
    pub fn command(self) -> Command {
        let command = Command::new(self.name()).about(self.about());
        match self {
            Self::Request => request::arguments(command),
            Self::Batch => batch::arguments(command),
            Self::Settle => settle::arguments(command),
            Self::Sign => sign::arguments(command),
            Self::Check => check::arguments(command),
            Self::Explain => explain::arguments(command),
            Self::Serve => serve::arguments(command),
            Self::Doctor => doctor::arguments(command),
            Self::Limits => limits::arguments(command),
            Self::Config => config::arguments(command).after_help(globals::ELSEWHERE),
            Self::Endpoints => endpoints::arguments(command),
            Self::Completions => completions::arguments(command),
            Self::Man => man::arguments(command),
        }
    }
}

/// What a command line names.
#[derive(Clone, Copy, Debug)]
pub enum Named {
    /// An endpoint.
    Endpoint(&'static Endpoint),
    /// A group of endpoints, without one of them.
    Group(&'static str),
    /// Something else.
    Builtin(Builtin),
}

/// The command that the words after `bnq` name; `None` where they name none at all.
///
/// # Errors
/// A usage failure with the nearest name where there is no such command.
pub fn named(words: &[String]) -> Result<Option<Named>, Failure> {
    let help = help_word(words);
    let mut names = names_in(words).into_iter().filter(|i| Some(*i) != help).filter_map(|i| words.get(i));
    let Some(first) = names.next() else { return Ok(None) };
    if let Some(builtin) = Builtin::ALL.into_iter().find(|b| b.name() == first) {
        return Ok(Some(Named::Builtin(builtin)));
    }
    if let Some(endpoint) = catalogue::find(TOP_GROUP, first) {
        return Ok(Some(Named::Endpoint(endpoint)));
    }
    let Some(group) = catalogue::groups().into_iter().find(|g| g == first) else {
        return Err(unknown(first));
    };
    let Some(second) = names.next() else { return Ok(Some(Named::Group(group))) };
    catalogue::find(group, second).map(|e| Some(Named::Endpoint(e))).ok_or_else(|| unknown_in(group, second))
}

/// Where the word `help` stands in place of a command.
pub fn help_word(words: &[String]) -> Option<usize> {
    names_in(words).first().copied().filter(|i| words.get(*i).is_some_and(|w| w == "help"))
}

/// Where the words are that are neither flags nor values of global flags.
pub fn names_in(words: &[String]) -> Vec<usize> {
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

fn unknown(word: &str) -> Failure {
    let names = Builtin::ALL.into_iter().map(Builtin::name);
    let endpoints = catalogue::in_group(TOP_GROUP).map(Endpoint::command);
    let names = names.chain(endpoints).chain(catalogue::groups());
    let fix = suggest::fix(word, names, "bnq ", "`bnq --help` lists the commands");
    Failure::usage(format!("there is no command `{word}`")).with_fix(fix)
}

fn unknown_in(group: &str, word: &str) -> Failure {
    let names = catalogue::in_group(group).map(Endpoint::command);
    let fix =
        suggest::fix(word, names, &format!("bnq {group} "), &format!("`bnq {group}` lists its endpoints"));
    Failure::usage(format!("{group} has no endpoint `{word}`")).with_fix(fix)
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
        Some(Named::Builtin(builtin)) => root.subcommand(builtin.command()).subcommand_required(true),
        Some(Named::Endpoint(endpoint)) => {
            let command = endpoint_args::command(endpoint);
            let group = Some(endpoint.group()).filter(|g| *g != TOP_GROUP);
            let command = match group {
                Some(group) => Command::new(group).subcommand(command).subcommand_required(true),
                None => command,
            };
            root.subcommand(command).subcommand_required(true)
        }
        Some(Named::Group(group)) => root.subcommand(Command::new(group).override_help(overview_of(group))),
        None => root.override_usage("bnq [OPTIONS] <COMMAND>").after_help(overview()),
    }
}

/// The clap command for the words of `named` that follow its name, for one of very many command lines.
pub fn flat_command(named: Named) -> Command {
    let command = match named {
        Named::Endpoint(endpoint) => endpoint_args::command(endpoint),
        Named::Builtin(builtin) => builtin.command(),
        Named::Group(group) => Command::new(group),
    };
    globals::add_lightly_to(command).no_binary_name(true)
}

/// What `bnq <ENDPOINT> --help` prints.
pub fn help_of(endpoint: &'static Endpoint) -> String {
    let words = endpoint.words();
    let argv = std::iter::once("bnq").chain(words.iter().copied()).chain(["--help"]);
    // Help is what clap calls an error here; without one there is nothing to print.
    let asked = clap_command(Some(Named::Endpoint(endpoint))).try_get_matches_from(argv);
    asked.err().map(|help| help.to_string()).unwrap_or_default()
}

/// The matches of the command that was named, below its group where it has one.
pub fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, below)| innermost(below))
}

/// The commands of the top level, a line each, and the groups.
fn overview() -> String {
    let mut text = String::from("Commands:\n");
    for builtin in Builtin::ALL {
        text.push_str(&line(builtin.name(), builtin.about()));
    }
    text.push_str("\nGroups of endpoints, listed by `bnq <GROUP>`:\n");
    for group in catalogue::groups().into_iter().filter(|g| *g != TOP_GROUP) {
        text.push_str(&line(group, &count_of(group)));
    }
    text.push_str(&sections(TOP_GROUP, "Spot, "));
    text.push_str("\n`bnq <COMMAND> --help` tells what a command takes.");
    text
}

/// How many endpoints a group has, in words.
pub fn count_of(group: &str) -> String {
    match catalogue::in_group(group).count() {
        1 => "1 endpoint".to_owned(),
        count => format!("{count} endpoints"),
    }
}

/// What `bnq <GROUP>` prints: its endpoints by section, a line each.
pub fn overview_of(group: &str) -> String {
    format!(
        "Usage: bnq {group} <ENDPOINT> [OPTIONS] [NAME=VALUE ...]\n{}\n`bnq {group} <ENDPOINT> --help` tells what an \
         endpoint takes.\n",
        sections(group, "")
    )
}

fn sections(group: &str, prefix: &str) -> String {
    let mut sections: Vec<&str> = catalogue::in_group(group).map(Endpoint::section).collect();
    sections.sort_unstable();
    sections.dedup();
    let mut text = String::new();
    for section in sections {
        text.push_str(&format!("\n{prefix}{}:\n", section.replace('-', " ")));
        for endpoint in catalogue::in_group(group).filter(|e| e.section() == section) {
            text.push_str(&line(endpoint.command(), endpoint.help()));
        }
    }
    text
}

fn line(name: &str, about: &str) -> String {
    format!("  {name:<28} {about}\n")
}
