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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done to the input.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// As many bytes are read as there is room for, at most this many.
        Read(usize),
        /// ureq takes these off the front.
        Consume(usize),
    }

    use Step::{Consume, Read};

    #[test]
    fn bytes_come_out_as_they_went_in_and_room_is_made_for_more() {
        // The steps; then how many bytes are left, for how many more there is room, and whether ureq may look at them again.
        let cases: [(&str, &[Step], usize, usize, bool); 9] = [
            ("nothing", &[], 0, SIZE, false),
            ("read, not looked at", &[Read(10)], 10, SIZE - 10, false),
            ("a part consumed", &[Read(10), Consume(4)], 6, SIZE - 10, true),
            ("looked at, and too little", &[Read(10), Consume(4), Consume(0)], 6, SIZE - 10, false),
            ("all consumed", &[Read(10), Consume(10)], 0, SIZE, false),
            ("more consumed than there is", &[Read(10), Consume(11)], 0, SIZE, false),
            ("full", &[Read(SIZE), Read(1)], SIZE, 0, false),
            ("full, and a part consumed", &[Read(SIZE), Consume(1)], SIZE - 1, 1, true),
            (
                "moved to the front and read on",
                &[Read(SIZE / 2 + 1), Consume(SIZE / 2), Read(SIZE), Consume(5)],
                SIZE - 5,
                5,
                true,
            ),
        ];
        for (name, steps, left, room_left, again) in cases {
            let (mut room, mut read, mut consumed) = (Room::new(), 0_usize, 0_usize);
            // Every byte differs from those around it.
            let byte = |at: usize| u8::try_from(at % 251).unwrap();
            for step in steps {
                match *step {
                    Read(most) => {
                        let input = room.input_append_buf();
                        let amount = most.min(input.len());
                        input.iter_mut().take(amount).enumerate().for_each(|(i, to)| *to = byte(read + i));
                        room.input_appended(amount);
                        read += amount;
                    }
                    Consume(amount) => {
                        room.input_consume(amount);
                        consumed = (consumed + amount).min(read);
                    }
                }
                let expected: Vec<u8> = (consumed..read).map(byte).collect();
                assert!(room.input() == expected, "{name}: after {step:?}");
            }
            assert_eq!((room.input().len(), room.can_use_input()), (left, again), "{name}");
            assert_eq!(room.tmp_and_output().0.len(), room_left, "{name}");
        }
    }
}
