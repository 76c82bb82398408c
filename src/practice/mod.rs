//! The practice exchange: a real HTTP server on loopback with an account behind it.
