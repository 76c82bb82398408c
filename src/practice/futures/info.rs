//! What the exchange says about its contracts.

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::contract::{BRACKETS, Bracket, Contract, NEVER_MS};
use super::order::TimeInForce;
use super::state::{ASSETS, Futures, QUOTE};
use super::terms::{DOWN, MOST_ALGOS, MOST_ORDERS, UP};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, json};
use crate::practice::limits::Shown;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExchangeAnswer<'a> {
    exchange_filters: [(); 0],
    rate_limits: Vec<RateLimit>,
    server_time: i64,
    assets: Vec<AssetAnswer>,
    symbols: Vec<SymbolAnswer<'a>>,
    timezone: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the exchange's fields")]
struct RateLimit {
    interval: &'static str,
    interval_num: u32,
    limit: u32,
    rate_limit_type: &'static str,
}

impl From<Shown> for RateLimit {
    fn from(shown: Shown) -> Self {
        let Shown { rate_limit_type, interval, interval_num, limit, .. } = shown;
        Self { interval, interval_num, limit, rate_limit_type }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetAnswer {
    asset: &'static str,
    margin_available: bool,
    auto_asset_exchange: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SymbolAnswer<'a> {
    symbol: &'a str,
    pair: &'a str,
    contract_type: &'static str,
    delivery_date: i64,
    onboard_date: i64,
    status: &'static str,
    maint_margin_percent: &'static str,
    required_margin_percent: &'static str,
    base_asset: &'a str,
    quote_asset: &'a str,
    margin_asset: &'static str,
    price_precision: usize,
    quantity_precision: usize,
    base_asset_precision: u32,
    quote_precision: u32,
    underlying_type: &'static str,
    underlying_sub_type: [&'static str; 1],
    settle_plan: u32,
    trigger_protect: &'static str,
    filters: [Filter; 7],
    order_types: [&'static str; 7],
    time_in_force: &'static [TimeInForce],
    liquidation_fee: &'static str,
    market_take_bound: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "filterType", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the exchange's names")]
enum Filter {
    PriceFilter { max_price: String, min_price: String, tick_size: String },
    LotSize { step_size: String, max_qty: String, min_qty: String },
    MarketLotSize { step_size: String, max_qty: String, min_qty: String },
    MaxNumOrders { limit: usize },
    MaxNumAlgoOrders { limit: usize },
    MinNotional { notional: String },
    PercentPrice { multiplier_down: String, multiplier_up: String, multiplier_decimal: &'static str },
}

fn filters(contract: &Contract) -> [Filter; 7] {
    let r = &contract.lane.symbol.rules;
    let (step_size, min_qty) = (contract.quantity(r.step), contract.quantity(r.min_quantity));
    [
        Filter::PriceFilter {
            max_price: contract.price(r.max_price),
            min_price: contract.price(r.min_price),
            tick_size: contract.price(r.tick),
        },
        Filter::LotSize {
            step_size: step_size.clone(),
            max_qty: contract.quantity(r.max_quantity),
            min_qty: min_qty.clone(),
        },
        Filter::MarketLotSize { step_size, max_qty: contract.quantity(r.max_market_quantity), min_qty },
        Filter::MaxNumOrders { limit: MOST_ORDERS },
        Filter::MaxNumAlgoOrders { limit: MOST_ALGOS },
        Filter::MinNotional { notional: r.min_notional.fixed(0) },
        Filter::PercentPrice {
            multiplier_down: DOWN.fixed(4),
            multiplier_up: UP.fixed(4),
            multiplier_decimal: "4",
        },
    ]
}

fn shown(contract: &Contract) -> SymbolAnswer<'_> {
    let symbol = &contract.lane.symbol;
    SymbolAnswer {
        symbol: &symbol.name,
        pair: &symbol.name,
        contract_type: "PERPETUAL",
        delivery_date: NEVER_MS,
        onboard_date: contract.lane.tape.open_ms(),
        status: "TRADING",
        maint_margin_percent: "2.5000",
        required_margin_percent: "5.0000",
        base_asset: &symbol.base,
        quote_asset: &symbol.quote,
        margin_asset: QUOTE,
        price_precision: contract.price_decimals,
        quantity_precision: contract.quantity_decimals,
        base_asset_precision: 8,
        quote_precision: 8,
        underlying_type: "COIN",
        underlying_sub_type: ["PoW"],
        settle_plan: 0,
        trigger_protect: "0.0500",
        filters: filters(contract),
        order_types: [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        time_in_force: TimeInForce::ALL,
        liquidation_fee: "0.012500",
        market_take_bound: "0.05",
    }
}

/// `GET /fapi/v1/exchangeInfo`.
pub fn exchange_info(futures: &Futures, call: &Call<'_>) -> Answer {
    let asset = |asset| AssetAnswer { asset, margin_available: true, auto_asset_exchange: "-10000" };
    json(&ExchangeAnswer {
        exchange_filters: [],
        rate_limits: call.limits.shown(call.endpoint.path()).into_iter().map(RateLimit::from).collect(),
        server_time: call.now_ms(),
        assets: ASSETS.map(asset).into(),
        symbols: futures.contracts.iter().map(shown).collect(),
        timezone: "UTC",
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BracketsAnswer<'a> {
    symbol: &'a str,
    brackets: Vec<BracketAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BracketAnswer {
    bracket: usize,
    initial_leverage: u32,
    notional_cap: i128,
    notional_floor: i128,
    #[serde(serialize_with = "number")]
    maint_margin_ratio: Amount,
    cum: i128,
}

/// Writes a decimal as a JSON number, digit by digit.
fn number<S: Serializer>(ratio: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = RawValue::from_string(ratio.fixed(4)).map_err(S::Error::custom)?;
    raw.serialize(serializer)
}

/// `GET /fapi/v1/leverageBracket`: a list, also for one contract.
pub fn leverage_bracket(futures: &Futures, call: &Call<'_>) -> Answer {
    let bracket = |(bracket, b): (usize, &Bracket)| BracketAnswer {
        bracket,
        initial_leverage: b.leverage,
        notional_cap: b.cap,
        notional_floor: b.floor,
        maint_margin_ratio: b.maintenance,
        cum: b.cumulative,
    };
    let brackets = || (1..).zip(&BRACKETS).map(bracket).collect::<Vec<_>>();
    let symbol = call.text("symbol");
    let chosen = futures.contracts.iter().filter(|c| symbol.is_none_or(|s| s == c.name()));
    json(&chosen.map(|c| BracketsAnswer { symbol: c.name(), brackets: brackets() }).collect::<Vec<_>>())
}
