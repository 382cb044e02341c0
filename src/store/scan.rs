//! Reads the frames of a journal one after another, by pieces: a journal may be longer than memory.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::frame::{BadHeader, Frame, Header};

/// What a journal is read from.
pub trait Source {
    /// Reads some of what is at `offset` into `bytes` and says how much, as `pread` does; 0 is the end.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// The frames of a file, in order; ends at the first place where there is no good next one.
///
/// The file may grow meanwhile: what was not there is looked for again when it is asked for again.
#[derive(Debug)]
pub struct Scan<S> {
    source: S,
    /// A part of the file. What is before `at` has been read.
    piece: Vec<u8>,
    at: usize,
    /// Where in the piece the frame is that was read last.
    latest: Range<usize>,
    /// Where in the file the piece begins.
    base: u64,
    next: u64,
}

/// What comes after the last good frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing but zeros.
    Clean,
    /// What a crash left of frames that had not been synced, or what is just being written.
    Torn,
    /// A frame that had been synced is not there any more.
    Damaged,
}

impl<S: Source> Scan<S> {
    /// Begins at the header of the file.
    ///
    /// # Errors
    /// What the system says; and within, what is there instead of a header.
    pub fn open(source: S) -> io::Result<Result<(Header, Self), BadHeader>> {
        let mut scan = Self::at(source, 0, 0);
        scan.refill()?;
        Ok(Header::decode(&scan.piece).map(|header| {
            scan.at = Header::LENGTH;
            scan.next = header.first;
            (header, scan)
        }))
    }

    /// Begins in the middle: the frame at `offset` is to have the index `next`.
    pub fn at(source: S, offset: u64, next: u64) -> Self {
        Self {
            source,
            piece: Vec::new(),
            at: 0,
            latest: 0..0,
            base: offset,
            next,
        }
    }

    /// Where the next frame is, or would be.
    pub fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// The index of the next frame.
    pub fn next_index(&self) -> u64 {
        self.next
    }

    /// What is read from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// The next frame, if there is a good one.
    ///
    /// # Errors
    /// What the system says.
    pub fn frame(&mut self) -> io::Result<Option<Frame<'_>>> {
        let length = match self.found() {
            Some(length) => length,
            None => {
                self.refill()?;
                let Some(length) = self.found() else {
                    return Ok(None);
                };
                length
            }
        };
        let found = self.at..self.at + length;
        (self.at, self.latest) = (found.end, found.clone());
        self.next = self.next.saturating_add(1);
        Ok(Frame::decode(self.piece.get(found).unwrap_or_default()))
    }

    /// The body of the frame that was read last.
    pub fn body(&self) -> &[u8] {
        let frame = self.piece.get(self.latest.clone());
        frame
            .and_then(|frame| frame.get(Frame::OVERHEAD..))
            .unwrap_or_default()
    }

    /// The length of the next frame, if the whole of it is in the piece.
    fn found(&self) -> Option<usize> {
        let frame = Frame::decode(self.piece.get(self.at..)?)?;
        (frame.index == self.next && frame.index < u64::MAX).then_some(frame.length())
    }

    /// Reads a new piece, from where the next frame is.
    fn refill(&mut self) -> io::Result<()> {
        (self.base, self.at, self.latest) = (self.offset(), 0, 0..0);
        read(&self.source, &mut self.piece, self.base, PIECE)
    }

    /// What comes after the last frame that was read, and how long the file is.
    ///
    /// # Errors
    /// What the system says.
    pub fn tail(&self) -> io::Result<(Tail, u64)> {
        let (mut tail, mut piece, mut base) = (Tail::Clean, Vec::new(), self.offset());
        loop {
            read(&self.source, &mut piece, base, PIECE)?;
            // What begins near the end of the piece is looked at in the next one.
            let is_last = piece.len() < PIECE;
            let end = if is_last {
                piece.len()
            } else {
                PIECE - Frame::LONGEST
            };
            if tail == Tail::Clean && !is_zero(&piece, 0..piece.len()) {
                tail = Tail::Torn;
            }
            if tail == Tail::Torn && self.proves_damage(&piece, end) {
                tail = Tail::Damaged;
            }
            if is_last {
                return Ok((tail, base + piece.len() as u64));
            }
            base += end as u64;
        }
    }

    /// Whether one of the frames that begin before `end` knew the one that is missing to be durable.
    fn proves_damage(&self, piece: &[u8], end: usize) -> bool {
        let mut at = 0;
        while at < end {
            // A frame does not begin with four zeros.
            if at.is_multiple_of(BLOCK) && is_zero(piece, at..at + BLOCK + 3) {
                at += BLOCK;
                continue;
            }
            let frame = piece.get(at..).and_then(Frame::decode);
            if frame.is_some_and(|frame| frame.index.saturating_sub(u64::from(frame.behind)) > self.next) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Fills `piece` with up to `most` bytes from `offset` on; fewer only at the end of the file.
pub(super) fn read(source: &impl Source, piece: &mut Vec<u8>, offset: u64, most: usize) -> io::Result<()> {
    piece.resize(most, 0);
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read_at(rest, offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    piece.truncate(filled);
    Ok(())
}

/// Whether there are only zeros in the range, as far as there is anything.
fn is_zero(bytes: &[u8], range: Range<usize>) -> bool {
    let part = bytes.get(range.start..range.end.min(bytes.len()));
    let mut blocks = part.unwrap_or_default().chunks(BLOCK);
    blocks.all(|block| Some(block) == ZEROS.get(..block.len()))
}

impl<S: Source + ?Sized> Source for &S {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(bytes, offset)
    }
}

impl<S: Source + ?Sized> Source for Arc<S> {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        (**self).read_at(bytes, offset)
    }
}

impl Source for [u8] {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..));
        let rest = rest.unwrap_or_default();
        let count = rest.len().min(bytes.len());
        let both = bytes.get_mut(..count).zip(rest.get(..count));
        if let Some((to, from)) = both {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

/// How much is read at once.
const PIECE: usize = 64 << 10;
const BLOCK: usize = 4096;
static ZEROS: [u8; BLOCK] = [0; BLOCK];

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        role: *b"test",
        id: 1,
        first: 10,
        secret: [3; 32],
    };

    /// A file with frames of the given (index, behind), and zeros after them.
    fn file(frames: &[(u64, u32)]) -> Vec<u8> {
        let mut out = Vec::new();
        HEADER.encode(&mut out);
        for (index, behind) in frames {
            put(&mut out, *index, *behind);
        }
        out.extend_from_slice(&[0; 100]);
        out
    }

    fn put(out: &mut Vec<u8>, index: u64, behind: u32) {
        let body = &index.to_be_bytes();
        Frame { index, behind, body }.encode(out);
    }

    fn scan(file: &[u8]) -> (usize, Scan<&[u8]>) {
        let (header, mut scan) = Scan::open(file).unwrap().unwrap();
        assert_eq!(header, HEADER);
        let mut count = 0;
        while let Some(frame) = scan.frame().unwrap() {
            assert_eq!(frame.body, frame.index.to_be_bytes());
            count += 1;
        }
        (count, scan)
    }

    fn outcome(file: &[u8]) -> (usize, Tail) {
        let (count, scan) = scan(file);
        (count, scan.tail().unwrap().0)
    }

    const FRAME: usize = Frame::OVERHEAD + 8;

    #[test]
    fn zeros_after_the_last_frame_are_a_clean_end() {
        assert_eq!(outcome(&file(&[(10, 0), (11, 0), (12, 2)])), (3, Tail::Clean));
        assert_eq!(outcome(&file(&[])), (0, Tail::Clean));
    }

    #[test]
    fn a_frame_cut_short_anywhere_is_a_torn_tail() {
        let whole = file(&[(10, 0), (11, 1)]);
        for kept in 1..FRAME {
            let mut torn = whole.clone();
            torn[Header::LENGTH + FRAME + kept..].fill(0);
            assert_eq!(outcome(&torn), (1, Tail::Torn), "{kept} bytes kept");
        }
    }

    #[test]
    fn unsynced_frames_written_out_of_order_are_a_torn_tail() {
        let mut bytes = file(&[(10, 0), (11, 1), (12, 2), (13, 3)]);
        bytes[Header::LENGTH + FRAME..][..FRAME].fill(0);
        assert_eq!(outcome(&bytes), (1, Tail::Torn));
    }

    #[test]
    fn a_bad_frame_that_a_later_one_knew_to_be_durable_is_damage() {
        let mut bytes = file(&[(10, 0), (11, 1), (12, 2), (13, 1)]);
        bytes[Header::LENGTH + FRAME + 5] ^= 1;
        assert_eq!(outcome(&bytes), (1, Tail::Damaged));
    }

    #[test]
    fn a_good_frame_of_an_older_life_is_not_taken_for_the_next() {
        assert_eq!(outcome(&file(&[(10, 0), (9, 0)])), (1, Tail::Torn));
        assert_eq!(outcome(&file(&[(10, 0), (12, 2)])), (1, Tail::Torn));
    }

    #[test]
    fn frames_and_damage_are_found_across_the_seams_of_the_pieces() {
        let count = 3 * PIECE / FRAME;
        let mut bytes = Vec::new();
        HEADER.encode(&mut bytes);
        (10..10 + count as u64).for_each(|index| put(&mut bytes, index, 0));
        assert_eq!(outcome(&bytes), (count, Tail::Clean));
        // The proof is the last frame, for every place that it can have at the seam of the first piece.
        for missing in 0..FRAME {
            let mut damaged = bytes[..Header::LENGTH].to_vec();
            damaged.resize(Header::LENGTH + PIECE - missing, 0);
            put(&mut damaged, 12, 0);
            assert_eq!(outcome(&damaged), (0, Tail::Damaged), "{missing}");
            damaged.truncate(damaged.len() - 1);
            assert_eq!(outcome(&damaged), (0, Tail::Torn), "{missing}");
        }
    }

    #[test]
    fn what_is_written_after_the_end_was_seen_is_found_when_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, file(&[(10, 0)])).unwrap();
        let (_, mut scan) = Scan::open(std::fs::File::open(&path).unwrap()).unwrap().unwrap();
        assert!(scan.frame().unwrap().is_some());
        assert!(scan.frame().unwrap().is_none());
        std::fs::write(&path, file(&[(10, 0), (11, 1)])).unwrap();
        assert_eq!(scan.frame().unwrap().unwrap().index, 11);
    }
}
