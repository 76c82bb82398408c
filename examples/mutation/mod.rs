//! Inputs changed at random, the same for the same seed.

/// The longest input made, in bytes.
pub const LONGEST: usize = 1 << 20;

/// Marsaglia's xorshift: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    /// Numbers of their own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap_or_default()
    }

    /// A range of something that long.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let (a, b) = (self.below(length + 1), self.below(length + 1));
        (a.min(b), a.max(b))
    }

    /// One of some items.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

/// Changes the input in one way: bits, parts, parts of others, and tokens.
pub fn mutate(input: &mut Vec<u8>, corpus: &[Vec<u8>], tokens: &[&str], random: &mut Random) {
    let length = input.len();
    let (from, to) = random.range(length);
    match random.below(8) {
        0 => {
            let bit = 1 << random.below(8);
            if let Some(byte) = input.get_mut(from) {
                *byte ^= bit;
            }
        }
        1 => input.truncate(from),
        2 => drop(input.drain(from..to)),
        3 => {
            let other = random.pick(corpus).cloned().unwrap_or_default();
            let (start, end) = random.range(other.len());
            input.splice(from..to, other.into_iter().take(end).skip(start));
        }
        4 => repeat(input, from, to, random),
        _ => {
            let token = random.pick(tokens).copied().unwrap_or_default();
            input.splice(from..from, token.bytes());
        }
    }
}

/// Repeats a part, sometimes until the input is as long as it may be: what takes time beyond measure shows itself then.
fn repeat(input: &mut Vec<u8>, from: usize, to: usize, random: &mut Random) {
    let short = from + random.below(24).min(to - from);
    let Some(part) = input.get(from..short).filter(|part| !part.is_empty()).map(<[u8]>::to_vec) else {
        return;
    };
    let room = LONGEST.saturating_sub(input.len() + 1024) / part.len();
    let times = if random.below(400) == 0 { room } else { room.min(1 + random.below(64)) };
    input.splice(from..from, part.repeat(times));
}
