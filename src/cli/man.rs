//! `bnq man`: manual pages, made from what help and completion are made from.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command};

use crate::catalogue::{self, Endpoint, TOP_GROUP};
use crate::cli::commands::{self, Builtin};
use crate::cli::endpoint_args;
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals;
use crate::cli::pages;
use crate::cli::roff::Page;
use crate::cli::session::{Session, print};

/// Variables of the environment, and what each does.
const VARIABLES: &[(&str, &str)] = &[
    ("BINANCE_API_KEY", "The API key."),
    ("BINANCE_SECRET_KEY, BINANCE_API_SECRET", "The secret key of an HMAC key; one of the two names."),
    ("BINANCE_PRIVATE_KEY_FILE", "The PEM file of an RSA or Ed25519 key."),
    ("BNQ_PASSPHRASE", "The passphrase of an encrypted private key."),
    ("BNQ_PROFILE", "Like --profile."),
    ("BNQ_ENV", "Like --env."),
    ("BNQ_CONFIG", "Like --config."),
    ("BNQ_BASE_URL", "Like --base-url."),
    ("BNQ_OUTPUT", "Like --output."),
    ("BNQ_ERRORS", "Like --errors."),
    (
        "BNQ_STATE_DIR",
        "The folder in which limits, bans and clock offsets are remembered; empty to remember nothing.",
    ),
    ("NO_COLOR", "Where it is set and not empty, nothing is coloured unless --color asks for it."),
];

const DESCRIPTION: &str = "Queries the signed REST endpoints of Binance from a terminal or a script: encodes, signs and \
    sends a request, prints the JSON unaltered, and names the cause and the next step where a request is refused. Every \
    endpoint is a command of its own. To try one needs no key and no network: with --env local a practice exchange answers.";

/// Adds the arguments of `bnq man`.
pub fn arguments(command: Command) -> Command {
    let directory = Arg::new("directory").value_name("DIRECTORY");
    command
        .arg(
            directory.help(
                "Write every page into this folder, which is made if need be; without it, print bnq(1)",
            ),
        )
        .after_help(
            "To read one:  bnq man | man -l -\n\
             To keep them: bnq man ~/.local/share/man/man1, then man bnq, man bnq-wallet",
        )
}

/// Prints the first page, or writes all of them.
///
/// # Errors
/// If a page cannot be written.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let Some(folder) = matches.get_one::<String>("directory") else {
        return print(main_page().as_bytes());
    };
    let pages = pages();
    write(Path::new(folder), &pages).map_err(|e| {
        let fix = "name a folder that you can write to, such as ~/.local/share/man/man1";
        Failure::from(e).with_fix(fix)
    })?;
    session
        .console
        .note(&format!("{} pages written to {folder}; `man -l {folder}/bnq.1` shows one", pages.len()));
    Ok(())
}

fn write(folder: &Path, pages: &[(String, String)]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (name, text) in pages {
        let file = folder.join(format!("{name}.1"));
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

/// Every page with its name.
fn pages() -> Vec<(String, String)> {
    let builtins = Builtin::ALL.into_iter().map(|b| (format!("bnq-{}", b.name()), builtin_page(b)));
    let groups = catalogue::groups().into_iter().map(|g| (format!("bnq-{g}"), group_page(g)));
    std::iter::once(("bnq".to_owned(), main_page())).chain(builtins).chain(groups).collect()
}

fn main_page() -> String {
    let mut page =
        Page::new("bnq", "queries the signed endpoints of Binance, and shows why a request is refused");
    page.section("Synopsis");
    page.verbatim(
        "bnq [OPTIONS] <ENDPOINT> [--parameter VALUE | name=value ...]\n\
         bnq [OPTIONS] <GROUP> <ENDPOINT> [--parameter VALUE | name=value ...]\n\
         bnq [OPTIONS] <COMMAND>",
    );
    page.section("Description");
    page.paragraph(DESCRIPTION);
    page.section("Commands");
    for builtin in Builtin::ALL {
        page.item(builtin.name(), &format!("{}; see bnq-{}(1).", builtin.about(), builtin.name()));
    }
    page.section("Endpoints");
    page.paragraph("Spot endpoints are commands by themselves, the others stand below their group.");
    for group in catalogue::groups() {
        page.item(group, &format!("{}; see bnq-{group}(1).", commands::count_of(group)));
    }
    page.section("Options");
    page.paragraph("Before or after the command:");
    for flag in globals::all() {
        let short = flag.short.map(|s| format!("-{s}, ")).unwrap_or_default();
        let value = flag.value.map(|v| format!(" <{v}>")).unwrap_or_default();
        page.item(&format!("{short}--{}{value}", flag.name), &format!("{}.", flag.help));
    }
    page.section("Environment");
    for (name, meaning) in VARIABLES {
        page.item(name, meaning);
    }
    page.section("Files");
    page.paragraph("bnq config path prints where the config file is; bnq config init writes one.");
    page.section("Exit status");
    page.item("0", "The exchange accepted all of it, or the check passed.");
    for kind in Kind::ALL {
        page.item(&kind.exit_code().to_string(), kind.meaning());
    }
    see_also(&mut page, pages_beside("bnq"));
    page.finish()
}

fn pages_beside(page: &str) -> Vec<String> {
    let builtins = Builtin::ALL.into_iter().map(Builtin::name);
    let names = builtins.chain(catalogue::groups()).map(|name| format!("bnq-{name}"));
    std::iter::once("bnq".to_owned()).chain(names).filter(|name| name != page).collect()
}

fn see_also(page: &mut Page, names: Vec<String>) {
    page.section("See also");
    let names: Vec<String> = names.into_iter().map(|name| format!("{name}(1)")).collect();
    page.paragraph(&names.join(", "));
}

fn builtin_page(builtin: Builtin) -> String {
    let name = format!("bnq-{}", builtin.name());
    let mut command = builtin.command().bin_name(format!("bnq {}", builtin.name()));
    command.build();
    let mut page = Page::new(&name, &lower_first(builtin.about()));
    page.section("Synopsis");
    page.verbatim(usage(&mut command).as_str());
    arguments_of(&mut page, &command);
    if command.has_subcommands() {
        page.section("Commands");
        for below in command.get_subcommands_mut() {
            page.part(below.get_name());
            page.paragraph(&about(below));
            page.verbatim(&usage(below));
            items(&mut page, below);
            notes(&mut page, below);
        }
    }
    if command.get_after_help().is_some() {
        page.section("Notes");
        notes(&mut page, &command);
    }
    see_also(&mut page, vec!["bnq".to_owned()]);
    page.finish()
}

fn usage(command: &mut Command) -> String {
    command.render_usage().to_string().trim_start_matches("Usage: ").to_owned()
}

fn about(command: &Command) -> String {
    command.get_about().map(|about| format!("{about}.")).unwrap_or_default()
}

fn notes(page: &mut Page, command: &Command) {
    if let Some(text) = command.get_after_help() {
        page.verbatim(&text.to_string());
    }
}

fn arguments_of(page: &mut Page, command: &Command) {
    page.section("Description");
    page.paragraph(&about(command));
    page.section("Options");
    items(page, command);
}

fn items(page: &mut Page, command: &Command) {
    for arg in command.get_arguments().filter(|a| !a.is_hide_set() && a.get_id() != "help") {
        let value = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let value = value.filter(|_| arg.get_action().takes_values());
        let term = match (arg.get_long(), value) {
            (Some(long), Some(value)) => format!("--{long} <{value}>"),
            (Some(long), None) => format!("--{long}"),
            (None, value) => value.unwrap_or_default(),
        };
        let default: Vec<String> =
            arg.get_default_values().iter().map(|v| v.to_string_lossy().into_owned()).collect();
        let default =
            if default.is_empty() { String::new() } else { format!(" Default: {}.", default.join(" ")) };
        let help = arg.get_help().map(|help| format!("{help}.")).unwrap_or_default();
        page.item(&term, &format!("{help}{default}"));
    }
    page.item("-h, --help", "Print help.");
}

fn group_page(group: &'static str) -> String {
    let name = format!("bnq-{group}");
    let top = group == TOP_GROUP;
    let endpoints: Vec<&Endpoint> = catalogue::in_group(group).collect();
    let mut page = Page::new(&name, &format!("{} of the group {group}", commands::count_of(group)));
    page.section("Synopsis");
    let prefix = if top { "bnq".to_owned() } else { format!("bnq {group}") };
    page.verbatim(&format!("{prefix} <ENDPOINT> [--parameter VALUE | name=value ...]"));
    page.section("Description");
    page.paragraph(
        "A parameter is a flag, or name=value as the documentation of the exchange writes it. Options that every \
         command takes, and exit status, are in bnq(1).",
    );
    let mut sections: Vec<&str> = endpoints.iter().map(|e| e.section()).collect();
    sections.sort_unstable();
    sections.dedup();
    for section in sections {
        page.section(&section.replace('-', " "));
        for endpoint in endpoints.iter().filter(|e| e.section() == section) {
            describe(&mut page, endpoint);
        }
    }
    see_also(&mut page, vec!["bnq".to_owned()]);
    page.finish()
}

fn describe(page: &mut Page, endpoint: &'static Endpoint) {
    page.part(&endpoint.words().join(" "));
    page.paragraph(endpoint.help());
    page.verbatim(&endpoint_args::usage(endpoint));
    let (required, optional): (Vec<_>, Vec<_>) =
        endpoint.parameters().filter(|p| !globals::is_global(p.flag())).partition(|p| p.required());
    for parameter in required.into_iter().chain(optional) {
        let need = if parameter.required() { "Required. " } else { "" };
        let term = format!("--{} <{}>", parameter.flag(), endpoint_args::value_name(parameter));
        page.item(&term, &format!("{need}{}", endpoint_args::help(parameter)));
    }
    for arg in endpoint.paging().map(|_| pages::arguments()).iter().flatten() {
        let value = arg.get_value_names().and_then(|names| names.first());
        let value = value.map(|name| format!(" <{name}>")).unwrap_or_default();
        let term = format!("--{}{value}", arg.get_long().unwrap_or_default());
        page.item(&term, &arg.get_help().map(ToString::to_string).unwrap_or_default());
    }
    page.verbatim(&endpoint_args::facts(endpoint));
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
