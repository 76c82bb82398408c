use serde::Deserialize;
use toml::Spanned;

use super::file::{Decimal, Source};
use super::{AccountError, AccountProblem};
use crate::practice::amount::Amount;
use crate::practice::spot::symbol::{Factors, Rules, Symbol};

/// A `[[symbol]]` of an account file. Filters have the names of the exchange's fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SymbolTable {
    name: Spanned<String>,
    base: Spanned<String>,
    quote: Spanned<String>,
    price: Spanned<Decimal>,
    tick_size: Spanned<Decimal>,
    step_size: Spanned<Decimal>,
    usual_qty: Option<Spanned<Decimal>>,
    level_gap: Option<Spanned<Decimal>>,
    min_price: Option<Decimal>,
    max_price: Option<Decimal>,
    min_qty: Option<Decimal>,
    max_qty: Option<Decimal>,
    max_market_qty: Option<Decimal>,
    min_notional: Option<Decimal>,
    max_notional: Option<Decimal>,
    bid_multiplier_down: Option<Decimal>,
    bid_multiplier_up: Option<Decimal>,
    ask_multiplier_down: Option<Decimal>,
    ask_multiplier_up: Option<Decimal>,
    max_iceberg_parts: Option<u32>,
    max_num_orders: Option<u32>,
    max_num_algo_orders: Option<u32>,
    max_num_order_lists: Option<u32>,
    max_num_order_amends: Option<u32>,
    min_trailing_delta: Option<u32>,
    max_trailing_delta: Option<u32>,
}

/// How many steps a usual trade of the made-up participants has where nothing is said.
const USUAL_STEPS: i128 = 1_000;

/// The symbol that a table describes.
pub(super) fn symbol(source: &Source<'_>, table: &Spanned<SymbolTable>) -> Result<Symbol, AccountError> {
    let given = table.get_ref();
    let name = source.name("name", &given.name)?;
    let (base, quote) = (source.name("base", &given.base)?, source.name("quote", &given.quote)?);
    if base == quote {
        return Err(source.error(&given.quote.span(), AccountProblem::SameAsset(quote.to_string())));
    }
    let tick = positive(source, "tick_size", &given.tick_size)?;
    let step = positive(source, "step_size", &given.step_size)?;
    if tick.decimals() + step.decimals() > 8 {
        let problem = AccountProblem::TooFine { tick: tick.to_string(), step: step.to_string() };
        return Err(source.error(&given.step_size.span(), problem));
    }
    let price = multiple(source, ("price", &given.price), ("tick_size", tick))?;
    let optional = |setting, value: &Option<Spanned<Decimal>>, of, usual| match value {
        Some(value) => multiple(source, (setting, value), of),
        None => Ok(usual),
    };
    let usual = optional("usual_qty", &given.usual_qty, ("step_size", step), step.multiple(USUAL_STEPS))?;
    let gap = optional("level_gap", &given.level_gap, ("tick_size", tick), tick)?;
    let rules = rules(given, tick, step);
    let (last_ticks, usual_steps, gap) = (price.steps(tick), usual.steps(step), gap.steps(tick));
    bounds(&rules, price).map_err(|problem| source.error(&table.span(), problem))?;
    Ok(Symbol { name, base, quote, last_ticks, usual_steps, gap, rules })
}

fn positive(
    source: &Source<'_>,
    setting: &'static str,
    value: &Spanned<Decimal>,
) -> Result<Amount, AccountError> {
    let amount = value.get_ref().0;
    if amount.is_zero() {
        return Err(source.error(&value.span(), AccountProblem::Zero(setting)));
    }
    Ok(amount)
}

/// A value that is a multiple of another one and not zero.
fn multiple(
    source: &Source<'_>,
    (setting, value): (&'static str, &Spanned<Decimal>),
    (of, step): (&'static str, Amount),
) -> Result<Amount, AccountError> {
    let amount = positive(source, setting, value)?;
    if amount.is_multiple_of(step) {
        return Ok(amount);
    }
    let nearest = amount.floor_to(step).max(step).to_string();
    let (value_shown, step) = (amount.to_string(), step.to_string());
    let problem = AccountProblem::NoMultiple { setting, value: value_shown, of, step, nearest };
    Err(source.error(&value.span(), problem))
}

fn rules(given: &SymbolTable, tick: Amount, step: Amount) -> Rules {
    let usual = Rules::usual(tick, step, Amount::ZERO);
    let amount = |value: &Option<Decimal>, usual| value.as_ref().map_or(usual, |d| d.0);
    let factors =
        |down, up, usual: Factors| Factors { down: amount(down, usual.down), up: amount(up, usual.up) };
    Rules {
        tick,
        min_price: amount(&given.min_price, usual.min_price),
        max_price: amount(&given.max_price, usual.max_price),
        step,
        min_quantity: amount(&given.min_qty, usual.min_quantity),
        max_quantity: amount(&given.max_qty, usual.max_quantity),
        max_market_quantity: amount(&given.max_market_qty, usual.max_market_quantity),
        min_notional: amount(&given.min_notional, usual.min_notional),
        max_notional: amount(&given.max_notional, usual.max_notional),
        bid_factors: factors(&given.bid_multiplier_down, &given.bid_multiplier_up, usual.bid_factors),
        ask_factors: factors(&given.ask_multiplier_down, &given.ask_multiplier_up, usual.ask_factors),
        iceberg_parts: given.max_iceberg_parts.unwrap_or(usual.iceberg_parts),
        max_orders: given.max_num_orders.unwrap_or(usual.max_orders),
        max_algo_orders: given.max_num_algo_orders.unwrap_or(usual.max_algo_orders),
        max_order_lists: given.max_num_order_lists.unwrap_or(usual.max_order_lists),
        max_amends: given.max_num_order_amends.unwrap_or(usual.max_amends),
        min_trailing_delta: given.min_trailing_delta.unwrap_or(usual.min_trailing_delta),
        max_trailing_delta: given.max_trailing_delta.unwrap_or(usual.max_trailing_delta),
    }
}

/// Whether each lower bound lies below its upper one, the price between its, and quantities can be traded.
fn bounds(rules: &Rules, price: Amount) -> Result<(), AccountProblem> {
    let whole = |n: u32| Amount::whole(i128::from(n));
    let pairs = [
        ("min_price", rules.min_price, "price", price),
        ("price", price, "max_price", rules.max_price),
        ("min_qty", rules.min_quantity, "max_qty", rules.max_quantity),
        ("min_notional", rules.min_notional, "max_notional", rules.max_notional),
        ("bid_multiplier_down", rules.bid_factors.down, "bid_multiplier_up", rules.bid_factors.up),
        ("ask_multiplier_down", rules.ask_factors.down, "ask_multiplier_up", rules.ask_factors.up),
        (
            "min_trailing_delta",
            whole(rules.min_trailing_delta),
            "max_trailing_delta",
            whole(rules.max_trailing_delta),
        ),
    ];
    for (setting, value) in [("min_qty", rules.min_quantity), ("max_qty", rules.max_quantity)] {
        if !value.is_multiple_of(rules.step) {
            let (nearest, value) = (value.floor_to(rules.step).max(rules.step), value.to_string());
            let (of, step, nearest) = ("step_size", rules.step.to_string(), nearest.to_string());
            return Err(AccountProblem::NoMultiple { setting, value, of, step, nearest });
        }
    }
    match pairs.into_iter().find(|(_, low, _, high)| low > high) {
        None => Ok(()),
        Some((low, low_value, high, high_value)) => Err(AccountProblem::Bounds {
            low,
            low_value: low_value.to_string(),
            high,
            high_value: high_value.to_string(),
        }),
    }
}
