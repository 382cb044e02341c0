//! Puts a stream together from segments that come in any order, some of them twice, and some that overlap.
//!
//! A segment is `(first index, bytes, fin)`: where its bytes belong in the stream, and whether the stream ends
//! behind them. What is read is at every moment a prefix of the stream.
//!
//! Whatever arrives, memory stays within the capacity and the outcome depends on the order of arrival alone:
//!
//! * bytes outside of the window are cut off: those read or assembled before, and those that the capacity has no
//!   room for; a sender that repeats them will find room later;
//! * **the first to come stays**: a byte that is there is not changed by a segment that says something else about
//!   it, nor is the end of the stream, and a FIN before bytes that are there is no FIN.

use std::ops::Range;

use super::chunks::Chunks;
use super::ranges::Ranges;

/// The receiving end of a stream.
#[derive(Clone, Debug)]
pub struct Reassembler {
    capacity: usize,
    /// The index of the first byte that was not read.
    read: u64,
    /// The index of the first byte that did not arrive.
    next: u64,
    chunks: Chunks,
    /// What arrived beyond `next`.
    islands: Ranges,
    /// The index behind the last byte of the stream.
    end: Option<u64>,
}

impl Reassembler {
    /// A stream of which at most `capacity` bytes are held, in order or not.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            read: 0,
            next: 0,
            chunks: Chunks::default(),
            islands: Ranges::default(),
            end: None,
        }
    }

    /// Takes a segment. Whether all of it is there now: if not, there was no room for some of it, and it must be sent
    /// again.
    pub fn insert(&mut self, first: u64, bytes: &[u8], fin: bool) -> bool {
        let Some(last) = first.checked_add(bytes.len() as u64) else {
            return false;
        };
        let highest = self.islands.last().map_or(self.next, |island| island.end);
        if fin && self.end.is_none() && last >= highest {
            self.end = Some(last);
        }
        let limit = self.limit();
        let wanted = first.max(self.next)..last.min(limit);
        if !wanted.is_empty() {
            if wanted.start > self.next && !self.has_room_for(&wanted) {
                return false;
            }
            self.store(first, bytes, wanted);
        }
        last <= limit || self.end == Some(limit)
    }

    /// The bytes that can be read now, or the first part of them. Empty when there are none yet.
    pub fn readable(&self) -> &[u8] {
        self.chunks.read(self.read..self.next)
    }

    /// Passes over `count` of the readable bytes.
    pub fn consume(&mut self, count: usize) {
        self.read = self.next.min(self.read.saturating_add(count as u64));
        self.chunks.release_below(self.read);
    }

    /// The index of the first byte that did not arrive.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The index behind the last byte of the stream, if it is known.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// How many bytes from [`next`](Self::next) on there is room for.
    pub fn window(&self) -> usize {
        let ready = usize::try_from(self.next - self.read).unwrap_or(usize::MAX);
        self.capacity.saturating_sub(ready)
    }

    /// Whether every byte of the stream and its end have arrived.
    pub fn is_complete(&self) -> bool {
        self.end == Some(self.next)
    }

    /// Whether every byte of the stream was read, and its end has arrived.
    pub fn is_finished(&self) -> bool {
        self.end == Some(self.read)
    }

    /// What arrived beyond [`next`](Self::next), lowest first.
    pub fn islands(&self) -> impl Iterator<Item = Range<u64>> {
        self.islands.iter()
    }

    /// The bytes that are there.
    pub(super) fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// The index of the first byte that is not wanted.
    fn limit(&self) -> u64 {
        let room = self.read.saturating_add(self.capacity as u64);
        self.end.map_or(room, |end| end.min(room))
    }

    /// Whether there may be another island, if this range would become one.
    fn has_room_for(&self, range: &Range<u64>) -> bool {
        self.islands.len() < MOST_ISLANDS || self.islands.touches(range)
    }

    /// Puts the wanted part of the bytes that begin at `first` to its place, where none is yet.
    fn store(&mut self, first: u64, bytes: &[u8], wanted: Range<u64>) {
        let part = |part: &Range<u64>| {
            let from = usize::try_from(part.start - first).unwrap_or(usize::MAX);
            let to = usize::try_from(part.end - first).unwrap_or(usize::MAX);
            bytes.get(from..to).unwrap_or_default()
        };
        if self.islands.is_empty() && wanted.start == self.next {
            self.chunks.write(wanted.start, part(&wanted));
            self.next = wanted.end;
            return;
        }
        let chunks = &mut self.chunks;
        self.islands
            .insert(wanted, |gap| chunks.write(gap.start, part(&gap)));
        if let Some(island) = self.islands.first().filter(|island| island.start <= self.next) {
            self.next = island.end;
            self.islands.forget_below(island.end);
        }
    }
}

/// The most islands, so that segments of one byte with gaps between them take no more memory than others.
const MOST_ISLANDS: usize = 4096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(stream: &mut Reassembler) -> Vec<u8> {
        let mut out = Vec::new();
        while !stream.readable().is_empty() {
            let count = stream.readable().len();
            out.extend_from_slice(stream.readable());
            stream.consume(count);
        }
        out
    }

    #[test]
    fn segments_out_of_order_come_out_in_order() {
        let mut stream = Reassembler::new(100);
        stream.insert(4, b"ef", true);
        stream.insert(2, b"cd", false);
        assert!(stream.readable().is_empty());
        assert!(stream.islands().eq(std::iter::once(2..6)));
        stream.insert(0, b"ab", false);
        assert!(stream.is_complete() && !stream.is_finished());
        assert_eq!(drain(&mut stream), b"abcdef");
        assert!(stream.is_finished());
    }

    #[test]
    fn a_segment_that_covers_several_islands_fills_the_gaps() {
        let mut stream = Reassembler::new(100);
        stream.insert(1, b"b", false);
        stream.insert(3, b"d", false);
        stream.insert(5, b"f", false);
        stream.insert(0, b"abcdefg", false);
        assert_eq!(drain(&mut stream), b"abcdefg");
        assert_eq!(stream.islands().count(), 0);
    }

    #[test]
    fn the_first_byte_to_come_stays() {
        let mut stream = Reassembler::new(100);
        stream.insert(2, b"CD", false);
        stream.insert(0, b"abxxef", false);
        stream.insert(0, b"yyyyyyy", false);
        assert_eq!(drain(&mut stream), b"abCDefy");
    }

    #[test]
    fn the_first_end_stays_and_cuts_off_what_is_behind() {
        let mut stream = Reassembler::new(100);
        stream.insert(3, b"", true);
        stream.insert(5, b"", true);
        stream.insert(0, b"abcdef", false);
        assert_eq!(drain(&mut stream), b"abc");
        assert!(stream.is_finished());
    }

    #[test]
    fn an_end_before_bytes_that_are_there_is_none() {
        let mut stream = Reassembler::new(100);
        stream.insert(4, b"e", false);
        stream.insert(2, b"", true);
        stream.insert(0, b"abcd", false);
        assert_eq!(drain(&mut stream), b"abcde");
        assert!(!stream.is_complete());
    }

    #[test]
    fn what_there_is_no_room_for_is_cut_off_until_something_is_read() {
        let mut stream = Reassembler::new(4);
        stream.insert(0, b"abcdef", true);
        assert_eq!((stream.next(), stream.window()), (4, 0));
        stream.consume(2);
        assert_eq!(stream.window(), 2);
        stream.insert(4, b"ef", true);
        assert_eq!(drain(&mut stream), b"cdef");
        assert!(stream.is_finished());
    }

    #[test]
    fn islands_are_bounded_and_the_next_byte_is_always_taken() {
        let mut stream = Reassembler::new(20_000);
        for index in 0..6000 {
            stream.insert(index * 2 + 1, b"x", false);
        }
        assert_eq!(stream.islands().count(), MOST_ISLANDS);
        stream.insert(0, b"a", false);
        assert_eq!(stream.next(), 2);
    }

    #[test]
    fn indices_at_the_end_of_the_numbers_are_refused() {
        let mut stream = Reassembler::new(10);
        stream.insert(u64::MAX, b"x", true);
        stream.insert(u64::MAX - 1, b"x", false);
        stream.insert(0, b"ab", true);
        assert!(stream.is_complete());
    }

    proptest! {
        /// Any cutting of a stream into overlapping segments, in any order, with any reads between them, gives a
        /// prefix of the stream; and all of it once everything was repeated in order.
        #[test]
        fn what_is_read_is_a_prefix_and_in_the_end_all(
            text in prop::collection::vec(any::<u8>(), 0..300),
            segments in prop::collection::vec((0..300_usize, 0..80_usize, 0..40_usize), 0..60),
            capacity in 1..64_usize,
        ) {
            let mut stream = Reassembler::new(capacity);
            let mut out = Vec::new();
            for (start, len, read) in segments {
                let start = start.min(text.len());
                let end = (start + len).min(text.len());
                stream.insert(start as u64, &text[start..end], end == text.len());
                let count = read.min(stream.readable().len());
                out.extend_from_slice(&stream.readable()[..count]);
                stream.consume(count);
                prop_assert!(text.starts_with(&out));
                prop_assert!(stream.window() <= capacity);
            }
            for _ in 0..=text.len() {
                let start = usize::try_from(stream.next()).unwrap().min(text.len());
                let end = (start + 7).min(text.len());
                stream.insert(start as u64, &text[start..end], end == text.len());
                out.extend(drain(&mut stream));
            }
            prop_assert!(stream.is_finished());
            prop_assert_eq!(out, text);
        }
    }
}
