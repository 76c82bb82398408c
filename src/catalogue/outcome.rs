use super::{MISSING, OUTCOME_NAMES, STATE_WORDS};
use crate::data::{Span, Text};

/// What became of an order, a list of orders, a withdrawal or a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Filled, all of it.
    Filled,
    /// Accepted, and not over yet; part of it may have filled.
    Open,
    /// Carried out and over, where the exchange's word does not tell more.
    Done,
    /// Cancelled.
    Cancelled,
    /// Not accepted.
    Rejected,
    /// Ended by the rules of its kind, or by the exchange.
    Expired,
}

/// How the answer of a read tells what became of a change.
pub struct Outcome {
    pub(super) usual: bool,
    pub(super) id: Text,
    pub(super) items: Text,
    pub(super) at: Text,
    pub(super) executed: Text,
    pub(super) words: Span,
    pub(super) missing: Span,
    pub(super) names: Span,
}

impl Outcome {
    /// Whether it is asked where nobody says what was sent to the group.
    pub fn usual(&self) -> bool {
        self.usual
    }

    /// The parameter that names what is asked about; in a list, also the member that holds the name.
    pub fn id(&self) -> &'static str {
        self.id.as_str()
    }

    /// The member with the list of which one item is the answer: `*` where the answer itself is that list, `None` where it
    /// is no list.
    pub fn items(&self) -> Option<&'static str> {
        self.items.given()
    }

    /// The parameters by which changes of the group name what this can be asked about as well, besides the ids by which they
    /// are settled: `list.member` where it is a member of each item of a JSON list.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.of(&OUTCOME_NAMES).iter().map(|name| name.as_str())
    }

    /// The member that holds the state.
    pub fn at(&self) -> &'static str {
        self.at.as_str()
    }

    /// The member that tells how much was executed.
    pub fn executed(&self) -> Option<&'static str> {
        self.executed.given()
    }

    /// What a word in the place of the state means; `None` for one that is not known.
    pub fn state(&self, word: &str) -> Option<OrderState> {
        self.words.of(&STATE_WORDS).iter().find(|w| w.word.as_str() == word).map(|w| w.state)
    }

    /// Whether a refusal with this code says that there is no such thing, or none of which anything was executed.
    pub fn is_missing(&self, code: i64) -> bool {
        self.missing.of(&MISSING).iter().any(|missing| i64::from(*missing) == code)
    }
}

pub(super) struct StateWord {
    pub(super) word: Text,
    pub(super) state: OrderState,
}
