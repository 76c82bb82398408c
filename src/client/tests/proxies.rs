use super::super::{ProxyProblem, ProxyVariables};
use super::failures::free_port;
use super::*;

pub(super) fn variables(pairs: &[(&str, &str)]) -> ProxyVariables {
    ProxyVariables::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
}

fn through(proxy: &str) -> Result<Response, SendError> {
    through_with(proxy, ClientOptions::default())
}

fn through_with(proxy: &str, options: ClientOptions) -> Result<Response, SendError> {
    let options = ClientOptions { proxies: variables(&[("HTTPS_PROXY", proxy)]), ..options };
    Client::new(options).send(&request("https://example.invalid", Method::Post), &[])
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let server = Server::answering(ok("{}"));
    let dead = format!("http://127.0.0.1:{}", free_port());
    let proxies =
        variables(&[("HTTPS_PROXY", &dead), ("ALL_PROXY", "not a proxy at all"), ("http_proxy", &dead)]);
    assert_eq!(server.get(ClientOptions { proxies, ..ClientOptions::default() }).unwrap().status, 200);
}

#[test]
fn a_foreign_name_is_asked_of_the_proxy_and_the_password_stays_secret() {
    for (answer, status) in [("HTTP/1.1 403 Forbidden", Some(403)), ("HTTP/1.1 407 Who", None)] {
        let proxy = Server::answering(format!("{answer}\r\n\r\n"));
        let url = format!("http://me:hunt%65r2@127.0.0.1:{}/", proxy.port);
        let error = through(&url).unwrap_err();
        let SendError::Proxy { problem, .. } = &error else { panic!("{error:?}") };
        let found = match problem {
            ProxyProblem::Status(status) => Some(*status),
            ProxyProblem::Credentials => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, status);
        assert!(!error.request_may_have_left());
        let text = format!("{error} {error:?}");
        assert!(text.contains("example.invalid") && text.contains(&proxy.port.to_string()), "{text}");
        assert!(!text.contains("hunt"), "{text}");
        let seen = proxy.requests();
        assert_eq!(seen.len(), 1, "{answer}");
        assert!(seen[0].starts_with("CONNECT example.invalid:443 HTTP/1.1\r\nHost: example.invalid:443\r\n"));
        // base64 of me:hunter2
        assert!(seen[0].contains("\r\nProxy-Authorization: Basic bWU6aHVudGVyMg==\r\n"), "{}", seen[0]);
        assert!(!seen[0].contains(KEY), "the proxy must not see the key");
    }
}

#[test]
fn proxies_that_fail_were_not_sent_anything_of_the_request() {
    type Case = (&'static str, String, fn(&SendError) -> bool);

    let silent = Server::after_request(|stream| {
        let _ = stream.read(&mut [0]);
    });
    let garbage = Server::answering("SSH-2.0-x\r\n");
    let closing = Server::answering("");
    let plain = Server::answering("HTTP/1.1 200 OK\r\n\r\nthis is not TLS, is it now?");
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let cases: [Case; 5] = [
        ("dead", url(free_port()), |e| {
            matches!(e, SendError::Proxy { problem: ProxyProblem::Unreachable(_), .. })
        }),
        ("silent", url(silent.port), |e| matches!(e, SendError::ConnectTimeout { .. })),
        ("garbage", url(garbage.port), |e| {
            matches!(e, SendError::Proxy { problem: ProxyProblem::NotAProxy, .. })
        }),
        ("closing", url(closing.port), |e| {
            matches!(e, SendError::Proxy { problem: ProxyProblem::Unreachable(_), .. })
        }),
        ("no TLS behind it", url(plain.port), |e| matches!(e, SendError::Tls { .. })),
    ];
    for (name, proxy, expected) in cases {
        let options = if name == "silent" { hasty() } else { ClientOptions::default() };
        let error = through_with(&proxy, options).expect_err(name);
        assert!(expected(&error) && !error.request_may_have_left(), "{name}: {error:?}");
    }
}

#[test]
fn malformed_proxies_are_configuration_errors() {
    for url in [
        "ftp://127.0.0.1",
        "socks4://127.0.0.1",
        "http://",
        "http://me:hunter2@",
        "http://a:hunter2@h:x",
        "http://h:0",
        "http://h/path",
        "a b",
    ] {
        let error = through(url).expect_err(url);
        assert!(
            matches!(error, SendError::ProxyVariable { .. }) && error.is_configuration(),
            "{url}: {error:?}"
        );
        assert!(!error.request_may_have_left());
        let text = format!("{error} {error:?}");
        assert!(text.contains("HTTPS_PROXY") && !text.contains("hunter2"), "{url}: {text}");
    }
}

/// A SOCKS 5 proxy that notes whom it is asked for and then refuses.
fn socks(method: u8, reply: &'static [u8]) -> Server {
    Server::raw(move |stream, seen| {
        let mut greeting = [0; 2];
        stream.read_exact(&mut greeting).unwrap();
        stream.read_exact(&mut vec![0; greeting[1].into()]).unwrap();
        stream.write_all(&[5, method]).unwrap();
        if method == 2 {
            let mut login = [0; 12];
            stream.read_exact(&mut login).unwrap();
            seen.lock().unwrap().push(String::from_utf8_lossy(&login).into_owned());
            stream.write_all(&[1, 0]).unwrap();
        }
        let mut asked = [0; 22];
        if stream.read_exact(&mut asked).is_ok() {
            seen.lock().unwrap().push(String::from_utf8_lossy(&asked).into_owned());
            let _ = stream.write_all(reply);
        }
    })
}

#[test]
fn socks_proxies_are_asked_for_the_name() {
    let asked = "\u{5}\u{1}\0\u{3}\u{f}example.invalid\u{1}\u{fffd}";
    let open = socks(0, &[5, 5, 0, 1]);
    let error = through(&format!("socks5h://127.0.0.1:{}", open.port)).unwrap_err();
    assert!(matches!(error, SendError::Proxy { problem: ProxyProblem::Socks(5), .. }), "{error:?}");
    assert_eq!(open.requests(), [asked]);

    let locked = socks(2, &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0, b'n', b'o', b't', b' ', b'T', b'L', b'S']);
    let error = through(&format!("socks5h://me:hunter2@127.0.0.1:{}", locked.port)).unwrap_err();
    assert!(matches!(error, SendError::Tls { .. }), "{error:?}");
    assert_eq!(locked.requests(), ["\u{1}\u{2}me\u{7}hunter2", asked]);

    let wanting = socks(0xff, &[]);
    let error = through(&format!("socks5h://127.0.0.1:{}", wanting.port)).unwrap_err();
    assert!(matches!(error, SendError::Proxy { problem: ProxyProblem::Credentials, .. }), "{error:?}");
}
