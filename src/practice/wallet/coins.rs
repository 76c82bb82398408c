//! The coins that there are, and what they are worth.

use serde::Serialize;

use crate::practice::amount::Amount;
use crate::practice::engine::{Answer, json};
use crate::practice::spot::Spot;

/// How coins are called, and the networks they are paid over, the usual one first. The others are on `ETH`.
const COINS: [(&str, &str, &[&str]); 8] = [
    ("BTC", "Bitcoin", &["BTC"]),
    ("ETH", "Ethereum", &["ETH"]),
    ("BNB", "BNB", &["BSC"]),
    ("LTC", "Litecoin", &["LTC"]),
    ("USDT", "TetherUS", &["TRX", "ETH"]),
    ("ARK", "ARK", &["ARK"]),
    ("DOGE", "Dogecoin", &["DOGE"]),
    ("币安人生", "币安人生", &["BSC"]),
];

/// What a withdrawal costs, in hundredths of the least amount.
const FEE_PARTS: i128 = 10;

/// Every asset that is held or traded.
pub fn assets(spot: &Spot) -> Vec<&str> {
    let held = spot.ledger.balances().iter().map(|b| &*b.asset);
    let traded = spot.symbols().flat_map(|s| [&*s.base, &*s.quote]);
    let mut assets: Vec<&str> = Vec::new();
    for asset in held.chain(traded) {
        if !assets.contains(&asset) {
            assets.push(asset);
        }
    }
    assets
}

/// The networks of a coin, the usual one first.
pub fn networks(coin: &str) -> &'static [&'static str] {
    COINS.iter().find(|(c, ..)| *c == coin).map_or(&["ETH"], |(_, _, networks)| networks)
}

/// What an amount is worth in BTC by Spot's last prices; zero where that is not known.
pub fn worth_in_btc(spot: &Spot, asset: &str, amount: Amount) -> Amount {
    let price = |symbol: &str| spot.lane(symbol).map(|l| l.tape.last_price());
    let by_usdt = || {
        let one = if asset == "USDT" { Some(Amount::whole(1)) } else { price(&format!("{asset}USDT")) };
        Some(amount.times(one?).over(price("BTCUSDT")?))
    };
    let direct = || Some(amount.times(price(&format!("{asset}BTC"))?));
    if asset == "BTC" { amount } else { direct().or_else(by_usdt).unwrap_or_default() }
}

/// What an amount of BTC is worth in another asset, by Spot's last price; zero where that is not known.
pub fn from_btc(spot: &Spot, amount: Amount, asset: &str) -> Amount {
    match spot.lane(&format!("BTC{asset}")) {
        Some(lane) => amount.times(lane.tape.last_price()),
        None => amount.over(worth_in_btc(spot, asset, Amount::whole(1))),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct CoinAnswer<'a> {
    coin: &'a str,
    deposit_all_enable: bool,
    withdraw_all_enable: bool,
    name: &'a str,
    free: Amount,
    locked: Amount,
    freeze: Amount,
    withdrawing: Amount,
    ipoing: Amount,
    ipoable: Amount,
    storage: Amount,
    is_legal_money: bool,
    trading: bool,
    network_list: Vec<NetworkAnswer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the exchange's fields")]
struct NetworkAnswer<'a> {
    network: &'static str,
    coin: &'a str,
    withdraw_integer_multiple: Amount,
    is_default: bool,
    deposit_enable: bool,
    withdraw_enable: bool,
    deposit_desc: &'static str,
    withdraw_desc: &'static str,
    special_tips: &'static str,
    special_withdraw_tips: &'static str,
    name: &'static str,
    reset_address_status: bool,
    address_regex: &'static str,
    memo_regex: &'static str,
    withdraw_fee: Amount,
    withdraw_min: Amount,
    withdraw_max: Amount,
    withdraw_internal_min: Amount,
    deposit_dust: Amount,
    min_confirm: u32,
    un_lock_confirm: u32,
    same_address: bool,
    withdraw_tag: bool,
    estimated_arrival_time: u32,
    busy: bool,
    contract_address_url: &'static str,
    contract_address: &'static str,
    denomination: u32,
}

fn network<'a>(coin: &'a str, network: &'static str, is_default: bool) -> NetworkAnswer<'a> {
    // What is worth much is paid in smaller amounts.
    let least = if matches!(coin, "BTC" | "ETH") { Amount::units(100_000) } else { Amount::whole(1) };
    NetworkAnswer {
        network,
        coin,
        withdraw_integer_multiple: Amount::units(1),
        is_default,
        deposit_enable: true,
        withdraw_enable: true,
        deposit_desc: "",
        withdraw_desc: "",
        special_tips: "",
        special_withdraw_tips: "",
        name: network,
        reset_address_status: false,
        address_regex: "^[0-9A-Za-z-]{10,90}$",
        memo_regex: "",
        withdraw_fee: least.multiple(FEE_PARTS).over(Amount::whole(100)),
        withdraw_min: least,
        withdraw_max: Amount::whole(9_999_999),
        withdraw_internal_min: least,
        deposit_dust: Amount::units(1),
        min_confirm: 1,
        un_lock_confirm: 2,
        same_address: false,
        withdraw_tag: false,
        estimated_arrival_time: 5,
        busy: false,
        contract_address_url: "",
        contract_address: "",
        denomination: 1,
    }
}

/// `GET /sapi/v1/capital/config/getall`: every asset that is held or traded, with its balance at Spot.
pub fn coins(spot: &Spot) -> Answer {
    let locked = |coin: &str| {
        spot.ledger.balances().iter().find(|b| &*b.asset == coin).map_or(Amount::ZERO, |b| b.locked)
    };
    let answer = |coin| CoinAnswer {
        coin,
        deposit_all_enable: true,
        withdraw_all_enable: true,
        name: COINS.iter().find(|(c, ..)| *c == coin).map_or(coin, |(_, name, _)| name),
        free: spot.ledger.free(coin),
        locked: locked(coin),
        freeze: Amount::ZERO,
        withdrawing: Amount::ZERO,
        ipoing: Amount::ZERO,
        ipoable: Amount::ZERO,
        storage: Amount::ZERO,
        is_legal_money: false,
        trading: true,
        network_list: (0..).zip(networks(coin)).map(|(i, n)| network(coin, n, i == 0)).collect(),
    };
    json(&assets(spot).into_iter().map(answer).collect::<Vec<_>>())
}
