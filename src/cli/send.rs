//! Sends a query and prints its answer: once where it changes something, once more where a read met a wrong clock.

use std::io::Read;

use crate::catalogue::{self, Endpoint, Environment, Role};
use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::interrupt;
use crate::cli::query::Query;
use crate::cli::refusal::{self, Asked};
use crate::cli::session::{now_ms, variable};
use crate::client::{self, Client, ClientOptions, ProxyVariables, Response, SendError, Transport as _};
use crate::render;
use crate::signing::{Draft, Parameters, SignedRequest};

/// The longest refusal that is read. Real ones are a few hundred bytes.
const MAX_REFUSAL: u64 = 4 << 20;

/// Sends the query to `base_url` and prints the answer.
///
/// # Errors
/// A failure for every end but an accepted answer.
pub fn run(query: &Query<'_>, base_url: &str) -> Result<(), Failure> {
    Sender::new(query, base_url).run().map_err(|failure| query.complete(failure))
}

struct Sender<'a> {
    query: &'a Query<'a>,
    base_url: &'a str,
    client: Client,
}

impl<'a> Sender<'a> {
    fn new(query: &'a Query<'a>, base_url: &'a str) -> Self {
        let settings = &query.settings;
        let client = Client::new(ClientOptions {
            timeout: settings.timeout.value,
            ca_file: settings.ca_file.as_ref().map(|f| f.value.clone()),
            proxies: ProxyVariables::read(|name| variable(name).and_then(|v| v.into_string().ok())),
            ..ClientOptions::default()
        });
        Self { query, base_url, client }
    }

    fn run(&self) -> Result<(), Failure> {
        let _guard = self.watch_signals()?;
        let mut offset_ms = 0;
        let response = self.send(offset_ms)?;
        let Err(refused) = self.accept(response) else { return Ok(()) };
        if refused.kind != Kind::Timestamp || self.query.fixed_time.is_some() {
            return Err(refused);
        }
        offset_ms = self.measure(&refused)?;
        if self.query.endpoint.changes() {
            let fix = format!("this machine's clock is off by {} ms; set it, then send again", -offset_ms);
            return Err(refused.with_fix(fix));
        }
        self.query.session.console.note(&format!(
            "note: the exchange's clock differs by {offset_ms} ms; sent again with that corrected"
        ));
        self.accept(self.send(offset_ms)?)
    }

    /// While a change is under way, an interruption leaves its outcome unknown.
    fn watch_signals(&self) -> Result<interrupt::Guard, Failure> {
        let failure = if self.query.endpoint.changes() {
            unknown("interrupted while the change was under way")
        } else {
            Failure::new(Kind::Interrupted, "interrupted")
        };
        let (failure, form) = (self.query.complete(failure), self.query.session.errors);
        Ok(interrupt::Guard::new(move || {
            console::print_failure(&failure, form);
            (failure.kind != Kind::Interrupted).then_some(failure.kind.exit_code())
        })?)
    }

    fn send(&self, offset_ms: i64) -> Result<Response, Failure> {
        let time = self.query.fixed_time.unwrap_or_else(|| now_ms().saturating_add(offset_ms));
        let request = self.query.sign(self.base_url, time)?;
        if self.query.session.globals.debug_sign {
            console::print_stderr(&render::request::debug_sign(&request, offset_ms));
        }
        self.tell_request(&request);
        let response = self.client.send(&request, &[]).map_err(|e| self.unanswered(&e))?;
        self.tell_response(&response);
        Ok(response)
    }

    /// Prints an accepted answer; a refused one is explained.
    fn accept(&self, mut response: Response) -> Result<(), Failure> {
        let status = response.status;
        let retry_after_s = client::retry_after_s(&response.headers, now_ms() / 1000);
        if (200..300).contains(&status) {
            self.tell_example(&response);
            return self.query.render(&mut response.body).map_err(|e| self.broken(e, status));
        }
        let body = read_refusal(&mut response.body).map_err(|e| {
            // Without its code, a refusal could be one that leaves the outcome open.
            self.broken(Failure::new(Kind::NoAnswer, format!("the answer broke off: {e}")), status)
        })?;
        let asked = Asked {
            endpoint: self.query.endpoint,
            parameters: &self.query.parameters,
            words: &self.query.session.words,
        };
        let mut failure = refusal::explained(&asked, status, &body);
        failure.retry_after_s = retry_after_s;
        if failure.kind == Kind::Partial {
            self.query.render(&mut body.as_bytes()).map_err(|e| self.broken(e, status))?;
        }
        Err(failure)
    }
}

impl Sender<'_> {
    /// How far the exchange's clock is ahead of this machine's, in milliseconds.
    fn measure(&self, refused: &Failure) -> Result<i64, Failure> {
        let Some(endpoint) = time_endpoint(self.query.endpoint) else { return Ok(0) };
        let draft = Draft {
            method: endpoint.method(),
            base_url: self.base_url.to_owned(),
            path: endpoint.path().to_owned(),
            query: Parameters::new(),
            body: Parameters::new(),
            api_key: None,
        };
        client::measure_offset(|| self.client.send(&draft.unsigned(), &[]), now_ms)
            .map(|reading| reading.offset_ms)
            .map_err(|e| {
                let mut failure = Failure::new(Kind::Timestamp, refused.message.clone());
                failure.status = refused.status;
                failure.code = refused.code;
                failure.name.clone_from(&refused.name);
                failure
                    .with_cause(format!("the clocks differ, and by how much could not be measured: {e}"))
                    .with_fix("set this machine's clock, then send again")
            })
    }

    /// No answer came. For a change, what counts is whether any of it may have left.
    fn unanswered(&self, error: &SendError) -> Failure {
        if self.query.endpoint.changes() && error.request_may_have_left() {
            return unknown(&error.to_string());
        }
        let kind = match error {
            SendError::Target { .. } | SendError::Request { .. } => Kind::Usage,
            _ if error.is_configuration() => Kind::Config,
            _ => Kind::NoAnswer,
        };
        let failure = Failure::new(kind, error.to_string());
        if self.query.endpoint.changes() { failure.with_cause("nothing was sent") } else { failure }
    }

    /// An accepted answer that could not be read to its end, or printed.
    fn broken(&self, failure: Failure, status: u16) -> Failure {
        if failure.kind != Kind::NoAnswer {
            return failure;
        }
        let mut failure = if self.query.endpoint.changes() {
            unknown(&format!("HTTP {status}, but {}", failure.message))
        } else {
            failure
        };
        failure.status = Some(status);
        failure
    }

    fn tell_request(&self, request: &SignedRequest) {
        let console = self.query.session.console;
        console.detail(&format!("> {}", render::request::masked_line(request)));
        if let Some(key) = &request.api_key {
            console.detail(&format!("> X-MBX-APIKEY: {}", key.masked()));
        }
    }

    /// Says that an answer is none of the account's. Only the practice exchange gives such.
    fn tell_example(&self, response: &Response) {
        let example = response.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-bnq-example"));
        if example && self.query.environment() == Environment::Local {
            self.query.session.console.note("note: an example, not played by the practice exchange");
        }
    }

    fn tell_response(&self, response: &Response) {
        let console = self.query.session.console;
        console.detail(&format!("< HTTP {} in {} ms", response.status, response.elapsed.as_millis()));
        for (name, value) in response.headers.iter().filter(|(name, _)| is_told(name)) {
            console.detail(&format!("< {}: {value}", name.to_uppercase()));
        }
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

/// The endpoint that tells the time on the host that serves `endpoint`: the one under the same first part of the path,
/// else that of the first group that has one.
fn time_endpoint(endpoint: &Endpoint) -> Option<&'static Endpoint> {
    let prefix = |path: &'static str| path.split('/').nth(1);
    let clocks = || catalogue::endpoints().iter().filter(|e| e.role() == Some(Role::Time));
    clocks().find(|e| prefix(e.path()) == prefix(endpoint.path())).or_else(|| clocks().next())
}

fn read_refusal(source: &mut impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    source.take(MAX_REFUSAL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
