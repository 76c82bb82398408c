//! Any sound request has no finding, and any single mistake made on one is found.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::catalogue::Permissions;
use crate::signing::{SecretKey, SigningKey, percent_encode};

/// Made for the purpose.
const API_KEY: &str = "PropertyPropertyPropertyPropertyPropertyPropertyPropertyPropert1";
const SECRET: &str = "Kq7ZtM2vXb9LwRfGh4JpYdNsCa8EuTn6Qi3VoHx5BmWzAg1FyUk0DrPjSlOeIcT2";
const NOW_MS: i64 = 1_792_319_614_256;

const VECTORS: &str = include_str!("../../data/vectors.json");

/// A sound request before it is put together.
#[derive(Clone, Debug)]
struct Draft {
    method: &'static str,
    path: &'static str,
    pairs: Vec<(String, String)>,
    /// How many of the pairs go into the query string; the others are the body's.
    queried: usize,
    style: fn(&str) -> String,
    key: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Hmac,
    Rsa,
    Ed25519,
}

fn lower_hex(text: &str) -> String {
    let encoded = percent_encode(text);
    let mut out = String::new();
    let mut rest = encoded.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        let (hex, tail) = after.split_at(2);
        out += &format!("{before}%{}", hex.to_lowercase());
        rest = tail;
    }
    out + rest
}

fn plus(text: &str) -> String {
    percent_encode(text).replace("%20", "+")
}

fn bare_commas(text: &str) -> String {
    percent_encode(text).replace("%2C", ",").replace("%40", "@")
}

/// Endpoints with parameters that they take.
fn endpoint() -> impl Strategy<Value = (&'static str, &'static str, Vec<(String, String)>)> {
    let symbol = select(vec!["BTCUSDT", "ARKBTC", "LTCBTC", "SOLUSDC", "币安人生USDT", "1000SATSUSDT"]);
    let text = "[a-z]{1,8}(\\+[a-z]{1,3})?@[a-z]{2,8}\\.com";
    let amount = select(vec!["1", "0.25", "12", "0.10", "0.00031", "20.50"]);
    (symbol, text, amount, 1..1000_u32, 0..6_usize).prop_map(|(symbol, email, amount, n, which)| {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let n = n.to_string();
        match which {
            0 => ("GET", "/api/v3/openOrders", vec![pair("symbol", symbol)]),
            1 => (
                "GET",
                "/api/v3/myTrades",
                vec![pair("symbol", symbol), pair("limit", &n), pair("fromId", &n)],
            ),
            2 => ("GET", "/api/v3/account", vec![pair("omitZeroBalances", "true")]),
            3 => ("DELETE", "/api/v3/order", vec![pair("symbol", symbol), pair("orderId", &n)]),
            4 => ("GET", "/sapi/v1/sub-account/list", vec![pair("email", &email), pair("limit", &n)]),
            _ => {
                let fixed = [("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC")];
                let mut pairs = vec![pair("symbol", symbol)];
                pairs.extend(fixed.map(|(name, value)| pair(name, value)));
                pairs.extend([pair("quantity", amount), pair("price", "0.5")]);
                ("POST", "/api/v3/order", pairs)
            }
        }
    })
}

fn draft(keys: Vec<Kind>) -> impl Strategy<Value = Draft> {
    let styles: Vec<fn(&str) -> String> = vec![percent_encode, lower_hex, plus, bare_commas];
    let window = prop::option::of(select(vec!["5000", "20000", "60000", "5000.125"]));
    let order = any::<prop::sample::Index>();
    (endpoint(), window, any::<Index>(), order, select(styles), select(keys), 0..4000_i64, any::<bool>())
        .prop_map(|((method, path, mut pairs), window, split, order, style, key, lag_ms, micros)| {
            pairs.extend(window.map(|w| ("recvWindow".to_owned(), w.to_owned())));
            let sent = NOW_MS - lag_ms;
            let timestamp = if micros { format!("{sent}000") } else { sent.to_string() };
            let place = order.index(pairs.len() + 1);
            pairs.insert(place, ("timestamp".to_owned(), timestamp));
            let queried = if method == "GET" { pairs.len() } else { split.index(pairs.len() + 1) };
            Draft { method, path, pairs, queried, style, key }
        })
}

fn signing_key(kind: Kind) -> SigningKey {
    let name = match kind {
        Kind::Hmac => return SigningKey::Hmac(SecretKey::new(SECRET)),
        Kind::Rsa => "rsa2048",
        Kind::Ed25519 => "ed25519",
    };
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let der = vectors["keys"][name]["private_pkcs8_der"].as_str().unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    SigningKey::from_pem(&SecretKey::new(pem), None).unwrap()
}

impl Draft {
    fn place(&self, pairs: &[(String, String)]) -> String {
        let written: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={}", (self.style)(v))).collect();
        written.join("&")
    }

    fn query(&self) -> String {
        self.place(&self.pairs[..self.queried])
    }

    fn body(&self) -> String {
        self.place(&self.pairs[self.queried..])
    }

    fn payload(&self) -> String {
        self.query() + &self.body()
    }

    fn signed_with(&self, payload: &[u8], key: &SigningKey) -> ReceivedRequest {
        let signature = key.sign(payload).unwrap().parameter();
        self.carrying(&signature)
    }

    /// The request with this text as the value of `signature`.
    fn carrying(&self, signature: &str) -> ReceivedRequest {
        let with = |place: String| {
            let joint = if place.is_empty() { "" } else { "&" };
            format!("{place}{joint}signature={signature}")
        };
        let (query, body) = if self.queried < self.pairs.len() {
            (self.query(), with(self.body()))
        } else {
            (with(self.query()), String::new())
        };
        ReceivedRequest {
            method: self.method.to_owned(),
            path: self.path.to_owned(),
            query: query.into_bytes(),
            headers: vec![("X-MBX-APIKEY".to_owned(), API_KEY.as_bytes().to_vec())],
            body: body.into_bytes(),
        }
    }

    fn sound(&self) -> ReceivedRequest {
        self.signed_with(self.payload().as_bytes(), &signing_key(self.key))
    }
}

fn findings(request: &ReceivedRequest, key: &SigningKey) -> Diagnosis {
    let own = [OwnKey { api_key: API_KEY.to_owned(), verifying: key.verifying(), pem: key.pem().cloned() }];
    let known = |sent: &str| {
        (sent == API_KEY).then(|| KnownKey {
            verifying: key.verifying(),
            permissions: Permissions::ALL,
            addresses: Vec::new(),
        })
    };
    let gate = Gate {
        now_us: NOW_MS * 1000,
        key: &known,
        knows_keys: true,
        symbol: &|_, symbol| is_likely_symbol(symbol),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let (scheme, host) = (Some(Scheme::Https), Some("api.binance.com"));
    diagnose(&Case {
        request,
        scheme,
        host,
        cut: None,
        whole: true,
        gate: &gate,
        keys: &own,
        environment: None,
    })
}

/// A slip in the payload: what is signed in place of it, and the names that are right for that.
type PayloadSlip = (fn(&Draft) -> String, &'static [&'static str]);

const PAYLOAD_SLIPS: [PayloadSlip; 20] = [
    (|d| d.payload() + "\n", &["payload-trailing-newline"]),
    (|d| d.payload() + "\r\n", &["payload-trailing-newline"]),
    (|d| format!("?{}", d.payload()), &["payload-leading-question-mark"]),
    (|d| format!("{}?{}", d.path, d.payload()), &["payload-has-path"]),
    (|d| format!("https://api.binance.com{}?{}", d.path, d.payload()), &["payload-has-path"]),
    (|d| format!("{}{}", d.method, d.payload()), &["payload-has-method"]),
    (|d| d.payload() + "&signature=", &["payload-has-signature"]),
    (|d| d.payload() + "&", &["payload-stray-ampersand"]),
    (|d| d.payload().replace('&', "&amp;"), &["payload-html-entities"]),
    (|d| d.payload().replace('&', ","), &["payload-wrong-separator"]),
    (|d| d.payload().to_uppercase(), &["payload-case-changed", "encoded-two-ways"]),
    (|d| without(d, "timestamp"), &["signed-without-timestamp", "query-or-body-left-out"]),
    (|d| without(d, "recvWindow"), &["parameter-added-after-signing", "query-or-body-left-out"]),
    (|d| without(d, "symbol"), &["parameter-added-after-signing", "query-or-body-left-out"]),
    (
        |d| d.pairs.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&"),
        &["signed-before-encoding", "query-and-body-joined"],
    ),
    (|d| sorted(d), &["parameters-reordered", "query-and-body-joined"]),
    (|d| d.pairs.iter().map(|(_, v)| (d.style)(v)).collect(), &["values-without-names-signed"]),
    (|d| d.payload().replace("timestamp=", "timestamp=1"), &["secret-unknown"]),
    (|_| "${queryString}".to_owned(), &["variable-name-signed"]),
    (|d| retimed(d), &["timestamp-taken-twice"]),
];

fn without(draft: &Draft, name: &str) -> String {
    let kept = |pairs: &[(String, String)]| {
        let kept: Vec<(String, String)> = pairs.iter().filter(|(n, _)| n != name).cloned().collect();
        draft.place(&kept)
    };
    kept(&draft.pairs[..draft.queried]) + &kept(&draft.pairs[draft.queried..])
}

fn sorted(draft: &Draft) -> String {
    let mut pairs = draft.pairs.clone();
    pairs.sort();
    draft.place(&pairs)
}

fn retimed(draft: &Draft) -> String {
    let sent = draft.pairs.iter().find(|(n, _)| n == "timestamp").unwrap().1.clone();
    let other = if sent.len() > 13 {
        (sent.parse::<i64>().unwrap() - 7000).to_string()
    } else {
        (sent.parse::<i64>().unwrap() - 7).to_string()
    };
    draft.payload().replace(&sent, &other)
}

/// A slip in using the secret, and its name.
type SecretSlip = (fn() -> String, &'static str);

const SECRET_SLIPS: [SecretSlip; 9] = [
    (|| format!("{SECRET}\n"), "secret-whitespace"),
    (|| format!(" {SECRET}"), "secret-whitespace"),
    (|| format!("\u{feff}{SECRET}"), "secret-whitespace"),
    (|| format!("\"{SECRET}\""), "secret-quoted"),
    (|| format!("'{SECRET}'"), "secret-quoted"),
    (|| SECRET[1..].to_owned(), "secret-truncated"),
    (|| SECRET[..60].to_owned(), "secret-truncated"),
    (String::new, "secret-empty"),
    (|| API_KEY.to_owned(), "signed-with-api-key"),
];

/// A slip in the header or in a parameter of a sound request that is not signed for it again, and its name.
type RequestSlip = (fn(&mut ReceivedRequest), &'static str);

const REQUEST_SLIPS: [RequestSlip; 11] = [
    (|r| header(r, "Authorization", &format!("X-MBX-APIKEY: {API_KEY}")), "key-in-authorization"),
    (|r| header(r, "X-MBX-API-KEY", API_KEY), "key-header-misspelled"),
    (|r| header(r, "X-MBX-APIKEY", &format!("\"{API_KEY}\"")), "key-quoted"),
    (|r| header(r, "X-MBX-APIKEY", &format!("Bearer {API_KEY}")), "key-with-scheme"),
    (|r| header(r, "X-MBX-APIKEY", &API_KEY[..63]), "key-truncated"),
    (|r| header(r, "X-MBX-APIKEY", "undefined"), "key-placeholder"),
    (|r| header(r, "X-MBX-APIKEY", SECRET), "key-is-the-secret"),
    (|r| r.headers.clear(), "key-missing"),
    (|r| replace(r, "signature=", "sign="), "signature-misnamed"),
    (|r| replace(r, "&timestamp=", "&amp;timestamp="), "payload-html-entities"),
    (|r| replace(r, "&timestamp=", "?timestamp="), "second-question-mark"),
];

fn header(request: &mut ReceivedRequest, name: &str, value: &str) {
    request.headers = vec![(name.to_owned(), value.as_bytes().to_vec())];
}

fn replace(request: &mut ReceivedRequest, from: &str, to: &str) {
    for place in [&mut request.query, &mut request.body] {
        *place = String::from_utf8(place.clone()).unwrap().replace(from, to).into_bytes();
    }
}

fn names(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|f| f.mistake).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn a_sound_request_has_no_finding(draft in draft(vec![Kind::Hmac, Kind::Rsa, Kind::Ed25519])) {
        let diagnosis = findings(&draft.sound(), &signing_key(draft.key));
        prop_assert_eq!(names(&diagnosis), Vec::<&str>::new(), "{:?}", draft);
        prop_assert!(diagnosis.refusal.is_none());
        prop_assert_eq!(diagnosis.signature_right, Some(true));
    }

    #[test]
    fn what_was_signed_in_place_of_the_payload_is_found(draft in draft(vec![Kind::Hmac]), which in select(PAYLOAD_SLIPS.to_vec())) {
        let (made, right) = which;
        let payload = made(&draft);
        prop_assume!(payload != draft.payload());
        let key = signing_key(draft.key);
        let diagnosis = findings(&draft.signed_with(payload.as_bytes(), &key), &key);
        let found = names(&diagnosis);
        prop_assert!(found.iter().any(|name| right.contains(name)), "{found:?} for {payload}\n{draft:?}");
        prop_assert_eq!(diagnosis.refusal.and_then(|r| r.code), Some(-1022));
    }

    #[test]
    fn a_private_key_s_payload_is_found_too(draft in draft(vec![Kind::Rsa, Kind::Ed25519]), which in select(PAYLOAD_SLIPS[..10].to_vec())) {
        let (made, right) = which;
        let payload = made(&draft);
        prop_assume!(payload != draft.payload());
        let key = signing_key(draft.key);
        let found = names(&findings(&draft.signed_with(payload.as_bytes(), &key), &key));
        prop_assert!(found.iter().any(|name| right.contains(name)), "{found:?} for {payload}\n{draft:?}");
    }

    #[test]
    fn what_signed_in_place_of_the_secret_is_found(draft in draft(vec![Kind::Hmac]), which in select(SECRET_SLIPS.to_vec())) {
        let (made, right) = which;
        let other = SigningKey::Hmac(SecretKey::new(made()));
        let request = draft.signed_with(draft.payload().as_bytes(), &other);
        let diagnosis = findings(&request, &signing_key(Kind::Hmac));
        prop_assert_eq!(names(&diagnosis), vec![right], "{:?}", draft);
    }

    #[test]
    fn what_is_wrong_around_a_signature_is_found(draft in draft(vec![Kind::Hmac]), which in select(REQUEST_SLIPS.to_vec())) {
        let (made, right) = which;
        let mut request = draft.sound();
        made(&mut request);
        prop_assume!(request.query != draft.sound().query || request.body != draft.sound().body || request.headers != draft.sound().headers);
        let diagnosis = findings(&request, &signing_key(Kind::Hmac));
        prop_assert_eq!(names(&diagnosis), vec![right], "{:?} {:?}", draft, request.query);
        prop_assert!(diagnosis.refusal.is_some());
    }

    #[test]
    fn two_slips_that_go_together_are_both_found(draft in draft(vec![Kind::Hmac]), lag in 0..3_usize) {
        let payload = without(&draft, "timestamp") + "\n";
        prop_assume!(draft.queried == draft.pairs.len());
        let key = signing_key(Kind::Hmac);
        let diagnosis = findings(&draft.signed_with(payload.as_bytes(), &key), &key);
        let found = names(&diagnosis);
        prop_assert!(found.contains(&"payload-trailing-newline"), "{found:?} {lag}");
        prop_assert!(found.contains(&"signed-without-timestamp"), "{found:?}");
    }

    #[test]
    fn whatever_arrives_is_looked_at_to_the_end(
        method in select(vec!["GET", "POST", "DELETE", "PUT", "X"]),
        path in select(vec!["/api/v3/order", "/api/v3/account", "/fapi/v1/order", "/x"]),
        query in prop::collection::vec(any::<u8>(), 0..80),
        body in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let request = ReceivedRequest {
            method: method.to_owned(), path: path.to_owned(), query, headers: vec![], body,
        };
        let diagnosis = findings(&request, &signing_key(Kind::Hmac));
        prop_assert_eq!(diagnosis.refusal.is_none(), diagnosis.findings.is_empty(), "{:?}", diagnosis);
    }
}
