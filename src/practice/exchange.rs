use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::account::Account;
use super::engine::{self, Call, Failure, Played};
use super::escape;
use super::faults::{Faults, Given};
use super::limits::{Counted, Limits, Sender, TooMuch};
use super::spot;
use super::state::{State, StateError};
use crate::catalogue::{Endpoint, Weight};
use crate::diagnose::{
    self, Accepted, Case, Finding, Gate, OwnKey, ReceivedRequest, Refusal, Scheme, TIME_UNIT_HEADER, Verdict,
    verify,
};
use crate::signing::API_KEY_HEADER;

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

    /// How long something took by this clock that began at this instant.
    pub(super) fn since(self, began: Instant) -> Duration {
        match self {
            Self::System => began.elapsed(),
            Self::Fixed(_) => Duration::ZERO,
        }
    }

    /// What an answer has as its `Date`; `None` where the server's own is right.
    pub(super) fn date(self) -> Option<String> {
        match self {
            Self::System => None,
            Self::Fixed(us) => {
                let time = jiff::Timestamp::from_microsecond(us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                Some(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
            }
        }
    }
}

/// What a practice exchange is made of.
pub struct Setup<'a> {
    /// Its clock.
    pub clock: Clock,
    /// Its account.
    pub account: Account,
    /// The file that keeps what happens to the account; `None` to forget it.
    pub state: Option<&'a Path>,
}

/// The practice exchange without its server: a request in, an answer out.
pub struct Exchange {
    clock: Clock,
    account: Account,
    state: State,
    limits: Limits,
    requests: AtomicU64,
    faults: Faults,
}

/// An answer of the exchange, and what the log says about it.
#[derive(Default)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
    pub(super) reason: Option<Reason>,
    /// What the log says about an answer that was given.
    pub(super) note: Option<&'static str>,
    /// The weight that was counted.
    pub(super) weight: Option<u32>,
    /// Whether the orders in it count against the limits: also those of a cancel-replace that went wrong in part, or was not tried.
    pub(super) counts: bool,
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

impl From<TooMuch> for Answered {
    fn from(too_much: TooMuch) -> Self {
        let TooMuch { status, code, message, retry_after, cause, fix } = too_much;
        let body = serde_json::json!({ "code": code, "msg": message }).to_string();
        let reason = Reason { code: Some(code), message, cause, fix, ..Reason::default() };
        let headers = vec![("Retry-After", retry_after.to_string())];
        Self { status, headers, body, reason: Some(reason), ..Self::default() }
    }
}

impl Exchange {
    /// A practice exchange with a fresh practice account and the limits that the exchange publishes.
    pub fn practice(clock: Clock) -> Self {
        let account = Account::practice();
        let state = State::fresh(account.opening.clone(), clock);
        Self::with(clock, account, state)
    }

    /// A practice exchange made of these. What is kept in the file is in it when it returns.
    ///
    /// # Errors
    /// If the state file cannot be used, or belongs to another account.
    pub fn new(setup: Setup<'_>) -> Result<Self, StateError> {
        let Setup { clock, account, state } = setup;
        let opening = account.opening.clone();
        let state = match state {
            None => State::fresh(opening, clock),
            Some(path) => State::kept(opening, clock, path)?,
        };
        escape::hide(&account.keys.own());
        Ok(Self::with(clock, account, state))
    }

    fn with(clock: Clock, account: Account, state: State) -> Self {
        Self {
            clock,
            account,
            state,
            limits: Limits::published(),
            requests: AtomicU64::new(0),
            faults: Faults::default(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with faults, which a server carries out.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Each group has symbols of its own, such as `BTCUSD_PERP`.
    fn is_traded(&self, endpoint: &Endpoint, symbol: &str) -> bool {
        self.state.look(|world| engine::is_traded(world, endpoint, symbol))
    }

    #[cfg(test)]
    pub(super) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The keys of its account.
    pub(super) fn keys(&self) -> Vec<OwnKey> {
        self.account.keys.own()
    }

    /// What a client would be answered that reads this. No request is judged, counted or logged.
    pub(super) fn look(
        &self,
        endpoint: &'static Endpoint,
        parameters: &[(String, String)],
    ) -> engine::Answer {
        let now_us = self.clock.now_us();
        let (limits, told_us) = (&self.limits, now_us);
        let (api_key, keys) = (None, None);
        let call = Call { endpoint, parameters, limits, api_key, keys, now_us, told_us, microseconds: false };
        let (played, filled) = self.state.play(&call);
        self.limits.orders_filled(spot::PREFIX, filled, now_us);
        match played? {
            Played::Answer(body) | Played::Example(body) => Ok(body),
        }
    }

    /// Answers a request, or has it go wrong as the fault rules say.
    pub(super) fn give(&self, request: &ReceivedRequest, peer: IpAddr) -> Given {
        self.faults.answer(request, self.clock.now_us(), |now_us| self.answer(request, peer, now_us))
    }

    /// Judges a request at the gate by this clock, which a fault may have put wrong, and has it answered if it passes.
    pub(super) fn answer(&self, request: &ReceivedRequest, peer: IpAddr, told_us: i64) -> Answered {
        let now_us = self.clock.now_us();
        let (weight, Counted { headers, refusal }) = self.count(request, peer, now_us);
        let mut answered = refusal.map_or_else(|| self.judge(request, peer, told_us), Answered::from);
        answered.weight = weight;
        answered.headers.extend(headers);
        answered.headers.push(("X-MBX-UUID", self.next_uuid(now_us)));
        if !answered.body.is_empty() {
            answered.headers.push(("Content-Type", "application/json;charset=UTF-8".to_owned()));
        }
        answered
    }

    /// Counts a request on an endpoint, refused or not. Where the exchange does not say what it weighs, it is 1.
    fn count(&self, request: &ReceivedRequest, peer: IpAddr, now_us: i64) -> (Option<u32>, Counted) {
        let Some(endpoint) = diagnose::endpoint_of(request) else { return Default::default() };
        let weight = match endpoint.weight() {
            Some(Weight::Fixed(weight)) => weight,
            Some(Weight::Rule(_)) => {
                let sent: Vec<_> = request.parameters().collect();
                let value = |name: &str| sent.iter().find(|(n, _)| n == name).map(|(_, v)| &**v);
                endpoint.weight_of(value).unwrap_or(1)
            }
            None => 1,
        };
        let key = request.header(API_KEY_HEADER).and_then(|key| std::str::from_utf8(key).ok());
        let sender = Sender { address: peer, known: key.is_some_and(|key| self.account.keys.has(key)) };
        (Some(weight), self.limits.count(endpoint, weight, sender, now_us))
    }

    /// Has a request answered if it passes the gate.
    fn judge(&self, request: &ReceivedRequest, peer: IpAddr, now_us: i64) -> Answered {
        let find = |key: &str| self.account.keys.find(key);
        let symbol = |endpoint: &Endpoint, symbol: &str| self.is_traded(endpoint, symbol);
        let gate = Gate { now_us, key: &find, knows_keys: true, symbol: &symbol, peer };
        match verify(request, &gate) {
            Verdict::Accepted(accepted) => self.place(request, &accepted, now_us),
            Verdict::Refused(refusal) => {
                let (status, body) = (refusal.status, refusal.body());
                let reason = Some(Reason { at_gate: Some(now_us), ..refusal.into() });
                Answered { status, body, reason, ..Answered::default() }
            }
        }
    }

    /// Has a request answered if the account may place the orders in it.
    fn place(&self, request: &ReceivedRequest, accepted: &Accepted, told_us: i64) -> Answered {
        let now_us = self.clock.now_us();
        // Counted before they are placed, so that of orders that come at the same time no more are placed than may be.
        let headers = match self.limits.place_orders(accepted.endpoint, now_us) {
            Ok(headers) => headers,
            Err(too_many) => return too_many.into(),
        };
        let (mut answered, filled) = self.play(request, accepted, (now_us, told_us));
        if answered.counts {
            answered.headers.extend(headers);
        } else {
            self.limits.orders_not_placed(accepted.endpoint, now_us);
        }
        self.limits.orders_filled(spot::PREFIX, filled, now_us);
        answered
    }

    /// Everything that is wrong with a request that was refused at the gate at this time. It can take as long as a search for
    /// what was signed does.
    pub(super) fn findings(&self, request: &ReceivedRequest, peer: IpAddr, now_us: i64) -> Vec<Finding> {
        let keys = self.account.keys.own();
        let key = |api_key: &str| self.account.keys.find(api_key);
        let symbol = |endpoint: &Endpoint, symbol: &str| self.is_traded(endpoint, symbol);
        let gate = Gate { now_us, key: &key, knows_keys: true, symbol: &symbol, peer };
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

    /// Lets the engine answer; tells how many orders have had their first fill.
    fn play(
        &self,
        request: &ReceivedRequest,
        accepted: &Accepted,
        (now_us, told_us): (i64, i64),
    ) -> (Answered, u32) {
        let microseconds =
            request.header(TIME_UNIT_HEADER).is_some_and(|unit| unit.eq_ignore_ascii_case(b"MICROSECOND"));
        let call = Call {
            endpoint: accepted.endpoint,
            parameters: &accepted.parameters,
            api_key: accepted.api_key.as_deref(),
            keys: Some(&self.account.keys),
            limits: &self.limits,
            now_us,
            told_us,
            microseconds,
        };
        let (played, filled) = self.state.play(&call);
        let answered = match played {
            Ok(Played::Answer(body)) => Answered { status: 200, body, counts: true, ..Answered::default() },
            Ok(Played::Example(body)) => {
                let headers = vec![(EXAMPLE.0, EXAMPLE.1.to_owned())];
                let note = Some("example answer; nothing was changed");
                Answered { status: 200, headers, body, note, counts: true, ..Answered::default() }
            }
            Err(failure) => {
                let (status, body, counts) = (failure.status, failure.body(), failure.data.is_some());
                Answered { status, body, counts, reason: Some(failure.into()), ..Answered::default() }
            }
        };
        (answered, filled)
    }

    /// A number of its own for each request, in the form of a UUID.
    fn next_uuid(&self, now_us: i64) -> String {
        let count = self.requests.fetch_add(1, Ordering::Relaxed);
        let mut uuid = String::with_capacity(36);
        let (high, low) = (now_us >> 16 & 0xffff_ffff, now_us & 0xffff);
        // Writing to a String cannot fail.
        let _ = write!(uuid, "{high:08x}-{low:04x}-4000-8000-{count:012x}");
        uuid
    }
}
