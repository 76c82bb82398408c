//! `--watch`: repeats a read, within the limits.

use std::io::Write as _;
use std::time::Duration;

use crate::cli::exit::Failure;
use crate::cli::target::Target;
use crate::cli::times;
use crate::signing::Parameters;

/// What one minute of watching may cost: half of the smallest limit of any product, so that other programs have room.
/// Source: the exchange information of USD-M futures, 2400 request weight a minute.
const WEIGHT_A_MINUTE: u64 = 1200;

/// Moves the cursor to the top and erases what is below it.
const CLEAR: &str = "\x1b[H\x1b[J";

/// The time between two requests.
///
/// # Errors
/// A usage failure if the text is no span, the target changes something, or its weight would use the limit up.
pub fn interval(text: &str, target: &Target, sent: &Parameters) -> Result<Duration, Failure> {
    if target.changes {
        return Err(Failure::usage(format!(
            "{} changes something, and only reads are repeated",
            target.name()
        ))
        .with_fix("leave out --watch"));
    }
    let span = times::span_ms(text).and_then(|ms| u64::try_from(ms).ok()).filter(|ms| *ms > 0);
    let interval = span.map(Duration::from_millis).ok_or_else(|| {
        Failure::usage(format!("--watch is no time span: {text}")).with_fix("write 5s, 2m or 1h; at least 1s")
    })?;
    // Where the exchange does not say, a call counts as one.
    let weight = target.endpoint.and_then(|e| e.weight_of(|name| sent.get(name))).map_or(1, u64::from);
    let least = Duration::from_millis(weight * 60_000 / WEIGHT_A_MINUTE);
    if interval < least {
        let message = format!("every {text} is too often for {}, whose weight is {weight}", target.name());
        return Err(Failure::usage(message).with_fix(format!("write at least {}s", least.as_secs() + 1)));
    }
    Ok(interval)
}

/// Shows one answer: in the place of the one before on a terminal, below it elsewhere.
///
/// # Errors
/// Those of stdout.
pub fn show(answer: &[u8], terminal: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if terminal {
        out.write_all(CLEAR.as_bytes())?;
    }
    out.write_all(answer)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn at(line: &str, text: &str) -> Result<Duration, Failure> {
        let (command, sent) = line.split_once(' ').unwrap_or((line, ""));
        let sent = sent.split_once('=').into_iter().collect();
        interval(text, &Target::from(catalogue::find("spot", command).unwrap()), &sent)
    }

    #[test]
    fn a_read_is_repeated_no_more_often_than_its_weight_allows() {
        let cases = [
            ("ping", "1s", Some(1)),
            ("ping", "2m", Some(120)),
            ("account", "1s", Some(1)),
            ("rate-limit-order", "1s", None),
            ("rate-limit-order", "2s", Some(2)),
            ("open-orders symbol=ARKBTC", "1s", Some(1)),
            ("open-orders", "1s", None),
            ("open-orders", "4s", Some(4)),
            ("ping", "0s", None),
            ("ping", "5", None),
            ("ping", "s", None),
            ("new-order", "5s", None),
        ];
        for (command, text, seconds) in cases {
            assert_eq!(at(command, text).ok().map(|d| d.as_secs()), seconds, "{command} {text}");
        }
    }
}
