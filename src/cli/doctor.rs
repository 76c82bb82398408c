//! `bnq doctor`: what stands between this machine and an accepted request, a line each, with the fix.

mod check;
mod environment;
mod examination;
mod key;
mod local;
mod network;
mod private;
mod report;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::exit::{Failure, Kind};
use crate::cli::globals;
use crate::cli::session::{Session, print};
use check::{Check, Finding, State};
use examination::Examination;
use report::Report;

/// The checks, in the order in which they are made. One whose needs are not met is skipped.
const CHECKS: [Check; 14] = [
    Check::here("config file", &[], local::config_file),
    Check::here("settings", &[], local::settings),
    Check::here("profiles", &[], local::profiles),
    Check::here("credentials", &["settings"], local::credentials),
    Check::here("environment", &[], environment::variables),
    Check::here("host", &["settings"], local::host),
    Check::here("proxy", &["host"], environment::proxy),
    Check::network("name", &["host", "proxy"], network::name),
    Check::network("connection", &["name"], network::connection),
    Check::network("clock", &["connection"], network::clock),
    Check::network("round trip", &["connection"], network::round_trip),
    Check::network("signed read", &["connection", "credentials"], key::signed_read),
    Check::network("key permissions", &["signed read"], key::permissions),
    Check::network("used weight", &["connection"], network::used_weight),
];

/// Adds the arguments of `bnq doctor`.
pub fn arguments(command: Command) -> Command {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
    };
    command
        .arg(switch("offline", "Leave out what needs the network"))
        .arg(switch("report", "Print a report to paste into a support request, without what identifies you"))
        .after_help(format!(
            "Each line begins with ok, warn, FAIL or skip. Nothing is changed, and nothing is asked on the terminal: the\n\
             passphrase of a private key comes from the profile or from BNQ_PASSPHRASE.\n\
             The exit code is that of the first FAIL: 3 configuration or credentials, 4 key, 5 clock, 8 no answer.\n\
             Example: bnq --env local doctor\n\n{}",
            globals::ELSEWHERE
        ))
}

/// Makes every check and prints what it found.
///
/// # Errors
/// The first check that failed, by its kind; or a usage failure.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let as_json = session.wants_json()?;
    let as_report = matches.get_flag("report");
    if as_json && as_report {
        return Err(Failure::usage("--report is text for people, and -o asks for JSON")
            .with_fix("leave one of them out"));
    }
    let mut examination = Examination::begin(session, matches.get_flag("offline"))?;
    let findings = examine(&mut examination);
    let report = Report::new(&examination, findings);
    let (text, failure) = match (as_json, as_report) {
        (true, _) => (report.to_json(), report.failure()),
        (_, true) => (report.to_markdown(), report.private_failure()),
        _ => (report.to_text(), report.failure()),
    };
    print(text.as_bytes())?;
    failure.map_or(Ok(()), Err)
}

fn examine(examination: &mut Examination<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    // The checks that others have nothing to go on without, and why.
    let mut obstacles: Vec<(&str, String)> = Vec::new();
    for check in &CHECKS {
        let obstacle = examination.offline.filter(|_| check.network).map(str::to_owned).or_else(|| {
            let missing = |need: &&str| obstacles.iter().find(|(name, _)| name == need);
            check.needs.iter().find_map(missing).map(|(_, why)| why.clone())
        });
        let (found, stop) = if let Some(why) = obstacle {
            (vec![Finding::skip(check.name, &why)], Some(why))
        } else {
            let found = (check.run)(examination);
            let stop = found.iter().find_map(|finding| obstacle_of(check.name, finding.state));
            (found, stop)
        };
        obstacles.extend(stop.map(|why| (check.name, why)));
        all.extend(found);
    }
    all
}

/// Why a check that ended so gives those that need it nothing to go on.
fn obstacle_of(name: &str, state: State) -> Option<String> {
    match state {
        State::Fail(_) => Some(format!("`{name}` failed")),
        State::Skip => Some(format!("`{name}` was skipped")),
        State::Ok | State::Warn => None,
    }
}

/// The kind of the first failed finding, how many there are, and what the first says.
fn first_failed(findings: &[Finding]) -> Option<(Kind, usize, &Finding)> {
    let mut failed = findings.iter().filter_map(|f| match f.state {
        State::Fail(kind) => Some((kind, f)),
        State::Ok | State::Warn | State::Skip => None,
    });
    let (kind, first) = failed.next()?;
    Some((kind, failed.count() + 1, first))
}
