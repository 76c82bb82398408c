//! Tests of the whole layer, in a folder of their own and with made-up environments.

mod credentials;
mod file;
mod init;
mod permission;
mod settings;

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;

/// A key pair of the right shape, made up.
pub(super) const KEY: &str = "KEYkeyKEYkeyKEYkeyKEYkeyKEYkeyKEYkeyKEYkeyKEYkeyKEYkeyKEYkeyABCD";
pub(super) const SECRET: &str = "SECRETsecretSECRETsecretSECRETsecretSECRETsecretSECRETsecretWXYZ";

/// A config folder, a home folder, and an environment.
pub(super) struct World {
    folder: tempfile::TempDir,
    pub(super) variables: Vec<(&'static str, &'static str)>,
    pub(super) flags: Flags,
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("config/bnq")).unwrap();
        fs::create_dir_all(folder.path().join("home")).unwrap();
        Self { folder, variables: Vec::new(), flags: Flags::default() }
    }

    /// One with a config file.
    pub(super) fn with_config(text: &str) -> Self {
        let world = Self::new();
        world.write("config/bnq/config.toml", text);
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.path("config/bnq/config.toml")
    }

    /// Writes a file with mode 0600.
    pub(super) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        self.chmod(name, 0o600);
        path
    }

    pub(super) fn chmod(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs `job` with the inputs that this world makes.
    pub(super) fn with_inputs<T>(&self, job: impl Fn(&Inputs) -> T) -> T {
        let variable = |name: &str| {
            self.variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value))
        };
        job(&Inputs {
            flags: self.flags.clone(),
            variable: &variable,
            home: Some(self.path("home")),
            config_folder: Some(self.path("config")),
        })
    }

    pub(super) fn settings(&self) -> Result<Settings, ConfigError> {
        self.with_inputs(Settings::resolve)
    }

    pub(super) fn credentials(&self) -> Result<Credentials, ConfigError> {
        self.with_inputs(|inputs| Settings::resolve(inputs)?.credentials(inputs, &|_| None))
    }

    /// The message of the error that loading credentials ends in, without this world's folder and without a secret.
    pub(super) fn refusal(&self) -> String {
        self.message(&self.credentials().expect_err("credentials were found"))
    }

    pub(super) fn message(&self, error: &ConfigError) -> String {
        let text = error.to_string();
        for secret in [&SECRET[SECRET.len() - 4..], &SECRET[..10]] {
            assert!(!text.contains(secret) && !format!("{error:?}").contains(secret), "{text}");
        }
        text.replace(&self.folder.path().display().to_string(), "")
    }
}

/// A profile that works, with more settings after it.
pub(super) fn main_profile(more: &str) -> String {
    format!("[profiles.main]\napi_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\n{more}\n")
}

/// The private keys made for the tests, as PEM, and their passphrase.
pub(super) fn pem(name: &str, encrypted: bool) -> String {
    let all: Value = serde_json::from_str(include_str!("../../../data/vectors.json")).unwrap();
    let (label, field) = if encrypted {
        ("ENCRYPTED PRIVATE KEY", "private_pkcs8_encrypted_der")
    } else {
        ("PRIVATE KEY", "private_pkcs8_der")
    };
    let der = all["keys"][name][field].as_str().unwrap();
    assert!(STANDARD.decode(der).is_ok());
    format!("-----BEGIN {label}-----\n{der}\n-----END {label}-----\n")
}

pub(super) const PASSPHRASE: &str = "practice-only";

#[test]
fn the_practice_pair_is_the_published_one() {
    let all: Value = serde_json::from_str(include_str!("../../../data/vectors.json")).unwrap();
    assert_eq!(
        (all["api_key"].as_str(), all["secret_key"].as_str(), all["passphrase"].as_str()),
        (Some(PRACTICE_API_KEY), Some(PRACTICE_SECRET_KEY), Some(PASSPHRASE))
    );
    assert!(Credentials::practice().unwrap().is_practice());
}
