//! What signing, judging and looking up cost: `cargo bench`.

use std::hint::black_box;

use bnq::catalogue;
use bnq::signing::{Parameters, SecretKey, SigningKey};
use criterion::{Criterion, criterion_group, criterion_main};

fn parameters() -> Parameters {
    [("symbol", "ARKBTC"), ("recvWindow", "20000"), ("timestamp", "1499827319559")].into_iter().collect()
}

fn benches(c: &mut Criterion) {
    let parameters = parameters();
    let payload = parameters.encode();
    let hmac =
        SigningKey::Hmac(SecretKey::new("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"));
    c.bench_function("encode three parameters", |b| b.iter(|| black_box(&parameters).encode()));
    c.bench_function("sign with HMAC", |b| b.iter(|| hmac.sign(black_box(payload.as_bytes()))));
    c.bench_function("find an endpoint by name", |b| {
        b.iter(|| catalogue::find("spot", black_box("open-orders")));
    });
    c.bench_function("find an endpoint by path", |b| {
        b.iter(|| catalogue::at_path(black_box("/api/v3/uiKlines")).next());
    });
}

criterion_group!(all, benches);
criterion_main!(all);
