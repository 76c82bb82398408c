//! Parameters that were added, left out or changed between signing and sending.

use super::parts::{Parts, name_of, name_value, segment, text, value_of};
use super::{Around, Made, Slip, slip};
use crate::catalogue::{Parameter, ParameterType};

/// What a language prints for a value that is not there.
const UNSET: [&str; 8] = ["", "undefined", "null", "None", "NaN", "nil", "nan", "NULL"];

/// More parameters than this are not left out two at a time: the pairs would grow with their square.
const MOST_FOR_TWO: usize = 24;

pub(super) fn is_unset(segment: &[u8]) -> bool {
    UNSET.contains(&value_of(segment).as_str())
}

/// What goes together with another slip: a parameter that was sent and not signed, and a clock read twice.
pub(super) fn usual(parts: &Parts) -> Made<Parts> {
    let mut made = without_one(parts);
    made.extend(without_unset(parts));
    let times = Times::of(parts);
    made.extend(times.iter().flat_map(|times| {
        let nearby = (1..=NEARBY_MS).flat_map(|ms| [-ms, ms]).map(|ms| times.sent + ms * times.unit());
        nearby.map(|signed| (times.slip(signed), times.parts(parts, signed)))
    }));
    made
}

/// How far apart two readings of the clock most likely are.
const NEARBY_MS: i64 = 3;

/// Parameters that were sent and not signed, and letter case in values.
pub(super) fn common(parts: &Parts) -> Made<Parts> {
    let mut made = without_one(parts);
    made.extend(without_unset(parts));
    made.extend(first_ones(parts));
    made.extend(recased(parts));
    made.extend(renamed(parts));
    made.extend(respaced(parts));
    made
}

fn without_one(parts: &Parts) -> Made<Parts> {
    let segments = parts.segments().enumerate();
    segments.map(|(i, s)| (added(&[s]), parts.without(|j, _| i == j))).collect()
}

/// What it means that these were sent and not signed.
fn added(segments: &[&[u8]]) -> Slip {
    let names: Vec<String> = segments.iter().map(|s| format!("`{}`", name_of(s))).collect();
    match segments {
        [one] if name_of(one) == "timestamp" => slip("signed-without-timestamp", "`timestamp` was"),
        [one] if is_unset(one) => slip("unset-value-sent", format!("`{}`", text(one))),
        [_] => slip("parameter-added-after-signing", format!("{} was", names.join(""))),
        some if some.iter().any(|s| name_of(s) == "timestamp") => {
            slip("signed-without-timestamp", format!("{} were", names.join(", ")))
        }
        _ => slip("parameter-added-after-signing", format!("{} were", names.join(", "))),
    }
}

fn without_unset(parts: &Parts) -> Made<Parts> {
    let unset: Vec<String> =
        parts.segments().filter(|s| is_unset(s)).map(|s| format!("`{}`", text(s))).collect();
    if unset.len() < 2 {
        return Vec::new();
    }
    vec![(slip("unset-value-sent", unset.join(", ")), parts.without(|_, s| is_unset(s)))]
}

/// The first parameters alone, or the last: the others were put behind or before them later.
fn first_ones(parts: &Parts) -> Made<Parts> {
    let made = (1..parts.len().saturating_sub(1)).flat_map(|kept| {
        let later: Vec<&[u8]> = parts.segments().skip(kept).collect();
        let earlier: Vec<&[u8]> = parts.segments().take(kept).collect();
        [(added(&later), parts.without(|i, _| i >= kept)), (added(&earlier), parts.without(|i, _| i < kept))]
    });
    made.collect()
}

/// Two parameters that were sent and not signed.
pub(super) fn without_two(parts: &Parts) -> Made<Parts> {
    if parts.len() > MOST_FOR_TWO {
        return Vec::new();
    }
    let segments: Vec<&[u8]> = parts.segments().collect();
    let pairs = segments.iter().enumerate().flat_map(|(i, a)| {
        let later = segments.iter().enumerate().skip(i + 1);
        later.map(move |(j, b)| (added(&[a, b]), (i, j)))
    });
    pairs.map(|(slip, (a, b))| (slip, parts.without(|i, _| i == a || i == b))).collect()
}

/// Letter case of one value, or of the value as Python and JavaScript write it.
fn recased(parts: &Parts) -> Made<Parts> {
    let mut made = Vec::new();
    for (i, s) in parts.segments().enumerate() {
        let (name, Some(value)) = name_value(s) else { continue };
        let Ok(value) = std::str::from_utf8(value) else { continue };
        let mut rest = value.chars();
        let capital: String = rest.next().map(|c| c.to_uppercase().chain(rest).collect()).unwrap_or_default();
        let forms = [
            ("in lower case", value.to_lowercase()),
            ("in upper case", value.to_uppercase()),
            ("with a capital", capital),
            (
                "with a capital alone",
                value
                    .get(..1)
                    .map(|c| c.to_uppercase() + &value.get(1..).unwrap_or_default().to_lowercase())
                    .unwrap_or_default(),
            ),
        ];
        for (how, changed) in forms {
            if changed != value && !value.contains('%') {
                let how = format!("with `{}` {how}: `{changed}`", text(name));
                let other = segment(name, changed.as_bytes());
                let parts = parts.map(|j, s| if i == j { other.clone() } else { s.to_vec() });
                made.push((slip("payload-case-changed", how), parts));
            }
        }
    }
    made
}

/// Names in lower case: of all, or of one.
fn renamed(parts: &Parts) -> Made<Parts> {
    let lower = |s: &[u8]| {
        let (name, value) = name_value(s);
        segment(&name.to_ascii_lowercase(), value.unwrap_or_default())
    };
    let mut made =
        vec![(slip("payload-case-changed", "with the names in lower case"), parts.map(|_, s| lower(s)))];
    for (i, s) in parts.segments().enumerate().filter(|(_, s)| lower(s) != **s) {
        let how = format!("with the name `{}` in lower case", name_of(s));
        made.push((
            slip("payload-case-changed", how),
            parts.map(|j, s| if i == j { lower(s) } else { s.to_vec() }),
        ));
    }
    made
}

/// A JSON list written with spaces, with single quotes, or bare.
fn respaced(parts: &Parts) -> Made<Parts> {
    let mut made = Vec::new();
    for (i, s) in parts.segments().enumerate() {
        let list: Result<Vec<serde_json::Value>, _> = serde_json::from_str(&value_of(s));
        let Ok(list) = list else { continue };
        let items: Vec<String> = list.iter().map(ToString::to_string).collect();
        let bare: Vec<String> = items.iter().map(|s| s.replace('"', "")).collect();
        let single: Vec<String> = items.iter().map(|s| s.replace('"', "'")).collect();
        let forms = [
            format!("[{}]", items.join(", ")),
            format!("[{}]", items.join(",")),
            format!("[{}]", single.join(", ")),
            bare.join(","),
            format!("[{}]", bare.join(",")),
        ];
        let (name, _) = name_value(s);
        for form in forms {
            let encoded = crate::signing::percent_encode(&form);
            for value in [encoded, form.clone()] {
                let how = format!("`{}` was signed as `{value}`", text(name));
                let other = segment(name, value.as_bytes());
                let parts = parts.map(|j, s| if i == j { other.clone() } else { s.to_vec() });
                made.push((slip("encoded-two-ways", how), parts));
            }
        }
    }
    made
}

/// The timestamp of a request, and what is around it in the payload.
pub(super) struct Times {
    index: usize,
    sent: i64,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Times {
    /// `None` if there is no timestamp, or one that is no number.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let (index, segment) = parts.segments().enumerate().find(|(_, s)| name_of(s) == "timestamp")?;
        let sent = value_of(segment).parse().ok().filter(|ms: &i64| *ms > 0)?;
        // No byte of a query string or form is zero.
        let marked = parts.map(|i, s| if i == index { vec![0] } else { s.to_vec() }).payload();
        let mut halves = marked.splitn(2, |b| *b == 0).map(<[u8]>::to_vec);
        Some(Self { index, sent, before: halves.next()?, after: halves.next()? })
    }

    /// How many units of the timestamp a millisecond is: 16 digits or more are microseconds.
    fn unit(&self) -> i64 {
        if self.sent >= 1_000_000_000_000_000 { 1000 } else { 1 }
    }

    /// Other timestamps, up to `reach_ms` away, nearest first, each with its payload.
    pub(super) fn nearby(&self, reach_ms: u32) -> impl Iterator<Item = (i64, Vec<u8>)> {
        let unit = self.unit();
        let whole = (1..=i64::from(reach_ms)).map(move |ms| ms * unit);
        let others = (1..unit).chain(whole).flat_map(|distance| [-distance, distance]);
        others.map(|distance| {
            let signed = self.sent.saturating_add(distance);
            (signed, [self.before.as_slice(), format!("timestamp={signed}").as_bytes(), &self.after].concat())
        })
    }

    fn parts(&self, parts: &Parts, signed: i64) -> Parts {
        let other = format!("timestamp={signed}").into_bytes();
        parts.map(|i, s| if i == self.index { other.clone() } else { s.to_vec() })
    }

    /// What it means that this timestamp was signed.
    pub(super) fn slip(&self, signed: i64) -> Slip {
        let (distance, side) =
            (self.sent.abs_diff(signed), if signed < self.sent { "earlier" } else { "later" });
        let unit = if self.unit() == 1 { "ms" } else { "µs" };
        let how = format!("`timestamp` was signed as {signed}, {distance} {unit} {side} than the one sent");
        slip("timestamp-taken-twice", how)
    }
}

/// Parameters that may have been signed and then dropped: those that the endpoint takes, with usual values.
pub(super) fn restored(parts: &Parts, around: &Around<'_>) -> Made<Parts> {
    let sent: Vec<String> = parts.segments().map(name_of).collect();
    let missing = around.endpoint.parameters().filter(|p| !sent.iter().any(|name| name == p.name()));
    let mut likely: Vec<String> =
        missing.flat_map(|p| values(p).into_iter().map(|v| format!("{}={v}", p.name()))).collect();
    let windows = ["5000", "6000", "10000", "15000", "20000", "30000", "50000", "59999", "60000"];
    if !sent.iter().any(|name| name == "recvWindow") {
        likely.extend(windows.map(|w| format!("recvWindow={w}")));
    }
    if let Some(key) = around.api_key {
        likely.extend(["apiKey", "api_key", "X-MBX-APIKEY"].map(|name| format!("{name}={key}")));
    }
    // A parameter that was put in twice, and sent once.
    likely.extend(parts.segments().map(text));
    let made = likely.iter().flat_map(|segment| {
        let name = segment.split('=').next().unwrap_or_default();
        let slip = slip("parameter-dropped-after-signing", format!("`{}`", shown(name, segment)));
        (0..=parts.len()).map(move |i| (slip.clone(), parts.with(i, segment.as_bytes())))
    });
    made.collect()
}

/// A key is named and not shown.
fn shown<'a>(name: &'a str, segment: &'a str) -> &'a str {
    if name.to_ascii_lowercase().ends_with("key") { name } else { segment }
}

/// Values that a client fills in, or leaves unset.
fn values(parameter: &Parameter) -> Vec<String> {
    let own = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    let mut values = match parameter.kind() {
        _ if parameter.name() == "symbol" => own(&SYMBOLS),
        ParameterType::Enum => parameter.values().map(str::to_owned).collect(),
        ParameterType::Boolean => own(&["true", "false", "TRUE", "FALSE", "True", "False"]),
        ParameterType::Integer => {
            own(&["0", "1", "2", "3", "5", "10", "20", "25", "50", "100", "200", "500", "1000"])
        }
        _ => Vec::new(),
    };
    values.extend(parameter.default().map(str::to_owned));
    values.extend(UNSET.map(str::to_owned));
    values
}

/// Symbols that stand in examples and first scripts.
const SYMBOLS: [&str; 24] = [
    "BTCUSDT",
    "ETHUSDT",
    "BNBUSDT",
    "BNBBTC",
    "LTCBTC",
    "ETHBTC",
    "ARKBTC",
    "ADABTC",
    "XRPUSDT",
    "SOLUSDT",
    "SOLUSDC",
    "DOGEUSDT",
    "ADAUSDT",
    "BTCUSDC",
    "ETHUSDC",
    "BTCFDUSD",
    "LTCUSDT",
    "TRXUSDT",
    "LINKUSDT",
    "SHIBUSDT",
    "DOTUSDT",
    "AVAXUSDT",
    "MATICUSDT",
    "PEPEUSDT",
];
