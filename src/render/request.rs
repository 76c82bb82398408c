//! A request as text: what `--debug-sign`, `--dry-run`, `--curl` and `-v` show of it. The key is always masked; payload
//! and signature are shown in full where that is the purpose.

use std::fmt::Write as _;

use serde::Serialize;

use crate::signing::{API_KEY_HEADER, SignedRequest, mask};

const FORM: &str = "application/x-www-form-urlencoded";

/// The lines of `--debug-sign`. `offset_ms` is what was added to this machine's clock.
pub fn debug_sign(request: &SignedRequest, offset_ms: i64) -> String {
    let mut text = String::new();
    if let Some((payload, signature)) = &request.signed {
        let _ = writeln!(text, "payload: {payload}\nsignature: {signature}");
    }
    let _ = writeln!(text, "request: {} {}", request.method, request.url());
    if let Some(key) = &request.api_key {
        let _ = writeln!(text, "header: {API_KEY_HEADER}: {}", key.masked());
    }
    if !request.body.is_empty() {
        let _ = writeln!(text, "body: {}", request.body);
    }
    let _ = writeln!(text, "clock: {offset_ms}");
    text
}

/// The request as it would be sent, for people.
pub fn dry_run(request: &SignedRequest) -> String {
    let mut text = format!("{} {}\n", request.method, request.url());
    for (name, value) in headers(request) {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !request.body.is_empty() {
        let _ = writeln!(text, "\n{}", request.body);
    }
    text
}

/// The request as one line of JSON. `command` is what `bnq` calls the endpoint.
pub fn dry_run_json(command: &str, request: &SignedRequest) -> String {
    let signed = request.signed.as_ref();
    let described = Described {
        command,
        method: request.method.as_str(),
        url: request.url(),
        headers: headers(request).into_iter().collect(),
        body: &request.body,
        payload: signed.map(|(payload, _)| payload.as_str()),
        signature: signed.map(|(_, signature)| signature.as_str()),
    };
    // Texts and maps of texts can always be written as JSON.
    serde_json::to_string(&described).unwrap_or_default()
}

/// One line for a shell that sends the request with curl. The key is taken from `$BINANCE_API_KEY`.
pub fn curl(request: &SignedRequest) -> String {
    let mut line = format!("curl -X {}", request.method);
    if request.api_key.is_some() {
        let _ = write!(line, " -H \"{API_KEY_HEADER}: $BINANCE_API_KEY\"");
    }
    if !request.body.is_empty() {
        let _ = write!(line, " -d {}", shell_quote(&request.body));
    }
    let _ = write!(line, " {}", shell_quote(&request.url()));
    line
}

/// The request line with key and signature masked, for `-v`.
pub fn masked_line(request: &SignedRequest) -> String {
    let url = request.url();
    let line = match request.signed.as_ref() {
        Some((_, signature)) => url.replace(&signature.parameter(), &mask(signature.as_str())),
        None => url,
    };
    format!("{} {line}", request.method)
}

/// A word quoted for a POSIX shell, if it needs to be.
pub fn shell_quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn headers(request: &SignedRequest) -> Vec<(&'static str, String)> {
    let key = request.api_key.as_ref().map(|key| (API_KEY_HEADER, key.masked()));
    let form = Some(("Content-Type", FORM.to_owned())).filter(|_| !request.body.is_empty());
    key.into_iter().chain(form).collect()
}

#[derive(Serialize)]
struct Described<'a> {
    command: &'a str,
    method: &'a str,
    url: String,
    headers: std::collections::BTreeMap<&'a str, String>,
    body: &'a str,
    payload: Option<&'a str>,
    signature: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Method;
    use crate::config::{PRACTICE_API_KEY, PRACTICE_SECRET_KEY};
    use crate::signing::{ApiKey, Draft, SecretKey, SigningKey};

    fn request(method: Method, body: &str) -> SignedRequest {
        let pair = |text: &str| text.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()));
        let draft = Draft {
            method,
            base_url: "http://127.0.0.1:8090".to_owned(),
            path: "/api/v3/openOrders".to_owned(),
            query: [("symbol", "ARKBTC")].into_iter().collect(),
            body: pair(body).into_iter().collect(),
            api_key: Some(ApiKey::new(PRACTICE_API_KEY).unwrap()),
        };
        draft.sign(&SigningKey::Hmac(SecretKey::new(PRACTICE_SECRET_KEY)), 1_499_827_319_559, None).unwrap()
    }

    #[test]
    fn debug_sign_has_its_lines_in_a_fixed_form() {
        let text = debug_sign(&request(Method::Get, ""), -12);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "payload: symbol=ARKBTC&timestamp=1499827319559");
        assert!(lines[1].starts_with("signature: ") && lines[1].len() == 75, "{}", lines[1]);
        assert!(
            lines[2]
                .starts_with("request: GET http://127.0.0.1:8090/api/v3/openOrders?symbol=ARKBTC&timestamp=")
        );
        assert_eq!(lines[3], "header: X-MBX-APIKEY: vmPU…Eh8A");
        assert_eq!(lines[4], "clock: -12");
        assert_eq!(lines.len(), 5);
        assert!(debug_sign(&request(Method::Post, "a=b"), 0).contains("\nbody: a=b\nclock: 0\n"));
    }

    #[test]
    fn a_curl_line_takes_the_key_from_the_environment() {
        let line = curl(&request(Method::Post, "note=it's"));
        assert!(line.starts_with(
            "curl -X POST -H \"X-MBX-APIKEY: $BINANCE_API_KEY\" -d note=it%27s 'http://127.0.0.1:8090/api/v3/openOrders?symbol=ARKBTC&"
        ));
        assert!(!line.contains(PRACTICE_API_KEY) && !line.contains('\n'));
    }

    #[test]
    fn masked_lines_hold_no_signature() {
        let request = request(Method::Get, "");
        let (_, signature) = request.signed.clone().unwrap();
        assert!(!masked_line(&request).contains(signature.as_str()));
    }

    #[test]
    fn words_are_quoted_only_where_a_shell_needs_it() {
        let cases = [
            ("--symbol", "--symbol"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("[\"A\"]", "'[\"A\"]'"),
        ];
        for (word, quoted) in cases {
            assert_eq!(shell_quote(word), quoted);
        }
    }
}
