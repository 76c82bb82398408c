//! What a batch is about to do, noted before it is done, and what came of it. The file is a line for each, in JSON, and only
//! grows, but for a line that was not written whole.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::cli::exit::{Failure, Kind};
use crate::config::check_trusted;

/// The form of the file that this version writes.
const FORMAT: u32 = 1;

/// A change that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The id that it carries, by which it can be asked for.
    pub id: Option<String>,
    /// Its timestamp, in milliseconds; `None` of one that has none.
    pub sent_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "bnq-batch")]
    format: u32,
    /// The SHA-256 of the input.
    input: String,
    /// That of what it is for: environment, base URL and key.
    account: String,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Record<'a> {
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<Intent>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Code {
    exit_code: u8,
}

/// What the file held of one line.
#[derive(Default)]
struct Past {
    intent: Option<Intent>,
    result: Option<(u8, String)>,
}

/// An open journal, which no other process writes to.
pub struct Journal {
    path: PathBuf,
    tail: Mutex<Tail>,
    past: HashMap<usize, Past>,
}

/// Where the file is written to.
struct Tail {
    file: File,
    /// The end of the last whole line, in bytes.
    end: u64,
    /// Whether there may be half a line behind it, which nothing may follow.
    torn: bool,
}

impl Tail {
    /// Writes a line whole or not at all.
    fn write(&mut self, line: &[u8]) -> io::Result<File> {
        if self.torn {
            return Err(io::Error::other("an earlier line could not be written whole"));
        }
        let written = self.file.write_all(line).and_then(|()| self.file.try_clone());
        if written.is_ok() {
            self.end += line.len() as u64;
        } else {
            self.mend();
        }
        written
    }

    /// Removes what was written of a line.
    fn mend(&mut self) {
        let cut = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
        self.torn = cut.is_err();
    }
}

impl Journal {
    /// Opens the file, or makes it, for the digest of an input and an account.
    ///
    /// # Errors
    /// If it cannot be opened or locked, is a link, can be read by others, or is the journal of something else.
    pub fn open(path: &Path, input: String, account: &str) -> Result<Self, Failure> {
        let shown = path.display();
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).map_err(io::Error::from);
        let mut file: File = opened.map_err(|e| problem(path, &e))?.into();
        check_trusted(&file).map_err(|e| config(format!("the journal {shown} {}", e.advice())))?;
        // One that was made before bnq came by it may be open to others.
        rustix::fs::fchmod(&file, Mode::RUSR | Mode::WUSR).map_err(|e| problem(path, &e.into()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(config(format!("another batch is running with the journal {shown}"))
                    .with_fix("wait until it has ended"));
            }
            Err(TryLockError::Error(e)) => return Err(problem(path, &e)),
        }
        let header = Header { format: FORMAT, input, account: digest(account) };
        let past = Self::past(&mut file, &header, path)?;
        let end = file.stream_position().map_err(|e| problem(path, &e))?;
        let tail = Mutex::new(Tail { file, end, torn: false });
        Ok(Self { path: path.to_owned(), tail, past })
    }

    /// Reads what is there, and leaves the file at the end of its last whole line.
    fn past(file: &mut File, header: &Header, path: &Path) -> Result<HashMap<usize, Past>, Failure> {
        let mut past: HashMap<usize, Past> = HashMap::new();
        let (mut whole, mut buffer) = (0, Vec::new());
        let mut reader = BufReader::new(&*file);
        loop {
            buffer.clear();
            let read = reader.read_until(b'\n', &mut buffer).map_err(|e| problem(path, &e))?;
            // The end of a line is its last byte: what has none was not written whole, and so not synced.
            if !buffer.ends_with(b"\n") {
                break;
            }
            if whole == 0 {
                header.check(&buffer, path)?;
            } else {
                let damaged = |e| config(format!("the journal {} is damaged: {e}", path.display()));
                let record: Record<'_> = serde_json::from_slice(&buffer).map_err(damaged)?;
                let entry = past.entry(record.line).or_default();
                if let Some(intent) = record.intent {
                    *entry = Past { intent: Some(intent), result: None };
                }
                if let Some(result) = record.result {
                    let Code { exit_code } = serde_json::from_str(result.get()).map_err(damaged)?;
                    entry.result = Some((exit_code, format!("{}\n", result.get())));
                }
            }
            whole += read as u64;
        }
        drop(reader);
        let io = |e| problem(path, &e);
        file.set_len(whole).map_err(io)?;
        file.seek(SeekFrom::Start(whole)).map_err(io)?;
        if whole == 0 {
            let line = serde_json::to_string(header).map_err(|e| config(e.to_string()))? + "\n";
            file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
            sync_folder(path).map_err(io)?;
        }
        Ok(past)
    }

    /// What an earlier run got for a line, and its exit code; not where it was unknown, which is asked for again, nor where
    /// nothing was done for want of a connection or for a limit, which may have passed.
    pub fn result(&self, line: usize) -> Option<(u8, String)> {
        let passing = [Kind::Unknown, Kind::NoAnswer, Kind::RateLimit].map(Kind::exit_code);
        self.past.get(&line)?.result.as_ref().filter(|(code, _)| !passing.contains(code)).cloned()
    }

    /// A change that an earlier run may have sent, and of which it is not known what became.
    pub fn unsettled(&self, line: usize) -> Option<Intent> {
        let Past { intent, result } = self.past.get(&line)?;
        let unknown = result.as_ref().is_none_or(|(code, _)| *code == Kind::Unknown.exit_code());
        intent.clone().filter(|_| unknown)
    }

    /// Notes that a change is about to be sent. It is on the disk when this returns.
    ///
    /// # Errors
    /// If it could not be written; then the change must not be sent.
    pub fn note_intent(&self, line: usize, intent: &Intent) -> Result<(), Failure> {
        let record = Record { line, intent: Some(intent.clone()), result: None };
        let file = self.write(&record)?;
        // Synced outside of the lock, so that several are synced at once.
        file.sync_data().map_err(|e| problem(&self.path, &e))
    }

    /// Notes what came of a line: `text` is its line of the output.
    ///
    /// # Errors
    /// If it could not be written.
    pub fn note_result(&self, line: usize, text: &str) -> Result<(), Failure> {
        let damaged = |e: serde_json::Error| Failure::new(Kind::Other, e.to_string());
        let result: &RawValue = serde_json::from_str(text).map_err(damaged)?;
        self.write(&Record { line, intent: None, result: Some(result) }).map(|_| ())
    }

    fn write(&self, record: &Record<'_>) -> Result<File, Failure> {
        let text =
            serde_json::to_string(record).map_err(|e| Failure::new(Kind::Other, e.to_string()))? + "\n";
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.write(text.as_bytes()).map_err(|e| problem(&self.path, &e))
    }
}

impl Header {
    fn check(&self, line: &[u8], path: &Path) -> Result<(), Failure> {
        let shown = path.display();
        let other = |what: &str| {
            Err(config(format!("{shown} {what}"))
                .with_fix("name another file, or remove this one if it is not needed"))
        };
        match serde_json::from_slice::<Self>(line) {
            Err(_) => other("is no journal of a batch"),
            Ok(found) if found.format != self.format => other("is the journal of another version of bnq"),
            Ok(found) if found.input != self.input => {
                other("is the journal of another input, or the input was changed since")
            }
            Ok(found) if found.account != self.account => {
                other("is the journal of a batch for another environment, base URL or key")
            }
            Ok(_) => Ok(()),
        }
    }
}

/// A new name is on the disk once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(format!("bnq batch {text}")))
}

fn config(message: String) -> Failure {
    Failure::new(Kind::Config, message)
}

fn problem(path: &Path, error: &io::Error) -> Failure {
    let cause = if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        "it is a symbolic link".to_owned()
    } else {
        error.to_string()
    };
    config(format!("the journal {} cannot be used: {cause}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_line_that_may_be_there_in_part() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut tail = Tail { file: full, end: 0, torn: false };
        let mut fails = || tail.write(b"{}\n").unwrap_err().to_string();
        assert!(fails().contains("No space left"));
        assert_eq!(fails(), "an earlier line could not be written whole");
    }

    #[test]
    fn a_line_that_cannot_be_written_leaves_none_of_it() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"{}\n{\"li").unwrap();
        let mut tail = Tail { file: file.try_clone().unwrap(), end: 3, torn: false };
        tail.mend();
        assert_eq!((file.metadata().unwrap().len(), tail.torn), (3, false));
        tail.write(b"[]\n").unwrap();
        assert_eq!((file.metadata().unwrap().len(), tail.end), (6, 6));
    }
}
