//! Cross margin as far as clients read it when they start. No pair is traded on margin here and nothing is lent, so that the lists of
//! pairs and orders are empty; the margin wallet is true.

use serde::Serialize;

use super::amount::Amount;
use super::engine::Play::{self, Look};
use super::engine::{Answer, Call, World, json};
use super::wallet::{assets, from_btc, worth_in_btc};

/// What is played of margin, by the name that the catalogue has for it in `plays`.
pub const PLAYS: &[(&str, Play)] = &[
    ("margin-account", Look(|w, _| account(w))),
    ("margin-all-assets", Look(all_assets)),
    ("margin-isolated-account", Look(|_, _| isolated_account())),
    ("margin-max-borrowable", Look(|_, _| max_borrowable())),
    ("margin-max-transferable", Look(max_transferable)),
    ("margin-nothing", Look(|_, _| nothing())),
];

/// A list of pairs, orders or trades, of which there are none.
fn nothing() -> Answer {
    json(&[(); 0])
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct AccountAnswer<'a> {
    created: bool,
    borrow_enabled: bool,
    margin_level: Amount,
    collateral_margin_level: Amount,
    total_asset_of_btc: Amount,
    total_liability_of_btc: Amount,
    total_net_asset_of_btc: Amount,
    #[serde(rename = "TotalCollateralValueInUSDT")]
    total_collateral_value_in_usdt: Amount,
    trade_enabled: bool,
    transfer_in_enabled: bool,
    transfer_out_enabled: bool,
    account_type: &'static str,
    user_assets: Vec<AssetAnswer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetAnswer<'a> {
    asset: &'a str,
    borrowed: Amount,
    free: Amount,
    interest: Amount,
    locked: Amount,
    net_asset: Amount,
}

/// `GET /sapi/v1/margin/account`.
fn account(world: &World) -> Answer {
    /// The level of an account without debts. Source: Margin documentation, "Query cross margin account details".
    const NO_DEBTS: Amount = Amount::whole(999);
    let (spot, margin) = (&world.spot, &world.wallet.margin);
    let total = margin.balances().iter().map(|b| worth_in_btc(spot, &b.asset, b.free)).sum();
    let asset = |asset| AssetAnswer {
        asset,
        borrowed: Amount::ZERO,
        free: margin.free(asset),
        interest: Amount::ZERO,
        locked: Amount::ZERO,
        net_asset: margin.free(asset),
    };
    json(&AccountAnswer {
        created: true,
        borrow_enabled: false,
        margin_level: NO_DEBTS,
        collateral_margin_level: NO_DEBTS,
        total_asset_of_btc: total,
        total_liability_of_btc: Amount::ZERO,
        total_net_asset_of_btc: total,
        total_collateral_value_in_usdt: from_btc(spot, total, "USDT"),
        trade_enabled: false,
        transfer_in_enabled: true,
        transfer_out_enabled: true,
        account_type: "MARGIN_2",
        user_assets: assets(spot).into_iter().map(asset).collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarginAsset<'a> {
    asset_full_name: &'a str,
    asset_name: &'a str,
    is_borrowable: bool,
    is_mortgageable: bool,
    user_min_borrow: Amount,
    user_min_repay: Amount,
}

/// `GET /sapi/v1/margin/allAssets`.
fn all_assets(world: &World, call: &Call<'_>) -> Answer {
    let wanted = call.text("asset");
    let chosen = assets(&world.spot).into_iter().filter(|a| wanted.is_none_or(|w| w == *a));
    let answer = |name| MarginAsset {
        asset_full_name: name,
        asset_name: name,
        is_borrowable: false,
        is_mortgageable: true,
        user_min_borrow: Amount::ZERO,
        user_min_repay: Amount::ZERO,
    };
    json(&chosen.map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IsolatedAccount {
    assets: [(); 0],
    total_asset_of_btc: Amount,
    total_liability_of_btc: Amount,
    total_net_asset_of_btc: Amount,
}

/// `GET /sapi/v1/margin/isolated/account`.
fn isolated_account() -> Answer {
    json(&IsolatedAccount {
        assets: [],
        total_asset_of_btc: Amount::ZERO,
        total_liability_of_btc: Amount::ZERO,
        total_net_asset_of_btc: Amount::ZERO,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Borrowable {
    amount: Amount,
    borrow_limit: Amount,
}

/// `GET /sapi/v1/margin/maxBorrowable`.
fn max_borrowable() -> Answer {
    json(&Borrowable { amount: Amount::ZERO, borrow_limit: Amount::ZERO })
}

#[derive(Serialize)]
struct Transferable {
    amount: Amount,
}

/// `GET /sapi/v1/margin/maxTransferable`.
fn max_transferable(world: &World, call: &Call<'_>) -> Answer {
    json(&Transferable { amount: world.wallet.margin.free(call.text("asset").unwrap_or_default()) })
}
