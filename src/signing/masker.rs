use std::borrow::Cow;
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
/// The name of the parameter that has it.
const SIGNATURE_NAME: &[u8] = b"signature";
/// The shortest part of a secret that is taken for one.
const PART: usize = 10;

/// Hides keys, secrets and signatures in foreign text, however they are written there.
#[derive(Default)]
pub struct Masker {
    keys: Vec<String>,
    /// The secrets as they are and in other writings, and the lines of private keys.
    secrets: Secrets,
}

/// Secrets and their parts, known by their hashes alone. Looking for each part of a text in each secret would be slow: a server
/// does it for every line of its log.
#[derive(Default)]
struct Secrets {
    /// Each as a whole, and how long they are: most texts have another length.
    whole: HashSet<u64>,
    lengths: Vec<usize>,
    /// [`PART`] characters in a row.
    short: HashSet<u64>,
    /// Twice as many, also of the secrets written backwards.
    long: HashSet<u64>,
    /// A bit for the four bytes that begin a part, shared with some others. Hardly any part of another text begins so; only those
    /// are looked up.
    beginnings: Vec<u64>,
    hasher: RandomState,
}

impl Secrets {
    /// Knows a text as a whole.
    fn know_whole(&mut self, secret: &str) {
        self.whole.insert(self.hasher.hash_one(secret.as_bytes()));
        self.lengths.push(secret.len());
    }

    /// Knows the parts of a text.
    fn know_parts(&mut self, secret: &str) {
        let backwards: Zeroizing<Vec<u8>> = Zeroizing::new(secret.bytes().rev().collect());
        self.beginnings.resize(1 << 10, 0);
        for part in secret.as_bytes().windows(PART).chain(backwards.windows(2 * PART)) {
            let (word, bit) = place(part);
            if let Some(word) = self.beginnings.get_mut(word) {
                *word |= bit;
            }
        }
        let hash = |part: &[u8]| self.hasher.hash_one(part);
        self.short.extend(secret.as_bytes().windows(PART).map(hash));
        self.long.extend(secret.as_bytes().windows(2 * PART).chain(backwards.windows(2 * PART)).map(hash));
    }

    /// Whether a text is one of the secrets.
    fn has(&self, text: &[u8]) -> bool {
        self.lengths.contains(&text.len()) && self.whole.contains(&self.hasher.hash_one(text))
    }

    /// Whether a text and a secret share that many characters in a row: [`PART`] or twice as many.
    fn share(&self, text: &[u8], shared: usize) -> bool {
        let parts = if shared == PART { &self.short } else { &self.long };
        let begins = |part: &&[u8]| {
            let (word, bit) = place(part);
            self.beginnings.get(word).is_some_and(|w| w & bit != 0)
        };
        text.windows(shared).filter(begins).any(|part| parts.contains(&self.hasher.hash_one(part)))
    }
}

/// Where the bit of the first four bytes is.
fn place(part: &[u8]) -> (usize, u64) {
    let first = part.first_chunk().map_or(0, |first| u32::from_le_bytes(*first));
    // Multiplication by 2³² over the golden ratio spreads them over 16 bits.
    let number = first.wrapping_mul(0x9e37_79b9) >> 16;
    (usize::try_from(number >> 6).unwrap_or_default(), 1 << (number & 63))
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
            lines.for_each(|line| self.secrets.know_parts(line));
            return self;
        }
        let hex = hex::encode(text);
        let forms =
            [STANDARD.encode(text), hex.to_uppercase(), hex, text.to_lowercase(), text.to_uppercase()];
        forms.into_iter().map(Zeroizing::new).for_each(|form| self.secrets.know_parts(&form));
        self.secrets.know_parts(text);
        self.secrets.know_whole(text);
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
        let parts_end = |b: u8| matches!(b, b'&' | b'?' | b' ' | b'"' | b'\'' | b'`');
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        loop {
            let (part, after) = rest.split_at(rest.bytes().position(parts_end).unwrap_or(rest.len()));
            self.part(part, hides, &mut masked);
            let Some((end, after)) = after.split_at_checked(1) else { break };
            masked.push_str(end);
            rest = after;
        }
        // What stands between its characters does not make a secret less of one.
        if self.secrets.share(&letters(&masked), 2 * PART) {
            return format!("({} characters, with the secret in them)", text.chars().count());
        }
        masked
    }

    fn part(&self, part: &str, hides: fn(&str) -> bool, out: &mut String) {
        if let Some((name, value)) = part.split_once('=')
            && name.len() >= SIGNATURE_NAME.len()
            && percent_decode(name.as_bytes()).eq_ignore_ascii_case(SIGNATURE_NAME)
            && !value.is_empty()
        {
            self.runs(name, hides, out);
            out.push('=');
            if value.starts_with(['<', '…', '{', '$']) {
                out.push_str(value);
            } else if self.secrets.share(&letters(value), PART) {
                let _ = write!(out, "({} characters)", value.chars().count());
            } else if self.secrets.has(&percent_decode(value.as_bytes())) {
                out.push_str(HIDDEN);
            } else {
                out.push_str(&mask(value));
            }
            return;
        }
        self.runs(part, hides, out);
    }

    fn runs(&self, text: &str, hides: fn(&str) -> bool, out: &mut String) {
        let mut rest = text;
        loop {
            let (between, run) = rest.split_at(rest.bytes().take_while(|b| is_plain(*b)).count());
            out.push_str(between);
            let Some(run) = Run::first(run) else { break };
            rest = rest.get(between.len() + run.written.len()..).unwrap_or_default();
            let Run { written, decoded, length } = &run;
            if self.keys.iter().any(|key| key == decoded) {
                out.push_str(&mask(decoded));
            } else if self.secrets.has(decoded.as_bytes()) {
                out.push_str(HIDDEN);
            } else if self.secrets.share(decoded.as_bytes(), PART) || *length >= LONG && hides(decoded) {
                let _ = write!(out, "({length} characters)");
            } else {
                out.push_str(written);
            }
        }
    }
}

/// The letters and digits of a text, which can be percent-encoded.
fn letters(text: &str) -> Cow<'_, [u8]> {
    let decoded = percent_decode(text.as_bytes());
    if decoded.iter().all(u8::is_ascii_alphanumeric) {
        return decoded;
    }
    let mut letters = Vec::with_capacity(decoded.len());
    letters.extend(decoded.iter().filter(|b| b.is_ascii_alphanumeric()));
    letters.into()
}

/// What stands in the place of a secret.
const HIDDEN: &str = "(the secret key)";

/// Whether it stands for itself, and is no letter or digit.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'%'
}

/// Letters and digits in a row, or another character.
struct Run<'a> {
    /// How it stands in the text.
    written: &'a str,
    /// The same without percent-encoding.
    decoded: Cow<'a, str>,
    /// How many characters it has.
    length: usize,
}

impl<'a> Run<'a> {
    /// What a text begins with.
    fn first(text: &'a str) -> Option<Self> {
        let length = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (written, rest) = text.split_at(length);
        if length > 0 && !rest.starts_with('%') {
            return Some(Self { written, decoded: written.into(), length });
        }
        let (first, mut end) = character(text)?;
        let mut decoded = (end > first.len_utf8()).then(|| first.to_string());
        let mut length = 1;
        while first.is_ascii_alphanumeric()
            && let Some((next, width)) =
                character(text.get(end..)?).filter(|(c, _)| c.is_ascii_alphanumeric())
        {
            if width > 1 {
                decoded = decoded.or_else(|| text.get(..end).map(str::to_owned));
            }
            if let Some(decoded) = &mut decoded {
                decoded.push(next);
            }
            end += width;
            length += 1;
        }
        let written = text.get(..end)?;
        Some(Self { written, decoded: decoded.map_or(Cow::from(written), Cow::from), length })
    }
}

/// The first character of a text, decoded, and how many bytes it takes.
fn character(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    let encoded = text.get(..3).filter(|_| first == '%').and_then(|e| {
        let code = u8::from_str_radix(e.get(1..)?, 16).ok()?;
        code.is_ascii().then(|| (char::from(code), 3))
    });
    Some(encoded.unwrap_or((first, first.len_utf8())))
}
