//! The endpoints, as data: what each is called, what it takes and what it does.
//!
//! The rows are written in `data/endpoints/` and turned into statics by `build.rs`. Behaviour follows from their fields;
//! no code names a single endpoint.

mod assets;
mod endpoint;
mod hosts;
mod limit;
mod outcome;
mod paging;
mod parameter;
mod permission;
mod search;
mod weight;

pub use assets::{Removed, assets, quote_rank, removed};
pub use endpoint::{Endpoint, ErrorsIn, Method, Names, Role, SecurityType, Settle};
pub use hosts::{
    Environment, Host, HostUse, UnknownEnvironment, at_host, base_url, environments_of, hosts,
    ignores_signing,
};
pub use limit::{Interval, LimitKind, RateLimit, ban, limits, limits_of};
pub use outcome::{OrderState, Outcome};
pub use paging::{Paging, PagingBy};
pub use parameter::{ListStyle, Parameter, ParameterType, Place};
pub use permission::{Permission, Permissions};
pub use search::{Found, search};
pub use weight::{Weight, WeightRule};

use crate::data::{Span, Text};
use endpoint::{MandatoryBy, Requires};
use limit::Ban;
use outcome::StateWord;
use weight::{WeightCase, WeightRow};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The group whose endpoints stand at the top level of the command line.
pub const TOP_GROUP: &str = "spot";

/// The groups, sorted by name.
pub fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = ENDPOINTS.iter().map(Endpoint::group).collect();
    groups.dedup();
    groups
}

/// The endpoints of a group, sorted by command.
pub fn in_group(group: &str) -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().filter(move |e| e.group() == group)
}

/// Every endpoint, sorted by group and command.
pub fn endpoints() -> &'static [Endpoint] {
    &ENDPOINTS
}

/// The endpoint that `bnq` calls `command` in `group`.
pub fn find(group: &str, command: &str) -> Option<&'static Endpoint> {
    let index = ENDPOINTS.binary_search_by(|e| (e.group(), e.command()).cmp(&(group, command))).ok()?;
    ENDPOINTS.get(index)
}

/// The endpoint that plays a part for `bnq` itself on the host that serves `path`: the one under the same first part of the
/// path, else one that a host of the exchange serves besides such paths, else the first that there is.
pub fn in_role(role: Role, path: &str) -> Option<&'static Endpoint> {
    let prefix = |path: &str| path.split('/').nth(1).map(str::to_owned);
    let playing = || ENDPOINTS.iter().filter(|e| e.role() == Some(role));
    let alike = playing().find(|e| prefix(e.path()) == prefix(path));
    alike.or_else(|| playing().find(|e| hosts::are_together(e.path(), path))).or_else(|| playing().next())
}

/// The endpoints at a path, of any method and group.
pub fn at_path(path: &str) -> impl Iterator<Item = &'static Endpoint> {
    // Every request of a server asks for this, so that they are kept in the order of their paths too.
    let endpoint = |index: &u16| ENDPOINTS.get(usize::from(*index));
    let first = BY_PATH.partition_point(|index| endpoint(index).is_some_and(|e| e.path() < path));
    let rest = BY_PATH.get(first..).unwrap_or_default();
    rest.iter().filter_map(endpoint).take_while(move |e| e.path() == path)
}

#[cfg(test)]
mod tests;
