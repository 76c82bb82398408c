use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::practice::escape::cut;
use crate::practice::log::{Entry, Found};

/// How many requests are kept.
pub(super) const KEPT: usize = 100;

/// The most of a text that is kept, in characters; the log has all of it.
const LONGEST: usize = 1000;

/// How many mistakes of one request are kept.
const FINDINGS: usize = 10;

/// The last entries of the log.
#[derive(Default)]
pub(in crate::practice) struct Recent(Mutex<VecDeque<Entry>>);

impl Recent {
    /// Keeps what the page shows of an entry, for as long as it is one of the last.
    pub(in crate::practice) fn keep(&self, mut entry: Entry) {
        for text in [&mut entry.message, &mut entry.cause, &mut entry.fix, &mut entry.note] {
            *text = text.take().map(|text| cut(text, LONGEST));
        }
        entry.findings.truncate(FINDINGS);
        for Found { cause, fix, .. } in &mut entry.findings {
            *cause = cut(mem::take(cause), LONGEST);
            *fix = cut(mem::take(fix), LONGEST);
        }
        let mut entries = self.lock();
        let oldest = if entries.len() < KEPT { None } else { entries.pop_back() };
        entries.push_front(in_place_of(oldest.unwrap_or_default(), entry));
    }

    /// What is kept, newest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry whose method and target, all the text that one of an answered request has, are in the memory of one that is kept no
/// longer: what one thread has allocated and another frees makes both wait for the allocator, and every request ends here.
fn in_place_of(mut old: Entry, new: Entry) -> Entry {
    new.method.clone_into(&mut old.method);
    new.target.clone_into(&mut old.target);
    Entry { method: old.method, target: old.target, ..new }
}
