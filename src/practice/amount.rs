use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// How many units make one: amounts have eight decimals.
const ONE: i128 = 100_000_000;

/// How many decimals are written.
const DECIMALS: usize = 8;

/// A price or quantity, exact, in units of 1e-8. Written with eight decimals, as the exchange does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    pub const ZERO: Self = Self(0);

    pub const fn units(units: i128) -> Self {
        Self(units)
    }

    pub const fn whole(whole: i128) -> Self {
        Self(whole * ONE)
    }

    /// `n` times this.
    pub const fn multiple(self, n: i128) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// The product, cut off after eight decimals.
    pub fn times(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0) / ONE)
    }

    /// The quotient, cut off after eight decimals; zero if there is nothing to divide by.
    pub fn over(self, other: Self) -> Self {
        Self(self.0.saturating_mul(ONE).checked_div(other.0).unwrap_or(0))
    }

    /// The share of this that `part` is of `whole`, cut off after eight decimals; all of it if they are the same.
    pub fn share(self, part: Self, whole: Self) -> Self {
        Self(self.0.saturating_mul(part.0).checked_div(whole.0).unwrap_or(0))
    }

    /// Writes it at the end of `space`: answers are full of amounts, and formatting is slow.
    fn text(self, space: &mut [u8; LONGEST]) -> &str {
        let mut rest = self.0.unsigned_abs();
        let mut length = 0;
        for byte in space.iter_mut().rev() {
            let done = rest == 0 && length > DECIMALS + 1;
            if done && self.0 >= 0 {
                break;
            }
            length += 1;
            if done {
                *byte = b'-';
                break;
            }
            *byte = if length == DECIMALS + 1 { b'.' } else { take_digit(&mut rest) };
        }
        let text = space.get(LONGEST - length..).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// Without its sign.
    pub fn size(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// With this many decimals, eight at most; further ones are cut off.
    pub fn fixed(self, decimals: usize) -> String {
        let mut text = self.to_string();
        let surplus = 8usize.saturating_sub(decimals);
        text.truncate(text.len() - surplus - usize::from(decimals == 0));
        text
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// How often `step` fits in, cut off; nothing fits a step of zero.
    pub fn steps(self, step: Self) -> i128 {
        self.0.checked_div(step.0).unwrap_or(0)
    }

    /// The largest multiple of `step` that is not larger; everything is a multiple of zero.
    pub fn floor_to(self, step: Self) -> Self {
        Self(self.0 - self.0.checked_rem(step.0).unwrap_or(0))
    }

    /// How many decimals it has, without zeros at the end.
    pub fn decimals(self) -> u32 {
        let mut rest = self.0.unsigned_abs() % ONE.unsigned_abs();
        let mut decimals = 0;
        while rest != 0 {
            rest = rest * 10 % ONE.unsigned_abs();
            decimals += 1;
        }
        decimals
    }

    pub fn is_multiple_of(self, step: Self) -> bool {
        self.floor_to(step) == self
    }

    /// As a percentage with three decimals, this being a fraction of one.
    pub fn percent(self) -> String {
        let thousandths = self.0 * 100_000 / ONE;
        let sign = if thousandths < 0 { "-" } else { "" };
        let size = thousandths.abs();
        format!("{sign}{}.{:03}", size / 1000, size % 1000)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = [0; LONGEST];
        f.write_str(self.text(&mut space))
    }
}

/// Takes the last digit off.
fn take_digit(rest: &mut u128) -> u8 {
    // Few amounts need more than 64 bits, whose division is many times as slow.
    let (digit, others) = match u64::try_from(*rest) {
        Ok(short) => (u128::from(short % 10), u128::from(short / 10)),
        Err(_) => (*rest % 10, *rest / 10),
    };
    *rest = others;
    b'0' + u8::try_from(digit).unwrap_or_default()
}

/// How many bytes the longest amount takes: a sign, a point and the digits of the largest number of units.
const LONGEST: usize = 41;

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAmount {
    /// It is no decimal.
    Malformed,
    /// It has more than eight decimals that count.
    TooPrecise,
    /// It is larger than any amount here.
    TooLarge,
}

impl FromStr for Amount {
    type Err = NoAmount;

    /// Reads a decimal without sign. Zeros at the end do not count as decimals.
    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(decimals) || text.ends_with('.') {
            return Err(NoAmount::Malformed);
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > 8 {
            return Err(NoAmount::TooPrecise);
        }
        // Larger ones could not be multiplied with each other.
        if whole.trim_start_matches('0').len() > 12 {
            return Err(NoAmount::TooLarge);
        }
        format!("{whole}{decimals:0<8}").parse().map(Self).map_err(|_| NoAmount::TooLarge)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text(&mut [0; LONGEST]))
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

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
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
