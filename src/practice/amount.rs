use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::{Serialize, Serializer};

/// How many units make one: amounts have eight decimals.
const ONE: i128 = 100_000_000;

/// A price or quantity, exact, in units of 1e-8. Written with eight decimals, as the exchange does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Amount(i128);

impl Amount {
    pub(super) const ZERO: Self = Self(0);

    pub(super) const fn units(units: i128) -> Self {
        Self(units)
    }

    pub(super) const fn whole(whole: i128) -> Self {
        Self(whole * ONE)
    }

    /// `n` times this.
    pub(super) const fn multiple(self, n: i128) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// The product, cut off after eight decimals.
    pub(super) fn times(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0) / ONE)
    }

    /// The quotient, cut off after eight decimals; zero if there is nothing to divide by.
    pub(super) fn over(self, other: Self) -> Self {
        Self(self.0.saturating_mul(ONE).checked_div(other.0).unwrap_or(0))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// As a percentage with three decimals, this being a fraction of one.
    pub(super) fn percent(self) -> String {
        let thousandths = self.0 * 100_000 / ONE;
        let sign = if thousandths < 0 { "-" } else { "" };
        let size = thousandths.abs();
        format!("{sign}{}.{:03}", size / 1000, size % 1000)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let one = ONE.unsigned_abs();
        write!(f, "{sign}{}.{:08}", size / one, size % one)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}
