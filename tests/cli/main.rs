//! Black-box tests: the real binary, against the practice exchange and against servers that misbehave.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test says with a panic that it failed, and a table is as long as it has cases"
)]

mod account;
mod addresses;
mod away;
mod bad_input;
mod batch;
mod catalogue;
mod changes;
mod check;
mod client;
mod clock;
mod completions;
mod credentials;
mod doctor;
mod endpoints;
mod explain;
mod faults;
mod files;
mod help;
mod hostile;
mod interrupts;
mod journal;
mod limits;
mod made_up;
mod man;
mod matrix;
mod mistakes;
mod moving;
mod output;
mod pages;
mod practice;
mod readme;
mod request;
mod resend;
mod secrets;
mod settle;
mod signing;
mod state;
mod support;
mod windows;
