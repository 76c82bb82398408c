//! What an account begins with. Everything that happens later follows from it, from the requests, and from the time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::lane::Lane;
use super::ledger::Ledger;
use super::past;
use super::state::{Fees, Numbers, Spot};
use super::symbol::{Asset, Factors, Rules, Symbol};
use super::tape::Tape;
use crate::practice::amount::Amount;

/// What an account begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    pub symbols: Vec<Arc<Symbol>>,
    /// What is paid in: asset and amount, in the order in which they are shown.
    pub balances: Vec<(Asset, Amount)>,
    pub fees: Fees,
    /// Whether it has the past orders of the practice account.
    pub past_orders: bool,
}

impl Opening {
    /// The practice account.
    pub fn practice() -> Self {
        Self {
            symbols: past::symbols().collect(),
            balances: past::DEPOSITS.map(|(asset, amount)| (Asset::from(asset), amount)).to_vec(),
            fees: past::FEES,
            past_orders: true,
        }
    }

    /// The account in an exchange that is started at `start_ms`, a whole minute.
    pub fn begin(&self, start_ms: i64) -> Spot {
        let lane = |symbol: &Arc<Symbol>| {
            let fills = if self.past_orders { past::fills(&symbol.name) } else { BTreeMap::new() };
            let tape = Tape::new(Arc::clone(symbol), start_ms, fills);
            Lane::new(tape, Arc::clone(symbol), start_ms)
        };
        let lanes = self.symbols.iter().map(lane).collect();
        let numbers = Numbers { order: 0, list: 1_929_000, prevented: 0, execution: 22 };
        let mut spot = Spot::new(lanes, Ledger::new(self.balances.iter().cloned()), self.fees, numbers);
        if self.past_orders {
            past::relive(&mut spot);
        }
        spot
    }

    /// Whether two accounts begin with the same, but for past orders.
    pub fn equals(&self, other: &Self) -> bool {
        self.text() == other.text()
    }

    /// A short name that no other opening has.
    pub fn digest(&self) -> String {
        let text = format!("{}past orders {}\n", self.text(), self.past_orders);
        hex::encode(Sha256::digest(text).get(..16).unwrap_or_default())
    }

    /// All of it but for past orders, a line each.
    fn text(&self) -> String {
        let Fees { maker, taker } = self.fees;
        let mut text = format!("fees {maker} {taker}\n");
        for (asset, amount) in &self.balances {
            let _ = writeln!(text, "balance {asset} {amount}");
        }
        for symbol in &self.symbols {
            text += &line(symbol);
        }
        text
    }
}

/// A symbol as a line. What is taken apart here is complete, or it would not compile.
fn line(symbol: &Symbol) -> String {
    let Symbol { name, base, quote, last_ticks, usual_steps, gap, rules } = symbol;
    let Rules {
        tick,
        min_price,
        max_price,
        step,
        min_quantity,
        max_quantity,
        max_market_quantity,
        min_notional,
        max_notional,
        bid_factors,
        ask_factors,
        iceberg_parts,
        max_orders,
        max_algo_orders,
        max_order_lists,
        max_amends,
        min_trailing_delta,
        max_trailing_delta,
    } = rules;
    let amounts = [
        tick,
        min_price,
        max_price,
        step,
        min_quantity,
        max_quantity,
        max_market_quantity,
        min_notional,
        max_notional,
    ];
    let counts = [
        iceberg_parts,
        max_orders,
        max_algo_orders,
        max_order_lists,
        max_amends,
        min_trailing_delta,
        max_trailing_delta,
    ];
    let mut text = format!("symbol {name} {base} {quote} {last_ticks} {usual_steps} {gap}");
    for amount in amounts {
        let _ = write!(text, " {amount}");
    }
    for Factors { down, up } in [bid_factors, ask_factors] {
        let _ = write!(text, " {down} {up}");
    }
    for count in counts {
        let _ = write!(text, " {count}");
    }
    text + "\n"
}
