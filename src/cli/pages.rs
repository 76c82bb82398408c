//! `--all`: every page of a read, its rows printed as they come.

mod follow;
mod resume;
mod windows;

use std::io::{ErrorKind, IsTerminal as _, Read, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches};

use crate::catalogue::{Endpoint, Paging, PagingBy, Parameter};
use crate::cli::account::Account;
use crate::cli::console;
use crate::cli::endpoint_args::{self, Typed};
use crate::cli::exit::Failure;
use crate::cli::local;
use crate::cli::query::Query;
use crate::cli::send::{Hosts, Lane};
use crate::cli::session::Session;
use crate::render::{Format, Output};
use crate::signing::Parameters;
use follow::{Asking, Follower};
use resume::Place;

const ALL: &str = "all-pages";
const RESUME: &str = "resume-file";

/// The flags of an endpoint that gives its rows in pages.
pub fn arguments() -> [Arg; 2] {
    let heading = "Pages";
    [
        Arg::new(ALL)
            .long("all")
            .action(ArgAction::SetTrue)
            .help_heading(heading)
            .help("Follow all pages; rows are printed as they come, the limit being that of a page"),
        Arg::new(RESUME)
            .long("resume")
            .value_name("FILE")
            .requires(ALL)
            .help_heading(heading)
            .help("With --all and -o jsonl or csv: note in this file how far it is, and go on from there"),
    ]
}

/// Pages that are to be followed.
pub struct Asked {
    paging: &'static Paging,
    /// The file that says how far they are.
    file: Option<String>,
    /// What was typed. A span back from now is another time in each run, and the same wish.
    words: Parameters,
}

/// What was asked for of pages: `None` if one answer is enough.
pub fn asked(endpoint: &'static Endpoint, matches: &ArgMatches) -> Option<Asked> {
    let paging = endpoint.paging().filter(|_| matches.get_flag(ALL))?;
    // A word that is neither a flag nor a pair has been refused.
    let words = endpoint_args::in_order(endpoint, matches).unwrap_or_default();
    let words = words.into_iter().map(|(_, name, value)| (name, value)).collect();
    Some(Asked { paging, file: matches.get_one::<String>(RESUME).cloned(), words })
}

/// What the first page needs, where all are asked for and the endpoint wants it said.
pub fn first_page(endpoint: &'static Endpoint, matches: &ArgMatches) -> Vec<(&'static Parameter, String)> {
    let Some(paging) = endpoint.paging().filter(|_| matches.get_flag(ALL)) else { return Vec::new() };
    let needed = |name: &str| endpoint.parameter(name).filter(|p| p.required());
    let first = u64::from(paging.by() == PagingBy::Page);
    let from = needed(paging.from()).map(|parameter| (parameter, first.to_string()));
    let size = paging.size().and_then(needed).zip(endpoint.largest_page());
    from.into_iter().chain(size.map(|(parameter, rows)| (parameter, rows.to_string()))).collect()
}

/// Prints every row of every page.
///
/// # Errors
/// The failure of the page that could not be had; the rows before it have been printed.
pub fn run(
    endpoint: &'static Endpoint,
    Asked { paging, file, words }: Asked,
    typed: &Typed,
    session: &Session,
) -> Result<(), Failure> {
    let account = Account::of(session)?;
    let mut query = Query::of(&account, endpoint.into(), typed.clone(), session)?;
    if session.globals.dry_run || session.globals.curl {
        return query.show();
    }
    if query.interval.is_some() || query.fixed_time.is_some() {
        let fix = "leave out --watch and --timestamp";
        return Err(Failure::usage("pages are followed once, each signed at its time").with_fix(fix));
    }
    let output = query.output().clone();
    let by_page = matches!(output.format, Format::Jsonl | Format::Csv | Format::Table);
    if file.is_some() && !matches!(output.format, Format::Jsonl | Format::Csv) {
        return Err(Failure::usage("only lines can be gone on with").with_fix("add -o jsonl or -o csv"));
    }
    let practice = local::exchange_for(&account.settings, None)?;
    let base_url = query.base_url(practice.as_ref().map(local::Practice::url))?;
    query.tell_settings(base_url.as_str());
    // Rows of another account would follow those of this one.
    let key = query.credentials.as_ref().map_or("", |credentials| credentials.api_key.expose());
    let identity = format!("{} {} {key} {}", base_url.as_str(), query.target.name(), words.encode());
    let start = follow::start(endpoint, paging, typed)?;
    let place = Place::open(file.as_deref().map(Path::new), &identity, start)?;
    let lane = Lane::new(&account.settings, Hosts::default());
    let asking = Asking {
        endpoint,
        paging,
        typed,
        account: &account,
        session,
        lane: &lane,
        base_url: base_url.as_str(),
    };
    let follower = Follower { asking, place, width: None, pair: None };
    let mut pages = Pages { follower, progress: Progress::new(session) };
    query.set_output(Output { ..output });
    let result = if by_page { pages.one_by_one(&query) } else { pages.as_one(&query) };
    pages.progress.clear();
    result.map_err(|failure| {
        let mut failure = query.complete(failure);
        if file.is_some() && failure.fix.is_none() {
            failure.fix = Some("run the same command again, which goes on from there".to_owned());
        }
        failure
    })
}

struct Pages<'a> {
    follower: Follower<'a>,
    progress: Progress,
}

impl Pages<'_> {
    /// Prints each page by itself, without the line of names that stood above the first.
    fn one_by_one(&mut self, query: &Query<'_>) -> Result<(), Failure> {
        while let Some(rows) = self.follower.next()? {
            let page = format!("[{}]", rows.join(","));
            let text = query.rendered(&mut page.as_bytes())?;
            let text =
                if query.output().format == Format::Csv { self.follower.place.headed(&text) } else { &text };
            let mut out = std::io::stdout().lock();
            match out.write_all(text).and_then(|()| out.flush()) {
                Err(e) if e.kind() == ErrorKind::BrokenPipe => return Ok(()),
                result => result.context("stdout cannot be written")?,
            }
            self.progress.add(rows.len());
            self.follower.place.save()?;
        }
        self.follower.place.save()
    }

    /// Prints all pages as one list.
    fn as_one(&mut self, query: &Query<'_>) -> Result<(), Failure> {
        let mut list =
            List { pages: self, ready: b"[".to_vec(), at: 0, rows: 0, ended: false, failure: None };
        let result = query.render(&mut list);
        match list.failure {
            Some(failure) => Err(failure),
            None => result,
        }
    }
}

/// The pages as one list, read while it is printed.
struct List<'l, 'p> {
    pages: &'l mut Pages<'p>,
    ready: Vec<u8>,
    at: usize,
    rows: usize,
    ended: bool,
    failure: Option<Failure>,
}

impl List<'_, '_> {
    fn fill(&mut self) -> Result<(), Failure> {
        (self.ready, self.at) = (Vec::new(), 0);
        match self.pages.follower.next()? {
            None => {
                self.ended = true;
                self.ready.extend(b"]\n");
            }
            Some(rows) => {
                if self.rows > 0 && !rows.is_empty() {
                    self.ready.push(b',');
                }
                self.ready.extend(rows.join(",").into_bytes());
                self.rows += rows.len();
                self.pages.progress.add(rows.len());
            }
        }
        Ok(())
    }
}

impl Read for List<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            if let Err(failure) = self.fill() {
                let message = failure.message.clone();
                self.failure = Some(failure);
                return Err(std::io::Error::other(message));
            }
        }
        let read = self.ready.get(self.at..).unwrap_or_default().read(buf)?;
        self.at += read;
        Ok(read)
    }
}

/// How many rows there are, on a terminal where they do not scroll past themselves.
struct Progress {
    shown: bool,
    rows: usize,
    last: Option<Instant>,
}

impl Progress {
    fn new(session: &Session) -> Self {
        let shown =
            !session.globals.quiet && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        Self { shown, rows: 0, last: None }
    }

    fn add(&mut self, rows: usize) {
        self.rows += rows;
        if self.shown && self.last.is_none_or(|at| at.elapsed().as_millis() >= 100) {
            self.last = Some(Instant::now());
            console::show_bar(&format!("{} rows", self.rows));
        }
    }

    fn clear(&self) {
        if self.shown {
            console::remove_bar();
        }
    }
}
