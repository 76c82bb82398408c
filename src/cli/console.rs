//! What the terminal is, and words for people on stderr.

use std::io::{IsTerminal as _, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::termios;

use crate::cli::exit::{Failure, safe_json};
use crate::render::Style;
use crate::text::sanitize;

/// How failures are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorForm {
    /// Lines for people.
    #[default]
    Text,
    /// One line of JSON, and so is every note.
    Json,
}

impl ErrorForm {
    /// The form that a word asks for.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Words for people, on stderr. What cannot be written there is lost: there is no better place to say so.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Whether notes are left out.
    pub quiet: bool,
    /// Whether details are asked for.
    pub verbose: bool,
    /// Lines for people, or each an object of its own, as failures are.
    pub form: ErrorForm,
}

impl Console {
    /// A note; not printed under `-q`.
    pub fn note(self, text: &str) {
        if !self.quiet {
            print_line(&self.noted("note", text));
        }
    }

    /// A detail; printed under `-v` alone.
    pub fn detail(self, text: &str) {
        if self.verbose {
            print_line(&self.noted("detail", text));
        }
    }

    fn noted(self, name: &str, text: &str) -> String {
        match self.form {
            ErrorForm::Text => sanitize(text).into_owned(),
            ErrorForm::Json => {
                let text = text.strip_prefix("note: ").unwrap_or(text);
                safe_json(&serde_json::json!({ name: text }).to_string())
            }
        }
    }

    /// Waits. On a terminal, a line counts down and is gone afterwards, for as long as that line `is_its`.
    pub fn wait(self, wait: Duration, is_its: impl Fn() -> bool) {
        let on_terminal = !self.quiet && wait >= SECOND && std::io::stderr().is_terminal();
        let end = Instant::now() + wait;
        let counts = || on_terminal && is_its();
        while let Some(left) = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if counts() {
                show_bar(&span(left));
            }
            // To the next whole second.
            let step = Duration::from_nanos(left.subsec_nanos().into());
            thread::sleep(if step.is_zero() { SECOND } else { step }.min(left));
        }
        if counts() {
            remove_bar();
        }
    }
}

/// Erases the line that the cursor is on.
const ERASE: &[u8] = b"\r\x1b[K";

const SECOND: Duration = Duration::from_secs(1);

/// A time for people: `0.4 s`, `12 s`, `3 min`; never less than it is.
pub fn span(time: Duration) -> String {
    let ms = time.as_millis();
    match ms {
        0..10_000 => format!("{}.{} s", ms.div_ceil(100) / 10, ms.div_ceil(100) % 10),
        10_000..120_000 => format!("{} s", ms.div_ceil(1000)),
        120_000..7_200_000 => format!("{} min", ms.div_ceil(60_000)),
        _ => format!("{} h", ms.div_ceil(3_600_000)),
    }
}

/// A time in seconds; never less than it is.
pub fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Whether the last line of the terminal is a bar.
static BAR: AtomicBool = AtomicBool::new(false);

/// Shows on the terminal how far something is, until anything else is printed there.
pub fn show_bar(text: &str) {
    write_stderr(text, true);
}

/// Removes what [`show_bar`] showed last.
pub fn remove_bar() {
    print_stderr("");
}

fn print_line(line: &str) {
    print_stderr(&format!("{line}\n"));
}

/// Whole lines, as they are: those of `--debug-sign`, failures, the question before a change, the log of `bnq serve`.
pub fn print_stderr(text: &str) {
    write_stderr(text, false);
}

fn write_stderr(text: &str, is_bar: bool) {
    let mut stderr = std::io::stderr().lock();
    if BAR.swap(is_bar, Ordering::SeqCst) {
        let _ = stderr.write_all(ERASE);
    }
    let _ = stderr.write_all(text.as_bytes());
}

/// Prints a failure in the form asked for.
pub fn print_failure(failure: &Failure, form: ErrorForm) {
    print_stderr(&failure_text(failure, form));
}

/// A failure in the form asked for, as whole lines.
pub fn failure_text(failure: &Failure, form: ErrorForm) -> String {
    match form {
        ErrorForm::Text => failure.to_text(),
        ErrorForm::Json => failure.to_json() + "\n",
    }
}

/// How stdout wants its text: colour by `when` (auto, always, never), by `NO_COLOR`, and on a terminal alone.
pub fn stdout_style(when: &str, no_color: bool, dumb: bool) -> Style {
    static TERMINAL: OnceLock<bool> = OnceLock::new();
    let stdout = std::io::stdout();
    let terminal = *TERMINAL.get_or_init(|| stdout.is_terminal());
    let colour = match when {
        "always" => true,
        "never" => false,
        _ => terminal && !no_color && !dumb,
    };
    let size = Some(&stdout).filter(|_| terminal).and_then(|s| termios::tcgetwinsize(s).ok());
    Style { colour, terminal, width: size.map(|s| usize::from(s.ws_col)).filter(|w| *w > 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_lines_or_objects() {
        let cases = [
            (ErrorForm::Text, "note: \u{202e}a \"c\"", "note: \\u202ea \"c\""),
            (ErrorForm::Json, "note: \u{202e}a\nb \"c\"", r#"{"note":"\u202ea\nb \"c\""}"#),
            (ErrorForm::Json, "profile main written", r#"{"note":"profile main written"}"#),
        ];
        for (form, text, line) in cases {
            let console = Console { quiet: false, verbose: false, form };
            assert_eq!(console.noted("note", text), line, "{form:?} {text:?}");
        }
    }

    #[test]
    fn times_are_rounded_up() {
        let cases = [
            (0, "0.0 s"),
            (1, "0.1 s"),
            (400, "0.4 s"),
            (9_901, "10.0 s"),
            (10_001, "11 s"),
            (119_999, "120 s"),
            (120_001, "3 min"),
            (7_200_000, "2 h"),
        ];
        for (ms, text) in cases {
            assert_eq!(span(Duration::from_millis(ms)), text, "{ms}");
        }
    }
}
