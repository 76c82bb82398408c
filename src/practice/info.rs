//! What the exchange says about itself: clock, limits, symbols and their filters.

use serde::Serialize;

use super::amount::Amount;
use super::engine::{Answer, Call, Chosen, json};
use super::limits::{Limits, Shown};
use super::market::Symbol;

#[derive(Serialize)]
struct Empty {}

pub(super) fn ping(_: &Call<'_>) -> Answer {
    json(&Empty {})
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeAnswer {
    server_time: i64,
}

pub(super) fn time(call: &Call<'_>) -> Answer {
    json(&TimeAnswer { server_time: server_time(call) })
}

fn server_time(call: &Call<'_>) -> i64 {
    if call.microseconds { call.now_us } else { call.now_us / 1000 }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExchangeAnswer {
    timezone: &'static str,
    server_time: i64,
    rate_limits: Vec<Shown>,
    exchange_filters: [Filter; 0],
    symbols: Vec<SymbolAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct SymbolAnswer {
    symbol: &'static str,
    status: &'static str,
    base_asset: &'static str,
    base_asset_precision: u32,
    quote_asset: &'static str,
    quote_precision: u32,
    quote_asset_precision: u32,
    base_commission_precision: u32,
    quote_commission_precision: u32,
    order_types: [&'static str; 7],
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
    filters: [Filter; 9],
    permissions: [&'static str; 0],
    permission_sets: Vec<[&'static str; 1]>,
    default_self_trade_prevention_mode: &'static str,
    allowed_self_trade_prevention_modes: [&'static str; 4],
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
        bid_multiplier_up: &'static str,
        bid_multiplier_down: &'static str,
        ask_multiplier_up: &'static str,
        ask_multiplier_down: &'static str,
        avg_price_mins: u32,
    },
    Notional {
        min_notional: Amount,
        apply_min_to_market: bool,
        max_notional: Amount,
        apply_max_to_market: bool,
        avg_price_mins: u32,
    },
    MaxNumOrders {
        max_num_orders: u32,
    },
    MaxNumAlgoOrders {
        max_num_algo_orders: u32,
    },
}

fn filters(symbol: &Symbol) -> [Filter; 9] {
    [
        Filter::PriceFilter {
            min_price: symbol.tick,
            max_price: symbol.tick.multiple(100_000_000),
            tick_size: symbol.tick,
        },
        Filter::LotSize {
            min_qty: symbol.step,
            max_qty: symbol.step.multiple(900_000_000),
            step_size: symbol.step,
        },
        Filter::IcebergParts { limit: 10 },
        Filter::MarketLotSize {
            min_qty: Amount::ZERO,
            max_qty: symbol.step.multiple(10_000_000),
            step_size: Amount::ZERO,
        },
        Filter::TrailingDelta {
            min_trailing_above_delta: 10,
            max_trailing_above_delta: 2000,
            min_trailing_below_delta: 10,
            max_trailing_below_delta: 2000,
        },
        Filter::PercentPriceBySide {
            bid_multiplier_up: "5",
            bid_multiplier_down: "0.2",
            ask_multiplier_up: "5",
            ask_multiplier_down: "0.2",
            avg_price_mins: 5,
        },
        Filter::Notional {
            min_notional: symbol.least_notional,
            apply_min_to_market: true,
            max_notional: Amount::whole(9_000_000),
            apply_max_to_market: false,
            avg_price_mins: 5,
        },
        Filter::MaxNumOrders { max_num_orders: 200 },
        Filter::MaxNumAlgoOrders { max_num_algo_orders: 5 },
    ]
}

const ORDER_TYPES: [&str; 7] =
    ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"];

fn shown(symbol: &Symbol, permission_sets: bool) -> SymbolAnswer {
    SymbolAnswer {
        symbol: symbol.name,
        status: "TRADING",
        base_asset: symbol.base,
        base_asset_precision: 8,
        quote_asset: symbol.quote,
        quote_precision: 8,
        quote_asset_precision: 8,
        base_commission_precision: 8,
        quote_commission_precision: 8,
        order_types: ORDER_TYPES,
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
        default_self_trade_prevention_mode: "EXPIRE_MAKER",
        allowed_self_trade_prevention_modes: ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
    }
}

pub(super) fn exchange_info(call: &Call<'_>) -> Answer {
    let chosen = match call.symbols()? {
        Chosen::One(symbol) => vec![symbol],
        Chosen::Many(symbols) => symbols,
    };
    // One permission or a JSON array of them; every symbol here has SPOT alone.
    let permitted =
        call.text("permissions").is_none_or(|p| p.split(['[', ']', '"', ',']).any(|w| w == "SPOT"));
    let sets = call.flag("showPermissionSets").unwrap_or(true);
    json(&ExchangeAnswer {
        timezone: "UTC",
        server_time: server_time(call),
        rate_limits: Limits::published().shown(call.endpoint.path()),
        exchange_filters: [],
        symbols: chosen.into_iter().filter(|_| permitted).map(|s| shown(s, sets)).collect(),
    })
}
