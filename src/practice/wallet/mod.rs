//! The wallets beside Spot and futures, what was paid in and out, and what moves between them.

mod account;
mod coins;
mod payments;
mod transfers;

pub use coins::{assets, from_btc, worth_in_btc};
pub use payments::{empty_account, practice_account};

use super::engine::Play::{self, Change, Look};
use super::spot::ledger::Ledger;
use payments::{Deposit, Withdrawal};
use transfers::Transfer;

/// The wallets beside Spot and futures.
#[derive(Debug)]
pub struct Wallet {
    pub funding: Ledger,
    /// The cross margin account. Nothing is lent here.
    pub margin: Ledger,
    pub transfers: Vec<Transfer>,
    /// What was paid in and out before the start.
    pub deposits: &'static [Deposit],
    pub withdrawals: &'static [Withdrawal],
    /// When the exchange was started, in milliseconds.
    pub start_ms: i64,
}

/// What is played of the wallet, by the name that the catalogue has for it in `plays`.
pub const PLAYS: &[(&str, Play)] = &[
    ("wallet-api-restrictions", Look(|_, c| account::api_restrictions(c))),
    ("wallet-api-trading-status", Look(|_, _| account::api_trading_status())),
    ("wallet-account-info", Look(|_, _| account::info())),
    ("wallet-account-status", Look(|_, _| account::status())),
    ("wallet-balance", Look(account::wallet_balance)),
    ("wallet-coins", Look(|w, _| coins::coins(&w.spot))),
    ("wallet-deposit-address", Look(|w, c| payments::deposit_address(&w.spot, c))),
    ("wallet-deposit-history", Look(|w, c| payments::deposits(&w.wallet, c))),
    ("wallet-funding-asset", Look(account::funding_asset)),
    ("wallet-submit-transfer", Change(transfers::submit)),
    ("wallet-system-status", Look(|_, _| account::system_status())),
    ("wallet-trade-fee", Look(|w, c| account::trade_fee(&w.spot, c))),
    ("wallet-transfers", Look(|w, c| transfers::history(&w.wallet, c))),
    ("wallet-user-asset", Look(account::user_asset)),
    ("wallet-withdraw-history", Look(|w, c| payments::withdrawals(&w.wallet, c))),
];
