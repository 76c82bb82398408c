use ureq::unversioned::transport::Buffers;

/// Room for 64 KiB of headers in, and for the longest request line and headers out.
const SIZE: usize = 128 * 1024;

/// Where ureq puts a request together and takes an answer apart. Most requests and answers fill a page of it: memory that the
/// system hands out zeroed is not written to before it is used, as ureq's own buffers would.
#[derive(Debug)]
pub(super) struct Room {
    output: Vec<u8>,
    input: Vec<u8>,
    /// What of the input has been read and is not consumed yet.
    consumed: usize,
    filled: usize,
    /// Whether the last look at the input consumed any of it.
    progress: bool,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { output: vec![0; SIZE], input: vec![0; SIZE], consumed: 0, filled: 0, progress: false }
    }

    fn make_room(&mut self) {
        if self.consumed > 0 && (self.consumed == self.filled || self.filled > self.input.len() / 2) {
            self.input.copy_within(self.consumed..self.filled, 0);
            self.filled -= self.consumed;
            self.consumed = 0;
        }
    }
}

impl Buffers for Room {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.consumed..self.filled).unwrap_or_default()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.make_room();
        self.input.get_mut(self.filled..).unwrap_or_default()
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled = self.filled.saturating_add(amount).min(self.input.len());
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.consumed = self.consumed.saturating_add(amount).min(self.filled);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.make_room();
        (self.input.get_mut(self.filled..).unwrap_or_default(), &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.consumed < self.filled && self.progress
    }
}
