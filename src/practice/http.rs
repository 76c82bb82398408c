//! The server: hyper and tokio end here.

mod cut;
mod encoding;
mod incoming;
mod refused;
mod workers;

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWrite as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::exchange::{Answered, Exchange};
use super::faults::{Cut, Given};
use super::log::Entry;
use super::origin::{self, Foreign};
use super::page::{self, Recent, Sight};
use super::wire::{Tracker, Wire};
use crate::diagnose::{Finding, ReceivedRequest};
use cut::{Ended, Sent};
use workers::{Connection, Workers};

/// What the server puts up with.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// How long a request line with its headers may take to arrive, and how long a connection may be idle.
    pub(super) head: Duration,
    /// How long a body may take to arrive.
    pub(super) body: Duration,
    /// How long a client may leave an answer unread.
    pub(super) unread: Duration,
    /// The most bytes of a request line with its headers.
    pub(super) head_bytes: usize,
    /// The most bytes of a body.
    pub(super) body_bytes: usize,
    /// How many connections are served at once; others wait.
    pub(super) connections: usize,
}

impl Limits {
    pub(super) const USUAL: Self = Self {
        // A client that asks every minute finds its connection open.
        head: Duration::from_secs(75),
        body: Duration::from_secs(10),
        unread: Duration::from_secs(30),
        head_bytes: 64 * 1024,
        body_bytes: 1024 * 1024,
        connections: 512,
    };
}

/// The practice exchange on a port of 127.0.0.1. It ends with this value.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a port of 127.0.0.1, 0 for a free one, and serves `exchange` on threads of its own. `log` is told of
    /// each request before its answer is sent, by several threads at once; of one that is no HTTP just after.
    ///
    /// # Errors
    /// If the port cannot be had, or the system gives no thread.
    pub fn start(
        port: u16,
        exchange: Arc<Exchange>,
        log: impl Fn(&Entry) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        Self::start_with(port, exchange, Arc::new(log), Limits::USUAL)
    }

    pub(super) fn start_with(
        port: u16,
        exchange: Arc<Exchange>,
        log: Log,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = workers::runtime()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let recent = Recent::default();
        let date = exchange.clock().date();
        let desk = Arc::new(Desk { exchange, log, recent, limits, port: address.port(), date });
        let (stop, stopped) = oneshot::channel();
        let workers = Workers::start(&desk)?;
        let serve = async move {
            tokio::spawn(accept(listener, workers, desk.limits.connections));
            // An error is the sender's end, which means the same.
            let _ = stopped.await;
        };
        let thread = std::thread::Builder::new().name("practice".to_owned());
        let thread = thread.spawn(move || runtime.block_on(serve))?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits as long as it serves, which is until the process ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        self.join();
    }
}

pub(super) type Log = Arc<dyn Fn(&Entry) + Send + Sync>;
type Answer = Response<Sent>;

/// What every connection needs.
struct Desk {
    exchange: Arc<Exchange>,
    log: Log,
    recent: Recent,
    limits: Limits,
    port: u16,
    /// What every answer has as its `Date`; `None` where the server's own is right.
    date: Option<String>,
}

impl Desk {
    /// Logs a request, and keeps it for the page.
    fn note(&self, entry: Entry) {
        (self.log)(&entry);
        self.recent.keep(entry);
    }

    /// The answer of the page, if that is what was asked for.
    fn page(&self, request: &ReceivedRequest) -> Option<Answered> {
        let sight = Sight { exchange: &self.exchange, recent: &self.recent, port: self.port };
        page::is_asked(request).then(|| page::answer(request, &sight))
    }
}

/// Takes connections, of which no more than `most` are served at once.
async fn accept(listener: TcpListener, mut workers: Workers, most: usize) {
    let places = Arc::new(Semaphore::new(most));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let accepted = listener.accept().await.and_then(|(stream, peer)| Ok((stream.into_std()?, peer.ip())));
        match accepted {
            Ok((stream, peer)) => workers.hand_over(Connection { stream, peer, place }),
            // Out of file descriptors, or a client that was gone at once: neither ends the server.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, desk: Arc<Desk>) {
    // Without it an answer may wait for 40 ms; if it cannot be set the answer is merely late.
    let _ = stream.set_nodelay(true);
    let tracker = Tracker::new();
    let wire = Wire::new(stream, tracker.clone(), desk.limits.unread);
    let answer = service_fn(|request| Box::pin(respond(request, peer, &tracker, &desk)));
    let mut connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.head)
        .max_buf_size(desk.limits.head_bytes)
        .half_close(true)
        .auto_date_header(desk.date.is_none())
        .serve_connection(TokioIo::new(wire), answer);
    let ended = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let reset = ended.as_ref().is_err_and(cut::is_reset);
    if let Err(error) = ended
        && let Some((status, reason)) = refused::reason(&error, &tracker.line())
    {
        let (method, target) = refused::split(&tracker.line());
        let now = desk.exchange.clock().now_us();
        desk.note(Entry::new(now, &method, &target, Duration::ZERO).answered(status, Some(reason)));
    }
    let stream = connection.into_parts().io.into_inner().into_stream();
    if reset {
        // Closed with this it is reset; if it cannot be set the connection is merely closed.
        let _ = stream.set_zero_linger();
        return;
    }
    farewell(stream).await;
}

/// Ends a connection so that the last answer arrives: closing one with unread bytes in it would take the answer back.
async fn farewell(mut stream: TcpStream) {
    const MOST: usize = 8 * 1024 * 1024;
    let drain = async {
        let mut space = vec![0; 16 * 1024];
        let mut read = 0;
        poll_fn(|cx| Pin::new(&mut stream).poll_shutdown(cx)).await?;
        while read < MOST {
            stream.readable().await?;
            match stream.try_read(&mut space) {
                Ok(0) => break,
                Ok(n) => read += n,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        io::Result::Ok(())
    };
    // Whether the other side takes leave in time changes nothing.
    let _ = timeout(Duration::from_secs(1), drain).await;
}

async fn respond(
    request: Request<Incoming>,
    peer: IpAddr,
    tracker: &Tracker,
    desk: &Desk,
) -> Result<Answer, Ended> {
    let began = Instant::now();
    let (head, body) = request.into_parts();
    let authority = head.uri.authority().map(|a| a.as_str().to_owned());
    let (mut received, target) = incoming::received(&head);
    let given = match origin::check(&received, authority.as_deref(), desk.port) {
        Err(foreign) => refusal(foreign).into(),
        Ok(()) => match incoming::body(body, &desk.limits).await {
            Err(foreign) => refusal(foreign).into(),
            Ok(body) => {
                let chunked = head.headers.contains_key(TRANSFER_ENCODING);
                tracker.request_read(Some(body.len()).filter(|_| !chunked));
                received.body = body;
                match incoming::few_enough(&received) {
                    Ok(()) => match desk.page(&received) {
                        // No part of the exchange: the log would be full of it.
                        Some(page) if page.reason.is_none() => return Ok(response(page, false, Sent::whole)),
                        Some(refused) => refused.into(),
                        None => desk.exchange.give(&received, peer),
                    },
                    Err(foreign) => refusal(foreign).into(),
                }
            }
        },
    };
    let Given { mut answered, latency, cut, fault } = given;
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let clock = desk.exchange.clock();
    let entry = Entry::new(clock.now_us(), &received.method, &target, clock.since(began));
    answered.headers.extend(desk.date.clone().map(|date| ("Date", date)));
    if let Some(reason) = &mut answered.reason {
        reason.findings = findings(Arc::clone(&desk.exchange), received, peer, reason.at_gate).await;
    }
    let status = Some(answered.status).filter(|_| !matches!(cut, Cut::Close | Cut::Reset));
    let note = match (fault, answered.note) {
        (Some(fault), Some(note)) => Some(format!("{fault}; {note}")),
        (fault, note) => fault.or(note.map(str::to_owned)),
    };
    desk.note(entry.answered(status, answered.reason.take()).noted(note).weighing(answered.weight));
    let gzip = encoding::wants_gzip(&head.headers);
    match cut {
        Cut::Nowhere => Ok(response(answered, gzip, Sent::whole)),
        Cut::Half => Ok(response(answered, gzip, Sent::half)),
        Cut::Close => Err(Ended { reset: false }),
        Cut::Reset => Err(Ended { reset: true }),
    }
}

/// What was wrong with a request that the gate refused, found out on a thread of its own: a search for what was signed takes a
/// moment, in which others want to be served.
async fn findings(
    exchange: Arc<Exchange>,
    request: ReceivedRequest,
    peer: IpAddr,
    at_gate: Option<i64>,
) -> Vec<Finding> {
    let Some(now_us) = at_gate else { return Vec::new() };
    let search = tokio::task::spawn_blocking(move || exchange.findings(&request, peer, now_us));
    search.await.unwrap_or_default()
}

/// Refuses a request that the exchange itself never sees. The rest of the connection is not read.
fn refusal(foreign: Foreign) -> Answered {
    let Foreign { status, reason } = foreign;
    let body = format!("{}; {}\n", reason.cause, reason.fix);
    let text = ("Content-Type", "text/plain;charset=UTF-8".to_owned());
    let headers = vec![text, ("Connection", "close".to_owned())];
    Answered { status, headers, body, reason: Some(reason), ..Answered::default() }
}

fn response(answered: Answered, gzip: bool, sent: fn(Vec<u8>) -> Sent) -> Answer {
    let Answered { status, headers, body, .. } = answered;
    let (body, compression) = encoding::encode(body, gzip);
    let mut response = Response::new(sent(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers.into_iter().chain(compression) {
        let name = HeaderName::try_from(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
