//! What can stand at the cursor of a command line that is being typed.

use std::collections::HashSet;

use clap::{Arg, Command};

use crate::catalogue::{self, Endpoint, Environment, Parameter, ParameterType, TOP_GROUP};
use crate::cli::commands::{self, Builtin, Named};
use crate::cli::globals;
use crate::cli::pages;
use crate::cli::session::variable;
use crate::config::{ConfigFile, ConfigPath, Flags, Inputs};
use crate::render::Format;

/// One word that can stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The word, whole.
    pub word: String,
    /// What it means.
    pub help: String,
}

/// All that can stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The words that start as what was typed does.
    pub candidates: Vec<Candidate>,
    /// Whether names of files can stand there.
    pub files: bool,
}

/// What can stand in the place of `current`, after the words `before` it.
pub fn answer(before: &[String], current: &str) -> Answer {
    let line = Line::of(before);
    if let Some((name, typed)) = current.split_once('=') {
        let values = line.flag(name).map_or(Values::Any, |f| f.values);
        return values.starting(typed, &format!("{name}="), before);
    }
    let flag = before.last().filter(|w| w.starts_with('-')).and_then(|w| line.flag(w));
    if let Some(flag) = flag.filter(|f| !matches!(f.values, Values::None)) {
        return flag.values.starting(current, "", before);
    }
    if current.starts_with('-') {
        return starting(line.flags_left().into_iter().map(Flag::candidate), current);
    }
    line.words(current)
}

/// What a flag or argument takes.
#[derive(Clone)]
enum Values {
    /// No value: it is a switch.
    None,
    /// Anything.
    Any,
    /// The name of a file.
    Files,
    /// The name of a profile.
    Profiles,
    /// One of these.
    Of(Vec<Candidate>),
    /// Some of these, with commas between.
    Some(Vec<Candidate>),
}

impl Values {
    /// What stands behind a value's name in help: `FILE`, `text|json`.
    fn named(name: &str) -> Self {
        match name {
            "FILE" | "DIRECTORY" => Self::Files,
            "GROUP" => Self::plain(catalogue::groups().into_iter()),
            _ if name.contains('|') => Self::plain(name.split('|')),
            _ => Self::Any,
        }
    }

    fn plain<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        Self::Of(words.map(|word| candidate(word, "")).collect())
    }

    fn of_global(name: &str) -> Self {
        match name {
            "env" => Self::plain(Environment::ALL.into_iter().map(Environment::as_str)),
            "output" => Self::plain(Format::ALL.into_iter().map(Format::name)),
            "errors" => Self::plain(["text", "json"].into_iter()),
            "color" => Self::plain(["auto", "always", "never"].into_iter()),
            "config" => Self::Files,
            "profile" => Self::Profiles,
            _ => Self::Any,
        }
    }

    fn of_parameter(parameter: &Parameter) -> Self {
        let help = |word: &str| if parameter.default() == Some(word) { "default" } else { "" };
        let words: Vec<Candidate> = match parameter.kind() {
            ParameterType::Enum => parameter.values().map(|v| candidate(v, help(v))).collect(),
            ParameterType::Boolean => ["true", "false"].map(|v| candidate(v, help(v))).into(),
            _ => return Self::Any,
        };
        if parameter.list().is_some() { Self::Some(words) } else { Self::Of(words) }
    }

    /// Those that start with `typed`, behind what stands fixed before them.
    fn starting(self, typed: &str, fixed: &str, before: &[String]) -> Answer {
        let (words, typed_before, typed) = match self {
            Self::None | Self::Any => return Answer::default(),
            Self::Files => return Answer { candidates: Vec::new(), files: true },
            Self::Profiles => (profiles(before), "", typed),
            Self::Of(words) => (words, "", typed),
            Self::Some(words) => {
                let (typed_before, typed) = typed.split_at(typed.rfind(',').map_or(0, |at| at + 1));
                (words, typed_before, typed)
            }
        };
        let mut answer = starting(words.into_iter(), typed);
        for candidate in &mut answer.candidates {
            candidate.word = format!("{fixed}{typed_before}{}", candidate.word);
        }
        answer
    }
}

/// A flag with what it takes.
#[derive(Clone)]
struct Flag {
    /// Without the dashes.
    name: String,
    /// The other way to write it: a letter, or the wire's name.
    other: Option<String>,
    help: String,
    values: Values,
}

impl Flag {
    fn is(&self, word: &str) -> bool {
        let name = word.split('=').next().unwrap_or_default().trim_start_matches('-');
        self.name == name || self.other.as_deref() == Some(name)
    }

    fn candidate(self) -> Candidate {
        candidate(&format!("--{}", self.name), &self.help)
    }
}

/// What was typed before the cursor.
struct Line<'a> {
    before: &'a [String],
    named: Option<Named>,
    /// What clap knows of a command that is no endpoint.
    clap: Option<Command>,
    /// Whether it starts with a name that there is not.
    unknown: bool,
}

impl<'a> Line<'a> {
    fn of(before: &'a [String]) -> Self {
        let found = commands::named(before);
        let unknown = found.is_err();
        let named = found.ok().flatten();
        let clap = match named {
            Some(Named::Builtin(builtin)) => Some(below(builtin, before)),
            _ => None,
        };
        Self { before, named, clap, unknown }
    }

    fn endpoint(&self) -> Option<&'static Endpoint> {
        match self.named {
            Some(Named::Endpoint(endpoint)) => Some(endpoint),
            _ => None,
        }
    }

    /// The command's own flags: mandatory ones first.
    fn own_flags(&self) -> Vec<Flag> {
        if let Some(endpoint) = self.endpoint() {
            let own = || endpoint.parameters().filter(|p| !globals::is_global(p.flag()));
            let pages = endpoint.paging().map(|_| pages::arguments());
            return own()
                .filter(|p| p.required())
                .chain(own().filter(|p| !p.required()))
                .map(of_parameter)
                .chain(pages.iter().flatten().filter_map(of_arg))
                .collect();
        }
        self.clap.iter().flat_map(Command::get_arguments).filter_map(of_arg).collect()
    }

    fn flags(&self) -> Vec<Flag> {
        let global = globals::all().map(|g| Flag {
            name: g.name.to_owned(),
            other: g.short.map(String::from),
            help: g.help.to_owned(),
            values: if g.value.is_some() { Values::of_global(g.name) } else { Values::None },
        });
        let alone = [("help", 'h', "Print help"), ("version", 'V', "Print the version")];
        let alone = alone.map(|(name, short, help)| Flag {
            name: name.to_owned(),
            other: Some(short.to_string()),
            help: help.to_owned(),
            values: Values::None,
        });
        self.own_flags().into_iter().chain(global).chain(alone).collect()
    }

    /// The flag that a word names, by flag, letter, wire name or `name=`.
    fn flag(&self, word: &str) -> Option<Flag> {
        self.flags().into_iter().find(|f| f.is(word))
    }

    /// The flags that have not been given. Lists may be given again.
    fn flags_left(&self) -> Vec<Flag> {
        self.flags().into_iter().filter(|f| self.is_left(f)).collect()
    }

    fn is_left(&self, flag: &Flag) -> bool {
        let gives = |w: &&String| w.starts_with('-') || w.contains('=');
        matches!(flag.values, Values::Some(_)) || !self.before.iter().filter(gives).any(|w| flag.is(w))
    }

    /// Words that are no flags.
    fn words(&self, current: &str) -> Answer {
        match (self.named, &self.clap) {
            _ if self.unknown => Answer::default(),
            (None, _) => starting(top().into_iter(), current),
            (Some(Named::Group(group)), _) => starting(of_group(group), current),
            (Some(Named::Endpoint(_)), _) if current.is_empty() => {
                let left = self.own_flags().into_iter().filter(|f| self.is_left(f));
                starting(left.map(Flag::candidate), current)
            }
            (Some(Named::Endpoint(endpoint)), _) => {
                let left = endpoint.parameters().filter(|p| self.is_left(&of_parameter(p)));
                starting(left.map(|p| candidate(&format!("{}=", p.name()), p.help())), current)
            }
            (Some(Named::Builtin(_)), Some(clap)) => arguments(clap, current, self.before),
            (Some(Named::Builtin(_)), None) => Answer::default(),
        }
    }
}

/// What a command that is no endpoint takes besides flags: subcommands, or the values of its argument.
fn arguments(clap: &Command, current: &str, before: &[String]) -> Answer {
    if clap.has_subcommands() {
        let subcommands = clap.get_subcommands();
        let about = |c: &Command| c.get_about().map(ToString::to_string).unwrap_or_default();
        return starting(subcommands.map(|c| candidate(c.get_name(), &about(c))), current);
    }
    let argument = clap.get_positionals().next().and_then(|a| a.get_value_names()?.first());
    argument.map_or(Values::Any, |name| Values::named(name)).starting(current, "", before)
}

/// The command of a builtin, or its subcommand where one is named.
fn below(builtin: Builtin, before: &[String]) -> Command {
    let command = builtin.command();
    let named = commands::names_in(before);
    let below = named.get(1).and_then(|i| command.find_subcommand(before.get(*i)?)).cloned();
    below.unwrap_or(command)
}

fn of_parameter(parameter: &'static Parameter) -> Flag {
    let required = if parameter.required() { "(required) " } else { "" };
    Flag {
        name: parameter.flag().to_owned(),
        other: Some(parameter.name().to_owned()),
        help: format!("{required}{}", parameter.help()),
        values: Values::of_parameter(parameter),
    }
}

fn of_arg(arg: &Arg) -> Option<Flag> {
    let value = arg.get_value_names().and_then(|names| names.first());
    let takes = arg.get_action().takes_values();
    Some(Flag {
        name: arg.get_long()?.to_owned(),
        other: arg.get_short().map(String::from),
        help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
        values: if takes { value.map_or(Values::Any, |name| Values::named(name)) } else { Values::None },
    })
}

fn top() -> Vec<Candidate> {
    let builtins = Builtin::ALL.into_iter().map(|b| candidate(b.name(), b.about()));
    let groups = catalogue::groups().into_iter().filter(|g| *g != TOP_GROUP);
    let groups = groups.map(|g| candidate(g, &commands::count_of(g)));
    builtins
        .chain([candidate("help", "Tells what a command takes")])
        .chain(groups)
        .chain(of_group(TOP_GROUP))
        .collect()
}

fn of_group(group: &'static str) -> impl Iterator<Item = Candidate> {
    catalogue::in_group(group).map(|e| candidate(e.command(), e.help()))
}

/// The profiles of the config file that this command line would read; none if it cannot be.
fn profiles(before: &[String]) -> Vec<Candidate> {
    let after = before.windows(2).find_map(|w| match w {
        [flag, file] if flag == "--config" => Some(file.as_str()),
        _ => None,
    });
    let config = before.iter().find_map(|w| w.strip_prefix("--config=")).or(after);
    let flags = Flags { config: config.map(Into::into), ..Flags::default() };
    let home = dirs::home_dir();
    let inputs = Inputs { flags, variable: &variable, home: home.clone(), config_folder: dirs::config_dir() };
    let file = ConfigPath::locate(&inputs).ok().and_then(|place| place.load(home.as_deref()).ok()).flatten();
    let names = file.as_ref().map(ConfigFile::profile_names).unwrap_or_default();
    names.iter().filter(|n| !n.contains(char::is_control)).map(|n| candidate(n, "")).collect()
}

fn candidate(word: &str, help: &str) -> Candidate {
    Candidate { word: word.to_owned(), help: help.to_owned() }
}

/// Those that start as typed; if none does, those that do but for capitals: `buy` for `BUY`.
fn starting(candidates: impl Iterator<Item = Candidate>, typed: &str) -> Answer {
    let mut seen = HashSet::new();
    let all: Vec<Candidate> = candidates.filter(|c| seen.insert(c.word.clone())).collect();
    let exact: Vec<Candidate> = all.iter().filter(|c| c.word.starts_with(typed)).cloned().collect();
    if !exact.is_empty() {
        return Answer { candidates: exact, files: false };
    }
    let alike =
        |c: &Candidate| c.word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    Answer { candidates: all.into_iter().filter(alike).collect(), files: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let current = words.pop().unwrap();
        answer(&words, &current).candidates.into_iter().map(|c| c.word).collect()
    }

    #[test]
    fn what_can_stand_at_the_cursor_is_offered() {
        let cases = [
            ("a Spot endpoint", "open-or", &["open-orders", "open-order-list"][..]),
            ("a group", "walle", &["wallet"]),
            ("a builtin", "endp", &["endpoints"]),
            ("after global flags", "--env local -o json open-ord", &["open-orders", "open-order-list"]),
            ("after help", "help open-orde", &["open-orders", "open-order-list"]),
            ("an endpoint of a group", "wallet capital-withdraw-a", &[]),
            ("of a group after a flag", "margin --dry-run open-ord", &["open-orders", "open-order-list"]),
            ("a flag", "open-orders --sy", &["--symbol"]),
            ("a flag once", "open-orders --symbol A --sy", &[]),
            ("a flag once, as a pair", "open-orders symbol=A --sy", &[]),
            ("mandatory flags first", "order ", &["--symbol", "--order-id", "--orig-client-order-id"]),
            ("a global flag", "open-orders --dry", &["--dry-run"]),
            ("a global flag alone", "--out", &["--output"]),
            ("a value", "new-order --side ", &["BUY", "SELL"]),
            ("a value in small letters", "new-order --side b", &["BUY"]),
            ("a value by its wire name", "new-order --timeInForce G", &["GTC"]),
            ("a value after =", "new-order --side=S", &["--side=SELL"]),
            ("a pair", "new-order si", &["side="]),
            ("the value of a pair", "new-order side=", &["side=BUY", "side=SELL"]),
            ("the second of a list", "exchange-info --permissions SPOT,MAR", &["SPOT,MARGIN"]),
            ("a boolean", "account --omit-zero-balances ", &["true", "false"]),
            ("an environment", "--env l", &["live", "local"]),
            ("a format by its letter", "open-orders -o js", &["json", "jsonl"]),
            ("a subcommand", "config i", &["init"]),
            ("a flag of a subcommand", "config init --sec", &["--secret-key-file"]),
            ("a value of a builtin", "serve --log ", &["text", "json"]),
            ("a shell", "completions fi", &["fish"]),
            ("a group of endpoints", "explain --group coin", &["coin-futures"]),
            ("after a name that there is not", "opn-orders --sym", &[]),
            ("free text", "open-orders --symbol A", &[]),
        ];
        for (name, line, expected) in cases {
            let mut found = words(line);
            let mut expected = expected.to_vec();
            if name != "mandatory flags first" {
                found.sort_unstable();
                expected.sort_unstable();
            }
            assert_eq!(found, expected, "{name}: {line}");
        }
    }

    #[test]
    fn names_of_files_are_left_to_the_shell() {
        let files = |line: &str| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let current = words.pop().unwrap();
            answer(&words, &current).files
        };
        for line in ["--config ", "open-orders --config=a", "config init --secret-key-file k", "man "] {
            assert!(files(line), "{line}");
        }
        for line in ["", "open-orders ", "--env ", "config "] {
            assert!(!files(line), "{line}");
        }
    }
}
