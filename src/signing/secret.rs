use std::fmt;
use std::sync::Arc;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How many characters an API key and an HMAC secret have. Source: the exchange's key format, reported by -2014.
const KEY_LENGTH: usize = 64;

/// The header that carries the API key. Source: Spot REST documentation, "Request security".
pub const API_KEY_HEADER: &str = "X-MBX-APIKEY";

/// Whether a text has the form of an API key or HMAC secret: 64 letters and digits.
pub fn is_well_formed(text: &str) -> bool {
    text.len() == KEY_LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Texts that stand in examples where a key belongs.
const PLACEHOLDERS: [&str; 12] = [
    "...",
    "undefined",
    "null",
    "none",
    "nan",
    "changeme",
    "your_api_key",
    "your_secret_key",
    "your_api_secret",
    "your_key",
    "your_secret",
    "api_key",
];

/// A secret: the text of an HMAC secret key, a passphrase, or a private key before it is read.
///
/// It cannot be printed, serialised or compared in variable time. Clones share the text, which is wiped with the last of them.
#[derive(Clone)]
pub struct SecretKey(Arc<Zeroizing<String>>);

impl SecretKey {
    /// Takes the text as it stands; nothing is trimmed or decoded.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(Zeroizing::new(text.into())))
    }

    /// The text itself. Every call is a place where the secret could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stands between the first BEGIN and END lines, decoded, if the text is PEM; wiped when dropped.
    pub fn pem_content(&self) -> Option<Zeroizing<Vec<u8>>> {
        super::pem::decode(self).ok().map(|(_, content)| content)
    }

    /// Looks for what makes a text unlikely to be an HMAC secret key as the exchange issued it.
    ///
    /// # Errors
    /// [`KeyShapeError`], without the text.
    pub fn check_shape(&self) -> Result<(), KeyShapeError> {
        check_shape(&self.0)
    }

    /// Looks for what can stand around no secret of any kind: white space, a byte order mark, or nothing at all.
    ///
    /// # Errors
    /// [`KeyShapeError`], without the text.
    pub fn check_edges(&self) -> Result<(), KeyShapeError> {
        check_edges(&self.0)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretKey {}

/// The API key: the value of the `X-MBX-APIKEY` header. Not a secret, but shown masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key that has the shape of one.
    ///
    /// # Errors
    /// [`KeyShapeError`], without the text: it may be a secret in the wrong place.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyShapeError> {
        let text = text.into();
        check_shape(&text)?;
        Ok(Self(text))
    }

    /// The whole key, for the header.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first and last four characters.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The first and last four characters of a key, or only its length where that would show too much of it.
pub fn mask(key: &str) -> String {
    let length = key.chars().count();
    let first = key.char_indices().nth(4).and_then(|(place, _)| key.get(..place));
    let last = key.char_indices().nth_back(3).and_then(|(place, _)| key.get(place..));
    match (first, last) {
        (Some(first), Some(last)) if length >= 16 => format!("{first}…{last}"),
        _ => format!("({length} characters)"),
    }
}

/// What is wrong with the text of a key or secret. Never holds the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyShapeError {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// A byte order mark, as some editors put at the beginning of a file.
    #[error("begins with a byte order mark; save the file without one")]
    ByteOrderMark,
    /// White space before, after or in it.
    #[error("has white space {0}; remove it")]
    WhiteSpace(&'static str),
    /// Quotes or brackets around it.
    #[error("has quotes or brackets around it; write the characters alone")]
    Quoted,
    /// What stands in examples.
    #[error("is a placeholder, not a real value; put your own there")]
    Placeholder,
    /// Characters that keys do not have.
    #[error("has characters other than letters and digits; copy it again from the exchange's key page")]
    Characters,
    /// Another number of characters.
    #[error("has {0} characters instead of {KEY_LENGTH}; copy it again from the exchange's key page")]
    Length(usize),
}

/// What every secret shares, passphrases too: something is there, and nothing is around it.
fn check_edges(text: &str) -> Result<(), KeyShapeError> {
    if text.is_empty() {
        return Err(KeyShapeError::Empty);
    }
    if text.starts_with('\u{feff}') {
        return Err(KeyShapeError::ByteOrderMark);
    }
    if text.trim() != text {
        return Err(KeyShapeError::WhiteSpace("at its beginning or end"));
    }
    Ok(())
}

/// The shape that keys and secrets share: 64 letters and digits.
fn check_shape(text: &str) -> Result<(), KeyShapeError> {
    check_edges(text)?;
    let bracketed = |open, close| text.len() > 1 && text.starts_with(open) && text.ends_with(close);
    if [('"', '"'), ('\'', '\''), ('`', '`'), ('<', '>'), ('“', '”')].iter().any(|(o, c)| bracketed(*o, *c))
    {
        return Err(KeyShapeError::Quoted);
    }
    if is_placeholder(text) {
        return Err(KeyShapeError::Placeholder);
    }
    if text.contains(char::is_whitespace) {
        return Err(KeyShapeError::WhiteSpace("within it"));
    }
    if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(KeyShapeError::Characters);
    }
    if text.len() != KEY_LENGTH {
        return Err(KeyShapeError::Length(text.len()));
    }
    Ok(())
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase().replace('-', "_");
    let variable = text.starts_with('$') || text.starts_with("{{") || text.starts_with('%');
    let repeated = text.chars().all(|c| matches!(c, 'x' | 'X' | '*' | '.' | '…'));
    variable || repeated || PLACEHOLDERS.contains(&lower.as_str()) || lower.starts_with("your_")
}
