//! Ctrl-C and SIGTERM while something has to be said or put right before the process ends.

use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;
pub use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

/// While this lives, a signal is answered as told.
pub struct Guard {
    handle: Handle,
}

impl Guard {
    /// Watches for signals from now on. `last_words` is run with the first one; where it gives no exit code the process
    /// dies of the signal, as a shell expects of a program that was interrupted.
    ///
    /// # Errors
    /// If the system does not let signals be watched.
    pub fn new(last_words: impl FnOnce(i32) -> Option<u8> + Send + 'static) -> anyhow::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM]).context("signals cannot be watched")?;
        let handle = signals.handle();
        let (ready, started) = mpsc::channel();
        thread::spawn(move || {
            let _ = ready.send(());
            let Some(signal) = signals.forever().next() else { return };
            match last_words(signal) {
                Some(code) => std::process::exit(i32::from(code)),
                // It returns only where the signal's default is to be ignored.
                None => emulate_default_handler(signal).unwrap_or_default(),
            }
        });
        // The thread watches before the caller goes on.
        let _ = started.recv();
        Ok(Self { handle })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.handle.close();
    }
}
