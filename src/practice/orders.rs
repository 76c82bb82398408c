//! The orders of the practice account. All else about the account follows from these and the deposits.

use super::account::{Kind, OrderRow, Side, TimeInForce};
use super::amount::Amount;

const DAY: i64 = 24 * 60;

const fn e8(units: i128) -> Amount {
    Amount::units(units)
}

const fn usdt(cents: i128) -> Amount {
    Amount::units(cents * 1_000_000)
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

/// Every order, oldest first. Times are minutes before the market's end; each fill is a trade of the market, of which
/// there is one a minute.
pub(super) static ORDERS: [OrderRow; 17] = [
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

/// What was paid in before the first order: asset and amount.
pub(super) const DEPOSITS: [(&str, Amount); 8] = [
    ("BTC", e8(50_000_000)),
    ("LTC", Amount::whole(5)),
    ("ETH", Amount::ZERO),
    ("BNB", Amount::ZERO),
    ("USDT", Amount::whole(50_000)),
    ("ARK", Amount::whole(250)),
    ("币安人生", Amount::ZERO),
    ("DOGE", Amount::ZERO),
];
