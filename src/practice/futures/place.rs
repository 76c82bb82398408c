//! How an order comes into being.

use super::algo::AlgoKind;
use super::algo_calls;
use super::answers::Placed;
use super::contract::largest;
use super::margin::Thought;
use super::order::{Kind, Order, Status, Terms, TimeInForce};
use super::state::Futures;
use super::terms::{MOST_ORDERS, filters, needed, read, word};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};
use crate::practice::spot::place::made_up_id;

impl Futures {
    /// Whether an order may be placed as things are.
    ///
    /// # Errors
    /// If it breaks a rule, or the margin does not do for it.
    pub fn acceptable(&self, terms: &Terms) -> Result<(), Failure> {
        let contract = self.contract(&terms.symbol).ok_or_else(Failure::invalid_symbol)?;
        filters(contract, terms)?;
        let same = |o: &Order| terms.client_id.as_ref() == Some(&o.client_id);
        if self.open_orders(contract).any(same) {
            let cause = "an open order has this client order id already";
            return Err(Failure::new(-4116, "ClientOrderId is duplicated.", cause, "send another one"));
        }
        if contract.lane.open.len() >= MOST_ORDERS {
            let cause = format!("{MOST_ORDERS} orders are open on {}", terms.symbol);
            return Err(Failure::new(-2025, "Reach max open order limit.", cause, "cancel one first"));
        }
        if terms.reduces() {
            return self.reducible(terms);
        }
        self.affordable(terms)
    }

    fn reducible(&self, terms: &Terms) -> Result<(), Failure> {
        let held = self
            .contract(&terms.symbol)
            .map_or(Amount::ZERO, |c| c.position(terms.position_side).closable(terms.side));
        if held.is_zero() || (self.hedge && terms.quantity > held) {
            let cause = format!("{held} of {} is held that such an order could close", terms.symbol);
            let fix = "ask positionRisk for what is held";
            return Err(Failure::new(-2022, "ReduceOnly Order is rejected.", cause, fix));
        }
        Ok(())
    }

    fn affordable(&self, terms: &Terms) -> Result<(), Failure> {
        let Some(contract) = self.contract(&terms.symbol) else { return Ok(()) };
        let (taken, taken_value) = self.fillable(terms);
        let value = match terms.limit() {
            Some(price) => terms.quantity.times(price),
            None => taken_value + (terms.quantity - taken).times(contract.mark()),
        };
        let thought =
            Thought { symbol: &terms.symbol, side: terms.side, position_side: terms.position_side, value };
        let position = contract.position(terms.position_side);
        let (now, then) =
            (self.figures(contract, position, None), self.figures(contract, position, Some(thought)));
        let most = largest(contract.leverage);
        if then.largest() > most && then.largest() > now.largest() {
            let message = "Exceeded the maximum allowable position at current leverage.";
            let cause = format!("the position could be worth {}, more than {most}", then.largest());
            return Err(Failure::new(-2027, message, cause, "send a smaller order or lower the leverage"));
        }
        let fee = taken_value.times(self.fees.taker);
        let left = self.totals(Some(thought)).free - fee;
        if left < Amount::ZERO && then.tied() + fee > now.tied() {
            let cause = format!(
                "it ties up {} more, and {} is available",
                then.tied() - now.tied() + fee,
                self.totals(None).available()
            );
            let fix = "send a smaller order, raise the leverage, or transfer more into the futures wallet";
            return Err(Failure::new(-2019, "Margin is insufficient.", cause, fix));
        }
        Ok(())
    }

    /// Places an order and tells its id.
    ///
    /// # Errors
    /// If it is refused; nothing is changed then.
    pub fn place(&mut self, terms: Terms, now_ms: i64) -> Result<i64, Failure> {
        self.acceptable(&terms)?;
        if terms.time_in_force == TimeInForce::Gtx && self.crosses(&terms) {
            let message =
                "Due to the order could not be executed as maker, the Post Only order will be rejected.";
            let cause = format!("at {} it would trade at once", terms.price);
            return Err(Failure::new(-5022, message, cause, "send a price on its own side of the book"));
        }
        let (at_once, _) = self.fillable(&terms);
        if terms.time_in_force == TimeInForce::Fok && at_once < terms.quantity {
            let message =
                "Due to the order could not be filled immediately, the FOK order has been rejected.";
            let cause = format!("{at_once} of {} could be filled at once", terms.quantity);
            return Err(Failure::new(-5021, message, cause, "send IOC for what there is, or a better price"));
        }
        let id = self.last_order + 1;
        let symbol = terms.symbol.clone();
        self.add(Order {
            id,
            client_id: terms.client_id.clone().unwrap_or_else(|| made_up_id(id)),
            terms,
            status: Status::New,
            time: now_ms,
            updated: now_ms,
            executed: Amount::ZERO,
            executed_quote: Amount::ZERO,
            fills: Vec::new(),
        });
        if let Some(contract) = self.contract_mut(&symbol) {
            contract.lane.changes += 1;
        }
        self.take(id, now_ms);
        self.trigger(&symbol, now_ms);
        Ok(id)
    }
}

/// What only a conditional order has, which the exchange takes elsewhere.
const CONDITIONAL: [&str; 3] = ["stopPrice", "activationPrice", "callbackRate"];

fn conditional(call: &Call<'_>) -> Option<AlgoKind> {
    call.text("type").and_then(AlgoKind::parse)
}

/// Whether nothing is sent that an order does not have which goes into the book at once. That such a parameter is refused is assumed.
fn unconditional(call: &Call<'_>, kind: Kind) -> Result<(), Failure> {
    let kind = kind.as_str();
    if let Some(name) = CONDITIONAL.into_iter().find(|name| call.text(name).is_some()) {
        let message = format!("Parameter '{name}' sent when not required.");
        let cause = format!("a {kind} order does not wait for a price");
        return Err(Failure::new(-1106, &message, cause, format!("leave `{name}` out")));
    }
    if call.flag("closePosition") == Some(true) {
        return Err(algo_calls::closes_nothing(kind));
    }
    Ok(())
}

/// Reads the order of a request, or of one item of a batch.
///
/// # Errors
/// If it is not understood.
pub fn sent(futures: &Futures, call: &Call<'_>) -> Result<Terms, Failure> {
    needed(call, "type")?;
    if let Some(kind) = conditional(call).map(AlgoKind::as_str) {
        let message =
            "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.";
        let cause = format!("a {kind} order waits for a price");
        return Err(Failure::new(-4120, message, cause, "place it with POST /fapi/v1/algoOrder"));
    }
    let kind = word(call, "type", Kind::parse, Kind::Limit)?;
    let names: &[&str] = match (kind, call.text("priceMatch")) {
        (Kind::Market, _) | (_, Some(_)) => &["quantity"],
        (Kind::Limit, None) => &["timeInForce", "quantity", "price"],
    };
    names.iter().try_for_each(|name| needed(call, name))?;
    unconditional(call, kind)?;
    read(futures, call, kind)
}

/// `POST /fapi/v1/order`.
pub fn new_order(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let terms = sent(futures, call)?;
    let id = futures.place(terms, call.now_ms())?;
    json(&placed(futures, call, id)?)
}

/// What is told of an order that was placed just now: with `ACK`, which is usual, nothing of what it did at once.
///
/// # Errors
/// If there is no such order.
pub fn placed<'a>(futures: &'a Futures, call: &Call<'_>, id: i64) -> Result<Placed<'a>, Failure> {
    let order = futures.order(id).ok_or_else(Failure::invalid_symbol)?;
    let contract = futures.contract(&order.terms.symbol).ok_or_else(Failure::invalid_symbol)?;
    let result = call.text("newOrderRespType") == Some("RESULT");
    Ok(if result { Placed::of(contract, order) } else { Placed::acknowledged(contract, order) })
}

/// `POST /fapi/v1/order/test`: what holds for every order, without placing it.
pub fn test(futures: &Futures, call: &Call<'_>) -> Answer {
    let conditional = conditional(call).is_some();
    let terms = if conditional { algo_calls::terms(futures, call)? } else { sent(futures, call)? };
    let contract = futures.contract(&terms.symbol).ok_or_else(Failure::invalid_symbol)?;
    if !conditional {
        futures.acceptable(&terms)?;
    }
    let order = Order {
        id: 0,
        client_id: terms.client_id.clone().unwrap_or_else(|| made_up_id(0)),
        terms,
        status: Status::New,
        time: call.now_ms(),
        updated: call.now_ms(),
        executed: Amount::ZERO,
        executed_quote: Amount::ZERO,
        fills: Vec::new(),
    };
    json(&Placed::tested(contract, &order))
}
