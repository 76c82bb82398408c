//! What may have been used in place of the secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Slip, slip};
use crate::signing::SecretKey;

/// A slip and the bytes that were the key of the HMAC. They are wiped: each is most of a secret.
type Made = Vec<(Slip, Zeroizing<Vec<u8>>)>;

const AROUND: [(&str, &str, &str, &str); 25] = [
    ("secret-whitespace", "with two line ends after it", "", "\n\n"),
    ("secret-whitespace", "with two spaces after it", "", "  "),
    ("secret-whitespace", "with a space and a line end after it", "", " \n"),
    ("secret-quoted", "with double quotes around it and a line end after it", "\"", "\"\n"),
    ("secret-quoted", "with single quotes around it and a line end after it", "'", "'\n"),
    ("secret-whitespace", "with a line end after it (LF)", "", "\n"),
    ("secret-whitespace", "with a line end after it (CR and LF)", "", "\r\n"),
    ("secret-whitespace", "with a line end after it (CR)", "", "\r"),
    ("secret-whitespace", "with a space after it", "", " "),
    ("secret-whitespace", "with a space before it", " ", ""),
    ("secret-whitespace", "with spaces around it", " ", " "),
    ("secret-whitespace", "with a tab after it", "", "\t"),
    ("secret-whitespace", "with a tab before it", "\t", ""),
    ("secret-whitespace", "with a line end before it", "\n", ""),
    ("secret-whitespace", "with line ends around it", "\n", "\n"),
    ("secret-whitespace", "with a byte order mark before it", "\u{feff}", ""),
    ("secret-whitespace", "with a no-break space after it", "", "\u{a0}"),
    ("secret-whitespace", "with a zero-width space after it", "", "\u{200b}"),
    ("secret-whitespace", "with a zero byte after it", "", "\0"),
    ("secret-quoted", "with double quotes around it", "\"", "\""),
    ("secret-quoted", "with single quotes around it", "'", "'"),
    ("secret-quoted", "with backticks around it", "`", "`"),
    ("secret-quoted", "with angle brackets around it", "<", ">"),
    ("secret-quoted", "with typographic quotes around it", "“", "”"),
    ("secret-quoted", "as Python shows bytes, with b'…' around it", "b'", "'"),
];

/// Half a pair of quotes, and signs that a config file's syntax left.
const HALVES: [(&str, &str, &str); 9] = [
    ("with a double quote after it", "", "\""),
    ("with a double quote before it", "\"", ""),
    ("with a single quote after it", "", "'"),
    ("with a single quote before it", "'", ""),
    ("with a comma after it", "", ","),
    ("with a semicolon after it", "", ";"),
    ("with `=` before it", "=", ""),
    ("with `=` after it", "", "="),
    ("with `&` after it, as OAuth has it", "", "&"),
];

const WORDS: [&str; 30] = [
    "undefined",
    "null",
    "None",
    "NaN",
    "nil",
    "false",
    "true",
    "secret",
    "SECRET",
    "secret_key",
    "SECRET_KEY",
    "secretKey",
    "api_secret",
    "API_SECRET",
    "apiSecret",
    "YOUR_SECRET_KEY",
    "YOUR_API_SECRET",
    "your_secret_key",
    "your_api_secret",
    "<secret>",
    "$SECRET",
    "$SECRET_KEY",
    "$API_SECRET",
    "${SECRET_KEY}",
    "${API_SECRET}",
    "BINANCE_SECRET_KEY",
    "BINANCE_API_SECRET",
    "$BINANCE_SECRET_KEY",
    "$BINANCE_API_SECRET",
    "[object Object]",
];

fn key(bytes: impl Into<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.into())
}

/// What is tried together with a slip in the payload.
pub(super) fn usual(secret: &SecretKey, api_key: Option<&str>) -> Made {
    let text = secret.expose();
    let around = |left: &str, right: &str| key([left, text, right].concat());
    let mut made: Made =
        AROUND.iter().map(|(mistake, how, l, r)| (slip(mistake, *how), around(l, r))).collect();
    made.extend(HALVES.iter().map(|(how, l, r)| (slip("secret-quoted", *how), around(l, r))));
    made.extend(api_key.map(|k| (slip("signed-with-api-key", ""), key(k))));
    made.push((slip("secret-empty", "empty"), key("")));
    made.extend(decoded(text));
    made
}

/// Everything that is tried.
pub(super) fn all(secret: &SecretKey, api_key: Option<&str>) -> Made {
    let mut made = usual(secret, api_key);
    made.extend(WORDS.map(|word| (slip("secret-empty", format!("the word `{word}`")), key(word))));
    made.extend(cut(secret.expose()));
    made
}

/// Decoded, encoded, hashed or in other letter case.
fn decoded(text: &str) -> Made {
    let base64 = STANDARD.decode(text).ok().map(|bytes| ("decoded from base64", bytes));
    // JavaScript and PHP read hex as far as it goes.
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let hexed: Vec<u8> = pairs.collect();
    let hex = (!hexed.is_empty()).then_some(("decoded from hex", hexed));
    let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let others = [
        ("encoded in base64", STANDARD.encode(text).into_bytes()),
        ("written in hex", hex::encode(text).into_bytes()),
        ("hashed (SHA-256, bytes)", Sha256::digest(text).to_vec()),
        ("hashed (SHA-256, hex)", hex::encode(Sha256::digest(text)).into_bytes()),
        ("written in lower case", text.to_lowercase().into_bytes()),
        ("written in upper case", text.to_uppercase().into_bytes()),
        ("written in UTF-16", units(u16::to_le_bytes)),
        ("written in UTF-16, big-endian", units(u16::to_be_bytes)),
        ("turned round", text.bytes().rev().collect()),
    ];
    base64
        .into_iter()
        .chain(hex)
        .chain(others)
        .map(|(how, bytes)| (slip("secret-decoded", how), key(bytes)))
        .collect()
}

/// Some characters missing at one end. How many is told, not which.
fn cut(text: &str) -> Made {
    let mut made = Vec::new();
    for missing in 1..text.len() {
        let how = |place: &str| {
            let plural = if missing == 1 { "its {} character" } else { "its {} characters" };
            let place = if missing == 1 { place.to_owned() } else { format!("{place} {missing}") };
            format!("without {}", plural.replace("{}", &place))
        };
        if let (Some(front), Some(back)) = (text.get(..text.len() - missing), text.get(missing..)) {
            made.push((slip("secret-truncated", how("last")), key(front)));
            made.push((slip("secret-truncated", how("first")), key(back)));
        }
    }
    made
}
