//! `bnq settle` and `--settle`: what became of a change whose outcome is unknown.

mod asking;
mod verdict;

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::catalogue::{self, Endpoint, Outcome, Settle, TOP_GROUP};
use crate::cli::console;
use crate::cli::endpoint_args::Typed;
use crate::cli::exit::{Failure, Kind};
use crate::cli::globals;
use crate::cli::interrupt::{self, Last};
use crate::cli::query::Query;
use crate::cli::session::{Session, now_ms, print};
use crate::cli::settling::{Question, quoted};
use crate::cli::{local, suggest, values};
use crate::signing::{Parameters, RecvWindow};
use asking::{Asking, LONGEST, Sent, Settled};

/// The longest `--for`, in seconds.
const LONGEST_PATIENCE_S: i64 = 86_400;

/// Adds the arguments of `bnq settle`.
pub fn arguments(command: Command) -> Command {
    let valued = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    command
        .override_usage("bnq settle <ID> [--symbol <SYMBOL>] [OPTIONS] [NAME=VALUE ...]")
        .arg(
            Arg::new("words")
                .value_name("ID")
                .num_args(0..)
                .action(ArgAction::Append)
                .help("The id that was sent, and what else the question needs, as name=value, such as isIsolated=TRUE"),
        )
        .arg(valued("symbol", "SYMBOL").help("The symbol of the order"))
        .arg(
            valued("group", "GROUP")
                .default_value(TOP_GROUP)
                .help("The group of the endpoint that it was sent to, such as futures"),
        )
        .arg(valued("of", "COMMAND").help(
            "What was sent, where that was no plain order: new-um-order, order-list-oco, submit-universal-transfer",
        ))
        .arg(valued("sent-at", "MS").help(
            "The timestamp it was sent with, so that what is not there is believed as soon as it cannot arrive any more",
        ))
        .arg(valued("for", "SECONDS").help(format!(
            "How long to ask at most; {} if not given, after which nothing can arrive any more",
            LONGEST.as_secs()
        )))
        .after_help(format!(
            "One word goes to stdout, and with -o json an object with state, order, asked and waited_ms:\n  \
             filled, open, done (exit 0)      it was accepted; `done` is over, and the answer tells no more than that\n  \
             partly-filled (10)               it is over, and a part of it was executed\n  \
             cancelled, rejected, expired (7) it is over, and nothing of it was executed\n  \
             not-found (7)                    it never arrived, and it no longer can\n  \
             unknown (9)                      nothing of this is certain\n\
             What was sent can arrive for recvWindow after its timestamp, and be worked at for 10 s more. Without --sent-at,\n\
             the largest recvWindow counts from now on. The message of an unknown outcome has the whole command.\n\
             Ask soon: what ended without a fill is forgotten after three days on futures, all else after some months, and is\n\
             not-found then.\n\
             Example: bnq settle bnq-k5h2mzr7q3xw4t6vy2nlcad5ge --symbol ARKBTC\n\n{}",
            globals::ELSEWHERE
        ))
}

/// Asks what became of a change.
///
/// # Errors
/// A failure for every state that is no success.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let value = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let (ask, outcome) = asked(value("group").unwrap_or(TOP_GROUP), value("of"))?;
    let sent_at = value("sent-at").map(|text| number(text, "sent-at", i64::MAX)).transpose()?;
    let patience = value("for").map(|text| number(text, "for", LONGEST_PATIENCE_S)).transpose()?;
    if session.globals.watch.is_some() {
        return Err(Failure::usage("settle asks again by itself").with_fix("leave out --watch"));
    }
    let as_json = session.wants_json()?;
    let typed = typed(ask, outcome, matches)?;
    let id = typed.query.get(outcome.id()).map(str::to_owned);
    let query = Query::prepare(ask.into(), typed, session)?;
    if session.globals.dry_run || session.globals.curl {
        return query.show();
    }
    let practice = local::exchange_for(&query.settings, query.fixed_time)?;
    let base_url = query.base_url(practice.as_ref().map(local::Practice::url))?;
    query.tell_settings(base_url.as_str());
    let again =
        format!("ask again: {}", quoted(std::iter::once("bnq".to_owned()).chain(session.words.clone())));
    let _guard = watch_signals(&query, id.clone(), again.clone())?;
    let asking = Asking {
        query: &query,
        outcome,
        id: id.clone(),
        base_url: base_url.as_str(),
        sent: sent_at.map(|at_ms| Sent { at_ms, window_ms: window_ms(query.window()) }),
        patience: patience.map(|s| Duration::from_secs(s.unsigned_abs())),
    };
    let settled = asking.run()?;
    tell(&query, &settled, as_json)?;
    ended(&query, settled, id, again)
}

/// With `--settle`, settles a change whose outcome is unknown; anything else stays what it is.
///
/// # Errors
/// The failure of the change, unless it has been settled as a success.
pub fn at_once(query: &Query<'_>, base_url: &str, result: Result<(), Failure>) -> Result<(), Failure> {
    let failure = match result {
        Err(failure) if failure.kind == Kind::Unknown && query.session.globals.settle => failure,
        other => return other,
    };
    let as_json = query.session.wants_json().unwrap_or(false);
    outcome(query, base_url, failure, &mut |read, settled| tell(read, settled, as_json))
}

/// Settles a change whose outcome is unknown, as `failure` says, and gives `tell` what was found.
///
/// # Errors
/// The failure of the change, unless it has been settled as a success.
pub fn outcome(
    query: &Query<'_>,
    base_url: &str,
    failure: Failure,
    tell: &mut dyn FnMut(&Query<'_>, &Settled) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(question) = Question::of(query) else { return Err(failure) };
    query.session.console.note(&format!("note: {}; settling it", failure.message));
    let id = question.id().map(str::to_owned);
    let typed = Typed {
        query: question.parameters.clone(),
        timestamp: query
            .fixed_time
            .filter(|_| query.session.globals.timestamp.is_none())
            .map(|t| t.to_string()),
        ..Typed::default()
    };
    let read = match Query::of(&query.account(), question.ask.into(), typed, query.session) {
        Ok(read) => read,
        Err(e) => return Err(failure.with_cause(e.message)),
    };
    let asking = Asking {
        query: &read,
        outcome: question.outcome,
        id: id.clone(),
        base_url,
        sent: query.sent_at.get().map(|at_ms| Sent { at_ms, window_ms: window_ms(query.window()) }),
        patience: None,
    };
    // What cannot be told is as good as unknown: the failure of the change says how to go on.
    let told = asking.run().and_then(|settled| tell(&read, &settled).map(|()| settled));
    let settled = match told {
        Ok(settled) => settled,
        Err(e) => return Err(failure.with_cause(e.message)),
    };
    if settled.state == verdict::State::Unknown {
        let cause = format!("asked {}: {}", times(settled.asked), settled.told);
        return Err(failure.with_cause(cause));
    }
    ended(&read, settled, id, String::new())
}

/// Prints the state.
fn tell(query: &Query<'_>, settled: &Settled, as_json: bool) -> Result<(), Failure> {
    let word = settled.state.word();
    if !as_json {
        return print(format!("{word}\n").as_bytes());
    }
    query.render(&mut settled.to_json().as_bytes())
}

/// How a settled change ends the run.
fn ended(query: &Query<'_>, settled: Settled, id: Option<String>, again: String) -> Result<(), Failure> {
    let Settled { state, order, told, refused, asked, .. } = settled;
    let Some(kind) = state.failure() else {
        query.session.console.note(&format!("note: {told}; asked {}", times(asked)));
        return Ok(());
    };
    let (message, fix) = match state {
        verdict::State::Unknown => (format!("what became of it is not known: {told}"), Some(again)),
        verdict::State::NotFound => {
            (format!("the exchange does not have it, and {told}"), Some("it can be sent again".to_owned()))
        }
        verdict::State::PartlyFilled => (format!("it is over, and a part of it was executed: {told}"), None),
        _ => (format!("it is {}: {told}", state.word()), None),
    };
    let mut failure = query.complete(Failure::new(kind, message));
    if let Some(refused) = refused {
        (failure.status, failure.code, failure.name) = (refused.status, refused.code, refused.name);
        (failure.cause, failure.body) = (refused.cause, refused.body);
    }
    failure.body = order.or(failure.body);
    (failure.client_order_id, failure.fix) = (id, fix);
    Err(failure)
}

/// What is interrupted here is a read: it leaves everything as it is, and as unknown as it was.
fn watch_signals(query: &Query<'_>, id: Option<String>, again: String) -> Result<interrupt::Guard, Failure> {
    let interrupted = query
        .complete(Failure::new(Kind::Interrupted, "interrupted; what became of it is not known yet"))
        .with_fix(again);
    let interrupted = Failure { client_order_id: id, ..interrupted };
    let form = query.session.errors;
    Ok(interrupt::Guard::new(move |signal| {
        let kind = if signal == interrupt::SIGTERM { Kind::Terminated } else { Kind::Interrupted };
        Last::Dies(console::failure_text(&Failure { kind, ..interrupted }, form))
    })?)
}

/// The read that tells what became of what was sent to a group, and how it tells it.
fn asked(group: &str, sent: Option<&str>) -> Result<(&'static Endpoint, &'static Outcome), Failure> {
    let groups = catalogue::groups();
    if !groups.contains(&group) {
        let fix = suggest::fix(group, groups, "--group ", "`bnq --help` lists the groups");
        return Err(Failure::usage(format!("there is no group `{group}`")).with_fix(fix));
    }
    let telling = |e: &'static Endpoint| e.outcome().map(|outcome| (e, outcome));
    let settling = |e: &Endpoint| e.settle().and_then(|s| catalogue::find(group, s.ask())).and_then(telling);
    let names = || {
        let named = |e: &&Endpoint| e.settle().and_then(Settle::id).is_some() && settling(e).is_some();
        catalogue::in_group(group).filter(named).map(Endpoint::command).collect::<Vec<_>>()
    };
    let list = || match names().as_slice() {
        [] => "ask with the endpoints that show orders or history, which `bnq endpoints` finds".to_owned(),
        some => format!("say what was sent: --of {}", some.join(", ")),
    };
    let Some(command) = sent else {
        return catalogue::in_group(group)
            .find(|e| e.outcome().is_some_and(Outcome::usual))
            .and_then(telling)
            .ok_or_else(|| {
                Failure::usage(format!(
                    "no one answer of {group} tells what became of all that is sent to it"
                ))
                .with_fix(list())
            });
    };
    let Some(endpoint) = catalogue::find(group, command) else {
        let fix = suggest::fix(command, names(), "--of ", &list());
        return Err(Failure::usage(format!("{group} has no endpoint `{command}`")).with_fix(fix));
    };
    telling(endpoint).or_else(|| settling(endpoint)).ok_or_else(|| {
        Failure::usage(format!("no answer tells in a word what became of {group} {command}")).with_fix(list())
    })
}

/// The parameters of the question, checked.
fn typed(ask: &'static Endpoint, outcome: &Outcome, matches: &ArgMatches) -> Result<Typed, Failure> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for word in matches.get_many::<String>("words").into_iter().flatten() {
        pairs.push(word.split_once('=').unwrap_or((outcome.id(), word)));
    }
    let symbol = matches.get_one::<String>("symbol").map(|symbol| ("symbol", symbol.as_str()));
    pairs.extend(symbol);
    let mut typed = Typed::default();
    let mut given = Parameters::new();
    for (name, value) in pairs {
        let Some(parameter) = ask.parameter(name) else {
            let command = ask.words().join(" ");
            let fix = format!("`bnq {command} --help` lists what it takes");
            return Err(Failure::usage(format!("the question, {command}, takes no `{name}`")).with_fix(fix));
        };
        if given.get(name).is_some() {
            return Err(Failure::usage(format!("`{name}` is given 2 times")).with_fix("give it once"));
        }
        let texts = values::texts_of(parameter, &[value.to_owned()], now_ms())?;
        values::push(&mut typed.query, parameter, &texts);
        given.push(name, value);
    }
    if given.is_empty() || (outcome.items().is_some() && given.get(outcome.id()).is_none()) {
        return Err(Failure::usage("it is not said what to settle").with_fix(format!(
            "give the {} that was sent, or the exchange's own id as name=value",
            outcome.id()
        )));
    }
    values::check_together(ask, &typed.query)?;
    Ok(typed)
}

/// A `recvWindow` in whole milliseconds, rounded up.
fn window_ms(window: &str) -> i64 {
    window.parse::<RecvWindow>().map_or(0, |w| w.as_micros().div_euclid(1000).saturating_add(1))
}

fn times(count: u32) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn number(text: &str, flag: &str, most: i64) -> Result<i64, Failure> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| digits && *n <= most).ok_or_else(|| {
        let fix = if flag == "for" {
            "give whole seconds, at most 86400"
        } else {
            "give milliseconds since 1970, such as 1499827319559"
        };
        Failure::usage(format!("--{flag} cannot be `{text}`")).with_fix(fix)
    })
}
