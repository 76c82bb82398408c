//! From one page to the next: no row twice, and none left out.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::resume::Place;
use crate::catalogue::{Endpoint, Paging, PagingBy, Parameter, ParameterType};
use crate::cli::account::Account;
use crate::cli::endpoint_args::Typed;
use crate::cli::exit::{Failure, Kind};
use crate::cli::query::Query;
use crate::cli::send::{self, Lane};
use crate::cli::session::{Session, now_ms};
use crate::render::{Format, Output};
use crate::signing::Parameters;

/// No page has fewer rows where the exchange's documentation does not say how many. Source: the defaults of all that it does.
const SMALLEST_PAGE: usize = 10;

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursor {
    /// At this id.
    Id(u64),
    /// At the first row from this time on, whose id is looked for.
    Seek(i64),
    /// At this time, of which these rows have been seen.
    Time(i64, Vec<String>),
    /// At the page of this number, or after so many rows; with the page before.
    Count(u64, String),
    /// There is none.
    Over,
}

/// Where the pages begin, and up to which time they go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The first page.
    pub cursor: Cursor,
    /// The last time that is asked for, in milliseconds.
    pub end: i64,
}

/// Where the pages begin that were asked for.
///
/// # Errors
/// A usage failure where it is not said, or cannot be understood.
pub fn start(paging: &Paging, typed: &Typed) -> Result<Start, Failure> {
    let [begin, end] = Paging::WINDOW.map(|name| typed.query.get(name));
    let given = |name: &str, text: Option<&str>| {
        text.map(str::parse::<i64>).transpose().map_err(|_| Failure::usage(format!("{name} is no number")))
    };
    let from = given(paging.from(), typed.query.get(paging.from()))?.map(i64::unsigned_abs);
    let (time, end) = (given("startTime", begin)?, given("endTime", end)?.unwrap_or_else(now_ms));
    let cursor = match (paging.by(), from, time) {
        (PagingBy::Id, None, Some(time)) if paging.window_ms().is_some() => Cursor::Seek(time),
        (PagingBy::Id, from, _) => Cursor::Id(from.unwrap_or(0)),
        (PagingBy::Time, _, Some(time)) => Cursor::Time(time, Vec::new()),
        (PagingBy::Time, _, None) => {
            return Err(Failure::usage("it is not said where the pages begin")
                .with_fix("add --start-time, such as --start-time 30d"));
        }
        (PagingBy::Page, from, _) => Cursor::Count(from.unwrap_or(1), String::new()),
        (PagingBy::Offset, from, _) => Cursor::Count(from.unwrap_or(0), String::new()),
    };
    Ok(Start { cursor, end })
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
                Cursor::Seek(from) => (self.asking.seek(from, end)?, Vec::new()),
                Cursor::Id(id) => self.asking.by_id(id, end)?,
                Cursor::Time(from, seen) => self.asking.by_time(from, seen, end)?,
                Cursor::Count(at, before) => self.asking.counted(at, &before)?,
            };
            self.place.move_to(cursor, rows.len());
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
    }
}

impl Asking<'_> {
    /// Looks for the first row from a time on.
    fn seek(&self, from: i64, end: i64) -> Result<Cursor, Failure> {
        if from > end {
            return Ok(Cursor::Over);
        }
        let upto = self.window_end(from, end);
        let rows = self.ask(&[("startTime", from.to_string()), ("endTime", upto.to_string())])?;
        let ids = rows.iter().map(|row| number(row, self.paging.key())).collect::<Result<Vec<_>, _>>()?;
        match ids.into_iter().min() {
            Some(id) => Ok(Cursor::Id(id.unsigned_abs())),
            None => Ok(Cursor::Seek(upto.saturating_add(1))),
        }
    }

    fn by_id(&self, id: u64, end: i64) -> Result<(Cursor, Vec<String>), Failure> {
        let rows = self.ask(&[(self.paging.from(), id.to_string())])?;
        let mut next = id;
        let mut given = Vec::new();
        let mut over = rows.is_empty();
        for row in rows {
            let own = number(&row, self.paging.key())?.unsigned_abs();
            if own < next {
                return Err(out_of_order(&format!("the row {own} does not come after {next}")));
            }
            if let Some(time) = self.paging.time()
                && number(&row, time)? > end
            {
                over = true;
                break;
            }
            next = own.saturating_add(1);
            given.push(row);
        }
        Ok((if over { Cursor::Over } else { Cursor::Id(next) }, given))
    }

    /// A page begins at the time of the last row of the page before, since that page may have held some rows of that time and
    /// not all. Those it held come again, and are passed over.
    fn by_time(&self, from: i64, seen: Vec<String>, end: i64) -> Result<(Cursor, Vec<String>), Failure> {
        if from > end {
            return Ok((Cursor::Over, Vec::new()));
        }
        let upto = self.window_end(from, end);
        let rows = self.ask(&[("startTime", from.to_string()), ("endTime", upto.to_string())])?;
        let count = rows.len();
        let mut left: HashMap<&str, usize> = HashMap::new();
        for row in &seen {
            *left.entry(row).or_default() += 1;
        }
        let (mut last, mut given, mut at_last) = (from, Vec::new(), Vec::new());
        for row in rows {
            let time = number(&row, self.paging.key())?;
            if time < last {
                return Err(out_of_order(&format!("the time {time} comes after {last}")));
            }
            if time > last {
                (last, at_last) = (time, Vec::new());
            }
            at_last.push(row.clone());
            match left.get_mut(row.as_str()).filter(|n| **n > 0) {
                Some(n) => *n -= 1,
                None => given.push(row),
            }
        }
        if !given.is_empty() {
            // Those of this time that did not come again count as seen all the same.
            if last == from {
                at_last = seen.into_iter().chain(given.iter().cloned()).collect();
            }
            return Ok((Cursor::Time(last, at_last), given));
        }
        if last == from && count > 1 && count >= self.page_size() {
            return Err(Failure::new(
                Kind::Other,
                format!("{count} rows have the time {from}, and there may be more than a page can hold"),
            )
            .with_fix("ask for fewer of them, by symbol or kind, or for larger pages"));
        }
        let next = if upto < end { Cursor::Time(upto.saturating_add(1), Vec::new()) } else { Cursor::Over };
        Ok((next, given))
    }

    fn counted(&self, at: u64, before: &str) -> Result<(Cursor, Vec<String>), Failure> {
        let rows = self.ask(&[(self.paging.from(), at.to_string())])?;
        let text = rows.join(",");
        if rows.is_empty() {
            return Ok((Cursor::Over, rows));
        }
        if text == before {
            let what = format!("{} {at} holds the same rows as the page before", self.paging.from());
            return Err(out_of_order(&what));
        }
        let step = if self.paging.by() == PagingBy::Page { 1 } else { rows.len() as u64 };
        Ok((Cursor::Count(at.saturating_add(step), text), rows))
    }

    fn window_end(&self, from: i64, end: i64) -> i64 {
        let longest = self.paging.window_ms().and_then(|ms| i64::try_from(ms).ok());
        longest.map_or(end, |ms| end.min(from.saturating_add(ms - 1)))
    }

    /// From how many rows on a page may be full.
    fn page_size(&self) -> usize {
        let size = self.paging.size().unwrap_or_default();
        let usual = || self.endpoint.parameter(size).and_then(Parameter::default);
        let known = self.typed.query.get(size).or_else(|| self.largest_page()).or_else(usual);
        known.and_then(|text| text.parse().ok()).unwrap_or(SMALLEST_PAGE)
    }

    /// The largest page there is, as the catalogue says.
    fn largest_page(&self) -> Option<&'static str> {
        let parameter = self.endpoint.parameter(self.paging.size()?)?;
        parameter.max().filter(|_| parameter.kind() == ParameterType::Integer)
    }

    /// The rows of one page, each as the JSON that it came as.
    fn ask(&self, place: &[(&str, String)]) -> Result<Vec<String>, Failure> {
        let moved = [self.paging.from(), "startTime", "endTime"];
        // A page that is counted is one of the window that was asked for.
        let counted = matches!(self.paging.by(), PagingBy::Page | PagingBy::Offset);
        let kept = |name: &str| !moved.contains(&name) || (counted && name != self.paging.from());
        let mut query: Parameters = self.typed.query.iter().filter(|(name, _)| kept(name)).collect();
        for (name, value) in place {
            query.push(*name, value.clone());
        }
        if let Some(size) = self.paging.size().filter(|size| query.get(size).is_none())
            && let Some(largest) = self.largest_page()
        {
            query.push(size, largest);
        }
        let typed = Typed { query, ..self.typed.clone() };
        let mut query = Query::of(self.account, self.endpoint.into(), typed, self.session)?;
        query.set_output(Output { format: Format::Compact, ..Output::default() });
        let (answer, result) = send::collect(&query, self.base_url, self.lane, &|_| Ok(()));
        result?;
        self.rows(&answer)
    }

    fn rows(&self, answer: &[u8]) -> Result<Vec<String>, Failure> {
        let unlike = |e: serde_json::Error| {
            Failure::new(Kind::NoAnswer, format!("the answer is no page of rows: {e}"))
        };
        let list: Vec<&RawValue> = match self.paging.rows() {
            None => serde_json::from_slice(answer).map_err(unlike)?,
            Some(name) => {
                let object: HashMap<&str, &RawValue> = serde_json::from_slice(answer).map_err(unlike)?;
                let text = object.get(name).map_or("[]", |rows| rows.get());
                serde_json::from_str::<Option<_>>(text).map_err(unlike)?.unwrap_or_default()
            }
        };
        Ok(list.into_iter().map(|row| row.get().to_owned()).collect())
    }
}

/// The id or time of a row: a member, or an item of it.
fn number(row: &str, key: &str) -> Result<i64, Failure> {
    let found: Option<&RawValue> = match key.parse::<usize>() {
        Ok(index) => serde_json::from_str::<Vec<_>>(row).ok().and_then(|items| items.get(index).copied()),
        Err(_) => serde_json::from_str::<HashMap<&str, _>>(row).ok().and_then(|row| row.get(key).copied()),
    };
    found.and_then(|value| value.get().trim_matches('"').parse().ok()).ok_or_else(|| {
        let what = format!("a row has no whole number `{key}`, by which pages follow each other");
        Failure::new(Kind::NoAnswer, what).with_fix("leave out --all")
    })
}

fn out_of_order(what: &str) -> Failure {
    Failure::new(Kind::Other, format!("the pages do not follow each other: {what}"))
        .with_fix("leave out --all, and ask for a part at a time")
}
