//! The endpoint by which a test sets the rules of a running server.

use std::fmt;

use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::{Counted, Faults, Memory, Rule, State};
use crate::diagnose::ReceivedRequest;
use crate::practice::exchange::{Answered, Reason};

/// What a request to the control endpoint has to carry: 256 random bits in 64 characters, which the log masks as it
/// does unknown keys.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one; `None` if the system has no random numbers.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(hex::encode(bytes)))
    }

    /// Its characters, to tell them the user.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

impl Faults {
    /// The path of the control endpoint.
    pub const CONTROL: &'static str = "/bnq/faults";
    /// The header that carries the token.
    pub const TOKEN_HEADER: &'static str = "X-Bnq-Token";
}

/// Replaces the rules by those in the body, a line each.
pub(super) fn answer(request: &ReceivedRequest, token: &Token, state: &mut State) -> Answered {
    if request.method != "POST" {
        let mut refused = refused(405, "the fault rules are set by POST".to_owned(), "send POST");
        refused.headers.push(("Allow", "POST".to_owned()));
        return refused;
    }
    if !request.header(Faults::TOKEN_HEADER).is_some_and(|given| token.is(given)) {
        let cause = format!("the header `{}` does not hold the token", Faults::TOKEN_HEADER);
        return refused(403, cause, "send the token that `bnq serve --control` printed when it started");
    }
    match rules(&request.body) {
        Ok(rules) => {
            let replaced = listed(&state.rules);
            state.rules = rules.into_iter().map(Counted::new).collect();
            state.replaced += 1;
            state.memory = Memory::default();
            let body = json!({ "seed": state.seed, "faults": listed(&state.rules), "replaced": replaced });
            answered(200, &body, None, Some("fault rules replaced"))
        }
        Err((cause, fix)) => refused(400, cause, &fix),
    }
}

/// The rules of a body. The first line that is none is told, and what to write instead.
fn rules(body: &[u8]) -> Result<Vec<Rule>, (String, String)> {
    let text = std::str::from_utf8(body)
        .map_err(|_| ("the rules are no UTF-8".to_owned(), "send text, a rule a line".to_owned()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            line.parse::<Rule>().map_err(|error| (format!("line {number}: {error}"), error.fix()))
        })
        .collect()
}

fn listed(rules: &[Counted]) -> Vec<Value> {
    let row = |c: &Counted| json!({ "rule": c.rule.to_string(), "seen": c.seen, "hits": c.hits });
    rules.iter().map(row).collect()
}

fn refused(status: u16, cause: String, fix: &str) -> Answered {
    let body = json!({ "error": cause, "fix": fix });
    let reason = Reason { cause, fix: fix.to_owned(), ..Reason::default() };
    answered(status, &body, Some(reason), None)
}

fn answered(status: u16, body: &Value, reason: Option<Reason>, note: Option<&'static str>) -> Answered {
    let headers = vec![("Content-Type", "application/json;charset=UTF-8".to_owned())];
    Answered { status, headers, body: body.to_string() + "\n", reason, note, ..Answered::default() }
}
