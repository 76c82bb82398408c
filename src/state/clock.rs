use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// How long a measured offset is used, in milliseconds.
const LASTS_MS: i64 = 60 * 60 * 1000;

/// From how far on the exchange's clock is followed in place of this machine's, in milliseconds.
const WORTH_CORRECTING_MS: i64 = 250;

/// How far wall and boot clock may drift apart before the wall clock counts as set, in milliseconds.
const DRIFT_MS: i64 = 250;

/// The clock that goes on while the machine sleeps and that nobody sets.
#[cfg(target_os = "linux")]
const BOOT: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const BOOT: ClockId = ClockId::Monotonic;

/// This machine's two clocks at one moment, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// The time of day, since 1970; it can be set.
    pub wall_ms: i64,
    /// Since the machine was started; it cannot be set.
    pub boot_ms: i64,
    /// Stands for the start that `boot_ms` counts from; `None` where the system does not tell.
    #[serde(default)]
    pub boot_id: Option<u64>,
}

impl Clocks {
    /// Reads both.
    pub fn now() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let boot = clock_gettime(BOOT);
        Self {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
            boot_ms: boot.tv_sec.saturating_mul(1000).saturating_add(boot.tv_nsec / 1_000_000),
            boot_id: boot_id(),
        }
    }

    /// Whether the machine is known to have been on since `earlier`, so that its boot clock tells how long that is ago.
    pub fn same_start(self, earlier: Self) -> bool {
        self.boot_id.is_some() && self.boot_id == earlier.boot_id
    }

    /// Whether `earlier` was within the last hour, as far as the boot clock tells.
    pub fn is_within_an_hour_of(self, earlier: Self) -> bool {
        let other_start = self.boot_id.zip(earlier.boot_id).is_some_and(|(now, then)| now != then);
        !other_start && (0..LASTS_MS).contains(&self.boot_ms.saturating_sub(earlier.boot_ms))
    }

    /// By how much the wall clock was set since `earlier`, in milliseconds: 0 where it was not, as far as that can be told.
    pub fn jumped_since(self, earlier: Self) -> i64 {
        let wall = self.wall_ms.saturating_sub(earlier.wall_ms);
        let boot = self.boot_ms.saturating_sub(earlier.boot_ms);
        let drift = wall.saturating_sub(boot);
        if drift.saturating_abs() > DRIFT_MS { drift } else { 0 }
    }
}

/// The system's name for this start of the machine, as far as it fits.
fn boot_id() -> Option<u64> {
    static ID: OnceLock<Option<u64>> = OnceLock::new();
    *ID.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).take(16).collect();
        u64::from_str_radix(&digits, 16).ok()
    })
}

/// How far the exchange's clock was ahead of this machine's, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockOffset {
    /// What to add to the local time to get the exchange's, in milliseconds.
    pub offset_ms: i64,
    /// How long the answer took, in milliseconds; the offset is right within half of it.
    #[serde(default)]
    pub round_trip_ms: i64,
    /// When it was measured.
    pub at: Clocks,
}

impl ClockOffset {
    /// Whether it still tells the exchange's clock: for an hour, unless the machine was started anew or its clock set.
    pub fn holds_at(&self, now: Clocks) -> bool {
        now.is_within_an_hour_of(self.at) && now.jumped_since(self.at) == 0
    }

    /// By how much this machine's clock was set within the hour for which the offset would have been used, in milliseconds.
    pub fn jumped_ms(&self, now: Clocks) -> i64 {
        if now.is_within_an_hour_of(self.at) { now.jumped_since(self.at) } else { 0 }
    }

    /// What to correct a timestamp by, in milliseconds: nothing where it would make no difference, or is no more than what
    /// the way to the exchange and back leaves open.
    pub fn correction_ms(&self) -> i64 {
        let certain = self.offset_ms.saturating_abs() > self.round_trip_ms / 2;
        let matters = self.offset_ms.saturating_abs() > WORTH_CORRECTING_MS;
        if certain && matters { self.offset_ms } else { 0 }
    }
}
