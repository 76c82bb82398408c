//! The flags that every command takes, before or after its name.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

/// A flag that takes a value.
struct Valued {
    name: &'static str,
    short: Option<char>,
    alias: Option<&'static str>,
    value: &'static str,
    help: &'static str,
}

const fn valued(name: &'static str, value: &'static str, help: &'static str) -> Valued {
    Valued { name, short: None, alias: None, value, help }
}

const VALUED: &[Valued] = &[
    valued("profile", "NAME", "Use this profile of the config file"),
    valued("env", "ENV", "Which exchange: live, testnet, demo or local"),
    valued("config", "FILE", "Read this config file"),
    valued("base-url", "URL", "Send to scheme://host[:port] instead of the environment's own host"),
    Valued {
        short: Some('o'),
        ..valued("output", "FORMAT", "How to print: json, compact, jsonl, table, csv or raw")
    },
    valued("fields", "A,B.C", "Print these fields alone; a dot leads into an object"),
    valued("timestamp", "MS", "Fix the clock at this time, to repeat a run"),
    Valued {
        alias: Some("recvWindow"),
        ..valued("recv-window", "MS", "How long the request stays valid, at most 60000")
    },
    valued("timeout", "SECONDS", "How long to wait for the connection, and again for the answer"),
    valued(
        "retry-for",
        "SECONDS",
        "How long a read that brings no answer is sent again, 20 if not given; 0 sends it once",
    ),
    valued(
        "watch",
        "SPAN",
        "Repeat a read each 5s, 2m or 1h; a terminal is redrawn, elsewhere each answer is a line",
    ),
    valued("errors", "FORM", "Print failures and notes as text, or each as a line of json"),
    valued("color", "WHEN", "Colour: auto, always or never"),
];

/// Flags that stand alone.
const SWITCHES: &[(&str, Option<char>, &str)] = &[
    ("debug-sign", None, "Print payload, signature and request on stderr"),
    ("dry-run", None, "Sign the request and print it, but send nothing"),
    ("curl", None, "Print the request as a curl line, but send nothing"),
    ("yes", None, "Do not ask before a change"),
    ("no-check", None, "Send parameters as they are typed, whatever the catalogue says of them"),
    ("no-wait", None, "Fail with exit code 6 in place of waiting for a rate limit or the end of a ban"),
    ("no-client-id", None, "Do not make an id for a change that has none"),
    (
        "settle",
        None,
        "If the outcome of an order or withdrawal is unknown, find it out at once, as `bnq settle` does",
    ),
    ("quiet", Some('q'), "Print no notes on stderr"),
    ("verbose", Some('v'), "Print the request, the answer's headers and where each setting came from"),
];

const HEADING: &str = "Global options";

/// Where help of a single command sends its reader.
pub const ELSEWHERE: &str = "Global options, such as --env, --profile, -o and --dry-run: `bnq --help`";

/// Adds the global flags to a command. `listed` says whether its help lists them.
pub fn add_to(mut command: Command, listed: bool) -> Command {
    for Valued { name, short, alias, value, help } in VALUED {
        let arg = Arg::new(*name).long(*name).short(*short).aliases(alias.as_slice()).value_name(*value);
        command = command.arg(arg.help(*help).global(true).hide(!listed).help_heading(HEADING));
    }
    for (name, short, help) in SWITCHES {
        let arg = Arg::new(*name).long(*name).short(*short).help(*help).action(ArgAction::SetTrue);
        command = command.arg(arg.global(true).hide(!listed).help_heading(HEADING));
    }
    command
}

/// The same for one of very many command lines: a switch that is not given leaves nothing behind, and no flag is handed down to
/// the command below, which takes clap most of its time.
pub fn add_lightly_to(command: Command) -> Command {
    let bare = |arg: Arg| arg.action(ArgAction::Set).num_args(0).default_missing_value("true");
    let is_switch = |arg: &Arg| SWITCHES.iter().any(|(name, ..)| arg.get_id() == *name);
    add_to(command, false).mut_args(|arg| {
        let arg = arg.global(false);
        if is_switch(&arg) { bare(arg).value_parser(value_parser!(bool)) } else { arg }
    })
}

/// Whether a global switch was given, whichever way the command has it.
pub fn is_given(matches: &ArgMatches, name: &str) -> bool {
    matches.get_one::<bool>(name).copied().unwrap_or_default()
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
    let valued = VALUED.iter();
    let valued = valued.map(|f| Flag { name: f.name, short: f.short, value: Some(f.value), help: f.help });
    let switches = SWITCHES.iter();
    valued.chain(switches.map(|(name, short, help)| Flag { name, short: *short, value: None, help }))
}

/// Whether `word` is a global flag whose value is the next word: `--env`, `--recvWindow`, `-o`, `-qo`.
pub fn takes_next(word: &str) -> bool {
    if let Some(long) = word.strip_prefix("--") {
        return VALUED.iter().any(|f| f.name == long || f.alias == Some(long));
    }
    let Some(cluster) = word.strip_prefix('-') else { return false };
    let last = cluster.chars().last();
    let switches = |c: char| SWITCHES.iter().any(|(_, short, _)| *short == Some(c));
    let before = cluster.chars().count().saturating_sub(1);
    cluster.chars().take(before).all(switches) && VALUED.iter().any(|f| f.short.is_some() && f.short == last)
}

/// Whether `name` is a global flag; an endpoint's parameter of that name is reached as `name=value`.
pub fn is_global(name: &str) -> bool {
    VALUED.iter().any(|f| f.name == name) || SWITCHES.iter().any(|(n, ..)| *n == name)
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
    /// `--retry-for`
    pub retry_for: Option<String>,
    /// `--watch`
    pub watch: Option<String>,
    /// `--errors`
    pub errors: Option<String>,
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
    /// `--no-wait`
    pub no_wait: bool,
    /// `--no-client-id`
    pub no_client_id: bool,
    /// `--settle`
    pub settle: bool,
    /// `-q`
    pub quiet: bool,
    /// `-v`
    pub verbose: bool,
}

impl Globals {
    /// Takes them out of what clap parsed.
    pub fn from(matches: &ArgMatches) -> Self {
        let value = |name: &str| matches.get_one::<String>(name).cloned();
        let flag = |name: &str| is_given(matches, name);
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
            retry_for: value("retry-for"),
            watch: value("watch"),
            errors: value("errors"),
            color: value("color"),
            debug_sign: flag("debug-sign"),
            dry_run: flag("dry-run"),
            curl: flag("curl"),
            yes: flag("yes"),
            no_wait: flag("no-wait"),
            no_client_id: flag("no-client-id"),
            settle: flag("settle"),
            quiet: flag("quiet"),
            verbose: flag("verbose"),
        }
    }

    /// A flag that speaks of a whole run, and so not of one line of a batch.
    pub fn not_for_a_line(&self) -> Option<&'static str> {
        let flags = [
            ("--profile", self.profile.is_some()),
            ("--env", self.env.is_some()),
            ("--config", self.config.is_some()),
            ("--base-url", self.base_url.is_some()),
            ("--output", self.output.is_some()),
            ("--timeout", self.timeout.is_some()),
            ("--watch", self.watch.is_some()),
            ("--errors", self.errors.is_some()),
            ("--color", self.color.is_some()),
            ("--debug-sign", self.debug_sign),
            ("--dry-run", self.dry_run),
            ("--curl", self.curl),
            ("--yes", self.yes),
            ("--settle", self.settle),
            ("--no-wait", self.no_wait),
            ("--quiet", self.quiet),
            ("--verbose", self.verbose),
        ];
        flags.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    /// Whether the flag of this name, with its dashes, was given a value; of those that a variable stands in for.
    pub fn gives(&self, flag: &str) -> bool {
        let flags = [
            ("--profile", &self.profile),
            ("--env", &self.env),
            ("--config", &self.config),
            ("--base-url", &self.base_url),
            ("--output", &self.output),
            ("--errors", &self.errors),
        ];
        flags.into_iter().any(|(name, value)| name == flag && value.is_some())
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
