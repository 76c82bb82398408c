//! Cancels an order and places another one.
//! Source: Spot REST documentation, "Cancel an Existing Order and Send a New Order".

use serde::Serialize;
use serde_json::value::RawValue;

use super::answers::Canceled;
use super::cancels::{cancel, cancel_id};
use super::filters;
use super::orders::placed;
use super::state::Spot;
use super::terms::{Sent, read};
use crate::practice::engine::{Answer, Call, Failure, json, json_part};

/// What became of both halves.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Both {
    cancel_result: &'static str,
    new_order_result: &'static str,
    cancel_response: Option<Box<RawValue>>,
    new_order_response: Option<Box<RawValue>>,
}

/// What is told of a half that was refused.
#[derive(Serialize)]
struct Refused<'a> {
    code: i32,
    msg: &'a str,
}

/// One half: its answer, or why it was refused.
type Half = Result<String, Failure>;

/// `POST /api/v3/order/cancelReplace`.
pub fn cancel_replace(spot: &mut Spot, call: &Call<'_>) -> Answer {
    // What is wrong with the request, and the filters, come before anything is done.
    let terms = read(spot, &Sent::plain(call))?;
    filters::check(spot, &terms, &[], call.now_ms())?;
    let canceled = canceled(spot, call);
    let stops = call.text("cancelReplaceMode") != Some("ALLOW_FAILURE");
    let new = if stops && canceled.is_err() {
        None
    } else {
        let id = spot.place(terms, call.now_ms());
        Some(id.and_then(|id| placed(spot, call, id)))
    };
    answer(canceled, new)
}

fn canceled(spot: &mut Spot, call: &Call<'_>) -> Half {
    let id = cancel(spot, call, "cancelOrderId", "cancelOrigClientOrderId")?;
    let name = cancel_id(call, "cancelNewClientOrderId", id);
    let order = spot.order(id).ok_or_else(Failure::invalid_symbol)?;
    json(&Canceled::of(call, order, &name))
}

fn answer(canceled: Half, new: Option<Half>) -> Answer {
    let (done, placed) = (canceled.is_ok(), matches!(new, Some(Ok(_))));
    let (cancel_result, cancel_response) = told(&canceled);
    let (new_order_result, new_order_response) = match &new {
        None => ("NOT_ATTEMPTED", None),
        Some(half) => told(half),
    };
    let data = Both { cancel_result, new_order_result, cancel_response, new_order_response };
    if done && placed {
        return json(&data);
    }
    let mut causes = Vec::new();
    let mut fixes = Vec::new();
    if let Err(failure) = canceled {
        causes.push(format!("the cancellation was refused: {}", failure.cause));
        fixes.push(failure.fix);
    }
    match new {
        Some(Err(failure)) => {
            causes.push(format!("the new order was refused: {} {}", failure.message, failure.cause));
            fixes.push(failure.fix);
        }
        Some(Ok(_)) => causes.push("the new order was placed".to_owned()),
        None => causes.push("the new order was not tried".to_owned()),
    }
    let (cause, fix) = (causes.join("; "), fixes.join("; "));
    let (status, code, message) = if done || placed {
        (409, -2021, "Order cancel-replace partially failed.")
    } else {
        (400, -2022, "Order cancel-replace failed.")
    };
    let failure = Failure::new(code, message, cause, fix);
    Err(Failure { status, data: json_part(&data).ok(), ..failure })
}

/// The word for a half, and its answer or refusal.
fn told(half: &Half) -> (&'static str, Option<Box<RawValue>>) {
    match half {
        Ok(answer) => ("SUCCESS", RawValue::from_string(answer.clone()).ok()),
        Err(Failure { code, message, .. }) => {
            ("FAILURE", json_part(&Refused { code: *code, msg: message }).ok())
        }
    }
}
