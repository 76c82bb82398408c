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
    /// By what the answer before says of it.
    Next,
}

/// How the pages of a read are followed.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Paging {
    pub(super) by: PagingBy,
    pub(super) from: Text,
    pub(super) key: Text,
    pub(super) time: Text,
    pub(super) rows: Text,
    pub(super) size: Text,
    pub(super) window: [Text; 2],
    pub(super) window_ms: u64,
    pub(super) most: u64,
    pub(super) inclusive: bool,
    pub(super) rising: bool,
    pub(super) moves: bool,
    pub(super) unique: bool,
}

impl Paging {
    /// What leads from a page to the next.
    pub fn by(&self) -> PagingBy {
        self.by
    }

    /// The parameter that says where a page begins; none where that is a time.
    pub fn from(&self) -> &'static str {
        self.from.as_str()
    }

    /// Where a row has its id or time: a member, or the place in a list. With [`PagingBy::Next`], the member of the answer that
    /// says where the next page begins.
    pub fn key(&self) -> &'static str {
        self.key.as_str()
    }

    /// Where a row that has an id has its time, if pages can begin at a time.
    pub fn time(&self) -> Option<&'static str> {
        Some(self.time.as_str()).filter(|name| !name.is_empty())
    }

    /// Which member of the answer holds the rows, with dots between members in members; `None` where the answer is the list.
    pub fn rows(&self) -> Option<&'static str> {
        Some(self.rows.as_str()).filter(|name| !name.is_empty())
    }

    /// The parameter that says how many rows a page has at most.
    pub fn size(&self) -> Option<&'static str> {
        Some(self.size.as_str()).filter(|name| !name.is_empty())
    }

    /// The parameters that a window of time is given by.
    pub fn window(&self) -> [&'static str; 2] {
        self.window.map(Text::as_str)
    }

    /// The longest window of time that is answered, in milliseconds, where there is one.
    pub fn window_ms(&self) -> Option<u64> {
        Some(self.window_ms).filter(|ms| *ms > 0)
    }

    /// The most rows a page has, where its parameter does not say.
    pub fn most(&self) -> Option<u64> {
        Some(self.most).filter(|rows| *rows > 0)
    }

    /// Whether it is known that the row whose id a page begins at is itself on it.
    pub fn inclusive(&self) -> bool {
        self.inclusive
    }

    /// Whether a window that holds more rows than a page is answered with its first ones, by rising time. Elsewhere nothing says
    /// which of them come.
    pub fn rising(&self) -> bool {
        self.rising
    }

    /// Whether the time that windows go by changes as a row does, so that its order is not that of the ids.
    pub fn moves(&self) -> bool {
        self.moves
    }

    /// Whether no two rows have the same time, so that one of which the rest is another by now is still the same row.
    pub fn unique(&self) -> bool {
        self.unique
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde::Deserialize;
    use serde_json::Value;

    use super::*;
    use crate::catalogue::{Endpoint, endpoints};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Data {
        source: Vec<Source>,
        unpaged: Vec<Unpaged>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Source {
        name: String,
        says: String,
        #[serde(rename = "source")]
        by: String,
        #[serde(default)]
        assumed: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Unpaged {
        why: String,
        reads: Vec<String>,
    }

    fn data() -> Data {
        toml::from_str(include_str!("../../data/paging.toml")).unwrap()
    }

    fn paged() -> impl Iterator<Item = (&'static Endpoint, &'static Paging)> {
        endpoints().iter().filter_map(|e| Some((e, e.paging()?)))
    }

    /// Whether its parameters look as if its rows came in pages.
    fn looks_paged(e: &Endpoint) -> bool {
        const NAMES: [&str; 15] = [
            "startTime",
            "endTime",
            "startTimestamp",
            "startDate",
            "page",
            "current",
            "pageIndex",
            "offset",
            "cursor",
            "limit",
            "size",
            "rows",
            "pageSize",
            "lastId",
            "fromId",
        ];
        e.parameters()
            .any(|p| NAMES.contains(&p.name()) || (p.name().starts_with("from") && p.name().ends_with("Id")))
    }

    #[test]
    fn a_read_that_looks_paged_is_followed_or_says_why_not() {
        let mut why = BTreeMap::new();
        for Unpaged { why: reason, reads } in data().unpaged {
            assert!(reason.ends_with('.') && !reads.is_empty(), "{reason}");
            for read in reads {
                assert!(why.insert(read.clone(), reason.clone()).is_none(), "{read} is there twice");
            }
        }
        for e in endpoints().iter().filter(|e| !e.changes()) {
            let name = format!("{} {}", e.group(), e.command());
            let listed = why.remove(&name).is_some();
            assert_eq!(looks_paged(e) && e.paging().is_none(), listed, "{name}");
        }
        assert!(why.is_empty(), "no such reads: {why:?}");
        assert_eq!(paged().count(), 193);
    }

    #[test]
    fn each_source_is_named_once_and_says_something() {
        let text = std::fs::read_dir("data/endpoints")
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect::<String>();
        let mut names = BTreeSet::new();
        for Source { name, says, by, assumed } in data().source {
            let sentences = [Some(says), Some(by), assumed];
            assert!(sentences.iter().flatten().all(|s| s.ends_with('.')), "{name}: {sentences:?}");
            assert!(text.contains(&format!("source = \"{name}\" }}")), "{name} is the source of nothing");
            assert!(names.insert(name.clone()), "{name} is there twice");
        }
    }

    /// Without it, no full page could be told from one that is not.
    #[test]
    fn how_many_rows_a_window_can_hold_is_known() {
        for (e, _) in paged().filter(|(_, p)| p.by() == PagingBy::Time || p.time().is_some()) {
            assert!(e.largest_page().is_some_and(|rows| rows > 1), "{e:?}");
        }
    }

    #[test]
    fn rows_keys_and_times_are_in_the_answer() {
        for (e, p) in paged() {
            let shape: Value = serde_json::from_str(e.response().unwrap()).unwrap();
            let mut rows = &shape;
            for name in p.rows().into_iter().flat_map(|path| path.split('.')) {
                rows = &rows[name];
            }
            assert!(rows.is_array(), "{e:?}: {:?}", p.rows());
            let member = |of: &Value, key: &str| match key.parse::<usize>() {
                Ok(place) => of.get(place).is_some(),
                Err(_) => of.get(key).is_some(),
            };
            let holder = if p.by() == PagingBy::Next { &shape } else { &rows[0] };
            let keyed = [Some(p.key()), p.time()].into_iter().flatten().filter(|key| !key.is_empty());
            for key in keyed {
                assert!(member(holder, key), "{e:?}: {key}");
            }
        }
    }
}
