//! A kept connection is used again only where that is safe, and what was written on it is never written again.

use std::net::Shutdown;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;

use super::*;

/// What the server does on its first connection, after the first answer.
#[derive(Clone, Copy, PartialEq)]
enum After {
    /// Answers what follows.
    Serves,
    /// Closes at once.
    Closes,
    /// Sends bytes that belong to no request.
    Babbles,
    /// Takes the next request, and closes without an answer.
    Drops,
}

struct Outcome {
    connections: usize,
    requests: usize,
    second: Result<String, SendError>,
}

/// Two requests of one client; the first answer is read to its end if `reads`.
fn two_requests(first: &str, after: After, reads: bool) -> Outcome {
    let connections = Arc::new(AtomicUsize::new(0));
    let (tell, told) = mpsc::channel();
    let (first, counted) = (first.to_owned(), Arc::clone(&connections));
    let server = Server::raw(move |stream, seen| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        for turn in 0.. {
            let request = read_request(stream);
            if request.is_empty() {
                return;
            }
            seen.lock().unwrap().push(request);
            if is_first && turn == 0 {
                // Whoever does not read to the end may close before it.
                let _ = stream.write_all(first.as_bytes());
                match after {
                    After::Closes => stream.shutdown(Shutdown::Both).unwrap(),
                    After::Babbles => stream.write_all(ok("babble").as_bytes()).unwrap(),
                    After::Serves | After::Drops => {}
                }
                tell.send(()).unwrap();
            } else if is_first && after == After::Drops {
                return;
            } else {
                stream.write_all(ok("second").as_bytes()).unwrap();
            }
        }
    });
    let client = Client::new(ClientOptions { keep_alive: true, ..ClientOptions::default() });
    let request = request(&server.base_url(), Method::Post);
    let answer = client.send(&request, &[]).unwrap();
    if reads {
        drain(answer);
    } else {
        drop(answer);
    }
    told.recv().unwrap();
    let second = client.send(&request, &[]).map(|answer| drain(answer).0);
    drop(client);
    let requests = server.requests().len();
    drop(server);
    // The server stops at one more connection, which it does not count.
    Outcome { connections: connections.load(Ordering::SeqCst), requests, second }
}

#[test]
fn a_connection_is_used_again_only_after_a_whole_answer_and_in_silence() {
    let whole = ok("first");
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n\r\n".to_owned();
    let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nfirst".to_owned();
    let old = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nfirst".to_owned();
    let followed = format!("{whole}{}", ok("babble"));
    let long = ok(&"x".repeat(1 << 20));
    let cases = [
        ("it is kept", &whole, After::Serves, true, 1),
        ("it is kept after chunks", &chunked, After::Serves, true, 1),
        ("the server says that it closes", &closing, After::Serves, true, 2),
        ("an old server says nothing", &old, After::Serves, true, 2),
        ("the server closes in between", &whole, After::Closes, true, 2),
        ("an answer to nothing comes with the answer", &followed, After::Serves, true, 2),
        ("an answer to nothing comes later", &whole, After::Babbles, true, 2),
        ("the answer is not read to its end", &long, After::Serves, false, 2),
    ];
    for (name, first, after, reads, connections) in cases {
        let outcome = two_requests(first, after, reads);
        assert_eq!(outcome.second.unwrap(), "second", "{name}");
        assert_eq!((outcome.connections, outcome.requests), (connections, 2), "{name}");
    }
}

#[test]
fn a_request_that_was_written_is_not_written_again() {
    let outcome = two_requests(&ok("first"), After::Drops, true);
    let error = outcome.second.unwrap_err();
    assert!(error.request_may_have_left(), "{error}");
    assert_eq!((outcome.connections, outcome.requests), (1, 2));
}
