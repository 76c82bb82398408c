//! Endpoints of conditional orders.

use serde::Serialize;

use super::algo::{Algo, AlgoKind, AlgoStatus, Trailing};
use super::answers::done;
use super::order::{Kind, PositionSide, Prevention, Side, Terms, TimeInForce, WorkingType};
use super::state::Futures;
use super::terms::{self as sent, MOST_ALGOS, amount, filters, needed, word};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};
use crate::practice::spot::history::limited;
use crate::practice::spot::place::made_up_id;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlgoAnswer<'a> {
    algo_id: i64,
    client_algo_id: &'a str,
    algo_type: &'static str,
    order_type: AlgoKind,
    symbol: &'a str,
    side: Side,
    position_side: PositionSide,
    time_in_force: TimeInForce,
    quantity: String,
    algo_status: AlgoStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual_order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actual_price: Option<String>,
    trigger_price: String,
    price: String,
    iceberg_quantity: Option<Amount>,
    self_trade_prevention_mode: Prevention,
    working_type: WorkingType,
    price_match: &'a str,
    close_position: bool,
    price_protect: bool,
    reduce_only: bool,
    activate_price: String,
    callback_rate: String,
    create_time: i64,
    update_time: i64,
    trigger_time: i64,
    good_till_date: i64,
}

fn shown<'a>(futures: &'a Futures, algo: &'a Algo, queried: bool) -> Option<AlgoAnswer<'a>> {
    let contract = futures.contract(&algo.terms.symbol)?;
    let t = &algo.terms;
    let order = algo.order.and_then(|id| futures.order(id));
    let trailing = algo.trailing;
    Some(AlgoAnswer {
        algo_id: algo.id,
        client_algo_id: &algo.client_id,
        algo_type: "CONDITIONAL",
        order_type: algo.kind,
        symbol: &t.symbol,
        side: t.side,
        position_side: t.position_side,
        time_in_force: t.time_in_force,
        quantity: contract.quantity(t.quantity),
        algo_status: futures.algo_status(algo),
        actual_order_id: queried.then(|| order.map_or_else(String::new, |o| o.id.to_string())),
        actual_price: queried
            .then(|| contract.money(order.map_or(Amount::ZERO, super::order::Order::average))),
        trigger_price: contract.price(t.stop_price),
        price: contract.price(t.price),
        iceberg_quantity: None,
        self_trade_prevention_mode: t.prevention,
        working_type: t.working_type,
        price_match: &t.price_match,
        close_position: t.close_position,
        price_protect: t.price_protect,
        reduce_only: t.reduces(),
        activate_price: trailing.map_or_else(String::new, |t| contract.price(t.activation)),
        callback_rate: trailing.map_or_else(String::new, |t| t.callback.multiple(100).fixed(1)),
        create_time: algo.time,
        update_time: algo.updated,
        trigger_time: algo.triggered,
        good_till_date: t.good_till,
    })
}

/// The refusal of `closePosition` with a type that does not close a whole position.
pub fn closes_nothing(kind: &str) -> Failure {
    let message = format!("Target strategy invalid for orderType {kind},closePosition true");
    let cause = "only STOP_MARKET and TAKE_PROFIT_MARKET close a whole position";
    Failure::new(-4136, &message, cause, "leave `closePosition` out, or change the type")
}

/// Reads what a conditional order becomes. The price that triggers it is `triggerPrice`, or `stopPrice` where orders are tested.
///
/// # Errors
/// If it is not understood, or breaks a filter.
pub fn terms(futures: &Futures, call: &Call<'_>) -> Result<Terms, Failure> {
    let algo = word(call, "type", AlgoKind::parse, AlgoKind::StopMarket)?;
    let mut terms = sent::read(futures, call, if algo.is_limit() { Kind::Limit } else { Kind::Market })?;
    let kind = algo.as_str();
    terms.original = kind;
    let contract = sent::contract(futures, call)?;
    if terms.close_position {
        if !terms.quantity.is_zero() {
            let message = "Quantity must be zero with closePosition equals true";
            let cause = "`quantity` was sent with closePosition=true";
            return Err(Failure::new(-4137, message, cause, "leave `quantity` out"));
        }
        if !matches!(algo, AlgoKind::StopMarket | AlgoKind::TakeProfitMarket) {
            return Err(closes_nothing(kind));
        }
    } else {
        needed(call, "quantity")?;
    }
    let trigger = if call.text("stopPrice").is_some() { "stopPrice" } else { "triggerPrice" };
    if algo != AlgoKind::Trailing {
        needed(call, trigger)?;
        terms.stop_price = amount(call, trigger)?;
        sent::price(contract, trigger, terms.stop_price)?;
    }
    filters(contract, &terms)?;
    Ok(terms)
}

/// The smallest and largest part that the price may come back, in percent.
/// Source: USD-M futures documentation, "New algo order".
const CALLBACKS: (Amount, Amount) = (Amount::units(10_000_000), Amount::whole(10));

fn trailing(futures: &Futures, call: &Call<'_>, terms: &Terms) -> Result<Trailing, Failure> {
    needed(call, "callbackRate")?;
    let percent = amount(call, "callbackRate")?;
    if !(CALLBACKS.0..=CALLBACKS.1).contains(&percent) {
        let fix = "a percentage from 0.1 to 10";
        return Err(Failure::value("callbackRate", call.text("callbackRate").unwrap_or_default(), fix));
    }
    let activation = amount(call, "activatePrice")?;
    let price = futures.working_price(terms);
    let wrong = match terms.side {
        Side::Buy => activation >= price,
        Side::Sell => activation <= price,
    };
    if !activation.is_zero() && wrong {
        let side = if terms.side == Side::Buy { "below" } else { "above" };
        let cause = format!("`activatePrice` {activation} is not {side} the price, {price}");
        return Err(Failure::new(
            -2021,
            "Order would immediately trigger.",
            cause,
            format!("send one {side} it"),
        ));
    }
    Ok(Trailing { activation, callback: percent.over(Amount::whole(100)), extreme: None })
}

/// `POST /fapi/v1/algoOrder`.
pub fn new_order(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let kind = word(call, "type", AlgoKind::parse, AlgoKind::StopMarket)?;
    let terms = terms(futures, call)?;
    let trailing = match kind {
        AlgoKind::Trailing => Some(trailing(futures, call, &terms)?),
        _ => None,
    };
    let open = futures.algos.iter().filter(|a| a.is_open() && a.terms.symbol == terms.symbol);
    if open.count() >= MOST_ALGOS {
        let cause = format!("{MOST_ALGOS} conditional orders are open on {}", terms.symbol);
        return Err(Failure::new(-4045, "Reach max stop order limit.", cause, "cancel one first"));
    }
    let price = futures.working_price(&terms);
    let rises = kind.rises(terms.side);
    let beyond = if rises { price >= terms.stop_price } else { price <= terms.stop_price };
    if trailing.is_none() && beyond {
        let side = if rises { "above" } else { "below" };
        let cause =
            format!("the price, {price}, is already at or beyond `triggerPrice` {}", terms.stop_price);
        return Err(Failure::new(
            -2021,
            "Order would immediately trigger.",
            cause,
            format!("send one {side} it"),
        ));
    }
    let client_id = call.text("clientAlgoId").filter(|id| !id.is_empty()).map(str::to_owned);
    if futures.algos.iter().any(|a| a.is_open() && Some(&a.client_id) == client_id.as_ref()) {
        let cause = "an open conditional order has this clientAlgoId already";
        return Err(Failure::new(-4116, "ClientOrderId is duplicated.", cause, "send another one"));
    }
    futures.last_algo += 1;
    let id = futures.last_algo;
    futures.algos.push(Algo {
        id,
        client_id: client_id.unwrap_or_else(|| made_up_id(id)),
        kind,
        terms,
        trailing,
        status: AlgoStatus::New,
        time: call.now_ms(),
        updated: call.now_ms(),
        triggered: 0,
        order: None,
    });
    let algo = futures.algos.last().and_then(|a| shown(futures, a, false));
    json(&algo.ok_or_else(Failure::invalid_symbol)?)
}

fn find<'a>(futures: &'a Futures, call: &Call<'_>) -> Option<&'a Algo> {
    let (id, client_id) = (call.number("algoId"), call.text("clientAlgoId"));
    futures.algos.iter().rev().find(|a| match (id, client_id) {
        (Some(id), _) => a.id == id,
        (None, client_id) => Some(a.client_id.as_str()) == client_id,
    })
}

fn named(call: &Call<'_>) -> String {
    let named = call.text("algoId").or(call.text("clientAlgoId")).unwrap_or_default();
    format!("no conditional order `{named}`")
}

/// `GET /fapi/v1/algoOrder`.
pub fn order(futures: &Futures, call: &Call<'_>) -> Answer {
    let found = find(futures, call).and_then(|a| shown(futures, a, true));
    let fix = "ask allAlgoOrders for the conditional orders of the contract";
    json(&found.ok_or_else(|| Failure::new(-2013, "Order does not exist.", named(call), fix))?)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Canceled {
    algo_id: i64,
    client_algo_id: String,
    code: &'static str,
    msg: &'static str,
}

/// `DELETE /fapi/v1/algoOrder`.
pub fn cancel(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let id = find(futures, call).filter(|a| a.is_open()).map(|a| a.id);
    let algo = futures.algos.iter_mut().find(|a| Some(a.id) == id).ok_or_else(|| {
        Failure::new(-2011, "Unknown order sent.", named(call), "ask openAlgoOrders for what is open")
    })?;
    (algo.status, algo.updated) = (AlgoStatus::Canceled, call.now_ms());
    let (algo_id, client_algo_id) = (algo.id, algo.client_id.clone());
    json(&Canceled { algo_id, client_algo_id, code: "200", msg: "success" })
}

/// `DELETE /fapi/v1/algoOpenOrders`.
pub fn cancel_all(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let symbol = sent::contract(futures, call)?.name().to_owned();
    for algo in futures.algos.iter_mut().filter(|a| a.is_open() && a.terms.symbol == symbol) {
        (algo.status, algo.updated) = (AlgoStatus::Canceled, call.now_ms());
    }
    done("The operation of cancel all open order is done.")
}

/// `GET /fapi/v1/openAlgoOrders`.
pub fn open(futures: &Futures, call: &Call<'_>) -> Answer {
    let (symbol, id) = (call.text("symbol"), call.number("algoId"));
    let wanted = futures.algos.iter().filter(|a| {
        a.is_open() && symbol.is_none_or(|s| s == a.terms.symbol) && id.is_none_or(|id| id == a.id)
    });
    json(&wanted.filter_map(|a| shown(futures, a, true)).collect::<Vec<_>>())
}

/// `GET /fapi/v1/allAlgoOrders`.
pub fn all(futures: &Futures, call: &Call<'_>) -> Answer {
    let symbol = sent::contract(futures, call)?.name();
    let from = call.number("algoId").unwrap_or(0);
    let window = super::history::window(call)?;
    let wanted =
        futures.algos.iter().filter(|a| a.terms.symbol == symbol && a.id >= from && window.contains(&a.time));
    let oldest_first = call.text("algoId").is_some() || call.text("startTime").is_some();
    let chosen = limited(wanted.collect(), super::history::limit(call, 500, 1000)?, oldest_first);
    json(&chosen.into_iter().filter_map(|a| shown(futures, a, true)).collect::<Vec<_>>())
}
