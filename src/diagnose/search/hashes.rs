//! Other algorithms than HMAC-SHA-256.

use blake2::{Blake2b512, Blake2s256};
use hmac::{KeyInit as _, Mac as _, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::digest::common::BlockSizeUser;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_256};
use sha3::{Keccak256, Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use zeroize::Zeroizing;

use super::test::SentSignature;
use super::{Slip, slip};
use crate::signing::SecretKey;

/// A hash function, alone and as an HMAC.
struct Algorithm {
    name: &'static str,
    hash: fn(&[u8]) -> Vec<u8>,
    hmac: fn(&[u8], &[u8]) -> Vec<u8>,
}

const fn algorithm<D: Digest + BlockSizeUser + Clone>(name: &'static str) -> Algorithm {
    Algorithm { name, hash: |text| D::digest(text).to_vec(), hmac: hmac_of::<D> }
}

fn hmac_of<D: Digest + BlockSizeUser + Clone>(secret: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so there always is one.
    let Ok(mut mac) = SimpleHmac::<D>::new_from_slice(secret) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

const SHA_256: Algorithm = algorithm::<Sha256>("SHA-256");

const ALGORITHMS: [Algorithm; 14] = [
    SHA_256,
    algorithm::<Sha512>("SHA-512"),
    algorithm::<Sha1>("SHA-1"),
    algorithm::<Md5>("MD5"),
    algorithm::<Sha384>("SHA-384"),
    algorithm::<Sha224>("SHA-224"),
    algorithm::<Sha512_256>("SHA-512/256"),
    algorithm::<Sha3_256>("SHA3-256"),
    algorithm::<Sha3_512>("SHA3-512"),
    algorithm::<Sha3_384>("SHA3-384"),
    algorithm::<Sha3_224>("SHA3-224"),
    algorithm::<Keccak256>("Keccak-256"),
    algorithm::<Blake2s256>("BLAKE2s"),
    algorithm::<Blake2b512>("BLAKE2b"),
];

/// What is glued together and hashed: the pieces of it, and what that is called.
const GLUED: [(&str, [&str; 5]); 14] = [
    ("the payload followed by the secret", ["P", "S", "", "", ""]),
    ("the secret followed by the payload", ["S", "P", "", "", ""]),
    ("the payload alone", ["P", "", "", "", ""]),
    ("payload and secret with `&` between them", ["P", "&", "S", "", ""]),
    ("secret and payload with `&` between them", ["S", "&", "P", "", ""]),
    ("the payload followed by `&secret=` and the secret", ["P", "&secret=", "S", "", ""]),
    ("the payload followed by `&secretKey=` and the secret", ["P", "&secretKey=", "S", "", ""]),
    ("the payload followed by `&secret_key=` and the secret", ["P", "&secret_key=", "S", "", ""]),
    ("the payload followed by `&key=` and the secret", ["P", "&key=", "S", "", ""]),
    ("payload and secret with `:` between them", ["P", ":", "S", "", ""]),
    ("secret and payload with `:` between them", ["S", ":", "P", "", ""]),
    ("payload and secret with `|` between them", ["P", "|", "S", "", ""]),
    ("payload and secret with a line end between them", ["P", "\n", "S", "", ""]),
    ("the payload between two secrets", ["S", "P", "S", "", ""]),
];

/// Looks for the algorithm that gives the signature that was sent.
pub(super) fn find(secret: &SecretKey, payload: &[u8], sent: &SentSignature) -> Option<Slip> {
    let secret = secret.expose().as_bytes();
    let is = |digest: &[u8]| sent.is(digest).is_some();
    if is(&(SHA_256.hmac)(payload, secret)) {
        return Some(slip("hmac-arguments-swapped", ""));
    }
    for algorithm in ALGORITHMS {
        let name = algorithm.name;
        if is(&(algorithm.hmac)(secret, payload)) {
            return Some(slip("wrong-hash", format!("HMAC-{name}")));
        }
        for (what, pieces) in GLUED {
            let glued: Zeroizing<Vec<u8>> = Zeroizing::new(
                pieces
                    .iter()
                    .flat_map(|piece| match *piece {
                        "P" => payload,
                        "S" => secret,
                        other => other.as_bytes(),
                    })
                    .copied()
                    .collect(),
            );
            if is(&(algorithm.hash)(&glued)) {
                return Some(slip("not-hmac", format!("the {name} of {what}")));
            }
        }
    }
    None
}
