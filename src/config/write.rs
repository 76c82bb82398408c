use std::fs::{DirBuilder, File};
use std::io::{Error, ErrorKind, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::ConfigError;

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
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
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

/// The file to replace: the one that a link leads to.
fn target(path: &Path) -> Result<PathBuf, Error> {
    match path.symlink_metadata() {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(e) => Err(e),
        Ok(metadata) if metadata.is_file() => Ok(path.to_owned()),
        Ok(_) => {
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
