use crate::catalogue::Endpoint;

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
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The exchange's code; `None` where it answers without one.
    pub code: Option<i32>,
    /// The exchange's message.
    pub message: String,
    /// The name of the mistake in `data/mistakes.toml`, where one is known.
    pub mistake: Option<&'static str>,
    /// What was wrong, in one clause.
    pub cause: String,
    /// What to do about it.
    pub fix: String,
}

impl Refusal {
    /// The answer's body: `{"code":-1121,"msg":"Invalid symbol."}`, or empty where there is no code.
    pub fn body(&self) -> String {
        self.code
            .map(|code| serde_json::json!({ "code": code, "msg": self.message }).to_string())
            .unwrap_or_default()
    }
}
