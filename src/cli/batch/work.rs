//! Sends the lines, one or several at a time.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::board::{self, Board};
use super::journal::{Intent, Journal};
use super::steps::{Line, Steps};
use crate::cli::account::Account;
use crate::cli::exit::{Failure, Kind};
use crate::cli::query::Query;
use crate::cli::send::{self, Hosts, Lane};
use crate::cli::session::Session;
use crate::cli::settle;
use crate::render::{Format, Output, Style};

/// What the workers share.
pub struct Work<'a> {
    /// The lines.
    pub steps: &'a Steps,
    /// The batch.
    pub session: &'a Session,
    /// The address of an exchange inside this process.
    pub practice: Option<&'a str>,
    /// Where it is noted what is done.
    pub journal: Option<&'a Journal>,
    /// Where results go.
    pub board: &'a Board,
    /// Whether the first failure ends it.
    pub stop_on_error: bool,
}

/// What came of a line.
struct Ended {
    answer: String,
    failure: Option<Failure>,
    settled: bool,
}

/// How far a line has come.
#[derive(Default)]
struct Course {
    /// Whether it is counted as a change under way.
    changing: Cell<bool>,
    /// Whether it was not sent because the batch ended.
    held_back: Cell<bool>,
}

impl Work<'_> {
    /// Sends all lines that the journal has no result of, with so many requests under way at once.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn run(&self, account: &Account, parallel: usize) -> Result<(), Failure> {
        let (next, hosts) = (AtomicUsize::new(0), Hosts::default());
        thread::scope(|scope| {
            for _ in 0..parallel.min(self.steps.len()) {
                let (account, next) = (account.clone(), &next);
                let lane = Lane::new(&account.settings, Hosts::clone(&hosts));
                let worker = move || {
                    let _guard = StopsOnPanic(self.board);
                    while !self.board.is_stopped() {
                        let index = next.fetch_add(1, Ordering::SeqCst);
                        let Some(number) = self.steps.number(index) else { return };
                        if !self.board.may_begin(index) {
                            return;
                        }
                        self.step(index, number, &account, &lane);
                    }
                };
                thread::Builder::new().spawn_scoped(scope, worker).map_err(|e| {
                    self.board.stop();
                    Failure::new(Kind::Other, format!("no thread can be started: {e}"))
                })?;
            }
            Ok(())
        })
    }

    fn step(&self, index: usize, number: usize, account: &Account, lane: &Lane) {
        if let Some((code, text)) = self.journal.and_then(|journal| journal.result(number)) {
            // Who runs it again after a failure wants it to go on.
            return self.board.done(index, code, text);
        }
        let course = Course::default();
        let ended = self.send(index, account, lane, &course).unwrap_or_else(|failure| Ended {
            answer: String::new(),
            failure: Some(failure),
            settled: false,
        });
        if !course.held_back.get() {
            self.note(index, number, &ended);
        }
        if course.changing.get() {
            self.board.change_ends();
        }
    }

    fn note(&self, index: usize, number: usize, ended: &Ended) {
        let code = ended.failure.as_ref().map_or(0, |failure| failure.kind.exit_code());
        let text = board::line(number, code, Some(&ended.answer), ended.failure.as_ref(), ended.settled);
        if let Some(Err(failure)) = self.journal.map(|journal| journal.note_result(number, &text)) {
            // What cannot be noted any more is not begun any more.
            self.board.fail(failure);
        }
        self.board.done(index, code, text);
        if code != 0 && self.stop_on_error {
            self.board.stop();
        }
    }

    fn send(&self, index: usize, account: &Account, lane: &Lane, course: &Course) -> Result<Ended, Failure> {
        let Some(asked) = self.steps.line(index, self.session)? else {
            return Err(Failure::new(Kind::Other, "there is no such line"));
        };
        let Line { number, target, mut typed, session } = asked;
        let intent = self.journal.and_then(|journal| journal.unsettled(number));
        if let Some(id) = intent.as_ref().and_then(|intent| intent.id.as_ref()) {
            typed.name_change(&target, id);
        }
        let mut query = Query::of(account, target, typed, &session)?;
        let fields = query.output().fields.clone();
        query.set_output(Output { format: Format::Compact, fields, style: Style::default() });
        let base_url = query.base_url(self.practice)?;
        if let Some(intent) = intent {
            if let Some(at) = intent.sent_at {
                query.sent_at.note(at);
            }
            let unknown = Failure::new(
                Kind::Unknown,
                "an earlier run ended while it was under way; whether it was executed is not known",
            );
            return Ok(settled(&query, base_url.as_str(), query.complete(unknown)));
        }
        let about_to_send = || {
            // Counted before it is looked whether the batch has ended: what ends it looks at the count afterwards.
            if query.target.changes && !course.changing.replace(true) {
                self.board.change_begins();
            }
            if self.board.is_stopped() {
                course.held_back.set(true);
                return Err(Failure::new(Kind::Other, "the batch ended before this line was sent"));
            }
            let Some(journal) = self.journal.filter(|_| query.target.changes) else { return Ok(()) };
            let id = query.id.as_ref().map(|(_, id)| id.clone());
            journal.note_intent(number, &Intent { id, sent_at: query.sent_at.get() })
        };
        let (answer, result) = send::collect(&query, base_url.as_str(), lane, &about_to_send);
        match result {
            Err(failure) if failure.kind == Kind::Unknown && session.globals.settle => {
                Ok(settled(&query, base_url.as_str(), failure))
            }
            result => Ok(Ended {
                answer: String::from_utf8(answer)
                    .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
                failure: result.err(),
                settled: false,
            }),
        }
    }
}

/// A line whose worker is gone never ends, and others would wait for it.
struct StopsOnPanic<'a>(&'a Board);

impl Drop for StopsOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

/// Asks what became of a change.
fn settled(query: &Query<'_>, base_url: &str, unknown: Failure) -> Ended {
    let mut answer = String::new();
    let result = settle::outcome(query, base_url, unknown, &mut |_, settled| {
        answer = settled.to_json();
        Ok(())
    });
    let failure = result.err();
    let settled = failure.as_ref().is_none_or(|failure| failure.kind != Kind::Unknown);
    Ended { answer, failure, settled }
}
