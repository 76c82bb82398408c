use std::io;
use std::sync::{Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::buffers::Room;
use super::wire::{Stream, Watch};

/// Gives ureq one connection, made beforehand, once. Asked a second time it fails, so nothing is ever sent twice. Where the
/// connection is kept, ureq has it from then on; once it is lost, asking fails before a byte is written.
#[derive(Debug)]
pub(super) struct OneConnection(Mutex<Option<Connection>>);

impl OneConnection {
    pub(super) fn new(stream: Box<dyn Stream>, watch: Watch, tls: bool, keep: bool) -> Self {
        let (sent, buffers) = (false, Room::new());
        Self(Mutex::new(Some(Connection { stream, watch, tls, keep, sent, buffers })))
    }
}

impl Connector for OneConnection {
    type Out = Connection;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Connection>, ureq::Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

/// Stands in for name resolution, which is done when ureq is called.
#[derive(Debug)]
pub(super) struct NoLookUp;

impl Resolver for NoLookUp {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// A stream as ureq uses it. Time limits are those of the stream, not of ureq.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    watch: Watch,
    tls: bool,
    /// Whether further requests may follow.
    keep: bool,
    /// Whether a request was sent since `is_open` was last asked.
    sent: bool,
    buffers: Room,
}

impl Connection {
    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|e| self.watch.note_failure(e))
    }
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        self.watch.note_write();
        self.sent = true;
        let output = self
            .buffers
            .output()
            .get(..amount)
            .ok_or(io::ErrorKind::InvalidInput)
            .map_err(io::Error::from)?;
        let result = self.stream.write_all(output).and_then(|()| self.stream.flush());
        Ok(self.noted(result)?)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let input = self.buffers.input_append_buf();
        if input.is_empty() {
            // Reading nothing would look like the end.
            return Err(io::Error::from(io::ErrorKind::InvalidData).into());
        }
        let result = self.stream.read(input);
        let amount = self.noted(result)?;
        self.watch.note_read(amount);
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// ureq asks after an answer, and again before the next request: it is the second time that counts.
    fn is_open(&mut self) -> bool {
        let answered = std::mem::take(&mut self.sent);
        self.keep && (answered || self.stream.is_quiet())
    }

    fn is_tls(&self) -> bool {
        self.tls
    }
}
