//! Bytes that were signed before, after or around the payload, and the payload's bytes written in another way.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::parts::{Parts, name_of, value_of};
use super::{Around, Made, encodings, slip};

/// Every way that is tried.
pub(super) fn all(payload: &[u8], parts: &Parts, around: &Around<'_>) -> Made<Vec<u8>> {
    let mut made = self::around(payload);
    made.extend(paths(payload, around));
    made.extend(methods(payload, parts, around));
    made.extend(rewritten(payload));
    made
}

/// What goes together with another slip.
pub(super) fn usual(payload: &[u8], around: &Around<'_>) -> Made<Vec<u8>> {
    let mut made = self::around(payload);
    for joint in ["?", ""] {
        let path = around.path;
        made.push((slip("payload-has-path", "path"), [path.as_bytes(), joint.as_bytes(), payload].concat()));
        let how = format!("`{}` and the path", around.method);
        let before = format!("{}{path}{joint}", around.method);
        made.push((slip("payload-has-method", how), [before.as_bytes(), payload].concat()));
    }
    made.extend(rewritten(payload));
    made
}

const PREFIX: [(&str, &str, &[u8]); 8] = [
    ("payload-leading-question-mark", "", b"?"),
    ("payload-stray-ampersand", "with an `&` before it", b"&"),
    ("payload-leading-question-mark", "", b"?&"),
    ("payload-has-signature", "`signature=&` before the parameters", b"signature=&"),
    ("payload-trailing-newline", "with a line end before it", b"\n"),
    ("payload-trailing-newline", "with a space before it", b" "),
    ("payload-wrong-charset", "UTF-8 with a byte order mark", b"\xef\xbb\xbf"),
    ("payload-has-path", "`/` before the parameters", b"/"),
];

const SUFFIX: [(&str, &str, &[u8]); 15] = [
    ("payload-trailing-newline", "with a line end after it (LF)", b"\n"),
    ("payload-trailing-newline", "with a line end after it (CR and LF)", b"\r\n"),
    ("payload-trailing-newline", "with a line end after it (CR)", b"\r"),
    ("payload-trailing-newline", "with two line ends after it", b"\n\n"),
    ("payload-trailing-newline", "with a space after it", b" "),
    ("payload-trailing-newline", "with a tab after it", b"\t"),
    ("payload-trailing-newline", "with a zero byte after it", b"\0"),
    ("payload-stray-ampersand", "with an `&` after it", b"&"),
    ("payload-stray-ampersand", "with a `?` after it", b"?"),
    ("payload-has-signature", "an empty `signature=`", b"&signature="),
    ("payload-has-signature", "`signature` without a value", b"&signature"),
    ("payload-has-signature", "the word `signature=undefined`", b"&signature=undefined"),
    ("payload-has-signature", "the word `signature=null`", b"&signature=null"),
    ("payload-has-signature", "the word `signature=None`", b"&signature=None"),
    ("payload-has-signature", "an empty `signature=`, joined without `&`,", b"signature="),
];

const BOTH: [(&str, &str, &[u8], &[u8]); 7] = [
    ("payload-is-json", "the payload in double quotes", b"\"", b"\""),
    ("payload-is-json", "the payload in single quotes", b"'", b"'"),
    ("payload-stray-ampersand", "with an `&` before and after it", b"&", b"&"),
    ("payload-leading-question-mark", "", b"?", b"\n"),
    ("payload-trailing-newline", "with quotes around it and a line end after it", b"\"", b"\"\n"),
    ("payload-trailing-newline", "with line ends around it", b"\n", b"\n"),
    ("payload-trailing-newline", "as `-n` and the payload: `sh` has an echo that takes no -n", b"-n ", b"\n"),
];

/// Some characters before or after the payload.
pub(super) fn around(payload: &[u8]) -> Made<Vec<u8>> {
    let before = PREFIX.iter().map(|(mistake, how, bytes)| (*mistake, *how, [bytes, payload].concat()));
    let after = SUFFIX.iter().map(|(mistake, how, bytes)| (*mistake, *how, [payload, bytes].concat()));
    let both =
        BOTH.iter().map(|(mistake, how, left, right)| (*mistake, *how, [left, payload, right].concat()));
    after.chain(before).chain(both).map(|(mistake, how, bytes)| (slip(mistake, how), bytes)).collect()
}

/// The path as clients write it, from the whole address down to its last word, and what they call it.
fn addresses(around: &Around<'_>) -> Vec<(&'static str, String)> {
    let path = around.path;
    let short = path.trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let versioned = path.splitn(3, '/').nth(2).unwrap_or_default();
    let mut all = vec![
        ("path", path.to_owned()),
        ("path", short.to_owned()),
        ("end of the path", format!("/{versioned}")),
        ("end of the path", versioned.to_owned()),
        ("last word of the path", last.to_owned()),
        ("last word of the path", format!("/{last}")),
    ];
    if let Some(base) = &around.base {
        let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
        all.push(("whole address", format!("{base}{path}")));
        all.push(("host and path", format!("{host}{path}")));
        all.push(("base address", base.clone()));
        all.push(("host", host.to_owned()));
    }
    all
}

const JOINTS: [&str; 6] = ["?", "", "&", "\n", " ", "|"];

fn paths(payload: &[u8], around: &Around<'_>) -> Made<Vec<u8>> {
    let mut made = Vec::new();
    for (what, address) in addresses(around) {
        for joint in JOINTS {
            made.push((
                slip("payload-has-path", what),
                [address.as_bytes(), joint.as_bytes(), payload].concat(),
            ));
        }
        made.push((slip("payload-has-path", what), [payload, address.as_bytes()].concat()));
    }
    made
}

fn methods(payload: &[u8], parts: &Parts, around: &Around<'_>) -> Made<Vec<u8>> {
    let timestamp = parts.segments().find(|s| name_of(s) == "timestamp").map(value_of).unwrap_or_default();
    let host = around.base.as_deref().and_then(|b| b.split_once("://")).map_or("", |(_, host)| host);
    let mut made = Vec::new();
    for method in [around.method.to_owned(), around.method.to_lowercase()] {
        let mut add = |how: String, text: String| {
            made.push((slip("payload-has-method", how), [text.as_bytes(), payload].concat()));
        };
        for joint in ["", " ", "\n", "&", "?", "|", ":", "+"] {
            add(format!("`{method}` before the parameters"), format!("{method}{joint}"));
            for path in [around.path, around.path.trim_start_matches('/')] {
                for second in JOINTS {
                    add(format!("`{method}` and the path"), format!("{method}{joint}{path}{second}"));
                }
            }
        }
        if let Some(base) = &around.base {
            // The base string of OAuth 1.
            let [address, encoded] = [format!("{base}{}", around.path).into_bytes(), payload.to_vec()]
                .map(|t| encodings::whole(&t));
            let text = [method.as_bytes(), b"&", &address, b"&", &encoded].concat();
            made.push((slip("payload-has-method", "the base string of OAuth"), text));
            for joint in ["", " ", "\n", "&"] {
                let before = format!("{method}{joint}{base}{}?", around.path);
                let how = format!("`{method}` and the whole address");
                made.push((slip("payload-has-method", how), [before.as_bytes(), payload].concat()));
            }
        }
        let mut add = |how: String, text: String| {
            made.push((slip("payload-has-method", how), [text.as_bytes(), payload].concat()));
        };
        for second in ["?", "", "\n"] {
            let path = around.path;
            add("time, method and path".to_owned(), format!("{timestamp}{method}{path}{second}"));
            add("method, host and path".to_owned(), format!("{method}\n{host}\n{path}\n"));
        }
    }
    made
}

/// The same text in other bytes.
fn rewritten(payload: &[u8]) -> Made<Vec<u8>> {
    let mut made = vec![
        (
            slip("encoded-twice", "the whole payload was encoded as one value before signing"),
            encodings::whole(payload),
        ),
        (
            slip("signature-hashed-twice", "the payload was hashed before the HMAC (hex)"),
            hex::encode(Sha256::digest(payload)).into_bytes(),
        ),
        (
            slip("signature-hashed-twice", "the payload was hashed before the HMAC (bytes)"),
            Sha256::digest(payload).to_vec(),
        ),
        (slip("payload-wrong-charset", "base64"), STANDARD.encode(payload).into_bytes()),
        (slip("payload-wrong-charset", "hex"), hex::encode(payload).into_bytes()),
    ];
    let Ok(text) = std::str::from_utf8(payload) else { return made };
    made.push((slip("payload-case-changed", "in lower case"), text.to_lowercase().into_bytes()));
    made.push((slip("payload-case-changed", "in upper case"), text.to_uppercase().into_bytes()));
    let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let wide = |to: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| to(u32::from(c))).collect::<Vec<u8>>();
    let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
    let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
    let charsets = [
        ("UTF-16 with a byte order mark", marked(b"\xff\xfe", &little)),
        ("UTF-16, big-endian, with a byte order mark", marked(b"\xfe\xff", &big)),
        ("UTF-16", little),
        ("UTF-16, big-endian", big),
        ("UTF-32", wide(u32::to_le_bytes)),
        ("UTF-32, big-endian", wide(u32::to_be_bytes)),
        ("UTF-32 with a byte order mark", marked(b"\xff\xfe\0\0", &wide(u32::to_le_bytes))),
    ];
    made.extend(charsets.map(|(how, bytes)| (slip("payload-wrong-charset", how), bytes)));
    if !text.is_ascii() {
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        made.push((slip("payload-wrong-charset", "Latin-1"), latin));
    }
    made
}
