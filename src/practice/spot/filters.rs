//! The filters that hold for an order of a symbol.
//! Source: Spot documentation, "Filters".

use super::lane::Lane;
use super::order::{Kind, Order, Terms, TimeInForce};
use super::state::Spot;
use super::symbol::{AVERAGE_MINUTES, Rules, Symbol};
use super::tape::MINUTE_MS;
use crate::practice::amount::Amount;
use crate::practice::engine::Failure;

type Check = fn(&Checked<'_>) -> Result<(), Failure>;

/// Every filter, in the order in which `exchangeInfo` has them.
const CHECKS: [Check; 9] = [
    price,
    lot_size,
    iceberg_parts,
    market_lot_size,
    trailing_delta,
    percent_price_by_side,
    notional,
    max_num_orders,
    max_num_algo_orders,
];

/// Those that look at the price.
const OF_PRICE: [Check; 3] = [price, percent_price_by_side, notional];

/// Those that look at the quantity.
const OF_QUANTITY: [Check; 4] = [lot_size, iceberg_parts, market_lot_size, notional];

/// An order that is to be held to the filters.
struct Checked<'a> {
    terms: &'a Terms,
    /// The price that is looked at.
    price: Amount,
    rules: &'a Rules,
    average: Amount,
    open: Vec<&'a Order>,
    /// Orders that are placed before it in the same request.
    beside: &'a [Terms],
}

/// Holds an order to the filters of its symbol. `beside` are orders that are placed with it, and count as open.
///
/// # Errors
/// -1013 with the name of the first filter that it breaks.
pub fn check(spot: &Spot, terms: &Terms, beside: &[Terms], now_ms: i64) -> Result<(), Failure> {
    run(spot, terms, beside, now_ms, &CHECKS)
}

/// Holds an order whose quantity has become known or another to the filters that look at it.
///
/// # Errors
/// As for [`check`].
pub fn check_quantity(spot: &Spot, terms: &Terms, now_ms: i64) -> Result<(), Failure> {
    run(spot, terms, &[], now_ms, &OF_QUANTITY)
}

/// Holds an order whose price has become known to the filters that look at it.
///
/// # Errors
/// As for [`check`].
pub fn check_price(spot: &Spot, terms: &Terms, now_ms: i64) -> Result<(), Failure> {
    run(spot, terms, &[], now_ms, &OF_PRICE)
}

fn run(spot: &Spot, terms: &Terms, beside: &[Terms], now_ms: i64, checks: &[Check]) -> Result<(), Failure> {
    let Some(lane) = spot.lane(&terms.symbol.name) else { return Ok(()) };
    let rules = &terms.symbol.rules;
    let open = spot.open_orders(lane).collect();
    let average = average_price(lane, now_ms);
    let mut checked = Checked { terms, price: terms.price, rules, average, open, beside };
    terms.prices().into_iter().try_for_each(|price| {
        checked.price = price;
        checks.iter().try_for_each(|check| check(&checked))
    })
}

/// Holds a new list to the number of lists that may be open on its symbol.
///
/// # Errors
/// -1013 if there are as many already.
pub fn check_lists(symbol: &Symbol, open: usize) -> Result<(), Failure> {
    if open < count(symbol.rules.max_order_lists) {
        return Ok(());
    }
    broken(
        "MAX_NUM_ORDER_LISTS",
        format!("{open} order lists are open on {}", symbol.name),
        "cancel one first",
    )
}

/// The average price of the last minutes up to this moment, weighted by quantity; the last price if nothing was traded.
pub fn average_price(lane: &Lane, now_ms: i64) -> Amount {
    let (volume, quote_volume) = lane.tape.traded(now_ms - AVERAGE_MINUTES * MINUTE_MS, now_ms + 1);
    if volume.is_zero() { lane.tape.last_price() } else { quote_volume.over(volume) }
}

fn broken(filter: &str, cause: impl Into<String>, fix: impl Into<String>) -> Result<(), Failure> {
    Err(Failure::new(-1013, &format!("Filter failure: {filter}"), cause, fix))
}

fn price(x: &Checked<'_>) -> Result<(), Failure> {
    let Rules { tick, min_price, max_price, .. } = x.rules;
    for (name, price) in [("price", x.price), ("stopPrice", x.terms.stop_price)] {
        if price.is_zero() {
            continue;
        }
        if price < *min_price || price > *max_price {
            let cause = format!("`{name}` {price} is not between {min_price} and {max_price}");
            return broken("PRICE_FILTER", cause, "send a price within minPrice and maxPrice of the symbol");
        }
        if !price.is_multiple_of(*tick) {
            let cause = format!("`{name}` {price} is no multiple of tickSize {tick}");
            return broken("PRICE_FILTER", cause, format!("round it to {}", price.floor_to(*tick)));
        }
    }
    Ok(())
}

fn lot_size(x: &Checked<'_>) -> Result<(), Failure> {
    let quantity = x.terms.quantity;
    if quantity.is_zero() {
        return Ok(());
    }
    within("LOT_SIZE", quantity, x.rules.min_quantity, x.rules.max_quantity)?;
    let step = x.rules.step;
    for (name, amount) in [("quantity", quantity), ("icebergQty", x.terms.iceberg)] {
        if !amount.is_multiple_of(step) {
            let cause = format!("`{name}` {amount} is no multiple of stepSize {step}");
            return broken("LOT_SIZE", cause, format!("round it down to {}", amount.floor_to(step)));
        }
    }
    Ok(())
}

fn within(filter: &str, quantity: Amount, least: Amount, most: Amount) -> Result<(), Failure> {
    if (least..=most).contains(&quantity) {
        return Ok(());
    }
    let cause = format!("`quantity` {quantity} is not between {least} and {most}");
    broken(filter, cause, "send a quantity within minQty and maxQty of the symbol")
}

fn iceberg_parts(x: &Checked<'_>) -> Result<(), Failure> {
    let (iceberg, quantity) = (x.terms.iceberg, x.terms.quantity);
    if iceberg.is_zero() || iceberg.multiple(i128::from(x.rules.iceberg_parts)) >= quantity {
        return Ok(());
    }
    let cause =
        format!("`icebergQty` {iceberg} makes more than {} parts of {quantity}", x.rules.iceberg_parts);
    broken("ICEBERG_PARTS", cause, "send a larger icebergQty")
}

fn market_lot_size(x: &Checked<'_>) -> Result<(), Failure> {
    if x.terms.kind.has_price() || x.terms.quantity.is_zero() {
        return Ok(());
    }
    within("MARKET_LOT_SIZE", x.terms.quantity, Amount::ZERO, x.rules.max_market_quantity)
}

fn trailing_delta(x: &Checked<'_>) -> Result<(), Failure> {
    let Rules { min_trailing_delta: least, max_trailing_delta: most, .. } = x.rules;
    match x.terms.trailing_delta {
        Some(delta) if !(least..=most).contains(&&delta) => {
            let cause =
                format!("`trailingDelta` {delta} is not between {least} and {most} hundredths of a percent");
            broken("TRAILING_DELTA", cause, "send one within the filter's range")
        }
        _ => Ok(()),
    }
}

fn percent_price_by_side(x: &Checked<'_>) -> Result<(), Failure> {
    let factors = x.rules.factors(x.terms.side);
    let (least, most) = (x.average.times(factors.down), x.average.times(factors.up));
    let price = x.price;
    if !x.terms.kind.has_price() || price.is_zero() || (least..=most).contains(&price) {
        return Ok(());
    }
    let cause = format!(
        "`price` {price} is too far from the average price {}: not between {least} and {most}",
        x.average
    );
    broken("PERCENT_PRICE_BY_SIDE", cause, "send a price nearer to the market")
}

fn notional(x: &Checked<'_>) -> Result<(), Failure> {
    let Rules { min_notional: least, max_notional: most, .. } = x.rules;
    if x.terms.has_no_quantity() || (x.terms.kind.has_price() && x.price.is_zero()) {
        return Ok(());
    }
    let value = match x.terms.kind {
        Kind::Market if x.terms.quantity.is_zero() => x.terms.quote_quantity,
        kind if kind.has_price() => x.terms.quantity.times(x.price),
        _ => x.terms.quantity.times(x.average),
    };
    if value < *least {
        let cause = format!(
            "price times quantity is {value}, less than minNotional {least} {}",
            x.terms.symbol.quote
        );
        return broken("NOTIONAL", cause, "send a larger quantity");
    }
    if x.terms.kind.has_price() && value > *most {
        let cause =
            format!("price times quantity is {value}, more than maxNotional {most} {}", x.terms.symbol.quote);
        return broken("NOTIONAL", cause, "send a smaller quantity");
    }
    Ok(())
}

/// Whether an order of these terms stays open for a while.
fn stays(terms: &Terms) -> bool {
    terms.kind.is_contingent() || (terms.kind.has_price() && terms.time_in_force == TimeInForce::Gtc)
}

fn max_num_orders(x: &Checked<'_>) -> Result<(), Failure> {
    let open = x.open.len() + x.beside.len();
    if !stays(x.terms) || open < count(x.rules.max_orders) {
        return Ok(());
    }
    let cause =
        format!("{open} orders are open on {}, those of the same request included", x.terms.symbol.name);
    broken("MAX_NUM_ORDERS", cause, "cancel one first")
}

fn max_num_algo_orders(x: &Checked<'_>) -> Result<(), Failure> {
    let all = x.open.iter().map(|o| &o.terms).chain(x.beside);
    let waiting = all.filter(|t| t.kind.is_contingent()).count();
    if !x.terms.kind.is_contingent() || waiting < count(x.rules.max_algo_orders) {
        return Ok(());
    }
    let cause = format!("{waiting} contingent orders are open on {}", x.terms.symbol.name);
    broken("MAX_NUM_ALGO_ORDERS", cause, "cancel one first")
}

fn count(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
