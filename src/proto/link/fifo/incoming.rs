//! The stream that arrives: put together, and its digest compared with the sender's when it is whole.

use blake3::Hash;

use super::super::Reassembler;
use super::digest::StreamDigest;
use super::frame::Segment;

/// The receiving half.
#[derive(Clone, Debug)]
pub(super) struct Incoming {
    stream: Reassembler,
    digest: StreamDigest,
    /// What the sender says that the digest of the stream is.
    claimed: Option<Hash>,
    /// What it is, once the stream is whole.
    found: Option<Hash>,
    /// The first index that the sender was told that there is no room for.
    told: u64,
    /// How much new room is worth a datagram.
    worth_telling: u64,
}

impl Incoming {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            stream: Reassembler::new(capacity),
            digest: StreamDigest::default(),
            claimed: None,
            found: None,
            told: capacity as u64,
            worth_telling: (capacity as u64 / 4).clamp(1, 512 << 10),
        }
    }

    /// Takes a segment. Whether all of it is there now.
    pub(super) fn insert(&mut self, segment: &Segment<'_>) -> bool {
        let end_known = self.stream.end().is_some();
        let whole = self
            .stream
            .insert(segment.first, segment.bytes, segment.end.is_some());
        if !end_known && self.stream.end().is_some() {
            self.claimed = segment.end.map(Hash::from_bytes);
        }
        if self.stream.is_complete() {
            let (chunks, end) = (self.stream.chunks(), self.stream.next());
            self.found.get_or_insert_with(|| self.digest.at(chunks, end));
        } else {
            self.digest.follow(self.stream.chunks(), self.stream.next());
        }
        whole
    }

    pub(super) fn readable(&self) -> &[u8] {
        self.stream.readable()
    }

    /// Passes over bytes that were read. Whether the sender is to be told of the room.
    pub(super) fn consume(&mut self, count: usize) -> bool {
        self.stream.consume(count);
        self.limit() - self.told >= self.worth_telling && !self.stream.is_complete()
    }

    /// Whether the whole stream was read, and is what was sent.
    pub(super) fn is_read(&self) -> bool {
        self.is_whole() && self.stream.is_finished()
    }

    /// Whether the whole stream has arrived, and is what was sent.
    pub(super) fn is_whole(&self) -> bool {
        self.found.is_some() && self.found == self.claimed
    }

    /// Whether the whole stream has arrived, and is not what was sent.
    pub(super) fn is_wrong(&self) -> bool {
        self.found.is_some() && self.found != self.claimed
    }

    /// The digest of the stream, once it is whole.
    pub(super) fn digest(&self) -> Option<Hash> {
        self.found
    }

    /// How many bytes have arrived in order.
    pub(super) fn arrived(&self) -> u64 {
        self.stream.next()
    }

    /// What the sender is to be told: everything before the first index has arrived (the end has an index of its own),
    /// and there is room for everything before the second.
    pub(super) fn tell(&mut self) -> (u64, u64) {
        self.told = self.limit();
        (self.stream.next() + u64::from(self.is_whole()), self.told)
    }

    /// The index of the first byte that there is no room for.
    fn limit(&self) -> u64 {
        self.stream.next().saturating_add(self.stream.window() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment<'a>(first: u64, bytes: &'a [u8], of: Option<&[u8]>) -> Segment<'a> {
        Segment {
            first,
            end: of.map(|stream| *blake3::hash(stream).as_bytes()),
            bytes,
        }
    }

    #[test]
    fn a_stream_whose_digest_is_another_is_wrong() {
        for (sent, whole) in [(b"abcd".as_slice(), true), (b"abcx", false)] {
            let mut incoming = Incoming::new(100);
            incoming.insert(&segment(2, b"cd", Some(sent)));
            assert!(!incoming.is_whole() && !incoming.is_wrong());
            incoming.insert(&segment(0, b"ab", None));
            assert_eq!((incoming.is_whole(), incoming.is_wrong()), (whole, !whole));
            assert_eq!(incoming.digest(), Some(blake3::hash(b"abcd")));
        }
    }

    #[test]
    fn new_room_is_told_when_it_is_worth_a_datagram() {
        let mut incoming = Incoming::new(100);
        incoming.insert(&segment(0, &[7; 100], None));
        assert_eq!(incoming.tell(), (100, 100));
        assert!(!incoming.consume(20));
        assert!(incoming.consume(20));
        assert_eq!(incoming.tell(), (100, 140));
    }
}
