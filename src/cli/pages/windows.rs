//! Windows of time: the rows of each, and the first row from a time on.

use std::collections::HashMap;

use super::follow::{Cursor, Follower, member, number, out_of_order};
use crate::catalogue::PagingBy;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::now_ms;

impl Follower<'_> {
    /// Looks for the first row from a time on, whose id the pages begin at.
    pub(super) fn seek(&mut self, from: i64, end: i64) -> Result<Cursor, Failure> {
        if from > end {
            return Ok(Cursor::Over);
        }
        let upto = self.window_end(from, end);
        let rows = self.window(from, upto)?;
        if self.is_full(rows.len()) && !self.asking.paging.rising() {
            self.narrow(from, upto, rows.len())?;
            return Ok(Cursor::Seek(from));
        }
        self.check_single(from, upto, &rows)?;
        let ids =
            rows.iter().map(|row| number(row, self.asking.paging.key())).collect::<Result<Vec<_>, _>>()?;
        if let Some(id) = ids.into_iter().min() {
            return Ok(Cursor::Id(id.unsigned_abs()));
        }
        self.widen(0);
        Ok(match next_window(Vec::new(), (from, upto, end)) {
            Cursor::Time(at, _) => Cursor::Seek(at),
            over => over,
        })
    }

    /// The rows of the window that begins at `from`, of which `seen` have been given.
    pub(super) fn by_time(
        &mut self,
        from: i64,
        seen: &[String],
        end: i64,
    ) -> Result<(Cursor, Vec<String>), Failure> {
        if from > end {
            return Ok((Cursor::Over, Vec::new()));
        }
        let upto = self.window_end(from, end);
        let rows = self.window(from, upto)?;
        if self.asking.paging.rising() {
            return self.rising(&rows, seen, (from, upto, end));
        }
        if self.is_full(rows.len()) {
            self.narrow(from, upto, rows.len())?;
            return Ok((Cursor::Time(from, seen.to_vec()), Vec::new()));
        }
        self.check_single(from, upto, &rows)?;
        self.widen(rows.len());
        let given = self.in_order(self.unseen(&rows, seen))?;
        let seen = self.known(&rows);
        if upto >= end && self.asking.paging.moves() && self.place.extend(now_ms()) {
            // What has changed since the run began is in none of the windows that are left.
            return Ok((Cursor::Time(upto, seen), given));
        }
        Ok((next_window(seen, (from, upto, end)), given))
    }

    /// A page begins at the time of the last row of the page before, since that page may have held some rows of that time and
    /// not all. Those it held come again, and are passed over.
    fn rising(
        &self,
        rows: &[String],
        seen: &[String],
        (from, upto, end): (i64, i64, i64),
    ) -> Result<(Cursor, Vec<String>), Failure> {
        let (mut last, mut at_last) = (from, Vec::new());
        for row in rows {
            let time = number(row, self.asking.paging.key())?;
            if time < last && !self.asking.lane.gave_example() {
                return Err(out_of_order(&format!("the time {time} comes after {last}")));
            }
            if time > last {
                (last, at_last) = (time, Vec::new());
            }
            at_last.push(row.clone());
        }
        let given = self.unseen(rows, seen);
        let next = match self.is_full(rows.len()) {
            false if last == upto => next_window(self.known(&at_last), (from, upto, end)),
            false => next_window(Vec::new(), (from, upto, end)),
            true if self.asking.paging.unique() => Cursor::Time(last.saturating_add(1), Vec::new()),
            true if last == from => return Err(self.too_many(rows.len(), from)),
            true => Cursor::Time(last, self.known(&at_last)),
        };
        Ok((next, given))
    }

    fn window(&self, from: i64, upto: i64) -> Result<Vec<String>, Failure> {
        let [start, end] = self.asking.paging.window();
        self.asking.ask(&[(start, from.to_string()), (end, upto.to_string())])
    }

    /// The last time of the window that begins at `from`.
    pub(super) fn window_end(&self, from: i64, end: i64) -> i64 {
        let longest = self.asking.paging.window_ms().and_then(|ms| i64::try_from(ms).ok());
        let width = self.width.into_iter().chain(longest).min();
        width.map_or(end, |ms| end.min(from.saturating_add(ms.max(1) - 1)))
    }

    /// Whether an answer may have left out rows.
    fn is_full(&self, rows: usize) -> bool {
        rows > 0 && self.asking.page_size().is_none_or(|size| rows >= size)
    }

    /// Asks for half the window next, since nothing says which of its rows a full page holds.
    fn narrow(&mut self, from: i64, upto: i64, rows: usize) -> Result<(), Failure> {
        if from == upto {
            return Err(self.too_many(rows, from));
        }
        self.width = Some(upto.saturating_sub(from) / 2 + 1).map(|ms| ms.min(upto - from));
        self.pair = Some((from, rows)).filter(|_| upto - from == 1);
        Ok(())
    }

    /// Where the exchange does not count a window's end as part of it, a window of one millisecond is always empty. If that and
    /// the next are, of two that filled a page together, rows would be lost.
    fn check_single(&mut self, from: i64, upto: i64, rows: &[String]) -> Result<(), Failure> {
        let Some((begin, full)) = self.pair.take().filter(|_| from == upto && rows.is_empty()) else {
            return Ok(());
        };
        if begin == from && self.window(from + 1, from + 1)?.is_empty() {
            return Err(self.too_many(full, from));
        }
        Ok(())
    }

    /// Asks for longer windows again once pages are half empty.
    fn widen(&mut self, rows: usize) {
        let sparse = self.asking.page_size().is_some_and(|size| rows.saturating_mul(2) < size);
        self.width = self.width.map(|ms| if sparse { ms.saturating_mul(2) } else { ms });
    }

    /// The rows of a window by rising time, whichever way round they came.
    fn in_order(&self, mut rows: Vec<String>) -> Result<Vec<String>, Failure> {
        if self.asking.paging.by() != PagingBy::Time {
            return Ok(rows);
        }
        let key = self.asking.paging.key();
        if let Some((first, last)) = rows.first().zip(rows.last())
            && number(first, key)? > number(last, key)?
        {
            rows.reverse();
        }
        let mut timed =
            rows.into_iter().map(|row| Ok((number(&row, key)?, row))).collect::<Result<Vec<_>, Failure>>()?;
        timed.sort_by_key(|(time, _)| *time);
        Ok(timed.into_iter().map(|(_, row)| row).collect())
    }

    /// What a row is known again by: its time where no other has that, since the rest of it may have changed; else all of it.
    fn identity<'r>(&self, row: &'r str) -> &'r str {
        let paging = self.asking.paging;
        let key = if paging.unique() { member(row, paging.key()) } else { None };
        key.unwrap_or(row)
    }

    fn known(&self, rows: &[String]) -> Vec<String> {
        rows.iter().map(|row| self.identity(row).to_owned()).collect()
    }

    /// The rows that have not been seen; one that is there twice counts twice.
    fn unseen(&self, rows: &[String], seen: &[String]) -> Vec<String> {
        let mut left: HashMap<&str, usize> = HashMap::new();
        for row in seen {
            *left.entry(row).or_default() += 1;
        }
        let mut given = Vec::new();
        for row in rows {
            match left.get_mut(self.identity(row)).filter(|n| **n > 0) {
                Some(n) => *n -= 1,
                None => given.push(row.clone()),
            }
        }
        given
    }

    fn too_many(&self, rows: usize, time: i64) -> Failure {
        let largest = self.asking.endpoint.largest_page().and_then(|rows| usize::try_from(rows).ok());
        let fix = "ask for fewer of them, by symbol or kind";
        let larger = if self.asking.page_size() < largest { ", or for larger pages" } else { "" };
        let (rows, have) =
            if rows == 1 { ("1 row".to_owned(), "has") } else { (format!("{rows} rows"), "have") };
        let what = format!("{rows} {have} the time {time}, and there may be more than a page can hold");
        Failure::new(Kind::Other, what).with_fix(format!("{fix}{larger}"))
    }
}

/// The next window begins at the last time of this one, in case the exchange does not count a window's end as part of it; what
/// was there comes again, and is passed over.
fn next_window(seen: Vec<String>, (from, upto, end): (i64, i64, i64)) -> Cursor {
    match upto {
        _ if upto >= end => Cursor::Over,
        _ if upto > from => Cursor::Time(upto, seen),
        _ => Cursor::Time(upto.saturating_add(1), seen),
    }
}
