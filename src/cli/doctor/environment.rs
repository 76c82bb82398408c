//! Checks of the variables of the environment: which are used, which are not, which are misspelt.

use serde_json::json;

use super::check::{Finding, State};
use super::examination::Examination;
use crate::cli::session::{given_passphrase, variable, variable_names};
use crate::client::Route;
use crate::config::{Settings, VARIABLES, Variable, check_variables};
use crate::text;

/// What the names of this program's variables begin with. In capitals; a name in small letters is another one.
const PREFIXES: [&str; 2] = ["BINANCE", "BNQ"];

/// What the names begin with of variables that hold a key.
const KEYS: &str = "BINANCE_";

const ENVIRONMENT: &str = "environment";

/// What each variable does in this run, and those that look as if they should.
pub fn variables(x: &mut Examination<'_>) -> Vec<Finding> {
    let ours = |name: &String| PREFIXES.iter().any(|p| name.to_ascii_uppercase().starts_with(p));
    let mut names: Vec<String> = variable_names().into_iter().filter(ours).collect();
    names.sort_unstable();
    let mut findings: Vec<Finding> = names.iter().map(|name| used_or_not(x, name)).collect();
    if let Some(finding) = unused_key(x) {
        findings.push(finding);
    }
    if findings.is_empty() {
        findings.push(Finding::ok(ENVIRONMENT, "no variable of bnq's is set"));
    }
    findings
}

fn used_or_not(x: &Examination<'_>, name: &str) -> Finding {
    let value = json!({ "variable": name });
    let Some(known) = VARIABLES.iter().find(|v| v.name == name) else {
        let nearest = text::nearest(name, VARIABLES.iter().map(|v| v.name)).into_iter().next();
        let fix = nearest
            .map_or_else(|| "unset it, if it was meant for bnq".to_owned(), |n| format!("did you mean {n}?"));
        return Finding::warn(ENVIRONMENT, format!("{name} is set, and nothing reads it"))
            .with_fix(fix)
            .with_value(value);
    };
    let detail = match before(x, known) {
        Some(other) => format!("{name} is set and not used: {other} goes before it"),
        None => format!("{name} is used, and goes before {}", known.before),
    };
    Finding::ok(ENVIRONMENT, detail).with_value(value)
}

/// What keeps a variable from being used in this run.
fn before(x: &Examination<'_>, variable: &Variable) -> Option<String> {
    let flag = variable.after.filter(|flag| x.session.globals.gives(flag));
    if let Some(flag) = flag {
        return Some(flag.to_owned());
    }
    let settings = x.settings.as_ref().ok().filter(|_| variable.name.starts_with(KEYS))?;
    match settings.profile() {
        Some(profile) => Some(format!("profile {profile}")),
        None => (!settings.uses_variables()).then(|| "the practice key".to_owned()),
    }
}

/// What is wrong with a key in the variables that this run does not use; another run may.
fn unused_key(x: &Examination<'_>) -> Option<Finding> {
    if x.settings.as_ref().is_ok_and(Settings::uses_variables) {
        return None;
    }
    let error = check_variables(&x.inputs, &|_| given_passphrase())?.err()?;
    Some(Finding::told(ENVIRONMENT, State::Warn, &error.to_string()))
}

/// Which proxy the variables lead to.
pub fn proxy(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "proxy";
    let route = match x.client.route(x.base_url()) {
        Ok(route) => route,
        Err(error) => return vec![Finding::unsent(name, &error)],
    };
    vec![match route {
        Route::Direct => match ["http_proxy", "HTTP_PROXY"].iter().find(|name| variable(name).is_some()) {
            None => Finding::ok(name, "none is set"),
            Some(set) => Finding::warn(name, format!("{set} is set, and not used: every request is https"))
                .with_fix("set HTTPS_PROXY, if there is a proxy to go through"),
        },
        Route::ThisMachine { ignored } => {
            Finding::ok(name, format!("{ignored} is set, and not used: the host is this machine"))
        }
        Route::Excluded { by, ignored } => {
            Finding::ok(name, format!("{ignored} is set, and not used: {by} names the host"))
        }
        Route::Proxy { variable, host, address, with_credentials } => {
            let user = if with_credentials { "(user and password hidden)@" } else { "" };
            let value = json!({ "variable": variable, "proxy": address });
            x.proxy_host = Some(host);
            Finding::ok(name, format!("{user}{address} ({variable})")).with_value(value)
        }
    }]
}
