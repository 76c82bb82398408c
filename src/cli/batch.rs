//! `bnq batch`: many commands over kept connections, their answers as lines of JSON in the order of the input.

mod board;
mod ids;
mod input;
mod journal;
mod plan;
mod steps;
mod work;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::Environment;
use crate::cli::account::Account;
use crate::cli::ask;
use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals;
use crate::cli::interrupt::{self, Last};
use crate::cli::local;
use crate::cli::session::Session;
use crate::text::sanitize;
use board::Board;
use input::Input;
use journal::Journal;
use steps::Steps;
use work::Work;

/// The most requests that are under way at once.
const MOST_PARALLEL: usize = 64;

/// Adds the arguments of `bnq batch`.
pub fn arguments(command: Command) -> Command {
    let valued = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    command
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .allow_hyphen_values(true)
                .help("A command on each line, as after `bnq`; - reads standard input"),
        )
        .arg(valued("parallel", "N").help(format!(
            "How many requests are under way at once, 1 if not given, at most {MOST_PARALLEL}"
        )))
        .arg(switch("stop-on-error").help("Send nothing more once a line has failed"))
        .arg(valued("journal", "FILE").help(
            "Note in this file what is about to be sent and what came of it; run again with it, the batch goes on where it \
             broke off, and sends no change twice; lines that ended with 6 or 8 are sent anew",
        ))
        .after_help(format!(
            "A line is an endpoint's command or `request`, its words quoted as in a shell, nothing expanded; or {{\"args\": [\"…\"]}}.\n\
             Empty lines and lines that begin with # are passed over. All lines are checked before the first is sent. Profile,\n\
             environment, base URL and --yes are given to the batch, not to a line. Two lines are refused if the same question would\n\
             tell what became of either: two orders of one symbol with one id.\n\
             Each line of the output is an object with line, exit_code, answer, error and settled. With more than one request\n\
             under way, lines are sent in no certain order, and their answers still stand in that of the input; no line is sent\n\
             that comes 500 or more after one without a result, nor while 512 KiB of answers or more wait for their turn.\n\
             Exit code 0 if all lines succeeded, 9 if the outcome of any is unknown, else 10.\n\
             Example: printf '%s\\n' 'time' 'ticker-price --symbol BTCUSDT' | bnq batch - --parallel 2\n\n{}",
            globals::ELSEWHERE
        ))
}

/// Checks every line, then sends them.
///
/// # Errors
/// A failure if a line is wrong, or unless all of them succeeded.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    refuse_flags(session)?;
    let value = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let parallel = value("parallel").map_or(Ok(1), parallel)?;
    let mut input = Input::open(value("file").unwrap_or("-"))?;
    let account = Account::of(session)?;
    let steps = plan::read(&mut input, &account, session)?;
    let practice = local::exchange_for(&account.settings, None)?;
    if session.globals.dry_run {
        return plan::show(&steps, &account, session);
    }
    confirm(&steps, &account, session)?;
    let journal = value("journal")
        .map(|path| Journal::open(Path::new(path), input.digest(), &identity(&account, session)))
        .transpose()?;
    let board = Arc::new(Board::new(steps.len(), shows_progress(session)));
    let _guard = watch_signals(&board, account.settings.timeout.value, session)?;
    let work = Work {
        steps: &steps,
        session,
        practice: practice.as_ref().map(local::Practice::url),
        journal: journal.as_ref(),
        board: &board,
        stop_on_error: matches.get_flag("stop-on-error"),
    };
    work.run(&account, parallel)?;
    board.ended(journal.is_some())
}

fn refuse_flags(session: &Session) -> Result<(), Failure> {
    let g = &session.globals;
    let refused =
        [("--watch", g.watch.is_some()), ("--curl", g.curl), ("--timestamp", g.timestamp.is_some())];
    if let Some((flag, _)) = refused.into_iter().find(|(_, given)| *given) {
        return Err(Failure::usage(format!("a batch takes no {flag}")).with_fix(format!("leave out {flag}")));
    }
    match g.output.as_deref() {
        None | Some("json" | "jsonl" | "compact") => Ok(()),
        Some(other) => Err(Failure::usage(format!("there is no `{other}` form of a batch's results"))
            .with_fix("leave out -o: each result is a line of JSON")),
    }
}

fn parallel(text: &str) -> Result<usize, Failure> {
    text.parse::<NonZeroUsize>().ok().map(usize::from).filter(|n| *n <= MOST_PARALLEL).ok_or_else(|| {
        Failure::usage(format!("--parallel cannot be `{text}`"))
            .with_fix(format!("give a number from 1 to {MOST_PARALLEL}"))
    })
}

/// What a journal is for: it may not be gone on with for another account.
fn identity(account: &Account, session: &Session) -> String {
    let settings = &account.settings;
    let base_url = settings.base_url.as_ref().map(|url| url.value.as_str().to_owned()).unwrap_or_default();
    let key = match account.credentials(session) {
        Ok(credentials) => credentials.api_key.expose().to_owned(),
        // Without a key there are public reads alone: a line that needs one has been refused before.
        Err(_) => String::new(),
    };
    format!("{} {base_url} {key}", settings.environment.value)
}

/// The bar is for whoever waits; where the results scroll past, they show how far it is.
fn shows_progress(session: &Session) -> bool {
    use std::io::IsTerminal as _;
    !session.globals.quiet && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal()
}

/// Shows what is about to be changed, and asks, as before a single change.
fn confirm(steps: &Steps, account: &Account, session: &Session) -> Result<(), Failure> {
    let environment = account.settings.environment.value;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for target in steps.targets().filter(|target| target.asks) {
        *counts.entry(target.name()).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    if total == 0 || environment == Environment::Local || session.globals.yes {
        return Ok(());
    }
    if !ask::someone_is_there() {
        let lines = if total == 1 { "1 line changes".to_owned() } else { format!("{total} lines change") };
        return Err(Failure::usage(format!("{lines} your account, and nobody is there to be asked"))
            .with_fix(
                "add --yes to run the batch without a question, or --dry-run to see what would be sent",
            ));
    }
    let profile = sanitize(account.settings.profile().unwrap_or("none")).into_owned();
    let mut text = format!("  {:<24}{environment}\n  {:<24}{profile}\n", "environment", "profile");
    for (command, count) in &counts {
        text.push_str(&format!("  {command:<24}{count}\n"));
    }
    console::print_stderr(&text);
    if ask::yes(&format!("Send these {total} changes?"))? {
        return Ok(());
    }
    Err(Failure::usage("not confirmed; nothing was sent"))
}

/// After a signal nothing more is begun, and the changes that are under way are waited for.
fn watch_signals(
    board: &Arc<Board>,
    timeout: Duration,
    session: &Session,
) -> Result<interrupt::Guard, Failure> {
    let (board, form) = (Arc::clone(board), session.errors);
    Ok(interrupt::Guard::new(move |signal| {
        let unknown = board.interrupt(timeout.saturating_mul(2));
        let kind = match (unknown, signal) {
            (true, _) => Kind::Unknown,
            (false, interrupt::SIGTERM) => Kind::Terminated,
            (false, _) => Kind::Interrupted,
        };
        let words = console::failure_text(&Failure::new(kind, board.summary("interrupted; ")), form);
        if unknown { Last::Unknown(words) } else { Last::Dies(words) }
    })?)
}
