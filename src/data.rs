//! Text and lists of the tables that `build.rs` makes of `data/`: offsets into one blob, so that the tables need no
//! relocation when the program is loaded.

static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/text.txt"));

/// A string of the data, as its place in the blob.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    start: u32,
    len: u32,
}

impl Text {
    pub(crate) const fn new(start: u32, len: u32) -> Self {
        Self { start, len }
    }

    pub(crate) fn as_str(self) -> &'static str {
        let start = self.start as usize;
        TEXT.get(start..start + self.len as usize).unwrap_or_default()
    }

    /// The string, or `None` where the data has none.
    pub(crate) fn given(self) -> Option<&'static str> {
        Some(self.as_str()).filter(|s| !s.is_empty())
    }
}

/// A run of rows in one of the tables.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    pub(crate) const fn new(start: u32, len: u32) -> Self {
        Self { start, len }
    }

    pub(crate) fn of<T>(self, table: &'static [T]) -> &'static [T] {
        let start = self.start as usize;
        table.get(start..start + self.len as usize).unwrap_or_default()
    }
}
