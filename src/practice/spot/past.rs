//! The practice account as it stands in every fresh practice exchange: symbols, what was paid in, and past orders. All else about
//! it follows from these.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lane::OwnTrade;
use super::order::{Expiry, Kind, Prevention, Side, Status, Terms, TimeInForce};
use super::state::{Fees, Spot};
use super::symbol::{Asset, Rules, Symbol};
use super::tape::{LAST_PAST, MINUTE_MS, PastFill};
use crate::practice::amount::Amount;

const DAY: i64 = 24 * 60;

const fn e8(units: i128) -> Amount {
    Amount::units(units)
}

const fn usdt(cents: i128) -> Amount {
    Amount::units(cents * 1_000_000)
}

type Row = (&'static str, &'static str, &'static str, i128, Amount, Amount, i128, i128, Amount);

const USDT_LEAST: Amount = Amount::whole(5);
const BTC_LEAST: Amount = e8(10_000);

/// Every symbol: name, base, quote, last price in ticks, tick, step, steps of a usual trade, ticks between levels, least
/// notional. The prices agree with each other: ARKBTC times BTCUSDT is ARKUSDT.
const SYMBOLS: [Row; 10] = [
    ("BTCUSDT", "BTC", "USDT", 9_500_000, e8(1_000_000), e8(1_000), 400, 50, USDT_LEAST),
    ("ETHUSDT", "ETH", "USDT", 342_000, e8(1_000_000), e8(10_000), 900, 5, USDT_LEAST),
    ("BNBUSDT", "BNB", "USDT", 85_500, e8(1_000_000), e8(100_000), 300, 5, USDT_LEAST),
    ("LTCUSDT", "LTC", "USDT", 11_020, e8(1_000_000), e8(100_000), 2_000, 1, USDT_LEAST),
    ("ARKUSDT", "ARK", "USDT", 4_750, e8(10_000), e8(10_000_000), 3_000, 5, USDT_LEAST),
    ("ARKBTC", "ARK", "BTC", 500, e8(1), e8(100_000_000), 120, 1, BTC_LEAST),
    ("LTCBTC", "LTC", "BTC", 1_160, e8(100), e8(1_000_000), 150, 1, BTC_LEAST),
    ("ETHBTC", "ETH", "BTC", 3_600, e8(1_000), e8(100_000), 700, 1, BTC_LEAST),
    ("BNBBTC", "BNB", "BTC", 900, e8(1_000), e8(100_000), 250, 1, BTC_LEAST),
    // A name as the exchange has them, so that clients meet one that has to be percent-encoded.
    ("币安人生USDT", "币安人生", "USDT", 14_200, e8(1_000), e8(10_000_000), 5_000, 5, USDT_LEAST),
];

/// What was paid in before the first order: asset and amount.
pub const DEPOSITS: [(&str, Amount); 8] = [
    ("BTC", e8(50_000_000)),
    ("LTC", Amount::whole(5)),
    ("ETH", Amount::ZERO),
    ("BNB", Amount::ZERO),
    ("USDT", Amount::whole(50_000)),
    ("ARK", Amount::whole(250)),
    ("币安人生", Amount::ZERO),
    ("DOGE", Amount::ZERO),
];

/// What the practice account pays on a trade.
pub const FEES: Fees = Fees { maker: e8(100_000), taker: e8(100_000) };

/// An order as it is written down. Times are minutes before the start.
struct OrderRow {
    id: i64,
    client_id: &'static str,
    symbol: &'static str,
    side: Side,
    kind: Kind,
    time_in_force: TimeInForce,
    /// Zero for a market order, which trades at the market's price of that minute.
    price: Amount,
    stop_price: Amount,
    quantity: Amount,
    placed: i64,
    /// When it was cancelled or expired.
    ended: Option<i64>,
    /// When and how much; each is a trade of the market, of which there is one a minute.
    fills: &'static [(i64, Amount)],
}

/// What is common to the rows: a limit order that stays until it is cancelled.
const LIMIT: OrderRow = OrderRow {
    id: 0,
    client_id: "",
    symbol: "",
    side: Side::Buy,
    kind: Kind::Limit,
    time_in_force: TimeInForce::Gtc,
    price: Amount::ZERO,
    stop_price: Amount::ZERO,
    quantity: Amount::ZERO,
    placed: 0,
    ended: None,
    fills: &[],
};

/// Every order, oldest first. Ids grow.
static ORDERS: [OrderRow; 17] = [
    OrderRow {
        id: 41_802_113,
        client_id: "practice-btc-market-1",
        symbol: "BTCUSDT",
        kind: Kind::Market,
        quantity: e8(10_000_000),
        placed: 40 * DAY,
        fills: &[(40 * DAY, e8(10_000_000))],
        ..LIMIT
    },
    OrderRow {
        id: 42_117_540,
        client_id: "practice-eth-limit-1",
        symbol: "ETHUSDT",
        price: usdt(379_500),
        quantity: Amount::whole(2),
        placed: 30 * DAY + 20,
        fills: &[
            (30 * DAY, e8(80_000_000)),
            (30 * DAY - 55, e8(70_000_000)),
            (30 * DAY - 90, e8(50_000_000)),
        ],
        ..LIMIT
    },
    OrderRow {
        id: 42_300_871,
        client_id: "practice-bnb-limit-1",
        symbol: "BNBUSDT",
        price: usdt(92_900),
        quantity: Amount::whole(10),
        placed: 25 * DAY + 5,
        fills: &[(25 * DAY, Amount::whole(10))],
        ..LIMIT
    },
    OrderRow {
        id: 42_455_006,
        client_id: "practice-ltc-limit-1",
        symbol: "LTCBTC",
        price: e8(127_000),
        quantity: Amount::whole(10),
        placed: 20 * DAY + 40,
        fills: &[(20 * DAY, Amount::whole(4)), (20 * DAY - 12, Amount::whole(6))],
        ..LIMIT
    },
    OrderRow {
        id: 42_519_333,
        client_id: "practice-ltc-limit-2",
        symbol: "LTCUSDT",
        side: Side::Sell,
        price: usdt(14_000),
        quantity: Amount::whole(2),
        placed: 18 * DAY,
        ended: Some(17 * DAY),
        ..LIMIT
    },
    OrderRow {
        id: 42_633_480,
        client_id: "practice-ark-limit-1",
        symbol: "ARKBTC",
        price: e8(538),
        quantity: Amount::whole(1_000),
        placed: 15 * DAY + 10,
        fills: &[(15 * DAY, Amount::whole(600)), (15 * DAY - 30, Amount::whole(400))],
        ..LIMIT
    },
    OrderRow {
        id: 42_790_215,
        client_id: "practice-btc-limit-2",
        symbol: "BTCUSDT",
        side: Side::Sell,
        price: usdt(9_930_000),
        quantity: e8(2_000_000),
        placed: 12 * DAY + 120,
        fills: &[(12 * DAY + 77, e8(2_000_000))],
        ..LIMIT
    },
    OrderRow {
        id: 42_911_028,
        client_id: "practice-eth-ioc-2",
        symbol: "ETHUSDT",
        time_in_force: TimeInForce::Ioc,
        price: usdt(348_000),
        quantity: Amount::whole(1),
        placed: 9 * DAY,
        ended: Some(9 * DAY),
        fills: &[(9 * DAY, e8(35_000_000))],
        ..LIMIT
    },
    OrderRow {
        id: 43_044_902,
        client_id: "practice-ark-limit-2",
        symbol: "ARKBTC",
        side: Side::Sell,
        price: e8(700),
        quantity: Amount::whole(200),
        placed: 6 * DAY,
        ended: Some(4 * DAY),
        ..LIMIT
    },
    OrderRow {
        id: 43_101_664,
        client_id: "practice-bnrs-market-1",
        symbol: "币安人生USDT",
        kind: Kind::Market,
        quantity: Amount::whole(1_000),
        placed: 5 * DAY,
        fills: &[(5 * DAY, Amount::whole(1_000))],
        ..LIMIT
    },
    OrderRow {
        id: 43_207_719,
        client_id: "practice-ark-market-3",
        symbol: "ARKBTC",
        side: Side::Sell,
        kind: Kind::Market,
        quantity: Amount::whole(100),
        placed: 2 * DAY,
        fills: &[(2 * DAY, Amount::whole(100))],
        ..LIMIT
    },
    OrderRow {
        id: 43_288_150,
        client_id: "practice-btc-limit-3",
        symbol: "BTCUSDT",
        price: usdt(9_000_000),
        quantity: e8(1_000_000),
        placed: 300,
        ..LIMIT
    },
    OrderRow {
        id: 43_290_377,
        client_id: "practice-eth-limit-3",
        symbol: "ETHUSDT",
        side: Side::Sell,
        price: usdt(380_000),
        quantity: e8(50_000_000),
        placed: 200,
        ..LIMIT
    },
    OrderRow {
        id: 43_291_508,
        client_id: "practice-ark-limit-4",
        symbol: "ARKBTC",
        side: Side::Sell,
        price: e8(560),
        quantity: Amount::whole(300),
        placed: 180,
        ..LIMIT
    },
    OrderRow {
        id: 43_292_019,
        client_id: "practice-ark-limit-5",
        symbol: "ARKBTC",
        price: e8(495),
        quantity: Amount::whole(400),
        placed: 120,
        fills: &[(60, Amount::whole(150))],
        ..LIMIT
    },
    OrderRow {
        id: 43_292_646,
        client_id: "practice-bnb-stop-2",
        symbol: "BNBUSDT",
        side: Side::Sell,
        kind: Kind::StopLossLimit,
        price: usdt(79_500),
        stop_price: usdt(80_000),
        quantity: Amount::whole(1),
        placed: 100,
        ..LIMIT
    },
    OrderRow {
        id: 43_293_887,
        client_id: "practice-ark-limit-6",
        symbol: "ARKBTC",
        price: e8(480),
        quantity: Amount::whole(500),
        placed: 45,
        ..LIMIT
    },
];

impl OrderRow {
    /// Whether it trades at once or not at all.
    fn takes(&self) -> bool {
        self.kind == Kind::Market || self.time_in_force == TimeInForce::Ioc
    }

    fn terms(&self, symbol: &Arc<Symbol>) -> Terms {
        Terms {
            symbol: Arc::clone(symbol),
            side: self.side,
            kind: self.kind,
            time_in_force: self.time_in_force,
            price: self.price,
            stop_price: self.stop_price,
            trigger_price: self.stop_price,
            trailing_delta: None,
            quantity: self.quantity,
            quote_quantity: Amount::ZERO,
            iceberg: Amount::ZERO,
            client_id: Some(self.client_id.to_owned()),
            prevention: Prevention::None,
            strategy_id: None,
            strategy_type: None,
            peg: None,
            sor: false,
        }
    }
}

/// The symbols of the practice account.
pub fn symbols() -> impl Iterator<Item = Arc<Symbol>> {
    SYMBOLS.iter().map(|(name, base, quote, last_ticks, tick, step, usual_steps, gap, least)| {
        Arc::new(Symbol {
            name: Arc::from(*name),
            base: Asset::from(*base),
            quote: Asset::from(*quote),
            last_ticks: *last_ticks,
            usual_steps: *usual_steps,
            gap: *gap,
            rules: Rules::usual(*tick, *step, *least),
        })
    })
}

/// The fills of past orders of a symbol, by the number of the trade.
pub fn fills(symbol: &str) -> BTreeMap<i64, PastFill> {
    let rows = ORDERS.iter().filter(|o| o.symbol == symbol);
    let fills =
        rows.flat_map(|row| row.fills.iter().map(move |(ago, quantity)| (LAST_PAST - ago, row, *quantity)));
    fills.map(|(id, row, quantity)| (id, past_fill(row, quantity))).collect()
}

/// Lets the past orders happen, in an account that has what they need.
pub fn relive(spot: &mut Spot) {
    for row in &ORDERS {
        relive_order(spot, row);
    }
    for lane in &mut spot.lanes {
        lane.own_trades.sort_by_key(|t: &OwnTrade| t.id);
    }
    spot.take_filled();
    spot.touched.clear();
}

fn past_fill(row: &OrderRow, quantity: Amount) -> PastFill {
    PastFill {
        price: Some(row.price).filter(|_| row.kind != Kind::Market),
        quantity,
        buyer_is_maker: (row.side == Side::Buy) != row.takes(),
    }
}

/// Places a past order, and lets happen to it what happened.
fn relive_order(spot: &mut Spot, row: &OrderRow) {
    let Some(lane) = spot.lane(row.symbol) else { return };
    let at = |ago: i64| lane.tape.trade(LAST_PAST - ago).map_or(0, |t| t.time);
    // An order that waits is placed a quarter of a minute before the trade of its minute.
    let time = at(row.placed) - if row.takes() { 0 } else { MINUTE_MS / 4 };
    let ended = row.ended.map_or(time, at);
    let trades: Vec<_> = row.fills.iter().filter_map(|(ago, _)| lane.tape.trade(LAST_PAST - ago)).collect();
    let terms = row.terms(&lane.symbol);
    let cost = match terms.side {
        Side::Buy if terms.kind == Kind::Market => trades.iter().map(super::tape::Trade::quote).sum(),
        _ => terms.needs(terms.quantity),
    };
    spot.numbers.order = row.id - 1;
    let id = spot.create(terms, Status::New, None, time);
    if !row.kind.is_contingent()
        && let Some(order) = spot.order_mut(id)
    {
        order.working_time = Some(time);
    }
    // Deposits cover every one of them, as a test sees to.
    let _ = spot.hold(id, cost);
    for trade in trades {
        spot.book_fill(id, trade, !row.takes());
    }
    spot.release_surplus(id);
    match row.ended {
        Some(_) if row.time_in_force == TimeInForce::Ioc => spot.expire(id, Expiry::UnfilledIoc, ended),
        Some(_) => spot.end(id, Status::Canceled, ended),
        None => {}
    }
}
