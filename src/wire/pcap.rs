//! The capture file format of libpcap: a file header, then records of a header and the captured bytes.
//!
//! draft-ietf-opsawg-pcap; the variants are those that libpcap reads: both byte orders, micro- and nanoseconds,
//! and the "modified" record header of 24 bytes that some Linux systems wrote around 1999.

use thiserror::Error;

use super::{LinkType, Reader, Truncated, Writer};

/// The byte order of whoever wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

impl Order {
    /// Reads two bytes in this order.
    pub(super) fn u16(self, reader: &mut Reader<'_>) -> Result<u16, Truncated> {
        match self {
            Self::Big => reader.u16(),
            Self::Little => reader.u16_le(),
        }
    }

    /// Reads four bytes in this order.
    pub(super) fn u32(self, reader: &mut Reader<'_>) -> Result<u32, Truncated> {
        match self {
            Self::Big => reader.u32(),
            Self::Little => reader.u32_le(),
        }
    }

    /// Reads eight bytes in this order.
    pub(super) fn u64(self, reader: &mut Reader<'_>) -> Result<u64, Truncated> {
        match self {
            Self::Big => reader.u64(),
            Self::Little => reader.u64_le(),
        }
    }
}

/// The unit of the fractions of a second in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Microseconds.
    Micro,
    /// Nanoseconds.
    Nano,
}

/// The header of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The byte order of all that follows.
    pub order: Order,
    /// The unit of the fractions in the records' time stamps.
    pub precision: Precision,
    /// Whether record headers are the 24 bytes of the modified format.
    pub modified: bool,
    /// No record holds more bytes of a packet than this.
    pub snaplen: u32,
    /// What the packets begin with.
    pub link: LinkType,
}

/// Why a file is not one of ours. The words are libpcap's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The magic number is none of this format's.
    #[error("unknown file format")]
    UnknownFormat,
    /// A version that nothing is known about.
    #[error("unsupported pcap savefile version {0}.{1}")]
    Version(u16, u16),
}

impl Header {
    /// How long it is, in bytes.
    pub const LEN: usize = 24;

    /// The longest packet that a file of `link` may hold, in bytes: a bound on what a hostile length can ask for.
    pub fn max_captured(link: LinkType) -> u32 {
        match link.0 {
            // D-Bus messages and some USB captures really are this long.
            231 => 128 << 20,
            220 | 249 => 1 << 20,
            _ => DEFAULT_SNAPLEN,
        }
    }

    /// Whether a file that begins with these bytes is of this format.
    pub fn is_magic(magic: [u8; 4]) -> bool {
        recognise(magic).is_some()
    }

    /// Reads the header of a file.
    ///
    /// # Errors
    /// When the bytes begin with another magic number, or the version is not 2.
    pub fn parse(bytes: &[u8; Self::LEN]) -> Result<Self, HeaderError> {
        let mut reader = Reader::new(bytes);
        Self::read(&mut reader).map_err(|Truncated| HeaderError::UnknownFormat)?
    }

    fn read(reader: &mut Reader<'_>) -> Result<Result<Self, HeaderError>, Truncated> {
        let magic: [u8; 4] = reader.array()?;
        let Some((order, precision, modified)) = recognise(magic) else {
            return Ok(Err(HeaderError::UnknownFormat));
        };
        let (major, minor) = (order.u16(reader)?, order.u16(reader)?);
        if major != 2 || minor < 4 {
            return Ok(Err(HeaderError::Version(major, minor)));
        }
        reader.skip(8)?;
        let snaplen = order.u32(reader)?;
        // The upper six bits tell of a frame check sequence, not of the link type.
        let link = LinkType::from_file(order.u32(reader)? & 0x03ff_ffff);
        let longest = Self::max_captured(link);
        Ok(Ok(Self {
            order,
            precision,
            modified,
            snaplen: if snaplen == 0 || snaplen > i32::MAX as u32 {
                longest
            } else {
                snaplen
            },
            link,
        }))
    }

    /// Appends the header to `out`, in the plain format: version 2.4, little-endian.
    pub fn write(link: LinkType, precision: Precision, snaplen: u32, out: &mut Vec<u8>) {
        let magic = match precision {
            Precision::Micro => MICRO,
            Precision::Nano => NANO,
        };
        let mut writer = Writer::new(out);
        writer
            .u32_le(magic)
            .u16_le(2)
            .u16_le(4)
            .u64_le(0)
            .u32_le(snaplen)
            .u32_le(link.0);
    }

    /// How long the header of each record is, in bytes.
    pub fn record_len(&self) -> usize {
        if self.modified {
            RecordHeader::LEN + 8
        } else {
            RecordHeader::LEN
        }
    }
}

/// What stands before the bytes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Seconds since 1970.
    pub secs: u32,
    /// The fraction of the second, in the unit of the file.
    pub fraction: u32,
    /// How many bytes of the packet follow.
    pub captured: u32,
    /// How many bytes it had on the wire.
    pub original: u32,
}

impl RecordHeader {
    /// How long it is in the plain format, in bytes.
    pub const LEN: usize = 16;

    /// Reads a record's header.
    ///
    /// # Errors
    /// When there are fewer than [`Self::LEN`] bytes.
    #[inline]
    pub fn parse(order: Order, bytes: &[u8]) -> Result<Self, Truncated> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            secs: order.u32(&mut reader)?,
            fraction: order.u32(&mut reader)?,
            captured: order.u32(&mut reader)?,
            original: order.u32(&mut reader)?,
        })
    }

    /// Appends the header to `out`, little-endian.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer
            .u32_le(self.secs)
            .u32_le(self.fraction)
            .u32_le(self.captured)
            .u32_le(self.original);
    }
}

/// The snapshot length of a capture that asks for nothing else, in bytes; also the longest that most files hold.
pub const DEFAULT_SNAPLEN: u32 = 262_144;

const MICRO: u32 = 0xa1b2_c3d4;
const NANO: u32 = 0xa1b2_3c4d;
const MODIFIED: u32 = 0xa1b2_cd34;

fn recognise(magic: [u8; 4]) -> Option<(Order, Precision, bool)> {
    let known = |number: u32| match number {
        MICRO => Some((Precision::Micro, false)),
        NANO => Some((Precision::Nano, false)),
        MODIFIED => Some((Precision::Micro, true)),
        _ => None,
    };
    let with = |order| move |(precision, modified)| (order, precision, modified);
    let little = known(u32::from_le_bytes(magic)).map(with(Order::Little));
    little.or_else(|| known(u32::from_be_bytes(magic)).map(with(Order::Big)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: &[u8]) -> Result<Header, HeaderError> {
        Header::parse(bytes.try_into().unwrap())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        Header::write(LinkType::RAW, Precision::Nano, 96, &mut bytes);
        let read = header(&bytes).unwrap();
        assert_eq!(
            (read.link, read.precision, read.snaplen, read.order),
            (LinkType::RAW, Precision::Nano, 96, Order::Little)
        );
        let record = RecordHeader {
            secs: 1,
            fraction: 2,
            captured: 3,
            original: 4,
        };
        bytes.clear();
        record.write(&mut bytes);
        assert_eq!(RecordHeader::parse(Order::Little, &bytes), Ok(record));
    }

    #[test]
    fn the_other_byte_order_is_recognised_by_its_magic() {
        let mut bytes = vec![0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4];
        bytes.extend([0; 8]);
        bytes.extend([0, 0, 0xff, 0xff, 0, 0, 0, 1]);
        let read = header(&bytes).unwrap();
        assert_eq!(
            (read.order, read.snaplen, read.link),
            (Order::Big, 0xffff, LinkType::ETHERNET)
        );
    }

    #[test]
    fn foreign_magic_and_versions_are_refused() {
        assert_eq!(header(&[0; 24]), Err(HeaderError::UnknownFormat));
        let mut bytes = Vec::new();
        Header::write(LinkType::RAW, Precision::Micro, 96, &mut bytes);
        bytes[4] = 9;
        assert_eq!(header(&bytes), Err(HeaderError::Version(9, 4)));
    }

    #[test]
    fn a_snapshot_length_of_zero_means_the_longest() {
        let mut bytes = Vec::new();
        Header::write(LinkType::RAW, Precision::Micro, 0, &mut bytes);
        assert_eq!(header(&bytes).unwrap().snaplen, DEFAULT_SNAPLEN);
    }
}
