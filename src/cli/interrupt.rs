//! Ctrl-C and SIGTERM while a request is under way. After a read the process dies of the signal, as a shell expects of it;
//! the outcome of a change is unknown then, and the person has to be told.

use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::cli::console::{self, ErrorForm};
use crate::cli::exit::{Failure, Kind};

/// While this lives, a signal ends the process with a failure.
pub struct Guard {
    handle: Handle,
}

impl Guard {
    /// Watches for signals from now on.
    ///
    /// # Errors
    /// If the system does not let signals be watched.
    pub fn new(failure: Failure, form: ErrorForm) -> anyhow::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be watched")?;
        let handle = signals.handle();
        let (ready, started) = mpsc::channel();
        thread::spawn(move || {
            let _ = ready.send(());
            if let Some(signal) = signals.forever().next() {
                console::print_failure(&failure, form);
                if failure.kind == Kind::Interrupted {
                    let _ = emulate_default_handler(signal);
                }
                std::process::exit(i32::from(failure.kind.exit_code()));
            }
        });
        // The thread watches before the caller sends.
        let _ = started.recv();
        Ok(Self { handle })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.handle.close();
    }
}
