//! `paging` of an endpoint, to the row of `src/catalogue/paging.rs`.

use std::collections::HashSet;

use serde::Deserialize;

use crate::emit::{Pool, literal, variant};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default)]
    window_ms: usize,
}

impl Paging {
    /// What is wrong with it, for an endpoint that takes these parameters.
    fn check(&self, takes: &HashSet<&str>) -> Result<(), String> {
        let windows = ["startTime", "endTime"].iter().all(|name| takes.contains(name));
        let by_time = self.by == "time";
        let problem = match self.by.as_str() {
            "id" | "time" if self.key.is_empty() => "needs the `key` of a row",
            "page" | "offset" if !self.key.is_empty() || !self.time.is_empty() || self.window_ms > 0 => {
                "has no `key`, `time` or `window_ms` where pages are counted"
            }
            "id" | "page" | "offset" if !takes.contains(self.from.as_str()) => {
                "begins `from` a parameter that the endpoint does not take"
            }
            "time" if !self.from.is_empty() || !self.time.is_empty() => "has no `from` and `time` of its own",
            "id" if self.time.is_empty() != (self.window_ms == 0) => "has `time` and `window_ms` together",
            _ if (by_time || self.window_ms > 0) && !windows => {
                "walks windows, and the endpoint takes no startTime and endTime"
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
    takes: &HashSet<&str>,
    changes: bool,
) -> Result<String, String> {
    let Some(p) = paging else { return Ok("None".to_owned()) };
    if changes {
        return Err("`paging` is for reads".to_owned());
    }
    p.check(takes)?;
    let words: String =
        p.by.chars().take(1).flat_map(char::to_uppercase).chain(p.by.chars().skip(1)).collect();
    let by = variant("PagingBy", &["Id", "Time", "Page", "Offset"], &words)?;
    let [from, key, time, rows, size] = [&p.from, &p.key, &p.time, &p.rows, &p.size].map(|s| pool.add(s));
    let window_ms = literal(p.window_ms);
    Ok(format!(
        "Some(Paging{{by:{by},from:{from},key:{key},time:{time},rows:{rows},size:{size},window_ms:{window_ms}}})"
    ))
}
