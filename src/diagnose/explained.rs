//! A refusal of the gate as findings, and the request mended so that the gate's next checks can be gone on with.

use super::diagnosis::{Case, Diagnosis, OwnKey};
use super::examined::Examined;
use super::finding::{Certainty, Finding};
use super::symbols::{NotSymbol, not_symbol};
use super::{Refusal, key_header, shape, signature};
use crate::catalogue::{Parameter, ParameterType};
use crate::signing::{API_KEY_HEADER, KeyShapeError, SecretKey};
use crate::text::nearest;

/// Explains what a check refused. Afterwards the check has less to refuse.
pub(super) fn explain(x: &mut Examined<'_>, case: &Case<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    match refusal.mistake {
        mistake if refusal.code == Some(-2014) => malformed_key(x, case, mistake, refusal, diagnosis),
        "key-unknown" => unknown_key(x, case, refusal, diagnosis),
        "signature-missing" | "timestamp-missing" | "mandatory-parameter-missing" => {
            missing(x, case, refusal, diagnosis);
        }
        "signature-malformed" | "secret-unknown" => signature::explain(x, case, refusal, diagnosis),
        "clock-ahead" | "clock-behind" => clock(x, refusal, diagnosis),
        "parameter-unknown" => unknown_parameter(x, refusal, diagnosis),
        "symbol-unknown" => symbol(x, refusal, diagnosis),
        "characters-not-allowed" => characters(x, refusal, diagnosis),
        _ => value(x, refusal, diagnosis),
    }
}

/// The parameters that a refusal is about, as they were sent.
fn seen(x: &Examined<'_>, refusal: &Refusal) -> Option<String> {
    let name = refusal.about.first()?;
    x.value(name).map(|value| format!("{name}={value}"))
}

fn plain(x: &Examined<'_>, refusal: &Refusal) -> Finding {
    let finding = Finding::of(refusal);
    match seen(x, refusal) {
        Some(text) => finding.seen(text),
        None => finding,
    }
}

fn settle(x: &mut Examined<'_>, refusal: &Refusal) {
    if refusal.about.is_empty() {
        // Nothing can be mended: going on would find the same again.
        x.waived = true;
    }
    for name in &refusal.about {
        x.settle(name);
    }
}

/// The key that is used on with, where the one that came cannot be.
fn go_on_with(x: &mut Examined<'_>, key: Option<&OwnKey>) {
    x.settle(API_KEY_HEADER);
    if let Some(key) = key {
        x.key = (x.gate.key)(&key.api_key);
    }
}

fn malformed_key(
    x: &mut Examined<'_>,
    case: &Case<'_>,
    mistake: &'static str,
    refusal: &Refusal,
    diagnosis: &mut Diagnosis,
) {
    let arrived = key_header::arrived(x.request);
    let mut finding = Finding::of(refusal);
    finding.seen = arrived.seen;
    diagnosis.findings.push(finding);
    if mistake == "key-in-parameters"
        && let Some(name) = &arrived.parameter
    {
        x.settle(name);
    }
    match arrived.key {
        Some(key) => {
            x.key = (x.gate.key)(&key);
            x.key_text = Some(key);
        }
        None => go_on_with(x, case.keys.first()),
    }
    // Where the key was put in after signing, that is no second mistake.
    if let (Some(name), Some(key)) = (&arrived.parameter, &x.key) {
        let without = x.parts().without_name(name);
        if key.verifying.verify(&without.payload(), x.value("signature").unwrap_or_default()) {
            x.set_parts(without);
        }
    }
}

fn unknown_key(x: &mut Examined<'_>, case: &Case<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    let sent = x.key_text.clone().unwrap_or_default();
    let secret_of = case.keys.iter().find(|k| signature::secret_is(&k.verifying, &sent));
    let finding = match secret_of {
        Some(own) if signature::made_with(x, &own.api_key) => {
            x.settle("signature");
            diagnosis.signature_right = Some(false);
            Finding::new("key-and-secret-swapped", Certainty::Proven, &[])
        }
        Some(_) => Finding::new("key-is-the-secret", Certainty::Proven, &[]),
        None if SecretKey::new(&sent).check_shape() == Err(KeyShapeError::Placeholder) => {
            Finding::new("key-placeholder", Certainty::Proven, &[("value", &sent)])
        }
        None => Finding::of(refusal).seen(format!("{API_KEY_HEADER}: {sent}")),
    };
    diagnosis.findings.push(finding);
    x.unknown_key = secret_of.is_none();
    go_on_with(x, secret_of.or(case.keys.first()));
}

fn missing(x: &mut Examined<'_>, case: &Case<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    if let Some(finding) = shape::explain(x, case) {
        diagnosis.findings.push(finding);
        return;
    }
    if refusal.mistake == "timestamp-missing" {
        // What was meant to be it is no unknown parameter besides.
        let misspelt: Vec<String> =
            x.parameters.iter().map(|(name, _)| name.clone()).filter(|name| is_timestamp(name)).collect();
        for name in &misspelt {
            x.settle(name);
        }
    }
    let empty = refusal.about.iter().find(|name| x.value(name) == Some(""));
    diagnosis.findings.push(match empty {
        Some(name) if refusal.mistake == "mandatory-parameter-missing" => {
            Finding::new("parameter-empty", Certainty::Proven, &[("name", name)]).seen(format!("{name}="))
        }
        _ => Finding::of(refusal),
    });
    settle(x, refusal);
}

/// A name that was meant for the timestamp.
fn is_timestamp(name: &str) -> bool {
    let plain = key_header::plain(name);
    strsim::levenshtein(&plain, "timestamp") <= 2 || ["time", "ts", "nonce"].contains(&plain.as_str())
}

/// Time zones differ by whole and half hours, up to 14.
const HALF_HOUR_MS: i64 = 1_800_000;
const MOST_HALF_HOURS: i64 = 28;
/// How far a clock may be off besides.
const SLACK_MS: i64 = 90_000;

fn clock(x: &mut Examined<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    let off_ms = x.timestamp_us().saturating_sub(x.gate.now_us) / 1000;
    let halves = (off_ms.saturating_add(off_ms.signum() * HALF_HOUR_MS / 2)) / HALF_HOUR_MS;
    let zone =
        (1..=MOST_HALF_HOURS).contains(&halves.abs()) && (off_ms - halves * HALF_HOUR_MS).abs() <= SLACK_MS;
    let finding = if zone {
        let side = if off_ms > 0 { "ahead of" } else { "behind" };
        let (hours, half) = (halves.abs() / 2, if halves % 2 == 0 { "" } else { ".5" });
        let hours = format!("{hours}{half} h {side}");
        Finding::new("timezone-offset", Certainty::Likely, &[("hours", &hours)])
    } else {
        plain(x, refusal)
    };
    diagnosis.findings.push(finding);
    settle(x, refusal);
}

fn unknown_parameter(x: &mut Examined<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    diagnosis.findings.push(plain(x, refusal));
    let Some(unknown) = refusal.about.first() else { return settle(x, refusal) };
    // A slip is mended so far that the parameter that was meant is not missing; whether its value is right is not known.
    let names = x.endpoint.parameters().map(Parameter::name).filter(|name| x.value(name).is_none());
    if let Some(meant) = nearest(unknown, names).first().copied() {
        if let Some(finding) = diagnosis.findings.last_mut() {
            finding.fix = format!("call it `{meant}`");
        }
        x.settle(meant);
    }
    settle(x, refusal);
}

fn symbol(x: &mut Examined<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    let finding = plain(x, refusal);
    let value = refusal.about.first().and_then(|name| x.value(name)).unwrap_or_default();
    let (how, expected) = match not_symbol(value) {
        Some(NotSymbol::Asset) => {
            ("an asset", "send base asset and quote asset together, such as BTCUSDT".to_owned())
        }
        Some(NotSymbol::Reversed { base, quote }) => {
            ("a pair the wrong way round", format!("send `{base}{quote}`"))
        }
        Some(NotSymbol::Separated(joined)) => {
            let values = [("value", value), ("expected", joined.as_str())];
            let explained = Finding::new("symbol-with-separator", Certainty::Proven, &values);
            diagnosis.findings.push(Finding { seen: finding.seen, ..explained });
            return settle(x, refusal);
        }
        None => {
            diagnosis.findings.push(finding);
            return settle(x, refusal);
        }
    };
    let values = [("value", value), ("how", how), ("expected", &expected)];
    let explained = Finding::new("asset-for-symbol", Certainty::Likely, &values);
    diagnosis.findings.push(Finding { seen: finding.seen, ..explained });
    settle(x, refusal);
}

/// An id that a client chose, sent as the exchange's own.
fn characters(x: &mut Examined<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    let name = refusal.about.first().map(String::as_str).unwrap_or_default();
    let value = x.value(name).unwrap_or_default();
    let numeric = x.endpoint.parameter(name).is_some_and(|p| p.kind() == ParameterType::Integer);
    let chosen =
        x.endpoint.parameters().map(Parameter::name).find(|n| is_client_id(n) && x.value(n).is_none());
    let looks = name.ends_with("Id") && numeric && value.chars().any(char::is_alphabetic);
    let mut finding = plain(x, refusal);
    if let Some(expected) = chosen.filter(|_| looks) {
        let values = [("name", name), ("value", value), ("expected", expected)];
        let explained = Finding::new("client-id-as-order-id", Certainty::Likely, &values);
        finding = Finding { seen: finding.seen, ..explained };
    }
    diagnosis.findings.push(finding);
    settle(x, refusal);
}

/// `origClientOrderId`, `listClientOrderId`, `clientAlgoId`.
fn is_client_id(name: &str) -> bool {
    name.to_ascii_lowercase().contains("client") && name.ends_with("Id")
}

fn value(x: &mut Examined<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    diagnosis.findings.push(plain(x, refusal));
    settle(x, refusal);
}
