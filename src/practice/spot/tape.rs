//! The trades of a symbol.
//!
//! Up to the start of the exchange there is one a minute for 424 days, made from its number when somebody asks. From then on they
//! are kept: one a minute between the made-up participants, and those of the account.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::symbol::Symbol;
use crate::practice::amount::Amount;

pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// The last trade before the start. Until then the number of a trade is that of its minute.
pub const LAST_PAST: i64 = 424 * 24 * 60 - 1;

/// The most trades kept of the time since the start; older ones are forgotten.
const KEPT: usize = 200_000;

/// A trade of the market. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    pub id: i64,
    pub price: Amount,
    pub quantity: Amount,
    pub time: i64,
    pub buyer_is_maker: bool,
}

impl Trade {
    /// Price times quantity.
    pub fn quote(&self) -> Amount {
        self.price.times(self.quantity)
    }
}

/// What the account's past orders make of one past trade.
#[derive(Clone, Copy, Debug)]
pub struct PastFill {
    /// The order's price; `None` for a market order.
    pub price: Option<Amount>,
    pub quantity: Amount,
    pub buyer_is_maker: bool,
}

/// The trades of a symbol.
#[derive(Debug)]
pub struct Tape {
    symbol: Arc<Symbol>,
    start_ms: i64,
    past_fills: BTreeMap<i64, PastFill>,
    /// The number of the first one kept.
    first_kept: i64,
    kept: VecDeque<Trade>,
    /// Quantity and quote quantity of all trades kept so far up to each of them, so that no sum needs every trade.
    sums: VecDeque<(Amount, Amount)>,
}

impl Tape {
    /// The trades of a symbol in an exchange that was started at `start_ms`, which is a whole minute.
    pub fn new(symbol: Arc<Symbol>, start_ms: i64, past_fills: BTreeMap<i64, PastFill>) -> Self {
        Self {
            symbol,
            start_ms,
            past_fills,
            first_kept: LAST_PAST + 1,
            kept: VecDeque::new(),
            sums: VecDeque::new(),
        }
    }

    /// When the market opened, in milliseconds.
    pub fn open_ms(&self) -> i64 {
        self.start_ms - (LAST_PAST + 1) * MINUTE_MS
    }

    /// When the trade between the participants of a minute happens, counted from the first one after the start: half a minute into it.
    pub fn minute_time(&self, minute: i64) -> i64 {
        self.start_ms + minute * MINUTE_MS + MINUTE_MS / 2
    }

    /// The number of the last trade.
    pub fn last_id(&self) -> i64 {
        self.first_kept + i64::try_from(self.kept.len()).unwrap_or(0) - 1
    }

    /// The last trade.
    pub fn last(&self) -> Trade {
        self.kept.back().copied().unwrap_or_else(|| self.past(LAST_PAST))
    }

    /// The price of the last trade.
    pub fn last_price(&self) -> Amount {
        self.last().price
    }

    /// Adds a trade, which gets the next number.
    pub fn push(&mut self, price: Amount, quantity: Amount, time: i64, buyer_is_maker: bool) -> Trade {
        let trade = Trade { id: self.last_id() + 1, price, quantity, time, buyer_is_maker };
        let (volume, quote) = self.sums.back().copied().unwrap_or_default();
        self.sums.push_back((volume + quantity, quote + trade.quote()));
        self.kept.push_back(trade);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.sums.pop_front();
            self.first_kept += 1;
        }
        trade
    }

    /// A trade by its number, if there is such.
    pub fn trade(&self, id: i64) -> Option<Trade> {
        if (0..=LAST_PAST).contains(&id) {
            return Some(self.past(id));
        }
        self.kept.get(usize::try_from(id - self.first_kept).ok()?).copied()
    }

    /// The trades with these numbers, as far as there are such.
    pub fn trades(&self, ids: RangeInclusive<i64>) -> impl Iterator<Item = Trade> + '_ {
        let (from, to) = ids.into_inner();
        (from.max(0)..=to.min(self.last_id())).filter_map(|id| self.trade(id))
    }

    /// Quantity and quote quantity of the trades from `begin` to before `end`.
    pub fn traded(&self, begin: i64, end: i64) -> (Amount, Amount) {
        let (first, next) = (self.first_from(begin), self.first_from(end));
        let older = self.trades(first..=(next - 1).min(self.first_kept));
        let (mut volume, mut quote) =
            older.fold((Amount::ZERO, Amount::ZERO), |(v, q), t| (v + t.quantity, q + t.quote()));
        let sum = |id: i64| {
            let at = usize::try_from(id - self.first_kept).ok().and_then(|at| self.sums.get(at));
            at.copied().unwrap_or_default()
        };
        let begin = first.max(self.first_kept + 1);
        if begin < next {
            let (before, upto) = (sum(begin - 1), sum(next - 1));
            volume += upto.0 - before.0;
            quote += upto.1 - before.1;
        }
        (volume, quote)
    }

    /// The number of the first trade at or after `time`; the next number if there is none yet.
    pub fn first_from(&self, time: i64) -> i64 {
        let half = MINUTE_MS / 2;
        let past =
            (time.saturating_sub(self.open_ms() + half).saturating_add(MINUTE_MS - 1)).div_euclid(MINUTE_MS);
        if past <= LAST_PAST {
            return past.max(0);
        }
        let before = self.kept.partition_point(|t| t.time < time);
        self.first_kept + i64::try_from(before).unwrap_or(0)
    }

    /// A trade of before the start: the account's own where it has one, else one made from the number.
    fn past(&self, id: i64) -> Trade {
        let (price, quantity, buyer_is_maker) = between_participants(&self.symbol, id - LAST_PAST);
        let time = self.open_ms() + id * MINUTE_MS + MINUTE_MS / 2;
        match self.past_fills.get(&id) {
            None => Trade { id, price, quantity, time, buyer_is_maker },
            Some(own) => Trade {
                id,
                price: own.price.unwrap_or(price),
                quantity: own.quantity,
                time,
                buyer_is_maker: own.buyer_is_maker,
            },
        }
    }
}

/// The trade between the participants of a step: price, quantity, whether the buyer is the maker.
pub fn between_participants(symbol: &Symbol, step: i64) -> (Amount, Amount, bool) {
    let noise = symbol.noise(step + LAST_PAST);
    let size = 1 + i128::from(noise >> 8) % (2 * symbol.usual_steps);
    (symbol.price_at(step), symbol.rules.step.multiple(size), noise & 1 == 0)
}
