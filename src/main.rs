//! The `bnq` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bnq::cli::run(std::env::args_os().skip(1))
}
