//! Prices and what became of them over a while.

use serde::Serialize;

use super::book;
use super::candles::{Candle, Interval};
use super::chosen::each;
use super::lane::Lane;
use super::order::Side;
use super::state::Spot;
use super::tape::{DAY_MS, MINUTE_MS};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure};

#[derive(Serialize)]
struct PriceAnswer<'a> {
    symbol: &'a str,
    price: Amount,
}

/// `GET /api/v3/ticker/price`.
pub fn price(spot: &Spot, call: &Call<'_>) -> Answer {
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

/// `GET /api/v3/ticker/bookTicker`.
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

/// A window, shown short.
#[derive(Serialize)]
struct MiniAnswer<'a> {
    symbol: &'a str,
    #[serde(flatten)]
    measured: Measured,
}

/// What all answers about a window tell, in this order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
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

impl Measured {
    fn of(c: &Candle, call: &Call<'_>, (begin, end): (i64, i64)) -> Self {
        Self {
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
}

/// `GET /api/v3/ticker/24hr`.
pub fn day_24h(spot: &Spot, call: &Call<'_>) -> Answer {
    let end = call.now_ms();
    if call.text("type") == Some("MINI") {
        return each(spot, call, |lane| mini(lane, call, (end - DAY_MS, end)));
    }
    each(spot, call, |lane| day(spot, lane, call, (end - DAY_MS, end)))
}

/// `GET /api/v3/ticker`: over a window that ends now.
pub fn rolling(spot: &Spot, call: &Call<'_>) -> Answer {
    let size = call.text("windowSize").unwrap_or("1d");
    let Some(Interval::Fixed { length, .. }) = Interval::parse(size) else {
        return Err(Failure::value("windowSize", size, "a length from 1m to 7d"));
    };
    let end = call.now_ms();
    // A window begins on a whole minute, so that it can be up to a minute longer than asked for.
    over(spot, call, ((end - length).div_euclid(MINUTE_MS) * MINUTE_MS, end))
}

/// `GET /api/v3/ticker/tradingDay`: since the day began.
pub fn trading_day(spot: &Spot, call: &Call<'_>) -> Answer {
    let (zone, end) = (call.zone()?, call.now_ms());
    over(spot, call, ((end + zone).div_euclid(DAY_MS) * DAY_MS - zone, end))
}

fn over(spot: &Spot, call: &Call<'_>, span: (i64, i64)) -> Answer {
    if call.text("type") == Some("MINI") {
        return each(spot, call, |lane| mini(lane, call, span));
    }
    each(spot, call, |lane| window(lane, call, span))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WindowAnswer<'a> {
    symbol: &'a str,
    price_change: Amount,
    price_change_percent: String,
    weighted_avg_price: Amount,
    #[serde(flatten)]
    measured: Measured,
}

/// What happened in a span. It ends with its last millisecond, not before it: what was traded just now is part of it.
fn measured(lane: &Lane, (begin, end): (i64, i64)) -> Candle {
    Candle::of(&lane.tape, begin, end + 1)
}

fn window<'a>(lane: &'a Lane, call: &Call<'_>, span: (i64, i64)) -> WindowAnswer<'a> {
    let c = measured(lane, span);
    let change = c.close - c.open;
    WindowAnswer {
        symbol: &lane.symbol.name,
        price_change: change,
        price_change_percent: change.over(c.open).percent(),
        weighted_avg_price: c.quote_volume.over(c.volume),
        measured: Measured::of(&c, call, span),
    }
}

fn day<'a>(spot: &Spot, lane: &'a Lane, call: &Call<'_>, (begin, end): (i64, i64)) -> DayAnswer<'a> {
    let c = measured(lane, (begin, end));
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

fn mini<'a>(lane: &'a Lane, call: &Call<'_>, span: (i64, i64)) -> MiniAnswer<'a> {
    let c = measured(lane, span);
    MiniAnswer { symbol: &lane.symbol.name, measured: Measured::of(&c, call, span) }
}
