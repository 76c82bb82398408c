use super::profile::Profile;
use super::{ConfigError, ConfigFile, ConfigPath, Inputs, Origin, Setting};
use crate::catalogue::Environment;

/// The variable that holds the API key.
pub(super) const API_KEY: &str = "BINANCE_API_KEY";
/// The variable that names a private key's file.
pub(super) const PRIVATE_KEY_FILE: &str = "BINANCE_PRIVATE_KEY_FILE";
/// The variables of which one gives the secret.
pub(super) const SECRETS: [&str; 3] = ["BINANCE_SECRET_KEY", "BINANCE_API_SECRET", PRIVATE_KEY_FILE];

/// What one source gives: key, secret and environment together. Nothing has been opened yet.
#[derive(Debug)]
pub(super) enum Source {
    /// The pair of the exchange's documentation. With the profile that `--profile` names in vain.
    Practice { ignored_profile: Option<String> },
    /// A profile, and who chose it.
    Profile { profile: Box<Profile>, chosen_by: &'static str },
    /// The variables of the environment.
    Variables,
    /// Nothing; with why, for each source in order.
    Nothing(Vec<String>),
}

impl Source {
    /// Chooses the source, and with it the environment.
    pub(super) fn choose(inputs: &Inputs) -> Result<(Self, Setting<Environment>), ConfigError> {
        let wish = environment_wish(inputs)?;
        let practise = wish.as_ref().filter(|w| w.value == Environment::Local);
        if let (Some(wish), None) = (practise, &inputs.flags.profile) {
            // A file that is named is still checked, but a newcomer's broken one does not keep him from practising.
            if inputs.flags.config.is_some() {
                ConfigPath::locate(inputs)?.load(inputs.home.as_deref())?;
            }
            return Ok((Self::Practice { ignored_profile: None }, wish.clone()));
        }
        let location = match ConfigPath::locate(inputs) {
            Err(ConfigError::NoConfigFolder) => None,
            located => Some(located?),
        };
        let file = location.as_ref().map(|l| l.load(inputs.home.as_deref())).transpose()?.flatten();
        if let Some((name, origin)) = named_profile(inputs)? {
            let profile = find(name, origin, file.as_ref())?;
            return match practise {
                Some(wish) if profile.env.value != Environment::Local => {
                    Ok((Self::Practice { ignored_profile: Some(profile.name.clone()) }, wish.clone()))
                }
                _ => of_profile(&profile, origin, wish, file.as_ref()),
            };
        }
        // One that is empty is set: whoever set it meant a key, and not the default profile's.
        if inputs.is_set(API_KEY) || SECRETS.iter().any(|name| inputs.is_set(name)) {
            return Ok((Self::Variables, wish.unwrap_or_else(live)));
        }
        let default = file.as_ref().and_then(|f| f.profile(f.default_profile()?));
        if let Some(profile) = default {
            return of_profile(profile, "default_profile", wish, file.as_ref());
        }
        let tried = tried(location.as_ref(), file.as_ref());
        Ok((Self::Nothing(tried), wish.unwrap_or_else(live)))
    }

    pub(super) fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Profile { profile, .. } => Some(profile),
            Self::Practice { .. } | Self::Variables | Self::Nothing(_) => None,
        }
    }
}

fn live() -> Setting<Environment> {
    Setting { value: Environment::Live, origin: Origin::Default }
}

/// The environment that `--env` or `BNQ_ENV` asks for.
fn environment_wish(inputs: &Inputs) -> Result<Option<Setting<Environment>>, ConfigError> {
    if let Some(value) = inputs.flags.env {
        return Ok(Some(Setting { value, origin: Origin::Flag("--env") }));
    }
    let value = inputs.parsed("BNQ_ENV", str::parse::<Environment>)?;
    Ok(value.map(|value| Setting { value, origin: Origin::Variable("BNQ_ENV") }))
}

/// The profile that `--profile` or `BNQ_PROFILE` names, and which of them does.
fn named_profile(inputs: &Inputs) -> Result<Option<(String, &'static str)>, ConfigError> {
    if let Some(name) = &inputs.flags.profile {
        return Ok(Some((name.clone(), "--profile")));
    }
    Ok(inputs.text("BNQ_PROFILE")?.map(|name| (name, "BNQ_PROFILE")))
}

fn find(name: String, origin: &'static str, file: Option<&ConfigFile>) -> Result<Profile, ConfigError> {
    file.and_then(|f| f.profile(&name)).cloned().ok_or_else(|| ConfigError::NoSuchProfile {
        name,
        origin,
        file: file.map(|f| f.path.clone()),
        known: file.map(ConfigFile::profile_names).unwrap_or_default(),
    })
}

/// A profile's environment is part of it: naming another one is refused.
fn of_profile(
    profile: &Profile,
    chosen_by: &'static str,
    wish: Option<Setting<Environment>>,
    file: Option<&ConfigFile>,
) -> Result<(Source, Setting<Environment>), ConfigError> {
    let environment = profile.env.value;
    if let Some(wish) = wish.filter(|w| w.value != environment) {
        let fits = |p: &&Profile| p.env.value == wish.value;
        let others = file.map(|f| f.profiles.iter().filter(fits).map(|p| p.name.clone()).collect());
        return Err(ConfigError::EnvironmentMismatch {
            asked: wish.value,
            origin: wish.origin.name().unwrap_or("--env"),
            profile: profile.name.clone(),
            chosen_by,
            environment,
            others: others.unwrap_or_default(),
        });
    }
    let setting = Setting { value: environment, origin: profile.origin(profile.env.line) };
    Ok((Source::Profile { profile: Box::new(profile.clone()), chosen_by }, setting))
}

/// Why each source gave nothing, in the order in which they are asked.
fn tried(path: Option<&ConfigPath>, file: Option<&ConfigFile>) -> Vec<String> {
    let file = match (path, file) {
        (None, _) => "there is no folder for a config file".to_owned(),
        (Some(path), None) => format!("{} does not exist", path.path.display()),
        (_, Some(file)) => {
            let path = file.path.display();
            match file.profile_names().as_slice() {
                [] => format!("{path} has no profile"),
                names => format!("{path} has no default_profile (its profiles: {})", names.join(", ")),
            }
        }
    };
    let unset = ["--profile is not given", "BNQ_PROFILE is not set", "BINANCE_API_KEY is not set"];
    unset.into_iter().map(str::to_owned).chain([file]).collect()
}
