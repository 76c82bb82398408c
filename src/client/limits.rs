use serde::{Deserialize, Serialize};

use super::{Headers, http_date};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl UsageKind {
    /// What it is called in JSON and in the data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weight => "weight",
            Self::Orders => "orders",
            Self::SapiIp => "sapi_ip",
            Self::SapiUid => "sapi_uid",
        }
    }

    /// What it is called for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Weight => "this address",
            Self::Orders => "orders",
            Self::SapiIp => "this address on /sapi",
            Self::SapiUid => "this account on /sapi",
        }
    }

    /// Whether it is counted for the account, and not for the address.
    pub fn is_of_the_account(self) -> bool {
        matches!(self, Self::Orders | Self::SapiUid)
    }

    /// Whether each path has a count of its own. Source: Spot REST documentation, "SAPI Limit Introduction".
    pub fn is_by_path(self) -> bool {
        matches!(self, Self::SapiIp | Self::SapiUid)
    }
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
    headers.iter().filter_map(|(name, value)| read(name, value)).collect()
}

fn read(name: &str, value: &str) -> Option<Usage> {
    let (kind, interval) = counted_by(name)?;
    Some(Usage { kind, interval, used: value.trim().parse().ok()? })
}

/// What a header counts, and in which interval.
pub fn counted_by(header: &str) -> Option<(UsageKind, String)> {
    let name = header.to_ascii_lowercase();
    let (interval, kind) = PREFIXES.iter().find_map(|(p, kind)| Some((name.strip_prefix(p)?, *kind)))?;
    let (count, unit) = interval.split_at_checked(interval.len().checked_sub(1)?)?;
    let sound = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) && "smhd".contains(unit);
    sound.then(|| (kind, interval.to_ascii_uppercase()))
}

/// How long an interval such as `1M`, `10S` or `1D` is, in milliseconds.
pub fn interval_ms(interval: &str) -> Option<i64> {
    let (count, unit) = interval.split_at_checked(interval.len().checked_sub(1)?)?;
    let unit_ms = match unit {
        "S" => 1_000,
        "M" => 60_000,
        "H" => 3_600_000,
        "D" => 86_400_000,
        _ => return None,
    };
    count.parse::<i64>().ok().filter(|n| *n > 0)?.checked_mul(unit_ms)
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
