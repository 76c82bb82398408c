//! The order book of a symbol as others see it.

use std::collections::BTreeMap;

use super::lane::Lane;
use super::order::Side;
use super::state::Spot;
use crate::practice::amount::Amount;

/// One side of a book, best price first: price and quantity. The account's own orders are part of it.
pub fn side(spot: &Spot, lane: &Lane, side: Side) -> Vec<(Amount, Amount)> {
    let own = spot.open_orders(lane).filter(|o| o.on_book() && o.terms.side == side);
    joined(lane, side, own.map(|o| (o.terms.price, o.visible())))
}

/// The participants' side of a book with further orders on it, best price first.
pub fn joined(lane: &Lane, side: Side, own: impl Iterator<Item = (Amount, Amount)>) -> Vec<(Amount, Amount)> {
    let mut levels: BTreeMap<Amount, Amount> = lane.levels(side).map(|l| (l.price, l.quantity)).collect();
    for (price, quantity) in own {
        *levels.entry(price).or_default() += quantity;
    }
    match side {
        Side::Buy => levels.into_iter().rev().collect(),
        Side::Sell => levels.into_iter().collect(),
    }
}

/// The prices of one side, best first.
pub fn prices(spot: &Spot, lane: &Lane, of: Side) -> Vec<Amount> {
    side(spot, lane, of).into_iter().map(|(price, _)| price).collect()
}

/// The best price of one side with its quantity; zero if the side is empty.
pub fn best(spot: &Spot, lane: &Lane, of: Side) -> (Amount, Amount) {
    side(spot, lane, of).first().copied().unwrap_or_default()
}
