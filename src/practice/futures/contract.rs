//! A perpetual contract: its market, its rules, and how the account trades it.

use super::order::PositionSide;
use super::position::Position;
use crate::practice::amount::Amount;
use crate::practice::spot::lane::Lane;

/// When a contract without end is delivered, in milliseconds. Source: USD-M futures documentation, "Exchange information".
pub const NEVER_MS: i64 = 4_133_404_800_000;

/// A tier of leverage: up to which value of a position how much of it is allowed, and what has to stay as margin.
#[derive(Clone, Copy, Debug)]
pub struct Bracket {
    pub leverage: u32,
    /// In whole units of the quote asset.
    pub floor: i128,
    pub cap: i128,
    pub maintenance: Amount,
    /// What is taken off so that the margin grows without a jump.
    pub cumulative: i128,
}

const fn tier(row: (u32, i128, i128, i128, i128)) -> Bracket {
    let (leverage, floor, cap, ten_thousandths, cumulative) = row;
    Bracket { leverage, floor, cap, maintenance: Amount::units(ten_thousandths * 10_000), cumulative }
}

/// The tiers of every contract here, made up in the manner of the exchange's: leverage, floor, cap, maintenance margin in
/// ten-thousandths, cumulative.
pub const BRACKETS: [Bracket; 7] = [
    tier((125, 0, 50_000, 40, 0)),
    tier((100, 50_000, 600_000, 50, 50)),
    tier((50, 600_000, 3_000_000, 100, 3_050)),
    tier((20, 3_000_000, 12_000_000, 250, 48_050)),
    tier((10, 12_000_000, 70_000_000, 500, 348_050)),
    tier((5, 70_000_000, 100_000_000, 1_000, 3_848_050)),
    tier((1, 100_000_000, 200_000_000, 5_000, 43_848_050)),
];

/// What has to stay as margin of a position of this value.
pub fn maintenance(value: Amount) -> Amount {
    let tier = BRACKETS.iter().find(|b| value <= Amount::whole(b.cap)).or(BRACKETS.last());
    tier.map_or(Amount::ZERO, |b| value.times(b.maintenance) - Amount::whole(b.cumulative))
}

/// The largest value of a position at a leverage.
pub fn largest(leverage: u32) -> Amount {
    let tier = BRACKETS.iter().rev().find(|b| b.leverage >= leverage);
    tier.map_or(Amount::ZERO, |b| Amount::whole(b.cap))
}

/// A perpetual contract.
#[derive(Debug)]
pub struct Contract {
    pub lane: Lane,
    pub leverage: u32,
    pub isolated: bool,
    /// By [`PositionSide`].
    pub positions: [Position; 3],
    pub price_decimals: usize,
    pub quantity_decimals: usize,
}

impl Contract {
    /// A contract as nobody has traded it yet: crossed, with a leverage of 20.
    pub fn new(lane: Lane, price_decimals: usize, quantity_decimals: usize) -> Self {
        let positions = [PositionSide::Both, PositionSide::Long, PositionSide::Short].map(Position::new);
        Self { lane, leverage: 20, isolated: false, positions, price_decimals, quantity_decimals }
    }

    pub fn name(&self) -> &str {
        &self.lane.symbol.name
    }

    /// The price that positions are valued at: the middle of the participants' book.
    pub fn mark(&self) -> Amount {
        self.lane.symbol.price_at(self.lane.minute())
    }

    pub fn position(&self, side: PositionSide) -> &Position {
        let [both, long, short] = &self.positions;
        match side {
            PositionSide::Both => both,
            PositionSide::Long => long,
            PositionSide::Short => short,
        }
    }

    pub fn position_mut(&mut self, side: PositionSide) -> &mut Position {
        let [both, long, short] = &mut self.positions;
        match side {
            PositionSide::Both => both,
            PositionSide::Long => long,
            PositionSide::Short => short,
        }
    }

    /// The positions of a mode: a long and a short one in hedge mode.
    pub fn held(&self, hedge: bool) -> impl Iterator<Item = &Position> {
        self.positions.iter().filter(move |p| (p.side != PositionSide::Both) == hedge)
    }

    pub fn is_flat(&self) -> bool {
        self.positions.iter().all(|p| p.amount.is_zero())
    }

    pub fn price(&self, price: Amount) -> String {
        price.fixed(self.price_decimals)
    }

    /// A price times a quantity, or an average of prices, which are exact with the decimals of both.
    pub fn money(&self, money: Amount) -> String {
        money.fixed((self.price_decimals + self.quantity_decimals).min(8))
    }

    pub fn quantity(&self, quantity: Amount) -> String {
        quantity.fixed(self.quantity_decimals)
    }
}
