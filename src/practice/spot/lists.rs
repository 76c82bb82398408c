//! Order lists: orders of which one starts or ends another.
//! Source: Spot REST documentation, "Order lists", and the FAQ "One Pays the Other (OPO)".

use std::sync::Arc;

use super::filters;
use super::order::{Expiry, Kind, Order, Status, Terms};
use super::place::made_up_id;
use super::state::Spot;
use super::symbol::Symbol;
use crate::practice::amount::Amount;
use crate::practice::engine::Failure;

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

/// What a client asks for when it places an order list.
#[derive(Debug)]
pub struct ListTerms {
    pub symbol: Arc<Symbol>,
    pub client_id: Option<String>,
    pub working: Option<Terms>,
    /// One or two.
    pub legs: Vec<Terms>,
    pub of_proceeds: bool,
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

    /// The exchange's word for how the orders hang together. OPO and OPOCO are kinds of OTO.
    pub fn contingency(&self) -> &'static str {
        if self.working.is_some() { "OTO" } else { "OCO" }
    }

    /// The exchange's word for how far it has come.
    pub fn order_status(&self) -> &'static str {
        if self.done { "ALL_DONE" } else { "EXECUTING" }
    }
}

impl Order {
    /// Whether it is the leg of its list that trades, which ends the other.
    fn has_begun(&self) -> bool {
        let triggered = self.is_working() && self.terms.kind.is_contingent();
        triggered || matches!(self.status, Status::PartiallyFilled | Status::Filled)
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

    /// The last list that was given this id by the client.
    pub fn list_of_client(&self, client_id: &str) -> Option<&OrderList> {
        self.lists.iter().rev().find(|l| l.client_id == client_id)
    }

    /// The list that an order belongs to.
    pub fn list_of(&self, order: &Order) -> Option<&OrderList> {
        order.list.and_then(|id| self.list(id))
    }

    /// What has to be held back for the legs of a list: enough for either, or for the one that trades.
    pub(super) fn list_needs(&self, id: i64) -> Amount {
        let legs = self.list(id).map(|l| l.legs.as_slice()).unwrap_or_default();
        let legs = || legs.iter().filter_map(|id| self.order(*id));
        match legs().find(|leg| leg.has_begun()) {
            Some(leg) => leg.needs(),
            None => legs().map(Order::needs).max().unwrap_or_default(),
        }
    }

    /// Places a list and lets the orders start that wait for no other. What follows from that is left to [`Spot::follow`]: the
    /// exchange tells of a list as it was before. Tells its id.
    ///
    /// # Errors
    /// If any of its orders is refused; nothing is changed then.
    pub fn place_list(&mut self, terms: ListTerms, now_ms: i64) -> Result<i64, Failure> {
        self.list_acceptable(&terms, now_ms)?;
        let ListTerms { symbol, client_id, working, legs, of_proceeds } = terms;
        let id = self.numbers.list + 1;
        self.numbers.list = id;
        let client_id = client_id.unwrap_or_else(|| made_up_id(id));
        let leg_status = if working.is_some() { Status::PendingNew } else { Status::New };
        let working = working.map(|terms| self.create(terms, Status::New, Some(id), now_ms));
        let legs: Vec<i64> =
            legs.into_iter().map(|terms| self.create(terms, leg_status, Some(id), now_ms)).collect();
        let starting = working.map_or_else(|| legs.clone(), |id| vec![id]);
        let orders: Vec<i64> = working.into_iter().chain(legs.iter().copied()).collect();
        self.lists.push(OrderList {
            id,
            client_id,
            symbol,
            working,
            legs,
            of_proceeds,
            time: now_ms,
            done: false,
        });
        for order in orders {
            // That it is there was seen above.
            let _ = self.hold(order, Amount::ZERO);
        }
        for order in starting {
            self.begin(order, now_ms);
        }
        Ok(id)
    }

    fn list_acceptable(&self, terms: &ListTerms, now_ms: i64) -> Result<(), Failure> {
        let all: Vec<Terms> = terms.working.iter().chain(&terms.legs).cloned().collect();
        let open = self.lists.iter().filter(|l| !l.done && l.symbol.name == terms.symbol.name).count();
        filters::check_lists(&terms.symbol, open)?;
        for (at, order) in all.iter().enumerate() {
            let beside = all.get(..at).unwrap_or_default();
            filters::check(self, order, beside, now_ms)?;
            self.is_new(order)?;
            if order.client_id.is_some() && beside.iter().any(|o| o.client_id == order.client_id) {
                let cause = "two orders of the list have the same client order id";
                return Err(Failure::rejected("Duplicate order sent.", cause, "give each order its own id"));
            }
        }
        let client_id = terms.client_id.as_deref();
        if let Some(list) = client_id.and_then(|id| self.list_of_client(id)).filter(|l| !l.done) {
            let cause =
                format!("an open order list has the list client order id `{}` already", list.client_id);
            return Err(Failure::rejected("Duplicate order sent.", cause, "send another listClientOrderId"));
        }
        let starting: &[Terms] = terms.working.as_ref().map_or(&terms.legs, std::slice::from_ref);
        for order in starting {
            self.entry(order)?;
        }
        self.affords_list(terms)
    }

    /// Whether the working order and the legs can be paid, the legs unless they sell what the working order will have bought.
    fn affords_list(&self, terms: &ListTerms) -> Result<(), Failure> {
        let needs = |terms: &Terms| terms.needs(terms.quantity);
        let mut legs = terms.legs.iter().map(needs).max().unwrap_or_default();
        let leg_asset = terms.legs.first().map(|t| t.symbol.spends(t.side));
        if let Some(working) = &terms.working {
            let asset = working.symbol.spends(working.side);
            if leg_asset == Some(asset) {
                legs += needs(working);
            } else {
                self.affords(asset, needs(working))?;
            }
        }
        leg_asset.map_or(Ok(()), |asset| self.affords(asset, legs))
    }

    /// Cancels what is open of a list. Tells which orders that were.
    pub(super) fn cancel_list(&mut self, id: i64, now_ms: i64) -> Vec<i64> {
        let open = |id: &i64| self.order(*id).is_some_and(Order::is_open);
        let orders: Vec<i64> = self.list(id).map(|l| l.orders().filter(open).collect()).unwrap_or_default();
        for order in &orders {
            self.end(*order, Status::Canceled, now_ms);
        }
        orders
    }

    /// What the list of an order makes of a change of the order.
    pub(super) fn list_goes_on(&mut self, order: i64, now_ms: i64) {
        let Some(changed) = self.order(order) else { return };
        let Some(list) = self.list_of(changed).filter(|l| !l.done) else { return };
        let (id, working, legs) = (list.id, list.working, list.legs.clone());
        let (status, begun) = (changed.status, changed.has_begun());
        if working == Some(order) {
            match status {
                Status::Filled => self.start_legs(id, now_ms),
                _ if !status.is_open() => {
                    for leg in legs {
                        self.expire(leg, Expiry::OtoPhaseOne, now_ms);
                    }
                }
                _ => {}
            }
        } else if begun || !status.is_open() {
            for other in legs.into_iter().filter(|leg| *leg != order) {
                // It may have been this one that ended the one that changed.
                if !self.order(other).is_some_and(Order::has_begun) {
                    self.expire(other, Expiry::OcoTrigger, now_ms);
                }
            }
        }
        let open = |id: i64| self.order(id).is_some_and(Order::is_open);
        let done = self.list(id).is_some_and(|l| !l.orders().any(open));
        if let Some(list) = self.list_mut(id) {
            list.done = done;
        }
    }

    /// Holds back what the working order of an OPO list receives. The commission comes out of what is free if that covers it.
    pub(super) fn keep_proceeds(&mut self, order: i64, gain: Amount, commission: Amount) {
        let Some(list) = self.order(order).and_then(|o| self.list_of(o)) else { return };
        if !list.of_proceeds || list.working != Some(order) {
            return;
        }
        let base = Arc::clone(&list.symbol.base);
        let Some(holder) = list.legs.first().and_then(|id| self.order(*id)).map(|o| self.holder(o)) else {
            return;
        };
        let whole = &*base != "BNB" && self.ledger.free(&base) >= gain;
        // What was credited just now is free.
        let _ = self.hold_more(holder, &base, if whole { gain } else { gain - commission });
    }

    /// Places the legs that have waited for the working order.
    fn start_legs(&mut self, list: i64, now_ms: i64) {
        let Some(list) = self.list(list).cloned() else { return };
        for leg in &list.legs {
            let quantity = self.order(*leg).map(|o| self.proceeds(o)).filter(|_| list.of_proceeds);
            let Some(order) = self.order_mut(*leg).filter(|o| o.status == Status::PendingNew) else {
                continue;
            };
            order.status = Status::New;
            order.update_time = now_ms;
            if let Some(quantity) = quantity {
                order.terms.quantity = quantity;
                order.terms.iceberg = order.terms.iceberg.min(quantity);
            }
        }
        for leg in list.legs {
            if self.hold(leg, Amount::ZERO).is_err() || (list.of_proceeds && !self.may_start(leg, now_ms)) {
                self.expire(leg, Expiry::Rejected, now_ms);
                continue;
            }
            self.begin(leg, now_ms);
        }
    }

    /// How much of what is held back for it a leg can sell in one order.
    fn proceeds(&self, leg: &Order) -> Amount {
        let rules = &leg.terms.symbol.rules;
        let most = match leg.terms.kind {
            Kind::Market | Kind::StopLoss | Kind::TakeProfit => rules.max_market_quantity,
            _ => rules.max_quantity,
        };
        self.held(self.holder(leg)).min(most).floor_to(rules.step)
    }

    /// Whether a leg meets the filters now that its quantity is known.
    fn may_start(&self, leg: i64, now_ms: i64) -> bool {
        let Some(leg) = self.order(leg) else { return false };
        !leg.terms.has_no_quantity() && filters::check_quantity(self, &leg.terms, now_ms).is_ok()
    }
}
