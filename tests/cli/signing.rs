//! Signing as seen from outside: what is signed, what is sent, and what is shown of it.

use super::support::{KEY, answer, bnq, installed, scripted};

const FOUNDING: &str = "symbol=ARKBTC&recvWindow=20000&timestamp=1499827319559";
const SIGNATURE: &str = "03aca9612a447e2a12ff68c80590f5637c93f0c08009f0896bd6d44c156aed63";
const VECTORS: &str = include_str!("../../data/vectors.json");

fn vectors() -> serde_json::Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn pem(label: &str, base64: &str) -> String {
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

#[test]
fn sign_prints_the_signature_of_a_text_alone() {
    let ran = bnq("--env local sign").arg(FOUNDING).run().exits(0);
    assert_eq!(ran.stdout, format!("{SIGNATURE}\n"));
    let ran = bnq("sign -").keys().stdin(FOUNDING.as_bytes()).run().exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (format!("{SIGNATURE}\n").as_str(), ""));
}

#[test]
fn sign_signs_every_byte_of_stdin_and_says_where_the_last_is_a_line_end() {
    let ran = bnq("--env local sign -").stdin(format!("{FOUNDING}\n").as_bytes()).run().exits(0);
    assert_ne!(ran.stdout, format!("{SIGNATURE}\n"));
    assert!(ran.stderr.contains("printf %s"), "{}", ran.stderr);
}

#[test]
fn sign_tells_payload_kind_and_encoded_form_as_json() {
    let ran = bnq("--env local -o json sign").arg(FOUNDING).run().exits(0);
    let expected = serde_json::json!({
        "payload": FOUNDING, "kind": "HMAC", "signature": SIGNATURE, "parameter": SIGNATURE
    });
    assert_eq!(ran.json(), expected);
}

#[test]
fn private_keys_are_read_from_pem_files_with_and_without_passphrase() {
    let all = vectors();
    for name in ["rsa2048", "rsa4096", "ed25519"] {
        let key = pem("PRIVATE KEY", all["keys"][name]["private_pkcs8_der"].as_str().unwrap());
        let locked =
            pem("ENCRYPTED PRIVATE KEY", all["keys"][name]["private_pkcs8_encrypted_der"].as_str().unwrap());
        let vector = &all["vectors"][1];
        let payload = vector["payload"].as_str().unwrap();
        let signature = format!("{}\n", vector[format!("{name}_base64")].as_str().unwrap());
        let signs = |command: super::support::Bnq| {
            let path = command.home().join("key.pem");
            let command =
                command.var("BINANCE_API_KEY", KEY).var("BINANCE_PRIVATE_KEY_FILE", path.to_str().unwrap());
            command.run()
        };
        let plain = signs(bnq("sign").arg(payload).file("key.pem", &key)).exits(0);
        assert_eq!(plain.stdout, signature, "{name}");
        let passphrase = all["passphrase"].as_str().unwrap();
        let unlocked = bnq("sign").arg(payload).file("key.pem", &locked).var("BNQ_PASSPHRASE", passphrase);
        assert_eq!(signs(unlocked).exits(0).stdout, signature, "{name}");
        let wrong = bnq("sign").arg(payload).file("key.pem", &locked).var("BNQ_PASSPHRASE", "wrong");
        signs(wrong).exits(3).says("passphrase is wrong");
        signs(bnq("sign").arg(payload).file("key.pem", &locked)).exits(3).says("is encrypted");
    }
}

#[test]
fn debug_sign_prints_fixed_lines_on_stderr_while_stdout_stays_the_answer() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let line = format!(
        "--env local --base-url {} --debug-sign --timestamp 1499827319559 --recv-window 20000 open-orders --symbol ARKBTC",
        server.url
    );
    let ran = bnq(&line).run().exits(0);
    assert_eq!(ran.stdout, "[]\n");
    let expected = format!(
        "payload: {FOUNDING}\nsignature: {SIGNATURE}\nrequest: GET {}/api/v3/openOrders?{FOUNDING}&signature={SIGNATURE}\n\
         header: X-MBX-APIKEY: vmPU…Eh8A\nclock: 0\n",
        server.url
    );
    assert_eq!(ran.stderr, expected);
    let request = server.requests().pop().unwrap();
    assert!(
        request.starts_with(&format!("GET /api/v3/openOrders?{FOUNDING}&signature={SIGNATURE} HTTP/1.1\r\n"))
    );
    assert!(
        request.to_lowercase().contains(&format!("\r\nx-mbx-apikey: {}\r\n", KEY.to_lowercase())),
        "{request}"
    );
    assert!(request.contains(KEY) && !request.contains("Authorization"), "{request}");
    assert!(request.to_lowercase().contains(concat!(
        "\r\nuser-agent: bnq/",
        env!("CARGO_PKG_VERSION"),
        "\r\n"
    )));
}

#[test]
fn dry_run_shows_the_request_and_connects_to_nothing() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let line = format!(
        "--env local --base-url {} --dry-run --timestamp 1499827319559 --recv-window 20000 open-orders --symbol ARKBTC",
        server.url
    );
    let ran = bnq(&line).run().exits(0);
    let url = format!("{}/api/v3/openOrders?{FOUNDING}&signature={SIGNATURE}", server.url);
    assert_eq!(ran.stdout, format!("GET {url}\nX-MBX-APIKEY: vmPU…Eh8A\n"));
    let ran = bnq(&format!("{line} -o json")).run().exits(0);
    let expected = serde_json::json!({
        "command": "open-orders", "method": "GET", "url": url, "headers": {"X-MBX-APIKEY": "vmPU…Eh8A"},
        "body": "", "payload": FOUNDING, "signature": SIGNATURE
    });
    assert_eq!(ran.json(), expected);
    assert_eq!(server.requests().len(), 0);
    let ran = bnq("--env local --dry-run open-orders").run().exits(0);
    assert!(
        ran.stdout.starts_with("GET http://127.0.0.1:8090/api/v3/openOrders?timestamp="),
        "{}",
        ran.stdout
    );
    let ran = bnq("--dry-run depth --symbol ARKBTC").run().exits(0);
    assert_eq!(ran.stdout, "GET https://api.binance.com/api/v3/depth?symbol=ARKBTC\n");
}

#[test]
fn the_curl_line_is_run_by_a_shell_as_it_stands() {
    let server = scripted(|_, _| answer("200 OK", "[]"));
    let line = format!("--env local --base-url {} --curl open-orders", server.url);
    let curl = bnq(&line).arg("--symbol").arg("A'B C").run().exits(0).stdout;
    assert!(curl.starts_with("curl ") && curl.ends_with('\n') && curl.lines().count() == 1, "{curl}");
    if !installed("curl") {
        return;
    }
    let status =
        std::process::Command::new("sh").args(["-c", &curl]).env("BINANCE_API_KEY", KEY).output().unwrap();
    assert!(status.status.success(), "{status:?}");
    let request = server.requests().pop().unwrap();
    assert!(request.starts_with("GET /api/v3/openOrders?symbol=A%27B%20C&timestamp="), "{request}");
    assert!(request.contains(KEY), "{request}");
}

#[test]
fn microseconds_are_taken_too_and_a_payload_that_json_cannot_hold_is_refused() {
    bnq("--env local --timestamp 1499827319559000 open-orders").run().exits(0);
    let ran = bnq("--env local sign - -o json").stdin(b"\xffab").run().exits(2).prints_nothing();
    assert!(ran.stderr.contains("not UTF-8"), "{}", ran.stderr);
    bnq("--env local sign -").stdin(b"\xffab").run().exits(0);
}

#[test]
fn public_endpoints_send_no_key() {
    let server = scripted(|_, _| answer("200 OK", "{}"));
    bnq(&format!("--env local --base-url {} depth --symbol ARKBTC", server.url)).run().exits(0);
    let request = server.requests().pop().unwrap();
    assert!(request.starts_with("GET /api/v3/depth?symbol=ARKBTC HTTP/1.1\r\n"), "{request}");
    assert!(!request.to_lowercase().contains("apikey"), "{request}");
    bnq(&format!("--env local --base-url {} historical-trades --symbol ARKBTC", server.url)).run().exits(0);
    assert!(!server.requests().pop().unwrap().contains(KEY), "historical trades are public since 2025");
}

#[test]
fn a_read_with_a_wrong_clock_is_sent_once_more_with_the_offset_measured() {
    let server = scripted(|_, line| {
        let sent = line
            .split("timestamp=")
            .nth(1)
            .and_then(|t| t.split('&').next())
            .and_then(|t| t.parse::<i64>().ok());
        match sent {
            None => answer("200 OK", r#"{"serverTime":1499827319559}"#),
            Some(time) if (time - 1_499_827_319_559).abs() < 5000 => answer("200 OK", r#"{"ok":true}"#),
            Some(_) => answer(
                "400 Bad Request",
                r#"{"code":-1021,"msg":"Timestamp for this request is outside of the recvWindow."}"#,
            ),
        }
    });
    let line = format!("--env local --base-url {} open-orders", server.url);
    let ran = bnq(&line).run().exits(0).says("clock differs by");
    assert_eq!(ran.json()["ok"], true);
    assert_eq!(server.requests().len(), 3);
    // With a fixed clock nothing is measured.
    bnq(&format!("{line} --timestamp 1"))
        .run()
        .exits(5)
        .says("-1021 INVALID_TIMESTAMP")
        .says("given by --timestamp");
    assert_eq!(server.requests().len(), 4);
}
