//! How much each address and the account have used, and who is refused for it.
//!
//! Time comes in as a value. A window begins at a multiple of its length since 1970, as the exchange says. What is assumed about
//! bans stands in `data/limits.toml`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::catalogue::{self, Endpoint, Interval, LimitKind, RateLimit};
use crate::explain;

/// The limits of an exchange, and what is used of them.
pub struct Limits {
    rows: Vec<Row>,
    enforced: bool,
    state: Mutex<State>,
}

struct Row {
    rate: &'static RateLimit,
    limit: u32,
}

#[derive(Default)]
struct State {
    counts: HashMap<Key, Count>,
    offenders: HashMap<(IpAddr, &'static str), Offender>,
}

/// Whose use of which limit.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    row: usize,
    /// `None` for the account.
    address: Option<IpAddr>,
    /// Group and command, where each endpoint has the limit for itself.
    endpoint: Option<(&'static str, &'static str)>,
}

/// What was used in a window.
#[derive(Clone, Copy, Default)]
struct Count {
    window: i64,
    used: u32,
}

/// An address that went over a limit.
#[derive(Clone, Copy, Default)]
struct Offender {
    /// How many requests were refused since the last that was not.
    refused: u32,
    bans: u32,
    banned_until_us: i64,
}

/// Who sent a request.
#[derive(Clone, Copy)]
pub(super) struct Sender {
    pub(super) address: IpAddr,
    /// Whether it came with a key of the account.
    pub(super) known: bool,
}

/// Headers of an answer.
pub(super) type Headers = Vec<(&'static str, String)>;

/// A request that was counted.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) headers: Headers,
    /// Why it is refused.
    pub(super) refusal: Option<TooMuch>,
}

/// A refusal for having sent too much, in the exchange's words, and in ours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch {
    pub(super) status: u16,
    pub(super) code: i32,
    pub(super) message: String,
    /// After how many seconds it is over.
    pub(super) retry_after: i64,
    pub(super) cause: String,
    pub(super) fix: String,
}

/// A limit as the exchange's answers have it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    pub(super) rate_limit_type: &'static str,
    pub(super) interval: &'static str,
    pub(super) interval_num: u32,
    pub(super) limit: u32,
    /// What is used of it, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
}

/// How many counts are kept before those of past windows are dropped.
const MOST_COUNTS: usize = 4096;

impl Limits {
    /// The limits that the exchange publishes.
    pub fn published() -> Self {
        let rows = catalogue::limits().iter().map(|rate| Row { rate, limit: rate.limit() }).collect();
        Self { rows, enforced: true, state: Mutex::default() }
    }

    /// The same limits, which are counted, but refuse nothing.
    pub fn unenforced() -> Self {
        Self { enforced: false, ..Self::published() }
    }

    /// Changes how much is taken within the window of these paths, kind and interval; false where there is no such limit.
    pub fn set(&mut self, prefix: &str, kind: LimitKind, interval: Interval, limit: u32) -> bool {
        let fits =
            |r: &&mut Row| (r.rate.prefix(), r.rate.kind(), r.rate.interval()) == (prefix, kind, interval);
        self.rows.iter_mut().find(fits).map(|row| row.limit = limit).is_some()
    }

    /// Counts a request on an endpoint, refused or not, against the limits of its sender. A request of a banned address is not
    /// counted.
    pub(super) fn count(&self, endpoint: &Endpoint, weight: u32, sender: Sender, now_us: i64) -> Counted {
        let mut state = self.lock(now_us);
        if let Some(refusal) = state.ban_of(endpoint, sender.address, now_us).filter(|_| self.enforced) {
            return Counted { headers: Vec::new(), refusal: Some(refusal) };
        }
        let mut counted = Counted::default();
        let by_account = endpoint.weight_by() == Some("UID");
        let mut banned_in = None;
        for (index, row) in self.rows_of(endpoint.path()) {
            let amount = match row.rate.kind() {
                LimitKind::RequestWeight
                    if row.rate.by_account() == by_account && (sender.known || !by_account) =>
                {
                    weight
                }
                LimitKind::RawRequests => 1,
                LimitKind::RequestWeight | LimitKind::Orders => continue,
            };
            let used = state.add(row.key(index, Some(endpoint), sender.address), row.window(now_us), amount);
            counted.headers.extend(row.rate.headers().map(|header| (header, used.to_string())));
            if used > row.limit && self.enforced && counted.refusal.is_none() {
                counted.refusal = Some(row.too_much(endpoint, used, now_us));
                banned_in = Some(row.rate.prefix()).filter(|_| row.rate.bans());
            }
        }
        match banned_in {
            Some(prefix) => state.refused(sender.address, prefix, now_us),
            None if counted.refusal.is_none() => state.passed(sender.address, endpoint),
            None => {}
        }
        if let Some(ban) = state.ban_of(endpoint, sender.address, now_us) {
            counted.refusal = Some(ban);
        }
        counted
    }

    /// Counts the orders of a call against the limits of the account. The headers say how many count now.
    ///
    /// # Errors
    /// If the account may not place them now; then they are not counted.
    pub(super) fn place_orders(&self, endpoint: &Endpoint, now_us: i64) -> Result<Headers, TooMuch> {
        let mut headers = Vec::new();
        if endpoint.order_count() == 0 {
            return Ok(headers);
        }
        let mut state = self.lock(now_us);
        let over = self.order_rows(endpoint.path()).find(|(index, row)| {
            let orders = row.orders_of(endpoint);
            let used = state.used(&Key::of_account(*index), row.window(now_us));
            orders > 0 && used.saturating_add(orders) > row.limit
        });
        if let Some((_, row)) = over.filter(|_| self.enforced) {
            return Err(row.too_many_orders(endpoint, now_us));
        }
        for (index, row) in self.order_rows(endpoint.path()) {
            let used = state.add(Key::of_account(index), row.window(now_us), row.orders_of(endpoint));
            headers.extend(row.rate.headers().map(|header| (header, used.to_string())));
        }
        Ok(headers)
    }

    /// Takes the orders of a call back that came to nothing.
    pub(super) fn orders_not_placed(&self, endpoint: &Endpoint, now_us: i64) {
        if endpoint.order_count() == 0 {
            return;
        }
        let mut state = self.lock(now_us);
        for (index, row) in self.order_rows(endpoint.path()) {
            state.take_back(&Key::of_account(index), row.window(now_us), row.orders_of(endpoint));
        }
    }

    /// Takes orders back that were filled: those count no longer. `path` is any path of their product.
    /// Source: Spot documentation, "Unfilled Order Count".
    pub(super) fn orders_filled(&self, path: &str, orders: u32, now_us: i64) {
        if orders == 0 {
            return;
        }
        let mut state = self.lock(now_us);
        for (index, row) in self.order_rows(path) {
            state.take_back(&Key::of_account(index), row.window(now_us), orders);
        }
    }

    /// The limits on orders of a product, and what is used of them. `path` is any path of it.
    pub(super) fn order_counts(&self, path: &str, now_us: i64) -> Vec<Shown> {
        let state = self.lock(now_us);
        let used = |index, row: &Row| state.used(&Key::of_account(index), row.window(now_us));
        self.order_rows(path).map(|(index, row)| row.shown(Some(used(index, row)))).collect()
    }

    /// The limits of a product, as its exchange information has them. `path` is any path of it.
    pub(super) fn shown(&self, path: &str) -> Vec<Shown> {
        self.rows_of(path).map(|(_, row)| row.shown(None)).collect()
    }

    fn lock(&self, now_us: i64) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.counts.len() > MOST_COUNTS {
            let current = |key: &Key| self.rows.get(key.row).map(|row| row.window(now_us));
            state.counts.retain(|key, count| current(key) == Some(count.window));
            state.offenders.retain(|_, offender| !offender.is_forgotten(now_us));
        }
        state
    }

    fn rows_of(&self, path: &str) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter().enumerate().filter(move |(_, row)| path.starts_with(row.rate.prefix()))
    }

    fn order_rows(&self, path: &str) -> impl Iterator<Item = (usize, &Row)> {
        self.rows_of(path).filter(|(_, row)| row.rate.kind() == LimitKind::Orders)
    }
}

impl Key {
    fn of_account(row: usize) -> Self {
        Self { row, address: None, endpoint: None }
    }
}

impl Row {
    /// The number of the window that a moment is in.
    fn window(&self, now_us: i64) -> i64 {
        now_us.div_euclid(self.rate.window_us())
    }

    fn key(&self, row: usize, endpoint: Option<&Endpoint>, address: IpAddr) -> Key {
        let address = Some(address).filter(|_| !self.rate.by_account());
        let endpoint = endpoint.filter(|_| self.rate.per_endpoint()).map(|e| (e.group(), e.command()));
        Key { row, address, endpoint }
    }

    fn shown(&self, count: Option<u32>) -> Shown {
        Shown {
            rate_limit_type: self.rate.kind().as_str(),
            interval: self.rate.interval().as_str(),
            interval_num: self.rate.interval_num(),
            limit: self.limit,
            count,
        }
    }

    fn orders_of(&self, endpoint: &Endpoint) -> u32 {
        let minute = self.rate.interval() == Interval::Minute;
        u32::from(if minute { endpoint.order_count_1m() } else { endpoint.order_count() })
    }

    /// The seconds to the end of the window, begun ones as whole ones.
    fn seconds_left(&self, now_us: i64) -> i64 {
        let left = self.rate.window_us() - now_us.rem_euclid(self.rate.window_us());
        (left + 999_999) / 1_000_000
    }

    /// The window as messages have it: `1 MINUTE`.
    fn span(&self) -> String {
        format!("{} {}", self.rate.interval_num(), self.rate.interval().as_str())
    }

    fn too_much(&self, endpoint: &Endpoint, used: u32, now_us: i64) -> TooMuch {
        let (limit, span) = (self.limit.to_string(), self.span());
        let (code, template) = message(endpoint.group(), &WEIGHT_CODES, "current limit is");
        let message = match self.rate.message() {
            Some(own) => own.replace("{limit}", &limit),
            None => filled(template, &[&limit, &span]),
        };
        let what = match self.rate.kind() {
            LimitKind::RawRequests => format!("{used} requests"),
            _ => format!("requests of weight {used}"),
        };
        let whose = if self.rate.by_account() { "this account" } else { "this address" };
        let retry_after = self.seconds_left(now_us);
        let cause = format!("{what} came from {whose} within {span}, {limit} are allowed");
        let fix = format!("send nothing for {retry_after} s, as `Retry-After` says: going on leads to a ban");
        let fix = if self.rate.bans() {
            fix
        } else {
            format!("send nothing for {retry_after} s, as `Retry-After` says")
        };
        TooMuch { status: 429, code, message, retry_after, cause, fix }
    }

    fn too_many_orders(&self, endpoint: &Endpoint, now_us: i64) -> TooMuch {
        let (limit, span) = (self.limit.to_string(), self.span());
        let (code, template) = message(endpoint.group(), &[ORDERS_CODE], "current limit is");
        let retry_after = self.seconds_left(now_us);
        TooMuch {
            status: 429,
            code,
            message: filled(template, &[&limit, &span]),
            retry_after,
            cause: format!("the account has placed as many orders within {span} as it may: {limit}"),
            fix: format!("place the next in {retry_after} s, as `Retry-After` says"),
        }
    }
}

impl State {
    fn add(&mut self, key: Key, window: i64, amount: u32) -> u32 {
        let count = self.counts.entry(key).or_default();
        // A request that took its time just before a window's end can be counted just after: it counts in the new one.
        if count.window < window {
            *count = Count { window, used: 0 };
        }
        count.used = count.used.saturating_add(amount);
        count.used
    }

    fn used(&self, key: &Key, window: i64) -> u32 {
        self.counts.get(key).filter(|c| c.window >= window).map_or(0, |c| c.used)
    }

    fn take_back(&mut self, key: &Key, window: i64, amount: u32) {
        if let Some(count) = self.counts.get_mut(key).filter(|c| c.window >= window) {
            count.used = count.used.saturating_sub(amount);
        }
    }

    /// Bans an address that has gone on for too long.
    fn refused(&mut self, address: IpAddr, prefix: &'static str, now_us: i64) {
        let ban = catalogue::ban();
        let offender = self.offenders.entry((address, prefix)).or_default();
        if offender.is_forgotten(now_us) {
            offender.bans = 0;
        }
        offender.refused += 1;
        if offender.refused <= ban.after {
            return;
        }
        let doubled = i64::from(ban.first_seconds).saturating_mul(1 << offender.bans.min(30));
        let seconds = doubled.min(i64::from(ban.most_seconds));
        let bans = offender.bans.saturating_add(1);
        *offender =
            Offender { refused: 0, bans, banned_until_us: now_us.saturating_add(seconds * 1_000_000) };
    }

    fn passed(&mut self, address: IpAddr, endpoint: &Endpoint) {
        for ((offender, prefix), state) in &mut self.offenders {
            if *offender == address && endpoint.path().starts_with(prefix) {
                state.refused = 0;
            }
        }
    }

    fn ban_of(&self, endpoint: &Endpoint, address: IpAddr, now_us: i64) -> Option<TooMuch> {
        let banned = |((of, prefix), offender): &(&(IpAddr, &str), &Offender)| {
            *of == address && endpoint.path().starts_with(prefix) && offender.banned_until_us > now_us
        };
        let (_, offender) = self.offenders.iter().find(banned)?;
        let until_ms = offender.banned_until_us / 1000;
        let (code, template) = message(endpoint.group(), &WEIGHT_CODES, "banned until");
        let retry_after = (offender.banned_until_us - now_us + 999_999) / 1_000_000;
        Some(TooMuch {
            status: 418,
            code,
            message: filled(template, &[&until_ms.to_string()]),
            retry_after,
            cause: "this address went on sending after it was refused with 429, and is banned".to_owned(),
            fix: format!(
                "send nothing for {retry_after} s, as `Retry-After` says; each further ban is longer"
            ),
        })
    }
}

impl Offender {
    fn is_forgotten(&self, now_us: i64) -> bool {
        let memory = i64::from(catalogue::ban().most_seconds) * 1_000_000;
        self.bans > 0 && self.banned_until_us.saturating_add(memory) < now_us
    }
}

/// The codes of too much weight; options have the second.
const WEIGHT_CODES: [i32; 2] = [-1003, -1008];
const ORDERS_CODE: i32 = -1015;

/// The first of `codes` that has, in the product of a group, a message with these words, and that message.
fn message(group: &str, codes: &[i32], words: &str) -> (i32, &'static str) {
    let of = |code: i32| {
        let entry = explain::error(group, i64::from(code))?;
        // Of several, the one that speaks of weight, which is what is counted.
        let fitting = || entry.messages().filter(|m| m.contains(words));
        let message = fitting().find(|m| m.contains("weight")).or_else(|| fitting().next())?;
        Some((code, message))
    };
    codes.iter().find_map(|code| of(*code)).unwrap_or((codes.first().copied().unwrap_or_default(), ""))
}

/// A message with its places filled in, in their order. A window is one value, for which some messages have two places.
fn filled(template: &str, values: &[&str]) -> String {
    let template = template.replace("%s %s", "%s");
    values.iter().fold(template, |text, value| text.replacen("%s", value, 1))
}

#[cfg(test)]
mod tests;
