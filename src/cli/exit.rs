//! Every way a command can end badly: what is said about it, and the exit code.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::catalogue::{Environment, Method};
use crate::cli::console::span;
use crate::explain;
use crate::text::{self, sanitize};

/// What went wrong, in the words of `--errors json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Anything else.
    Other,
    /// The command line; nothing was sent.
    Usage,
    /// Configuration or credentials; nothing was sent.
    Config,
    /// Refused: key, signature, permission, address.
    Auth,
    /// Refused: timestamp outside the window.
    Timestamp,
    /// Refused: a limit or ban.
    RateLimit,
    /// Refused: anything else.
    Refused,
    /// No answer, or one of a fault inside the exchange; nothing was changed.
    NoAnswer,
    /// A change was sent, and whether it was executed is not known.
    Unknown,
    /// Done in part.
    Partial,
    /// Interrupted before anything was sent, or during a read.
    Interrupted,
    /// The same by SIGTERM.
    #[serde(rename = "interrupted")]
    Terminated,
}

impl Kind {
    /// Every kind, in the order of the exit codes.
    pub const ALL: [Self; 12] = [
        Self::Other,
        Self::Usage,
        Self::Config,
        Self::Auth,
        Self::Timestamp,
        Self::RateLimit,
        Self::Refused,
        Self::NoAnswer,
        Self::Unknown,
        Self::Partial,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// What the exit code tells, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Other => "Anything else; nothing found.",
            Self::Usage => {
                "Usage: unknown flag, missing or malformed parameter, not confirmed; nothing was sent."
            }
            Self::Config => "Configuration or credentials; nothing was sent.",
            Self::Auth => "Refused: key, signature, permission or address.",
            Self::Timestamp => "Refused: timestamp outside the window; the next run corrects the clock.",
            Self::RateLimit => "Refused: rate limit or ban; or nothing was sent, since it would have been.",
            Self::Refused => "Refused: anything else; nothing was done.",
            Self::NoAnswer => "No answer, or a fault of the exchange's; a change was not executed.",
            Self::Unknown => {
                "Unknown: a change was sent, and whether it was executed is not known; the message says how to find out."
            }
            Self::Partial => "Partly done.",
            Self::Interrupted => "Interrupted before anything was sent, or during a read.",
            Self::Terminated => "Asked to end before anything was sent, or during a read.",
        }
    }

    /// The exit code. These are public: scripts branch on them.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::Auth => 4,
            Self::Timestamp => 5,
            Self::RateLimit => 6,
            Self::Refused => 7,
            Self::NoAnswer => 8,
            Self::Unknown => 9,
            Self::Partial => 10,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What a refusal of the exchange's means. Where execution is uncertain, a change is unknown and a read went
    /// unanswered.
    pub fn of_refusal(kind: explain::Kind, changes: bool) -> Self {
        match kind {
            explain::Kind::Auth => Self::Auth,
            explain::Kind::Timestamp => Self::Timestamp,
            explain::Kind::RateLimit => Self::RateLimit,
            explain::Kind::Uncertain if changes => Self::Unknown,
            explain::Kind::Uncertain | explain::Kind::NotExecuted => Self::NoAnswer,
            explain::Kind::Partial => Self::Partial,
            explain::Kind::Refused => Self::Refused,
        }
    }
}

/// A failure, with all that is known about it. Holds no secret: whatever goes in has been masked.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub kind: Kind,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The exchange's code.
    pub code: Option<i64>,
    /// The exchange's name for the code, or what the status is called.
    pub name: Option<String>,
    /// The exchange's message, or what happened.
    pub message: String,
    /// The likely cause.
    pub cause: Option<String>,
    /// The next step.
    pub fix: Option<String>,
    /// The method of the request.
    pub method: Option<Method>,
    /// The path of the request.
    pub path: Option<String>,
    /// Which exchange it was meant for.
    pub environment: Option<Environment>,
    /// The id by which the outcome of a change can be asked for.
    pub client_order_id: Option<String>,
    /// How long the exchange asks to wait, in seconds.
    pub retry_after_s: Option<u64>,
    /// The answer's body.
    pub body: Option<String>,
    /// Whether the body says more than the fields above, so that people are shown it too.
    pub show_body: bool,
    /// Whether all there is to say has been said on stdout: only the exit code is left.
    pub said: bool,
}

impl Failure {
    /// A failure of which nothing more is known.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            name: None,
            message: message.into(),
            cause: None,
            fix: None,
            method: None,
            path: None,
            environment: None,
            client_order_id: None,
            retry_after_s: None,
            body: None,
            show_body: false,
            said: false,
        }
    }

    /// A result that has been printed and is no success, such as the verdict of `bnq check`.
    pub fn said(kind: Kind) -> Self {
        Self { said: true, ..Self::new(kind, "") }
    }

    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds the next step.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds the likely cause.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The failure for people: a line each for what happened, the cause, the next step, the id of a change that was not
    /// executed, and how long the exchange wants none.
    pub fn to_text(&self) -> String {
        let mut head = Vec::new();
        if let Some(status) = self.status {
            head.push(format!("HTTP {status}"));
        }
        match (self.code, &self.name) {
            (Some(code), Some(name)) => head.push(format!("{code} {name}")),
            (Some(code), None) => head.push(code.to_string()),
            (None, Some(name)) => head.push(name.clone()),
            (None, None) => {}
        }
        let head = if head.is_empty() { String::new() } else { format!("{}: ", head.join(", ")) };
        let mut text = format!("error: {}{}\n", sanitize(&head), sanitize(&self.message));
        if let Some(cause) = &self.cause {
            let _ = writeln!(text, "cause: {}", sanitize(cause));
        }
        if let Some(fix) = &self.fix {
            let _ = writeln!(text, "fix:   {}", sanitize(fix));
        }
        // A change that was not executed is sent again under the same id, which may have been made up here.
        if let Some(id) = self.client_order_id.as_ref().filter(|_| self.kind == Kind::NoAnswer) {
            let _ = writeln!(text, "id:    {}", sanitize(id));
        }
        if let (Some(_), Some(seconds)) = (self.status, self.retry_after_s) {
            let _ = writeln!(text, "wait:  {}", span(Duration::from_secs(seconds)));
        }
        for line in self.body.iter().filter(|_| self.show_body).flat_map(|body| body.lines()) {
            let _ = writeln!(text, "body:  {}", sanitize(line));
        }
        text
    }

    /// The failure as one line of JSON, with all fields always there.
    pub fn to_json(&self) -> String {
        let error = Report {
            kind: self.kind,
            exit_code: self.kind.exit_code(),
            status: self.status,
            code: self.code,
            name: self.name.as_deref(),
            message: &self.message,
            cause: self.cause.as_deref(),
            fix: self.fix.as_deref(),
            method: self.method.map(Method::as_str),
            path: self.path.as_deref(),
            environment: self.environment.map(Environment::as_str),
            client_order_id: self.client_order_id.as_deref(),
            retry_after_s: self.retry_after_s,
            body: self.body.as_deref().map(body_of),
        };
        // Strings, numbers and raw JSON: none of these can fail to be written.
        let line = serde_json::to_string(&Line { error }).unwrap_or_default();
        safe_json(&line)
    }
}

/// One line of JSON without characters that a terminal acts on: they stand inside strings alone, where JSON takes them
/// escaped as well.
pub fn safe_json(line: &str) -> String {
    let mut safe = String::with_capacity(line.len());
    for character in line.chars() {
        if text::is_unsafe(character) { text::escape(character, &mut safe) } else { safe.push(character) }
    }
    safe
}

#[derive(Serialize)]
struct Line<'a> {
    error: Report<'a>,
}

#[derive(Serialize)]
struct Report<'a> {
    kind: Kind,
    exit_code: u8,
    status: Option<u16>,
    code: Option<i64>,
    name: Option<&'a str>,
    message: &'a str,
    cause: Option<&'a str>,
    fix: Option<&'a str>,
    method: Option<&'a str>,
    path: Option<&'a str>,
    environment: Option<&'a str>,
    client_order_id: Option<&'a str>,
    retry_after_s: Option<u64>,
    body: Option<Body<'a>>,
}

/// JSON as it came, so that no number changes its characters; anything else as a string.
#[derive(Serialize)]
#[serde(untagged)]
enum Body<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

fn body_of(text: &str) -> Body<'_> {
    // A raw value may hold line ends, and the report is one line.
    serde_json::from_str(text)
        .ok()
        .filter(|raw: &&RawValue| !raw.get().contains(['\n', '\r']))
        .map_or(Body::Text(text), Body::Json)
}

impl From<anyhow::Error> for Failure {
    /// What no layer has a word for: a terminal that cannot be asked, a stdout that cannot be written.
    fn from(error: anyhow::Error) -> Self {
        Self::new(Kind::Other, format!("{error:#}"))
    }
}
