//! The stream that is sent: every byte is kept until it has arrived, and what was lost goes first.
//!
//! The end of the stream has an index of its own, behind that of the last byte, so that it is sent, lost and
//! acknowledged like a byte.

use std::ops::Range;

use blake3::Hash;

use super::super::chunks::Chunks;
use super::super::ranges::Ranges;
use super::digest::StreamDigest;

/// The bytes that were written and have not arrived.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    capacity: u64,
    chunks: Chunks,
    digest: StreamDigest,
    /// Everything before this index has arrived.
    acked: u64,
    /// What has arrived beyond.
    islands: Ranges,
    /// What was sent and is to be sent again.
    lost: Ranges,
    /// The first index that was never sent.
    next: u64,
    /// The index behind the last byte that was written: the one of the end of the stream.
    written: u64,
    finished: Option<Hash>,
}

impl Outgoing {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity as u64,
            chunks: Chunks::default(),
            digest: StreamDigest::default(),
            acked: 0,
            islands: Ranges::default(),
            lost: Ranges::default(),
            next: 0,
            written: 0,
            finished: None,
        }
    }

    /// Takes as many of the bytes as there is room for, if not more than `ahead` may wait to be sent.
    pub(super) fn write(&mut self, bytes: &[u8], ahead: u64) -> usize {
        let room = usize::try_from(self.room(ahead)).unwrap_or(usize::MAX);
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.chunks.write(self.written, taken);
        self.advance(taken.len() as u64);
        taken.len()
    }

    /// Where the next bytes may be put.
    pub(super) fn spare(&mut self, ahead: u64) -> &mut [u8] {
        let room = usize::try_from(self.room(ahead)).unwrap_or(usize::MAX);
        if room == 0 {
            return &mut [];
        }
        let place = self.chunks.place(self.written).unwrap_or_default();
        let len = place.len().min(room);
        place.get_mut(..len).unwrap_or_default()
    }

    /// Takes note that `count` bytes were put there.
    pub(super) fn wrote(&mut self, count: usize) {
        let here = Chunks::chunk_end(self.written) - self.written;
        self.advance((count as u64).min(here).min(self.room(u64::MAX)));
    }

    fn advance(&mut self, count: u64) {
        self.written += count;
        self.digest.follow(&self.chunks, self.written);
    }

    /// How many bytes there is room for.
    pub(super) fn room(&self, ahead: u64) -> u64 {
        if self.finished.is_some() {
            return 0;
        }
        let held = self.capacity.saturating_sub(self.written - self.acked);
        held.min(ahead.saturating_sub(self.written - self.next))
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self) {
        if self.finished.is_none() {
            self.finished = Some(self.digest.at(&self.chunks, self.written));
        }
    }

    /// The digest of the stream, once it is finished.
    pub(super) fn digest(&self) -> Option<Hash> {
        self.finished
    }

    /// How many bytes were written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// The index behind everything that there is to send.
    pub(super) fn end(&self) -> u64 {
        self.written + u64::from(self.finished.is_some())
    }

    /// Everything before this index has arrived.
    pub(super) fn acked(&self) -> u64 {
        self.acked
    }

    /// The first index that was never sent.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether there is anything that has not arrived.
    pub(super) fn is_waiting(&self) -> bool {
        self.acked < self.end()
    }

    /// Whether there is anything to be sent again.
    pub(super) fn has_lost(&self) -> bool {
        !self.lost.is_empty()
    }

    /// Takes note that a range has arrived.
    pub(super) fn arrived(&mut self, range: Range<u64>) {
        if range.end > self.next || range.end <= self.acked {
            return;
        }
        self.lost.remove(range.clone());
        if range.start <= self.acked && self.islands.is_empty() {
            self.acked = range.end;
        } else {
            self.islands
                .insert(range.start.max(self.acked)..range.end, |_| ());
            if let Some(island) = self.islands.first().filter(|first| first.start <= self.acked) {
                self.acked = island.end;
                self.islands.forget_below(island.end);
            }
        }
        self.chunks.release_below(self.acked);
    }

    /// Takes note that a range is to be sent again, as far as it has not arrived.
    pub(super) fn lose(&mut self, range: Range<u64>) {
        let lost = &mut self.lost;
        let wanted = range.start.max(self.acked)..range.end.min(self.next);
        self.islands.gaps(wanted, |gap| lost.insert(gap, |_| ()));
    }

    /// The next range to be sent again, of at most so many bytes.
    pub(super) fn take_lost(&mut self, most: u64) -> Option<Range<u64>> {
        self.lost.take(most)
    }

    /// The next range that was never sent, of at most so many bytes, if the other end has room for it.
    pub(super) fn take_new(&mut self, most: u64, limit: u64) -> Option<Range<u64>> {
        let range = self.next..self.open_until(limit).min(self.next.saturating_add(most));
        if range.is_empty() {
            return None;
        }
        self.next = range.end;
        Some(range)
    }

    /// The index behind everything that may be sent, if the other end has room for the bytes before `limit`. The end of
    /// the stream needs no room.
    pub(super) fn open_until(&self, limit: u64) -> u64 {
        if limit >= self.written { self.end() } else { limit }
    }

    /// Whether the stream ends in this range.
    pub(super) fn is_end(&self, range: &Range<u64>) -> bool {
        self.finished.is_some() && range.end > self.written
    }

    /// Appends the bytes of a range to `out`.
    pub(super) fn copy(&self, range: Range<u64>, out: &mut Vec<u8>) {
        self.chunks.copy(range.start..range.end.min(self.written), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(bytes: &[u8]) -> Outgoing {
        let mut stream = Outgoing::new(100);
        assert_eq!(stream.write(bytes, u64::MAX), bytes.len());
        stream
    }

    #[test]
    fn what_was_lost_and_has_not_arrived_meanwhile_is_sent_again() {
        let mut stream = stream(b"0123456789");
        assert_eq!(stream.take_new(4, 100), Some(0..4));
        assert_eq!(stream.take_new(100, 8), Some(4..8));
        stream.arrived(2..6);
        stream.lose(0..8);
        assert_eq!(stream.take_lost(1), Some(0..1));
        stream.arrived(6..7);
        assert_eq!(stream.take_lost(9), Some(1..2));
        assert_eq!(stream.take_lost(9), Some(7..8));
        assert_eq!(stream.take_lost(9), None);
        stream.arrived(0..2);
        assert_eq!(stream.acked(), 7);
    }

    #[test]
    fn the_end_is_lost_and_acknowledged_like_a_byte() {
        let mut stream = stream(b"01");
        stream.finish();
        assert_eq!(stream.digest(), Some(blake3::hash(b"01")));
        assert_eq!(stream.take_new(100, 100), Some(0..3));
        assert!(stream.is_end(&(0..3)) && !stream.is_end(&(0..2)));
        stream.arrived(0..2);
        assert!(stream.is_waiting());
        stream.lose(0..3);
        assert_eq!(stream.take_lost(100), Some(2..3));
        stream.arrived(2..3);
        assert!(!stream.is_waiting());
        assert_eq!((stream.write(b"more", 100), stream.spare(100).len()), (0, 0));
    }

    #[test]
    fn nothing_arrives_that_was_never_sent() {
        let mut stream = stream(b"01");
        stream.arrived(0..2);
        assert_eq!(stream.acked(), 0);
    }

    #[test]
    fn the_capacity_and_what_may_wait_bound_what_is_taken() {
        let mut stream = Outgoing::new(10);
        assert_eq!(stream.write(&[1; 20], 4), 4);
        stream.take_new(100, 100);
        assert_eq!(stream.spare(100).len(), 6);
        stream.wrote(6);
        assert_eq!(stream.write(b"x", 100), 0);
        stream.take_new(100, 100);
        stream.arrived(0..4);
        assert_eq!(stream.spare(100).len(), 4);
    }
}
