//! The account's side: balances, orders and trades.

use serde::Serialize;

use super::account::{COMMISSION, Fill, Order, Side};
use super::amount::Amount;
use super::engine::{Answer, Call, Failure, json};

/// How long the time asked for may be, in milliseconds.
/// Source: Spot REST documentation, "All orders" and "Account trade list".
const LONGEST_MS: i64 = 24 * 60 * 60 * 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct AccountAnswer {
    maker_commission: u32,
    taker_commission: u32,
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
    balances: Vec<BalanceAnswer>,
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

#[derive(Serialize)]
struct BalanceAnswer {
    asset: &'static str,
    free: Amount,
    locked: Amount,
}

pub(super) fn account(call: &Call<'_>) -> Answer {
    let omit = call.flag("omitZeroBalances").unwrap_or(false);
    let balances = call.account.balances().iter();
    let balances = balances.filter(|b| !(omit && b.free.is_zero() && b.locked.is_zero()));
    json(&AccountAnswer {
        // In hundredths of a percent.
        maker_commission: 10,
        taker_commission: 10,
        buyer_commission: 0,
        seller_commission: 0,
        commission_rates: Rates {
            maker: COMMISSION,
            taker: COMMISSION,
            buyer: Amount::ZERO,
            seller: Amount::ZERO,
        },
        can_trade: true,
        can_withdraw: true,
        can_deposit: true,
        brokered: false,
        require_self_trade_prevention: false,
        prevent_sor: false,
        update_time: call.stamp(call.account.update_time()),
        account_type: "SPOT",
        balances: balances
            .map(|b| BalanceAnswer { asset: b.asset, free: b.free, locked: b.locked })
            .collect(),
        permissions: ["SPOT"],
        uid: 354_937_868,
    })
}

/// An order as it is shown. `allOrders` has one field in another place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderAnswer {
    symbol: &'static str,
    order_id: i64,
    order_list_id: i64,
    client_order_id: String,
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    #[serde(rename = "origQuoteOrderQty", skip_serializing_if = "Option::is_none")]
    orig_quote_order_qty: Option<Amount>,
    cummulative_quote_qty: Amount,
    status: &'static str,
    time_in_force: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    side: &'static str,
    stop_price: Amount,
    iceberg_qty: Amount,
    time: i64,
    update_time: i64,
    is_working: bool,
    #[serde(rename = "origQuoteOrderQty", skip_serializing_if = "Option::is_none")]
    later_orig_quote_order_qty: Option<Amount>,
    working_time: i64,
    self_trade_prevention_mode: &'static str,
}

fn shown(call: &Call<'_>, order: &Order, in_list_of_all: bool) -> OrderAnswer {
    let quote_quantity = Some(Amount::ZERO);
    OrderAnswer {
        symbol: order.symbol.name,
        order_id: order.id,
        order_list_id: -1,
        client_order_id: order.client_id.clone(),
        price: order.price,
        orig_qty: order.quantity,
        executed_qty: order.executed(),
        orig_quote_order_qty: quote_quantity.filter(|_| !in_list_of_all),
        cummulative_quote_qty: order.executed_quote(),
        status: order.status(),
        time_in_force: order.time_in_force.as_str(),
        kind: order.kind.as_str(),
        side: order.side.as_str(),
        stop_price: order.stop_price,
        iceberg_qty: Amount::ZERO,
        time: call.stamp(order.time),
        update_time: call.stamp(order.update_time),
        is_working: order.is_working(),
        later_orig_quote_order_qty: quote_quantity.filter(|_| in_list_of_all),
        working_time: if order.is_working() { call.stamp(order.time) } else { -1 },
        self_trade_prevention_mode: "NONE",
    }
}

pub(super) fn open_orders(call: &Call<'_>) -> Answer {
    let symbol = call.text("symbol");
    let open =
        call.account.orders().iter().filter(|o| o.is_open() && symbol.is_none_or(|s| s == o.symbol.name));
    json(&open.map(|o| shown(call, o, false)).collect::<Vec<_>>())
}

/// With both ids, the order must have both. Source: Spot REST documentation, "Query order".
pub(super) fn order(call: &Call<'_>) -> Answer {
    let symbol = call.symbol()?;
    let (id, client_id) = (call.number("orderId"), call.text("origClientOrderId"));
    let wanted = |o: &&Order| {
        o.symbol.name == symbol.name
            && id.is_none_or(|id| id == o.id)
            && client_id.is_none_or(|id| id == o.client_id)
    };
    let found = call.account.orders().iter().rev().find(wanted).ok_or_else(|| {
        let named = call.text("orderId").or(client_id).unwrap_or_default();
        let cause = format!("no order `{named}` on {}", symbol.name);
        Failure::new(-2013, "Order does not exist.", cause, "ask `allOrders` for the orders of the symbol")
    })?;
    json(&shown(call, found, false))
}

pub(super) fn all_orders(call: &Call<'_>) -> Answer {
    let symbol = call.symbol()?;
    let window = Window::of(call)?;
    let from = call.number("orderId");
    let orders = call.account.orders().iter().filter(|o| o.symbol.name == symbol.name);
    let wanted = orders.filter(|o| match from {
        Some(id) => o.id >= id,
        None => window.holds(o.time),
    });
    let oldest_first = from.is_some() || window.start.is_some();
    let chosen = limited(wanted.collect(), call.limit()?, oldest_first);
    json(&chosen.into_iter().map(|o| shown(call, o, true)).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradeAnswer {
    symbol: &'static str,
    id: i64,
    order_id: i64,
    order_list_id: i64,
    price: Amount,
    qty: Amount,
    quote_qty: Amount,
    commission: Amount,
    commission_asset: &'static str,
    time: i64,
    is_buyer: bool,
    is_maker: bool,
    is_best_match: bool,
}

pub(super) fn my_trades(call: &Call<'_>) -> Answer {
    let symbol = call.symbol()?;
    let window = Window::of(call)?;
    let (order_id, from) = (call.number("orderId"), call.number("fromId"));
    let orders = call.account.orders().iter().filter(|o| o.symbol.name == symbol.name);
    let orders = orders.filter(|o| order_id.is_none_or(|id| id == o.id));
    let mut trades: Vec<(&Order, &Fill)> = orders.flat_map(|o| o.fills.iter().map(move |f| (o, f))).collect();
    trades.retain(|(_, f)| from.is_none_or(|id| f.trade.id >= id) && window.holds(f.trade.time));
    trades.sort_by_key(|(_, f)| f.trade.id);
    let oldest_first = from.is_some() || window.start.is_some();
    let chosen = limited(trades, call.limit()?, oldest_first);
    let shown = chosen.into_iter().map(|(order, fill)| TradeAnswer {
        symbol: order.symbol.name,
        id: fill.trade.id,
        order_id: order.id,
        order_list_id: -1,
        price: fill.trade.price,
        qty: fill.trade.quantity,
        quote_qty: fill.trade.quote(),
        commission: order.commission(fill),
        commission_asset: order.received_asset(),
        time: call.stamp(fill.trade.time),
        is_buyer: order.side == Side::Buy,
        is_maker: fill.is_maker,
        is_best_match: true,
    });
    json(&shown.collect::<Vec<_>>())
}

/// The time asked for with `startTime` and `endTime`.
struct Window {
    start: Option<i64>,
    end: Option<i64>,
}

impl Window {
    fn of(call: &Call<'_>) -> Result<Self, Failure> {
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

    fn holds(&self, time: i64) -> bool {
        self.start.is_none_or(|s| time >= s) && self.end.is_none_or(|e| time <= e)
    }
}

/// At most `limit`: the first of them, or the most recent.
fn limited<T>(mut all: Vec<T>, limit: usize, oldest_first: bool) -> Vec<T> {
    if oldest_first {
        all.truncate(limit);
        return all;
    }
    let surplus = all.len().saturating_sub(limit);
    all.split_off(surplus)
}
