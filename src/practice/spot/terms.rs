//! Reads what a client asks for when it places an order.

use std::sync::Arc;

use super::order::{Kind, Prevention, Side, Terms, TimeInForce};
use super::pegs;
use super::state::Spot;
use super::symbol::Symbol;
use crate::practice::amount::{Amount, NoAmount};
use crate::practice::engine::{Call, Failure};

/// How the parameters of one order are called in a request: `price`, or `pendingAbovePrice` in a list.
#[derive(Clone, Copy)]
pub struct Naming {
    /// What stands before each name.
    pub prefix: &'static str,
    /// Parameters that are called something else altogether: the usual name, and this one.
    pub special: &'static [(&'static str, &'static str)],
}

impl Naming {
    /// As in `POST /api/v3/order`.
    pub const PLAIN: Self = Self { prefix: "", special: &[] };

    /// Whether the order waits for another one of its list.
    fn is_pending(self) -> bool {
        self.prefix.starts_with("pending")
    }

    /// What a parameter is called; nothing where the order has no such parameter.
    pub fn name(self, usual: &str) -> String {
        if let Some((_, special)) = self.special.iter().find(|(name, _)| *name == usual) {
            return (*special).to_owned();
        }
        if self.prefix.is_empty() {
            return usual.to_owned();
        }
        // The id of an order in a list is called `aboveClientOrderId`, without "new".
        let usual = if usual == "newClientOrderId" { "clientOrderId" } else { usual };
        let mut letters = usual.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        self.prefix.chars().chain(first).chain(letters).collect()
    }
}

/// One order of a request.
pub struct Sent<'a> {
    /// The request.
    pub call: &'a Call<'a>,
    /// How its parameters are called.
    pub naming: Naming,
    /// Its type, where no parameter says it.
    pub kind: Option<Kind>,
}

impl<'a> Sent<'a> {
    /// The order of a request that has one.
    pub fn plain(call: &'a Call<'a>) -> Self {
        Self { call, naming: Naming::PLAIN, kind: None }
    }

    /// A parameter as it was sent.
    pub fn text(&self, usual: &str) -> Option<&str> {
        self.call.text(&self.naming.name(usual))
    }

    /// A decimal; zero if it was not sent.
    ///
    /// # Errors
    /// If it is none, is zero, or has more decimals than there are.
    pub fn amount(&self, usual: &str) -> Result<Amount, Failure> {
        let Some(text) = self.text(usual) else { return Ok(Amount::ZERO) };
        amount(&self.naming.name(usual), text)
    }

    /// A whole number.
    pub fn number(&self, usual: &str) -> Option<i64> {
        self.call.number(&self.naming.name(usual))
    }

    /// One of the exchange's words.
    fn word<T>(
        &self,
        usual: &str,
        parse: fn(&str) -> Option<T>,
        code: i32,
        message: &str,
    ) -> Result<Option<T>, Failure> {
        let Some(text) = self.text(usual) else { return Ok(None) };
        let name = self.naming.name(usual);
        let cause = format!("`{name}` is `{text}`");
        let fix = format!("send one of the values that `{name}` takes, in upper case");
        parse(text).map(Some).ok_or_else(|| Failure::new(code, message, cause, fix))
    }

    fn not_with(&self, usual: &str, kind: Kind) -> Result<(), Failure> {
        if self.text(usual).is_none() {
            return Ok(());
        }
        let name = self.naming.name(usual);
        let message = format!("Parameter '{name}' sent when not required.");
        let cause = format!("`{name}` does not go with a {} order", kind.as_str());
        Err(Failure::new(-1106, &message, cause, format!("leave `{name}` out")))
    }
}

/// Reads a decimal that must not be zero.
///
/// # Errors
/// If it is none, is zero, or has more decimals than there are.
pub fn amount(name: &str, text: &str) -> Result<Amount, Failure> {
    match text.parse::<Amount>() {
        Ok(amount) if amount.is_zero() => {
            let what = name.to_ascii_lowercase();
            let what = if what.ends_with("price") { "price" } else { "quantity" };
            let message = format!("Invalid {what}.");
            Err(Failure::new(
                -1013,
                &message,
                format!("`{name}` is zero"),
                format!("send `{name}` above zero"),
            ))
        }
        Ok(amount) => Ok(amount),
        Err(NoAmount::TooPrecise) => {
            let message = format!("Parameter '{name}' has too much precision.");
            let cause = format!("`{name}` is `{text}`, which has more than eight decimals");
            Err(Failure::new(-1111, &message, cause, "round it to the symbol's tickSize or stepSize"))
        }
        Err(NoAmount::TooLarge) => {
            let message = format!("Parameter '{name}' overflowed.");
            Err(Failure::new(-1108, &message, format!("`{name}` is `{text}`"), "send a smaller number"))
        }
        Err(NoAmount::Malformed) => Err(Failure::value(name, text, "a decimal number")),
    }
}

/// The symbol that a call is about.
///
/// # Errors
/// If there is no such.
pub fn symbol(spot: &Spot, call: &Call<'_>) -> Result<Arc<Symbol>, Failure> {
    let name = call.text("symbol").unwrap_or_default();
    spot.lane(name).map(|l| Arc::clone(&l.symbol)).ok_or_else(Failure::invalid_symbol)
}

/// Reads an order of a request.
///
/// # Errors
/// If a value is not understood, or does not go with the type.
pub fn read(spot: &Spot, sent: &Sent<'_>) -> Result<Terms, Failure> {
    let symbol = symbol(spot, sent.call)?;
    let side = sent.word("side", Side::parse, -1117, "Invalid side.")?.unwrap_or(Side::Buy);
    let kind = match sent.kind {
        Some(kind) => kind,
        None => sent.word("type", Kind::parse, -1116, "Invalid orderType.")?.unwrap_or(Kind::Limit),
    };
    let time_in_force = sent.word("timeInForce", TimeInForce::parse, -1115, "Invalid timeInForce.")?;
    let time_in_force = time_in_force.unwrap_or(TimeInForce::Gtc);
    goes_with(sent, kind)?;
    let mut terms = Terms {
        side,
        kind,
        time_in_force,
        price: sent.amount("price")?,
        stop_price: sent.amount("stopPrice")?,
        trigger_price: Amount::ZERO,
        trailing_delta: sent.number("trailingDelta").map(|d| u32::try_from(d).unwrap_or(u32::MAX)),
        quantity: sent.amount("quantity")?,
        quote_quantity: sent.amount("quoteOrderQty")?,
        iceberg: sent.amount("icebergQty")?,
        client_id: sent.text("newClientOrderId").map(str::to_owned),
        prevention: prevention(sent.call)?,
        strategy_id: sent.number("strategyId"),
        strategy_type: sent.number("strategyType"),
        peg: pegs::read(sent, kind, time_in_force)?,
        sor: false,
        symbol,
    };
    if !kind.is_contingent() && !sent.naming.is_pending() {
        pegs::settle(spot, &mut terms)?;
    }
    terms.trigger_price = trigger_price(spot, &terms);
    agree(sent, &terms)?;
    Ok(terms)
}

fn trigger_price(spot: &Spot, terms: &Terms) -> Amount {
    let waits = terms.kind.is_contingent() || terms.waits_for_peg();
    if !waits || !terms.stop_price.is_zero() {
        return terms.stop_price;
    }
    spot.lane(&terms.symbol.name).map(|l| l.tape.last_price()).unwrap_or_default()
}

/// Source: Spot documentation, "Self Trade Prevention (STP) FAQ".
fn prevention(call: &Call<'_>) -> Result<Prevention, Failure> {
    let Some(word) = call.text("selfTradePreventionMode") else { return Ok(Prevention::ExpireMaker) };
    Prevention::parse(word).ok_or_else(|| {
        let modes: Vec<&str> = Prevention::ALL.iter().map(|p| p.as_str()).collect();
        let message = "This symbol does not allow the specified self-trade prevention mode.";
        let cause = format!("`selfTradePreventionMode` is `{word}`, which no symbol here allows");
        Failure::new(-1013, message, cause, format!("send one of {}", modes.join(", ")))
    })
}

/// Whether the parameters that were sent go with the type.
/// Source: Spot REST documentation, "New order".
fn goes_with(sent: &Sent<'_>, kind: Kind) -> Result<(), Failure> {
    if !kind.has_price() {
        sent.not_with("price", kind)?;
        sent.not_with("icebergQty", kind)?;
        sent.not_with("timeInForce", kind)?;
    }
    if kind != Kind::Market {
        sent.not_with("quoteOrderQty", kind)?;
    }
    if kind == Kind::LimitMaker {
        sent.not_with("timeInForce", kind)?;
    }
    if !kind.is_contingent() {
        sent.not_with("stopPrice", kind)?;
        sent.not_with("trailingDelta", kind)?;
    }
    if kind == Kind::Market && sent.text("quantity").is_some() {
        sent.not_with("quoteOrderQty", kind)?;
    }
    Ok(())
}

/// What holds between the values of an order.
fn agree(sent: &Sent<'_>, terms: &Terms) -> Result<(), Failure> {
    if terms.iceberg > terms.quantity && !terms.quantity.is_zero() {
        let cause = format!("`icebergQty` {} is more than `quantity` {}", terms.iceberg, terms.quantity);
        return Err(Failure::rejected("IcebergQty exceeds QTY.", cause, "send a smaller icebergQty"));
    }
    if !terms.iceberg.is_zero() && terms.time_in_force != TimeInForce::Gtc {
        if !sent.naming.prefix.is_empty() {
            let (iceberg, time) = (sent.naming.name("icebergQty"), sent.naming.name("timeInForce"));
            let message = format!(
                "Parameter '{iceberg}' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC."
            );
            let cause =
                format!("`{time}` is {}, and an iceberg order has to stay", terms.time_in_force.as_str());
            return Err(Failure::new(
                -1160,
                &message,
                cause,
                format!("send {time}=GTC, or leave `{iceberg}` out"),
            ));
        }
        let cause = "an iceberg order has to stay on the book";
        let fix = "send timeInForce=GTC with icebergQty";
        return Err(Failure::rejected("Unsupported order combination", cause, fix));
    }
    if let Some(number) = terms.strategy_type.filter(|n| *n < 1_000_000) {
        let message = "`strategyType` was less than 1000000.";
        let fix = "send a strategyType of at least 1000000";
        return Err(Failure::new(-1134, message, format!("`strategyType` is {number}"), fix));
    }
    Ok(())
}
