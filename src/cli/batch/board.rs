//! What came of each line: printed in the order of the input, counted, and shown while it goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::print;

/// How often the progress is shown at most.
const REFRESH: Duration = Duration::from_millis(100);

/// How many lines may be begun from the first one on that has no result yet: results of later lines are held until then.
const MOST_AHEAD: usize = 500;

/// From how much on, in bytes, no further results are held.
const MOST_HELD: usize = 512 << 10;

/// How many characters the bar is long.
const BAR: usize = 20;

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
    /// Told when a line may have come within reach, or none ever will.
    moved: Condvar,
}

#[derive(Default)]
struct Sheet {
    /// The index of the line that is printed next.
    next: usize,
    waiting: BTreeMap<usize, String>,
    /// The length of what waits, in bytes.
    held: usize,
    done: usize,
    failed: usize,
    unknown: usize,
    closed: bool,
    shown: Option<Instant>,
    unprinted: Option<Failure>,
    /// Why the batch could not go on.
    broken: Option<Failure>,
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
        let (stopped, interrupted, changing, sheet, moved) = Default::default();
        Self { total, progress, stopped, interrupted, changing, sheet, moved }
    }

    /// Whether nothing more is to be begun.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Lets nothing more be begun.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Under the lock, so that a worker that saw `false` is already waiting when it is told.
        drop(self.sheet());
        self.moved.notify_all();
    }

    /// Lets nothing more be begun, for this reason.
    pub fn fail(&self, failure: Failure) {
        self.sheet().broken.get_or_insert(failure);
        self.stop();
    }

    /// Waits until the line at this index may be begun, and says whether it still is to be.
    pub fn may_begin(&self, index: usize) -> bool {
        let mut sheet = self.sheet();
        while !self.is_stopped() && !sheet.reaches(index) {
            sheet = self.moved.wait(sheet).unwrap_or_else(PoisonError::into_inner);
        }
        !self.is_stopped()
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
        sheet.take(index, text);
        self.moved.notify_all();
        if self.progress && sheet.shown.is_none_or(|at| at.elapsed() >= REFRESH) {
            sheet.shown = Some(Instant::now());
            console::show_bar(&bar(sheet.done, self.total, sheet.failed));
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
        console::remove_bar();
        if let Some(failure) = sheet.unprinted.take() {
            return Err(failure);
        }
        let (failed, unknown, unsent) = (sheet.failed, sheet.unknown, self.total - sheet.done);
        let broken = sheet.broken.take();
        drop(sheet);
        if let Some(failure) = broken {
            let kind = if unknown > 0 { Kind::Unknown } else { failure.kind };
            let message = format!("{}; {}", failure.message, self.summary(""));
            return Err(Failure { kind, message, ..failure });
        }
        if failed == 0 && unsent == 0 {
            return Ok(());
        }
        let kind = if unknown > 0 { Kind::Unknown } else { Kind::Partial };
        let fix = match (unknown, journal) {
            (0, _) if failed == 0 => "run it again",
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

/// How far it is.
fn bar(done: usize, total: usize, failed: usize) -> String {
    let full = (done * BAR).checked_div(total).unwrap_or(BAR).min(BAR);
    let (full, empty) = ("#".repeat(full), "-".repeat(BAR - full));
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    format!("[{full}{empty}] {done} of {total} lines{failed}")
}

impl Sheet {
    /// Whether the line at this index may be begun: the first that has no result always, and so many after it.
    fn reaches(&self, index: usize) -> bool {
        index <= self.next || index - self.next < MOST_AHEAD && self.held < MOST_HELD
    }

    /// Prints a result once those before it are there.
    fn take(&mut self, index: usize, text: String) {
        self.held += text.len();
        self.waiting.insert(index, text);
        let mut ready = String::new();
        while let Some(text) = self.waiting.remove(&self.next) {
            ready.push_str(&text);
            self.next += 1;
        }
        self.held -= ready.len();
        self.print(&ready);
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_begun_so_far_ahead_of_the_first_without_a_result() {
        let long = |bytes: usize| "x".repeat(bytes);
        let cases = [
            ("the first", &[][..], 0, true),
            ("the last within reach", &[], MOST_AHEAD - 1, true),
            ("one too far", &[], MOST_AHEAD, false),
            ("one too far, though others have ended", &[(1, 1), (2, 1)], MOST_AHEAD, false),
            ("results held up to the bound", &[(1, MOST_HELD - 1)], 2, true),
            ("as many as may be held", &[(1, MOST_HELD / 2), (2, MOST_HELD / 2)], 3, false),
            ("the first, whatever is held", &[(1, MOST_HELD), (2, MOST_HELD)], 0, true),
        ];
        for (name, ended, index, reached) in cases {
            let mut sheet = Sheet::default();
            for (index, bytes) in ended {
                sheet.take(*index, long(*bytes));
            }
            assert_eq!(sheet.reaches(index), reached, "{name}");
        }
    }

    #[test]
    fn what_waits_for_its_turn_ends_when_nothing_more_is_begun() {
        let board = Board::new(2 * MOST_AHEAD, false);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| board.may_begin(MOST_AHEAD));
            board.stop();
            assert!(!waiting.join().unwrap());
        });
        assert!(!board.may_begin(0));
    }

    #[test]
    fn the_bar_shows_how_far_it_is() {
        let cases = [
            ((0, 7, 0), "[--------------------] 0 of 7 lines"),
            ((3, 7, 1), "[########------------] 3 of 7 lines, 1 failed"),
            ((9_999, 10_000, 0), "[###################-] 9999 of 10000 lines"),
            ((7, 7, 0), "[####################] 7 of 7 lines"),
        ];
        for ((done, total, failed), expected) in cases {
            assert_eq!(bar(done, total, failed), expected);
        }
    }
}
