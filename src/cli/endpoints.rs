//! `bnq endpoints`: searches the catalogue, describes one endpoint, or gives the catalogue as data.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;

use crate::catalogue::{self, Endpoint, Environment, Found, ListStyle, Names, Parameter, Permission, Weight};
use crate::cli::commands;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, print};
use crate::render::{self, Format, Output};

const WORDS: &str = "words";

/// Adds the arguments of `bnq endpoints`.
pub fn arguments(command: Command) -> Command {
    command
        .override_usage("bnq endpoints [WORDS ...] [OPTIONS]")
        .arg(
            Arg::new(WORDS)
                .value_name("WORDS")
                .help("Words of names, titles, help and parameters, in any order; or a path from the documentation")
                .action(ArgAction::Append)
                .num_args(0..),
        )
        .after_help(
            "Best match first; with exactly one, that endpoint's help. Without words: every endpoint.\n\
             -o json, compact, jsonl, table or csv gives the catalogue's own entries, with all their parameters.\n\
             Examples: bnq endpoints cancel order\n          \
             bnq endpoints GET /api/v3/openOrders\n          \
             bnq endpoints -o csv --fields command,method,path,weight\n\n\
             Global options, such as -o and --fields: `bnq --help`",
        )
}

/// Searches and prints.
///
/// # Errors
/// If nothing is found, a flag is malformed or stdout cannot be written.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let words: Vec<&str> =
        matches.get_many::<String>(WORDS).into_iter().flatten().map(String::as_str).collect();
    let format = format(session)?;
    let query = words.join(" ");
    let found = catalogue::search(&query);
    if found.endpoints.is_empty() {
        return Err(nothing(&query, &found));
    }
    for (typed, taken) in &found.taken_for {
        session.console.note(&format!("note: nothing has `{typed}`; this is what `{taken}` finds"));
    }
    match (format, found.endpoints.as_slice()) {
        (Some(format), endpoints) => print_entries(endpoints, format, session),
        (None, [endpoint]) => print(commands::help_of(endpoint).as_bytes()),
        (None, endpoints) => print(listing(endpoints).as_bytes()),
    }
}

/// The format asked for, if it is one of data. A config file that cannot be read does not keep anyone from searching.
fn format(session: &Session) -> Result<Option<Format>, Failure> {
    session.inputs()?;
    let format = match (&session.globals.output, session.settings()) {
        (_, Ok(settings)) => Session::format(&settings)?,
        (Some(word), Err(_)) => Session::format_of(word).map(Some)?,
        (None, Err(_)) => None,
    };
    Ok(format.filter(|f| *f != Format::Raw))
}

fn nothing(query: &str, found: &Found) -> Failure {
    let instead: Vec<&str> = found.taken_for.iter().map(|(_, taken)| taken.as_str()).collect();
    let words: Vec<&str> = query.split_whitespace().collect();
    let count = |word: &&str| match catalogue::search(word).endpoints.len() {
        0 => format!("`{word}` finds none"),
        n => format!("`{word}` finds {n}"),
    };
    let fix = if words.len() > 1 {
        let counts: Vec<String> = words.iter().map(count).collect();
        format!("every word has to fit; leave one out: {}", counts.join(", "))
    } else {
        let all = catalogue::endpoints().len();
        format!("try a shorter word; `bnq endpoints` lists all {all}, `bnq <GROUP>` those of a group")
    };
    let tried = if instead.is_empty() { String::new() } else { format!(", nor `{}`", instead.join(" ")) };
    Failure::new(Kind::Other, format!("no endpoint fits `{query}`{tried}")).with_fix(fix)
}

/// A line for each: what to type, the request, the sentence.
fn listing(endpoints: &[&'static Endpoint]) -> String {
    let line = |e: &&'static Endpoint| {
        (format!("bnq {}", e.words().join(" ")), format!("{} {}", e.method(), e.path()), e.help())
    };
    let lines: Vec<_> = endpoints.iter().map(line).collect();
    let command = lines.iter().map(|(c, ..)| c.len()).max().unwrap_or(0);
    let request = lines.iter().map(|(_, r, _)| r.len()).max().unwrap_or(0);
    lines.iter().map(|(c, r, help)| format!("{c:<command$}   {r:<request$}   {help}\n")).collect()
}

fn print_entries(endpoints: &[&'static Endpoint], format: Format, session: &Session) -> Result<(), Failure> {
    let entries: Vec<Entry> = endpoints.iter().map(|e| Entry::of(e)).collect();
    // Texts, numbers and lists of them can always be written as JSON.
    let json = serde_json::to_vec(&entries).unwrap_or_default();
    let output = Output { format, fields: session.fields()?, style: session.style()? };
    let mut text = Vec::new();
    let rendered = render::answer(&mut json.as_slice(), &output, &mut text)
        .map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    for note in rendered.notes {
        session.console.note(&format!("note: {note}"));
    }
    print(&text)
}

/// An endpoint as data. Names and order of the fields are public.
#[derive(Serialize)]
struct Entry {
    command: String,
    group: &'static str,
    section: &'static str,
    method: &'static str,
    path: &'static str,
    title: &'static str,
    help: &'static str,
    security: &'static str,
    signed: bool,
    changes: bool,
    weight: Option<WeightEntry>,
    weight_by: Option<&'static str>,
    weight_note: Option<&'static str>,
    permission: Option<&'static str>,
    doc: Option<&'static str>,
    one_of: Vec<Vec<&'static str>>,
    at_most_one: Vec<Vec<&'static str>>,
    parameters: Vec<ParameterEntry>,
    environments: Vec<&'static str>,
}

/// A number, or the rule by which it is found.
#[derive(Serialize)]
#[serde(untagged)]
enum WeightEntry {
    Fixed(u32),
    Rule(String),
}

/// A parameter as data. Default and limits are texts, as they would be typed.
#[derive(Serialize)]
struct ParameterEntry {
    name: &'static str,
    flag: String,
    r#type: &'static str,
    required: bool,
    r#in: &'static str,
    list: Option<&'static str>,
    unit: Option<&'static str>,
    default: Option<&'static str>,
    min: Option<&'static str>,
    max: Option<&'static str>,
    values: Vec<&'static str>,
    help: &'static str,
}

impl Entry {
    fn of(endpoint: &Endpoint) -> Self {
        let names = |group: Names| group.iter().collect::<Vec<_>>();
        Self {
            command: endpoint.words().join(" "),
            group: endpoint.group(),
            section: endpoint.section(),
            method: endpoint.method().as_str(),
            path: endpoint.path(),
            title: endpoint.title(),
            help: endpoint.help(),
            security: endpoint.security().as_str(),
            signed: endpoint.signed(),
            changes: endpoint.changes(),
            weight: endpoint.weight().map(|w| match w {
                Weight::Fixed(n) => WeightEntry::Fixed(n),
                Weight::Rule(rule) => WeightEntry::Rule(rule.to_string()),
            }),
            weight_by: endpoint.weight_by(),
            weight_note: endpoint.weight_note(),
            permission: endpoint.permission().map(Permission::as_str),
            doc: endpoint.doc(),
            one_of: endpoint.one_of().map(names).collect(),
            at_most_one: endpoint.at_most_one().map(names).collect(),
            parameters: endpoint.parameters().map(ParameterEntry::of).collect(),
            environments: catalogue::environments_of(endpoint).into_iter().map(Environment::as_str).collect(),
        }
    }
}

impl ParameterEntry {
    fn of(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name(),
            flag: format!("--{}", parameter.flag()),
            r#type: parameter.kind().as_str(),
            required: parameter.required(),
            r#in: parameter.place().as_str(),
            list: parameter.list().map(ListStyle::as_str),
            unit: parameter.unit(),
            default: parameter.default(),
            min: parameter.min(),
            max: parameter.max(),
            values: parameter.values().collect(),
            help: parameter.help(),
        }
    }
}
