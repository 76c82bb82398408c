//! Throws mutated requests at every reader, and tells of panics and of calls that take long.
//!
//! `cargo run --release --example fuzz-readers -- --seconds 60 [--seed 1]`
//!
//! The texts of `tests/fixtures/requests` are what is mutated. The same seed gives the same inputs. Exits with 1 if there
//! was a finding; its input is printed as a Rust string, to become a test.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod cpu_time;
mod mutation;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, panic};

use bnq::reading;
use cpu_time::cpu_time;
use mutation::{Random, mutate};

/// A call that keeps the processor for longer, also when it is made again, is a finding. The longest input, a megabyte, is read in some
/// fifty milliseconds; what grows with the square of its length takes minutes.
const SLOW: Duration = Duration::from_secs(1);

/// How often a slow call is made again.
const AGAIN: usize = 5;

/// What the readers look for.
const TOKENS: [&str; 64] = [
    "curl ",
    "curl.exe ",
    "-H ",
    "-d ",
    "-X ",
    "-G ",
    "-u ",
    "-K x ",
    "--data-urlencode ",
    "--json ",
    "--url ",
    "--next ",
    "--",
    "'",
    "\"",
    "$'",
    "$(",
    "${",
    "`",
    "\\",
    "^",
    "^\"",
    "^\n\n",
    "\\\n",
    "\r\n",
    "\n",
    "\n\n",
    "&",
    ";",
    "|",
    "<",
    ">",
    "(",
    ")",
    "#",
    "%",
    "%41",
    "@",
    "=",
    "?",
    "://",
    "http://",
    "https://x/",
    "$NAME",
    "%NAME%",
    "“",
    "\u{feff}",
    " HTTP/1.1",
    "GET / HTTP/1.1\n",
    "Content-Length: 5\n",
    ":path: /\n",
    "{",
    "}",
    "[",
    "[Object: null prototype] ",
    "config: ",
    "_header: '",
    "headers: {",
    "send: b'",
    "fetch Request: ",
    "RequestHeaders: ",
    "follow-redirects options {",
    "https://h:443 \"GET / HTTP/1.1\" 200",
    "\"log\": {\"entries\": [",
];

/// Calls every reader with the input, and gives how long the slowest took and which it was.
fn call(text: &str) -> (Duration, &'static str) {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    let url = text.lines().next().unwrap_or_default();
    let start = cpu_time();
    let since = || cpu_time().saturating_sub(start);
    let _ = reading::read(text);
    let whole = since();
    let _ = reading::read_curl(&words);
    let curl = since();
    let _ = reading::read_url(url, None, &lines, &lines);
    let all = since();
    let took =
        [(whole, "read"), (curl.saturating_sub(whole), "read_curl"), (all.saturating_sub(curl), "read_url")];
    took.into_iter().max().unwrap_or_default()
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/requests");
    let entries = fs::read_dir(folder).map(Iterator::flatten).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "txt"));
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}

fn option(name: &str) -> Option<u64> {
    let mut arguments = env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

fn main() -> ExitCode {
    let seconds = option("--seconds").unwrap_or(10);
    let seed = option("--seed").unwrap_or(1);
    let corpus = corpus();
    let mut random = Random::new(seed);
    panic::set_hook(Box::new(|_| {}));
    let begin = Instant::now();
    let (mut executions, mut findings, mut slowest) = (0_u64, 0_u64, Duration::ZERO);
    while begin.elapsed() < Duration::from_secs(seconds) {
        let mut input = random.pick(&corpus).cloned().unwrap_or_default();
        for _ in 0..=random.below(6) {
            mutate(&mut input, &corpus, &TOKENS, &mut random);
        }
        let text = String::from_utf8_lossy(&input);
        let result = catch_unwind(AssertUnwindSafe(|| call(&text)));
        let crashed = result.is_err();
        let (mut took, mut reader) = result.unwrap_or_default();
        for _ in 0..AGAIN {
            if took > SLOW {
                (took, reader) = call(&text).min((took, reader));
            }
        }
        executions += 1;
        slowest = slowest.max(took);
        if crashed || took > SLOW {
            findings += 1;
            let what = if crashed { "panic".to_owned() } else { format!("{reader} {} ms", took.as_millis()) };
            println!("{what}, {} bytes: {:?}", text.len(), text.chars().take(2000).collect::<String>());
        }
    }
    let rate = executions / begin.elapsed().as_secs().max(1);
    println!(
        "{executions} executions, {rate} a second, {findings} findings; the slowest took {slowest:?}; seed {seed}"
    );
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
