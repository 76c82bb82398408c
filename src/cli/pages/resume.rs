//! How far the pages are, kept in a file so that a later run goes on from there.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::follow::{Cursor, Start};
use crate::cli::exit::{Failure, Kind};

/// The form of the file that this version writes.
const FORMAT: u32 = 3;

/// More than the file ever holds: the rows of one time, or of one page.
const LONGEST: u64 = 64 << 20;

/// A regular file that the rows were written to, and how long it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    device: u64,
    inode: u64,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "bnq-pages")]
    format: u32,
    /// The SHA-256 of what is asked, and whom.
    request: String,
    start: Start,
    rows: usize,
    /// The line of names above the rows.
    head: Option<String>,
    written: Option<Written>,
}

/// How far the pages are.
pub struct Place {
    file: Option<PathBuf>,
    kept: Kept,
}

impl Place {
    /// Begins at `start`, or where the file says that an earlier run of the same request was.
    ///
    /// # Errors
    /// If the file cannot be read, or is that of another request; or stdout is not what that run left.
    pub fn open(file: Option<&Path>, request: &str, start: Start) -> Result<Self, Failure> {
        let request = hex::encode(Sha256::digest(format!("bnq pages {request}")));
        let new = Kept { format: FORMAT, request, start, rows: 0, head: None, written: None };
        let Some(path) = file else { return Ok(Self { file: None, kept: new }) };
        let kept = match read(path).map_err(|e| problem(path, &e))? {
            None => new,
            Some(text) => match serde_json::from_slice::<Kept>(&text) {
                Ok(kept) if (kept.format, &kept.request) == (FORMAT, &new.request) => kept,
                Ok(_) => return Err(other(path, "is for another request")),
                Err(_) => return Err(other(path, "was not written by --resume")),
            },
        };
        cut_back(kept.written.as_ref())?;
        let place = Self { file: Some(path.to_owned()), kept };
        // What cannot be written is found before anything is asked.
        place.write()?;
        Ok(place)
    }

    /// Where the next page begins.
    pub fn cursor(&self) -> &Cursor {
        &self.kept.start.cursor
    }

    /// The last time that is asked for.
    pub fn end(&self) -> i64 {
        self.kept.start.end
    }

    /// Moves the last time on to `now`, once and where none was asked for; says whether it did.
    pub fn extend(&mut self, now: i64) -> bool {
        let open = std::mem::take(&mut self.kept.start.open);
        if open {
            self.kept.start.end = now;
        }
        open
    }

    /// Goes on, after so many rows more.
    pub fn move_to(&mut self, cursor: Cursor, rows: usize) {
        self.kept.start.cursor = cursor;
        self.kept.rows += rows;
    }

    /// A page of CSV without the line of names, where that stands above the rows already.
    pub fn headed<'t>(&mut self, text: &'t [u8]) -> &'t [u8] {
        let end = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
        let (head, rest) = text.split_at(end);
        let head = String::from_utf8_lossy(head).into_owned();
        if self.kept.head.as_ref() == Some(&head) {
            return rest;
        }
        self.kept.head = Some(head);
        text
    }

    /// Keeps it: what was given so far has been written.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&mut self) -> Result<(), Failure> {
        self.kept.written = stdout_file().map(|found| found.1);
        self.write()
    }

    fn write(&self) -> Result<(), Failure> {
        let Some(path) = &self.file else { return Ok(()) };
        let write = || {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let mut file =
                tempfile::Builder::new().prefix(".bnq-").tempfile_in(folder.unwrap_or(Path::new(".")))?;
            file.write_all(serde_json::to_string(&self.kept)?.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|e| e.error).map(|_| ())
        };
        write().map_err(|e: io::Error| problem(path, &e))
    }
}

/// Takes off what was written after the place was kept, and would come twice.
fn cut_back(written: Option<&Written>) -> Result<(), Failure> {
    let Some((before, (file, now))) = written.zip(stdout_file()) else { return Ok(()) };
    if (before.device, before.inode) != (now.device, now.inode) {
        return Ok(());
    }
    if now.bytes < before.bytes {
        return Err(Failure::usage("stdout is shorter than the rows that were written to it")
            .with_fix("append to it with >>, or remove the file of --resume to begin anew"));
    }
    file.set_len(before.bytes)
        .map_err(|e| Failure::new(Kind::Other, format!("stdout cannot be cut back: {e}")))
}

/// stdout, where it is a regular file.
fn stdout_file() -> Option<(File, Written)> {
    let file: File = rustix::io::dup(std::io::stdout()).ok()?.into();
    let found = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((file, Written { device: found.dev(), inode: found.ino(), bytes: found.len() }))
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file: File = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        opened => opened?.into(),
    };
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

fn problem(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Kind::Config, format!("{} cannot be used: {error}", path.display()))
}

fn other(path: &Path, what: &str) -> Failure {
    Failure::new(Kind::Config, format!("{} {what}", path.display()))
        .with_fix("name another file, or remove this one to begin anew")
}
