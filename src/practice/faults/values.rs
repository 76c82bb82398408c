//! The values of options.

use std::time::Duration;

/// `500ms`, `2s`, `1.5s`; an hour at most.
pub(super) fn latency(text: &str) -> Option<Duration> {
    const HOUR: u64 = 3_600_000_000;
    micros(text).filter(|us| *us <= HOUR).map(Duration::from_micros)
}

/// A time with its sign, in microseconds.
pub(super) fn offset(text: &str) -> Option<i64> {
    let size = |text| i64::try_from(micros(text)?).ok();
    match text.strip_prefix('-') {
        Some(back) => size(back).map(|us| -us),
        None => size(text.strip_prefix('+')?),
    }
}

/// A number above 0 and at most 1, in billionths.
pub(super) fn chance(text: &str) -> Option<u64> {
    const ONE: u64 = 1_000_000_000;
    scaled(text, ONE).filter(|n| (1..=ONE).contains(n))
}

/// A time with its unit, in microseconds; at most some thirty years.
fn micros(text: &str) -> Option<u64> {
    const MOST: u64 = 1_000_000_000_000_000;
    let us = match text.strip_suffix("ms") {
        Some(ms) => scaled(ms, 1000),
        None => scaled(text.strip_suffix('s')?, 1_000_000),
    };
    us.filter(|us| *us <= MOST)
}

/// A decimal number in units of one by `scale`, which is a power of ten; nothing if that is no whole number.
fn scaled(text: &str, scale: u64) -> Option<u64> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    let mut units = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    let mut place = scale;
    for digit in decimals.bytes().map(|b| u64::from(b - b'0')) {
        place /= 10;
        if place == 0 && digit > 0 {
            return None;
        }
        units = units.checked_add(digit * place)?;
    }
    Some(units)
}
