//! One request to an endpoint: argv to parameters, to payload, to signature, to HTTP, to text.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::ArgMatches;

use crate::catalogue::{self, Endpoint, Environment};
use crate::cli::account::Account;
use crate::cli::endpoint_args::{self, Typed};
use crate::cli::exit::{Failure, Kind};
use crate::cli::redact::Redactor;
use crate::cli::session::{Session, now_ms, print, usage};
use crate::cli::settling::{self, SentAt, Settling};
use crate::cli::target::Target;
use crate::cli::{client_id, console, guard, local, pages, send, watch};
use crate::config::{BaseUrl, Credentials, Settings};
use crate::render::{self, Format, Output, RenderError};
use crate::signing::{Draft, Parameters, RecvWindow, SignedRequest};

/// The most that is shown of an answer that is not the exchange's.
const MAX_FOREIGN: u64 = 1 << 20;

/// How long a read is sent again where nobody says.
const RETRY_FOR: Duration = Duration::from_secs(20);

/// The longest `--retry-for`, in seconds.
const LONGEST_RETRY_FOR: f64 = 86_400.0;

/// A request that has been checked and is ready to be signed.
pub struct Query<'a> {
    /// The run.
    pub session: &'a Session,
    /// What it is for.
    pub target: Target,
    /// What is sent in the query string, without what signing adds.
    in_url: Parameters,
    /// What is sent in the form body.
    in_body: Parameters,
    /// The time between two requests, under `--watch`.
    pub interval: Option<Duration>,
    /// How long a read is sent again: `--retry-for`.
    pub retry_for: Duration,
    /// The parameter that names a change, with its value.
    pub id: Option<(&'static str, String)>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// Key and secret, where the endpoint needs them.
    pub credentials: Option<Arc<Credentials>>,
    /// What must not be shown of an answer that holds it.
    pub redactor: Redactor,
    /// `--timestamp`
    pub fixed_time: Option<i64>,
    /// When it was signed last.
    pub sent_at: SentAt,
    recv_window: Option<RecvWindow>,
    output: Output,
}

/// Runs an endpoint's command.
///
/// # Errors
/// Whatever ends it other than an accepted answer.
pub fn run(endpoint: &'static Endpoint, matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let typed = endpoint_args::typed(endpoint, matches)?;
    match pages::asked(endpoint, matches) {
        Some(asked) => pages::run(endpoint, asked, &typed, session),
        None => send(endpoint.into(), typed, session),
    }
}

/// Sends what was typed, or shows it.
///
/// # Errors
/// Whatever ends it other than an accepted answer.
pub fn send(target: Target, typed: Typed, session: &Session) -> Result<(), Failure> {
    let query = Query::prepare(target, typed, session)?;
    settling::check(&query)?;
    if session.globals.dry_run || session.globals.curl {
        return query.show();
    }
    guard::confirm(&query)?;
    let practice = local::exchange_for(&query.settings, query.fixed_time)?;
    let base_url = query.base_url(practice.as_ref().map(local::Practice::url))?;
    query.tell_settings(base_url.as_str());
    send::run(&query, base_url.as_str())
}

impl<'a> Query<'a> {
    /// Checks a request and resolves what it runs with.
    ///
    /// # Errors
    /// A usage or configuration failure.
    pub fn prepare(target: Target, typed: Typed, session: &'a Session) -> Result<Self, Failure> {
        Self::of(&Account::of(session)?, target, typed, session)
    }

    /// The same for one of several requests of an account.
    ///
    /// # Errors
    /// A usage or configuration failure.
    pub fn of(
        account: &Account,
        target: Target,
        typed: Typed,
        session: &'a Session,
    ) -> Result<Self, Failure> {
        let fixed_time = once("timestamp", session.globals.timestamp.as_deref(), typed.timestamp.as_deref())?;
        let fixed_time = fixed_time.map(timestamp).transpose()?;
        let window =
            once("recvWindow", session.globals.recv_window.as_deref(), typed.recv_window.as_deref())?;
        let window = window.map(str::parse::<RecvWindow>).transpose().map_err(usage)?;
        let settings = Arc::clone(&account.settings);
        let watch = session.globals.watch.as_deref();
        let interval = watch.map(|text| watch::interval(text, &target, &typed.query)).transpose()?;
        let format = Session::format(&settings)?;
        // Answers that follow each other are a line each, unless a form was asked for or a terminal is redrawn.
        let style = session.style()?;
        let usual = if interval.is_some() && !style.terminal { Format::Compact } else { Format::Json };
        let mut query = Self {
            session,
            target,
            in_url: typed.query,
            in_body: typed.body,
            interval,
            retry_for: session.globals.retry_for.as_deref().map_or(Ok(RETRY_FOR), retry_for)?,
            id: None,
            recv_window: window.or_else(|| settings.recv_window.as_ref().map(|w| w.value.clone())),
            output: Output { format: format.unwrap_or(usual), fields: session.fields()?, style },
            credentials: None,
            redactor: Redactor::default(),
            settings,
            fixed_time,
            sent_at: SentAt::default(),
        };
        if query.target.needs_key {
            query.credentials = Some(account.credentials(session)?);
            query.redactor = account.redactor();
        }
        query.name_change()?;
        Ok(query)
    }

    /// The account that it is for.
    pub fn account(&self) -> Account {
        Account::resolved(Arc::clone(&self.settings), self.credentials.clone())
    }

    /// Gives a change an id before it is sent, unless the user did.
    fn name_change(&mut self) -> Result<(), Failure> {
        let Some(name) = self.target.settle().and_then(catalogue::Settle::id) else { return Ok(()) };
        if let Some(given) = self.parameter(name).map(str::to_owned) {
            self.id = Some((name, given));
            return Ok(());
        }
        if self.session.globals.no_client_id {
            return Ok(());
        }
        let id = match self.fixed_time {
            Some(time) => client_id::derived(&self.target.path, &self.parameters(), time),
            None => client_id::random()?,
        };
        let in_body = self.in_url.is_empty() && !self.in_body.is_empty();
        if in_body { &mut self.in_body } else { &mut self.in_url }.push(name, id.clone());
        self.id = Some((name, id));
        Ok(())
    }

    /// Signs the request at this time, which is in milliseconds.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn sign(&self, base_url: &str, timestamp: i64) -> Result<SignedRequest, Failure> {
        self.sent_at.note(timestamp);
        let draft = Draft {
            method: self.target.method,
            base_url: base_url.to_owned(),
            path: self.target.path.clone(),
            query: self.in_url.clone(),
            body: self.in_body.clone(),
            api_key: self.credentials.as_ref().map(|c| c.api_key.clone()),
        };
        match self.credentials.as_ref().filter(|_| self.target.signed) {
            None => Ok(draft.unsigned()),
            Some(credentials) => draft
                .sign(&credentials.key, timestamp, self.recv_window.as_ref())
                .map_err(|e| Failure::new(Kind::Other, e.to_string())),
        }
    }

    /// How long the request stays valid, in the milliseconds that count where none are sent.
    pub fn window(&self) -> &str {
        self.recv_window.as_ref().map_or(RecvWindow::DEFAULT, RecvWindow::as_str)
    }

    /// Every parameter that is sent, without what signing adds.
    pub fn parameters(&self) -> Parameters {
        self.in_url.iter().chain(self.in_body.iter()).collect()
    }

    /// The value that is sent for a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.in_url.get(name).or_else(|| self.in_body.get(name))
    }

    /// Under `-v`: the host, and where each setting came from.
    pub fn tell_settings(&self, base_url: &str) {
        let console = self.session.console;
        console.detail(&format!("host: {base_url}"));
        for (name, value, origin) in self.settings.list() {
            console.detail(&format!("{name}: {value} ({origin})"));
        }
        if let Some(credentials) = &self.credentials {
            console.detail(&format!("credentials: {}", credentials.source));
        }
    }

    /// Which exchange the request is for.
    pub fn environment(&self) -> Environment {
        self.settings.environment.value
    }

    /// The base URL that this request may go to. `practice` is the address of an exchange inside this process.
    ///
    /// # Errors
    /// If the environment does not have the endpoint, or a key may not be sent there.
    pub fn base_url(&self, practice: Option<&str>) -> Result<BaseUrl, Failure> {
        self.target.permitted_url(&self.settings, self.credentials.as_deref(), practice)
    }

    /// Signs the request and prints it instead of sending it.
    ///
    /// # Errors
    /// As for sending it, and if stdout cannot be written.
    pub fn show(&self) -> Result<(), Failure> {
        let base_url = self.base_url(None)?;
        let request = self.sign(base_url.as_str(), self.fixed_time.unwrap_or_else(now_ms))?;
        if self.session.globals.debug_sign {
            console::print_stderr(&render::request::debug_sign(&request, 0));
        }
        let as_json = self.session.wants_json()?;
        let text = if self.session.globals.curl {
            render::request::curl(&request) + "\n"
        } else if as_json {
            render::request::dry_run_json(&self.target.name(), &request) + "\n"
        } else {
            render::request::dry_run(&request)
        };
        if as_json && !self.session.globals.curl {
            return self.render(&mut text.as_bytes());
        }
        print(text.as_bytes())
    }

    /// Prints an answer in the format asked for.
    ///
    /// # Errors
    /// If the answer is not JSON, broke off, or cannot be printed; a closed stdout is no failure.
    pub fn render(&self, source: &mut dyn Read) -> Result<(), Failure> {
        match self.render_to(source, &mut std::io::stdout().lock()) {
            Err(RenderError::Write(e)) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(|error| unprinted(&error, source)),
        }
    }

    /// How answers are printed.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// Prints answers in this way, whatever was asked for.
    pub fn set_output(&mut self, output: Output) {
        self.output = output;
    }

    /// Gives an answer as the text that it would be printed as.
    ///
    /// # Errors
    /// As for [`Query::render`].
    pub fn rendered(&self, source: &mut dyn Read) -> Result<Vec<u8>, Failure> {
        let mut answer = Vec::new();
        self.render_into(source, &mut answer)?;
        Ok(answer)
    }

    /// Adds an answer to a text, as it would be printed, and nothing where that fails.
    ///
    /// # Errors
    /// As for [`Query::render`].
    pub fn render_into(&self, source: &mut dyn Read, text: &mut Vec<u8>) -> Result<(), Failure> {
        let before = text.len();
        self.render_to(source, text).map_err(|error| {
            text.truncate(before);
            unprinted(&error, source)
        })
    }

    /// Prints an answer if all of it can be read.
    ///
    /// # Errors
    /// As for [`Query::render`]; then nothing has been printed, unless stdout broke.
    pub fn render_whole(&self, source: &mut dyn Read) -> Result<(), Failure> {
        print(&self.rendered(source)?)
    }

    /// Prints an answer in the place of the one before; says whether anybody is still reading.
    ///
    /// # Errors
    /// As for [`Query::render`].
    pub fn redraw(&self, source: &mut dyn Read) -> Result<bool, Failure> {
        match watch::show(&self.rendered(source)?, self.output.style.terminal) {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
            result => Ok(result.map(|()| true).context("stdout cannot be written")?),
        }
    }

    fn render_to(&self, source: &mut dyn Read, out: &mut dyn Write) -> Result<(), RenderError> {
        for note in &render::answer(source, &self.output, out)?.notes {
            self.session.console.note(&format!("note: {note}"));
        }
        Ok(())
    }

    /// Adds to a failure what is known about the request, and how the outcome of a change is found out.
    pub fn complete(&self, mut failure: Failure) -> Failure {
        let shown = |text: Option<String>| text.map(|text| self.redactor.apply(&text));
        failure.message = self.redactor.apply(&failure.message);
        (failure.cause, failure.body) = (shown(failure.cause), shown(failure.body));
        failure.method = Some(self.target.method);
        failure.path = Some(self.target.path.clone());
        failure.environment = Some(self.environment());
        failure.client_order_id = self.id.as_ref().map(|(_, id)| id.clone());
        if failure.kind == Kind::Unknown {
            failure.fix = Some(Settling::of(self).fix());
        }
        failure
    }
}

/// An answer that could not be printed, or not to its end. What is not JSON is shown for what it is.
fn unprinted(error: &RenderError, source: &mut dyn Read) -> Failure {
    match error {
        RenderError::NotJson { start, .. } => {
            let mut failure = Failure::new(Kind::NoAnswer, error.to_string());
            if let Some(start) = start {
                let mut body = start.clone();
                // What else there is of a page that is no answer of the exchange's; if it breaks off, this is what came.
                let _ = source.take(MAX_FOREIGN).read_to_end(&mut body);
                failure.body = Some(String::from_utf8_lossy(&body).into_owned());
                failure.show_body = true;
            }
            failure.with_cause("something other than the exchange answered, or the answer was cut")
        }
        RenderError::Read(e) => Failure::new(Kind::NoAnswer, e.to_string()),
        RenderError::Write(e) => Failure::new(Kind::Other, format!("{error}: {e}")),
        _ => Failure::new(Kind::Other, error.to_string()),
    }
}

/// A setting that has a flag and a wire name may be given by one of them.
fn once<'t>(name: &str, flag: Option<&'t str>, pair: Option<&'t str>) -> Result<Option<&'t str>, Failure> {
    match (flag, pair) {
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("`{name}` is given 2 times")).with_fix("give it once"))
        }
        _ => Ok(flag.or(pair)),
    }
}

fn retry_for(text: &str) -> Result<Duration, Failure> {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let seconds = text.parse().ok().filter(|s| digits && *s <= LONGEST_RETRY_FOR);
    seconds.and_then(|s| Duration::try_from_secs_f64(s).ok()).ok_or_else(|| {
        Failure::usage(format!("--retry-for is no number of seconds: {text}"))
            .with_fix("give 0 to 86400, such as 20; 0 sends a read once")
    })
}

fn timestamp(text: &str) -> Result<i64, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Failure::usage(format!("--timestamp is no time in milliseconds: {text}"))
            .with_fix("give milliseconds since 1970, such as 1499827319559")
    })
}
