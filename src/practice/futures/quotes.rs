//! Tickers, mark prices and funding rates.

use serde::Serialize;

use super::contract::Contract;
use super::history::{limit, window};
use super::market::side;
use super::order::Side;
use super::state::Futures;
use super::terms::contract;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, json};
use crate::practice::spot::candles::Candle;
use crate::practice::spot::tape::DAY_MS;

/// How often funding would be paid.
const FUNDING_MS: i64 = 8 * 60 * 60 * 1000;
/// The funding rate, which is always the same here.
const FUNDING_RATE: &str = "0.00010000";

/// Answers for the contract that was asked for, or a list of answers.
fn each<'a, T: Serialize>(
    futures: &'a Futures,
    call: &Call<'_>,
    answer: impl Fn(&'a Contract) -> T,
) -> Answer {
    match call.text("symbol") {
        Some(_) => json(&answer(contract(futures, call)?)),
        None => json(&futures.contracts.iter().map(answer).collect::<Vec<_>>()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DayAnswer<'a> {
    symbol: &'a str,
    price_change: String,
    price_change_percent: String,
    weighted_avg_price: String,
    last_price: String,
    last_qty: String,
    open_price: String,
    high_price: String,
    low_price: String,
    volume: String,
    quote_volume: String,
    open_time: i64,
    close_time: i64,
    first_id: i64,
    last_id: i64,
    count: i64,
}

/// `GET /fapi/v1/ticker/24hr`.
pub fn ticker_24hr(futures: &Futures, call: &Call<'_>) -> Answer {
    let end = call.now_ms();
    each(futures, call, |contract| {
        let tape = &contract.lane.tape;
        // What was traded just now is part of it.
        let c = Candle::of(tape, end - DAY_MS, end + 1);
        let change = c.close - c.open;
        DayAnswer {
            symbol: contract.name(),
            price_change: contract.price(change),
            price_change_percent: change.over(c.open).percent(),
            weighted_avg_price: contract.price(c.quote_volume.over(c.volume)),
            last_price: contract.price(c.close),
            last_qty: contract.quantity(tape.trade(c.last_id).map(|t| t.quantity).unwrap_or_default()),
            open_price: contract.price(c.open),
            high_price: contract.price(c.high),
            low_price: contract.price(c.low),
            volume: contract.quantity(c.volume),
            quote_volume: contract.money(c.quote_volume),
            open_time: end - DAY_MS,
            close_time: end,
            first_id: c.first_id,
            last_id: c.last_id,
            count: c.count(),
        }
    })
}

#[derive(Serialize)]
struct PriceAnswer<'a> {
    symbol: &'a str,
    price: String,
    time: i64,
}

/// `GET /fapi/v1/ticker/price` and `GET /fapi/v2/ticker/price`.
pub fn ticker_price(futures: &Futures, call: &Call<'_>) -> Answer {
    each(futures, call, |contract| {
        let last = contract.lane.tape.last();
        PriceAnswer { symbol: contract.name(), price: contract.price(last.price), time: last.time }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BookTicker<'a> {
    symbol: &'a str,
    bid_price: String,
    bid_qty: String,
    ask_price: String,
    ask_qty: String,
    time: i64,
}

/// `GET /fapi/v1/ticker/bookTicker`.
pub fn book_ticker(futures: &Futures, call: &Call<'_>) -> Answer {
    each(futures, call, |contract| {
        let best = |of| side(futures, contract, of).first().copied().unwrap_or_default();
        let ((bid, bid_qty), (ask, ask_qty)) = (best(Side::Buy), best(Side::Sell));
        BookTicker {
            symbol: contract.name(),
            bid_price: contract.price(bid),
            bid_qty: contract.quantity(bid_qty),
            ask_price: contract.price(ask),
            ask_qty: contract.quantity(ask_qty),
            time: contract.lane.quoted_at(),
        }
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PremiumAnswer<'a> {
    symbol: &'a str,
    mark_price: Amount,
    index_price: Amount,
    estimated_settle_price: Amount,
    last_funding_rate: &'static str,
    interest_rate: &'static str,
    next_funding_time: i64,
    time: i64,
}

/// `GET /fapi/v1/premiumIndex`. Mark and index are one price here.
pub fn premium_index(futures: &Futures, call: &Call<'_>) -> Answer {
    let now = call.now_ms();
    each(futures, call, |contract| PremiumAnswer {
        symbol: contract.name(),
        mark_price: contract.mark(),
        index_price: contract.mark(),
        estimated_settle_price: contract.mark(),
        last_funding_rate: FUNDING_RATE,
        interest_rate: FUNDING_RATE,
        next_funding_time: (now.div_euclid(FUNDING_MS) + 1) * FUNDING_MS,
        time: now,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FundingAnswer<'a> {
    symbol: &'a str,
    funding_rate: &'static str,
    funding_time: i64,
    mark_price: Amount,
    rate_type: &'static str,
}

/// `GET /fapi/v1/fundingRate`: the rates there have been, oldest first. The mark price is that of the trade before.
pub fn funding_rate(futures: &Futures, call: &Call<'_>) -> Answer {
    let (symbol, most) = (call.text("symbol"), limit(call, 100, 1000)?);
    let window = window(call)?;
    let (start, end) = (*window.start(), (*window.end()).min(call.now_ms()));
    let mut rows = Vec::new();
    for contract in futures.contracts.iter().filter(|c| symbol.is_none_or(|s| s == c.name())) {
        let tape = &contract.lane.tape;
        let first =
            start.max(tape.open_ms() + FUNDING_MS).saturating_add(FUNDING_MS - 1).div_euclid(FUNDING_MS);
        let last = end.div_euclid(FUNDING_MS);
        let count = i64::try_from(most).unwrap_or(i64::MAX);
        let times = if call.text("startTime").is_some() {
            first..=last.min(first.saturating_add(count - 1))
        } else {
            first.max(last.saturating_sub(count - 1))..=last
        };
        rows.extend(times.map(|n| FundingAnswer {
            symbol: contract.name(),
            funding_rate: FUNDING_RATE,
            funding_time: n * FUNDING_MS,
            mark_price: tape.trade(tape.first_from(n * FUNDING_MS) - 1).map(|t| t.price).unwrap_or_default(),
            rate_type: "REALIZED",
        }));
    }
    rows.sort_by_key(|r| r.funding_time);
    let surplus = if call.text("startTime").is_some() { 0 } else { rows.len().saturating_sub(most) };
    let rows: Vec<_> = rows.into_iter().skip(surplus).take(most).collect();
    json(&rows)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FundingInfo<'a> {
    symbol: &'a str,
    adjusted_funding_rate_cap: &'static str,
    adjusted_funding_rate_floor: &'static str,
    funding_interval_hours: i64,
    disclaimer: bool,
}

/// `GET /fapi/v1/fundingInfo`.
pub fn funding_info(futures: &Futures) -> Answer {
    let answer = |contract| {
        let contract: &Contract = contract;
        FundingInfo {
            symbol: contract.name(),
            adjusted_funding_rate_cap: "0.02000000",
            adjusted_funding_rate_floor: "-0.02000000",
            funding_interval_hours: FUNDING_MS / 3_600_000,
            disclaimer: false,
        }
    };
    json(&futures.contracts.iter().map(answer).collect::<Vec<_>>())
}
