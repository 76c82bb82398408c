//! What an incoming order does to the book: first planned as a whole, then carried out.

use std::cmp::Ordering;
use std::sync::Arc;

use super::lane::{Lane, Level};
use super::order::{Order, Prevention, Side, Status};
use super::state::{PreventedMatch, Spot};
use super::tape::between_participants;
use crate::practice::amount::Amount;

/// What an incoming order would like to have.
#[derive(Clone, Copy, Debug)]
pub struct Taker {
    pub side: Side,
    /// The worst price it takes; `None` for a market order.
    pub limit: Option<Amount>,
    pub wants: Wants,
    pub prevention: Prevention,
}

/// How much an incoming order wants.
#[derive(Clone, Copy, Debug)]
pub enum Wants {
    Base(Amount),
    /// As much as this much of the quote asset is worth, in steps of the second amount.
    Quote(Amount, Amount),
}

impl Wants {
    /// How much of a quantity offered at a price it takes.
    fn at(self, price: Amount, offered: Amount) -> Amount {
        match self {
            Self::Base(left) => left.min(offered),
            Self::Quote(left, step) => left.over(price).floor_to(step).min(offered),
        }
    }

    fn less(self, price: Amount, quantity: Amount) -> Self {
        match self {
            Self::Base(left) => Self::Base(left - quantity),
            Self::Quote(left, step) => Self::Quote(left - price.times(quantity), step),
        }
    }

    fn is_done(self) -> bool {
        matches!(self, Self::Base(left) if left.is_zero())
    }

    /// What the rest of an amount of the quote asset would buy at a price.
    fn unbought(self, price: Amount) -> Amount {
        match self {
            Self::Base(_) => Amount::ZERO,
            Self::Quote(left, step) => left.over(price).floor_to(step),
        }
    }
}

/// One step of a plan.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A trade with a participant.
    Participant { level: i64, price: Amount, quantity: Amount },
    /// A trade with another order of the account.
    Own { maker: i64, price: Amount, quantity: Amount },
    /// No trade, because the other order is the account's.
    Prevented { maker: i64, price: Amount, quantity: Amount },
}

/// What an incoming order will do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// Whether the order ends where it would trade with another one of the account.
    pub taker_expires: bool,
    /// What an order by an amount of the quote asset would have traded beyond its steps at the last price in the book: zero if
    /// it is filled completely.
    // assumed: the documentation does not say what the `origQty` of one is that the book does not fill; by this price it has one.
    pub unbought: Amount,
}

impl Plan {
    /// The trades: price and quantity of each.
    fn trades(&self) -> impl Iterator<Item = (Amount, Amount)> + '_ {
        self.steps.iter().filter_map(|step| match step {
            Step::Participant { price, quantity, .. } | Step::Own { price, quantity, .. } => {
                Some((*price, *quantity))
            }
            Step::Prevented { .. } => None,
        })
    }

    /// How much is traded.
    pub fn quantity(&self) -> Amount {
        self.trades().map(|(_, quantity)| quantity).sum()
    }

    /// What an order gives up of itself so as not to trade with another one of the account.
    pub fn decremented(&self, by: Prevention) -> Amount {
        let steps = self.steps.iter().filter(|_| by == Prevention::Decrement);
        let prevented = steps.filter_map(|step| match step {
            Step::Prevented { quantity, .. } => Some(*quantity),
            _ => None,
        });
        prevented.sum()
    }

    /// What its trades are worth.
    pub fn quote(&self) -> Amount {
        self.trades().map(|(price, quantity)| price.times(quantity)).sum()
    }
}

/// Who stands next in the book.
enum Next<'a> {
    Participant(Level),
    Own(&'a Order),
}

/// The account's orders on one side of the book, the one that trades first at the front.
pub fn resting<'a>(spot: &'a Spot, lane: &'a Lane, side: Side) -> Vec<&'a Order> {
    let mut orders: Vec<&Order> =
        spot.open_orders(lane).filter(|o| o.on_book() && o.terms.side == side).collect();
    orders.sort_by(|a, b| {
        let by_price = match side {
            Side::Buy => b.terms.price.cmp(&a.terms.price),
            Side::Sell => a.terms.price.cmp(&b.terms.price),
        };
        by_price.then(a.working_time.cmp(&b.working_time)).then(a.id.cmp(&b.id))
    });
    orders
}

impl Spot {
    /// The other side of the book in price-time order. The participants' time is that of their quotes.
    fn counterparties<'a>(&'a self, lane: &'a Lane, side: Side) -> impl Iterator<Item = Next<'a>> {
        let mut levels = lane.levels(side).peekable();
        let mut own = resting(self, lane, side).into_iter().peekable();
        std::iter::from_fn(move || {
            let own_first = match (levels.peek(), own.peek()) {
                (Some(level), Some(order)) => {
                    let by_price = match side {
                        Side::Buy => level.price.cmp(&order.terms.price),
                        Side::Sell => order.terms.price.cmp(&level.price),
                    };
                    let earlier = order.working_time.is_some_and(|t| t < lane.quoted_at());
                    by_price == Ordering::Less || (by_price == Ordering::Equal && earlier)
                }
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if own_first { own.next().map(Next::Own) } else { levels.next().map(Next::Participant) }
        })
    }

    /// What an incoming order would do to the book as it stands.
    pub fn plan(&self, lane: &Lane, taker: Taker) -> Plan {
        let mut plan = Plan::default();
        let mut wants = taker.wants;
        let mut last_price = None;
        for next in self.counterparties(lane, taker.side.other()) {
            let (price, offered) = match &next {
                Next::Participant(level) => (level.price, level.quantity),
                Next::Own(order) => (order.terms.price, order.remaining()),
            };
            last_price = Some(price);
            let quantity = wants.at(price, offered);
            if taker.limit.is_some_and(|limit| !taker.side.takes(limit, price)) || quantity.is_zero() {
                break;
            }
            plan.steps.push(match next {
                Next::Participant(level) => Step::Participant { level: level.number, price, quantity },
                Next::Own(order) if taker.prevention == Prevention::None => {
                    Step::Own { maker: order.id, price, quantity }
                }
                Next::Own(order) => {
                    plan.steps.push(Step::Prevented { maker: order.id, price, quantity });
                    match taker.prevention {
                        Prevention::ExpireTaker | Prevention::ExpireBoth => {
                            plan.taker_expires = true;
                            break;
                        }
                        Prevention::Decrement => {
                            wants = wants.less(price, quantity);
                            plan.taker_expires = wants.is_done();
                        }
                        Prevention::ExpireMaker | Prevention::None => {}
                    }
                    continue;
                }
            });
            wants = wants.less(price, quantity);
            if wants.is_done() {
                break;
            }
        }
        plan.unbought = last_price.map(|price| wants.unbought(price)).unwrap_or_default();
        plan
    }

    /// Carries a plan out for an order that has the money held back.
    pub(super) fn carry_out(&mut self, id: i64, plan: &Plan, now_ms: i64) {
        let Some(taker) = self.order(id) else { return };
        let (name, side, prevention) =
            (Arc::clone(&taker.terms.symbol.name), taker.terms.side, taker.terms.prevention);
        let buyer_is_maker = side == Side::Sell;
        for step in &plan.steps {
            let Some(lane) = self.lane_mut(&name) else { return };
            match *step {
                Step::Participant { level, price, quantity } => {
                    lane.take(side.other(), level, quantity);
                    let trade = lane.tape.push(price, quantity, now_ms, buyer_is_maker);
                    self.book_fill(id, trade, false);
                }
                Step::Own { maker, price, quantity } => {
                    lane.changes += 1;
                    let trade = lane.tape.push(price, quantity, now_ms, buyer_is_maker);
                    self.book_fill(id, trade, false);
                    self.book_fill(maker, trade, true);
                    self.release_surplus(maker);
                }
                Step::Prevented { maker, price, quantity } => {
                    self.prevent(id, maker, prevention, (price, quantity), now_ms);
                }
            }
        }
        self.rest(id, plan.taker_expires, now_ms);
    }

    /// What happens to an order after it has taken what there was for it.
    fn rest(&mut self, id: i64, expires: bool, now_ms: i64) {
        let Some(order) = self.order(id) else { return };
        if !order.is_open() {
            self.release_surplus(id);
        } else if expires {
            self.end(id, Status::ExpiredInMatch, now_ms);
        } else if let Some(why) = order.terms.unfilled() {
            self.expire(id, why, now_ms);
        } else {
            self.release_surplus(id);
        }
    }

    /// Keeps two orders of the account from trading with each other.
    /// Source: Spot documentation, "Self Trade Prevention (STP) FAQ".
    fn prevent(&mut self, taker: i64, maker: i64, by: Prevention, at: (Amount, Amount), now_ms: i64) {
        let (price, quantity) = at;
        self.numbers.prevented += 1;
        let id = self.numbers.prevented;
        let remaining = |order: i64| self.order(order).map(Order::remaining).unwrap_or_default();
        let (incoming, resting) = (remaining(taker), remaining(maker));
        let (taker_quantity, maker_quantity) = match by {
            Prevention::None => (None, None),
            Prevention::ExpireTaker => (Some(incoming), None),
            Prevention::ExpireMaker => (None, Some(resting)),
            Prevention::ExpireBoth => (Some(incoming), Some(resting)),
            Prevention::Decrement => (Some(quantity), Some(quantity)),
        };
        let time = now_ms;
        self.prevented.push(PreventedMatch { id, taker, maker, price, taker_quantity, maker_quantity, time });
        for (order, prevented) in [(taker, taker_quantity), (maker, maker_quantity)] {
            if let (Some(order), Some(prevented)) = (self.order_mut(order), prevented) {
                order.prevented_match = Some(id);
                order.prevented += prevented;
            }
        }
        if maker_quantity == Some(resting) {
            self.end(maker, Status::ExpiredInMatch, now_ms);
        } else {
            self.release_surplus(maker);
        }
    }

    /// Whether a minute of a symbol is over by this time, in milliseconds.
    pub fn is_due(&self, now_ms: i64) -> bool {
        self.lanes.iter().any(|lane| lane.is_due(now_ms))
    }

    /// Lets every symbol have the minutes that have passed, one minute of all symbols after the other: what one of them frees or
    /// receives, another may spend, and that must not depend on how many minutes are made up for at once.
    pub fn advance(&mut self, now_ms: i64) {
        while self.is_due(now_ms) {
            for at in 0..self.lanes.len() {
                let Some(lane) = self.lanes.get(at).filter(|l| l.is_due(now_ms)) else { continue };
                let name = Arc::clone(&lane.symbol.name);
                self.next_minute(&name);
            }
        }
    }

    /// A minute of a symbol: the participants quote anew, which can meet orders of the account, and one of them trades.
    fn next_minute(&mut self, name: &str) {
        let Some(lane) = self.lane_mut(name) else { return };
        lane.requote();
        let time = lane.quoted_at();
        let (price, mut quantity, buyer_is_maker) = between_participants(&lane.symbol, lane.minute());
        for side in [Side::Buy, Side::Sell] {
            while self.meet_quotes(name, side, time) {}
        }
        let side = if buyer_is_maker { Side::Buy } else { Side::Sell };
        while let Some((maker, own_price, filled)) = self.first_resting(name, side, price, quantity) {
            self.fill_resting(name, maker, (own_price, filled), time);
            quantity -= filled;
        }
        if let Some(lane) = self.lane_mut(name).filter(|_| !quantity.is_zero()) {
            lane.tape.push(price, quantity, time, buyer_is_maker);
        }
        self.follow(name, time);
    }

    /// Lets the best order of the account on a side trade with a new quote that crosses it; tells whether there was one.
    fn meet_quotes(&mut self, name: &str, side: Side, time: i64) -> bool {
        let Some(quote) = self.lane(name).and_then(|l| l.levels(side.other()).next()) else { return false };
        let Some((maker, price, filled)) = self.first_resting(name, side, quote.price, quote.quantity) else {
            return false;
        };
        if let Some(lane) = self.lane_mut(name) {
            lane.take(side.other(), quote.number, filled);
        }
        self.fill_resting(name, maker, (price, filled), time);
        true
    }

    /// The first order of the account on a side that trades at a price: its id, its own price, how much of a quantity it takes.
    fn first_resting(
        &self,
        name: &str,
        side: Side,
        price: Amount,
        most: Amount,
    ) -> Option<(i64, Amount, Amount)> {
        let order = *resting(self, self.lane(name)?, side).first()?;
        let trades = side.takes(order.terms.price, price) && !most.is_zero();
        trades.then(|| (order.id, order.terms.price, order.remaining().min(most)))
    }

    fn fill_resting(&mut self, name: &str, maker: i64, at: (Amount, Amount), time: i64) {
        let Some(side) = self.order(maker).map(|o| o.terms.side) else { return };
        let Some(lane) = self.lane_mut(name) else { return };
        let trade = lane.tape.push(at.0, at.1, time, side == Side::Buy);
        self.book_fill(maker, trade, true);
        self.release_surplus(maker);
    }
}
