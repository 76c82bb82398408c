//! From one page to the next: no row twice, and none left out.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::resume::Place;
use crate::catalogue::{Endpoint, Names, Paging, PagingBy, Parameter};
use crate::cli::account::Account;
use crate::cli::endpoint_args::Typed;
use crate::cli::exit::{Failure, Kind};
use crate::cli::query::Query;
use crate::cli::send::{self, Lane};
use crate::cli::session::{Session, now_ms};
use crate::render::{Format, Output};
use crate::signing::Parameters;

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursor {
    /// At this id.
    Id(u64),
    /// At the first row from this time on, whose id is looked for.
    Seek(i64),
    /// At this time; these rows from it on have been seen.
    Time(i64, Vec<String>),
    /// At a page that is counted.
    Count(Counted),
    /// Where the answer before said.
    Next(Option<String>),
    /// There is none.
    Over,
}

/// A page that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Its number, or how many rows come before it.
    at: u64,
    /// The page before it.
    before: String,
    /// Where its window of time begins, if windows are walked.
    window: Option<i64>,
}

/// Where the pages begin, and up to which time they go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The first page.
    pub cursor: Cursor,
    /// The last time that is asked for, in milliseconds.
    pub end: i64,
    /// Whether that is only when the run began.
    pub open: bool,
}

/// Where the pages begin that were asked for.
///
/// # Errors
/// A usage failure where it is not said, is said twice, or cannot be understood.
pub fn start(endpoint: &Endpoint, paging: &Paging, typed: &Typed) -> Result<Start, Failure> {
    let given = |name: &str| {
        let parsed = typed.query.get(name).map(str::parse::<i64>).transpose();
        parsed.map_err(|_| Failure::usage(format!("{name} is no number")))
    };
    let from = match paging.by() {
        PagingBy::Next => None,
        _ => given(paging.from())?.map(i64::unsigned_abs),
    };
    let [time, end] = paging.window().map(given);
    let (time, end) = (time?, end?);
    if paging.by() == PagingBy::Id {
        check_window(paging, from, time, end)?;
        check_company(endpoint, paging, typed)?;
    }
    let count = |first: u64| {
        let window = time.filter(|_| paging.window_ms().is_some());
        Cursor::Count(Counted { at: from.unwrap_or(first), before: String::new(), window })
    };
    let cursor = match (paging.by(), time) {
        (PagingBy::Id, Some(time)) if paging.moves() => Cursor::Time(time, Vec::new()),
        (PagingBy::Id, Some(time)) => Cursor::Seek(time),
        (PagingBy::Id, None) => Cursor::Id(from.unwrap_or(0)),
        (PagingBy::Time, Some(time)) => Cursor::Time(time, Vec::new()),
        (PagingBy::Time, None) => return Err(no_beginning()),
        (PagingBy::Page, _) => count(1),
        (PagingBy::Offset, _) => count(0),
        (PagingBy::Next, _) => Cursor::Next(typed.query.get(paging.from()).map(str::to_owned)),
    };
    Ok(Start { cursor, end: end.unwrap_or_else(now_ms), open: end.is_none() })
}

/// Whether an id and a window of time can be followed as they were given.
fn check_window(
    paging: &Paging,
    from: Option<u64>,
    time: Option<i64>,
    end: Option<i64>,
) -> Result<(), Failure> {
    let name = paging.from();
    if from.is_some() && time.is_some() {
        return Err(Failure::usage(format!("pages begin at {name} or at startTime, not at both"))
            .with_fix("leave out one of them"));
    }
    if paging.time().is_none() && (time.is_some() || end.is_some()) {
        return Err(Failure::usage(format!("these pages are followed by {name}, not by time"))
            .with_fix("leave out --start-time and --end-time"));
    }
    if paging.moves() && time.is_none() && end.is_some() {
        return Err(no_beginning());
    }
    Ok(())
}

/// Whether what was typed can go with the parameter that each page begins at.
fn check_company(endpoint: &Endpoint, paging: &Paging, typed: &Typed) -> Result<(), Failure> {
    let from = paging.from();
    let apart = |name: &str| {
        let both = |group: Names| group.iter().any(|n| n == name) && group.iter().any(|n| n == from);
        name != from && !paging.window().contains(&name) && endpoint.at_most_one().any(both)
    };
    let Some((name, _)) = typed.query.iter().find(|(name, _)| apart(name)) else { return Ok(()) };
    let mut instead = endpoint.one_of().filter(|group| group.iter().any(|n| n == name));
    let instead = instead.find_map(|group| group.iter().find(|n| *n != name && !apart(n)));
    let flag = instead.and_then(|name| endpoint.parameter(name)).map(Parameter::flag);
    let fix = flag.map_or("leave out --all".to_owned(), |flag| format!("use --{flag} with --all"));
    Err(Failure::usage(format!("pages are followed by {from}, which does not go with {name}")).with_fix(fix))
}

fn no_beginning() -> Failure {
    Failure::usage("it is not said where the pages begin")
        .with_fix("add --start-time, such as --start-time 30d")
}

/// What is asked for a page, and whom.
pub struct Asking<'a> {
    /// The read.
    pub endpoint: &'static Endpoint,
    /// How its pages follow each other.
    pub paging: &'static Paging,
    /// What was typed for it.
    pub typed: &'a Typed,
    /// Whose rows they are.
    pub account: &'a Account,
    /// The run.
    pub session: &'a Session,
    /// The connection.
    pub lane: &'a Lane,
    /// Where it leads.
    pub base_url: &'a str,
}

/// Gives page after page.
pub struct Follower<'a> {
    /// What is asked.
    pub asking: Asking<'a>,
    /// How far it is.
    pub place: Place,
    /// How long a window of time is for now, in milliseconds, where longer ones held too many rows.
    pub width: Option<i64>,
    /// Where the last two milliseconds begin whose rows filled a page, and how many those were.
    pub pair: Option<(i64, usize)>,
}

impl Follower<'_> {
    /// The rows of the next page that have not been given; `None` at the end. They count as given once the place is saved.
    ///
    /// # Errors
    /// If a page could not be had, or does not follow the one before.
    pub fn next(&mut self) -> Result<Option<Vec<String>>, Failure> {
        loop {
            let end = self.place.end();
            let (cursor, rows) = match self.place.cursor().clone() {
                Cursor::Over => return Ok(None),
                Cursor::Seek(from) => (self.seek(from, end)?, Vec::new()),
                Cursor::Id(id) => self.asking.by_id(id, end)?,
                Cursor::Time(from, seen) => self.by_time(from, &seen, end)?,
                Cursor::Count(counted) => self.counted(&counted, end)?,
                Cursor::Next(place) => self.asking.by_next(place.as_deref())?,
            };
            // Nothing follows an example.
            let over = !rows.is_empty() && self.asking.lane.gave_example();
            self.place.move_to(if over { Cursor::Over } else { cursor }, rows.len());
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
    }

    fn counted(&self, page: &Counted, end: i64) -> Result<(Cursor, Vec<String>), Failure> {
        let from = self.asking.paging.from();
        let mut place = vec![(from, page.at.to_string())];
        let window = page.window.map(|begin| (begin, self.window_end(begin, end)));
        if let Some((begin, upto)) = window {
            let times = [begin, upto].map(|time| time.to_string());
            place.extend(self.asking.paging.window().into_iter().zip(times));
        }
        let rows = self.asking.ask(&place)?;
        let first = u64::from(self.asking.paging.by() == PagingBy::Page);
        if rows.is_empty() {
            let next = window.map(|(_, upto)| upto).filter(|upto| *upto < end);
            let next = next.map(|upto| Counted { at: first, before: String::new(), window: Some(upto + 1) });
            return Ok((next.map_or(Cursor::Over, Cursor::Count), rows));
        }
        let text = rows.join(",");
        if text == page.before {
            let what = format!("{from} {} holds the same rows as the page before", page.at);
            return Err(out_of_order(&what));
        }
        let step = if first == 1 { 1 } else { rows.len() as u64 };
        let at = page.at.saturating_add(step);
        Ok((Cursor::Count(Counted { at, before: text, window: page.window }), rows))
    }
}

impl Asking<'_> {
    /// The rows from an id on. Where nothing says whether that is itself on the page, the page begins one before it.
    fn by_id(&self, id: u64, end: i64) -> Result<(Cursor, Vec<String>), Failure> {
        let from = |id: u64| self.ask(&[(self.paging.from(), id.to_string())]);
        let sure = self.paging.inclusive() || id == 0;
        let mut rows = from(if sure { id } else { id - 1 })?;
        if !sure && self.risen(id, &rows, end)?.1.is_empty() && !rows.is_empty() {
            rows = from(id)?;
        }
        self.risen(id, &rows, end)
    }

    /// Those of a page that come from an id on.
    fn risen(&self, id: u64, rows: &[String], end: i64) -> Result<(Cursor, Vec<String>), Failure> {
        let mut next = id;
        let mut given = Vec::new();
        let mut over = rows.is_empty();
        // Where the time is that of the last change, later ids can have earlier ones.
        let time = self.paging.time().filter(|_| !self.paging.moves());
        for row in rows {
            let own = number(row, self.paging.key())?.unsigned_abs();
            if own < next && own.saturating_add(1) == id && given.is_empty() && !self.paging.inclusive() {
                continue;
            }
            if own < next && !self.lane.gave_example() {
                return Err(out_of_order(&format!("the row {own} does not come after {next}")));
            }
            if let Some(time) = time
                && number(row, time)? > end
            {
                over = true;
                break;
            }
            next = own.saturating_add(1);
            given.push(row.clone());
        }
        Ok((if over { Cursor::Over } else { Cursor::Id(next) }, given))
    }

    /// The page that the answer before named.
    fn by_next(&self, place: Option<&str>) -> Result<(Cursor, Vec<String>), Failure> {
        let from = place.map(|place| (self.paging.from(), place.to_owned()));
        let answer = self.answer(from.as_slice())?;
        let rows = self.rows(&answer)?;
        let next = member(&String::from_utf8_lossy(&answer), self.paging.key())
            .map(|text| text.trim_matches('"').to_owned())
            .filter(|text| !rows.is_empty() && !text.is_empty() && text != "null");
        if next.is_some() && next.as_deref() == place {
            return Err(out_of_order(&format!("{} stays where it was", self.paging.key())));
        }
        Ok((next.map_or(Cursor::Over, |next| Cursor::Next(Some(next))), rows))
    }

    /// From how many rows on a page may be full, where that is known.
    pub(super) fn page_size(&self) -> Option<usize> {
        let typed = self.paging.size().and_then(|size| self.typed.query.get(size));
        let sizes = [typed.and_then(|text| text.parse().ok()), self.endpoint.largest_page()];
        sizes.into_iter().flatten().min().and_then(|rows| usize::try_from(rows).ok())
    }

    /// The rows of one page, each as the JSON that it came as.
    pub(super) fn ask(&self, place: &[(&str, String)]) -> Result<Vec<String>, Failure> {
        self.rows(&self.answer(place)?)
    }

    fn answer(&self, place: &[(&str, String)]) -> Result<Vec<u8>, Failure> {
        // A page that is counted, or named, is one of the window that was asked for.
        let walks = matches!(self.paging.by(), PagingBy::Id | PagingBy::Time);
        let moved = |name: &str| {
            let given = place.iter().any(|(moved, _)| *moved == name);
            given || name == self.paging.from() || (walks && self.paging.window().contains(&name))
        };
        let mut query: Parameters = self.typed.query.iter().filter(|(name, _)| !moved(name)).collect();
        for (name, value) in place {
            query.push(*name, value.clone());
        }
        if let Some(size) = self.paging.size().filter(|size| query.get(size).is_none())
            && let Some(largest) = self.endpoint.largest_page()
        {
            query.push(size, largest.to_string());
        }
        let typed = Typed { query, ..self.typed.clone() };
        let mut query = Query::of(self.account, self.endpoint.into(), typed, self.session)?;
        query.set_output(Output { format: Format::Compact, ..Output::default() });
        let (answer, result) = send::collect(&query, self.base_url, self.lane, &|| Ok(()));
        result.map(|()| answer)
    }

    fn rows(&self, answer: &[u8]) -> Result<Vec<String>, Failure> {
        let unlike = |e: serde_json::Error| {
            Failure::new(Kind::NoAnswer, format!("the answer is no page of rows: {e}"))
        };
        let mut text = std::str::from_utf8(answer).unwrap_or_default();
        for name in self.paging.rows().into_iter().flat_map(|path| path.split('.')) {
            let object: HashMap<&str, &RawValue> = serde_json::from_str(text).map_err(unlike)?;
            let Some(value) = object.get(name) else {
                let what = format!("the answer is no page of rows: it has no `{name}`");
                return Err(Failure::new(Kind::NoAnswer, what));
            };
            text = value.get();
            if text == "null" {
                return Ok(Vec::new());
            }
        }
        let list: Vec<&RawValue> = serde_json::from_str(text).map_err(unlike)?;
        Ok(list.into_iter().map(|row| row.get().to_owned()).collect())
    }
}

/// The id or time of a row: a member, or an item of it.
pub(super) fn number(row: &str, key: &str) -> Result<i64, Failure> {
    member(row, key).and_then(|value| value.trim_matches('"').parse().ok()).ok_or_else(|| {
        let what = format!("a row has no whole number `{key}`, by which pages follow each other");
        Failure::new(Kind::NoAnswer, what).with_fix("leave out --all")
    })
}

/// A member of an object, or an item of a list, as the JSON that it came as.
pub(super) fn member<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let found: Option<&RawValue> = match key.parse::<usize>() {
        Ok(index) => serde_json::from_str::<Vec<_>>(text).ok().and_then(|items| items.get(index).copied()),
        Err(_) => serde_json::from_str::<HashMap<&str, _>>(text).ok().and_then(|row| row.get(key).copied()),
    };
    found.map(RawValue::get)
}

pub(super) fn out_of_order(what: &str) -> Failure {
    Failure::new(Kind::Other, format!("the pages do not follow each other: {what}"))
        .with_fix("leave out --all, and ask for a part at a time")
}
