//! Transfers between the wallets.

use serde::Serialize;

use super::Wallet;
use super::coins::assets;
use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, Call, Failure, World, json};
use crate::practice::spot::order::words;
use crate::practice::spot::symbol::Asset;

/// A transfer that happened.
#[derive(Clone, Debug)]
pub struct Transfer {
    pub id: i64,
    pub kind: String,
    pub asset: String,
    pub amount: Amount,
    /// In milliseconds.
    pub time: i64,
}

words! {
    /// A wallet, by its name in the type of a transfer.
    Place { Spot = "MAIN", Futures = "UMFUTURE", Margin = "MARGIN", Funding = "FUNDING" }
}

/// From where to where a type of transfer goes; `None` if one of the two is no wallet here.
fn way(kind: &str) -> Option<(Place, Place)> {
    let (from, to) = kind.split_once('_')?;
    Some((Place::parse(from)?, Place::parse(to)?))
}

impl World {
    /// What can be taken out of a wallet.
    fn takeable(&self, place: Place, asset: &str) -> Amount {
        match place {
            Place::Spot => self.spot.ledger.free(asset),
            Place::Margin => self.wallet.margin.free(asset),
            Place::Funding => self.wallet.funding.free(asset),
            Place::Futures => self.futures.withdrawable(asset),
        }
    }

    /// Puts an amount into a wallet, or takes it out if it is below zero. That it is there has been seen to.
    fn put(&mut self, place: Place, asset: &Asset, amount: Amount, now_ms: i64) {
        match place {
            Place::Spot => self.spot.ledger.credit(asset, amount),
            Place::Margin => self.wallet.margin.credit(asset, amount),
            Place::Funding => self.wallet.funding.credit(asset, amount),
            Place::Futures => self.futures.transfer(asset, amount, now_ms),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
    tran_id: i64,
}

/// `POST /sapi/v1/asset/transfer`.
pub fn submit(world: &mut World, call: &Call<'_>) -> Answer {
    let (kind, asset) = (call.text("type").unwrap_or_default(), call.text("asset").unwrap_or_default());
    let (from, to) = way(kind).ok_or_else(|| {
        let cause = format!("`{kind}` needs a wallet that the practice exchange does not have");
        let fix = "send a type of MAIN, UMFUTURE, MARGIN and FUNDING";
        Failure::new(-1020, "This operation is not supported.", cause, fix)
    })?;
    let sent = call.text("amount").unwrap_or_default();
    let amount =
        sent.parse::<Amount>().ok().filter(|a| !a.is_zero()).ok_or_else(|| {
            Failure::value("amount", sent, "an amount above zero with eight decimals at most")
        })?;
    let known = assets(&world.spot).contains(&asset);
    let in_futures = world.futures.wallet.iter().any(|h| h.asset == asset);
    if !known || (to == Place::Futures && !in_futures) {
        let cause = format!("there is no `{asset}` in the wallet {}", to.as_str());
        let fix = "ask capital/config/getall for the coins, or the futures' exchangeInfo for its assets";
        return Err(Failure::new(-4018, "We don't have this asset.", cause, fix));
    }
    let there = world.takeable(from, asset);
    if there < amount {
        let message = "Asset transfer failed: insufficient balance";
        let cause =
            format!("{amount} {asset} is to be moved, and {there} can be taken from {}", from.as_str());
        return Err(Failure::new(-5013, message, cause, "send a smaller amount, or free some first"));
    }
    let (name, now_ms) = (Asset::from(asset), call.now_ms());
    world.put(from, &name, -amount, now_ms);
    world.put(to, &name, amount, now_ms);
    let id = world.wallet.transfers.last().map_or(1, |t| t.id + 1);
    let (kind, asset) = (kind.to_owned(), asset.to_owned());
    world.wallet.transfers.push(Transfer { id, kind, asset, amount, time: now_ms });
    json(&Submitted { tran_id: id })
}

#[derive(Serialize)]
struct History<'a> {
    total: usize,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    asset: &'a str,
    amount: Amount,
    r#type: &'a str,
    status: &'static str,
    tran_id: i64,
    timestamp: i64,
}

/// `GET /sapi/v1/asset/transfer`: those of a type, the newest first.
pub fn history(wallet: &Wallet, call: &Call<'_>) -> Answer {
    let kind = call.text("type").unwrap_or_default();
    let (start, end) = (call.time("startTime"), call.time("endTime"));
    let within = |t: &&Transfer| start.is_none_or(|s| t.time >= s) && end.is_none_or(|e| t.time <= e);
    let all: Vec<&Transfer> =
        wallet.transfers.iter().rev().filter(|t| t.kind == kind).filter(within).collect();
    let at_least_one = |name, usual| usize::try_from(call.number(name).unwrap_or(usual).max(1)).unwrap_or(1);
    let size = at_least_one("size", 10).min(100);
    let skip = (at_least_one("current", 1) - 1).saturating_mul(size);
    let rows = all.iter().skip(skip).take(size).map(|t| Row {
        asset: &t.asset,
        amount: t.amount,
        r#type: &t.kind,
        status: "CONFIRMED",
        tran_id: t.id,
        timestamp: t.time,
    });
    json(&History { total: all.len(), rows: rows.collect() })
}
