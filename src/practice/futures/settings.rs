//! How the account trades: leverage, margin type, position mode and commission.

use serde::Serialize;

use super::answers::done;
use super::contract::{BRACKETS, largest};
use super::state::Futures;
use super::terms::contract;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeverageAnswer<'a> {
    leverage: u32,
    max_notional_value: String,
    symbol: &'a str,
}

/// `POST /fapi/v1/leverage`.
pub fn set_leverage(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let contract = contract(futures, call)?;
    let (symbol, before) = (contract.name().to_owned(), contract.leverage);
    let highest = BRACKETS.iter().map(|b| b.leverage).max().unwrap_or(1);
    let sent = call.number("leverage").unwrap_or(0);
    let leverage = u32::try_from(sent).ok().filter(|l| (1..=highest).contains(l)).ok_or_else(|| {
        let message = format!("Leverage {sent} is not valid");
        let fix = format!("send a whole number from 1 to {highest}");
        Failure::new(-4028, &message, format!("`leverage` is {sent}"), fix)
    })?;
    let held = contract.held(futures.hedge).map(|p| futures.figures(contract, p, None).largest());
    if held.max().is_some_and(|value| value > largest(leverage)) {
        let message = "Exceeded the maximum allowable position at current leverage.";
        let cause = format!("at {leverage} a position may be worth {} at most", largest(leverage));
        return Err(Failure::new(-2027, message, cause, "close some of it first"));
    }
    if contract.isolated && leverage < before && !contract.is_flat() {
        let message = "Leverage reduction is not supported in Isolated Margin Mode with open positions.";
        return Err(Failure::new(-4161, message, "a position is open", "close it first"));
    }
    set(futures, &symbol, leverage);
    if leverage < before && futures.totals(None).free < Amount::ZERO {
        set(futures, &symbol, before);
        let message = "Leverage is smaller than permitted: insufficient margin balance.";
        let cause = "what is held and ordered would tie up more than there is";
        return Err(Failure::new(-2028, message, cause, "cancel orders or transfer more first"));
    }
    let max_notional_value = largest(leverage).fixed(0);
    json(&LeverageAnswer { leverage, max_notional_value, symbol: &symbol })
}

fn set(futures: &mut Futures, symbol: &str, leverage: u32) {
    if let Some(contract) = futures.contract_mut(symbol) {
        contract.leverage = leverage;
    }
}

/// `POST /fapi/v1/marginType`.
pub fn set_margin_type(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let isolated = call.text("marginType") == Some("ISOLATED");
    let multi_assets = futures.multi_assets;
    let contract = contract(futures, call)?;
    let symbol = contract.name().to_owned();
    let refused = |code, message: &str, cause: &str, fix: &str| Err(Failure::new(code, message, cause, fix));
    if contract.isolated == isolated {
        let cause = "the contract has this margin type already";
        return refused(-4046, "No need to change margin type.", cause, "go on; nothing has to be done");
    }
    if isolated && multi_assets {
        let message = "Unable to adjust to isolated-margin mode under the Multi-Assets mode.";
        return refused(-4168, message, "multi-assets mode is on", "set multiAssetsMargin=false first");
    }
    if !contract.lane.open.is_empty() {
        let message = "Margin type cannot be changed if there exists open orders.";
        return refused(-4047, message, "orders are open", "cancel them first");
    }
    if !contract.is_flat() {
        let message = "Margin type cannot be changed if there exists position.";
        return refused(-4048, message, "a position is open", "close it first");
    }
    if let Some(contract) = futures.contract_mut(&symbol) {
        contract.isolated = isolated;
    }
    done("success")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModeAnswer {
    dual_side_position: bool,
}

/// `GET /fapi/v1/positionSide/dual`.
pub fn position_mode(futures: &Futures) -> Answer {
    json(&ModeAnswer { dual_side_position: futures.hedge })
}

/// `POST /fapi/v1/positionSide/dual`.
pub fn set_position_mode(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let hedge = call.flag("dualSidePosition").unwrap_or(false);
    let refused = |code, message: &str, cause: &str, fix: &str| Err(Failure::new(code, message, cause, fix));
    if futures.hedge == hedge {
        let cause = "the account is in this mode already";
        return refused(-4059, "No need to change position side.", cause, "go on; nothing has to be done");
    }
    let waiting = futures.algos.iter().any(super::algo::Algo::is_open);
    if waiting || futures.contracts.iter().any(|c| !c.lane.open.is_empty()) {
        let message = "Position side cannot be changed if there exists open orders.";
        return refused(-4067, message, "orders are open", "cancel them first");
    }
    if !futures.contracts.iter().all(super::contract::Contract::is_flat) {
        let message = "Position side cannot be changed if there exists position.";
        return refused(-4068, message, "a position is open", "close it first");
    }
    futures.hedge = hedge;
    done("success")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MultiAssetsAnswer {
    multi_assets_margin: bool,
}

/// `GET /fapi/v1/multiAssetsMargin`.
pub fn multi_assets(futures: &Futures) -> Answer {
    json(&MultiAssetsAnswer { multi_assets_margin: futures.multi_assets })
}

/// `POST /fapi/v1/multiAssetsMargin`. Margin is counted in one asset all the same.
pub fn set_multi_assets(futures: &mut Futures, call: &Call<'_>) -> Answer {
    let wanted = call.flag("multiAssetsMargin").unwrap_or(false);
    let refused = |code, message: &str, cause: &str, fix: &str| Err(Failure::new(code, message, cause, fix));
    if futures.multi_assets == wanted {
        let message = "Adjusted asset mode is currently set and does not need to be adjusted repeatedly";
        return refused(
            -4171,
            message,
            "the account is in this mode already",
            "go on; nothing has to be done",
        );
    }
    if wanted && futures.contracts.iter().any(|c| c.isolated) {
        let message = "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under isolated-margin mode.";
        return refused(-4167, message, "a contract is isolated", "set marginType=CROSSED for it first");
    }
    futures.multi_assets = wanted;
    done("success")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeeBurn {
    fee_burn: bool,
}

/// `GET /fapi/v1/feeBurn`: commissions are not paid in another asset here.
pub fn fee_burn() -> Answer {
    json(&FeeBurn { fee_burn: false })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RateAnswer<'a> {
    symbol: &'a str,
    maker_commission_rate: String,
    taker_commission_rate: String,
    rpi_commission_rate: String,
}

/// `GET /fapi/v1/commissionRate`.
pub fn commission_rate(futures: &Futures, call: &Call<'_>) -> Answer {
    let (maker, taker) = (futures.fees.maker.fixed(6), futures.fees.taker.fixed(6));
    json(&RateAnswer {
        symbol: contract(futures, call)?.name(),
        rpi_commission_rate: maker.clone(),
        maker_commission_rate: maker,
        taker_commission_rate: taker,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConfigAnswer<'a> {
    symbol: &'a str,
    margin_type: &'static str,
    is_auto_add_margin: bool,
    leverage: u32,
    max_notional_value: String,
}

/// `GET /fapi/v1/symbolConfig`.
pub fn symbol_config(futures: &Futures, call: &Call<'_>) -> Answer {
    let symbol = call.text("symbol");
    let chosen = futures.contracts.iter().filter(|c| symbol.is_none_or(|s| s == c.name()));
    let answer = |c| {
        let c: &super::contract::Contract = c;
        ConfigAnswer {
            symbol: c.name(),
            margin_type: if c.isolated { "ISOLATED" } else { "CROSSED" },
            is_auto_add_margin: false,
            leverage: c.leverage,
            max_notional_value: largest(c.leverage).fixed(0),
        }
    };
    json(&chosen.map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct AccountConfigAnswer {
    fee_tier: u32,
    can_trade: bool,
    can_deposit: bool,
    can_withdraw: bool,
    dual_side_position: bool,
    update_time: i64,
    multi_assets_margin: bool,
    trade_group_id: i32,
}

/// `GET /fapi/v1/accountConfig`.
pub fn account_config(futures: &Futures, _: &Call<'_>) -> Answer {
    json(&AccountConfigAnswer {
        fee_tier: 0,
        can_trade: true,
        can_deposit: true,
        can_withdraw: true,
        dual_side_position: futures.hedge,
        update_time: 0,
        multi_assets_margin: futures.multi_assets,
        trade_group_id: -1,
    })
}
