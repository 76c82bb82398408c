//! Endpoints that cancel orders.

use serde::Serialize;

use super::answers::Canceled;
use super::chosen::lane;
use super::history::find;
use super::list_orders::ListAnswer;
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
    let order = find(spot, call, id, client_id)?
        .filter(|o| o.is_open())
        .ok_or_else(|| unknown(call, id, client_id))?;
    permitted(call, order)?;
    let id = order.id;
    spot.cancel(id, call.now_ms());
    Ok(id)
}

/// Source: Spot REST documentation, "Cancel order".
fn permitted(call: &Call<'_>, order: &Order) -> Result<(), Failure> {
    let Some(word) = call.text("cancelRestrictions") else { return Ok(()) };
    let only = word.strip_prefix("ONLY_").and_then(Status::parse);
    let only = only.filter(|s| matches!(s, Status::New | Status::PartiallyFilled)).ok_or_else(|| {
        let message = "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.";
        let cause = format!("`cancelRestrictions` is `{word}`");
        Failure::new(-1145, message, cause, "send one of the two words, or leave it out")
    })?;
    if order.status == only {
        return Ok(());
    }
    let message = "Order was not canceled due to cancel restrictions.";
    let cause =
        format!("the order is {}, and only {} was to be cancelled", order.status.as_str(), only.as_str());
    Err(Failure::new(-2011, message, cause, "leave cancelRestrictions out to cancel it as it is"))
}

/// What a cancellation is called: `newClientOrderId`, or a name made from the order's id, which is not that of the order.
/// Source: Spot REST documentation, "Cancel order": it identifies the cancellation, not the order.
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
    List(Box<ListAnswer<'a, Canceled<'a>>>),
}

/// What was cancelled in one go.
struct Gone {
    list: Option<i64>,
    orders: Vec<i64>,
}

impl Gone {
    fn answer<'a>(&'a self, spot: &'a Spot, call: &Call<'_>, name: &'a str) -> Option<Each<'a>> {
        if let Some(list) = self.list {
            let list = spot.list(list)?;
            return Some(Each::List(Box::new(ListAnswer::canceled(call, spot, list, (&self.orders, name)))));
        }
        let order = self.orders.first().and_then(|id| spot.order(*id))?;
        Some(Each::Order(Box::new(Canceled::of(call, order, name))))
    }
}

/// `DELETE /api/v3/openOrders`. A list is cancelled as a whole, and told of once; the cancellations share one id, as in the sample
/// of the documentation.
pub fn open_orders(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let lane = lane(spot, call)?;
    let symbol = std::sync::Arc::clone(&lane.symbol.name);
    let open: Vec<i64> = lane.open.iter().copied().collect();
    let Some(first) = open.first() else { return Err(unknown(call, "symbol", "symbol")) };
    let name = cancel_id(call, "newClientOrderId", *first);
    let mut gone = Vec::new();
    for id in open {
        let Some(order) = spot.order(id).filter(|o| o.is_open()) else { continue };
        let list = order.list;
        let orders = if let Some(list) = list {
            spot.cancel_list(list, call.now_ms())
        } else {
            spot.end(id, Status::Canceled, call.now_ms());
            vec![id]
        };
        gone.push(Gone { list, orders });
    }
    spot.follow(&symbol, call.now_ms());
    json(&gone.iter().filter_map(|g| g.answer(spot, call, &name)).collect::<Vec<_>>())
}
