mod agreement;
mod engine;
mod hostile;
mod log;
mod market;
mod server;
mod support;
