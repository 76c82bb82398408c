//! Orders that wait for a price.

use super::order::{Order, Side, Status};
use super::state::Spot;
use crate::practice::amount::Amount;

/// A whole, in hundredths of a percent.
const WHOLE: i128 = 10_000;

impl Order {
    /// Whether it waits for a price.
    fn waits(&self) -> bool {
        self.status == Status::New && self.terms.kind.is_contingent() && !self.is_working()
    }

    /// Looks at the price of a trade: follows it, and tells whether it triggers the order.
    /// Source: Spot documentation, "Spot Trailing Stop order FAQ".
    fn meets(&mut self, price: Amount, time: i64) -> bool {
        let stop = self.terms.stop_price;
        let at_stop = if self.terms.kind.rises(self.terms.side) { price >= stop } else { price <= stop };
        let Some(trailing) = &mut self.trailing else { return at_stop };
        if trailing.since.is_none() {
            if at_stop {
                trailing.since = Some(time);
                trailing.extreme = price;
            }
            return false;
        }
        let delta = i128::from(trailing.delta);
        // Whatever its type, a buyer waits for the price to turn up, and a seller for it to turn down.
        if self.terms.side == Side::Buy {
            trailing.extreme = trailing.extreme.min(price);
            price.multiple(WHOLE) >= trailing.extreme.multiple(WHOLE + delta)
        } else {
            trailing.extreme = trailing.extreme.max(price);
            price.multiple(WHOLE) <= trailing.extreme.multiple(WHOLE - delta)
        }
    }
}

impl Spot {
    /// Shows the trades that no waiting order has seen yet to those that wait, up to the first that triggers one.
    pub(super) fn next_triggered(&mut self, name: &str) -> Option<i64> {
        loop {
            let lane = self.lane(name)?;
            let waiting: Vec<i64> = self.open_orders(lane).filter(|o| o.waits()).map(|o| o.id).collect();
            let Some(trade) = lane.tape.trade(lane.watched + 1).filter(|_| !waiting.is_empty()) else {
                let last = lane.tape.last_id();
                self.lane_mut(name)?.watched = last;
                return None;
            };
            for id in waiting {
                if self.order_mut(id).is_some_and(|o| o.meets(trade.price, trade.time)) {
                    // The others are shown the same trade next time.
                    return Some(id);
                }
            }
            self.lane_mut(name)?.watched = trade.id;
        }
    }
}
