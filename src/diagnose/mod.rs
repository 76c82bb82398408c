//! Checks a received request as the exchange does, and says what is wrong with it.
//!
//! One definition with two callers: the practice exchange answers with the verdict, and what is said about a refused
//! request comes from the same place. Bytes are checked as they were received; nothing is parsed and encoded again, or
//! that would repair the very mistakes to be found.

mod address;
mod characters;
mod checks;
mod diagnosis;
mod examined;
mod explained;
mod finding;
mod key_header;
mod received;
mod search;
mod shape;
mod signature;
mod symbols;
mod time;
mod verdict;
mod verify;

pub use characters::{ValueMistake, value_mistake};
pub use checks::{AHEAD_LIMIT_US, SIGNING, TIME_UNIT_HEADER};
pub use diagnosis::{Answer, Case, Diagnosis, OwnKey, Scheme, diagnose};
pub use finding::{Certainty, Finding};
pub use received::ReceivedRequest;
pub use symbols::is_likely_symbol;
pub use verdict::{Accepted, Refusal, Verdict};
pub use verify::{Gate, KnownKey, endpoint_of, verify, verify_part};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
