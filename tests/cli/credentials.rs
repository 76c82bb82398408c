//! Where key, secret and environment come from, and what is said when they are wrong: exit 3, nothing sent.

use super::support::{KEY, SECRET, bnq, write_private};

fn profile(extra: &str) -> String {
    format!("default_profile = \"main\"\n[profiles.main]\nenv = \"live\"\napi_key = \"{KEY}\"\n{extra}\n")
}

#[test]
fn without_credentials_the_sources_are_named_in_order() {
    let ran = bnq("--dry-run account").run().exits(3).prints_nothing();
    let places: Vec<usize> = ["--profile", "BNQ_PROFILE", "BINANCE_API_KEY", "config.toml"]
        .iter()
        .map(|source| {
            ran.stderr.find(source).unwrap_or_else(|| panic!("{source} is not named: {}", ran.stderr))
        })
        .collect();
    assert!(places.is_sorted(), "{}", ran.stderr);
    assert!(ran.stderr.contains("bnq config init"), "{}", ran.stderr);
}

#[test]
fn a_secret_in_the_place_of_a_word_is_not_shown() {
    let (words, place) = (
        ["BNQ_ENV", "BNQ_PROFILE", "BNQ_OUTPUT", "BNQ_ERRORS"],
        ["BNQ_CONFIG", "BNQ_BASE_URL", "BNQ_STATE_DIR"],
    );
    let mixed = "AbCd/1234+".repeat(5);
    for (secret, variables) in [
        (SECRET, [words.as_slice(), &place].concat()),
        (KEY, [words.as_slice(), &place].concat()),
        (&format!(" {SECRET}"), words.to_vec()),
        // This could be a path.
        (&mixed, words.to_vec()),
    ] {
        for name in variables {
            for command in
                ["open-orders", "-v ping --retry-for 0", "doctor --offline", "config show", "config check"]
            {
                let config = profile(&format!("secret_key = \"{SECRET}\""));
                let command = bnq(command).var("HTTPS_PROXY", "http://127.0.0.1:9").var(name, secret);
                let ran = command.config(&config).run();
                let bare = secret.trim();
                let shown = ran.stderr.contains(bare) || ran.stdout.contains(bare);
                assert!(!shown, "{name}: {ran:?}");
            }
        }
        for flag in ["--env", "--profile", "--output", "--errors", "--color"] {
            let ran = bnq("open-orders").arg(flag).arg(secret).run();
            assert!(
                matches!(ran.code, Some(2 | 3)) && !ran.stderr.contains(secret.trim()),
                "{flag}: {ran:?}"
            );
        }
    }
    bnq("open-orders")
        .var("BNQ_ENV", SECRET)
        .run()
        .exits(3)
        .says("BNQ_ENV is wrong: a word of 64 characters is no");
}

#[test]
fn each_source_signs() {
    let signed = |command: super::support::Bnq| command.run().exits(0).stdout;
    let expected = signed(bnq("--dry-run --timestamp 1 account").keys());
    let by_secret =
        bnq("--dry-run --timestamp 1 account").var("BINANCE_API_KEY", KEY).var("BINANCE_API_SECRET", SECRET);
    assert_eq!(signed(by_secret), expected);
    let secret = format!("secret_key = \"{SECRET}\"");
    assert_eq!(signed(bnq("--dry-run --timestamp 1 account").config(&profile(&secret))), expected);
    let in_file = bnq("--dry-run --timestamp 1 --profile main account")
        .config(&profile("secret_key_file = \"~/secret\""))
        .file("secret", &format!("{SECRET}\n"));
    assert_eq!(signed(in_file), expected);
    let by_command = profile(&format!("secret_key_command = [\"printf\", \"%s\\\\n\", \"{SECRET}\"]"));
    assert_eq!(
        signed(bnq("--dry-run --timestamp 1 account").var("PATH", "/usr/bin:/bin").config(&by_command)),
        expected
    );
}

#[test]
fn wrong_credentials_name_the_place_and_the_fix() {
    let file = |command: &str, secret: &str| {
        bnq(command).config(&profile("secret_key_file = \"~/secret\"")).file("secret", secret)
    };
    let cases = [
        (bnq("account").var("BINANCE_API_KEY", KEY), "BINANCE_SECRET_KEY"),
        (bnq("account").var("BINANCE_SECRET_KEY", SECRET), "BINANCE_API_KEY"),
        (bnq("account").keys().var("BINANCE_API_SECRET", KEY), "differ"),
        (
            bnq("account").var("BINANCE_API_KEY", "YOUR_API_KEY").var("BINANCE_SECRET_KEY", SECRET),
            "placeholder",
        ),
        (
            bnq("account").var("BINANCE_API_KEY", &format!("{KEY} ")).var("BINANCE_SECRET_KEY", SECRET),
            "white space",
        ),
        (
            bnq("account").var("BINANCE_API_KEY", &format!("\"{KEY}\"")).var("BINANCE_SECRET_KEY", SECRET),
            "quotes",
        ),
        (bnq("account").var("BINANCE_API_KEY", KEY).var("BINANCE_SECRET_KEY", KEY), "API key"),
        (bnq("account --profile nope").config(&profile("")), "nope"),
        (bnq("account").config(&profile("colour = \"red\"")), "config.toml:5"),
        (bnq("account --env testnet").config(&profile(&format!("secret_key = \"{SECRET}\""))), "testnet"),
        (file("account", &format!(" {SECRET}")), "white space"),
        (file("account", &format!("{SECRET}\n\n")), "secret"),
        (file("account", &format!("\u{feff}{SECRET}")), "byte order mark"),
        (file("account", "undefined"), "placeholder"),
    ];
    for (command, expected) in cases {
        let ran = command.run().exits(3).prints_nothing();
        assert!(ran.stderr.contains(expected), "no {expected:?}: {}", ran.stderr);
    }
}

#[test]
fn loose_permissions_are_refused_with_the_chmod_that_mends_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let command = bnq("account").config(&profile(&format!("secret_key = \"{SECRET}\"")));
    let path = command.home().join(".config/bnq/config.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    command.run().exits(3).prints_nothing().says("chmod 600").says("config.toml");
}

#[test]
fn a_public_endpoint_needs_none() {
    bnq("--dry-run ping").run().exits(0);
}

#[test]
fn a_key_goes_to_no_other_host() {
    let cases = [
        ("http://api.binance.com", 3),
        ("https://api.binance.com.evil.com", 3),
        ("https://testnet.binance.vision", 3),
        ("https://data-api.binance.vision", 3),
        ("http://127.0.0.1:1", 3),
        ("https://user@api.binance.com", 3),
        ("https://api.binance.com/api", 3),
        ("https://api1.binance.com", 0),
    ];
    for (url, code) in cases {
        // The practice pair may go to loopback; any other key may not.
        let other = |line: String| {
            bnq(&line).var("BINANCE_API_KEY", &KEY.to_lowercase()).var("BINANCE_SECRET_KEY", SECRET)
        };
        let ran = other(format!("--dry-run --base-url {url} account")).run();
        assert_eq!(ran.code, Some(code), "{url}: {ran:?}");
        let ran = other(format!("--yes --dry-run account --base-url {url}")).run();
        assert_eq!(ran.code, Some(code), "--yes widens nothing: {url}: {ran:?}");
    }
    bnq("--env local --base-url https://example.com account --dry-run").run().exits(2);
}

#[test]
fn init_writes_a_private_file_and_keeps_what_is_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    write_private(&home.path().join("key"), &format!("{KEY}\n"));
    write_private(&home.path().join("secret"), &format!("{SECRET}\n"));
    let run = |line: &str| bnq(line).var("HOME", home.path().to_str().unwrap()).run();
    let files = format!("--api-key-file {0}/key --secret-key-file {0}/secret", home.path().display());
    run(&format!("config init --profile main --env live {files}")).exits(0).prints_nothing();
    let path = run("config path").exits(0).stdout;
    let config = std::path::Path::new(path.trim());
    assert_eq!(std::fs::metadata(config).unwrap().permissions().mode() & 0o777, 0o600);
    run(&format!("config init --profile main --env live {files}")).exits(3).says("main");
    run(&format!("config init --profile other --env testnet {files}")).exits(0);
    let shown = run("config show").exits(0).stdout;
    assert!(shown.contains("vmPU…Eh8A") && shown.contains("profile other"), "{shown}");
    run("config check").exits(0);
    let checked = run("config check -o json").exits(0).json();
    assert_eq!((checked[0]["ok"].as_bool(), checked[1]["kind"].as_str()), (Some(true), Some("HMAC")));
    run("config init --profile x").exits(2).says("nobody is there to be asked");
    run("config init --api-key-file a").exits(2).says("--secret-key-file");
}

#[test]
fn check_names_the_profiles_that_cannot_sign() {
    let config = profile("secret_key = \"undefined\"");
    let ran = bnq("config check").config(&config).run().exits(3).says("main");
    assert!(ran.stdout.contains("main: not ok: ") && ran.stdout.contains("placeholder"), "{}", ran.stdout);
}

#[test]
fn the_secret_leaves_no_core_dump() {
    let script = "ulimit -c unlimited 2>/dev/null; exec \"$0\" --env local --base-url \"$1\" open-orders";
    let server = super::support::scripted(|_, _| super::support::Then::Hang);
    let child = std::process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_bnq"), &server.url])
        .spawn()
        .unwrap();
    while server.requests().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
    let mut child = child;
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_ca_file_that_is_no_file_is_not_waited_for() {
    let config = format!(
        "{}ca_file = \"/dev/zero\"\n",
        profile(&format!("secret_key = \"{SECRET}\"")).replace("\n\n", "\n")
    );
    let ran = bnq("account").config(&config).run().exits(3).prints_nothing();
    assert!(ran.stderr.contains("/dev/zero") && ran.stderr.contains("regular file"), "{}", ran.stderr);
}
