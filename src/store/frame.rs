//! How a journal lies in its file: a header, then frames, then zeros up to the end of what is allocated.
//!
//! ```text
//! header   magic (8)  version (4)  role (4)  id (8)  first index (8)  secret (32)  crc32c (4)
//! frame    length (4)  crc32c (4)  index (8)  behind (4)  body (length)
//! ```
//!
//! Numbers are little-endian. A frame's checksum covers its length, index, behind and body. Indices count up by
//! one from the header's. `behind` tells how many of the frames before this one were not yet known to be durable
//! when it was written: that is what tells the torn tail of a crash, which is cut, from damage in the middle,
//! which is refused. A disk may write the unsynced frames of a crash in any order, so a good frame after a bad one
//! proves damage only if it says that the bad one had been synced.

use crate::wire::{Reader, Truncated, Writer};

/// The longest body of a frame, in bytes.
pub const MAX_BODY: usize = 4096;

/// The first bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose journal it is; a program opens only its own.
    pub role: [u8; 4],
    /// The random id of the store; the same through all its generations.
    pub id: u64,
    /// The index of the first frame.
    pub first: u64,
    /// Random bytes known to this store alone.
    pub secret: [u8; 32],
}

/// Why bytes are not the beginning of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHeader {
    /// Not a journal at all.
    Foreign,
    /// A journal of a version that this program does not know.
    Version(u32),
    /// It was one, but is damaged.
    Damaged,
}

impl Header {
    /// Its length in the file.
    pub const LENGTH: usize = 68;

    /// Reads the header at the start of `file`.
    ///
    /// # Errors
    /// [`BadHeader`] says what is there instead.
    pub fn decode(file: &[u8]) -> Result<Self, BadHeader> {
        let mut r = Reader::new(file);
        if r.array() != Ok(MAGIC) {
            return Err(BadHeader::Foreign);
        }
        let version = r.u32_le().map_err(|_| BadHeader::Damaged)?;
        if version != VERSION {
            return Err(BadHeader::Version(version));
        }
        let covered = file.get(..Self::LENGTH - 4).ok_or(BadHeader::Damaged)?;
        let header = Self::fields(&mut r).map_err(|Truncated| BadHeader::Damaged)?;
        match r.u32_le() {
            Ok(crc) if crc == crc32c::crc32c(covered) => Ok(header),
            _ => Err(BadHeader::Damaged),
        }
    }

    fn fields(r: &mut Reader<'_>) -> Result<Self, Truncated> {
        Ok(Self {
            role: r.array()?,
            id: r.u64_le()?,
            first: r.u64_le()?,
            secret: r.array()?,
        })
    }

    /// Appends the header to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        Writer::new(out)
            .bytes(&MAGIC)
            .u32_le(VERSION)
            .bytes(&self.role)
            .u64_le(self.id)
            .u64_le(self.first)
            .bytes(&self.secret);
        let crc = crc32c::crc32c(out.get(start..).unwrap_or_default());
        Writer::new(out).u32_le(crc);
    }
}

/// One frame as it lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its commit index.
    pub index: u64,
    /// How many frames before it were not yet known to be durable.
    pub behind: u32,
    /// What it carries.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The length of a frame without its body.
    pub const OVERHEAD: usize = 20;

    /// Reads the frame at the start of `bytes`; `None` if there is no good one.
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        let length = r.u32_le().ok()?;
        let crc = r.u32_le().ok()?;
        let body_length = usize::try_from(length)
            .ok()
            .filter(|l| (1..=MAX_BODY).contains(l))?;
        let covered = r.rest().get(..Self::OVERHEAD - 8 + body_length)?;
        let (index, behind) = (r.u64_le().ok()?, r.u32_le().ok()?);
        let body = r.take(body_length).ok()?;
        (crc32c::crc32c_append(crc32c::crc32c(&length.to_le_bytes()), covered) == crc).then_some(Self {
            index,
            behind,
            body,
        })
    }

    /// Appends the frame to `out`. The body must be 1 to [`MAX_BODY`] bytes long.
    pub fn encode(&self, out: &mut Vec<u8>) {
        debug_assert!((1..=MAX_BODY).contains(&self.body.len()), "the body fits a frame");
        let length = u32::try_from(self.body.len()).unwrap_or(u32::MAX).to_le_bytes();
        let mut covered = Vec::with_capacity(Self::OVERHEAD + self.body.len());
        Writer::new(&mut covered)
            .u64_le(self.index)
            .u32_le(self.behind)
            .bytes(self.body);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&length), &covered);
        Writer::new(out).bytes(&length).u32_le(crc).bytes(&covered);
    }

    /// Its whole length in the file.
    pub fn length(&self) -> usize {
        Self::OVERHEAD + self.body.len()
    }
}

/// The frames of a file, in order; ends at the first place where there is no good next one.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    file: &'a [u8],
    offset: usize,
    next: u64,
}

/// What comes after the last good frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing but zeros.
    Clean,
    /// What a crash left of frames that had not been synced: to be cut off.
    Torn,
    /// A frame that had been synced is not there any more.
    Damaged,
}

impl<'a> Frames<'a> {
    /// The frames after the header of `file`.
    pub fn new(file: &'a [u8], header: &Header) -> Self {
        Self {
            file,
            offset: Header::LENGTH,
            next: header.first,
        }
    }

    /// Where the next frame is, or would be.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The index of the next frame.
    pub fn next_index(&self) -> u64 {
        self.next
    }

    /// What comes after the last frame that was read.
    pub fn tail(&self) -> Tail {
        let rest = self.rest();
        if rest.iter().all(|byte| *byte == 0) {
            return Tail::Clean;
        }
        let proves_damage =
            |frame: Frame<'_>| frame.index.saturating_sub(u64::from(frame.behind)) > self.next;
        let mut later = (1..rest.len()).filter_map(|at| Frame::decode(rest.get(at..)?));
        if later.any(proves_damage) {
            Tail::Damaged
        } else {
            Tail::Torn
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.file.get(self.offset..).unwrap_or_default()
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let frame = Frame::decode(self.rest()).filter(|frame| frame.index == self.next)?;
        self.offset += frame.length();
        self.next = self.next.checked_add(1)?;
        Some(frame)
    }
}

const MAGIC: [u8; 8] = *b"fairloss";
const VERSION: u32 = 1;

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
            let body = &index.to_be_bytes();
            Frame {
                index: *index,
                behind: *behind,
                body,
            }
            .encode(&mut out);
        }
        out.extend_from_slice(&[0; 100]);
        out
    }

    fn read(file: &[u8]) -> (usize, Tail) {
        let mut frames = Frames::new(file, &HEADER);
        let count = frames.by_ref().count();
        (count, frames.tail())
    }

    const FRAME: usize = Frame::OVERHEAD + 8;

    #[test]
    fn a_header_reads_back_and_no_flipped_bit_goes_unseen() {
        let bytes = file(&[]);
        assert_eq!(Header::decode(&bytes), Ok(HEADER));
        for bit in 0..Header::LENGTH * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn zeros_after_the_last_frame_are_a_clean_end() {
        assert_eq!(read(&file(&[(10, 0), (11, 0), (12, 2)])), (3, Tail::Clean));
        assert_eq!(read(&file(&[])), (0, Tail::Clean));
    }

    #[test]
    fn a_frame_cut_short_anywhere_is_a_torn_tail() {
        let whole = file(&[(10, 0), (11, 1)]);
        for kept in 1..FRAME {
            let mut torn = whole.clone();
            torn[Header::LENGTH + FRAME + kept..].fill(0);
            assert_eq!(read(&torn), (1, Tail::Torn), "{kept} bytes kept");
        }
    }

    #[test]
    fn unsynced_frames_written_out_of_order_are_a_torn_tail() {
        let mut bytes = file(&[(10, 0), (11, 1), (12, 2), (13, 3)]);
        bytes[Header::LENGTH + FRAME..][..FRAME].fill(0);
        assert_eq!(read(&bytes), (1, Tail::Torn));
    }

    #[test]
    fn a_bad_frame_that_a_later_one_knew_to_be_durable_is_damage() {
        let mut bytes = file(&[(10, 0), (11, 1), (12, 2), (13, 1)]);
        bytes[Header::LENGTH + FRAME + 5] ^= 1;
        assert_eq!(read(&bytes), (1, Tail::Damaged));
    }

    #[test]
    fn a_good_frame_of_an_older_life_is_not_taken_for_the_next() {
        assert_eq!(read(&file(&[(10, 0), (9, 0)])), (1, Tail::Torn));
        assert_eq!(read(&file(&[(10, 0), (12, 2)])), (1, Tail::Torn));
    }
}
