//! What is wrong with a request, for people and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnose::{Diagnosis, Finding};
use crate::explain::{self, Client};
use crate::signing::Masker;
use crate::text::{escape, is_unsafe, sanitize};

/// A diagnosis and what is said with it.
pub struct Report<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Hides keys and secrets.
    pub masker: &'a Masker,
    /// The client that made the request, where that can be told.
    pub client: Option<&'static Client>,
    /// The exchange's name for its code, where it answers with one.
    pub name: Option<&'a str>,
    /// The signature that was due, where it was asked for.
    pub expected_signature: Option<String>,
    /// Whether the time of the exchange was given.
    pub clock_tested: bool,
    /// What could not be tested, and what is no mistake but worth a word; a sentence each.
    pub remarks: Vec<String>,
    /// What of the text was not read, a phrase each.
    pub unread: &'a [String],
}

#[derive(Serialize)]
struct Json<'a> {
    verdict: &'static str,
    status: Option<u16>,
    code: Option<i32>,
    message: Option<String>,
    findings: Vec<Found>,
    payload: String,
    expected_signature: Option<&'a str>,
    clock_tested: bool,
}

#[derive(Serialize)]
struct Found {
    mistake: &'static str,
    certainty: &'static str,
    cause: String,
    fix: String,
}

/// The status of an answer to a request that is accepted.
const ACCEPTED: u16 = 200;

/// What a search has gone through when it finds nothing.
const RULED_OUT: &str = "Ruled out: another order, encoding, separator, charset or letter case, parameters left out, added or \
                         reformatted, path, method, JSON or line ends in the payload, another hash, and white space, quotes, \
                         decoding or a cut in the secret";

/// How many clients' fixes are shown where it is not known which one made the request.
const MOST_CLIENTS: usize = 3;

impl Report<'_> {
    /// One object, all fields always there.
    pub fn to_json(&self, compact: bool) -> String {
        let diagnosis = self.diagnosis;
        let refusal = diagnosis.refusal.as_ref();
        let found = |finding: &Finding| Found {
            mistake: finding.mistake,
            certainty: finding.certainty.as_str(),
            cause: self.masker.apply(&finding.cause),
            fix: self.masker.apply(&finding.fix),
        };
        let json = Json {
            verdict: if refusal.is_some() { "refused" } else { "accepted" },
            status: refusal.map_or(Some(ACCEPTED), |r| r.status),
            code: refusal.and_then(|r| r.code),
            message: refusal.map(|r| self.masker.apply(&r.message)).filter(|m| !m.is_empty()),
            findings: diagnosis.findings.iter().map(found).collect(),
            payload: self.masker.apply_to_payload(&String::from_utf8_lossy(&diagnosis.payload)),
            expected_signature: self.expected_signature.as_deref(),
            clock_tested: self.clock_tested,
        };
        // Text, numbers and booleans: this cannot fail.
        let text = if compact { serde_json::to_string(&json) } else { serde_json::to_string_pretty(&json) };
        let mut safe = String::new();
        for character in text.unwrap_or_default().chars() {
            let acted_on = is_unsafe(character) && character != '\n';
            if acted_on { escape(character, &mut safe) } else { safe.push(character) }
        }
        safe + "\n"
    }

    /// Lines for people.
    pub fn to_text(&self) -> String {
        let mut text = self.head();
        for (i, finding) in self.diagnosis.findings.iter().enumerate() {
            text.push('\n');
            text += &self.finding(i + 1, finding);
        }
        let closing = self.closing();
        if !closing.is_empty() {
            text.push('\n');
            text += &closing;
        }
        text
    }

    /// What was not tested, is worth a word, or was not read: what JSON has no field for.
    pub fn asides(&self) -> Vec<String> {
        let unread = self.unread.iter().map(|part| format!("not read: {}", self.shown(part)));
        self.remarks.iter().cloned().chain(unread).collect()
    }

    fn head(&self) -> String {
        let Some(refusal) = &self.diagnosis.refusal else {
            let endpoint = self.diagnosis.endpoint.map(|e| format!(": {} {}", e.method(), e.path()));
            return format!("accepted{}\n", endpoint.unwrap_or_default());
        };
        let status = refusal.status.map(|s| format!("HTTP {s}"));
        let code = refusal.code.map(|code| match self.name {
            Some(name) => format!("{code} {name}"),
            None => code.to_string(),
        });
        let answer: Vec<String> = status.into_iter().chain(code).collect();
        let parts = [answer.join(", "), self.shown(&refusal.message)];
        let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        format!("refused: {}\n", parts.join(": "))
    }

    fn shown(&self, text: &str) -> String {
        sanitize(&self.masker.apply(text)).into_owned()
    }

    fn finding(&self, number: usize, finding: &Finding) -> String {
        let proof = match &finding.signed {
            Some(_) => ": signing it this way gives the signature that was sent",
            None => "",
        };
        let certainty = finding.certainty.as_str();
        let mut text = format!("{number}. {} ({certainty}{proof})\n", finding.mistake);
        let mut line = |label: &str, value: &str| {
            let _ = writeln!(text, "   {label:<7} {value}");
        };
        line("cause:", &self.shown(&finding.cause));
        if let Some(seen) = &finding.seen {
            line("seen:", &self.shown(seen));
        }
        if let Some(signed) = &finding.signed {
            let (signed, sent) = (self.payload(signed), self.payload(&self.diagnosis.payload));
            line("signed:", &signed);
            line("sent:", &sent);
            line("", &mark(&signed, &sent));
        }
        line("why:", finding.why);
        line("fix:", &self.shown(&finding.fix));
        for (name, fix) in self.client_fixes(finding.mistake) {
            line("", &format!("{name:<8} {fix}"));
        }
        text
    }

    /// Bytes that were signed or sent, on one line.
    fn payload(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        for chunk in bytes.utf8_chunks() {
            text += &sanitize(&self.masker.apply_to_payload(chunk.valid()));
            for byte in chunk.invalid() {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
        text
    }

    fn client_fixes(&self, mistake: &str) -> Vec<(&'static str, &'static str)> {
        let fix = |client: &'static Client| Some((client.name(), client.fix(mistake)?));
        match self.client {
            Some(client) => fix(client).into_iter().collect(),
            None => explain::clients().iter().filter_map(fix).take(MOST_CLIENTS).collect(),
        }
    }

    fn closing(&self) -> String {
        let mut sentences = Vec::new();
        let diagnosis = self.diagnosis;
        if diagnosis.tried > 0 {
            sentences.push(format!(
                "{RULED_OUT}: none of {} tries gives the signature that was sent.",
                diagnosis.tried
            ));
        }
        if diagnosis.signature_right == Some(true) {
            sentences.push("The signature is right.".to_owned());
        }
        if diagnosis.complete && !diagnosis.findings.is_empty() {
            let what = if diagnosis.findings.len() == 1 { "this" } else { "these" };
            sentences.push(format!("With {what} mended the request is accepted."));
        }
        sentences.extend(self.asides());
        let mut text = sentences.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(signature) = &self.expected_signature {
            let _ = writeln!(text, "expected signature: {signature}");
        }
        text
    }
}

/// A line that points at the first character in which two texts differ.
fn mark(one: &str, other: &str) -> String {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let width: usize = same.map(|(a, _)| unicode_width::UnicodeWidthChar::width(a).unwrap_or(0)).sum();
    format!("{}^ here they differ", " ".repeat(width))
}
