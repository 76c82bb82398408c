//! One request to an endpoint: argv to parameters, to payload, to signature, to HTTP, to text.

use clap::ArgMatches;

use crate::catalogue::{self, Endpoint, Environment};
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, config_failure, now_ms, print, usage};
use crate::cli::{client_id, console, endpoint_args, guard, local, send};
use crate::config::{Credentials, Settings};
use crate::render::{self, Fields, Format, Style};
use crate::signing::{Draft, Parameters, RecvWindow, SignedRequest};

/// Where the practice exchange is expected when no request is sent.
const PRACTICE_URL: &str = "http://127.0.0.1:8090";

/// A request that has been checked and is ready to be signed.
pub struct Query<'a> {
    /// The run.
    pub session: &'a Session,
    /// The endpoint.
    pub endpoint: &'static Endpoint,
    /// What is sent, without what signing adds.
    pub parameters: Parameters,
    /// The parameter that names a change, with its value.
    pub id: Option<(&'static str, String)>,
    /// The settings.
    pub settings: Settings,
    /// Key and secret, where the endpoint needs them.
    pub credentials: Option<Credentials>,
    /// `--timestamp`
    pub fixed_time: Option<i64>,
    recv_window: Option<RecvWindow>,
    format: Option<Format>,
    fields: Option<Fields>,
    style: Style,
}

/// Runs an endpoint's command.
///
/// # Errors
/// Whatever ends it other than an accepted answer.
pub fn run(endpoint: &'static Endpoint, matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let query = Query::prepare(endpoint, matches, session)?;
    if session.globals.dry_run || session.globals.curl {
        return query.show();
    }
    guard::confirm(&query)?;
    let practice = local::exchange_for(&query)?;
    let base_url = query.base_url(practice.as_ref().map(local::Practice::url))?;
    send::run(&query, &base_url)
}

impl<'a> Query<'a> {
    fn prepare(
        endpoint: &'static Endpoint,
        matches: &ArgMatches,
        session: &'a Session,
    ) -> Result<Self, Failure> {
        let typed = endpoint_args::typed(endpoint, matches)?;
        let fixed_time = once("timestamp", session.globals.timestamp.as_deref(), typed.timestamp.as_deref())?;
        let fixed_time = fixed_time.map(timestamp).transpose()?;
        let window = once("recvWindow", session.globals.recv_window.as_deref(), typed.recv_window.as_deref())?;
        let window = window.map(str::parse::<RecvWindow>).transpose().map_err(usage)?;
        let settings = session.settings()?;
        let mut query = Self {
            session,
            endpoint,
            parameters: typed.parameters,
            id: None,
            recv_window: window.or_else(|| settings.recv_window().cloned()),
            format: session.format(&settings)?,
            fields: session.fields()?,
            style: session.style()?,
            credentials: None,
            settings,
            fixed_time,
        };
        if endpoint.security().needs_key() {
            query.credentials = Some(session.credentials(&query.settings)?);
        }
        query.name_change()?;
        Ok(query)
    }

    /// Gives a change an id before it is sent, unless the user did.
    fn name_change(&mut self) -> Result<(), Failure> {
        let Some(name) = self.endpoint.settle().and_then(catalogue::Settle::id) else { return Ok(()) };
        if let Some(given) = self.parameters.get(name) {
            self.id = Some((name, given.to_owned()));
            return Ok(());
        }
        if self.session.globals.no_client_id {
            return Ok(());
        }
        let id = match self.fixed_time {
            Some(time) => client_id::derived(self.endpoint.path(), &self.parameters, time),
            None => client_id::random()?,
        };
        self.parameters.push(name, id.clone());
        self.id = Some((name, id));
        Ok(())
    }

    /// Signs the request at this time, which is in milliseconds.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn sign(&self, base_url: &str, timestamp: i64) -> Result<SignedRequest, Failure> {
        let draft = Draft {
            method: self.endpoint.method(),
            base_url: base_url.to_owned(),
            path: self.endpoint.path().to_owned(),
            query: self.in_place(catalogue::Place::Query),
            body: self.in_place(catalogue::Place::Body),
            api_key: self.credentials.as_ref().map(|c| c.api_key.clone()),
        };
        match self.credentials.as_ref().filter(|_| self.endpoint.signed()) {
            None => Ok(draft.unsigned()),
            Some(credentials) => draft
                .sign(&credentials.key, timestamp, self.recv_window.as_ref())
                .map_err(|e| Failure::new(Kind::Other, e.to_string())),
        }
    }

    fn in_place(&self, place: catalogue::Place) -> Parameters {
        let is_here = |name: &str| {
            let name = name.split_once('[').map_or(name, |(base, _)| base);
            self.endpoint.parameter(name).map_or(catalogue::Place::Query, catalogue::Parameter::place) == place
        };
        self.parameters.iter().filter(|(name, _)| is_here(name)).collect()
    }

    /// The base URL that this request may go to. `practice` is the address of an exchange inside this process.
    fn base_url(&self, practice: Option<&str>) -> Result<String, Failure> {
        let environment = self.settings.environment();
        let own = match practice {
            Some(url) => Some(url),
            None if environment == Environment::Local => Some(PRACTICE_URL),
            None => catalogue::base_url(environment, Some(self.endpoint.group()), self.endpoint.path()),
        };
        let carries_key = self.endpoint.security().needs_key();
        self.settings.permitted_url(own, carries_key).map_err(|e| config_failure(&e))?.ok_or_else(|| {
            let has: Vec<_> = catalogue::environments_of(self.endpoint).iter().map(|e| e.as_str()).collect();
            Failure::usage(format!("{environment} does not have {}", self.endpoint.path()))
                .with_fix(format!("it is there in {}", has.join(", ")))
        })
    }

    /// Signs the request and prints it instead of sending it.
    fn show(&self) -> Result<(), Failure> {
        let base_url = self.base_url(None)?;
        let request = self.sign(&base_url, self.fixed_time.unwrap_or_else(now_ms))?;
        if self.session.globals.debug_sign {
            console::print_stderr(&render::request::debug_sign(&request, 0));
        }
        let text = if self.session.globals.curl {
            render::request::curl(&request) + "\n"
        } else if self.format.is_some_and(|f| f != Format::Raw) {
            render::request::dry_run_json(self.endpoint.command(), &request) + "\n"
        } else {
            render::request::dry_run(&request)
        };
        if text.starts_with('{') { self.render(&mut text.as_bytes()) } else { print(text.as_bytes()) }
    }

    /// Prints an answer in the format asked for.
    ///
    /// # Errors
    /// See [`render::answer`]; a closed stdout is no failure.
    pub fn render(&self, source: &mut dyn std::io::Read) -> Result<(), Failure> {
        let format = self.format.unwrap_or(Format::Json);
        let mut out = std::io::stdout().lock();
        let rendered = render::answer(source, format, self.fields.as_ref(), &self.style, &mut out);
        let _ = rendered;
        Ok(())
    }

    /// Adds to a failure what is known about the request, and how the outcome of a change is found out.
    pub fn complete(&self, mut failure: Failure) -> Failure {
        failure.method = Some(self.endpoint.method());
        failure.path = Some(self.endpoint.path().to_owned());
        failure.environment = Some(self.settings.environment());
        failure.client_order_id = self.id.as_ref().map(|(_, id)| id.clone());
        if failure.kind == Kind::Unknown {
            let named = self.id.as_ref().map(|(name, id)| format!(" ({name} {id})")).unwrap_or_default();
            failure.fix = Some(match self.settle_command() {
                Some(command) => format!("do not send it again before this tells what became of it{named}: {command}"),
                None => format!("look at the account before sending it again{named}"),
            });
        }
        failure
    }

    /// The command that tells the outcome of this change.
    fn settle_command(&self) -> Option<String> {
        let settle = self.endpoint.settle()?;
        let ask = catalogue::find(self.endpoint.group(), settle.ask())?;
        let mut words = vec!["bnq".to_owned()];
        words.extend(self.session.globals.account_flags());
        words.push(ask.command().to_owned());
        for (from, to) in settle.copy() {
            let Some((value, target)) = self.parameters.get(from).zip(ask.parameter(to)) else { continue };
            words.extend([format!("--{}", target.flag()), value.to_owned()]);
        }
        Some(words.iter().map(|w| render::shell_quote(w)).collect::<Vec<_>>().join(" "))
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

fn timestamp(text: &str) -> Result<i64, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Failure::usage(format!("--timestamp is no time in milliseconds: {text}"))
            .with_fix("give milliseconds since 1970, such as 1499827319559")
    })
}
