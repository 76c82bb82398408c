//! The market's side: book, trades, candles and tickers.

use serde::Serialize;

use super::book;
use super::candles::{Candle, Interval, Range};
use super::chosen::{each, lane, lanes};
use super::filters::average_price;
use super::lane::Lane;
use super::order::Side;
use super::state::Spot;
use super::symbol::AVERAGE_MINUTES;
use super::tape::{LAST_PAST, Trade};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
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

pub fn trades(spot: &Spot, call: &Call<'_>) -> Answer {
    let limit = i64::try_from(call.limit()?).unwrap_or(i64::MAX);
    let tape = &lane(spot, call)?.tape;
    let answer = |t: Trade| TradeAnswer {
        id: t.id,
        price: t.price,
        qty: t.quantity,
        quote_qty: t.quote(),
        time: call.stamp(t.time),
        is_buyer_maker: t.buyer_is_maker,
        is_best_match: true,
    };
    let trades = tape.trades(tape.last_id().saturating_sub(limit) + 1..=tape.last_id());
    json(&trades.map(answer).collect::<Vec<_>>())
}

type KlineAnswer =
    (i64, Amount, Amount, Amount, Amount, Amount, i64, Amount, i64, Amount, Amount, &'static str);

pub fn klines(spot: &Spot, call: &Call<'_>) -> Answer {
    let tape = &lane(spot, call)?.tape;
    let interval = call.text("interval").and_then(Interval::parse).ok_or_else(|| {
        Failure::new(
            -1120,
            "Invalid interval.",
            "`interval` is no length of a candle",
            "send one such as `1h`",
        )
    })?;
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

#[derive(Serialize)]
struct PriceAnswer<'a> {
    symbol: &'a str,
    price: Amount,
}

pub fn ticker_price(spot: &Spot, call: &Call<'_>) -> Answer {
    each(spot, call, |lane| PriceAnswer { symbol: &lane.symbol.name, price: lane.tape.last_price() })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookTickerAnswer<'a> {
    symbol: &'a str,
    bid_price: Amount,
    bid_qty: Amount,
    ask_price: Amount,
    ask_qty: Amount,
}

pub fn book_ticker(spot: &Spot, call: &Call<'_>) -> Answer {
    each(spot, call, |lane| {
        let ((bid_price, bid_qty), (ask_price, ask_qty)) =
            (book::best(spot, lane, Side::Buy), book::best(spot, lane, Side::Sell));
        BookTickerAnswer { symbol: &lane.symbol.name, bid_price, bid_qty, ask_price, ask_qty }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DayAnswer<'a> {
    symbol: &'a str,
    price_change: Amount,
    price_change_percent: String,
    weighted_avg_price: Amount,
    prev_close_price: Amount,
    last_price: Amount,
    last_qty: Amount,
    bid_price: Amount,
    bid_qty: Amount,
    ask_price: Amount,
    ask_qty: Amount,
    open_price: Amount,
    high_price: Amount,
    low_price: Amount,
    volume: Amount,
    quote_volume: Amount,
    open_time: i64,
    close_time: i64,
    first_id: i64,
    last_id: i64,
    count: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MiniAnswer<'a> {
    symbol: &'a str,
    open_price: Amount,
    high_price: Amount,
    low_price: Amount,
    last_price: Amount,
    volume: Amount,
    quote_volume: Amount,
    open_time: i64,
    close_time: i64,
    first_id: i64,
    last_id: i64,
    count: i64,
}

pub fn ticker_24hr(spot: &Spot, call: &Call<'_>) -> Answer {
    let end = call.now_ms();
    if call.text("type") == Some("MINI") {
        return each(spot, call, |lane| mini(lane, call, (end - DAY_MS, end)));
    }
    each(spot, call, |lane| day(spot, lane, call, (end - DAY_MS, end)))
}

fn day<'a>(spot: &Spot, lane: &'a Lane, call: &Call<'_>, (begin, end): (i64, i64)) -> DayAnswer<'a> {
    let c = Candle::of(&lane.tape, begin, end);
    let change = c.close - c.open;
    let ((bid_price, bid_qty), (ask_price, ask_qty)) =
        (book::best(spot, lane, Side::Buy), book::best(spot, lane, Side::Sell));
    let (previous, last) = (lane.tape.trade(c.first_id - 1), lane.tape.trade(c.last_id));
    DayAnswer {
        symbol: &lane.symbol.name,
        price_change: change,
        price_change_percent: change.over(c.open).percent(),
        weighted_avg_price: c.quote_volume.over(c.volume),
        prev_close_price: previous.map_or(c.open, |t| t.price),
        last_price: c.close,
        last_qty: last.map(|t| t.quantity).unwrap_or_default(),
        bid_price,
        bid_qty,
        ask_price,
        ask_qty,
        open_price: c.open,
        high_price: c.high,
        low_price: c.low,
        volume: c.volume,
        quote_volume: c.quote_volume,
        open_time: call.stamp(begin),
        close_time: call.stamp(end),
        first_id: c.first_id,
        last_id: c.last_id,
        count: c.count(),
    }
}

fn mini<'a>(lane: &'a Lane, call: &Call<'_>, (begin, end): (i64, i64)) -> MiniAnswer<'a> {
    let c = Candle::of(&lane.tape, begin, end);
    MiniAnswer {
        symbol: &lane.symbol.name,
        open_price: c.open,
        high_price: c.high,
        low_price: c.low,
        last_price: c.close,
        volume: c.volume,
        quote_volume: c.quote_volume,
        open_time: call.stamp(begin),
        close_time: call.stamp(end),
        first_id: c.first_id,
        last_id: c.last_id,
        count: c.count(),
    }
}
