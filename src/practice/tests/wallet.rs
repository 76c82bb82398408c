//! Wallets: transfers move exact amounts, and what clients read when they start agrees with the account.

use serde_json::{Value, json};

use super::futures::{exact, row};
use super::support::*;
use crate::practice::account::Account;
use crate::practice::exchange::{Clock, Exchange, Setup};

const TRANSFER: &str = "/sapi/v1/asset/transfer";

/// What is free of an asset in a wallet.
fn free(client: &Client, wallet: &str, asset: &str) -> i128 {
    let (list, field) = match wallet {
        "MAIN" => (client.get("/api/v3/account", "")["balances"].clone(), "free"),
        "UMFUTURE" => (client.get("/fapi/v3/balance", ""), "balance"),
        "MARGIN" => (client.get("/sapi/v1/margin/account", "")["userAssets"].clone(), "free"),
        _ => (client.done("POST", "/sapi/v1/asset/get-funding-asset", ""), "free"),
    };
    let found = list.as_array().unwrap().iter().find(|r| r["asset"] == asset).cloned();
    found.map_or(0, |r| exact(&r[field]))
}

#[test]
fn a_transfer_moves_an_exact_amount() {
    let client = Client::new();
    let rows = [
        ("MAIN", "UMFUTURE", "USDT", "12.34567891", 1_234_567_891),
        ("UMFUTURE", "MAIN", "USDT", "0.00000001", 1),
        ("MAIN", "MARGIN", "BTC", "0.1", 10_000_000),
        ("MARGIN", "FUNDING", "BTC", "0.05", 5_000_000),
        ("MARGIN", "MAIN", "BTC", "0.05", 5_000_000),
        ("MAIN", "FUNDING", "ARK", "1", 100_000_000),
        ("FUNDING", "MAIN", "USDT", "100", 10_000_000_000),
        ("UMFUTURE", "FUNDING", "USDT", "1", 100_000_000),
    ];
    for (from, to, asset, amount, units) in rows {
        let before = (free(&client, from, asset), free(&client, to, asset));
        let query = format!("type={from}_{to}&asset={asset}&amount={amount}");
        let id = client.done("POST", TRANSFER, &query)["tranId"].as_i64().unwrap();
        let after = (free(&client, from, asset), free(&client, to, asset));
        assert_eq!(after, (before.0 - units, before.1 + units), "{query}");
        let history = client.get(TRANSFER, &format!("type={from}_{to}"));
        let last = &history["rows"][0];
        assert_eq!((last["tranId"].as_i64(), exact(&last["amount"])), (Some(id), units), "{query}");
    }
}

#[test]
fn a_transfer_of_more_than_there_is_changes_nothing() {
    let client = Client::new();
    let wallets = |client: &Client| {
        let spot = client.get("/api/v3/account", "")["balances"].clone();
        [spot, client.get("/fapi/v3/account", ""), client.get("/sapi/v1/margin/account", "")]
    };
    let before = wallets(&client);
    // What is tied up as margin cannot leave.
    let out = exact(&row(&client.get("/fapi/v3/balance", ""), "asset", "USDT")["maxWithdrawAmount"]) + 1;
    let out = format!("type=UMFUTURE_MAIN&asset=USDT&amount={}.{:08}", out / 100_000_000, out % 100_000_000);
    for (query, code, message) in [
        ("type=MAIN_UMFUTURE&asset=USDT&amount=999999", -5013, "Asset transfer failed: insufficient balance"),
        (
            "type=MARGIN_MAIN&asset=USDT&amount=0.00000001",
            -5013,
            "Asset transfer failed: insufficient balance",
        ),
        (out.as_str(), -5013, "Asset transfer failed: insufficient balance"),
        ("type=MAIN_UMFUTURE&asset=ARK&amount=1", -4018, "We don't have this asset."),
        ("type=MAIN_MARGIN&asset=NOPE&amount=1", -4018, "We don't have this asset."),
        ("type=MAIN_OPTION&asset=USDT&amount=1", -1020, "This operation is not supported."),
        ("type=MAIN_MARGIN&asset=USDT&amount=0", -1130, "Data sent for parameter 'amount' is not valid."),
        (
            "type=MAIN_MARGIN&asset=USDT&amount=1.123456789",
            -1130,
            "Data sent for parameter 'amount' is not valid.",
        ),
    ] {
        assert_eq!(client.refused("POST", TRANSFER, query), (code, message.to_owned()), "{query}");
    }
    assert_eq!(wallets(&client), before);
}

#[test]
fn coins_are_what_is_held_and_traded() {
    let client = Client::new();
    let coins = client.get("/sapi/v1/capital/config/getall", "");
    for balance in client.get("/api/v3/account", "")["balances"].as_array().unwrap() {
        let coin = row(&coins, "coin", balance["asset"].as_str().unwrap());
        assert_eq!((&coin["free"], &coin["locked"]), (&balance["free"], &balance["locked"]));
        let default = coin["networkList"].as_array().unwrap().iter().filter(|n| n["isDefault"] == true);
        assert_eq!(default.count(), 1, "{coin}");
    }
    for symbol in client.get("/api/v3/exchangeInfo", "")["symbols"].as_array().unwrap() {
        for side in ["baseAsset", "quoteAsset"] {
            row(&coins, "coin", symbol[side].as_str().unwrap());
        }
    }
    let fees = client.get("/sapi/v1/asset/tradeFee", "symbol=ARKBTC");
    let rates = client.get("/api/v3/account", "")["commissionRates"].clone();
    assert_eq!(fees[0]["takerCommission"], rates["taker"]);
}

#[test]
fn what_was_paid_in_and_out_adds_up_to_what_the_wallets_had() {
    let client = Client::new();
    let deposits = client.get("/sapi/v1/capital/deposit/hisrec", "");
    let withdrawals = client.get("/sapi/v1/capital/withdraw/history", "");
    let sum = |list: &Value, field: &str| -> i128 {
        let of = list.as_array().unwrap().iter().filter(|r| r["coin"] == "USDT");
        of.map(|r| exact(&r[field])).sum()
    };
    let paid = sum(&deposits, "amount") - sum(&withdrawals, "amount") - sum(&withdrawals, "transactionFee");
    // Spot's part is what its first order found.
    assert_eq!(paid, (50_000 + 10_000 + 100) * 100_000_000);
    assert_eq!(client.get("/sapi/v1/capital/deposit/hisrec", "coin=BTC").as_array().unwrap().len(), 1);
    assert_eq!(client.get("/sapi/v1/capital/deposit/hisrec", "status=0"), json!([]));
    assert_eq!(
        client.get("/sapi/v1/capital/deposit/hisrec", "offset=1&limit=2").as_array().unwrap().len(),
        2
    );
    assert_eq!(withdrawals[0]["applyTime"], "2026-01-04 00:00:00");
    assert_eq!(client.refused("GET", "/sapi/v1/capital/deposit/address", "coin=NOPE").0, -4018);
}

#[test]
fn what_clients_read_when_they_start() {
    let client = Client::new();
    let rows = [
        ("/sapi/v1/system/status", "/status", json!(0)),
        ("/sapi/v1/account/status", "/data", json!("Normal")),
        ("/sapi/v1/account/apiTradingStatus", "/data/isLocked", json!(false)),
        ("/sapi/v1/account/apiRestrictions", "/enableReading", json!(true)),
        ("/sapi/v1/account/apiRestrictions", "/enableFutures", json!(true)),
        ("/sapi/v1/account/apiRestrictions", "/enableFixApiTrade", json!(false)),
        ("/sapi/v1/margin/allPairs", "", json!([])),
        ("/sapi/v1/margin/isolated/allPairs", "", json!([])),
        ("/sapi/v1/margin/account", "/created", json!(true)),
        ("/sapi/v1/margin/isolated/account", "/assets", json!([])),
        ("/sapi/v1/margin/openOrders", "", json!([])),
        ("/sapi/v1/asset/wallet/balance", "/1/walletName", json!("Funding")),
    ];
    for (path, place, value) in rows {
        assert_eq!(client.get(path, "").pointer(place), Some(&value), "{path}");
    }
    let worth = client.get("/sapi/v1/asset/wallet/balance", "quoteAsset=USDT");
    assert_eq!(
        exact(&row(&worth, "walletName", "Funding")["balance"]) / 1_000_000,
        9_999,
        "100 USDT and a rounding"
    );
}

#[test]
fn an_account_of_its_own_has_what_it_was_given_and_nothing_else() {
    let mut account = Account::practice();
    account.opening.past_orders = false;
    let client = |account: Account| {
        let clock = Clock::Fixed(NOW_MS * 1000);
        Client { exchange: Exchange::new(Setup { clock, account, state: None }).unwrap(), now_ms: NOW_MS }
    };
    let told = |client: &Client| {
        let [deposits, withdrawals] = ["deposit/hisrec", "withdraw/history"]
            .map(|path| client.get(&format!("/sapi/v1/capital/{path}"), ""));
        let transfers = client.get(TRANSFER, "type=MAIN_UMFUTURE")["total"].as_u64().unwrap();
        let rows = [&deposits, &withdrawals].map(|list| list.as_array().unwrap().len());
        let held = ["UMFUTURE", "FUNDING"].map(|wallet| free(client, wallet, "USDT") == 0);
        let orders = client.get("/fapi/v1/openOrders", "").as_array().unwrap().len();
        (rows, transfers, held, orders)
    };
    assert_eq!(told(&client(account.clone())), ([4, 1], 1, [false, false], 1), "as the practice account");
    account.opening.balances.truncate(3);
    let own = client(account);
    assert_eq!(told(&own), ([0, 0], 0, [true, true], 0), "another one");
    assert_eq!(own.get("/fapi/v1/income", ""), json!([]));
}
