//! Black-box tests: the real binary, against the practice exchange and against servers that misbehave.

mod bad_input;
mod changes;
mod credentials;
mod help;
mod output;
mod practice;
mod readme;
mod signing;
mod support;
