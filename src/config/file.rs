use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::parse::{Parsed, parse};
use super::profile::{Located, Profile};
use super::secret_file::OpenedFile;
use super::{ConfigError, FileProblem, Inputs, Origin};

/// Where the config file is, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPath {
    /// The file; it need not exist.
    pub path: PathBuf,
    /// `--config`, `BNQ_CONFIG` or the default.
    pub origin: Origin,
}

impl ConfigPath {
    /// The first of `--config`, `BNQ_CONFIG` and `bnq/config.toml` in the platform's config folder.
    ///
    /// # Errors
    /// [`ConfigError::Variable`] if `BNQ_CONFIG` is empty, [`ConfigError::NoConfigFolder`] if nothing names a place.
    pub fn locate(inputs: &Inputs) -> Result<Self, ConfigError> {
        if let Some(path) = &inputs.flags.config {
            return Ok(Self { path: path.clone(), origin: Origin::Flag("--config") });
        }
        if let Some(path) = inputs.text("BNQ_CONFIG")? {
            return Ok(Self { path: PathBuf::from(path), origin: Origin::Variable("BNQ_CONFIG") });
        }
        let folder = inputs.config_folder.as_ref().ok_or(ConfigError::NoConfigFolder)?;
        Ok(Self { path: folder.join("bnq").join("config.toml"), origin: Origin::Default })
    }

    /// Reads the file; `None` if it does not exist and nobody named it.
    ///
    /// # Errors
    /// What is wrong with the file, with the line. A secret's file is not opened.
    pub fn load(&self, home: Option<&Path>) -> Result<Option<ConfigFile>, ConfigError> {
        match ConfigFile::load(&self.path, home) {
            Err(ConfigError::File { problem: FileProblem::Io(std::io::ErrorKind::NotFound), .. }) => {
                let Some(origin) = self.origin.name() else { return Ok(None) };
                Err(ConfigError::NoConfigFile { path: self.path.clone(), origin })
            }
            other => other.map(Some),
        }
    }
}

/// A config file whose settings are all known and well formed.
#[derive(Debug)]
pub struct ConfigFile {
    pub(super) path: PathBuf,
    pub(super) default_profile: Option<Located<String>>,
    pub(super) profiles: Vec<Profile>,
    mode: u32,
}

impl ConfigFile {
    /// Reads a config file. `home` stands for `~` in its paths. A secret's file is not opened, and whether the config file
    /// itself is open to others matters only once a key is asked for.
    ///
    /// # Errors
    /// [`ConfigError`] with the file and the line.
    pub fn load(path: &Path, home: Option<&Path>) -> Result<Self, ConfigError> {
        let opened = open(path)?;
        let Parsed { default_profile, mut profiles } = parse(text_of(&opened, path)?, path, home)?;
        let keys_inside = profiles.iter().any(Profile::holds_key);
        let trust = if keys_inside { opened.check_private() } else { opened.check_trusted() };
        for profile in &mut profiles {
            profile.trust.clone_from(&trust);
        }
        Ok(Self { path: path.to_owned(), default_profile, profiles, mode: opened.mode() })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bits of its mode that say who may do what.
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// Refuses a file that others could have changed, or read where keys stand in it. One without profiles says nothing
    /// that matters.
    ///
    /// # Errors
    /// [`ConfigError::File`].
    pub fn check_trust(&self) -> Result<(), ConfigError> {
        self.profiles.first().map_or(Ok(()), Profile::check_trust)
    }

    /// The setting of a profile whose command has to be run before its key can be used.
    pub fn command_setting(&self, profile: &str) -> Option<&'static str> {
        self.profile(profile).and_then(Profile::command_setting)
    }

    /// The names of its profiles, in the order of the file.
    pub fn profile_names(&self) -> Vec<String> {
        self.profiles.iter().map(|p| p.name.clone()).collect()
    }

    /// The profile that is used when nothing names one.
    pub fn default_profile(&self) -> Option<&str> {
        self.default_profile.as_ref().map(|d| d.value.as_str())
    }

    pub(super) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.name == name)
    }
}

/// The text of the config file, to be edited.
pub(super) fn read_text(path: &Path) -> Result<Zeroizing<String>, ConfigError> {
    let opened = open(path)?;
    Ok(Zeroizing::new(text_of(&opened, path)?.to_owned()))
}

fn open(path: &Path) -> Result<OpenedFile, ConfigError> {
    OpenedFile::config(path).map_err(|problem| failed(path, problem))
}

fn text_of<'a>(opened: &'a OpenedFile, path: &Path) -> Result<&'a str, ConfigError> {
    opened.text().map_err(|problem| failed(path, problem))
}

fn failed(path: &Path, problem: FileProblem) -> ConfigError {
    ConfigError::File { what: "config file", path: path.to_owned(), problem }
}

impl Profile {
    /// Refuses a config file that others could have changed, or read where keys stand in it.
    pub(super) fn check_trust(&self) -> Result<(), ConfigError> {
        self.trust.clone().map_err(|problem| failed(&self.file, problem))
    }
}
