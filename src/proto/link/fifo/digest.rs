//! The digest of a stream, taken in large pieces: BLAKE3 has one lane for each of up to sixteen KiB that lie side by
//! side, and hardly any for what comes by the datagram.

use blake3::{Hash, Hasher};

use super::super::chunks::Chunks;

/// The BLAKE3 digest of a stream from its beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamDigest {
    hasher: Hasher,
    /// The index of the first byte that is not in it.
    taken: u64,
}

impl StreamDigest {
    /// Takes the chunks that are full, of a stream that is there up to `end`.
    pub(super) fn follow(&mut self, chunks: &Chunks, end: u64) {
        while Chunks::chunk_end(self.taken) <= end && self.take(chunks, end) {}
    }

    /// The digest of the stream up to `end`.
    pub(super) fn at(&mut self, chunks: &Chunks, end: u64) -> Hash {
        while self.taken < end && self.take(chunks, end) {}
        self.hasher.finalize()
    }

    fn take(&mut self, chunks: &Chunks, end: u64) -> bool {
        let bytes = chunks.read(self.taken..end);
        self.hasher.update(bytes);
        self.taken += bytes.len() as u64;
        !bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_digest_of_the_bytes_however_they_came() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300_001).collect();
        let mut chunks = Chunks::default();
        let mut digest = StreamDigest::default();
        let mut written = 0;
        for piece in bytes.chunks(1234) {
            chunks.write(written, piece);
            written += piece.len() as u64;
            digest.follow(&chunks, written);
            assert!(written - digest.taken < 128 << 10);
            chunks.release_below(digest.taken);
        }
        assert_eq!(digest.at(&chunks, written), blake3::hash(&bytes));
    }
}
