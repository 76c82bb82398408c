use std::fmt;
use std::str::FromStr;

use super::{Endpoint, HOSTS};
use crate::data::Text;
use crate::text::quoted;

/// Which exchange a request goes to. A key belongs to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The real one, with real money.
    Live,
    /// The exchange's test network.
    Testnet,
    /// The exchange's demo trading.
    Demo,
    /// The practice exchange on this machine.
    Local,
}

impl Environment {
    /// Every environment.
    pub const ALL: [Self; 4] = [Self::Live, Self::Testnet, Self::Demo, Self::Local];

    /// The word for it in flags, variables and the config file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Testnet => "testnet",
            Self::Demo => "demo",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|e| e.as_str() == word).ok_or_else(|| UnknownEnvironment(word.to_owned()))
    }
}

/// A word that names no environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is no environment; there are live, testnet, demo and local", quoted(.0))]
pub struct UnknownEnvironment(pub String);

/// One base address of the exchange.
pub struct Host {
    pub(super) environment: Environment,
    pub(super) prefix: Text,
    pub(super) purpose: HostUse,
    pub(super) group: Text,
    pub(super) ignores_signing: bool,
    pub(super) url: Text,
}

/// What a base address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostUse {
    /// Where requests go unless told otherwise.
    Default,
    /// The same service under another name.
    Alternative,
    /// Public endpoints alone; keys are not accepted.
    MarketData,
}

impl Host {
    /// The environment it belongs to.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The beginning of the paths that it serves, such as `/api`.
    pub fn prefix(&self) -> &'static str {
        self.prefix.as_str()
    }

    /// What it is for.
    pub fn purpose(&self) -> HostUse {
        self.purpose
    }

    /// `https://` and the host name.
    pub fn url(&self) -> &'static str {
        self.url.as_str()
    }

    fn serves(&self, path: &str) -> bool {
        path.strip_prefix(self.prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Every base address of the exchange.
pub fn hosts() -> &'static [Host] {
    &HOSTS
}

/// Where requests to `path` go in `environment`; `None` where that environment does not have it. `group` tells apart the
/// products that share a path.
pub fn base_url(environment: Environment, group: Option<&str>, path: &str) -> Option<&'static str> {
    let fits = |h: &&Host| {
        h.environment == environment
            && h.purpose == HostUse::Default
            && h.serves(path)
            && h.group.given().is_none_or(|g| Some(g) == group)
    };
    HOSTS.iter().find(fits).map(Host::url)
}

/// Whether there is a host that serves both paths.
pub(super) fn are_together(one: &str, other: &str) -> bool {
    let serving = |path| HOSTS.iter().filter(move |h| h.serves(path));
    serving(one).any(|host| serving(other).any(|h| h.url() == host.url()))
}

/// Whether an endpoint at `path` that needs no signature takes `timestamp`, `recvWindow` and `signature` all the same.
pub fn ignores_signing(path: &str) -> bool {
    HOSTS.iter().any(|h| h.ignores_signing && h.serves(path))
}

/// The environments whose hosts serve `endpoint`; the practice exchange serves every one.
pub fn environments_of(endpoint: &Endpoint) -> Vec<Environment> {
    let served = |e: &Environment| {
        *e == Environment::Local || base_url(*e, Some(endpoint.group()), endpoint.path()).is_some()
    };
    Environment::ALL.into_iter().filter(served).collect()
}

/// What is known of a host by its name: the environment that it belongs to, and whether it serves a path there. `None` for a
/// host that is not the exchange's.
pub fn at_host(host: &str, path: &str) -> Option<(Environment, bool)> {
    let named =
        |h: &&Host| h.url().strip_prefix("https://").is_some_and(|name| name.eq_ignore_ascii_case(host));
    let environment = HOSTS.iter().find(named)?.environment;
    Some((environment, HOSTS.iter().filter(named).any(|h| h.serves(path))))
}
