use crate::catalogue::Endpoint;
use crate::explain;
use crate::text::fill;

/// What the exchange makes of a request before it looks at the account.
#[derive(Debug)]
pub enum Verdict {
    /// It passes.
    Accepted(Accepted),
    /// It is refused.
    Refused(Refusal),
}

/// A request that passed the gate.
#[derive(Debug)]
pub struct Accepted {
    /// The endpoint it is for.
    pub endpoint: &'static Endpoint,
    /// Names and values, decoded; where a name stands in query and body, the query's value.
    pub parameters: Vec<(String, String)>,
    /// The API key it came with, where the endpoint needs one.
    pub api_key: Option<String>,
}

/// A refusal in the exchange's words, and the reason in ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The exchange's code; `None` where it answers without one.
    pub code: Option<i32>,
    /// The exchange's message.
    pub message: String,
    /// The name of the mistake in `data/mistakes.toml`.
    pub mistake: &'static str,
    /// What was wrong, in one clause.
    pub cause: String,
    /// What to do about it.
    pub fix: String,
    /// The body, where it has not the usual form.
    pub document: Option<String>,
    /// The parameters that it is about.
    pub(super) about: Vec<String>,
}

impl Refusal {
    /// A refusal for a known mistake. `seen` fills in the words in braces of its texts.
    pub(super) fn new(
        (status, code): (u16, Option<i32>),
        message: impl Into<String>,
        mistake: &'static str,
        seen: &[(&str, &str)],
    ) -> Self {
        let (cause, fix) = explain::mistake(mistake).map_or(("", ""), |m| (m.cause(), m.fix()));
        let message = message.into();
        let (cause, fix) = (fill(cause, seen), fill(fix, seen));
        Self { status, code, message, mistake, cause, fix, document: None, about: Vec::new() }
    }

    /// The refusal with a body of its own.
    pub(super) fn with_document(mut self, document: String) -> Self {
        self.document = Some(document);
        self
    }

    /// The refusal with the parameters that it is about.
    pub(super) fn about(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.about = names.into_iter().map(Into::into).collect();
        self
    }

    /// The answer's body: `{"code":-1121,"msg":"Invalid symbol."}`, or empty where there is no code.
    pub fn body(&self) -> String {
        if let Some(document) = &self.document {
            return document.clone();
        }
        self.code
            .map(|code| serde_json::json!({ "code": code, "msg": self.message }).to_string())
            .unwrap_or_default()
    }
}
