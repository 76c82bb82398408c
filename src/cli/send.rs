//! Sends a query and prints its answer: a change once, a read until there is an answer or its time is over.

mod ask;
mod collect;
mod tries;

use std::cell::RefCell;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::catalogue::{self, Environment, ErrorsIn, Role};
use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::interrupt::{self, Last};
use crate::cli::pace::{Pace, Shared};
use crate::cli::query::Query;
use crate::cli::refusal::{self, Asked, Keyed};
use crate::cli::session::{now_ms, variable};
use crate::cli::settle;
use crate::cli::settling::Settling;
use crate::cli::target::PRACTICE_URL;
use crate::client::{
    self, Client, ClientOptions, ClockError, ClockReading, ProxyVariables, Response, SendError,
    Transport as _,
};
use crate::config::Settings;
use crate::render;
use crate::signing::{Draft, SignedRequest};

pub use ask::ask;
pub use collect::{Hosts, Lane, collect};

/// The longest answer that is held to look for errors in it. Real ones are a few kilobytes.
const MAX_HELD: u64 = 4 << 20;

/// The longest that connecting to the time endpoint, and again its answer, is waited for: one that takes longer tells the
/// exchange's clock too roughly to correct anything.
const LONGEST_MEASURING: Duration = Duration::from_secs(2);

/// More than the answer of a time endpoint ever holds, in bytes.
const LONGEST_TIME: u64 = 4096;

/// Sends the query to `base_url` and prints the answer.
///
/// # Errors
/// A failure for every end but an accepted answer.
pub fn run(query: &Query<'_>, base_url: &str) -> Result<(), Failure> {
    let sender = Sender::new(query, base_url, Shared::of(base_url));
    // It watches until the outcome is settled: as long as that goes on, an interruption leaves it unknown.
    let _guard = sender.watch_signals()?;
    settle::at_once(query, base_url, sender.run().map_err(|failure| query.complete(failure)))
}

struct Sender<'a> {
    query: &'a Query<'a>,
    base_url: &'a str,
    client: Arc<Client>,
    /// Whether any of the request may have left.
    begun: Arc<AtomicBool>,
    pace: Pace<'a>,
    /// Where answers go in place of stdout.
    held: Option<RefCell<Vec<u8>>>,
    /// Told when a request has been signed and is about to be sent.
    about_to_send: Option<&'a dyn Fn() -> Result<(), Failure>>,
    /// Set once an answer was an example.
    example: Arc<AtomicBool>,
}

impl<'a> Sender<'a> {
    fn new(query: &'a Query<'a>, base_url: &'a str, host: Arc<Shared>) -> Self {
        let begun = Arc::new(AtomicBool::new(false));
        let client = Client::new(ClientOptions { begun: Arc::clone(&begun), ..options(&query.settings) });
        let pace = Pace::new(query, host);
        let (client, example) = (Arc::new(client), Arc::default());
        Self { query, base_url, client, begun, pace, held: None, about_to_send: None, example }
    }

    fn run(&self) -> Result<(), Failure> {
        match self.query.interval {
            None => self.once(),
            Some(interval) => self.repeat(interval),
        }
    }

    /// Until it fails, nobody reads any more, or it is interrupted.
    fn repeat(&self, interval: Duration) -> Result<(), Failure> {
        loop {
            let began = Instant::now();
            let mut response = self.answer()?;
            if !self.query.redraw(&mut response.body)? {
                return Ok(());
            }
            thread::sleep(interval.saturating_sub(began.elapsed()));
        }
    }

    fn once(&self) -> Result<(), Failure> {
        let mut response = self.answer()?;
        self.accepted(&mut response)?;
        self.tell_end(&response);
        Ok(())
    }

    /// While a change is under way, an interruption leaves its outcome unknown.
    fn watch_signals(&self) -> Result<interrupt::Guard, Failure> {
        let settling = Settling::of(self.query);
        let mut unknown = self.query.complete(unknown("interrupted while the change was under way"));
        let interrupted =
            self.query.complete(Failure::new(Kind::Interrupted, "interrupted; nothing was changed"));
        let (changes, form, begun) =
            (self.query.target.changes, self.query.session.errors, Arc::clone(&self.begun));
        Ok(interrupt::Guard::new(move |signal| {
            if changes && begun.load(Ordering::SeqCst) {
                unknown.fix = Some(settling.fix());
                return Last::Unknown(console::failure_text(&unknown, form));
            }
            let kind = if signal == interrupt::SIGTERM { Kind::Terminated } else { Kind::Interrupted };
            Last::Dies(console::failure_text(&Failure { kind, ..interrupted }, form))
        })?)
    }

    /// Asks for the exchange's clock, on a connection of its own: none of the request is under way meanwhile. What the answer
    /// says of limits is remembered.
    fn measured_clock(&self) -> Result<ClockReading, ClockError> {
        let target = &self.query.target;
        let path = target.clock_path(self.query.environment()).ok_or(ClockError::NoEndpoint)?;
        let options = options(&self.query.settings);
        let client = Client::new(ClientOptions {
            timeout: options.timeout.min(LONGEST_MEASURING),
            longest_body: LONGEST_TIME,
            pace: client::Pace { bytes: LONGEST_TIME, window: LONGEST_MEASURING },
            ..options
        });
        measure(&client, self.base_url, path, |response| {
            self.pace.count(path, response);
            let retry_after_s = client::retry_after_s(&response.headers, now_ms() / 1000);
            self.wait_of(response.status, (None, ""), retry_after_s);
        })
    }

    /// The request, signed at this moment.
    fn signed(&self, offset_ms: i64) -> Result<SignedRequest, Failure> {
        let time = self.query.fixed_time.unwrap_or_else(|| now_ms().saturating_add(offset_ms));
        let request = self.query.sign(self.base_url, time)?;
        if self.query.session.globals.debug_sign {
            console::print_stderr(&render::request::debug_sign(&request, offset_ms));
        }
        if let Some((_, signature)) = &request.signed {
            self.query.redactor.hide_signature(signature);
        }
        Ok(request)
    }

    fn send(&self, request: &SignedRequest) -> Result<Response, SendError> {
        self.tell_request(request);
        let response = self.client.send(request, &[])?;
        self.tell_response(&response);
        Ok(response)
    }

    /// Prints an accepted answer, and looks for errors in it where the catalogue says that there can be some.
    fn accepted(&self, response: &mut Response) -> Result<(), Failure> {
        let status = response.status;
        let Some(place) = self.query.target.errors_in() else {
            return self.show(&mut response.body).map_err(|e| self.broken(e, status));
        };
        let body = read_bounded(&mut response.body).map_err(|e| {
            self.broken(Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}")), status)
        })?;
        let failure = refusal::inside(place, &self.asked(), status, &body);
        if place == ErrorsIn::Items || failure.is_none() {
            self.show(&mut body.as_bytes()).map_err(|e| self.broken(e, status))?;
        }
        failure.map_or(Ok(()), Err)
    }

    /// Prints an answer; where its outcome is to be settled, all of it or nothing, since a state may follow in its place.
    fn show(&self, source: &mut dyn Read) -> Result<(), Failure> {
        if let Some(held) = &self.held {
            return self.query.render_into(source, &mut held.borrow_mut());
        }
        if self.query.session.globals.settle {
            return self.query.render_whole(source);
        }
        self.query.render(source)
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            target: &self.query.target,
            parameters: self.query.parameters(),
            words: &self.query.session.words,
            key: self.query.credentials.as_deref().map(|credentials| Keyed {
                credentials,
                environment: self.query.settings.environment.value,
                base_url: self.base_url,
            }),
        }
    }
}

impl Sender<'_> {
    /// No answer came. For a change, what counts is whether any of it may have left.
    fn unanswered(&self, error: &SendError) -> Failure {
        if self.query.target.changes && error.request_may_have_left() {
            return unknown(&error.to_string());
        }
        Failure::new(kind_of(error), error.to_string())
    }

    /// An accepted answer that could not be read to its end, understood, or printed.
    fn broken(&self, failure: Failure, status: u16) -> Failure {
        let mut failure = match (self.query.target.changes, failure.kind) {
            (false, _) => failure,
            // It was understood, and could not be written: what it says is known to the exchange alone.
            (true, Kind::Other) => unknown(&format!(
                "the exchange answered, but the answer could not be shown: {}",
                failure.message
            )),
            (true, _) => {
                let (body, show_body) = (failure.body.clone(), failure.show_body);
                Failure { body, show_body, ..unknown(&failure.message) }
            }
        };
        failure.status = Some(status);
        failure
    }

    fn tell_request(&self, request: &SignedRequest) {
        let console = self.query.session.console;
        if !console.verbose {
            return;
        }
        console.detail(&format!("> {}", render::request::masked_line(request)));
        if let Some(key) = &request.api_key {
            console.detail(&format!("> X-MBX-APIKEY: {}", key.masked()));
        }
    }

    /// Says that an answer is none of the account's. Only the practice exchange gives such.
    fn tell_example(&self, response: &Response) {
        if self.query.environment() == Environment::Local && is_example(response) {
            self.example.store(true, Ordering::SeqCst);
            self.query.session.console.note("note: an example, not played by the practice exchange");
        }
    }

    /// Says of the first change that was accepted that the account ends with this command, if it does.
    fn tell_end(&self, response: &Response) {
        let passing =
            self.query.environment() == Environment::Local && self.query.settings.base_url.is_none();
        if passing && self.query.target.asks && !is_example(response) && self.pace.tells_end() {
            self.query.session.console.note(&format!(
                "note: this practice account ends with the command; to keep one, run `bnq serve` and add --base-url {PRACTICE_URL}"
            ));
        }
    }

    fn tell_response(&self, response: &Response) {
        let console = self.query.session.console;
        if !console.verbose {
            return;
        }
        console.detail(&format!("< HTTP {} in {} ms", response.status, response.elapsed.as_millis()));
        for (name, value) in response.headers.iter().filter(|(name, _)| is_told(name)) {
            let line = format!("< {}: {value}", name.to_uppercase());
            console.detail(&self.query.redactor.apply(&line));
        }
    }
}

fn is_example(response: &Response) -> bool {
    response.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-bnq-example"))
}

/// How a client connects under these settings.
pub fn options(settings: &Settings) -> ClientOptions {
    ClientOptions {
        timeout: settings.timeout.value,
        ca_file: settings.ca_file.as_ref().map(|f| f.value.clone()),
        proxies: ProxyVariables::read(|name| variable(name).and_then(|v| v.into_string().ok())),
        ..ClientOptions::default()
    }
}

/// Asks for the exchange's clock on the host at `base_url` that serves `path`, and shows `seen` the answer.
///
/// # Errors
/// [`ClockError`] if there is no answer, or none that holds a time.
pub fn measure(
    client: &Client,
    base_url: &str,
    path: &str,
    seen: impl FnOnce(&Response),
) -> Result<ClockReading, ClockError> {
    let endpoint = catalogue::in_role(Role::Time, path).ok_or(ClockError::NoEndpoint)?;
    let request = Draft::to(endpoint, base_url).unsigned();
    client::measure_offset(|| client.send(&request, &[]).inspect(seen), now_ms)
}

/// What it means for a read that no answer came.
pub fn kind_of(error: &SendError) -> Kind {
    match error {
        SendError::Target { .. } | SendError::Request { .. } => Kind::Usage,
        _ if error.is_configuration() => Kind::Config,
        _ => Kind::NoAnswer,
    }
}

fn unknown(what: &str) -> Failure {
    Failure::new(Kind::Unknown, format!("{what}; whether it was executed is not known"))
}

/// The headers that `-v` shows: limits, what to wait for, the request's name, and whether the answer is an example.
fn is_told(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["x-mbx-", "x-sapi-", "x-bnq-", "retry-after"].iter().any(|prefix| name.starts_with(prefix))
}

/// The text of an answer, as far as an honest one goes.
///
/// # Errors
/// If it broke off.
pub fn read_bounded(source: &mut impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MAX_HELD).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
