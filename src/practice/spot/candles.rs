use super::tape::{Tape, Trade};
use crate::practice::amount::Amount;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Weeks begin on a Monday; the epoch was a Thursday.
const MONDAY: i64 = 4 * DAY;

/// How long a candle is.
#[derive(Clone, Copy)]
pub enum Interval {
    /// Always as many milliseconds.
    Fixed { length: i64, phase: i64 },
    /// A calendar month.
    Month,
}

impl Interval {
    /// Reads `15m`, `1d`, `1M`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "1M" {
            return Some(Self::Month);
        }
        let unit = text.chars().last()?;
        let count: i64 = text.strip_suffix(unit)?.parse().ok()?;
        let (unit, phase) = match unit {
            's' => (SECOND, 0),
            'm' => (MINUTE, 0),
            'h' => (HOUR, 0),
            'd' => (DAY, 0),
            'w' => (7 * DAY, MONDAY),
            _ => return None,
        };
        Some(Self::Fixed { length: count.checked_mul(unit).filter(|l| *l > 0)?, phase })
    }

    /// The candle that `time` falls in: its beginning and the next one's.
    fn around(self, time: i64) -> (i64, i64) {
        match self {
            Self::Fixed { length, phase } => {
                let begin = (time - phase).div_euclid(length) * length + phase;
                (begin, begin + length)
            }
            Self::Month => {
                let month = month_of(time.div_euclid(DAY));
                (first_day(month) * DAY, first_day(month + 1) * DAY)
            }
        }
    }
}

/// The days from the epoch to the first of a month, counted in months from year 0.
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
fn first_day(month: i64) -> i64 {
    // A year that begins in March has its leap day at the end.
    let (year, month) = ((month - 2).div_euclid(12), (month - 2).rem_euclid(12));
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// The month, counted from year 0, that a day falls in.
fn month_of(day: i64) -> i64 {
    // 30.44 days a month is never off by more than one.
    let guess = 1970 * 12 + day * 100 / 3044;
    (guess - 1..=guess + 1).rev().find(|m| first_day(*m) <= day).unwrap_or(guess)
}

/// An offset from UTC as `timeZone` has it, `-1:00` or `5`, in milliseconds. It lies between -12:00 and +14:00.
/// Source: Spot REST documentation, "Kline/Candlestick data".
pub fn zone(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let number =
        |s: &str| s.parse::<i64>().ok().filter(|_| s.bytes().all(|b| b.is_ascii_digit()) && s.len() <= 2);
    let offset = sign * (number(hours)? * HOUR + number(minutes).filter(|m| *m < 60)? * MINUTE);
    (-12 * HOUR..=14 * HOUR).contains(&offset).then_some(offset)
}

/// Which candles are asked for. Times are in milliseconds.
pub struct Range {
    pub interval: Interval,
    /// Added to UTC for where a candle begins.
    pub zone: i64,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub limit: usize,
}

impl Range {
    /// Beginning and end of each candle between two times: from the start where one is given, else the last ones.
    pub fn spans(&self, open_ms: i64, now_ms: i64) -> Vec<(i64, i64)> {
        let last = self.end.unwrap_or(i64::MAX).min(now_ms - 1);
        let around = |time: i64| {
            let (begin, end) = self.interval.around(time + self.zone);
            (begin - self.zone, end - self.zone)
        };
        if let Some(start) = self.start {
            let mut next = start.max(open_ms);
            let (begin, end) = around(next);
            if begin < start {
                next = end;
            }
            let spans = std::iter::successors(Some(around(next)), |(_, end)| Some(around(*end)));
            return spans.take_while(|(begin, _)| *begin <= last).take(self.limit).collect();
        }
        if last < open_ms {
            return Vec::new();
        }
        let spans = std::iter::successors(Some(around(last)), |(begin, _)| Some(around(*begin - 1)));
        let mut spans: Vec<_> = spans.take_while(|(_, end)| *end > open_ms).take(self.limit).collect();
        spans.reverse();
        spans
    }
}

/// What happened to the price over a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candle {
    pub open: Amount,
    pub high: Amount,
    pub low: Amount,
    pub close: Amount,
    pub volume: Amount,
    pub quote_volume: Amount,
    pub taker_buy_volume: Amount,
    pub taker_buy_quote_volume: Amount,
    pub first_id: i64,
    pub last_id: i64,
}

impl Candle {
    /// The trades from `begin` to before `end`. With none, the price stays where it was.
    pub fn of(tape: &Tape, begin: i64, end: i64) -> Self {
        let (first, next) = (tape.first_from(begin), tape.first_from(end));
        let mut trades = tape.trades(first..=next - 1);
        let Some(opening) = trades.next() else {
            let price = tape.trade((first - 1).max(0)).map(|t| t.price).unwrap_or_default();
            let nothing = Self { first_id: -1, last_id: -1, ..Self::default() };
            return Self { open: price, high: price, low: price, close: price, ..nothing };
        };
        let price = opening.price;
        let mut candle = Self {
            open: price,
            high: price,
            low: price,
            close: price,
            first_id: opening.id,
            ..Self::default()
        };
        candle.add(&opening);
        trades.for_each(|trade| candle.add(&trade));
        candle
    }

    fn add(&mut self, trade: &Trade) {
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.close = trade.price;
        self.last_id = trade.id;
        self.volume += trade.quantity;
        self.quote_volume += trade.quote();
        if !trade.buyer_is_maker {
            self.taker_buy_volume += trade.quantity;
            self.taker_buy_quote_volume += trade.quote();
        }
    }

    pub fn count(&self) -> i64 {
        if self.first_id < 0 { 0 } else { self.last_id - self.first_id + 1 }
    }
}
