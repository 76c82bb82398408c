//! What the terminal is, and words for people on stderr.

use std::io::{IsTerminal as _, Write};

use rustix::termios;

use crate::cli::exit::Failure;
use crate::render::Style;
use crate::text::sanitize;

/// How failures are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorForm {
    /// Lines for people.
    #[default]
    Text,
    /// One line of JSON.
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
}

impl Console {
    /// A note; not printed under `-q`.
    pub fn note(self, text: &str) {
        if !self.quiet {
            print_line(text);
        }
    }

    /// A detail; printed under `-v` alone.
    pub fn detail(self, text: &str) {
        if self.verbose {
            print_line(text);
        }
    }
}

fn print_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", sanitize(text));
}

/// Whole lines, as they are: those of `--debug-sign`, failures, the question before a change, the log of `bnq serve`.
pub fn print_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
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
    let stdout = std::io::stdout();
    let terminal = stdout.is_terminal();
    let colour = match when {
        "always" => true,
        "never" => false,
        _ => terminal && !no_color && !dumb,
    };
    let size = Some(&stdout).filter(|_| terminal).and_then(|s| termios::tcgetwinsize(s).ok());
    Style { colour, terminal, width: size.map(|s| usize::from(s.ws_col)).filter(|w| *w > 0) }
}
