//! Why a signature is wrong.

use super::diagnosis::{Case, Diagnosis, OwnKey};
use super::examined::Examined;
use super::finding::{Certainty, Finding};
use super::search::{self, Around, Depth, Outcome, Signer};
use super::{Refusal, Scheme, shape};
use crate::signing::{KeyKind, SecretKey, VerifyingKey};

/// Explains a signature that is malformed or wrong.
pub(super) fn explain(x: &mut Examined<'_>, case: &Case<'_>, refusal: &Refusal, diagnosis: &mut Diagnosis) {
    x.settle("signature");
    diagnosis.signature_right = Some(false);
    let sent = x.value("signature").unwrap_or_default().to_owned();
    if case.keys.iter().any(|k| is_most_of_secret(&k.verifying, &sent)) {
        diagnosis.findings.push(Finding::new("secret-sent-as-signature", Certainty::Proven, &[]));
        return;
    }
    let Some(own) = signer_of(x, case) else {
        diagnosis.signature_right = None;
        diagnosis.findings.extend(by_form(x, None, &sent, refusal));
        return;
    };
    // What was mangled before it was signed was signed as it was sent.
    if own.verifying.verify(&case.request.payload(), &sent) {
        diagnosis.signature_right = Some(true);
        return;
    }
    // What is in the wrong place was signed there, or where it belongs.
    if let Some(finding) = shape::misplaced(x) {
        diagnosis.findings.push(finding);
        if own.verifying.verify(&x.payload(), &sent) {
            return;
        }
    }
    let depth = if x.unknown_key { Depth::Usual } else { Depth::Everything };
    match search::search(x.parts(), &around(x, case, own), &sent, &signer(own), depth) {
        // A malformed one cannot be right but for its form, and that is a slip.
        Outcome::Right => diagnosis.findings.push(Finding::of(refusal).seen(format!("signature={sent}"))),
        Outcome::Found { slips, signed } => {
            let found = slips.iter().map(|slip| Finding::of_slip(slip, signed.as_deref()));
            diagnosis.findings.extend(found);
        }
        Outcome::Unexplained { tried } => {
            if !x.unknown_key {
                diagnosis.tried = tried;
            }
            diagnosis.findings.extend(unexplained(x, case, own, &sent, refusal));
        }
    }
}

/// The key whose secret should have signed.
fn signer_of<'a>(x: &Examined<'_>, case: &Case<'a>) -> Option<&'a OwnKey> {
    let sent = x.key_text.as_deref();
    case.keys.iter().find(|k| Some(k.api_key.as_str()) == sent).or(case.keys.first())
}

fn signer(own: &OwnKey) -> Signer<'_> {
    match &own.verifying {
        VerifyingKey::Hmac(secret) => Signer::Hmac { secret },
        verifying => Signer::Private { verifying, pem: own.pem.as_ref() },
    }
}

fn around<'a>(x: &'a Examined<'_>, case: &'a Case<'_>, own: &'a OwnKey) -> Around<'a> {
    let scheme = if case.scheme == Some(Scheme::Http) { "http" } else { "https" };
    Around {
        method: &x.request.method,
        path: &x.request.path,
        base: case.host.map(|host| format!("{scheme}://{host}")),
        api_key: Some(&own.api_key),
        endpoint: x.endpoint,
        json: x.json,
    }
}

/// What is said where no slip gives the signature.
fn unexplained(
    x: &Examined<'_>,
    case: &Case<'_>,
    own: &OwnKey,
    sent: &str,
    refusal: &Refusal,
) -> Option<Finding> {
    let payload = x.payload();
    let other = case.keys.iter().find(|k| k.verifying.verify(&payload, sent));
    if let Some(other) = other {
        let how = format!(
            "the signature is that of another key of this account, {}",
            crate::signing::mask(&other.api_key)
        );
        return Some(Finding::new("secret-unknown", Certainty::Proven, &[("how", &how)]));
    }
    if let Some(finding) = by_form(x, Some(own.verifying.kind()), sent, refusal) {
        return Some(finding);
    }
    // The secret of a key that nobody here knows may well have signed.
    if x.unknown_key {
        return None;
    }
    let (mistake, how) = match own.verifying.kind() {
        KeyKind::Hmac => (
            "secret-unknown",
            "the secret that signed is not this key's, or something was signed that no known mistake makes of this request",
        ),
        KeyKind::Rsa | KeyKind::Ed25519 => {
            ("signed-different-payload", "what it was is not known, or another private key signed")
        }
    };
    Some(Finding::new(mistake, Certainty::Likely, &[("how", how)]))
}

/// Digests by the number of their hex digits.
const HASHES: [(usize, &str); 4] = [(32, "MD5"), (40, "SHA-1"), (96, "SHA-384"), (128, "SHA-512")];

/// What the form of a signature says, where its bytes say nothing.
fn by_form(x: &Examined<'_>, kind: Option<KeyKind>, sent: &str, refusal: &Refusal) -> Option<Finding> {
    let hex = !sent.is_empty() && sent.bytes().all(|b| b.is_ascii_hexdigit());
    let length = sent.chars().count();
    let likely = |mistake, how: &str| {
        let values = [("how", how), ("length", &length.to_string())];
        Some(Finding::new(mistake, Certainty::Likely, &values).seen(format!("signature={sent}")))
    };
    let private = matches!(kind, Some(KeyKind::Rsa | KeyKind::Ed25519));
    if private && hex && length == 64 {
        return likely(
            "private-key-used-as-hmac-secret",
            "the signature has the form of an HMAC, and this key signs with its private half",
        );
    }
    if private && hex && [128, 512, 768, 1024].contains(&length) {
        return likely("signature-hex-of-private-key", "");
    }
    let base64 = sent.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/= ".contains(&b));
    if kind != Some(KeyKind::Hmac) && base64 && sent.contains(' ') && length > 64 {
        return likely("signature-not-percent-encoded", "");
    }
    let hmac = kind == Some(KeyKind::Hmac);
    if hmac && hex {
        let hash = HASHES.iter().find(|(digits, _)| *digits == length);
        if let Some((_, name)) = hash {
            return likely("wrong-hash", &format!("a hash as long as {name}'s"));
        }
        return if length < 64 { likely("signature-truncated", "") } else { malformed(x, refusal) };
    }
    if hmac && (43..=44).contains(&length) {
        return likely("signature-base64", "");
    }
    malformed(x, refusal)
}

/// What the check of its characters said, if that is what refused it.
fn malformed(x: &Examined<'_>, refusal: &Refusal) -> Option<Finding> {
    let sent = x.value("signature").unwrap_or_default();
    (refusal.mistake == "signature-malformed").then(|| Finding::of(refusal).seen(format!("signature={sent}")))
}

/// Whether a text is the secret of this key, with white space around it or a little cut off.
fn is_most_of_secret(verifying: &VerifyingKey, text: &str) -> bool {
    let VerifyingKey::Hmac(secret) = verifying else { return false };
    let (secret, text) = (secret.expose(), text.trim());
    text.len() * 2 > secret.len()
        && (secret.starts_with(text) || secret.ends_with(text) || text.contains(secret))
}

/// Whether a text is the secret of this key.
pub(super) fn secret_is(verifying: &VerifyingKey, text: &str) -> bool {
    match verifying {
        VerifyingKey::Hmac(secret) => *secret == SecretKey::new(text),
        VerifyingKey::Rsa(_) | VerifyingKey::Ed25519(_) => false,
    }
}

/// Whether the signature was made with this text in place of the secret.
pub(super) fn made_with(x: &Examined<'_>, text: &str) -> bool {
    let verifying = VerifyingKey::Hmac(SecretKey::new(text));
    verifying.verify(&x.payload(), x.value("signature").unwrap_or_default())
}
