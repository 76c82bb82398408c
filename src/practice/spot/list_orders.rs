//! Endpoints of order lists, and how lists are shown.

use std::sync::Arc;

use serde::Serialize;

use super::answers::{Canceled, Detail, Placed};
use super::cancels::cancel_id;
use super::chosen::lane;
use super::history::{Window, limited};
use super::list_terms::{oco, old_oco, opo, opoco, oto, otoco};
use super::lists::{ListTerms, OrderList};
use super::order::Order;
use super::state::Spot;
use crate::practice::engine::{Answer, Call, Failure, json};

type Read = fn(&Spot, &Call<'_>) -> Result<ListTerms, Failure>;

/// A list as the exchange shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAnswer<'a, Report: Serialize> {
    order_list_id: i64,
    contingency_type: &'static str,
    list_status_type: &'static str,
    list_order_status: &'static str,
    list_client_order_id: &'a str,
    transaction_time: i64,
    symbol: &'a str,
    orders: Vec<Member<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_reports: Option<Vec<Report>>,
}

/// One order of a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Member<'a> {
    symbol: &'a str,
    order_id: i64,
    client_order_id: &'a str,
}

impl<'a> Member<'a> {
    /// The orders of a list.
    pub fn all(spot: &'a Spot, list: &'a OrderList) -> Vec<Self> {
        let member = |order: &'a Order| Self {
            symbol: &order.terms.symbol.name,
            order_id: order.id,
            client_order_id: &order.client_id,
        };
        list.orders().filter_map(|id| spot.order(id)).map(member).collect()
    }
}

impl<'a, Report: Serialize> ListAnswer<'a, Report> {
    fn of(call: &Call<'_>, spot: &'a Spot, list: &'a OrderList) -> Self {
        Self {
            order_list_id: list.id,
            contingency_type: list.contingency(),
            list_status_type: if list.done { "ALL_DONE" } else { "EXEC_STARTED" },
            list_order_status: list.order_status(),
            list_client_order_id: &list.client_id,
            transaction_time: call.stamp(list.time),
            symbol: &list.symbol.name,
            orders: Member::all(spot, list),
            order_reports: None,
        }
    }
}

impl<'a> ListAnswer<'a, Canceled<'a>> {
    /// What is told of a list of which these orders were cancelled just now.
    pub fn canceled(
        call: &Call<'_>,
        spot: &'a Spot,
        list: &'a OrderList,
        (orders, name): (&[i64], &'a str),
    ) -> Self {
        let reports = orders.iter().filter_map(|id| spot.order(*id));
        Self {
            transaction_time: call.stamp(call.now_ms()),
            order_reports: Some(reports.map(|o| Canceled::of(call, o, name)).collect()),
            ..Self::of(call, spot, list)
        }
    }
}

/// Places a list. Source: Spot REST documentation: the answer shows pending orders as they were before anything followed, even
/// if the working order has filled.
fn place(spot: &mut Spot, call: &Call<'_>, read: Read) -> Answer {
    let terms = read(spot, call)?;
    let name = Arc::clone(&terms.symbol.name);
    let id = spot.place_list(terms, call.now_ms())?;
    let answer = placed(spot, call, id);
    spot.follow(&name, call.now_ms());
    answer
}

fn placed(spot: &Spot, call: &Call<'_>, id: i64) -> Answer {
    let list = spot.list(id).ok_or_else(Failure::invalid_symbol)?;
    let detail = Detail::asked(call).unwrap_or(Detail::Result);
    let reports = list.orders().filter_map(|id| spot.order(id));
    json(&ListAnswer {
        order_reports: Some(reports.map(|o| Placed::of(spot, call, o, detail)).collect()),
        ..ListAnswer::of(call, spot, list)
    })
}

/// `POST /api/v3/orderList/oco`.
pub fn new_oco(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, oco)
}

/// `POST /api/v3/order/oco`.
pub fn new_old_oco(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, old_oco)
}

/// `POST /api/v3/orderList/oto`.
pub fn new_oto(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, oto)
}

/// `POST /api/v3/orderList/otoco`.
pub fn new_otoco(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, otoco)
}

/// `POST /api/v3/orderList/opo`.
pub fn new_opo(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, opo)
}

/// `POST /api/v3/orderList/opoco`.
pub fn new_opoco(spot: &mut Spot, call: &Call<'_>) -> Answer {
    place(spot, call, opoco)
}

/// Finds the list that a call names. With both ids, it must have both.
fn find<'a>(spot: &'a Spot, call: &Call<'_>, client_id: &str) -> Option<&'a OrderList> {
    let named = call.text(client_id);
    let found = match (call.number("orderListId"), named) {
        (Some(id), _) => spot.list(id),
        (None, Some(name)) => spot.list_of_client(name),
        (None, None) => None,
    };
    found.filter(|l| named.is_none_or(|name| name == l.client_id))
}

fn missing(call: &Call<'_>, client_id: &str) -> String {
    format!("no order list `{}`", call.text("orderListId").or(call.text(client_id)).unwrap_or_default())
}

/// `DELETE /api/v3/orderList`.
pub fn cancel(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let symbol = Arc::clone(&lane(spot, call)?.symbol.name);
    let client_id = "listClientOrderId";
    let id = find(spot, call, client_id).filter(|l| !l.done && l.symbol.name == symbol).map(|l| l.id);
    let id = id.ok_or_else(|| {
        let cause = format!("{} is open on {symbol}", missing(call, client_id));
        Failure::new(-2011, "Unknown order sent.", cause, "ask `openOrderList` for the open order lists")
    })?;
    let orders = spot.cancel_list(id, call.now_ms());
    spot.follow(&symbol, call.now_ms());
    let name = cancel_id(call, "newClientOrderId", orders.first().copied().unwrap_or(id));
    let list = spot.list(id).ok_or_else(Failure::invalid_symbol)?;
    json(&ListAnswer::canceled(call, spot, list, (&orders, &name)))
}

/// `GET /api/v3/orderList`.
pub fn order_list(spot: &Spot, call: &Call<'_>) -> Answer {
    let list = find(spot, call, "origClientOrderId").ok_or_else(|| {
        let cause = missing(call, "origClientOrderId");
        Failure::new(-2013, "Order does not exist.", cause, "ask `allOrderList` for the order lists")
    })?;
    json(&ListAnswer::<()>::of(call, spot, list))
}

/// `GET /api/v3/allOrderList`.
pub fn all(spot: &Spot, call: &Call<'_>) -> Answer {
    let window = Window::of(call)?;
    let from = call.number("fromId");
    let wanted = spot.lists.iter().filter(|l| from.map_or_else(|| window.holds(l.time), |id| l.id >= id));
    let oldest_first = from.is_some() || window.start.is_some();
    let chosen = limited(wanted.collect(), call.limit()?, oldest_first);
    json(&chosen.into_iter().map(|l| ListAnswer::<()>::of(call, spot, l)).collect::<Vec<_>>())
}

/// `GET /api/v3/openOrderList`.
pub fn open(spot: &Spot, call: &Call<'_>) -> Answer {
    let open = spot.lists.iter().filter(|l| !l.done);
    json(&open.map(|l| ListAnswer::<()>::of(call, spot, l)).collect::<Vec<_>>())
}
