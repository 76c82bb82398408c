//! Help as a new user sees it; a change of it is read before it is accepted.

use super::support::bnq;

fn help(line: &str) -> String {
    bnq(line).run().exits(0).stdout
}

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!("bnq", help("--help"));
}

#[test]
fn help_of_endpoints_of_different_kinds() {
    let commands = [
        "open-orders",
        "new-order",
        "order",
        "ticker-price",
        "ping",
        "klines",
        "wallet withdraw",
        "wallet submit-transfer",
        "margin borrow-repay",
        "futures new-batch-orders",
        "futures set-leverage",
        "sub-account universal-transfer",
        "options depth",
    ];
    for command in commands {
        let name = format!("bnq-{}", command.replace(' ', "-"));
        insta::assert_snapshot!(name, help(&format!("{command} --help")));
    }
}

#[test]
fn help_of_what_is_no_endpoint() {
    for command in [
        "batch",
        "settle",
        "sign",
        "check",
        "explain",
        "serve",
        "config",
        "config init",
        "doctor",
        "limits",
        "endpoints",
        "completions",
        "man",
    ] {
        let name = format!("bnq-{}", command.replace(' ', "-"));
        insta::assert_snapshot!(name, help(&format!("{command} --help")));
    }
}

#[test]
fn help_is_a_command_too() {
    assert_eq!(help("help open-orders"), help("open-orders --help"));
    assert_eq!(help("--env local help open-orders"), help("open-orders --help"));
    assert_eq!(help("help"), help("--help"));
}

/// What the account refuses: orders, ids and settings of an example that it does not have, or has already.
const BY_ACCOUNT: [i64; 15] =
    [-1013, -1020, -1102, -1196, -1223, -2010, -2011, -2013, -2038, -4018, -4047, -4059, -4067, -4164, -5013];

/// Whether the practice exchange answers the example in the help of an endpoint. Spot orders and look-ups of ids that it
/// does not have are refused by the account, not by the gate.
fn example_is_answered(text: &str) -> Result<(), String> {
    let line = text.lines().find_map(|l| l.strip_prefix("Example:")).ok_or("no example")?.trim();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_bnq")).parent().unwrap();
    let home = tempfile::tempdir().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", &format!("{line} --errors json -q")])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", path);
    let ran = shell.output().unwrap();
    let error = String::from_utf8_lossy(&ran.stderr).into_owned();
    let by_account = BY_ACCOUNT.iter().any(|code| error.contains(&format!("\"code\":{code},")));
    if ran.status.success() || by_account { Ok(()) } else { Err(format!("{line}: {error}")) }
}

#[test]
fn every_endpoint_has_help_with_an_example_that_the_practice_exchange_answers() {
    let all = bnq::catalogue::endpoints();
    let failed: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(all.len().div_ceil(4))
            .map(|part| {
                scope.spawn(move || {
                    let tried = part.iter().map(|endpoint| {
                        let text = help(&format!("{} --help", endpoint.words().join(" ")));
                        assert!(text.contains(endpoint.help()) && text.contains(endpoint.path()), "{text}");
                        example_is_answered(&text)
                    });
                    tried.filter_map(Result::err).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_version_is_told() {
    assert_eq!(help("--version"), concat!("bnq ", env!("CARGO_PKG_VERSION"), "\n"));
}
