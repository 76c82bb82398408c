//! Conditional orders: they wait for a price outside the book, and become an order when it comes.

use super::order::{Order, Side, Terms, WorkingType};
use super::state::Futures;
use crate::practice::amount::Amount;
use crate::practice::spot::order::{words, written};

words! {
    /// The type of a conditional order.
    AlgoKind {
        Stop = "STOP",
        StopMarket = "STOP_MARKET",
        TakeProfit = "TAKE_PROFIT",
        TakeProfitMarket = "TAKE_PROFIT_MARKET",
        Trailing = "TRAILING_STOP_MARKET",
    }
}

impl AlgoKind {
    /// Whether it becomes a limit order.
    pub fn is_limit(self) -> bool {
        matches!(self, Self::Stop | Self::TakeProfit)
    }

    /// Whether a rising price triggers it; a falling one else.
    pub fn rises(self, side: Side) -> bool {
        let takes_profit = matches!(self, Self::TakeProfit | Self::TakeProfitMarket);
        takes_profit == (side == Side::Sell)
    }
}

written! {
    /// Where a conditional order is in its life.
    AlgoStatus {
        New = "NEW",
        Triggered = "TRIGGERED",
        Finished = "FINISHED",
        Canceled = "CANCELED",
        Rejected = "REJECTED",
    }
}

/// A conditional order. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Algo {
    pub id: i64,
    pub client_id: String,
    pub kind: AlgoKind,
    /// What it becomes.
    pub terms: Terms,
    pub trailing: Option<Trailing>,
    pub status: AlgoStatus,
    pub time: i64,
    pub updated: i64,
    /// When it was triggered; zero before that.
    pub triggered: i64,
    /// The order that it became.
    pub order: Option<i64>,
}

/// How a conditional order follows the price.
#[derive(Clone, Copy, Debug)]
pub struct Trailing {
    /// From which price on it follows; zero for at once.
    pub activation: Amount,
    /// How far the price comes back, as a part of one.
    pub callback: Amount,
    /// The best price since it began to follow; `None` before that.
    pub extreme: Option<Amount>,
}

impl Algo {
    pub fn is_open(&self) -> bool {
        self.status == AlgoStatus::New
    }

    /// Looks at a price: follows it, and tells whether it triggers.
    fn meets(&mut self, price: Amount) -> bool {
        let rises = self.kind.rises(self.terms.side);
        let Some(trailing) = &mut self.trailing else {
            let trigger = self.terms.stop_price;
            return if rises { price >= trigger } else { price <= trigger };
        };
        let activated = trailing.extreme.is_some()
            || trailing.activation.is_zero()
            || (if rises { price <= trailing.activation } else { price >= trailing.activation });
        if !activated {
            return false;
        }
        let best = trailing.extreme.unwrap_or(price);
        let best = if rises { best.min(price) } else { best.max(price) };
        trailing.extreme = Some(best);
        let away = best.times(trailing.callback);
        if rises { price >= best + away } else { price <= best - away }
    }
}

impl Futures {
    /// The price that a conditional order looks at.
    pub fn working_price(&self, terms: &Terms) -> Amount {
        let Some(contract) = self.contract(&terms.symbol) else { return Amount::ZERO };
        match terms.working_type {
            WorkingType::Contract => contract.lane.tape.last_price(),
            WorkingType::Mark => contract.mark(),
        }
    }

    /// Shows the price of a contract to the conditional orders that wait for one, as long as it triggers any.
    pub(super) fn trigger(&mut self, symbol: &str, now_ms: i64) {
        while let Some(at) = self.next_triggered(symbol) {
            let Some(algo) = self.algos.get(at) else { return };
            let mut terms = algo.terms.clone();
            if terms.close_position {
                let held =
                    self.contract(symbol).map(|c| c.position(terms.position_side).closable(terms.side));
                terms.quantity = held.unwrap_or_default();
            }
            // Until its turn is over it is not open, so that it is not triggered by its own trades.
            if let Some(algo) = self.algos.get_mut(at) {
                (algo.status, algo.triggered, algo.updated) = (AlgoStatus::Triggered, now_ms, now_ms);
            }
            let placed = self.place(terms, now_ms);
            if let Some(algo) = self.algos.get_mut(at) {
                algo.order = placed.ok();
                if algo.order.is_none() {
                    algo.status = AlgoStatus::Rejected;
                }
            }
        }
    }

    fn next_triggered(&mut self, symbol: &str) -> Option<usize> {
        let contract = self.contract(symbol)?;
        let (last, mark) = (contract.lane.tape.last_price(), contract.mark());
        self.algos.iter_mut().position(|algo| {
            let price = if algo.terms.working_type == WorkingType::Mark { mark } else { last };
            algo.is_open() && algo.terms.symbol == symbol && algo.meets(price)
        })
    }

    /// What a conditional order is now: it is finished when the order that it became has ended.
    pub fn algo_status(&self, algo: &Algo) -> AlgoStatus {
        let order = algo.order.and_then(|id| self.order(id));
        match order {
            Some(order) if !Order::is_open(order) => AlgoStatus::Finished,
            _ => algo.status,
        }
    }
}
