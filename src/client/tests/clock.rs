use std::time::Duration;

use super::*;
use crate::client::Headers;

fn answer(status: u16, body: &str, elapsed_ms: u64) -> Response {
    let mut response = Response::new(status, Headers::default(), body);
    response.elapsed = Duration::from_millis(elapsed_ms);
    response
}

#[test]
fn offsets() {
    // Local time on arrival, round trip, server time, offset.
    let cases = [
        ("in step", 1_000_100, 200, "1000000", 0),
        ("server ahead", 1_000_100, 200, "1005000", 5000),
        ("server behind", 1_000_100, 200, "995000", -5000),
        ("no time at all", 1_000_000, 0, "1000000", 0),
        ("odd round trip", 1_000_000, 3, "1000000", 1),
        ("milliseconds", 1_499_827_319_559, 0, "1499827319560", 1),
        ("microseconds", 1_499_827_319_559, 0, "1499827319560999", 1),
    ];
    for (name, received_ms, round_trip_ms, server, offset_ms) in cases {
        let body = format!(r#"{{"serverTime":{server}}}"#);
        let reading = measure_offset(|| Ok(answer(200, &body, round_trip_ms)), || received_ms).expect(name);
        assert_eq!(reading.offset_ms, offset_ms, "{name}");
        assert_eq!(u64::try_from(reading.round_trip_ms), Ok(round_trip_ms), "{name}");
    }
}

#[test]
fn the_clock_is_read_after_the_answer() {
    let arrived = std::cell::Cell::new(false);
    let send = || {
        arrived.set(true);
        Ok(answer(200, r#"{"serverTime":1}"#, 0))
    };
    let now = || {
        assert!(arrived.get());
        1
    };
    assert_eq!(measure_offset(send, now).unwrap().offset_ms, 0);
}

#[test]
fn answers_without_a_time() {
    for body in
        ["", "{}", "[]", r#"{"serverTime":"1"}"#, r#"{"serverTime":0}"#, r#"{"serverTime":-5}"#, "<html>"]
    {
        let result = measure_offset(|| Ok(answer(200, body, 0)), || 0);
        assert!(matches!(result, Err(ClockError::NoTime)), "{body}: {result:?}");
    }
    let result = measure_offset(|| Ok(answer(503, "{}", 0)), || 0);
    assert!(matches!(result, Err(ClockError::Status(503))), "{result:?}");
    let lost = || Err(SendError::PlainHttp { host: "h".to_owned() });
    assert!(matches!(measure_offset(lost, || 0), Err(ClockError::Send(_))));
}
