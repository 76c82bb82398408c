mod agreement;
mod engine;
mod examples;
mod hostile;
mod log;
mod market;
mod server;
mod support;
