//! Checks of the key in use, by asking the exchange.

use serde_json::{Value, json};

use super::check::Finding;
use super::examination::Examination;
use super::network;
use crate::catalogue::{self, Endpoint, Role};
use crate::cli::exit::{Failure, Kind};
use crate::cli::pace::{banned, memory_of, wait_after};
use crate::cli::refusal::{self, Asked};
use crate::cli::send;
use crate::cli::session::now_ms;
use crate::cli::target::Target;
use crate::client::{self, Transport as _};
use crate::signing::{Draft, KeyKind, Parameters};

/// Two keys of one shape can stand in each other's place, and only the exchange knows which is which.
const SWAPPED: &str = "if API key and secret key stand in each other's place, exchange them";

/// Whether the exchange accepts key and signature.
pub fn signed_read(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "signed read";
    let Some(endpoint) = x.account else { return vec![Finding::skip(name, "the catalogue has none")] };
    vec![match ask(x, endpoint) {
        Ok(answered) => Finding::ok(name, format!("{} answered with {}", endpoint.path(), answered.status))
            .with_value(json!({ "path": endpoint.path(), "status": answered.status })),
        Err(failure) => {
            let value = json!({ "path": endpoint.path(), "status": failure.status, "code": failure.code });
            let texts = x.key().is_some_and(|key| key.key.kind() == KeyKind::Hmac);
            let swap = failure.kind == Kind::Auth && texts;
            let mut finding = Finding::fail(name, failure).with_value(value);
            if let Some(fix) = finding.fix.take() {
                finding.fix = Some(if swap { format!("{fix}; {SWAPPED}") } else { fix });
            }
            finding
        }
    }]
}

/// What the key may do, and from where.
pub fn permissions(x: &mut Examination<'_>) -> Vec<Finding> {
    let name = "key permissions";
    let environment = x.settings.as_ref().map(|s| s.environment.value);
    let endpoint = catalogue::in_role(Role::KeyRestrictions, x.path());
    let (Some(endpoint), Ok(environment)) = (endpoint, environment) else {
        return vec![Finding::skip(name, "the catalogue has no endpoint for them")];
    };
    if Target::from(endpoint).base_url(environment).is_none() {
        return vec![Finding::skip(name, format!("{environment} does not tell them"))];
    }
    vec![match ask(x, endpoint) {
        Ok(answered) => restrictions(name, &answered.body),
        Err(failure) => Finding::fail(name, failure),
    }]
}

/// What the exchange says of the key: a flag for each permission, and whether it is bound to addresses.
fn restrictions(name: &str, body: &str) -> Finding {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let flags = answer.as_object().into_iter().flatten();
    let set = |(flag, value): (&String, &Value)| (*value == true).then(|| flag.clone());
    let allowed: Vec<String> = flags.filter_map(set).filter(|flag| flag != IP_RESTRICT).collect();
    let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
    let finding = match answer.get(IP_RESTRICT) {
        Some(Value::Bool(true)) => {
            Finding::ok(name, format!("{allowed}; only from the addresses on its list"))
        }
        Some(Value::Bool(false)) => Finding::warn(name, format!("{allowed}; from any IP address"))
            .with_fix("bind the key to your addresses on the exchange's key page"),
        _ => Finding::warn(name, "the answer does not tell them").with_fix("look at the exchange's key page"),
    };
    finding.with_value(answer)
}

/// The member of the answer that says whether the key is bound to addresses.
const IP_RESTRICT: &str = "ipRestrict";

/// An accepted answer.
struct Answered {
    status: u16,
    body: String,
}

/// Asks with the key in use, by the exchange's clock as far as it is known.
fn ask(x: &mut Examination<'_>, endpoint: &'static Endpoint) -> Result<Answered, Failure> {
    let other = |message: &str| Failure::new(Kind::Other, message);
    let settings = x.settings.as_ref().map_err(|_| other("there are no settings"))?;
    let key = x.key().ok_or_else(|| other("there is no key"))?;
    let url = x.url_of(endpoint, settings)?;
    let draft = Draft { api_key: Some(key.api_key.clone()), ..Draft::to(endpoint, url.as_str()) };
    let time = now_ms().saturating_add(x.clock.map_or(0, |clock| clock.offset_ms));
    let window = settings.recv_window.as_ref().map(|w| &w.value);
    let request = draft.sign(&key.key, time, window).map_err(|e| other(&e.to_string()))?;
    if let Some((_, signature)) = &request.signed {
        x.redactor.hide_signature(signature);
    }
    if let Some(banned) = banned(&memory_of(url.as_str()), url.as_str()) {
        return Err(banned);
    }
    let unsent = |e: client::SendError| Failure::new(send::kind_of(&e), e.to_string());
    let mut response = x.client.send(&request, &[]).map_err(unsent)?;
    x.note_usage(client::usage(&response.headers));
    let broken = |e: std::io::Error| Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}"));
    let body = send::read_bounded(&mut response.body).map_err(broken)?;
    if (200..300).contains(&response.status) {
        return Ok(Answered { status: response.status, body });
    }
    let target = Target::from(endpoint);
    let asked = Asked { target: &target, parameters: Parameters::new(), words: &x.session.words, key: None };
    let failure = refusal::explained(&asked, response.status, &body);
    let retry_after_s = client::retry_after_s(&response.headers, now_ms() / 1000);
    let said = (failure.code, failure.message.as_str());
    let wait = wait_after(target.group, response.status, said, retry_after_s);
    network::remember_wait(url.as_str(), wait, response.status);
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn permissions_are_told_by_the_exchanges_names() {
        let cases = [
            (
                r#"{"ipRestrict":true,"createTime":1,"enableReading":true,"enableWithdrawals":false}"#,
                State::Ok,
                "enableReading; only from",
            ),
            (
                r#"{"ipRestrict":false,"enableReading":true,"enableMargin":true}"#,
                State::Warn,
                "from any IP address",
            ),
            (r#"{"ipRestrict":true,"enableReading":false}"#, State::Ok, "nothing; only"),
            ("{}", State::Warn, "does not tell"),
            ("<html>", State::Warn, "does not tell"),
        ];
        for (body, state, text) in cases {
            let found = restrictions("key permissions", body);
            assert_eq!(found.state, state, "{body}");
            assert!(found.detail.contains(text), "{body}: {}", found.detail);
        }
    }
}
