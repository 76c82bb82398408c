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

/// From how many letters on a part of a name stands for all of it.
const SHORTEST_PART: usize = 3;

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
        let otherwise = || "unset it, if it was meant for bnq".to_owned();
        let fix = meant(name).map_or_else(otherwise, |meant| format!("did you mean {meant}?"));
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

/// The variable that was meant by a name that is none. What all of them begin with does not make two alike.
fn meant(name: &str) -> Option<&'static str> {
    let capitals = name.to_ascii_uppercase();
    let prefix = PREFIXES.into_iter().find(|prefix| capitals.starts_with(prefix))?;
    let rest = |name: &str| name.get(prefix.len()..).unwrap_or_default().trim_matches('_').to_owned();
    let word = rest(&capitals);
    let known: Vec<(&'static str, String)> =
        VARIABLES.iter().filter(|v| v.name.starts_with(prefix)).map(|v| (v.name, rest(v.name))).collect();
    let alike = text::nearest(&word, known.iter().map(|(_, rest)| rest.as_str())).into_iter().next();
    let part = || known.iter().map(|(_, rest)| rest.as_str()).find(|rest| rest.contains(&word));
    let found = alike.or_else(|| part().filter(|_| word.len() >= SHORTEST_PART))?;
    known.iter().find(|(_, rest)| rest == found).map(|(name, _)| *name)
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

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn the_variable_that_was_meant_is_named() {
        let cases = [
            ("BINANCE_APIKEY", Some("BINANCE_API_KEY")),
            ("BINANCE_KEY", Some("BINANCE_API_KEY")),
            ("binance_api_key", Some("BINANCE_API_KEY")),
            ("BINANCEAPIKEY", Some("BINANCE_API_KEY")),
            ("BINANCE_SECRET", Some("BINANCE_SECRET_KEY")),
            ("BINANCE_API_SECRET_KEY", Some("BINANCE_API_SECRET")),
            ("BINANCE_SECRETKEY", Some("BINANCE_SECRET_KEY")),
            ("BINANCE_PRIVATE_KEY", Some("BINANCE_PRIVATE_KEY_FILE")),
            ("BNQ_ENVIRONMENT", Some("BNQ_ENV")),
            ("BNQ_PROFIL", Some("BNQ_PROFILE")),
            ("BNQ_URL", Some("BNQ_BASE_URL")),
            ("BINANCE_TESTNET", None),
            ("BINANCE_", None),
            ("BNQ_X", None),
        ];
        for (name, expected) in cases {
            assert_eq!(meant(name), expected, "{name}");
        }
    }
}
