//! Order lists: orders of which one starts or ends another.
//! Source: Spot REST documentation, "Order lists".

use std::sync::Arc;

use super::order::Status;
use super::state::Spot;
use super::symbol::Symbol;
use crate::practice::amount::Amount;

/// Orders that hang together.
#[derive(Clone, Debug)]
pub struct OrderList {
    pub id: i64,
    pub client_id: String,
    pub symbol: Arc<Symbol>,
    /// The order that the others wait for.
    pub working: Option<i64>,
    /// Orders of which only one can trade if there are two; they are pending as long as the working one is open.
    pub legs: Vec<i64>,
    /// Whether the legs sell what the working order has bought.
    pub of_proceeds: bool,
    pub time: i64,
    pub done: bool,
}

impl OrderList {
    /// Every order of it.
    pub fn orders(&self) -> impl Iterator<Item = i64> + '_ {
        self.working.into_iter().chain(self.legs.iter().copied())
    }

    /// Whether the money for an order is held back for the list: of two legs only one can trade.
    pub fn shares_hold(&self, order: i64) -> bool {
        self.legs.len() > 1 && self.legs.contains(&order)
    }
}

impl Spot {
    /// The list with this id.
    pub fn list(&self, id: i64) -> Option<&OrderList> {
        self.lists.binary_search_by_key(&id, |l| l.id).ok().and_then(|i| self.lists.get(i))
    }

    fn list_mut(&mut self, id: i64) -> Option<&mut OrderList> {
        self.lists.binary_search_by_key(&id, |l| l.id).ok().and_then(|i| self.lists.get_mut(i))
    }

    /// What has to be held back for the legs of a list: enough for either.
    pub(super) fn list_needs(&self, id: i64) -> Amount {
        let legs = self.list(id).map(|l| l.legs.as_slice()).unwrap_or_default();
        legs.iter().filter_map(|id| self.order(*id)).map(super::order::Order::needs).max().unwrap_or_default()
    }

    /// Cancels what is open of a list.
    pub(super) fn cancel_list(&mut self, id: i64, now_ms: i64) {
        let orders: Vec<i64> = self.list(id).map(|l| l.orders().collect()).unwrap_or_default();
        for order in orders {
            self.end(order, Status::Canceled, now_ms);
        }
    }

    /// What the list of an order makes of a change of the order.
    pub(super) fn list_goes_on(&mut self, order: i64, now_ms: i64) {
        let Some(changed) = self.order(order) else { return };
        let Some(list) = changed.list.and_then(|id| self.list(id)).filter(|l| !l.done) else { return };
        let (id, working, legs) = (list.id, list.working, list.legs.clone());
        let (status, works) = (changed.status, changed.is_working() && changed.terms.kind.is_contingent());
        if working == Some(order) {
            match status {
                Status::Filled => self.start_legs(id, now_ms),
                _ if !status.is_open() => legs.iter().for_each(|leg| self.end(*leg, Status::Expired, now_ms)),
                _ => {}
            }
        } else if matches!(status, Status::PartiallyFilled | Status::Filled) || works || !status.is_open() {
            for other in legs.into_iter().filter(|leg| *leg != order) {
                self.end(other, Status::Expired, now_ms);
            }
        }
        let open = |id: i64| self.order(id).is_some_and(super::order::Order::is_open);
        let done = self.list(id).is_some_and(|l| !l.orders().any(open));
        if let Some(list) = self.list_mut(id) {
            list.done = done;
        }
    }

    /// Places the legs that have waited for the working order.
    fn start_legs(&mut self, list: i64, now_ms: i64) {
        let Some(list) = self.list(list).cloned() else { return };
        let proceeds = list.working.and_then(|id| self.order(id)).map(|working| {
            let commission: Amount = working.fills.iter().map(|f| f.commission).sum();
            (working.executed - commission).floor_to(list.symbol.rules.step)
        });
        for leg in &list.legs {
            let Some(order) = self.order_mut(*leg).filter(|o| o.status == Status::PendingNew) else {
                continue;
            };
            order.status = Status::New;
            order.update_time = now_ms;
            if let Some(quantity) = proceeds.filter(|_| list.of_proceeds) {
                order.terms.quantity = quantity;
            }
        }
        for leg in list.legs {
            if self.hold(leg, Amount::ZERO).is_err()
                || self.order(leg).is_some_and(|o| o.terms.quantity.is_zero())
            {
                self.end(leg, Status::Expired, now_ms);
                continue;
            }
            self.begin(leg, now_ms);
        }
    }
}
