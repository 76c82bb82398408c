//! What an answer tells of the state, in the words that `bnq settle` prints.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::catalogue::{OrderState, Outcome};
use crate::cli::exit::Kind;

/// What became of a change. The words are public: scripts branch on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Filled, all of it.
    Filled,
    /// Accepted and not over yet.
    Open,
    /// Carried out and over.
    Done,
    /// Over, after a part of it was executed.
    PartlyFilled,
    /// Cancelled.
    Cancelled,
    /// Not accepted.
    Rejected,
    /// Ended by its rules.
    Expired,
    /// Not there, and it can no longer arrive.
    NotFound,
    /// Not known.
    Unknown,
}

impl State {
    /// The word on stdout.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::Open => "open",
            Self::Done => "done",
            Self::PartlyFilled => "partly-filled",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::NotFound => "not-found",
            Self::Unknown => "unknown",
        }
    }

    /// What kind of failure it is; `None` for a success.
    pub fn failure(self) -> Option<Kind> {
        match self {
            Self::Filled | Self::Open | Self::Done => None,
            Self::PartlyFilled => Some(Kind::Partial),
            Self::Cancelled | Self::Rejected | Self::Expired | Self::NotFound => Some(Kind::Refused),
            Self::Unknown => Some(Kind::Unknown),
        }
    }

    /// The state by the exchange's word and by how much was executed.
    fn of(state: OrderState, executed: Option<&str>) -> Self {
        let some = executed.is_some_and(|text| text.bytes().any(|b| (b'1'..=b'9').contains(&b)));
        match state {
            OrderState::Filled => Self::Filled,
            OrderState::Open => Self::Open,
            OrderState::Done => Self::Done,
            OrderState::Cancelled | OrderState::Rejected | OrderState::Expired if some => Self::PartlyFilled,
            OrderState::Cancelled => Self::Cancelled,
            OrderState::Rejected => Self::Rejected,
            OrderState::Expired => Self::Expired,
        }
    }
}

/// What an accepted answer tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Reading {
    /// The state, the part of the answer that told it, and the words that tell it to people.
    Told(State, String, String),
    /// A list without it.
    Absent,
    /// No state that is known.
    Unreadable(String),
}

/// Reads an accepted answer to a question about `id`.
pub fn read(outcome: &Outcome, id: Option<&str>, answer: &str) -> Reading {
    let Ok(answer) = serde_json::from_str::<&RawValue>(answer) else {
        return Reading::Unreadable("the answer is not JSON".to_owned());
    };
    let order = match outcome.items() {
        None => answer,
        Some(place) => {
            let list = if place == "*" { Some(answer) } else { member(answer, place) };
            let items = list.and_then(|list| serde_json::from_str::<Vec<&RawValue>>(list.get()).ok());
            let Some(items) = items else {
                return Reading::Unreadable("the answer has no list".to_owned());
            };
            let named = |item: &&RawValue| member(item, outcome.id()).map(text).as_deref() == id;
            let Some(found) = items.into_iter().find(named) else { return Reading::Absent };
            found
        }
    };
    let Some(word) = member(order, outcome.at()).map(text) else {
        return Reading::Unreadable(format!("the answer has no `{}`", outcome.at()));
    };
    let Some(state) = outcome.state(&word) else {
        return Reading::Unreadable(format!("`{}` is `{word}`, which is not known here", outcome.at()));
    };
    let executed = outcome.executed().and_then(|name| Some((name, text(member(order, name)?))));
    let told = executed.as_ref().map(|(name, much)| format!(", {name} {much}")).unwrap_or_default();
    let state = State::of(state, executed.as_ref().map(|(_, much)| much.as_str()));
    Reading::Told(state, order.get().to_owned(), format!("{} {word}{told}", outcome.at()))
}

fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(object.get()).ok()?;
    members.get(name).copied()
}

/// A string without its quotes; anything else with its characters.
fn text(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn told(group: &str, command: &str, answer: &str) -> Result<State, String> {
        let outcome = catalogue::find(group, command).unwrap().outcome().unwrap();
        match read(outcome, Some("mine"), answer) {
            Reading::Told(state, order, _) => {
                assert!(answer.contains(&order), "{order}");
                Ok(state)
            }
            Reading::Absent => Err("absent".to_owned()),
            Reading::Unreadable(why) => Err(why),
        }
    }

    #[test]
    fn the_state_is_read_where_the_catalogue_says() {
        let spot = |status: &str, executed: &str| {
            told(
                "spot",
                "order",
                &format!(r#"{{"orderId":1,"status":"{status}","executedQty":"{executed}"}}"#),
            )
        };
        let cases = [
            ("FILLED", "1.00", State::Filled),
            ("NEW", "0.00", State::Open),
            ("PENDING_NEW", "0.00", State::Open),
            ("PARTIALLY_FILLED", "0.50", State::Open),
            ("CANCELED", "0.00000000", State::Cancelled),
            ("CANCELED", "0.00000001", State::PartlyFilled),
            ("EXPIRED", "0", State::Expired),
            ("EXPIRED", "10", State::PartlyFilled),
            ("EXPIRED_IN_MATCH", "0", State::Expired),
            ("REJECTED", "0", State::Rejected),
        ];
        for (status, executed, state) in cases {
            assert_eq!(spot(status, executed), Ok(state), "{status} {executed}");
        }
        assert!(spot("NEW_INSURANCE", "0").unwrap_err().contains("`NEW_INSURANCE`"));
    }

    #[test]
    fn every_form_of_answer_is_read() {
        let cases = [
            ("spot", "order-list", r#"{"listOrderStatus":"EXECUTING"}"#, Ok(State::Open)),
            ("spot", "order-list", r#"{"listOrderStatus":"ALL_DONE"}"#, Ok(State::Done)),
            ("futures", "algo-order", r#"{"algoStatus":"FINISHED"}"#, Ok(State::Done)),
            ("options", "order", r#"{"status":"CANCELLED","executedQty":"0"}"#, Ok(State::Cancelled)),
            ("wallet", "withdraw-history", r#"[{"withdrawOrderId":"mine","status":6}]"#, Ok(State::Done)),
            ("wallet", "withdraw-history", r#"[{"withdrawOrderId":"mine","status":3}]"#, Ok(State::Rejected)),
            ("wallet", "withdraw-history", r#"[{"withdrawOrderId":"other","status":6}]"#, Err("absent")),
            ("wallet", "withdraw-history", "[]", Err("absent")),
            ("wallet", "withdraw-history", "{}", Err("the answer has no list")),
            (
                "sub-account",
                "universal-transfer",
                r#"{"result":[{"clientTranId":"other","status":"FAILURE"},{"clientTranId":"mine","status":"SUCCESS"}]}"#,
                Ok(State::Done),
            ),
            ("spot", "order", "{}", Err("the answer has no `status`")),
            ("spot", "order", "[]", Err("the answer has no `status`")),
            ("spot", "order", "<html>", Err("the answer is not JSON")),
            ("spot", "order", "", Err("the answer is not JSON")),
        ];
        for (group, command, answer, expected) in cases {
            assert_eq!(told(group, command, answer), expected.map_err(str::to_owned), "{command} {answer}");
        }
    }

    #[test]
    fn what_was_accepted_is_a_success_and_nothing_else_is() {
        let cases = [
            (State::Filled, None),
            (State::Open, None),
            (State::Done, None),
            (State::PartlyFilled, Some(10)),
            (State::Cancelled, Some(7)),
            (State::Rejected, Some(7)),
            (State::Expired, Some(7)),
            (State::NotFound, Some(7)),
            (State::Unknown, Some(9)),
        ];
        for (state, code) in cases {
            assert_eq!(state.failure().map(Kind::exit_code), code, "{}", state.word());
        }
    }
}
