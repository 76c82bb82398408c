use std::time::Instant;

use super::*;

/// What the server does with a connection whose request it has read, and the error that has to come of it.
struct Case {
    name: &'static str,
    answer: Vec<u8>,
    /// Keep the connection open for a while after the answer.
    linger: bool,
    expected: fn(&SendError) -> bool,
}

fn cases() -> Vec<Case> {
    let closed = |error: &SendError| matches!(error, SendError::Closed { began: false, .. });
    let cut = |error: &SendError| matches!(error, SendError::Closed { began: true, .. });
    let late = |error: &SendError| matches!(error, SendError::NoAnswer { .. });
    let malformed = |error: &SendError| matches!(error, SendError::Malformed { .. });
    let large =
        |error: &SendError| matches!(error, SendError::HeadersTooLarge { .. } | SendError::Malformed { .. });
    let case = |name, answer: &str, linger, expected| Case { name, answer: answer.into(), linger, expected };
    let wide = format!("HTTP/1.1 200 OK\r\nX-Big: {}\r\n\r\n", "x".repeat(100 * 1024));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-A: b\r\n".repeat(1000));
    vec![
        case("closes without an answer", "", false, closed),
        case("closes in the status line", "HTTP/1.", false, cut),
        case("closes in the headers", "HTTP/1.1 200 OK\r\nContent-Le", false, cut),
        case("never answers", "", true, late),
        case("stops in the headers", "HTTP/1.1 200 OK\r\nContent-Le", true, late),
        case("only interim answers", "HTTP/1.1 100 Continue\r\n\r\n", true, late),
        case("garbage", "SSH-2.0-OpenSSH_9.9\r\n", true, malformed),
        case("HTTP/2", "HTTP/2 200\r\n\r\n", true, malformed),
        case("status below 100", "HTTP/1.1 099 No\r\n\r\n", true, malformed),
        case(
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
            true,
            malformed,
        ),
        case("100 KiB of headers", &wide, true, large),
        case("1000 headers", &many, true, large),
    ]
}

#[test]
fn after_the_request_every_failure_may_have_left_and_is_sent_once() {
    for case in cases() {
        let (answer, linger) = (case.answer.clone(), case.linger);
        let server = Server::after_request(move |stream| {
            let _ = stream.write_all(&answer);
            if linger {
                // Until the client gives up.
                let _ = stream.read(&mut [0]);
            }
        });
        let late = ["never answers", "stops in the headers", "only interim answers"].contains(&case.name);
        for method in [Method::Get, Method::Post] {
            let options = if late { hasty() } else { ClientOptions::default() };
            let error =
                Client::new(options).send(&request(&server.base_url(), method), &[]).expect_err(case.name);
            assert!((case.expected)(&error), "{} {method}: {error:?}", case.name);
            assert!(error.request_may_have_left() && !error.is_configuration(), "{}: {error}", case.name);
            assert!(
                error.to_string().starts_with(&format!("127.0.0.1:{}", server.port)),
                "{}: {error}",
                case.name
            );
        }
        assert_eq!(server.requests().len(), 2, "{}: one connection for each request", case.name);
    }
}

/// Closing with unread bytes makes the system send a reset instead of an end.
#[test]
fn resets_may_have_left() {
    for read in [0, 1, 50] {
        let connections = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&connections);
        let server = Server::raw(move |stream, _| {
            *counted.lock().unwrap() += 1;
            stream.read_exact(&mut vec![0; read]).unwrap();
            std::thread::sleep(Duration::from_millis(50));
        });
        let error = server.get(ClientOptions::default()).expect_err("a reset");
        assert!(matches!(error, SendError::Broken { .. }), "{read}: {error:?}");
        assert!(error.request_may_have_left(), "{read}");
        assert_eq!(*connections.lock().unwrap(), 1, "{read}");
    }
}

#[test]
fn dripping_headers_do_not_move_the_deadline() {
    let server = Server::after_request(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX-Drip: ");
        while stream.write_all(b"1").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let began = Instant::now();
    let error = server.get(hasty()).unwrap_err();
    assert!(matches!(error, SendError::NoAnswer { .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(8));
    assert!(error.to_string().contains("within 0.3 s"), "{error}");
}

#[test]
fn a_refused_connection_was_not_sent() {
    let port = free_port();
    let error = Client::new(ClientOptions::default())
        .send(&request(&format!("http://127.0.0.1:{port}"), Method::Post), &[])
        .unwrap_err();
    assert!(matches!(error, SendError::Connect { .. }), "{error:?}");
    assert!(!error.request_may_have_left() && !error.is_configuration());
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
}

/// RFC 2606 keeps `.invalid` free of addresses, and a machine without a resolver fails as well.
#[test]
fn an_unknown_name_was_not_sent() {
    let error = Client::new(hasty()).send(&request("https://example.invalid", Method::Get), &[]).unwrap_err();
    let expected = matches!(
        error,
        SendError::NameNotFound { .. } | SendError::ConnectTimeout { stage: super::super::Stage::LookUp, .. }
    );
    assert!(expected && !error.request_may_have_left(), "{error:?}");
    assert!(error.to_string().contains("example.invalid"), "{error}");
}

/// A port that nothing listens on.
pub(super) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
