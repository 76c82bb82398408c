//! The ids by which the changes of a batch are asked for.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::cli::exit::Failure;
use crate::cli::query::Query;
use crate::cli::settling::Question;

/// Tells questions apart; more of a digest would say no more.
const DIGEST: usize = 16;

/// Which line each question is about.
#[derive(Default)]
pub struct Ids(HashMap<[u8; DIGEST], usize>);

impl Ids {
    /// Takes the id of a line. The exchange lets an id be used again once its order is filled or cancelled; but if the outcome
    /// of one of two such lines is unknown, the answer to the question about it can be about the other.
    ///
    /// # Errors
    /// A usage failure if an earlier line would be asked for by the same question.
    pub fn take(&mut self, line: usize, query: &Query<'_>) -> Result<(), Failure> {
        let Some(question) = Question::of(query) else { return Ok(()) };
        let text = format!("{}?{}", question.ask.path(), question.parameters.encode());
        let mut digest = [0; DIGEST];
        digest.iter_mut().zip(Sha256::digest(text)).for_each(|(to, from)| *to = from);
        match (self.0.insert(digest, line), &query.id) {
            (Some(earlier), Some((name, id))) => {
                Err(Failure::usage(format!("it has the {name} of line {earlier}, {id}"))
                    .with_cause("what became of one could not be told from what became of the other")
                    .with_fix(format!(
                        "give each a {name} of its own, or leave it out: bnq makes one; to use one again, run another batch"
                    )))
            }
            _ => Ok(()),
        }
    }
}
