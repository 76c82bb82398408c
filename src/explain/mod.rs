//! What the exchange's errors mean: look-up by code, status or message.
