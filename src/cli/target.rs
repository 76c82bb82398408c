//! What a request is for: an endpoint of the catalogue, or any other path.

use crate::catalogue::{self, Endpoint, Environment, ErrorsIn, Method, Parameter, Role, Settle, TOP_GROUP};
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::config_failure;
use crate::config::{BaseUrl, Credentials, Settings};

/// Where the practice exchange is expected when no request is sent.
pub const PRACTICE_URL: &str = "http://127.0.0.1:8090";

/// Method and path, with what follows from the catalogue or, outside of it, from what was typed.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Target {
    /// The HTTP method.
    pub method: Method,
    /// The path, beginning with `/`.
    pub path: String,
    /// The product whose host and error codes it has.
    pub group: &'static str,
    /// Whether it carries `timestamp` and `signature`.
    pub signed: bool,
    /// Whether it carries the key.
    pub needs_key: bool,
    /// Whether it can change something.
    pub changes: bool,
    /// Whether a person is asked first.
    pub asks: bool,
    /// The endpoint, if the catalogue has it.
    pub endpoint: Option<&'static Endpoint>,
}

impl From<&'static Endpoint> for Target {
    fn from(endpoint: &'static Endpoint) -> Self {
        Self {
            method: endpoint.method(),
            path: endpoint.path().to_owned(),
            group: endpoint.group(),
            signed: endpoint.signed(),
            needs_key: endpoint.security().needs_key(),
            changes: endpoint.changes(),
            asks: endpoint.asks(),
            endpoint: Some(endpoint),
        }
    }
}

impl Target {
    /// A path that the catalogue does not have. It is a read if it is a GET, else a change.
    pub fn outside(method: Method, path: &str, signed: bool) -> Self {
        let changes = method != Method::Get;
        let prefix = path.split('/').nth(1);
        let sibling = catalogue::endpoints().iter().find(|e| e.path().split('/').nth(1) == prefix);
        let group = sibling.map_or(TOP_GROUP, Endpoint::group);
        let (needs_key, asks) = (signed, changes);
        Self { method, path: path.to_owned(), group, signed, needs_key, changes, asks, endpoint: None }
    }

    /// What `bnq` calls it: its command, or method and path.
    pub fn name(&self) -> String {
        self.endpoint.map_or_else(|| format!("{} {}", self.method, self.path), |e| e.words().join(" "))
    }

    /// What it does, for the question before a change.
    pub fn help(&self) -> String {
        self.endpoint.map_or_else(
            || format!("Sends {}, which may change something.", self.name()),
            |e| e.help().to_owned(),
        )
    }

    /// The parameter of this name, if the catalogue has it.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.endpoint.and_then(|e| e.parameter(name))
    }

    /// How the outcome of a change is found out.
    pub fn settle(&self) -> Option<&'static Settle> {
        self.endpoint.and_then(Endpoint::settle)
    }

    /// Where an accepted answer can carry errors.
    pub fn errors_in(&self) -> Option<ErrorsIn> {
        self.endpoint.and_then(Endpoint::errors_in)
    }

    /// The environment's own host for it; `None` where that environment does not have it.
    pub fn base_url(&self, environment: Environment) -> Option<&'static str> {
        catalogue::base_url(environment, Some(self.group), &self.path)
    }

    /// The path that tells the exchange's clock on the host that serves it; `None` where that host has none. The practice
    /// exchange serves every path.
    pub fn clock_path(&self, environment: Environment) -> Option<&'static str> {
        let endpoint = catalogue::in_role(Role::Time, &self.path)?;
        if environment == Environment::Local {
            return Some(endpoint.path());
        }
        let host = catalogue::base_url(environment, Some(endpoint.group()), endpoint.path())?;
        (self.base_url(environment) == Some(host)).then(|| endpoint.path())
    }

    /// The base URL that a request for it may go to. `practice` is the address of an exchange inside this process.
    ///
    /// # Errors
    /// If the environment does not have it, or a key may not be sent there.
    pub fn permitted_url(
        &self,
        settings: &Settings,
        credentials: Option<&Credentials>,
        practice: Option<&str>,
    ) -> Result<BaseUrl, Failure> {
        let url = match (&settings.base_url, practice) {
            (Some(set), _) => set.value.clone(),
            (None, Some(url)) => parse_url(url)?,
            (None, None) => parse_url(self.own_url(settings.environment.value)?)?,
        };
        settings.permit(&url, credentials).map_err(|e| config_failure(&e))?;
        Ok(url)
    }

    fn own_url(&self, environment: Environment) -> Result<&'static str, Failure> {
        if environment == Environment::Local {
            return Ok(PRACTICE_URL);
        }
        self.base_url(environment).ok_or_else(|| {
            let has: Vec<_> = Environment::ALL
                .into_iter()
                .filter(|e| *e == Environment::Local || self.base_url(*e).is_some())
                .map(Environment::as_str)
                .collect();
            Failure::usage(format!("{environment} does not have {}", self.path))
                .with_fix(format!("it is there in {}", has.join(", ")))
        })
    }
}

fn parse_url(url: &str) -> Result<BaseUrl, Failure> {
    BaseUrl::parse(url).map_err(|e| Failure::new(Kind::Config, e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_asked_for_at_the_same_host_alone() {
        let cases = [
            ("spot", "account", Environment::Live, Some("/api/v3/time")),
            ("wallet", "withdraw", Environment::Live, Some("/api/v3/time")),
            ("futures", "new-order", Environment::Live, Some("/fapi/v1/time")),
            ("futures", "new-order", Environment::Testnet, Some("/fapi/v1/time")),
            ("coin-futures", "new-order", Environment::Demo, Some("/dapi/v1/time")),
            ("options", "new-order", Environment::Live, Some("/eapi/v1/time")),
            ("portfolio-margin", "account", Environment::Live, None),
            ("portfolio-margin", "account", Environment::Testnet, Some("/dapi/v1/time")),
            ("wallet", "withdraw", Environment::Testnet, None),
            ("wallet", "withdraw", Environment::Local, Some("/api/v3/time")),
            ("portfolio-margin", "account", Environment::Local, Some("/dapi/v1/time")),
        ];
        for (group, command, environment, path) in cases {
            let target = Target::from(catalogue::find(group, command).unwrap());
            assert_eq!(target.clock_path(environment), path, "{group} {command} {environment}");
        }
    }
}
