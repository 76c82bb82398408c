//! Orders as the exchange shows them. Structs keep the order of their fields, which is that of the documentation.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::order::{Expiry, Fill, Kind, Order, Prevention, Side, Status, TimeInForce};
use super::state::Spot;
use crate::practice::amount::Amount;
use crate::practice::engine::{Call, Failure, json_part};

/// What is shown of an order only where it has it.
/// Source: Spot REST documentation, "Conditional fields in order responses".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conditional<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    prevented_match_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trailing_delta: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trailing_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_sor: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_floor: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_price_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_offset_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peg_offset_value: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pegged_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_reason: Option<Expiry>,
}

impl<'a> Conditional<'a> {
    /// What an order has of it.
    pub fn of(call: &Call<'_>, order: &'a Order) -> Self {
        let terms = &order.terms;
        let offset = terms.peg.as_ref().and_then(|p| p.offset);
        Self {
            prevented_match_id: order.prevented_match,
            prevented_quantity: order.prevented_match.map(|_| order.prevented),
            strategy_id: terms.strategy_id,
            strategy_type: terms.strategy_type,
            trailing_delta: terms.trailing_delta,
            trailing_time: terms
                .trailing_delta
                .map(|_| order.trailing.and_then(|t| t.since).map_or(-1, |since| call.stamp(since))),
            used_sor: terms.sor.then_some(true),
            working_floor: terms.sor.then(|| order.working_floor()),
            peg_price_type: terms.peg.as_ref().map(|p| p.price_type.as_str()),
            peg_offset_type: offset.map(|_| "PRICE_LEVEL"),
            peg_offset_value: offset,
            pegged_price: terms.pegged_price(),
            expiry_reason: order.expiry,
        }
    }
}

/// An order that was asked for. `allOrders` has one field in another place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderAnswer<'a> {
    symbol: &'a str,
    order_id: i64,
    order_list_id: i64,
    client_order_id: &'a str,
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    #[serde(rename = "origQuoteOrderQty", skip_serializing_if = "Option::is_none")]
    orig_quote_order_qty: Option<Amount>,
    cummulative_quote_qty: Amount,
    status: Status,
    time_in_force: TimeInForce,
    #[serde(rename = "type")]
    kind: Kind,
    side: Side,
    stop_price: Amount,
    iceberg_qty: Amount,
    time: i64,
    update_time: i64,
    is_working: bool,
    #[serde(rename = "origQuoteOrderQty", skip_serializing_if = "Option::is_none")]
    later_orig_quote_order_qty: Option<Amount>,
    working_time: i64,
    self_trade_prevention_mode: Prevention,
    #[serde(flatten)]
    conditional: Conditional<'a>,
}

impl<'a> OrderAnswer<'a> {
    /// As one order is shown, or the open ones.
    fn queried(call: &Call<'_>, order: &'a Order) -> Self {
        let terms = &order.terms;
        Self {
            symbol: &terms.symbol.name,
            order_id: order.id,
            order_list_id: order.list.unwrap_or(-1),
            client_order_id: &order.client_id,
            price: terms.sent_price(),
            orig_qty: terms.quantity,
            executed_qty: order.executed,
            orig_quote_order_qty: Some(terms.quote_quantity),
            cummulative_quote_qty: order.executed_quote,
            status: order.status,
            time_in_force: terms.time_in_force,
            kind: terms.kind,
            side: terms.side,
            stop_price: terms.stop_price,
            iceberg_qty: terms.iceberg,
            time: call.stamp(order.time),
            update_time: call.stamp(order.update_time),
            is_working: order.is_working(),
            later_orig_quote_order_qty: None,
            working_time: order.working_time.map_or(-1, |t| call.stamp(t)),
            self_trade_prevention_mode: terms.prevention,
            conditional: Conditional::of(call, order),
        }
    }

    /// As an order is shown in the list of all.
    pub fn listed(call: &Call<'_>, order: &'a Order) -> Self {
        let queried = Self::queried(call, order);
        let quote = queried.orig_quote_order_qty;
        Self { orig_quote_order_qty: None, later_orig_quote_order_qty: quote, ..queried }
    }
}

/// As one order is shown, or the open ones.
///
/// # Errors
/// If it cannot be written.
pub fn queried<'a>(call: &Call<'_>, order: &'a Order) -> Result<Cow<'a, RawValue>, Failure> {
    let write = || json_part(&OrderAnswer::queried(call, order));
    // Ended orders become more and more, and are asked for less and less.
    if call.microseconds || !order.is_open() {
        return write().map(Cow::Owned);
    }
    order.shown.or_write(write).map(Cow::Borrowed)
}

/// How much is told of an order that was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Ack,
    Result,
    Full,
}

impl Detail {
    /// What `newOrderRespType` asks for. Without it, orders that trade at once tell all and others little.
    pub fn of(call: &Call<'_>, kind: Kind) -> Self {
        let usual = if matches!(kind, Kind::Limit | Kind::Market) { Self::Full } else { Self::Ack };
        Self::asked(call).unwrap_or(usual)
    }

    /// What `newOrderRespType` asks for, if it was sent.
    pub fn asked(call: &Call<'_>) -> Option<Self> {
        match call.text("newOrderRespType")? {
            "ACK" => Some(Self::Ack),
            "RESULT" => Some(Self::Result),
            _ => Some(Self::Full),
        }
    }
}

/// An order that was placed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed<'a> {
    symbol: &'a str,
    order_id: i64,
    order_list_id: i64,
    client_order_id: &'a str,
    transact_time: i64,
    #[serde(flatten)]
    result: Option<PlacedResult<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlacedResult<'a> {
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    orig_quote_order_qty: Amount,
    cummulative_quote_qty: Amount,
    status: Status,
    time_in_force: TimeInForce,
    #[serde(rename = "type")]
    kind: Kind,
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Amount>,
    working_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iceberg_qty: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fills: Option<Vec<FillAnswer<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prevented_matches: Option<Vec<PreventedAnswer<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_floor: Option<&'static str>,
    self_trade_prevention_mode: Prevention,
    #[serde(flatten)]
    conditional: Conditional<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FillAnswer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    match_type: Option<&'static str>,
    price: Amount,
    qty: Amount,
    commission: Amount,
    commission_asset: &'a str,
    trade_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    alloc_id: Option<i64>,
}

impl<'a> FillAnswer<'a> {
    fn of(order: &Order, fill: &'a Fill) -> Self {
        // An allocation has the number of the trade that the exchange made for it.
        let allocation = Some(fill.trade.id).filter(|_| order.is_allocation(fill));
        Self {
            match_type: allocation.map(|_| "ONE_PARTY_TRADE_REPORT"),
            price: fill.trade.price,
            qty: fill.trade.quantity,
            commission: fill.commission,
            commission_asset: &fill.commission_asset,
            trade_id: if allocation.is_some() { -1 } else { fill.trade.id },
            alloc_id: allocation,
        }
    }
}

/// A match that self-trade prevention stopped when an order was placed.
/// Source: Spot documentation, "Self Trade Prevention (STP) FAQ".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PreventedAnswer<'a> {
    prevented_match_id: i64,
    maker_symbol: &'a str,
    maker_order_id: i64,
    price: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    taker_prevented_quantity: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maker_prevented_quantity: Option<Amount>,
}

impl<'a> PreventedAnswer<'a> {
    /// Those of an order, if there are any.
    fn all(spot: &Spot, order: &'a Order) -> Option<Vec<Self>> {
        let of_order = spot.prevented.iter().filter(|p| p.taker == order.id);
        let answers = of_order.map(|p| Self {
            prevented_match_id: p.id,
            maker_symbol: &order.terms.symbol.name,
            maker_order_id: p.maker,
            price: p.price,
            taker_prevented_quantity: p.taker_quantity,
            maker_prevented_quantity: p.maker_quantity,
        });
        Some(answers.collect::<Vec<_>>()).filter(|all| !all.is_empty())
    }
}

impl<'a> Placed<'a> {
    /// What is told of an order.
    pub fn of(spot: &Spot, call: &Call<'_>, order: &'a Order, detail: Detail) -> Self {
        let terms = &order.terms;
        let full = detail == Detail::Full;
        let given = |amount: Amount| Some(amount).filter(|a| !a.is_zero());
        let conditional = Conditional::of(call, order);
        let result = || PlacedResult {
            price: terms.sent_price(),
            orig_qty: terms.quantity,
            executed_qty: order.executed,
            orig_quote_order_qty: terms.quote_quantity,
            cummulative_quote_qty: order.executed_quote,
            status: order.status,
            time_in_force: terms.time_in_force,
            kind: terms.kind,
            side: terms.side,
            stop_price: given(terms.stop_price),
            working_time: order.working_time.map_or(-1, |t| call.stamp(t)),
            iceberg_qty: given(terms.iceberg),
            fills: full.then(|| order.fills.iter().map(|f| FillAnswer::of(order, f)).collect()),
            prevented_matches: PreventedAnswer::all(spot, order).filter(|_| full),
            // It stands elsewhere than in the orders that are asked for.
            working_floor: conditional.working_floor,
            self_trade_prevention_mode: terms.prevention,
            conditional: Conditional { working_floor: None, ..conditional },
        };
        Self {
            symbol: &terms.symbol.name,
            order_id: order.id,
            order_list_id: order.list.unwrap_or(-1),
            client_order_id: &order.client_id,
            transact_time: call.stamp(order.time),
            result: (detail != Detail::Ack).then(result),
        }
    }
}

/// An order that was cancelled.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Canceled<'a> {
    symbol: &'a str,
    orig_client_order_id: &'a str,
    order_id: i64,
    order_list_id: i64,
    client_order_id: &'a str,
    transact_time: i64,
    price: Amount,
    orig_qty: Amount,
    executed_qty: Amount,
    orig_quote_order_qty: Amount,
    cummulative_quote_qty: Amount,
    status: Status,
    time_in_force: TimeInForce,
    #[serde(rename = "type")]
    kind: Kind,
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iceberg_qty: Option<Amount>,
    self_trade_prevention_mode: Prevention,
    #[serde(flatten)]
    conditional: Conditional<'a>,
}

impl<'a> Canceled<'a> {
    /// What is told of an order whose cancellation was given an id.
    pub fn of(call: &Call<'_>, order: &'a Order, cancel_id: &'a str) -> Self {
        let terms = &order.terms;
        let given = |amount: Amount| Some(amount).filter(|a| !a.is_zero());
        Self {
            symbol: &terms.symbol.name,
            orig_client_order_id: &order.client_id,
            order_id: order.id,
            order_list_id: order.list.unwrap_or(-1),
            client_order_id: cancel_id,
            transact_time: call.stamp(order.update_time),
            price: terms.sent_price(),
            orig_qty: terms.quantity,
            executed_qty: order.executed,
            orig_quote_order_qty: terms.quote_quantity,
            cummulative_quote_qty: order.executed_quote,
            status: order.status,
            time_in_force: terms.time_in_force,
            kind: terms.kind,
            side: terms.side,
            stop_price: given(terms.stop_price),
            iceberg_qty: given(terms.iceberg),
            self_trade_prevention_mode: terms.prevention,
            conditional: Conditional::of(call, order),
        }
    }
}
