//! `bnq config`: shows, checks and writes profiles. No secret is ever printed.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use serde::Serialize;

use crate::catalogue::Environment;
use crate::cli::ask;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, config_failure, passphrase, print, usage};
use crate::config::{self, ConfigFile, ConfigPath, Existing, NewProfile, NewSecret};
use crate::signing::ApiKey;
use crate::text::sanitize;

/// Adds the subcommands of `bnq config`.
pub fn arguments(command: Command) -> Command {
    let file =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("FILE").help(help);
    command
        .override_usage("bnq config <path|show|check|init> [OPTIONS]")
        .subcommand(Command::new("path").about("Prints where the config file is, or would be"))
        .subcommand(Command::new("show").about("Prints the settings of the config file and those in use; no secrets"))
        .subcommand(Command::new("check").about("Tests that each profile can sign; sends nothing"))
        .subcommand(
            Command::new("init")
                .about("Adds a profile: asks for it, or takes it from flags that name sources")
                .arg(file("api-key-file", "Take the API key from this file"))
                .arg(file("secret-key-file", "Refer to this file for the secret key"))
                .arg(file("private-key-file", "Refer to this PEM file for an RSA or Ed25519 key"))
                .after_help(
                    "In a script: bnq config init --profile main --env live --api-key-file F --secret-key-file F\n\
                     An existing profile is replaced only if you agree, or with --yes.",
                ),
        )
}

/// Runs the subcommand.
///
/// # Errors
/// A usage or configuration failure.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("path", _)) => print(format!("{}\n", place(session)?.path.display()).as_bytes()),
        Some(("show", _)) => show(session),
        Some(("check", _)) => check(session),
        Some(("init", flags)) => init(flags, session),
        _ => Err(Failure::usage("no subcommand is named").with_fix("use path, show, check or init")),
    }
}

fn place(session: &Session) -> Result<ConfigPath, Failure> {
    ConfigPath::locate(&session.inputs()?).map_err(|e| config_failure(&e))
}

fn load(session: &Session) -> Result<ConfigFile, Failure> {
    let place = place(session)?;
    place.load(dirs::home_dir().as_deref()).map_err(|e| config_failure(&e))?.ok_or_else(|| {
        Failure::new(Kind::Config, format!("there is no config file at {}", place.path.display()))
            .with_fix("`bnq config init` makes one")
    })
}

#[derive(Serialize)]
struct Row {
    profile: Option<String>,
    setting: &'static str,
    value: String,
    from: String,
}

fn show(session: &Session) -> Result<(), Failure> {
    let settings = session.settings()?;
    let place = place(session)?;
    let file = place.load(dirs::home_dir().as_deref()).map_err(|e| config_failure(&e))?;
    let rows: Vec<Row> = file
        .iter()
        .flat_map(config::show)
        .map(|s| Row {
            profile: s.profile,
            setting: s.name,
            value: s.value,
            from: format!("line {}", s.line),
        })
        .collect();
    let used: Vec<Row> = settings
        .list()
        .into_iter()
        .map(|(setting, value, origin)| Row { profile: None, setting, value, from: origin.to_string() })
        .collect();
    let path = place.path.display().to_string();
    if session.wants_json()? {
        let shown =
            serde_json::json!({ "file": path, "exists": file.is_some(), "settings": rows, "in_use": used });
        return print(format!("{shown}\n").as_bytes());
    }
    let absent = if file.is_none() { " (not there; `bnq config init` makes one)" } else { "" };
    let mut text = format!("file: {path}{absent}\n");
    let mut profile = None;
    for row in &rows {
        if row.profile != profile {
            profile.clone_from(&row.profile);
            let _ = writeln!(text, "\nprofile {}", profile.as_deref().unwrap_or_default());
        }
        push_row(&mut text, row);
    }
    let _ = writeln!(text, "\nin use");
    for row in &used {
        push_row(&mut text, row);
    }
    print(text.as_bytes())
}

fn push_row(text: &mut String, row: &Row) {
    let _ = writeln!(text, "  {:<20}{:<40}{}", row.setting, sanitize(&row.value), row.from);
}

#[derive(Serialize)]
struct Checked {
    profile: String,
    environment: &'static str,
    ok: bool,
    kind: Option<String>,
    error: Option<String>,
}

fn check(session: &Session) -> Result<(), Failure> {
    let results: Vec<Checked> = config::check(&load(session)?, &passphrase)
        .into_iter()
        .map(|c| Checked {
            profile: c.profile,
            environment: c.environment.as_str(),
            ok: c.result.is_ok(),
            kind: c.result.as_ref().ok().map(ToString::to_string),
            error: c.result.as_ref().err().map(ToString::to_string),
        })
        .collect();
    let text = if session.wants_json()? {
        // Texts can always be written as JSON.
        serde_json::to_string(&results).unwrap_or_default() + "\n"
    } else {
        results.iter().map(checked_line).collect()
    };
    print(text.as_bytes())?;
    let failed: Vec<&str> = results.iter().filter(|c| !c.ok).map(|c| c.profile.as_str()).collect();
    if results.is_empty() {
        return Err(Failure::new(Kind::Config, "the config file has no profiles")
            .with_fix("`bnq config init` adds one"));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Kind::Config, format!("cannot sign with: {}", failed.join(", "))))
}

fn checked_line(checked: &Checked) -> String {
    let Checked { profile, environment, .. } = checked;
    match (&checked.kind, &checked.error) {
        (Some(kind), _) => format!("{profile}: ok, {kind} key for {environment}\n"),
        (None, error) => format!("{profile}: not ok: {}\n", error.as_deref().unwrap_or_default()),
    }
}

fn init(flags: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let place = place(session)?;
    let given = |name: &str| flags.get_one::<String>(name).map(PathBuf::from);
    let (key_file, secret_file, pem_file) =
        (given("api-key-file"), given("secret-key-file"), given("private-key-file"));
    let asked = key_file.is_none() && secret_file.is_none() && pem_file.is_none();
    let new = match (key_file, secret_file, pem_file) {
        (Some(key), Some(secret), None) => from_files(session, &key, NewSecret::KeyFile(secret))?,
        (Some(key), None, Some(pem)) => from_files(session, &key, NewSecret::PrivateKeyFile(pem))?,
        (None, None, None) => from_terminal(session)?,
        _ => {
            return Err(Failure::usage(
                "init takes --api-key-file and one of --secret-key-file and --private-key-file",
            )
            .with_fix("give both files, or none to be asked"));
        }
    };
    let home = dirs::home_dir();
    // A file that cannot be read is refused by `add_profile`, before anything is written.
    let known = place.load(home.as_deref()).ok().flatten();
    let exists = known.is_some_and(|file| file.profile_names().contains(&new.name));
    let replace = exists && (session.globals.yes || (asked && replacing(&new.name)?));
    let existing = if replace { Existing::Replace } else { Existing::Keep };
    let default =
        config::add_profile(&place, &new, existing, home.as_deref()).map_err(|e| config_failure(&e))?;
    let (name, path) = (&new.name, place.path.display());
    let note = if default { "; it is the default" } else { "" };
    session.console.note(&format!("profile {name} written to {path}{note}"));
    session.console.note(&format!("next: bnq --profile {name} account"));
    Ok(())
}

fn replacing(name: &str) -> Result<bool, Failure> {
    ask::yes(&format!("Profile {name} exists. Replace it?")).map_err(Failure::from)
}

fn from_files(
    session: &Session,
    api_key: &std::path::Path,
    secret: NewSecret,
) -> Result<NewProfile, Failure> {
    let lacks = |flag: &str| Failure::usage(format!("init needs {flag}")).with_fix(format!("add {flag}"));
    let name = session.globals.profile.clone().ok_or_else(|| lacks("--profile NAME"))?;
    let environment = session.globals.env.as_deref().ok_or_else(|| lacks("--env ENV"))?;
    let environment: Environment = environment.parse().map_err(usage)?;
    let api_key = config::read_api_key(api_key).map_err(|e| config_failure(&e))?;
    Ok(NewProfile { name, environment, api_key, secret })
}

fn from_terminal(session: &Session) -> Result<NewProfile, Failure> {
    if !ask::someone_is_there() {
        return Err(Failure::usage("nobody is there to be asked").with_fix(
            "name the sources: --profile NAME --env ENV --api-key-file FILE --secret-key-file FILE",
        ));
    }
    let with_default = |question: &str, given: Option<&String>, default: &str| match given {
        Some(given) => Ok(given.clone()),
        None => ask::line(&format!("{question} [{default}]: "))
            .map(|line| if line.trim().is_empty() { default.to_owned() } else { line.trim().to_owned() })
            .map_err(Failure::from),
    };
    let name = with_default("Name of the profile", session.globals.profile.as_ref(), "main")?;
    let environment =
        with_default("Environment (live, testnet, demo, local)", session.globals.env.as_ref(), "live")?;
    let environment: Environment = environment.parse().map_err(usage)?;
    let typed = ask::line("API key: ")?;
    let api_key =
        ApiKey::new(typed.trim()).map_err(|e| Failure::new(Kind::Config, format!("the API key {e}")))?;
    let secret = ask::secret("Secret key (not shown; for an RSA or Ed25519 key just press Enter): ")?;
    let secret = if secret.expose().is_empty() {
        let path = ask::line("Private key file (PEM): ")?;
        NewSecret::PrivateKeyFile(PathBuf::from(path.trim()))
    } else {
        NewSecret::Value(secret)
    };
    Ok(NewProfile { name, environment, api_key, secret })
}
