use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};
use ring::signature::{Ed25519KeyPair, RsaKeyPair};
use zeroize::Zeroizing;

use super::{SecretKey, SigningKey};

pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const PKCS1_LABEL: &str = "RSA PRIVATE KEY";

/// Why a private key cannot be used. Never holds any of the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// No PEM at all.
    #[error("is no PEM: expected a line `-----BEGIN PRIVATE KEY-----` and the key below it")]
    NotPem,
    /// PEM of something else.
    #[error(
        "holds a `{0}`; what is needed is a PKCS#8 `PRIVATE KEY`, encrypted or not, or an `RSA PRIVATE KEY`"
    )]
    Label(String),
    /// PEM whose content cannot be read.
    #[error("cannot be read as a private key: {0}")]
    Malformed(&'static str),
    /// A kind of key that the exchange does not take.
    #[error("holds a key that is neither RSA nor Ed25519 (algorithm {0}); the exchange takes those two")]
    Algorithm(String),
    /// Encrypted, and nobody gave a passphrase.
    #[error("is encrypted; give its passphrase by `passphrase_file`, `passphrase_command` or BNQ_PASSPHRASE")]
    PassphraseNeeded,
    /// The passphrase does not fit.
    #[error("cannot be decrypted; the passphrase is wrong, or the encryption is not one of PKCS#5 (PBES2)")]
    Passphrase,
}

/// Reads a private key: PKCS#8, encrypted PKCS#8, or PKCS#1 for RSA.
pub(super) fn read(pem: &SecretKey, passphrase: Option<&SecretKey>) -> Result<SigningKey, PrivateKeyError> {
    let (label, der) = decode(pem)?;
    if label == PKCS1_LABEL {
        return rsa(RsaKeyPair::from_der(&der), pem);
    }
    if label == EncryptedPrivateKeyInfoRef::PEM_LABEL {
        let passphrase = passphrase.ok_or(PrivateKeyError::PassphraseNeeded)?;
        let info = EncryptedPrivateKeyInfoRef::try_from(der.as_slice())
            .map_err(|_| PrivateKeyError::Malformed("its ASN.1 is damaged"))?;
        let document = info.decrypt(passphrase.expose()).map_err(|_| PrivateKeyError::Passphrase)?;
        return pkcs8(document.as_bytes(), pem);
    }
    if label != PrivateKeyInfoRef::PEM_LABEL {
        return Err(PrivateKeyError::Label(label));
    }
    pkcs8(&der, pem)
}

/// Label and content of the first PEM block. Lines may have any length and end in LF or CRLF.
pub(super) fn decode(pem: &SecretKey) -> Result<(String, Zeroizing<Vec<u8>>), PrivateKeyError> {
    let (_, rest) = pem.expose().split_once("-----BEGIN ").ok_or(PrivateKeyError::NotPem)?;
    let (label, rest) = rest.split_once("-----").ok_or(PrivateKeyError::NotPem)?;
    let (body, _) =
        rest.split_once("-----END ").ok_or(PrivateKeyError::Malformed("its last line is missing"))?;
    if body.contains("Proc-Type:") {
        return Err(PrivateKeyError::Label(format!("{label} in OpenSSL's old encrypted form")));
    }
    let text: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
    let der =
        STANDARD.decode(text.as_bytes()).map_err(|_| PrivateKeyError::Malformed("its base64 is damaged"))?;
    Ok((label.to_owned(), Zeroizing::new(der)))
}

fn pkcs8(der: &[u8], pem: &SecretKey) -> Result<SigningKey, PrivateKeyError> {
    let info =
        PrivateKeyInfoRef::try_from(der).map_err(|_| PrivateKeyError::Malformed("its ASN.1 is damaged"))?;
    match info.algorithm.oid {
        RSA => rsa(RsaKeyPair::from_pkcs8(der), pem),
        ED25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map(|pair| SigningKey::Ed25519(Box::new(pair), pem.clone()))
            .map_err(|_| PrivateKeyError::Malformed("its Ed25519 key is damaged")),
        other => Err(PrivateKeyError::Algorithm(other.to_string())),
    }
}

fn rsa(
    pair: Result<RsaKeyPair, ring::error::KeyRejected>,
    pem: &SecretKey,
) -> Result<SigningKey, PrivateKeyError> {
    pair.map(|pair| SigningKey::Rsa(Box::new(pair), pem.clone()))
        .map_err(|_| PrivateKeyError::Malformed("its RSA key is damaged, or not of 2048 to 4096 bits"))
}
