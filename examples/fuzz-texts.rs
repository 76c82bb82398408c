//! Throws mutated texts at what reads and writes text, and tells of panics, of broken promises and of calls that take long.
//!
//! `cargo run --release --example fuzz-texts -- --target json|config|encoder|payload --seconds 60 [--seed 1]`
//!
//! The same seed gives the same inputs. Exits with 1 if there was a finding; its input is printed as a Rust string, to become a
//! test. `tests/fuzz.sh` runs all targets.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod cpu_time;
mod mutation;
#[path = "fuzz_texts/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, panic};

use cpu_time::cpu_time;
use mutation::{Random, mutate};
use targets::{TARGETS, Target};

/// A check that keeps the processor for longer, also when it is made again, is a finding. The longest input, a megabyte, passes some twenty times in half
/// a second of a busy machine; what grows with the square of its length takes minutes.
const SLOW: Duration = Duration::from_secs(3);

/// How often a slow call is made again.
const AGAIN: usize = 3;

/// What came of one input.
enum Outcome {
    Held,
    Broken(String),
    Slow(Duration),
}

fn attempt(target: &Target, input: &[u8]) -> Outcome {
    let mut shortest = Duration::MAX;
    for _ in 0..=AGAIN {
        let start = cpu_time();
        match catch_unwind(AssertUnwindSafe(|| (target.check)(input))) {
            Err(_) => return Outcome::Broken("panic".to_owned()),
            Ok(Err(broken)) => return Outcome::Broken(broken),
            Ok(Ok(())) => shortest = shortest.min(cpu_time().saturating_sub(start)),
        }
        if shortest <= SLOW {
            return Outcome::Held;
        }
    }
    Outcome::Slow(shortest)
}

fn option(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

fn number(name: &str, otherwise: u64) -> u64 {
    option(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn main() -> ExitCode {
    let wanted = option("--target").unwrap_or_default();
    let Some(target) = TARGETS.iter().find(|target| target.name == wanted) else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        println!("there is no target `{wanted}`; use --target with one of {}", names.join(", "));
        return ExitCode::from(2);
    };
    let (seconds, seed) = (number("--seconds", 10), number("--seed", 1));
    let corpus: Vec<Vec<u8>> = target.corpus.iter().map(|text| text.as_bytes().to_vec()).collect();
    let mut random = Random::new(seed);
    panic::set_hook(Box::new(|_| {}));
    let begin = Instant::now();
    let (mut executions, mut findings) = (0_u64, 0_u64);
    while begin.elapsed() < Duration::from_secs(seconds) && findings < 20 {
        let mut input = random.pick(&corpus).cloned().unwrap_or_default();
        for _ in 0..=random.below(8) {
            mutate(&mut input, &corpus, target.tokens, &mut random);
        }
        executions += 1;
        let what = match attempt(target, &input) {
            Outcome::Held => continue,
            Outcome::Broken(what) => what,
            Outcome::Slow(took) => format!("takes {} ms", took.as_millis()),
        };
        findings += 1;
        let shown: String = String::from_utf8_lossy(&input).chars().take(2000).collect();
        println!("{what}, {} bytes: {shown:?}", input.len());
    }
    let spent = begin.elapsed().as_secs_f64();
    println!("{}: {executions} executions in {spent:.0} s, {findings} findings; seed {seed}", target.name);
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
