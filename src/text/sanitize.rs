//! Makes foreign text safe to show: one definition of which characters never reach a terminal as they are.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// Characters that take no room or turn the text around, so that what is read is not what is there.
/// Source: Unicode 16 `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`; added are the line and paragraph
/// separators, the bidi overrides, and the interlinear annotations, which are `Cf` or `Z*` and invisible too.
const INVISIBLE: [RangeInclusive<char>; 17] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a terminal could act on the character, or a reader be deceived by it.
pub(crate) fn is_unsafe(character: char) -> bool {
    match character {
        ' '..='~' => false,
        // Control characters, all of them.
        ..='\u{9f}' => true,
        _ => INVISIBLE.iter().any(|range| range.contains(&character)),
    }
}

/// Appends the character as JSON would escape it: `\u202e`, beyond the basic plane as two of these.
pub(crate) fn escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// The text with control, bidi and invisible characters escaped: `\n`, `\t`, `\r`, otherwise `\u001b`.
/// For everything foreign that people read: messages, log lines, cells of a table.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    // Nearly all text is, and to look at every byte without a branch is faster than to stop at the first that is not.
    let plain = text.bytes().fold(true, |plain, b| plain & matches!(b, b' '..=b'~'));
    if plain || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("\\n"),
            '\t' => safe.push_str("\\t"),
            '\r' => safe.push_str("\\r"),
            other if is_unsafe(other) => escape(other, &mut safe),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// As [`sanitize`], for bytes that may not be UTF-8: those that are not become `\xNN`.
pub fn sanitize_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return sanitize(text);
    }
    let mut safe = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        safe.push_str(&sanitize(chunk.valid()));
        escape_bytes(chunk.invalid(), &mut safe);
    }
    Cow::Owned(safe)
}

fn escape_bytes(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

/// Copies bytes to a terminal in pieces: like [`sanitize_bytes`], but lines and tabs stay what they are.
#[derive(Default)]
pub(crate) struct TerminalFilter {
    /// The start of a character whose end has not arrived, at most three bytes.
    held: Vec<u8>,
}

impl TerminalFilter {
    /// Appends what of `bytes` can be shown to `out`.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut String) {
        if self.held.is_empty() {
            self.copy(bytes, out);
        } else {
            let mut joined = std::mem::take(&mut self.held);
            joined.extend_from_slice(bytes);
            self.copy(&joined, out);
        }
    }

    /// Appends what was held back.
    pub(crate) fn finish(&mut self, out: &mut String) {
        escape_bytes(&std::mem::take(&mut self.held), out);
    }

    fn copy(&mut self, mut bytes: &[u8], out: &mut String) {
        loop {
            let (valid, invalid) = match std::str::from_utf8(bytes) {
                Ok(_) => (bytes, None),
                Err(error) => (bytes.get(..error.valid_up_to()).unwrap_or_default(), Some(error.error_len())),
            };
            // `valid` is UTF-8 by the test above.
            copy_text(std::str::from_utf8(valid).unwrap_or_default(), out);
            let rest = bytes.get(valid.len()..).unwrap_or_default();
            match invalid {
                None => return,
                Some(None) => return self.held.extend_from_slice(rest),
                Some(Some(length)) => {
                    let (bad, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                    escape_bytes(bad, out);
                    bytes = after;
                }
            }
        }
    }
}

fn copy_text(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' => out.push_str("\\r"),
            other if is_unsafe(other) => escape(other, out),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_character_is_unsafe() {
        for character in '\0'..='\u{ac}' {
            assert_eq!(is_unsafe(character), character.is_control(), "{character:?}");
        }
    }

    #[test]
    fn text_that_could_act_on_a_terminal_is_escaped() {
        let cases = [
            ("plain", "ARKBTC 1.50", "ARKBTC 1.50"),
            ("letters of other scripts stay", "币安人生 é", "币安人生 é"),
            ("line, tab, return", "a\nb\tc\r", "a\\nb\\tc\\r"),
            ("escape sequence", "\u{1b}[31mred", "\\u001b[31mred"),
            ("null and DEL", "\0\u{7f}", "\\u0000\\u007f"),
            ("C1, where CSI is one character", "\u{9b}31m", "\\u009b31m"),
            ("bidi override", "a\u{202e}b\u{2066}c", "a\\u202eb\\u2066c"),
            ("bidi marks", "\u{61c}\u{200e}\u{200f}", "\\u061c\\u200e\\u200f"),
            ("invisible", "a\u{200b}b\u{feff}\u{ad}", "a\\u200bb\\ufeff\\u00ad"),
            ("tags, beyond the basic plane", "\u{e0041}", "\\udb40\\udc41"),
            ("line separator", "\u{2028}", "\\u2028"),
        ];
        for (name, text, safe) in cases {
            assert_eq!(sanitize(text), safe, "{name}");
            assert_eq!(sanitize_bytes(text.as_bytes()), safe, "{name}");
        }
        assert!(matches!(sanitize("safe"), Cow::Borrowed(_)), "no copy where nothing changes");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_as_numbers() {
        let cases: [(&str, &[u8], &str); 3] = [
            ("lone continuation", b"a\x80b", "a\\x80b"),
            ("cut character", b"\xe5\xb8", "\\xe5\\xb8"),
            ("mixed with a control", b"\xff\x1b[0m", "\\xff\\u001b[0m"),
        ];
        for (name, bytes, safe) in cases {
            assert_eq!(sanitize_bytes(bytes), safe, "{name}");
        }
    }

    #[test]
    fn the_terminal_filter_gives_the_same_however_it_is_cut() {
        let bytes = "é币\u{1b}[0m\n\ta\u{202e}\r\n\u{1f600}".as_bytes();
        let bytes = [bytes, b"\xff\xe5\xb8"].concat();
        let expected = "é币\\u001b[0m\n\ta\\u202e\\r\n\u{1f600}\\xff\\xe5\\xb8";
        for size in 1..=bytes.len() {
            let (mut filter, mut out) = (TerminalFilter::default(), String::new());
            bytes.chunks(size).for_each(|chunk| filter.push(chunk, &mut out));
            filter.finish(&mut out);
            assert_eq!(out, expected, "pieces of {size}");
        }
    }
}
