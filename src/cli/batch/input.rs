//! The lines of a batch, and their words.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::cli::exit::{Failure, Kind};

/// The largest input that is read, in bytes: what its lines ask for is held.
const LARGEST: u64 = 256 << 20;

/// A file or standard input, read line by line.
pub struct Input {
    name: String,
    source: Box<dyn BufRead>,
    line: Vec<u8>,
    number: usize,
    read: u64,
    digest: Sha256,
}

impl Input {
    /// Opens the file, or standard input for `-`.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(name: &str) -> Result<Self, Failure> {
        let source: Box<dyn BufRead> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(name).map_err(|e| unreadable(name, &e))?))
        };
        Ok(Self::of(name, source))
    }

    fn of(name: &str, source: Box<dyn BufRead>) -> Self {
        let digest = Sha256::new_with_prefix("bnq batch ");
        Self { name: name.to_owned(), source, line: Vec::new(), number: 0, read: 0, digest }
    }

    /// The next line that holds a command, with its number from 1 on.
    ///
    /// # Errors
    /// If it cannot be read, is too large, or is not UTF-8.
    pub fn next_line(&mut self) -> Result<Option<(usize, &str)>, Failure> {
        loop {
            self.line.clear();
            let rest = LARGEST.saturating_sub(self.read).saturating_add(1);
            let read = (&mut self.source).take(rest).read_until(b'\n', &mut self.line);
            self.read += read.map_err(|e| unreadable(&self.name, &e))? as u64;
            if self.read > LARGEST {
                return Err(
                    Failure::usage("the batch is larger than 256 MiB").with_fix("split it into several")
                );
            }
            if self.line.is_empty() {
                return Ok(None);
            }
            self.digest.update(&self.line);
            self.number += 1;
            if holds_command(command(&self.line, self.number)?) {
                break;
            }
        }
        Ok(Some((self.number, command(&self.line, self.number)?)))
    }

    /// Stands for all that was read.
    pub fn digest(self) -> String {
        hex::encode(self.digest.finalize())
    }
}

fn command(line: &[u8], number: usize) -> Result<&str, Failure> {
    let text = std::str::from_utf8(line).map_err(|_| {
        Failure::usage(format!("line {number} is not UTF-8")).with_fix("save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').filter(|_| number == 1).unwrap_or(text).trim())
}

fn holds_command(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    let name = if name == "-" { "standard input" } else { name };
    Failure::new(Kind::Other, format!("{name} cannot be read: {error}"))
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
        let mut input = Input::of("-", Box::new(text.as_bytes()));
        let mut found = Vec::new();
        while let Some((number, line)) = input.next_line().unwrap() {
            found.push((number, line.to_owned()));
        }
        assert_eq!(found, [(1, "time"), (4, "ping"), (6, "x # y")].map(|(n, l)| (n, l.to_owned())));
        assert_eq!(input.digest(), hex::encode(Sha256::digest(format!("bnq batch {text}"))));
    }
}
