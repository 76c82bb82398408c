use std::io::{self, Read};

use ureq::BodyReader;

use super::BodyError;
use super::wire::{Failure, Pace, Watch};

/// The body of an answer: bounded in length and pace, and never taken for whole when it is not.
pub(super) struct Body {
    pub(super) reader: BodyReader<'static>,
    pub(super) watch: Watch,
    pub(super) host: String,
    pub(super) pace: Pace,
    pub(super) limit: u64,
    pub(super) read: u64,
    pub(super) failed: Option<BodyError>,
}

impl Read for Body {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // An empty buffer would make the decoder of chunks wait for room.
        if buf.is_empty() {
            return Ok(0);
        }
        // ureq forgets a failure and reports an ordinary end when read again.
        if let Some(error) = &self.failed {
            return Err(error.clone().into_io());
        }
        self.step(buf).map_err(|error| {
            self.failed = Some(error.clone());
            error.into_io()
        })
    }
}

impl Body {
    fn step(&mut self, buf: &mut [u8]) -> Result<usize, BodyError> {
        match (self.reader.read(buf), self.watch.failure()) {
            // Where the close ends the body, ureq takes a reset for a close.
            (Ok(0) | Err(_), Some(failure)) => Err(self.interrupted(failure)),
            (Ok(amount), _) => {
                self.read = self.read.saturating_add(amount as u64);
                if self.read > self.limit {
                    return Err(BodyError::TooLarge { host: self.host.clone(), limit: self.limit });
                }
                Ok(amount)
            }
            (Err(_), None) if self.watch.ended() => Err(BodyError::ClosedEarly { host: self.host.clone() }),
            (Err(e), None) => Err(BodyError::Damaged { host: self.host.clone(), detail: e.to_string() }),
        }
    }

    fn interrupted(&self, failure: Failure) -> BodyError {
        let host = self.host.clone();
        match failure {
            Failure::TimedOut => {
                BodyError::Stalled { host, bytes: self.pace.bytes, window: self.pace.window }
            }
            Failure::Broken(kind @ io::ErrorKind::InvalidData) => {
                BodyError::Damaged { host, detail: kind.to_string() }
            }
            Failure::CutOff | Failure::Broken(_) => BodyError::ClosedEarly { host },
        }
    }
}
