//! What the server wants done, in order, with all bytes in one arena: a datagram costs no allocation.

use std::collections::VecDeque;

use super::Output;

#[derive(Clone, Debug, Default)]
pub(super) struct Outputs {
    queue: VecDeque<(Output, usize)>,
    bytes: Vec<u8>,
    /// How much of `bytes` has been taken.
    taken: usize,
}

impl Outputs {
    pub(super) fn push(&mut self, output: Output) {
        self.queue.push_back((output, 0));
    }

    /// Adds an output with the bytes that `write` appends.
    pub(super) fn push_with(&mut self, output: Output, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.queue.push_back((output, self.bytes.len() - start));
    }

    /// The next output; its bytes are appended to `bytes`.
    pub(super) fn pop(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        let (output, length) = self.queue.pop_front()?;
        let end = self.taken + length;
        bytes.extend_from_slice(self.bytes.get(self.taken..end).unwrap_or_default());
        self.taken = end;
        if self.queue.is_empty() {
            self.bytes.clear();
            self.taken = 0;
        }
        Some(output)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_output_comes_with_its_own_bytes() {
        let mut outputs = Outputs::default();
        for _ in 0..2 {
            outputs.push_with(Output::Record, |bytes| bytes.extend_from_slice(b"one"));
            outputs.push(Output::Commit);
            outputs.push_with(Output::Record, |bytes| bytes.extend_from_slice(b"three"));
            let mut seen = Vec::new();
            let mut bytes = Vec::new();
            while let Some(output) = outputs.pop(&mut bytes) {
                seen.push((output, std::mem::take(&mut bytes)));
            }
            assert_eq!(
                seen,
                [
                    (Output::Record, b"one".to_vec()),
                    (Output::Commit, vec![]),
                    (Output::Record, b"three".to_vec())
                ]
            );
            assert!(outputs.bytes.is_empty(), "the arena is used again");
        }
    }
}
