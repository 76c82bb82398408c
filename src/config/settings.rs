use std::path::PathBuf;
use std::time::Duration;

use super::credentials::AskPassphrase;
use super::permission::permit;
use super::profile::Profile;
use super::source::Source;
use super::{BaseUrl, ConfigError, Credentials, Inputs, Origin, Setting, SettingProblem};
use crate::catalogue::Environment;
use crate::signing::RecvWindow;
use crate::text::shown;

/// How long connecting, and again sending and the status line, may take unless a setting says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Every setting with its origin, resolved without opening a secret.
#[derive(Debug)]
pub struct Settings {
    /// The environment.
    pub environment: Setting<Environment>,
    /// The base URL, where one is set; else the catalogue has the host.
    pub base_url: Option<Setting<BaseUrl>>,
    /// `recvWindow`, sent only where one is set.
    pub recv_window: Option<Setting<RecvWindow>>,
    /// How long connecting, and again sending and the status line, may take.
    pub timeout: Setting<Duration>,
    /// Further certificate authorities, in PEM.
    pub ca_file: Option<Setting<PathBuf>>,
    /// The output format, as written.
    pub output: Option<Setting<String>>,
    source: Source,
}

impl Settings {
    /// Chooses the source of credentials and resolves every other setting: flag, then variable, then the profile of that
    /// source, then default.
    ///
    /// # Errors
    /// [`ConfigError`] for a variable or config file that is wrong anywhere, a profile that does not exist, or one for
    /// another environment than the one asked for.
    pub fn resolve(inputs: &Inputs) -> Result<Self, ConfigError> {
        let (source, environment) = Source::choose(inputs)?;
        let profile = source.profile();
        let flags = &inputs.flags;
        let default_timeout = Setting { value: DEFAULT_TIMEOUT, origin: Origin::Default };
        Ok(Self {
            environment,
            base_url: base_url(inputs, profile)?,
            recv_window: flag("--recv-window", flags.recv_window.as_ref())
                .or_else(|| profile.and_then(|p| p.setting(p.recv_window.as_ref()))),
            timeout: flag("--timeout", flags.timeout.as_ref())
                .or_else(|| profile.and_then(|p| p.setting(p.timeout.as_ref())))
                .unwrap_or(default_timeout),
            ca_file: profile.and_then(|p| p.setting(p.ca_file.as_ref())),
            output: flag("--output", flags.output.as_ref())
                .or(variable("BNQ_OUTPUT", inputs.text("BNQ_OUTPUT")?))
                .or_else(|| profile.and_then(|p| p.setting(p.output.as_ref()))),
            source,
        })
    }

    /// The profile in use.
    pub fn profile(&self) -> Option<&str> {
        self.source.profile().map(|p| p.name.as_str())
    }

    /// Whether the key is that of the environment's variables.
    pub fn uses_variables(&self) -> bool {
        matches!(self.source, Source::Variables)
    }

    /// Loads key and secret from the one source that was chosen. `ask` is called with the file of an encrypted private
    /// key whose passphrase no setting gives.
    ///
    /// # Errors
    /// [`ConfigError`]: no source at all, or what is wrong with the one that was chosen. No other is tried then.
    pub fn credentials(&self, inputs: &Inputs, ask: AskPassphrase) -> Result<Credentials, ConfigError> {
        match &self.source {
            Source::Practice { ignored_profile } => Credentials::practice_instead_of(ignored_profile.clone()),
            Source::Profile { profile, chosen_by } => Credentials::of_profile(profile, chosen_by, ask),
            Source::Variables => Credentials::of_variables(inputs, ask),
            Source::Nothing(tried) => Err(ConfigError::NoCredentials { tried: tried.clone() }),
        }
    }

    /// Says whether a request may go to `url`; with credentials, it carries a key or a signature. To be asked for every
    /// request before it is sent, whether `url` is [`Settings::base_url`] or the catalogue's.
    ///
    /// # Errors
    /// [`ConfigError::UrlRefused`].
    pub fn permit(&self, url: &BaseUrl, credentials: Option<&Credentials>) -> Result<(), ConfigError> {
        let named = self.source.profile().and_then(|p| p.base_url.as_ref());
        permit(url, &self.environment, named.map(|n| &n.value), credentials)
    }

    /// Every setting that has a value, with its name, its value and its origin.
    pub fn list(&self) -> Vec<(&'static str, String, &Origin)> {
        fn row<'a, T>(
            name: &'static str,
            setting: Option<&'a Setting<T>>,
            show: impl Fn(&T) -> String,
        ) -> Option<(&'static str, String, &'a Origin)> {
            setting.map(|s| (name, show(&s.value), &s.origin))
        }
        let rows = [
            row("env", Some(&self.environment), ToString::to_string),
            row("base_url", self.base_url.as_ref(), ToString::to_string),
            row("recv_window", self.recv_window.as_ref(), ToString::to_string),
            row("timeout", Some(&self.timeout), |t| t.as_secs_f64().to_string()),
            row("ca_file", self.ca_file.as_ref(), |p| p.display().to_string()),
            row("output", self.output.as_ref(), |o| shown(o).into_owned()),
        ];
        rows.into_iter().flatten().collect()
    }
}

fn flag<T: Clone>(name: &'static str, value: Option<&T>) -> Option<Setting<T>> {
    value.map(|value| Setting { value: value.clone(), origin: Origin::Flag(name) })
}

fn variable<T>(name: &'static str, value: Option<T>) -> Option<Setting<T>> {
    value.map(|value| Setting { value, origin: Origin::Variable(name) })
}

fn base_url(inputs: &Inputs, profile: Option<&Profile>) -> Result<Option<Setting<BaseUrl>>, ConfigError> {
    if let Some(text) = &inputs.flags.base_url {
        let flag = "--base-url";
        let value = BaseUrl::parse(text).map_err(|problem| ConfigError::BaseUrlFlag { flag, problem })?;
        return Ok(Some(Setting { value, origin: Origin::Flag(flag) }));
    }
    let parse = |text: &str| BaseUrl::parse(text).map_err(SettingProblem::from);
    let from_variable = variable("BNQ_BASE_URL", inputs.parsed("BNQ_BASE_URL", parse)?);
    Ok(from_variable.or_else(|| profile.and_then(|p| p.setting(p.base_url.as_ref()))))
}
