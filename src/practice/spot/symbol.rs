//! What is traded, and by which rules.

use std::sync::Arc;

use super::order::Side;
use crate::practice::amount::Amount;

/// The name of an asset, such as `BTC`.
pub type Asset = Arc<str>;

/// A symbol that is traded.
///
/// Tick and step have at most eight decimals together, so that a price times a quantity has no more than eight.
#[derive(Clone, Debug)]
pub struct Symbol {
    pub name: Arc<str>,
    pub base: Asset,
    pub quote: Asset,
    /// The price when the exchange was started, in ticks.
    pub last_ticks: i128,
    /// How many steps a usual trade of the made-up participants has.
    pub usual_steps: i128,
    /// How many ticks lie between two levels of their book.
    pub gap: i128,
    pub rules: Rules,
}

/// The filters of a symbol. `exchangeInfo` shows them and orders are held to them.
/// Source: Spot documentation, "Filters".
#[derive(Clone, Debug)]
pub struct Rules {
    /// `PRICE_FILTER`.
    pub tick: Amount,
    pub min_price: Amount,
    pub max_price: Amount,
    /// `LOT_SIZE`.
    pub step: Amount,
    pub min_quantity: Amount,
    pub max_quantity: Amount,
    /// `MARKET_LOT_SIZE`; its step is zero, which is none.
    pub max_market_quantity: Amount,
    /// `NOTIONAL`; the largest does not hold for market orders.
    pub min_notional: Amount,
    pub max_notional: Amount,
    /// `PERCENT_PRICE_BY_SIDE`: how far from the average price a price may be, as factors.
    pub bid_factors: Factors,
    pub ask_factors: Factors,
    /// `ICEBERG_PARTS`.
    pub iceberg_parts: u32,
    /// `MAX_NUM_ORDERS`.
    pub max_orders: u32,
    /// `MAX_NUM_ALGO_ORDERS`.
    pub max_algo_orders: u32,
    /// `MAX_NUM_ORDER_LISTS`.
    pub max_order_lists: u32,
    /// `MAX_NUM_ORDER_AMENDS`.
    pub max_amends: u32,
    /// `TRAILING_DELTA`, the same above and below, in hundredths of a percent.
    pub min_trailing_delta: u32,
    pub max_trailing_delta: u32,
}

/// The smallest and largest part of the average price that a price may be.
#[derive(Clone, Copy, Debug)]
pub struct Factors {
    pub down: Amount,
    pub up: Amount,
}

/// Over how many minutes the average price is taken.
pub const AVERAGE_MINUTES: i64 = 5;

impl Rules {
    /// The rules that a symbol has unless its account says otherwise.
    pub fn usual(tick: Amount, step: Amount, min_notional: Amount) -> Self {
        let factors = Factors { down: Amount::units(20_000_000), up: Amount::whole(5) };
        Self {
            tick,
            min_price: tick,
            max_price: tick.multiple(100_000_000),
            step,
            min_quantity: step,
            max_quantity: step.multiple(900_000_000),
            max_market_quantity: step.multiple(10_000_000),
            min_notional,
            max_notional: Amount::whole(9_000_000),
            bid_factors: factors,
            ask_factors: factors,
            iceberg_parts: 10,
            max_orders: 200,
            max_algo_orders: 5,
            max_order_lists: 20,
            max_amends: 10,
            min_trailing_delta: 10,
            max_trailing_delta: 2000,
        }
    }

    /// The factors for a side.
    pub fn factors(&self, side: Side) -> Factors {
        match side {
            Side::Buy => self.bid_factors,
            Side::Sell => self.ask_factors,
        }
    }
}

impl Symbol {
    /// What an order of this side spends.
    pub fn spends(&self, side: Side) -> &Asset {
        match side {
            Side::Buy => &self.quote,
            Side::Sell => &self.base,
        }
    }

    /// What an order of this side receives.
    pub fn receives(&self, side: Side) -> &Asset {
        self.spends(side.other())
    }

    /// The price of a step of the path that prices take: four triangle waves around the price at the start, all of which
    /// are zero at step 0. Earlier steps are negative.
    pub fn price_at(&self, step: i64) -> Amount {
        /// Period in steps, height in hundredths of a percent.
        const WAVES: [(i128, i128); 4] = [(97, 20), (1_013, 80), (20_011, 300), (150_001, 1_200)];
        let wave = |(period, basis_points): (i128, i128)| {
            let place = 4 * i128::from(-step).rem_euclid(period);
            let height = match place {
                p if p < period => p,
                p if p < 3 * period => 2 * period - p,
                p => p - 4 * period,
            };
            self.last_ticks * basis_points / 10_000 * height / period
        };
        self.rules.tick.multiple(self.last_ticks + WAVES.into_iter().map(wave).sum::<i128>())
    }

    /// A number that looks random and is always the same for a place.
    pub fn noise(&self, place: i64) -> u32 {
        let seed =
            self.name.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let mut x = seed ^ u32::try_from(place & 0x7fff_ffff).unwrap_or(0).wrapping_mul(0x9e37_79b9);
        for shift in [16, 13, 16] {
            x = (x ^ (x >> shift)).wrapping_mul(0x45d9_f3b7);
        }
        x ^ (x >> 16)
    }
}
