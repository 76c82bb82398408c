//! The made-up requests of `data/mistakes.json`: each has one known mistake, or is sound and looks odd. They come as fields, as raw
//! HTTP and as a curl line; whatever the form, the answer, the mistake and the silence about secrets are the same.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

use bnq::catalogue::Permissions;
use bnq::diagnose::{
    Case, Diagnosis, Gate, KnownKey, OwnKey, ReceivedRequest, Scheme, diagnose, is_likely_symbol,
};
use bnq::reading::{self, Form, Reading};
use bnq::render::diagnosis::Report;
use bnq::signing::{Masker, SecretKey, SigningKey};
use serde::Deserialize;

use crate::support::{serve, serve_with};

#[derive(Deserialize)]
struct Row {
    id: String,
    mistake: Option<String>,
    accept: Vec<String>,
    request: Fields,
    credentials: Credentials,
    server_time: i64,
    expect: Expected,
    http: String,
    curl: String,
}

#[derive(Deserialize)]
struct Fields {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Deserialize)]
struct Credentials {
    api_key: String,
    secret_key: Option<String>,
    private_key_pkcs8_der: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    status: Option<u16>,
    code: Option<i32>,
}

fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| serde_json::from_str(include_str!("../../data/mistakes.json")).unwrap())
}

impl Row {
    fn pem(&self) -> Option<String> {
        let der = self.credentials.private_key_pkcs8_der.as_deref()?;
        let lines: Vec<&str> = der.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
        Some(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
    }

    fn key(&self) -> OwnKey {
        let key = match (&self.credentials.secret_key, self.pem()) {
            (Some(secret), _) => SigningKey::Hmac(SecretKey::new(secret)),
            (None, pem) => SigningKey::from_pem(&SecretKey::new(pem.unwrap()), None).unwrap(),
        };
        let api_key = self.credentials.api_key.clone();
        OwnKey { api_key, verifying: key.verifying(), pem: key.pem().cloned() }
    }

    fn fields(&self) -> Reading {
        let (scheme, rest) = self.request.url.split_once("://").unwrap();
        let (host, target) = rest.split_at(rest.find('/').unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = self.request.headers.iter().map(|(n, v)| (n.clone(), v.as_bytes().to_vec()));
        Reading {
            request: ReceivedRequest {
                method: self.request.method.clone(),
                path: path.to_owned(),
                query: query.as_bytes().to_vec(),
                headers: headers.collect(),
                body: self.request.body.as_bytes().to_vec(),
            },
            scheme: Some(if scheme == "http" { Scheme::Http } else { Scheme::Https }),
            host: Some(host.to_owned()),
            form: Form::Url,
            cut: None,
            unread: Vec::new(),
        }
    }

    fn diagnose(&self, reading: &Reading) -> Diagnosis {
        let own = [self.key()];
        let known = |key: &str| {
            let own = own.iter().find(|k| k.api_key == key)?;
            Some(KnownKey {
                verifying: own.verifying.clone(),
                permissions: Permissions::ALL,
                addresses: Vec::new(),
            })
        };
        let gate = Gate {
            now_us: self.server_time * 1000,
            key: &known,
            knows_keys: true,
            symbol: &|_, symbol| is_likely_symbol(symbol),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        diagnose(&Case {
            request: &reading.request,
            scheme: reading.scheme,
            host: reading.host.as_deref(),
            cut: reading.cut.as_deref(),
            whole: true,
            gate: &gate,
            keys: &own,
            environment: None,
        })
    }

    /// What is wrong with the diagnosis; `None` if it is right.
    fn judge(&self, diagnosis: &Diagnosis) -> Option<String> {
        let names: Vec<&str> = diagnosis.findings.iter().map(|f| f.mistake).collect();
        let (status, code) = diagnosis.refusal.as_ref().map_or((Some(200), None), |r| (r.status, r.code));
        let answered = (self.expect.status.is_none() || self.expect.status == status)
            && (self.expect.code.is_none() || self.expect.code == code);
        let told = match &self.mistake {
            None => names.is_empty(),
            Some(_) => names.first().is_some_and(|name| self.accept.iter().any(|a| a == name)),
        };
        (!answered || !told).then(|| format!("{}: {status:?} {code:?} {names:?}", self.id))
    }

    /// Texts that may stand in no output: the secret, most of it, and what it is written as elsewhere.
    fn secrets(&self) -> Vec<String> {
        let secret = self.credentials.secret_key.iter().flat_map(|secret| {
            let ends = [secret[..40].to_owned(), secret[24..].to_owned(), hex::encode(secret)];
            ends.into_iter().chain([secret.clone(), secret.to_lowercase()])
        });
        let lines = self.pem().into_iter().flat_map(|pem| {
            pem.lines().filter(|l| !l.starts_with('-')).map(str::to_owned).collect::<Vec<_>>()
        });
        secret.chain(lines).collect()
    }
}

#[expect(clippy::print_stdout, reason = "the score is what the gate shows")]
fn score(form: &str, reading: impl Fn(&Row) -> Reading, left_out: &[&str]) {
    let rows: Vec<&Row> =
        rows().iter().filter(|row| !row.mistake.as_deref().is_some_and(|m| left_out.contains(&m))).collect();
    let wrong: Vec<String> = rows.iter().filter_map(|row| row.judge(&row.diagnose(&reading(row)))).collect();
    println!("data/mistakes.json {form}: {} of {} right", rows.len() - wrong.len(), rows.len());
    assert!(wrong.is_empty(), "{form}:\n{}", wrong.join("\n"));
}

#[test]
fn every_row_as_fields() {
    assert_eq!(rows().iter().filter(|row| row.mistake.is_none()).count(), 25);
    score("as fields", Row::fields, &[]);
}

#[test]
fn every_row_as_raw_http() {
    // Raw HTTP does not tell whether it went over TLS.
    let left_out = ["plain-http"];
    score("as raw HTTP", |row| reading::read(&row.http).unwrap(), &left_out);
}

#[test]
fn every_row_as_a_curl_line() {
    score("as a curl line", |row| reading::read(&row.curl).unwrap(), &[]);
}

#[test]
fn no_output_holds_a_secret() {
    for row in rows() {
        let reading = row.fields();
        let diagnosis = row.diagnose(&reading);
        let own = row.key();
        let masker = Masker::new().with_key(&own.api_key);
        let masker = match &row.credentials.secret_key {
            Some(secret) => masker.with_secret(&SecretKey::new(secret)),
            None => masker.with_secret(own.pem.as_ref().unwrap()),
        };
        let report = Report {
            diagnosis: &diagnosis,
            masker: &masker,
            client: None,
            name: None,
            expected_signature: None,
            clock_tested: true,
            remarks: Vec::new(),
            unread: &[],
        };
        for output in [report.to_text(), report.to_json(false)] {
            for secret in row.secrets() {
                assert!(!output.contains(&secret), "{}: {output}", row.id);
            }
            assert!(!output.contains(&row.credentials.api_key), "{}: {output}", row.id);
        }
    }
}

#[test]
fn the_log_of_the_practice_exchange_holds_no_secret() {
    for server in [serve(), serve_with("--log json")] {
        for row in rows() {
            let request =
                row.http.replace("Host: api.binance.com\r\n", "Host: 127.0.0.1\r\nConnection: close\r\n");
            let answer = server.raw(request.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 "), "{}: {answer}", row.id);
            for secret in row.secrets() {
                assert!(!server.log().contains(&secret) && !answer.contains(&secret), "{}: {secret}", row.id);
            }
        }
        assert_eq!(server.log().lines().count(), rows().len());
    }
}
