use super::{BaseUrl, ConfigError, Credentials, Setting};
use crate::catalogue::{Environment, HostUse, hosts};

/// Why a request may not go to a base URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// The practice exchange is on this machine alone.
    #[error(
        "the environment local is on this machine alone; name a loopback address such as http://127.0.0.1:8090"
    )]
    NotLoopback {
        /// The flag or variable that asks for local; `None` where a profile does.
        asked_by: Option<&'static str>,
    },
    /// Readable and changeable on the way.
    #[error("plain http is for this machine alone; write https")]
    PlainHttp,
    /// Any program can listen on loopback.
    #[error(
        "a key for {0} does not go to this machine; use --env local, or a profile with `env = \"local\"`"
    )]
    LoopbackKey(Environment),
    /// The host takes no keys.
    #[error("the host serves market data alone and takes no keys; leave the base URL out for this request")]
    MarketDataOnly,
    /// The host belongs to another environment.
    #[error(
        "the host belongs to {host}, and the key to {key}; choose a profile for {host}, or another base URL"
    )]
    OtherEnvironment {
        /// The host's environment.
        host: Environment,
        /// The key's environment.
        key: Environment,
    },
    /// The profile does not say that its key may go there.
    #[error(
        "it is no host of the exchange, and a key goes elsewhere only where its own profile says so; set `base_url` in the profile if you trust it"
    )]
    NotNamed,
}

/// Whether a request may go to `url`. With credentials it carries a key or a signature. `named` is the base URL that the
/// profile in use names.
pub(super) fn permit(
    url: &BaseUrl,
    environment: &Setting<Environment>,
    named: Option<&BaseUrl>,
    credentials: Option<&Credentials>,
) -> Result<(), ConfigError> {
    let refused = |why| Err(ConfigError::UrlRefused { url: url.to_string(), why });
    let asked_by = environment.origin.name();
    let environment = environment.value;
    if url.is_loopback() {
        let practice = environment == Environment::Local || credentials.is_none_or(Credentials::is_practice);
        return if practice { Ok(()) } else { refused(UrlRefusal::LoopbackKey(environment)) };
    }
    if environment == Environment::Local {
        return refused(UrlRefusal::NotLoopback { asked_by });
    }
    if !url.is_secure() {
        return refused(UrlRefusal::PlainHttp);
    }
    if credentials.is_none() {
        return Ok(());
    }
    match exchange_host(url) {
        Some((host, _)) if host != environment => {
            refused(UrlRefusal::OtherEnvironment { host, key: environment })
        }
        Some((_, HostUse::MarketData)) => refused(UrlRefusal::MarketDataOnly),
        Some(_) => Ok(()),
        None if named == Some(url) => Ok(()),
        None => refused(UrlRefusal::NotNamed),
    }
}

/// The environment and use of a host of the exchange; `None` for any other, another port included.
fn exchange_host(url: &BaseUrl) -> Option<(Environment, HostUse)> {
    let mut rows = hosts().iter().filter(|h| h.url() == url.as_str());
    let first = rows.next()?;
    let takes_keys = std::iter::once(first).chain(rows).find(|h| h.purpose() != HostUse::MarketData);
    Some((first.environment(), takes_keys.unwrap_or(first).purpose()))
}
