use super::LIMITS;
use crate::data::Text;

/// How much may be used of something in an interval.
pub struct Limit {
    pub(super) prefix: Text,
    pub(super) kind: Text,
    pub(super) interval: Text,
    pub(super) most: u32,
}

impl Limit {
    /// What is counted: `weight`, `orders`, `sapi_ip` or `sapi_uid`.
    pub fn kind(&self) -> &'static str {
        self.kind.as_str()
    }

    /// The interval as the answers' headers name it, such as `1M`.
    pub fn interval(&self) -> &'static str {
        self.interval.as_str()
    }

    /// The most that is served in an interval.
    pub fn most(&self) -> u64 {
        u64::from(self.most)
    }

    /// Whether it is one for this path.
    pub fn is_for(&self, path: &str) -> bool {
        path.strip_prefix(self.prefix.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Every known limit.
pub fn limits() -> &'static [Limit] {
    &LIMITS
}
