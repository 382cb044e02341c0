//! The datagram of the FIFO link: a segment of one stream, and what is known of the other.
//!
//! ```text
//!   offset  size  field                  network byte order throughout
//!   0       2     magic                  "fL"
//!   2       1     version                1
//!   3       1     flags                  1 FIN · 2 from the caller · 4 asks for an acknowledgement · 8 answers
//!   4       8     stream                 the id of the connection
//!   12      8     number                 of this transmission: none is used twice
//!   20      8     first                  the index of the segment's first byte
//!   28      8     next                   everything before this index has arrived
//!   36      8     answered               the number that this frame answers, if flag 8 is set
//!   44      4     window                 how many indices from `next` on there is room for
//!   48      1     ranges                 how many ranges follow, at most 8
//!   49      8 × n range                  what arrived beyond: first and last + 1, both less `next`
//!   …             payload                the segment's bytes
//!   …       16    tag                    of all before it (see `Seal`)
//! ```
//!
//! A number per transmission, and not per segment, is QUIC's answer (RFC 9002, section 2) to Karn's question: the
//! answer to a repeated segment says which of the copies it answers.

use std::ops::Range;

use thiserror::Error;

use super::super::seal::{Seal, TAG_LEN};
use crate::wire::{Reader, Truncated, Writer};

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Which end sent it.
    pub from: Side,
    /// The id of the connection.
    pub stream: u64,
    /// The number of this transmission.
    pub number: u64,
    /// The index of the first byte of the payload in the sender's stream.
    pub first: u64,
    /// Whether the sender's stream ends behind the payload. The end takes an index of its own, so that it is
    /// acknowledged like a byte.
    pub fin: bool,
    /// Whether it asks for an acknowledgement.
    pub asks: bool,
    /// What the sender has of the receiver's stream.
    pub ack: Ack,
    /// The bytes of the segment.
    pub payload: &'a [u8],
}

/// What has arrived of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ack {
    /// Everything before this index.
    pub next: u64,
    /// How many indices from there on there is room for.
    pub window: u32,
    /// The frame that this answers.
    pub answered: Option<u64>,
    /// What arrived beyond `next`: ascending, neither overlapping nor touching.
    pub ranges: Vec<Range<u64>>,
}

/// The two ends of a connection: each refuses what comes from its own side, so that a frame that is sent back is
/// not taken for one of the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who began.
    Caller,
    /// The one who was called.
    Listener,
}

impl Side {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Listener,
            Self::Listener => Self::Caller,
        }
    }
}

/// Why a datagram is no frame.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// It does not begin like one: it is somebody else's.
    #[error("not a frame of this protocol and version")]
    Foreign,
    /// The tag is wrong: it was damaged on the way, or made without the secret.
    #[error("the tag of the frame is wrong")]
    Damaged,
    /// The tag is right and the contents are not: a mistake of the sender.
    #[error("the frame contradicts itself")]
    Malformed,
}

impl From<Truncated> for FrameError {
    fn from(_: Truncated) -> Self {
        Self::Malformed
    }
}

impl<'a> Frame<'a> {
    /// Appends the frame and its tag to `out`. Of the ranges the first eight are named.
    pub fn write(&self, seal: &Seal, out: &mut Vec<u8>) {
        let mut flags = 0;
        for (flag, set) in [
            (FIN, self.fin),
            (FROM_CALLER, self.from == Side::Caller),
            (ASKS, self.asks),
            (ANSWERS, self.ack.answered.is_some()),
        ] {
            flags |= if set { flag } else { 0 };
        }
        let start = out.len();
        let mut writer = Writer::new(out);
        writer.bytes(&MAGIC).u8(VERSION).u8(flags);
        let answered = self.ack.answered.unwrap_or(0);
        for field in [self.stream, self.number, self.first, self.ack.next, answered] {
            writer.bytes(&field.to_be_bytes());
        }
        let named = || {
            self.ack
                .ranges
                .iter()
                .filter_map(|range| relative(range, self.ack.next))
                .take(MOST_RANGES)
        };
        writer
            .u32(self.ack.window)
            .u8(u8::try_from(named().count()).unwrap_or(0));
        for (start, end) in named() {
            writer.u32(start).u32(end);
        }
        writer.bytes(self.payload);
        seal.close_from(start, out);
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`FrameError`] says why a datagram is none.
    pub fn parse(seal: &Seal, datagram: &'a [u8]) -> Result<Self, FrameError> {
        if datagram.get(..3) != Some(&[MAGIC[0], MAGIC[1], VERSION]) {
            return Err(FrameError::Foreign);
        }
        let mut reader = Reader::new(seal.open(datagram).ok_or(FrameError::Damaged)?);
        reader.skip(3)?;
        let flags = reader.u8()?;
        let has = |flag| flags & flag != 0;
        let (stream, number, first) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let (next, answered) = (reader.u64()?, reader.u64()?);
        let window = reader.u32()?;
        let ack = Ack {
            next,
            window,
            answered: has(ANSWERS).then_some(answered),
            ranges: ranges(&mut reader, next)?,
        };
        let payload = reader.rest();
        // The index behind the end must still be a number.
        if first.checked_add(payload.len() as u64 + 1).is_none() {
            return Err(FrameError::Malformed);
        }
        Ok(Self {
            from: if has(FROM_CALLER) {
                Side::Caller
            } else {
                Side::Listener
            },
            stream,
            number,
            first,
            fin: has(FIN),
            asks: has(ASKS),
            ack,
            payload,
        })
    }
}

/// A range as its two distances from `next`, if they fit.
fn relative(range: &Range<u64>, next: u64) -> Option<(u32, u32)> {
    let distance = |index: u64| {
        index
            .checked_sub(next)
            .and_then(|distance| u32::try_from(distance).ok())
    };
    Some((distance(range.start)?, distance(range.end)?))
}

fn ranges(reader: &mut Reader<'_>, next: u64) -> Result<Vec<Range<u64>>, FrameError> {
    let count = usize::from(reader.u8()?);
    if count > MOST_RANGES {
        return Err(FrameError::Malformed);
    }
    let mut ranges = Vec::with_capacity(count);
    let mut above = next;
    for _ in 0..count {
        let mut index = || -> Result<u64, FrameError> {
            next.checked_add(u64::from(reader.u32()?))
                .ok_or(FrameError::Malformed)
        };
        let range = index()?..index()?;
        if range.start <= above || range.is_empty() {
            return Err(FrameError::Malformed);
        }
        above = range.end;
        ranges.push(range);
    }
    Ok(ranges)
}

/// The most bytes of a datagram that no network on the Internet cuts into pieces: RFC 9000, section 14.
pub const LARGEST_DATAGRAM: usize = 1200;

/// The most bytes of payload in it.
pub const LARGEST_PAYLOAD: usize = LARGEST_DATAGRAM - OVERHEAD;

/// What a datagram has besides payload, at most.
pub(super) const OVERHEAD: usize = HEADER_LEN + MOST_RANGES * RANGE_LEN + TAG_LEN;

const MAGIC: [u8; 2] = *b"fL";
const VERSION: u8 = 1;
const FIN: u8 = 1;
const FROM_CALLER: u8 = 2;
const ASKS: u8 = 4;
const ANSWERS: u8 = 8;
const HEADER_LEN: usize = 49;
const RANGE_LEN: usize = 8;
const MOST_RANGES: usize = 8;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(payload: &[u8], ranges: Vec<Range<u64>>) -> Frame<'_> {
        Frame {
            from: Side::Caller,
            stream: 7,
            number: 3,
            first: 1 << 40,
            fin: true,
            asks: true,
            ack: Ack {
                next: 10,
                window: 500,
                answered: Some(2),
                ranges,
            },
            payload,
        }
    }

    fn written(frame: &Frame<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        frame.write(&Seal::checksum(), &mut out);
        out
    }

    /// A datagram with a right tag, whatever the contents.
    fn sealed(contents: &[u8]) -> Vec<u8> {
        let mut datagram = contents.to_vec();
        Seal::checksum().close(&mut datagram);
        datagram
    }

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let frame = frame(b"payload", vec![11..20, 30..31]);
        assert_eq!(Frame::parse(&Seal::checksum(), &written(&frame)), Ok(frame));
    }

    #[test]
    fn the_largest_frame_fits_the_largest_datagram() {
        let ranges = (0..20).map(|n| 11 + n * 10..15 + n * 10).collect();
        let datagram = written(&frame(&[0; LARGEST_PAYLOAD], ranges));
        assert_eq!(datagram.len(), LARGEST_DATAGRAM);
        assert_eq!(
            Frame::parse(&Seal::checksum(), &datagram)
                .unwrap()
                .ack
                .ranges
                .len(),
            MOST_RANGES
        );
    }

    #[test]
    fn a_damaged_frame_is_refused_wherever_it_is_damaged() {
        let whole = written(&frame(b"payload", vec![11..20, 30..31]));
        for place in 0..whole.len() {
            let mut datagram = whole.clone();
            datagram[place] ^= 0x10;
            assert!(
                Frame::parse(&Seal::checksum(), &datagram).is_err(),
                "byte {place}"
            );
        }
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = written(&frame(b"payload", vec![11..20, 30..31]));
        for len in 0..whole.len() {
            assert!(Frame::parse(&Seal::checksum(), &whole[..len]).is_err());
        }
        for len in 3..HEADER_LEN {
            assert_eq!(
                Frame::parse(&Seal::checksum(), &sealed(&whole[..len])),
                Err(FrameError::Malformed)
            );
        }
    }

    #[test]
    fn ranges_that_do_not_ascend_are_refused() {
        let contents = written(&frame(b"", vec![11..20, 30..40]));
        let contents = &contents[..contents.len() - TAG_LEN];
        let mut swapped = contents.to_vec();
        swapped[HEADER_LEN..].rotate_left(8);
        assert_eq!(
            Frame::parse(&Seal::checksum(), &sealed(&swapped)),
            Err(FrameError::Malformed)
        );
        let mut many = contents.to_vec();
        many[HEADER_LEN - 1] = 9;
        assert_eq!(
            Frame::parse(&Seal::checksum(), &sealed(&many)),
            Err(FrameError::Malformed)
        );
    }

    #[test]
    fn an_end_beyond_the_numbers_is_refused() {
        let frame = Frame {
            first: u64::MAX - 7,
            ..frame(b"payload", vec![])
        };
        assert_eq!(
            Frame::parse(&Seal::checksum(), &written(&frame)),
            Err(FrameError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(contents in prop::collection::vec(any::<u8>(), 0..120)) {
            let mut framed = b"fL\x01".to_vec();
            framed.extend_from_slice(&contents);
            let datagram = sealed(&framed);
            if let Ok(frame) = Frame::parse(&Seal::checksum(), &datagram) {
                let again = written(&frame);
                prop_assert_eq!(Frame::parse(&Seal::checksum(), &again), Ok(frame));
            }
        }
    }
}
