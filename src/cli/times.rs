//! Points in time as people write them; what is sent is milliseconds since 1970.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Milliseconds since 1970 from: milliseconds, RFC 3339 with an offset or `Z`, a date (its beginning in UTC), or a span back
/// from now such as `90s`, `30m`, `2h`, `7d`, `1w`. `None` if the text is none of these.
pub fn milliseconds(text: &str, now_ms: i64) -> Option<i64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    if let Some(span) = span_ms(text) {
        return now_ms.checked_sub(span);
    }
    if let Ok(date) = text.parse::<Date>()
        && text.len() == "2026-01-31".len()
    {
        return TimeZone::UTC.to_timestamp(date.into()).ok().map(Timestamp::as_millisecond);
    }
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// A time for people: `2026-03-01T00:00:00Z`.
pub fn shown(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    at.unwrap_or_else(|_| ms.to_string())
}

/// The length of a span such as `90s`, `30m`, `2h`, `7d`, `1w`, in milliseconds.
pub fn span_ms(text: &str) -> Option<i64> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: i64 = count.parse().ok().filter(|n| *n >= 0)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    count.checked_mul(seconds)?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_772_323_200_000;

    #[test]
    fn people_write_times_in_several_ways() {
        let cases = [
            ("1499827319559", Some(1_499_827_319_559)),
            ("0", Some(0)),
            ("2026-03-01", Some(NOW)),
            ("2026-03-01T00:00:00Z", Some(NOW)),
            ("2026-03-01T01:30:00.250+01:30", Some(NOW + 250)),
            ("90s", Some(NOW - 90_000)),
            ("30m", Some(NOW - 1_800_000)),
            ("2h", Some(NOW - 7_200_000)),
            ("7d", Some(NOW - 604_800_000)),
            ("1w", Some(NOW - 604_800_000)),
            ("2026-03-01T00:00:00", None),
            ("2026-13-01", None),
            ("yesterday", None),
            ("-2h", None),
            ("2M", None),
            ("", None),
            ("9999999999999999999999", None),
        ];
        for (text, expected) in cases {
            assert_eq!(milliseconds(text, NOW), expected, "{text}");
        }
    }

    #[test]
    fn a_time_is_shown_in_utc() {
        for (ms, text) in [(NOW, "2026-03-01T00:00:00Z"), (i64::MAX, "9223372036854775807")] {
            assert_eq!(shown(ms), text);
        }
    }
}
