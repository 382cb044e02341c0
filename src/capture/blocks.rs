//! A file read in large blocks, and looked at in place.

use std::io::{self, Read};

/// A window on a stream: some of its bytes, contiguous, until they are [consumed](Self::consume).
#[derive(Debug)]
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl<R: Read> Blocks<R> {
    /// Fits into a core's own cache together with what is made of it: larger blocks are slower.
    const CAPACITY: usize = 256 * 1024;

    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: vec![0; Self::CAPACITY],
            start: 0,
            end: 0,
        }
    }

    /// Makes `count` bytes available, or as many as are left in the stream; gives how many there are, at most
    /// `count`. Memory grows as the bytes come, never ahead of them.
    #[inline]
    pub(super) fn fill(&mut self, count: usize) -> io::Result<usize> {
        if self.end - self.start < count {
            self.read(count)?;
        }
        Ok(count.min(self.end - self.start))
    }

    #[cold]
    fn read(&mut self, count: usize) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < count {
            if self.end == self.buffer.len() {
                self.buffer.resize(count.min(2 * self.end), 0);
            }
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.input.read(room) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What is read from.
    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// The bytes at hand.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Passes over `count` of the bytes at hand, and gives them.
    #[inline]
    pub(super) fn consume(&mut self, count: usize) -> &[u8] {
        let from = self.start;
        self.start = (from + count).min(self.end);
        self.buffer.get(from..self.start).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte a read, as a slow pipe would.
    struct Drip(Vec<u8>);

    impl Read for Drip {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match (self.0.pop(), out.first_mut()) {
                (Some(byte), Some(place)) => {
                    *place = byte;
                    Ok(1)
                }
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn bytes_are_contiguous_however_they_arrive() {
        let mut blocks = Blocks::new(Drip(vec![4, 3, 2, 1]));
        assert_eq!(blocks.fill(2).unwrap(), 2);
        assert_eq!(blocks.consume(1), [1]);
        assert_eq!(blocks.fill(3).unwrap(), 3);
        assert_eq!(blocks.bytes(), [2, 3, 4]);
        assert_eq!(blocks.consume(9), [2, 3, 4]);
        assert_eq!(blocks.fill(1).unwrap(), 0);
    }
}
