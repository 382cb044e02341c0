//! The datagram of the FIFO link: parts that are there or not, in this order.
//!
//! ```text
//!   size  field                  network byte order throughout
//!   2     magic                  "fL"
//!   1     version                2
//!   1     parts                  1 from the caller · 2 asks to be acknowledged · 4 hello · 8 ack · 16 segment
//!                                32 the stream ends behind the segment · 64 reset · 128 done
//!   8     stream                 the id of the connection: the nonces of both ends, XORed
//!   8     number                 of this datagram: each end counts up, and uses none twice
//!   4     back                   how far below it the lowest number is that its sender still waits for
//!
//!   hello:
//!   8     nonce                  a random number of the end that sends
//!   8     echo                   that of the other end; of a caller that does not know it yet, zero
//!   8     window                 how many bytes there is room for at the beginning
//!   4     datagram               the largest datagram that is taken
//!   4     socket                 the bytes that the socket holds while its owner is busy
//!
//!   ack:
//!   8     next                   everything of the stream before this index has arrived
//!   8     limit                  there is room for everything before this one
//!   4     delay                  µs between the arrival of the highest number and this
//!   1     count                  of the ranges of numbers that arrived, 1 to 255
//!   …     ranges                 see `Numbers`
//!
//!   reset:
//!   1     reason                 1 it cannot go on · 2 the digests differ · 0 in answer to a reset
//!
//!   segment:
//!   8     first                  the index of its first byte
//!   32    digest                 BLAKE3 of the whole stream, if it ends here
//!   …     bytes                  up to the tag
//!
//!   without a segment, bytes up to the tag are padding
//!   16    tag                    of all before it (see `Seal`)
//! ```
//!
//! A number per datagram, and not per segment, is QUIC's answer (RFC 9002, section 2) to Karn's question: what is
//! acknowledged is one transmission, so that every acknowledgement is a measurement.

mod numbers;

use thiserror::Error;

pub use self::numbers::Numbers;
use super::super::seal::{Seal, TAG_LEN};
use super::Reason;
use crate::wire::{Reader, Truncated, Writer};

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Which end sent it.
    pub from: Side,
    /// The id of the connection.
    pub stream: u64,
    /// The number of this datagram.
    pub number: u64,
    /// How far below it the lowest number is that its sender still waits for.
    pub back: u32,
    /// Whether it asks to be acknowledged.
    pub asks: bool,
    /// Whether its sender has everything, and knows that the other end has too.
    pub done: bool,
    /// What the ends must know of each other at the beginning.
    pub hello: Option<Hello>,
    /// What the sender has of what was sent to it.
    pub ack: Option<Ack<'a>>,
    /// That the sender gives up, and why; without a reason in answer to a reset.
    pub reset: Option<Option<Reason>>,
    /// A part of the sender's stream.
    pub segment: Option<Segment<'a>>,
    /// Bytes that mean nothing, so that the datagram has a certain size.
    pub padding: usize,
}

/// What the ends must know of each other at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// A random number of the end that sends.
    pub nonce: u64,
    /// That of the other end.
    pub echo: u64,
    /// How many bytes there is room for at the beginning.
    pub window: u64,
    /// The largest datagram that is taken.
    pub datagram: u32,
    /// The bytes that the socket holds while its owner is busy.
    pub socket: u32,
}

/// What has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack<'a> {
    /// Everything of the stream before this index.
    pub next: u64,
    /// There is room for everything before this index.
    pub limit: u64,
    /// Microseconds between the arrival of the highest number and this.
    pub delay: u32,
    /// The numbers of the datagrams.
    pub numbers: Numbers<'a>,
}

/// A part of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The index of the first byte.
    pub first: u64,
    /// The digest of the whole stream, if it ends behind the bytes. The end takes an index of its own, so that it is
    /// acknowledged like a byte.
    pub end: Option<[u8; DIGEST_LEN]>,
    /// The bytes.
    pub bytes: &'a [u8],
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
    #[error("not a frame of this protocol")]
    Foreign,
    /// It is one of another version of the protocol.
    #[error("a frame of version {0}")]
    Version(u8),
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
    /// Appends the frame and its tag to `out`.
    pub fn write(&self, seal: &Seal, out: &mut Vec<u8>) {
        self.write_with(seal, out, |_| ());
    }

    /// The same, with bytes that `more` appends behind those of the segment, so that they need not lie in one place
    /// before.
    pub(super) fn write_with(&self, seal: &Seal, out: &mut Vec<u8>, more: impl FnOnce(&mut Vec<u8>)) {
        let start = out.len();
        self.head(out);
        if let Some(segment) = &self.segment {
            let mut writer = Writer::new(out);
            writer.u64(segment.first);
            if let Some(digest) = &segment.end {
                writer.bytes(digest);
            }
            writer.bytes(segment.bytes);
            more(out);
        } else {
            out.resize(out.len() + self.padding, 0);
        }
        seal.close_from(start, out);
    }

    /// Everything before the segment.
    fn head(&self, out: &mut Vec<u8>) {
        let mut parts = 0;
        for (part, there) in [
            (FROM_CALLER, self.from == Side::Caller),
            (ASKS, self.asks),
            (HELLO, self.hello.is_some()),
            (ACK, self.ack.is_some()),
            (SEGMENT, self.segment.is_some()),
            (END, self.segment.is_some_and(|segment| segment.end.is_some())),
            (RESET, self.reset.is_some()),
            (DONE, self.done),
        ] {
            parts |= if there { part } else { 0 };
        }
        let mut writer = Writer::new(out);
        writer.bytes(&MAGIC).u8(VERSION).u8(parts);
        writer.u64(self.stream).u64(self.number).u32(self.back);
        if let Some(hello) = &self.hello {
            writer.u64(hello.nonce).u64(hello.echo).u64(hello.window);
            writer.u32(hello.datagram).u32(hello.socket);
        }
        if let Some(ack) = &self.ack {
            writer.u64(ack.next).u64(ack.limit).u32(ack.delay);
            ack.numbers.write(&mut writer);
        }
        if let Some(reset) = &self.reset {
            writer.u8(reset.map_or(0, Reason::code));
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`FrameError`] says why a datagram is none.
    pub fn parse(seal: &Seal, datagram: &'a [u8]) -> Result<Self, FrameError> {
        if !datagram.starts_with(&MAGIC) {
            return Err(FrameError::Foreign);
        }
        let mut reader = Reader::new(seal.open(datagram).ok_or(FrameError::Damaged)?);
        reader.skip(MAGIC.len())?;
        let version = reader.u8()?;
        if version != VERSION {
            return Err(FrameError::Version(version));
        }
        let parts = reader.u8()?;
        let has = |part| parts & part != 0;
        let mut frame = Self {
            from: if has(FROM_CALLER) {
                Side::Caller
            } else {
                Side::Listener
            },
            stream: reader.u64()?,
            number: reader.u64()?,
            back: reader.u32()?,
            asks: has(ASKS),
            done: has(DONE),
            hello: None,
            ack: None,
            reset: None,
            segment: None,
            padding: 0,
        };
        if frame.number > HIGHEST_NUMBER || u64::from(frame.back) > frame.number || has(END) && !has(SEGMENT)
        {
            return Err(FrameError::Malformed);
        }
        if has(HELLO) {
            frame.hello = Some(hello(&mut reader)?);
        }
        if has(ACK) {
            frame.ack = Some(ack(&mut reader)?);
        }
        if has(RESET) {
            frame.reset = Some(Reason::from_code(reader.u8()?));
        }
        if has(SEGMENT) {
            frame.segment = Some(segment(&mut reader, has(END))?);
        } else {
            frame.padding = reader.len();
        }
        Ok(frame)
    }
}

impl Segment<'_> {
    /// The index behind the bytes, and behind the end if it is there.
    pub fn last(&self) -> u64 {
        self.first + self.bytes.len() as u64 + u64::from(self.end.is_some())
    }
}

fn hello(reader: &mut Reader<'_>) -> Result<Hello, Truncated> {
    Ok(Hello {
        nonce: reader.u64()?,
        echo: reader.u64()?,
        window: reader.u64()?,
        datagram: reader.u32()?,
        socket: reader.u32()?,
    })
}

fn ack<'a>(reader: &mut Reader<'a>) -> Result<Ack<'a>, FrameError> {
    Ok(Ack {
        next: reader.u64()?,
        limit: reader.u64()?,
        delay: reader.u32()?,
        numbers: Numbers::parse(reader)?,
    })
}

fn segment<'a>(reader: &mut Reader<'a>, ends: bool) -> Result<Segment<'a>, FrameError> {
    let first = reader.u64()?;
    let end = if ends { Some(reader.array()?) } else { None };
    let bytes = reader.rest();
    // The index behind the end must still be a number.
    if first.checked_add(bytes.len() as u64 + 1).is_none() {
        return Err(FrameError::Malformed);
    }
    Ok(Segment { first, end, bytes })
}

/// The size of datagram that every network carries that carries QUIC: RFC 9000, section 14.
pub const BASE_DATAGRAM: usize = 1200;

/// The largest that UDP over IPv4 has a number for.
pub const LARGEST_DATAGRAM: usize = 65_507;

/// The most bytes of a frame with a segment that are not the segment's, besides hello, ack and digest.
pub(super) const SEGMENT_OVERHEAD: usize = FIXED_LEN + 8 + TAG_LEN;
pub(super) const HELLO_LEN: usize = 32;
pub(super) const ACK_LEN: usize = 20;
/// Of a BLAKE3 digest.
pub const DIGEST_LEN: usize = 32;

/// Every frame has these.
pub(super) const FIXED_LEN: usize = 24;

/// Numbers stay below this, so that nothing overflows that is reckoned with them.
const HIGHEST_NUMBER: u64 = u64::MAX >> 2;

const MAGIC: [u8; 2] = *b"fL";
const VERSION: u8 = 2;
const FROM_CALLER: u8 = 1;
const ASKS: u8 = 2;
const HELLO: u8 = 4;
const ACK: u8 = 8;
const SEGMENT: u8 = 16;
const END: u8 = 32;
const RESET: u8 = 64;
const DONE: u8 = 128;

#[cfg(test)]
mod tests;
