use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::RecvFlags;

/// A two-way stream of bytes: TCP, or TLS over one.
pub(super) trait Stream: Read + Write + fmt::Debug + Send + Sync {
    /// Whether it is open and nothing is there to be read: after a whole answer, what is there is no answer to anything.
    fn is_quiet(&mut self) -> bool;
}

/// The slowest body that is still waited for: `bytes` in every `window` spent waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes on the wire.
    pub bytes: u64,
    /// Time spent waiting for them; the reader's own pauses do not count.
    pub window: Duration,
}

impl Default for Pace {
    /// 1 KiB a second over 10 s.
    fn default() -> Self {
        Self { bytes: 10 * 1024, window: Duration::from_secs(10) }
    }
}

/// How the connection ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The deadline or the pace was missed.
    TimedOut,
    /// TLS ended without saying so.
    CutOff,
    /// A reset or any other failure of a read or write.
    Broken(io::ErrorKind),
}

/// What is known about one connection. Shared by its layers.
#[derive(Clone, Debug)]
pub(super) struct Watch(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    phase: Phase,
    failure: Option<Failure>,
    first_write: Option<Instant>,
    answer_began: bool,
    ended: bool,
}

impl State {
    fn until(deadline: Instant) -> Self {
        Self {
            phase: Phase::Until(deadline),
            failure: None,
            first_write: None,
            answer_began: false,
            ended: false,
        }
    }
}

#[derive(Debug)]
enum Phase {
    /// Connecting, then sending and waiting for the headers.
    Until(Instant),
    /// Reading the body.
    Pace { pace: Pace, waited: Duration, bytes: u64 },
}

impl Watch {
    pub(super) fn until(deadline: Instant) -> Self {
        Self(Arc::new(Mutex::new(State::until(deadline))))
    }

    /// Begins anew, for a further request on the same connection.
    pub(super) fn renew(&self, deadline: Instant) {
        *self.state() = State::until(deadline);
    }

    pub(super) fn set_deadline(&self, deadline: Instant) {
        self.state().phase = Phase::Until(deadline);
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        self.state().phase = Phase::Pace { pace, waited: Duration::ZERO, bytes: 0 };
    }

    /// Called before the first byte of the request is given to the connection.
    pub(super) fn note_write(&self) {
        self.state().first_write.get_or_insert_with(Instant::now);
    }

    pub(super) fn note_read(&self, amount: usize) {
        let mut state = self.state();
        state.answer_began |= amount > 0;
        state.ended |= amount == 0;
    }

    pub(super) fn note_failure(&self, error: &io::Error) {
        let failure = match error.kind() {
            io::ErrorKind::TimedOut => Failure::TimedOut,
            io::ErrorKind::UnexpectedEof => Failure::CutOff,
            other => Failure::Broken(other),
        };
        self.state().failure.get_or_insert(failure);
    }

    pub(super) fn failure(&self) -> Option<Failure> {
        self.state().failure
    }

    /// When the request began to be written, if it did.
    pub(super) fn first_write(&self) -> Option<Instant> {
        self.state().first_write
    }

    pub(super) fn answer_began(&self) -> bool {
        self.state().answer_began
    }

    /// Whether the other side closed the connection in order.
    pub(super) fn ended(&self) -> bool {
        self.state().ended
    }

    /// How long the next read or write may take.
    fn allowance(&self) -> io::Result<Duration> {
        let left = match &self.state().phase {
            Phase::Until(deadline) => deadline.saturating_duration_since(Instant::now()),
            Phase::Pace { pace, waited, .. } => pace.window.saturating_sub(*waited),
        };
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }

    /// Counts what a read or write of the body phase brought and took.
    fn account(&self, amount: usize, took: Duration) {
        if let Phase::Pace { pace, waited, bytes } = &mut self.state().phase {
            *waited += took;
            *bytes = bytes.saturating_add(amount as u64);
            if *bytes >= pace.bytes {
                *waited = Duration::ZERO;
                *bytes = 0;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time limit that differs by less from the one that is set already is not set anew: too little to matter to any
/// time limit here.
const TICK: Duration = Duration::from_millis(4);

/// A TCP connection whose every read and write keeps to the time its [`Watch`] allows.
#[derive(Debug)]
pub(super) struct Wire {
    tcp: TcpStream,
    watch: Watch,
    /// How long a read may take as far as the system knows, and a write.
    limits: [Option<Duration>; 2],
}

impl Wire {
    pub(super) fn new(tcp: TcpStream, watch: Watch) -> Self {
        Self { tcp, watch, limits: [None, None] }
    }

    fn limit_read(&mut self, left: Duration) -> io::Result<()> {
        let [limit, _] = &mut self.limits;
        limit_to(limit, left, |left| self.tcp.set_read_timeout(Some(left)))
    }

    fn limit_write(&mut self, left: Duration) -> io::Result<()> {
        let [_, limit] = &mut self.limits;
        limit_to(limit, left, |left| self.tcp.set_write_timeout(Some(left)))
    }

    /// One read or write, begun again when a signal interrupts it.
    fn timed(&mut self, mut act: impl FnMut(&mut Self, Duration) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            let left = self.watch.allowance()?;
            let began = Instant::now();
            let result = act(self, left);
            self.watch.account(*result.as_ref().unwrap_or(&0), began.elapsed());
            match result {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                // What a socket timeout is called differs between systems.
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
                other => return other,
            }
        }
    }
}

/// Sets a time limit unless it is set already.
fn limit_to(
    limit: &mut Option<Duration>,
    left: Duration,
    set: impl FnOnce(Duration) -> io::Result<()>,
) -> io::Result<()> {
    if limit.is_some_and(|set| set.abs_diff(left) < TICK) {
        return Ok(());
    }
    // Where setting it fails, it is not known what holds.
    *limit = None;
    set(left)?;
    *limit = Some(left);
    Ok(())
}

impl Stream for Wire {
    fn is_quiet(&mut self) -> bool {
        // What would block has neither bytes nor an end to tell of.
        let peeked = rustix::net::recv(&self.tcp, &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT);
        matches!(peeked, Err(Errno::WOULDBLOCK))
    }
}

impl Read for Wire {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.timed(|wire, left| {
            // macOS refuses to set it on a connection the other side has closed; the read then tells the real outcome.
            let set = wire.limit_read(left);
            if cfg!(target_os = "macos") { wire.tcp.read(buf) } else { set.and_then(|()| wire.tcp.read(buf)) }
        })
    }
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.timed(|wire, left| wire.limit_write(left).and_then(|()| wire.tcp.write(buf)))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
