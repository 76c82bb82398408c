//! Every fault and option with what it does, for the help and the guide.

use super::answers::{self, Times};

/// A fault or an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is typed, with a value that shows its form.
    pub word: String,
    /// Whether `-before` or `-after` is added to it.
    pub timed: bool,
    /// What it does.
    pub about: String,
}

impl Row {
    /// As it stands in a list.
    pub fn shown(&self) -> String {
        if self.timed { format!("{0}-before, {0}-after", self.word) } else { self.word.clone() }
    }

    /// The words that it stands for.
    pub(super) fn typed(&self) -> Vec<String> {
        if self.timed {
            return vec![format!("{}-before", self.word), format!("{}-after", self.word)];
        }
        let name = self.word.split_inclusive('=').next().unwrap_or_default();
        vec![name.to_owned()]
    }
}

/// What becomes of a request without an answer of the table in data.
const ENDINGS: [(&str, bool, &str); 4] = [
    ("drop", true, "the connection is closed without an answer"),
    ("reset", true, "the connection is reset (RST) without an answer"),
    ("half-answer", false, "executed; the connection is closed in the middle of the answer's body"),
    ("stale", false, "a read that was accepted before gets the body that it got then"),
];

/// What goes along with the others.
const OPTIONS: [(&str, &str); 6] = [
    ("latency=500ms", "executed at once, and answered so much later; also for the other faults"),
    ("clock=+1500ms", "the exchange's clock is off by so much: an honest timestamp gets -1021"),
    ("retry-after=30", "the seconds in `Retry-After` of 429 and 418"),
    ("skip=1", "how many requests that fit pass first; `after=1` is the same"),
    ("count=2", "how many requests it hits; all, if it is left out"),
    ("chance=0.1", "how likely it hits; `--fault-seed` gives another sequence"),
];

/// Every fault, then every option.
pub fn table() -> Vec<Row> {
    let answers = answers::all().iter().map(|answer| Row {
        word: answer.word.clone(),
        timed: answer.when == Times::Either,
        about: answer.about.clone(),
    });
    let row = |word: &str, timed, about: &str| Row { word: word.to_owned(), timed, about: about.to_owned() };
    let endings = ENDINGS.iter().map(|(word, timed, about)| row(word, *timed, about));
    let options = OPTIONS.iter().map(|(word, about)| row(word, false, about));
    answers.chain(endings).chain(options).collect()
}
