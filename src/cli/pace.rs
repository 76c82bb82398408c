//! What is known about a host before a request goes there, and what is learned from its answer: bans, used limits, its clock.

mod clock;
mod waits;

use std::cell::OnceCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::catalogue::{self, Endpoint};
use crate::cli::console::{span, whole_seconds};
use crate::cli::exit::{Failure, Kind};
use crate::cli::query::Query;
use crate::cli::session::{now_ms, state_folder};
use crate::cli::target::Target;
use crate::client::{self, Response, UsageKind, interval_ms};
use crate::config::BaseUrl;
use crate::explain;
use crate::signing::ApiKey;
use crate::state::{Clocks, FolderProblem, Known, Memory, Need, Site};
use waits::Waits;

/// The longest window of a limit whose end is waited for, in milliseconds.
const LONGEST_WINDOW_MS: i64 = 60_000;

/// Added to the end of a window, since clocks differ a little.
const MARGIN_MS: i64 = 300;

/// How often a request that has to wait is let wait: others use the next window up as well.
const MOST_WAITS: u32 = 5;

/// The pace at which one query may be sent.
pub struct Pace<'a> {
    query: &'a Query<'a>,
    shared: Arc<Shared>,
    /// Stands for the key where limits of the account are remembered.
    key: OnceCell<Option<String>>,
    started: Clocks,
}

/// What is known of a host by all who send to it in this process.
pub struct Shared {
    host: String,
    /// Whether the host is this machine, whose limits are not kept to ahead: its 429 is waited for like any.
    here: bool,
    memory: Mutex<Memory>,
    claims: Mutex<Claims>,
    /// When the exchange's clock was asked for last; locked while it is.
    asked: Mutex<Option<Clocks>>,
    waits: Waits,
    /// Whether it was said that the practice account there ends with this process.
    end_told: AtomicBool,
}

#[derive(Default)]
struct Claims {
    next: u64,
    held: Vec<Claim>,
}

/// What a request that is under way takes of a limit.
struct Claim {
    of: u64,
    kind: UsageKind,
    interval: String,
    path: String,
    cost: u64,
}

/// The claims of one request, if it has any. They end with this value: by then an answer has told what is used.
#[derive(Default)]
pub struct UnderWay(Option<(Arc<Shared>, u64)>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some((shared, of)) = &self.0 {
            shared.claims().held.retain(|claim| claim.of != *of);
        }
    }
}

impl Shared {
    /// For the host at a base URL. Nothing is read yet.
    pub fn of(base_url: &str) -> Arc<Self> {
        Arc::new(Self {
            host: host_of(base_url).to_owned(),
            here: BaseUrl::parse(base_url).is_ok_and(|url| url.is_loopback()),
            memory: Mutex::new(memory_of(base_url)),
            claims: Mutex::default(),
            asked: Mutex::default(),
            waits: Waits::default(),
            end_told: AtomicBool::new(false),
        })
    }

    fn known(&self) -> Known {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).known()
    }

    fn learn(&self, change: impl Fn(&mut Known)) -> Result<(), FolderProblem> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).learn(change)
    }

    fn claims(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is remembered of the host at a base URL. Nothing is read yet.
pub fn memory_of(base_url: &str) -> Memory {
    Memory::of(state_folder(), BaseUrl::parse(base_url).ok().and_then(|url| Site::of(&url)))
}

/// Why a request may not be sent yet.
struct Obstacle {
    what: String,
    wait: Duration,
    /// Whether it is a ban, which is waited for within the budget for retries alone.
    ban: bool,
}

impl<'a> Pace<'a> {
    /// For a query that is sent to this host. Nothing is read yet.
    pub fn new(query: &'a Query<'a>, shared: Arc<Shared>) -> Self {
        Self { query, shared, key: OnceCell::new(), started: Clocks::now() }
    }

    fn key(&self) -> Option<&str> {
        self.key.get_or_init(|| self.query.credentials.as_ref().map(|c| digest(&c.api_key))).as_deref()
    }

    /// Waits until the request may be sent, and returns what is known then, and what it takes of the limits. Bans are waited for no longer than `budget`.
    ///
    /// # Errors
    /// A rate limit failure if that would take too long or waiting is not wanted. Nothing has been sent then.
    pub fn before(&self, budget: Duration) -> Result<(Known, UnderWay), Failure> {
        let began = Instant::now();
        for waits in 0.. {
            let obstacle = match self.claim() {
                Ok(claimed) => return Ok(claimed),
                Err(obstacle) => obstacle,
            };
            let fixed = self.query.fixed_time.is_some() || self.query.session.globals.no_wait;
            let bound = match (fixed, obstacle.ban) {
                (true, _) => Duration::ZERO,
                (false, true) => budget.saturating_sub(began.elapsed()),
                (false, false) => {
                    Duration::from_millis(u64::try_from(LONGEST_WINDOW_MS + MARGIN_MS).unwrap_or(0))
                }
            };
            if obstacle.wait > bound || waits == MOST_WAITS {
                return Err(refused(&obstacle));
            }
            let note = format!("note: {}; waiting {}", obstacle.what, span(obstacle.wait));
            self.wait(obstacle.wait, &note);
        }
        Err(Failure::new(Kind::Other, "waited more often than can be counted"))
    }

    /// Waits, and says so in a note, unless one to the host was told of that ends no earlier.
    pub fn wait(&self, wait: Duration, note: &str) {
        let mut console = self.query.session.console;
        let now = Instant::now();
        let end = now + wait;
        console.quiet |= !self.shared.waits.tell(now, end);
        console.note(note);
        console.wait(wait, || self.shared.waits.is_last(end));
    }

    /// Claims what the request takes, if nothing is in its way. Nobody else claims anything in between.
    fn claim(&self) -> Result<(Known, UnderWay), Obstacle> {
        if self.shared.here {
            let known = self.shared.known();
            return match ban(&known, &self.shared.host, Clocks::now()) {
                Some(banned) => Err(banned),
                None => Ok((known, UnderWay::default())),
            };
        }
        let mut claims = self.shared.claims();
        let known = self.shared.known();
        if let Some(obstacle) = self.obstacle(&known, &claims, Clocks::now()) {
            return Err(obstacle);
        }
        claims.next += 1;
        let of = claims.next;
        let target = &self.query.target;
        for limit in catalogue::limits_of(&target.path) {
            for (kind, interval) in limit.headers().filter_map(client::counted_by) {
                let cost = cost(target, weight(self.query), kind);
                claims.held.push(Claim { of, kind, interval, path: target.path.clone(), cost });
            }
        }
        Ok((known, UnderWay(Some((Arc::clone(&self.shared), of)))))
    }

    fn obstacle(&self, known: &Known, claims: &Claims, now: Clocks) -> Option<Obstacle> {
        if let Some(banned) = ban(known, &self.shared.host, now) {
            return Some(banned);
        }
        let now_ms = now.wall_ms.saturating_add(known.offset_ms(now).unwrap_or(0));
        let target = &self.query.target;
        catalogue::limits_of(&target.path).find_map(|limit| {
            let (kind, interval) = limit.headers().find_map(client::counted_by)?;
            let need = Need {
                kind,
                interval: &interval,
                limit: limit.limit().into(),
                cost: cost(target, weight(self.query), kind),
                under_way: 0,
                key: self.key(),
                path: &target.path,
            };
            let others = claims.held.iter().filter(|c| need.is_shared_by(c.kind, &c.interval, &c.path));
            let need = Need { under_way: others.map(|claim| claim.cost).sum(), ..need };
            let used = known.lacks(&need, now_ms)?;
            let end_ms = used.ends_ms()?.saturating_add(MARGIN_MS).saturating_sub(now_ms);
            let what = format!(
                "the limit of {} is used up: {} of {} in {}, and {} takes {}",
                need.kind.title(),
                used.used,
                need.limit,
                need.interval,
                target.name(),
                need.cost
            );
            let ban = interval_ms(need.interval)? > LONGEST_WINDOW_MS;
            Some(Obstacle { what, wait: Duration::from_millis(u64::try_from(end_ms).unwrap_or(0)), ban })
        })
    }

    /// Remembers what an answer to a request for `path` told of the limits; not on this machine, whose limits are not kept to
    /// ahead: its 429 is waited for like any.
    pub fn count(&self, path: &str, response: &Response) {
        if self.shared.here {
            return;
        }
        let told = client::usage(&response.headers);
        if told.is_empty() {
            return;
        }
        let now = Clocks::now();
        self.learn(|known| {
            let now_ms = now.wall_ms.saturating_add(known.offset_ms(now).unwrap_or(0));
            known.count(&told, self.key(), path, now_ms);
        });
    }

    /// Nothing may be sent to this host for a while.
    pub fn hold(&self, status: u16, wait: Duration) {
        let now = Clocks::now();
        self.learn(|known| known.hold(status, wait, now));
    }

    /// Whether it is still to be said that the practice account there ends with this process; from then on it has been.
    pub fn tells_end(&self) -> bool {
        !self.shared.end_told.swap(true, Ordering::SeqCst)
    }

    fn learn(&self, change: impl Fn(&mut Known)) {
        if let Err(problem) = self.shared.learn(change) {
            self.tell_unwritten(&problem);
        }
    }

    fn tell_unwritten(&self, problem: &FolderProblem) {
        let folder = state_folder().map(|f| f.path().display().to_string()).unwrap_or_default();
        self.query.session.console.detail(&format!("state: {folder} is not used: {problem}"));
    }
}

fn host_of(base_url: &str) -> &str {
    base_url.split_once("://").map_or(base_url, |(_, host)| host)
}

fn ban(known: &Known, host: &str, now: Clocks) -> Option<Obstacle> {
    let (wait, status) = known.held(now)?;
    let left = span(wait);
    let what = format!("{host} answered HTTP {status} and takes nothing from this address for {left}");
    Some(Obstacle { what, wait, ban: true })
}

/// The failure of a request to a host that may be sent nothing now.
pub fn banned(memory: &Memory, base_url: &str) -> Option<Failure> {
    ban(&memory.known(), host_of(base_url), Clocks::now()).as_ref().map(refused)
}

/// What an answer says of waiting.
pub struct Wait {
    /// For how long.
    pub time: Duration,
    /// Whether nothing at all may be sent to the host before, and not this request alone.
    pub all: bool,
}

/// How long nothing is to be sent after an answer with this status, of a product's group of endpoints. `message` is what a
/// refusal's body says, `retry_after_s` what its header does.
pub fn wait_after(
    group: &str,
    status: u16,
    (code, message): (Option<i64>, &str),
    retry_after_s: Option<u64>,
) -> Option<Wait> {
    let entry = explain::status(status)?;
    let asked_for = retry_after_s.map(Duration::from_secs);
    if entry.wait_s() == 0 {
        return asked_for.filter(|_| entry.retry()).map(|time| Wait { time, all: false });
    }
    let until_ms = banned_until_ms(message).map(|until| until.saturating_sub(now_ms()));
    let until = until_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    let holds = code.and_then(|code| explain::error(group, code)).is_none_or(explain::ErrorEntry::holds);
    let usual = || Some(Duration::from_secs(entry.wait_s())).filter(|_| holds);
    asked_for.max(until).or_else(usual).map(|time| Wait { time, all: true })
}

fn refused(obstacle: &Obstacle) -> Failure {
    let seconds = whole_seconds(obstacle.wait);
    let mut failure = Failure::new(Kind::RateLimit, format!("nothing was sent: {}", obstacle.what))
        .with_fix(format!("send it again in {seconds} s; `bnq limits` shows what is known"));
    failure.retry_after_s = Some(seconds);
    failure
}

/// What a request takes of a kind of limit, given its weight.
fn cost(target: &Target, weight: u64, kind: UsageKind) -> u64 {
    let by_account = target.endpoint.and_then(Endpoint::weight_by) == Some("UID");
    match kind {
        UsageKind::Orders => target.endpoint.map_or(0, |e| u64::from(e.order_count())),
        UsageKind::SapiUid if by_account => weight,
        UsageKind::Weight | UsageKind::SapiIp if !by_account => weight,
        _ => 0,
    }
}

/// The weight of a query; 1 where the exchange does not say.
fn weight(query: &Query<'_>) -> u64 {
    let sent = query.parameters();
    query.target.endpoint.and_then(|e| e.weight_of(|name| sent.get(name))).map_or(1, u64::from)
}

/// Stands for a key without telling it.
fn digest(key: &ApiKey) -> String {
    hex::encode(
        Sha256::digest(format!("bnq limits {}", key.expose())).iter().take(8).copied().collect::<Vec<u8>>(),
    )
}

/// When a ban ends that a message tells of, in milliseconds since 1970: `IP banned until 1499827319559.`
fn banned_until_ms(message: &str) -> Option<i64> {
    let after = message.split_once("banned until ")?.1;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|_| digits.len() == 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_can_tell_when_a_ban_ends() {
        let cases = [
            (
                "Way too much request weight used; IP banned until 1499827319559. Please use WebSocket Streams.",
                Some(1_499_827_319_559),
            ),
            ("Way too many requests; IP banned until 1499827319559", Some(1_499_827_319_559)),
            ("IP banned until tomorrow", None),
            ("IP banned until 1", None),
            ("IP banned until 99999999999999999999999999", None),
            ("Too much request weight used", None),
        ];
        for (message, until) in cases {
            assert_eq!(banned_until_ms(message), until, "{message}");
        }
    }

    #[test]
    fn a_request_costs_its_weight_of_the_limit_it_is_counted_by() {
        let cases = [
            ("spot", "open-orders", UsageKind::Weight, 6),
            ("spot", "open-orders", UsageKind::Orders, 0),
            ("spot", "new-order", UsageKind::Orders, 1),
            ("wallet", "withdraw", UsageKind::SapiIp, 0),
            ("wallet", "withdraw", UsageKind::SapiUid, 6),
            ("wallet", "withdraw-history", UsageKind::SapiIp, 0),
        ];
        for (group, command, kind, expected) in cases {
            let target = Target::from(catalogue::find(group, command).unwrap());
            assert_eq!(cost(&target, 6, kind), expected, "{command} {kind:?}");
        }
    }
}
