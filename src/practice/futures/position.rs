//! What is held of a contract.

use super::order::PositionSide;
use crate::practice::amount::Amount;
use crate::practice::spot::order::Side;

/// What is held of a contract; there is one for each [`PositionSide`].
#[derive(Clone, Debug)]
pub struct Position {
    pub side: PositionSide,
    /// Below zero if it is short.
    pub amount: Amount,
    /// What was paid for it, with the sign of `amount`. Kept in place of the entry price, which has more decimals than there are.
    pub cost: Amount,
    /// The margin set apart for it; zero if it is crossed.
    pub isolated_wallet: Amount,
    /// When it last changed, in milliseconds.
    pub updated: i64,
}

/// A trade as a position sees it.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub side: Side,
    pub quantity: Amount,
    pub price: Amount,
    /// The leverage of an isolated contract.
    pub isolated: Option<u32>,
}

impl Position {
    pub fn new(side: PositionSide) -> Self {
        let zero = Amount::ZERO;
        Self { side, amount: zero, cost: zero, isolated_wallet: zero, updated: 0 }
    }

    /// The average price paid; zero if nothing is held.
    pub fn entry(&self) -> Amount {
        self.cost.over(self.amount)
    }

    /// What it is worth at a price, below zero if it is short.
    pub fn value(&self, mark: Amount) -> Amount {
        self.amount.times(mark)
    }

    pub fn unrealized(&self, mark: Amount) -> Amount {
        self.value(mark) - self.cost
    }

    /// How much an order of this side can take from it.
    pub fn closable(&self, side: Side) -> Amount {
        match side {
            Side::Buy => (-self.amount).max(Amount::ZERO),
            Side::Sell => self.amount.max(Amount::ZERO),
        }
    }

    /// Books a trade and tells the profit that it realizes: first it closes what is held the other way, then it opens.
    pub fn trade(&mut self, change: Change) -> Amount {
        let Change { side, quantity, price, isolated } = change;
        let closed = quantity.min(self.closable(side));
        let opened = quantity - closed;
        // The part of `amount` that goes, with its sign.
        let part = if side == Side::Buy { -closed } else { closed };
        let released = self.cost.share(part, self.amount);
        self.isolated_wallet -= self.isolated_wallet.share(part, self.amount);
        self.amount -= part;
        self.cost -= released;
        let added = if side == Side::Buy { opened } else { -opened };
        self.amount += added;
        self.cost += added.times(price);
        if let Some(leverage) = isolated {
            self.isolated_wallet += opened.times(price).over(Amount::whole(leverage.into()));
        }
        part.times(price) - released
    }
}
