//! Ctrl-C and SIGTERM while something has to be said or put right before the process ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use anyhow::Context as _;
use signal_hook::SigId;
pub use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::{emulate_default_handler, unregister};

use crate::cli::console;
use crate::cli::exit::Kind;

/// How an interrupted run ends, with what is said before on stderr.
pub enum Last {
    /// The process dies of the signal, as a shell expects of a program that was interrupted.
    Dies(String),
    /// It exits with the code that says that the outcome of a change is unknown.
    Unknown(String),
}

/// While this lives, a signal is answered as told.
pub struct Guard {
    handle: Handle,
    hasty: Vec<SigId>,
}

impl Guard {
    /// Watches for signals from now on. `last` is run with the first one and says how the run ends; a second signal does not
    /// wait until all has been said.
    ///
    /// # Errors
    /// If the system does not let signals be watched.
    pub fn new(last: impl FnOnce(i32) -> Last + Send + 'static) -> anyhow::Result<Self> {
        let (dies, unknown) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let hasty = hasty(&dies, &unknown).context("signals cannot be watched")?;
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be watched")?;
        let handle = signals.handle();
        let (ready, started) = mpsc::channel();
        thread::spawn(move || {
            let _ = ready.send(());
            let Some(signal) = signals.forever().next() else { return };
            match last(signal) {
                Last::Unknown(words) => {
                    unknown.store(true, Ordering::SeqCst);
                    console::print_stderr(&words);
                    std::process::exit(i32::from(Kind::Unknown.exit_code()));
                }
                Last::Dies(words) => {
                    dies.store(true, Ordering::SeqCst);
                    console::print_stderr(&words);
                    // It returns only where the signal's default is to be ignored.
                    emulate_default_handler(signal).unwrap_or_default();
                }
            }
        });
        // The thread watches before the caller goes on.
        let _ = started.recv();
        Ok(Self { handle, hasty })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.handle.close();
        for id in self.hasty.drain(..) {
            unregister(id);
        }
    }
}

/// What a further signal does once it is decided how the run ends.
fn hasty(dies: &Arc<AtomicBool>, unknown: &Arc<AtomicBool>) -> std::io::Result<Vec<SigId>> {
    let code = i32::from(Kind::Unknown.exit_code());
    let mut ids = Vec::new();
    for signal in [SIGINT, SIGTERM] {
        ids.push(flag::register_conditional_default(signal, Arc::clone(dies))?);
        ids.push(flag::register_conditional_shutdown(signal, code, Arc::clone(unknown))?);
    }
    Ok(ids)
}
