//! The market's side: book, trades, candles, and prices made from them.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::book;
use super::candles::{Candle, Interval, Range};
use super::chosen::{lane, lanes};
use super::filters::average_price;
use super::order::Side;
use super::state::Spot;
use super::symbol::AVERAGE_MINUTES;
use super::tape::{LAST_PAST, MINUTE_MS, Tape, Trade};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

/// The number of the book's last change before the start.
const LAST_PAST_UPDATE: i64 = LAST_PAST + 1_000_000;

type Level = (Amount, Amount);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepthAnswer {
    last_update_id: i64,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

pub fn depth(spot: &Spot, call: &Call<'_>) -> Answer {
    lanes(spot, call)?;
    let (limit, lane) = (call.limit()?, lane(spot, call)?);
    let side = |side| {
        let mut levels = book::side(spot, lane, side);
        levels.truncate(limit);
        levels
    };
    let last_update_id = LAST_PAST_UPDATE + lane.changes;
    json(&DepthAnswer { last_update_id, bids: side(Side::Buy), asks: side(Side::Sell) })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradeAnswer {
    id: i64,
    price: Amount,
    qty: Amount,
    quote_qty: Amount,
    time: i64,
    is_buyer_maker: bool,
    is_best_match: bool,
}

/// `GET /api/v3/trades`: the last ones.
pub fn trades(spot: &Spot, call: &Call<'_>) -> Answer {
    let tape = &lane(spot, call)?.tape;
    shown_trades(call, last_ids(tape, limit(call)?).filter_map(|id| tape.trade(id)))
}

/// `GET /api/v3/historicalTrades`: from a number on.
pub fn historical_trades(spot: &Spot, call: &Call<'_>) -> Answer {
    let (tape, limit) = (&lane(spot, call)?.tape, limit(call)?);
    let ids = match call.number("fromId") {
        Some(from) => from..=from.saturating_add(limit - 1).min(tape.last_id()),
        None => last_ids(tape, limit),
    };
    shown_trades(call, tape.trades(ids))
}

/// `GET /api/v3/historicalBlockTrades`: nobody trades blocks here.
pub fn historical_block_trades(spot: &Spot, call: &Call<'_>) -> Answer {
    lane(spot, call)?;
    shown_trades(call, std::iter::empty())
}

fn limit(call: &Call<'_>) -> Result<i64, Failure> {
    Ok(i64::try_from(call.limit()?).unwrap_or(i64::MAX))
}

fn last_ids(tape: &Tape, limit: i64) -> RangeInclusive<i64> {
    (tape.last_id() - limit + 1).max(0)..=tape.last_id()
}

fn shown_trades(call: &Call<'_>, trades: impl Iterator<Item = Trade>) -> Answer {
    let answer = |t: Trade| TradeAnswer {
        id: t.id,
        price: t.price,
        qty: t.quantity,
        quote_qty: t.quote(),
        time: call.stamp(t.time),
        is_buyer_maker: t.buyer_is_maker,
        is_best_match: true,
    };
    json(&trades.map(answer).collect::<Vec<_>>())
}

/// Trades of one taker at one price. Its number is that of its first trade.
#[derive(Serialize)]
struct AggregateAnswer {
    a: i64,
    p: Amount,
    q: Amount,
    f: i64,
    l: i64,
    #[serde(rename = "T")]
    time: i64,
    m: bool,
    #[serde(rename = "M")]
    best: bool,
}

/// `GET /api/v3/aggTrades`.
pub fn agg_trades(spot: &Spot, call: &Call<'_>) -> Answer {
    let tape = &lane(spot, call)?.tape;
    let limit = call.limit()?;
    let (start, end) = (call.time("startTime"), call.time("endTime"));
    let before = end.map_or(tape.last_id() + 1, |end| tape.first_from(end.saturating_add(1)));
    let first = call.number("fromId").or(start.map(|start| tape.first_from(start)));
    if let Some(first) = first {
        let aggregates = aggregated(tape.trades(first..=before - 1));
        return json(&aggregates.map(|t| aggregate(call, t)).take(limit).collect::<Vec<_>>());
    }
    // The last ones: more trades than that are never needed, for each is part of one.
    let mut last: Vec<_> = Vec::new();
    let mut reach = i64::try_from(limit).unwrap_or(i64::MAX);
    while last.len() < limit {
        last = aggregated(tape.trades((before - reach).max(0)..=before - 1)).collect();
        if reach >= before {
            break;
        }
        reach = reach.saturating_mul(2);
    }
    let surplus = last.len().saturating_sub(limit);
    json(&last.split_off(surplus).into_iter().map(|t| aggregate(call, t)).collect::<Vec<_>>())
}

/// Joins trades that follow each other at the same price and time, with the last number of each group.
fn aggregated(trades: impl Iterator<Item = Trade>) -> impl Iterator<Item = (Trade, i64)> {
    let mut trades = trades.peekable();
    std::iter::from_fn(move || {
        let mut first = trades.next()?;
        let mut last = first.id;
        let same = |t: &Trade| {
            (t.price, t.time, t.buyer_is_maker) == (first.price, first.time, first.buyer_is_maker)
        };
        while let Some(next) = trades.next_if(same) {
            last = next.id;
            first.quantity += next.quantity;
        }
        Some((first, last))
    })
}

fn aggregate(call: &Call<'_>, (first, last): (Trade, i64)) -> AggregateAnswer {
    AggregateAnswer {
        a: first.id,
        p: first.price,
        q: first.quantity,
        f: first.id,
        l: last,
        time: call.stamp(first.time),
        m: first.buyer_is_maker,
        best: true,
    }
}

type KlineAnswer =
    (i64, Amount, Amount, Amount, Amount, Amount, i64, Amount, i64, Amount, Amount, &'static str);

pub fn klines(spot: &Spot, call: &Call<'_>) -> Answer {
    let tape = &lane(spot, call)?.tape;
    let interval = call.text("interval").and_then(Interval::parse).ok_or_else(Failure::invalid_interval)?;
    let range = Range {
        interval,
        zone: call.zone()?,
        start: call.time("startTime"),
        end: call.time("endTime"),
        limit: call.limit()?,
    };
    let answer = |(begin, end): (i64, i64)| -> KlineAnswer {
        let c = Candle::of(tape, begin, end);
        // The last instant of the candle, in whichever unit.
        let close_time = call.stamp(end) - 1;
        let (taker, taker_quote) = (c.taker_buy_volume, c.taker_buy_quote_volume);
        let (begin, count) = (call.stamp(begin), c.count());
        (
            begin,
            c.open,
            c.high,
            c.low,
            c.close,
            c.volume,
            close_time,
            c.quote_volume,
            count,
            taker,
            taker_quote,
            "0",
        )
    };
    json(&range.spans(tape.open_ms(), call.now_ms()).into_iter().map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AverageAnswer {
    mins: i64,
    price: Amount,
    close_time: i64,
}

pub fn avg_price(spot: &Spot, call: &Call<'_>) -> Answer {
    let lane = lane(spot, call)?;
    json(&AverageAnswer {
        mins: AVERAGE_MINUTES,
        price: average_price(lane, call.now_ms()),
        close_time: call.stamp(lane.tape.last().time),
    })
}

/// How many minutes the reference price is the mean of.
const REFERENCE_MINUTES: i64 = 5;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceAnswer<'a> {
    symbol: &'a str,
    reference_price: Amount,
    timestamp: i64,
}

/// `GET /api/v3/referencePrice`: the mean of the last price of each of the last minutes.
pub fn reference_price(spot: &Spot, call: &Call<'_>) -> Answer {
    let lane = lane(spot, call)?;
    let now = call.now_ms();
    let closes = (0..REFERENCE_MINUTES).map(|ago| {
        let end = now - ago * MINUTE_MS;
        Candle::of(&lane.tape, end - MINUTE_MS, end).close
    });
    let minutes = Amount::whole(i128::from(REFERENCE_MINUTES));
    let reference_price = closes.sum::<Amount>().over(minutes).floor_to(lane.symbol.rules.tick);
    json(&ReferenceAnswer { symbol: &lane.symbol.name, reference_price, timestamp: call.stamp(now) })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalculationAnswer<'a> {
    symbol: &'a str,
    calculation_type: &'static str,
    bucket_count: i64,
    bucket_width_ms: i64,
}

/// `GET /api/v3/referencePrice/calculation`.
pub fn reference_price_calculation(spot: &Spot, call: &Call<'_>) -> Answer {
    json(&CalculationAnswer {
        symbol: &lane(spot, call)?.symbol.name,
        calculation_type: "ARITHMETIC_MEAN",
        bucket_count: REFERENCE_MINUTES,
        bucket_width_ms: MINUTE_MS,
    })
}
