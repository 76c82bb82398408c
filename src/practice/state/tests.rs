//! Several states on one file, as several processes have them.

use std::path::Path;

use serde_json::Value;

use super::State;
use crate::catalogue;
use crate::practice::engine::{Call, Played};
use crate::practice::exchange::Clock;
use crate::practice::limits::Limits;
use crate::practice::spot::Opening;
use crate::practice::state::StateProblem;

const NOW_MS: i64 = 1_772_323_200_000;
const MINUTE_US: i64 = 60_000_000;

fn state(path: &Path, minutes: i64) -> State {
    State::kept(Opening::practice(), Clock::Fixed(NOW_MS * 1000 + minutes * MINUTE_US), path).unwrap()
}

fn play(state: &State, method: &str, path: &str, query: &str) -> Value {
    play_at(state, state.clock.now_us(), (method, path, query))
}

fn play_at(state: &State, now_us: i64, (method, path, query): (&str, &str, &str)) -> Value {
    let endpoint = catalogue::at_path(path).find(|e| e.method().as_str() == method).unwrap();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let parameters: Vec<_> = pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let limits = Limits::unenforced();
    let call = Call {
        endpoint,
        parameters: &parameters,
        api_key: None,
        keys: None,
        limits: &limits,
        now_us,
        told_us: now_us,
        microseconds: false,
    };
    match state.play(&call).0 {
        Ok(Played::Answer(body)) => serde_json::from_str(&body).unwrap(),
        Ok(Played::Example(_)) => panic!("{path} is not played"),
        Err(failure) => panic!("{path} {query}: {failure:?}"),
    }
}

const BUY: &str = "symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=100&price=0.00000505";

#[test]
fn a_process_that_is_ahead_goes_back_for_what_another_one_did_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let (early, late) = (state(&path, 0), state(&path, 1_000));
    // The later one has had minutes in which orders of the account were met.
    play(&late, "GET", "/api/v3/account", "");
    let placed = play(&early, "POST", "/api/v3/order", BUY);
    let query = format!("symbol=ARKBTC&orderId={}", placed["orderId"]);
    assert_eq!(play(&late, "GET", "/api/v3/order", &query)["time"], NOW_MS);
    // A change is never earlier than one before it.
    let placed = play(&late, "POST", "/api/v3/order", BUY);
    let later = NOW_MS + 1_000 * 60_000;
    assert_eq!(placed["transactTime"], later);
    assert_eq!(play(&early, "POST", "/api/v3/order", BUY)["transactTime"], later);
    for path in ["/api/v3/account", "/api/v3/openOrders"] {
        let answers = [&early, &late].map(|state| play(state, "GET", path, ""));
        assert_eq!(answers[0], answers[1], "{path}");
    }
    let again = state(&path, 1_000);
    assert_eq!(play(&again, "GET", "/api/v3/account", ""), play(&late, "GET", "/api/v3/account", ""));
}

#[test]
fn it_does_not_matter_when_somebody_asks() {
    let folder = tempfile::tempdir().unwrap();
    let (often, once) = (state(&folder.path().join("often"), 0), state(&folder.path().join("once"), 0));
    for state in [&often, &once] {
        for (symbol, side, price) in
            [("BTCUSDT", "BUY", "94000"), ("ETHUSDT", "BUY", "3380"), ("ARKBTC", "SELL", "0.00000510")]
        {
            let terms = format!("symbol={symbol}&side={side}&type=LIMIT&timeInForce=GTC&price={price}");
            let quantity = if symbol == "BTCUSDT" { "0.01" } else { "40" };
            let quantity = if symbol == "ETHUSDT" { "1" } else { quantity };
            play(state, "POST", "/api/v3/order", &format!("{terms}&quantity={quantity}"));
        }
    }
    let at = |minutes: i64| NOW_MS * 1000 + minutes * MINUTE_US;
    for minutes in (0..700).step_by(7) {
        play_at(&often, at(minutes), ("GET", "/api/v3/account", ""));
    }
    for question in
        [("/api/v3/account", ""), ("/api/v3/openOrders", ""), ("/api/v3/myTrades", "symbol=BTCUSDT")]
    {
        let answers = [&often, &once].map(|s| play_at(s, at(700), ("GET", question.0, question.1)));
        assert_eq!(answers[0], answers[1], "{question:?}");
    }
}

#[test]
fn sums_of_trades_are_those_of_candles() {
    use crate::practice::spot::candles::Candle;
    let mut spot = Opening::practice().begin(NOW_MS);
    spot.advance(NOW_MS + 30 * 60_000);
    let tape = &spot.lanes[0].tape;
    for (begin, end) in
        [(-9, -3), (-9, 0), (-9, 1), (-9, 7), (0, 1), (0, 2), (3, 4), (3, 29), (29, 40), (5, 5)]
    {
        let (begin, end) = (NOW_MS + begin * 60_000, NOW_MS + end * 60_000);
        let candle = Candle::of(tape, begin, end);
        assert_eq!(tape.traded(begin, end), (candle.volume, candle.quote_volume), "{begin} {end}");
    }
}

#[test]
fn futures_and_transfers_are_kept_whenever_somebody_asks() {
    let folder = tempfile::tempdir().unwrap();
    let [often, once] = ["often", "once"].map(|name| folder.path().join(name));
    let changes = [
        ("POST", "/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE&asset=USDT&amount=12.5".to_owned()),
        ("POST", "/fapi/v1/order", "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.05".to_owned()),
        (
            "POST",
            "/fapi/v1/order",
            format!(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTD&quantity=0.1&price=3430&goodTillDate={}",
                NOW_MS + 3_000_000
            ),
        ),
        (
            "POST",
            "/fapi/v1/algoOrder",
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TRAILING_STOP_MARKET&quantity=0.02&callbackRate=0.2"
                .to_owned(),
        ),
    ];
    let reads = [
        ("/fapi/v3/account", ""),
        ("/fapi/v1/allOrders", ""),
        ("/fapi/v1/allAlgoOrders", "symbol=BTCUSDT"),
        ("/fapi/v1/income", ""),
        ("/sapi/v1/asset/transfer", "type=MAIN_UMFUTURE"),
    ];
    for path in [&often, &once] {
        let state = state(path, 0);
        for (method, path, query) in &changes {
            play(&state, method, path, query);
        }
    }
    let last = 300;
    let asked = state(&often, 0);
    for minute in 0..last {
        play_at(&asked, NOW_MS * 1000 + minute * MINUTE_US, ("GET", "/fapi/v3/account", ""));
    }
    let (end, unasked) = (NOW_MS * 1000 + last * MINUTE_US, state(&once, 0));
    for (path, query) in reads {
        let answers = [&asked, &unasked].map(|state| play_at(state, end, ("GET", path, query)));
        assert_eq!(answers[0], answers[1], "{path}");
    }
    let algos = play_at(&asked, end, ("GET", "/fapi/v1/allAlgoOrders", "symbol=BTCUSDT"));
    assert_eq!(algos[0]["algoStatus"], "FINISHED", "the price has waves of more than that: {algos}");
}

#[test]
fn a_state_is_not_taken_on_after_too_long_or_before_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    play(&state(&path, 10), "POST", "/api/v3/order", BUY);
    let opened = |minutes: i64| {
        State::kept(Opening::practice(), Clock::Fixed(NOW_MS * 1000 + minutes * MINUTE_US), &path).map(|_| ())
    };
    assert!(opened(10).is_ok());
    assert!(matches!(opened(9).unwrap_err().problem, StateProblem::Later(_)));
    assert!(matches!(opened(10 + 402 * 24 * 60).unwrap_err().problem, StateProblem::Old(402)));
}
