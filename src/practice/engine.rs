use serde::Serialize;

use super::account::Account;
use super::market::{self, SYMBOLS, Symbol};
use super::{examples, history, info, quotes};
use crate::catalogue::{self, Endpoint, Parameter};

/// An accepted request on its way to the part that answers it.
pub(super) struct Call<'a> {
    pub(super) account: &'a Account,
    pub(super) endpoint: &'static Endpoint,
    pub(super) parameters: &'a [(String, String)],
    /// The exchange's clock, in microseconds.
    pub(super) now_us: i64,
    /// Whether times are wanted in microseconds (`X-MBX-TIME-UNIT`).
    pub(super) microseconds: bool,
}

/// A refusal by the engine: the exchange's code and message, and the reason and remedy in our words.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: i32,
    pub(super) message: String,
    pub(super) cause: String,
    pub(super) fix: String,
}

impl Failure {
    pub(super) fn new(code: i32, message: &str, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code, message: message.to_owned(), cause: cause.into(), fix: fix.into() }
    }

    fn value(name: &str, value: &str, expected: &str) -> Self {
        let message = format!("Data sent for parameter '{name}' is not valid.");
        Self::new(-1130, &message, format!("`{name}` is `{value}`"), format!("send {expected}"))
    }
}

pub(super) type Answer = Result<String, Failure>;
type Play = fn(&Call<'_>) -> Answer;

/// What is played, by the name that the catalogue has for it in `plays`.
pub(super) const PLAYS: [(&str, Play); 15] = [
    ("account", history::account),
    ("all-orders", history::all_orders),
    ("avg-price", quotes::avg_price),
    ("depth", quotes::depth),
    ("exchange-info", info::exchange_info),
    ("klines", quotes::klines),
    ("my-trades", history::my_trades),
    ("open-orders", history::open_orders),
    ("order", history::order),
    ("ping", info::ping),
    ("ticker-24hr", quotes::ticker_24hr),
    ("ticker-book-ticker", quotes::book_ticker),
    ("ticker-price", quotes::ticker_price),
    ("time", info::time),
    ("trades", quotes::trades),
];

/// The JSON text of an answer.
pub(super) enum Played {
    /// From the account and the market.
    Answer(String),
    /// Made from the shape of the answer alone.
    Example(String),
}

/// Whether anything of a group is played. Beside true answers an example would look like one, and an order like one that
/// was accepted.
pub(super) fn is_played(group: &str) -> bool {
    catalogue::in_group(group).any(|e| e.plays().is_some())
}

/// Answers an accepted request with the JSON text of the exchange's answer.
pub(super) fn play(call: &Call<'_>) -> Result<Played, Failure> {
    let name = call.endpoint.plays();
    let Some((_, play)) = PLAYS.iter().find(|(n, _)| Some(*n) == name) else {
        if !is_played(call.endpoint.group()) {
            call.combination_allowed()?;
            return Ok(Played::Example(examples::answer(call)));
        }
        return Err(Failure::new(
            -1020,
            "This operation is not supported.",
            "bnq's practice exchange does not play this endpoint yet",
            "use the exchange's test network for it",
        ));
    };
    call.combination_allowed()?;
    play(call).map(Played::Answer)
}

/// The JSON text of an answer. Structs keep the order of their fields, which is that of the documentation.
pub(super) fn json(answer: &impl Serialize) -> Answer {
    serde_json::to_string(answer).map_err(|error| {
        let message = "An unknown error occurred while processing the request.";
        Failure::new(
            -1000,
            message,
            format!("the answer could not be written: {error}"),
            "report this to bnq",
        )
    })
}

impl Call<'_> {
    /// A parameter as it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A whole number. The gate lets only digits through; what is too long for a number is larger than any.
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

    /// The symbol of an endpoint that takes one. The gate has looked at it already.
    pub(super) fn symbol(&self) -> Result<&'static Symbol, Failure> {
        self.text("symbol").and_then(market::find).ok_or_else(invalid_symbol)
    }

    /// The symbols that `symbol` and `symbols` name; all of them without either.
    pub(super) fn symbols(&self) -> Result<Chosen, Failure> {
        let status = self.text("symbolStatus").is_none_or(|s| s == "TRADING");
        let mismatch = || {
            let message = "The symbol's status does not match the requested symbolStatus.";
            Failure::new(-1220, message, "every symbol here is TRADING", "leave `symbolStatus` out")
        };
        if self.text("symbol").is_some() {
            let symbol = self.symbol()?;
            return if status { Ok(Chosen::One(symbol)) } else { Err(mismatch()) };
        }
        let Some(list) = self.text("symbols") else {
            return Ok(Chosen::Many(SYMBOLS.iter().filter(|_| status).collect()));
        };
        let names: Vec<String> = serde_json::from_str(list)
            .map_err(|_| Failure::value("symbols", list, "a JSON array of symbols"))?;
        if names.iter().enumerate().any(|(i, name)| names.iter().skip(i + 1).any(|n| n == name)) {
            let message = "Symbol is present multiple times in the list.";
            return Err(Failure::new(-1151, message, "a symbol stands in `symbols` twice", "send each once"));
        }
        let found: Option<Vec<_>> = names.iter().map(|n| market::find(n)).collect();
        let found = found.ok_or_else(invalid_symbol)?;
        if status || found.is_empty() { Ok(Chosen::Many(found)) } else { Err(mismatch()) }
    }

    /// The zone that candles begin in, in milliseconds.
    pub(super) fn zone(&self) -> Result<i64, Failure> {
        let text = self.text("timeZone").unwrap_or("0");
        let expected = "an offset from -12:00 to +14:00";
        super::candles::zone(text).ok_or_else(|| Failure::value("timeZone", text, expected))
    }

    /// Milliseconds, in the unit that was asked for.
    pub(super) fn stamp(&self, ms: i64) -> i64 {
        if self.microseconds { ms * 1000 } else { ms }
    }

    /// Answers for the one symbol that was asked for, or a list of answers.
    pub(super) fn each<T: Serialize>(&self, answer: impl Fn(&'static Symbol) -> T) -> Answer {
        match self.symbols()? {
            Chosen::One(symbol) => json(&answer(symbol)),
            Chosen::Many(symbols) => json(&symbols.into_iter().map(answer).collect::<Vec<_>>()),
        }
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

/// Which symbols a call is about.
pub(super) enum Chosen {
    One(&'static Symbol),
    Many(Vec<&'static Symbol>),
}

fn invalid_symbol() -> Failure {
    Failure::new(
        -1121,
        "Invalid symbol.",
        "there is no such symbol here",
        "ask `exchangeInfo` for the symbols",
    )
}
