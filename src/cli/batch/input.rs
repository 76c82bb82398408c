//! The lines of a batch, and their words.

use std::fs::File;
use std::io::Read as _;

use anyhow::Context as _;
use serde::Deserialize;

use crate::cli::exit::Failure;

/// The largest input that is read, in bytes: all of it is checked before anything is sent, so all of it is held.
const LARGEST: u64 = 256 << 20;

/// The text of a file, or of standard input.
///
/// # Errors
/// If it cannot be read, is too large, or is not UTF-8.
pub fn read(name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    if name == "-" {
        let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
        read.context("standard input cannot be read")?;
    } else {
        let shown = || format!("{name} cannot be read");
        let file = File::open(name).with_context(shown)?;
        file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(shown)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage("the batch is larger than 256 MiB").with_fix("split it into several"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let before = e.as_bytes().iter().take(e.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Failure::usage(format!("line {line} is not UTF-8")).with_fix("save the file as UTF-8")
    })
}

/// The lines that hold a command, with their numbers from 1 on.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim()));
    numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    args: Vec<String>,
}

/// The words of a line, without the program's name where that was pasted along.
///
/// # Errors
/// A usage failure if it is neither words nor an object with `args`.
pub fn words(line: &str) -> Result<Vec<String>, Failure> {
    let mut words = if line.starts_with('{') {
        let object: Object = serde_json::from_str(line).map_err(|e| {
            Failure::usage(format!("it is no object with `args`: {e}"))
                .with_fix(r#"write it as {"args": ["ticker-price", "--symbol", "BTCUSDT"]}"#)
        })?;
        object.args
    } else {
        shlex::split(line).ok_or_else(|| {
            Failure::usage("a quote does not end, or a backslash stands before nothing")
                .with_fix("quote it as in a shell, or write the line as {\"args\": [\"…\"]}")
        })?
    };
    if words.first().is_some_and(|word| word == "bnq") {
        words.remove(0);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_in_a_shell_and_nothing_is_expanded() {
        let cases: [(&str, Option<&[&str]>); 14] = [
            ("time", Some(&["time"])),
            ("bnq time", Some(&["time"])),
            ("a  b\tc", Some(&["a", "b", "c"])),
            ("a 'b c' \"d e\" f\\ g", Some(&["a", "b c", "d e", "f g"])),
            ("a '' \"\"", Some(&["a", "", ""])),
            ("a='b\"c' d=\"e'f\"", Some(&["a=b\"c", "d=e'f"])),
            (r#"a "b\"c\\d\e""#, Some(&["a", r#"b"c\d\e"#])),
            ("a $HOME `id` $(id) *.toml ~ {b,c}", None),
            ("a ; b | c > d & e", Some(&["a", ";", "b", "|", "c", ">", "d", "&", "e"])),
            ("a 'b", None),
            ("a \\", None),
            (r#"{"args": ["a", "b c", "d\u0065"]}"#, Some(&["a", "b c", "de"])),
            (r#"{"args": ["a"], "env": "live"}"#, None),
            (r#"{"args": "a"}"#, None),
        ];
        for (line, expected) in cases {
            if line.starts_with("a $HOME") {
                let plain: Vec<&str> = line.split(' ').collect();
                assert_eq!(words(line).unwrap(), plain, "{line}");
                continue;
            }
            let expected = expected.map(|words| words.iter().map(|w| (*w).to_owned()).collect());
            assert_eq!(words(line).ok(), expected, "{line}");
        }
    }

    #[test]
    fn empty_lines_and_comments_count_but_hold_no_command() {
        let text = "\u{feff}time\r\n\n  # a comment\n  ping  \n#\nx # y";
        let found: Vec<_> = lines(text).collect();
        assert_eq!(found, [(1, "time"), (4, "ping"), (6, "x # y")]);
    }
}
