use std::path::{Path, PathBuf};

use super::{BaseUrlError, CommandProblem, FileProblem, Place, TimeoutError, UrlRefusal};
use crate::catalogue::{Environment, UnknownEnvironment};
use crate::signing::{KeyShapeError, Masker, PrivateKeyError, RecvWindowError};
use crate::text::{quoted, shown};

/// Why settings or credentials cannot be had. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be used; `what` says what it is for.
    #[error("the {what} {path} {reason}", path = path.display(), reason = problem.explain(path))]
    File {
        /// What the file is for, such as "config file".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: FileProblem,
    },
    /// The config file that a flag or variable names is not there.
    #[error("{origin} names the config file {path}, which does not exist; write it with `bnq config init`, or correct the name", path = Masker::new().apply(&path.display().to_string()))]
    NoConfigFile {
        /// The file.
        path: PathBuf,
        /// The flag or variable that names it.
        origin: &'static str,
    },
    /// The system names no folder for config files.
    #[error("there is no folder for config files, as HOME is not set; name a file by --config or BNQ_CONFIG")]
    NoConfigFolder,
    /// The config file is no TOML.
    #[error("{file}:{line}: {message}; mend that line", file = file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
        /// What the TOML parser says.
        message: String,
    },
    /// A setting of the config file is unknown or wrong.
    #[error("{file}:{line}: {}`{name}` {problem}", profile.as_ref().map(|p| format!("profile {p}: ")).unwrap_or_default(), file = file.display())]
    Setting {
        /// The file.
        file: PathBuf,
        /// The line.
        line: usize,
        /// The profile, unless it stands outside of one.
        profile: Option<String>,
        /// The setting.
        name: String,
        /// What is wrong.
        problem: SettingProblem,
    },
    /// A variable of the environment has a value that it cannot have.
    #[error("{name} {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong.
        problem: SettingProblem,
    },
    /// The base URL that a flag gives is none.
    #[error("{flag} {problem}")]
    BaseUrlFlag {
        /// The flag.
        flag: &'static str,
        /// What is wrong.
        problem: BaseUrlError,
    },
    /// No such profile.
    #[error("{origin} names profile {}, but {}", shown(name), missing_profile(file.as_ref(), known))]
    NoSuchProfile {
        /// The name.
        name: String,
        /// The flag or variable that asks for it.
        origin: &'static str,
        /// The config file, if there is one.
        file: Option<PathBuf>,
        /// The profiles that exist.
        known: Vec<String>,
    },
    /// The environment asked for is not the profile's.
    #[error(
        "{origin} asks for {asked}, but profile {profile} (chosen by {chosen_by}) is for {environment}, and a key goes nowhere else; {}",
        other_profile(others, *environment)
    )]
    EnvironmentMismatch {
        /// The environment asked for.
        asked: Environment,
        /// The flag or variable that asks for it.
        origin: &'static str,
        /// The profile.
        profile: String,
        /// Who chose the profile: a flag, a variable or `default_profile`.
        chosen_by: &'static str,
        /// The profile's environment.
        environment: Environment,
        /// Profiles for the environment asked for.
        others: Vec<String>,
    },
    /// Half of the credentials are in the environment.
    #[error("{present} is set, but {missing}; set both, or neither to use a profile of the config file")]
    HalfSet {
        /// A variable that is set.
        present: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// Two variables give different secrets.
    #[error(
        "{first} and {second} are both set and differ; unset the one that does not belong to BINANCE_API_KEY"
    )]
    SecretsDiffer {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A profile lacks what signing needs.
    #[error("{file}:{line}: profile {profile} has no {missing}; add it to the file, or write the profile anew with `bnq config init`", file = file.display())]
    ProfileLacks {
        /// The config file.
        file: PathBuf,
        /// Where the profile begins.
        line: usize,
        /// The profile.
        profile: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// A key, secret or passphrase cannot be right.
    #[error("{place} {problem}")]
    KeyShape {
        /// Where it stands.
        place: Place,
        /// What is wrong.
        problem: KeyShapeError,
    },
    /// A private key stands where an HMAC secret belongs.
    #[error(
        "{place} is a private key in PEM, not an HMAC secret; put it in a file and name that file by `private_key_file` or BINANCE_PRIVATE_KEY_FILE"
    )]
    PemAsSecret {
        /// Where it stands.
        place: Place,
    },
    /// An HMAC secret stands where a private key belongs.
    #[error("the private key file {path} holds an HMAC secret key, not PEM; name it by `secret_key_file` instead", path = path.display())]
    SecretAsPem {
        /// The file.
        path: PathBuf,
    },
    /// A private key cannot be used.
    #[error("the private key file {path} {problem}", path = path.display())]
    PrivateKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: PrivateKeyError,
    },
    /// The API key stands in both places.
    #[error(
        "{place} and the API key are equal; the exchange shows the secret key beside it, once, when the key is made"
    )]
    KeyIsSecret {
        /// Where the secret belongs.
        place: Place,
    },
    /// A command gave no secret.
    #[error("the `{setting}` of profile {profile}, `{program}`, {problem}")]
    Command {
        /// The setting.
        setting: &'static str,
        /// The profile.
        profile: String,
        /// The program, without its arguments.
        program: String,
        /// What went wrong.
        problem: CommandProblem,
    },
    /// No source has credentials; what each of them says, in their order.
    #[error(
        "no credentials: {}. Write a profile with `bnq config init`, or practise without a key by `--env local`",
        tried.join("; ")
    )]
    NoCredentials {
        /// Why each source gave none.
        tried: Vec<String>,
    },
    /// A request may not go to this base URL.
    #[error("{url} is refused: {why}")]
    UrlRefused {
        /// The base URL.
        url: String,
        /// Why.
        why: UrlRefusal,
    },
    /// The system gives no random numbers, so a key that needs them cannot sign.
    #[error("profile {profile}: {problem}")]
    CannotSign {
        /// The profile.
        profile: String,
        /// What is wrong.
        problem: crate::signing::SigningError,
    },
    /// The name cannot be a profile's.
    #[error("{} cannot be the name of a profile; use letters, digits, `-` and `_`", quoted(.0))]
    ProfileName(String),
    /// A path that no config file can name.
    #[error("{} is not UTF-8, so the config file cannot name it; move the file, or link to it", .0.display())]
    NotUtf8Path(PathBuf),
    /// The profile is there already.
    #[error("{file} has a profile {profile} already, and it is left as it is; choose another name, or ask for it to be replaced", file = file.display())]
    ProfileExists {
        /// The config file.
        file: PathBuf,
        /// The profile.
        profile: String,
    },
    /// A link stands where a file is to be written.
    #[error(
        "{link} is a symbolic link to {target}, and nothing is written through a link; {fix}",
        link = link.display(),
        target = target.display(),
        fix = beside_link(target)
    )]
    WriteLink {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file cannot be written.
    #[error("{path} cannot be written: {problem}; see to its folder's permissions and space, or name another file by --config", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: std::io::Error,
    },
}

impl ConfigError {
    /// Whether the command line itself is wrong (exit code 2) rather than settings or credentials (exit code 3).
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UrlRefused { why: UrlRefusal::NotLoopback { asked_by: Some(_) }, .. })
    }
}

/// What is wrong with a setting's value or name.
#[derive(Debug, thiserror::Error)]
pub enum SettingProblem {
    /// No such setting.
    #[error("is no setting; {}", suggestion(*nearest, known))]
    Unknown {
        /// The setting that is spelt most like it.
        nearest: Option<&'static str>,
        /// All there are.
        known: &'static [&'static str],
    },
    /// A value of the wrong type.
    #[error("is {found}; write {expected}")]
    Type {
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// Nothing in it.
    #[error("is set but empty; give it a value, or unset it")]
    Empty,
    /// A variable that is no text.
    #[error("is not UTF-8 text; set it anew")]
    NotText,
    /// Two settings for one thing.
    #[error("stands beside `{0}`; a profile has one of them, so remove the other")]
    Conflict(&'static str),
    /// A path from `~/`, and no home folder.
    #[error("begins with `~/`, but the home folder is not known; write the whole path")]
    NoHome,
    /// A default that does not exist.
    #[error("names a profile that the file does not have; {}", known_profiles(known))]
    NoSuchProfile {
        /// The profiles there are.
        known: Vec<String>,
    },
    /// A profile's name that would garble a terminal.
    #[error("is no name for a profile; use letters, digits, `-` and `_`")]
    Name,
    /// A secret where something else belongs, by the look of it.
    #[error(
        "holds what could be a secret, so it is not shown; a secret belongs in `secret_key`, and a file that is named like one is written `./name`"
    )]
    CouldBeSecret,
    /// No environment.
    #[error("is wrong: {0}")]
    Environment(#[from] UnknownEnvironment),
    /// No `recvWindow`.
    #[error("is wrong: {0}")]
    RecvWindow(#[from] RecvWindowError),
    /// No timeout.
    #[error("is wrong: {0}")]
    Timeout(#[from] TimeoutError),
    /// No base URL.
    #[error("{0}")]
    BaseUrl(#[from] BaseUrlError),
}

/// The file that a link leads to can be named itself, where it is one.
fn beside_link(target: &Path) -> String {
    if target.is_file() {
        return format!(
            "name the file itself by --config {}, or replace the link by the file",
            target.display()
        );
    }
    "remove the link, or name another file by --config".to_owned()
}

fn suggestion(nearest: Option<&str>, known: &[&str]) -> String {
    nearest.map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean `{n}`?"))
}

fn known_profiles(known: &[String]) -> String {
    match known {
        [] => "it has none; write one with `bnq config init`".to_owned(),
        _ => format!("it has {}", known.join(", ")),
    }
}

fn missing_profile(file: Option<&PathBuf>, known: &[String]) -> String {
    match file {
        None => "there is no config file; write one with `bnq config init`".to_owned(),
        Some(file) => format!("{} does not have it; {}", file.display(), known_profiles(known)),
    }
}

fn other_profile(others: &[String], environment: Environment) -> String {
    match others.first() {
        Some(other) => format!("use --profile {other}"),
        None => format!("write --env {environment}, or choose another profile by --profile"),
    }
}
