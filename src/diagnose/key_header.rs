use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{ReceivedRequest, Refusal};
use crate::signing::{API_KEY_HEADER as HEADER, KeyShapeError, SecretKey, is_well_formed as is_key};

/// The key, if the header holds one that is well formed.
pub(super) fn well_formed(request: &ReceivedRequest) -> Option<&str> {
    let text = std::str::from_utf8(request.header(HEADER)?).ok()?;
    is_key(text).then_some(text)
}

/// Why the header holds no key: the exchange says the same of all of these.
pub(super) fn refusal(request: &ReceivedRequest) -> Refusal {
    let (mistake, seen) = cause(request);
    let seen: Vec<(&str, &str)> = seen.iter().map(|(n, v)| (*n, v.as_str())).collect();
    Refusal::new((401, Some(-2014)), "API-key format invalid.", mistake, &seen)
}

/// What arrived in place of the key's header, as far as it can be told.
pub(super) struct Arrived {
    /// The key itself, where it can be taken out of what is around it.
    pub(super) key: Option<String>,
    /// The name of the parameter that it arrived as.
    pub(super) parameter: Option<String>,
    /// The place where it stands.
    pub(super) seen: Option<String>,
}

/// Looks for the key where it does not belong.
pub(super) fn arrived(request: &ReceivedRequest) -> Arrived {
    let inner = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| is_key(word)).map(str::to_owned)
    };
    let headers = request.headers.iter().map(|(n, v)| (n.as_str(), String::from_utf8_lossy(v)));
    let is_place = |name: &str| {
        [HEADER, "Authorization"].iter().any(|n| n.eq_ignore_ascii_case(name)) || resembles(name)
    };
    let holds = |name: &str, value: &str| !value.is_empty() && (is_place(name) || is_api_key(value));
    let header = headers.filter(|(name, value)| holds(name, value)).max_by_key(|(name, _)| {
        // What is in the right header was refused first.
        (name.eq_ignore_ascii_case(HEADER), name.eq_ignore_ascii_case("Authorization"))
    });
    if let Some((name, value)) = header {
        let seen = Some(format!("{name}: {value}"));
        return Arrived { key: inner(&value).or_else(|| user_of(&value)), parameter: None, seen };
    }
    let sent = request.parameters().find(|(name, value)| carries_key(name, value));
    match sent {
        Some((name, value)) => {
            let seen = Some(format!("{name}={value}"));
            Arrived { key: inner(&value), parameter: Some(name.into_owned()), seen }
        }
        None => Arrived { key: None, parameter: None, seen: None },
    }
}

type Cause = (&'static str, Vec<(&'static str, String)>);

fn cause(request: &ReceivedRequest) -> Cause {
    let header = |name: &str| request.header(name).map(|v| String::from_utf8_lossy(v).into_owned());
    if let Some(value) = header(HEADER).filter(|v| !v.is_empty()) {
        return malformed(&value);
    }
    if header("Authorization").is_some_and(|v| v.split(|c: char| !c.is_ascii_alphanumeric()).any(is_key)) {
        return ("key-in-authorization", vec![]);
    }
    if header("Authorization").is_some_and(|v| v.to_uppercase().contains(HEADER) || user_of(&v).is_some()) {
        return ("key-in-authorization", vec![]);
    }
    let misspelt = request.headers.iter().find(|(name, value)| {
        !value.is_empty() && (resembles(name) || is_api_key(&String::from_utf8_lossy(value)))
    });
    if let Some((name, _)) = misspelt {
        return ("key-header-misspelled", vec![("name", name.clone())]);
    }
    let sent = request.parameters().find(|(name, value)| carries_key(name, value));
    match sent {
        Some((name, _)) => ("key-in-parameters", vec![("name", name.into_owned())]),
        None => ("key-missing", vec![]),
    }
}

/// A text with the form of a key that is no digest in hex.
fn is_api_key(text: &str) -> bool {
    is_key(text) && !text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a parameter was meant to be the key. A signature in base64 can look like one.
fn carries_key(name: &str, value: &str) -> bool {
    !value.is_empty() && (resembles(name) || is_api_key(value) && name != "signature")
}

/// The user of basic authentication, where it has the form of a key: `curl -u <key>:<secret>`.
fn user_of(authorization: &str) -> Option<String> {
    let (scheme, encoded) = authorization.trim().split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    text.split(':').find(|part| is_key(part)).map(str::to_owned)
}

/// A name without marks and letter case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A name that was meant for the key: `X-MBX-API-KEY`, `apiKey`, `api_key`.
fn resembles(name: &str) -> bool {
    let plain = plain(name);
    plain.ends_with("apikey") || strsim::levenshtein(&plain, "xmbxapikey") <= 2
}

fn malformed(value: &str) -> Cause {
    let trimmed = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    if is_key(trimmed) {
        return ("key-quoted", vec![]);
    }
    let key = value.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| is_key(word));
    if let Some((before, _)) = key.and_then(|key| value.split_once(key)) {
        let scheme = before.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        // Python shows bytes as b'…'.
        return if ["", "b"].contains(&scheme) {
            ("key-quoted", vec![])
        } else {
            ("key-with-scheme", vec![("name", scheme.to_owned())])
        };
    }
    let shape = SecretKey::new(value).check_shape();
    let one_case = trimmed == trimmed.to_lowercase() || trimmed == trimmed.to_uppercase();
    let named = ["apikey", "key", "promise", "object", "string", "token", "secret"]
        .contains(&plain(trimmed).as_str());
    let word = named || one_case && !trimmed.bytes().any(|b| b.is_ascii_digit());
    let marked = trimmed.is_empty() || trimmed.contains(['_', ' ', '-', '.', '{', '$']);
    let placeholder = shape == Err(KeyShapeError::Placeholder) || value.len() < 40 && (word || marked);
    if placeholder {
        return ("key-placeholder", vec![("value", value.to_owned())]);
    }
    ("key-truncated", vec![("length", value.chars().count().to_string())])
}
