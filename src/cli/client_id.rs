//! The id that a change carries, so that its outcome can be asked for whatever happens to the answer.

use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::{Digest as _, Sha256};

use crate::cli::exit::{Failure, Kind};
use crate::signing::Parameters;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const PREFIX: &str = "bnq-";
const LENGTH: usize = 26;

/// A random id: `bnq-` and 26 characters of `a-z2-7`, 130 bits.
///
/// # Errors
/// If the system gives no random numbers.
pub fn random() -> Result<String, Failure> {
    let mut bytes = [0; LENGTH];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        Failure::new(Kind::Other, "the system gives no random numbers, so no id can be made")
            .with_fix("give an id of your own")
    })?;
    Ok(text(&bytes))
}

/// An id that follows from the request, so that runs with a fixed clock repeat.
pub fn derived(path: &str, parameters: &Parameters, timestamp: i64) -> String {
    let digest = Sha256::digest(format!("{path}?{}&timestamp={timestamp}", parameters.encode()));
    text(digest.as_slice())
}

/// Five bits of each byte make a character.
fn text(bytes: &[u8]) -> String {
    let character = |b: &u8| ALPHABET.get(usize::from(b & 31)).copied().map_or('a', char::from);
    PREFIX.chars().chain(bytes.iter().take(LENGTH).map(character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_id(id: &str) -> bool {
        id.len() == 30 && id.starts_with(PREFIX) && id.bytes().skip(4).all(|b| ALPHABET.contains(&b))
    }

    #[test]
    fn random_ids_have_the_form_and_differ() {
        let (a, b) = (random().unwrap(), random().unwrap());
        assert!(is_id(&a) && is_id(&b), "{a} {b}");
        assert_ne!(a, b);
    }

    #[test]
    fn derived_ids_follow_from_the_request() {
        let parameters: Parameters = [("symbol", "ARKBTC")].into_iter().collect();
        let id = derived("/api/v3/order", &parameters, 1);
        assert!(is_id(&id), "{id}");
        assert_eq!(id, derived("/api/v3/order", &parameters, 1));
        assert_ne!(id, derived("/api/v3/order", &parameters, 2));
        assert_ne!(id, derived("/api/v3/order/oco", &parameters, 1));
    }
}
