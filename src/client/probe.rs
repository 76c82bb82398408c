use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::connect::{Dialer, is_timeout, look_up};
use super::origin::Origin;
use super::{Client, Route, SendError, Stage};

/// What a name resolved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedUp {
    /// The name: the host's, or that of the proxy it is reached through.
    pub host: String,
    /// Its addresses, each once, in the order in which they are tried.
    pub addresses: Vec<IpAddr>,
    /// How long that took.
    pub elapsed: Duration,
}

/// A connection that was made and closed again, without a byte of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// For TCP, proxy and TLS together, the look-up of the name included.
    pub elapsed: Duration,
    /// The version of TLS; `None` over plain http.
    pub tls: Option<String>,
}

/// The steps before a request, each alone, to find out which of them fails.
impl Client {
    /// How the host of a base URL is reached.
    ///
    /// # Errors
    /// [`SendError`] if the base URL or a proxy variable cannot be used.
    pub fn route(&self, base_url: &str) -> Result<Route, SendError> {
        self.proxies().route(&Origin::parse(base_url)?)
    }

    /// Looks up the name that a connection to the base URL begins with.
    ///
    /// # Errors
    /// [`SendError`] if it has no address, or none in time.
    pub fn look_up(&self, base_url: &str) -> Result<LookedUp, SendError> {
        let origin = Origin::parse(base_url)?;
        let proxy = self.proxies().proxy_for(&origin)?;
        let (host, port) = proxy.map_or((origin.host, origin.port), |proxy| (proxy.host, proxy.port));
        let began = Instant::now();
        let mut addresses: Vec<IpAddr> = Vec::new();
        match look_up(&host, port, began + self.timeout()) {
            Err(e) if is_timeout(&e) => {
                let (stage, after) = (Stage::LookUp, self.timeout());
                return Err(SendError::ConnectTimeout { host, stage, after });
            }
            Err(source) => return Err(SendError::NameNotFound { host, source }),
            Ok(found) => {
                for address in found {
                    if !addresses.contains(&address.ip()) {
                        addresses.push(address.ip());
                    }
                }
            }
        }
        Ok(LookedUp { host, addresses, elapsed: began.elapsed() })
    }

    /// Connects to the base URL as for a request, and closes the connection.
    ///
    /// # Errors
    /// [`SendError`] with the step that failed.
    pub fn connect(&self, base_url: &str) -> Result<Connected, SendError> {
        let origin = Origin::parse(base_url)?;
        let proxy = self.proxies().proxy_for(&origin)?;
        let (timeout, began) = (self.timeout(), Instant::now());
        let dialer = Dialer {
            origin: &origin,
            proxy: proxy.as_ref(),
            tls: self.tls(),
            timeout,
            deadline: began + timeout,
        };
        let opened = dialer.open()?;
        Ok(Connected { elapsed: began.elapsed(), tls: opened.tls })
    }
}

#[cfg(test)]
#[path = "tests/probe.rs"]
mod tests;
