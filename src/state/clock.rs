use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// How long a measured offset is used, in milliseconds.
const LASTS_MS: i64 = 60 * 60 * 1000;

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
}

impl Clocks {
    /// Reads both.
    pub fn now() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let boot = clock_gettime(BOOT);
        Self {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
            boot_ms: boot.tv_sec.saturating_mul(1000).saturating_add(boot.tv_nsec / 1_000_000),
        }
    }

    /// By how much the wall clock was set since `earlier`, in milliseconds: 0 where it was not, as far as that can be told.
    pub fn jumped_since(self, earlier: Self) -> i64 {
        let wall = self.wall_ms.saturating_sub(earlier.wall_ms);
        let boot = self.boot_ms.saturating_sub(earlier.boot_ms);
        let drift = wall.saturating_sub(boot);
        if drift.saturating_abs() > DRIFT_MS { drift } else { 0 }
    }
}

/// How far the exchange's clock was ahead of this machine's, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockOffset {
    /// What to add to the local time to get the exchange's, in milliseconds.
    pub offset_ms: i64,
    /// When it was measured.
    pub at: Clocks,
}

impl ClockOffset {
    /// Whether it still tells the exchange's clock: for an hour, unless the machine was started anew or its clock set.
    pub fn holds_at(&self, now: Clocks) -> bool {
        let age = now.boot_ms.saturating_sub(self.at.boot_ms);
        (0..LASTS_MS).contains(&age) && now.jumped_since(self.at) == 0
    }
}
