//! What the exchange says about itself: clock, limits, symbols and their filters.

use serde::Serialize;

use super::chosen::{Chosen, lane, lanes};
use super::order::{Kind, Prevention};
use super::state::Spot;
use super::symbol::{AVERAGE_MINUTES, Symbol};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, json};
use crate::practice::limits::Shown;

#[derive(Serialize)]
struct Empty {}

pub fn ping(_: &Call<'_>) -> Answer {
    json(&Empty {})
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeAnswer {
    server_time: i64,
}

pub fn time(call: &Call<'_>) -> Answer {
    json(&TimeAnswer { server_time: server_time(call) })
}

fn server_time(call: &Call<'_>) -> i64 {
    if call.microseconds { call.told_us } else { call.told_us / 1000 }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExchangeAnswer<'a> {
    timezone: &'static str,
    server_time: i64,
    rate_limits: Vec<Shown>,
    exchange_filters: [Filter; 0],
    symbols: Vec<SymbolAnswer<'a>>,
    sors: Vec<Sor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct SymbolAnswer<'a> {
    symbol: &'a str,
    status: &'static str,
    base_asset: &'a str,
    base_asset_precision: u32,
    quote_asset: &'a str,
    quote_precision: u32,
    quote_asset_precision: u32,
    base_commission_precision: u32,
    quote_commission_precision: u32,
    order_types: &'static [Kind],
    iceberg_allowed: bool,
    oco_allowed: bool,
    oto_allowed: bool,
    opo_allowed: bool,
    quote_order_qty_market_allowed: bool,
    allow_trailing_stop: bool,
    cancel_replace_allowed: bool,
    amend_allowed: bool,
    peg_instructions_allowed: bool,
    is_spot_trading_allowed: bool,
    is_margin_trading_allowed: bool,
    filters: [Filter; 11],
    permissions: [&'static str; 0],
    permission_sets: Vec<[&'static str; 1]>,
    default_self_trade_prevention_mode: Prevention,
    allowed_self_trade_prevention_modes: &'static [Prevention],
}

/// Source: Spot documentation, "Filters".
#[derive(Serialize)]
#[serde(tag = "filterType", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
#[expect(clippy::enum_variant_names, reason = "the exchange's names")]
enum Filter {
    PriceFilter {
        min_price: Amount,
        max_price: Amount,
        tick_size: Amount,
    },
    LotSize {
        min_qty: Amount,
        max_qty: Amount,
        step_size: Amount,
    },
    IcebergParts {
        limit: u32,
    },
    MarketLotSize {
        min_qty: Amount,
        max_qty: Amount,
        step_size: Amount,
    },
    TrailingDelta {
        min_trailing_above_delta: u32,
        max_trailing_above_delta: u32,
        min_trailing_below_delta: u32,
        max_trailing_below_delta: u32,
    },
    PercentPriceBySide {
        bid_multiplier_up: Amount,
        bid_multiplier_down: Amount,
        ask_multiplier_up: Amount,
        ask_multiplier_down: Amount,
        avg_price_mins: i64,
    },
    Notional {
        min_notional: Amount,
        apply_min_to_market: bool,
        max_notional: Amount,
        apply_max_to_market: bool,
        avg_price_mins: i64,
    },
    MaxNumOrders {
        max_num_orders: u32,
    },
    MaxNumAlgoOrders {
        max_num_algo_orders: u32,
    },
    MaxNumOrderLists {
        max_num_order_lists: u32,
    },
    MaxNumOrderAmends {
        max_num_order_amends: u32,
    },
}

/// The books that smart order routing joins: here each symbol's own, as no two quote assets are worth the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sor<'a> {
    base_asset: &'a str,
    symbols: [&'a str; 1],
}

fn filters(symbol: &Symbol) -> [Filter; 11] {
    let r = &symbol.rules;
    let (min_delta, max_delta) = (r.min_trailing_delta, r.max_trailing_delta);
    [
        Filter::PriceFilter { min_price: r.min_price, max_price: r.max_price, tick_size: r.tick },
        Filter::LotSize { min_qty: r.min_quantity, max_qty: r.max_quantity, step_size: r.step },
        Filter::IcebergParts { limit: r.iceberg_parts },
        Filter::MarketLotSize {
            min_qty: Amount::ZERO,
            max_qty: r.max_market_quantity,
            step_size: Amount::ZERO,
        },
        Filter::TrailingDelta {
            min_trailing_above_delta: min_delta,
            max_trailing_above_delta: max_delta,
            min_trailing_below_delta: min_delta,
            max_trailing_below_delta: max_delta,
        },
        Filter::PercentPriceBySide {
            bid_multiplier_up: r.bid_factors.up,
            bid_multiplier_down: r.bid_factors.down,
            ask_multiplier_up: r.ask_factors.up,
            ask_multiplier_down: r.ask_factors.down,
            avg_price_mins: AVERAGE_MINUTES,
        },
        Filter::Notional {
            min_notional: r.min_notional,
            apply_min_to_market: true,
            max_notional: r.max_notional,
            apply_max_to_market: false,
            avg_price_mins: AVERAGE_MINUTES,
        },
        Filter::MaxNumOrders { max_num_orders: r.max_orders },
        Filter::MaxNumAlgoOrders { max_num_algo_orders: r.max_algo_orders },
        Filter::MaxNumOrderLists { max_num_order_lists: r.max_order_lists },
        Filter::MaxNumOrderAmends { max_num_order_amends: r.max_amends },
    ]
}

fn shown(symbol: &Symbol, permission_sets: bool) -> SymbolAnswer<'_> {
    SymbolAnswer {
        symbol: &symbol.name,
        status: "TRADING",
        base_asset: &symbol.base,
        base_asset_precision: 8,
        quote_asset: &symbol.quote,
        quote_precision: 8,
        quote_asset_precision: 8,
        base_commission_precision: 8,
        quote_commission_precision: 8,
        order_types: Kind::ALL,
        iceberg_allowed: true,
        oco_allowed: true,
        oto_allowed: true,
        opo_allowed: true,
        quote_order_qty_market_allowed: true,
        allow_trailing_stop: true,
        cancel_replace_allowed: true,
        amend_allowed: true,
        peg_instructions_allowed: true,
        is_spot_trading_allowed: true,
        is_margin_trading_allowed: false,
        filters: filters(symbol),
        permissions: [],
        permission_sets: if permission_sets { vec![["SPOT"]] } else { Vec::new() },
        default_self_trade_prevention_mode: Prevention::ExpireMaker,
        allowed_self_trade_prevention_modes: Prevention::ALL,
    }
}

pub fn exchange_info(spot: &Spot, call: &Call<'_>) -> Answer {
    let chosen = match lanes(spot, call)? {
        Chosen::One(lane) => vec![lane],
        Chosen::Many(lanes) => lanes,
    };
    // One permission or a JSON array of them; every symbol here has SPOT alone.
    let permitted =
        call.text("permissions").is_none_or(|p| p.split(['[', ']', '"', ',']).any(|w| w == "SPOT"));
    let sets = call.flag("showPermissionSets").unwrap_or(true);
    json(&ExchangeAnswer {
        timezone: "UTC",
        server_time: server_time(call),
        rate_limits: call.limits.shown(call.endpoint.path()),
        exchange_filters: [],
        symbols: chosen.into_iter().filter(|_| permitted).map(|l| shown(&l.symbol, sets)).collect(),
        sors: spot.symbols().map(|s| Sor { base_asset: &s.base, symbols: [&s.name] }).collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the exchange's fields")]
struct MyFiltersAnswer {
    exchange_filters: [Filter; 0],
    symbol_filters: [Filter; 11],
    asset_filters: [Filter; 0],
}

/// `GET /api/v3/myFilters`: those of the symbol hold; there are none of the exchange or of an asset.
pub fn my_filters(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol_filters = filters(&lane(spot, call)?.symbol);
    json(&MyFiltersAnswer { exchange_filters: [], symbol_filters, asset_filters: [] })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RulesAnswer<'a> {
    symbol_rules: Vec<SymbolRules<'a>>,
}

#[derive(Serialize)]
struct SymbolRules<'a> {
    symbol: &'a str,
    rules: [Filter; 0],
}

/// `GET /api/v3/executionRules`: no symbol has any.
pub fn execution_rules(spot: &Spot, call: &Call<'_>) -> Answer {
    let chosen = match lanes(spot, call)? {
        Chosen::One(lane) => vec![lane],
        Chosen::Many(lanes) => lanes,
    };
    let symbol_rules = chosen.into_iter().map(|l| SymbolRules { symbol: &l.symbol.name, rules: [] });
    json(&RulesAnswer { symbol_rules: symbol_rules.collect() })
}

/// `GET /api/v3/rateLimit/order`.
pub fn order_counts(call: &Call<'_>) -> Answer {
    json(&call.limits.order_counts(call.endpoint.path(), call.now_us))
}
