//! Everything that can change at Spot, and the simple moves that all else is made of.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::lane::{Lane, OwnTrade};
use super::ledger::{Ledger, Short};
use super::lists::OrderList;
use super::order::{Expiry, Fill, Order, Shown, Side, Status};
use super::symbol::{Asset, Symbol};
use super::tape::Trade;
use crate::practice::amount::Amount;

/// What the account pays on a trade, of what it receives.
#[derive(Clone, Copy, Debug)]
pub struct Fees {
    pub maker: Amount,
    pub taker: Amount,
}

/// A match that did not happen because both orders are the account's.
#[derive(Clone, Debug)]
pub struct PreventedMatch {
    pub id: i64,
    pub taker: i64,
    pub maker: i64,
    pub price: Amount,
    /// What was taken from the incoming order; `None` if it went on.
    pub taker_quantity: Option<Amount>,
    /// What was taken from the resting order; `None` if it stays.
    pub maker_quantity: Option<Amount>,
    pub time: i64,
}

/// An order that was made smaller.
#[derive(Clone, Debug)]
pub struct Amendment {
    pub execution_id: i64,
    pub order: i64,
    pub old_client_id: String,
    pub new_client_id: String,
    pub old_quantity: Amount,
    pub new_quantity: Amount,
    pub time: i64,
}

/// What money is held back for: an order, or the legs of a list of which only one can trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    Order(i64),
    List(i64),
}

/// The numbers given last.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub order: i64,
    pub list: i64,
    pub prevented: i64,
    pub execution: i64,
}

/// Everything that can change at Spot.
#[derive(Debug)]
pub struct Spot {
    pub lanes: Vec<Lane>,
    pub ledger: Ledger,
    pub fees: Fees,
    pub lists: Vec<OrderList>,
    pub prevented: Vec<PreventedMatch>,
    pub amendments: Vec<Amendment>,
    pub numbers: Numbers,
    /// How many orders have had their first fill since somebody asked; see [`Spot::take_filled`].
    pub(super) filled: u32,
    /// Orders whose state has changed, for what their lists make of it.
    pub(super) touched: VecDeque<i64>,
    places: HashMap<Arc<str>, usize>,
    orders: Vec<Order>,
    client_ids: HashMap<String, Vec<i64>>,
    held: HashMap<Holder, Amount>,
}

impl Spot {
    /// An account with these balances and no orders yet.
    pub fn new(lanes: Vec<Lane>, ledger: Ledger, fees: Fees, numbers: Numbers) -> Self {
        let places = lanes.iter().enumerate().map(|(i, l)| (Arc::clone(&l.symbol.name), i)).collect();
        Self {
            lanes,
            ledger,
            fees,
            lists: Vec::new(),
            prevented: Vec::new(),
            amendments: Vec::new(),
            numbers,
            filled: 0,
            touched: VecDeque::new(),
            places,
            orders: Vec::new(),
            client_ids: HashMap::new(),
            held: HashMap::new(),
        }
    }

    /// The symbol at work with this name.
    pub fn lane(&self, symbol: &str) -> Option<&Lane> {
        self.places.get(symbol).and_then(|i| self.lanes.get(*i))
    }

    /// Whether there is such a symbol.
    pub fn has(&self, symbol: &str) -> bool {
        self.places.contains_key(symbol)
    }

    pub(super) fn lane_mut(&mut self, symbol: &str) -> Option<&mut Lane> {
        self.places.get(symbol).and_then(|i| self.lanes.get_mut(*i))
    }

    /// The symbols, in the order in which they are shown.
    pub fn symbols(&self) -> impl Iterator<Item = &Arc<Symbol>> {
        self.lanes.iter().map(|l| &l.symbol)
    }

    /// Every order, oldest first; ids grow.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The order with this id.
    pub fn order(&self, id: i64) -> Option<&Order> {
        self.orders.binary_search_by_key(&id, |o| o.id).ok().and_then(|i| self.orders.get(i))
    }

    /// The one way to change an order: what is shown of it is written anew.
    pub(super) fn order_mut(&mut self, id: i64) -> Option<&mut Order> {
        let order =
            self.orders.binary_search_by_key(&id, |o| o.id).ok().and_then(|i| self.orders.get_mut(i))?;
        order.shown = Shown::default();
        Some(order)
    }

    /// The last order of a symbol that was given this id by the client.
    pub fn order_of_client(&self, symbol: &str, client_id: &str) -> Option<&Order> {
        let ids = self.client_ids.get(client_id)?;
        ids.iter().rev().filter_map(|id| self.order(*id)).find(|o| *o.terms.symbol.name == *symbol)
    }

    /// The open orders of a symbol.
    pub fn open_orders<'a>(&'a self, lane: &'a Lane) -> impl Iterator<Item = &'a Order> {
        lane.open.iter().filter_map(|id| self.order(*id))
    }

    /// How many orders have had their first fill since this was asked: they no longer count against the limits on orders.
    pub fn take_filled(&mut self) -> u32 {
        std::mem::take(&mut self.filled)
    }

    /// Keeps a new order. Its id has to be larger than any before.
    pub(super) fn add(&mut self, order: Order) {
        if let Some(lane) = self.lane_mut(&order.terms.symbol.name)
            && order.is_open()
        {
            lane.open.insert(order.id);
        }
        self.client_ids.entry(order.client_id.clone()).or_default().push(order.id);
        self.numbers.order = self.numbers.order.max(order.id);
        self.orders.push(order);
    }

    /// Gives an order another client order id.
    pub(super) fn rename(&mut self, id: i64, client_id: &str) {
        let Some(order) = self.order_mut(id) else { return };
        let old = std::mem::replace(&mut order.client_id, client_id.to_owned());
        if let Some(ids) = self.client_ids.get_mut(&old) {
            ids.retain(|i| *i != id);
        }
        self.client_ids.entry(client_id.to_owned()).or_default().push(id);
    }

    pub(super) fn holder(&self, order: &Order) -> Holder {
        let shared = order.list.and_then(|id| self.list(id)).filter(|l| l.shares_hold(order.id));
        shared.map_or(Holder::Order(order.id), |list| Holder::List(list.id))
    }

    /// Brings what is held back for an order to what it needs now, `at_least` something.
    ///
    /// # Errors
    /// If it needs more than there is; nothing is changed then.
    pub(super) fn hold(&mut self, id: i64, at_least: Amount) -> Result<(), Short> {
        let Some(order) = self.order(id) else { return Ok(()) };
        let holder = self.holder(order);
        let asset = Arc::clone(order.terms.symbol.spends(order.terms.side));
        let needs = match holder {
            Holder::Order(_) => order.needs(),
            Holder::List(list) => self.list_needs(list),
        };
        let (needs, held) = (needs.max(at_least), self.held(holder));
        if needs > held {
            self.ledger.hold(&asset, needs - held)?;
        } else if needs < held {
            self.ledger.release(&asset, held - needs);
        }
        if needs.is_zero() {
            self.held.remove(&holder);
        } else {
            self.held.insert(holder, needs);
        }
        Ok(())
    }

    /// What is held back for an order, or for it and the other leg of its list.
    pub(super) fn held(&self, holder: Holder) -> Amount {
        self.held.get(&holder).copied().unwrap_or_default()
    }

    /// Holds back some of what is free beyond what is held back already.
    ///
    /// # Errors
    /// If there is less; nothing is changed then.
    pub(super) fn hold_more(&mut self, holder: Holder, asset: &Asset, amount: Amount) -> Result<(), Short> {
        self.ledger.hold(asset, amount)?;
        *self.held.entry(holder).or_default() += amount;
        Ok(())
    }

    /// Frees what an order no longer needs. It never needs more than is held.
    pub(super) fn release_surplus(&mut self, id: i64) {
        // Needing more than before is the one error there is.
        let _ = self.hold(id, Amount::ZERO);
    }

    /// Books a trade of an order: pays out of what is held, receives less the commission.
    pub(super) fn book_fill(&mut self, id: i64, trade: Trade, is_maker: bool) {
        let fees = self.fees;
        let Some(order) = self.order(id) else { return };
        let holder = self.holder(order);
        let (side, symbol) = (order.terms.side, Arc::clone(&order.terms.symbol));
        let (gain, loss) = match side {
            Side::Buy => (trade.quantity, trade.quote()),
            Side::Sell => (trade.quote(), trade.quantity),
        };
        let commission = gain.times(if is_maker { fees.maker } else { fees.taker });
        self.ledger.pay_held(symbol.spends(side), loss);
        if let Some(held) = self.held.get_mut(&holder) {
            *held -= loss;
        }
        self.ledger.credit(symbol.receives(side), gain - commission);
        self.keep_proceeds(id, gain, commission);
        let commission_asset = Arc::clone(symbol.receives(side));
        let Some(order) = self.order_mut(id) else { return };
        let first = order.fills.is_empty();
        order.executed += trade.quantity;
        order.executed_quote += trade.quote();
        order.update_time = trade.time;
        order.status = if order.remaining().is_zero() { Status::Filled } else { Status::PartiallyFilled };
        let own = OwnTrade { id: trade.id, order: id, fill: order.fills.len() };
        order.fills.push(Fill { trade, is_maker, commission, commission_asset });
        let ended = !order.is_open();
        self.filled += u32::from(first);
        if let Some(lane) = self.lane_mut(&symbol.name) {
            lane.own_trades.push(own);
            if ended {
                lane.open.remove(&id);
            }
        }
        self.touched.push_back(id);
    }

    /// Ends an open order that has expired.
    pub(super) fn expire(&mut self, id: i64, why: Expiry, now_ms: i64) {
        let Some(order) = self.order_mut(id).filter(|o| o.is_open()) else { return };
        order.expiry = Some(why);
        self.end(id, Status::Expired, now_ms);
    }

    /// Ends an open order and frees what is held for it.
    pub(super) fn end(&mut self, id: i64, status: Status, now_ms: i64) {
        let Some(order) = self.order_mut(id).filter(|o| o.is_open()) else { return };
        order.status = status;
        order.update_time = now_ms;
        let name = Arc::clone(&order.terms.symbol.name);
        if let Some(lane) = self.lane_mut(&name) {
            lane.open.remove(&id);
            lane.changes += 1;
        }
        self.release_surplus(id);
        self.touched.push_back(id);
    }
}
