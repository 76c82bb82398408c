//! Profiles and credentials, and where each value came from.
//!
//! [`Inputs`] holds what the command line and the environment say; nothing here reads either, or prints. From it
//! [`Settings::resolve`] finds the environment and all settings without opening a secret, so that a public request works
//! with a broken key; [`Settings::credentials`] then loads the key, and [`Settings::permit`] says where it may go.

mod base_url;
mod command;
mod credentials;
mod error;
mod file;
mod init;
mod inputs;
mod origin;
mod parse;
mod permission;
mod profile;
mod secret_file;
mod settings;
mod show;
mod source;
mod write;

pub use base_url::{BaseUrl, BaseUrlError};
pub use command::CommandProblem;
pub use credentials::{Credentials, KeySource, PRACTICE_API_KEY, PRACTICE_SECRET_KEY, read_api_key};
pub use error::{ConfigError, SettingProblem};
pub use file::{ConfigFile, ConfigPath};
pub use init::{Existing, NewProfile, NewSecret, add_profile};
pub use inputs::{Flags, Inputs, VARIABLES, Variable};
pub use origin::{Origin, Place, Setting};
pub use permission::UrlRefusal;
pub use profile::{TimeoutError, parse_timeout};
pub use secret_file::{FileProblem, OpenedFile, check_trusted, read_public, read_secret};
pub use settings::Settings;
pub use show::{ProfileCheck, Shown, check, check_profile, check_variables, show};

#[cfg(test)]
mod tests;
