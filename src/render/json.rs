//! Writes JSON anew, token by token: only white space and colour differ from what came in.

use super::Style;
use super::lexer::{Container, Fault, Lexer, MAX_DEPTH, Scalar, Sink};
use crate::text;

/// Where the white space goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Two spaces for each level, as `jq` does it.
    Pretty,
    /// None.
    Compact,
    /// One line for each item of a top-level array; anything else on one line.
    Lines,
}

/// A comma, a line end and the deepest indentation; every line break is a part of it.
const BREAK: [u8; 2 + 2 * MAX_DEPTH] = {
    let mut bytes = [b' '; 2 + 2 * MAX_DEPTH];
    bytes[0] = b',';
    bytes[1] = b'\n';
    bytes
};

/// Most answers are shorter, in bytes.
const USUAL: usize = 4 << 10;

const RESET: &[u8] = b"\x1b[0m";

/// Formats one JSON text that arrives in chunks.
pub(super) struct Formatter {
    lexer: Lexer,
    writer: Writer,
}

impl Formatter {
    pub(super) fn new(layout: Layout, style: &Style) -> Self {
        Formatter { lexer: Lexer::new(), writer: Writer::new(layout, style) }
    }

    /// Reads a chunk; what can be written of it is added to the output.
    ///
    /// # Errors
    /// The first fault. The output then holds all that was accepted, and [`Formatter::unread`] the rest.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        self.lexer.push(chunk, &mut self.writer)
    }

    /// Ends the text and its last line.
    ///
    /// # Errors
    /// A fault if it must not end here.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        self.lexer.finish(&mut self.writer)?;
        if !self.writer.split {
            self.writer.out.push(b'\n');
        }
        Ok(())
    }

    /// What was written since the caller last cleared it.
    pub(super) fn output(&mut self) -> &mut Vec<u8> {
        &mut self.writer.out
    }

    /// Whether nothing but white space was read.
    pub(super) fn is_blank(&self) -> bool {
        self.lexer.is_blank()
    }

    /// After a fault: makes ready for the rest to be copied. Colour ends, and what is no part of a token gets a line
    /// of its own.
    pub(super) fn interrupt(&mut self) {
        if self.is_blank() {
            return;
        }
        if self.writer.style.colour {
            self.writer.out.extend_from_slice(RESET);
        }
        if !self.lexer.in_scalar() {
            self.writer.out.push(b'\n');
        }
    }

    /// After a fault: the bytes of earlier chunks and of this one that the output does not hold.
    pub(super) fn unread<'a>(&'a self, chunk: &'a [u8]) -> [&'a [u8]; 2] {
        [self.lexer.cut(), self.lexer.refused(chunk)]
    }
}

/// Formats JSON that is known to be valid, without a line end after it.
pub(super) fn compact(json: &str) -> String {
    let mut formatter = Formatter::new(Layout::Compact, &Style::default());
    // Valid JSON gives no fault; if it did, the text would be cut at the fault.
    let _ = formatter.push(json.as_bytes());
    String::from_utf8(std::mem::take(formatter.output())).unwrap_or_default()
}

struct Writer {
    layout: Layout,
    style: Style,
    depth: usize,
    /// A container was opened and nothing is in it yet.
    empty: bool,
    /// The items of the top-level array are lines.
    split: bool,
    out: Vec<u8>,
}

impl Writer {
    fn new(layout: Layout, style: &Style) -> Self {
        Writer { layout, style: *style, depth: 0, empty: false, split: false, out: Vec::with_capacity(USUAL) }
    }

    fn punctuation(&mut self, text: &[u8]) {
        if self.style.colour {
            self.out.extend_from_slice(b"\x1b[2m");
            self.out.extend_from_slice(text);
            self.out.extend_from_slice(RESET);
        } else {
            self.out.extend_from_slice(text);
        }
    }

    fn line_break(&mut self) {
        if self.layout == Layout::Pretty {
            self.out.extend_from_slice(BREAK.get(1..2 + 2 * self.depth).unwrap_or_default());
        }
    }

    /// The first thing in a container goes on a line of its own; later ones follow a comma, which ended the line.
    #[inline]
    fn before_item(&mut self) {
        if self.empty {
            self.empty = false;
            self.line_break();
        }
    }

    fn is_line_array(&self, container: Container) -> bool {
        self.layout == Layout::Lines && self.depth == 0 && container == Container::Array
    }
}

impl Sink for Writer {
    fn open(&mut self, container: Container) {
        self.before_item();
        if self.is_line_array(container) {
            self.split = true;
        } else {
            self.punctuation(if container == Container::Array { b"[" } else { b"{" });
        }
        self.depth += 1;
        self.empty = true;
    }

    fn close(&mut self, container: Container) {
        self.depth = self.depth.saturating_sub(1);
        let empty = std::mem::take(&mut self.empty);
        if self.is_line_array(container) {
            if !empty {
                self.out.push(b'\n');
            }
            return;
        }
        if !empty {
            self.line_break();
        }
        self.punctuation(if container == Container::Array { b"]" } else { b"}" });
    }

    fn comma(&mut self) {
        if self.split && self.depth == 1 {
            self.out.push(b'\n');
        } else if self.layout == Layout::Pretty && !self.style.colour {
            self.out.extend_from_slice(BREAK.get(..2 + 2 * self.depth).unwrap_or_default());
        } else {
            self.punctuation(b",");
            self.line_break();
        }
    }

    fn colon(&mut self) {
        self.punctuation(b":");
        if self.layout == Layout::Pretty {
            self.out.push(b' ');
        }
    }

    #[inline]
    fn begin(&mut self, scalar: Scalar) {
        self.before_item();
        if self.style.colour {
            self.out.extend_from_slice(match scalar {
                Scalar::Key => b"\x1b[36m",
                Scalar::Text => b"\x1b[32m",
                Scalar::Number => b"\x1b[33m",
                Scalar::Literal => b"\x1b[35m",
            });
        }
    }

    #[inline]
    fn piece(&mut self, ascii: &[u8]) {
        self.out.extend_from_slice(ascii);
    }

    fn unusual(&mut self, text: &str) {
        if !self.style.terminal {
            return self.out.extend_from_slice(text.as_bytes());
        }
        let mut shown = String::with_capacity(text.len());
        for character in text.chars() {
            if text::is_unsafe(character) {
                text::escape(character, &mut shown);
            } else {
                shown.push(character);
            }
        }
        self.out.extend_from_slice(shown.as_bytes());
    }

    #[inline]
    fn end(&mut self) {
        if self.style.colour {
            self.out.extend_from_slice(RESET);
        }
    }
}

#[cfg(test)]
mod tests;
