use std::collections::VecDeque;
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
    pub(in crate::practice) fn keep(&self, entry: &Entry) {
        let short = |text: &Option<String>| text.as_deref().map(|t| cut(t, LONGEST));
        let finding = |f: &Found| Found { cause: cut(&f.cause, LONGEST), fix: cut(&f.fix, LONGEST), ..*f };
        let entry = Entry {
            method: entry.method.clone(),
            target: entry.target.clone(),
            message: short(&entry.message),
            mistake: entry.mistake.clone(),
            cause: short(&entry.cause),
            fix: short(&entry.fix),
            findings: entry.findings.iter().take(FINDINGS).map(finding).collect(),
            note: short(&entry.note),
            ..*entry
        };
        let mut entries = self.lock();
        entries.push_front(entry);
        entries.truncate(KEPT);
    }

    /// What is kept, newest first.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
