//! Endpoints that cancel orders.

use serde::Serialize;

use super::answers::Canceled;
use super::chosen::lane;
use super::history::find;
use super::order::{Order, Status};
use super::state::Spot;
use crate::practice::engine::{Answer, Call, Failure, json};

/// The refusal of a cancellation.
fn unknown(call: &Call<'_>, id: &str, client_id: &str) -> Failure {
    let named = call.text(id).or(call.text(client_id)).unwrap_or_default();
    let symbol = call.text("symbol").unwrap_or_default();
    let cause = format!("no open order `{named}` on {symbol}");
    Failure::new(-2011, "Unknown order sent.", cause, "ask `openOrders` for the open orders of the symbol")
}

/// Cancels the open order that a call names by these parameters, if `cancelRestrictions` lets it.
///
/// # Errors
/// If there is none, or it may not be cancelled.
pub fn cancel(spot: &mut Spot, call: &Call<'_>, id: &str, client_id: &str) -> Result<i64, Failure> {
    lane(spot, call)?;
    let order = find(spot, call, id, client_id)
        .filter(|o| o.is_open())
        .ok_or_else(|| unknown(call, id, client_id))?;
    permitted(call, order)?;
    let id = order.id;
    spot.cancel(id, call.now_ms());
    Ok(id)
}

/// Source: Spot REST documentation, "Cancel order".
fn permitted(call: &Call<'_>, order: &Order) -> Result<(), Failure> {
    let only = match call.text("cancelRestrictions") {
        None => return Ok(()),
        Some("ONLY_NEW") => Status::New,
        Some("ONLY_PARTIALLY_FILLED") => Status::PartiallyFilled,
        Some(other) => {
            let message = "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.";
            let cause = format!("`cancelRestrictions` is `{other}`");
            return Err(Failure::new(-1145, message, cause, "send one of the two words, or leave it out"));
        }
    };
    if order.status == only {
        return Ok(());
    }
    let message = "Order was not canceled due to cancel restrictions.";
    let cause =
        format!("the order is {}, and only {} was to be cancelled", order.status.as_str(), only.as_str());
    Err(Failure::new(-2011, message, cause, "leave cancelRestrictions out to cancel it as it is"))
}

/// What a cancellation is called: `newClientOrderId`, or a name made from the order's id.
pub fn cancel_id(call: &Call<'_>, parameter: &str, order: i64) -> String {
    call.text(parameter).map_or_else(|| super::place::made_up_id(-order), str::to_owned)
}

/// `DELETE /api/v3/order`.
pub fn order(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let id = cancel(spot, call, "orderId", "origClientOrderId")?;
    let name = cancel_id(call, "newClientOrderId", id);
    let order = spot.order(id).ok_or_else(Failure::invalid_symbol)?;
    json(&Canceled::of(call, order, &name))
}

/// One order or list that was cancelled with all others of a symbol.
#[derive(Serialize)]
#[serde(untagged)]
enum Each<'a> {
    Order(Box<Canceled<'a>>),
}

/// `DELETE /api/v3/openOrders`.
pub fn open_orders(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let open: Vec<i64> = lane(spot, call)?.open.iter().copied().collect();
    if open.is_empty() {
        return Err(unknown(call, "symbol", "symbol"));
    }
    for id in &open {
        spot.cancel(*id, call.now_ms());
    }
    let named: Vec<(i64, String)> =
        open.iter().map(|id| (*id, cancel_id(call, "newClientOrderId", *id))).collect();
    let each = named.iter().filter_map(|(id, name)| spot.order(*id).map(|o| (o, name)));
    json(&each.map(|(o, name)| Each::Order(Box::new(Canceled::of(call, o, name)))).collect::<Vec<_>>())
}
