//! The market's side: book, trades, candles and tickers.

use serde::Serialize;

use super::amount::Amount;
use super::book::Book;
use super::candles::{Candle, Interval, Range};
use super::engine::{Answer, Call, Failure, json};
use super::market::{END_MS, LAST_TRADE, Symbol, Trade, trade_time};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const AVERAGE_MINUTES: i64 = 5;
/// The number of the book's last change: one for each trade.
const LAST_UPDATE: i64 = LAST_TRADE + 1_000_000;

type Level = (Amount, Amount);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepthAnswer {
    last_update_id: i64,
    bids: Vec<Level>,
    asks: Vec<Level>,
}

pub(super) fn depth(call: &Call<'_>) -> Answer {
    call.symbols()?;
    let limit = call.limit()?;
    let mut book = Book::of(call.symbol()?, call.account);
    book.bids.truncate(limit);
    book.asks.truncate(limit);
    json(&DepthAnswer { last_update_id: LAST_UPDATE, bids: book.bids, asks: book.asks })
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

pub(super) fn trades(call: &Call<'_>) -> Answer {
    let limit = i64::try_from(call.limit()?).unwrap_or(LAST_TRADE);
    let answer = |t: Trade| TradeAnswer {
        id: t.id,
        price: t.price,
        qty: t.quantity,
        quote_qty: t.quote(),
        time: call.stamp(t.time),
        is_buyer_maker: t.buyer_is_maker,
        is_best_match: true,
    };
    let trades = call.symbol()?.trades(LAST_TRADE - limit + 1..=LAST_TRADE);
    json(&trades.map(answer).collect::<Vec<_>>())
}

type KlineAnswer =
    (i64, Amount, Amount, Amount, Amount, Amount, i64, Amount, i64, Amount, Amount, &'static str);

pub(super) fn klines(call: &Call<'_>) -> Answer {
    let symbol = call.symbol()?;
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
        let c = Candle::of(symbol, begin, end);
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
    json(&range.spans().into_iter().map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AverageAnswer {
    mins: i64,
    price: Amount,
    close_time: i64,
}

pub(super) fn avg_price(call: &Call<'_>) -> Answer {
    let candle = Candle::of(call.symbol()?, END_MS - AVERAGE_MINUTES * 60_000, END_MS);
    json(&AverageAnswer {
        mins: AVERAGE_MINUTES,
        price: candle.quote_volume.over(candle.volume),
        close_time: call.stamp(trade_time(LAST_TRADE)),
    })
}

#[derive(Serialize)]
struct PriceAnswer {
    symbol: &'static str,
    price: Amount,
}

pub(super) fn ticker_price(call: &Call<'_>) -> Answer {
    call.each(|s| PriceAnswer { symbol: s.name, price: s.last_price() })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookTickerAnswer {
    symbol: &'static str,
    bid_price: Amount,
    bid_qty: Amount,
    ask_price: Amount,
    ask_qty: Amount,
}

pub(super) fn book_ticker(call: &Call<'_>) -> Answer {
    call.each(|symbol| {
        let ((bid_price, bid_qty), (ask_price, ask_qty)) = best(symbol, call);
        BookTickerAnswer { symbol: symbol.name, bid_price, bid_qty, ask_price, ask_qty }
    })
}

fn best(symbol: &Symbol, call: &Call<'_>) -> (Level, Level) {
    let book = Book::of(symbol, call.account);
    (book.bids.first().copied().unwrap_or_default(), book.asks.first().copied().unwrap_or_default())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DayAnswer {
    symbol: &'static str,
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
struct MiniAnswer {
    symbol: &'static str,
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

pub(super) fn ticker_24hr(call: &Call<'_>) -> Answer {
    if call.text("type") == Some("MINI") { call.each(|s| mini(s, call)) } else { call.each(|s| day(s, call)) }
}

fn last_day(symbol: &Symbol) -> Candle {
    Candle::of(symbol, END_MS - DAY_MS, END_MS)
}

fn day(symbol: &'static Symbol, call: &Call<'_>) -> DayAnswer {
    let c = last_day(symbol);
    let change = c.close - c.open;
    let ((bid_price, bid_qty), (ask_price, ask_qty)) = best(symbol, call);
    DayAnswer {
        symbol: symbol.name,
        price_change: change,
        price_change_percent: change.over(c.open).percent(),
        weighted_avg_price: c.quote_volume.over(c.volume),
        prev_close_price: symbol.trade(c.first_id - 1).price,
        last_price: c.close,
        last_qty: symbol.trade(c.last_id).quantity,
        bid_price,
        bid_qty,
        ask_price,
        ask_qty,
        open_price: c.open,
        high_price: c.high,
        low_price: c.low,
        volume: c.volume,
        quote_volume: c.quote_volume,
        open_time: call.stamp(END_MS - DAY_MS),
        close_time: call.stamp(END_MS),
        first_id: c.first_id,
        last_id: c.last_id,
        count: c.count(),
    }
}

fn mini(symbol: &'static Symbol, call: &Call<'_>) -> MiniAnswer {
    let c = last_day(symbol);
    MiniAnswer {
        symbol: symbol.name,
        open_price: c.open,
        high_price: c.high,
        low_price: c.low,
        last_price: c.close,
        volume: c.volume,
        quote_volume: c.quote_volume,
        open_time: call.stamp(END_MS - DAY_MS),
        close_time: call.stamp(END_MS),
        first_id: c.first_id,
        last_id: c.last_id,
        count: c.count(),
    }
}
