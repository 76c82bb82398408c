//! `bnq serve`: the practice exchange for any client.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::console;
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals;
use crate::cli::local::micros;
use crate::cli::session::print;
use crate::practice::{
    self, Account, Clock, Entry, Exchange, FaultRule, Faults, Limits, Server, Setup, Token,
};

/// Adds the arguments of `bnq serve`.
pub fn arguments(command: Command) -> Command {
    let port = Arg::new("port").long("port").value_name("PORT").default_value("8090");
    let no_limits = Arg::new("no-limits").long("no-limits").action(ArgAction::SetTrue);
    let log = Arg::new("log").long("log").value_name("text|json").default_value("text");
    let account = Arg::new("account").long("account").value_name("FILE");
    let state = Arg::new("state").long("state").value_name("FILE");
    let time = Arg::new("fixed-time").long("fixed-time").value_name("MS");
    let fault = Arg::new("fault").long("fault").value_name("RULE").action(ArgAction::Append);
    let seed = Arg::new("fault-seed").long("fault-seed").value_name("N").default_value("0");
    let control = Arg::new("control").long("control").action(ArgAction::SetTrue);
    command
        .arg(port.help("The port on 127.0.0.1; 0 picks a free one"))
        .arg(account.help("Keys, balances, symbols and fees of the account, in TOML"))
        .arg(state.help("Keeps what happens to the account in this file, which is made if it is not there"))
        .arg(time.help("Lets the clock stand still at this time, so that runs repeat to the byte"))
        .arg(log.help("How to log requests, on stderr, a line each"))
        .arg(fault.help("Makes requests go wrong; once for each rule, see below"))
        .arg(seed.help("Which requests those rules hit that have a chance"))
        .arg(control.help("Lets a program replace the rules while this runs; prints how, with a token"))
        .arg(
            no_limits
                .help("Refuse nothing for its weight or number: counts are kept, and no 429 is answered"),
        )
        .after_help(format!("{}\n\n{}", faults_help(), globals::ELSEWHERE))
}

/// The exchange that the arguments describe.
fn exchange(matches: &ArgMatches) -> Result<Exchange, Failure> {
    let given = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let clock = given("fixed-time").map(fixed).transpose()?.unwrap_or(Clock::System);
    let config = |error: &dyn std::error::Error| Failure::new(Kind::Config, error.to_string());
    let account = match given("account") {
        Some(file) => Account::read(Path::new(file)).map_err(|e| config(&e))?,
        None => Account::practice(),
    };
    let state = given("state").map(Path::new);
    Exchange::new(Setup { clock, account, state }).map_err(|e| config(&e))
}

fn fixed(text: &str) -> Result<Clock, Failure> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let time = text.parse().ok().filter(|_| digits).ok_or_else(|| {
        Failure::usage(format!("--fixed-time is no time in milliseconds: {text}"))
            .with_fix("give milliseconds since 1970, such as 1772323200000")
    })?;
    Ok(Clock::Fixed(micros(time)))
}

/// How a rule is written, and what can stand in it.
fn faults_help() -> String {
    let mut text =
        "A RULE is [METHOD] PATH FAULT… [OPTION…]; the path can end in `*`, and `*` alone is every path:
  --fault 'POST /api/v3/order 503-after count=2 skip=1'
  --fault '/api/v3/account latency=1500ms'
  --fault '* drop-before chance=0.1'
`-before` means that the request is not executed, `-after` that it is. Faults and options:"
            .to_owned();
    for row in practice::fault_table() {
        text += &format!("\n  {:<28} {}", row.shown(), row.about);
    }
    text
}

/// The rules of `--fault`, and the token of `--control`.
fn faults(matches: &ArgMatches) -> Result<(Faults, Option<Token>), Failure> {
    let rule = |text: &String| {
        text.parse::<FaultRule>()
            .map_err(|error| Failure::usage(format!("--fault '{text}': {error}")).with_fix(error.fix()))
    };
    let rules =
        matches.get_many::<String>("fault").into_iter().flatten().map(rule).collect::<Result<_, _>>()?;
    let seed = matches.get_one::<String>("fault-seed").map(String::as_str).unwrap_or_default();
    let seed = seed.parse().map_err(|_| {
        Failure::usage(format!("--fault-seed is no whole number: {seed}"))
            .with_fix("give a number from 0 to 18446744073709551615")
    })?;
    let faults = Faults::new(rules, seed);
    if !matches.get_flag("control") {
        return Ok((faults, None));
    }
    let token = Token::random()
        .ok_or_else(|| Failure::new(Kind::Other, "the system has no random numbers for a token"))?;
    Ok((faults.with_control(token.clone()), Some(token)))
}

/// Serves until it is interrupted. The first line on stdout says where, with `--control` the second how to set faults.
///
/// # Errors
/// If the port cannot be had, or an argument is malformed.
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let given = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let port: u16 = given("port").parse().map_err(|_| {
        Failure::usage(format!("--port is no port: {}", given("port")))
            .with_fix("give a number from 0 to 65535")
    })?;
    let line: fn(&Entry) -> String = match given("log") {
        "text" => Entry::to_text,
        "json" => Entry::to_json,
        other => {
            return Err(Failure::usage(format!("--log cannot be `{other}`")).with_fix("use text or json"));
        }
    };
    let (faults, token) = faults(matches)?;
    let log = move |entry: &Entry| console::print_stderr(&(line(entry) + "\n"));
    let limits = if matches.get_flag("no-limits") { Limits::unenforced() } else { Limits::published() };
    let exchange = exchange(matches)?.with_limits(limits).with_faults(faults);
    let server = Server::start(port, Arc::new(exchange), log).map_err(|e| {
        let fix = if e.kind() == ErrorKind::AddrInUse {
            "stop what listens there, or add --port 0 for a free one"
        } else {
            "add --port 0 for a free one"
        };
        Failure::new(Kind::Other, format!("cannot listen on 127.0.0.1:{port}: {e}")).with_fix(fix)
    })?;
    let address = server.address();
    let mut first = format!("listening on http://{address}\n");
    if let Some(token) = token {
        let (path, header) = (Faults::CONTROL, Faults::TOKEN_HEADER);
        first += &format!("control: POST http://{address}{path} with {header}: {}\n", token.expose());
    }
    print(first.as_bytes())?;
    server.wait();
    Ok(())
}
