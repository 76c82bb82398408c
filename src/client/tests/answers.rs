use super::*;

#[test]
fn every_status_is_an_answer() {
    let cases = [
        ("200 OK", "{}"),
        ("400 Bad Request", r#"{"code":-1121,"msg":"Invalid symbol."}"#),
        ("403 Forbidden", "<html>blocked</html>"),
        ("404 Not Found", ""),
        ("418 I'm a teapot", r#"{"code":-1003,"msg":"banned"}"#),
        ("429 Too Many Requests", r#"{"code":-1003,"msg":"slow down"}"#),
        ("451 Unavailable For Legal Reasons", ""),
        ("500 Internal Server Error", "oops"),
        ("503", "x"),
    ];
    for (status, body) in cases {
        let answer =
            format!("HTTP/1.1 {status}\r\nRetry-After: 7\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let server = Server::answering(answer);
        let response = server.get(ClientOptions::default()).expect(status);
        assert_eq!(response.status.to_string(), status[..3], "{status}");
        assert_eq!(response.header("RETRY-after"), Some("7"), "{status}");
        assert_eq!(response.header("x-none"), None, "{status}");
        assert_eq!(drain(response), (body.to_owned(), None), "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[test]
fn redirects_are_answers_and_not_followed() {
    let elsewhere = Server::answering(ok("{}"));
    for status in [301, 302, 303, 307, 308] {
        let server = Server::answering(format!(
            "HTTP/1.1 {status} Moved\r\nLocation: {}/x\r\nContent-Length: 2\r\n\r\nno",
            elsewhere.base_url()
        ));
        for method in [Method::Get, Method::Post, Method::Delete] {
            let response = Client::new(ClientOptions::default())
                .send(&request(&server.base_url(), method), &[])
                .unwrap();
            assert_eq!(response.status, status, "{method}");
            assert_eq!(drain(response), ("no".to_owned(), None), "{status} {method}");
        }
        assert_eq!(server.requests().len(), 3, "{status}");
    }
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn interim_answers_are_passed_over() {
    let server = Server::answering(format!(
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n{}",
        ok("[1]")
    ));
    let response = server.get(ClientOptions::default()).unwrap();
    assert_eq!(drain(response), ("[1]".to_owned(), None));
}

#[test]
fn chunks_and_close_delimited_bodies_are_whole() {
    for answer in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n3;x=y\r\n,2]\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n[1,2]",
        "HTTP/1.0 200 OK\r\n\r\n[1,2]",
    ] {
        let response = Server::answering(answer).get(ClientOptions::default()).unwrap();
        assert_eq!(drain(response), ("[1,2]".to_owned(), None), "{answer}");
    }
}

/// `{"serverTime":1499827319559}`, by Python's gzip.
const GZIP: &str =
    "1f8b0800000000000203ab562a4e2d2a4b2d0ac9cc4d55b23234b1b4b430323736b43435b5ac0500e02460de1c000000";

/// 100,000 times `0`, by Python's gzip.
const BOMB: &str = "1f8b0800000000000203edc13101000000c2a04aeb9fce1a1e4001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000af0685c24dc5a0860100";

fn zipped(hex_text: &str) -> Vec<u8> {
    let body = hex::decode(hex_text).unwrap();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

#[test]
fn gzip_is_undone() {
    let response = Server::answering(zipped(GZIP)).get(ClientOptions::default()).unwrap();
    assert_eq!(response.header("content-encoding"), None);
    assert_eq!(drain(response), (r#"{"serverTime":1499827319559}"#.to_owned(), None));
}

#[test]
fn a_gzip_bomb_meets_the_bound() {
    let server = Server::answering(zipped(BOMB));
    for (limit, whole) in [(1000, false), (99_999, false), (100_000, true)] {
        let response = server.get(ClientOptions { longest_body: limit, ..ClientOptions::default() }).unwrap();
        let (text, error) = drain(response);
        assert!(text.len() as u64 <= limit, "{limit}");
        assert_eq!(error.is_none(), whole, "{limit}");
        assert!(
            whole || matches!(error, Some(BodyError::TooLarge { limit: l, .. }) if l == limit),
            "{limit}"
        );
    }
}

#[test]
fn bodies_that_end_early_are_never_taken_for_whole() {
    let cases: [(&str, Vec<u8>); 3] = [
        ("length", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,".to_vec()),
        ("chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,".to_vec()),
        ("gzip", zipped(GZIP)[..90].to_vec()),
    ];
    for (name, answer) in cases {
        let response = Server::answering(answer).get(ClientOptions::default()).expect(name);
        let (_, error) = drain(response);
        assert!(matches!(error, Some(BodyError::ClosedEarly { .. })), "{name}: {error:?}");
    }
}

#[test]
fn damaged_bodies_are_told_from_short_ones() {
    let broken_gzip = zipped(&GZIP.replace("7b", "7c").replacen("ab", "ba", 1));
    let cases: [(&str, Vec<u8>); 2] = [
        ("chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[1,2]\r\n0\r\n\r\n".to_vec()),
        ("gzip", broken_gzip),
    ];
    for (name, answer) in cases {
        let response = Server::answering(answer).get(ClientOptions::default()).expect(name);
        let (_, error) = drain(response);
        assert!(matches!(error, Some(BodyError::Damaged { .. })), "{name}: {error:?}");
    }
}

/// Closing with unread bytes makes the system send a reset instead of an end.
#[test]
fn a_reset_is_not_the_end_of_a_body() {
    let server = Server::raw(|stream, _| {
        let mut some = [0; 20];
        stream.read_exact(&mut some).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[1,").unwrap();
        std::thread::sleep(Duration::from_millis(400));
    });
    let response = server.get(ClientOptions::default()).unwrap();
    let (_, error) = drain(response);
    assert!(matches!(error, Some(BodyError::ClosedEarly { .. })), "{error:?}");
}

/// Waits for headers, but not long for a body.
fn impatient() -> ClientOptions {
    ClientOptions { pace: Pace { bytes: 1000, window: SHORT }, ..ClientOptions::default() }
}

#[test]
fn a_dripping_body_is_given_up() {
    let server = Server::after_request(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b"1").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let response = server.get(impatient()).unwrap();
    let (text, error) = drain(response);
    assert!(matches!(error, Some(BodyError::Stalled { bytes: 1000, .. })), "{error:?}");
    assert!(text.len() < 1000);
}

#[test]
fn a_body_that_outlasts_the_timeout_but_keeps_its_pace_is_whole() {
    let server = Server::after_request(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8000\r\n\r\n");
        for _ in 0..8 {
            let _ = stream.write_all(&[b'1'; 1000]);
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let pace = Pace { bytes: 1000, window: Duration::from_secs(5) };
    let options = ClientOptions { timeout: Duration::from_secs(1), pace, ..ClientOptions::default() };
    assert_eq!(drain(server.get(options).unwrap()), ("1".repeat(8000), None));
}

#[test]
fn a_pause_of_the_reader_is_not_one_of_the_server() {
    let response = Server::answering(ok("[1]")).get(impatient()).unwrap();
    std::thread::sleep(SHORT * 2);
    assert_eq!(drain(response), ("[1]".to_owned(), None));
}

#[test]
fn elapsed_is_the_time_to_the_headers() {
    let server = Server::after_request(|stream| {
        std::thread::sleep(Duration::from_millis(100));
        let _ = stream.write_all(ok("{}").as_bytes());
    });
    let elapsed = server.get(ClientOptions::default()).unwrap().elapsed;
    assert!(elapsed >= Duration::from_millis(90) && elapsed < Duration::from_secs(8), "{elapsed:?}");
}
