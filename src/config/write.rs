use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
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
    let target = target(path).map_err(failed)?;
    let folder = make_folder(&target).and_then(File::open).map_err(failed)?;
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
/// A link is followed, since people keep their config file elsewhere and link to it: the file it leads to is replaced and
/// the link stays. One that leads nowhere is an error.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), ConfigError> {
    replace(path, content).map_err(|problem| ConfigError::Write { path: path.to_owned(), problem })
}

fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let target = target(path)?;
    let folder = make_folder(&target)?;
    // `tempfile` makes files with mode 0600 and a name that nobody can foresee.
    let mut file = tempfile::Builder::new().prefix(".bnq-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|e| e.error)?;
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

/// The file to replace: the one that a link leads to, if the link is this user's or root's.
fn target(path: &Path) -> Result<PathBuf, Error> {
    match path.symlink_metadata() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(e) => Err(e),
        Ok(metadata) if metadata.is_file() => Ok(path.to_owned()),
        Ok(metadata) => {
            let own = rustix::process::geteuid().as_raw();
            if metadata.is_symlink() && metadata.uid() != own && metadata.uid() != 0 {
                return Err(Error::new(ErrorKind::PermissionDenied, "it is another user's link"));
            }
            let target = path.canonicalize()?;
            let regular = target.metadata()?.is_file();
            if regular {
                Ok(target)
            } else {
                Err(Error::new(ErrorKind::InvalidInput, "it is no regular file"))
            }
        }
    }
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
    fn a_link_stays_and_the_file_it_leads_to_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let (real, link) = (root.path().join("dotfiles.toml"), root.path().join("config.toml"));
        fs::write(&real, "old").unwrap();
        symlink("dotfiles.toml", &link).unwrap();
        write_private(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!((fs::read(&real).unwrap(), mode(&real)), (b"new".to_vec(), 0o600));
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
    fn anothers_link_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let (real, link) = (root.path().join("real"), root.path().join("config.toml"));
        fs::write(&real, "old").unwrap();
        symlink("real", &link).unwrap();
        // Only root can give a link away; whoever else runs this has nobody else's link.
        if std::os::unix::fs::lchown(&link, Some(65_534), None).is_err() {
            return;
        }
        let error = write_private(&link, b"new").unwrap_err().to_string();
        assert!(error.contains("another user's link"), "{error}");
        assert_eq!(fs::read(&real).unwrap(), b"old");
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        let dangling = root.path().join("dangling");
        symlink("nowhere", &dangling).unwrap();
        let device = root.path().join("device");
        symlink("/dev/null", &device).unwrap();
        for path in [root.path().to_owned(), dangling, device, root.path().join("dangling/x")] {
            let error = write_private(&path, b"x").unwrap_err();
            assert!(matches!(error, ConfigError::Write { .. }), "{path:?}: {error}");
        }
        assert!(!root.path().join("nowhere").exists());
    }
}
