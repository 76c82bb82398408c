//! Checks a received request as the exchange does, and says what is wrong with it.
