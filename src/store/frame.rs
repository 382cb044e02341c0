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

    /// The length of the longest frame.
    pub const LONGEST: usize = Self::OVERHEAD + MAX_BODY;

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
        let (index, behind) = (self.index.to_le_bytes(), self.behind.to_le_bytes());
        let crc = [&index[..], &behind, self.body]
            .into_iter()
            .fold(crc32c::crc32c(&length), crc32c::crc32c_append);
        Writer::new(out)
            .bytes(&length)
            .u32_le(crc)
            .bytes(&index)
            .bytes(&behind)
            .bytes(self.body);
    }

    /// Its whole length in the file.
    pub fn length(&self) -> usize {
        Self::OVERHEAD + self.body.len()
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

    #[test]
    fn a_header_reads_back_and_no_flipped_bit_goes_unseen() {
        let mut bytes = Vec::new();
        HEADER.encode(&mut bytes);
        assert_eq!(Header::decode(&bytes), Ok(HEADER));
        for bit in 0..Header::LENGTH * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&damaged).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn no_flipped_bit_of_a_frame_goes_unseen() {
        let frame = Frame {
            index: 11,
            behind: 2,
            body: b"tea",
        };
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        assert_eq!(Frame::decode(&bytes), Some(frame));
        assert_eq!(bytes.len(), frame.length());
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Frame::decode(&damaged), None, "bit {bit}");
        }
    }
}
