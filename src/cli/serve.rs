//! `bnq serve`: the practice exchange for any client.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};

use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::local::micros;
use crate::cli::session::print;
use crate::practice::{Account, Clock, Entry, Exchange, Server, Setup};

/// Adds the arguments of `bnq serve`.
pub fn arguments(command: Command) -> Command {
    let port = Arg::new("port").long("port").value_name("PORT").default_value("8090");
    let log = Arg::new("log").long("log").value_name("text|json").default_value("text");
    let account = Arg::new("account").long("account").value_name("FILE");
    let state = Arg::new("state").long("state").value_name("FILE");
    let time = Arg::new("fixed-time").long("fixed-time").value_name("MS");
    command
        .arg(port.help("The port on 127.0.0.1; 0 picks a free one"))
        .arg(account.help("Keys, balances, symbols and fees of the account, in TOML"))
        .arg(state.help("Keeps what happens to the account in this file, which is made if it is not there"))
        .arg(time.help("Lets the clock stand still at this time, so that runs repeat to the byte"))
        .arg(log.help("How to log requests, on stderr, a line each"))
}

/// The exchange that the arguments describe.
fn exchange(matches: &ArgMatches) -> Result<Exchange, Failure> {
    let given = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let clock = given("fixed-time").map(fixed).transpose()?.unwrap_or(Clock::System);
    let config = |error: &dyn std::error::Error| Failure::new(Kind::Config, error.to_string());
    let account = match given("account") {
        Some(file) => Account::read(Path::new(file)).map_err(|e| config(&e))?,
        None => Account::practice(),
    };
    let state = given("state").map(Path::new);
    Exchange::new(Setup { clock, account, state }).map_err(|e| config(&e))
}

fn fixed(text: &str) -> Result<Clock, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let time = text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Failure::usage(format!("--fixed-time is no time in milliseconds: {text}"))
            .with_fix("give milliseconds since 1970, such as 1772323200000")
    })?;
    Ok(Clock::Fixed(micros(time)))
}

/// Serves until it is interrupted. The first line on stdout says where.
///
/// # Errors
/// If the port cannot be had, or an argument is malformed.
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let given = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let port: u16 = given("port").parse().map_err(|_| {
        Failure::usage(format!("--port is no port: {}", given("port")))
            .with_fix("give a number from 0 to 65535")
    })?;
    let line: fn(&Entry) -> String = match given("log") {
        "text" => Entry::to_text,
        "json" => Entry::to_json,
        other => {
            return Err(Failure::usage(format!("--log cannot be `{other}`")).with_fix("use text or json"));
        }
    };
    let log = move |entry: &Entry| console::print_stderr(&(line(entry) + "\n"));
    let server = Server::start(port, Arc::new(exchange(matches)?), log).map_err(|e| {
        let fix = if e.kind() == ErrorKind::AddrInUse {
            "stop what listens there, or add --port 0 for a free one"
        } else {
            "add --port 0 for a free one"
        };
        Failure::new(Kind::Other, format!("cannot listen on 127.0.0.1:{port}: {e}")).with_fix(fix)
    })?;
    print(format!("listening on http://{}\n", server.address()).as_bytes())?;
    server.wait();
    Ok(())
}
