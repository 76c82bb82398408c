//! The file: a line that says what it is, then a line for each change. It only grows, but for a line that was not written whole.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::error::StateProblem;
use crate::config::check_trusted;

/// The form of the file that this version writes.
const FORMAT: u64 = 1;

/// The longest line that is read: a request has less than half of it.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "bnq-state")]
    format: u64,
    /// When the market began, in milliseconds since the epoch.
    start: i64,
    /// A digest of what the account began with.
    account: String,
}

/// The same in any form: what tells the form.
#[derive(Deserialize)]
struct AnyHeader {
    #[serde(rename = "bnq-state")]
    format: u64,
}

/// A place in the file: behind a whole line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// How many bytes are before it, the first line not counted.
    bytes: u64,
    /// How many lines are before it, the first one not counted.
    lines: usize,
}

impl Place {
    /// The number of the line that begins here; the first line of the file is number 1.
    pub(super) fn line(self) -> usize {
        self.lines + 2
    }
}

pub(super) struct Journal {
    file: File,
    header: Header,
    /// How long the first line is, with its end.
    header_bytes: u64,
}

fn io(verb: &'static str) -> impl Fn(io::Error) -> StateProblem {
    move |error| StateProblem::Io(verb, error)
}

impl Journal {
    /// Opens a file, or makes one, for an account with this digest.
    pub(super) fn open(path: &Path, account: &str, start_ms: i64) -> Result<Self, StateProblem> {
        let header = Header { format: FORMAT, start: start_ms, account: account.to_owned() };
        let line = serde_json::to_string(&header).unwrap_or_default() + "\n";
        let file = if let Some(file) = open(path)? {
            file
        } else {
            create(path, line.as_bytes()).map_err(io("made"))?;
            open(path)?.ok_or(StateProblem::Deleted)?
        };
        check_trusted(&file).map_err(StateProblem::Untrusted)?;
        let mut journal = Self { file, header, header_bytes: 0 };
        let lock = journal.lock_to_write()?;
        // One that somebody made empty, such as `mktemp`, is as good as none.
        if lock.length()? == 0 {
            lock.write(0, line.as_bytes()).map_err(io("written"))?;
        }
        drop(lock);
        (journal.header, journal.header_bytes) = journal.read_header()?;
        if journal.header.account != account {
            return Err(StateProblem::OtherAccount);
        }
        Ok(journal)
    }

    fn read_header(&self) -> Result<(Header, u64), StateProblem> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0)).map_err(io("read"))?;
        let mut line = Vec::new();
        BufReader::new(file.take(4096)).read_until(b'\n', &mut line).map_err(io("read"))?;
        let AnyHeader { format } = serde_json::from_slice(&line).map_err(|_| StateProblem::Foreign)?;
        if format > FORMAT {
            return Err(StateProblem::Newer(format));
        }
        let header = serde_json::from_slice(&line).map_err(|_| StateProblem::Foreign)?;
        if line.last() != Some(&b'\n') {
            return Err(StateProblem::Foreign);
        }
        Ok((header, u64::try_from(line.len()).unwrap_or(u64::MAX)))
    }

    /// When the market began, in milliseconds since the epoch.
    pub(super) fn start_ms(&self) -> i64 {
        self.header.start
    }

    /// Waits until nobody writes the file, and keeps it so as long as the lock lives.
    pub(super) fn lock_to_read(&self) -> Result<Lock<'_>, StateProblem> {
        self.file.lock_shared().map_err(io("locked"))?;
        Ok(Lock { journal: self, writes: false })
    }

    /// Waits until nobody reads or writes the file, and keeps it so as long as the lock lives.
    pub(super) fn lock_to_write(&self) -> Result<Lock<'_>, StateProblem> {
        self.file.lock().map_err(io("locked"))?;
        let lock = Lock { journal: self, writes: true };
        let links = self.file.metadata().map_err(io("read"))?.nlink();
        if links == 0 { Err(StateProblem::Deleted) } else { Ok(lock) }
    }
}

/// Opens a file that is there. A link is not followed, and a pipe not waited for.
fn open(path: &Path) -> Result<Option<File>, StateProblem> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => Ok(Some(File::from(descriptor))),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP) => Err(StateProblem::Link),
        Err(errno) => Err(StateProblem::Io("opened", errno.into())),
    }
}

/// Makes a file with this content, whole or not at all. If another process was faster, its file stays.
fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|f| *f != Path::new("")).unwrap_or(Path::new("."));
    // Its mode is 0600.
    let mut file = tempfile::Builder::new().prefix(".bnq-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(e) if e.error.kind() != io::ErrorKind::AlreadyExists => return Err(e.error),
        _ => {}
    }
    // The name lasts once the folder is synced; some file systems cannot, and need not.
    File::open(folder)?.sync_all().or_else(|e| match e.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported => Ok(()),
        _ => Err(e),
    })
}

/// The file while no other process writes it.
pub(super) struct Lock<'a> {
    journal: &'a Journal,
    writes: bool,
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // It cannot fail for a lock that is held, and ends with the process at the latest.
        let _ = self.journal.file.unlock();
    }
}

impl Lock<'_> {
    fn length(&self) -> Result<u64, StateProblem> {
        Ok(self.journal.file.metadata().map_err(io("read"))?.len())
    }

    fn offset(&self, place: Place) -> u64 {
        self.journal.header_bytes + place.bytes
    }

    /// Whether the file ends before a place: somebody has cut it off.
    pub(super) fn is_behind(&self, place: Place) -> Result<bool, StateProblem> {
        Ok(self.length()? < self.offset(place))
    }

    /// Tells each whole line from a place on, with its number, and moves the place behind it; until `each` says false, which
    /// it then tells. With the lock for writing, a line that was not written whole is cut off.
    pub(super) fn each(
        &mut self,
        place: &mut Place,
        mut each: impl FnMut(&str, usize) -> Result<bool, StateProblem>,
    ) -> Result<bool, StateProblem> {
        let length = self.length()?;
        if length == self.offset(*place) {
            return Ok(true);
        }
        let mut file = &self.journal.file;
        file.seek(SeekFrom::Start(self.offset(*place))).map_err(io("read"))?;
        let mut reader = BufReader::with_capacity(256 * 1024, file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut line).map_err(io("read"))?;
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let number = place.line();
            let text = std::str::from_utf8(text).map_err(|_| StateProblem::Damaged(number))?;
            if !each(text, number)? {
                return Ok(false);
            }
            place.bytes += u64::try_from(read).unwrap_or(u64::MAX);
            place.lines += 1;
        }
        if self.writes && !line.is_empty() {
            if u64::try_from(line.len()).is_ok_and(|n| n == LONGEST) {
                return Err(StateProblem::Damaged(place.line()));
            }
            self.cut(self.offset(*place)).map_err(io("written"))?;
        }
        Ok(true)
    }

    /// Adds a line at a place, which is the end of the file. When it returns, the line lasts; if it fails, there is none.
    pub(super) fn append(&self, place: Place, line: &str) -> Result<Place, StateProblem> {
        let line = format!("{line}\n");
        self.write(self.offset(place), line.as_bytes()).map_err(io("written"))?;
        let bytes = place.bytes + u64::try_from(line.len()).unwrap_or(u64::MAX);
        Ok(Place { bytes, lines: place.lines + 1 })
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = &self.journal.file;
        file.write_all_at(bytes, offset).and_then(|()| file.sync_data()).inspect_err(|_| {
            // If that fails too, a line that is not whole is cut off by whoever opens the file next.
            let _ = self.cut(offset);
        })
    }

    fn cut(&self, offset: u64) -> io::Result<()> {
        self.journal.file.set_len(offset)?;
        self.journal.file.sync_data()
    }
}
