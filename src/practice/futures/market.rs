//! Book, trades and candles of a contract.

use serde::Serialize;

use super::contract::Contract;
use super::history::limit;
use super::order::Side;
use super::state::Futures;
use super::terms::contract;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};
use crate::practice::spot::book::joined;
use crate::practice::spot::candles::{Candle, Interval, Range};
use crate::practice::spot::tape::{LAST_PAST, Trade};

/// The number of the book's last change before the start.
const LAST_PAST_UPDATE: i64 = LAST_PAST + 2_000_000;

/// One side of a book, best price first: price and quantity. The account's own orders are part of it.
pub fn side(futures: &Futures, contract: &Contract, side: Side) -> Vec<(Amount, Amount)> {
    let own = futures.open_orders(contract).filter(|o| o.terms.side == side);
    joined(&contract.lane, side, own.map(|o| (o.terms.price, o.remaining())))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepthAnswer {
    last_update_id: i64,
    #[serde(rename = "E")]
    output_time: i64,
    #[serde(rename = "T")]
    transaction_time: i64,
    bids: Vec<(String, String)>,
    asks: Vec<(String, String)>,
}

/// `GET /fapi/v1/depth`.
pub fn depth(futures: &Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let most = limit(call, 500, 1000)?;
    let shown = |of| {
        let levels = side(futures, contract, of).into_iter().take(most);
        levels.map(|(p, q)| (contract.price(p), contract.quantity(q))).collect()
    };
    json(&DepthAnswer {
        last_update_id: LAST_PAST_UPDATE + contract.lane.changes,
        output_time: call.now_ms(),
        transaction_time: contract.lane.quoted_at(),
        bids: shown(Side::Buy),
        asks: shown(Side::Sell),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradeAnswer {
    id: i64,
    price: String,
    qty: String,
    quote_qty: String,
    time: i64,
    is_buyer_maker: bool,
    #[serde(rename = "isRPITrade")]
    is_rpi_trade: bool,
}

/// `GET /fapi/v1/trades`.
pub fn trades(futures: &Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let most = i64::try_from(limit(call, 500, 1000)?).unwrap_or(i64::MAX);
    let tape = &contract.lane.tape;
    let answer = |t: Trade| TradeAnswer {
        id: t.id,
        price: contract.price(t.price),
        qty: contract.quantity(t.quantity),
        quote_qty: contract.money(t.quote()),
        time: t.time,
        is_buyer_maker: t.buyer_is_maker,
        is_rpi_trade: false,
    };
    let last = tape.last_id();
    json(&tape.trades(last.saturating_sub(most) + 1..=last).map(answer).collect::<Vec<_>>())
}

/// Trades at one time and price; each stands for itself here.
#[derive(Serialize)]
struct Aggregate {
    a: i64,
    p: String,
    q: String,
    nq: String,
    f: i64,
    l: i64,
    #[serde(rename = "T")]
    time: i64,
    m: bool,
}

/// `GET /fapi/v1/aggTrades`.
pub fn agg_trades(futures: &Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let most = i64::try_from(limit(call, 500, 1000)?).unwrap_or(i64::MAX);
    let tape = &contract.lane.tape;
    let last = call.time("endTime").map_or_else(|| tape.last_id(), |end| tape.first_from(end + 1) - 1);
    let first = call.number("fromId").or_else(|| call.time("startTime").map(|t| tape.first_from(t)));
    let ids = match first {
        Some(first) => first..=last.min(first.saturating_add(most - 1)),
        None => last.saturating_sub(most) + 1..=last,
    };
    let answer = |t: Trade| Aggregate {
        a: t.id,
        p: contract.price(t.price),
        q: contract.quantity(t.quantity),
        nq: contract.quantity(t.quantity),
        f: t.id,
        l: t.id,
        time: t.time,
        m: t.buyer_is_maker,
    };
    json(&tape.trades(ids).map(answer).collect::<Vec<_>>())
}

type KlineAnswer =
    (i64, String, String, String, String, String, i64, String, i64, String, String, &'static str);

/// `GET /fapi/v1/klines`.
pub fn klines(futures: &Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let interval = call.text("interval").and_then(Interval::parse).ok_or_else(Failure::invalid_interval)?;
    let range = Range {
        interval,
        zone: 0,
        start: call.time("startTime"),
        end: call.time("endTime"),
        limit: limit(call, 500, 1500)?,
    };
    let tape = &contract.lane.tape;
    let answer = |(begin, end): (i64, i64)| -> KlineAnswer {
        let c = Candle::of(tape, begin, end);
        let (price, quantity, money) =
            (|p| contract.price(p), |q| contract.quantity(q), |m| contract.money(m));
        (
            begin,
            price(c.open),
            price(c.high),
            price(c.low),
            price(c.close),
            quantity(c.volume),
            end - 1,
            money(c.quote_volume),
            c.count(),
            quantity(c.taker_buy_volume),
            money(c.taker_buy_quote_volume),
            "0",
        )
    };
    json(&range.spans(tape.open_ms(), call.now_ms()).into_iter().map(answer).collect::<Vec<_>>())
}
