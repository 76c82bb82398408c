//! Answers that pass through: read, formatted and written piece by piece in constant memory.

use std::io::{self, Read, Write};

use super::fields::Fields;
use super::json::{Formatter, Layout};
use super::lexer::{Cause, Fault};
use super::rows::Subject;
use super::value::Value;
use super::{RenderError, Style};
use crate::text::TerminalFilter;

/// How much is read at a time.
const CHUNK: usize = 8 * 1024;

/// How much of an answer that is not JSON is kept for the error, in bytes.
const START: usize = 1 << 20;

/// Formats the answer as it arrives.
///
/// # Errors
/// If the answer is not JSON, what was accepted is written and after it the rest as it came, unless nothing was: then
/// the error holds the start. Of one that is nested too deep, nothing is written after that.
pub(super) fn reformat(
    source: &mut dyn Read,
    layout: Layout,
    style: &Style,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let mut formatter = Formatter::new(layout, style);
    let mut buffer = vec![0; CHUNK];
    loop {
        let chunk = match read(source, &mut buffer) {
            Ok(chunk) => chunk,
            Err(error) => {
                formatter.interrupt();
                write(&mut formatter, out)?;
                return Err(RenderError::Read(error));
            }
        };
        let result = if chunk.is_empty() { formatter.finish() } else { formatter.push(chunk) };
        if let Err(fault) = result {
            if formatter.is_blank() {
                return Err(refuse(chunk, fault));
            }
            formatter.interrupt();
            write(&mut formatter, out)?;
            if fault.cause == Cause::TooDeep {
                // No honest answer is, and of another one it can go on for long.
                return Err(RenderError::broken(fault, None));
            }
            // One reader for both, so that a character cut between them stays whole.
            let rest = formatter.unread(chunk).concat();
            copy(&mut rest.as_slice().chain(source), style, out)?;
            return Err(RenderError::broken(fault, None));
        }
        write(&mut formatter, out)?;
        if chunk.is_empty() {
            return out.flush().map_err(RenderError::Write);
        }
    }
}

/// The error for an answer of which nothing was written.
pub(super) fn refuse(body: &[u8], fault: Fault) -> RenderError {
    let body = body.trim_ascii_start();
    RenderError::broken(fault, Some(body.get(..START).unwrap_or(body).to_vec()))
}

fn read<'b>(source: &mut dyn Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    loop {
        match source.read(buffer) {
            Ok(length) => return Ok(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn write(formatter: &mut Formatter, out: &mut dyn Write) -> Result<(), RenderError> {
    out.write_all(formatter.output()).map_err(RenderError::Write)?;
    formatter.output().clear();
    Ok(())
}

/// Copies the bytes as they are; on a terminal, those that could act on it are escaped.
///
/// # Errors
/// Those of the two ends.
pub(super) fn copy(source: &mut dyn Read, style: &Style, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut buffer = vec![0; CHUNK];
    let (mut filter, mut shown) = (TerminalFilter::default(), String::new());
    loop {
        let chunk = read(source, &mut buffer).map_err(RenderError::Read)?;
        let bytes = if style.terminal {
            shown.clear();
            if chunk.is_empty() {
                filter.finish(&mut shown);
            } else {
                filter.push(chunk, &mut shown);
            }
            shown.as_bytes()
        } else {
            chunk
        };
        out.write_all(bytes).map_err(RenderError::Write)?;
        if chunk.is_empty() {
            return out.flush().map_err(RenderError::Write);
        }
    }
}

/// Writes the fields of the subject: an object for each row, in an array if there is a list of them.
///
/// # Errors
/// Those of `out`.
pub(super) fn select(
    subject: Subject<'_>,
    fields: &Fields,
    mut formatter: Formatter,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let is_list = matches!(subject, Subject::List(_));
    let mut json = String::from(if is_list { "[" } else { "" });
    for (index, row) in subject.rows().enumerate() {
        if index > 0 {
            json.push(',');
        }
        row_of(row, fields, &mut json);
        push(&mut formatter, &json)?;
        json.clear();
        if formatter.output().len() >= CHUNK {
            write(&mut formatter, out)?;
        }
    }
    if is_list {
        json.push(']');
    }
    push(&mut formatter, &json)?;
    formatter.finish().map_err(|fault| RenderError::broken(fault, None))?;
    write(&mut formatter, out)?;
    out.flush().map_err(RenderError::Write)
}

/// The text is put together from valid parts, none of them deeper than it was, so there is no fault in it.
fn push(formatter: &mut Formatter, json: &str) -> Result<(), RenderError> {
    formatter.push(json.as_bytes()).map_err(|fault| RenderError::broken(fault, None))
}

fn row_of(row: Value<'_>, fields: &Fields, json: &mut String) {
    let mut separator = '{';
    for field in fields.iter() {
        json.push(separator);
        separator = ',';
        // A string is always JSON.
        json.push_str(&serde_json::to_string(field.name()).unwrap_or_default());
        json.push(':');
        json.push_str(field.of(row).map_or("null", Value::as_json));
    }
    json.push('}');
}
