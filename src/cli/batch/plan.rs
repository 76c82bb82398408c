//! What the lines of a batch ask for. All of it is checked before anything is sent.

use std::collections::HashMap;

use clap::Command;
use clap::error::ErrorKind;

use super::board;
use super::ids::Ids;
use super::input::{self, Input};
use super::steps::{Aim, Line, Own, Steps};
use crate::cli::account::Account;
use crate::cli::commands::{self, Builtin, Named};
use crate::cli::endpoint_args::{self, Typed};
use crate::cli::exit::Failure;
use crate::cli::globals::Globals;
use crate::cli::pages;
use crate::cli::query::Query;
use crate::cli::request;
use crate::cli::session::{Session, now_ms, print};
use crate::cli::usage_failure;
use crate::render;

fn named(number: usize, failure: Failure) -> Failure {
    Failure { message: format!("line {number}: {}", failure.message), ..failure }
}

/// Reads and checks every line.
///
/// # Errors
/// What is wrong with the first line that is, with its number; nothing was sent then.
pub fn read(input: &mut Input, account: &Account, session: &Session) -> Result<Steps, Failure> {
    let mut reader = Reader { parser: Parser::default(), ids: Ids::default(), steps: Steps::default() };
    while let Some((number, line)) = input.next_line()? {
        reader.line(number, line, account, session).map_err(|failure| named(number, failure))?;
    }
    Ok(reader.steps)
}

struct Reader {
    parser: Parser,
    ids: Ids,
    steps: Steps,
}

impl Reader {
    fn line(
        &mut self,
        number: usize,
        line: &str,
        account: &Account,
        session: &Session,
    ) -> Result<(), Failure> {
        let Parsed { aim, typed, own } = self.parser.parse(&input::words(line)?)?;
        let target = aim.target();
        self.steps.push(number, aim, &typed, &own)?;
        let session = own.session(session);
        let query = Query::of(account, target, typed, &session)?;
        query.base_url(None)?;
        self.ids.take(number, &query)
    }
}

/// Prints each request, signed, in place of sending it.
///
/// # Errors
/// If one cannot be signed, or stdout not be written.
pub fn show(steps: &Steps, account: &Account, session: &Session) -> Result<(), Failure> {
    for index in 0..steps.len() {
        let Some(Line { number, target, typed, session }) = steps.line(index, session)? else { break };
        let query = Query::of(account, target, typed, &session)?;
        let base_url = query.base_url(None)?;
        let request = query.sign(base_url.as_str(), query.fixed_time.unwrap_or_else(now_ms))?;
        let shown = render::request::dry_run_json(&query.target.name(), &request);
        print(board::line(number, 0, Some(&shown), None, false).as_bytes())?;
    }
    Ok(())
}

/// What the words of a line say.
struct Parsed {
    aim: Aim,
    typed: Typed,
    own: Own,
}

/// Parses lines; what clap is told of a command is kept for the next line that names it.
#[derive(Default)]
struct Parser(HashMap<Vec<&'static str>, Command>);

impl Parser {
    fn parse(&mut self, words: &[String]) -> Result<Parsed, Failure> {
        let (named, name) = match commands::named(words)? {
            Some(named @ Named::Endpoint(endpoint)) => (named, endpoint.words()),
            Some(named @ Named::Builtin(Builtin::Request)) => (named, vec![Builtin::Request.name()]),
            _ => {
                return Err(Failure::usage("a batch sends the commands of endpoints and `request` alone")
                    .with_fix("`bnq endpoints` finds the command of an endpoint"));
            }
        };
        let help = commands::help_word(words);
        let at = commands::names_in(words).into_iter().filter(|i| Some(*i) != help);
        let at: Vec<usize> = at.take(name.len()).collect();
        let rest = words.iter().enumerate().filter(|(i, _)| !at.contains(i)).map(|(_, word)| word);
        let command = self.0.entry(name).or_insert_with(|| commands::flat_command(named));
        let matches = &command.try_get_matches_from_mut(rest).map_err(|e| match e.kind() {
            ErrorKind::DisplayHelp => {
                Failure::usage("it asks for help").with_fix("ask for it outside a batch")
            }
            _ => usage_failure(&e),
        })?;
        let globals = Globals::from(matches);
        if let Some(flag) = globals.not_for_a_line() {
            return Err(Failure::usage(format!("{flag} is not for a single line"))
                .with_fix(format!("give {flag} to `bnq batch`, where it holds for all lines")));
        }
        let own = Own::of(globals);
        let Named::Endpoint(endpoint) = named else {
            let (target, typed) = request::read(matches)?;
            return Ok(Parsed { aim: Aim::Request(Box::new(target)), typed, own });
        };
        let typed = endpoint_args::typed(endpoint, matches)?;
        if pages::asked(endpoint, matches).is_some() {
            return Err(Failure::usage("a line of a batch is one request, and --all is several")
                .with_fix("leave out --all, or run it outside a batch"));
        }
        Ok(Parsed { aim: Aim::Endpoint(endpoint), typed, own })
    }
}
