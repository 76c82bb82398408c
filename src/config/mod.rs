//! Profiles and credentials, and where each value came from.
