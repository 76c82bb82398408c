//! Compressed answers.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;

/// The smallest body that is compressed, in bytes. Assumed; a smaller one would hardly get shorter.
const LEAST: usize = 1024;

/// Whether a client takes gzip: it names it, or everything, and not with the weight 0. Source: RFC 9110, section 12.5.3.
pub(super) fn wants_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    let codings: Vec<(String, bool)> = values.flat_map(|v| v.split(',')).map(coding).collect();
    let asked = |name: &str| codings.iter().find(|(n, _)| n == name).map(|(_, taken)| *taken);
    asked("gzip").or_else(|| asked("x-gzip")).or_else(|| asked("*")).unwrap_or(false)
}

/// The name of a coding, and whether it is taken: `gzip;q=0` is not.
fn coding(text: &str) -> (String, bool) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    (name, weight.is_none_or(|q| q.bytes().any(|b| (b'1'..=b'9').contains(&b))))
}

/// A body as it is sent, and the headers that go with that.
pub(super) fn encode(body: String, gzip: bool) -> (Vec<u8>, Vec<(&'static str, String)>) {
    if body.len() < LEAST {
        return (body.into_bytes(), Vec::new());
    }
    let vary = ("Vary", "Accept-Encoding".to_owned());
    match gzip.then(|| compressed(body.as_bytes())).and_then(Result::ok) {
        Some(short) => (short, vec![vary, ("Content-Encoding", "gzip".to_owned())]),
        None => (body.into_bytes(), vec![vary]),
    }
}

fn compressed(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_where_it_is_taken() {
        let cases = [
            (&["gzip"][..], true),
            (&["gzip, deflate, br"], true),
            (&["br;q=1.0, gzip;q=0.8, *;q=0.1"], true),
            (&["deflate", "GZIP"], true),
            (&["*"], true),
            (&["*;q=0.5"], true),
            (&["gzip;q=0"], false),
            (&["gzip; q=0.000, *"], false),
            (&["identity"], false),
            (&["br, deflate"], false),
            (&[""], false),
            (&[], false),
        ];
        for (values, wanted) in cases {
            let headers = values.iter().map(|v| (ACCEPT_ENCODING, v.parse().unwrap())).collect();
            assert_eq!(wants_gzip(&headers), wanted, "{values:?}");
        }
    }

    #[test]
    fn small_bodies_stay_as_they_are() {
        assert_eq!(encode("{}".to_owned(), true), (b"{}".to_vec(), vec![]));
        let large = "x".repeat(LEAST);
        let (plain, headers) = encode(large.clone(), false);
        assert_eq!((plain, headers.len()), (large.clone().into_bytes(), 1));
        let (short, headers) = encode(large.clone(), true);
        assert!(short.len() < 100 && headers.len() == 2, "{} bytes, {headers:?}", short.len());
        let mut back = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(short.as_slice()), &mut back)
            .unwrap();
        assert_eq!(back, large);
    }
}
