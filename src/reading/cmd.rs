//! How cmd.exe, and then the C runtime of the program that it starts, split a command line.
//!
//! Source: Microsoft, "Parsing C command-line arguments", and `escapeStringWin` of Chromium's developer tools, which
//! writes what "Copy as cURL (cmd)" gives.

use super::command::{Command, Word, is_name};
use super::{Fault, MOST_PARTS, bounded, note, shown};

/// What cmd.exe hands to the program.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// Where each byte stands in the text.
    places: Vec<usize>,
}

impl Line {
    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.places.push(at);
    }

    fn place(&self, index: usize) -> usize {
        self.places.get(index).or(self.places.last()).copied().unwrap_or_default()
    }
}

/// Splits the command whose arguments begin at `from`.
pub(super) fn split(text: &str, from: usize) -> Result<Command, Fault> {
    let mut command = Command { end: text.len(), ..Command::default() };
    let line = carets(text, from, &mut command);
    words(&line, &mut command)?;
    variables(&line.bytes, &mut command.unread);
    Ok(command)
}

/// The first pass: `^` escapes outside of quotes, operators and the end of the line end the command.
fn carets(text: &str, from: usize, command: &mut Command) -> Line {
    let bytes = text.as_bytes();
    let mut line = Line::default();
    let (mut at, mut quoted) = (from, false);
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' => {
                command.end_at_line(text, at);
                break;
            }
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {
                at += 1;
                continue;
            }
            b'^' if !quoted => {
                at = escaped(bytes, at, &mut line);
                continue;
            }
            b'&' | b'|' if !quoted => {
                let touches = at > from && !bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace);
                command.end_at_operator(text, at, touches);
                break;
            }
            b'<' | b'>' if !quoted => {
                at = redirection(bytes, at);
                continue;
            }
            _ => {}
        }
        line.push(byte, at);
        at += 1;
    }
    line
}

/// What a `^` at `at` does; gives where to go on. At the end of a line it joins the next one, whose first character is
/// then as if escaped, be it another line end.
fn escaped(bytes: &[u8], at: usize, line: &mut Line) -> usize {
    let line_end = |at: usize| match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\n', ..]) => 1,
        _ => 0,
    };
    let at = at + 1 + line_end(at + 1);
    match (line_end(at), bytes.get(at)) {
        (0, Some(byte)) => line.push(*byte, at),
        (0, None) => return at,
        (_, _) => line.push(b'\n', at),
    }
    at + line_end(at).max(1)
}

fn redirection(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let operator = rest.iter().take_while(|b| b"<>&".contains(b)).count();
    let rest = rest.get(operator..).unwrap_or_default();
    let blanks = rest.iter().take_while(|b| b" \t".contains(b)).count();
    let rest = rest.get(blanks..).unwrap_or_default();
    at + operator + blanks + rest.iter().take_while(|b| !b" \t\r\n&|".contains(b)).count()
}

/// The second pass, by the C runtime: quotes, and backslashes before them.
fn words(line: &Line, command: &mut Command) -> Result<(), Fault> {
    let bytes = &line.bytes;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if b" \t".contains(byte) {
            at += 1;
            continue;
        }
        let place = line.place(at);
        bounded(0, command.words.len() + 1).map_err(|fault| Fault { at: place, ..fault })?;
        let (text, next) = word(line, at)?;
        command.words.push(Word { text, at: place });
        at = next;
    }
    Ok(())
}

fn word(line: &Line, from: usize) -> Result<(Vec<u8>, usize), Fault> {
    let bytes = &line.bytes;
    let (mut text, mut at) = (Vec::new(), from);
    let mut quote = None;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => {
                let count = bytes.iter().skip(at).take_while(|b| **b == b'\\').count();
                let before_quote = bytes.get(at + count) == Some(&b'"');
                let kept = if before_quote { count / 2 } else { count };
                text.extend(std::iter::repeat_n(b'\\', kept));
                at += count;
                if before_quote && count % 2 == 1 {
                    text.push(b'"');
                    at += 1;
                }
                continue;
            }
            b'"' if quote.is_some() && bytes.get(at + 1) == Some(&b'"') => {
                text.push(b'"');
                at += 1;
            }
            b'"' => quote = if quote.is_some() { None } else { Some(at) },
            b' ' | b'\t' if quote.is_none() => break,
            _ => text.push(byte),
        }
        at += 1;
    }
    match quote {
        Some(open) => Err(Fault::new(line.place(open), "the quote that begins here does not end")),
        None => Ok((text, at)),
    }
}

/// Notes `%NAME%`.
fn variables(line: &[u8], unread: &mut Vec<String>) {
    let parts: Vec<&[u8]> = line.split(|b| *b == b'%').collect();
    let between = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    for name in between.iter().take(MOST_PARTS) {
        // What begins with two hex digits is most likely percent-encoding.
        let encoded = name.iter().take(2).all(u8::is_ascii_hexdigit);
        if !encoded && is_name(name) {
            let text = [b"%", *name, b"%"].concat();
            note(unread, || format!("{}: a variable; it stands as text", shown(&text)));
        }
    }
}
