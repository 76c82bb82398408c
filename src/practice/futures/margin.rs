//! What is tied up as margin and what is available, as it follows from positions, orders and prices.

use super::contract::{Contract, maintenance};
use super::order::{PositionSide, Side};
use super::position::Position;
use super::state::{Futures, QUOTE};
use crate::practice::amount::Amount;

/// The figures of one position with the orders that would change it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// What it is worth, below zero if it is short.
    pub value: Amount,
    pub unrealized: Amount,
    pub maintenance: Amount,
    /// The margin that the position ties up.
    pub initial: Amount,
    /// What the open orders tie up beside it.
    pub orders: Amount,
    pub bids: Amount,
    pub asks: Amount,
}

impl Figures {
    /// All that is tied up.
    pub fn tied(&self) -> Amount {
        self.initial + self.orders
    }

    /// The largest value that the position would have if the orders of one side were filled.
    pub fn largest(&self) -> Amount {
        (self.value + self.bids).size().max((self.value - self.asks).size())
    }
}

/// The figures of the whole account in the quote asset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub wallet: Amount,
    pub unrealized: Amount,
    pub maintenance: Amount,
    pub initial: Amount,
    pub orders: Amount,
    pub isolated_wallet: Amount,
    pub cross_unrealized: Amount,
    /// What can be used for new orders; below zero if there is less than none.
    pub free: Amount,
}

impl Totals {
    pub fn cross_wallet(&self) -> Amount {
        self.wallet - self.isolated_wallet
    }

    pub fn available(&self) -> Amount {
        self.free.max(Amount::ZERO)
    }

    /// What can be taken out: profit that is not realized stays.
    pub fn withdrawable(&self) -> Amount {
        self.available().min(self.cross_wallet()).max(Amount::ZERO)
    }
}

/// An order that is thought of as placed.
#[derive(Clone, Copy, Debug)]
pub struct Thought<'a> {
    pub symbol: &'a str,
    pub side: Side,
    pub position_side: PositionSide,
    pub value: Amount,
}

impl Futures {
    /// The figures of a position, with an order that is thought of as placed.
    pub fn figures(&self, contract: &Contract, position: &Position, thought: Option<Thought<'_>>) -> Figures {
        let mark = contract.mark();
        let of = |side: Side| -> Amount {
            let orders = self.open_orders(contract).filter(|o| {
                let t = &o.terms;
                t.position_side == position.side && t.side == side && !t.reduces()
            });
            let placed: Amount = orders.map(|o| o.terms.price.times(o.remaining())).sum();
            let thought = thought.filter(|t| {
                t.symbol == contract.name() && t.position_side == position.side && t.side == side
            });
            placed + thought.map_or(Amount::ZERO, |t| t.value)
        };
        let leverage = Amount::whole(contract.leverage.into());
        let value = position.value(mark);
        let initial = value.size().over(leverage);
        let figures = Figures {
            value,
            unrealized: position.unrealized(mark),
            maintenance: maintenance(value.size()),
            initial,
            orders: Amount::ZERO,
            bids: of(Side::Buy),
            asks: of(Side::Sell),
        };
        Figures { orders: figures.largest().over(leverage) - initial, ..figures }
    }

    /// The figures of the account, with an order that is thought of as placed.
    pub fn totals(&self, thought: Option<Thought<'_>>) -> Totals {
        let mut totals = Totals { wallet: self.balance(QUOTE), ..Totals::default() };
        let mut tied = Amount::ZERO;
        for contract in &self.contracts {
            for position in contract.held(self.hedge) {
                let figures = self.figures(contract, position, thought);
                totals.unrealized += figures.unrealized;
                totals.maintenance += figures.maintenance;
                totals.initial += figures.initial;
                totals.orders += figures.orders;
                totals.isolated_wallet += position.isolated_wallet;
                tied += figures.orders;
                if !contract.isolated {
                    totals.cross_unrealized += figures.unrealized;
                    tied += figures.initial;
                }
            }
        }
        totals.free = totals.cross_wallet() + totals.cross_unrealized - tied;
        totals
    }
}
