use std::fmt;

use super::address::{self, Address};
use super::checks::{Check, PARAMETER_CHECKS, SIGNING_CHECKS};
use super::examined::Examined;
use super::finding::{Certainty, Finding};
use super::verify::{Gate, verify};
use super::{ReceivedRequest, Refusal, Verdict, explained};
use crate::catalogue::{Endpoint, Environment};
use crate::signing::{SecretKey, VerifyingKey};

/// The scheme of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

/// A request, and what is known about where it went and whose it is.
pub struct Case<'a> {
    /// The request.
    pub request: &'a ReceivedRequest,
    /// How it went there, if that is known.
    pub scheme: Option<Scheme>,
    /// Where it went, as `host` or `host:port`, if that is known.
    pub host: Option<&'a str>,
    /// What a shell cut off it at an `&` outside of quotes.
    pub cut: Option<&'a str>,
    /// Whether all of it is known: a file that a curl line names, and a variable, are not.
    pub whole: bool,
    /// What the exchange knows.
    pub gate: &'a Gate<'a>,
    /// The account's keys. Without any, what needs a secret is not tested.
    pub keys: &'a [OwnKey],
    /// The environment that the keys belong to, where somebody has said so.
    pub environment: Option<Environment>,
}

/// A key of the account, with what is needed to find out what was done with it.
pub struct OwnKey {
    /// The API key.
    pub api_key: String,
    /// What verifies its signatures; for HMAC it is the secret.
    pub verifying: VerifyingKey,
    /// The text of the private key's file, where that is known.
    pub pem: Option<SecretKey>,
}

/// The answer that the exchange gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status; `None` where there is no answer of the exchange's.
    pub status: Option<u16>,
    /// The exchange's code, where it gives one.
    pub code: Option<i32>,
    /// The exchange's message.
    pub message: String,
}

/// What is to be said about a request.
pub struct Diagnosis {
    /// The endpoint that it is for, or was meant for.
    pub endpoint: Option<&'static Endpoint>,
    /// The refusal to expect; `None` if the request is accepted.
    pub refusal: Option<Answer>,
    /// What is wrong with it, in the order in which the exchange meets it; empty if it is accepted.
    pub findings: Vec<Finding>,
    /// The bytes that the exchange verifies the signature against.
    pub payload: Vec<u8>,
    /// Whether the signature was found to be right for what was sent; `None` if it was not tested.
    pub signature_right: Option<bool>,
    /// How many payloads and secrets were tried on a signature that nothing explains.
    pub tried: u32,
    /// Whether all that is wrong has been named: mended, the request passes the gate.
    pub complete: bool,
}

impl fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload and the message can hold a key or a secret.
        f.debug_struct("Diagnosis").field("findings", &self.findings).finish_non_exhaustive()
    }
}

/// More findings than a request can sensibly have.
const MOST_FINDINGS: usize = 40;

/// Finds everything that is wrong with a request.
///
/// The gate is asked what the exchange answers. Then its checks are gone through once more: what a check refuses is explained and
/// mended, so that the later checks see the request as it was meant.
pub fn diagnose(case: &Case<'_>) -> Diagnosis {
    let Address { findings, endpoint, guessed } = address::examine(case);
    let mut diagnosis = Diagnosis {
        endpoint,
        refusal: predicted(case, &findings),
        findings,
        payload: case.request.payload(),
        signature_right: None,
        tried: 0,
        complete: !guessed,
    };
    let Some(endpoint) = endpoint else { return diagnosis };
    let mut x = Examined::new(case.request, case.gate, endpoint);
    if let Some((host, own)) = address::elsewhere(case) {
        diagnosis.findings.push(other_environment(&x, host, own));
    }
    // What a guessed endpoint takes says nothing about the request.
    let parameter_checks: &[Check] = if guessed { &[] } else { PARAMETER_CHECKS };
    for check in SIGNING_CHECKS.iter().chain(parameter_checks) {
        while diagnosis.findings.len() < MOST_FINDINGS && !x.waived {
            let Err(refusal) = check(&x) else { break };
            explained::explain(&mut x, case, &refusal, &mut diagnosis);
        }
    }
    if diagnosis.signature_right.is_none() {
        diagnosis.signature_right = x.signature_is_right();
    }
    if !case.whole {
        for finding in diagnosis.findings.iter_mut().filter(|f| ABSENCES.contains(&f.mistake)) {
            finding.certainty = Certainty::Likely;
        }
    }
    let explained =
        diagnosis.findings.iter().all(|f| f.certainty == Certainty::Proven && !OPEN.contains(&f.mistake));
    let tested = !endpoint.signed() || diagnosis.signature_right.is_some();
    diagnosis.complete &= !x.waived && explained && tested && case.whole;
    diagnosis
}

/// Mistakes that say of something that it is not there, or does not belong there.
const ABSENCES: [&str; 6] = [
    "signature-missing",
    "timestamp-missing",
    "mandatory-parameter-missing",
    "parameter-unknown",
    "key-missing",
    "key-placeholder",
];

/// Mistakes that leave open what the mended request looks like.
const OPEN: [&str; 4] =
    ["signature-missing", "timestamp-missing", "mandatory-parameter-missing", "value-not-allowed"];

/// A key of one environment on a host of another.
fn other_environment(x: &Examined<'_>, host: Environment, own: Environment) -> Finding {
    let mut finding = Finding::new("key-unknown", Certainty::Likely, &[]);
    finding.cause = format!("the key belongs to {own}, but the request goes to {host}");
    finding.fix = format!("send it to the host of {own}, or use a key of {host}");
    match &x.key_text {
        Some(key) => finding.seen(format!("X-MBX-APIKEY: {key}")),
        None => finding,
    }
}

/// The answer to expect: an address that is wrong comes before all else.
fn predicted(case: &Case<'_>, findings: &[Finding]) -> Option<Answer> {
    let named = |mistake: &str| findings.iter().any(|f| f.mistake == mistake);
    if named("plain-http") {
        return Some(Answer { status: None, code: None, message: String::new() });
    }
    if let Some(host) = findings.iter().find(|f| f.mistake == "wrong-host") {
        // A host that is none of the exchange's answers whatever it likes.
        let status = Some(404).filter(|_| host.certainty == Certainty::Proven);
        return Some(Answer { status, code: None, message: String::new() });
    }
    let Verdict::Refused(refusal) = verify(case.request, case.gate) else {
        let (status, code, message) = (401, -2008, "Invalid Api-Key ID.");
        return address::elsewhere(case).map(|_| Answer {
            status: Some(status),
            code: Some(code),
            message: message.to_owned(),
        });
    };
    let Refusal { status, code, message, .. } = refusal;
    Some(Answer { status: Some(status), code, message })
}
