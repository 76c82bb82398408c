//! `bnq` queries Binance's signed endpoints and shows why a signed request is refused.
//!
//! Imports point downward in this list and never up; a test holds them to it:
//! [`cli`], [`render`], [`practice`], [`state`], [`client`], [`reading`], [`diagnose`], [`explain`], [`config`], [`signing`], [`catalogue`]; below all of them are [`text`] and the statics that `build.rs` makes.
//! `catalogue`, `signing`, `explain`, `diagnose` and `reading` do no input or output and are given the time as a value.

pub mod catalogue;
pub mod cli;
pub mod client;
pub mod config;
mod data;
pub mod diagnose;
pub mod explain;
pub mod practice;
pub mod reading;
pub mod render;
pub mod signing;
pub mod state;
pub mod text;
