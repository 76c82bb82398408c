//! The account's orders, trades and incomes.

use std::ops::RangeInclusive;

use serde::Serialize;

use super::answers::Queried;
use super::order::{Order, PositionSide, Side};
use super::state::{Futures, Income, QUOTE};
use super::terms::contract;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};
use crate::practice::spot::history::limited;
use crate::practice::spot::tape::DAY_MS;

/// `limit`, of which the catalogue has no bounds here. Larger ones are lowered.
///
/// # Errors
/// If it is zero.
pub fn limit(call: &Call<'_>, usual: i64, most: i64) -> Result<usize, Failure> {
    let limit = call.number("limit").unwrap_or(usual).min(most);
    if limit < 1 {
        let sent = call.text("limit").unwrap_or_default();
        return Err(Failure::value("limit", sent, &format!("a number from 1 to {most}")));
    }
    Ok(usize::try_from(limit).unwrap_or(usize::MAX))
}

/// The time asked for with `startTime` and `endTime`.
///
/// # Errors
/// If it ends before it begins, or is longer than a week.
pub fn window(call: &Call<'_>) -> Result<RangeInclusive<i64>, Failure> {
    let (start, end) = (call.time("startTime"), call.time("endTime"));
    if let (Some(start), Some(end)) = (start, end) {
        if start > end {
            let cause = format!("`startTime` {start} is after `endTime` {end}");
            let message = "Start time is greater than end time.";
            return Err(Failure::new(-1023, message, cause, "exchange the two"));
        }
        if end - start > 7 * DAY_MS {
            let cause = "`startTime` and `endTime` are more than seven days apart";
            let message = "Maximum time interval is 7 days";
            return Err(Failure::new(-4165, message, cause, "ask for one week at a time"));
        }
    }
    Ok(start.unwrap_or(i64::MIN)..=end.unwrap_or(i64::MAX))
}

/// Finds the order that a call names. With both ids, it must have both.
pub fn find<'a>(futures: &'a Futures, call: &Call<'_>) -> Option<&'a Order> {
    let symbol = call.text("symbol").unwrap_or_default();
    let (id, name) = (call.number("orderId"), call.text("origClientOrderId").filter(|n| !n.is_empty()));
    if id.is_none() && name.is_none() {
        return None;
    }
    futures.orders().iter().rev().find(|o| {
        o.terms.symbol == symbol && id.is_none_or(|id| id == o.id) && name.is_none_or(|n| n == o.client_id)
    })
}

/// What an order is called in a call that does not find it.
pub fn not_found(call: &Call<'_>) -> String {
    let named = call.text("orderId").or(call.text("origClientOrderId")).unwrap_or_default();
    format!("no order `{named}` on {}", call.text("symbol").unwrap_or_default())
}

fn missing(call: &Call<'_>) -> Failure {
    let fix = "ask allOrders for the orders of the contract";
    Failure::new(-2013, "Order does not exist.", not_found(call), fix)
}

fn answer(futures: &Futures, call: &Call<'_>, found: Option<&Order>) -> Answer {
    let contract = contract(futures, call)?;
    json(&Queried::of(contract, found.ok_or_else(|| missing(call))?))
}

/// `GET /fapi/v1/order`.
pub fn order(futures: &Futures, call: &Call<'_>) -> Answer {
    answer(futures, call, find(futures, call))
}

/// `GET /fapi/v1/openOrder`.
pub fn open_order(futures: &Futures, call: &Call<'_>) -> Answer {
    answer(futures, call, find(futures, call).filter(|o| o.is_open()))
}

fn listed<'a>(futures: &'a Futures, orders: impl IntoIterator<Item = &'a Order>) -> Answer {
    let queried = |o: &'a Order| futures.contract(&o.terms.symbol).map(|c| Queried::of(c, o));
    json(&orders.into_iter().filter_map(queried).collect::<Vec<_>>())
}

/// `GET /fapi/v1/openOrders`.
pub fn open_orders(futures: &Futures, call: &Call<'_>) -> Answer {
    let symbol = call.text("symbol");
    let open = futures.contracts.iter().filter(|c| symbol.is_none_or(|s| s == c.name()));
    let mut open: Vec<&Order> = open.flat_map(|c| futures.open_orders(c)).collect();
    open.sort_by_key(|o| o.id);
    listed(futures, open)
}

/// `GET /fapi/v1/allOrders`.
pub fn all_orders(futures: &Futures, call: &Call<'_>) -> Answer {
    let (symbol, from, window) = (call.text("symbol"), call.number("orderId"), window(call)?);
    let wanted = futures.orders().iter().filter(|o| {
        symbol.is_none_or(|s| s == o.terms.symbol)
            && from.map_or_else(|| window.contains(&o.time), |from| o.id >= from)
    });
    let oldest_first = from.is_some() || call.text("startTime").is_some();
    listed(futures, limited(wanted.collect(), limit(call, 500, 1000)?, oldest_first))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradeAnswer<'a> {
    buyer: bool,
    commission: Amount,
    commission_asset: &'static str,
    id: i64,
    maker: bool,
    order_id: i64,
    price: String,
    qty: String,
    quote_qty: String,
    realized_pnl: Amount,
    side: Side,
    position_side: PositionSide,
    symbol: &'a str,
    time: i64,
}

/// `GET /fapi/v1/userTrades`.
pub fn user_trades(futures: &Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let (order, from, window) = (call.number("orderId"), call.number("fromId"), window(call)?);
    let fills = contract.lane.own_trades.iter().filter_map(|t| {
        let order = futures.order(t.order)?;
        order.fills.get(t.fill).map(|fill| (order, fill))
    });
    let wanted = fills.filter(|(o, f)| {
        order.is_none_or(|id| id == o.id)
            && from.is_none_or(|id| f.trade.id >= id)
            && window.contains(&f.trade.time)
    });
    let oldest_first = from.is_some() || call.text("startTime").is_some();
    let chosen = limited(wanted.collect(), limit(call, 500, 1000)?, oldest_first);
    let answer = |(order, fill): (&'_ Order, &super::order::Fill)| TradeAnswer {
        buyer: order.terms.side == Side::Buy,
        commission: fill.commission,
        commission_asset: QUOTE,
        id: fill.trade.id,
        maker: fill.is_maker,
        order_id: order.id,
        price: contract.price(fill.trade.price),
        qty: contract.quantity(fill.trade.quantity),
        quote_qty: contract.money(fill.trade.quote()),
        realized_pnl: fill.realized,
        side: order.terms.side,
        position_side: order.terms.position_side,
        symbol: contract.name(),
        time: fill.trade.time,
    };
    json(&chosen.into_iter().map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IncomeAnswer<'a> {
    symbol: &'a str,
    income_type: &'static str,
    income: Amount,
    asset: &'static str,
    info: &'a str,
    time: i64,
    tran_id: i64,
    trade_id: String,
}

/// `GET /fapi/v1/income`.
pub fn income(futures: &Futures, call: &Call<'_>) -> Answer {
    let (symbol, kind, window) = (call.text("symbol"), call.text("incomeType"), window(call)?);
    let numbered = (9_689_322_392_i64..).zip(&futures.incomes);
    let wanted = numbered.filter(|(_, i)| {
        symbol.is_none_or(|s| s == i.symbol) && kind.is_none_or(|k| k == i.kind) && window.contains(&i.time)
    });
    let oldest_first = call.text("startTime").is_some();
    let chosen = limited(wanted.collect(), limit(call, 100, 1000)?, oldest_first);
    let answer = |(tran_id, i)| {
        let i: &Income = i;
        IncomeAnswer {
            symbol: &i.symbol,
            income_type: i.kind,
            income: i.amount,
            asset: i.asset,
            info: &i.info,
            time: i.time,
            tran_id,
            trade_id: i.trade.map_or_else(String::new, |id| id.to_string()),
        }
    };
    json(&chosen.into_iter().map(answer).collect::<Vec<_>>())
}
