//! The blocks of a pcapng file (draft-ietf-opsawg-pcapng) that hold packets, and those that explain them: read
//! here, written by `write_…`.
//!
//! [`Section`] is fed one block after another and remembers what the packets refer to: the byte order and the
//! interfaces. Blocks of other types are passed over, as the format demands.

mod interface;
mod note;
mod write;

use thiserror::Error;

pub use interface::Interface;
pub use note::Notes;
pub use write::{Application, Counts, write_interface, write_packet, write_section, write_statistics};

use super::pcap::{DEFAULT_SNAPLEN, Header, Order};
use super::{LinkType, Reader, Truncated};

/// How long type and length of a block are together, in bytes; as much must be read to know the rest.
pub const PREFIX_LEN: usize = 8;

/// The block type of a section header: a palindrome, so that it reads the same in both byte orders.
pub const SECTION_HEADER: u32 = 0x0a0d_0d0a;

/// No block may be longer than this many bytes: a bound on what a hostile length can ask for.
pub const MAX_BLOCK: u32 = 16 << 20;

/// A packet out of a block, with the nanoseconds of its time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Seconds since 1970.
    pub secs: u64,
    /// Nanoseconds into that second.
    pub nanos: u32,
    /// What the packet begins with.
    pub link: LinkType,
    /// How many bytes it had on the wire.
    pub original: u32,
    /// Those of its bytes that were captured.
    pub bytes: &'a [u8],
    /// What else is said of it.
    pub notes: Notes<'a>,
    /// The place of its interface among those of the section.
    pub interface: u32,
}

/// What is wrong with a block. The words are libpcap's.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BlockError {
    /// The fields of the block end too early.
    #[error("block in pcapng dump file has a length too short for its fields")]
    Short,
    /// A length that no block can have.
    #[error("block in pcapng dump file has a length of {0} < 12")]
    TooShort(u32),
    /// A length that would need more memory than any block is worth.
    #[error("pcapng block size of {0} > maximum {MAX_BLOCK}")]
    TooLong(u32),
    /// Blocks are padded to 32 bits.
    #[error("block in pcapng dump file has a length of {0} that is not a multiple of 4")]
    Unaligned(u32),
    /// The two copies of the length differ.
    #[error("block total length in header and trailer don't match")]
    Trailer,
    /// The byte-order magic of a section header is neither of the two.
    #[error("section header of the pcapng dump file has an unknown byte order")]
    ByteOrder,
    /// A version that nothing is known about.
    #[error("unsupported pcapng savefile version {0}.{1}")]
    Version(u16, u16),
    /// A packet refers to an interface that was not described.
    #[error(
        "a packet arrived on interface {0}, but there's no Interface Description Block for that interface"
    )]
    NoInterface(u32),
    /// A packet claims more bytes than its block has.
    #[error("a packet has a captured length of {0} > the length of its block")]
    Captured(u32),
    /// More interfaces in one section than anybody has.
    #[error("the pcapng dump file describes more than {MAX_INTERFACES} interfaces")]
    Interfaces,
}

impl From<Truncated> for BlockError {
    fn from(_: Truncated) -> Self {
        Self::Short
    }
}

/// What the packets of the current section refer to.
#[derive(Clone, Debug)]
pub struct Section {
    order: Order,
    interfaces: Vec<Described>,
}

/// An interface as its block describes it.
#[derive(Clone, Debug)]
struct Described {
    interface: Interface,
    resolution: Resolution,
    /// `if_tsoffset`: seconds to add to every time stamp.
    offset: u64,
}

impl Section {
    /// The first section of a file, before its header has been [fed](Self::block).
    pub fn new() -> Self {
        Self {
            order: Order::Little,
            interfaces: Vec::new(),
        }
    }

    /// The length of a whole block by the first [`PREFIX_LEN`] + 4 bytes of it, in bytes: the four beyond the
    /// prefix tell the byte order if the block is a section header.
    ///
    /// # Errors
    /// When no block can have this length.
    pub fn block_len(&mut self, start: &[u8; PREFIX_LEN + 4]) -> Result<usize, BlockError> {
        let mut reader = Reader::new(start);
        if reader.u32()? == SECTION_HEADER {
            let [.., a, b, c, d] = *start;
            self.order = match [a, b, c, d] {
                [0x1a, 0x2b, 0x3c, 0x4d] => Order::Big,
                [0x4d, 0x3c, 0x2b, 0x1a] => Order::Little,
                _ => return Err(BlockError::ByteOrder),
            };
        }
        let len = self.order.u32(&mut reader)?;
        match len {
            ..12 => Err(BlockError::TooShort(len)),
            _ if len > MAX_BLOCK => Err(BlockError::TooLong(len)),
            _ if !len.is_multiple_of(4) => Err(BlockError::Unaligned(len)),
            _ => Ok(len as usize),
        }
    }

    /// Whether the block that begins with `start` holds a packet.
    #[inline]
    pub fn holds_packet(&self, start: &[u8]) -> bool {
        let kind = self.order.u32(&mut Reader::new(start));
        matches!(kind, Ok(ENHANCED_PACKET | OBSOLETE_PACKET | SIMPLE_PACKET))
    }

    /// Takes one whole block, and gives the packet that it holds, if any.
    ///
    /// # Errors
    /// When the block contradicts itself or what came before it.
    pub fn block<'a>(&mut self, block: &'a [u8]) -> Result<Option<Packet<'a>>, BlockError> {
        let mut reader = Reader::new(block);
        let kind = self.order.u32(&mut reader)?;
        let len = self.order.u32(&mut reader)?;
        let mut body = reader.sub(reader.len().checked_sub(4).ok_or(Truncated)?)?;
        if self.order.u32(&mut reader)? != len {
            return Err(BlockError::Trailer);
        }
        match kind {
            SECTION_HEADER => self.section(&mut body).map(|()| None),
            INTERFACE => self.describe(&mut body).map(|()| None),
            ENHANCED_PACKET => self.enhanced(&mut body).map(Some),
            OBSOLETE_PACKET => self.obsolete(&mut body).map(Some),
            SIMPLE_PACKET => self.simple(&mut body).map(Some),
            _ => Ok(None),
        }
    }

    /// The link type of the first interface, once one has been described.
    pub fn link(&self) -> Option<LinkType> {
        self.interface(0).map(|first| first.link)
    }

    /// The snapshot length of the first interface, once one has been described.
    pub fn snaplen(&self) -> Option<u32> {
        self.interface(0).map(|first| first.snaplen)
    }

    /// The interface at this place.
    pub fn interface(&self, place: u32) -> Option<&Interface> {
        Some(&self.interfaces.get(place as usize)?.interface)
    }

    fn section(&mut self, body: &mut Reader<'_>) -> Result<(), BlockError> {
        body.skip(4)?;
        let (major, minor) = (self.order.u16(body)?, self.order.u16(body)?);
        // Some writers put a minor version of 2 and mean 0.
        if major != 1 || (minor != 0 && minor != 2) {
            return Err(BlockError::Version(major, minor));
        }
        self.interfaces.clear();
        Ok(())
    }

    fn describe(&mut self, body: &mut Reader<'_>) -> Result<(), BlockError> {
        if self.interfaces.len() == MAX_INTERFACES {
            return Err(BlockError::Interfaces);
        }
        let link = LinkType::from_file(u32::from(self.order.u16(body)?));
        body.skip(2)?;
        let snaplen = self.order.u32(body)?;
        let mut described = Described {
            interface: Interface {
                link,
                snaplen: if snaplen == 0 || snaplen > i32::MAX as u32 {
                    Header::max_captured(link)
                } else {
                    snaplen
                },
                ..Interface::default()
            },
            resolution: Resolution::default(),
            offset: 0,
        };
        // Options that end too early are no reason to give up the packets.
        while let Ok((code, mut value)) = note::option(self.order, body) {
            match code {
                0 => break,
                2 => described.interface.name = interface::text(value),
                3 => described.interface.description = interface::text(value),
                9 => described.resolution = value.u8().map_or(described.resolution, Resolution::new),
                14 => described.offset = self.order.u64(&mut value).unwrap_or(described.offset),
                _ => {}
            }
        }
        self.interfaces.push(described);
        Ok(())
    }

    fn enhanced<'a>(&self, body: &mut Reader<'a>) -> Result<Packet<'a>, BlockError> {
        let interface = self.order.u32(body)?;
        self.stamped(interface, body)
    }

    fn obsolete<'a>(&self, body: &mut Reader<'a>) -> Result<Packet<'a>, BlockError> {
        let interface = u32::from(self.order.u16(body)?);
        body.skip(2)?;
        self.stamped(interface, body)
    }

    fn stamped<'a>(&self, interface: u32, body: &mut Reader<'a>) -> Result<Packet<'a>, BlockError> {
        let described = self.find(interface)?;
        let (high, low) = (self.order.u32(body)?, self.order.u32(body)?);
        let (captured, original) = (self.order.u32(body)?, self.order.u32(body)?);
        let (secs, nanos) = described
            .resolution
            .split((u64::from(high) << 32) | u64::from(low));
        Ok(Packet {
            secs: secs.wrapping_add(described.offset),
            nanos,
            link: described.interface.link,
            original,
            bytes: body
                .take(captured as usize)
                .map_err(|_| BlockError::Captured(captured))?,
            notes: Notes::behind(self.order, captured, body),
            interface,
        })
    }

    /// A packet of the first interface, without a time stamp.
    fn simple<'a>(&self, body: &mut Reader<'a>) -> Result<Packet<'a>, BlockError> {
        let described = self.find(0)?;
        let original = self.order.u32(body)?;
        let captured = original.min(described.interface.snaplen);
        Ok(Packet {
            secs: 0,
            nanos: 0,
            link: described.interface.link,
            original,
            bytes: body
                .take(captured as usize)
                .map_err(|_| BlockError::Captured(captured))?,
            notes: Notes::default(),
            interface: 0,
        })
    }

    fn find(&self, index: u32) -> Result<&Described, BlockError> {
        let found = self.interfaces.get(index as usize);
        found.ok_or(BlockError::NoInterface(index))
    }
}

impl Default for Section {
    fn default() -> Self {
        Self::new()
    }
}

/// The unit of an interface's time stamps (`if_tsresol`), as units a second.
#[derive(Clone, Copy, Debug)]
struct Resolution(u64);

impl Resolution {
    /// From the option's value: a negative power of ten, or of two if the top bit is set. An exponent too large
    /// to be a unit of anything is read as the default.
    fn new(value: u8) -> Self {
        let exponent = u32::from(value & 0x7f);
        let units = if value & 0x80 == 0 {
            10u64.checked_pow(exponent)
        } else {
            1u64.checked_shl(exponent)
        };
        units.map_or_else(Self::default, Self)
    }

    fn split(self, stamp: u64) -> (u64, u32) {
        let nanos = u128::from(stamp % self.0) * 1_000_000_000 / u128::from(self.0);
        (stamp / self.0, u32::try_from(nanos).unwrap_or_default())
    }
}

impl Default for Resolution {
    fn default() -> Self {
        Self(1_000_000)
    }
}

const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// More than any machine has; it bounds the memory that a hostile file can ask for.
const MAX_INTERFACES: usize = 65_536;

const _: () = assert!(MAX_BLOCK > DEFAULT_SNAPLEN, "a block holds the longest packet");

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: u32, body: &[u8]) -> Vec<u8> {
        let len = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
        [&kind.to_le_bytes()[..], &len, body, &len].concat()
    }

    fn section() -> Section {
        let mut section = Section::new();
        let header = block(
            SECTION_HEADER,
            &[
                0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ],
        );
        section.block_len(header.first_chunk().unwrap()).unwrap();
        assert_eq!(section.block(&header), Ok(None));
        section
    }

    fn packet(interface: u32, low: u32, bytes: &[u8]) -> Vec<u8> {
        let len = u32::try_from(bytes.len()).unwrap();
        let mut body: Vec<u8> = [interface, 0, low, len, 99]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect();
        body.extend(bytes);
        block(ENHANCED_PACKET, &body)
    }

    #[test]
    fn time_stamps_are_read_in_the_unit_of_their_interface() {
        let mut section = section();
        section
            .block(&block(INTERFACE, &[1, 0, 0, 0, 0, 0, 0, 0]))
            .unwrap();
        section
            .block(&block(
                INTERFACE,
                &[101, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0],
            ))
            .unwrap();
        let micro = packet(0, 1_500_000, &[1, 2, 3, 4]);
        let found = section.block(&micro).unwrap().unwrap();
        assert_eq!(
            (found.secs, found.nanos, found.link),
            (1, 500_000_000, LinkType::ETHERNET)
        );
        let nano = packet(1, 1_500_000, &[]);
        let found = section.block(&nano).unwrap().unwrap();
        assert_eq!(
            (found.secs, found.nanos, found.link),
            (0, 1_500_000, LinkType::RAW)
        );
        assert_eq!(found.original, 99);
    }

    #[test]
    fn a_packet_needs_its_interface() {
        assert_eq!(
            section().block(&packet(7, 0, &[])),
            Err(BlockError::NoInterface(7))
        );
    }

    #[test]
    fn hostile_lengths_are_refused() {
        let mut section = section();
        let mut start = |len: u32| {
            let mut bytes = [0; 12];
            bytes[4..8].copy_from_slice(&len.to_le_bytes());
            section.block_len(&bytes)
        };
        assert_eq!(start(8), Err(BlockError::TooShort(8)));
        assert_eq!(start(13), Err(BlockError::Unaligned(13)));
        assert_eq!(start(0xffff_fff0), Err(BlockError::TooLong(0xffff_fff0)));
        assert_eq!(start(12), Ok(12));
    }

    #[test]
    fn the_two_lengths_of_a_block_must_agree() {
        let mut bytes = block(5, &[0; 4]);
        bytes[12] = 9;
        assert_eq!(section().block(&bytes), Err(BlockError::Trailer));
    }

    #[test]
    fn an_absurd_resolution_is_read_as_the_default() {
        assert_eq!(Resolution::new(0x7f).split(1_000_000), (1, 0));
        assert_eq!(Resolution::new(0x80).split(5), (5, 0));
        assert_eq!(Resolution::new(0x81).split(3), (1, 500_000_000));
    }
}
