//! Every `console` example of the README and the guides is run, and prints what stands below it.

use std::process::Command;

use super::support::Ran;

/// A command line, and what the README shows of its output; empty where it shows none.
struct Example {
    line: String,
    shown: String,
}

fn examples(text: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            found.push(Example { line: command.to_owned(), shown: String::new() });
        } else if let Some(example) = found.last_mut().filter(|_| inside) {
            example.shown += &format!("{line}\n");
        }
    }
    found
}

fn run(line: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_bnq")).parent().unwrap();
    // The first example builds and runs the program; here it has been built, so it is run.
    let line = line.replace("cargo run --release --", "bnq");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let output = Command::new("sh")
        .args(["-c", &line])
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", path)
        .output();
    Ran::from(output.unwrap())
}

#[test]
fn every_console_example_does_what_the_readme_shows() {
    run_all(include_str!("../../README.md"), 8);
}

#[test]
fn every_question_of_the_guide_is_answered_as_it_shows() {
    run_all(include_str!("../../docs/refused.md"), 10);
}

fn run_all(text: &str, at_least: usize) {
    let examples = examples(text);
    assert!(examples.len() >= at_least, "only {} examples were found", examples.len());
    for Example { line, shown } in examples {
        if line == "cargo test" {
            continue;
        }
        let ran = run(&line);
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!printed.is_empty(), "{line}");
        if shown.is_empty() {
            assert!(ran.code == Some(0) || ran.stderr.contains("\"code\":-2013"), "{line}: {ran:?}");
        } else {
            assert_eq!(printed, shown, "{line}");
        }
    }
}
