//! What came of each line: printed in the order of the input, counted, and shown while it goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::print;

/// How often the progress is shown at most.
const REFRESH: Duration = Duration::from_millis(100);

/// How often it is looked whether changes are still under way.
const POLL: Duration = Duration::from_millis(10);

/// How long the process waits to be ended after a signal; it goes on where the signal's default is to be ignored.
const LAST_WORD: Duration = Duration::from_secs(5);

/// The results of a batch.
pub struct Board {
    total: usize,
    progress: bool,
    /// Nothing more is to be begun.
    stopped: AtomicBool,
    /// A signal ends it.
    interrupted: AtomicBool,
    /// Changes that may have left and of which nothing is known yet.
    changing: AtomicUsize,
    sheet: Mutex<Sheet>,
}

#[derive(Default)]
struct Sheet {
    /// The index of the line that is printed next.
    next: usize,
    waiting: BTreeMap<usize, String>,
    done: usize,
    failed: usize,
    unknown: usize,
    closed: bool,
    shown: Option<Instant>,
    unprinted: Option<Failure>,
}

/// A line of the output. `answer` is JSON; `error` is the object that `--errors json` prints.
pub fn line(number: usize, code: u8, answer: Option<&str>, error: Option<&Failure>, settled: bool) -> String {
    let answer = answer.map(str::trim).filter(|text| !text.is_empty()).unwrap_or("null");
    let error = error.map(Failure::to_json);
    let error = error.as_deref().and_then(|e| e.strip_prefix("{\"error\":")?.strip_suffix('}'));
    let error = error.unwrap_or("null");
    format!(
        "{{\"line\":{number},\"exit_code\":{code},\"answer\":{answer},\"error\":{error},\"settled\":{settled}}}\n"
    )
}

impl Board {
    /// For so many lines.
    pub fn new(total: usize, progress: bool) -> Self {
        let (stopped, interrupted, changing, sheet) = Default::default();
        Self { total, progress, stopped, interrupted, changing, sheet }
    }

    /// Whether nothing more is to be begun.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Lets nothing more be begun.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// A change is about to be sent.
    pub fn change_begins(&self) {
        self.changing.fetch_add(1, Ordering::SeqCst);
    }

    /// What became of it has been noted.
    pub fn change_ends(&self) {
        self.changing.fetch_sub(1, Ordering::SeqCst);
    }

    /// Takes the result of a line, and prints what is next in the order of the input.
    pub fn done(&self, index: usize, code: u8, text: String) {
        let mut sheet = self.sheet();
        if sheet.closed {
            return;
        }
        sheet.done += 1;
        sheet.failed += usize::from(code != 0);
        sheet.unknown += usize::from(code == Kind::Unknown.exit_code());
        sheet.waiting.insert(index, text);
        let mut ready = String::new();
        loop {
            let next = sheet.next;
            let Some(text) = sheet.waiting.remove(&next) else { break };
            ready.push_str(&text);
            sheet.next += 1;
        }
        sheet.print(&ready);
        if self.progress && sheet.shown.is_none_or(|at| at.elapsed() >= REFRESH) {
            sheet.shown = Some(Instant::now());
            let failed = if sheet.failed > 0 { format!(", {} failed", sheet.failed) } else { String::new() };
            console::print_stderr(&format!("\r\x1b[K{} of {} lines{failed}", sheet.done, self.total));
        }
    }

    /// Ends the batch at a signal: once no change is under way, or after `patience`, what is there is printed. Says whether
    /// the outcome of any change is unknown.
    pub fn interrupt(&self, patience: Duration) -> bool {
        self.interrupted.store(true, Ordering::SeqCst);
        self.stop();
        let began = Instant::now();
        while self.changing.load(Ordering::SeqCst) > 0 && began.elapsed() < patience {
            thread::sleep(POLL);
        }
        let changing = self.changing.load(Ordering::SeqCst);
        let mut sheet = self.sheet();
        sheet.close();
        changing > 0 || sheet.unknown > 0
    }

    /// How the batch ends. Where a signal ends it, that has the last word.
    ///
    /// # Errors
    /// Unless every line succeeded.
    pub fn ended(&self, journal: bool) -> Result<(), Failure> {
        if self.interrupted.load(Ordering::SeqCst) {
            thread::sleep(LAST_WORD);
        }
        let mut sheet = self.sheet();
        sheet.close();
        if self.progress {
            console::print_stderr("\r\x1b[K");
        }
        if let Some(failure) = sheet.unprinted.take() {
            return Err(failure);
        }
        let (failed, unknown, unsent) = (sheet.failed, sheet.unknown, self.total - sheet.done);
        drop(sheet);
        if failed == 0 && unsent == 0 {
            return Ok(());
        }
        let kind = if unknown > 0 { Kind::Unknown } else { Kind::Partial };
        let fix = match (unknown, journal) {
            (0, _) => "the lines with another exit_code than 0 say why, and what to do",
            (_, true) => {
                "run it again with the same journal: it asks what became of them, and sends none again"
            }
            (_, false) => "do not send these again before it is settled: `error.fix` of each says how",
        };
        Err(Failure::new(kind, self.summary("")).with_fix(fix))
    }

    /// What there is to say at the end.
    pub fn summary(&self, before: &str) -> String {
        let sheet = self.sheet();
        let lines = if self.total == 1 { "line" } else { "lines" };
        let mut text = format!("{before}{} {lines}: {} failed", self.total, sheet.failed);
        if sheet.unknown > 0 {
            text.push_str(&format!(", the outcome of {} unknown", sheet.unknown));
        }
        let unsent = self.total.saturating_sub(sheet.done);
        if unsent > 0 {
            text.push_str(&format!(", {unsent} without a result"));
        }
        text
    }

    fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.sheet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sheet {
    fn print(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // The work goes on; what could not be printed is said at the end.
        if let Err(failure) = print(text.as_bytes()) {
            self.unprinted.get_or_insert(failure);
        }
    }

    /// Prints what waits for lines that were not sent, and takes nothing more.
    fn close(&mut self) {
        let rest: String = std::mem::take(&mut self.waiting).into_values().collect();
        self.print(&rest);
        self.closed = true;
    }
}
