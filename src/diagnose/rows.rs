//! The made-up requests of `data/mistakes.json`, each with what is wrong with it.

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::*;
use crate::signing::{SecretKey, SigningKey};

#[derive(Deserialize)]
struct Row {
    id: String,
    mistake: Option<String>,
    accept: Vec<String>,
    request: Fields,
    credentials: Credentials,
    server_time: i64,
    expect: Expected,
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

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("../../data/mistakes.json")).unwrap()
}

/// The mistakes that the rows make.
pub(super) fn names() -> Vec<String> {
    rows().into_iter().filter_map(|row| row.mistake).collect()
}

fn key_of(credentials: &Credentials) -> OwnKey {
    let key = match (&credentials.secret_key, &credentials.private_key_pkcs8_der) {
        (Some(secret), _) => SigningKey::Hmac(SecretKey::new(secret)),
        (None, der) => {
            let der = der.as_deref().unwrap();
            let lines: Vec<&str> =
                der.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
            assert!(STANDARD.decode(der).is_ok());
            let pem =
                format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
            SigningKey::from_pem(&SecretKey::new(pem), None).unwrap()
        }
    };
    OwnKey { api_key: credentials.api_key.clone(), verifying: key.verifying(), pem: key.pem().cloned() }
}

fn diagnosis_of(row: &Row) -> Diagnosis {
    let (scheme, rest) = row.request.url.split_once("://").unwrap();
    let (host, target) = rest.split_at(rest.find('/').unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = ReceivedRequest {
        method: row.request.method.clone(),
        path: path.to_owned(),
        query: query.as_bytes().to_vec(),
        headers: row.request.headers.iter().map(|(n, v)| (n.clone(), v.as_bytes().to_vec())).collect(),
        body: row.request.body.as_bytes().to_vec(),
    };
    let own = [key_of(&row.credentials)];
    let known = |key: &str| {
        let own = own.iter().find(|k| k.api_key == key)?;
        Some(KnownKey { verifying: own.verifying.clone(), trades: true, addresses: Vec::new() })
    };
    let gate = Gate {
        now_us: row.server_time * 1000,
        key: &known,
        knows_keys: true,
        symbol: &|_, symbol| is_likely_symbol(symbol),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let scheme = if scheme == "http" { Scheme::Http } else { Scheme::Https };
    let (scheme, host) = (Some(scheme), Some(host));
    diagnose(&Case { request: &request, scheme, host, cut: None, gate: &gate, keys: &own, environment: None })
}

#[test]
fn every_row_gets_its_answer_and_its_mistake() {
    let rows = rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let diagnosis = diagnosis_of(row);
        let names: Vec<&str> = diagnosis.findings.iter().map(|f| f.mistake).collect();
        let (status, code) = diagnosis.refusal.as_ref().map_or((Some(200), None), |r| (r.status, r.code));
        let answered = (row.expect.status.is_none() || row.expect.status == status)
            && (row.expect.code.is_none() || row.expect.code == code);
        let first = names.first().copied();
        let named = match &row.mistake {
            None => names.is_empty(),
            Some(_) => first.is_some_and(|name| row.accept.iter().any(|a| a == name)),
        };
        if !answered || !named {
            wrong.push(format!("{}: {status:?} {code:?} {names:?}", row.id));
        }
    }
    println!("mistakes.json as fields: {} of {} right", rows.len() - wrong.len(), rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
