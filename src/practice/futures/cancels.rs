//! Endpoints that cancel orders.

use super::answers::{Placed, done};
use super::history::{find, not_found};
use super::order::Status;
use super::state::Futures;
use super::terms::contract;
use crate::practice::engine::{Answer, Call, Failure, json};

/// Cancels the open order that a call names, and tells its id.
///
/// # Errors
/// If there is no such.
pub fn cancel(futures: &mut Futures, call: &Call<'_>) -> Result<i64, Failure> {
    contract(futures, call)?;
    let found = find(futures, call);
    let id = found.filter(|o| o.is_open()).map(|o| o.id).ok_or_else(|| {
        let cause = found.map_or_else(
            || not_found(call),
            |o| format!("the order is {} and no longer open", o.status.as_str()),
        );
        Failure::new(-2011, "Unknown order sent.", cause, "ask openOrders for what can be cancelled")
    })?;
    futures.end(id, Status::Canceled, call.now_ms());
    Ok(id)
}

/// What is told of an order that was cancelled just now.
///
/// # Errors
/// If there is no such order.
pub fn canceled(futures: &Futures, id: i64) -> Result<Placed<'_>, Failure> {
    let order = futures.order(id).ok_or_else(Failure::invalid_symbol)?;
    let contract = futures.contract(&order.terms.symbol).ok_or_else(Failure::invalid_symbol)?;
    Ok(Placed::of(contract, order))
}

/// `DELETE /fapi/v1/order`.
pub fn order(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let id = cancel(futures, call)?;
    json(&canceled(futures, id)?)
}

/// `DELETE /fapi/v1/allOpenOrders`.
pub fn all(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let open: Vec<i64> = contract(futures, call)?.lane.open.iter().copied().collect();
    for id in open {
        futures.end(id, Status::Canceled, call.now_ms());
    }
    done("The operation of cancel all open order is done.")
}
