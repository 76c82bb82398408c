//! What stands in an example where nothing better is known: by name, as the exchange's documentation would have it.

/// Symbols by the beginning of the path: what is traded there is named in its own way.
const SYMBOLS: [(&str, &str); 4] = [
    ("/dapi/", "BTCUSD_PERP"),
    ("/papi/v1/cm/", "BTCUSD_PERP"),
    ("/eapi/", "BTC-260626-100000-C"),
    ("/sapi/v1/equity/", "AAPL"),
];

/// A symbol of the product that a path belongs to.
pub(super) fn symbol(path: &str) -> &'static str {
    SYMBOLS.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or("BTCUSDT", |(_, symbol)| symbol)
}

/// Texts by the whole name.
const TEXTS: [(&[&str], &str); 28] = [
    (&["side", "orderSide"], "BUY"),
    (&["positionSide"], "BOTH"),
    (&["orderType", "origType"], "LIMIT"),
    (&["timeInForce"], "GTC"),
    (&["orderStatus", "strategyStatus", "algoStatus"], "NEW"),
    (&["selfTradePreventionMode", "defaultSelfTradePreventionMode"], "EXPIRE_MAKER"),
    (&["priceMatch"], "NONE"),
    (&["workingType"], "CONTRACT_PRICE"),
    (&["contractType"], "PERPETUAL"),
    (&["marginType"], "cross"),
    (&["optionSide"], "CALL"),
    (&["contingencyType"], "OCO"),
    (&["listStatusType"], "EXEC_STARTED"),
    (&["listOrderStatus"], "EXECUTING"),
    (&["rateLimitType"], "REQUEST_WEIGHT"),
    (&["interval"], "MINUTE"),
    (&["orderTypes"], "LIMIT"),
    (&["underlyingType"], "COIN"),
    (&[FILTER_TYPE], "PRICE_FILTER"),
    (&["incomeType"], "TRANSFER"),
    (&["accountType", "walletType"], "SPOT"),
    (&["timezone"], "UTC"),
    (&["msg", "message"], "success"),
    (&["quote", "toAsset", "targetAsset", "loanCoin"], "USDT"),
    (&["fiat", "fiatCurrency"], "EUR"),
    (&["network"], "BTC"),
    (&["confirmTimes"], "1/1"),
    (&["ip", "ipList"], "192.0.2.1"),
];

/// Texts by the end of the name, whatever its case.
const ENDS: [(&[&str], &str); 9] = [
    (&["quoteasset", "marginasset", "settleasset"], "USDT"),
    (
        &["asset", "assets", "coin", "coins", "currency", "token", "underlying", "assetname", "assetnames"],
        "BTC",
    ),
    (&["email", "username"], "user@example.com"),
    (&["url", "link"], "https://example.com/"),
    (&["address"], "bc1qexample"),
    (&["hash", "txid"], "example-transaction"),
    (&["time", "at", "date"], "2026-03-01 00:00:00"),
    (&["id", "no", "orderid"], "1001"),
    (&["status"], "SUCCESS"),
];

/// Assets of a contract that is paid in its base asset, by the beginning of the path.
const COIN_MARGINED: (&[&str], &[(&str, &str)]) =
    (&["/dapi/", "/papi/v1/cm/"], &[("quoteAsset", "USD"), ("marginAsset", "BTC")]);

/// What says which filter of a symbol an object is.
pub(super) const FILTER_TYPE: &str = "filterType";

/// The filters of a symbol: type and members.
/// Source: USD-M and COIN-M futures documentation, "Exchange information".
pub(super) const FILTERS: [(&str, &[&str]); 7] = [
    ("PRICE_FILTER", &["minPrice", "maxPrice", "tickSize"]),
    ("LOT_SIZE", &["minQty", "maxQty", "stepSize"]),
    ("MARKET_LOT_SIZE", &["minQty", "maxQty", "stepSize"]),
    ("MAX_NUM_ORDERS", &["limit"]),
    ("MAX_NUM_ALGO_ORDERS", &["limit"]),
    ("MIN_NOTIONAL", &["notional"]),
    ("PERCENT_PRICE", &["multiplierUp", "multiplierDown", "multiplierDecimal"]),
];

/// Decimals by name; all others are 1.
const DECIMALS: [(&[&str], &str); 4] = [
    (&["maxPrice", "maxQty"], "1000000.00000000"),
    (&["minPrice", "tickSize"], "0.10000000"),
    (&["multiplierUp"], "1.05000000"),
    (&["multiplierDown"], "0.95000000"),
];

/// A decimal for a name.
pub(super) fn decimal(name: &str) -> &'static str {
    DECIMALS.iter().find(|(names, _)| names.contains(&name)).map_or("1.00000000", |(_, decimal)| decimal)
}

/// A text for a name in the answer of a path.
pub(super) fn text(path: &str, name: &str) -> &'static str {
    let (paths, assets) = COIN_MARGINED;
    if let Some((_, asset)) =
        assets.iter().find(|(n, _)| *n == name && paths.iter().any(|p| path.starts_with(p)))
    {
        return asset;
    }
    let lower = name.to_ascii_lowercase();
    let whole = TEXTS.iter().find(|(names, _)| names.contains(&name));
    let end = || ENDS.iter().find(|(ends, _)| ends.iter().any(|e| lower.ends_with(e)));
    whole.or_else(end).map_or("example", |(_, text)| text)
}

/// Numbers by the end of the name; all others are 1.
const NUMBERS: [(&[&str], i64); 6] = [
    (&["contractsize"], 100),
    (&["id", "no"], 1001),
    (&["precision", "scale"], 8),
    (&["limit", "size"], 100),
    (&["leverage"], 20),
    (&["code"], 200),
];

/// A whole number for a name.
pub(super) fn number(name: &str) -> i64 {
    let lower = name.to_ascii_lowercase();
    NUMBERS.iter().find(|(ends, _)| ends.iter().any(|e| lower.ends_with(e))).map_or(1, |(_, number)| *number)
}

/// Whether a number of this name is a time.
pub(super) fn is_time(name: &str) -> bool {
    const ENDS: [&str; 5] = ["Time", "Date", "Timestamp", "TimeStamp", "At"];
    const NAMES: [&str; 8] =
        ["time", "date", "timestamp", "timeStamp", "T", "E", "lastUpdated", "expiration"];
    NAMES.contains(&name) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a flag of this name is usually set.
pub(super) fn is_set(name: &str) -> bool {
    const STARTS: [&str; 4] = ["can", "enable", "success", "accepted"];
    const ENDS: [&str; 5] = ["Enable", "Enabled", "Allowed", "trading", "valid"];
    STARTS.iter().any(|s| name.starts_with(s)) || ENDS.iter().any(|e| name.ends_with(e))
}
