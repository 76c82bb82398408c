use crate::data::Text;

/// How a read goes on that gives its rows in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagingBy {
    /// From an id on; ids rise, and the next page begins after the last one.
    Id,
    /// From a time on, up to another; several rows can have the same time.
    Time,
    /// By the number of the page, from 1 on.
    Page,
    /// By how many rows come before it, from 0 on.
    Offset,
}

/// How the pages of a read are followed.
pub struct Paging {
    pub(super) by: PagingBy,
    pub(super) from: Text,
    pub(super) key: Text,
    pub(super) time: Text,
    pub(super) rows: Text,
    pub(super) size: Text,
    pub(super) window_ms: u64,
}

impl Paging {
    /// The parameters that a window of time is given by.
    pub const WINDOW: [&str; 2] = ["startTime", "endTime"];

    /// What leads from a page to the next.
    pub fn by(&self) -> PagingBy {
        self.by
    }

    /// The parameter that says where a page begins; none where that is a time.
    pub fn from(&self) -> &'static str {
        self.from.as_str()
    }

    /// Where a row has its id or time: a member, or the place in a list.
    pub fn key(&self) -> &'static str {
        self.key.as_str()
    }

    /// Where a row that has an id has its time, if pages can begin at a time.
    pub fn time(&self) -> Option<&'static str> {
        Some(self.time.as_str()).filter(|name| !name.is_empty())
    }

    /// Which member of the answer holds the rows; `None` where the answer is the list.
    pub fn rows(&self) -> Option<&'static str> {
        Some(self.rows.as_str()).filter(|name| !name.is_empty())
    }

    /// The parameter that says how many rows a page has at most.
    pub fn size(&self) -> Option<&'static str> {
        Some(self.size.as_str()).filter(|name| !name.is_empty())
    }

    /// The longest window of time that is answered, in milliseconds, where there is one.
    pub fn window_ms(&self) -> Option<u64> {
        Some(self.window_ms).filter(|ms| *ms > 0)
    }
}
