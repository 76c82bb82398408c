//! One symbol at work: its trades, what its made-up participants quote, and which orders of the account are open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::order::Side;
use super::symbol::Symbol;
use super::tape::{MINUTE_MS, Tape};
use crate::practice::amount::Amount;

/// How many levels the participants quote on each side.
const LEVELS: i64 = 200;

/// A trade of the account, found again by its numbers.
#[derive(Clone, Copy, Debug)]
pub struct OwnTrade {
    pub id: i64,
    pub order: i64,
    /// Which of the order's fills it is.
    pub fill: usize,
}

/// A level of the participants' book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub number: i64,
    pub price: Amount,
    pub quantity: Amount,
}

/// One symbol at work. The participants quote anew once a minute, around the price of that minute.
#[derive(Debug)]
pub struct Lane {
    pub symbol: Arc<Symbol>,
    pub tape: Tape,
    /// The account's open orders.
    pub open: BTreeSet<i64>,
    /// The account's trades, by their number.
    pub own_trades: Vec<OwnTrade>,
    start_ms: i64,
    /// How many minutes since the start have had their trade.
    minute: i64,
    /// What was taken from the participants' levels in this minute.
    taken: BTreeMap<(Side, i64), Amount>,
    /// How often the book has changed.
    pub changes: i64,
    /// The last trade that orders waiting for a price have been shown.
    pub watched: i64,
}

impl Lane {
    /// A symbol in an exchange that was started at `start_ms`.
    pub fn new(tape: Tape, symbol: Arc<Symbol>, start_ms: i64) -> Self {
        Self {
            watched: tape.last_id(),
            symbol,
            tape,
            open: BTreeSet::new(),
            own_trades: Vec::new(),
            start_ms,
            minute: 0,
            taken: BTreeMap::new(),
            changes: 0,
        }
    }

    /// The minute whose quotes hold.
    pub fn minute(&self) -> i64 {
        self.minute
    }

    /// When the participants quoted, in milliseconds.
    pub fn quoted_at(&self) -> i64 {
        self.tape.minute_time(self.minute - 1)
    }

    /// Whether another minute has had its trade by `now_ms`.
    pub fn is_due(&self, now_ms: i64) -> bool {
        let minutes = (now_ms - self.start_ms - MINUTE_MS / 2).div_euclid(MINUTE_MS) + 1;
        self.minute < minutes
    }

    /// Lets the participants quote for the next minute.
    pub fn requote(&mut self) {
        self.minute += 1;
        self.taken.clear();
        self.changes += 1;
    }

    /// What is quoted on a side, best price first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = Level> + '_ {
        let middle = self.symbol.price_at(self.minute);
        (1..=LEVELS).filter_map(move |number| {
            let away = self.symbol.rules.tick.multiple(self.symbol.gap * i128::from(number));
            let price = match side {
                // The book of a cheap symbol ends at its first tick.
                Side::Buy => Some(middle - away).filter(|p| *p > Amount::ZERO)?,
                Side::Sell => middle + away,
            };
            let quantity =
                self.quoted(side, number) - self.taken.get(&(side, number)).copied().unwrap_or_default();
            (!quantity.is_zero()).then_some(Level { number, price, quantity })
        })
    }

    fn quoted(&self, side: Side, number: i64) -> Amount {
        let salt = i64::from(side == Side::Sell);
        let noise = i128::from(self.symbol.noise(number * 2 + salt + self.minute * 2 * LEVELS));
        let steps = self.symbol.usual_steps + noise % (6 * self.symbol.usual_steps);
        self.symbol.rules.step.multiple(steps)
    }

    /// Takes from a level.
    pub fn take(&mut self, side: Side, number: i64, quantity: Amount) {
        *self.taken.entry((side, number)).or_default() += quantity;
        self.changes += 1;
    }
}
