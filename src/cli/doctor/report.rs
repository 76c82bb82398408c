//! What all checks found, as lines, as JSON, and as a report without what identifies somebody.

use std::env::consts::{ARCH, OS};
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::check::{Finding, State};
use super::examination::Examination;
use super::{first_failed, private};
use crate::cli::exit::{Failure, safe_json};
use crate::text::sanitize;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How wide the column of names is; a longer name pushes its line to the right.
const NAME_WIDTH: usize = 16;

/// What all checks found. Holds no secret and no whole key.
pub struct Report<'a> {
    examination: &'a Examination<'a>,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    /// Takes the findings, and hides key and secret in them.
    pub fn new(examination: &'a Examination<'a>, mut findings: Vec<Finding>) -> Self {
        let redactor = &examination.redactor;
        for finding in &mut findings {
            finding.detail = redactor.apply(&finding.detail);
            finding.fix = finding.fix.take().map(|fix| redactor.apply(&fix));
            finding.value = hidden(&finding.value, &|text| redactor.apply(text));
        }
        Self { examination, findings }
    }

    /// A line for each finding, with its fix below.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for Finding { name, state, detail, fix, .. } in &self.findings {
            let (word, name) = (state.word(), sanitize(name));
            let _ = writeln!(text, "{word:<4}  {name:<NAME_WIDTH$} {}", sanitize(detail));
            if let Some(fix) = fix {
                let _ = writeln!(text, "      fix: {}", sanitize(fix));
            }
        }
        text
    }

    /// One object.
    pub fn to_json(&self) -> String {
        let checks: Vec<Value> = self
            .findings
            .iter()
            .map(|f| {
                let state = f.state.word().to_lowercase();
                json!({ "name": f.name, "state": state, "detail": f.detail, "fix": f.fix, "value": f.value })
            })
            .collect();
        let exit_code = first_failed(&self.findings).map_or(0, |(kind, ..)| kind.exit_code());
        let object =
            json!({ "checks": checks, "version": VERSION, "platform": platform(), "exit_code": exit_code });
        safe_json(&object.to_string()) + "\n"
    }

    /// Markdown to paste. Names of users, addresses and proxies are left out.
    pub fn to_markdown(&self) -> String {
        let x = self.examination;
        let environment = x.settings.as_ref().map_or("unknown", |s| s.environment.value.as_str());
        let host = x.url.as_ref().map_or("unknown", |url| url.as_str());
        let key = x.key().map_or_else(|| "none".to_owned(), |key| key.api_key.masked());
        let facts = [
            ("version", VERSION.to_owned()),
            ("platform", platform()),
            ("environment", environment.to_owned()),
            ("host", host.to_owned()),
            ("API key", key),
        ];
        let mut text = String::from("### bnq doctor\n\n");
        for (name, fact) in facts {
            let _ = writeln!(text, "- {name}: {}", sanitize(&fact));
        }
        let _ = write!(text, "\n```text\n{}```\n", self.to_text());
        self.without_names(&text)
    }

    fn without_names(&self, text: &str) -> String {
        let x = self.examination;
        private::mask(text, x.inputs.home.as_deref(), x.proxy_host.as_deref())
    }

    /// As [`Report::failure`], with what [`Report::to_markdown`] leaves out left out: a terminal is pasted whole.
    pub fn private_failure(&self) -> Option<Failure> {
        let mut failure = self.failure()?;
        failure.message = self.without_names(&failure.message);
        failure.fix = failure.fix.map(|fix| self.without_names(&fix));
        Some(failure)
    }

    /// The first failed check, as what the command ends with.
    pub fn failure(&self) -> Option<Failure> {
        let (kind, count, first) = first_failed(&self.findings)?;
        let made = self.findings.iter().filter(|f| f.state != State::Skip).count();
        let message = format!("{count} of {made} checks failed; the first: {}: {}", first.name, first.detail);
        let failure = Failure::new(kind, message);
        Some(match &first.fix {
            Some(fix) => failure.with_fix(fix.clone()),
            None => failure,
        })
    }
}

fn platform() -> String {
    format!("{OS} {ARCH}")
}

/// The value with its texts changed.
fn hidden(value: &Value, hide: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => hide(text).into(),
        Value::Array(items) => items.iter().map(|item| hidden(item, hide)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), hidden(value, hide))).collect()
        }
        other => other.clone(),
    }
}
