use std::fmt::Display;

use serde::Serialize;
use serde_json::value::RawValue;

use self::Play::{Change, Look};
use super::keys::Keys;
use super::limits::Limits;
use super::spot::{amend, cancels, history, info, list_orders, orders, prevented, quotes, replace, tickers};
use super::{examples, futures, margin, spot, wallet};
use crate::catalogue::{Endpoint, Parameter};

/// Everything that a practice exchange plays with: what the engine changes.
pub(super) struct World {
    pub(super) spot: spot::Spot,
    pub(super) futures: futures::Futures,
    pub(super) wallet: wallet::Wallet,
}

impl World {
    /// An exchange that is started at `start_ms`, a whole minute, with an account to which nothing has happened.
    pub(super) fn new(opening: &spot::Opening, start_ms: i64) -> Self {
        let spot = opening.begin(start_ms);
        // What is beside Spot belongs to the practice account: another one would have money that nothing tells of.
        let (futures, wallet) = if opening.equals(&spot::Opening::practice()) {
            (futures::practice_account(&spot, start_ms), wallet::practice_account(start_ms))
        } else {
            (futures::empty_account(&spot, start_ms), wallet::empty_account(start_ms))
        };
        Self { spot, futures, wallet }
    }

    /// Whether anything has happened by this time, in milliseconds.
    fn is_due(&self, now_ms: i64) -> bool {
        self.spot.is_due(now_ms) || self.futures.is_due(now_ms)
    }

    /// Lets the minutes pass that have passed by this time, in milliseconds.
    pub(super) fn advance(&mut self, now_ms: i64) {
        self.spot.advance(now_ms);
        self.futures.advance(now_ms);
    }
}

/// An accepted request on its way to the part that answers it.
pub(super) struct Call<'a> {
    pub(super) endpoint: &'static Endpoint,
    pub(super) parameters: &'a [(String, String)],
    /// The API key it came with, where one is needed.
    pub(super) api_key: Option<&'a str>,
    /// The keys of the account, as far as they are known.
    pub(super) keys: Option<&'a Keys>,
    pub(super) limits: &'a Limits,
    /// The exchange's clock, in microseconds.
    pub(super) now_us: i64,
    /// What the exchange says the time is, in microseconds: the same unless a fault has put the gate's clock wrong.
    pub(super) told_us: i64,
    /// Whether times are wanted in microseconds (`X-MBX-TIME-UNIT`).
    pub(super) microseconds: bool,
}

/// A refusal by the engine: the exchange's code and message, and the reason and remedy in our words.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) code: i32,
    pub(super) message: String,
    pub(super) cause: String,
    pub(super) fix: String,
    /// What else the body holds, under `data`.
    pub(super) data: Option<Box<RawValue>>,
}

impl Failure {
    pub(super) fn new(code: i32, message: &str, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        let (message, cause, fix) = (message.to_owned(), cause.into(), fix.into());
        Self { status: 400, code, message, cause, fix, data: None }
    }

    /// A refusal by the matching engine.
    pub(super) fn rejected(message: &str, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(-2010, message, cause, fix)
    }

    pub(super) fn value(name: &str, value: &str, expected: &str) -> Self {
        let message = format!("Data sent for parameter '{name}' is not valid.");
        Self::new(-1130, &message, format!("`{name}` is `{value}`"), format!("send {expected}"))
    }

    pub(super) fn invalid_symbol() -> Self {
        let fix = "ask `exchangeInfo` for the symbols";
        Self::new(-1121, "Invalid symbol.", "there is no such symbol here", fix)
    }

    pub(super) fn invalid_interval() -> Self {
        Self::new(-1120, "Invalid interval.", "`interval` is no length of a candle", "send one such as `1h`")
    }

    /// The body of the answer, as JSON.
    pub(super) fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            code: i32,
            msg: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            data: Option<&'a RawValue>,
        }
        let body = Body { code: self.code, msg: &self.message, data: self.data.as_deref() };
        // Text and a number: this cannot fail.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

pub(super) type Answer = Result<String, Failure>;

/// How an endpoint is played. What only looks can be played by several threads at once.
#[derive(Clone, Copy)]
pub(super) enum Play {
    Look(fn(&World, &Call<'_>) -> Answer),
    Change(fn(&mut World, &Call<'_>) -> Answer),
}

/// What is played, by the name that the catalogue has for it in `plays`: a table for each product, Spot's being [`PLAYS`].
pub(super) fn plays() -> impl Iterator<Item = &'static (&'static str, Play)> {
    [PLAYS, futures::PLAYS, wallet::PLAYS, margin::PLAYS].into_iter().flatten()
}

/// What is played at Spot.
const PLAYS: &[(&str, Play)] = &[
    ("account", Look(|w, c| history::account(&w.spot, c))),
    ("account-commission", Look(|w, c| history::commission(&w.spot, c))),
    ("agg-trades", Look(|w, c| quotes::agg_trades(&w.spot, c))),
    ("all-order-list", Look(|w, c| list_orders::all(&w.spot, c))),
    ("all-orders", Look(|w, c| history::all_orders(&w.spot, c))),
    ("avg-price", Look(|w, c| quotes::avg_price(&w.spot, c))),
    ("cancel-open-orders", Change(|w, c| cancels::open_orders(&mut w.spot, c))),
    ("cancel-order", Change(|w, c| cancels::order(&mut w.spot, c))),
    ("cancel-order-list", Change(|w, c| list_orders::cancel(&mut w.spot, c))),
    ("depth", Look(|w, c| quotes::depth(&w.spot, c))),
    ("exchange-info", Look(|w, c| info::exchange_info(&w.spot, c))),
    ("execution-rules", Look(|w, c| info::execution_rules(&w.spot, c))),
    ("historical-block-trades", Look(|w, c| quotes::historical_block_trades(&w.spot, c))),
    ("historical-trades", Look(|w, c| quotes::historical_trades(&w.spot, c))),
    ("klines", Look(|w, c| quotes::klines(&w.spot, c))),
    ("my-allocations", Look(|w, c| prevented::my_allocations(&w.spot, c))),
    ("my-filters", Look(|w, c| info::my_filters(&w.spot, c))),
    ("my-prevented-matches", Look(|w, c| prevented::my_prevented_matches(&w.spot, c))),
    ("my-trades", Look(|w, c| history::my_trades(&w.spot, c))),
    ("new-order", Change(|w, c| orders::new_order(&mut w.spot, c))),
    ("new-sor-order", Change(|w, c| orders::new_sor_order(&mut w.spot, c))),
    ("open-order-list", Look(|w, c| list_orders::open(&w.spot, c))),
    ("open-orders", Look(|w, c| history::open_orders(&w.spot, c))),
    ("order", Look(|w, c| history::order(&w.spot, c))),
    ("order-amend-keep-priority", Change(|w, c| amend::keep_priority(&mut w.spot, c))),
    ("order-amendments", Look(|w, c| amend::amendments(&w.spot, c))),
    ("order-cancel-replace", Change(|w, c| replace::cancel_replace(&mut w.spot, c))),
    ("order-list", Look(|w, c| list_orders::order_list(&w.spot, c))),
    ("order-list-oco", Change(|w, c| list_orders::new_oco(&mut w.spot, c))),
    ("order-list-opo", Change(|w, c| list_orders::new_opo(&mut w.spot, c))),
    ("order-list-opoco", Change(|w, c| list_orders::new_opoco(&mut w.spot, c))),
    ("order-list-oto", Change(|w, c| list_orders::new_oto(&mut w.spot, c))),
    ("order-list-otoco", Change(|w, c| list_orders::new_otoco(&mut w.spot, c))),
    ("order-oco", Change(|w, c| list_orders::new_old_oco(&mut w.spot, c))),
    ("order-test", Look(|w, c| orders::test(&w.spot, c))),
    ("ping", Look(|_, c| info::ping(c))),
    ("rate-limit-order", Look(|_, c| info::order_counts(c))),
    ("reference-price", Look(|w, c| quotes::reference_price(&w.spot, c))),
    ("reference-price-calculation", Look(|w, c| quotes::reference_price_calculation(&w.spot, c))),
    ("sor-order-test", Look(|w, c| orders::sor_test(&w.spot, c))),
    ("ticker", Look(|w, c| tickers::rolling(&w.spot, c))),
    ("ticker-24hr", Look(|w, c| tickers::day_24h(&w.spot, c))),
    ("ticker-book-ticker", Look(|w, c| tickers::book_ticker(&w.spot, c))),
    ("ticker-price", Look(|w, c| tickers::price(&w.spot, c))),
    ("ticker-trading-day", Look(|w, c| tickers::trading_day(&w.spot, c))),
    ("time", Look(|_, c| info::time(c))),
    ("trades", Look(|w, c| quotes::trades(&w.spot, c))),
    ("ui-klines", Look(|w, c| quotes::klines(&w.spot, c))),
];

/// The JSON text of an answer.
pub(super) enum Played {
    /// From the account and the market.
    Answer(String),
    /// Made from the shape of the answer alone.
    Example(String),
}

/// The function that plays an endpoint.
fn player(endpoint: &Endpoint) -> Option<Play> {
    let name = endpoint.plays()?;
    plays().find(|(n, _)| *n == name).map(|(_, play)| *play)
}

/// Answers an accepted request with the JSON text of the exchange's answer.
pub(super) fn play(world: &mut World, call: &Call<'_>) -> Result<Played, Failure> {
    call.combination_allowed()?;
    let Some(play) = player(call.endpoint) else { return Ok(Played::Example(examples::answer(call))) };
    world.advance(call.now_ms());
    match play {
        Look(look) => look(world, call),
        Change(change) => change(world, call),
    }
    .map(Played::Answer)
}

/// The same for a request that only looks at a world in which nothing is due; `None` for any other.
pub(super) fn look(world: &World, call: &Call<'_>) -> Option<Result<Played, Failure>> {
    let Look(look) = player(call.endpoint).filter(|_| !world.is_due(call.now_ms()))? else { return None };
    Some(call.combination_allowed().and_then(|()| look(world, call)).map(Played::Answer))
}

/// Whether a symbol is traded where an endpoint trades. An endpoint that answers with an example takes any: some of them have
/// names that no market has, such as `BTCUSD`.
pub(super) fn is_traded(world: &World, endpoint: &Endpoint, symbol: &str) -> bool {
    match (endpoint.group(), endpoint.plays()) {
        ("futures", Some(_)) => world.futures.has(symbol),
        (_, Some(_)) => world.spot.has(symbol),
        (_, None) => true,
    }
}

/// The JSON text of an answer. Structs keep the order of their fields, which is that of the documentation.
pub(super) fn json(answer: &impl Serialize) -> Answer {
    /// Most answers are shorter, in bytes: a text that grows is copied each time.
    const USUAL: usize = 4096;
    let mut text = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut text, answer).map_err(unwritten)?;
    String::from_utf8(text).map_err(unwritten)
}

/// The same for a part of an answer.
pub(super) fn json_part(part: &impl Serialize) -> Result<Box<RawValue>, Failure> {
    serde_json::value::to_raw_value(part).map_err(unwritten)
}

fn unwritten(error: impl Display) -> Failure {
    let message = "An unknown error occurred while processing the request.";
    let cause = format!("the answer could not be written: {error}");
    Failure::new(-1000, message, cause, "report this to bnq")
}

impl Call<'_> {
    /// Whether it is played: that it gets no example.
    pub(super) fn is_played(&self) -> bool {
        player(self.endpoint).is_some()
    }

    /// A parameter as it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A whole number. The gate lets only digits through, and no more than fit.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name).map(|v| v.parse().unwrap_or(i64::MAX))
    }

    /// A time in milliseconds; sixteen digits or more are microseconds.
    pub(super) fn time(&self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let number = self.number(name)?;
        Some(if text.len() >= 16 { number / 1000 } else { number })
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|v| v.eq_ignore_ascii_case("true"))
    }

    /// `limit`, between the bounds that the catalogue has for it.
    pub(super) fn limit(&self) -> Result<usize, Failure> {
        let parameter = self.endpoint.parameter("limit");
        let bound = |text: Option<&str>| text.and_then(|t| t.parse::<i64>().ok());
        let most = bound(parameter.and_then(Parameter::max)).unwrap_or(1000);
        let usual = bound(parameter.and_then(Parameter::default)).unwrap_or(most);
        let mut limit = self.number("limit").unwrap_or(usual);
        if parameter.is_some_and(Parameter::capped) {
            limit = limit.min(most);
        }
        if !(1..=most).contains(&limit) {
            let sent = self.text("limit").unwrap_or_default();
            return Err(Failure::value("limit", sent, &format!("a number from 1 to {most}")));
        }
        Ok(usize::try_from(limit).unwrap_or(usize::MAX))
    }

    /// The exchange's clock, in milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_us.div_euclid(1000)
    }

    /// The zone that candles begin in, in milliseconds.
    pub(super) fn zone(&self) -> Result<i64, Failure> {
        let text = self.text("timeZone").unwrap_or("0");
        let expected = "an offset from -12:00 to +14:00";
        spot::zone(text).ok_or_else(|| Failure::value("timeZone", text, expected))
    }

    /// Milliseconds, in the unit that was asked for.
    pub(super) fn stamp(&self, ms: i64) -> i64 {
        if self.microseconds { ms * 1000 } else { ms }
    }

    fn combination_allowed(&self) -> Result<(), Failure> {
        for group in self.endpoint.at_most_one() {
            let sent: Vec<&str> = group.iter().filter(|name| self.text(name).is_some()).collect();
            if sent.len() > 1 {
                let message = "Combination of optional parameters invalid.";
                let cause = format!("`{}` were sent together", sent.join("` and `"));
                return Err(Failure::new(-1128, message, cause, "send one of them"));
            }
        }
        Ok(())
    }
}
