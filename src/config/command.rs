use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal};
use zeroize::Zeroizing;

use super::inputs::SECRET_VARIABLES;
use super::secret_file::{MAX_SECRET_BYTES, without_line_end};
use crate::signing::SecretKey;

/// How long a command may take, a passphrase typed into it included.
const LIMIT: Duration = Duration::from_secs(30);

/// How long a command that has closed its output is left to end between two looks at it.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a command gave no secret. Never holds what it printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandProblem {
    /// It cannot be started.
    #[error("cannot be run: {0}; check its name and PATH")]
    Start(std::io::ErrorKind),
    /// It ended with a status other than 0.
    #[error("failed with exit status {0}; run it by hand to see why")]
    Status(i32),
    /// A signal ended it.
    #[error("was ended by signal {0}; run it by hand to see why")]
    Signal(i32),
    /// It took too long and was killed.
    #[error("had not ended after {} s and was stopped; run it by hand, or unlock what it waits for", .0.as_secs_f32())]
    Timeout(Duration),
    /// It printed more than a secret.
    #[error("printed more than {MAX_SECRET_BYTES} bytes; it has to print the secret alone")]
    TooLarge,
    /// It printed something else than text.
    #[error("printed what is not UTF-8; it has to print the secret alone")]
    NotUtf8,
    /// Its output cannot be read.
    #[error("could not be read from: {0}; try again")]
    Io(std::io::ErrorKind),
}

/// Which processes end with the command when it takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// A group of its own, ended as a whole.
    Own,
    /// Ours. A process outside of the terminal's foreground group is stopped when it asks for a passphrase there, so at a
    /// terminal the command stays with us, and only it is ended.
    Shared,
}

/// Runs a command without a shell and takes what it prints, less one line end, as a secret. Its environment has none of
/// the variables that hold secrets, its standard input is empty, its standard error is ours.
pub(super) fn run(words: &[String]) -> Result<SecretKey, CommandProblem> {
    let group = if has_terminal() { Group::Shared } else { Group::Own };
    run_within(words, LIMIT, group)
}

fn has_terminal() -> bool {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    rustix::fs::open("/dev/tty", flags, Mode::empty()).is_ok()
}

fn run_within(words: &[String], limit: Duration, group: Group) -> Result<SecretKey, CommandProblem> {
    let mut command = prepare(words, group)?;
    let mut child = command.spawn().map_err(|e| CommandProblem::Start(e.kind()))?;
    let deadline = Instant::now() + limit;
    let finished = finish(&mut child, deadline, limit);
    if finished.is_err() {
        end(&mut child, group);
    }
    let (status, output) = finished?;
    match (status.code(), status.signal()) {
        (Some(0), _) => {}
        (Some(code), _) => return Err(CommandProblem::Status(code)),
        (None, signal) => return Err(CommandProblem::Signal(signal.unwrap_or_default())),
    }
    let text = std::str::from_utf8(&output).map_err(|_| CommandProblem::NotUtf8)?;
    Ok(SecretKey::new(without_line_end(text)))
}

fn prepare(words: &[String], group: Group) -> Result<Command, CommandProblem> {
    let (program, arguments) =
        words.split_first().ok_or(CommandProblem::Start(std::io::ErrorKind::NotFound))?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    for name in SECRET_VARIABLES {
        command.env_remove(name);
    }
    if group == Group::Own {
        command.process_group(0);
    }
    Ok(command)
}

type Output = Zeroizing<Vec<u8>>;

/// Waits for the command's output to be closed and for the command to end.
fn finish(
    child: &mut Child,
    deadline: Instant,
    limit: Duration,
) -> Result<(ExitStatus, Output), CommandProblem> {
    let left = deadline.saturating_duration_since(Instant::now());
    let output = match reader(child)?.recv_timeout(left) {
        Ok(read) => read.map_err(|e| CommandProblem::Io(e.kind()))?,
        Err(RecvTimeoutError::Timeout) => return Err(CommandProblem::Timeout(limit)),
        Err(RecvTimeoutError::Disconnected) => return Err(CommandProblem::Io(std::io::ErrorKind::Other)),
    };
    if output.len() > MAX_SECRET_BYTES {
        return Err(CommandProblem::TooLarge);
    }
    loop {
        if let Some(status) = child.try_wait().map_err(|e| CommandProblem::Io(e.kind()))? {
            return Ok((status, output));
        }
        if Instant::now() >= deadline {
            return Err(CommandProblem::Timeout(limit));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Reads the command's output on a thread of its own: a process that the command left behind can hold the pipe open for
/// as long as it likes.
fn reader(child: &mut Child) -> Result<Receiver<std::io::Result<Output>>, CommandProblem> {
    let (sender, receiver) = channel();
    let Some(stdout) = child.stdout.take() else { return Ok(receiver) };
    let read = move || {
        let mut output = Zeroizing::new(Vec::with_capacity(MAX_SECRET_BYTES + 1));
        let result = stdout.take(MAX_SECRET_BYTES as u64 + 1).read_to_end(&mut output);
        // Nobody listens any more once the time is over.
        let _ = sender.send(result.map(|_| output));
    };
    std::thread::Builder::new().spawn(read).map_err(|e| CommandProblem::Io(e.kind()))?;
    Ok(receiver)
}

/// Ends a command that is not going to give a secret. Failing to is no error: then it has ended by itself.
fn end(child: &mut Child, group: Group) {
    if group == Group::Own {
        let _ = rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    fn shell(script: &str) -> Result<SecretKey, CommandProblem> {
        run_within(&words(&["/bin/sh", "-c", script]), LONG, Group::Own)
    }

    #[test]
    fn one_line_end_is_dropped_and_nothing_else() {
        let cases = [
            ("printf abc", "abc"),
            ("printf 'abc\\n'", "abc"),
            ("printf 'abc\\r\\n'", "abc"),
            ("printf 'abc\\n\\n'", "abc\n"),
            ("printf ' abc '", " abc "),
            ("true", ""),
        ];
        for (script, expected) in cases {
            assert_eq!(shell(script).unwrap().expose(), expected, "{script}");
        }
    }

    #[test]
    fn words_reach_the_program_as_they_are() {
        let found = run_within(&words(&["printf", "%s", "$HOME; `id` *"]), LONG, Group::Shared);
        assert_eq!(found.unwrap().expose(), "$HOME; `id` *");
    }

    #[test]
    fn a_command_that_fails_is_named_without_its_output() {
        let cases = [
            ("echo hush; exit 3", CommandProblem::Status(3)),
            ("echo hush; kill -9 $$", CommandProblem::Signal(9)),
            ("head -c 70000 /dev/zero", CommandProblem::TooLarge),
            ("printf '\\377'", CommandProblem::NotUtf8),
        ];
        for (script, expected) in cases {
            let problem = shell(script).unwrap_err();
            assert_eq!(problem, expected, "{script}");
            assert!(!problem.to_string().contains("hush"), "{script}");
        }
        let missing = run_within(&words(&["/nowhere/getkey"]), LONG, Group::Own).unwrap_err();
        assert_eq!(missing, CommandProblem::Start(std::io::ErrorKind::NotFound));
        assert_eq!(run(&[]).unwrap_err(), missing);
    }

    #[test]
    fn standard_input_is_empty() {
        assert_eq!(shell("cat").unwrap().expose(), "");
    }

    #[test]
    fn every_secret_is_removed_from_the_environment() {
        let command = prepare(&words(&["env"]), Group::Shared).unwrap();
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).collect();
        for name in SECRET_VARIABLES {
            assert!(removed.iter().any(|(n, _)| *n == name), "{name}");
        }
    }

    #[test]
    fn a_command_that_takes_too_long_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid_file = folder.path().join("pid");
        let script = format!("sleep 60 & echo $! > {}; wait", pid_file.display());
        let limit = Duration::from_secs(1);
        let problem = run_within(&words(&["/bin/sh", "-c", &script]), limit, Group::Own).unwrap_err();
        assert_eq!(problem, CommandProblem::Timeout(limit));
        let pid: i32 = std::fs::read_to_string(pid_file).unwrap().trim().parse().unwrap();
        let grandchild = Pid::from_raw(pid).unwrap();
        let stat = format!("/proc/{pid}/stat");
        let ended = || {
            let zombie = std::fs::read_to_string(&stat).is_ok_and(|s| s.contains(") Z "));
            zombie || rustix::process::test_kill_process(grandchild).is_err()
        };
        for _ in 0..200 {
            if ended() {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("{grandchild:?} goes on");
    }

    #[test]
    fn a_command_that_leaves_its_output_open_or_goes_on_after_it_is_not_waited_for() {
        let limit = Duration::from_millis(300);
        for script in ["exec sleep 60", "exec >/dev/null; exec sleep 60"] {
            let started = Instant::now();
            let problem = run_within(&words(&["/bin/sh", "-c", script]), limit, Group::Shared).unwrap_err();
            assert_eq!(problem, CommandProblem::Timeout(limit), "{script}");
            assert!(started.elapsed() < LONG, "{script}");
        }
    }
}
