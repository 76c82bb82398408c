//! Orders made smaller, which keeps their place in the queue.
//! Source: Spot REST documentation and the FAQ, "Order Amend Keep Priority".

use serde::Serialize;

use super::answers::Conditional;
use super::chosen::lane;
use super::filters;
use super::history::find;
use super::list_orders::Member;
use super::lists::OrderList;
use super::order::{Kind, Order, Prevention, Side, Status, Terms, TimeInForce};
use super::place::made_up_id;
use super::state::{Amendment, Spot};
use super::terms::amount;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AmendAnswer<'a> {
    transact_time: i64,
    execution_id: i64,
    amended_order: AmendedOrder<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list_status: Option<ListStatus<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AmendedOrder<'a> {
    symbol: &'a str,
    order_id: i64,
    order_list_id: i64,
    orig_client_order_id: &'a str,
    client_order_id: &'a str,
    price: Amount,
    qty: Amount,
    executed_qty: Amount,
    prevented_qty: Amount,
    quote_order_qty: Amount,
    cumulative_quote_qty: Amount,
    status: Status,
    time_in_force: TimeInForce,
    #[serde(rename = "type")]
    kind: Kind,
    side: Side,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_time: Option<i64>,
    self_trade_prevention_mode: Prevention,
    #[serde(skip_serializing_if = "Option::is_none")]
    iceberg_qty: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<Amount>,
    #[serde(flatten)]
    conditional: Conditional<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListStatus<'a> {
    order_list_id: i64,
    contingency_type: &'static str,
    list_order_status: &'static str,
    list_client_order_id: &'a str,
    symbol: &'a str,
    orders: Vec<Member<'a>>,
}

fn rejected(message: &str, cause: impl Into<String>, fix: &str) -> Failure {
    Failure::new(-2038, message, cause, fix)
}

/// `PUT /api/v3/order/amend/keepPriority`.
pub fn keep_priority(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let symbol = &lane(spot, call)?.symbol.name;
    let quantity = amount("newQty", call.text("newQty").unwrap_or_default())?;
    let order =
        find(spot, call, "orderId", "origClientOrderId")?.filter(|o| o.is_open()).ok_or_else(|| {
            let named = call.text("orderId").or(call.text("origClientOrderId")).unwrap_or_default();
            let cause = format!("no open order `{named}` on {symbol}");
            rejected("Unknown order sent.", cause, "ask `openOrders` for the open orders of the symbol")
        })?;
    permitted(spot, call, order, quantity)?;
    let id = order.id;
    let amendment = spot.amend(id, quantity, call);
    let order = spot.order(id).ok_or_else(Failure::invalid_symbol)?;
    answer(spot, call, order, &amendment)
}

/// Whether an order can be made this small.
fn permitted(spot: &Spot, call: &Call<'_>, order: &Order, quantity: Amount) -> Result<(), Failure> {
    let terms = &order.terms;
    if order.status == Status::PendingNew && spot.list_of(order).is_some_and(|l| l.of_proceeds) {
        let message = "Order amend (pending OPO order) is not supported";
        let cause = "how much it is will be known when its working order has filled";
        return Err(rejected(message, cause, "amend the working order, or wait until it has filled"));
    }
    if quantity > terms.quantity {
        let cause = format!("`newQty` {quantity} is more than the order's quantity {}", terms.quantity);
        let message = "Order amend (quantity increase) is not supported.";
        return Err(rejected(message, cause, "send a smaller newQty, or place another order"));
    }
    if quantity == terms.quantity {
        let cause = format!("the order's quantity is {quantity} already");
        let message = "The requested action would change no state; rejecting";
        return Err(rejected(message, cause, "send a newQty below the order's quantity"));
    }
    // assumed: the documentation does not say how an order is refused that would have nothing left to trade.
    if quantity <= order.executed + order.prevented {
        let gone = order.executed + order.prevented;
        let cause = format!("`newQty` {quantity} leaves nothing of the order, of which {gone} is gone");
        let fix = "send a newQty above what was executed, or cancel the order";
        return Err(Failure::new(-1013, "Invalid quantity.", cause, fix));
    }
    if order.amends >= terms.symbol.rules.max_amends {
        let cause = format!("the order was amended {} times", order.amends);
        return Err(rejected(
            "Filter failure: MAX_NUM_ORDER_AMENDS",
            cause,
            "cancel it and place another one",
        ));
    }
    let named = call.text("newClientOrderId").filter(|name| *name != order.client_id);
    if named.and_then(|name| spot.order_of_client(&terms.symbol.name, name)).is_some_and(Order::is_open) {
        let cause = "another open order has this client order id";
        return Err(rejected("Duplicate order sent.", cause, "send another newClientOrderId"));
    }
    filters::check_quantity(spot, &smaller(terms, quantity), call.now_ms())
}

fn smaller(terms: &Terms, quantity: Amount) -> Terms {
    Terms { quantity, iceberg: terms.iceberg.min(quantity), ..terms.clone() }
}

impl Spot {
    /// Makes an order smaller, and with it the other leg of an OCO: only one of them can trade.
    fn amend(&mut self, id: i64, quantity: Amount, call: &Call<'_>) -> Amendment {
        let now_ms = call.now_ms();
        self.numbers.execution += 1;
        let execution_id = self.numbers.execution;
        let order = self.order(id);
        let list = order.and_then(|o| self.list_of(o)).filter(|l| l.legs.contains(&id));
        let orders = list.map_or_else(|| vec![id], |l| l.legs.clone());
        let old_quantity = order.map(|o| o.terms.quantity).unwrap_or_default();
        let old_client_id = order.map(|o| o.client_id.clone()).unwrap_or_default();
        let new_client_id =
            call.text("newClientOrderId").map_or_else(|| made_up_id(execution_id), str::to_owned);
        for each in &orders {
            let Some(order) = self.order_mut(*each).filter(|o| o.is_open()) else { continue };
            order.terms = smaller(&order.terms, quantity);
            order.update_time = now_ms;
            order.amends += u32::from(*each == id);
        }
        for each in orders {
            self.release_surplus(each);
        }
        self.rename(id, &new_client_id);
        let symbol = self.order(id).map(|o| std::sync::Arc::clone(&o.terms.symbol));
        if let Some(lane) = symbol.and_then(|s| self.lane_mut(&s.name)) {
            lane.changes += 1;
        }
        let amendment = Amendment {
            execution_id,
            order: id,
            old_client_id,
            new_client_id,
            old_quantity,
            new_quantity: quantity,
            time: now_ms,
        };
        self.amendments.push(amendment.clone());
        amendment
    }
}

fn answer(spot: &Spot, call: &Call<'_>, order: &Order, amendment: &Amendment) -> Answer {
    let terms = &order.terms;
    let given = |amount: Amount| Some(amount).filter(|a| !a.is_zero());
    let amended_order = AmendedOrder {
        symbol: &terms.symbol.name,
        order_id: order.id,
        order_list_id: order.list.unwrap_or(-1),
        orig_client_order_id: &amendment.old_client_id,
        client_order_id: &order.client_id,
        price: terms.sent_price(),
        qty: terms.quantity,
        executed_qty: order.executed,
        prevented_qty: order.prevented,
        quote_order_qty: terms.quote_quantity,
        cumulative_quote_qty: order.executed_quote,
        status: order.status,
        time_in_force: terms.time_in_force,
        kind: terms.kind,
        side: terms.side,
        working_time: order.working_time.map(|t| call.stamp(t)),
        self_trade_prevention_mode: terms.prevention,
        iceberg_qty: given(terms.iceberg),
        stop_price: given(terms.stop_price),
        conditional: Conditional::of(call, order),
    };
    json(&AmendAnswer {
        transact_time: call.stamp(amendment.time),
        execution_id: amendment.execution_id,
        amended_order,
        list_status: spot.list_of(order).map(|list| list_status(spot, list)),
    })
}

fn list_status<'a>(spot: &'a Spot, list: &'a OrderList) -> ListStatus<'a> {
    ListStatus {
        order_list_id: list.id,
        contingency_type: list.contingency(),
        list_order_status: list.order_status(),
        list_client_order_id: &list.client_id,
        symbol: &list.symbol.name,
        orders: Member::all(spot, list),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AmendmentAnswer<'a> {
    symbol: &'a str,
    order_id: i64,
    execution_id: i64,
    orig_client_order_id: &'a str,
    new_client_order_id: &'a str,
    orig_qty: Amount,
    new_qty: Amount,
    time: i64,
}

/// `GET /api/v3/order/amendments`.
pub fn amendments(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol = &*lane(spot, call)?.symbol.name;
    let order = call.number("orderId").and_then(|id| spot.order(id));
    let order = order.filter(|o| *o.terms.symbol.name == *symbol).map(|o| o.id);
    let from = call.number("fromExecutionId").unwrap_or(0);
    let wanted = spot.amendments.iter().filter(|a| Some(a.order) == order && a.execution_id >= from);
    let answers = wanted.take(call.limit()?).map(|a| AmendmentAnswer {
        symbol,
        order_id: a.order,
        execution_id: a.execution_id,
        orig_client_order_id: &a.old_client_id,
        new_client_order_id: &a.new_client_id,
        orig_qty: a.old_quantity,
        new_qty: a.new_quantity,
        time: call.stamp(a.time),
    });
    json(&answers.collect::<Vec<_>>())
}
