use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, Stat};
use zeroize::Zeroizing;

use super::ConfigError;
use crate::signing::{KeyShapeError, SecretKey};

/// The largest secret, key or passphrase that is read, in bytes.
pub(super) const MAX_SECRET_BYTES: usize = 64 * 1024;

/// The largest config file, in bytes.
const MAX_CONFIG_BYTES: usize = 1024 * 1024;

/// Bits of the mode that let somebody else than the owner at a file.
const OTHERS: u32 = 0o077;
/// Bits of the mode that let somebody else change a file.
const OTHERS_WRITE: u32 = 0o022;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// The system refuses it; with what it says.
    Io(std::io::ErrorKind),
    /// A folder, a pipe, a device.
    NotRegular,
    /// It belongs to another user.
    Owner(u32),
    /// Others may read or change it; with its mode.
    Exposed(u32),
    /// Others may change it; with its mode.
    Writable(u32),
    /// It is longer than this number of bytes.
    TooLarge(usize),
    /// It is not UTF-8 from this line on.
    NotUtf8(usize),
    /// It is UTF-16, as Windows' shells write it.
    Utf16,
}

impl FileProblem {
    /// The same where the message has the path already.
    pub fn advice(&self) -> String {
        self.explain(Path::new("FILE"))
    }

    /// What is wrong with the file at `path`, and what mends it.
    pub(super) fn explain(&self, path: &Path) -> String {
        let name = quoted(path);
        match self {
            Self::Io(kind) => format!("cannot be read: {kind}; check its name and permissions"),
            Self::NotRegular => "is not a regular file; put the value into a file of its own".to_owned(),
            Self::Owner(uid) => format!(
                "belongs to user {uid}, neither to you nor to root; make it yours: sudo chown \"$(id -u)\" {name}"
            ),
            Self::Exposed(mode) => {
                format!("is open to other users (mode {mode:04o}); close it: chmod 600 {name}")
            }
            Self::Writable(mode) => {
                format!("can be changed by other users (mode {mode:04o}); close it: chmod go-w {name}")
            }
            Self::TooLarge(limit) => {
                format!("is larger than {limit} bytes, so it is not what belongs there; name another file")
            }
            Self::NotUtf8(line) => format!("is not UTF-8 text in line {line}; save it as UTF-8"),
            Self::Utf16 => "is UTF-16 text; save it as UTF-8 without a byte order mark".to_owned(),
        }
    }
}

/// A path as a word for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%,:".contains(c);
    if !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A file that was read once, and what its descriptor said of it.
pub struct OpenedFile {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    stat: Stat,
}

impl OpenedFile {
    /// Opens, judges and reads a file through one descriptor, so that nobody can exchange it in between. A pipe is never
    /// waited for.
    fn read(path: &Path, limit: usize, fits: impl Fn(FileType) -> bool) -> Result<Self, FileProblem> {
        let io = |errno: rustix::io::Errno| FileProblem::Io(errno.kind());
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let descriptor = rustix::fs::open(path, flags, Mode::empty()).map_err(io)?;
        let stat = rustix::fs::fstat(&descriptor).map_err(io)?;
        if !fits(FileType::from_raw_mode(stat.st_mode)) {
            return Err(FileProblem::NotRegular);
        }
        // With room for all of it the buffer never moves, and leaves no copy of the secret behind.
        let size = usize::try_from(stat.st_size).unwrap_or(limit).min(limit);
        let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
        let more_than_allowed = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = File::from(descriptor).take(more_than_allowed).read_to_end(&mut bytes);
        read.map_err(|e| FileProblem::Io(e.kind()))?;
        if bytes.len() > limit {
            return Err(FileProblem::TooLarge(limit));
        }
        Ok(Self { bytes, stat })
    }

    /// A config file: `/dev/null` is one, as an empty file.
    ///
    /// # Errors
    /// If it cannot be read, is no regular file, or is too large.
    pub fn config(path: &Path) -> Result<Self, FileProblem> {
        Self::read(path, MAX_CONFIG_BYTES, |t| t == FileType::RegularFile || t == FileType::CharacterDevice)
    }

    /// The rule for a file that holds a secret: a regular file, owned by this user or root, open to nobody else.
    ///
    /// # Errors
    /// If it breaks the rule.
    pub fn check_private(&self) -> Result<(), FileProblem> {
        self.check_trusted()?;
        if self.mode() & OTHERS != 0 {
            return Err(FileProblem::Exposed(self.mode()));
        }
        Ok(())
    }

    /// The rule for a file that says where a key goes and which commands are run: nobody else may change it.
    pub(super) fn check_trusted(&self) -> Result<(), FileProblem> {
        trusted(&self.stat)
    }

    pub(super) fn mode(&self) -> u32 {
        mode(&self.stat)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(&self) -> Result<&str, FileProblem> {
        std::str::from_utf8(&self.bytes).map_err(|e| {
            if self.bytes.starts_with(&[0xff, 0xfe]) || self.bytes.starts_with(&[0xfe, 0xff]) {
                return FileProblem::Utf16;
            }
            let valid = self.bytes.get(..e.valid_up_to()).unwrap_or_default();
            FileProblem::NotUtf8(valid.split(|b| *b == b'\n').count())
        })
    }
}

fn mode(stat: &Stat) -> u32 {
    Mode::from_raw_mode(stat.st_mode).bits() & 0o7777
}

fn trusted(stat: &Stat) -> Result<(), FileProblem> {
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(FileProblem::NotRegular);
    }
    if stat.st_uid != 0 && stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(FileProblem::Owner(stat.st_uid));
    }
    if mode(stat) & OTHERS_WRITE != 0 {
        return Err(FileProblem::Writable(mode(stat)));
    }
    Ok(())
}

/// The rule for an open file that is believed: a regular one, owned by this user or root, which nobody else may change.
///
/// # Errors
/// If it breaks the rule.
pub fn check_trusted(file: &File) -> Result<(), FileProblem> {
    trusted(&rustix::fs::fstat(file).map_err(|errno| FileProblem::Io(errno.kind()))?)
}

/// Reads a file that holds a secret, of which `what` says what it is, and drops one line end at its end.
///
/// # Errors
/// If it cannot be read, or is open to others.
pub fn read_secret(path: &Path, what: &'static str) -> Result<SecretKey, ConfigError> {
    let opened = OpenedFile::read(path, MAX_SECRET_BYTES, |t| t == FileType::RegularFile);
    let text = opened.and_then(|file| {
        file.check_private()?;
        Ok(SecretKey::new(without_line_end(file.text()?)))
    });
    text.map_err(|problem| ConfigError::File { what, path: path.to_owned(), problem })
}

/// Reads a file that holds an API key, which is no secret, and drops one line end at its end.
///
/// # Errors
/// If it cannot be read.
pub fn read_public(path: &Path, what: &'static str) -> Result<SecretKey, ConfigError> {
    let opened = OpenedFile::read(path, MAX_SECRET_BYTES, |t| t == FileType::RegularFile);
    let text = opened.and_then(|file| Ok(SecretKey::new(without_line_end(file.text()?))));
    text.map_err(|problem| ConfigError::File { what, path: path.to_owned(), problem })
}

/// `text` without one LF or CRLF at its end.
pub(super) fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

/// Refuses what cannot be meant as a passphrase. Blanks and quotes within it are its own.
pub(super) fn check_passphrase(passphrase: &SecretKey) -> Result<(), KeyShapeError> {
    passphrase.check_edges()?;
    if passphrase.expose().contains(['\n', '\r']) {
        return Err(KeyShapeError::WhiteSpace("within it (a line end)"));
    }
    Ok(())
}
