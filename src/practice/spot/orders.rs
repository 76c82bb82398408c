//! Endpoints that place an order.

use serde::Serialize;

use super::answers::{Detail, Placed};
use super::order::{Kind, Terms};
use super::state::Spot;
use super::terms::{Sent, read};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

/// `POST /api/v3/order`.
pub fn new_order(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let terms = read(spot, &Sent::plain(call))?;
    let id = spot.place(terms, call.now_ms())?;
    placed(spot, call, id)
}

/// `POST /api/v3/sor/order`. There is one book for each base asset, and the order is routed to it.
pub fn new_sor_order(spot: &mut Spot, call: &Call<'_>) -> Answer {
    let terms = Terms { sor: true, ..read(spot, &Sent::plain(call))? };
    let id = spot.place(terms, call.now_ms())?;
    placed(spot, call, id)
}

/// What is told of an order that was placed just now.
pub fn placed(spot: &Spot, call: &Call<'_>, id: i64) -> Answer {
    let order = spot.order(id).ok_or_else(Failure::invalid_symbol)?;
    json(&Placed::of(spot, call, order, Detail::of(call, order.terms.kind)))
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommissionAnswer {
    standard_commission_for_order: Rates,
    #[serde(skip_serializing_if = "Option::is_none")]
    special_commission_for_order: Option<Rates>,
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
#[expect(clippy::struct_field_names, reason = "the exchange's fields")]
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
    tested(spot, call, true)
}

/// `POST /api/v3/sor/order/test`.
pub fn sor_test(spot: &Spot, call: &Call<'_>) -> Answer {
    tested(spot, call, false)
}

fn tested(spot: &Spot, call: &Call<'_>, has_special: bool) -> Answer {
    let terms = read(spot, &Sent::plain(call))?;
    spot.acceptable(&terms, call.now_ms())?;
    if call.flag("computeCommissionRates") != Some(true) {
        return json(&Nothing {});
    }
    let none = || Rates { maker: Amount::ZERO, taker: Amount::ZERO };
    let maker = if terms.kind == Kind::Market { Amount::ZERO } else { spot.fees.maker };
    json(&CommissionAnswer {
        standard_commission_for_order: Rates { maker, taker: spot.fees.taker },
        special_commission_for_order: has_special.then(none),
        tax_commission_for_order: none(),
        discount: Discount::NONE,
    })
}
