//! What the account is allowed, and what its wallets hold.

use serde::Serialize;

use super::coins::{from_btc, worth_in_btc};
use crate::catalogue::Permission;
use crate::diagnose::KnownKey;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, World, json};
use crate::practice::spot::Spot;
use crate::practice::spot::ledger::{Balance, Ledger};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct Restrictions {
    ip_restrict: bool,
    create_time: i64,
    enable_reading: bool,
    enable_withdrawals: bool,
    enable_internal_transfer: bool,
    enable_margin: bool,
    enable_futures: bool,
    permits_universal_transfer: bool,
    enable_vanilla_options: bool,
    enable_fix_api_trade: bool,
    enable_fix_read_only: bool,
    enable_spot_and_margin_trading: bool,
    enable_portfolio_margin_trading: bool,
}

/// When every key here was made: 2025-01-01T00:00:00Z, in milliseconds.
const MADE_MS: i64 = 1_735_689_600_000;

/// What the exchange tells of a key.
fn restrictions(key: &KnownKey) -> Restrictions {
    let may = |permission| key.permissions.contains(permission);
    Restrictions {
        ip_restrict: !key.addresses.is_empty(),
        create_time: MADE_MS,
        enable_reading: may(Permission::EnableReading),
        enable_withdrawals: may(Permission::EnableWithdrawals),
        enable_internal_transfer: may(Permission::EnableInternalTransfer),
        enable_margin: may(Permission::EnableMargin),
        enable_futures: may(Permission::EnableFutures),
        permits_universal_transfer: may(Permission::PermitsUniversalTransfer),
        enable_vanilla_options: may(Permission::EnableVanillaOptions),
        enable_fix_api_trade: false,
        enable_fix_read_only: false,
        enable_spot_and_margin_trading: may(Permission::EnableSpotAndMarginTrading),
        enable_portfolio_margin_trading: may(Permission::EnablePortfolioMarginTrading),
    }
}

/// `GET /sapi/v1/account/apiRestrictions`.
pub fn api_restrictions(call: &Call<'_>) -> Answer {
    let key = call.api_key.and_then(|key| call.keys?.find(key)).ok_or_else(|| {
        let message = "Invalid API-key, IP, or permissions for action.";
        Failure::new(-2015, message, "no key was sent", "send the key in X-MBX-APIKEY")
    })?;
    json(&restrictions(&key))
}

#[derive(Serialize)]
struct Data<T> {
    data: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TradingStatus {
    is_locked: bool,
    planned_recover_time: i64,
    trigger_condition: Conditions,
    update_time: i64,
}

/// Source: Wallet documentation, "Account API trading status".
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Conditions {
    gcr: u32,
    ifer: u32,
    ufr: u32,
}

/// `GET /sapi/v1/account/apiTradingStatus`.
pub fn api_trading_status() -> Answer {
    let trigger_condition = Conditions { gcr: 150, ifer: 150, ufr: 300 };
    let data = TradingStatus { is_locked: false, planned_recover_time: 0, trigger_condition, update_time: 0 };
    json(&Data { data })
}

/// `GET /sapi/v1/account/status`.
pub fn status() -> Answer {
    json(&Data { data: "Normal" })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct InfoAnswer {
    vip_level: u32,
    is_margin_enabled: bool,
    is_future_enabled: bool,
    is_options_enabled: bool,
    is_portfolio_margin_retail_enabled: bool,
}

/// `GET /sapi/v1/account/info`.
pub fn info() -> Answer {
    json(&InfoAnswer {
        vip_level: 0,
        is_margin_enabled: true,
        is_future_enabled: true,
        is_options_enabled: false,
        is_portfolio_margin_retail_enabled: false,
    })
}

#[derive(Serialize)]
struct SystemStatus {
    status: u32,
    msg: &'static str,
}

/// `GET /sapi/v1/system/status`.
pub fn system_status() -> Answer {
    json(&SystemStatus { status: 0, msg: "normal" })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeeAnswer<'a> {
    symbol: &'a str,
    maker_commission: Amount,
    taker_commission: Amount,
}

/// `GET /sapi/v1/asset/tradeFee`.
pub fn trade_fee(spot: &Spot, call: &Call<'_>) -> Answer {
    let symbol = call.text("symbol");
    let chosen = spot.symbols().filter(|s| symbol.is_none_or(|name| name == &*s.name));
    let answer =
        |symbol| FeeAnswer { symbol, maker_commission: spot.fees.maker, taker_commission: spot.fees.taker };
    json(&chosen.map(|s| answer(&s.name)).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetAnswer<'a> {
    asset: &'a str,
    free: Amount,
    locked: Amount,
    freeze: Amount,
    withdrawing: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipoable: Option<Amount>,
    btc_valuation: Amount,
}

/// The balances of a wallet that are not zero, or that of the asset that was asked for.
fn held(world: &World, ledger: &Ledger, ipoable: Option<Amount>, call: &Call<'_>) -> Answer {
    let asset = call.text("asset");
    let chosen = ledger
        .balances()
        .iter()
        .filter(|b| asset.is_none_or(|a| a == &*b.asset) && !(b.free.is_zero() && b.locked.is_zero()));
    let valued = call.flag("needBtcValuation").unwrap_or(false);
    let worth = |b: &Balance| worth_in_btc(&world.spot, &b.asset, b.free + b.locked);
    let answer = |b| {
        let b: &Balance = b;
        AssetAnswer {
            asset: &b.asset,
            free: b.free,
            locked: b.locked,
            freeze: Amount::ZERO,
            withdrawing: Amount::ZERO,
            ipoable,
            btc_valuation: if valued { worth(b) } else { Amount::ZERO },
        }
    };
    json(&chosen.map(answer).collect::<Vec<_>>())
}

/// `POST /sapi/v3/asset/getUserAsset`: what is at Spot.
pub fn user_asset(world: &World, call: &Call<'_>) -> Answer {
    held(world, &world.spot.ledger, Some(Amount::ZERO), call)
}

/// `POST /sapi/v1/asset/get-funding-asset`.
pub fn funding_asset(world: &World, call: &Call<'_>) -> Answer {
    held(world, &world.wallet.funding, None, call)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WalletAnswer {
    activate: bool,
    balance: Amount,
    wallet_name: &'static str,
}

/// `GET /sapi/v1/asset/wallet/balance`: each wallet as a whole, in BTC or in the asset that was asked for.
pub fn wallet_balance(world: &World, call: &Call<'_>) -> Answer {
    let spot = &world.spot;
    let quote = call.text("quoteAsset").unwrap_or("BTC");
    let sum = |ledger: &Ledger| -> Amount {
        ledger.balances().iter().map(|b| worth_in_btc(spot, &b.asset, b.free + b.locked)).sum()
    };
    let futures = world.futures.wallet.iter().map(|h| worth_in_btc(spot, h.asset, h.balance)).sum();
    let wallets = [
        ("Spot", sum(&spot.ledger)),
        ("Funding", sum(&world.wallet.funding)),
        ("Cross Margin", sum(&world.wallet.margin)),
        ("USDⓈ-M Futures", futures),
    ];
    let answer = |(wallet_name, worth): (_, Amount)| WalletAnswer {
        activate: true,
        balance: from_btc(spot, worth, quote),
        wallet_name,
    };
    json(&wallets.map(answer))
}
