use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::engine::{self, Call, Failure, Played, World};
use super::faults::{Faults, Given};
use super::keys;
use crate::catalogue::Endpoint;
use crate::diagnose::{
    self, Accepted, Case, Finding, Gate, ReceivedRequest, Refusal, Scheme, Verdict, verify,
};

/// The exchange's clock.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// This machine's.
    System,
    /// One that stands still, at microseconds since the epoch; for reproducing a request.
    Fixed(i64),
}

impl Clock {
    /// Microseconds since the epoch.
    pub fn now_us(self) -> i64 {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
            }
            Self::Fixed(us) => us,
        }
    }
}

/// The practice exchange without its server: a request in, an answer out.
pub struct Exchange {
    clock: Clock,
    /// When it was started, in microseconds since the epoch.
    started_us: i64,
    /// Made when the first request needs it: most commands start an exchange for one request.
    world: OnceLock<Mutex<World>>,
    weight: Mutex<UsedWeight>,
    requests: AtomicU64,
    faults: Faults,
}

/// The request weight used in a minute.
#[derive(Clone, Copy, Default)]
struct UsedWeight {
    minute: i64,
    used: u32,
}

/// An answer of the exchange, and what the log says about it.
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) reason: Option<Reason>,
    /// What the log says about an answer that was given.
    pub(super) note: Option<&'static str>,
}

/// The header of an answer that is an example.
const EXAMPLE: (&str, &str) = ("X-Bnq-Example", "true");

/// Why a request was refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Reason {
    pub(super) code: Option<i32>,
    pub(super) message: String,
    pub(super) mistake: Option<&'static str>,
    pub(super) cause: String,
    pub(super) fix: String,
    /// When it was refused at the gate, in microseconds since the epoch: more can be found out then.
    pub(super) at_gate: Option<i64>,
    /// What was found out.
    pub(super) findings: Vec<Finding>,
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, message, mistake, cause, fix, .. } = refusal;
        Self { code, message, mistake: Some(mistake), cause, fix, ..Self::default() }
    }
}

impl From<Failure> for Reason {
    fn from(failure: Failure) -> Self {
        let Failure { code, message, cause, fix, status: _, data: _ } = failure;
        Self { code: Some(code), message, cause, fix, ..Self::default() }
    }
}

impl Exchange {
    /// A practice exchange with a fresh account.
    pub fn practice(clock: Clock) -> Self {
        let (world, weight) = (OnceLock::new(), Mutex::new(UsedWeight::default()));
        Self {
            clock,
            started_us: clock.now_us(),
            world,
            weight,
            requests: AtomicU64::new(0),
            faults: Faults::default(),
        }
    }

    /// All that the engine plays with. Requests change it one after the other.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        let world = self.world.get_or_init(|| Mutex::new(World::practice(self.started_us)));
        world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each group has symbols of its own, such as `BTCUSD_PERP`.
    fn is_traded(&self, endpoint: &Endpoint, symbol: &str) -> bool {
        engine::is_traded(&self.world(), endpoint, symbol)
    }

    #[cfg(test)]
    pub(super) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// The same with faults, which a server carries out.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Answers a request, or has it go wrong as the fault rules say.
    pub(super) fn give(&self, request: &ReceivedRequest, peer: IpAddr) -> Given {
        self.faults.answer(request, self.clock.now_us(), |now_us| self.answer(request, peer, now_us))
    }

    /// Judges a request at the gate by this clock, which a fault may have put wrong, and has it answered if it passes.
    pub(super) fn answer(&self, request: &ReceivedRequest, peer: IpAddr, now_us: i64) -> Answered {
        let used = self.use_weight(request, now_us);
        let symbol = |endpoint: &Endpoint, symbol: &str| self.is_traded(endpoint, symbol);
        let gate = Gate { now_us, key: &keys::known, knows_keys: true, symbol: &symbol, peer };
        let mut answered = match verify(request, &gate) {
            Verdict::Accepted(accepted) => self.play(request, &accepted, now_us),
            Verdict::Refused(refusal) => {
                let (status, body) = (refusal.status, refusal.body());
                let reason = Some(Reason { at_gate: Some(now_us), ..refusal.into() });
                Answered { status, headers: Vec::new(), body, reason, note: None }
            }
        };
        answered.headers.push(("X-MBX-UUID", self.next_uuid(now_us)));
        if !answered.body.is_empty() {
            answered.headers.push(("Content-Type", "application/json;charset=UTF-8".to_owned()));
        }
        if let Some(used) = used {
            answered.headers.push(("X-MBX-USED-WEIGHT", used.to_string()));
            answered.headers.push(("X-MBX-USED-WEIGHT-1M", used.to_string()));
        }
        answered
    }

    /// Everything that is wrong with a request that was refused at the gate at this time. It can take as long as a search for
    /// what was signed does.
    pub(super) fn findings(&self, request: &ReceivedRequest, peer: IpAddr, now_us: i64) -> Vec<Finding> {
        let keys = keys::own_keys();
        let symbol = |endpoint: &Endpoint, symbol: &str| self.is_traded(endpoint, symbol);
        let gate = Gate { now_us, key: &keys::known, knows_keys: true, symbol: &symbol, peer };
        let host = request.header("Host").and_then(|h| std::str::from_utf8(h).ok());
        let scheme = Some(Scheme::Http);
        let case = Case {
            request,
            scheme,
            host,
            cut: None,
            whole: true,
            gate: &gate,
            keys: &keys,
            environment: None,
        };
        diagnose::diagnose(&case).findings
    }

    fn play(&self, request: &ReceivedRequest, accepted: &Accepted, told_us: i64) -> Answered {
        let microseconds =
            request.header("X-MBX-TIME-UNIT").is_some_and(|unit| unit.eq_ignore_ascii_case(b"MICROSECOND"));
        let call = Call {
            endpoint: accepted.endpoint,
            parameters: &accepted.parameters,
            api_key: accepted.api_key.as_deref(),
            now_us: self.clock.now_us(),
            told_us,
            microseconds,
        };
        match engine::play(&mut self.world(), &call) {
            Ok(Played::Answer(body)) => {
                Answered { status: 200, headers: Vec::new(), body, reason: None, note: None }
            }
            Ok(Played::Example(body)) => {
                let headers = vec![(EXAMPLE.0, EXAMPLE.1.to_owned())];
                let note = Some("example answer; nothing was changed");
                Answered { status: 200, headers, body, reason: None, note }
            }
            Err(failure) => {
                let (status, body) = (failure.status, failure.body());
                Answered { status, headers: Vec::new(), body, reason: Some(failure.into()), note: None }
            }
        }
    }

    /// Counts a request on an endpoint, refused or not, and tells the weight used in this minute.
    fn use_weight(&self, request: &ReceivedRequest, now_us: i64) -> Option<u32> {
        let endpoint = diagnose::endpoint_of(request)?;
        let minute = now_us.div_euclid(60_000_000);
        let mut weight = self.weight.lock().unwrap_or_else(PoisonError::into_inner);
        if weight.minute != minute {
            *weight = UsedWeight { minute, used: 0 };
        }
        weight.used = weight.used.saturating_add(engine::weight(endpoint));
        Some(weight.used)
    }

    /// A number of its own for each request, in the form of a UUID.
    fn next_uuid(&self, now_us: i64) -> String {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{:04x}-4000-8000-{count:012x}", (now_us >> 16) & 0xffff_ffff, now_us & 0xffff)
    }
}
