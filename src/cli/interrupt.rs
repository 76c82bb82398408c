//! Ctrl-C and SIGTERM while a change is under way: its outcome is unknown then, and the person has to be told.
//!
//! Without this the system's own answer holds, and a shell sees 130 or 143.

use std::sync::mpsc;
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

/// While this lives, a signal ends the process with what `on_signal` does.
pub struct Guard {
    handle: Handle,
}

impl Guard {
    /// Watches for signals from now on. `on_signal` prints, and gives the exit code.
    ///
    /// # Errors
    /// If the system does not let signals be watched.
    pub fn new(on_signal: impl Fn() -> u8 + Send + 'static) -> std::io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let handle = signals.handle();
        let (ready, started) = mpsc::channel();
        thread::spawn(move || {
            let _ = ready.send(());
            if signals.forever().next().is_some() {
                std::process::exit(i32::from(on_signal()));
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
