//! Data files and the places in them that an error names.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// One data file, kept for the line numbers of its rows.
pub struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    pub fn read(path: impl AsRef<Path>) -> Result<Self, String> {
        let path = path.as_ref().to_owned();
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self { path, text })
    }

    /// All `.toml` files of a folder, in the order of their names.
    pub fn read_folder(folder: &str) -> Result<Vec<Self>, String> {
        let entries = fs::read_dir(folder).map_err(|e| format!("{folder}: {e}"))?;
        let mut paths: Vec<PathBuf> = entries
            .flatten()
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|x| x == "toml"))
            .collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        toml::from_str(&self.text).map_err(|e| self.at(&e.span().unwrap_or_default(), e.message()))
    }

    /// An error message that begins with the file and line of `span`.
    pub fn at(&self, span: &Range<usize>, what: impl std::fmt::Display) -> String {
        let line = self.text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1;
        self.at_line(line, what)
    }

    /// An error message that begins with the file and a line, counted from 1.
    pub fn at_line(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path.display())
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn stem(&self) -> String {
        self.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    }
}
