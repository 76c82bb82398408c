use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, value};
use zeroize::Zeroizing;

use super::credentials::{hmac_key, private_key, secret_key_in};
use super::file::read_text;
use super::parse::could_be_secret;
use super::write::{lock, write_private};
use super::{ConfigError, ConfigPath, Place};
use crate::catalogue::Environment;
use crate::signing::{ApiKey, PrivateKeyError, SecretKey};

/// A profile to be added to the config file.
#[derive(Debug)]
pub struct NewProfile {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// The environment that its key belongs to.
    pub environment: Environment,
    /// The API key; [`super::read_api_key`] takes it from a file.
    pub api_key: ApiKey,
    /// The secret that belongs to it.
    pub secret: NewSecret,
}

/// The secret of a new profile.
#[derive(Debug)]
pub enum NewSecret {
    /// Typed in, to be written into the config file.
    Value(SecretKey),
    /// In a file of its own, which the profile refers to, so that the secret is not copied.
    KeyFile(PathBuf),
    /// A private key in PEM, which the profile refers to.
    PrivateKeyFile(PathBuf),
}

/// What becomes of a profile that has the new one's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// The new one takes its place.
    Replace,
}

/// Adds a profile to the config file at `path`; everything else in it, comments included, stays as it is. The first
/// profile becomes the default. Returns whether the profile is the default now.
///
/// # Errors
/// [`ConfigError`] if the secret cannot be used, the file has such a profile or cannot be read or written. Nothing has
/// been written then.
pub fn add_profile(
    path: &ConfigPath,
    new: &NewProfile,
    existing: Existing,
    home: Option<&Path>,
) -> Result<bool, ConfigError> {
    check_name(&new.name)?;
    let profile = table_of(new)?;
    let _lock = lock(&path.path)?;
    // Named or not, the file to be written need not exist; where it does it has to be right.
    let file = match path.load(home) {
        Err(ConfigError::NoConfigFile { .. }) => None,
        other => other?,
    };
    let present = file.as_ref().is_some_and(|f| f.profile(&new.name).is_some());
    if present && existing == Existing::Keep {
        return Err(ConfigError::ProfileExists { file: path.path.clone(), profile: new.name.clone() });
    }
    let first = file.as_ref().is_none_or(|f| f.profiles.is_empty());
    let mut document = edit(path, file.is_some())?;
    if first {
        document.insert("default_profile", value(&new.name));
    }
    insert(document.as_table_mut(), &new.name, profile);
    write_private(&path.path, Zeroizing::new(document.to_string()).as_bytes())?;
    Ok(first || file.as_ref().and_then(super::ConfigFile::default_profile) == Some(&new.name))
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let bounded = (1..=64).contains(&name.len());
    let right = bounded && !could_be_secret(name) && name.chars().all(fits) && !name.starts_with('-');
    if right { Ok(()) } else { Err(ConfigError::ProfileName(name.escape_debug().to_string())) }
}

/// The profile as a table, once its secret has proved usable.
fn table_of(new: &NewProfile) -> Result<Table, ConfigError> {
    let mut table = Table::new();
    table.insert("env", value(new.environment.as_str()));
    table.insert("api_key", value(new.api_key.expose()));
    let (setting, text) = match &new.secret {
        NewSecret::Value(secret) => {
            hmac_key(secret.clone(), &new.api_key, Place::Typed)?;
            ("secret_key", secret.expose().to_owned())
        }
        NewSecret::KeyFile(path) => {
            secret_key_in(path, &new.api_key)?;
            ("secret_key_file", absolute(path)?)
        }
        NewSecret::PrivateKeyFile(path) => {
            match private_key(path, || Ok(None), &|_| None) {
                // Whether the passphrase fits is seen when the key is used.
                Ok(_) | Err(ConfigError::PrivateKey { problem: PrivateKeyError::PassphraseNeeded, .. }) => {}
                Err(error) => return Err(error),
            }
            ("private_key_file", absolute(path)?)
        }
    };
    table.insert(setting, value(text));
    Ok(table)
}

/// The path as it can stand in the file, from the root on.
fn absolute(path: &Path) -> Result<String, ConfigError> {
    let failed = |problem| ConfigError::Write { path: path.to_owned(), problem };
    let whole = std::path::absolute(path).map_err(failed)?;
    whole.into_os_string().into_string().map_err(|_| ConfigError::NotUtf8Path(path.to_owned()))
}

/// The file's text, to be changed in place.
fn edit(path: &ConfigPath, exists: bool) -> Result<DocumentMut, ConfigError> {
    if !exists {
        return Ok(DocumentMut::new());
    }
    read_text(&path.path)?.parse().map_err(|e: toml_edit::TomlError| ConfigError::Syntax {
        file: path.path.clone(),
        line: 1,
        message: e.message().to_owned(),
    })
}

/// Puts a profile into the table `profiles`, which may be written as `[profiles.x]`, dotted or inline.
fn insert(root: &mut Table, name: &str, mut profile: Table) {
    let profiles = root.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(profiles) = profiles.as_table_like_mut() else { return };
    if let Some(old) = profiles.get(name).and_then(Item::as_table) {
        *profile.decor_mut() = old.decor().clone();
        profile.set_position(old.position());
    } else if !profiles.is_empty() {
        profile.decor_mut().set_prefix("\n");
    }
    TableLike::insert(profiles, name, Item::Table(profile));
}
