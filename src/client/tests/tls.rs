use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::super::{CaFileError, CertificateProblem, ProxyProblem};
use super::proxies::variables;
use super::*;

/// A change to a certificate before it is signed.
type Change = fn(&mut CertificateParams);

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A folder with the certificate in `ca.pem`.
    fn file(&self) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, format!("# mine\n{}", self.0.pem())).unwrap();
        (folder, path)
    }

    /// A TLS server with a certificate of this authority, changed by `change`.
    fn serve(&self, name: &str, change: Change, script: fn(&mut dyn Stream)) -> Server {
        self.serve_after(|_, _| {}, name, change, script)
    }

    /// The same, with something said before the handshake.
    fn serve_after(
        &self,
        before: fn(&mut TcpStream, &Mutex<Vec<String>>),
        name: &str,
        change: Change,
        script: fn(&mut dyn Stream),
    ) -> Server {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let config = Arc::new(config);
        Server::raw(move |tcp, seen| {
            before(tcp, seen);
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            if connection.complete_io(tcp).is_err() {
                return;
            }
            let mut stream = rustls::Stream::new(&mut connection, tcp);
            let request = read_request(&mut stream);
            if !request.is_empty() {
                seen.lock().unwrap().push(request);
            }
            script(&mut stream);
        })
    }
}

trait Stream: Read + Write {
    fn close(&mut self);
}

impl Stream for rustls::Stream<'_, ServerConnection, TcpStream> {
    fn close(&mut self) {
        self.conn.send_close_notify();
        let _ = self.conn.write_tls(self.sock);
    }
}

fn answer(stream: &mut dyn Stream) {
    let _ = stream.write_all(ok("[1]").as_bytes());
    stream.close();
}

fn send(server: &Server, host: &str, ca_file: Option<PathBuf>) -> Result<Response, SendError> {
    let base_url = format!("https://{host}:{}", server.port);
    let options = ClientOptions { ca_file, ..ClientOptions::default() };
    Client::new(options).send(&request(&base_url, Method::Post), &[])
}

#[test]
fn a_certificate_for_the_name_is_accepted() {
    let authority = Authority::new();
    let (_folder, file) = authority.file();
    for name in ["localhost", "127.0.0.1"] {
        let server = authority.serve(name, |_| {}, answer);
        let options = ClientOptions { ca_file: Some(file.clone()), ..ClientOptions::default() };
        let connected = Client::new(options).connect(&format!("https://{name}:{}", server.port)).expect(name);
        assert_eq!(connected.tls.as_deref(), Some("TLS 1.3"), "{name}");
        let response = send(&server, name, Some(file.clone())).expect(name);
        assert_eq!(drain(response), ("[1]".to_owned(), None), "{name}");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{name}");
        assert!(
            requests[0].to_lowercase().contains(&format!("\r\nhost: {name}:{}\r\n", server.port)),
            "{name}"
        );
    }
}

#[test]
fn certificates_that_do_not_fit_are_refused_before_the_request() {
    type Case = (&'static str, &'static str, Option<PathBuf>, Change, CertificateProblem);

    let authority = Authority::new();
    let (_folder, file) = authority.file();
    let past = |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let future = |params: &mut CertificateParams| params.not_before = rcgen::date_time_ymd(4000, 1, 1);
    let cases: [Case; 4] = [
        ("name", "else.test", Some(file.clone()), |_| {}, CertificateProblem::WrongName(String::new())),
        ("authority", "localhost", None, |_| {}, CertificateProblem::UnknownIssuer),
        ("past", "localhost", Some(file.clone()), past, CertificateProblem::Expired),
        ("future", "localhost", Some(file.clone()), future, CertificateProblem::NotYetValid),
    ];
    for (name, certified, ca_file, change, expected) in cases {
        let server = authority.serve(certified, change, answer);
        let error = send(&server, "localhost", ca_file).expect_err(name);
        let SendError::Certificate { problem, .. } = &error else { panic!("{name}: {error:?}") };
        match (problem, &expected) {
            (CertificateProblem::WrongName(names), CertificateProblem::WrongName(_)) => {
                assert!(names.contains("else.test"), "{names}");
            }
            _ => assert_eq!(problem, &expected, "{name}"),
        }
        assert!(!error.request_may_have_left(), "{name}");
        assert!(error.to_string().contains(&format!("localhost:{}", server.port)), "{name}: {error}");
        assert!(server.requests().is_empty(), "{name}");
    }
}

#[test]
fn handshakes_that_fail_were_not_sent() {
    type Case = (&'static str, Server, fn(&SendError) -> bool);

    let cases: [Case; 3] = [
        (
            "plain",
            Server::raw(|stream, _| {
                let _ = stream.read(&mut [0; 2048]);
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            }),
            |e| matches!(e, SendError::Tls { .. }),
        ),
        ("closes", Server::raw(|_, _| {}), |e| matches!(e, SendError::Tls { .. })),
        ("silent", Server::raw(|stream, _| while stream.read(&mut [0; 512]).is_ok_and(|n| n > 0) {}), |e| {
            matches!(e, SendError::ConnectTimeout { .. })
        }),
    ];
    for (name, server, expected) in cases {
        let base_url = format!("https://127.0.0.1:{}", server.port);
        let options = if name == "silent" { hasty() } else { ClientOptions::default() };
        let error = Client::new(options).send(&request(&base_url, Method::Post), &[]).expect_err(name);
        assert!(expected(&error) && !error.request_may_have_left(), "{name}: {error:?}");
    }
}

#[test]
fn a_connection_cut_without_goodbye_is_not_the_end_of_a_body() {
    let authority = Authority::new();
    let (_folder, file) = authority.file();
    let cut = authority.serve(
        "localhost",
        |_| {},
        |stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n[1,");
        },
    );
    let (_, error) = drain(send(&cut, "localhost", Some(file.clone())).unwrap());
    assert!(matches!(error, Some(BodyError::ClosedEarly { .. })), "{error:?}");

    let silent = authority.serve("localhost", |_| {}, |_| {});
    let error = send(&silent, "localhost", Some(file)).unwrap_err();
    assert!(matches!(error, SendError::Closed { began: false, .. }), "{error:?}");
    assert!(error.request_may_have_left());
    assert_eq!(silent.requests().len(), 1);
}

#[test]
fn a_bad_ca_file_is_found_before_connecting_and_only_for_https() {
    type Case = (&'static str, fn(&CaFileError) -> bool);

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("empty"), "").unwrap();
    std::fs::write(path("text"), "no certificate\n").unwrap();
    let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    std::fs::write(path("damaged"), pem("AAAA")).unwrap();
    std::fs::write(path("open"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    let cases: [Case; 5] = [
        ("none", |e| matches!(e, CaFileError::Unreadable(_))),
        ("empty", |e| matches!(e, CaFileError::Empty)),
        ("text", |e| matches!(e, CaFileError::Empty)),
        ("damaged", |e| matches!(e, CaFileError::Damaged(_))),
        ("open", |e| matches!(e, CaFileError::Damaged(_))),
    ];
    let server = Server::answering(ok("{}"));
    for (name, expected) in cases {
        let error = send(&server, "localhost", Some(path(name))).expect_err(name);
        let SendError::CaFile { source, .. } = &error else { panic!("{name}: {error:?}") };
        assert!(expected(source), "{name}: {source:?}");
        assert!(error.is_configuration() && !error.request_may_have_left(), "{name}");
    }
    assert!(server.requests().is_empty());
    server
        .get(ClientOptions { ca_file: Some(path("none")), ..ClientOptions::default() })
        .expect("plain http");
}

#[test]
fn through_a_proxy_the_certificate_is_still_the_hosts() {
    let authority = Authority::new();
    let (_folder, file) = authority.file();
    let tunnel = |tcp: &mut TcpStream, seen: &Mutex<Vec<String>>| {
        let asked = read_request(tcp);
        seen.lock().unwrap().push(asked);
        tcp.write_all(b"HTTP/1.1 200 Connection established\r\nX-Via: me\r\n\r\n").unwrap();
    };
    for (name, fits) in [("example.invalid", true), ("127.0.0.1", false)] {
        let proxy = authority.serve_after(tunnel, name, |_| {}, answer);
        let proxies = variables(&[("ALL_PROXY", &proxy.base_url())]);
        let options = ClientOptions { ca_file: Some(file.clone()), proxies, ..ClientOptions::default() };
        let result = Client::new(options).send(&request("https://example.invalid", Method::Post), &[]);
        let requests = proxy.requests();
        assert!(requests[0].starts_with("CONNECT example.invalid:443 "), "{name}");
        if fits {
            assert_eq!(drain(result.unwrap()), ("[1]".to_owned(), None));
            assert!(
                requests[1].starts_with("POST /api/v3/openOrders?symbol=ARKBTC HTTP/1.1\r\n"),
                "{requests:?}"
            );
            let head = requests[1].to_lowercase();
            // The bytes have a way to go, unlike those of a server on this machine.
            for header in ["host: example.invalid", "accept-encoding: gzip"] {
                assert!(head.contains(&format!("\r\n{header}\r\n")), "{header}: {requests:?}");
            }
        } else {
            let error = result.unwrap_err();
            assert!(matches!(error, SendError::Certificate { .. }), "{error:?}");
        }
        assert_eq!(requests.len(), if fits { 2 } else { 1 }, "{name}");
    }
}

#[test]
fn a_proxy_may_be_spoken_to_over_tls() {
    let authority = Authority::new();
    let (_folder, file) = authority.file();
    let refuse = |stream: &mut dyn Stream| {
        let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
    };
    let proxy = authority.serve("localhost", |_| {}, refuse);
    let proxies = variables(&[("HTTPS_PROXY", &format!("https://localhost:{}", proxy.port))]);
    let options = ClientOptions { ca_file: Some(file), proxies, ..ClientOptions::default() };
    let error = Client::new(options).send(&request("https://example.invalid", Method::Get), &[]).unwrap_err();
    assert!(matches!(error, SendError::Proxy { problem: ProxyProblem::Status(502), .. }), "{error:?}");
    assert!(proxy.requests()[0].starts_with("CONNECT example.invalid:443 "));
}
