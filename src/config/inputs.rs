use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigError, SettingProblem};
use crate::catalogue::Environment;
use crate::signing::RecvWindow;

/// Variables that hold a secret, or lead to one; no command that bnq runs is given them.
pub(super) const SECRET_VARIABLES: [&str; 5] = [
    "BINANCE_API_KEY",
    "BINANCE_SECRET_KEY",
    "BINANCE_API_SECRET",
    "BINANCE_PRIVATE_KEY_FILE",
    "BNQ_PASSPHRASE",
];

/// A variable of the environment that is read, and where it stands among other sources.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The flag that goes before it.
    pub after: Option<&'static str>,
    /// What it goes before.
    pub before: &'static str,
}

const fn variable(name: &'static str, after: Option<&'static str>, before: &'static str) -> Variable {
    Variable { name, after, before }
}

/// Every variable that is read, but for the proxies' and the terminal's.
pub const VARIABLES: [Variable; 12] = [
    variable("BINANCE_API_KEY", Some("--profile"), "default_profile"),
    variable("BINANCE_SECRET_KEY", Some("--profile"), "default_profile"),
    variable("BINANCE_API_SECRET", Some("--profile"), "default_profile"),
    variable("BINANCE_PRIVATE_KEY_FILE", Some("--profile"), "default_profile"),
    variable("BNQ_PASSPHRASE", None, "asking on the terminal"),
    variable("BNQ_PROFILE", Some("--profile"), "the BINANCE_ variables and default_profile"),
    variable("BNQ_ENV", Some("--env"), "the default, live"),
    variable("BNQ_CONFIG", Some("--config"), "the platform's config folder"),
    variable("BNQ_BASE_URL", Some("--base-url"), "the profile and the exchange's own host"),
    variable("BNQ_OUTPUT", Some("--output"), "the profile and the default, json"),
    variable("BNQ_ERRORS", Some("--errors"), "the default, text"),
    variable("BNQ_STATE_DIR", None, "the platform's folder for state"),
];

/// The global flags that this layer looks at, as typed.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--env`.
    pub env: Option<Environment>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--base-url`; text, since a base URL that is none is a matter of this layer.
    pub base_url: Option<String>,
    /// `--recv-window`.
    pub recv_window: Option<RecvWindow>,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--output`.
    pub output: Option<String>,
}

/// All that is resolved from: the command line, the environment and the platform's folders, as values.
pub struct Inputs<'a> {
    /// What was typed.
    pub flags: Flags,
    /// Looks up a variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The home folder, for `~/`.
    pub home: Option<PathBuf>,
    /// The platform's config folder, which `bnq/config.toml` is in.
    pub config_folder: Option<PathBuf>,
}

impl Inputs<'_> {
    pub(super) fn is_set(&self, name: &str) -> bool {
        (self.variable)(name).is_some()
    }

    /// A variable's text. One that is set but empty is an error and never taken for unset: it is most often a name
    /// misspelt in a script, and `BNQ_ENV=$TYPO` must not mean the live exchange.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.variable)(name) else { return Ok(None) };
        let error = |problem| ConfigError::Variable { name, problem };
        match value.into_string() {
            Ok(text) if text.is_empty() => Err(error(SettingProblem::Empty)),
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(error(SettingProblem::NotText)),
        }
    }

    /// A variable's value, read from its text.
    pub(super) fn parsed<T, E: Into<SettingProblem>>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        parse(&text).map(Some).map_err(|e| ConfigError::Variable { name, problem: e.into() })
    }
}
