//! How the outcome of a change is found out afterwards: the command that is offered, and what it needs to know.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::catalogue::{self, Endpoint, Outcome, TOP_GROUP};
use crate::cli::exit::Failure;
use crate::cli::query::Query;
use crate::cli::values;
use crate::render::request::shell_quote;
use crate::signing::{Parameters, RecvWindow};

/// When a change was signed, in milliseconds since 1970; known once it was.
#[derive(Clone, Debug, Default)]
pub struct SentAt(Arc<AtomicI64>);

impl SentAt {
    /// Notes the time.
    pub fn note(&self, ms: i64) {
        self.0.store(ms, Ordering::SeqCst);
    }

    /// The time, once it is known.
    pub fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::SeqCst)).filter(|ms| *ms != 0)
    }
}

/// The question by which a change that created something is settled.
#[derive(Clone)]
pub struct Question {
    /// The read that is asked.
    pub ask: &'static Endpoint,
    /// How its answer is read.
    pub outcome: &'static Outcome,
    /// What it is asked with.
    pub parameters: Parameters,
}

impl Question {
    /// The question for a change; `None` where the catalogue has none, or no id was sent.
    pub fn of(query: &Query<'_>) -> Option<Self> {
        let settle = query.target.settle()?;
        settle.id()?;
        let ask = catalogue::find(query.target.group, settle.ask())?;
        let outcome = ask.outcome()?;
        let parameters = copied(query, ask)?;
        parameters.get(outcome.id())?;
        Some(Self { ask, outcome, parameters })
    }

    /// The id of what is asked about.
    pub fn id(&self) -> Option<&str> {
        self.parameters.get(self.outcome.id())
    }

    /// The words after `settle` that ask it.
    fn words(&self, change: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (name, value) in self.parameters.iter() {
            match name {
                // A word with a dash would be read as a flag.
                _ if name == self.outcome.id() && !value.starts_with('-') => {
                    words.insert(0, value.to_owned());
                }
                "symbol" if !value.starts_with('-') => {
                    words.extend(["--symbol".to_owned(), value.to_owned()]);
                }
                _ => words.push(format!("{name}={value}")),
            }
        }
        let group = self.ask.group();
        if group != TOP_GROUP {
            words.extend(["--group".to_owned(), group.to_owned()]);
        }
        if !self.outcome.usual() {
            words.extend(["--of".to_owned(), change.to_owned()]);
        }
        words
    }
}

/// What is copied from a change into the question about it, if that is enough to ask.
fn copied(query: &Query<'_>, ask: &'static Endpoint) -> Option<Parameters> {
    let mut copied = Parameters::new();
    for (from, to) in query.target.settle()?.copy() {
        let Some((value, target)) = query.parameter(from).zip(ask.parameter(to)) else { continue };
        copied.push(target.name(), value);
    }
    // Without an id there is nothing to ask by.
    values::check_together(ask, &copied).ok().map(|()| copied)
}

/// What is said of a change whose outcome is unknown.
#[derive(Clone)]
pub struct Settling {
    named: String,
    words: Option<Vec<String>>,
    sent_at: Option<SentAt>,
}

impl Settling {
    /// For a change.
    pub fn of(query: &Query<'_>) -> Self {
        let named = query.id.as_ref().map(|(name, id)| format!(" ({name} {id})")).unwrap_or_default();
        let mut words = vec!["bnq".to_owned()];
        words.extend(query.session.globals.account_flags());
        if let Some(question) = Question::of(query) {
            words.push("settle".to_owned());
            words.extend(question.words(query.target.endpoint.map_or("", Endpoint::command)));
            let window = query.window();
            if window != RecvWindow::DEFAULT {
                words.extend(["--recv-window".to_owned(), window.to_owned()]);
            }
            return Self { named, words: Some(words), sent_at: Some(query.sent_at.clone()) };
        }
        let read = reading(query).map(|read| words.into_iter().chain(read).collect());
        Self { named, words: read, sent_at: None }
    }

    /// The next step.
    pub fn fix(&self) -> String {
        let Self { named, .. } = self;
        match self.command() {
            Some(command) => {
                format!("do not send it again before this tells what became of it{named}: {command}")
            }
            None => format!("look at the account before sending it again{named}"),
        }
    }

    /// The command that tells the outcome, quoted for a shell.
    fn command(&self) -> Option<String> {
        let sent_at = self.sent_at.as_ref().and_then(SentAt::get);
        let sent_at = sent_at.map(|ms| ["--sent-at".to_owned(), ms.to_string()]);
        let words = self.words.iter().flatten().cloned().chain(sent_at.into_iter().flatten());
        self.words.as_ref()?;
        Some(quoted(words))
    }
}

/// A command line, quoted for a shell.
pub fn quoted(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().map(|word| shell_quote(&word)).collect::<Vec<_>>().join(" ")
}

/// The read whose answer shows the outcome to a person, where no answer of its tells it in a word.
fn reading(query: &Query<'_>) -> Option<Vec<String>> {
    let ask = catalogue::find(query.target.group, query.target.settle()?.ask())?;
    let parameters = copied(query, ask)?;
    let flags = parameters.iter().filter_map(|(name, value)| {
        ask.parameter(name).map(|p| [format!("--{}", p.flag()), value.to_owned()])
    });
    Some(ask.words().into_iter().map(str::to_owned).chain(flags.flatten()).collect())
}

/// Refuses `--settle` before anything is sent where it could not be kept to.
///
/// # Errors
/// A usage failure that says why.
pub fn check(query: &Query<'_>) -> Result<(), Failure> {
    if !query.session.globals.settle || Question::of(query).is_some() {
        return Ok(());
    }
    let name = query.target.name();
    let settle = query.target.settle();
    let (message, fix) = match settle {
        _ if !query.target.changes => {
            (format!("{name} changes nothing, so there is nothing to settle"), "leave out --settle")
        }
        Some(settle) if settle.id().is_some() && query.id.is_none() => (
            format!("{name} carries no id here, and without one its outcome cannot be asked for"),
            "leave out --no-client-id, or give an id of your own",
        ),
        _ => (
            format!("the catalogue has no answer that tells in a word what became of {name}"),
            "leave out --settle; if the outcome is unknown, the message says where to look",
        ),
    };
    Err(Failure::usage(message).with_fix(fix))
}
