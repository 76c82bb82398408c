//! What one run was asked to do, and the settings it runs with.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use crate::catalogue::Environment;
use crate::cli::console::{self, Console, ErrorForm};
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals::Globals;
use crate::cli::{ask, suggest};
use crate::config::{self, ConfigError, Credentials, Flags, Inputs, Settings};
use crate::render::{Fields, Format, Style};
use crate::signing::{RecvWindow, SecretKey};
use crate::state::Folder;
use crate::text::quoted;

/// One run of the program.
pub struct Session {
    /// The global flags.
    pub globals: Globals,
    /// The words after `bnq`.
    pub words: Vec<String>,
    /// Words for people.
    pub console: Console,
    /// How failures are printed.
    pub errors: ErrorForm,
}

impl Session {
    /// Where the settings come from: these flags and the environment.
    ///
    /// # Errors
    /// A usage failure if a flag's value is malformed.
    pub fn inputs(&self) -> Result<Inputs<'static>, Failure> {
        let g = &self.globals;
        let env = g.env.as_deref().map(str::parse::<Environment>).transpose().map_err(usage)?;
        let recv_window =
            g.recv_window.as_deref().map(str::parse::<RecvWindow>).transpose().map_err(usage)?;
        let timeout: Option<Duration> =
            g.timeout.as_deref().map(config::parse_timeout).transpose().map_err(usage)?;
        let flags = Flags {
            profile: g.profile.clone(),
            env,
            config: g.config.clone().map(Into::into),
            base_url: g.base_url.clone(),
            recv_window,
            timeout,
            output: g.output.clone(),
        };
        Ok(Inputs { flags, variable: &variable, home: dirs::home_dir(), config_folder: dirs::config_dir() })
    }

    /// The settings of this run.
    ///
    /// # Errors
    /// A usage or configuration failure.
    pub fn settings(&self) -> Result<Settings, Failure> {
        Settings::resolve(&self.inputs()?).map_err(|e| config_failure(&e))
    }

    /// Key and secret; asks for a passphrase if one is needed and somebody is there.
    ///
    /// # Errors
    /// A configuration failure.
    pub fn credentials(&self, settings: &Settings) -> Result<Credentials, Failure> {
        settings.credentials(&self.inputs()?, &passphrase).map_err(|e| config_failure(&e))
    }

    /// The format asked for by flag, variable or profile; `None` where nobody asked.
    ///
    /// # Errors
    /// A usage failure if there is no such format.
    pub fn format(settings: &Settings) -> Result<Option<Format>, Failure> {
        settings.output.as_ref().map(|o| Self::format_of(&o.value)).transpose()
    }

    /// The format of this name.
    ///
    /// # Errors
    /// A usage failure if there is no such format.
    pub fn format_of(word: &str) -> Result<Format, Failure> {
        word.parse::<Format>().map_err(|_| {
            let names = Format::ALL.map(Format::name);
            let fix = suggest::fix(word, names, "", &format!("use one of {}", names.join(", ")));
            Failure::usage(format!("{} is no output format", quoted(word))).with_fix(fix)
        })
    }

    /// Whether what is no answer of the exchange's, such as a signature, is to be printed as JSON. Only the flag counts:
    /// a variable or profile speaks of answers.
    ///
    /// # Errors
    /// A usage failure if the flag asks for a form that there is only for answers.
    pub fn wants_json(&self) -> Result<bool, Failure> {
        match self.globals.output.as_deref() {
            None | Some("raw") => Ok(false),
            Some("json" | "compact" | "jsonl") => Ok(true),
            Some(other) => {
                let fix = "use -o json, or leave it out for text";
                Err(Failure::usage(format!("{} is no form of this", quoted(other))).with_fix(fix))
            }
        }
    }

    /// The fields asked for.
    ///
    /// # Errors
    /// A usage failure if they cannot be read.
    pub fn fields(&self) -> Result<Option<Fields>, Failure> {
        self.globals.fields.as_deref().map(|text| text.parse::<Fields>().map_err(usage)).transpose()
    }

    /// How stdout wants its text.
    ///
    /// # Errors
    /// A usage failure if `--color` is none of its words.
    pub fn style(&self) -> Result<Style, Failure> {
        let when = self.globals.color.as_deref().unwrap_or("auto");
        if !["auto", "always", "never"].contains(&when) {
            let fix = "use auto, always or never";
            return Err(Failure::usage(format!("--color cannot be {}", quoted(when))).with_fix(fix));
        }
        let no_color = variable("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = variable("TERM").is_some_and(|v| v == "dumb");
        Ok(console::stdout_style(when, no_color, dumb))
    }
}

/// A variable of the environment.
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The names of the variables of the environment that are text.
pub fn variable_names() -> Vec<String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
}

/// Where it is remembered what the exchange said: `BNQ_STATE_DIR`, which may be empty to remember nothing, else below the
/// platform's folder for state or local data, if it has one.
pub fn state_folder() -> Option<Folder> {
    match variable("BNQ_STATE_DIR") {
        Some(given) => Some(given).filter(|path| !path.is_empty()).map(Folder::at),
        None => dirs::state_dir().or_else(dirs::data_local_dir).map(|folder| Folder::at(folder.join("bnq"))),
    }
}

/// This machine's clock, in milliseconds since the epoch.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `BNQ_PASSPHRASE`.
pub fn given_passphrase() -> Option<SecretKey> {
    variable("BNQ_PASSPHRASE").and_then(|given| given.into_string().ok()).map(SecretKey::new)
}

/// `BNQ_PASSPHRASE`, or what is typed at the terminal.
pub fn passphrase(file: &Path) -> Option<SecretKey> {
    if variable("BNQ_PASSPHRASE").is_some() {
        return given_passphrase();
    }
    if !ask::someone_is_there() {
        return None;
    }
    ask::secret(&format!("Passphrase of {}: ", file.display())).ok()
}

/// A malformed flag.
pub fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string())
}

/// What is wrong with the configuration, as a failure.
pub fn config_failure(error: &ConfigError) -> Failure {
    let kind = if error.is_usage() { Kind::Usage } else { Kind::Config };
    Failure::new(kind, error.to_string())
}

/// Writes to stdout. A closed stdout ends the output quietly, not the work.
///
/// # Errors
/// If stdout cannot be written for any other reason.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result.context("stdout cannot be written")?),
    }
}
