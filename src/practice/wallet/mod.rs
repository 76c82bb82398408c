//! The wallets beside Spot and futures, what was paid in and out, and what moves between them.

mod account;
mod coins;
mod payments;
mod transfers;

pub use coins::{assets, from_btc, worth_in_btc};
pub use payments::{empty_account, practice_account};

use super::engine::Play;
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
    ("wallet-api-restrictions", |_, c| account::api_restrictions(c)),
    ("wallet-api-trading-status", |_, _| account::api_trading_status()),
    ("wallet-account-info", |_, _| account::info()),
    ("wallet-account-status", |_, _| account::status()),
    ("wallet-balance", |w, c| account::wallet_balance(w, c)),
    ("wallet-coins", |w, _| coins::coins(&w.spot)),
    ("wallet-deposit-address", |w, c| payments::deposit_address(&w.spot, c)),
    ("wallet-deposit-history", |w, c| payments::deposits(&w.wallet, c)),
    ("wallet-funding-asset", |w, c| account::funding_asset(w, c)),
    ("wallet-submit-transfer", |w, c| transfers::submit(w, c)),
    ("wallet-system-status", |_, _| account::system_status()),
    ("wallet-trade-fee", |w, c| account::trade_fee(&w.spot, c)),
    ("wallet-transfers", |w, c| transfers::history(&w.wallet, c)),
    ("wallet-user-asset", |w, c| account::user_asset(w, c)),
    ("wallet-withdraw-history", |w, c| payments::withdrawals(&w.wallet, c)),
];
