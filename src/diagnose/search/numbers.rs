//! Numbers written one way for signing and another for sending.

use super::parts::{Parts, name_of, segment, value_of};
use super::{Made, slip};
use crate::text::is_decimal;

/// More combinations than this are not tried.
const MOST: usize = 3_000;

/// Every number in every other writing, and the numbers of a request together.
pub(super) fn all(parts: &Parts) -> Made<Parts> {
    let choices: Vec<Vec<String>> = parts.segments().map(|s| writings(&name_of(s), &value_of(s))).collect();
    let mut rows: Vec<Vec<usize>> = vec![vec![]];
    for choice in &choices {
        let room = rows.len() * choice.len().max(1) <= MOST;
        // Where it would become too many, the rest stay as they are.
        let count = if room { choice.len().max(1) } else { 1 };
        rows = rows.iter().flat_map(|row| (0..count).map(move |i| [row.as_slice(), &[i]].concat())).collect();
    }
    rows.iter()
        .filter(|row| row.iter().any(|i| *i > 0))
        .filter_map(|row| rewritten(parts, &choices, row))
        .collect()
}

fn rewritten(parts: &Parts, choices: &[Vec<String>], row: &[usize]) -> Option<(super::Slip, Parts)> {
    let mut changes = Vec::new();
    let other = parts.map(|i, s| {
        let chosen = row.get(i).filter(|n| **n > 0).and_then(|n| choices.get(i)?.get(*n));
        let Some(value) = chosen else { return s.to_vec() };
        let name = name_of(s);
        changes.push(format!("`{name}` was signed as {value} and sent as {}", value_of(s)));
        segment(name.as_bytes(), value.as_bytes())
    });
    (!changes.is_empty()).then(|| (slip("number-reformatted", changes.join("; ")), other))
}

/// The number as it was sent, first, and as other programs write it. Nothing else is rewritten.
fn writings(name: &str, value: &str) -> Vec<String> {
    let known = !["timestamp", "recvWindow", "signature"].contains(&name);
    if !known || !is_decimal(value) || value.len() > 30 {
        return vec![value.to_owned()];
    }
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let whole = Some(whole.trim_start_matches('0')).filter(|w| !w.is_empty()).unwrap_or("0");
    let shortest = decimals.trim_end_matches('0');
    let mut all = vec![value.to_owned()];
    let plain = if shortest.is_empty() { whole.to_owned() } else { format!("{whole}.{shortest}") };
    all.push(plain);
    all.push(format!("{whole}.{}", if shortest.is_empty() { "0" } else { shortest }));
    for places in 1..=8 {
        if places > shortest.len() {
            all.push(format!("{whole}.{shortest:0<places$}"));
        }
    }
    if !decimals.is_empty() {
        all.push(value.replace('.', ","));
    }
    if whole.len() > 3 {
        let (head, tail) =
            value.split_once('.').map_or((value, String::new()), |(h, t)| (h, format!(".{t}")));
        let groups: Vec<&str> =
            head.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
        all.push(groups.join(",") + &tail);
    }
    let digits = whole.trim_end_matches('0');
    if shortest.is_empty() && digits.len() == 1 && whole.len() > 1 {
        let exponent = whole.len() - 1;
        all.extend([
            format!("{digits}e{exponent}"),
            format!("{digits}e+{exponent:02}"),
            format!("{digits}E{exponent}"),
            format!("{digits}.0E{exponent}"),
        ]);
    }
    if whole == "0" && !shortest.is_empty() {
        all.push(format!(".{shortest}"));
        all.extend(exponents(shortest));
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|writing| seen.insert(writing.clone()));
    all
}

/// `0.0001` as JavaScript, Python and Java write it.
fn exponents(decimals: &str) -> Vec<String> {
    let digits = decimals.trim_start_matches('0');
    let exponent = decimals.len() - digits.len() + 1;
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let (mantissa, point) = if rest.is_empty() {
        (first.to_owned(), format!("{first}.0"))
    } else {
        (format!("{first}.{rest}"), format!("{first}.{rest}"))
    };
    vec![
        format!("{mantissa}e-{exponent}"),
        format!("{mantissa}e-{exponent:02}"),
        format!("{mantissa}E-{exponent}"),
        format!("{point}E-{exponent}"),
        format!("{point}e-{exponent:02}"),
    ]
}
