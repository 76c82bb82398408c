//! Completion in the real shells: each is given the script and asked what it offers.

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::support::{Ran, bnq, installed};

const CONFIG: &str = "[profiles.main]\nenv = \"local\"\n\n[profiles.mine]\nenv = \"local\"\n";

/// What a shell offers: `tests/shells` has the script that asks it. Empty lines are left out, and the order is by name.
fn offers(command: &[&str], extension: &str, words: &[&str]) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/bnq");
    fs::create_dir_all(&config).unwrap();
    super::support::write_private(&config.join("config.toml"), CONFIG);
    fs::write(home.path().join("pair.pem"), "").unwrap();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_bnq")).parent().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shells/offers.").to_owned() + extension;
    // A shell that waits for ever fails the test, not the whole run.
    let output = Command::new("timeout")
        .arg("60")
        .args(command)
        .arg(script)
        .args(words)
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "dumb")
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()))
        .current_dir(home.path())
        .output();
    let ran = Ran::from(output.unwrap());
    let mut lines: Vec<String> = ran.stdout.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// A line as far as it is typed, and what is offered at its end, by name.
const LINES: [(&str, &[&str]); 17] = [
    ("endp", &["endpoints"]),
    ("open-or", &["open-order-list", "open-orders"]),
    ("walle", &["wallet"]),
    ("margin open-ord", &["open-order-list", "open-orders"]),
    ("help cancel-ord", &["cancel-order", "cancel-order-list"]),
    ("--env local open-orders --sy", &["--symbol"]),
    ("open-orders --dry", &["--dry-run"]),
    ("order ", &["--order-id", "--orig-client-order-id", "--symbol"]),
    ("new-order --side ", &["BUY", "SELL"]),
    ("new-order --side B", &["BUY"]),
    ("account --omit-zero-balances ", &["false", "true"]),
    ("--env l", &["live", "local"]),
    ("ping -o js", &["json", "jsonl"]),
    ("--profile ", &["main", "mine"]),
    ("--config pai", &["pair.pem"]),
    ("config init --secret-key-file pai", &["pair.pem"]),
    ("completions fi", &["fish"]),
];

#[test]
fn bash_completes() {
    if !installed("bash") {
        return;
    }
    let ask = |line: &str| offers(&["bash", "--norc"], "bash", &line.split(' ').collect::<Vec<_>>());
    for (line, expected) in LINES {
        assert_eq!(ask(line), expected, "{line}");
    }
    // bash takes words apart at `=`, and replaces what stands behind it.
    let apart: [(&str, &[&str]); 4] = [
        ("new-order --side = B", &["BUY"]),
        ("new-order side = ", &["BUY", "SELL"]),
        ("--config = pai", &["pair.pem"]),
        ("new-order symbol = ARKBTC si", &["side="]),
    ];
    for (line, expected) in apart {
        assert_eq!(ask(line), expected, "{line}");
    }
}

/// What shells that leave words whole offer behind `=`.
const WHOLE: [(&str, &[&str]); 4] = [
    ("new-order --side=B", &["--side=BUY"]),
    ("new-order side=", &["side=BUY", "side=SELL"]),
    ("--config=pai", &["--config=pair.pem"]),
    ("new-order symbol=ARKBTC si", &["side="]),
];

#[test]
fn zsh_completes() {
    if !installed("zsh") {
        return;
    }
    for (line, expected) in LINES.into_iter().chain(WHOLE) {
        assert_eq!(offers(&["zsh", "-f"], "zsh", &[&format!("bnq {line}")]), expected, "{line}");
    }
}

#[test]
fn fish_completes() {
    if !installed("fish") {
        return;
    }
    for (line, expected) in LINES.into_iter().chain(WHOLE) {
        assert_eq!(offers(&["fish", "--no-config"], "fish", &[&format!("bnq {line}")]), expected, "{line}");
    }
}

#[test]
fn scripts_of_shells_that_are_not_in_the_package_archive() {
    for shell in ["powershell", "elvish"] {
        let script = bnq(&format!("completions {shell}")).run().exits(0).stdout;
        insta::assert_snapshot!(format!("completions-{shell}"), script);
    }
}

#[test]
fn descriptions_come_with_the_words() {
    let ran = bnq("__complete fish open-order").arg("s").run().exits(0);
    assert_eq!(ran.stdout, "", "two words: the second is at the cursor");
    let ran = bnq("__complete fish open-orders").run().exits(0);
    assert_eq!(ran.stdout, "open-orders\tLists the orders that wait on the book, of one symbol or of all.\n");
    // PowerShell drops empty words, so its script marks the last.
    let ran = bnq("__complete powershell --env +l").run().exits(0);
    assert_eq!(ran.stdout, "live\t\nlocal\t\n");
}

#[test]
fn a_line_that_makes_no_sense_completes_to_nothing() {
    for line in
        ["__complete", "__complete tcsh a", "__complete bash --errors nonsense x", "__complete fish qqq --a"]
    {
        let ran = bnq(line).run().exits(0).prints_nothing();
        assert_eq!(ran.stderr, "", "{line}");
    }
    bnq("completions fsh").run().exits(2).says("did you mean `fish`?");
    bnq("completions").run().exits(2);
    assert!(!bnq("--help").run().exits(0).stdout.contains("__complete"));
}

#[test]
fn a_broken_config_file_is_no_matter() {
    let ran = bnq("__complete fish --profile").arg("").config("nonsense").run().exits(0).prints_nothing();
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_cursor_does_not_wait() {
    let before = Instant::now();
    bnq("__complete zsh new-order --side").arg("").run().exits(0);
    assert!(before.elapsed().as_secs() < 2, "{:?}", before.elapsed());
}
