//! A plain table: a header, two spaces between columns, decimals under one another.

use std::borrow::Cow;
use std::convert::Infallible;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::rows::{Cell, Rows};
use super::value::Kind;
use super::{Note, Style};
use crate::text::{is_decimal, sanitize};

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this; it is room for an asset, a symbol or a side.
const NARROW: usize = 10;

/// Writes the rows. Cells are safe for a terminal, and numbers are never cut.
///
/// # Errors
/// Those of `out`.
pub(super) fn write(
    rows: &Rows<'_>,
    style: &Style,
    out: &mut dyn Write,
    notes: &mut Vec<Note>,
) -> io::Result<()> {
    let mut columns = measure(rows);
    let left_out = style.width.map_or_else(Vec::new, |width| fit(&mut columns, width));
    if !left_out.is_empty() {
        notes.push(Note::ColumnsLeftOut { columns: left_out });
    }
    if columns.is_empty() {
        return Ok(());
    }
    let header: String = columns.iter().map(Column::header).collect();
    let (bold, plain) = if style.colour { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    writeln!(out, "{bold}{}{plain}", header.trim_end())?;
    rows.each(|cells| {
        let line: String = columns.iter().map(|column| column.cell(cells)).collect();
        writeln!(out, "{}", line.trim_end())
    })
}

/// A column and the room its cells take.
struct Column {
    place: usize,
    name: String,
    /// The widest cell, the header not counted.
    text: usize,
    /// The longest part before and from the decimal point on.
    decimal: Decimal,
    is_numeric: bool,
    is_blank: bool,
    /// Where people read the clock, if the column holds times.
    zone: Option<TimeZone>,
    /// What it gets.
    width: usize,
}

/// The lengths of a number before its point, and from there on.
#[derive(Clone, Copy, Default)]
struct Decimal {
    whole: usize,
    fraction: usize,
}

impl Decimal {
    fn of(cell: &Cell<'_>, text: &str) -> Option<Decimal> {
        let Cell::Value(value) = cell else { return None };
        let is_number = match value.kind() {
            Kind::Number => true,
            Kind::Text => is_decimal(text),
            _ => false,
        };
        let whole = text.find(['.', 'e', 'E']).unwrap_or(text.len());
        is_number.then_some(Decimal { whole, fraction: text.len() - whole })
    }
}

/// A cell's text, and the lengths of its parts where it is a number.
struct Shown<'a> {
    text: Cow<'a, str>,
    decimal: Option<Decimal>,
}

/// Whether the exchange calls a member so that holds a point in time: `updateTime`, `timestamp`, `goodTillDate`.
fn holds_times(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    ["time", "timestamp", "date"].iter().any(|end| name.ends_with(end))
}

/// Thirteen digits of milliseconds as `2026-03-01 12:00:00.250`.
fn local_time(text: &str, zone: &TimeZone) -> Option<String> {
    let ms: i64 = text.parse().ok().filter(|_| text.len() == 13)?;
    let time = zone.to_datetime(Timestamp::from_millisecond(ms).ok()?);
    Some(time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string())
}

impl Column {
    fn new((place, name): (usize, &String)) -> Column {
        let (name, decimal) = (sanitize(name).into_owned(), Decimal::default());
        let zone = holds_times(&name).then(TimeZone::system);
        Column { place, name, text: 0, decimal, is_numeric: true, is_blank: true, zone, width: 0 }
    }

    /// The cell as it is shown: milliseconds in a column of times as local time, anything else as it came.
    fn shown<'a>(&self, cell: &Cell<'a>) -> Shown<'a> {
        let text = cell.text();
        let local = self.zone.as_ref().and_then(|zone| local_time(&text, zone));
        match local {
            Some(time) => Shown { text: Cow::Owned(time), decimal: None },
            None => Shown { decimal: Decimal::of(cell, &text), text },
        }
    }

    fn add(&mut self, cell: &Cell<'_>) {
        let Shown { text, decimal } = self.shown(cell);
        if text.is_empty() {
            return;
        }
        self.is_blank = false;
        match decimal {
            Some(Decimal { whole, fraction }) => {
                self.decimal.whole = self.decimal.whole.max(whole);
                self.decimal.fraction = self.decimal.fraction.max(fraction);
            }
            None => self.is_numeric = false,
        }
        self.text = self.text.max(sanitize(&text).width());
    }

    fn natural(&self) -> usize {
        self.content().max(self.name.width())
    }

    fn content(&self) -> usize {
        if self.is_numeric { self.decimal.whole + self.decimal.fraction } else { self.text }
    }

    /// The width under a cap, which numbers do not obey.
    fn capped(&self, cap: usize) -> usize {
        let least = if self.is_numeric { self.content() } else { 0 };
        self.natural().min(cap).max(least)
    }

    fn header(&self) -> String {
        let name = cut(&self.name, self.width);
        self.pad(&name, if self.is_numeric { 0 } else { self.width.saturating_sub(name.width()) })
    }

    fn cell(&self, cells: &[Cell<'_>]) -> String {
        let cell = cells.get(self.place).unwrap_or(&Cell::Empty);
        let Shown { text, decimal } = self.shown(cell);
        let safe = sanitize(&text);
        if !self.is_numeric {
            let shown = cut(&safe, self.width);
            return self.pad(&shown, self.width.saturating_sub(shown.width()));
        }
        let fraction = decimal.unwrap_or_default().fraction;
        self.pad(&safe, self.decimal.fraction - fraction)
    }

    /// The text with so many blanks after it, filled up from the left, and the gap.
    fn pad(&self, text: &str, after: usize) -> String {
        let before = self.width.saturating_sub(text.width() + after);
        // Not by `{:width$}`, which panics beyond 65535.
        [" ".repeat(before).as_str(), text, " ".repeat(after + GAP).as_str()].concat()
    }
}

fn measure(rows: &Rows<'_>) -> Vec<Column> {
    let mut columns: Vec<_> = rows.columns.iter().enumerate().map(Column::new).collect();
    let Ok(()) = rows.each(|cells| {
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.add(cell));
        Ok::<(), Infallible>(())
    });
    for column in &mut columns {
        column.is_numeric &= !column.is_blank;
        column.width = column.natural();
    }
    columns
}

/// Makes the columns fit: leaves out blank ones, narrows the widest texts, then leaves out columns from the right.
/// Returns the names of those left out.
fn fit(columns: &mut Vec<Column>, width: usize) -> Vec<String> {
    if total(columns, usize::MAX) <= width {
        return Vec::new();
    }
    let (blank, mut kept): (Vec<_>, Vec<_>) = columns.drain(..).partition(|column| column.is_blank);
    let mut left_out = Vec::new();
    while kept.len() > 1 && total(&kept, NARROW) > width {
        left_out.extend(kept.pop().map(|column| column.name));
    }
    left_out.reverse();
    let mut cap = width;
    while cap > 1 && total(&kept, cap) > width {
        cap -= 1;
    }
    for column in &mut kept {
        column.width = column.capped(cap);
    }
    *columns = kept;
    blank.into_iter().map(|column| column.name).chain(left_out).collect()
}

fn total(columns: &[Column], cap: usize) -> usize {
    let gaps = GAP * columns.len().saturating_sub(1);
    columns.iter().map(|column| column.capped(cap)).sum::<usize>() + gaps
}

/// The text in at most `width` columns, with `…` where something is missing.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut room, mut shown) = (width.saturating_sub(1), String::new());
    for character in text.chars() {
        let Some(left) = room.checked_sub(character.width().unwrap_or(0)) else { break };
        room = left;
        shown.push(character);
    }
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests;
