//! Parameters, payload, keys and signatures.
