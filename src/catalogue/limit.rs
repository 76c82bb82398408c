use std::fmt;

use super::{BAN, LIMIT_HEADERS, LIMITS};
use crate::data::{Span, Text};

/// How much the exchange takes within a window of time. The rows are those of `data/limits.toml`.
pub struct RateLimit {
    pub(super) prefix: Text,
    pub(super) kind: LimitKind,
    pub(super) interval: Interval,
    pub(super) interval_num: u32,
    pub(super) limit: u32,
    pub(super) by_account: bool,
    pub(super) headers: Span,
    pub(super) per_endpoint: bool,
    pub(super) bans: bool,
    pub(super) message: Text,
}

impl RateLimit {
    /// How the paths begin that it counts.
    pub fn prefix(&self) -> &'static str {
        self.prefix.as_str()
    }

    /// What it counts.
    pub fn kind(&self) -> LimitKind {
        self.kind
    }

    /// The unit of its window.
    pub fn interval(&self) -> Interval {
        self.interval
    }

    /// How many of these units the window has.
    pub fn interval_num(&self) -> u32 {
        self.interval_num
    }

    /// The length of its window, in microseconds.
    pub fn window_us(&self) -> i64 {
        self.interval.seconds() * 1_000_000 * i64::from(self.interval_num)
    }

    /// The most that is taken within a window.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether the account is counted, and not the address.
    pub fn by_account(&self) -> bool {
        self.by_account
    }

    /// The headers in which an answer says how much is used.
    pub fn headers(&self) -> impl Iterator<Item = &'static str> {
        self.headers.of(&LIMIT_HEADERS).iter().map(|h| h.as_str())
    }

    /// Whether each endpoint has this limit for itself.
    pub fn per_endpoint(&self) -> bool {
        self.per_endpoint
    }

    /// Whether an address that goes on after a 429 is banned.
    pub fn bans(&self) -> bool {
        self.bans
    }

    /// The message of its refusal, where the errors of the product have none; `{limit}` is to be filled in.
    pub fn message(&self) -> Option<&'static str> {
        self.message.given()
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, interval) = (self.kind.as_str(), self.interval.as_str());
        write!(f, "{} {kind} {} per {} {interval}", self.prefix(), self.limit, self.interval_num)
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// The weights of requests.
    RequestWeight,
    /// Requests.
    RawRequests,
    /// Orders placed.
    Orders,
}

impl LimitKind {
    /// The exchange's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestWeight => "REQUEST_WEIGHT",
            Self::RawRequests => "RAW_REQUESTS",
            Self::Orders => "ORDERS",
        }
    }
}

/// The unit of a limit's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Days, in UTC.
    Day,
}

impl Interval {
    /// The exchange's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "SECOND",
            Self::Minute => "MINUTE",
            Self::Day => "DAY",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Day => 86_400,
        }
    }
}

/// How an address is banned that goes on after a 429.
pub struct Ban {
    /// How many requests beyond a limit are merely refused.
    pub after: u32,
    /// How long the first ban lasts. Each further one lasts twice as long as the one before.
    pub first_seconds: u32,
    /// How long a ban lasts at most.
    pub most_seconds: u32,
}

/// How an address is banned.
pub fn ban() -> &'static Ban {
    &BAN
}

/// Every limit.
pub fn limits() -> &'static [RateLimit] {
    &LIMITS
}

/// The limits that count requests to a path.
pub fn limits_of(path: &str) -> impl Iterator<Item = &'static RateLimit> {
    LIMITS.iter().filter(move |l| path.starts_with(l.prefix()))
}
