//! A server that is not this machine, as far as bnq can tell: a name behind a proxy on loopback, with TLS.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{fs, thread};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};

use super::support::{Bnq, KEY, SECRET, Then, answer, bnq, now_ms};

const NAME: &str = "exchange.example";

/// The server, with a folder that its callers remember things in.
pub struct Away {
    proxy: String,
    folder: tempfile::TempDir,
    requests: Arc<Mutex<Vec<String>>>,
    asked: Arc<Mutex<usize>>,
}

/// Starts it with this machine's clock; `then` is asked with the number of the request, from 0 on, and its first line. Who asks
/// for its time is no request of these.
pub fn away(then: impl Fn(usize, &str) -> Then + Send + 'static) -> Away {
    away_with_clock(|_| answer("200 OK", &format!(r#"{{"serverTime":{}}}"#, now_ms())), then)
}

/// The same with another clock: `time` is asked how often its time was asked for before.
pub fn away_with_clock(
    time: impl Fn(usize) -> Then + Send + 'static,
    then: impl Fn(usize, &str) -> Then + Send + 'static,
) -> Away {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec![NAME.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let (requests, config) = (Arc::new(Mutex::new(Vec::new())), Arc::new(config));
    let asked = Arc::new(Mutex::new(0));
    let (kept, counted) = (Arc::clone(&requests), Arc::clone(&asked));
    thread::spawn(move || {
        for tcp in listener.incoming().map_while(Result::ok) {
            serve(tcp, &config, |request| {
                let line = request.lines().next().unwrap_or_default().to_owned();
                if line.contains("/api/v3/time ") {
                    *counted.lock().unwrap() += 1;
                    return time(*counted.lock().unwrap() - 1);
                }
                let number = kept.lock().unwrap().len();
                kept.lock().unwrap().push(request);
                then(number, &line)
            });
        }
    });
    Away { proxy, folder, requests, asked }
}

fn serve(mut tcp: TcpStream, config: &Arc<ServerConfig>, then: impl FnOnce(String) -> Then) {
    let _ = tcp.set_read_timeout(Some(Duration::from_secs(10)));
    if head(&mut tcp).is_none() || tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
        return;
    }
    let mut connection = ServerConnection::new(Arc::clone(config)).unwrap();
    if connection.complete_io(&mut tcp).is_err() {
        return;
    }
    let mut stream = rustls::Stream::new(&mut connection, &mut tcp);
    let Some(request) = head(&mut stream) else { return };
    match then(request) {
        Then::Answer(bytes) => {
            let _ = stream.write_all(&bytes);
            stream.conn.send_close_notify();
            let _ = stream.conn.write_tls(stream.sock);
        }
        // Open as long as the tests run.
        Then::Hang => std::mem::forget(tcp),
        _ => {}
    }
}

/// A request's head: those of these tests have no body. It is read byte by byte, so that nothing of what follows is lost.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head)
}

impl Away {
    /// `bnq` with these words, as a user of this server.
    pub fn bnq(&self, line: &str) -> Bnq {
        self.bnq_of(NAME, line)
    }

    /// The same, as a user who knows it by another name.
    pub fn bnq_of(&self, name: &str, line: &str) -> Bnq {
        let config = format!(
            "default_profile = \"main\"\n[profiles.main]\nenv = \"live\"\nbase_url = \"https://{name}\"\n\
             api_key = \"{KEY}\"\nsecret_key = \"{SECRET}\"\nca_file = \"{}\"\n",
            self.folder.path().join("ca.pem").display()
        );
        let state = self.state();
        bnq(line)
            .config(&config)
            .var("HTTPS_PROXY", &self.proxy)
            .var("BNQ_STATE_DIR", state.to_str().unwrap())
    }

    /// The folder for state.
    pub fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("state")
    }

    /// How often its time was asked for so far.
    pub fn clock_requests(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    /// The heads of the other requests received so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}
