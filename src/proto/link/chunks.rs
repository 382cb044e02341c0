//! A stretch of a stream in memory: pieces of equal size that are used again, the one that was let go last first,
//! because it is still in the cache.
//!
//! Memory is in proportion to what is held, whatever the stretch may grow to.

use std::collections::VecDeque;
use std::ops::Range;

/// The bytes of a stretch of a stream. Which of them are there is the business of the owner.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    /// The index of the first byte of the first chunk: a multiple of the size of a chunk.
    start: u64,
    chunks: VecDeque<Option<Box<[u8]>>>,
    spare: Vec<Box<[u8]>>,
}

impl Chunks {
    /// Puts bytes to their place. What belongs before the stretch is passed over.
    pub(super) fn write(&mut self, index: u64, bytes: &[u8]) {
        let (mut index, mut bytes) = (index, bytes);
        while !bytes.is_empty() {
            let Some(place) = self.place(index) else {
                return;
            };
            let count = place.len().min(bytes.len());
            let (now, later) = bytes.split_at(count);
            if let Some(place) = place.get_mut(..count) {
                place.copy_from_slice(now);
            }
            index += count as u64;
            bytes = later;
        }
    }

    /// The place of the byte with this index, and of those behind it to the end of its chunk.
    pub(super) fn place(&mut self, index: u64) -> Option<&mut [u8]> {
        let (number, offset) = self.find(index)?;
        while self.chunks.len() <= number {
            self.chunks.push_back(None);
        }
        let chunk = self.chunks.get_mut(number)?;
        let chunk = chunk.get_or_insert_with(|| {
            let fresh = || vec![0; CHUNK].into_boxed_slice();
            self.spare.pop().unwrap_or_else(fresh)
        });
        chunk.get_mut(offset..)
    }

    /// The first bytes of a range: all of them, or those to the end of a chunk.
    pub(super) fn read(&self, range: Range<u64>) -> &[u8] {
        let held = || {
            let (number, offset) = self.find(range.start)?;
            let rest = self.chunks.get(number)?.as_ref()?.get(offset..)?;
            let len = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
            Some(rest.get(..len).unwrap_or(rest))
        };
        held().unwrap_or_default()
    }

    /// Appends the bytes of a range to `out`.
    pub(super) fn copy(&self, range: Range<u64>, out: &mut Vec<u8>) {
        let mut at = range.start;
        while at < range.end {
            let bytes = self.read(at..range.end);
            if bytes.is_empty() {
                return;
            }
            out.extend_from_slice(bytes);
            at += bytes.len() as u64;
        }
    }

    /// Lets go of the chunks of which nothing is at or behind this index.
    pub(super) fn release_below(&mut self, index: u64) {
        while self.start + CHUNK as u64 <= index {
            let chunk = self.chunks.pop_front().flatten();
            self.spare.extend(chunk.filter(|_| self.spare.len() < MOST_SPARE));
            self.start += CHUNK as u64;
        }
    }

    /// The index behind the chunk that the byte with this index is in.
    pub(super) fn chunk_end(index: u64) -> u64 {
        (index - index % CHUNK as u64).saturating_add(CHUNK as u64)
    }

    /// The chunk with the byte of this index, and its place in it.
    fn find(&self, index: u64) -> Option<(usize, usize)> {
        let distance = usize::try_from(index.checked_sub(self.start)?).ok()?;
        Some((distance / CHUNK, distance % CHUNK))
    }
}

/// Large enough for the system calls and the hash, small enough for the cache.
const CHUNK: usize = 128 << 10;

/// The most chunks that are kept for later.
const MOST_SPARE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_to_its_place_is_there_across_chunks() {
        let mut chunks = Chunks::default();
        let bytes: Vec<u8> = (0..=255).cycle().take(CHUNK + 1000).collect();
        let first = CHUNK as u64 - 500;
        chunks.write(first, &bytes);
        let mut out = Vec::new();
        chunks.copy(first..first + bytes.len() as u64, &mut out);
        assert_eq!(out, bytes);
        assert_eq!(chunks.read(first..first + 1000).len(), 500);
    }

    #[test]
    fn what_was_released_is_used_again_and_what_comes_too_late_is_passed_over() {
        let mut chunks = Chunks::default();
        for number in 0..1000 {
            let index = number * CHUNK as u64;
            chunks.write(index, &[7; CHUNK]);
            chunks.release_below(index + CHUNK as u64);
            assert!(chunks.chunks.len() + chunks.spare.len() <= 2);
            chunks.write(index, b"late");
        }
        assert!(chunks.read(0..5).is_empty());
    }
}
