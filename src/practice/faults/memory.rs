//! Answers that were given, for those that are to be given again.

use std::collections::HashMap;

use crate::diagnose::ReceivedRequest;

/// The bodies of accepted reads, by [`key`]; no more than [`MOST`] bytes of them.
#[derive(Default)]
pub(super) struct Memory {
    bodies: HashMap<Vec<u8>, String>,
    bytes: usize,
}

const MOST: usize = 16 * 1024 * 1024;

impl Memory {
    pub(super) fn get(&self, key: &[u8]) -> Option<&str> {
        self.bodies.get(key).map(String::as_str)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bodies.iter().map(|(key, body)| key.len() + body.len()).sum()
    }

    /// Keeps the body in place of the one before. With too many, it begins anew.
    pub(super) fn keep(&mut self, key: Vec<u8>, body: &str) {
        if let Some(old) = self.bodies.remove(&key) {
            self.bytes -= key.len() + old.len();
        }
        let size = key.len() + body.len();
        if self.bytes + size > MOST {
            *self = Self::default();
        }
        if size <= MOST {
            self.bytes += size;
            self.bodies.insert(key, body.to_owned());
        }
    }
}

/// What tells a question from others: path, parameters and API key, without what is new each time.
pub(super) fn key(request: &ReceivedRequest) -> Vec<u8> {
    const NEW_EACH_TIME: [&[u8]; 3] = [b"timestamp=", b"signature=", b"recvWindow="];
    let kept = |part: &&[u8]| !NEW_EACH_TIME.iter().any(|name| part.starts_with(name));
    let mut key = request.path.clone().into_bytes();
    for part in [&request.query, &request.body] {
        key.push(b'?');
        key.extend(part.split(|b| *b == b'&').filter(kept).collect::<Vec<_>>().join(&b'&'));
    }
    key.push(b' ');
    key.extend(request.header("X-MBX-APIKEY").unwrap_or_default());
    key
}
