//! Endpoints that place an order.

use serde::Serialize;

use super::answers::{Detail, Placed};
use super::order::{Kind, Terms};
use super::state::Spot;
use super::terms::{Naming, Sent, read};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

/// `POST /api/v3/order`.
pub fn new_order(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let terms = sent(spot, call)?;
    let id = spot.place(terms, call.now_ms())?;
    placed(spot, call, id)
}

/// The order of a request that has one.
///
/// # Errors
/// If it is not understood.
pub fn sent(spot: &Spot, call: &Call<'_>) -> Result<Terms, Failure> {
    read(spot, &Sent { call, naming: Naming::PLAIN }, None)
}

/// What is told of an order that was placed just now.
pub fn placed(spot: &Spot, call: &Call<'_>, id: i64) -> Answer {
    let order = spot.order(id).ok_or_else(Failure::invalid_symbol)?;
    json(&Placed::of(call, order, Detail::of(call, order.terms.kind)))
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommissionAnswer {
    standard_commission_for_order: Rates,
    special_commission_for_order: Rates,
    tax_commission_for_order: Rates,
    discount: Discount,
}

#[derive(Serialize)]
struct Rates {
    maker: Amount,
    taker: Amount,
}

/// The discount for paying in another asset, which is off here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Discount {
    enabled_for_account: bool,
    enabled_for_symbol: bool,
    discount_asset: &'static str,
    discount: Amount,
}

impl Discount {
    /// No discount.
    pub const NONE: Self = Self {
        enabled_for_account: false,
        enabled_for_symbol: false,
        discount_asset: "BNB",
        discount: Amount::units(75_000_000),
    };
}

/// `POST /api/v3/order/test`: what holds for every order, without placing it.
pub fn test(spot: &Spot, call: &Call<'_>) -> Answer {
    let terms = sent(spot, call)?;
    spot.acceptable(&terms, call.now_ms())?;
    if call.flag("computeCommissionRates") != Some(true) {
        return json(&Nothing {});
    }
    let none = || Rates { maker: Amount::ZERO, taker: Amount::ZERO };
    let maker = if terms.kind == Kind::Market { Amount::ZERO } else { spot.fees.maker };
    json(&CommissionAnswer {
        standard_commission_for_order: Rates { maker, taker: spot.fees.taker },
        special_commission_for_order: none(),
        tax_commission_for_order: none(),
        discount: Discount::NONE,
    })
}
