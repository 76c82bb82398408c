//! Looks for what was signed in place of the payload, and with what in place of the secret.
//!
//! Each known mistake is made on the bytes that arrived, alone and in pairs that go together, until one gives the signature
//! that was sent. What is found is certain. The number of tries is bounded: see [`test::Tester`].

mod encodings;
mod hashes;
mod joins;
mod numbers;
mod orders;
mod parameters;
mod parts;
mod private;
mod secrets;
mod test;
mod wraps;

pub(super) use parts::Parts;
pub(super) use test::Signer;

use crate::catalogue::Endpoint;
use test::{Form, Tester};

/// A mistake that was made, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) mistake: &'static str,
    /// What fills `{how}` in the mistake's texts.
    pub(super) how: String,
}

/// A slip of this name.
fn slip(mistake: &'static str, how: impl Into<String>) -> Slip {
    Slip { mistake, how: how.into() }
}

/// What a slip makes of a thing: of the parts, of the bytes of a payload, of a secret.
type Made<T> = Vec<(Slip, T)>;

/// What is known of the request besides its parameters.
pub(super) struct Around<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// `https://` and the host, as far as they are known.
    pub(super) base: Option<String>,
    pub(super) api_key: Option<&'a str>,
    pub(super) endpoint: &'static Endpoint,
    /// Whether the request holds JSON where a form is due: that a form was signed is then no slip of its own.
    pub(super) json: bool,
}

/// What came out of a search.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The signature is right for what was sent.
    Right,
    /// These slips together give the signature that was sent.
    Found { slips: Vec<Slip>, signed: Option<Vec<u8>> },
    /// Nothing that is known does. How many payloads and secrets were tried.
    Unexplained { tried: u32 },
}

/// Looks for the slips that give `signature`.
pub(super) fn search(parts: &Parts, around: &Around<'_>, signature: &str, signer: &Signer<'_>) -> Outcome {
    let mut tester = Tester::new(signature, signer);
    let payload = parts.payload();
    match tester.test(&payload) {
        Some(Form::Plain) => return Outcome::Right,
        Some(form) => {
            return Outcome::Found { slips: form.slip(signature).into_iter().collect(), signed: None };
        }
        None => {}
    }
    let mut hunt = Hunt { parts, around, signature, tester };
    let found = hunt.alone().or_else(|| hunt.misused(signer)).or_else(|| hunt.pairs(signer));
    found.unwrap_or(Outcome::Unexplained { tried: hunt.tester.tried() })
}

/// One search: what is looked at, and what tests it.
struct Hunt<'a, 'b> {
    parts: &'a Parts,
    around: &'a Around<'b>,
    signature: &'a str,
    tester: Tester<'a>,
}

impl Hunt<'_, '_> {
    /// Tests a payload that these slips made.
    fn payload(&mut self, slips: &[&Slip], payload: &[u8]) -> Option<Outcome> {
        let form = self.tester.test(payload)?;
        let slips =
            slips.iter().map(|s| self.tester.named((*s).clone())).chain(form.slip(self.signature)).collect();
        Some(Outcome::Found { slips, signed: Some(payload.to_vec()) })
    }

    /// One slip in building the payload; what is common first.
    fn alone(&mut self) -> Option<Outcome> {
        let places = joins::places(self.parts);
        let mut parts = encodings::all(self.parts);
        parts.extend(parameters::common(self.parts));
        parts.extend(orders::all(self.parts, self.around));
        parts.extend(numbers::all(self.parts));
        parts.extend(parameters::restored(self.parts, self.around));
        let by_parts = parts.into_iter().map(|(slip, parts)| (slip, parts.payload()));
        let bytes = wraps::all(&self.parts.payload(), self.parts, self.around);
        let joined = joins::all(self.parts, self.around);
        let times = parameters::retimed(self.parts, self.tester.reach_ms());
        let rest = times.chain(orders::every(self.parts));
        let mut all = places.into_iter().chain(by_parts).chain(bytes).chain(joined).chain(rest);
        all.find_map(|(slip, payload)| self.payload(&[&slip], &payload))
    }

    /// The key or the algorithm misused, on the payload that was sent.
    fn misused(&mut self, signer: &Signer<'_>) -> Option<Outcome> {
        let payload = self.parts.payload();
        let slip = match signer {
            Signer::Hmac { secret } => secrets::all(secret, self.around.api_key)
                .into_iter()
                .find_map(|(slip, key)| self.tester.test_with(&key, &payload).map(|_| slip))
                .or_else(|| hashes::find(secret, &payload, self.tester.sent())),
            Signer::Private { verifying, pem } => {
                private::find(verifying, *pem, &payload, self.tester.sent())
            }
        };
        slip.map(|slip| Outcome::Found { slips: vec![slip], signed: None })
    }

    /// Two slips that go together: of two different kinds, in the order in which a client makes them.
    fn pairs(&mut self, signer: &Signer<'_>) -> Option<Outcome> {
        let mut first = parameters::common(self.parts);
        first.extend(parameters::retimed_nearby(self.parts));
        first.extend(orders::usual(self.parts, self.around));
        let encoded = encodings::usual(self.parts);
        let both: Made<Parts> = first.iter().chain(&encoded).cloned().collect();
        for (slip, parts) in &both {
            let payload = parts.payload();
            let made =
                wraps::all(&payload, parts, self.around).into_iter().chain(joins::all(parts, self.around));
            for (other, payload) in made {
                if let Some(found) = self.payload(&[slip, &other], &payload) {
                    return Some(found);
                }
            }
        }
        for (slip, parts) in &first {
            for (other, parts) in encodings::usual(parts).into_iter().chain(parameters::common(parts)) {
                if let Some(found) = self.payload(&[slip, &other], &parts.payload()) {
                    return Some(found);
                }
            }
        }
        for (slip, payload) in joins::all(self.parts, self.around) {
            for (other, payload) in wraps::around(&payload) {
                if let Some(found) = self.payload(&[&slip, &other], &payload) {
                    return Some(found);
                }
            }
        }
        self.misused_pairs(&both, signer)
    }

    /// A secret misused on a payload with a slip in it.
    fn misused_pairs(&mut self, both: &Made<Parts>, signer: &Signer<'_>) -> Option<Outcome> {
        let Signer::Hmac { secret } = signer else { return None };
        let plain = self.parts.payload();
        let mut payloads: Made<Vec<u8>> = both.iter().map(|(s, p)| (s.clone(), p.payload())).collect();
        payloads.extend(wraps::all(&plain, self.parts, self.around));
        payloads.extend(joins::all(self.parts, self.around));
        for (slip, key) in secrets::usual(secret, self.around.api_key) {
            for (other, payload) in &payloads {
                if self.tester.test_with(&key, payload).is_some() {
                    let slips = vec![slip, other.clone()];
                    return Some(Outcome::Found { slips, signed: Some(payload.clone()) });
                }
            }
        }
        payloads.into_iter().find_map(|(slip, payload)| {
            let other = hashes::find(secret, &payload, self.tester.sent())?;
            Some(Outcome::Found { slips: vec![other, slip], signed: Some(payload) })
        })
    }
}
