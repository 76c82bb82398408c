//! Text percent-encoded one way for signing and another for sending.

use std::borrow::Cow;

use super::parts::{Parts, name_value};
use super::{MOST_PARAMETERS, Made, Slip, slip};
use crate::signing::percent_decode;

/// A way to percent-encode: letters and digits stay, and what is in `keep`.
struct Style {
    how: &'static str,
    keep: &'static [u8],
    space: &'static [u8],
    upper: bool,
}

const fn style(how: &'static str, keep: &'static [u8], space: &'static [u8], upper: bool) -> Style {
    Style { how, keep, space, upper }
}

const STYLES: [Style; 11] = [
    style("signed as RFC 3986 has it, with upper-case hex", b"-._~", b"%20", true),
    style("signed with lower-case hex", b"-._~", b"%20", false),
    style("signed with `+` for a space", b"-._~", b"+", true),
    style("signed as URLSearchParams and Java's URLEncoder write it", b"*-._", b"+", true),
    style("signed as encodeURIComponent writes it", b"-_.!~*'()", b"%20", true),
    style("signed as encodeURI writes it", b"-_.!~*'();/?:@&=+$,#", b"%20", true),
    style("signed as Python's quote writes it, which leaves `/`", b"-._~/", b"%20", true),
    style("signed as axios writes it, which leaves `:$,[]`", b"-_.!~*'():$,[]", b"+", true),
    style("signed with lower-case hex and `+` for a space", b"!*()-._", b"+", false),
    style("signed with `[`, `]` and `,` as they are", b"-._~[],", b"%20", true),
    style("signed with `,`, `:` and `@` as they are", b"-._~,:@", b"%20", true),
];

impl Style {
    fn encode(&self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() * 3);
        for byte in text {
            match byte {
                b' ' => out.extend_from_slice(self.space),
                b if b.is_ascii_alphanumeric() || self.keep.contains(b) => out.push(*b),
                b if self.upper => out.extend(format!("%{b:02X}").into_bytes()),
                b => out.extend(format!("%{b:02x}").into_bytes()),
            }
        }
        out
    }
}

/// Changes name and value of each segment, but not the `=` between them.
fn each(parts: &Parts, change: impl Fn(&[u8]) -> Vec<u8>) -> Parts {
    parts.map(|_, s| halves(s, &change))
}

fn halves(segment: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (name, value) = name_value(segment);
    let mut out = change(name);
    if let Some(value) = value {
        out.push(b'=');
        out.extend(change(value));
    }
    out
}

/// `%XX` decoded, and `+` left as it is.
fn decode_percent(text: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(text).collect()
}

/// `%XX` decoded, and `+` a space.
fn decode_form(text: &[u8]) -> Vec<u8> {
    percent_decode(text).into_owned()
}

fn is_encoded(text: &[u8]) -> bool {
    text.windows(3).any(|w| matches!(w, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

/// Raw text signed; where what was sent still holds `%XX` after decoding, it was encoded twice.
fn raw(parts: &Parts) -> Made<Parts> {
    let name = |decoded: &Parts| {
        if decoded.segments().any(is_encoded) {
            slip("encoded-twice", "signed as encoded once, and encoded again for sending")
        } else {
            slip("signed-before-encoding", "")
        }
    };
    let decoded = [each(parts, decode_percent), each(parts, decode_form)];
    let again = decoded.clone().map(|d| {
        (slip("encoded-twice", "signed raw, and encoded twice for sending"), each(&d, decode_percent))
    });
    decoded.into_iter().map(|d| (name(&d), d)).chain(again).collect()
}

fn twice(parts: &Parts) -> Made<Parts> {
    let how = "encoded once more for signing than for sending";
    STYLES
        .iter()
        .take(3)
        .map(|style| (slip("encoded-twice", how), each(parts, |text| style.encode(text))))
        .collect()
}

fn restyled(parts: &Parts) -> Made<Parts> {
    let decoded =
        |style: &Style, decode: fn(&[u8]) -> Vec<u8>| each(parts, |text| style.encode(&decode(text)));
    let made = STYLES.iter().flat_map(|style| {
        let both = [decoded(style, decode_form), decoded(style, decode_percent)];
        both.map(|parts| (slip("encoded-two-ways", style.how), parts))
    });
    made.collect()
}

/// The hex digits of `%XX` in other letter case: some of the letters, in the first place, the second or both.
fn hex_case(parts: &Parts) -> Made<Parts> {
    let encoded: Vec<u8> = parts.segments().flatten().copied().collect();
    if !is_encoded(&encoded) {
        return Vec::new();
    }
    let sets = (1_u8..64)
        .flat_map(|letters| [(letters, true, true), (letters, true, false), (letters, false, true)]);
    let recased = sets.flat_map(|(letters, first, second)| {
        [u8::to_ascii_lowercase, u8::to_ascii_uppercase].map(|case| {
            let digit = |b: u8, on: bool| {
                let place = b.to_ascii_lowercase().wrapping_sub(b'a');
                if on && place < 6 && letters >> place & 1 == 1 { case(&b) } else { b }
            };
            parts.map(|_, s| hex_digits(s, |[a, b]| [digit(a, first), digit(b, second)]))
        })
    });
    recased
        .map(|parts| {
            (slip("encoded-two-ways", "signed with the hex digits of `%XX` in other letter case"), parts)
        })
        .collect()
}

fn hex_digits(text: &[u8], change: impl Fn([u8; 2]) -> [u8; 2]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut i = 0;
    while let Some(three) = out.get_mut(i..i + 3) {
        if let [b'%', a, b] = three
            && a.is_ascii_hexdigit()
            && b.is_ascii_hexdigit()
        {
            [*a, *b] = change([*a, *b]);
            i += 2;
        }
        i += 1;
    }
    out
}

/// One parameter alone encoded another way.
fn one_alone(parts: &Parts) -> Made<Parts> {
    if parts.len() > MOST_PARAMETERS {
        return Vec::new();
    }
    let changed =
        |i: usize, segment: Vec<u8>| parts.map(|j, s| if i == j { segment.clone() } else { s.to_vec() });
    let mut made = Vec::new();
    for (i, s) in parts.segments().enumerate() {
        let raw = halves(s, decode_percent);
        made.push((slip("signed-before-encoding", ""), changed(i, raw)));
        for style in &STYLES {
            let other = halves(s, |text| style.encode(&percent_decode(text)));
            made.push((slip("encoded-two-ways", style.how), changed(i, other)));
        }
    }
    made
}

fn different(parts: &Parts, made: Made<Parts>) -> Made<Parts> {
    let mut seen = std::collections::HashSet::from([parts.payload()]);
    made.into_iter().filter(|(_, p)| seen.insert(p.payload())).collect::<Vec<(Slip, Parts)>>()
}

/// The ways in which libraries differ.
pub(super) fn usual(parts: &Parts) -> Made<Parts> {
    let ways = [raw(parts), restyled(parts), twice(parts)];
    different(parts, ways.into_iter().flatten().collect())
}

/// Every way that is tried.
pub(super) fn all(parts: &Parts) -> Made<Parts> {
    let ways = [raw(parts), restyled(parts), twice(parts), hex_case(parts), one_alone(parts)];
    different(parts, ways.into_iter().flatten().collect())
}

/// The text as one encoded value.
pub(super) fn whole(text: &[u8]) -> Vec<u8> {
    STYLES.first().map_or(Cow::Borrowed(text), |style| Cow::Owned(style.encode(text))).into_owned()
}
