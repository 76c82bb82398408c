use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::origin::Origin;
use super::proxy::{Proxy, ProxyKind};
use super::tls::{HandshakeError, Tls};
use super::wire::{Stream, Watch, Wire};
use super::{ProxyProblem, SendError, Stage, socks, tunnel};

/// Everything needed to connect to one origin.
pub(super) struct Dialer<'a> {
    pub(super) origin: &'a Origin,
    pub(super) proxy: Option<&'a Proxy>,
    pub(super) tls: &'a Tls,
    pub(super) timeout: Duration,
    pub(super) deadline: Instant,
}

/// A connection, ready for a request.
pub(super) struct Opened {
    pub(super) stream: Box<dyn Stream>,
    pub(super) watch: Watch,
    /// The version of TLS, where there is TLS.
    pub(super) tls: Option<String>,
}

impl Dialer<'_> {
    /// Connects, through the proxy if there is one, and finishes the TLS handshake. Nothing of the request is sent.
    pub(super) fn open(&self) -> Result<Opened, SendError> {
        let host = self.origin.to_string();
        // The file is read before anything is connected, so that its faults are found first.
        let config = if self.origin.tls { Some(self.tls.config(&host)?) } else { None };
        let watch = Watch::until(self.deadline);
        let stream = match self.proxy {
            None => Box::new(self.dial(&watch)?),
            Some(proxy) => self.through(proxy, &watch)?,
        };
        let Some(config) = config else { return Ok(Opened { stream, watch, tls: None }) };
        match super::tls::handshake(config, &self.origin.host, stream) {
            Ok((stream, tls)) => Ok(Opened { stream, watch, tls }),
            Err(HandshakeError::Certificate(problem)) => Err(SendError::Certificate { host, problem }),
            Err(HandshakeError::Io(e)) if is_timeout(&e) => Err(self.too_slow(Stage::Tls)),
            Err(HandshakeError::Io(source)) => Err(SendError::Tls { host, source }),
        }
    }

    fn dial(&self, watch: &Watch) -> Result<Wire, SendError> {
        let host = || self.origin.to_string();
        let addresses = match look_up(&self.origin.host, self.origin.port, self.deadline) {
            Ok(addresses) => addresses,
            Err(e) if is_timeout(&e) => return Err(self.too_slow(Stage::LookUp)),
            Err(source) => return Err(SendError::NameNotFound { host: host(), source }),
        };
        match connect(&addresses, self.deadline) {
            Ok(tcp) => Ok(Wire::new(tcp, watch.clone())),
            Err(e) if is_timeout(&e) => Err(self.too_slow(Stage::Connect)),
            Err(source) => Err(SendError::Connect { host: host(), source }),
        }
    }

    fn through(&self, proxy: &Proxy, watch: &Watch) -> Result<Box<dyn Stream>, SendError> {
        self.tunnel(proxy, watch).map_err(|problem| match problem {
            ProxyProblem::Unreachable(e) if is_timeout(&e) => self.too_slow(Stage::Proxy),
            problem => SendError::Proxy { host: self.origin.to_string(), proxy: proxy.to_string(), problem },
        })
    }

    fn tunnel(&self, proxy: &Proxy, watch: &Watch) -> Result<Box<dyn Stream>, ProxyProblem> {
        let unreachable = ProxyProblem::Unreachable;
        let addresses = look_up(&proxy.host, proxy.port, self.deadline).map_err(unreachable)?;
        let tcp = connect(&addresses, self.deadline).map_err(unreachable)?;
        let mut stream: Box<dyn Stream> = Box::new(Wire::new(tcp, watch.clone()));
        let Origin { host, port, .. } = self.origin;
        match proxy.kind {
            ProxyKind::Http => tunnel::connect(&mut stream, proxy, host, *port)?,
            ProxyKind::Https => {
                stream = self.encrypt(proxy, stream)?;
                tunnel::connect(&mut stream, proxy, host, *port)?;
            }
            ProxyKind::Socks5h => socks::connect(&mut stream, proxy, &socks::Target::of(host), *port)?,
            ProxyKind::Socks5 => {
                let addresses = look_up(host, *port, self.deadline).map_err(unreachable)?;
                let address = addresses.first().ok_or(unreachable(io::ErrorKind::NotFound.into()))?;
                socks::connect(&mut stream, proxy, &socks::Target::Address(address.ip()), *port)?;
            }
        }
        Ok(stream)
    }

    fn encrypt(&self, proxy: &Proxy, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>, ProxyProblem> {
        let config = self.tls.config(&proxy.host).map_err(|e| ProxyProblem::Tls(e.to_string()))?;
        super::tls::handshake(config, &proxy.host, stream).map(|(stream, _)| stream).map_err(|e| match e {
            HandshakeError::Certificate(problem) => ProxyProblem::Tls(format!("its certificate {problem}")),
            HandshakeError::Io(e) if is_timeout(&e) => ProxyProblem::Unreachable(e),
            HandshakeError::Io(e) => ProxyProblem::Tls(e.to_string()),
        })
    }

    fn too_slow(&self, stage: Stage) -> SendError {
        SendError::ConnectTimeout { host: self.origin.to_string(), stage, after: self.timeout }
    }
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::TimedOut
}

/// The addresses of a host. `localhost` is never looked up: a resolver could send it elsewhere.
pub(super) fn look_up(host: &str, port: u16, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    if host == "localhost" {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into()]);
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Ok(vec![(ip, port).into()]);
    }
    // The system's resolver takes no time limit, so it is asked in a thread that is left behind if it takes too long.
    let (sender, receiver) = mpsc::sync_channel(1);
    let name = host.to_owned();
    thread::Builder::new().spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody listens any more if time ran out.
        let _ = sender.send(found);
    })?;
    let left = deadline.saturating_duration_since(Instant::now());
    let addresses = receiver.recv_timeout(left).map_err(|_| io::ErrorKind::TimedOut)??;
    if addresses.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(addresses) }
}

/// Tries the addresses in order. Each but the last gets half of the time that is left, so that one dead address does not
/// use up all of it.
fn connect(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut telling: Option<io::Error> = None;
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let share = if tried + 1 == addresses.len() { left } else { left / 2 };
        match TcpStream::connect_timeout(address, share) {
            Ok(tcp) => {
                // Head and body are two writes; without this the second may wait for an acknowledgement.
                tcp.set_nodelay(true)?;
                return Ok(tcp);
            }
            Err(e) if telling.as_ref().is_none_or(|held| weight(&e) > weight(held)) => telling = Some(e),
            Err(_) => {}
        }
    }
    Err(telling.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
}

/// How much a failure tells. "No route" is what every IPv6 address says on a machine without IPv6.
fn weight(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => 0,
        io::ErrorKind::TimedOut => 1,
        _ => 2,
    }
}
