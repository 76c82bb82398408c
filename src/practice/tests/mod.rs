mod agreement;
mod engine;
mod examples;
mod hostile;
mod invariants;
mod log;
mod market;
mod server;
pub(super) mod support;
