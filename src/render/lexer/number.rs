//! The grammar of numbers.

/// The last part of a number that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// A minus, or nothing yet: the same digits may follow.
    Start,
    /// A zero before the point, which no digit may follow.
    Zero,
    Whole,
    Point,
    Fraction,
    /// The letter `e`.
    Exponent,
    Sign,
    Power,
}

impl Number {
    /// The part that `byte` adds to, or nothing if it is no part of the number.
    pub(super) fn then(self, byte: u8) -> Option<Number> {
        Some(match (self, byte) {
            (Number::Start, b'0') => Number::Zero,
            (Number::Start, b'1'..=b'9') | (Number::Whole, b'0'..=b'9') => Number::Whole,
            (Number::Zero | Number::Whole, b'.') => Number::Point,
            (Number::Point | Number::Fraction, b'0'..=b'9') => Number::Fraction,
            (Number::Zero | Number::Whole | Number::Fraction, b'e' | b'E') => Number::Exponent,
            (Number::Exponent, b'+' | b'-') => Number::Sign,
            (Number::Exponent | Number::Sign | Number::Power, b'0'..=b'9') => Number::Power,
            _ => return None,
        })
    }

    /// Whether the number may end here.
    pub(super) fn is_complete(self) -> bool {
        matches!(self, Number::Zero | Number::Whole | Number::Fraction | Number::Power)
    }
}
