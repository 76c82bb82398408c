/// A time as `2026-03-01T00:00:00.000+0000`, from milliseconds since the epoch.
pub(super) fn iso(ms: i64) -> String {
    let (day, ms) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = date(day);
    let (h, m, s, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{ms:03}+0000")
}

/// Year, month and day of a number of days since the epoch, in the Gregorian calendar. Years are counted from March, so
/// that the leap day is the last of its year, and in eras of 400 years, which all have the same number of days.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn times_are_written_in_the_gregorian_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00.000+0000"),
            (-1, "1969-12-31T23:59:59.999+0000"),
            (951_782_400_000, "2000-02-29T00:00:00.000+0000"),
            (1_499_827_319_559, "2017-07-12T02:41:59.559+0000"),
            (1_772_323_200_000, "2026-03-01T00:00:00.000+0000"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000+0000"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000+0000"),
        ];
        for (ms, text) in cases {
            assert_eq!(iso(ms), text);
        }
    }
}
