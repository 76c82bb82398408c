//! What was paid in and out over a network. The rows are made up; with the transfers they add up to what the wallets had
//! before the first order.

use serde::Serialize;

use super::Wallet;
use super::coins::{assets, networks};
use super::transfers::Transfer;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, json};
use crate::practice::spot::Spot;
use crate::practice::spot::ledger::Ledger;
use crate::practice::spot::symbol::Asset;
use crate::practice::spot::tape::DAY_MS;

/// A deposit: coin, amount, days before the start.
pub type Deposit = (&'static str, Amount, i64);

/// A withdrawal: coin, amount, fee, days before the start.
pub type Withdrawal = (&'static str, Amount, Amount, i64);

const DEPOSITS: &[Deposit] = &[
    ("BTC", Amount::units(50_000_000), 60),
    ("USDT", Amount::whole(60_200), 59),
    ("LTC", Amount::whole(5), 58),
    ("ARK", Amount::whole(250), 57),
];

const WITHDRAWALS: &[Withdrawal] = &[("USDT", Amount::whole(99), Amount::whole(1), 56)];

/// Transfers of before the start: type, amount of USDT, days.
const TRANSFERS: [(&str, Amount, i64); 2] =
    [("MAIN_FUNDING", Amount::whole(100), 55), ("MAIN_UMFUTURE", Amount::whole(10_000), 5)];

const FIRST_TRANSFER: i64 = 13_526_853_600;

/// Empty wallets that nothing was paid into, in an exchange that is started at `start_ms`.
pub fn empty_account(start_ms: i64) -> Wallet {
    Wallet {
        funding: Ledger::new([]),
        margin: Ledger::new([]),
        transfers: Vec::new(),
        deposits: &[],
        withdrawals: &[],
        start_ms,
    }
}

/// The practice account's wallets in an exchange that is started at `start_ms`.
pub fn practice_account(start_ms: i64) -> Wallet {
    let transfers = (FIRST_TRANSFER..).zip(TRANSFERS).map(|(id, (kind, amount, days))| Transfer {
        id,
        kind: kind.to_owned(),
        asset: "USDT".to_owned(),
        amount,
        time: start_ms - days * DAY_MS,
    });
    Wallet {
        funding: Ledger::new([(Asset::from("USDT"), Amount::whole(100))]),
        transfers: transfers.collect(),
        deposits: DEPOSITS,
        withdrawals: WITHDRAWALS,
        ..empty_account(start_ms)
    }
}

/// An address that nothing can be sent to.
fn address(coin: &str, network: &str) -> String {
    // Not every coin has a name that an address could hold.
    let coin = if coin.is_ascii() { coin } else { "COIN" };
    format!("practice-{network}-{coin}-address")
}

/// What is asked for with `offset`, `limit` and times.
struct Page {
    start: i64,
    end: i64,
    skip: usize,
    take: usize,
}

impl Page {
    fn of(call: &Call<'_>) -> Self {
        let size = |name, usual| usize::try_from(call.number(name).unwrap_or(usual)).unwrap_or(usize::MAX);
        Self {
            start: call.time("startTime").unwrap_or(i64::MIN),
            end: call.time("endTime").unwrap_or(i64::MAX),
            skip: size("offset", 0),
            take: size("limit", 1000).min(1000),
        }
    }

    /// The rows of the page, the newest first.
    fn rows<T>(&self, all: impl DoubleEndedIterator<Item = (i64, T)>) -> Vec<T> {
        let within = all.rev().filter(|(time, _)| (self.start..=self.end).contains(time));
        within.skip(self.skip).take(self.take).map(|(_, row)| row).collect()
    }
}

/// Whether a row is of the coin that was asked for, if one was, and has the status.
fn is_wanted(call: &Call<'_>, coin: &str, status: i64) -> bool {
    call.text("coin").is_none_or(|c| c == coin) && call.number("status").is_none_or(|s| s == status)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepositAnswer {
    id: String,
    amount: Amount,
    coin: &'static str,
    network: &'static str,
    status: i64,
    address: String,
    address_tag: &'static str,
    tx_id: String,
    insert_time: i64,
    complete_time: i64,
    transfer_type: u32,
    confirm_times: &'static str,
    unlock_confirm: u32,
    wallet_type: u32,
    travel_rule_status: u32,
}

/// `GET /sapi/v1/capital/deposit/hisrec`.
pub fn deposits(wallet: &Wallet, call: &Call<'_>) -> Answer {
    /// Credited and done.
    const DONE: i64 = 1;
    let deposits = wallet.deposits.iter().copied();
    let rows =
        (769_800_519_366_885_376_i64..).zip(deposits).filter(|(_, (coin, ..))| is_wanted(call, coin, DONE));
    let answer = |(id, (coin, amount, days)): (i64, (&'static str, Amount, i64))| {
        let network = networks(coin).first().copied().unwrap_or_default();
        let time = wallet.start_ms - days * DAY_MS;
        let row = DepositAnswer {
            id: id.to_string(),
            amount,
            coin,
            network,
            status: DONE,
            address: address(coin, network),
            address_tag: "",
            tx_id: format!("practice-deposit-{id}"),
            insert_time: time,
            complete_time: time + 60_000,
            transfer_type: 0,
            confirm_times: "1/1",
            unlock_confirm: 1,
            wallet_type: 0,
            travel_rule_status: 0,
        };
        (time, row)
    };
    let wanted = |row: &(i64, DepositAnswer)| call.text("txId").is_none_or(|id| id == row.1.tx_id);
    json(&Page::of(call).rows(rows.map(answer).filter(wanted).collect::<Vec<_>>().into_iter()))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WithdrawalAnswer {
    id: String,
    amount: Amount,
    transaction_fee: Amount,
    coin: &'static str,
    status: i64,
    address: String,
    tx_id: String,
    apply_time: String,
    network: &'static str,
    transfer_type: u32,
    withdraw_order_id: String,
    info: &'static str,
    confirm_no: u32,
    wallet_type: u32,
    tx_key: &'static str,
    complete_time: String,
}

/// `GET /sapi/v1/capital/withdraw/history`.
pub fn withdrawals(wallet: &Wallet, call: &Call<'_>) -> Answer {
    /// Completed.
    const DONE: i64 = 6;
    let order_id = "practice-withdrawal-1";
    let wanted = call.text("withdrawOrderId").is_none_or(|id| id == order_id);
    let rows = wallet.withdrawals.iter().copied().filter(|(coin, ..)| wanted && is_wanted(call, coin, DONE));
    let answer = |(coin, amount, fee, days)| {
        let network = networks(coin).first().copied().unwrap_or_default();
        let time = wallet.start_ms - days * DAY_MS;
        let row = WithdrawalAnswer {
            id: "b6ae22b3aa844210a7041aee7589627c".to_owned(),
            amount,
            transaction_fee: fee,
            coin,
            status: DONE,
            address: address(coin, network),
            tx_id: "practice-withdrawal-transaction-1".to_owned(),
            apply_time: date(time),
            network,
            transfer_type: 0,
            withdraw_order_id: order_id.to_owned(),
            info: "",
            confirm_no: 3,
            wallet_type: 0,
            tx_key: "",
            complete_time: date(time + 300_000),
        };
        (time, row)
    };
    json(&Page::of(call).rows(rows.map(answer)))
}

/// `2026-03-01 00:00:00`, in UTC.
fn date(ms: i64) -> String {
    let date = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    date.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[derive(Serialize)]
struct AddressAnswer<'a> {
    address: String,
    coin: &'a str,
    tag: &'static str,
    url: &'static str,
}

/// `GET /sapi/v1/capital/deposit/address`.
pub fn deposit_address(spot: &Spot, call: &Call<'_>) -> Answer {
    let coin = call.text("coin").unwrap_or_default();
    if !assets(spot).contains(&coin) {
        let fix = "ask capital/config/getall for the coins";
        let cause = format!("there is no coin `{coin}` here");
        return Err(Failure::new(-4018, "We don't have this asset.", cause, fix));
    }
    let network = call.text("network").or(networks(coin).first().copied()).unwrap_or_default();
    if !networks(coin).contains(&network) {
        let expected = networks(coin).join(" or ");
        return Err(Failure::value("network", network, &expected));
    }
    json(&AddressAnswer { address: address(coin, network), coin, tag: "", url: "" })
}
