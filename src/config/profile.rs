use std::path::PathBuf;
use std::time::Duration;

use super::{BaseUrl, ConfigError, FileProblem, Origin, Place, Setting};
use crate::catalogue::Environment;
use crate::signing::{RecvWindow, SecretKey};

/// A value and the line of the config file it stands in.
#[derive(Clone, Debug)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// Where a profile's API key is. Kept as a secret until its shape says that it is a key.
#[derive(Clone, Debug)]
pub(super) enum ApiKeySource {
    Inline(SecretKey),
    File(PathBuf),
}

/// Where a profile's secret is.
#[derive(Clone, Debug)]
pub(super) enum SecretSource {
    Inline(SecretKey),
    File(PathBuf),
    Command(Vec<String>),
    PrivateKey(PathBuf),
}

/// Where the passphrase of a profile's private key is.
#[derive(Clone, Debug)]
pub(super) enum PassphraseSource {
    File(PathBuf),
    Command(Vec<String>),
}

/// One profile of the config file, with paths resolved and secrets not yet read.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) file: PathBuf,
    /// Whether the config file may be believed about keys.
    pub(super) trust: Result<(), FileProblem>,
    pub(super) env: Located<Environment>,
    pub(super) api_key: Option<Located<ApiKeySource>>,
    pub(super) secret: Option<Located<SecretSource>>,
    pub(super) passphrase: Option<Located<PassphraseSource>>,
    pub(super) recv_window: Option<Located<RecvWindow>>,
    pub(super) base_url: Option<Located<BaseUrl>>,
    pub(super) ca_file: Option<Located<PathBuf>>,
    pub(super) timeout: Option<Located<Duration>>,
    pub(super) output: Option<Located<String>>,
}

impl Profile {
    pub(super) fn origin(&self, line: usize) -> Origin {
        Origin::Profile { name: self.name.clone(), file: self.file.clone(), line }
    }

    /// One of the profile's settings with its origin.
    pub(super) fn setting<T: Clone>(&self, located: Option<&Located<T>>) -> Option<Setting<T>> {
        located.map(|l| Setting { value: l.value.clone(), origin: self.origin(l.line) })
    }

    pub(super) fn place(&self, name: &'static str, line: usize) -> Place {
        Place::Setting { name, profile: self.name.clone(), file: self.file.clone(), line }
    }

    pub(super) fn lacks(&self, missing: &'static str) -> ConfigError {
        let (file, profile) = (self.file.clone(), self.name.clone());
        ConfigError::ProfileLacks { file, line: self.line, profile, missing }
    }

    /// The setting whose command gives the secret, or the passphrase of the private key.
    pub(super) fn command_setting(&self) -> Option<&'static str> {
        let secret = self.secret.as_ref().is_some_and(|s| matches!(s.value, SecretSource::Command(_)));
        let passphrase = self.passphrase.as_ref();
        let passphrase = passphrase.is_some_and(|p| matches!(p.value, PassphraseSource::Command(_)));
        secret.then_some("secret_key_command").or_else(|| passphrase.then_some("passphrase_command"))
    }

    /// Whether a secret or key stands in the config file itself.
    pub(super) fn holds_key(&self) -> bool {
        let secret = self.secret.as_ref().is_some_and(|s| matches!(s.value, SecretSource::Inline(_)));
        secret || self.api_key.as_ref().is_some_and(|k| matches!(k.value, ApiKeySource::Inline(_)))
    }
}

/// The longest timeout, in seconds: a day.
const MAX_TIMEOUT_S: f64 = 86_400.0;

/// Reads a timeout in seconds: more than 0, at most a day; decimals are allowed.
///
/// # Errors
/// [`TimeoutError`] for anything else.
pub fn parse_timeout(text: &str) -> Result<Duration, TimeoutError> {
    let error = || TimeoutError(text.to_owned());
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(error());
    }
    let seconds: f64 = text.parse().map_err(|_| error())?;
    let duration = Duration::try_from_secs_f64(seconds).map_err(|_| error())?;
    if duration.is_zero() || seconds > MAX_TIMEOUT_S {
        return Err(error());
    }
    Ok(duration)
}

/// A text that is no timeout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no timeout; it is seconds, more than 0 and at most 86400, such as 10")]
pub struct TimeoutError(pub String);
