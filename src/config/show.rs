use std::path::Path;

use super::credentials::AskPassphrase;
use super::profile::{ApiKeySource, PassphraseSource, Profile, SecretSource};
use super::source::{API_KEY, SECRETS};
use super::{ConfigError, ConfigFile, Credentials, Inputs};
use crate::catalogue::Environment;
use crate::signing::{ApiKey, KeyKind, SecretKey};

/// What `check` signs; nothing that is ever sent.
const TEST_PAYLOAD: &[u8] = b"timestamp=1499827319559";

/// One setting of the config file, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The profile, unless it stands outside of one.
    pub profile: Option<String>,
    /// The setting.
    pub name: &'static str,
    /// Its value; a key is masked, and of a secret it is only said that it is there.
    pub value: String,
    /// The line in the file.
    pub line: usize,
}

/// Every setting of the file, without its secrets.
pub fn show(file: &ConfigFile) -> Vec<Shown> {
    let default = file.default_profile.iter().map(|d| Shown {
        profile: None,
        name: "default_profile",
        value: d.value.clone(),
        line: d.line,
    });
    default.chain(file.profiles.iter().flat_map(shown_profile)).collect()
}

fn shown_profile(profile: &Profile) -> Vec<Shown> {
    let mut rows = vec![("env", profile.env.value.to_string(), profile.env.line)];
    if let Some(key) = &profile.api_key {
        let (name, value) = match &key.value {
            ApiKeySource::Inline(text) => ("api_key", shown_key(text, profile)),
            ApiKeySource::File(path) => ("api_key_file", shown_path(path)),
        };
        rows.push((name, value, key.line));
    }
    if let Some(secret) = &profile.secret {
        let (name, value) = match &secret.value {
            SecretSource::Inline(_) => ("secret_key", "(set)".to_owned()),
            SecretSource::File(path) => ("secret_key_file", shown_path(path)),
            SecretSource::Command(words) => ("secret_key_command", shown_command(words)),
            SecretSource::PrivateKey(path) => ("private_key_file", shown_path(path)),
        };
        rows.push((name, value, secret.line));
    }
    if let Some(passphrase) = &profile.passphrase {
        let (name, value) = match &passphrase.value {
            PassphraseSource::File(path) => ("passphrase_file", shown_path(path)),
            PassphraseSource::Command(words) => ("passphrase_command", shown_command(words)),
        };
        rows.push((name, value, passphrase.line));
    }
    rows.extend(profile.recv_window.as_ref().map(|l| ("recv_window", l.value.to_string(), l.line)));
    rows.extend(profile.base_url.as_ref().map(|l| ("base_url", l.value.to_string(), l.line)));
    rows.extend(profile.ca_file.as_ref().map(|l| ("ca_file", shown_path(&l.value), l.line)));
    rows.extend(profile.timeout.as_ref().map(|l| ("timeout", l.value.as_secs_f64().to_string(), l.line)));
    rows.extend(profile.output.as_ref().map(|l| ("output", l.value.clone(), l.line)));
    let row = |(name, value, line)| Shown { profile: Some(profile.name.clone()), name, value, line };
    rows.into_iter().map(row).collect()
}

/// A key masked; of what may be a secret in the wrong place, its length.
fn shown_key(text: &SecretKey, profile: &Profile) -> String {
    let secret = profile.secret.as_ref().map(|s| &s.value);
    let is_secret = matches!(secret, Some(SecretSource::Inline(s)) if s == text);
    match ApiKey::new(text.expose()) {
        Ok(key) if !is_secret => key.masked(),
        _ => format!("({} characters)", text.expose().chars().count()),
    }
}

fn shown_path(path: &Path) -> String {
    path.display().to_string()
}

/// The program; its arguments may hold what unlocks a secret.
fn shown_command(words: &[String]) -> String {
    let program = words.first().map(String::as_str).unwrap_or_default();
    match words.len() {
        0 | 1 => program.to_owned(),
        n => format!("{program} (and {} more words)", n - 1),
    }
}

/// What `check` found of one profile.
#[derive(Debug)]
pub struct ProfileCheck {
    /// The profile.
    pub profile: String,
    /// Its environment.
    pub environment: Environment,
    /// The kind of its key, which signed a test payload; or what is wrong.
    pub result: Result<KeyKind, ConfigError>,
}

/// Loads each profile's key and signs a test payload with it. `ask` is called for passphrases that no setting gives.
pub fn check(file: &ConfigFile, ask: AskPassphrase) -> Vec<ProfileCheck> {
    file.profiles.iter().map(|profile| checked(profile, ask)).collect()
}

/// As [`check`], for the profile of this name.
pub fn check_profile(file: &ConfigFile, name: &str, ask: AskPassphrase) -> Option<ProfileCheck> {
    file.profile(name).map(|profile| checked(profile, ask))
}

/// As [`check`], for the key in the variables of the environment; `None` if none of them is set.
pub fn check_variables(inputs: &Inputs, ask: AskPassphrase) -> Option<Result<KeyKind, ConfigError>> {
    let set = std::iter::once(API_KEY).chain(SECRETS).any(|name| inputs.is_set(name));
    set.then(|| Credentials::of_variables(inputs, ask).map(|credentials| credentials.key.kind()))
}

fn checked(profile: &Profile, ask: AskPassphrase) -> ProfileCheck {
    ProfileCheck {
        profile: profile.name.clone(),
        environment: profile.env.value,
        result: signs(profile, ask),
    }
}

fn signs(profile: &Profile, ask: AskPassphrase) -> Result<KeyKind, ConfigError> {
    let credentials = Credentials::of_profile(profile, "config check", ask)?;
    let failed = |problem| ConfigError::CannotSign { profile: profile.name.clone(), problem };
    credentials.key.sign(TEST_PAYLOAD).map_err(failed)?;
    Ok(credentials.key.kind())
}
