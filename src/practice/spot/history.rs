//! The account's side: balances, orders and trades.

use serde::Serialize;

use super::answers::{OrderAnswer, queried};
use super::chosen::lane;
use super::ledger::Balance;
use super::order::{Order, Side};
use super::orders::Discount;
use super::state::Spot;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

/// How long the time asked for may be, in milliseconds.
/// Source: Spot REST documentation, "All orders" and "Account trade list".
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct AccountAnswer<'a> {
    maker_commission: i128,
    taker_commission: i128,
    buyer_commission: u32,
    seller_commission: u32,
    commission_rates: Rates,
    can_trade: bool,
    can_withdraw: bool,
    can_deposit: bool,
    brokered: bool,
    require_self_trade_prevention: bool,
    prevent_sor: bool,
    update_time: i64,
    account_type: &'static str,
    balances: Vec<&'a Balance>,
    permissions: [&'static str; 1],
    uid: u64,
}

#[derive(Serialize)]
struct Rates {
    maker: Amount,
    taker: Amount,
    buyer: Amount,
    seller: Amount,
}

/// A rate in hundredths of a percent.
fn basis_points(rate: Amount) -> i128 {
    rate.steps(Amount::units(10_000))
}

pub fn account(spot: &Spot, call: &Call<'_>) -> Answer {
    let omit = call.flag("omitZeroBalances").unwrap_or(false);
    let balances = spot.ledger.balances().iter();
    let updated = spot.orders().iter().map(|o| o.update_time).max();
    json(&AccountAnswer {
        maker_commission: basis_points(spot.fees.maker),
        taker_commission: basis_points(spot.fees.taker),
        buyer_commission: 0,
        seller_commission: 0,
        commission_rates: Rates {
            maker: spot.fees.maker,
            taker: spot.fees.taker,
            buyer: Amount::ZERO,
            seller: Amount::ZERO,
        },
        can_trade: true,
        can_withdraw: true,
        can_deposit: true,
        brokered: false,
        require_self_trade_prevention: false,
        prevent_sor: false,
        update_time: call.stamp(updated.unwrap_or_else(|| call.now_ms())),
        account_type: "SPOT",
        balances: balances.filter(|b| !(omit && b.free.is_zero() && b.locked.is_zero())).collect(),
        permissions: ["SPOT"],
        uid: 354_937_868,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommissionAnswer<'a> {
    symbol: &'a str,
    standard_commission: Rates,
    special_commission: Rates,
    tax_commission: Rates,
    discount: Discount,
}

/// `GET /api/v3/account/commission`.
pub fn commission(spot: &Spot, call: &Call<'_>) -> Answer {
    let rates = |maker, taker| Rates { maker, taker, buyer: Amount::ZERO, seller: Amount::ZERO };
    json(&CommissionAnswer {
        symbol: &lane(spot, call)?.symbol.name,
        standard_commission: rates(spot.fees.maker, spot.fees.taker),
        special_commission: rates(Amount::ZERO, Amount::ZERO),
        tax_commission: rates(Amount::ZERO, Amount::ZERO),
        discount: Discount::NONE,
    })
}

pub fn open_orders(spot: &Spot, call: &Call<'_>) -> Answer {
    let lanes = match call.text("symbol") {
        Some(_) => vec![lane(spot, call)?],
        None => spot.lanes.iter().collect(),
    };
    let mut open: Vec<&Order> = lanes.into_iter().flat_map(|l| spot.open_orders(l)).collect();
    open.sort_by_key(|o| o.id);
    json(&open.into_iter().map(|o| queried(call, o)).collect::<Result<Vec<_>, _>>()?)
}

/// Finds the order that a call names. With both ids, the order with the one must have the other.
/// Source: Spot REST documentation, "Query order"; errors.md, -2039.
///
/// # Errors
/// If it has another client order id than the call says.
pub fn find<'a>(
    spot: &'a Spot,
    call: &Call<'_>,
    id: &str,
    client_id: &str,
) -> Result<Option<&'a Order>, Failure> {
    let symbol = call.text("symbol").unwrap_or_default();
    let named = call.text(client_id);
    let found = match (call.number(id), named) {
        (Some(id), _) => spot.order(id).filter(|o| *o.terms.symbol.name == *symbol),
        (None, Some(name)) => spot.order_of_client(symbol, name),
        (None, None) => None,
    };
    if let (Some(order), Some(name)) = (found, named)
        && order.client_id != name
    {
        let cause = format!("the order `{}` has another client order id than `{name}`", order.id);
        let message = "Client order ID is not correct for this order ID.";
        return Err(Failure::new(-2039, message, cause, "send one of the two ids"));
    }
    Ok(found)
}

pub fn order(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol = &lane(spot, call)?.symbol.name;
    let found = find(spot, call, "orderId", "origClientOrderId")?.ok_or_else(|| {
        let named = call.text("orderId").or(call.text("origClientOrderId")).unwrap_or_default();
        let cause = format!("no order `{named}` on {symbol}");
        Failure::new(-2013, "Order does not exist.", cause, "ask `allOrders` for the orders of the symbol")
    })?;
    json(&queried(call, found)?)
}

pub fn all_orders(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol = &lane(spot, call)?.symbol.name;
    let window = Window::of(call)?;
    let from = call.number("orderId");
    let orders = spot.orders().iter().filter(|o| o.terms.symbol.name == *symbol);
    let wanted = orders.filter(|o| match from {
        Some(id) => o.id >= id,
        None => window.holds(o.time),
    });
    let oldest_first = from.is_some() || window.start.is_some();
    let chosen = limited(wanted.collect(), call.limit()?, oldest_first);
    json(&chosen.into_iter().map(|o| OrderAnswer::listed(call, o)).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradeAnswer<'a> {
    symbol: &'a str,
    id: i64,
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
    is_best_match: bool,
}

pub fn my_trades(spot: &Spot, call: &Call<'_>) -> Answer {
    let lane = lane(spot, call)?;
    let window = Window::of(call)?;
    let (order_id, from) = (call.number("orderId"), call.number("fromId").unwrap_or(0));
    let first = lane.own_trades.partition_point(|t| t.id < from);
    let own = lane.own_trades.iter().skip(first).filter(|t| order_id.is_none_or(|id| id == t.order));
    let fills = own.filter_map(|t| {
        let order = spot.order(t.order)?;
        order.fills.get(t.fill).filter(|f| !order.is_allocation(f)).map(|fill| (order, fill))
    });
    let oldest_first = call.text("fromId").is_some() || window.start.is_some();
    let wanted = fills.filter(|(_, f)| window.holds(f.trade.time));
    let limit = call.limit()?;
    let wanted = if oldest_first { wanted.take(limit).collect() } else { wanted.collect() };
    let shown = limited(wanted, limit, oldest_first).into_iter().map(|(order, fill)| TradeAnswer {
        symbol: &order.terms.symbol.name,
        id: fill.trade.id,
        order_id: order.id,
        order_list_id: order.list.unwrap_or(-1),
        price: fill.trade.price,
        qty: fill.trade.quantity,
        quote_qty: fill.trade.quote(),
        commission: fill.commission,
        commission_asset: &fill.commission_asset,
        time: call.stamp(fill.trade.time),
        is_buyer: order.terms.side == Side::Buy,
        is_maker: fill.is_maker,
        is_best_match: true,
    });
    json(&shown.collect::<Vec<_>>())
}

/// The time asked for with `startTime` and `endTime`.
pub struct Window {
    pub start: Option<i64>,
    end: Option<i64>,
}

impl Window {
    /// # Errors
    /// If they are more than a day apart.
    pub fn of(call: &Call<'_>) -> Result<Self, Failure> {
        let (start, end) = (call.time("startTime"), call.time("endTime"));
        if let (Some(from), Some(to)) = (start, end)
            && to.saturating_sub(from) > LONGEST_MS
        {
            let message = "More than 24 hours between startTime and endTime.";
            let cause = "`startTime` and `endTime` are more than 24 hours apart";
            return Err(Failure::new(-1127, message, cause, "ask for one day at a time"));
        }
        Ok(Self { start, end })
    }

    /// Whether a time lies within.
    pub fn holds(&self, time: i64) -> bool {
        self.start.is_none_or(|s| time >= s) && self.end.is_none_or(|e| time <= e)
    }
}

/// At most `limit`: the first of them, or the most recent.
pub fn limited<T>(mut all: Vec<T>, limit: usize, oldest_first: bool) -> Vec<T> {
    if oldest_first {
        all.truncate(limit);
        return all;
    }
    let surplus = all.len().saturating_sub(limit);
    all.split_off(surplus)
}
