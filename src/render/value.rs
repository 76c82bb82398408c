//! A view of JSON that is held as text. Nothing is turned into numbers or maps: items and members are found by reading
//! on demand, so that order, duplicates and characters stay, and memory is that of the text.

use std::borrow::Cow;

use super::json;
use super::lexer::{Fault, Lexer, Nothing};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    /// `true` or `false`.
    Bool,
    Number,
    Text,
    Array,
    Object,
}

/// One value, as the text it is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// Checks that `json` is one JSON text.
    ///
    /// # Errors
    /// The first fault.
    pub(super) fn parse(json: &'a [u8]) -> Result<Value<'a>, Fault> {
        let mut lexer = Lexer::new();
        lexer.push(json, &mut Nothing)?;
        lexer.finish(&mut Nothing)?;
        // The lexer lets nothing pass that is not UTF-8.
        Ok(Value(std::str::from_utf8(json).unwrap_or_default().trim_ascii()))
    }

    pub(super) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// The characters it came with, white space inside included.
    pub(super) fn as_json(self) -> &'a str {
        self.0
    }

    /// Its text: strings without quotes and escapes, nothing for `null`, arrays and objects as compact JSON.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self.kind() {
            Kind::Null => Cow::Borrowed(""),
            Kind::Bool | Kind::Number => Cow::Borrowed(self.0),
            Kind::Text => unescape(unquoted(self.0)),
            Kind::Array | Kind::Object => Cow::Owned(json::compact(self.0)),
        }
    }

    /// The items of an array; none for anything else.
    pub(super) fn items(self) -> Items<'a> {
        Items(if self.kind() == Kind::Array { inside(self.0) } else { "" })
    }

    /// The members of an object, in order, duplicates included; none for anything else.
    pub(super) fn members(self) -> Members<'a> {
        Members(if self.kind() == Kind::Object { inside(self.0) } else { "" })
    }

    /// The member of that name, the last if there are several, or the item of that number.
    pub(super) fn child(self, name: &str) -> Option<Value<'a>> {
        match self.kind() {
            Kind::Object => self.members().filter(|(key, _)| key == name).last().map(|(_, value)| value),
            Kind::Array => self.items().nth(name.parse().ok()?),
            _ => None,
        }
    }
}

/// See [`Value::items`].
pub(super) struct Items<'a>(&'a str);

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (value, after) = split_value(self.0)?;
        self.0 = after;
        Some(value)
    }
}

/// See [`Value::members`].
pub(super) struct Members<'a>(&'a str);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, after) = split_value(self.0)?;
        let (value, after) = split_value(after)?;
        self.0 = after;
        Some((unescape(unquoted(key.0)), value))
    }
}

fn inside(container: &str) -> &str {
    container.get(1..container.len().saturating_sub(1)).unwrap_or_default()
}

fn unquoted(string: &str) -> &str {
    inside(string)
}

/// The next value and what follows it, in text that is known to be JSON; a separator before it is skipped.
fn split_value(text: &str) -> Option<(Value<'_>, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', ',', ':']);
    let bytes = text.as_bytes();
    let length = match bytes.first()? {
        b'"' => string_length(bytes),
        b'[' | b'{' => container_length(bytes),
        _ => bytes.iter().position(|byte| b" \t\n\r,".contains(byte)).unwrap_or(bytes.len()),
    };
    text.split_at_checked(length).map(|(value, after)| (Value(value), after))
}

fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn container_length(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest @ [byte, ..]) = bytes.get(at..) {
        match byte {
            b'"' => {
                at += string_length(rest);
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 1 => return at + 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The text that the inside of a JSON string stands for. Half of a surrogate pair stands for no character and keeps its
/// escape.
fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut after = escape.chars();
        match after.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                rest = unescape_units(after.as_str(), &mut text);
                continue;
            }
            Some(other) => text.push(other),
            None => {}
        }
        rest = after.as_str();
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Reads the digits after `\u`, and a second escape if both make one character. Returns what follows.
fn unescape_units<'a>(digits: &'a str, text: &mut String) -> &'a str {
    let Some((first, after)) = unit(digits) else { return digits };
    let second = after.strip_prefix("\\u").and_then(unit);
    let pair = second.and_then(|(low, after)| Some((decode(&[first, low])?, after)));
    if let Some(character) = decode(&[first]) {
        text.push(character);
    } else if let Some((character, after)) = pair {
        text.push(character);
        return after;
    } else {
        text.push_str("\\u");
        text.push_str(digits.get(..4).unwrap_or_default());
    }
    after
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, after) = text.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, after))
}

/// The one character that the units are; nothing if they are none, or two.
fn decode(units: &[u16]) -> Option<char> {
    let mut characters = char::decode_utf16(units.iter().copied());
    let first = characters.next()?.ok()?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Value<'_> {
        Value::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn scalars_keep_their_characters() {
        let cases = [
            ("null", Kind::Null, ""),
            (" true ", Kind::Bool, "true"),
            ("0.00000100", Kind::Number, "0.00000100"),
            ("-1E+400", Kind::Number, "-1E+400"),
            (r#""a\"b\\c\/d\n""#, Kind::Text, "a\"b\\c/d\n"),
            (r#""\u0041\u5e01\ud83d\ude00""#, Kind::Text, "A币😀"),
            (r#""\ud83dx\ude00\u004""#, Kind::Text, ""),
            (r#""\ud83dx\uDE00\ud83d\u0041""#, Kind::Text, "\\ud83dx\\uDE00\\ud83dA"),
            (r#"[ 1 , {"a" : [ ] } ]"#, Kind::Array, r#"[1,{"a":[]}]"#),
        ];
        for (json, kind, text) in cases {
            let Ok(value) = Value::parse(json.as_bytes()) else {
                assert_eq!(text, "", "{json} was refused");
                continue;
            };
            assert_eq!((value.kind(), value.text().as_ref()), (kind, text), "{json}");
        }
    }

    #[test]
    fn items_and_members_are_found_whatever_stands_between() {
        let value = parse("[ 1 ,\"a,]\\\"\" , [2,[3]] ,{\"x\":{}},null]");
        let items: Vec<_> = value.items().map(Value::as_json).collect();
        assert_eq!(items, ["1", "\"a,]\\\"\"", "[2,[3]]", "{\"x\":{}}", "null"]);

        let value = parse("{ \"a\" : 1,\"b:\\u0041\":[1, 2] ,\"a\":true, \"\":\"}\"}");
        let members: Vec<_> =
            value.members().map(|(key, value)| format!("{key}={}", value.as_json())).collect();
        assert_eq!(members, ["a=1", "b:A=[1, 2]", "a=true", "=\"}\""]);
        assert_eq!(value.child("a").map(Value::as_json), Some("true"), "the last of several");
        assert_eq!(value.child("b:A").and_then(|list| list.child("1")).map(Value::as_json), Some("2"));
        assert_eq!(value.child("c"), None);

        for empty in ["[]", "{ }", "[ ]", "\"x\"", "7"] {
            assert_eq!((parse(empty).items().count(), parse(empty).members().count()), (0, 0), "{empty}");
        }
    }
}
