//! `bnq check`: why a request that somebody else made would be refused.

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::{self, Permissions};
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{self, Session, print};
use crate::cli::{commands, globals};
use crate::config::{ConfigError, Credentials, Origin, Settings};
use crate::diagnose::{Case, Diagnosis, Gate, KnownKey, OwnKey, ReceivedRequest, diagnose, is_likely_symbol};
use crate::explain;
use crate::practice;
use crate::reading::{self, Form, Reading};
use crate::render::diagnosis::Report;
use crate::signing::Masker;

/// The longest text that is looked at, in bytes.
const LONGEST: u64 = 1 << 20;

/// The word after which everything is curl's.
const CURL: &str = "curl";

/// Adds the arguments of `bnq check`.
pub fn arguments(command: Command) -> Command {
    let several = |name: &'static str, letter: char, value: &'static str, help: &'static str| {
        Arg::new(name)
            .short(letter)
            .value_name(value)
            .help(help)
            .action(ArgAction::Append)
            .allow_hyphen_values(true)
    };
    command
        .arg(
            Arg::new("request")
                .value_name("CURL LINE | URL | FILE | -")
                .help("A curl line in quotes, a URL, a file or - for standard input"),
        )
        .arg(Arg::new("method").short('X').value_name("METHOD").help("With a URL: its method"))
        .arg(several("header", 'H', "HEADER", "With a URL: a header, as in curl; may be repeated"))
        .arg(several("data", 'd', "DATA", "With a URL: the body; may be repeated"))
        .arg(
            Arg::new("server-time")
                .long("server-time")
                .value_name("MS|now")
                .help("The exchange's clock when the request arrived; without it, the clock is not tested"),
        )
        .arg(
            Arg::new("show-signature")
                .long("show-signature")
                .action(ArgAction::SetTrue)
                .help("Print the right signature too; it makes the request one that can be sent"),
        )
        .after_help(format!(
            "Reads curl lines, raw HTTP, HAR entries and what axios, python-requests and ccxt log. Nothing in them is run,\n\
             expanded or connected to. `bnq check curl …` takes curl's own arguments: flags of bnq stand before the word curl.\n\
             Key and secret come from the profile or the environment as for a query, and stay here; without them everything\n\
             that needs no secret is found all the same.\n\n\
             Examples:\n  \
             bnq check \"curl -H 'X-MBX-APIKEY: …' 'https://api.binance.com/api/v3/account?timestamp=…&signature=…'\"\n  \
             bnq check request.http --server-time now\n\n{}",
            globals::ELSEWHERE
        ))
}

/// Where curl's own arguments begin in the words after `bnq`.
pub fn curl_words(words: &[String]) -> Option<usize> {
    let mut at = commands::names_in(words).first()? + 1;
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "--server-time" => at += 2,
            flag if globals::takes_next(flag) => at += 2,
            flag if flag.starts_with('-') && flag != "-" => at += 1,
            operand => return (operand == CURL).then_some(at),
        }
    }
    None
}

/// Reads the request, finds what is wrong with it, and prints that.
///
/// # Errors
/// If it cannot be read, or the credentials are set and broken. A request that is refused ends with the exit code of its answer.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let as_json = session.wants_json()?;
    let reading = read(matches, session)?;
    let settings = session.settings()?;
    let credentials = credentials(&settings, session)?;
    let server_time = server_time_us(matches)?;
    let keys = own_keys(credentials.as_ref());
    let known = |key: &str| {
        let own = keys.iter().find(|k| k.api_key == key)?;
        Some(KnownKey {
            verifying: own.verifying.clone(),
            permissions: Permissions::ALL,
            addresses: Vec::new(),
        })
    };
    let own_time = reading.request.own_time_us();
    let gate = Gate {
        now_us: server_time.or(own_time).unwrap_or_else(|| session::now_ms().saturating_mul(1000)),
        key: &known,
        knows_keys: !keys.is_empty(),
        symbol: &|_, symbol| is_likely_symbol(symbol),
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let case = Case {
        request: &reading.request,
        scheme: reading.scheme,
        host: reading.host.as_deref(),
        cut: reading.cut.as_deref(),
        whole: reading.unread.is_empty(),
        gate: &gate,
        keys: &keys,
        environment: Some(settings.environment.value)
            .filter(|_| settings.environment.origin != Origin::Default),
    };
    let diagnosis = diagnose(&case);
    let expected = match (&credentials, matches.get_flag("show-signature")) {
        (Some(credentials), true) => expected_signature(credentials, &diagnosis)?,
        _ => None,
    };
    let masker = masker(&keys);
    let report = Report {
        diagnosis: &diagnosis,
        masker: &masker,
        client: client_of(&reading),
        name: name_of(&diagnosis),
        expected_signature: expected,
        clock_tested: server_time.is_some(),
        remarks: remarks(&reading, &diagnosis, &keys, server_time.is_some()),
        unread: &reading.unread,
    };
    if as_json {
        let compact = session.globals.output.as_deref() != Some("json");
        print(report.to_json(compact).as_bytes())?;
        report.asides().iter().for_each(|aside| session.console.note(&format!("note: {aside}")));
    } else {
        print(report.to_text().as_bytes())?;
    }
    outcome(&diagnosis)
}

/// The request, from wherever the command line has it.
fn read(matches: &ArgMatches, session: &Session) -> Result<Reading, Failure> {
    if let Some(at) = curl_words(&session.words) {
        let arguments = session.words.get(at + 1..).unwrap_or_default();
        return reading::read_curl(arguments).map_err(|e| unreadable(&e));
    }
    let Some(given) = matches.get_one::<String>("request") else {
        let fix = "give a curl line in quotes, a URL, a file, or - for standard input; `bnq check --help` has examples";
        return Err(Failure::usage("no request is given").with_fix(fix));
    };
    let several = |name: &str| -> Vec<String> {
        matches.get_many::<String>(name).into_iter().flatten().cloned().collect()
    };
    let (headers, data) = (several("header"), several("data"));
    let method = matches.get_one::<String>("method").map(String::as_str);
    if is_url(given) {
        return reading::read_url(given, method, &headers, &data).map_err(|e| unreadable(&e));
    }
    if method.is_some() || !headers.is_empty() || !data.is_empty() {
        return Err(Failure::usage("-X, -H and -d go with a URL alone")
            .with_fix("give the URL, or put all of it into one curl line"));
    }
    let text = match given.as_str() {
        "-" => text_of(std::io::stdin().lock(), "standard input")?,
        text if is_text(text) => text.to_owned(),
        file => {
            let opened = File::open(file).map_err(|e| {
                // What is no file may be a request, with all that it holds.
                let file = Masker::new().apply(file);
                Failure::usage(format!("the file {file} cannot be read: {e}"))
                    .with_fix("give a curl line in quotes, a URL that begins with https://, a file, or -")
            })?;
            text_of(opened, file)?
        }
    };
    reading::read(&text).map_err(|e| unreadable(&e))
}

fn unreadable(error: &reading::ReadError) -> Failure {
    // What is foreign in it may hold a key.
    let error = Masker::new().apply(&error.to_string());
    Failure::usage(format!("the request cannot be read: {error}"))
        .with_fix("paste it whole: a curl line, raw HTTP, a URL, a HAR entry or a client's log")
}

/// A curl line, or more than one line of anything.
fn is_text(given: &str) -> bool {
    given.trim_start().starts_with("curl ") || given.contains('\n')
}

/// An address, or a path as the exchange has them.
fn is_url(given: &str) -> bool {
    let path = || {
        given.starts_with('/')
            && catalogue::hosts().iter().any(|h| given.starts_with(&format!("{}/", h.prefix())))
    };
    !is_text(given) && (given.starts_with("https://") || given.starts_with("http://") || path())
}

fn text_of(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes).with_context(|| format!("{name} cannot be read"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::usage(format!("{name} is longer than {} MiB", LONGEST >> 20))
            .with_fix("cut the one request out of it"));
    }
    String::from_utf8(bytes).map_err(|e| {
        let place = e.utf8_error().valid_up_to();
        Failure::usage(format!("{name} is not UTF-8 text: byte {place} is none"))
            .with_fix("save it as UTF-8; what is no text in a request is percent-encoded")
    })
}

/// Key and secret; `None` where none are set up.
fn credentials(settings: &Settings, session: &Session) -> Result<Option<Credentials>, Failure> {
    match settings.credentials(&session.inputs()?, &session::passphrase) {
        Ok(credentials) => Ok(Some(credentials)),
        Err(ConfigError::NoCredentials { .. }) => Ok(None),
        Err(error) => Err(session::config_failure(&error)),
    }
}

/// The keys that the request may have been made with. The practice account has three.
fn own_keys(credentials: Option<&Credentials>) -> Vec<OwnKey> {
    let Some(credentials) = credentials else { return Vec::new() };
    let own = OwnKey {
        api_key: credentials.api_key.expose().to_owned(),
        verifying: credentials.key.verifying(),
        pem: credentials.key.pem().cloned(),
    };
    let others =
        practice::own_keys().into_iter().filter(|k| credentials.is_practice() && k.api_key != own.api_key);
    let others: Vec<OwnKey> = others.collect();
    std::iter::once(own).chain(others).collect()
}

fn server_time_us(matches: &ArgMatches) -> Result<Option<i64>, Failure> {
    let Some(given) = matches.get_one::<String>("server-time") else { return Ok(None) };
    if given == "now" {
        return Ok(Some(session::now_ms().saturating_mul(1000)));
    }
    let ms: Option<i64> = given.parse().ok().filter(|ms| (0..=i64::MAX / 1000).contains(ms));
    ms.map(|ms| Some(ms * 1000)).ok_or_else(|| {
        Failure::usage(format!("--server-time cannot be `{}`", Masker::new().apply(given)))
            .with_fix("give milliseconds since 1970, as the time endpoint answers them, or `now`")
    })
}

fn expected_signature(credentials: &Credentials, diagnosis: &Diagnosis) -> Result<Option<String>, Failure> {
    if !diagnosis.endpoint.is_some_and(catalogue::Endpoint::signed) {
        return Ok(None);
    }
    let signature =
        credentials.key.sign(&diagnosis.payload).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
    Ok(Some(signature.as_str().to_owned()))
}

fn masker(keys: &[OwnKey]) -> Masker {
    keys.iter().fold(Masker::new(), |masker, own| {
        let masker = masker.with_key(&own.api_key);
        let masker = match &own.verifying {
            crate::signing::VerifyingKey::Hmac(secret) => masker.with_secret(secret),
            _ => masker,
        };
        own.pem.iter().fold(masker, Masker::with_secret)
    })
}

/// The client that made the request: by its own name, else by the form in which the request was pasted.
fn client_of(reading: &Reading) -> Option<&'static explain::Client> {
    let agent = reading.request.header("User-Agent").and_then(|v| std::str::from_utf8(v).ok());
    let named = |name: &str| explain::clients().iter().find(|c| c.name() == name);
    agent.and_then(explain::client_of).or_else(|| match reading.form {
        Form::Curl => named("curl"),
        Form::Axios => named("axios"),
        Form::Requests => named("requests"),
        Form::Ccxt => named("ccxt"),
        Form::Http | Form::Url | Form::Har => None,
    })
}

fn name_of(diagnosis: &Diagnosis) -> Option<&'static str> {
    let code = diagnosis.refusal.as_ref()?.code?;
    let group = diagnosis.endpoint.map_or(catalogue::TOP_GROUP, catalogue::Endpoint::group);
    explain::error(group, i64::from(code))?.name()
}

/// What could not be tested, and what is no mistake but worth a word.
fn remarks(reading: &Reading, diagnosis: &Diagnosis, keys: &[OwnKey], clock_tested: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let signed = diagnosis.endpoint.is_some_and(catalogue::Endpoint::signed);
    if signed && keys.is_empty() {
        remarks.push(
            "Key and signature were not tested, for no secret is set up: `bnq config init`, or BINANCE_API_KEY and \
             BINANCE_SECRET_KEY."
                .to_owned(),
        );
    }
    if signed && !clock_tested {
        remarks.push("The clock was not tested: --server-time gives the exchange's time.".to_owned());
    }
    if signed && !signature_is_last(&reading.request) {
        remarks.push(
            "The signature is not the last parameter; the documentation no longer asks for that, and reports of 2018 to 2020 say \
             that it was refused."
                .to_owned(),
        );
    }
    remarks
}

/// Whether nothing follows the signature, where there is one.
fn signature_is_last(request: &ReceivedRequest) -> bool {
    let names: Vec<_> = request.parameters().map(|(name, _)| name).collect();
    names.iter().position(|name| name == "signature").is_none_or(|at| at + 1 == names.len())
}

/// The exit code of the answer to expect. What there is to say has been said.
fn outcome(diagnosis: &Diagnosis) -> Result<(), Failure> {
    let Some(refusal) = &diagnosis.refusal else { return Ok(()) };
    let group = diagnosis.endpoint.map_or(catalogue::TOP_GROUP, catalogue::Endpoint::group);
    let by_code =
        refusal.code.and_then(|code| explain::error(group, i64::from(code))).map(explain::ErrorEntry::kind);
    let by_status = || refusal.status.and_then(explain::status).map(explain::StatusEntry::kind);
    let kind = by_code.or_else(by_status).unwrap_or(explain::Kind::Refused);
    Err(Failure::said(Kind::of_refusal(kind, false)))
}
