//! Everything that can change at USD-M futures, and the simple moves that all else is made of.

use super::algo::Algo;
use super::contract::Contract;
use super::order::{Fill, Order, Status};
use super::position::Change;
use crate::practice::amount::Amount;
use crate::practice::spot::lane::OwnTrade;
use crate::practice::spot::state::Fees;
use crate::practice::spot::tape::Trade;

/// The asset that margin, profit and commissions are paid in.
pub const QUOTE: &str = "USDT";

/// The assets that the wallet can hold.
pub const ASSETS: [&str; 3] = [QUOTE, "BTC", "BNB"];

/// What the wallet has of an asset.
#[derive(Clone, Debug)]
pub struct Holding {
    pub asset: &'static str,
    pub balance: Amount,
    /// In milliseconds.
    pub updated: i64,
}

/// Something that changed the wallet.
#[derive(Clone, Debug)]
pub struct Income {
    /// Empty for a transfer.
    pub symbol: String,
    pub kind: &'static str,
    pub amount: Amount,
    pub asset: &'static str,
    pub info: String,
    pub time: i64,
    /// The trade that it comes from.
    pub trade: Option<i64>,
}

/// Everything that can change at USD-M futures.
#[derive(Debug)]
pub struct Futures {
    pub contracts: Vec<Contract>,
    pub wallet: Vec<Holding>,
    pub fees: Fees,
    /// Hedge mode: a long and a short position of a contract at once.
    pub hedge: bool,
    pub multi_assets: bool,
    pub incomes: Vec<Income>,
    pub algos: Vec<Algo>,
    /// The numbers given last.
    pub last_order: i64,
    pub last_algo: i64,
    orders: Vec<Order>,
}

impl Futures {
    /// An account without orders or positions.
    pub fn new(contracts: Vec<Contract>, fees: Fees, now_ms: i64) -> Self {
        let holding = |asset| Holding { asset, balance: Amount::ZERO, updated: now_ms };
        Self {
            contracts,
            wallet: ASSETS.map(holding).into(),
            fees,
            hedge: false,
            multi_assets: false,
            incomes: Vec::new(),
            algos: Vec::new(),
            last_order: 0,
            last_algo: 0,
            orders: Vec::new(),
        }
    }

    pub fn contract(&self, symbol: &str) -> Option<&Contract> {
        self.contracts.iter().find(|c| c.name() == symbol)
    }

    pub fn contract_mut(&mut self, symbol: &str) -> Option<&mut Contract> {
        self.contracts.iter_mut().find(|c| c.name() == symbol)
    }

    /// Whether there is such a contract.
    pub fn has(&self, symbol: &str) -> bool {
        self.contract(symbol).is_some()
    }

    /// Every order, oldest first; ids grow.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub fn order(&self, id: i64) -> Option<&Order> {
        self.orders.binary_search_by_key(&id, |o| o.id).ok().and_then(|i| self.orders.get(i))
    }

    pub(super) fn order_mut(&mut self, id: i64) -> Option<&mut Order> {
        self.orders.binary_search_by_key(&id, |o| o.id).ok().and_then(|i| self.orders.get_mut(i))
    }

    /// The open orders of a contract.
    pub fn open_orders<'a>(&'a self, contract: &'a Contract) -> impl Iterator<Item = &'a Order> {
        contract.lane.open.iter().filter_map(|id| self.order(*id))
    }

    /// Keeps a new order, which is open. Its id has to be larger than any before.
    pub(super) fn add(&mut self, order: Order) {
        self.last_order = order.id;
        if let Some(contract) = self.contract_mut(&order.terms.symbol) {
            contract.lane.open.insert(order.id);
        }
        self.orders.push(order);
    }

    /// What the wallet has of an asset.
    pub fn balance(&self, asset: &str) -> Amount {
        self.wallet.iter().find(|h| h.asset == asset).map_or(Amount::ZERO, |h| h.balance)
    }

    /// Books something that changes the wallet.
    pub fn book(&mut self, income: Income) {
        if let Some(holding) = self.wallet.iter_mut().find(|h| h.asset == income.asset) {
            holding.balance += income.amount;
            holding.updated = income.time;
        }
        self.incomes.push(income);
    }

    /// How much of an asset can be taken out of the wallet.
    pub fn withdrawable(&self, asset: &str) -> Amount {
        if asset == QUOTE { self.totals(None).withdrawable() } else { self.balance(asset) }
    }

    /// Moves an amount into the wallet, or out of it if it is below zero.
    pub fn transfer(&mut self, asset: &str, amount: Amount, now_ms: i64) {
        let Some(asset) = ASSETS.into_iter().find(|a| *a == asset) else { return };
        let (symbol, kind, info) = (String::new(), "TRANSFER", "TRANSFER".to_owned());
        self.book(Income { symbol, kind, amount, asset, info, time: now_ms, trade: None });
    }

    /// Books a trade of an order: the position changes, profit and commission go to the wallet.
    pub(super) fn book_fill(&mut self, id: i64, trade: Trade, is_maker: bool) {
        let rate = if is_maker { self.fees.maker } else { self.fees.taker };
        let Some(order) = self.order(id) else { return };
        let (symbol, side, of) = (order.terms.symbol.clone(), order.terms.side, order.terms.position_side);
        let fill = order.fills.len();
        let Some(contract) = self.contract_mut(&symbol) else { return };
        let isolated = contract.isolated.then_some(contract.leverage);
        contract.lane.own_trades.push(OwnTrade { id: trade.id, order: id, fill });
        let position = contract.position_mut(of);
        let closes = !position.closable(side).is_zero();
        let change = Change { side, quantity: trade.quantity, price: trade.price, isolated };
        let realized = position.trade(change);
        position.updated = trade.time;
        let commission = trade.quote().times(rate);
        let incomes = [("REALIZED_PNL", realized, closes), ("COMMISSION", -commission, true)];
        for (kind, amount, _) in incomes.into_iter().filter(|(.., happens)| *happens) {
            let (symbol, info) = (symbol.clone(), trade.id.to_string());
            let trade_id = Some(trade.id);
            self.book(Income { symbol, kind, amount, asset: QUOTE, info, time: trade.time, trade: trade_id });
        }
        let Some(order) = self.order_mut(id) else { return };
        order.executed += trade.quantity;
        order.executed_quote += trade.quote();
        order.updated = trade.time;
        order.status = if order.remaining().is_zero() { Status::Filled } else { Status::PartiallyFilled };
        order.fills.push(Fill { trade, is_maker, commission, realized });
        if !order.is_open()
            && let Some(contract) = self.contract_mut(&symbol)
        {
            contract.lane.open.remove(&id);
        }
    }

    /// Ends an open order.
    pub(super) fn end(&mut self, id: i64, status: Status, now_ms: i64) {
        let Some(order) = self.order_mut(id).filter(|o| o.is_open()) else { return };
        order.status = status;
        order.updated = now_ms;
        let symbol = order.terms.symbol.clone();
        if let Some(contract) = self.contract_mut(&symbol) {
            contract.lane.open.remove(&id);
            contract.lane.changes += 1;
        }
    }
}
