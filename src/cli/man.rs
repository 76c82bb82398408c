//! `bnq man`: manual pages.
use clap::{Arg, ArgMatches, Command};

use crate::cli::exit::Failure;

/// Adds the arguments of `bnq man`.
pub fn arguments(command: Command) -> Command {
    command.arg(Arg::new("directory").value_name("DIRECTORY").help("Write every page into this folder"))
}

/// Writes the pages.
pub fn run(_: &ArgMatches, _: &crate::cli::session::Session) -> Result<(), Failure> {
    Ok(())
}
