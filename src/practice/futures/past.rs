//! The futures account as it stands in every fresh practice exchange.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contract::Contract;
use super::order::{Kind, Order, PositionSide, Prevention, Side, Status, Terms, TimeInForce, WorkingType};
use super::state::{Futures, QUOTE};
use crate::practice::amount::Amount;
use crate::practice::spot::Spot;
use crate::practice::spot::lane::Lane;
use crate::practice::spot::state::Fees;
use crate::practice::spot::symbol::{Asset, Rules, Symbol};
use crate::practice::spot::tape::{LAST_PAST, PastFill, Tape};

/// A contract: its name, price decimals, quantity decimals, tick and step in units of their last decimal, steps of a usual
/// trade, ticks between levels, least notional.
type Row = (&'static str, usize, usize, i128, i128, i128, i128, i128);

/// The contracts, as far as Spot trades the pair: the price is Spot's.
const CONTRACTS: [Row; 4] = [
    ("BTCUSDT", 2, 3, 10, 1, 40, 5, 100),
    ("ETHUSDT", 2, 3, 1, 1, 900, 5, 20),
    ("BNBUSDT", 2, 2, 1, 1, 300, 5, 5),
    ("LTCUSDT", 2, 3, 1, 1, 2_000, 1, 20),
];

const MINUTES_A_DAY: i64 = 24 * 60;

/// What was transferred in, and how many minutes before the start.
const PAID_IN: (Amount, i64) = (Amount::whole(10_000), 5 * MINUTES_A_DAY);

/// The market order that the account's position comes from: contract, quantity, minutes before the start.
const BOUGHT: (&str, Amount, i64) = ("ETHUSDT", Amount::units(50_000_000), 3 * MINUTES_A_DAY);

/// The order that is open: contract, price as a percentage of the last one, quantity, minutes before the start.
const OPEN: (&str, i128, Amount, i64) = ("BTCUSDT", 96, Amount::units(1_000_000), MINUTES_A_DAY);

fn unit(decimals: usize) -> Amount {
    Amount::units(10_i128.pow(u32::try_from(8_usize.saturating_sub(decimals)).unwrap_or(0)))
}

fn contract(spot: &Spot, row: &Row, start_ms: i64) -> Option<Contract> {
    let (name, price_decimals, quantity_decimals, tick, step, usual_steps, gap, least) = *row;
    let at_spot = &spot.lane(name)?.symbol;
    let (tick, step) = (unit(price_decimals).multiple(tick), unit(quantity_decimals).multiple(step));
    let symbol = Arc::new(Symbol {
        name: Arc::from(name),
        base: Asset::clone(&at_spot.base),
        quote: Asset::clone(&at_spot.quote),
        last_ticks: at_spot.price_at(0).steps(tick),
        usual_steps,
        gap,
        rules: Rules::usual(tick, step, Amount::whole(least)),
    });
    let (bought, quantity, ago) = BOUGHT;
    let fill = PastFill { price: None, quantity, buyer_is_maker: false };
    let fills = BTreeMap::from([(LAST_PAST - ago, fill)]).into_iter().filter(|_| bought == name).collect();
    let tape = Tape::new(Arc::clone(&symbol), start_ms, fills);
    Some(Contract::new(Lane::new(tape, symbol, start_ms), price_decimals, quantity_decimals))
}

/// The terms of an order that buys.
fn buys(symbol: &str, kind: Kind, price: Amount, quantity: Amount) -> Terms {
    Terms {
        symbol: symbol.to_owned(),
        side: Side::Buy,
        position_side: PositionSide::Both,
        kind,
        time_in_force: TimeInForce::Gtc,
        price,
        quantity,
        reduce_only: false,
        close_position: false,
        working_type: WorkingType::Contract,
        price_protect: false,
        price_match: "NONE".to_owned(),
        prevention: Prevention::ExpireMaker,
        good_till: 0,
        client_id: None,
        original: kind.as_str(),
        stop_price: Amount::ZERO,
    }
}

fn order(id: i64, client_id: &str, terms: Terms, time: i64) -> Order {
    Order {
        id,
        client_id: client_id.to_owned(),
        terms,
        status: Status::New,
        time,
        updated: time,
        executed: Amount::ZERO,
        executed_quote: Amount::ZERO,
        fills: Vec::new(),
    }
}

/// An account with nothing in it, in an exchange that is started at `start_ms`, a whole minute.
pub fn empty(spot: &Spot, start_ms: i64) -> Futures {
    let contracts = CONTRACTS.iter().filter_map(|row| contract(spot, row, start_ms)).collect();
    // 0.02 and 0.05 percent.
    let fees = Fees { maker: Amount::units(20_000), taker: Amount::units(50_000) };
    let mut futures = Futures::new(contracts, fees, start_ms - PAID_IN.1 * 60_000);
    (futures.last_order, futures.last_algo) = (8_389_765_000_000, 2_146_760);
    futures
}

/// The practice account in an exchange that is started at `start_ms`, a whole minute.
pub fn account(spot: &Spot, start_ms: i64) -> Futures {
    let mut futures = empty(spot, start_ms);
    let (paid_in, ago) = PAID_IN;
    futures.transfer(QUOTE, paid_in, start_ms - ago * 60_000);
    let (symbol, quantity, ago) = BOUGHT;
    if let Some(trade) = futures.contract(symbol).and_then(|c| c.lane.tape.trade(LAST_PAST - ago)) {
        let id = futures.last_order + 1;
        let terms = buys(symbol, Kind::Market, Amount::ZERO, quantity);
        futures.add(order(id, "practice-um-eth-market-1", terms, trade.time));
        futures.book_fill(id, trade, false);
    }
    let (symbol, percent, quantity, ago) = OPEN;
    if let Some(contract) = futures.contract(symbol) {
        let rules = &contract.lane.symbol.rules;
        let price = contract.lane.symbol.price_at(0).multiple(percent).over(Amount::whole(100));
        let terms = buys(symbol, Kind::Limit, price.floor_to(rules.tick), quantity);
        let id = futures.last_order + 1;
        futures.add(order(id, "practice-um-btc-limit-1", terms, start_ms - ago * 60_000));
    }
    futures
}
