use super::{Headers, http_date};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageKind {
    /// Request weight of the IP address: `X-MBX-USED-WEIGHT-*`.
    Weight,
    /// Orders of the account: `X-MBX-ORDER-COUNT-*`.
    Orders,
    /// Weight of the IP address on `/sapi`: `X-SAPI-USED-IP-WEIGHT-*`.
    SapiIp,
    /// Weight of the account on `/sapi`: `X-SAPI-USED-UID-WEIGHT-*`.
    SapiUid,
}

/// How much of a limit is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What is counted.
    pub kind: UsageKind,
    /// The interval in the exchange's words, upper case: `1M`, `10S`, `1D`.
    pub interval: String,
    /// How much was used in it.
    pub used: u64,
}

const PREFIXES: [(&str, UsageKind); 4] = [
    ("x-mbx-used-weight-", UsageKind::Weight),
    ("x-mbx-order-count-", UsageKind::Orders),
    ("x-sapi-used-ip-weight-", UsageKind::SapiIp),
    ("x-sapi-used-uid-weight-", UsageKind::SapiUid),
];

/// The limits an answer tells about, in the order of its headers. Headers that cannot be read are left out.
/// Source: Spot REST documentation, "IP Limits" and "Unfilled Order Count".
pub fn usage(headers: &Headers) -> Vec<Usage> {
    headers.iter().filter_map(|(name, value)| read(&name.to_ascii_lowercase(), value)).collect()
}

fn read(name: &str, value: &str) -> Option<Usage> {
    let (interval, kind) = PREFIXES.iter().find_map(|(p, kind)| Some((name.strip_prefix(p)?, *kind)))?;
    let (count, unit) = interval.split_at_checked(interval.len().checked_sub(1)?)?;
    let sound = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && "smhd".contains(unit);
    let used = value.trim().parse().ok()?;
    sound.then(|| Usage { kind, interval: interval.to_ascii_uppercase(), used })
}

/// The seconds to wait, from `Retry-After`: a number, or a date compared with `now_s`, seconds since the epoch.
pub fn retry_after_s(headers: &Headers, now_s: i64) -> Option<u64> {
    let text = headers.get("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // A number that does not fit is still a wait.
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    let at = http_date::parse(text)?;
    Some(u64::try_from(at.saturating_sub(now_s)).unwrap_or(0))
}

#[cfg(test)]
#[path = "tests/limits.rs"]
mod tests;
