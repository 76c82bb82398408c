//! Several orders in one request: each succeeds or fails on its own.

use serde_json::Value;

use super::cancels::{cancel as cancel_one, canceled};
use super::place::{placed, sent};
use super::state::Futures;
use crate::catalogue::{self, Method};
use crate::diagnose::verify_part;
use crate::practice::engine::{Answer, Call, Failure, json};

/// The most orders of one request to place, and to cancel.
/// Source: USD-M futures documentation, "Place multiple orders" and "Cancel multiple orders".
const MOST_PLACED: usize = 5;
const MOST_CANCELED: usize = 10;

/// Where an order is placed by itself.
const ORDER: &str = "/fapi/v1/order";

/// Answers item by item: an answer, or the body of a refusal.
fn each<T>(items: impl IntoIterator<Item = T>, mut answer: impl FnMut(T) -> Answer) -> String {
    let parts: Vec<String> =
        items.into_iter().map(|item| answer(item).unwrap_or_else(|f| f.body())).collect();
    format!("[{}]", parts.join(","))
}

fn wrong_number(count: usize, most: usize) -> Failure {
    let message = format!("Invalid number of batch place orders: {count}");
    Failure::new(-4082, &message, format!("there are {count}"), format!("send from 1 to {most}"))
}

/// The parameters of one item. Numbers and flags may come without quotes.
fn parameters(item: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    item.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// Holds an item to the parameters of an order that is sent by itself.
fn checked(futures: &Futures, parameters: &[(String, String)]) -> Result<(), Failure> {
    let Some(single) = catalogue::at_path(ORDER).find(|e| e.method() == Method::Post) else { return Ok(()) };
    verify_part(single, parameters, &|_, symbol| futures.has(symbol)).map_err(|refusal| {
        let code = refusal.code.unwrap_or_default();
        Failure::new(code, &refusal.message, refusal.cause, refusal.fix)
    })
}

/// `POST /fapi/v1/batchOrders`.
pub fn new_orders(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let list = call.text("batchOrders").unwrap_or_default();
    let items: Vec<Value> = serde_json::from_str(list)
        .map_err(|_| Failure::value("batchOrders", list, "a JSON array of orders"))?;
    if !(1..=MOST_PLACED).contains(&items.len()) {
        return Err(wrong_number(items.len(), MOST_PLACED));
    }
    Ok(each(&items, |item| {
        let parameters = parameters(item);
        checked(futures, &parameters)?;
        let call = Call { parameters: &parameters, ..*call };
        let terms = sent(futures, &call)?;
        let id = futures.place(terms, call.now_ms())?;
        json(&placed(futures, &call, id)?)
    }))
}

/// `DELETE /fapi/v1/batchOrders`.
pub fn cancel(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let named = |name: &str| call.text(name).map(|list| (name.to_owned(), list.to_owned()));
    let (name, list) = named("orderIdList").or_else(|| named("origClientOrderIdList")).unwrap_or_default();
    let items: Vec<Value> =
        serde_json::from_str(&list).map_err(|_| Failure::value(&name, &list, "a JSON array of ids"))?;
    if !(1..=MOST_CANCELED).contains(&items.len()) {
        return Err(wrong_number(items.len(), MOST_CANCELED));
    }
    let single = if name == "orderIdList" { "orderId" } else { "origClientOrderId" };
    Ok(each(&items, |id| {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let symbol = call.text("symbol").unwrap_or_default().to_owned();
        let parameters = [("symbol".to_owned(), symbol), (single.to_owned(), id)];
        let id = cancel_one(futures, &Call { parameters: &parameters, ..*call })?;
        json(&canceled(futures, id)?)
    }))
}
