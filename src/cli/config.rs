//! `bnq config`: shows, checks and writes profiles. No secret is ever printed.

use clap::{ArgMatches, Command};

use crate::cli::exit::Failure;
use crate::cli::session::Session;

/// Adds the subcommands of `bnq config`.
pub fn arguments(command: Command) -> Command {
    command
}

/// Runs the subcommand.
///
/// # Errors
/// A usage or configuration failure.
pub fn run(_matches: &ArgMatches, _session: &Session) -> Result<(), Failure> {
    Ok(())
}
