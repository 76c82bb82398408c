//! `bnq sign`: the signature of a text, offline.

use std::io::Read as _;

use anyhow::Context as _;
use clap::{Arg, ArgMatches, Command};
use serde::Serialize;

use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, print};

/// The longest payload that is read from standard input.
const MAX_PAYLOAD: u64 = 16 << 20;

/// Adds the arguments of `bnq sign`.
pub fn arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("payload")
                .value_name("PAYLOAD")
                .required(true)
                .help("The text to sign, as it stands; - reads standard input, every byte of it"),
        )
        .after_help(
            "The signature alone goes to stdout; -o json adds payload, kind of key and percent-encoded form.\n\
             Example: printf %s 'symbol=ARKBTC&timestamp=1499827319559' | bnq --env local sign -\n\n\
             Global options, such as --env, --profile and -o: `bnq --help`",
        )
}

#[derive(Serialize)]
struct Signed<'a> {
    payload: &'a str,
    kind: String,
    signature: &'a str,
    parameter: String,
}

/// Signs the text and prints its signature.
///
/// # Errors
/// If there is no key to sign with, or standard input cannot be read.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let settings = session.settings()?;
    let as_json = session.wants_json()?;
    let payload = match matches.get_one::<String>("payload").map(String::as_str) {
        Some("-") => from_stdin(session)?,
        given => given.unwrap_or_default().as_bytes().to_vec(),
    };
    let credentials = session.credentials(&settings)?;
    let signature = credentials.key.sign(&payload).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    let text = if as_json {
        let signed = Signed {
            payload: std::str::from_utf8(&payload).map_err(|_| {
                Failure::usage("the payload is not UTF-8, and JSON cannot hold it")
                    .with_fix("leave out -o json: the signature alone needs no text")
            })?,
            kind: credentials.key.kind().to_string(),
            signature: signature.as_str(),
            parameter: signature.parameter(),
        };
        // Texts can always be written as JSON.
        serde_json::to_string(&signed).unwrap_or_default()
    } else {
        signature.to_string()
    };
    print(format!("{text}\n").as_bytes())
}

fn from_stdin(session: &Session) -> Result<Vec<u8>, Failure> {
    let mut payload = Vec::new();
    let read = std::io::stdin().lock().take(MAX_PAYLOAD + 1).read_to_end(&mut payload);
    read.context("standard input cannot be read")?;
    if payload.len() as u64 > MAX_PAYLOAD {
        return Err(Failure::usage(format!("the payload is longer than {} MiB", MAX_PAYLOAD >> 20)));
    }
    if payload.ends_with(b"\n") {
        session.console.note(
            "note: the last byte is a line end, and it is signed too; `printf %s \"$payload\" | bnq sign -` has none",
        );
    }
    Ok(payload)
}
