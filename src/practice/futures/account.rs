//! Account, balances and positions.

use serde::Serialize;

use super::contract::{Contract, largest};
use super::margin::{Figures, Totals};
use super::order::PositionSide;
use super::position::Position;
use super::state::{Futures, Holding, QUOTE};
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, json};

/// The figures that the account as a whole has, in the quote asset.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sums {
    total_initial_margin: Amount,
    total_maint_margin: Amount,
    total_wallet_balance: Amount,
    total_unrealized_profit: Amount,
    total_margin_balance: Amount,
    total_position_initial_margin: Amount,
    total_open_order_initial_margin: Amount,
    total_cross_wallet_balance: Amount,
    #[serde(rename = "totalCrossUnPnl")]
    total_cross_unrealized: Amount,
    available_balance: Amount,
    max_withdraw_amount: Amount,
}

impl Sums {
    fn of(t: &Totals) -> Self {
        Self {
            total_initial_margin: t.initial + t.orders,
            total_maint_margin: t.maintenance,
            total_wallet_balance: t.wallet,
            total_unrealized_profit: t.unrealized,
            total_margin_balance: t.wallet + t.unrealized,
            total_position_initial_margin: t.initial,
            total_open_order_initial_margin: t.orders,
            total_cross_wallet_balance: t.cross_wallet(),
            total_cross_unrealized: t.cross_unrealized,
            available_balance: t.available(),
            max_withdraw_amount: t.withdrawable(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetAnswer {
    asset: &'static str,
    wallet_balance: Amount,
    unrealized_profit: Amount,
    margin_balance: Amount,
    maint_margin: Amount,
    initial_margin: Amount,
    position_initial_margin: Amount,
    open_order_initial_margin: Amount,
    cross_wallet_balance: Amount,
    #[serde(rename = "crossUnPnl")]
    cross_unrealized: Amount,
    available_balance: Amount,
    max_withdraw_amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin_available: Option<bool>,
    update_time: i64,
}

/// The figures as far as they are in one asset: margin is in the quote asset alone.
fn in_asset(totals: &Totals, holding: &Holding) -> Totals {
    if holding.asset == QUOTE {
        return *totals;
    }
    Totals { wallet: holding.balance, free: holding.balance, ..Totals::default() }
}

fn assets(futures: &Futures, margin_available: Option<bool>) -> Vec<AssetAnswer> {
    let totals = futures.totals(None);
    let answer = |holding: &Holding| {
        let t = in_asset(&totals, holding);
        AssetAnswer {
            asset: holding.asset,
            wallet_balance: t.wallet,
            unrealized_profit: t.unrealized,
            margin_balance: t.wallet + t.unrealized,
            maint_margin: t.maintenance,
            initial_margin: t.initial + t.orders,
            position_initial_margin: t.initial,
            open_order_initial_margin: t.orders,
            cross_wallet_balance: t.cross_wallet(),
            cross_unrealized: t.cross_unrealized,
            available_balance: t.available(),
            max_withdraw_amount: t.withdrawable(),
            margin_available,
            update_time: holding.updated,
        }
    };
    futures.wallet.iter().map(answer).collect()
}

/// A position with all that is known of it.
struct Held<'a> {
    contract: &'a Contract,
    position: &'a Position,
    figures: Figures,
}

impl Held<'_> {
    /// Whether it holds anything or has orders that would change it.
    fn is_used(&self) -> bool {
        let f = &self.figures;
        !(self.position.amount.is_zero() && f.bids.is_zero() && f.asks.is_zero())
    }

    fn amount(&self) -> String {
        self.contract.quantity(self.position.amount)
    }

    /// Margin of an isolated position with its profit.
    fn isolated_margin(&self) -> Amount {
        if self.position.isolated_wallet.is_zero() {
            return Amount::ZERO;
        }
        self.position.isolated_wallet + self.figures.unrealized
    }
}

fn held<'a>(futures: &'a Futures, symbol: Option<&str>) -> Vec<Held<'a>> {
    let contracts = futures.contracts.iter().filter(|c| symbol.is_none_or(|s| s == c.name()));
    let positions = contracts.flat_map(|c| c.held(futures.hedge).map(move |p| (c, p)));
    positions
        .map(|(contract, position)| Held {
            contract,
            position,
            figures: futures.figures(contract, position, None),
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionAnswer<'a> {
    symbol: &'a str,
    position_side: PositionSide,
    position_amt: String,
    unrealized_profit: Amount,
    isolated_margin: Amount,
    notional: Amount,
    isolated_wallet: Amount,
    initial_margin: Amount,
    maint_margin: Amount,
    update_time: i64,
}

#[derive(Serialize)]
struct AccountAnswer<'a> {
    #[serde(flatten)]
    sums: Sums,
    assets: Vec<AssetAnswer>,
    positions: Vec<PositionAnswer<'a>>,
}

/// `GET /fapi/v3/account`.
pub fn account(futures: &Futures, _: &Call<'_>) -> Answer {
    let held = held(futures, None);
    let positions = held.iter().filter(|h| h.is_used()).map(|h| PositionAnswer {
        symbol: h.contract.name(),
        position_side: h.position.side,
        position_amt: h.amount(),
        unrealized_profit: h.figures.unrealized,
        isolated_margin: h.isolated_margin(),
        notional: h.figures.value,
        isolated_wallet: h.position.isolated_wallet,
        initial_margin: h.figures.tied(),
        maint_margin: h.figures.maintenance,
        update_time: h.position.updated,
    });
    json(&AccountAnswer {
        sums: Sums::of(&futures.totals(None)),
        assets: assets(futures, None),
        positions: positions.collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PositionV2<'a> {
    symbol: &'a str,
    initial_margin: Amount,
    maint_margin: Amount,
    unrealized_profit: Amount,
    position_initial_margin: Amount,
    open_order_initial_margin: Amount,
    leverage: String,
    isolated: bool,
    entry_price: Amount,
    max_notional: String,
    bid_notional: Amount,
    ask_notional: Amount,
    position_side: PositionSide,
    position_amt: String,
    update_time: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct AccountV2<'a> {
    fee_tier: u32,
    fee_burn: bool,
    can_trade: bool,
    can_deposit: bool,
    can_withdraw: bool,
    update_time: i64,
    multi_assets_margin: bool,
    trade_group_id: i32,
    #[serde(flatten)]
    sums: Sums,
    assets: Vec<AssetAnswer>,
    positions: Vec<PositionV2<'a>>,
}

/// `GET /fapi/v2/account`: every contract, whether something is held of it or not.
pub fn account_v2(futures: &Futures, _: &Call<'_>) -> Answer {
    let held = held(futures, None);
    let positions = held.iter().map(|h| PositionV2 {
        symbol: h.contract.name(),
        initial_margin: h.figures.tied(),
        maint_margin: h.figures.maintenance,
        unrealized_profit: h.figures.unrealized,
        position_initial_margin: h.figures.initial,
        open_order_initial_margin: h.figures.orders,
        leverage: h.contract.leverage.to_string(),
        isolated: h.contract.isolated,
        entry_price: h.position.entry(),
        max_notional: largest(h.contract.leverage).fixed(0),
        bid_notional: h.figures.bids,
        ask_notional: h.figures.asks,
        position_side: h.position.side,
        position_amt: h.amount(),
        update_time: h.position.updated,
    });
    json(&AccountV2 {
        fee_tier: 0,
        fee_burn: false,
        can_trade: true,
        can_deposit: true,
        can_withdraw: true,
        // Always zero. Source: USD-M futures documentation, "Account information V2".
        update_time: 0,
        multi_assets_margin: futures.multi_assets,
        trade_group_id: -1,
        sums: Sums::of(&futures.totals(None)),
        assets: assets(futures, Some(true)),
        positions: positions.collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BalanceAnswer {
    account_alias: &'static str,
    asset: &'static str,
    balance: Amount,
    cross_wallet_balance: Amount,
    #[serde(rename = "crossUnPnl")]
    cross_unrealized: Amount,
    available_balance: Amount,
    max_withdraw_amount: Amount,
    margin_available: bool,
    update_time: i64,
}

/// `GET /fapi/v2/balance` and `GET /fapi/v3/balance`.
pub fn balance(futures: &Futures, _: &Call<'_>) -> Answer {
    let totals = futures.totals(None);
    let answer = |holding: &Holding| {
        let t = in_asset(&totals, holding);
        BalanceAnswer {
            account_alias: "BnqPractice",
            asset: holding.asset,
            balance: t.wallet,
            cross_wallet_balance: t.cross_wallet(),
            cross_unrealized: t.cross_unrealized,
            available_balance: t.available(),
            max_withdraw_amount: t.withdrawable(),
            margin_available: true,
            update_time: holding.updated,
        }
    };
    json(&futures.wallet.iter().map(answer).collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Risk<'a> {
    symbol: &'a str,
    position_side: PositionSide,
    position_amt: String,
    entry_price: Amount,
    break_even_price: Amount,
    mark_price: Amount,
    #[serde(rename = "unRealizedProfit")]
    unrealized_profit: Amount,
    liquidation_price: Amount,
    isolated_margin: Amount,
    notional: Amount,
    margin_asset: &'static str,
    isolated_wallet: Amount,
    initial_margin: Amount,
    maint_margin: Amount,
    position_initial_margin: Amount,
    open_order_initial_margin: Amount,
    adl: u32,
    bid_notional: Amount,
    ask_notional: Amount,
    update_time: i64,
}

/// `GET /fapi/v3/positionRisk`: what is held or ordered.
pub fn position_risk(futures: &Futures, call: &Call<'_>) -> Answer {
    let held = held(futures, call.text("symbol"));
    let risk = held.iter().filter(|h| h.is_used()).map(|h| Risk {
        symbol: h.contract.name(),
        position_side: h.position.side,
        position_amt: h.amount(),
        entry_price: h.position.entry(),
        break_even_price: h.position.entry(),
        mark_price: h.contract.mark(),
        unrealized_profit: h.figures.unrealized,
        liquidation_price: Amount::ZERO,
        isolated_margin: h.isolated_margin(),
        notional: h.figures.value,
        margin_asset: QUOTE,
        isolated_wallet: h.position.isolated_wallet,
        initial_margin: h.figures.tied(),
        maint_margin: h.figures.maintenance,
        position_initial_margin: h.figures.initial,
        open_order_initial_margin: h.figures.orders,
        adl: 0,
        bid_notional: h.figures.bids,
        ask_notional: h.figures.asks,
        update_time: h.position.updated,
    });
    json(&risk.collect::<Vec<_>>())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RiskV2<'a> {
    entry_price: Amount,
    break_even_price: Amount,
    margin_type: &'static str,
    is_auto_add_margin: &'static str,
    isolated_margin: Amount,
    leverage: String,
    liquidation_price: Amount,
    mark_price: Amount,
    max_notional_value: String,
    position_amt: String,
    notional: Amount,
    isolated_wallet: Amount,
    symbol: &'a str,
    #[serde(rename = "unRealizedProfit")]
    unrealized_profit: Amount,
    position_side: PositionSide,
    update_time: i64,
}

/// `GET /fapi/v2/positionRisk`: every contract.
pub fn position_risk_v2(futures: &Futures, call: &Call<'_>) -> Answer {
    let held = held(futures, call.text("symbol"));
    let risk = held.iter().map(|h| RiskV2 {
        entry_price: h.position.entry(),
        break_even_price: h.position.entry(),
        margin_type: if h.contract.isolated { "isolated" } else { "cross" },
        is_auto_add_margin: "false",
        isolated_margin: h.isolated_margin(),
        leverage: h.contract.leverage.to_string(),
        liquidation_price: Amount::ZERO,
        mark_price: h.contract.mark(),
        max_notional_value: largest(h.contract.leverage).fixed(0),
        position_amt: h.amount(),
        notional: h.figures.value,
        isolated_wallet: h.position.isolated_wallet,
        symbol: h.contract.name(),
        unrealized_profit: h.figures.unrealized,
        position_side: h.position.side,
        update_time: h.position.updated,
    });
    json(&risk.collect::<Vec<_>>())
}
