//! Objects as programs print them: JSON, `console.log` of Node.js, `print` of Python. One grammar reads all three, as
//! what is asked of them is names and texts.

use super::Fault;

/// Deeper ones are refused; what Node.js prints ends far above that.
const DEEPEST: usize = 64;

/// More values than these are refused; a whole error of axios has about a thousand.
const MOST: usize = 1 << 15;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(Vec<u8>),
    /// What stands without quotes: numbers, `undefined`, `[Array]`.
    Bare(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Literal {
    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        members.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// A text.
    pub fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Whether it stands for nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Bare(word) if ["undefined", "null", "None"].contains(&word.as_str()))
    }
}

/// Reads the value that begins at `at` and gives where it ends.
pub(super) fn read(text: &[u8], at: usize) -> Result<(Literal, usize), Fault> {
    let mut parser = Parser { text, at, values: 0 };
    let value = parser.value(0)?;
    Ok((value, parser.at))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    values: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next_is(&self, text: &[u8]) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(text))
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Literal, Fault> {
        if depth > DEEPEST {
            return Err(Fault::new(self.at, "what is printed here is nested too deeply"));
        }
        self.count()?;
        // The names and tags that Node.js and Python put before a value.
        let mut before = String::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b'{') => return self.map(depth),
                Some(b'[') if !self.is_tag() => return self.list(depth, b']'),
                Some(b'(') => {
                    let inner = self.list(depth, b')')?;
                    self.blanks();
                    if self.peek() != Some(b'{') {
                        return Ok(inner);
                    }
                }
                Some(b'\'' | b'"' | b'`') => return self.texts(before == "b"),
                Some(b'[') => before = self.until(b']'),
                Some(b'<') => before = self.until(b'>'),
                _ => {
                    let word = self.bare();
                    if word.is_empty() {
                        return Ok(Literal::Bare(before));
                    }
                    before = word;
                }
            }
            if self.peek() == Some(b'\n') {
                return Ok(Literal::Bare(before));
            }
        }
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.values += 1;
        let many = || Fault::new(self.at, "what is printed here has too many values");
        if self.values > MOST { Err(many()) } else { Ok(()) }
    }

    /// Whether `[` begins a tag such as `[Object: null prototype]` and no list.
    fn is_tag(&self) -> bool {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = rest.get(..length).unwrap_or_default();
        let values: [&[u8]; 9] =
            [b"", b"true", b"false", b"null", b"undefined", b"True", b"False", b"None", b"NaN"];
        let quote = rest.get(length).is_some_and(|b| b"'\"".contains(b));
        !values.contains(&word) && !quote
    }

    /// What stands from here to `close` or the end of the line.
    fn until(&mut self, close: u8) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|b| *b == close || *b == b'\n').unwrap_or(rest.len());
        let end = if rest.get(end) == Some(&close) { end + 1 } else { end };
        self.at += end;
        String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned()
    }

    fn bare(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|b| !b",:=\n{}[]()'\"`<".contains(b)).count();
        self.at += length;
        String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).trim().to_owned()
    }

    fn list(&mut self, depth: usize, close: u8) -> Result<Literal, Fault> {
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None => return Err(Fault::new(open, "what is printed from here on does not end")),
                Some(byte) if byte == close => break,
                Some(b',') => self.at += 1,
                Some(_) => {
                    let from = self.at;
                    items.push(self.value(depth + 1)?);
                    self.at = self.at.max(from + 1);
                }
            }
        }
        self.at += 1;
        Ok(Literal::List(items))
    }

    fn map(&mut self, depth: usize) -> Result<Literal, Fault> {
        let open = self.at;
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None => return Err(Fault::new(open, "the object that begins here does not end")),
                Some(b'}') => break,
                Some(b',') => self.at += 1,
                Some(_) => members.extend(self.member(depth)?),
            }
        }
        self.at += 1;
        Ok(Literal::Map(members))
    }

    /// `name: value` or `name => value`; none for what stands without a value.
    fn member(&mut self, depth: usize) -> Result<Option<(String, Literal)>, Fault> {
        self.count()?;
        let from = self.at;
        let name = match self.peek() {
            Some(b'\'' | b'"' | b'`') => String::from_utf8_lossy(&self.quoted(false)?).into_owned(),
            Some(b'[') => self.until(b']'),
            _ => self.bare(),
        };
        self.blanks();
        if self.next_is(b"=>") {
            self.at += 1;
        } else if self.peek() != Some(b':') {
            self.at = self.at.max(from + 1);
            return Ok(None);
        }
        self.at += 1;
        Ok(Some((name, self.value(depth + 1)?)))
    }

    /// A text, of which Node.js breaks long ones into several with `+` between.
    fn texts(&mut self, bytes: bool) -> Result<Literal, Fault> {
        let mut text = self.quoted(bytes)?;
        loop {
            let end = self.at;
            self.blanks();
            let joined = self.peek() == Some(b'+');
            if joined {
                self.at += 1;
                self.blanks();
            }
            if !joined || !matches!(self.peek(), Some(b'\'' | b'"' | b'`')) {
                self.at = end;
                return Ok(Literal::Text(text));
            }
            text.extend(self.quoted(bytes)?);
        }
    }

    /// One quoted text; `\xNN` is a byte in Python's bytes, else a character.
    fn quoted(&mut self, bytes: bool) -> Result<Vec<u8>, Fault> {
        let open = self.at;
        let quote = self.peek();
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.peek() {
                None => return Err(Fault::new(open, "the quote that begins here does not end")),
                byte if byte == quote => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(bytes, &mut text);
                }
                Some(byte) => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self, bytes: bool, text: &mut Vec<u8>) {
        let Some(letter) = self.peek() else { return };
        self.at += 1;
        let plain = b"nrtbfv0".iter().zip(b"\n\r\t\x08\x0c\x0b\0").find(|(l, _)| **l == letter);
        match letter {
            b'x' => match self.digits(2) {
                Some(code) if bytes => text.extend(code.to_le_bytes().first()),
                code => push_character(code, text),
            },
            b'u' => {
                let high = self.digits(4);
                let pair = high.is_some_and(|code| (0xd800..0xdc00).contains(&code)) && self.next_is(b"\\u");
                if !pair {
                    return push_character(high, text);
                }
                self.at += 2;
                let low = self.digits(4).unwrap_or_default();
                let code =
                    high.map(|high| 0x1_0000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff));
                push_character(code, text);
            }
            _ => text.push(plain.map_or(letter, |(_, byte)| *byte)),
        }
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + count)?;
        let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        self.at += count;
        Some(number)
    }
}

fn push_character(code: Option<u32>, text: &mut Vec<u8>) {
    let character = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
