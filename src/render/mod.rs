//! Turns answers into text: bytes from a reader in, bytes to a writer out.
//!
//! `json`, `compact`, `jsonl` and `raw` pass through in constant memory; `table`, `csv` and `--fields` hold the answer.
//! No number changes a character in any of them.

mod csv;
pub mod diagnosis;
mod fields;
mod json;
mod lexer;
mod note;
pub mod request;
mod rows;
mod stream;
mod table;
mod value;

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use thiserror::Error;

use json::{Formatter, Layout};
use lexer::{Cause, Fault, MAX_DEPTH};
use rows::Rows;
use value::Value;

pub use fields::{Fields, FieldsError};
pub use lexer::Reason;
pub use note::Note;

/// The most columns that a table or csv has. Rows times columns can be far larger than the answer: its rows need not have a member
/// in common.
const MAX_COLUMNS: usize = 1000;

/// The most that is held of an answer, in bytes.
pub const MAX_HELD: usize = 256 << 20;

/// The form of the output, `--output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// JSON, indented.
    #[default]
    Json,
    /// JSON on one line.
    Compact,
    /// A line of JSON for each item of a list.
    Jsonl,
    /// Columns for people.
    Table,
    /// Columns for programs.
    Csv,
    /// The body as it came.
    Raw,
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Format; 6] =
        [Format::Json, Format::Compact, Format::Jsonl, Format::Table, Format::Csv, Format::Raw];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Compact => "compact",
            Format::Jsonl => "jsonl",
            Format::Table => "table",
            Format::Csv => "csv",
            Format::Raw => "raw",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Format::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// A name that is none of [`Format::ALL`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no output format `{name}`; there is {}", Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat {
    /// The name as typed.
    pub name: String,
}

/// What the output is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub colour: bool,
    /// Whether it is a terminal, which must be spared characters that act on it.
    pub terminal: bool,
    /// How many columns there are, if a table has to fit.
    pub width: Option<usize>,
}

/// How an answer is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The form.
    pub format: Format,
    /// The parts wanted, if not all.
    pub fields: Option<Fields>,
    /// Where it goes.
    pub style: Style,
}

/// What there is to say after an answer was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// For stderr, a line each.
    pub notes: Vec<Note>,
}

/// Why an answer could not be shown, or not to its end.
#[derive(Debug, Error)]
pub enum RenderError {
    /// It is not JSON.
    #[error("the answer is not JSON: at byte {offset}, {reason}")]
    NotJson {
        /// Bytes before the place.
        offset: usize,
        /// What is wrong there.
        reason: Reason,
        /// If nothing was written: the first bytes of the answer after white space, at most 1 MiB. If `None`, what was
        /// accepted has been written, and after it the rest as it came.
        start: Option<Vec<u8>>,
    },
    /// Arrays and objects are nested too deep. Formats that hold the answer have written nothing, the others what stands
    /// before the place.
    #[error("the answer is nested deeper than {MAX_DEPTH} at byte {offset}; use -o raw")]
    TooDeep {
        /// Bytes before the place.
        offset: usize,
    },
    /// It is larger than a format that holds it can take. Nothing was written.
    #[error("the answer is larger than {} MiB, too large for a table, csv and --fields; use -o json, compact, jsonl or raw", MAX_HELD >> 20)]
    TooLarge,
    /// Its rows have more different members than a table or csv has columns. Nothing was written.
    #[error(
        "the answer would have {0} columns, more than the {MAX_COLUMNS} of a table or csv; name the wanted ones with --fields, or use -o json"
    )]
    TooWide(usize),
    /// The answer broke off. What of it was read has been written, where the format does not hold it.
    #[error("the answer broke off")]
    Read(#[source] io::Error),
    /// The output cannot be written to; a closed pipe is one of the reasons.
    #[error("the output cannot be written")]
    Write(#[source] io::Error),
}

impl RenderError {
    fn broken(fault: Fault, start: Option<Vec<u8>>) -> RenderError {
        match fault {
            Fault { offset, cause: Cause::NotJson(reason) } => RenderError::NotJson { offset, reason, start },
            Fault { offset, cause: Cause::TooDeep } => RenderError::TooDeep { offset },
        }
    }
}

/// Writes the answer that `source` holds to `out`, which need not be buffered.
///
/// # Errors
/// [`RenderError`], which says for each case what has been written.
pub fn answer(source: &mut dyn Read, output: &Output, out: &mut dyn Write) -> Result<Rendered, RenderError> {
    let mut notes = Vec::new();
    let style = &output.style;
    let layout = match output.format {
        Format::Json => Layout::Pretty,
        Format::Compact => Layout::Compact,
        Format::Jsonl => Layout::Lines,
        Format::Table | Format::Csv => {
            hold(source, output, out, &mut notes)?;
            return Ok(Rendered { notes });
        }
        Format::Raw => {
            notes.extend(output.fields.as_ref().map(|_| Note::FieldsIgnored));
            stream::copy(source, style, out)?;
            return Ok(Rendered { notes });
        }
    };
    match &output.fields {
        None => stream::reformat(source, layout, style, out)?,
        Some(fields) => {
            let body = read_all(source, MAX_HELD)?;
            let top = Value::parse(&body).map_err(|fault| stream::refuse(&body, fault))?;
            let subject = fields.subject(top);
            notes.extend(fields.missing(subject));
            stream::select(subject, fields, Formatter::new(layout, style), out)?;
        }
    }
    Ok(Rendered { notes })
}

/// Writes the formats that have rows.
fn hold(
    source: &mut dyn Read,
    output: &Output,
    out: &mut dyn Write,
    notes: &mut Vec<Note>,
) -> Result<(), RenderError> {
    let body = read_all(source, MAX_HELD)?;
    let top = Value::parse(&body).map_err(|fault| stream::refuse(&body, fault))?;
    let rows = Rows::of(top, output, notes);
    if rows.columns.len() > MAX_COLUMNS {
        return Err(RenderError::TooWide(rows.columns.len()));
    }
    let mut out = io::BufWriter::with_capacity(64 * 1024, out);
    let written = match output.format {
        Format::Csv => csv::write(&rows, &output.style, &mut out),
        _ => table::write(&rows, &output.style, &mut out, notes),
    };
    written.and_then(|()| out.flush()).map_err(RenderError::Write)
}

fn read_all(source: &mut dyn Read, limit: usize) -> Result<Vec<u8>, RenderError> {
    let mut body = Vec::new();
    source.take(limit as u64 + 1).read_to_end(&mut body).map_err(RenderError::Read)?;
    if body.len() > limit { Err(RenderError::TooLarge) } else { Ok(body) }
}

#[cfg(test)]
mod tests;
