use std::fmt;
use std::path::Path;

use super::parse::{could_be_secret, resolve};
use super::profile::{ApiKeySource, PassphraseSource, Profile, SecretSource};
use super::secret_file::{check_passphrase, read_public, read_secret};
use super::source::{API_KEY, PRIVATE_KEY_FILE, SECRETS};
use super::{ConfigError, Inputs, Place, SettingProblem, command};
use crate::signing::{ApiKey, PrivateKeyError, SecretKey, SigningKey};

/// The API key of the practice account.
/// Source: Spot REST documentation, "Signed endpoint examples", the key printed there.
pub const PRACTICE_API_KEY: &str = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";

/// The secret key of the practice account; published, so it protects nothing. Source: as [`PRACTICE_API_KEY`].
pub const PRACTICE_SECRET_KEY: &str = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";

/// An API key and what signs for it.
#[derive(Debug)]
pub struct Credentials {
    /// The value of the `X-MBX-APIKEY` header.
    pub api_key: ApiKey,
    /// The secret key or private key.
    pub key: SigningKey,
    /// Where both came from.
    pub source: KeySource,
}

/// The one source that gave key and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The pair published in the exchange's documentation.
    Practice {
        /// A profile that `--profile` names and that is not used, being for another environment.
        ignored_profile: Option<String>,
    },
    /// A profile of the config file.
    Profile {
        /// Its name.
        name: String,
        /// Who chose it: a flag, a variable or `default_profile`.
        chosen_by: &'static str,
    },
    /// Variables of the environment.
    Variables {
        /// The variable that the secret came from.
        secret: &'static str,
    },
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Practice { ignored_profile: None } => f.write_str("the practice key pair"),
            Self::Practice { ignored_profile: Some(name) } => {
                write!(f, "the practice key pair (profile {name} is not for local, so it is not used)")
            }
            Self::Profile { name, chosen_by } => write!(f, "profile {name} ({chosen_by})"),
            Self::Variables { secret } => write!(f, "{API_KEY} and {secret}"),
        }
    }
}

/// Asks for the passphrase of the private key in the file; `None` if nobody can be asked.
pub(super) type AskPassphrase<'a> = &'a dyn Fn(&Path) -> Option<SecretKey>;

impl Credentials {
    /// The practice account's pair.
    ///
    /// # Errors
    /// None in practice: the pair has the shape of one.
    pub fn practice() -> Result<Self, ConfigError> {
        Self::practice_instead_of(None)
    }

    pub(super) fn practice_instead_of(ignored_profile: Option<String>) -> Result<Self, ConfigError> {
        let api_key = api_key(&SecretKey::new(PRACTICE_API_KEY), Place::Practice)?;
        let key = SigningKey::Hmac(SecretKey::new(PRACTICE_SECRET_KEY));
        Ok(Self { api_key, key, source: KeySource::Practice { ignored_profile } })
    }

    /// Whether this is the practice account's pair, wherever it came from.
    pub fn is_practice(&self) -> bool {
        let SigningKey::Hmac(secret) = &self.key else { return false };
        self.api_key.expose() == PRACTICE_API_KEY && *secret == SecretKey::new(PRACTICE_SECRET_KEY)
    }

    /// Loads what a profile names.
    pub(super) fn of_profile(
        profile: &Profile,
        chosen_by: &'static str,
        ask: AskPassphrase,
    ) -> Result<Self, ConfigError> {
        profile.check_trust()?;
        let api_key = profile_api_key(profile)?;
        let key = profile_key(profile, &api_key, ask)?;
        Ok(Self { api_key, key, source: KeySource::Profile { name: profile.name.clone(), chosen_by } })
    }

    /// Takes what the environment's variables hold.
    pub(super) fn of_variables(inputs: &Inputs, ask: AskPassphrase) -> Result<Self, ConfigError> {
        let text = |name| Ok::<_, ConfigError>(inputs.text(name)?.map(SecretKey::new));
        let mut secrets = Vec::new();
        for name in SECRETS {
            secrets.extend(text(name)?.map(|value| (name, value)));
        }
        let mut secrets = secrets.into_iter();
        let (api_key_text, first) = (text(API_KEY)?, secrets.next());
        let Some(api_key_text) = api_key_text else {
            let present = first.map_or(API_KEY, |(name, _)| name);
            return Err(ConfigError::HalfSet { present, missing: "BINANCE_API_KEY is not" });
        };
        let Some((name, secret)) = first else {
            let missing = "none of BINANCE_SECRET_KEY, BINANCE_API_SECRET and BINANCE_PRIVATE_KEY_FILE is";
            return Err(ConfigError::HalfSet { present: API_KEY, missing });
        };
        if let Some((second, _)) =
            secrets.find(|(other, value)| *other == PRIVATE_KEY_FILE || *value != secret)
        {
            return Err(ConfigError::SecretsDiffer { first: name, second });
        }
        let api_key = api_key(&api_key_text, Place::Variable(API_KEY))?;
        let key = if name == PRIVATE_KEY_FILE {
            if could_be_secret(secret.expose()) {
                return Err(ConfigError::Variable { name, problem: SettingProblem::CouldBeSecret });
            }
            let problem = SettingProblem::NoHome;
            let path = resolve(secret.expose(), Path::new(""), inputs.home.as_deref());
            private_key(&path.ok_or(ConfigError::Variable { name, problem })?, || Ok(None), ask)?
        } else {
            hmac_key(secret, &api_key, Place::Variable(name))?
        };
        Ok(Self { api_key, key, source: KeySource::Variables { secret: name } })
    }
}

fn profile_api_key(profile: &Profile) -> Result<ApiKey, ConfigError> {
    let source = profile.api_key.as_ref().ok_or_else(|| profile.lacks("`api_key`"))?;
    match &source.value {
        ApiKeySource::Inline(text) => api_key(text, profile.place("api_key", source.line)),
        ApiKeySource::File(path) => read_api_key(path),
    }
}

fn profile_key(profile: &Profile, api_key: &ApiKey, ask: AskPassphrase) -> Result<SigningKey, ConfigError> {
    let source = profile.secret.as_ref().ok_or_else(|| {
        profile.lacks(
            "secret: one of `secret_key_file`, `secret_key_command`, `private_key_file` and `secret_key`",
        )
    })?;
    match &source.value {
        SecretSource::Inline(secret) => {
            hmac_key(secret.clone(), api_key, profile.place("secret_key", source.line))
        }
        SecretSource::File(path) => secret_key_in(path, api_key),
        SecretSource::Command(words) => {
            let (secret, place) = printed(profile, "secret_key_command", words)?;
            hmac_key(secret, api_key, place)
        }
        SecretSource::PrivateKey(path) => private_key(path, || passphrase(profile), ask),
    }
}

/// The passphrase that a profile's settings lead to; `None` if they say nothing of one.
fn passphrase(profile: &Profile) -> Result<Option<SecretKey>, ConfigError> {
    let Some(source) = &profile.passphrase else { return Ok(None) };
    let (passphrase, place) = match &source.value {
        PassphraseSource::File(path) => (read_secret(path, "passphrase file")?, Place::File(path.clone())),
        PassphraseSource::Command(words) => printed(profile, "passphrase_command", words)?,
    };
    check_passphrase(&passphrase).map_err(|problem| ConfigError::KeyShape { place, problem })?;
    Ok(Some(passphrase))
}

/// Runs one of a profile's commands.
fn printed(
    profile: &Profile,
    setting: &'static str,
    words: &[String],
) -> Result<(SecretKey, Place), ConfigError> {
    let place = Place::Output { name: setting, profile: profile.name.clone() };
    let failed = |problem| {
        let program = words.first().cloned().unwrap_or_default();
        ConfigError::Command { setting, profile: profile.name.clone(), program, problem }
    };
    command::run(words).map(|secret| (secret, place)).map_err(failed)
}

/// Reads an API key from a file of its own. It is no secret, so the file may be open to others.
///
/// # Errors
/// [`ConfigError`] if the file cannot be read, or does not hold a key and at most one line end.
pub fn read_api_key(path: &Path) -> Result<ApiKey, ConfigError> {
    api_key(&read_public(path, "API key file")?, Place::File(path.to_owned()))
}

/// Reads the HMAC secret key in a file of its own.
pub(super) fn secret_key_in(path: &Path, api_key: &ApiKey) -> Result<SigningKey, ConfigError> {
    hmac_key(read_secret(path, "secret key file")?, api_key, Place::File(path.to_owned()))
}

fn api_key(text: &SecretKey, place: Place) -> Result<ApiKey, ConfigError> {
    ApiKey::new(text.expose()).map_err(|problem| ConfigError::KeyShape { place, problem })
}

/// Takes an HMAC secret key that has the shape of one and is not the API key again.
pub(super) fn hmac_key(secret: SecretKey, api_key: &ApiKey, place: Place) -> Result<SigningKey, ConfigError> {
    if secret.expose().contains("-----BEGIN ") {
        return Err(ConfigError::PemAsSecret { place });
    }
    if let Err(problem) = secret.check_shape() {
        return Err(ConfigError::KeyShape { place, problem });
    }
    if secret == SecretKey::new(api_key.expose()) {
        return Err(ConfigError::KeyIsSecret { place });
    }
    Ok(SigningKey::Hmac(secret))
}

/// Reads a private key. A passphrase is looked for only once the key turns out to be encrypted: in the settings, then
/// by asking.
pub(super) fn private_key(
    path: &Path,
    configured: impl FnOnce() -> Result<Option<SecretKey>, ConfigError>,
    ask: AskPassphrase,
) -> Result<SigningKey, ConfigError> {
    let pem = read_secret(path, "private key file")?;
    let failed = |problem| match problem {
        PrivateKeyError::NotPem if pem.check_shape().is_ok() => {
            ConfigError::SecretAsPem { path: path.to_owned() }
        }
        problem => ConfigError::PrivateKey { path: path.to_owned(), problem },
    };
    match SigningKey::from_pem(&pem, None) {
        Err(PrivateKeyError::PassphraseNeeded) => {}
        other => return other.map_err(failed),
    }
    let passphrase = configured()?.or_else(|| ask(path));
    SigningKey::from_pem(&pem, passphrase.as_ref()).map_err(failed)
}
