//! JSON by RFC 8259, read in chunks of any size: checks every byte and tells a [`Sink`] what it saw.
//!
//! Nothing is collected: a token that is longer than a chunk reaches the sink in pieces. What is kept between chunks is
//! the open containers (at most [`MAX_DEPTH`]) and the first bytes of a character that was cut.

mod fault;
mod number;
mod sink;

use number::Number;

pub use fault::Reason;
pub(super) use fault::{Cause, Fault};
pub(super) use sink::{Container, Nothing, Scalar, Sink};

/// How deep arrays and objects may be nested.
pub(super) const MAX_DEPTH: usize = 256;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Value,
    /// After `[`: a value or `]`.
    FirstItem,
    /// After `{`: a key or `}`.
    FirstKey,
    Key,
    Colon,
    /// After a value in a container: a comma or the container's end.
    Next,
    /// After the top-level value.
    Done,
    /// In a string.
    Text,
    /// After a backslash.
    Escape,
    /// After `\u`, with the number of digits to come.
    Hex(u8),
    /// In a character that began in an earlier chunk.
    CutCharacter,
    Number(Number),
    /// In a literal, with the letters to come.
    Literal(&'static [u8]),
}

impl State {
    fn expected(self, innermost: Option<&Container>) -> &'static str {
        match self {
            State::Value => "a value",
            State::FirstItem => "a value or `]`",
            State::FirstKey => "a quoted name or `}`",
            State::Key => "a quoted name",
            State::Colon => "`:`",
            State::Next if innermost == Some(&Container::Object) => "`,` or `}`",
            State::Next => "`,` or `]`",
            State::Done => "nothing more",
            State::Text => "the end of the string",
            State::Escape => "one of `\"\\/bfnrtu` after the backslash",
            State::Hex(_) => "a hexadecimal digit",
            State::CutCharacter => "the rest of a character",
            State::Number(_) => "a digit",
            State::Literal(_) => "`true`, `false` or `null`",
        }
    }
}

/// The bytes not yet read, or, as an error, those from the fault on.
type Step<'a> = Result<&'a [u8], (&'a [u8], Cause)>;

/// Reads one JSON text, chunk after chunk.
pub(super) struct Lexer {
    state: State,
    /// Whether the string being read is a key.
    in_key: bool,
    open: Vec<Container>,
    /// The first bytes of a character whose end has not arrived, at most three.
    cut: Vec<u8>,
    /// Bytes accepted, those of `cut` included.
    offset: usize,
    /// How many bytes at the end of the last chunk were not accepted.
    refused: usize,
}

impl Lexer {
    pub(super) fn new() -> Self {
        let (open, cut) = (Vec::new(), Vec::new());
        Lexer { state: State::Value, in_key: false, open, cut, offset: 0, refused: 0 }
    }

    /// Reads a chunk and tells `sink` what is in it.
    ///
    /// # Errors
    /// The first fault. What comes before it has reached the sink, but for [`Lexer::cut`]; reading cannot go on.
    pub(super) fn push(&mut self, chunk: &[u8], sink: &mut impl Sink) -> Result<(), Fault> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let step = match self.state {
                State::Text => self.text(rest, sink),
                State::Escape => self.escape(rest, sink),
                State::Hex(digits) => self.hex(digits, rest, sink),
                State::CutCharacter => self.cut_character(rest, sink),
                State::Number(number) => self.number(number, rest, sink),
                State::Literal(letters) => self.literal(letters, rest, sink),
                _ => self.structure(rest, sink),
            };
            match step {
                Ok(after) => rest = after,
                Err((at, cause)) => {
                    self.refused = at.len();
                    self.offset += chunk.len() - at.len();
                    return Err(Fault { offset: self.offset - self.cut.len(), cause });
                }
            }
        }
        self.offset += chunk.len();
        Ok(())
    }

    /// Says that the text ends here.
    ///
    /// # Errors
    /// A fault if it must not.
    pub(super) fn finish(&mut self, sink: &mut impl Sink) -> Result<(), Fault> {
        if matches!(self.state, State::Number(number) if number.is_complete()) {
            self.end_scalar(sink);
        }
        self.refused = 0;
        if self.state == State::Done {
            return Ok(());
        }
        let reason = Reason::Ended { expected: self.state.expected(self.open.last()) };
        Err(Fault { offset: self.offset - self.cut.len(), cause: Cause::NotJson(reason) })
    }

    /// Whether nothing but white space was read.
    pub(super) fn is_blank(&self) -> bool {
        self.state == State::Value && self.open.is_empty()
    }

    /// Whether the last byte read belongs to a scalar that goes on.
    pub(super) fn in_scalar(&self) -> bool {
        use State::{CutCharacter, Escape, Hex, Literal, Number, Text};
        matches!(self.state, Text | Escape | Hex(_) | CutCharacter | Number(_) | Literal(_))
    }

    /// Bytes of earlier chunks that the sink has not seen.
    pub(super) fn cut(&self) -> &[u8] {
        &self.cut
    }

    /// The end of the chunk that [`Lexer::push`] refused, from the fault on.
    pub(super) fn refused<'c>(&self, chunk: &'c [u8]) -> &'c [u8] {
        chunk.get(chunk.len().saturating_sub(self.refused)..).unwrap_or_default()
    }

    fn unexpected<'a>(&self, at: &'a [u8]) -> Step<'a> {
        let expected = self.state.expected(self.open.last());
        let reason = match at.first() {
            Some(&found) => Reason::Unexpected { found, expected },
            None => Reason::Ended { expected },
        };
        Err((at, Cause::NotJson(reason)))
    }

    fn end_scalar(&mut self, sink: &mut impl Sink) {
        sink.end();
        self.state = if self.in_key { State::Colon } else { self.after_value() };
        self.in_key = false;
    }

    fn after_value(&self) -> State {
        if self.open.is_empty() { State::Done } else { State::Next }
    }

    /// Reads a token outside strings, numbers and literals, or the start of one of these.
    #[inline]
    fn structure<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let rest = skip_blanks(rest);
        let Some((&byte, after)) = rest.split_first() else { return Ok(rest) };
        let innermost = self.open.last().copied();
        let value = matches!(self.state, State::Value | State::FirstItem);
        match byte {
            b'"' if value => return Ok(self.quoted(Scalar::Text, rest, sink)),
            b'"' if matches!(self.state, State::Key | State::FirstKey) => {
                self.in_key = true;
                return Ok(self.quoted(Scalar::Key, rest, sink));
            }
            b':' if self.state == State::Colon => {
                sink.colon();
                self.state = State::Value;
            }
            b',' if self.state == State::Next => {
                sink.comma();
                self.state = if innermost == Some(Container::Object) { State::Key } else { State::Value };
            }
            b'{' | b'[' if value => return self.open(byte, rest, sink),
            b'}' if self.closes(State::FirstKey, Container::Object) => self.close(Container::Object, sink),
            b']' if self.closes(State::FirstItem, Container::Array) => self.close(Container::Array, sink),
            b't' | b'f' | b'n' if value => {
                sink.begin(Scalar::Literal);
                self.state = State::Literal(match byte {
                    b't' => b"true",
                    b'f' => b"false",
                    _ => b"null",
                });
                return Ok(rest);
            }
            b'-' | b'0'..=b'9' if value => {
                sink.begin(Scalar::Number);
                // A leading minus may be followed by the same digits that may stand without it.
                let (sign, digits) =
                    if byte == b'-' { rest.split_at_checked(1) } else { None }.unwrap_or((&[], rest));
                sink.piece(sign);
                self.state = State::Number(Number::Start);
                return Ok(digits);
            }
            _ => return self.unexpected(rest),
        }
        Ok(after)
    }

    fn closes(&self, at_once: State, container: Container) -> bool {
        self.state == at_once || (self.state == State::Next && self.open.last() == Some(&container))
    }

    fn open<'a>(&mut self, byte: u8, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        if self.open.len() == MAX_DEPTH {
            return Err((rest, Cause::TooDeep));
        }
        let (container, first) = match byte {
            b'{' => (Container::Object, State::FirstKey),
            _ => (Container::Array, State::FirstItem),
        };
        sink.open(container);
        self.open.push(container);
        self.state = first;
        Ok(rest.get(1..).unwrap_or_default())
    }

    fn close(&mut self, container: Container, sink: &mut impl Sink) {
        sink.close(container);
        self.open.pop();
        self.state = self.after_value();
    }

    /// Starts a string. Most end in the same chunk and hold plain ASCII: these reach the sink in one piece.
    #[inline]
    fn quoted<'a>(&mut self, scalar: Scalar, rest: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        sink.begin(scalar);
        let length = plain_length(rest.get(1..).unwrap_or_default());
        if let Some((text, [b'"', ..])) = rest.split_at_checked(1 + length) {
            let (text, after) = rest.split_at_checked(text.len() + 1).unwrap_or((rest, &[]));
            sink.piece(text);
            self.end_scalar(sink);
            return after;
        }
        let (start, after) = rest.split_at_checked(1 + length).unwrap_or((rest, &[]));
        sink.piece(start);
        self.state = State::Text;
        after
    }

    fn text<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let (plain, at) = rest.split_at_checked(plain_length(rest)).unwrap_or((rest, &[]));
        match at {
            [] => sink.piece(plain),
            [special @ (b'"' | b'\\'), after @ ..] => {
                sink.piece(rest.get(..=plain.len()).unwrap_or_default());
                if *special == b'"' {
                    self.end_scalar(sink);
                } else {
                    self.state = State::Escape;
                }
                return Ok(after);
            }
            [byte, ..] if *byte >= 0x7f => {
                sink.piece(plain);
                return self.unusual(at, sink);
            }
            [found, ..] => {
                sink.piece(plain);
                let expected = "an escape such as \\u000a";
                return Err((at, Cause::NotJson(Reason::Unexpected { found: *found, expected })));
            }
        }
        Ok(at)
    }

    /// Reads DEL and what is not ASCII.
    fn unusual<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let length = rest.iter().position(|&byte| byte < 0x7f).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let error = match std::str::from_utf8(run) {
            Ok(text) => {
                sink.unusual(text);
                return Ok(after);
            }
            Err(error) => error,
        };
        let (valid, bad) = run.split_at_checked(error.valid_up_to()).unwrap_or((run, &[]));
        sink.unusual(std::str::from_utf8(valid).unwrap_or_default());
        if error.error_len().is_none() && after.is_empty() {
            self.cut.extend_from_slice(bad);
            self.state = State::CutCharacter;
            return Ok(after);
        }
        Err((rest.get(valid.len()..).unwrap_or_default(), Cause::NotJson(Reason::NotUtf8)))
    }

    fn cut_character<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let Some((&byte, after)) = rest.split_first() else { return Ok(rest) };
        self.cut.push(byte);
        match std::str::from_utf8(&self.cut) {
            Ok(text) => {
                sink.unusual(text);
                self.cut.clear();
                self.state = State::Text;
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                self.cut.pop();
                return Err((rest, Cause::NotJson(Reason::NotUtf8)));
            }
        }
        Ok(after)
    }

    fn escape<'a>(&mut self, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        self.state = match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => State::Text,
            Some(b'u') => State::Hex(4),
            _ => return self.unexpected(rest),
        };
        let (letter, after) = rest.split_at_checked(1).unwrap_or((rest, &[]));
        sink.piece(letter);
        Ok(after)
    }

    fn hex<'a>(&mut self, digits: u8, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        if !rest.first().is_some_and(u8::is_ascii_hexdigit) {
            return self.unexpected(rest);
        }
        self.state = if digits > 1 { State::Hex(digits - 1) } else { State::Text };
        let (digit, after) = rest.split_at_checked(1).unwrap_or((rest, &[]));
        sink.piece(digit);
        Ok(after)
    }

    fn number<'a>(&mut self, mut number: Number, rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let mut length = 0;
        for &byte in rest {
            let Some(next) = number.then(byte) else { break };
            number = next;
            length += 1;
        }
        self.state = State::Number(number);
        let (digits, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        sink.piece(digits);
        if !after.is_empty() {
            if !number.is_complete() {
                return self.unexpected(after);
            }
            self.end_scalar(sink);
        }
        Ok(after)
    }

    fn literal<'a>(&mut self, letters: &'static [u8], rest: &'a [u8], sink: &mut impl Sink) -> Step<'a> {
        let length = if rest.starts_with(letters) {
            letters.len()
        } else {
            letters.iter().zip(rest).take_while(|(letter, byte)| letter == byte).count()
        };
        let (read, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let missing = letters.get(length..).unwrap_or_default();
        sink.piece(read);
        if missing.is_empty() {
            self.end_scalar(sink);
            return Ok(after);
        }
        self.state = State::Literal(missing);
        if after.is_empty() { Ok(after) } else { self.unexpected(after) }
    }
}

fn skip_blanks(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', after @ ..] = rest {
        rest = after;
    }
    rest
}

/// How many bytes at the start are printable ASCII without quote and backslash.
/// Eight at a time: this is where nearly all bytes of an answer go through.
#[inline]
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let mut length = 0;
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // The high bit of a byte is set where the byte is the one looked for. A borrow can set it wrongly only above
        // the first such byte, which is the only one asked for.
        let equal = |byte: u8| {
            let difference = word ^ (u64::from(byte) * ONES);
            difference.wrapping_sub(ONES) & !difference
        };
        let control = word.wrapping_sub(0x20 * ONES) & !word;
        let found = (equal(b'"') | equal(b'\\') | equal(0x7f) | control | word) & HIGH;
        if found != 0 {
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
        rest = after;
    }
    let special = |&byte: &u8| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\';
    length + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests;
