//! How orders are written.

use serde::Serialize;

use super::contract::Contract;
use super::order::{Kind, Order, PositionSide, Prevention, Side, Status, TimeInForce, WorkingType};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, json};

/// An order that was placed, tested or cancelled just now.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed<'a> {
    client_order_id: &'a str,
    cum_qty: String,
    cum_quote: String,
    executed_qty: String,
    order_id: i64,
    avg_price: String,
    orig_qty: String,
    price: String,
    reduce_only: bool,
    side: Side,
    position_side: PositionSide,
    status: Status,
    stop_price: String,
    close_position: bool,
    symbol: &'a str,
    time_in_force: TimeInForce,
    r#type: &'a str,
    orig_type: &'a str,
    update_time: i64,
    working_type: WorkingType,
    price_protect: bool,
    price_match: &'a str,
    self_trade_prevention_mode: Prevention,
    good_till_date: i64,
}

impl<'a> Placed<'a> {
    pub fn of(contract: &Contract, order: &'a Order) -> Self {
        let t = &order.terms;
        Self {
            client_order_id: &order.client_id,
            cum_qty: contract.quantity(order.executed),
            cum_quote: contract.money(order.executed_quote),
            executed_qty: contract.quantity(order.executed),
            order_id: order.id,
            avg_price: contract.money(order.average()),
            orig_qty: contract.quantity(t.quantity),
            price: contract.price(t.price),
            reduce_only: t.reduces(),
            side: t.side,
            position_side: t.position_side,
            status: order.status,
            stop_price: contract.price(t.stop_price),
            close_position: t.close_position,
            symbol: &t.symbol,
            time_in_force: t.time_in_force,
            r#type: t.kind.as_str(),
            orig_type: t.original,
            update_time: order.updated,
            working_type: t.working_type,
            price_protect: t.price_protect,
            price_match: &t.price_match,
            self_trade_prevention_mode: t.prevention,
            good_till_date: t.good_till,
        }
    }

    /// As it would be placed, with the type that was sent.
    pub fn tested(contract: &Contract, order: &'a Order) -> Self {
        Self { r#type: order.terms.original, ..Self::of(contract, order) }
    }

    /// As it came in.
    pub fn acknowledged(contract: &Contract, order: &'a Order) -> Self {
        let (nothing, money) = (contract.quantity(Amount::ZERO), contract.money(Amount::ZERO));
        Self {
            cum_qty: nothing.clone(),
            executed_qty: nothing,
            cum_quote: money.clone(),
            avg_price: money,
            status: Status::New,
            update_time: order.time,
            ..Self::of(contract, order)
        }
    }
}

/// An order that was asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queried<'a> {
    avg_price: String,
    client_order_id: &'a str,
    cum_quote: String,
    executed_qty: String,
    order_id: i64,
    orig_qty: String,
    orig_type: &'a str,
    price: String,
    reduce_only: bool,
    side: Side,
    position_side: PositionSide,
    status: Status,
    stop_price: String,
    close_position: bool,
    symbol: &'a str,
    time: i64,
    time_in_force: TimeInForce,
    r#type: Kind,
    update_time: i64,
    working_type: WorkingType,
    price_protect: bool,
    price_match: &'a str,
    self_trade_prevention_mode: Prevention,
    good_till_date: i64,
}

impl<'a> Queried<'a> {
    pub fn of(contract: &Contract, order: &'a Order) -> Self {
        let t = &order.terms;
        Self {
            avg_price: contract.money(order.average()),
            client_order_id: &order.client_id,
            cum_quote: contract.money(order.executed_quote),
            executed_qty: contract.quantity(order.executed),
            order_id: order.id,
            orig_qty: contract.quantity(t.quantity),
            orig_type: t.original,
            price: contract.price(t.price),
            reduce_only: t.reduces(),
            side: t.side,
            position_side: t.position_side,
            status: order.status,
            stop_price: contract.price(t.stop_price),
            close_position: t.close_position,
            symbol: &t.symbol,
            time: order.time,
            time_in_force: t.time_in_force,
            r#type: t.kind,
            update_time: order.updated,
            working_type: t.working_type,
            price_protect: t.price_protect,
            price_match: &t.price_match,
            self_trade_prevention_mode: t.prevention,
            good_till_date: t.good_till,
        }
    }
}

/// The answer to what has no more to tell than that it is done.
pub fn done(msg: &'static str) -> Answer {
    #[derive(Serialize)]
    struct Done {
        code: i32,
        msg: &'static str,
    }
    json(&Done { code: 200, msg })
}
