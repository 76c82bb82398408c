//! Which waits of the requests to one host are told of. Many requests wait for the same, and one note about it is enough.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A wait that ends later by less than this than one that was told of is no news: both were reckoned at different moments.
const NO_NEWS: Duration = Duration::from_secs(1);

/// When the wait ends that was told of last.
#[derive(Default)]
pub struct Waits(Mutex<Option<Instant>>);

impl Waits {
    /// Whether a wait from `now` until `end` is to be told of: not if another was that goes on, and ends no earlier.
    pub fn tell(&self, now: Instant, end: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = told.is_none_or(|told| told <= now || end > told + NO_NEWS);
        if is_news {
            *told = Some(end);
        }
        is_news
    }

    /// Whether the wait until `end` is the one that was told of last.
    pub fn is_last(&self, end: Instant) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_of_unless_one_was_that_ends_no_earlier() {
        // Milliseconds: now, the end, and whether it is told of; each row after those before it.
        let rows = [
            ("the first", 0, 1_000, true),
            ("one that ends earlier", 100, 500, false),
            ("one that ends with it", 200, 1_000, false),
            ("one that ends with it, reckoned later", 300, 1_002, false),
            ("a longer one", 400, 20_000, true),
            ("one that ends before the longer one", 900, 15_000, false),
            ("a short one, once all are over", 20_000, 20_100, true),
        ];
        let (waits, began) = (Waits::default(), Instant::now());
        let at = |ms| began + Duration::from_millis(ms);
        let mut last = None;
        for (name, now, end, told) in rows {
            assert_eq!(waits.tell(at(now), at(end)), told, "{name}");
            last = if told { Some(end) } else { last };
            assert!(last.is_some_and(|end| waits.is_last(at(end))), "{name}");
            assert_eq!(waits.is_last(at(end)), last == Some(end), "{name}");
        }
    }
}
