//! Finds the curl command in a text and has its shell's rules read it.

use super::{Draft, Fault, cmd, curl, shell, shown};

/// A word of a command line after quotes are taken away.
pub(super) struct Word {
    pub text: Vec<u8>,
    /// Where it begins in the text.
    pub at: usize,
}

/// One command line.
#[derive(Default)]
pub(super) struct Command {
    pub words: Vec<Word>,
    pub cut: Option<String>,
    pub unread: Vec<String>,
    /// Where it ends in the text.
    pub end: usize,
}

impl Command {
    /// Notes what stands after the operator at `at`. It has cut the command if it touches the word before and what
    /// follows; otherwise somebody meant a pipe or a second command.
    pub fn end_at_operator(&mut self, text: &str, at: usize, touches: bool) {
        let rest = text.get(at..).unwrap_or_default().trim_end();
        let after = rest.trim_start_matches(['&', '|', ';']);
        self.end = text.len();
        if after.is_empty() {
            return;
        }
        let operators = rest.len() - after.len();
        if touches && operators == 1 && !after.starts_with(char::is_whitespace) {
            self.cut = Some(rest.to_owned());
        } else {
            self.unread.push(format!("{}: another command", shown(rest.as_bytes())));
        }
    }

    /// What follows the line on which the command ended: options there were meant for it, but the shell does not see
    /// them as a part of it.
    pub fn end_at_line(&mut self, text: &str, at: usize) {
        self.end = at;
        let rest = text.get(at..).unwrap_or_default().trim();
        if rest.starts_with('-') && !rest.starts_with("---") && !rest.starts_with("- ") {
            self.cut = Some(rest.to_owned());
        } else if !rest.is_empty() && !rest.starts_with("```") {
            let line = rest.lines().next().unwrap_or_default();
            self.unread.push(format!("the lines after the command, from {} on", shown(line.as_bytes())));
        }
    }
}

/// Where a curl command stands in a text.
pub(super) struct Found {
    /// Where its line begins, or what is looked at of it.
    line: usize,
    /// Where the word `curl` begins.
    pub at: usize,
    /// Where its arguments begin.
    arguments: usize,
    /// Whether it stands where a command does: at the beginning of a line, after a prompt or the like.
    pub sure: bool,
}

/// The words that may stand before a command's name.
const BEFORE: [&str; 12] =
    ["sudo", "time", "env", "exec", "command", "watch", "nohup", "then", "do", "if", "!", "eval"];

/// Finds the curl command; one that stands where a command does before one that only may be one.
pub(super) fn find(text: &str) -> Option<Found> {
    // A text that is full of the word is no command line.
    const MOST: usize = 64;
    let mut possible = None;
    for (at, _) in text.match_indices("curl").take(MOST) {
        let Some(found) = candidate(text, at) else { continue };
        if found.sure {
            return Some(found);
        }
        possible = possible.or_else(|| has_argument(text, found.arguments).then_some(found));
    }
    possible
}

fn candidate(text: &str, at: usize) -> Option<Found> {
    let before = text.get(..at)?;
    if !before.is_empty()
        && !before.ends_with([' ', '\t', '\n', '\r', '(', '`', ';', '|', '&', '/', '\\', '"', '\''])
    {
        return None;
    }
    let mut after = text.get(at + "curl".len()..)?;
    if after.get(..4).is_some_and(|suffix| suffix.eq_ignore_ascii_case(".exe")) {
        after = after.get(4..)?;
    }
    if before.ends_with(['/', '\\']) {
        after = after.strip_prefix(['"', '\'']).unwrap_or(after);
    }
    if !after.is_empty() && !after.starts_with([' ', '\t', '\n', '\r', '\\', '^', '`']) {
        return None;
    }
    let line = line_start(before);
    Some(Found {
        line,
        at,
        arguments: text.len() - after.len(),
        sure: stands_as_command(before.get(line..)?),
    })
}

/// Where the last line of the text begins; of a very long one only the end is looked at.
fn line_start(before: &str) -> usize {
    const FAR: usize = 200;
    let mut from = before.len().saturating_sub(FAR);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let near = before.get(from..).unwrap_or_default();
    near.rfind('\n').map_or(from, |end| from + end + 1)
}

fn stands_as_command(before: &str) -> bool {
    let prefix = before.trim();
    let path = prefix.rsplit([' ', '\t']).next().unwrap_or_default();
    let prefix =
        if path.ends_with(['/', '\\']) { prefix.strip_suffix(path).unwrap_or(prefix).trim() } else { prefix };
    let last = prefix.rsplit([' ', '\t']).next().unwrap_or_default();
    let assignment = last.split_once('=').is_some_and(|(name, _)| is_name(name.as_bytes()));
    prefix.is_empty()
        || prefix.ends_with(['$', '#', '>', '%', '(', '`', ';', '|', '&', '❯'])
        || assignment
        || BEFORE.contains(&last)
}

/// Whether it is a name that a shell's variable could have.
pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn has_argument(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default().trim_start();
    let word = rest.get(..rest.find(char::is_whitespace).unwrap_or(rest.len())).unwrap_or_default();
    rest.starts_with(['-', '"', '\'', '$', '\\', '^']) || word.contains("://") || word.contains(['/', '?'])
}

/// Reads the command that was found, with the rules of the shell that it seems to be written for.
pub(super) fn read(text: &str, found: &Found) -> Result<Draft, Fault> {
    let windows = is_cmd(text, found);
    let mut command =
        if windows { cmd::split(text, found.arguments)? } else { shell::split(text, found.arguments)? };
    let others = text.get(command.end..).unwrap_or_default();
    if command.cut.is_none() && find(others).is_some_and(|other| other.sure) {
        command.unread.push("a further curl command".to_owned());
    }
    let mut draft = curl::read(&command.words, found.at).map_err(|fault| match command.unread.first() {
        Some(first) => Fault { what: format!("{} ({first})", fault.what), ..fault },
        None => fault,
    })?;
    draft.cut = command.cut;
    command.unread.append(&mut draft.unread);
    draft.unread = command.unread;
    Ok(draft)
}

/// cmd.exe shows itself by its prompt, and by a `^` before a quote or line end where no quote is open.
fn is_cmd(text: &str, found: &Found) -> bool {
    let prompt = text.get(found.line..found.at).unwrap_or_default().trim();
    let drive = prompt.as_bytes().get(1..3) == Some(b":\\") && prompt.ends_with('>');
    let rest = text.get(found.arguments..).unwrap_or_default();
    let mark = [" ^\"", "^\n", "^\r\n"].iter().filter_map(|mark| rest.find(mark)).min();
    let before = mark.and_then(|mark| rest.get(..mark));
    drive || before.is_some_and(|before| !in_quotes(before))
}

/// Whether a Unix shell is in quotes after this text, or was in single ones, which cmd.exe does not know.
fn in_quotes(text: &str) -> bool {
    let (mut escaped, mut open) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => open = !open,
            b'\'' => return true,
            _ => {}
        }
    }
    open
}
