use std::collections::BTreeMap;

use super::account::{Account, Side};
use super::amount::Amount;
use super::market::Symbol;

/// How many levels each side of a book has besides the account's own orders.
const LEVELS: i64 = 200;

/// The order book of a symbol, best price first. The account's own orders are part of it.
pub(super) struct Book {
    pub(super) bids: Vec<(Amount, Amount)>,
    pub(super) asks: Vec<(Amount, Amount)>,
}

impl Book {
    pub(super) fn of(symbol: &Symbol, account: &Account) -> Self {
        let (mut bids, mut asks) = (BTreeMap::new(), BTreeMap::new());
        for level in 1..=LEVELS {
            let away = symbol.gap * i128::from(level);
            let quantity = |salt| {
                let noise = i128::from(symbol.noise(level * 2 + salt));
                symbol.step.multiple(symbol.usual_steps + noise % (6 * symbol.usual_steps))
            };
            // The book of a cheap symbol ends at its first tick.
            if symbol.last_ticks > away {
                bids.insert(symbol.tick.multiple(symbol.last_ticks - away), quantity(0));
            }
            asks.insert(symbol.tick.multiple(symbol.last_ticks + away), quantity(1));
        }
        for order in account.orders().iter().filter(|o| o.symbol.name == symbol.name && o.on_book()) {
            let side = if order.side == Side::Buy { &mut bids } else { &mut asks };
            *side.entry(order.price).or_default() += order.remaining();
        }
        Self { bids: bids.into_iter().rev().collect(), asks: asks.into_iter().collect() }
    }
}
