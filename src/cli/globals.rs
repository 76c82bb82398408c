//! The flags that every command takes, before or after its name.

use clap::{Arg, ArgAction, ArgMatches, Command};

/// Flags that take a value, with the word that stands for it in help and what they do.
const VALUED: &[(&str, &str, &str)] = &[
    ("profile", "NAME", "Use this profile of the config file"),
    ("env", "ENV", "Which exchange: live, testnet, demo or local"),
    ("config", "FILE", "Read this config file"),
    ("base-url", "URL", "Send to scheme://host[:port] instead of the environment's own host"),
    ("output", "FORMAT", "How to print: json, compact, jsonl, table, csv or raw"),
    ("fields", "A,B.C", "Print these fields alone; a dot leads into an object"),
    ("timestamp", "MS", "Fix the clock at this time, to repeat a run"),
    ("recv-window", "MS", "How long the request stays valid, at most 60000"),
    ("timeout", "SECONDS", "How long to wait for the connection, and again for the answer"),
    ("errors", "FORM", "Print failures as text or json"),
    ("color", "WHEN", "Colour: auto, always or never"),
];

/// Flags that stand alone.
const SWITCHES: &[(&str, Option<char>, &str)] = &[
    ("debug-sign", None, "Print payload, signature and request on stderr"),
    ("dry-run", None, "Sign the request and print it, but send nothing"),
    ("curl", None, "Print the request as a curl line, but send nothing"),
    ("yes", None, "Do not ask before a change"),
    ("no-client-id", None, "Do not make an id for a change that has none"),
    ("quiet", Some('q'), "Print no notes on stderr"),
    ("verbose", Some('v'), "Print the request, the answer's headers and where each setting came from"),
];

const HEADING: &str = "Global options";

/// Where help of a single command sends its reader.
pub const ELSEWHERE: &str = "Global options, such as --env, --profile, -o and --dry-run: `bnq --help`";

/// Adds the global flags to a command. `listed` says whether its help lists them.
pub fn add_to(mut command: Command, listed: bool) -> Command {
    for (name, value, help) in VALUED {
        let arg = Arg::new(*name).long(*name).value_name(*value).help(*help);
        let arg = match *name {
            "output" => arg.short('o'),
            "recv-window" => arg.alias("recvWindow"),
            _ => arg,
        };
        command = command.arg(arg.global(true).hide(!listed).help_heading(HEADING));
    }
    for (name, short, help) in SWITCHES {
        let arg = Arg::new(*name).long(*name).short(*short).help(*help).action(ArgAction::SetTrue);
        command = command.arg(arg.global(true).hide(!listed).help_heading(HEADING));
    }
    command
}

/// A global flag, as help and completion show it.
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// The letter it can be given by.
    pub short: Option<char>,
    /// The word that stands for its value in help.
    pub value: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
}

/// Every global flag.
pub fn all() -> impl Iterator<Item = Flag> {
    let short = |name: &str| (name == "output").then_some('o');
    let valued = VALUED.iter();
    let valued =
        valued.map(move |(name, value, help)| Flag { name, short: short(name), value: Some(value), help });
    let switches = SWITCHES.iter();
    valued.chain(switches.map(|(name, short, help)| Flag { name, short: *short, value: None, help }))
}

/// Whether `word` is a global flag whose value is the next word.
pub fn takes_next(word: &str) -> bool {
    word == "-o" || word.strip_prefix("--").is_some_and(|name| VALUED.iter().any(|(n, ..)| *n == name))
}

/// Whether `name` is a global flag; an endpoint's parameter of that name is reached as `name=value`.
pub fn is_global(name: &str) -> bool {
    VALUED.iter().any(|(n, ..)| *n == name) || SWITCHES.iter().any(|(n, ..)| *n == name)
}

/// What was typed of the global flags; nothing is resolved yet.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Clone, Debug, Default)]
pub struct Globals {
    /// `--profile`
    pub profile: Option<String>,
    /// `--env`
    pub env: Option<String>,
    /// `--config`
    pub config: Option<String>,
    /// `--base-url`
    pub base_url: Option<String>,
    /// `-o`, `--output`
    pub output: Option<String>,
    /// `--fields`
    pub fields: Option<String>,
    /// `--timestamp`
    pub timestamp: Option<String>,
    /// `--recv-window`
    pub recv_window: Option<String>,
    /// `--timeout`
    pub timeout: Option<String>,
    /// `--color`
    pub color: Option<String>,
    /// `--debug-sign`
    pub debug_sign: bool,
    /// `--dry-run`
    pub dry_run: bool,
    /// `--curl`
    pub curl: bool,
    /// `--yes`
    pub yes: bool,
    /// `--no-client-id`
    pub no_client_id: bool,
    /// `-q`
    pub quiet: bool,
    /// `-v`
    pub verbose: bool,
}

impl Globals {
    /// Takes them out of what clap parsed.
    pub fn from(matches: &ArgMatches) -> Self {
        let value = |name: &str| matches.get_one::<String>(name).cloned();
        let flag = |name: &str| matches.get_flag(name);
        Self {
            profile: value("profile"),
            env: value("env"),
            config: value("config"),
            base_url: value("base-url"),
            output: value("output"),
            fields: value("fields"),
            timestamp: value("timestamp"),
            recv_window: value("recv-window"),
            timeout: value("timeout"),
            color: value("color"),
            debug_sign: flag("debug-sign"),
            dry_run: flag("dry-run"),
            curl: flag("curl"),
            yes: flag("yes"),
            no_client_id: flag("no-client-id"),
            quiet: flag("quiet"),
            verbose: flag("verbose"),
        }
    }

    /// The flags that say which account is meant, to be repeated in a command that is suggested.
    pub fn account_flags(&self) -> Vec<String> {
        let flags = [
            ("--env", &self.env),
            ("--profile", &self.profile),
            ("--config", &self.config),
            ("--base-url", &self.base_url),
        ];
        flags
            .into_iter()
            .filter_map(|(flag, value)| value.as_ref().map(|v| [flag.to_owned(), v.clone()]))
            .flatten()
            .collect()
    }
}
