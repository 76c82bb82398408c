use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::ConfigError;

/// Another process holds the lock for some milliseconds; one that holds it longer has stopped.
const LONGEST_LOCK: Duration = Duration::from_secs(5);

/// Keeps others from changing the file at `path` until it is dropped: between reading and writing it, what they wrote would be
/// lost. It is the folder that is locked, since the file is replaced. `None` where the file system has no locks.
pub(super) fn lock(path: &Path) -> Result<Option<File>, ConfigError> {
    let failed = |problem| ConfigError::Write { path: path.to_owned(), problem };
    check(path)?;
    let folder = make_folder(path).and_then(File::open).map_err(failed)?;
    let began = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::WouldBlock) if began.elapsed() < LONGEST_LOCK => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(TryLockError::WouldBlock) => {
                let reason = "another process has been changing the file for 5 s; let it end, then try again";
                return Err(failed(Error::new(ErrorKind::TimedOut, reason)));
            }
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Writes a file that holds a secret: a new one with mode 0600 in the same folder, synced, then renamed over the old.
/// Whoever reads it meanwhile sees the old or the new, whole. Folders that are missing are made with mode 0700.
///
/// A link in its place is an error, wherever it leads.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), ConfigError> {
    check(path)?;
    replace(path, content).map_err(|problem| ConfigError::Write { path: path.to_owned(), problem })
}

fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let folder = make_folder(path)?;
    // `tempfile` makes files with mode 0600 and a name that nobody can foresee.
    let mut file = tempfile::Builder::new().prefix(".bnq-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    // The rename itself lasts once the folder is synced; some file systems cannot, and need not.
    File::open(folder).and_then(|f| f.sync_all()).or_else(|e| match e.kind() {
        ErrorKind::InvalidInput | ErrorKind::PermissionDenied | ErrorKind::Unsupported => Ok(()),
        _ => Err(e),
    })
}

/// The folder of a file, made if it is missing.
fn make_folder(file: &Path) -> Result<&Path, Error> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    Ok(folder)
}

/// Refuses to write where something other than a regular file stands. A link is not followed: who made it decides what is
/// overwritten, and a config file that is kept elsewhere can be named itself.
fn check(path: &Path) -> Result<(), ConfigError> {
    let failed = |problem| ConfigError::Write { path: path.to_owned(), problem };
    match path.symlink_metadata() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(failed(e)),
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(metadata) if metadata.is_symlink() => {
            let target = path.read_link().map_err(failed)?;
            Err(ConfigError::WriteLink { link: path.to_owned(), target: beside(path, &target) })
        }
        Ok(_) => Err(failed(Error::new(ErrorKind::InvalidInput, "it is no regular file"))),
    }
}

/// Where a link's target is, which may be relative to the link's folder.
fn beside(link: &Path, target: &Path) -> PathBuf {
    link.parent().map_or_else(|| target.to_owned(), |folder| folder.join(target))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_file_is_written_whole_and_private_with_its_folder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b/config.toml");
        write_private(&path, b"one").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"one".to_vec(), 0o600));
        assert_eq!((mode(&root.path().join("a")), mode(&root.path().join("a/b"))), (0o700, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"two").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o600));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn no_link_is_written_through() {
        let root = tempfile::tempdir().unwrap();
        let (real, link) = (root.path().join("dotfiles.toml"), root.path().join("config.toml"));
        fs::write(&real, "old").unwrap();
        let there = [(Path::new("dotfiles.toml"), true), (&real, true)];
        let no_files = [(Path::new("nowhere"), false), (Path::new("/dev/null"), false)];
        for (target, is_file) in there.into_iter().chain(no_files) {
            symlink(target, &link).unwrap();
            let named = root.path().join(target);
            for error in [write_private(&link, b"new").unwrap_err(), lock(&link).unwrap_err()] {
                let said = error.to_string();
                let both = format!("{} is a symbolic link to {}", link.display(), named.display());
                assert!(said.starts_with(&both), "{said}");
                assert_eq!(said.contains(&format!("--config {}", named.display())), is_file, "{said}");
            }
            assert_eq!(link.read_link().unwrap(), target);
            fs::remove_file(&link).unwrap();
        }
        assert_eq!(fs::read(&real).unwrap(), b"old");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_lock_is_waited_for() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/config.toml");
        let held = lock(&path).unwrap().unwrap();
        assert_eq!(mode(&root.path().join("a")), 0o700);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| lock(&path).unwrap().is_some());
            assert!(File::open(root.path().join("a")).unwrap().try_lock().is_err());
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "old").unwrap();
        for path in [root.path().to_owned(), Path::new("/dev/null").to_owned(), file.join("x")] {
            let error = write_private(&path, b"x").unwrap_err();
            assert!(matches!(error, ConfigError::Write { .. }), "{path:?}: {error}");
        }
        assert_eq!(fs::read(&file).unwrap(), b"old");
    }
}
