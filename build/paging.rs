//! `paging` of an endpoint, to the row of `src/catalogue/paging.rs`.

use std::collections::HashSet;

use serde::Deserialize;

use crate::emit::{Pool, literal, variant};
use crate::source::Source;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Paging {
    by: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    rows: String,
    #[serde(default)]
    size: String,
    #[serde(default = "window")]
    window: [String; 2],
    #[serde(default)]
    window_ms: usize,
    #[serde(default)]
    most: usize,
    #[serde(default)]
    inclusive: bool,
    #[serde(default)]
    rising: bool,
    #[serde(default)]
    moves: bool,
    #[serde(default)]
    unique: bool,
    source: String,
}

/// What most reads call the ends of a window.
fn window() -> [String; 2] {
    ["startTime", "endTime"].map(str::to_owned)
}

#[derive(Deserialize)]
struct Known {
    source: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The names of what `data/paging.toml` says.
pub fn sources() -> Result<HashSet<String>, String> {
    let known: Known = Source::read("data/paging.toml")?.parse()?;
    Ok(known.source.into_iter().map(|source| source.name).collect())
}

impl Paging {
    /// What is wrong with it, for an endpoint that takes these parameters.
    fn check(&self, takes: &HashSet<&str>) -> Result<(), String> {
        let windows = self.window.iter().all(|name| takes.contains(name.as_str()));
        let counted = matches!(self.by.as_str(), "page" | "offset");
        let by_time = self.by == "time";
        let problem = match self.by.as_str() {
            "id" | "time" if self.key.is_empty() => "needs the `key` of a row",
            "page" | "offset" if !self.key.is_empty() || !self.time.is_empty() => {
                "has no `key` or `time` where pages are counted"
            }
            "next" if self.key.is_empty() => "needs the `key` of the answer that says what is next",
            "next" if !self.time.is_empty() || self.window_ms > 0 => {
                "has no `time` and `window_ms` of its own"
            }
            "id" | "page" | "offset" | "next" if !takes.contains(self.from.as_str()) => {
                "begins `from` a parameter that the endpoint does not take"
            }
            "time" if !self.from.is_empty() || !self.time.is_empty() => "has no `from` and `time` of its own",
            "id" if self.time.is_empty() && self.window_ms > 0 => "has `window_ms` with a `time`",
            _ if self.window != window() && !counted => {
                "has a `window` of other names where pages are counted"
            }
            _ if self.inclusive && self.by != "id" => "is `inclusive` of an id",
            _ if self.moves && (self.by != "id" || self.time.is_empty() || self.rising) => {
                "`moves` where ids have a `time` that is not `rising`"
            }
            _ if self.unique && !by_time => "is `unique` by the time of windows",
            _ if self.rising && !by_time && self.time.is_empty() => "is `rising` by a time",
            _ if (by_time || !self.time.is_empty() || self.window_ms > 0) && !windows => {
                "walks windows, and the endpoint does not take its ends"
            }
            _ if !self.size.is_empty() && !takes.contains(self.size.as_str()) => {
                "has a `size` that the endpoint does not take"
            }
            _ => return Ok(()),
        };
        Err(format!("`paging` {problem}"))
    }
}

/// The expression of an endpoint's paging.
pub fn row(
    pool: &mut Pool,
    paging: Option<&Paging>,
    sources: &HashSet<String>,
    takes: &HashSet<&str>,
    changes: bool,
) -> Result<String, String> {
    let Some(p) = paging else { return Ok("None".to_owned()) };
    if changes {
        return Err("`paging` is for reads".to_owned());
    }
    p.check(takes)?;
    if !sources.contains(&p.source) {
        return Err(format!("`paging` has a `source` of data/paging.toml, which has no `{}`", p.source));
    }
    let words: String =
        p.by.chars().take(1).flat_map(char::to_uppercase).chain(p.by.chars().skip(1)).collect();
    let by = variant("PagingBy", &["Id", "Time", "Page", "Offset", "Next"], &words)?;
    let [from, key, time, rows, size] = [&p.from, &p.key, &p.time, &p.rows, &p.size].map(|s| pool.add(s));
    let [begin, end] = p.window.each_ref().map(|s| pool.add(s));
    let [window_ms, most] = [p.window_ms, p.most].map(literal);
    let (inclusive, rising, moves, unique) = (p.inclusive, p.rising, p.moves, p.unique);
    Ok(format!(
        "Some(Paging{{by:{by},from:{from},key:{key},time:{time},rows:{rows},size:{size},window:[{begin},{end}],window_ms:{window_ms},\
         most:{most},inclusive:{inclusive},rising:{rising},moves:{moves},unique:{unique}}})"
    ))
}
