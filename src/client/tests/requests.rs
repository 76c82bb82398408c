use super::*;

fn head_lines(request: &str) -> Vec<String> {
    request.split("\r\n\r\n").next().unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_request_line_and_headers_are_exact() {
    let server = Server::answering(ok("[]"));
    let response = server.get(ClientOptions::default()).unwrap();
    assert_eq!((response.status, drain(response)), (200, ("[]".to_owned(), None)));
    let requests = server.requests();
    let mut lines = head_lines(&requests[0]);
    assert_eq!(lines.remove(0), "GET /api/v3/openOrders?symbol=ARKBTC HTTP/1.1");
    lines.sort();
    let expected = [
        format!("X-MBX-APIKEY: {KEY}"),
        "accept: */*".to_owned(),
        format!("host: 127.0.0.1:{}", server.port),
        format!("user-agent: bnq/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn path_and_query_arrive_byte_for_byte() {
    let long = format!("/a?symbols={}", "A".repeat(60_000));
    let targets = [
        "/",
        "/a%2Fb/c%20d?x=%2F&y=%20&z=~",
        "/a?x=%7E&y=%ef%EF&signature=a%2Bb%3D%3D",
        "/a//b/../c/./d?x=a+b,c",
        "/a?",
        "/a?x=1&&y=&=?/:@!$'()*;[]|{}\"",
        "/a?q=%00%0d%0a",
        &long,
    ];
    let server = Server::answering(ok("{}"));
    for target in targets {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = request(&server.base_url(), Method::Get);
        (request.path, request.query) = (path.to_owned(), query.to_owned());
        let result = Client::new(ClientOptions::default()).send(&request, &[]);
        let expected = format!("GET {} HTTP/1.1", request.target());
        match result {
            Ok(_) => assert_eq!(head_lines(server.requests().last().unwrap())[0], expected, "{target}"),
            // What HTTP forbids on a request line is refused, never changed.
            Err(e) => {
                let forbidden = target.contains(['|', '{', '"', '[']);
                assert!(forbidden && !e.request_may_have_left(), "{target}: {e}");
            }
        }
    }
}

#[test]
fn what_cannot_stand_on_a_request_line_is_not_sent() {
    let server = Server::answering(ok("{}"));
    let long = format!("/{}", "a".repeat(70_000));
    for path in ["api", "", "/a b", "/a#b", "/a\r\nX: y", "/é", &long] {
        let mut request = request(&server.base_url(), Method::Get);
        request.path = path.to_owned();
        let error = Client::new(ClientOptions::default()).send(&request, &[]).unwrap_err();
        assert!(
            matches!(error, SendError::Target { .. }) && !error.request_may_have_left(),
            "{path:?}: {error}"
        );
    }
    assert!(server.requests().is_empty());
}

#[test]
fn methods_and_bodies() {
    let form = "content-type: application/x-www-form-urlencoded";
    let cases = [
        (Method::Get, "", vec![]),
        (Method::Delete, "", vec![]),
        (Method::Post, "", vec!["content-length: 0"]),
        (Method::Put, "", vec!["content-length: 0"]),
        (Method::Post, "a=%2F&b=1", vec!["content-length: 9", form]),
        (Method::Put, "a=%2F&b=1", vec!["content-length: 9", form]),
        (Method::Delete, "a=%2F&b=1", vec!["content-length: 9", form]),
        (Method::Get, "a=%2F&b=1", vec!["content-length: 9", form]),
    ];
    for (method, body, expected) in cases {
        let server = Server::answering(ok("{}"));
        let mut request = request(&server.base_url(), method);
        request.body = body.to_owned();
        request.api_key = None;
        Client::new(ClientOptions::default()).send(&request, &[]).unwrap();
        let seen = server.requests().remove(0);
        let (head, sent_body) = seen.split_once("\r\n\r\n").unwrap();
        let mut about_body: Vec<String> =
            head.lines().map(str::to_lowercase).filter(|line| line.starts_with("content-")).collect();
        about_body.sort();
        assert_eq!(about_body, expected, "{method} {body:?}");
        assert_eq!(sent_body, body, "{method}");
        let lower = head.to_lowercase();
        for unwanted in ["expect", "cookie", "referer", "transfer-encoding", "x-mbx-apikey"] {
            assert!(!lower.contains(unwanted), "{method} {body:?}: {unwanted}");
        }
    }
}

#[test]
fn further_headers_are_sent_and_broken_ones_are_not() {
    let server = Server::answering(ok("{}"));
    let request = request(&server.base_url(), Method::Get);
    let client = Client::new(ClientOptions::default());
    client.send(&request, &[("X-MBX-TIME-UNIT", "MICROSECOND")]).unwrap();
    assert!(server.requests()[0].contains("\r\nX-MBX-TIME-UNIT: MICROSECOND\r\n"));
    let error = client.send(&request, &[("X-A", "b\r\nX-C: d")]).unwrap_err();
    assert!(matches!(error, SendError::Request { .. }) && !error.request_may_have_left(), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn base_urls() {
    let cases = [
        ("ftp://127.0.0.1", "scheme"),
        ("127.0.0.1:80", "scheme"),
        ("https://user:hunter2@127.0.0.1", "credentials"),
        ("https://127.0.0.1/api", "after host and port"),
        ("https://127.0.0.1?x", "after host and port"),
        ("https://127.0.0.1#x", "after host and port"),
        ("https://127.0.0.1:0", "port"),
        ("https://127.0.0.1:99999", "port"),
        ("https://127.0.0.1:", "port"),
        ("https://", ""),
        ("", ""),
        ("http://api.binance.com", "plain http"),
        ("http://10.0.0.1:80", "plain http"),
        ("http://localhost.example.com", "plain http"),
        ("http://[::2]", "plain http"),
    ];
    for (base_url, said) in cases {
        let error = Client::new(hasty()).send(&request(base_url, Method::Get), &[]).expect_err(base_url);
        assert!(error.is_configuration() && !error.request_may_have_left(), "{base_url}: {error:?}");
        let text = error.to_string();
        assert!(text.contains(said) && !text.contains("hunter2"), "{base_url}: {text}");
    }
}

#[test]
fn localhost_is_this_machine_whatever_its_case() {
    let server = Server::answering(ok("{}"));
    for host in ["localhost", "LocalHost", "127.0.0.1"] {
        let base_url = format!("http://{host}:{}", server.port);
        Client::new(ClientOptions::default()).send(&request(&base_url, Method::Get), &[]).expect(host);
    }
    assert_eq!(server.requests().len(), 3);
}
