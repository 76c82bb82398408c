//! Checks of the config file, the profiles and the key in use.

use std::cell::Cell;
use std::path::Path;

use serde_json::json;

use super::check::Finding;
use super::examination::Examination;
use crate::cli::session::given_passphrase;
use crate::config::{ConfigError, ConfigFile, Origin, check_profile};
use crate::signing::{PrivateKeyError, SecretKey};

const INIT: &str = "`bnq config init` writes a profile; `--env local` needs none";

/// Whether there is a config file that may be believed.
pub fn config_file(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "config file";
    let path = match &x.place {
        Ok(place) => place.path.display().to_string(),
        Err(error) => return vec![Finding::misconfigured(name, error)],
    };
    vec![match &x.file {
        Err(error) => Finding::misconfigured(name, error),
        Ok(None) => Finding::skip(name, format!("there is none at {path}")).with_fix(INIT),
        Ok(Some(file)) => {
            let value = json!({ "path": path, "mode": format!("{:04o}", file.mode()) });
            match file.check_trust() {
                Err(error) => Finding::misconfigured(name, &error),
                Ok(()) => Finding::ok(name, format!("{path} ({:04o})", file.mode())),
            }
            .with_value(value)
        }
    }]
}

/// Whether flags, variables and profile go together, and what they come to.
pub fn settings(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "settings";
    let settings = match (&x.settings, &x.file) {
        (Ok(settings), _) => settings,
        (Err(error), Err(of_file)) if error.to_string() == of_file.to_string() => {
            return vec![Finding::skip(name, "`config file` failed")];
        }
        (Err(error), _) => return vec![Finding::misconfigured(name, error)],
    };
    let rows = settings.list();
    // The file stands on the line before; its lines are in the value.
    let from = |origin: &Origin| match origin {
        Origin::Profile { name, .. } => format!("profile {name}"),
        other => other.to_string(),
    };
    let said: Vec<String> =
        rows.iter().map(|(name, value, origin)| format!("{name} {value} ({})", from(origin))).collect();
    let value: serde_json::Map<String, serde_json::Value> = rows
        .iter()
        .map(|(name, value, origin)| {
            ((*name).to_owned(), json!({ "value": value, "from": origin.to_string() }))
        })
        .collect();
    vec![Finding::ok(name, said.join(", ")).with_value(value.into())]
}

/// Whether each profile of the config file can sign.
pub fn profiles(x: &mut Examination<'_>) -> Vec<Finding> {
    let Ok(Some(file)) = &x.file else { return Vec::new() };
    let names = file.profile_names();
    names.iter().map(|profile| examined(x, file, profile)).collect()
}

fn examined(x: &Examination<'_>, file: &ConfigFile, profile: &str) -> Finding {
    let name = format!("profile {profile}");
    // What is wrong with the whole file is said once.
    if file.check_trust().is_err() {
        return Finding::skip(&name, "`config file` failed");
    }
    if x.profile() != Some(profile) {
        return at_rest(file, profile, &name);
    }
    match x.credentials.as_ref() {
        Some(Ok(credentials)) => {
            let environment = x.settings.as_ref().map_or("", |s| s.environment.value.as_str());
            signs(&name, &credentials.key.kind().to_string(), environment)
        }
        Some(Err(error)) => Finding::misconfigured(&name, error),
        None => Finding::skip(&name, "`settings` failed"),
    }
}

/// A profile that is not in use: no command is run for it, and `BNQ_PASSPHRASE` need not be its passphrase.
fn at_rest(file: &ConfigFile, profile: &str, name: &str) -> Finding {
    if let Some(setting) = file.command_setting(profile) {
        return Finding::skip(name, format!("its `{setting}` is run only where the profile is in use"))
            .with_fix(format!("`bnq --profile {profile} doctor` runs it"));
    }
    let asked = Cell::new(false);
    let ask = |_: &Path| -> Option<SecretKey> {
        asked.set(true);
        given_passphrase()
    };
    let Some(check) = check_profile(file, profile, &ask) else { return Finding::skip(name, "it is gone") };
    match check.result {
        Ok(kind) => signs(name, &kind.to_string(), check.environment.as_str()),
        Err(ConfigError::PrivateKey {
            problem: PrivateKeyError::PassphraseNeeded | PrivateKeyError::Passphrase,
            ..
        }) if asked.get() => Finding::skip(
            name,
            "its private key is encrypted, and neither the profile nor BNQ_PASSPHRASE opens it",
        )
        .with_fix(format!("`BNQ_PASSPHRASE=… bnq --profile {profile} doctor` tests it")),
        Err(error) => Finding::misconfigured(name, &error),
    }
}

fn signs(name: &str, kind: &str, environment: &str) -> Finding {
    Finding::ok(name, format!("{kind} key for {environment}"))
        .with_value(json!({ "kind": kind, "environment": environment }))
}

/// Which key is in use.
pub fn credentials(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "credentials";
    let finding = match (&x.credentials, x.profile()) {
        (Some(Ok(credentials)), _) => {
            let (key, kind) = (credentials.api_key.masked(), credentials.key.kind().to_string());
            let value = json!({ "source": credentials.source.to_string(), "kind": kind, "api_key": key });
            Finding::ok(name, format!("{}: {kind} key {key}", credentials.source)).with_value(value)
        }
        (Some(Err(ConfigError::NoCredentials { tried })), _) => {
            Finding::skip(name, format!("there are none: {}", tried.join(", "))).with_fix(INIT)
        }
        (Some(Err(_)), Some(profile)) => Finding::skip(name, format!("`profile {profile}` failed")),
        (Some(Err(error)), None) => Finding::misconfigured(name, error),
        (None, _) => Finding::skip(name, "`settings` failed"),
    };
    vec![finding]
}

/// Where requests go, and whether the key may go there.
pub fn host(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "host";
    let (Ok(settings), Some(endpoint)) = (&x.settings, x.account) else {
        return vec![Finding::skip(name, "`settings` failed")];
    };
    match x.url_of(endpoint, settings) {
        Err(failure) => vec![Finding::fail(name, failure)],
        Ok(url) => {
            let environment = settings.environment.value;
            let here = if x.practice.is_some() { ", the practice exchange in this process" } else { "" };
            let value = json!({ "url": url.as_str(), "environment": environment.as_str() });
            let finding = Finding::ok(name, format!("{url} ({environment}{here})")).with_value(value);
            x.url = Some(url);
            vec![finding]
        }
    }
}
