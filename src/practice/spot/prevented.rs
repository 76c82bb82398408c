//! What kept orders from trading, and what they received without a trade.

use serde::Serialize;

use super::chosen::lane;
use super::history::{Window, limited};
use super::order::{Prevention, Side};
use super::state::Spot;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, json};

/// A match that self-trade prevention stopped.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchAnswer<'a> {
    symbol: &'a str,
    prevented_match_id: i64,
    taker_order_id: i64,
    maker_symbol: &'a str,
    maker_order_id: i64,
    trade_group_id: i64,
    self_trade_prevention_mode: Prevention,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    taker_prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker_prevented_quantity: Option<Amount>,
    transact_time: i64,
}

/// `GET /api/v3/myPreventedMatches`.
pub fn my_prevented_matches(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol = &*lane(spot, call)?.symbol.name;
    let (id, order) = (call.number("preventedMatchId"), call.number("orderId"));
    let from = call.number("fromPreventedMatchId").unwrap_or(0);
    let wanted = spot.prevented.iter().filter(|p| {
        id.is_none_or(|id| p.id == id)
            && order.is_none_or(|id| p.taker == id || p.maker == id)
            && p.id >= from
    });
    let answers = wanted.filter_map(|p| {
        let taker = spot.order(p.taker).filter(|o| *o.terms.symbol.name == *symbol)?;
        Some(MatchAnswer {
            symbol,
            prevented_match_id: p.id,
            taker_order_id: p.taker,
            maker_symbol: symbol,
            maker_order_id: p.maker,
            // The account is in no group.
            trade_group_id: -1,
            self_trade_prevention_mode: taker.terms.prevention,
            price: p.price,
            taker_prevented_quantity: p.taker_quantity,
            maker_prevented_quantity: p.maker_quantity,
            transact_time: call.stamp(p.time),
        })
    });
    json(&answers.take(call.limit()?).collect::<Vec<_>>())
}

/// What an order received through smart order routing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AllocationAnswer<'a> {
    symbol: &'a str,
    allocation_id: i64,
    allocation_type: &'static str,
    order_id: i64,
    order_list_id: i64,
    price: Amount,
    qty: Amount,
    quote_qty: Amount,
    commission: Amount,
    commission_asset: &'a str,
    time: i64,
    is_buyer: bool,
    is_maker: bool,
    is_allocator: bool,
}

/// `GET /api/v3/myAllocations`.
pub fn my_allocations(spot: &Spot, call: &Call<'_>) -> Answer {
    let lane = lane(spot, call)?;
    let window = Window::of(call)?;
    let (order_id, from) = (call.number("orderId"), call.number("fromAllocationId"));
    let own = lane.own_trades.iter().filter(|t| order_id.is_none_or(|id| id == t.order));
    let fills = own.filter_map(|t| {
        let order = spot.order(t.order)?;
        order.fills.get(t.fill).filter(|f| order.is_allocation(f)).map(|fill| (order, fill))
    });
    let wanted =
        fills.filter(|(_, f)| from.map_or_else(|| window.holds(f.trade.time), |id| f.trade.id >= id));
    let oldest_first = from.is_some() || window.start.is_some();
    let shown = limited(wanted.collect(), call.limit()?, oldest_first).into_iter().map(|(order, fill)| {
        AllocationAnswer {
            symbol: &order.terms.symbol.name,
            allocation_id: fill.trade.id,
            allocation_type: "SOR",
            order_id: order.id,
            order_list_id: order.list.unwrap_or(-1),
            price: fill.trade.price,
            qty: fill.trade.quantity,
            quote_qty: fill.trade.quote(),
            commission: fill.commission,
            commission_asset: &fill.commission_asset,
            time: call.stamp(fill.trade.time),
            is_buyer: order.terms.side == Side::Buy,
            is_maker: false,
            is_allocator: false,
        }
    });
    json(&shown.collect::<Vec<_>>())
}
