use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

use super::Known;
use crate::config::BaseUrl;

/// The longest file that is read; real ones are some kilobytes.
const LONGEST_FILE: u64 = 1 << 20;

const LOCK: &str = "lock";

/// A host and port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The host, IPv6 addresses in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Site {
    /// Where a URL leads; `None` for this machine, of which nothing is remembered.
    pub fn of(url: &BaseUrl) -> Option<Self> {
        let port = url.port().unwrap_or(if url.is_secure() { 443 } else { 80 });
        (!url.is_loopback()).then(|| Self { host: url.host(), port })
    }

    fn file_name(&self) -> String {
        format!("{}_{}.json", self.host, self.port)
    }

    fn of_file(name: &str) -> Option<Self> {
        let (host, port) = name.strip_suffix(".json")?.rsplit_once('_')?;
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum FolderProblem {
    /// It cannot be made, read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Something else stands there.
    #[error("it is no folder, or a link to one")]
    NoFolder,
    /// Another user could write into it, or owns it.
    #[error("other users can write into it; `chmod 700` mends it, if it is yours")]
    NotPrivate,
}

/// The folder with a file for each host.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    lock_wait: Duration,
}

impl Folder {
    /// The folder at this path, which need not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lock_wait: Duration::from_secs(2) }
    }

    /// The same with another time for which a lock is waited for.
    #[must_use]
    pub fn with_lock_wait(self, lock_wait: Duration) -> Self {
        Self { lock_wait, ..self }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known about a host: nothing, where there is no file or it is damaged.
    pub fn read(&self, site: &Site) -> Known {
        self.read_file(&site.file_name()).unwrap_or_default()
    }

    /// Every host that something is known about, sorted.
    pub fn all(&self) -> Vec<(Site, Known)> {
        let mut all: Vec<_> = self
            .file_names()
            .into_iter()
            .filter_map(|name| Some((Site::of_file(&name)?, self.read_file(&name)?)))
            .collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }

    /// Changes what is known about a host, on top of what other processes wrote meanwhile, and returns it.
    ///
    /// # Errors
    /// If the folder may not be used, or the file not be written.
    pub fn update(&self, site: &Site, change: impl FnOnce(&mut Known)) -> Result<Known, FolderProblem> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        self.check()?;
        let _lock = self.lock();
        let mut known = self.read(site);
        change(&mut known);
        self.write(&site.file_name(), &known)?;
        Ok(known)
    }

    /// Removes all files, and says how many there were.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub fn forget(&self) -> Result<usize, FolderProblem> {
        if !self.path.exists() {
            return Ok(0);
        }
        self.check()?;
        let _lock = self.lock();
        let names: Vec<String> =
            self.file_names().into_iter().filter(|name| Site::of_file(name).is_some()).collect();
        for name in &names {
            match fs::remove_file(self.path.join(name)) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
        Ok(names.len())
    }

    fn file_names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// A folder that others can write into could hold bans of theirs, or a link to a file of ours.
    fn check(&self) -> Result<(), FolderProblem> {
        let found = self.path.symlink_metadata()?;
        if !found.is_dir() {
            return Err(FolderProblem::NoFolder);
        }
        let own = found.uid() == rustix::process::geteuid().as_raw();
        if own && found.mode() & 0o022 == 0 { Ok(()) } else { Err(FolderProblem::NotPrivate) }
    }

    /// Held until dropped; after a while it is done without.
    fn lock(&self) -> Option<File> {
        let flags = OFlags::CREATE | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file: File = rustix::fs::open(self.path.join(LOCK), flags, Mode::RUSR | Mode::WUSR).ok()?.into();
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Some(file),
                Err(TryLockError::WouldBlock) if began.elapsed() < self.lock_wait => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(_) => return None,
            }
        }
    }

    fn read_file(&self, name: &str) -> Option<Known> {
        self.check().ok()?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = rustix::fs::open(self.path.join(name), flags, Mode::empty()).ok()?.into();
        let mut bytes = Vec::new();
        file.take(LONGEST_FILE).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// A new file with mode 0600, synced, then renamed over the old one: a link in its place is replaced, not followed.
    fn write(&self, name: &str, known: &Known) -> Result<(), FolderProblem> {
        let mut file = tempfile::Builder::new().prefix(".bnq-").tempfile_in(&self.path)?;
        let text = serde_json::to_string(known).map_err(io::Error::other)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.path.join(name)).map_err(|e| e.error)?;
        Ok(())
    }
}
