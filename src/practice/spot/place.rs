//! How an order comes into being, starts to work, and is cancelled.

use std::sync::Arc;

use super::filters;
use super::ledger::Short;
use super::matching::{Plan, Taker, Wants};
use super::order::{Expiry, Kind, Order, Shown, Side, Status, Terms, TimeInForce, Trailing};
use super::state::Spot;
use super::symbol::Asset;
use crate::practice::amount::Amount;
use crate::practice::engine::Failure;

impl Terms {
    /// What it wants when it starts to work, of which `quantity` is left.
    fn taker(&self, quantity: Amount) -> Taker {
        let wants = if self.quote_quantity.is_zero() {
            Wants::Base(quantity)
        } else {
            Wants::Quote(self.quote_quantity, self.symbol.rules.step)
        };
        let limit = Some(self.price).filter(|_| self.kind.has_price());
        Taker { side: self.side, limit, wants, prevention: self.prevention }
    }

    /// What has to be held back for what it will do at once.
    fn cost(&self, plan: &Plan) -> Amount {
        match self.side {
            Side::Buy => plan.quote(),
            Side::Sell if self.quantity.is_zero() => plan.quantity(),
            Side::Sell => self.quantity,
        }
    }
}

impl Spot {
    /// Places an order, which starts to work at once unless it waits for a price. Tells its id.
    ///
    /// # Errors
    /// If it breaks a filter, cannot be paid, or is otherwise refused; nothing is changed then.
    pub fn place(&mut self, terms: Terms, now_ms: i64) -> Result<i64, Failure> {
        self.acceptable(&terms, now_ms)?;
        let plan = self.entry(&terms)?;
        let cost = if terms.kind == Kind::Market { terms.cost(&plan) } else { terms.needs(terms.quantity) };
        self.affords(terms.symbol.spends(terms.side), cost)?;
        let name = Arc::clone(&terms.symbol.name);
        let id = self.create(terms, Status::New, None, now_ms);
        // That it is there was seen above.
        let _ = self.hold(id, cost);
        self.begin(id, now_ms);
        self.follow(&name, now_ms);
        Ok(id)
    }

    /// What holds for every order, whether it is placed or tested.
    ///
    /// # Errors
    /// If it breaks a filter or repeats an id.
    pub fn acceptable(&self, terms: &Terms, now_ms: i64) -> Result<(), Failure> {
        filters::check(self, terms, &[], now_ms)?;
        self.is_new(terms)
    }

    /// Whether an order's id is not that of an open one.
    ///
    /// # Errors
    /// If it is.
    pub fn is_new(&self, terms: &Terms) -> Result<(), Failure> {
        let Some(client_id) = &terms.client_id else { return Ok(()) };
        let open = self.order_of_client(&terms.symbol.name, client_id).is_some_and(Order::is_open);
        if open {
            let cause = format!("an open order has the client order id `{client_id}` already");
            return Err(Failure::rejected("Duplicate order sent.", cause, "send another newClientOrderId"));
        }
        Ok(())
    }

    /// Whether so much of an asset is free.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn affords(&self, asset: &Asset, needed: Amount) -> Result<(), Failure> {
        let free = self.ledger.free(asset);
        if free >= needed { Ok(()) } else { Err(short(&Short { asset: Arc::clone(asset), free, needed })) }
    }

    /// What an order does when it comes in; the market as it is now may forbid it.
    ///
    /// # Errors
    /// If it would trigger at once, take where it must not, or finds nothing to trade with.
    pub fn entry(&self, terms: &Terms) -> Result<Plan, Failure> {
        let Some(lane) = self.lane(&terms.symbol.name) else { return Ok(Plan::default()) };
        if terms.kind.is_contingent() {
            let last = lane.tape.last_price();
            let beyond = if terms.kind.rises(terms.side) {
                last >= terms.stop_price
            } else {
                last <= terms.stop_price
            };
            if beyond && terms.trailing_delta.is_none() {
                let cause =
                    format!("the last price, {last}, is already beyond the stop price {}", terms.stop_price);
                let fix = if terms.kind.rises(terms.side) { "above" } else { "below" };
                let fix = format!("send a stopPrice {fix} the last price, or a market order");
                return Err(Failure::rejected("Order would trigger immediately.", cause, fix));
            }
            return Ok(Plan::default());
        }
        let plan = self.plan(lane, terms.taker(terms.quantity));
        if terms.kind == Kind::LimitMaker && !plan.steps.is_empty() {
            let cause = format!("a LIMIT_MAKER at {} would trade at once", terms.price);
            let message = "Order would immediately match and take.";
            return Err(Failure::rejected(
                message,
                cause,
                "send a price on its own side of the book, or a LIMIT order",
            ));
        }
        if terms.kind == Kind::Market && !terms.quote_quantity.is_zero() && plan.steps.is_empty() {
            let message = "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.";
            let cause = "quoteOrderQty does not buy one step of the quantity, or the book is empty";
            return Err(Failure::rejected(message, cause, "send a larger quoteOrderQty"));
        }
        Ok(plan)
    }

    /// Keeps a new order, which does nothing yet, and tells its id.
    pub(super) fn create(&mut self, terms: Terms, status: Status, list: Option<i64>, now_ms: i64) -> i64 {
        let id = self.numbers.order + 1;
        let client_id = terms.client_id.clone().unwrap_or_else(|| made_up_id(id));
        self.add(Order {
            id,
            client_id,
            list,
            terms,
            status,
            expiry: None,
            time: now_ms,
            update_time: now_ms,
            working_time: None,
            trailing: None,
            executed: Amount::ZERO,
            executed_quote: Amount::ZERO,
            prevented: Amount::ZERO,
            prevented_match: None,
            fills: Vec::new(),
            amends: 0,
            shown: Shown::default(),
        });
        id
    }

    /// Lets an order wait for its price, or work.
    pub(super) fn begin(&mut self, id: i64, now_ms: i64) {
        let contingent = self.order(id).is_some_and(|o| o.terms.kind.is_contingent());
        if contingent { self.begin_to_wait(id, now_ms) } else { self.start(id, now_ms) }
    }

    fn begin_to_wait(&mut self, id: i64, now_ms: i64) {
        let Some(order) = self.order(id) else { return };
        let last = self.lane(&order.terms.symbol.name).map(|l| l.tape.last_price()).unwrap_or_default();
        let Some(order) = self.order_mut(id) else { return };
        order.trailing = order.terms.trailing_delta.map(|delta| {
            // Without a stop price it follows from the beginning.
            let since = order.terms.stop_price.is_zero().then_some(now_ms);
            Trailing { delta, since, extreme: last }
        });
    }

    /// Lets an order work: it takes what it can, and what is left rests on the book if it may.
    pub(super) fn start(&mut self, id: i64, now_ms: i64) {
        // assumed: the documentation says that it "may be rejected later", and not how that is shown.
        if !self.takes_peg(id, now_ms) {
            self.expire(id, Expiry::Rejected, now_ms);
            return;
        }
        let Some(order) = self.order_mut(id).filter(|o| o.is_open()) else { return };
        order.working_time = Some(now_ms);
        order.update_time = now_ms;
        let terms = order.terms.clone();
        let remaining = order.remaining();
        let Some(lane) = self.lane(&terms.symbol.name) else { return };
        let plan = self.plan(lane, terms.taker(remaining));
        if terms.kind == Kind::LimitMaker && !plan.steps.is_empty() {
            // One that has waited for another order: there is nobody left to tell that it is refused.
            self.expire(id, Expiry::Rejected, now_ms);
            return;
        }
        // What was held back for it before its price was known may be less.
        let cost = if terms.kind.has_price() { Amount::ZERO } else { terms.cost(&plan) };
        if self.hold(id, cost).is_err() {
            self.expire(id, Expiry::Rejected, now_ms);
            return;
        }
        if terms.time_in_force == TimeInForce::Fok && terms.kind.has_price() && plan.quantity() < remaining {
            self.expire(id, Expiry::UnfilledFok, now_ms);
            return;
        }
        if !terms.quote_quantity.is_zero()
            && let Some(order) = self.order_mut(id)
        {
            order.terms.quantity = plan.quantity() + plan.decremented(terms.prevention) + plan.unbought;
        }
        if let Some(lane) = self.lane_mut(&terms.symbol.name) {
            lane.changes += 1;
        }
        self.carry_out(id, &plan, now_ms);
        self.touched.push_back(id);
    }

    /// Cancels an open order, and with it the list it belongs to.
    pub fn cancel(&mut self, id: i64, now_ms: i64) {
        let Some(order) = self.order(id) else { return };
        let name = Arc::clone(&order.terms.symbol.name);
        match order.list {
            Some(list) => {
                self.cancel_list(list, now_ms);
            }
            None => self.end(id, Status::Canceled, now_ms),
        }
        self.follow(&name, now_ms);
    }

    /// Lets everything happen that follows from what has happened: lists go on, prices trigger orders.
    pub(super) fn follow(&mut self, name: &str, now_ms: i64) {
        loop {
            while let Some(id) = self.touched.pop_front() {
                self.list_goes_on(id, now_ms);
            }
            let Some(id) = self.next_triggered(name) else {
                if self.touched.is_empty() {
                    return;
                }
                continue;
            };
            self.start(id, now_ms);
        }
    }
}

/// The refusal of an order that cannot be paid.
pub fn short(short: &Short) -> Failure {
    let Short { asset, free, needed } = short;
    Failure::rejected(
        "Account has insufficient balance for requested action.",
        format!("it takes {needed} {asset}, and {free} is free"),
        "send a smaller order, or cancel one that holds the asset back",
    )
}

/// A client order id as the exchange makes them: 22 letters and digits, here always the same for a number. Orders have theirs from
/// positive numbers, cancellations from negative ones.
pub fn made_up_id(id: i64) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = usize::try_from(state % 62).unwrap_or(0);
        LETTERS.get(at).copied().map_or('0', char::from)
    };
    (0..22).map(|_| letter()).collect()
}
