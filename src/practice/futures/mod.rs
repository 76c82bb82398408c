//! USD-M futures: perpetual contracts on the prices of Spot, with margin and positions.
//!
//! From below: a [`position`] and a [`contract`] are what is held and what is traded; [`state`] holds all that changes and the
//! simple moves, [`margin`] the figures that follow from it; [`matching`], [`place`] and [`algo`] are what happens to orders. Above
//! them are the endpoints. Market, book and tape are Spot's own parts, with numbers of their own. Nothing is liquidated, and
//! no funding is paid.

mod account;
mod algo;
mod algo_calls;
mod answers;
mod batch;
mod cancels;
mod contract;
mod history;
mod info;
mod margin;
mod market;
mod matching;
mod order;
mod past;
mod place;
mod position;
mod quotes;
mod settings;
mod state;
mod terms;

pub use contract::NEVER_MS;
pub use past::{account as practice_account, empty as empty_account};
pub use state::Futures;

use super::engine::Play::{self, Change, Look};
use super::spot::info::{ping, time};

/// What is played of USD-M futures, by the name that the catalogue has for it in `plays`.
pub const PLAYS: &[(&str, Play)] = &[
    ("futures-account", Look(|w, c| account::account(&w.futures, c))),
    ("futures-account-config", Look(|w, c| settings::account_config(&w.futures, c))),
    ("futures-account-v2", Look(|w, c| account::account_v2(&w.futures, c))),
    ("futures-agg-trades", Look(|w, c| market::agg_trades(&w.futures, c))),
    ("futures-algo-order", Look(|w, c| algo_calls::order(&w.futures, c))),
    ("futures-all-algo-orders", Look(|w, c| algo_calls::all(&w.futures, c))),
    ("futures-all-orders", Look(|w, c| history::all_orders(&w.futures, c))),
    ("futures-balance", Look(|w, c| account::balance(&w.futures, c))),
    ("futures-cancel-algo-open-orders", Change(|w, c| algo_calls::cancel_all(&mut w.futures, c))),
    ("futures-cancel-algo-order", Change(|w, c| algo_calls::cancel(&mut w.futures, c))),
    ("futures-cancel-all", Change(|w, c| cancels::all(&mut w.futures, c))),
    ("futures-cancel-batch", Change(|w, c| batch::cancel(&mut w.futures, c))),
    ("futures-cancel-order", Change(|w, c| cancels::order(&mut w.futures, c))),
    ("futures-commission-rate", Look(|w, c| settings::commission_rate(&w.futures, c))),
    ("futures-depth", Look(|w, c| market::depth(&w.futures, c))),
    ("futures-exchange-info", Look(|w, c| info::exchange_info(&w.futures, c))),
    ("futures-fee-burn", Look(|_, _| settings::fee_burn())),
    ("futures-funding-info", Look(|w, _| quotes::funding_info(&w.futures))),
    ("futures-funding-rate", Look(|w, c| quotes::funding_rate(&w.futures, c))),
    ("futures-income", Look(|w, c| history::income(&w.futures, c))),
    ("futures-klines", Look(|w, c| market::klines(&w.futures, c))),
    ("futures-leverage-bracket", Look(|w, c| info::leverage_bracket(&w.futures, c))),
    ("futures-multi-assets-margin", Look(|w, _| settings::multi_assets(&w.futures))),
    ("futures-new-algo-order", Change(|w, c| algo_calls::new_order(&mut w.futures, c))),
    ("futures-new-batch", Change(|w, c| batch::new_orders(&mut w.futures, c))),
    ("futures-new-order", Change(|w, c| place::new_order(&mut w.futures, c))),
    ("futures-open-algo-orders", Look(|w, c| algo_calls::open(&w.futures, c))),
    ("futures-open-order", Look(|w, c| history::open_order(&w.futures, c))),
    ("futures-open-orders", Look(|w, c| history::open_orders(&w.futures, c))),
    ("futures-order", Look(|w, c| history::order(&w.futures, c))),
    ("futures-order-test", Look(|w, c| place::test(&w.futures, c))),
    ("futures-ping", Look(|_, c| ping(c))),
    ("futures-position-mode", Look(|w, _| settings::position_mode(&w.futures))),
    ("futures-position-risk", Look(|w, c| account::position_risk(&w.futures, c))),
    ("futures-position-risk-v2", Look(|w, c| account::position_risk_v2(&w.futures, c))),
    ("futures-premium-index", Look(|w, c| quotes::premium_index(&w.futures, c))),
    ("futures-set-leverage", Change(|w, c| settings::set_leverage(&mut w.futures, c))),
    ("futures-set-margin-type", Change(|w, c| settings::set_margin_type(&mut w.futures, c))),
    ("futures-set-multi-assets-margin", Change(|w, c| settings::set_multi_assets(&mut w.futures, c))),
    ("futures-set-position-mode", Change(|w, c| settings::set_position_mode(&mut w.futures, c))),
    ("futures-symbol-config", Look(|w, c| settings::symbol_config(&w.futures, c))),
    ("futures-ticker-24hr", Look(|w, c| quotes::ticker_24hr(&w.futures, c))),
    ("futures-ticker-book-ticker", Look(|w, c| quotes::book_ticker(&w.futures, c))),
    ("futures-ticker-price", Look(|w, c| quotes::ticker_price(&w.futures, c))),
    ("futures-time", Look(|_, c| time(c))),
    ("futures-trades", Look(|w, c| market::trades(&w.futures, c))),
    ("futures-user-trades", Look(|w, c| history::user_trades(&w.futures, c))),
];
