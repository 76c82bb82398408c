use std::fmt;
use std::path::PathBuf;

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag, with its name such as `--env`.
    Flag(&'static str),
    /// A variable of the environment, by name.
    Variable(&'static str),
    /// A setting of a profile.
    Profile {
        /// The profile's name.
        name: String,
        /// The config file.
        file: PathBuf,
        /// The line in it.
        line: usize,
    },
    /// Nobody set it.
    Default,
}

impl Origin {
    /// The flag or variable, if it was one.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Flag(name) | Self::Variable(name) => Some(name),
            Self::Profile { .. } | Self::Default => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile { name, file, line } => write!(f, "profile {name}, {}:{line}", file.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

/// Where a key, secret or passphrase stands, for the message that says what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A variable of the environment.
    Variable(&'static str),
    /// A setting of a profile.
    Setting {
        /// The setting.
        name: &'static str,
        /// The profile.
        profile: String,
        /// The config file.
        file: PathBuf,
        /// The line in it.
        line: usize,
    },
    /// The content of a file of its own.
    File(PathBuf),
    /// What a command printed.
    Output {
        /// The setting that holds the command.
        name: &'static str,
        /// The profile.
        profile: String,
    },
    /// Typed in at a question.
    Typed,
    /// Built into the program.
    Practice,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::Setting { name, profile, file, line } => {
                write!(f, "{}:{line}: `{name}` of profile {profile}", file.display())
            }
            Self::File(path) => write!(f, "the content of {}", path.display()),
            Self::Output { name, profile } => {
                write!(f, "what the `{name}` of profile {profile} printed")
            }
            Self::Typed => f.write_str("what was typed in"),
            Self::Practice => f.write_str("the practice key"),
        }
    }
}
