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

/// Longer payloads, in bytes, are not searched: each try makes a copy.
const LONGEST: usize = 32 * 1024;

/// With more parameters than this, only what concerns all of them is tried: the ways to change one or two grow with the square
/// of their number, and the parameters of the longest endpoint are fewer.
const MOST_PARAMETERS: usize = 40;

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// The usual slips, one at a time: for a key of which the secret is not known to be the right one.
    Usual,
    /// Everything, in pairs too.
    Everything,
}

/// Looks for the slips that give `signature`.
pub(super) fn search(
    parts: &Parts,
    around: &Around<'_>,
    signature: &str,
    signer: &Signer<'_>,
    depth: Depth,
) -> Outcome {
    let mut tester = Tester::new(signature, signer);
    let payload = parts.payload();
    if payload.len() > LONGEST {
        return if tester.is_right(&payload) { Outcome::Right } else { Outcome::Unexplained { tried: 1 } };
    }
    match tester.test(&payload) {
        Some(Form::Plain) => return Outcome::Right,
        Some(form) => {
            return Outcome::Found { slips: form.slip(signature).into_iter().collect(), signed: None };
        }
        None => {}
    }
    let mut hunt = Hunt { parts, around, signature, tester };
    let mut found = hunt.usual().or_else(|| hunt.misused(signer));
    if found.is_none() && depth == Depth::Everything {
        found = hunt.rare().or_else(|| hunt.pairs(signer)).or_else(|| hunt.reordered());
    }
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
    fn usual(&mut self) -> Option<Outcome> {
        let (parts, around) = (self.parts, self.around);
        let payloads = |made: Made<Parts>| made.into_iter().map(|(slip, parts)| (slip, parts.payload()));
        let mut usual: Made<Vec<u8>> = joins::places(parts);
        usual.extend(payloads(encodings::all(parts)));
        if parts.len() <= MOST_PARAMETERS {
            usual.extend(payloads(parameters::common(parts)));
        }
        usual.extend(payloads(orders::usual(parts, around)));
        usual.extend(wraps::all(&parts.payload(), parts, around));
        usual.extend(joins::all(parts, around));
        usual.iter().find_map(|(slip, payload)| self.payload(&[slip], payload))
    }

    /// One slip of those that there are many ways to make.
    fn rare(&mut self) -> Option<Outcome> {
        let (parts, around) = (self.parts, self.around);
        if parts.len() > MOST_PARAMETERS {
            return self.retimed();
        }
        self.retimed().or_else(|| {
            let rare = [
                parameters::without_two(parts),
                numbers::all(parts),
                parameters::restored(parts, around),
                orders::moved(parts),
            ];
            let mut rare = rare.into_iter().flatten();
            rare.find_map(|(slip, parts)| self.payload(&[&slip], &parts.payload()))
        })
    }

    /// Another reading of the clock.
    fn retimed(&mut self) -> Option<Outcome> {
        let times = parameters::Times::of(self.parts)?;
        let found = times.nearby(self.tester.reach_ms()).find(|(_, payload)| self.tester.is_right(payload));
        found.map(|(signed, payload)| Outcome::Found {
            slips: vec![times.slip(signed)],
            signed: Some(payload),
        })
    }

    /// Another order, whatever it is.
    fn reordered(&mut self) -> Option<Outcome> {
        let payload = orders::every(self.parts).find(|payload| self.tester.is_right(payload))?;
        let slips = vec![slip("parameters-reordered", "the one shown here")];
        Some(Outcome::Found { slips, signed: Some(payload) })
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
        if self.parts.len() > MOST_PARAMETERS {
            return None;
        }
        let mut first = parameters::usual(self.parts);
        first.extend(orders::usual(self.parts, self.around));
        let both: Made<Parts> = first.iter().cloned().chain(encodings::usual(self.parts)).collect();
        for (slip, parts) in &first {
            for (other, parts) in encodings::usual(parts).into_iter().chain(parameters::usual(parts)) {
                if let Some(found) = self.payload(&[slip, &other], &parts.payload()) {
                    return Some(found);
                }
            }
        }
        for (slip, parts) in &both {
            let payload = parts.payload();
            let wrapped = wraps::usual(&payload, self.around).into_iter();
            for (other, payload) in wrapped.chain(joins::places(parts)).chain(joins::all(parts, self.around))
            {
                if let Some(found) = self.payload(&[slip, &other], &payload) {
                    return Some(found);
                }
            }
        }
        for (slip, payload) in
            joins::places(self.parts).into_iter().chain(joins::all(self.parts, self.around))
        {
            for (other, payload) in wraps::around(&payload) {
                if let Some(found) = self.payload(&[&slip, &other], &payload) {
                    return Some(found);
                }
            }
        }
        self.misused_pairs(both, signer)
    }

    /// A secret or an algorithm misused on a payload with a slip in it.
    fn misused_pairs(&mut self, both: Made<Parts>, signer: &Signer<'_>) -> Option<Outcome> {
        let Signer::Hmac { secret } = signer else { return None };
        let mut payloads: Made<Vec<u8>> = both.into_iter().map(|(s, p)| (s, p.payload())).collect();
        payloads.extend(wraps::usual(&self.parts.payload(), self.around));
        payloads.extend(joins::places(self.parts));
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
