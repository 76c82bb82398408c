use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{SecretKey, mask, percent_decode};

/// Longer runs of letters and digits than any id has: a key, a secret or a signature.
const LONG: usize = 40;
/// How many hex digits an HMAC-SHA-256 has.
const SIGNATURE: usize = 64;
/// The shortest part of a secret that is taken for one.
const PART: usize = 10;

/// Hides keys, secrets and signatures in foreign text, however they are written there.
#[derive(Default)]
pub struct Masker {
    keys: Vec<String>,
    secrets: Vec<SecretKey>,
    /// The parts of secrets, as they are and in other writings, and of the lines of private keys.
    parts: Parts,
}

/// The parts of secrets, known by their hashes alone. Looking for each part of a text in each secret would be slow: a server does
/// it for every line of its log.
#[derive(Default)]
struct Parts {
    /// [`PART`] characters in a row.
    short: HashSet<u64>,
    /// Twice as many.
    long: HashSet<u64>,
    /// A bit for each two bytes that begin a part. Hardly any part of another text begins so; only those are hashed.
    beginnings: Vec<u64>,
    hasher: RandomState,
}

impl Parts {
    fn know(&mut self, secret: &str) {
        self.beginnings.resize(1 << 10, 0);
        for part in secret.as_bytes().windows(PART) {
            let (word, bit) = place(part);
            if let Some(word) = self.beginnings.get_mut(word) {
                *word |= bit;
            }
        }
        let hashes = |length| secret.as_bytes().windows(length).map(|part| self.hasher.hash_one(part));
        let (short, long): (Vec<_>, Vec<_>) = (hashes(PART).collect(), hashes(2 * PART).collect());
        self.short.extend(short);
        self.long.extend(long);
    }

    /// Whether a text and a secret share that many characters in a row: [`PART`] or twice as many.
    fn share(&self, text: &str, shared: usize) -> bool {
        let parts = if shared == PART { &self.short } else { &self.long };
        let begins = |part: &&[u8]| {
            let (word, bit) = place(part);
            self.beginnings.get(word).is_some_and(|w| w & bit != 0)
        };
        text.as_bytes().windows(shared).filter(begins).any(|part| parts.contains(&self.hasher.hash_one(part)))
    }
}

/// Where the bit of the first two bytes is.
fn place(part: &[u8]) -> (usize, u64) {
    let byte = |at: usize| usize::from(part.get(at).copied().unwrap_or_default());
    let number = byte(0) << 8 | byte(1);
    (number >> 6, 1 << (number & 63))
}

impl Masker {
    /// One that knows no key and no secret: every long run is taken for one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, and shows the ends of this API key.
    #[must_use]
    pub fn with_key(mut self, api_key: &str) -> Self {
        self.keys.push(api_key.to_owned());
        self
    }

    /// The same, and hides this secret and every longer part of it. Of a private key it hides each line.
    #[must_use]
    pub fn with_secret(mut self, secret: &SecretKey) -> Self {
        let text = secret.expose();
        if text.contains('\n') {
            let lines =
                text.lines().map(str::trim).filter(|line| line.len() >= PART && !line.starts_with('-'));
            lines.for_each(|line| self.parts.know(line));
            return self;
        }
        let hex = hex::encode(text);
        let forms =
            [STANDARD.encode(text), hex.to_uppercase(), hex, text.to_lowercase(), text.to_uppercase()];
        forms.into_iter().map(Zeroizing::new).for_each(|form| self.parts.know(&form));
        self.parts.know(text);
        self.secrets.push(secret.clone());
        self
    }

    /// Shows no more of a signature or a known API key than its ends, and of other long runs of letters and digits only the
    /// length: that may be a secret. Percent-encoding hides nothing.
    pub fn apply(&self, text: &str) -> String {
        self.masked(text, |_| true)
    }

    /// The same for a payload, where a long run of hex digits is a value like any other.
    pub fn apply_to_payload(&self, text: &str) -> String {
        self.masked(text, |run| run.len() == SIGNATURE || !run.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    fn masked(&self, text: &str, hides: fn(&str) -> bool) -> String {
        let plain = |c: char| matches!(c, '&' | '?' | ' ' | '"' | '\'' | '`');
        let parts = text.split_inclusive(plain).map(|part| {
            let (part, end) =
                part.strip_suffix(plain).map_or((part, ""), |p| (p, part.get(p.len()..).unwrap_or("")));
            self.part(part, hides) + end
        });
        let masked: String = parts.collect();
        // What stands between its characters does not make a secret less of one.
        let letters = letters(&String::from_utf8_lossy(&percent_decode(masked.as_bytes())));
        let backwards: String = letters.chars().rev().collect();
        if self.parts.share(&letters, 2 * PART) || self.parts.share(&backwards, 2 * PART) {
            return format!("({} characters, with the secret in them)", text.chars().count());
        }
        masked
    }

    fn part(&self, part: &str, hides: fn(&str) -> bool) -> String {
        if let Some((name, value)) = part.split_once('=')
            && percent_decode(name.as_bytes()).eq_ignore_ascii_case(b"signature")
            && !value.is_empty()
        {
            let decoded = percent_decode(value.as_bytes());
            let example = value.starts_with(['<', '…', '{', '$']);
            let value = if example {
                value.to_owned()
            } else if self.holds_secret(&letters(&String::from_utf8_lossy(&decoded))) {
                format!("({} characters)", value.chars().count())
            } else if self.is_secret(&String::from_utf8_lossy(&decoded)) {
                HIDDEN.to_owned()
            } else {
                mask(value)
            };
            return format!("{}={value}", self.runs(name, hides));
        }
        self.runs(part, hides)
    }

    fn is_secret(&self, text: &str) -> bool {
        self.secrets.contains(&SecretKey::new(text))
    }

    /// Whether a run of letters and digits holds a secret, most of one, or one in another writing.
    fn holds_secret(&self, run: &str) -> bool {
        self.parts.share(run, PART)
    }

    fn runs(&self, text: &str, hides: fn(&str) -> bool) -> String {
        let pieces = pieces(text);
        let same = |a: &Piece<'_>, b: &Piece<'_>| {
            a.decoded.is_ascii_alphanumeric() && b.decoded.is_ascii_alphanumeric()
        };
        let mut out = String::with_capacity(text.len());
        for run in pieces.chunk_by(same) {
            let decoded: String = run.iter().map(|p| p.decoded).collect();
            if self.keys.contains(&decoded) {
                out.push_str(&mask(&decoded));
            } else if self.is_secret(&decoded) {
                out.push_str(HIDDEN);
            } else if self.holds_secret(&decoded) || run.len() >= LONG && hides(&decoded) {
                let _ = write!(out, "({} characters)", run.len());
            } else {
                out.extend(run.iter().map(|p| p.written));
            }
        }
        out
    }
}

/// The letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// What stands in the place of a secret.
const HIDDEN: &str = "(the secret key)";

/// A character of the text, decoded, and how it stands there.
struct Piece<'a> {
    decoded: char,
    written: &'a str,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let encoded = rest.get(..3).filter(|_| first == '%').and_then(|e| {
            let code = u8::from_str_radix(e.get(1..)?, 16).ok()?;
            code.is_ascii().then(|| char::from(code))
        });
        let length = if encoded.is_some() { 3 } else { first.len_utf8() };
        let (written, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        pieces.push(Piece { decoded: encoded.unwrap_or(first), written });
        rest = tail;
    }
    pieces
}
