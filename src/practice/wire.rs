//! Carries past hyper the bytes of a request target that it would refuse or drop.
//!
//! The exchange reads `symbols=["BTCUSDT"]` as it stands, and what it verifies are the bytes that it received; hyper
//! answers 400 to `"`, `<`, `\` and to bytes that are no UTF-8, and drops `#` and what follows. So in the request line, and
//! nowhere else, such a byte is replaced by a character of its own before hyper sees it, and put back afterwards.
//!
//! That needs to know where a request line begins. It does as long as no request arrives before the one before it is
//! answered: the first byte on a connection begins one, and so does the first byte after a whole request. On a connection
//! with pipelined or chunked requests it stops, and hyper's rules apply from there on.

use std::borrow::Cow;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use memchr::{memchr, memchr_iter};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// The first of 256 characters that stand for one byte each. They are for private use and have four bytes in UTF-8; of such
/// a character that a client sends, each byte is replaced.
const FIRST: u32 = 0x0010_ff00;

/// The most of a request line that is kept for the log.
const KEPT: usize = 4096;

/// Where in a request the bytes read so far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a request line.
    Line,
    /// In the headers; whether the line so far is empty.
    Headers { empty: bool },
    /// So many bytes behind the headers.
    Body(usize),
    /// Not known.
    Lost,
}

/// What is known of the request that a connection is busy with.
pub(super) struct Progress {
    place: Place,
    spaces: usize,
    line: Vec<u8>,
}

/// [`Progress`], shared by a connection and the part that answers its requests.
#[derive(Clone)]
pub(super) struct Tracker(Arc<Mutex<Progress>>);

impl Tracker {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Progress { place: Place::Line, spaces: 0, line: Vec::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that a request was read to its end; `length` is that of its body, if that can be told.
    pub(super) fn request_read(&self, length: Option<usize>) {
        let mut progress = self.lock();
        let whole = matches!(progress.place, Place::Body(n) if Some(n) == length);
        progress.place = if whole { Place::Line } else { Place::Lost };
        progress.spaces = 0;
        progress.line.clear();
    }

    /// The request line that was being read, if there is one.
    pub(super) fn line(&self) -> Vec<u8> {
        self.lock().line.clone()
    }

    #[cfg(test)]
    pub(super) fn pass(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.lock().pass(bytes, &mut out);
        out
    }
}

impl Progress {
    fn pass(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            let line = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
            let (line, rest) = bytes.split_at(line);
            match self.place {
                Place::Line => self.pass_line(line, out),
                Place::Headers { empty } => {
                    let empty = empty && line.iter().all(|b| matches!(b, b'\r' | b'\n'));
                    self.place = match (line.ends_with(b"\n"), empty) {
                        (true, true) => Place::Body(0),
                        (true, false) => Place::Headers { empty: true },
                        (false, empty) => Place::Headers { empty },
                    };
                    out.extend_from_slice(line);
                }
                Place::Body(n) => {
                    self.place = Place::Body(n.saturating_add(bytes.len()));
                    return out.extend_from_slice(bytes);
                }
                Place::Lost => return out.extend_from_slice(bytes),
            }
            bytes = rest;
        }
    }

    /// Passes a request line, or a part of one.
    fn pass_line(&mut self, part: &[u8], out: &mut Vec<u8>) {
        // Without a branch, which is faster than to stop at the first.
        if part.iter().fold(false, |refused, b| refused | is_refused(*b)) {
            for byte in part {
                let in_target = self.spaces == 1;
                self.spaces += usize::from(*byte == b' ');
                match char::from_u32(FIRST + u32::from(*byte)).filter(|_| in_target && is_refused(*byte)) {
                    Some(stand_in) => out.extend_from_slice(stand_in.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => out.push(*byte),
                }
            }
        } else {
            self.spaces += memchr_iter(b' ', part).count();
            out.extend_from_slice(part);
        }
        let (text, ended) = part.strip_suffix(b"\n").map_or((part, false), |text| (text, true));
        let room = KEPT.saturating_sub(self.line.len());
        self.line.extend_from_slice(text.get(..room).unwrap_or(text));
        if !ended {
            return;
        }
        // Empty lines before a request are allowed.
        if self.line.iter().all(|b| *b == b'\r') {
            self.line.clear();
        } else {
            self.place = Place::Headers { empty: true };
        }
    }
}

/// Whether hyper or its `Uri` refuses or drops a byte in a target. Control characters stay refused.
fn is_refused(byte: u8) -> bool {
    matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80..)
}

/// The bytes of a target, or part of one, as they arrived.
pub(super) fn restored(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return text.as_bytes().into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(FIRST).and_then(|b| u8::try_from(b).ok()) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes.into()
}

/// A connection. One whose other side stops reading ends after a while.
pub(super) struct Wire {
    stream: TcpStream,
    tracker: Tracker,
    ready: Vec<u8>,
    taken: usize,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, tracker: Tracker, patience: Duration) -> Self {
        Self { stream, tracker, ready: Vec::new(), taken: 0, patience, stalled: None }
    }

    /// The connection itself.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let sleep = self.stalled.get_or_insert_with(|| Box::pin(sleep(patience)));
        sleep.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.taken == wire.ready.len() {
            wire.ready.clear();
            wire.taken = 0;
            let mut space = [const { MaybeUninit::uninit() }; 8192];
            let mut fresh = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut wire.stream).poll_read(cx, &mut fresh))?;
            wire.tracker.lock().pass(fresh.filled(), &mut wire.ready);
        }
        let waiting = wire.ready.get(wire.taken..).unwrap_or_default();
        let given = waiting.get(..buf.remaining()).unwrap_or(waiting);
        buf.put_slice(given);
        wire.taken += given.len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let written = Pin::new(&mut wire.stream).poll_write(cx, bytes);
        wire.watch(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let flushed = Pin::new(&mut wire.stream).poll_flush(cx);
        wire.watch(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
