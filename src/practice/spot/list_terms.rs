//! Reads what a client asks for when it places an order list.
//! Source: Spot REST documentation, "Order lists".

use super::lists::ListTerms;
use super::order::{Kind, Side, Terms};
use super::state::Spot;
use super::terms::{Naming, Sent, read, symbol};
use crate::practice::amount::Amount;
use crate::practice::engine::{Call, Failure};

const WORKING: Naming = Naming { prefix: "working", special: &[] };
const PENDING: Naming = Naming { prefix: "pending", special: &[] };
const ABOVE: Naming = Naming { prefix: "above", special: &[("side", "side"), ("quantity", "quantity")] };
const BELOW: Naming = Naming { prefix: "below", special: &[("side", "side"), ("quantity", "quantity")] };
const OF_PENDING: &[(&str, &str)] = &[("side", "pendingSide"), ("quantity", "pendingQuantity")];
const PENDING_ABOVE: Naming = Naming { prefix: "pendingAbove", special: OF_PENDING };
const PENDING_BELOW: Naming = Naming { prefix: "pendingBelow", special: OF_PENDING };

/// The limit order of `POST /api/v3/order/oco`; an empty name is a parameter that it does not have.
const OLD_LIMIT: Naming = Naming {
    prefix: "",
    special: &[
        ("newClientOrderId", "limitClientOrderId"),
        ("strategyId", "limitStrategyId"),
        ("strategyType", "limitStrategyType"),
        ("icebergQty", "limitIcebergQty"),
        ("stopPrice", ""),
        ("trailingDelta", ""),
        ("timeInForce", ""),
    ],
};
/// Its stop order.
const OLD_STOP: Naming = Naming {
    prefix: "",
    special: &[
        ("newClientOrderId", "stopClientOrderId"),
        ("strategyId", "stopStrategyId"),
        ("strategyType", "stopStrategyType"),
        ("icebergQty", "stopIcebergQty"),
        ("price", "stopLimitPrice"),
        ("timeInForce", "stopLimitTimeInForce"),
    ],
};

/// The two orders of an OCO, of which one is above the market and one below.
struct Pair {
    above: Terms,
    below: Terms,
}

fn order(spot: &Spot, call: &Call<'_>, naming: Naming) -> Result<Terms, Failure> {
    read(spot, &Sent { call, naming, kind: None })
}

fn list(
    spot: &Spot,
    call: &Call<'_>,
    working: Option<Terms>,
    legs: Vec<Terms>,
) -> Result<ListTerms, Failure> {
    let client_id = call.text("listClientOrderId").map(str::to_owned);
    Ok(ListTerms { symbol: symbol(spot, call)?, client_id, working, legs, of_proceeds: false })
}

/// `POST /api/v3/orderList/oco`.
pub fn oco(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    let pair = Pair { above: order(spot, call, ABOVE)?, below: order(spot, call, BELOW)? };
    pair.allowed()?;
    pair.around(last_price(spot, &pair.above))?;
    list(spot, call, None, pair.legs())
}

/// `POST /api/v3/order/oco`.
pub fn old_oco(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    let limited = call.text("stopLimitPrice").is_some();
    let kind = if limited { Kind::StopLossLimit } else { Kind::StopLoss };
    let limit = read(spot, &Sent { call, naming: OLD_LIMIT, kind: Some(Kind::LimitMaker) })?;
    let stop = read(spot, &Sent { call, naming: OLD_STOP, kind: Some(kind) })?;
    let pair = match limit.side {
        Side::Sell => Pair { above: limit, below: stop },
        Side::Buy => Pair { above: stop, below: limit },
    };
    pair.around(last_price(spot, &pair.above))?;
    list(spot, call, None, pair.legs())
}

/// `POST /api/v3/orderList/oto`.
pub fn oto(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    let working = order(spot, call, WORKING)?;
    let pending = order(spot, call, PENDING)?;
    list(spot, call, Some(working), vec![pending])
}

/// `POST /api/v3/orderList/otoco`.
pub fn otoco(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    let working = order(spot, call, WORKING)?;
    if call.text("pendingBelowType").is_none() {
        let message = "Mandatory parameter 'pendingBelowType' was not sent, was empty/null, or malformed.";
        let cause = "the list has only one of the two orders that cancel each other";
        return Err(Failure::new(-1102, message, cause, "send `pendingBelowType` and what its type needs"));
    }
    let pair = Pair { above: order(spot, call, PENDING_ABOVE)?, below: order(spot, call, PENDING_BELOW)? };
    pair.allowed()?;
    // Where the market will be when they start is not known.
    pair.in_order()?;
    list(spot, call, Some(working), pair.legs())
}

/// `POST /api/v3/orderList/opo`.
pub fn opo(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    paying(oto(spot, call)?)
}

/// `POST /api/v3/orderList/opoco`.
pub fn opoco(spot: &Spot, call: &Call<'_>) -> Result<ListTerms, Failure> {
    paying(otoco(spot, call)?)
}

/// A list whose pending orders sell what its working order buys.
fn paying(list: ListTerms) -> Result<ListTerms, Failure> {
    if list.working.as_ref().is_some_and(|w| w.side == Side::Sell) {
        let message = "Working order in an OPO list must be a bid.";
        return Err(Failure::new(-1222, message, "`workingSide` is SELL", "send workingSide=BUY"));
    }
    if list.legs.iter().any(|leg| leg.side == Side::Buy) {
        let message = "Pending orders in an OPO list must be asks.";
        return Err(Failure::new(-1223, message, "`pendingSide` is BUY", "send pendingSide=SELL"));
    }
    Ok(ListTerms { of_proceeds: true, ..list })
}

fn last_price(spot: &Spot, terms: &Terms) -> Amount {
    spot.lane(&terms.symbol.name).map(|l| l.tape.last_price()).unwrap_or_default()
}

fn is_stop(kind: Kind) -> bool {
    matches!(kind, Kind::StopLoss | Kind::StopLossLimit)
}

fn takes_profit(kind: Kind) -> bool {
    matches!(kind, Kind::TakeProfit | Kind::TakeProfitLimit)
}

/// The price that has to be on its side of the market; `None` for an order that follows the price.
fn relevant(terms: &Terms) -> Option<Amount> {
    let price = match terms.kind {
        Kind::LimitMaker | Kind::TakeProfitLimit if !terms.price.is_zero() => terms.price,
        _ => terms.stop_price,
    };
    Some(price).filter(|p| !p.is_zero())
}

impl Pair {
    /// Legs in the order in which the documentation shows them: the limit order comes last.
    fn legs(self) -> Vec<Terms> {
        if self.above.kind == Kind::LimitMaker {
            vec![self.below, self.above]
        } else {
            vec![self.above, self.below]
        }
    }

    /// Whether the two types make an OCO.
    fn allowed(&self) -> Result<(), Failure> {
        let Self { above, below } = self;
        for leg in [above, below] {
            if matches!(leg.kind, Kind::Limit | Kind::Market) {
                let cause = format!("a {} order is in the OCO", leg.kind.as_str());
                let fix = "use LIMIT_MAKER, or a stop loss or take profit type";
                return Err(Failure::new(-1158, "Order type not supported in OCO.", cause, fix));
            }
        }
        if !above.kind.is_contingent() && !below.kind.is_contingent() {
            let cause = "both orders are LIMIT_MAKER";
            let fix = "make the order on the other side of the market a stop loss";
            return Err(Failure::new(-1168, "At least one OCO order must be contingent.", cause, fix));
        }
        let buys = above.side == Side::Buy;
        let (limit, stop, profit) = if buys {
            (
                (-1165, "A limit order in a buy OCO must be below."),
                (-1196, "A stop loss order in a buy OCO must be above."),
                (-1198, "A take profit order in a buy OCO must be below."),
            )
        } else {
            (
                (-1166, "A limit order in a sell OCO must be above."),
                (-1197, "A stop loss order in a sell OCO must be below."),
                (-1199, "A take profit order in a sell OCO must be above."),
            )
        };
        // A limit order and a take profit wait for a better price, a stop loss for a worse one.
        let (better, worse) = if buys { (below, above) } else { (above, below) };
        let (misplaced, (code, message)) = if worse.kind == Kind::LimitMaker {
            (worse, limit)
        } else if is_stop(better.kind) {
            (better, stop)
        } else if takes_profit(worse.kind) {
            (worse, profit)
        } else {
            return Ok(());
        };
        let place = if std::ptr::eq(misplaced, above) { "above" } else { "below" };
        let cause = format!("the order {place} is {}", misplaced.kind.as_str());
        Err(Failure::new(code, message, cause, "exchange the types of the two orders"))
    }

    fn in_order(&self) -> Result<(), Failure> {
        match (relevant(&self.above), relevant(&self.below)) {
            (Some(above), Some(below)) if above <= below => {
                Err(unrelated(format!("the order above has the price {above}, the one below {below}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the prices are on both sides of the last one.
    fn around(&self, last: Amount) -> Result<(), Failure> {
        if let Some(above) = relevant(&self.above).filter(|p| *p <= last) {
            return Err(unrelated(format!(
                "the order above has the price {above}, and the last price is {last}"
            )));
        }
        if let Some(below) = relevant(&self.below).filter(|p| *p >= last) {
            return Err(unrelated(format!(
                "the order below has the price {below}, and the last price is {last}"
            )));
        }
        Ok(())
    }
}

fn unrelated(cause: String) -> Failure {
    let message = "The relationship of the prices for the orders is not correct.";
    let fix = "send a price above the last one for the order above, and one below it for the order below";
    Failure::rejected(message, cause, fix)
}
