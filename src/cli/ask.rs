//! Questions to the person at the terminal. They go to and come from `/dev/tty`, never stdin.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};

use anyhow::Context as _;
use rustix::termios::{self, LocalModes, OptionalActions};

use crate::cli::interrupt::{self, Last};
use crate::signing::SecretKey;

/// Whether somebody is there to be asked: stdin and stderr are both terminals.
pub fn someone_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and gives the line that was typed.
///
/// # Errors
/// If there is no terminal.
pub fn line(question: &str) -> anyhow::Result<String> {
    let mut tty = terminal()?;
    write!(tty, "{question}")?;
    read_line(&tty)
}

/// Asks a question whose answer is yes or no; anything but `y` and `yes` is no.
///
/// # Errors
/// If there is no terminal.
pub fn yes(question: &str) -> anyhow::Result<bool> {
    let answer = line(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a secret, which is not shown while it is typed.
///
/// # Errors
/// If there is no terminal, or its echo cannot be turned off: then nothing is asked.
pub fn secret(question: &str) -> anyhow::Result<SecretKey> {
    let mut tty = terminal()?;
    let before = termios::tcgetattr(&tty)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    let (at_signal, shown) = (tty.try_clone()?, before.clone());
    let _guard = interrupt::Guard::new(move |_| {
        let _ = termios::tcsetattr(&at_signal, OptionalActions::Flush, &shown);
        Last::Dies(String::new())
    })?;
    termios::tcsetattr(&tty, OptionalActions::Flush, &silent)?;
    let typed = write!(tty, "{question}").map_err(Into::into).and_then(|()| read_line(&tty));
    termios::tcsetattr(&tty, OptionalActions::Flush, &before)?;
    writeln!(tty)?;
    typed.map(SecretKey::new)
}

fn terminal() -> anyhow::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty").context("the terminal cannot be asked")
}

fn read_line(tty: &File) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(tty).read_line(&mut line)?;
    if line.ends_with('\n') {
        line.pop();
    }
    Ok(line)
}
