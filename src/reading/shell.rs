//! How a Unix shell splits a command line. Source: the Bash Reference Manual, "Quoting" and "Shell Operation".

use super::command::{Command, Word, is_name};
use super::{Fault, MOST_PARTS, bounded, note, shown};

/// The quotes that word processors and blogs make of the straight ones.
const SMART_QUOTES: [&str; 5] = ["“", "”", "„", "‘", "’"];

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    command: Command,
    smart: bool,
    expansions: usize,
}

/// Splits the command whose arguments begin at `from`.
pub(super) fn split(text: &str, from: usize) -> Result<Command, Fault> {
    let command = Command { end: text.len(), ..Command::default() };
    let mut lexer = Lexer { text, at: from, command, smart: false, expansions: 0 };
    while lexer.part()? {}
    if lexer.smart {
        lexer.command.unread.push("“ ” ‘ ’ are no quotes for a shell: curl gets them as text".to_owned());
    }
    Ok(lexer.command)
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// How many bytes a line end takes `ahead` of here; 0 if there is none.
    fn line_end(&self, ahead: usize) -> usize {
        match (self.peek(ahead), self.peek(ahead + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            _ => 0,
        }
    }

    /// Reads a word or whatever stands there; false at the end of the command.
    fn part(&mut self) -> Result<bool, Fault> {
        match self.peek(0) {
            None | Some(b')') => {
                self.command.end = self.at;
                return Ok(false);
            }
            Some(b' ' | b'\t') => self.at += 1,
            Some(b'\\' | b'`') if self.line_end(1) > 0 => self.join_lines(),
            Some(b'\r' | b'\n') if self.line_end(0) > 0 => {
                self.command.end_at_line(self.text, self.at);
                return Ok(false);
            }
            Some(b'#') => {
                let comment = self.rest();
                self.at += comment.find('\n').unwrap_or(comment.len());
            }
            Some(b'&') if self.peek(1) == Some(b'>') => self.redirection()?,
            Some(b'&' | b';' | b'|') => {
                let before = self.text.as_bytes().get(self.at.saturating_sub(1));
                let touches = !self.command.words.is_empty() && !before.is_some_and(u8::is_ascii_whitespace);
                self.command.end_at_operator(self.text, self.at, touches);
                return Ok(false);
            }
            Some(b'<' | b'>') => self.redirection()?,
            Some(b'(') => return Err(Fault::new(self.at, "a shell takes no unquoted `(` here")),
            Some(_) => {
                let at = self.at;
                bounded(0, self.command.words.len() + 1).map_err(|fault| Fault { at, ..fault })?;
                let text = self.word()?;
                self.command.words.push(Word { text, at });
            }
        }
        Ok(true)
    }

    /// A `\` at the end of a line, in PowerShell a backtick; the prompt that a terminal shows on the next one is passed
    /// over.
    fn join_lines(&mut self) {
        self.at += 1 + self.line_end(1);
        let rest = self.rest();
        let text = rest.trim_start_matches([' ', '\t']);
        let argument = |after: &&str| after.trim_start().starts_with(['-', '\'', '"', 'h']);
        if let Some(after) = text.strip_prefix("> ").filter(argument) {
            self.at += rest.len() - after.len();
        }
    }

    /// `> file`, `2>&1`, `<<EOF` and the like; a number right before it is a part of it.
    fn redirection(&mut self) -> Result<(), Fault> {
        let at = self.at;
        let words = &mut self.command.words;
        if words.last().is_some_and(|w| w.at + w.text.len() == at && w.text.iter().all(u8::is_ascii_digit)) {
            words.pop();
        }
        let operator = self.rest().bytes().take_while(|b| b"<>&|-".contains(b)).count();
        let input = self.rest().starts_with('<');
        self.at += operator;
        if self.peek(0) == Some(b'(') {
            self.balanced(at, b')')?;
        } else {
            self.at += self.rest().bytes().take_while(|b| b" \t".contains(b)).count();
            self.word()?;
        }
        if input {
            let text = self.text.get(at..self.at).unwrap_or_default();
            note(&mut self.command.unread, || {
                format!(
                    "{}: the shell takes what follows `<` for a file or text to read",
                    shown(text.as_bytes())
                )
            });
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Vec<u8>, Fault> {
        let mut word = Vec::new();
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'&' | b';' | b'|' | b'<' | b'>' | b')' => break,
                b'\r' if self.line_end(0) > 0 => break,
                b'\'' => self.single(&mut word)?,
                b'"' => self.double(&mut word)?,
                b'$' => self.dollar(&mut word)?,
                b'\\' if self.line_end(1) > 0 => self.join_lines(),
                b'`' if self.line_end(1) > 0 => break,
                b'\\' => {
                    self.at += 1;
                    if self.rest().is_empty() {
                        word.push(b'\\');
                    }
                    self.take(1, &mut word);
                }
                b'`' => self.substitution(&mut word, 1, b'`')?,
                b'(' => return Err(Fault::new(self.at, "a shell takes no unquoted `(` here")),
                _ => {
                    self.smart |= byte >= 0x80 && SMART_QUOTES.iter().any(|q| self.rest().starts_with(q));
                    self.take(1, &mut word);
                }
            }
        }
        Ok(word)
    }

    fn take(&mut self, count: usize, word: &mut Vec<u8>) {
        let end = self.text.len().min(self.at + count);
        word.extend_from_slice(self.text.as_bytes().get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    fn single(&mut self, word: &mut Vec<u8>) -> Result<(), Fault> {
        let open = self.at;
        self.at += 1;
        let Some(length) = self.rest().find('\'') else { return Err(unended(open)) };
        self.take(length, word);
        self.at += 1;
        Ok(())
    }

    fn double(&mut self, word: &mut Vec<u8>) -> Result<(), Fault> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                None => return Err(unended(open)),
                Some(b'"') => break,
                Some(b'\\') if self.line_end(1) > 0 => self.at += 1 + self.line_end(1),
                Some(b'\\') if self.peek(1).is_some_and(|b| b"$`\"\\".contains(&b)) => {
                    self.at += 1;
                    self.take(1, word);
                }
                Some(b'$') if !matches!(self.peek(1), Some(b'\'' | b'"')) => self.dollar(word)?,
                Some(b'`') => self.substitution(word, 1, b'`')?,
                Some(_) => self.take(1, word),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// `$'…'`, `$"…"`, or an expansion, which stays as it stands.
    fn dollar(&mut self, word: &mut Vec<u8>) -> Result<(), Fault> {
        match self.peek(1) {
            Some(b'\'') => self.ansi(word),
            Some(b'"') => {
                self.at += 1;
                self.double(word)
            }
            Some(b'(') => self.substitution(word, 2, b')'),
            Some(b'{') => self.substitution(word, 2, b'}'),
            _ => {
                let name = self.rest().get(1..).unwrap_or_default();
                let mut length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
                if !is_name(name.get(..length).unwrap_or_default().as_bytes()) {
                    length = usize::from(self.peek(1).is_some_and(|b| b"0123456789@*#?$!".contains(&b)));
                }
                if length > 0 {
                    self.note(self.at, self.at + 1 + length);
                }
                self.take(1 + length, word);
                Ok(())
            }
        }
    }

    fn note(&mut self, from: usize, to: usize) {
        // A text may be made of nothing else; the first ones tell enough.
        self.expansions += 1;
        if self.expansions > MOST_PARTS {
            return;
        }
        let text = self.text.get(from..to).unwrap_or_default();
        let kind = if text.starts_with("$(") || text.starts_with('`') {
            "a command, which is not run"
        } else {
            "a variable"
        };
        note(&mut self.command.unread, || format!("{}: {kind}; it stands as text", shown(text.as_bytes())));
    }

    /// `$(…)`, `${…}` or backticks: kept as they stand.
    fn substitution(&mut self, word: &mut Vec<u8>, opening: usize, close: u8) -> Result<(), Fault> {
        let open = self.at;
        self.at += opening - 1;
        self.balanced(open, close)?;
        word.extend_from_slice(self.text.as_bytes().get(open..self.at).unwrap_or_default());
        self.note(open, self.at);
        Ok(())
    }

    /// Passes over what begins at the opening character here, to the `close` that belongs to it.
    fn balanced(&mut self, open: usize, close: u8) -> Result<(), Fault> {
        let mut expected = vec![close];
        self.at += 1;
        while let Some(top) = expected.last().copied() {
            let Some(byte) = self.peek(0) else {
                return Err(Fault::new(open, "the expansion that begins here does not end"));
            };
            let dollar = byte == b'$' && matches!(self.peek(1), Some(b'(' | b'{'));
            self.at += 1 + usize::from(top != b'\'' && (byte == b'\\' || dollar));
            match byte {
                _ if byte == top => {
                    expected.pop();
                }
                _ if top == b'\'' => {}
                b'$' if dollar => {
                    let inner =
                        if self.text.as_bytes().get(self.at - 1) == Some(&b'(') { b')' } else { b'}' };
                    expected.push(inner);
                }
                b'`' | b'"' => expected.push(byte),
                b'\'' if top != b'"' => expected.push(byte),
                b'(' if top == b')' => expected.push(b')'),
                _ => {}
            }
        }
        Ok(())
    }

    fn ansi(&mut self, word: &mut Vec<u8>) -> Result<(), Fault> {
        let open = self.at;
        self.at += 2;
        loop {
            match self.peek(0) {
                None => return Err(unended(open)),
                Some(b'\'') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(word);
                }
                Some(_) => self.take(1, word),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// An escape of `$'…'`, after its backslash.
    fn escape(&mut self, word: &mut Vec<u8>) {
        let Some(letter) = self.peek(0) else { return };
        let plain = b"abefnrtv\\'\"?E"
            .iter()
            .zip(b"\x07\x08\x1b\x0c\n\r\t\x0b\\'\"?\x1b")
            .find(|(l, _)| **l == letter);
        if let Some((_, byte)) = plain {
            word.push(*byte);
            self.at += 1;
            return;
        }
        let (skip, radix, most) = match letter {
            b'x' => (1, 16, 2),
            b'u' => (1, 16, 4),
            b'U' => (1, 16, 8),
            b'0'..=b'7' => (0, 8, 3),
            _ => {
                word.push(b'\\');
                return self.take(1, word);
            }
        };
        let digits =
            self.rest().bytes().skip(skip).take(most).take_while(|b| char::from(*b).is_digit(radix)).count();
        let number = self.rest().get(skip..skip + digits).unwrap_or_default();
        match u32::from_str_radix(number, radix) {
            Err(_) => word.push(b'\\'),
            Ok(code) if b"uU".contains(&letter) => {
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                word.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Ok(code) => word.push(code.to_le_bytes().first().copied().unwrap_or_default()),
        }
        if number.is_empty() {
            return self.take(1, word);
        }
        self.at += skip + digits;
    }
}

fn unended(open: usize) -> Fault {
    Fault::new(open, "the quote that begins here does not end")
}
