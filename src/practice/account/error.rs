use std::path::PathBuf;

use crate::config::ConfigError;

/// Why there is no account. Never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The file, or one that it names, cannot be used.
    #[error(transparent)]
    File(#[from] ConfigError),
    /// What the file says cannot be.
    #[error("{}:{line}: {problem}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// What is wrong.
        problem: AccountProblem,
    },
}

/// What is wrong with a line of an account file, and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// It is no TOML, or a setting is unknown, missing or of another type; with what the reader says.
    #[error("{0}; `data/practice/account.example.toml` shows every setting")]
    Toml(String),
    /// A name stands in the file twice.
    #[error("there is a {what} {name} already; give each once")]
    Twice {
        /// What it names.
        what: &'static str,
        /// The name; of a key its ends.
        name: String,
    },
    /// A name has characters that it cannot have.
    #[error(
        "`{setting}` is no name that the exchange has: {name}; write up to 50 letters (upper case), digits, `_`, `-` and `.`"
    )]
    Name {
        /// The setting.
        setting: &'static str,
        /// The name.
        name: String,
    },
    /// Base and quote are the same asset.
    #[error("base and quote are both {0}; name two assets")]
    SameAsset(String),
    /// A value has to be larger than zero.
    #[error("`{0}` has to be larger than zero")]
    Zero(&'static str),
    /// A value is no multiple of another one.
    #[error("`{setting}` {value} is no multiple of `{of}` {step}; write one, such as {nearest}")]
    NoMultiple {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
        /// The setting that it has to be a multiple of.
        of: &'static str,
        /// That one's value.
        step: String,
        /// A value that would do.
        nearest: String,
    },
    /// A price times a quantity would have more than eight decimals.
    #[error(
        "`tick_size` {tick} and `step_size` {step} have more than eight decimals together, and a price times a quantity could not be exact; write larger ones"
    )]
    TooFine {
        /// The tick.
        tick: String,
        /// The step.
        step: String,
    },
    /// A bound lies beyond the one on the other side.
    #[error("`{low}` {low_value} is larger than `{high}` {high_value}; write a smaller one")]
    Bounds {
        /// The lower bound.
        low: &'static str,
        /// Its value.
        low_value: String,
        /// The upper bound.
        high: &'static str,
        /// Its value.
        high_value: String,
    },
    /// A fee of a whole or more.
    #[error(
        "`{0}` is a part of what a trade brings; write less than 1, such as \"0.001\" for a tenth of a percent"
    )]
    Fee(&'static str),
    /// The past orders are those of the practice account.
    #[error(
        "past orders are the practice account's alone, and symbols, balances or fees differ from it; leave `past_orders` out"
    )]
    PastOrders,
    /// A key has none or several of what its signatures are checked with.
    #[error(
        "the key has {0}; give one of `secret_key`, `secret_key_file`, `public_key` and `public_key_file`"
    )]
    KeySources(&'static str),
    /// An API key or a secret cannot be right; with why.
    #[error("`{setting}` {problem}")]
    KeyShape {
        /// The setting.
        setting: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// It is no public key.
    #[error(
        "`{0}` is no RSA or Ed25519 public key; write the PEM that begins with `-----BEGIN PUBLIC KEY-----`, as `openssl pkey -pubout` makes it"
    )]
    NoPublicKey(&'static str),
    /// An RSA key that is too short.
    #[error(
        "`{0}` is an RSA key of fewer than 2048 bits, which the exchange does not take; make one of 2048 or 4096"
    )]
    ShortRsaKey(&'static str),
    /// There is no such permission.
    #[error("there is no permission `{name}`; write some of {known}")]
    Permission {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// It is no address.
    #[error("`addresses` has `{0}`, which is no IP address; write such as \"127.0.0.1\"")]
    Address(String),
}
