//! Connections that end on purpose: before an answer, or in the middle of it.

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// Tells hyper to end a connection without an answer.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) reset: bool,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ended on purpose")
    }
}

impl Error for Ended {}

/// Whether this is how the connection was to end: with a reset.
pub(super) fn is_reset(error: &hyper::Error) -> bool {
    error.source().and_then(|e| e.downcast_ref::<Ended>()).is_some_and(|ended| ended.reset)
}

/// The body of an answer; of one that is cut half arrives.
pub(super) struct Sent {
    rest: Bytes,
    /// How many bytes of it are announced and never come.
    missing: usize,
    /// Whether hyper was given the time to send what it has.
    flushed: bool,
}

impl Sent {
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self { rest: Bytes::from(body), missing: 0, flushed: false }
    }

    pub(super) fn half(body: Vec<u8>) -> Self {
        let mut rest = Bytes::from(body);
        let missing = rest.len() - rest.len() / 2;
        rest.truncate(rest.len() / 2);
        Self { rest, missing, flushed: false }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))));
        }
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        if !self.flushed {
            // hyper writes out what it has when a body makes it wait, and throws it away when a body fails.
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        let bytes = self.rest.len().saturating_add(self.missing);
        SizeHint::with_exact(u64::try_from(bytes).unwrap_or(u64::MAX))
    }
}
