//! What an order does to the book, and what time does to both.

use std::iter;

use super::order::{Order, Prevention, Side, Status, Terms, TimeInForce};
use super::state::Futures;
use crate::practice::amount::Amount;
use crate::practice::spot::lane::Level;
use crate::practice::spot::tape::between_participants;

/// Who an incoming order trades with next.
enum Next {
    Participant(Level),
    Own(i64, Amount),
}

impl Futures {
    /// The account's orders on one side of a contract's book, the one that trades first at the front.
    fn resting(&self, symbol: &str, side: Side) -> Vec<&Order> {
        let Some(contract) = self.contract(symbol) else { return Vec::new() };
        let mut orders: Vec<&Order> = self
            .open_orders(contract)
            .filter(|o| o.terms.side == side && o.terms.limit().is_some())
            .collect();
        orders.sort_by(|a, b| {
            let by_price = match side {
                Side::Buy => b.terms.price.cmp(&a.terms.price),
                Side::Sell => a.terms.price.cmp(&b.terms.price),
            };
            by_price.then(a.id.cmp(&b.id))
        });
        orders
    }

    /// Who stands on the other side, in the order in which they trade, and at what price. At one price the participants are first.
    fn queue(&self, symbol: &str, side: Side, but: i64) -> impl Iterator<Item = (Next, Amount)> {
        let levels = self.contract(symbol).into_iter().flat_map(move |c| c.lane.levels(side.other()));
        let own = self.resting(symbol, side.other()).into_iter().filter(move |o| o.id != but);
        let (mut levels, mut own) = (levels.peekable(), own.peekable());
        iter::from_fn(move || {
            let level = levels.peek().map(|l| l.price);
            let first = own.next_if(|o| level.is_none_or(|price| better(side, o.terms.price, price)));
            match first {
                Some(o) => Some((Next::Own(o.id, self.fits(&o.terms, o.remaining())), o.terms.price)),
                None => levels.next().map(|l| (Next::Participant(l), l.price)),
            }
        })
    }

    /// Those of the queue that an order meets which is not in the book yet.
    fn met(&self, terms: &Terms) -> impl Iterator<Item = (Next, Amount)> {
        let (side, limit) = (terms.side, terms.limit());
        let queue = self.queue(&terms.symbol, side, 0);
        queue.take_while(move |(_, price)| limit.is_none_or(|l| side.takes(l, *price)))
    }

    /// Whether an order would meet another one at once.
    pub fn crosses(&self, terms: &Terms) -> bool {
        self.met(terms).next().is_some()
    }

    /// How much of an order would be filled at once, and what that is worth.
    pub fn fillable(&self, terms: &Terms) -> (Amount, Amount) {
        let wanted = self.fits(terms, terms.quantity);
        let (mut quantity, mut value) = (Amount::ZERO, Amount::ZERO);
        for (next, price) in self.met(terms) {
            let offered = match (next, terms.prevention) {
                (Next::Participant(level), _) => level.quantity,
                (Next::Own(_, offered), Prevention::None) => offered,
                (Next::Own(..), Prevention::ExpireMaker) => Amount::ZERO,
                (Next::Own(..), Prevention::ExpireTaker | Prevention::ExpireBoth) => break,
            };
            let taken = (wanted - quantity).min(offered);
            quantity += taken;
            value += taken.times(price);
            if quantity == wanted {
                break;
            }
        }
        (quantity, value)
    }

    /// Lets a new order take what it may; what is left rests if it may.
    pub(super) fn take(&mut self, id: i64, now_ms: i64) {
        while let Some(order) = self.order(id).filter(|o| o.is_open()) {
            let (symbol, side, limit) = (order.terms.symbol.clone(), order.terms.side, order.terms.limit());
            let (wanted, prevention) = (self.fits(&order.terms, order.remaining()), order.terms.prevention);
            let next = self.queue(&symbol, side, id).next().filter(|_| !wanted.is_zero());
            let Some((next, price)) = next.filter(|(_, p)| limit.is_none_or(|l| side.takes(l, *p))) else {
                break;
            };
            match next {
                Next::Participant(level) => {
                    let quantity = wanted.min(level.quantity);
                    let Some(contract) = self.contract_mut(&symbol) else { break };
                    contract.lane.take(side.other(), level.number, quantity);
                    let trade = contract.lane.tape.push(price, quantity, now_ms, side == Side::Sell);
                    self.book_fill(id, trade, false);
                }
                Next::Own(maker, offered) if prevention == Prevention::None => {
                    if offered.is_zero() {
                        self.end(maker, Status::Expired, now_ms);
                        continue;
                    }
                    let Some(contract) = self.contract_mut(&symbol) else { break };
                    let quantity = wanted.min(offered);
                    let trade = contract.lane.tape.push(price, quantity, now_ms, side == Side::Sell);
                    self.book_fill(id, trade, false);
                    self.book_fill(maker, trade, true);
                }
                Next::Own(maker, _) => {
                    if prevention != Prevention::ExpireTaker {
                        self.end(maker, Status::ExpiredInMatch, now_ms);
                    }
                    if prevention != Prevention::ExpireMaker {
                        self.end(id, Status::ExpiredInMatch, now_ms);
                    }
                }
            }
        }
        let stays = |o: &Order| {
            let waits = matches!(o.terms.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
            o.terms.limit().is_some() && !waits
        };
        if self.order(id).is_some_and(|o| !stays(o) || self.fits(&o.terms, o.remaining()).is_zero()) {
            self.end(id, Status::Expired, now_ms);
        }
    }

    /// How much may trade of what is left of an order: what only makes a position smaller ends with it.
    fn fits(&self, terms: &Terms, left: Amount) -> Amount {
        if !terms.reduces() {
            return left;
        }
        let contract = self.contract(&terms.symbol);
        let held = contract.map_or(Amount::ZERO, |c| c.position(terms.position_side).closable(terms.side));
        held.min(left)
    }

    /// Whether a minute of a contract or the time of an order is over by this time, in milliseconds.
    pub fn is_due(&self, now_ms: i64) -> bool {
        self.contracts.iter().any(|c| c.lane.is_due(now_ms))
            || self.orders().iter().any(|o| o.is_over(now_ms))
    }

    /// Lets every contract have the minutes that have passed.
    pub fn advance(&mut self, now_ms: i64) {
        // All of them minute by minute: margin depends on every contract.
        loop {
            let due = self.contracts.iter().filter(|c| c.lane.is_due(now_ms));
            let due: Vec<String> = due.map(|c| c.name().to_owned()).collect();
            if due.is_empty() {
                break;
            }
            for name in due {
                self.next_minute(&name);
            }
        }
        self.end_of_good_till(None, now_ms);
    }

    /// Ends the orders, of one contract or of all, whose time is over.
    fn end_of_good_till(&mut self, symbol: Option<&str>, now_ms: i64) {
        let ended = |o: &&Order| o.is_over(now_ms) && symbol.is_none_or(|s| s == o.terms.symbol);
        let ended: Vec<(i64, i64)> =
            self.orders().iter().filter(ended).map(|o| (o.id, o.terms.good_till)).collect();
        for (id, at) in ended {
            self.end(id, Status::Expired, at);
        }
    }

    /// A minute of a contract: the participants quote anew, which can meet orders of the account, and one of them trades.
    fn next_minute(&mut self, symbol: &str) {
        let Some(contract) = self.contract_mut(symbol) else { return };
        contract.lane.requote();
        let (lane, time) = (&contract.lane, contract.lane.quoted_at());
        let (price, mut quantity, buyer_is_maker) = between_participants(&lane.symbol, lane.minute());
        self.end_of_good_till(Some(symbol), time);
        for side in [Side::Buy, Side::Sell] {
            while let Some(level) = self.contract(symbol).and_then(|c| c.lane.levels(side.other()).next()) {
                let filled = self.fill_first(symbol, side, (level.price, level.quantity), time);
                if filled.is_zero() {
                    break;
                }
                if let Some(contract) = self.contract_mut(symbol) {
                    contract.lane.take(side.other(), level.number, filled);
                }
            }
        }
        let side = if buyer_is_maker { Side::Buy } else { Side::Sell };
        loop {
            let filled = self.fill_first(symbol, side, (price, quantity), time);
            if filled.is_zero() {
                break;
            }
            quantity -= filled;
        }
        if let Some(contract) = self.contract_mut(symbol).filter(|_| !quantity.is_zero()) {
            contract.lane.tape.push(price, quantity, time, buyer_is_maker);
        }
        self.trigger(symbol, time);
    }

    /// Fills the account's first order on a side that trades at a price, at its own price, with what is offered; tells how much.
    fn fill_first(&mut self, symbol: &str, side: Side, offer: (Amount, Amount), time: i64) -> Amount {
        let (price, offered) = offer;
        loop {
            let first = self.resting(symbol, side).into_iter().next();
            let Some(order) = first.filter(|o| side.takes(o.terms.price, price) && !offered.is_zero()) else {
                return Amount::ZERO;
            };
            let (id, own, quantity) =
                (order.id, order.terms.price, self.fits(&order.terms, order.remaining()).min(offered));
            if quantity.is_zero() {
                // There is nothing left that it could reduce.
                self.end(id, Status::Expired, time);
                continue;
            }
            let Some(contract) = self.contract_mut(symbol) else { return Amount::ZERO };
            let trade = contract.lane.tape.push(own, quantity, time, side == Side::Buy);
            self.book_fill(id, trade, true);
            return quantity;
        }
    }
}

/// Whether an incoming order of a side prefers a price to another one.
fn better(side: Side, price: Amount, other: Amount) -> bool {
    match side {
        Side::Buy => price < other,
        Side::Sell => price > other,
    }
}
