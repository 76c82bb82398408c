use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::file::{Hidden, Source};
use super::{AccountError, AccountProblem};
use crate::catalogue::{Permission, Permissions};
use crate::config::{read_public, read_secret};
use crate::practice::keys::Keys;
use crate::signing::{ApiKey, SecretKey, VerifyingKey, mask};

/// A `[[key]]` of an account file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyTable {
    api_key: Spanned<Hidden>,
    secret_key: Option<Spanned<Hidden>>,
    secret_key_file: Option<Spanned<String>>,
    public_key: Option<Spanned<String>>,
    public_key_file: Option<Spanned<String>>,
    permissions: Option<Vec<Spanned<String>>>,
    addresses: Option<Vec<Spanned<String>>>,
}

impl KeyTable {
    /// The secret that stands in the account file itself.
    pub(super) fn inline_secret(&self) -> Option<&str> {
        self.secret_key.as_ref().map(|secret| secret.get_ref().0.as_str())
    }
}

/// The keys of an account file.
pub(super) fn keys(source: &Source<'_>, tables: Vec<Spanned<KeyTable>>) -> Result<Keys, AccountError> {
    let mut keys = Keys::default();
    for table in tables {
        let span = table.span();
        let table = table.into_inner();
        let api_key = table.api_key.get_ref().0.as_str();
        let shape = |problem| AccountProblem::KeyShape { setting: "api_key", problem };
        ApiKey::new(api_key).map_err(|e| source.error(&table.api_key.span(), shape(e.to_string())))?;
        if keys.has(api_key) {
            let name = mask(api_key);
            return Err(source.error(&span, AccountProblem::Twice { what: "key", name }));
        }
        let verifying = verifying(source, &table, &span)?;
        let (permissions, addresses) = (permissions(source, &table)?, addresses(source, &table)?);
        keys.add(api_key.to_owned(), verifying, permissions, addresses);
    }
    Ok(keys)
}

fn verifying(
    source: &Source<'_>,
    table: &KeyTable,
    span: &std::ops::Range<usize>,
) -> Result<VerifyingKey, AccountError> {
    let KeyTable { secret_key, secret_key_file, public_key, public_key_file, .. } = table;
    // Files are relative to the account file.
    let beside = |name: &Spanned<String>| source.path.parent().unwrap_or(Path::new("")).join(name.get_ref());
    match (secret_key, secret_key_file, public_key, public_key_file) {
        (Some(secret), None, None, None) => {
            hmac(source, "secret_key", secret.span(), SecretKey::new(secret.get_ref().0.as_str()))
        }
        (None, Some(file), None, None) => {
            let secret = read_secret(&beside(file), "secret key file")?;
            hmac(source, "secret_key_file", file.span(), secret)
        }
        (None, None, Some(text), None) => public(source, "public_key", text.span(), text.get_ref()),
        (None, None, None, Some(file)) => {
            let text = read_public(&beside(file), "public key file")?;
            public(source, "public_key_file", file.span(), text.expose())
        }
        (None, None, None, None) => {
            Err(source.error(span, AccountProblem::KeySources("nothing to check signatures with")))
        }
        _ => Err(source.error(span, AccountProblem::KeySources("several things to check signatures with"))),
    }
}

fn hmac(
    source: &Source<'_>,
    setting: &'static str,
    at: std::ops::Range<usize>,
    secret: SecretKey,
) -> Result<VerifyingKey, AccountError> {
    match secret.check_shape() {
        Ok(()) => Ok(VerifyingKey::Hmac(secret)),
        Err(e) => Err(source.error(&at, AccountProblem::KeyShape { setting, problem: e.to_string() })),
    }
}

fn public(
    source: &Source<'_>,
    setting: &'static str,
    at: std::ops::Range<usize>,
    text: &str,
) -> Result<VerifyingKey, AccountError> {
    match VerifyingKey::from_public_key(text) {
        None => Err(source.error(&at, AccountProblem::NoPublicKey(setting))),
        Some(VerifyingKey::Rsa(key)) if key.len() < LEAST_RSA => {
            Err(source.error(&at, AccountProblem::ShortRsaKey(setting)))
        }
        Some(key) => Ok(key),
    }
}

/// The bytes of the modulus of the shortest RSA key that the exchange takes. Source: its documentation of key types, by which they
/// have 2048 or 4096 bits.
const LEAST_RSA: usize = 2048 / 8;

/// What a key may do; everything unless it says what.
fn permissions(source: &Source<'_>, table: &KeyTable) -> Result<Permissions, AccountError> {
    let Some(names) = &table.permissions else { return Ok(Permissions::ALL) };
    let permission = |name: &Spanned<String>| {
        Permission::named(name.get_ref()).ok_or_else(|| {
            let known = Permission::ALL.map(Permission::as_str).join(", ");
            let name_shown = name.get_ref().chars().take(40).flat_map(char::escape_debug).collect();
            source.error(&name.span(), AccountProblem::Permission { name: name_shown, known })
        })
    };
    names.iter().map(permission).collect()
}

fn addresses(source: &Source<'_>, table: &KeyTable) -> Result<Vec<IpAddr>, AccountError> {
    let address = |text: &Spanned<String>| {
        text.get_ref().parse().map_err(|_| {
            let shown = text.get_ref().chars().take(40).flat_map(char::escape_debug).collect();
            source.error(&text.span(), AccountProblem::Address(shown))
        })
    };
    table.addresses.iter().flatten().map(address).collect()
}
