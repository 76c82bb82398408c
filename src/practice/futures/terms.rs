//! Reads what a client asks for when it places an order, and holds it to the rules of the contract.

use super::contract::Contract;
use super::order::{Kind, PositionSide, Prevention, Side, Terms, TimeInForce, WorkingType};
use super::state::Futures;
use crate::practice::amount::{Amount, NoAmount};
use crate::practice::engine::{Call, Failure};

/// The farthest that a limit price may be from the mark price, or from the price that triggers it, as factors of it.
pub const UP: Amount = Amount::units(105_000_000);
pub const DOWN: Amount = Amount::units(95_000_000);
/// The most orders and conditional orders open on a contract.
pub const MOST_ORDERS: usize = 200;
pub const MOST_ALGOS: usize = 10;
/// How long a GTD order stays at least, and the last time there is.
/// Source: USD-M futures documentation, "New order".
const SHORTEST_MS: i64 = 600_000;
const LAST_MS: i64 = 253_402_300_799_000;

const ROUND: &str = "round it to the contract's precision in exchangeInfo";

/// A decimal; zero if it was not sent.
///
/// # Errors
/// If it is none or has more decimals than a contract can have.
pub fn amount(call: &Call<'_>, name: &str) -> Result<Amount, Failure> {
    let Some(text) = call.text(name) else { return Ok(Amount::ZERO) };
    match text.parse::<Amount>() {
        Ok(amount) => Ok(amount),
        Err(NoAmount::TooPrecise) => Err(too_precise(name, text)),
        Err(NoAmount::TooLarge) if name == "quantity" => Err(Failure::new(
            -4005,
            "Quantity greater than max quantity.",
            format!("`{name}` is `{text}`"),
            "send a smaller quantity",
        )),
        Err(NoAmount::TooLarge) => Err(Failure::new(
            -4002,
            "Price greater than max price.",
            format!("`{name}` is `{text}`"),
            "send a lower price",
        )),
        Err(NoAmount::Malformed) => match text.strip_prefix('-').map(str::parse::<Amount>) {
            Some(Ok(_)) => Err(not_positive(name, text)),
            _ => Err(Failure::value(name, text, "a decimal number")),
        },
    }
}

fn too_precise(name: &str, text: &str) -> Failure {
    let message = "Precision is over the maximum defined for this asset.";
    Failure::new(-1111, message, format!("`{name}` is `{text}`, which has too many decimals"), ROUND)
}

fn not_positive(name: &str, text: &str) -> Failure {
    let (code, message) = match name {
        "quantity" => (-4003, "Quantity less than or equal to zero."),
        "triggerPrice" | "stopPrice" => (-4006, "Stop price less than zero."),
        _ => (-4001, "Price less than 0."),
    };
    Failure::new(code, message, format!("`{name}` is `{text}`"), format!("send `{name}` above zero"))
}

/// One of the exchange's words; the usual one if none was sent.
///
/// # Errors
/// If it is none of them.
pub fn word<T>(call: &Call<'_>, name: &str, parse: fn(&str) -> Option<T>, usual: T) -> Result<T, Failure> {
    let Some(text) = call.text(name) else { return Ok(usual) };
    let (code, message) = match name {
        "side" => (-1117, "Invalid side."),
        "type" => (-1116, "Invalid orderType."),
        "timeInForce" => (-1115, "Invalid timeInForce."),
        "positionSide" => (-4060, "Invalid position side."),
        "workingType" => (-4031, "Invalid parameter working type"),
        "selfTradePreventionMode" => (-5039, "Invalid self trade prevention mode"),
        _ => return parse(text).ok_or_else(|| Failure::value(name, text, "one of the values it takes")),
    };
    let fix = format!("send one of the values that `{name}` takes, in upper case");
    parse(text).ok_or_else(|| Failure::new(code, message, format!("`{name}` is `{text}`"), fix))
}

/// A parameter that an order of this type needs.
///
/// # Errors
/// If it was not sent.
pub fn needed(call: &Call<'_>, name: &str) -> Result<(), Failure> {
    if call.text(name).is_some_and(|v| !v.is_empty()) {
        return Ok(());
    }
    let message = format!("Mandatory parameter '{name}' was not sent, was empty/null, or malformed.");
    Err(Failure::new(-1102, &message, format!("`{name}` is missing"), format!("send `{name}`")))
}

/// The contract that a call is about.
///
/// # Errors
/// If there is no such.
pub fn contract<'a>(futures: &'a Futures, call: &Call<'_>) -> Result<&'a Contract, Failure> {
    call.text("symbol").and_then(|name| futures.contract(name)).ok_or_else(Failure::invalid_symbol)
}

/// Reads an order but for its type: `kind` is what it is in the book.
///
/// # Errors
/// If a value is not understood or does not go with the others.
pub fn read(futures: &Futures, call: &Call<'_>, kind: Kind) -> Result<Terms, Failure> {
    let contract = contract(futures, call)?;
    needed(call, "side")?;
    let side = word(call, "side", Side::parse, Side::Buy)?;
    let usual = TimeInForce::Gtc;
    let time_in_force = word(call, "timeInForce", TimeInForce::parse, usual)?;
    let mut terms = Terms {
        symbol: contract.name().to_owned(),
        side,
        position_side: word(call, "positionSide", PositionSide::parse, PositionSide::Both)?,
        kind,
        time_in_force: if kind == Kind::Market { usual } else { time_in_force },
        price: if kind == Kind::Limit { amount(call, "price")? } else { Amount::ZERO },
        quantity: amount(call, "quantity")?,
        reduce_only: call.flag("reduceOnly").unwrap_or(false),
        close_position: call.flag("closePosition").unwrap_or(false),
        working_type: word(call, "workingType", WorkingType::parse, WorkingType::Contract)?,
        price_protect: call.flag("priceProtect").unwrap_or(false),
        price_match: call.text("priceMatch").unwrap_or("NONE").to_owned(),
        prevention: word(call, "selfTradePreventionMode", Prevention::parse, Prevention::ExpireMaker)?,
        good_till: good_till(call, time_in_force)?,
        client_id: call.text("newClientOrderId").filter(|id| !id.is_empty()).map(str::to_owned),
        original: kind.as_str(),
        stop_price: Amount::ZERO,
    };
    matched_price(contract, call, &mut terms)?;
    mode(futures, call, &terms)?;
    Ok(terms)
}

fn good_till(call: &Call<'_>, time_in_force: TimeInForce) -> Result<i64, Failure> {
    if time_in_force != TimeInForce::Gtd {
        return Ok(0);
    }
    needed(call, "goodTillDate")?;
    let till = call.time("goodTillDate").unwrap_or(0);
    if (call.now_ms() + SHORTEST_MS + 1..LAST_MS).contains(&till) {
        // Kept in whole seconds.
        return Ok(till.div_euclid(1000) * 1000);
    }
    let message = "The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than \
                   253402300799000";
    Err(Failure::new(
        -5040,
        message,
        format!("`goodTillDate` is {till}"),
        "send a later time in milliseconds",
    ))
}

/// Takes the price of an order with `priceMatch` from the book: of the other side (`OPPONENT`) or its own (`QUEUE`), so many
/// levels away.
fn matched_price(contract: &Contract, call: &Call<'_>, terms: &mut Terms) -> Result<(), Failure> {
    if terms.price_match == "NONE" {
        return Ok(());
    }
    if terms.kind == Kind::Market {
        let message = "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT";
        return Err(Failure::new(-5038, message, "a market order has no price", "leave `priceMatch` out"));
    }
    if call.text("price").is_some() {
        let cause = "`price` and `priceMatch` were sent together";
        let message = "Combination of optional parameters invalid.";
        return Err(Failure::new(-1128, message, cause, "send one of them"));
    }
    let (queue, level) = terms.price_match.split_once('_').unwrap_or((&terms.price_match, "1"));
    let side = if queue == "QUEUE" { terms.side } else { terms.side.other() };
    let level = level.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    let price = level.and_then(|n| contract.lane.levels(side).nth(n)).map(|l| l.price);
    terms.price = price.ok_or_else(|| {
        Failure::new(-5041, "No depth matches this BBO order", "the book has no such level", "send a price")
    })?;
    Ok(())
}

/// Whether the position side goes with the mode.
fn mode(futures: &Futures, call: &Call<'_>, terms: &Terms) -> Result<(), Failure> {
    let both = terms.position_side == PositionSide::Both;
    if futures.hedge == both {
        let message = "Order's position side does not match user's setting.";
        let (cause, fix) = if both {
            ("the account is in hedge mode", "send positionSide=LONG or SHORT")
        } else {
            ("the account is in one-way mode", "leave `positionSide` out, or change the mode first")
        };
        return Err(Failure::new(-4061, message, cause, fix));
    }
    if futures.hedge && call.text("reduceOnly").is_some() {
        let message = "Parameter 'reduceOnly' sent when not required.";
        let cause = "in hedge mode the position side says whether an order reduces";
        return Err(Failure::new(-1106, message, cause, "leave `reduceOnly` out"));
    }
    Ok(())
}

/// Holds price and quantity of an order to the contract's filters. `quantity` may be zero where a whole position is closed.
/// Source: USD-M futures documentation, "Error codes" (the filters' own).
///
/// # Errors
/// The code of the first filter that it breaks.
pub fn filters(contract: &Contract, terms: &Terms) -> Result<(), Failure> {
    let rules = &contract.lane.symbol.rules;
    if !terms.close_position {
        quantity(contract, terms)?;
    }
    if terms.kind == Kind::Limit {
        price(contract, "price", terms.price)?;
        near(contract, terms)?;
    }
    let value = terms.quantity.times(terms.limit().unwrap_or_else(|| contract.mark()));
    if value < rules.min_notional && !terms.reduces() {
        let least = rules.min_notional.fixed(0);
        let message =
            format!("Order's notional must be no smaller than {least} (unless you choose reduce only).");
        let cause = format!("price times quantity is {value} {}", contract.lane.symbol.quote);
        return Err(Failure::new(-4164, &message, cause, "send a larger quantity"));
    }
    Ok(())
}

/// Holds a limit price to the price that it follows: the one that triggers it, or the mark price.
fn near(contract: &Contract, terms: &Terms) -> Result<(), Failure> {
    let (name, from, codes) = if terms.stop_price.is_zero() {
        ("the mark price", contract.mark(), (-4016, -4024))
    } else {
        ("the price that triggers it,", terms.stop_price, (-4183, -4184))
    };
    let (most, least) = (from.times(UP), from.times(DOWN));
    if terms.side == Side::Buy && terms.price > most {
        let message = format!("Limit price can't be higher than {}.", contract.price(most));
        let cause = format!("`price` is more than 5 percent above {name} {from}");
        return Err(Failure::new(codes.0, &message, cause, "send a lower price"));
    }
    if terms.side == Side::Sell && terms.price < least {
        let message = format!("Limit price can't be lower than {}.", contract.price(least));
        let cause = format!("`price` is more than 5 percent below {name} {from}");
        return Err(Failure::new(codes.1, &message, cause, "send a higher price"));
    }
    Ok(())
}

fn quantity(contract: &Contract, terms: &Terms) -> Result<(), Failure> {
    let (rules, quantity) = (&contract.lane.symbol.rules, terms.quantity);
    let sent = quantity.to_string();
    if quantity.is_zero() {
        return Err(not_positive("quantity", &sent));
    }
    if !quantity.is_multiple_of(rules.step) {
        // The step is one unit of the last decimal.
        return Err(too_precise("quantity", &sent));
    }
    if quantity < rules.min_quantity {
        let fix = "send at least minQty of the contract";
        return Err(Failure::new(-4004, "Quantity less than min quantity.", format!("it is {sent}"), fix));
    }
    let most = if terms.kind == Kind::Market { rules.max_market_quantity } else { rules.max_quantity };
    if quantity > most {
        let cause = format!("`quantity` {quantity} is more than {most}");
        return Err(Failure::new(-4005, "Quantity greater than max quantity.", cause, "send a smaller one"));
    }
    Ok(())
}

/// Holds a price to the contract's filters.
///
/// # Errors
/// The code of the first filter that it breaks.
pub fn price(contract: &Contract, name: &str, price: Amount) -> Result<(), Failure> {
    let rules = &contract.lane.symbol.rules;
    let refused = |code, message: &str, fix: String| {
        Err(Failure::new(code, message, format!("`{name}` is {price}"), fix))
    };
    if price.is_zero() {
        return Err(not_positive(name, "0"));
    }
    let precise = price.fixed(contract.price_decimals).parse::<Amount>();
    if precise != Ok(price) {
        return Err(too_precise(name, &price.to_string()));
    }
    if price < rules.min_price {
        return refused(-4013, "Price less than min price.", format!("send at least {}", rules.min_price));
    }
    if price > rules.max_price {
        return refused(-4002, "Price greater than max price.", format!("send at most {}", rules.max_price));
    }
    if !price.is_multiple_of(rules.tick) {
        let fix = format!("round it to {}", contract.price(price.floor_to(rules.tick)));
        return refused(-4014, "Price not increased by tick size.", fix);
    }
    Ok(())
}
