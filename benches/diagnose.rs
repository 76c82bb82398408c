//! How long the search for what was signed takes where nothing explains the signature: the longest that it can take.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use bnq::catalogue::Permissions;
use bnq::diagnose::{Case, Gate, KnownKey, OwnKey, ReceivedRequest, Scheme, diagnose};
use bnq::signing::{SecretKey, VerifyingKey};
use criterion::{Criterion, criterion_group, criterion_main};

/// Made for the purpose.
const API_KEY: &str = "BenchmarkBenchmarkBenchmarkBenchmarkBenchmarkBenchmarkBenchmark1";
const SECRET: &str = "SecretSecretSecretSecretSecretSecretSecretSecretSecretSecretSec1";
const NOW_MS: i64 = 1_792_319_614_256;

/// A request with this many parameters, and a signature of somebody else's.
fn request(parameters: usize, signature: &str) -> ReceivedRequest {
    let named = (0..parameters.saturating_sub(2)).map(|i| format!("parameter{i}=%5B%22{i}.50%22%5D"));
    let query = named.chain([format!("recvWindow=5000&timestamp={NOW_MS}&signature={signature}")]);
    ReceivedRequest {
        method: "POST".to_owned(),
        path: "/api/v3/order".to_owned(),
        query: query.collect::<Vec<_>>().join("&").into_bytes(),
        headers: vec![("X-MBX-APIKEY".to_owned(), API_KEY.as_bytes().to_vec())],
        body: Vec::new(),
    }
}

fn unexplained(c: &mut Criterion) {
    let pem = include_str!("../data/practice/ed25519.pem");
    let keys = [
        ("hmac", VerifyingKey::Hmac(SecretKey::new(SECRET)), "ab".repeat(32)),
        ("ed25519", VerifyingKey::from_public_key(pem).unwrap_or_else(no_key), "A".repeat(86) + "%3D%3D"),
    ];
    let mut group = c.benchmark_group("unexplained signature");
    group.sample_size(10);
    for (kind, verifying, signature) in keys {
        let own = [OwnKey { api_key: API_KEY.to_owned(), verifying: verifying.clone(), pem: None }];
        let known = |_: &str| {
            Some(KnownKey {
                verifying: verifying.clone(),
                permissions: Permissions::ALL,
                addresses: Vec::new(),
            })
        };
        let gate = Gate {
            now_us: NOW_MS * 1000,
            key: &known,
            knows_keys: true,
            symbol: &|_, _| true,
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        for parameters in [5, 20] {
            let request = request(parameters, &signature);
            let case = Case {
                request: &request,
                scheme: Some(Scheme::Https),
                host: Some("api.binance.com"),
                cut: None,
                whole: true,
                gate: &gate,
                keys: &own,
                environment: None,
            };
            group.bench_function(format!("{kind}, {parameters} parameters"), |b| {
                b.iter(|| diagnose(black_box(&case)));
            });
        }
    }
    group.finish();
}

/// The practice key is part of the project, and a test reads it.
fn no_key() -> VerifyingKey {
    VerifyingKey::Hmac(SecretKey::new(SECRET))
}

criterion_group!(benches, unexplained);
criterion_main!(benches);
