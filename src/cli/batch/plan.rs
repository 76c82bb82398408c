//! What the lines of a batch ask for. All of it is checked before anything is sent.

use std::collections::HashMap;

use clap::Command;
use clap::error::ErrorKind;

use super::input;
use crate::catalogue::Endpoint;
use crate::cli::account::Account;
use crate::cli::commands::{self, Builtin, Named};
use crate::cli::endpoint_args::{self, Typed};
use crate::cli::exit::Failure;
use crate::cli::globals::Globals;
use crate::cli::pages;
use crate::cli::query::Query;
use crate::cli::request;
use crate::cli::session::{Session, now_ms, print};
use crate::cli::target::Target;
use crate::cli::usage_failure;
use crate::render;

/// One line. There can be very many, so it holds no more than it has to.
pub struct Step<'t> {
    /// Its number in the input.
    pub number: usize,
    /// The line.
    text: &'t str,
    target: Aim,
    typed: Typed,
    /// The global flags that it sets for itself, where it sets any.
    own: Option<Box<Own>>,
}

/// What a line is for.
enum Aim {
    Endpoint(&'static Endpoint),
    Request(Box<Target>),
}

/// The global flags that a line can set for itself.
struct Own {
    timestamp: Option<String>,
    recv_window: Option<String>,
    retry_for: Option<String>,
    fields: Option<String>,
    no_client_id: bool,
}

impl Own {
    fn of(globals: Globals) -> Option<Box<Self>> {
        let Globals { timestamp, recv_window, retry_for, fields, no_client_id, .. } = globals;
        let any = [&timestamp, &recv_window, &retry_for, &fields].into_iter().any(Option::is_some);
        (any || no_client_id)
            .then(|| Box::new(Self { timestamp, recv_window, retry_for, fields, no_client_id }))
    }
}

impl Step<'_> {
    /// What it is for.
    pub fn target(&self) -> Target {
        match &self.target {
            Aim::Endpoint(endpoint) => (*endpoint).into(),
            Aim::Request(target) => (**target).clone(),
        }
    }

    /// What was typed for it.
    pub fn typed(&self) -> Typed {
        self.typed.clone()
    }

    /// The run of this line alone.
    pub fn session(&self, batch: &Session) -> Session {
        let mut globals = batch.globals.clone();
        if let Some(own) = self.own.as_deref() {
            globals.timestamp.clone_from(&own.timestamp);
            globals.recv_window = own.recv_window.clone().or(globals.recv_window);
            globals.retry_for = own.retry_for.clone().or(globals.retry_for);
            globals.fields = own.fields.clone().or(globals.fields);
            globals.no_client_id |= own.no_client_id;
        }
        // It has been read before.
        let words = input::words(self.text).unwrap_or_default();
        Session { globals, words, console: batch.console, errors: batch.errors }
    }

    /// Names the line in what is said of it.
    fn named(&self, failure: Failure) -> Failure {
        named(self.number, failure)
    }
}

fn named(number: usize, failure: Failure) -> Failure {
    Failure { message: format!("line {number}: {}", failure.message), ..failure }
}

/// Reads and checks every line.
///
/// # Errors
/// What is wrong with the first line that is, with its number; nothing was sent then.
pub fn read<'t>(text: &'t str, account: &Account, session: &Session) -> Result<Vec<Step<'t>>, Failure> {
    let mut parser = Parser::default();
    let mut steps = Vec::new();
    for (number, line) in input::lines(text) {
        let step = parser.step(number, line).map_err(|failure| named(number, failure))?;
        check(&step, account, session).map_err(|failure| step.named(failure))?;
        steps.push(step);
    }
    steps.shrink_to_fit();
    Ok(steps)
}

fn check(step: &Step<'_>, account: &Account, session: &Session) -> Result<(), Failure> {
    let session = step.session(session);
    Query::of(account, step.target(), step.typed(), &session)?.base_url(None).map(|_| ())
}

/// Prints each request, signed, in place of sending it.
///
/// # Errors
/// If one cannot be signed, or stdout not be written.
pub fn show(steps: &[Step<'_>], account: &Account, session: &Session) -> Result<(), Failure> {
    for step in steps {
        let own = step.session(session);
        let query = Query::of(account, step.target(), step.typed(), &own)?;
        let base_url = query.base_url(None)?;
        let request = query.sign(base_url.as_str(), query.fixed_time.unwrap_or_else(now_ms))?;
        let shown = render::request::dry_run_json(&query.target.name(), &request);
        print(super::board::line(step.number, 0, Some(&shown), None, false).as_bytes())?;
    }
    Ok(())
}

/// Parses lines; what clap is told of a command is kept for the next line that names it.
#[derive(Default)]
struct Parser(HashMap<String, Command>);

impl Parser {
    fn step<'t>(&mut self, number: usize, line: &'t str) -> Result<Step<'t>, Failure> {
        let words = input::words(line)?;
        let named = commands::named(&words)?;
        let command = match named {
            Some(Named::Endpoint(endpoint)) => endpoint.words().join(" "),
            Some(Named::Builtin(Builtin::Request)) => Builtin::Request.name().to_owned(),
            _ => {
                return Err(Failure::usage("a batch sends the commands of endpoints and `request` alone")
                    .with_fix("`bnq endpoints` finds the command of an endpoint"));
            }
        };
        let clap_command = self.0.entry(command).or_insert_with(|| commands::clap_command(named));
        let argv = std::iter::once("bnq").chain(words.iter().map(String::as_str));
        let matches = clap_command.try_get_matches_from_mut(argv).map_err(|e| match e.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Failure::usage("it asks for help").with_fix("ask for it outside a batch")
            }
            _ => usage_failure(&e),
        })?;
        let matches = commands::innermost(&matches);
        let globals = Globals::from(matches);
        if let Some(flag) = globals.not_for_a_line() {
            return Err(Failure::usage(format!("{flag} is not for a single line"))
                .with_fix(format!("give {flag} to `bnq batch`, where it holds for all lines")));
        }
        let (target, typed) = match named {
            Some(Named::Endpoint(endpoint)) => {
                (Aim::Endpoint(endpoint), endpoint_args::typed(endpoint, matches)?)
            }
            _ => request::read(matches).map(|(target, typed)| (Aim::Request(Box::new(target)), typed))?,
        };
        if let Some(Named::Endpoint(endpoint)) = named
            && pages::asked(endpoint, matches).is_some()
        {
            return Err(Failure::usage("a line of a batch is one request, and --all is several")
                .with_fix("leave out --all, or run it outside a batch"));
        }
        Ok(Step { number, text: line, target, typed, own: Own::of(globals) })
    }
}
