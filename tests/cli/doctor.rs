//! `bnq doctor`: each fault has its line with the fix, and the exit code is that of the first.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::support::{Bnq, KEY, Ran, SECRET, Scripted, Then, answer, bnq, scripted};

/// A line of the output: its first word, what was looked at, and the rest with the fix.
#[track_caller]
fn line(ran: &Ran, name: &str) -> String {
    let mut found = String::new();
    for text in ran.stdout.lines() {
        let this = text.get(6..).is_some_and(|rest| rest.starts_with(&format!("{name} ")));
        let fix = text.starts_with("      fix:") && !found.is_empty() && !found.contains("fix:");
        match (this, fix, found.is_empty()) {
            (true, _, true) => text.clone_into(&mut found),
            (_, true, _) => found = format!("{found} {}", text.trim_start()),
            (_, _, true) => {}
            _ => break,
        }
    }
    assert!(!found.is_empty(), "no line on {name}: {ran:?}");
    found
}

#[track_caller]
fn has(ran: &Ran, name: &str, word: &str, texts: &[&str]) {
    let line = line(ran, name);
    assert!(line.starts_with(word), "{name} is not {word}: {line}");
    for text in texts {
        assert!(line.contains(text), "no {text:?}: {line}");
    }
}

fn profile(extra: &str) -> String {
    format!("default_profile = \"main\"\n[profiles.main]\nenv = \"live\"\napi_key = \"{KEY}\"\n{extra}\n")
}

fn secret() -> String {
    format!("secret_key = \"{SECRET}\"")
}

/// A private key made for the tests, as PEM.
fn pem(encrypted: bool) -> String {
    let all: serde_json::Value = serde_json::from_str(include_str!("../../data/vectors.json")).unwrap();
    let (label, field) = if encrypted {
        ("ENCRYPTED PRIVATE KEY", "private_pkcs8_encrypted_der")
    } else {
        ("PRIVATE KEY", "private_pkcs8_der")
    };
    let der = all["keys"]["ed25519"][field].as_str().unwrap();
    assert!(STANDARD.decode(der).is_ok());
    format!("-----BEGIN {label}-----\n{der}\n-----END {label}-----\n")
}

#[test]
fn the_practice_exchange_is_in_order() {
    let ran = bnq("--env local doctor").run().exits(0);
    assert_eq!(ran.stderr, "");
    for text in ran.stdout.lines() {
        assert!(["ok  ", "skip", "    "].iter().any(|word| text.starts_with(word)), "{text}");
    }
    let names = ["settings", "credentials", "environment", "host", "proxy", "name", "connection", "clock"];
    for name in names.into_iter().chain(["round trip", "signed read", "used weight"]) {
        has(&ran, name, "ok", &[]);
    }
    has(&ran, "key permissions", "skip", &["local"]);
    has(&ran, "config file", "skip", &["bnq config init"]);
}

#[test]
fn each_credential_fault_has_its_line() {
    let vars = |key: &str, secret: &str| {
        bnq("doctor --offline").var("BINANCE_API_KEY", key).var("BINANCE_SECRET_KEY", secret)
    };
    let config = |text: &str| bnq("doctor --offline").config(text);
    let file = |text: &str| config(&profile("secret_key_file = \"~/secret\"")).file("secret", text);
    let key_file = |text: &str| config(&profile("private_key_file = \"~/key.pem\"")).file("key.pem", text);
    let (main, vars_line) = ("profile main", "credentials");
    let cases: [(&str, Bnq, &str, &[&str]); 24] = [
        ("short key", vars("abc", SECRET), vars_line, &["BINANCE_API_KEY has 3 characters instead of 64"]),
        ("short secret", vars(KEY, "abc"), vars_line, &["BINANCE_SECRET_KEY has 3 characters"]),
        ("blank", vars(&format!("{KEY} "), SECRET), vars_line, &["white space at its", "fix: remove it"]),
        ("quotes", vars(&format!("'{KEY}'"), SECRET), vars_line, &["quotes", "fix: write the characters"]),
        ("placeholder", vars("YOUR_API_KEY", SECRET), vars_line, &["placeholder", "fix: put your own"]),
        ("variable", vars(KEY, "${SECRET}"), vars_line, &["placeholder"]),
        ("equal", vars(KEY, KEY), vars_line, &["BINANCE_SECRET_KEY and the API key are equal"]),
        ("empty", vars(KEY, ""), vars_line, &["BINANCE_SECRET_KEY is set but empty"]),
        ("no secret", bnq("doctor --offline").var("BINANCE_API_KEY", KEY), vars_line, &["fix: set both"]),
        ("no key", bnq("doctor --offline").var("BINANCE_API_SECRET", SECRET), vars_line, &["fix: set both"]),
        (
            "two secrets",
            vars(KEY, SECRET).var("BINANCE_API_SECRET", KEY),
            vars_line,
            &["differ", "fix: unset"],
        ),
        ("two lines", file(&format!("{SECRET}\n\n")), main, &["white space at its beginning or end"]),
        ("BOM", file(&format!("\u{feff}{SECRET}")), main, &["byte order mark", "fix: save"]),
        ("lost file", config(&profile("secret_key_file = \"gone\"")), main, &["gone", "fix: check its name"]),
        ("no secret in profile", config(&profile("")), main, &["profile main has no secret", "fix:"]),
        ("PEM as secret", file(&pem(false)), main, &["private key in PEM", "fix: put it in a file"]),
        ("secret as PEM", key_file(SECRET), main, &["holds an HMAC secret", "fix: name it by"]),
        ("no PEM", key_file("hello"), main, &["is no PEM"]),
        ("no passphrase", key_file(&pem(true)), main, &["encrypted", "fix: give its passphrase by"]),
        (
            "wrong passphrase",
            key_file(&pem(true)).var("BNQ_PASSPHRASE", "no"),
            main,
            &["passphrase is wrong"],
        ),
        (
            "command",
            config(&profile("secret_key_command = [\"/bin/false\"]")),
            main,
            &["status 1", "fix: run it"],
        ),
        ("unknown setting", config(&profile("colour = 1")), "config file", &["config.toml:5", "fix:"]),
        (
            "no such profile",
            bnq("doctor --offline --profile x").config(&profile("")),
            "settings",
            &["fix: it has main"],
        ),
        (
            "other environment",
            bnq("doctor --offline --env demo").config(&profile(&secret())),
            "settings",
            &["goes nowhere else", "fix:"],
        ),
    ];
    for (name, command, at, texts) in cases {
        let ran = command.run().exits(3);
        let first =
            ran.stdout.lines().find(|l| l.starts_with("FAIL")).unwrap_or_else(|| panic!("{name}: {ran:?}"));
        assert!(first.contains(&format!("FAIL  {at}")), "{name}: {first}");
        has(&ran, at, "FAIL", texts);
        assert!(
            ran.stderr.contains("checks failed; the first: ") && ran.stderr.contains(at),
            "{name}: {ran:?}"
        );
    }
}

#[test]
fn sound_keys_of_every_kind_are_named() {
    let key_file = |encrypted| {
        bnq("doctor --offline").config(&profile("private_key_file = \"~/k\"")).file("k", &pem(encrypted))
    };
    let command = profile(&format!("secret_key_command = [\"/usr/bin/printf\", \"%s\", \"{SECRET}\"]"));
    let cases = [
        (bnq("doctor --offline").config(&profile(&secret())), "HMAC key for live"),
        (bnq("doctor --offline").config(&command), "HMAC key for live"),
        (key_file(false), "Ed25519 key for live"),
        (key_file(true).var("BNQ_PASSPHRASE", "practice-only"), "Ed25519 key for live"),
    ];
    for (command, kind) in cases {
        let ran = command.run().exits(0);
        has(&ran, "config file", "ok", &["/.config/bnq/config.toml (0600)"]);
        has(&ran, "profile main", "ok", &[kind]);
        has(&ran, "credentials", "ok", &["profile main (default_profile)", "vmPU…Eh8A"]);
        has(&ran, "clock", "skip", &["--offline"]);
    }
}

#[test]
fn open_files_are_told_with_the_chmod() {
    use std::os::unix::fs::PermissionsExt as _;
    let cases = [
        (".config/bnq/config.toml", 0o644, "config file", "fix: close it: chmod 600"),
        ("secret", 0o640, "profile main", "fix: close it: chmod 600"),
    ];
    for (path, mode, name, fix) in cases {
        let text = profile("secret_key_file = \"~/secret\"");
        let command = bnq("doctor --offline").config(&text).file("secret", SECRET);
        std::fs::set_permissions(command.home().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
        let ran = command.run().exits(3);
        has(&ran, name, "FAIL", &[path, fix]);
        has(&ran, "credentials", "skip", &[]);
    }
}

#[test]
fn for_profiles_that_are_not_in_use_no_command_is_run() {
    let text = format!(
        "{}\n[profiles.vault]\napi_key = \"{KEY}\"\nsecret_key_command = [\"/usr/bin/touch\", \"ran\"]\n\
         [profiles.locked]\napi_key = \"{KEY}\"\nprivate_key_file = \"~/k\"\n\
         [profiles.broken]\nenv = \"testnet\"\napi_key = \"{KEY}\"\nsecret_key = \"short\"\n",
        profile(&secret())
    );
    let command = bnq("doctor --offline").config(&text).file("k", &pem(true)).var("BNQ_PASSPHRASE", "other");
    let home = command.home();
    let ran = {
        let mut command = command.command();
        Ran::from(command.output().unwrap()).exits(3)
    };
    has(&ran, "profile main", "ok", &[]);
    has(&ran, "profile vault", "skip", &["secret_key_command", "--profile vault doctor"]);
    has(&ran, "profile locked", "skip", &["encrypted", "BNQ_PASSPHRASE"]);
    has(&ran, "profile broken", "FAIL", &["5 characters"]);
    assert!(!home.join("ran").exists());
}

#[test]
fn variables_are_told_apart() {
    let config = profile(&secret());
    let cases: [(Bnq, &str, &str); 7] = [
        (bnq("doctor --offline").var("BINANCE_APIKEY", KEY), "warn", "did you mean BINANCE_API_KEY?"),
        (bnq("doctor --offline").var("BNQ_ENVIRONMENT", "demo"), "warn", "did you mean BNQ_ENV?"),
        (bnq("doctor --offline").keys().config(&config), "ok", "is used, and goes before default_profile"),
        (
            bnq("doctor --offline --profile main").keys().config(&config),
            "ok",
            "not used: --profile goes before",
        ),
        (
            bnq("doctor --offline").var("BNQ_PROFILE", "main").config(&config),
            "ok",
            "goes before the BINANCE_",
        ),
        (bnq("--env local doctor --offline").keys(), "ok", "not used: the practice key goes before it"),
        (bnq("doctor --offline"), "ok", "no variable"),
    ];
    for (command, word, text) in cases {
        has(&command.run().exits(0), "environment", word, &[text]);
    }
    // Half a key that is not used yet is no failure.
    let half =
        bnq("doctor --offline --profile main").var("BINANCE_API_KEY", KEY).config(&config).run().exits(0);
    assert!(half.stdout.contains("warn  environment      BINANCE_API_KEY is set, but none of"), "{half:?}");
}

#[test]
fn without_credentials_the_rest_is_checked() {
    let server = exchange(0, answer("200 OK", "{}"), answer("200 OK", "{}"));
    let ran = bnq("doctor --base-url").arg(&server.url).run().exits(0);
    has(&ran, "credentials", "skip", &["there are none", "bnq config init"]);
    has(&ran, "clock", "ok", &[]);
    has(&ran, "signed read", "skip", &["`credentials` was skipped"]);
    assert!(server.requests().iter().all(|r| !r.contains("signature")), "{:?}", server.requests());
}

/// A server whose clock is ahead by so many milliseconds, with its answers to the signed read and on the key's permissions.
fn exchange(ahead_ms: i64, account: Then, restrictions: Then) -> Scripted {
    scripted(move |_, line| {
        if line.contains("/api/v3/time ") {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            let now = i64::try_from(now.as_millis()).unwrap();
            return answer("200 OK", &format!("{{\"serverTime\":{}}}", now + ahead_ms));
        }
        if line.contains("/api/v3/account?") { account.clone() } else { restrictions.clone() }
    })
}

fn asked(server: &Scripted) -> Bnq {
    bnq("doctor --base-url").arg(&server.url).keys()
}

const LIMITED: &str = r#"{"ipRestrict":true,"createTime":1,"enableReading":true,"enableWithdrawals":false}"#;

#[test]
fn a_clock_that_is_off_is_the_failure_and_the_key_is_tested_all_the_same() {
    for (ahead_ms, direction) in [(7000, "(behind)"), (-7000, "(ahead)")] {
        let server = exchange(ahead_ms, answer("200 OK", "{}"), answer("200 OK", LIMITED));
        let ran = asked(&server).run().exits(5).says("clock");
        has(&ran, "clock", "FAIL", &[direction, "recvWindow 5000 ms", "fix: set this machine's clock"]);
        has(&ran, "signed read", "ok", &["200"]);
        has(&ran, "key permissions", "ok", &["enableReading; only from the addresses"]);
    }
}

#[test]
fn what_the_exchange_answers_decides_the_exit_code() {
    let refused = |code: i64| answer("400 Bad Request", &format!("{{\"code\":{code},\"msg\":\"no\"}}"));
    let cases = [
        ("fine", answer("200 OK", "{}"), 0, "ok", "answered with 200"),
        ("signature", refused(-1022), 4, "FAIL", "stand in each other's place"),
        ("key", refused(-2008), 4, "FAIL", "stand in each other's place"),
        ("form", refused(-2014), 4, "FAIL", "-2014 BAD_API_KEY_FMT"),
        ("clock", refused(-1021), 5, "FAIL", "-1021"),
        ("limit", answer("429 Too Many", r#"{"code":-1003,"msg":"no"}"#), 6, "FAIL", "HTTP 429, -1003"),
        ("firewall", answer("403 Forbidden", "<html>"), 7, "FAIL", "HTTP 403"),
        ("down", answer("502 Bad Gateway", "<html>"), 8, "FAIL", "HTTP 502"),
        ("closed", Then::Close, 8, "FAIL", "closed the connection"),
        // What comes back may hold what was sent.
        (
            "echo",
            answer("400 Bad Request", &format!("{{\"code\":-1,\"msg\":\"{KEY} {SECRET}\"}}")),
            7,
            "FAIL",
            "vmPU…Eh8A",
        ),
    ];
    for (name, then, code, word, text) in cases {
        let server = exchange(0, then, answer("200 OK", LIMITED));
        for form in ["", "-o json", "--report"] {
            let mut command = asked(&server);
            for flag in form.split_whitespace() {
                command = command.arg(flag);
            }
            let ran = command.run();
            assert_eq!(ran.code, Some(code), "{name} {form}: {ran:?}");
            if form.is_empty() {
                has(&ran, "signed read", word, &[text]);
            }
            for request in server.requests() {
                let key = request
                    .lines()
                    .filter(|l| l.to_lowercase().starts_with("x-mbx-apikey"))
                    .all(|l| l.contains(KEY));
                assert!(key && !request.contains(SECRET), "{name}: the secret left");
            }
        }
    }
}

#[test]
fn permissions_are_read_from_the_answer() {
    let cases = [
        (r#"{"ipRestrict":false,"enableReading":true}"#, "warn", "from any IP address"),
        (LIMITED, "ok", "enableReading; only"),
    ];
    for (body, word, text) in cases {
        let server = exchange(0, answer("200 OK", "{}"), answer("200 OK", body));
        has(&asked(&server).run().exits(0), "key permissions", word, &[text]);
    }
}

#[test]
fn without_an_answer_what_needs_one_is_skipped() {
    let closed = "http://127.0.0.1:9";
    let ran = bnq("doctor --base-url").arg(closed).keys().run().exits(8);
    has(&ran, "connection", "FAIL", &["127.0.0.1:9", "fix:"]);
    for name in ["clock", "round trip", "signed read", "key permissions", "used weight"] {
        has(&ran, name, "skip", &["`connection` failed"]);
    }
    let silent = scripted(|_, _| Then::Hang);
    let ran = bnq("doctor --timeout 0.3 --base-url").arg(&silent.url).keys().run().exits(8);
    has(&ran, "clock", "FAIL", &["0.3 s"]);
}

#[test]
fn a_key_that_may_not_go_to_a_host_is_not_sent_there() {
    let server = exchange(0, answer("200 OK", "{}"), answer("200 OK", LIMITED));
    let other = "A".repeat(64);
    let ran = bnq("doctor --base-url")
        .arg(&server.url)
        .var("BINANCE_API_KEY", &other)
        .var("BINANCE_SECRET_KEY", &"B".repeat(64))
        .run()
        .exits(3);
    has(&ran, "host", "FAIL", &["does not go to this machine", "fix: use --env local"]);
    assert!(server.requests().is_empty());
}

#[test]
fn json_has_every_field_and_no_secret() {
    let ran = bnq("--env local doctor -o json").run().exits(0);
    let found = ran.json();
    assert_eq!(found["exit_code"], 0);
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    assert!(found["platform"].as_str().unwrap().contains(std::env::consts::OS));
    for check in found["checks"].as_array().unwrap() {
        for field in ["name", "state", "detail", "fix", "value"] {
            assert!(check.get(field).is_some(), "{field}: {check}");
        }
        assert!(["ok", "warn", "fail", "skip"].contains(&check["state"].as_str().unwrap()), "{check}");
    }
    let failed = bnq("doctor --offline -o json --errors json").var("BINANCE_API_KEY", KEY).run().exits(3);
    assert_eq!(failed.json()["exit_code"], 3);
    assert_eq!(failed.error()["kind"], "config");
}

#[test]
fn a_report_names_nobody() {
    let server = exchange(
        0,
        answer("400 Bad Request", r#"{"code":-2015,"msg":"Invalid API-key, IP, request ip: 203.0.113.7"}"#),
        answer("200 OK", LIMITED),
    );
    let command = asked(&server).arg("--report");
    let home = command.home().display().to_string();
    let ran = command.run().exits(4);
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!all.contains(&home) && !all.contains("203.0.113.7"), "{all}");
    assert!(ran.stdout.contains("- API key: vmPU…Eh8A") && ran.stdout.contains("(IP address)"), "{all}");
    assert!(ran.stdout.starts_with("### bnq doctor\n") && ran.stdout.ends_with("```\n"), "{all}");
}

#[test]
fn dry_run_connects_to_nothing() {
    let server = exchange(0, answer("200 OK", "{}"), answer("200 OK", LIMITED));
    let ran = asked(&server).arg("--dry-run").run().exits(0);
    has(&ran, "connection", "skip", &["--dry-run"]);
    assert!(server.requests().is_empty());
}

#[test]
fn forms_that_contradict_each_other_are_a_usage_error() {
    for line in ["doctor --report -o json", "doctor -o table", "doctor --timeout x", "doctor --env nowhere"] {
        bnq(line).run().exits(2).prints_nothing();
    }
}
