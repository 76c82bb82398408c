use std::io;
use std::path::PathBuf;

use crate::config::FileProblem;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the state file {} {problem}", path.display())]
pub struct StateError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: StateProblem,
}

/// What is wrong with a state file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StateProblem {
    /// It breaks the rule for files that are believed.
    #[error("{}", .0.advice())]
    Untrusted(FileProblem),
    /// It is a link.
    #[error("is a link; name the file that it leads to")]
    Link,
    /// Its first line says nothing that is known.
    #[error("is none that bnq wrote; name another one, which is made if it is not there")]
    Foreign,
    /// It has the form of a later version.
    #[error("has the form {0} of a later bnq, and this one writes 1; use that bnq, or name another file")]
    Newer(u64),
    /// It began with another account.
    #[error(
        "began with another account: symbols, balances, fees or past orders differ; give the --account that it began with, or name another state file"
    )]
    OtherAccount,
    /// A line cannot be read.
    #[error(
        "is damaged in line {0}; take a copy of it from before, or cut it off from that line on, which loses what came after"
    )]
    Damaged(usize),
    /// A line gives another answer than the one that was given.
    #[error(
        "tells in line {0} what now has another answer than when it was written: it was changed by hand, or written by another version of bnq; use that version, or name another file"
    )]
    Differs(usize),
    /// So many days have passed since the last change.
    #[error("was last changed {0} days ago, and at most 400 can be made up for; name another file")]
    Old(i64),
    /// The clock stands before the last change, which was at this time, in milliseconds.
    #[error(
        "goes on to {0}, which is later than --fixed-time; give that time or a later one, or name another file"
    )]
    Later(i64),
    /// It was deleted while it was in use.
    #[error("was deleted; start `bnq serve` again")]
    Deleted,
    /// The world in memory was lost and could not be made again.
    #[error("could not be read again after a failure; start `bnq serve` again")]
    Lost,
    /// The system refuses to read, lock or write it.
    #[error("cannot be {0}: {1}")]
    Io(&'static str, #[source] io::Error),
}
