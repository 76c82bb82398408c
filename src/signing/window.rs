use std::fmt;
use std::str::FromStr;

/// The exchange's largest `recvWindow`, in milliseconds.
const MAX_MS: u32 = 60_000;

/// How long after its timestamp a request stays valid: milliseconds with at most three decimals, up to 60000.
/// Source: Spot REST documentation, "Timing security". Kept as the text it was given as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvWindow(String);

impl RecvWindow {
    /// What counts where a request does not say, in milliseconds.
    pub const DEFAULT: &str = "5000";

    /// The window in microseconds.
    pub fn as_micros(&self) -> i64 {
        let (whole, decimals) = self.0.split_once('.').unwrap_or((&self.0, ""));
        // Both are digits, and few: neither can fail.
        let part = |digits: &str| digits.parse::<i64>().unwrap_or_default();
        let unit = [1000, 100, 10].get(decimals.len()).copied().unwrap_or(1);
        part(whole) * 1000 + part(decimals) * unit
    }

    /// The text, as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecvWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RecvWindow {
    type Err = RecvWindowError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || RecvWindowError::Malformed(text.to_owned());
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
            return Err(malformed());
        }
        let over = || RecvWindowError::TooLarge(text.to_owned());
        let ms: u32 = whole.parse().map_err(|_| over())?;
        if ms > MAX_MS || (ms == MAX_MS && decimals.bytes().any(|b| b != b'0')) {
            return Err(over());
        }
        Ok(Self(text.to_owned()))
    }
}

/// Why a text is no `recvWindow`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecvWindowError {
    /// Not milliseconds.
    #[error("`{0}` is no recvWindow; it is milliseconds with at most three decimals, such as 5000")]
    Malformed(String),
    /// Over the limit.
    #[error("recvWindow `{0}` is over the exchange's limit of {MAX_MS} ms")]
    TooLarge(String),
}
