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

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// The receiving end of a stream.
#[derive(Clone, Debug)]
pub struct Reassembler {
    capacity: usize,
    /// The index of the first byte that was not read.
    read: u64,
    /// The index of the first byte that did not arrive.
    next: u64,
    /// The stream from `read` on; what did not arrive is zero.
    bytes: VecDeque<u8>,
    /// What arrived beyond `next`, from index to index: neither overlapping nor touching.
    islands: BTreeMap<u64, u64>,
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
            bytes: VecDeque::new(),
            islands: BTreeMap::new(),
            end: None,
        }
    }

    /// Takes a segment.
    pub fn insert(&mut self, first: u64, bytes: &[u8], fin: bool) {
        let Some(last) = first.checked_add(bytes.len() as u64) else {
            return;
        };
        let highest = self.islands.last_key_value().map_or(self.next, |(_, end)| *end);
        if fin && self.end.is_none() && last >= highest {
            self.end = Some(last);
        }
        let wanted = first.max(self.next)..last.min(self.limit());
        if wanted.is_empty() || (wanted.start > self.next && !self.has_room_for(&wanted)) {
            return;
        }
        for gap in self.gaps(wanted.clone()) {
            let from = usize::try_from(gap.start - first).unwrap_or(usize::MAX);
            let to = usize::try_from(gap.end - first).unwrap_or(usize::MAX);
            self.store(gap.start, bytes.get(from..to).unwrap_or_default());
        }
        self.join(wanted);
    }

    /// The bytes that can be read now, or the first part of them. Empty when there are none yet.
    pub fn readable(&self) -> &[u8] {
        let (front, _) = self.bytes.as_slices();
        front.get(..self.ready()).unwrap_or(front)
    }

    /// Passes over `count` of the readable bytes.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.ready());
        self.bytes.drain(..count);
        self.read += count as u64;
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
        self.capacity - self.ready()
    }

    /// Whether every byte of the stream and its end have arrived.
    pub fn is_complete(&self) -> bool {
        self.end == Some(self.next)
    }

    /// Whether every byte of the stream was read, and its end has arrived.
    pub fn is_finished(&self) -> bool {
        self.end == Some(self.read)
    }

    /// What arrived beyond [`next`](Self::next), lowest first: what a selective acknowledgement names.
    pub fn islands(&self) -> impl Iterator<Item = Range<u64>> {
        self.islands.iter().map(|(start, end)| *start..*end)
    }

    /// How many bytes can be read.
    fn ready(&self) -> usize {
        usize::try_from(self.next - self.read).unwrap_or(usize::MAX)
    }

    /// The index of the first byte that is not wanted.
    fn limit(&self) -> u64 {
        let room = self.read.saturating_add(self.capacity as u64);
        self.end.map_or(room, |end| end.min(room))
    }

    /// Whether there may be another island, if this range would become one.
    fn has_room_for(&self, range: &Range<u64>) -> bool {
        self.islands.len() < MOST_ISLANDS || self.touched(range).next().is_some()
    }

    /// The islands that a range overlaps or touches, lowest first.
    fn touched(&self, range: &Range<u64>) -> impl Iterator<Item = Range<u64>> {
        let below = self
            .islands
            .range(..range.start)
            .next_back()
            .filter(|(_, end)| **end >= range.start);
        let within = self.islands.range(range.start..=range.end);
        below.into_iter().chain(within).map(|(start, end)| *start..*end)
    }

    /// The parts of a range that did not arrive before.
    fn gaps(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut at = range.start;
        for island in self.touched(&range) {
            gaps.push(at..island.start);
            at = at.max(island.end);
        }
        gaps.push(at..range.end);
        gaps.retain(|gap| !gap.is_empty());
        gaps
    }

    /// Puts bytes to their place.
    fn store(&mut self, index: u64, bytes: &[u8]) {
        let offset = usize::try_from(index - self.read).unwrap_or(usize::MAX);
        if offset >= self.bytes.len() {
            self.bytes.resize(offset, 0);
            self.bytes.extend(bytes);
            return;
        }
        let end = offset.saturating_add(bytes.len());
        if end > self.bytes.len() {
            self.bytes.resize(end, 0);
        }
        let (front, back) = self.bytes.as_mut_slices();
        let in_front = front.len().saturating_sub(offset).min(bytes.len());
        let (head, tail) = bytes.split_at(in_front);
        let back_offset = offset.saturating_sub(front.len());
        if let Some(place) = front.get_mut(offset..offset + head.len()) {
            place.copy_from_slice(head);
        }
        if let Some(place) = back.get_mut(back_offset..back_offset + tail.len()) {
            place.copy_from_slice(tail);
        }
    }

    /// Notes that a range has arrived.
    fn join(&mut self, range: Range<u64>) {
        let touched: Vec<Range<u64>> = self.touched(&range).collect();
        let mut joined = range;
        for island in touched {
            self.islands.remove(&island.start);
            joined = joined.start.min(island.start)..joined.end.max(island.end);
        }
        if joined.start <= self.next {
            self.next = joined.end;
        } else {
            self.islands.insert(joined.start, joined.end);
        }
    }
}

/// The most islands, so that segments of one byte with gaps between them take no more memory than others.
const MOST_ISLANDS: usize = 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(stream: &mut Reassembler) -> Vec<u8> {
        let mut out = Vec::new();
        // The ring of the buffer has two parts at most.
        for _ in 0..2 {
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
        let mut stream = Reassembler::new(10_000);
        for index in 0..4000 {
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
                prop_assert!(stream.bytes.len() <= capacity);
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
