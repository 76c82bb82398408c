//! Every error in a log, each once.

use super::Product;
use super::find::{Found, What, all_of, resolved};
use super::pattern::plain;
use super::scan::{Index, Sign, sightings};

/// An error of a log.
pub struct Seen {
    /// What it is.
    pub found: Found,
    /// How often it is there.
    pub count: usize,
    /// The first line that has it, from 1 on.
    pub line: usize,
}

/// Reads a log line by line.
pub struct Log {
    product: Option<&'static Product>,
    index: Index,
    line: usize,
    seen: Vec<Seen>,
    unknown: Vec<(i64, usize)>,
    open: Option<Open>,
}

/// The last code of a line. It is not counted yet: JSON in several lines has the message in the next.
struct Open {
    found: Vec<Found>,
    line: usize,
}

impl Open {
    /// What it turns out to be, given the messages of the next line; `None` if they are of something else.
    fn with(&self, next: &[Found]) -> Option<Vec<Found>> {
        let settled = self.found.iter().any(|f| matches!(f.what, What::Message(_)));
        let goes_with = |new: &&Found| {
            let same = |old: &Found| new.codes().iter().any(|code| old.codes().contains(code));
            let same = |old: &Found| if settled { old.key() == new.key() } else { same(old) };
            self.found.iter().any(same)
        };
        Some(next.iter().filter(goes_with).cloned().collect()).filter(|f: &Vec<_>| !f.is_empty())
    }
}

impl Log {
    /// A log of one product's errors, or of any.
    pub fn new(product: Option<&'static Product>) -> Self {
        let (seen, unknown) = (Vec::new(), Vec::new());
        Self { product, index: Index::new(), line: 0, seen, unknown, open: None }
    }

    /// Reads the next line.
    pub fn read(&mut self, line: &str) {
        self.line += 1;
        let signs = sightings(line, false);
        if signs.iter().any(|s| matches!(s.sign, Sign::Code(_))) {
            self.close();
        } else {
            let said = all_of(self.index.messages_in(&plain(line)).into_iter(), self.product);
            let together = self.open.as_ref().and_then(|open| Some((open.line, open.with(&said)?)));
            if let Some((line, found)) = together {
                self.open = None;
                self.count(found, line);
            } else {
                self.close();
                self.count(said, self.line);
            }
        }
        for sighting in signs {
            let found = resolved(sighting.sign, sighting.window, self.product);
            match sighting.sign {
                Sign::Code(code) if found.is_empty() => self.miss(code),
                Sign::Code(_) => {
                    self.close();
                    self.open = Some(Open { found, line: self.line });
                }
                Sign::Status(_) => self.count(found, self.line),
            }
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.count(open.found, open.line);
        }
    }

    fn count(&mut self, found: Vec<Found>, line: usize) {
        for found in found {
            match self.seen.iter_mut().find(|s| s.found.key() == found.key()) {
                Some(seen) => seen.count += 1,
                None => self.seen.push(Seen { found, count: 1, line }),
            }
        }
    }

    fn miss(&mut self, code: i64) {
        if !self.unknown.iter().any(|(known, _)| *known == code) {
            self.unknown.push((code, self.line));
        }
    }

    /// The errors in the order in which they first occur; codes that are not known, with the first line of each.
    pub fn finish(mut self) -> (Vec<Seen>, Vec<(i64, usize)>) {
        self.close();
        (self.seen, self.unknown)
    }
}
