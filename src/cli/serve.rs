//! `bnq serve`: the practice exchange for any client.

use std::io::ErrorKind;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::print;
use crate::practice::{Clock, Entry, Exchange, Limits, Server};

/// Adds the arguments of `bnq serve`.
pub fn arguments(command: Command) -> Command {
    let port = Arg::new("port").long("port").value_name("PORT").default_value("8090");
    let no_limits = Arg::new("no-limits").long("no-limits").action(ArgAction::SetTrue);
    let log = Arg::new("log").long("log").value_name("text|json").default_value("text");
    command
        .arg(port.help("The port on 127.0.0.1; 0 picks a free one"))
        .arg(log.help("How to log requests, on stderr, a line each"))
        .arg(
            no_limits
                .help("Refuse nothing for its weight or number: counts are kept, and no 429 is answered"),
        )
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
    let limits = if matches.get_flag("no-limits") { Limits::unenforced() } else { Limits::published() };
    let exchange = Exchange::with_limits(Clock::System, limits);
    let server = Server::start(port, Arc::new(exchange), log).map_err(|e| {
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
