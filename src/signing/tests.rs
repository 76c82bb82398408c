use serde_json::Value;

use super::*;

/// Payloads with their signatures; made with other programs, so that a fault here cannot hide in them.
const VECTORS: &str = include_str!("../../data/vectors.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn parameters(value: &Value) -> Parameters {
    let pairs = value.as_array().unwrap().iter();
    pairs.map(|p| (p[0].as_str().unwrap(), p[1].as_str().unwrap())).collect()
}

/// PEM is the base64 of the DER in lines of 64 characters.
fn pem(label: &str, der_base64: &str) -> SecretKey {
    let lines: Vec<&str> =
        der_base64.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
    SecretKey::new(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")))
}

fn private_key(name: &str) -> SigningKey {
    let key = &vectors()["keys"][name];
    SigningKey::from_pem(&pem("PRIVATE KEY", text(key, "private_pkcs8_der")), None).unwrap()
}

#[test]
fn every_published_payload_is_encoded_and_joined_to_the_byte() {
    for v in vectors()["vectors"].as_array().unwrap() {
        let encoded = payload(&parameters(&v["query"]).encode(), &parameters(&v["body"]).encode());
        assert_eq!(encoded, text(v, "payload"), "{}", v["name"]);
    }
}

#[test]
fn every_vector_has_its_signature_for_every_kind_of_key() {
    let all = vectors();
    let keys = [
        ("hmac_sha256_hex", "hmac_sha256_hex", SigningKey::Hmac(SecretKey::new(text(&all, "secret_key")))),
        ("rsa2048_base64", "rsa2048_parameter", private_key("rsa2048")),
        ("rsa4096_base64", "rsa4096_parameter", private_key("rsa4096")),
        ("ed25519_base64", "ed25519_parameter", private_key("ed25519")),
    ];
    let mut checked = 0;
    for v in all["vectors"].as_array().unwrap() {
        for (plain, parameter, key) in &keys {
            let signature = key.sign(text(v, "payload").as_bytes()).unwrap();
            assert_eq!(signature.as_str(), text(v, plain), "{} {plain}", v["name"]);
            assert_eq!(signature.parameter(), text(v, parameter), "{} {parameter}", v["name"]);
            checked += 1;
        }
    }
    assert_eq!(checked, 17 * 4);
}

#[test]
fn encrypted_keys_and_public_keys_are_the_same_keys() {
    let all = vectors();
    let passphrase = SecretKey::new(text(&all, "passphrase"));
    for (name, key) in all["keys"].as_object().unwrap() {
        let pem = pem("ENCRYPTED PRIVATE KEY", text(key, "private_pkcs8_encrypted_der"));
        let decrypted = SigningKey::from_pem(&pem, Some(&passphrase)).unwrap();
        let public = VerifyingKey::from_public_key(text(key, "public_spki_der")).unwrap();
        let first = &all["vectors"][0];
        let (payload, signature) =
            (text(first, "payload").as_bytes(), text(first, &format!("{name}_base64")));
        assert_eq!(decrypted.sign(payload).unwrap().as_str(), signature, "{name}");
        assert!(public.verify(payload, signature), "{name}");
        assert!(!public.verify(b"timestamp=2", signature), "{name}");
        let wrong = SigningKey::from_pem(&pem, Some(&SecretKey::new("wrong"))).unwrap_err();
        assert_eq!(wrong, PrivateKeyError::Passphrase, "{name}");
        let none = SigningKey::from_pem(&pem, None).unwrap_err();
        assert_eq!(none, PrivateKeyError::PassphraseNeeded, "{name}");
    }
}

#[test]
fn rsa_is_read_as_pkcs1_too() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let all = vectors();
    let pkcs8 = STANDARD.decode(text(&all["keys"]["rsa2048"], "private_pkcs8_der")).unwrap();
    let info = pkcs8::PrivateKeyInfoRef::try_from(pkcs8.as_slice()).unwrap();
    let pkcs1 = STANDARD.encode(info.private_key.as_bytes());
    let key = SigningKey::from_pem(&pem("RSA PRIVATE KEY", &pkcs1), None).unwrap();
    let first = &all["vectors"][0];
    let signature = key.sign(text(first, "payload").as_bytes()).unwrap();
    assert_eq!(signature.as_str(), text(first, "rsa2048_base64"));
}

#[test]
fn what_is_no_private_key_is_named() {
    let ec = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n";
    let old =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let cases = [
        ("hello", "is no PEM"),
        (ec, "holds a `EC PRIVATE KEY`"),
        (cut, "its last line is missing"),
        ("-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----", "its base64 is damaged"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "its ASN.1 is damaged"),
        (old, "OpenSSL's old encrypted form"),
    ];
    for (pem, expected) in cases {
        let error = SigningKey::from_pem(&SecretKey::new(pem), None).unwrap_err().to_string();
        assert!(error.contains(expected), "{pem}: {error}");
    }
}

#[test]
fn hex_may_be_in_either_case_and_base64_may_not() {
    let all = vectors();
    let first = &all["vectors"][0];
    let payload = text(first, "payload").as_bytes();
    let hmac = VerifyingKey::Hmac(SecretKey::new(text(&all, "secret_key")));
    assert!(hmac.verify(payload, &text(first, "hmac_sha256_hex").to_uppercase()));
    let public = text(&all["keys"]["ed25519"], "public_spki_der");
    let ed25519 = VerifyingKey::from_public_key(public).unwrap();
    assert!(ed25519.verify(payload, text(first, "ed25519_base64")));
    assert!(!ed25519.verify(payload, &text(first, "ed25519_base64").to_lowercase()));
}

#[test]
fn a_key_that_cannot_be_right_is_refused_without_being_shown() {
    let all = vectors();
    let good = text(&all, "api_key");
    let cases = [
        (String::new(), KeyShapeError::Empty),
        (format!("\u{feff}{good}"), KeyShapeError::ByteOrderMark),
        (format!("{good}\n"), KeyShapeError::WhiteSpace("at its beginning or end")),
        (format!("{}\n{}", &good[..32], &good[32..]), KeyShapeError::WhiteSpace("within it")),
        (format!("\"{good}\""), KeyShapeError::Quoted),
        (format!("<{good}>"), KeyShapeError::Quoted),
        ("YOUR_API_KEY".to_owned(), KeyShapeError::Placeholder),
        ("<your-api-key>".to_owned(), KeyShapeError::Quoted),
        ("undefined".to_owned(), KeyShapeError::Placeholder),
        ("${API_KEY}".to_owned(), KeyShapeError::Placeholder),
        ("xxxxxxxx".to_owned(), KeyShapeError::Placeholder),
        (good[..63].to_owned(), KeyShapeError::Length(63)),
        (format!("{}-", &good[..63]), KeyShapeError::Characters),
    ];
    for (text, expected) in cases {
        assert_eq!(ApiKey::new(text.clone()).unwrap_err(), expected, "{text}");
        assert_eq!(SecretKey::new(text.clone()).check_shape().unwrap_err(), expected, "{text}");
    }
    assert_eq!(ApiKey::new(good).unwrap().masked(), "vmPU…Eh8A");
    assert_eq!(format!("{:?}", SecretKey::new(good)), "(redacted)");
}

#[test]
fn recv_window_is_milliseconds_with_three_decimals_up_to_a_minute() {
    for good in ["1", "5000", "60000", "60000.000", "5000.125", "0"] {
        assert_eq!(good.parse::<RecvWindow>().unwrap().as_str(), good);
    }
    for bad in ["", "abc", "-1", "1.", ".5", "1.2345", "1e3", " 5", "+5"] {
        assert!(matches!(bad.parse::<RecvWindow>(), Err(RecvWindowError::Malformed(_))), "{bad}");
    }
    for large in ["60001", "60000.001", "99999999999999999999"] {
        assert!(matches!(large.parse::<RecvWindow>(), Err(RecvWindowError::TooLarge(_))), "{large}");
    }
}

#[test]
fn a_signed_request_sends_the_bytes_it_signed() {
    let all = vectors();
    let key = SigningKey::Hmac(SecretKey::new(text(&all, "secret_key")));
    let draft = Draft {
        method: crate::catalogue::Method::Get,
        base_url: "http://127.0.0.1:8090".to_owned(),
        path: "/api/v3/openOrders".to_owned(),
        query: [("symbol", "ARKBTC")].into_iter().collect(),
        body: Parameters::new(),
        api_key: None,
    };
    let window = "20000".parse().unwrap();
    let request = draft.sign(&key, 1_499_827_319_559, Some(&window)).unwrap();
    let (payload, signature) = request.signed.clone().unwrap();
    assert_eq!(payload, "symbol=ARKBTC&recvWindow=20000&timestamp=1499827319559");
    assert_eq!(signature.as_str(), "03aca9612a447e2a12ff68c80590f5637c93f0c08009f0896bd6d44c156aed63");
    assert_eq!(request.query, format!("{payload}&signature={signature}"));
    assert_eq!(request.url(), format!("http://127.0.0.1:8090/api/v3/openOrders?{}", request.query));
}

#[test]
fn a_secret_that_is_short_or_has_signs_in_it_is_hidden_too() {
    let masker = ["pass", "a-b-c-d-e-f-g-h-i"].map(SecretKey::new);
    let masker = masker.iter().fold(Masker::new(), Masker::with_secret);
    let cases = [
        ("/x?p=pass&q=passes", "/x?p=(the secret key)&q=passes"),
        ("/x?p=%70as%73", "/x?p=(the secret key)"),
        ("/x?signature=pass", "/x?signature=(the secret key)"),
        ("/x?signature=a-b-c-d-e-f-g-h-i", "/x?signature=(the secret key)"),
        ("/x?signature=a%2Db-c-d-e-f-g-h-i", "/x?signature=(the secret key)"),
        ("/x?signature=a-b-c-d-e-f-g-h-j", "/x?signature=a-b-…-h-j"),
    ];
    for (text, shown) in cases {
        assert_eq!(masker.apply(text), shown, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn encoding_leaves_unreserved_characters_and_decodes_to_the_text(text in ".*") {
        let encoded = percent_encode(&text);
        proptest::prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        proptest::prop_assert_eq!(percent_decode(encoded.as_bytes()), text.as_bytes());
    }
}
