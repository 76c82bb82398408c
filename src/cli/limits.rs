//! `bnq limits`: what earlier runs were told of limits, bans and clocks.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Serialize;

use crate::catalogue;
use crate::cli::console::{span, whole_seconds};
use crate::cli::exit::{Failure, Kind};
use crate::cli::session::{Session, print, state_folder};
use crate::cli::times;
use crate::client;
use crate::state::{Clocks, Folder, Known, Site, Used};
use crate::text::sanitize;

/// Adds the arguments of `bnq limits`.
pub fn arguments(command: Command) -> Command {
    let forget = Arg::new("forget").long("forget").action(ArgAction::SetTrue);
    command.arg(forget.help("Forget all of it: limits, bans and clocks of every host")).after_help(
        "It sends nothing: it shows what the answers to earlier commands told. Each command waits where it would go over a\n\
         limit or into a ban; --no-wait makes it fail with exit code 6 instead.\n\n\
         Global options, such as -o json: `bnq --help`",
    )
}

/// Prints what is known, or forgets it.
///
/// # Errors
/// If it cannot be forgotten, or stdout not be written.
pub fn run(matches: &ArgMatches, session: &Session) -> Result<(), Failure> {
    let as_json = session.wants_json()?;
    let folder = state_folder();
    if matches.get_flag("forget") {
        return forget(folder.as_ref(), session);
    }
    let now = Clocks::now();
    let known = folder.as_ref().map(Folder::all).unwrap_or_default();
    let hosts: Vec<Host> = known.iter().map(|(site, known)| Host::of(site, known, now)).collect();
    if as_json {
        let line =
            serde_json::to_string(&Report { hosts }).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
        return print((line + "\n").as_bytes());
    }
    let blocks: Vec<String> = hosts.iter().map(|host| host.text(now)).collect();
    if blocks.is_empty() {
        let place = folder.map_or("no folder for it".to_owned(), |f| f.path().display().to_string());
        session.console.note(&format!("note: nothing is known yet ({place})"));
    }
    print(blocks.join("\n").as_bytes())
}

fn forget(folder: Option<&Folder>, session: &Session) -> Result<(), Failure> {
    let Some(folder) = folder else {
        session.console.note("note: there is no folder in which anything could be remembered");
        return Ok(());
    };
    let count = folder.forget().map_err(|e| {
        Failure::new(Kind::Other, format!("{} cannot be emptied: {e}", folder.path().display()))
            .with_fix("delete the folder yourself")
    })?;
    let hosts = if count == 1 { "host" } else { "hosts" };
    session.console.note(&format!("note: forgotten what was known about {count} {hosts}"));
    Ok(())
}

#[derive(Serialize)]
struct Report {
    hosts: Vec<Host>,
}

#[derive(Serialize)]
struct Host {
    #[serde(rename = "host")]
    name: String,
    port: u16,
    ban: Option<Ban>,
    clock: Option<Clock>,
    used: Vec<Count>,
}

#[derive(Serialize)]
struct Ban {
    status: u16,
    until_ms: i64,
    left_s: u64,
}

#[derive(Serialize)]
struct Clock {
    offset_ms: i64,
    measured_ms: i64,
}

#[derive(Serialize)]
struct Count {
    path: String,
    kind: &'static str,
    #[serde(skip)]
    title: &'static str,
    interval: String,
    used: u64,
    limit: Option<u64>,
    key: Option<String>,
    told_ms: i64,
    ends_ms: Option<i64>,
}

impl Host {
    fn of(site: &Site, known: &Known, now: Clocks) -> Self {
        let offset_ms = known.offset_ms(now).unwrap_or(0);
        let exchange_ms = now.wall_ms.saturating_add(offset_ms);
        let ban = known.held(now).map(|(left, status)| Ban {
            status,
            until_ms: now.wall_ms.saturating_add(i64::try_from(left.as_millis()).unwrap_or(i64::MAX)),
            left_s: whole_seconds(left),
        });
        let clock = known.clock.filter(|c| c.holds_at(now));
        Self {
            name: site.host.clone(),
            port: site.port,
            ban,
            clock: clock.map(|c| Clock { offset_ms: c.offset_ms, measured_ms: c.at.wall_ms }),
            used: known.used.iter().filter(|u| u.counts_at(exchange_ms)).map(Count::of).collect(),
        }
    }

    fn text(&self, now: Clocks) -> String {
        let mut text = format!("{}:{}\n", sanitize(&self.name), self.port);
        let mut line = |name: &str, rest: &str| text.push_str(&format!("  {:<28} {rest}\n", sanitize(name)));
        if let Some(ban) = &self.ban {
            let until = times::shown(ban.until_ms);
            line("ban", &format!("nothing before {until}, another {} s (HTTP {})", ban.left_s, ban.status));
        }
        if let Some(clock) = &self.clock {
            let age_ms = u64::try_from(now.wall_ms.saturating_sub(clock.measured_ms)).unwrap_or(0);
            let age = span(std::time::Duration::from_millis(age_ms));
            line("clock", &format!("{:+} ms from this machine's, measured {age} ago", clock.offset_ms));
        }
        for count in &self.used {
            let limit = count.limit.map(|l| format!(" of {l}")).unwrap_or_default();
            let key = count.key.as_ref().map(|k| format!(", key {}", sanitize(k))).unwrap_or_default();
            let rest =
                format!("{}{limit} in {}, {}{key}", count.used, sanitize(&count.interval), count.title);
            line(&count.path, &rest);
        }
        if self.ban.is_none() && self.clock.is_none() && self.used.is_empty() {
            line("nothing that still counts", "");
        }
        text
    }
}

impl Count {
    fn of(used: &Used) -> Self {
        let below = format!("{}/", used.path);
        let counter = Some((used.kind, used.interval.clone()));
        let mut limits = catalogue::limits_of(&below);
        let limit = limits.find(|l| l.headers().any(|header| client::counted_by(header) == counter));
        Self {
            path: used.path.clone(),
            kind: used.kind.as_str(),
            title: used.kind.title(),
            interval: used.interval.clone(),
            used: used.used,
            limit: limit.map(|l| l.limit().into()),
            key: used.key.clone(),
            told_ms: used.at_ms,
            ends_ms: used.ends_ms(),
        }
    }
}
