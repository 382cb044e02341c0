//! The blocks of a file that we write: little-endian, version 1.0.

use super::note::{COMMENT, END, write_option};
use super::{ENHANCED_PACKET, INTERFACE, Interface, Packet, SECTION_HEADER};
use crate::wire::Writer;
use crate::wire::pcap::Precision;

/// Who writes a file, and why.
#[derive(Clone, Copy, Debug)]
pub struct Application<'a> {
    /// The name and the version of the program.
    pub name: &'a str,
    /// What is to be said of the file.
    pub comment: Option<&'a str>,
}

/// What was counted on an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The packets that passed the filter.
    pub accepted: u64,
    /// Those of them that the system dropped.
    pub dropped: u64,
    /// Those that the interface itself dropped.
    pub missed: u64,
}

/// Appends the beginning of a file.
pub fn write_section(application: Application<'_>, out: &mut Vec<u8>) {
    block(SECTION_HEADER, out, |out| {
        // The length of the section is not known.
        Writer::new(out)
            .u32_le(BYTE_ORDER)
            .u16_le(1)
            .u16_le(0)
            .u64_le(u64::MAX);
        if let Some(comment) = application.comment {
            write_option(COMMENT, comment.as_bytes(), out);
        }
        write_option(USER_APPLICATION, application.name.as_bytes(), out);
        write_option(END, &[], out);
    });
}

/// Appends the description of an interface, whose packets have times of this precision. The packets refer to it by
/// its place among the descriptions.
pub fn write_interface(interface: &Interface, precision: Precision, filter: &str, out: &mut Vec<u8>) {
    block(INTERFACE, out, |out| {
        // The format has only 16 bits for the link type, which hold all that there are.
        let link = u16::try_from(interface.link.0).unwrap_or(u16::MAX);
        Writer::new(out).u16_le(link).u16_le(0).u32_le(interface.snaplen);
        for (code, text) in [(NAME, &interface.name), (DESCRIPTION, &interface.description)] {
            if !text.is_empty() {
                write_option(code, text.as_bytes(), out);
            }
        }
        let exponent = match precision {
            Precision::Micro => 6,
            Precision::Nano => 9,
        };
        write_option(RESOLUTION, &[exponent], out);
        if !filter.is_empty() {
            // The first byte says that it is an expression, not a program.
            write_option(FILTER, &[b"\0", filter.as_bytes()].concat(), out);
        }
        write_option(END, &[], out);
    });
}

/// Appends a packet of the interface at place `packet.interface`.
pub fn write_packet(packet: &Packet<'_>, precision: Precision, out: &mut Vec<u8>) {
    block(ENHANCED_PACKET, out, |out| {
        let stamp = stamp(packet.secs, packet.nanos, precision);
        let captured = u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX);
        Writer::new(out)
            .u32_le(packet.interface)
            .bytes(&stamp)
            .u32_le(captured)
            .u32_le(packet.original)
            .bytes(packet.bytes);
        out.resize(out.len().next_multiple_of(4), 0);
        let bare = out.len();
        packet.notes.write(out);
        if out.len() > bare {
            write_option(END, &[], out);
        }
    });
}

/// Appends what was counted on the interface at place `interface` up to this time.
pub fn write_statistics(
    interface: u32,
    (secs, nanos): (u64, u32),
    precision: Precision,
    counts: &Counts,
    out: &mut Vec<u8>,
) {
    block(STATISTICS, out, |out| {
        let stamp = stamp(secs, nanos, precision);
        Writer::new(out).u32_le(interface).bytes(&stamp);
        write_option(END_TIME, &stamp, out);
        for (code, count) in [
            (INTERFACE_DROPPED, counts.missed),
            (ACCEPTED, counts.accepted),
            (SYSTEM_DROPPED, counts.dropped),
        ] {
            write_option(code, &count.to_le_bytes(), out);
        }
        write_option(END, &[], out);
    });
}

/// Appends a block around the body that `write` appends, which has a multiple of four bytes. The lengths, which stand
/// at both ends, cannot overflow: [`super::MAX_BLOCK`] bounds what is read, and options are short.
fn block(kind: u32, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    Writer::new(out).u32_le(kind).u32_le(0);
    write(out);
    let len = u32::try_from(out.len() - start + 4)
        .unwrap_or(u32::MAX)
        .to_le_bytes();
    out.extend_from_slice(&len);
    if let Some(place) = out.get_mut(start + 4..start + 8) {
        place.copy_from_slice(&len);
    }
}

/// A time in units of the precision: the upper half first, each half little-endian.
fn stamp(secs: u64, nanos: u32, precision: Precision) -> [u8; 8] {
    let (units, fraction) = match precision {
        Precision::Micro => (1_000_000, nanos / 1000),
        Precision::Nano => (1_000_000_000, nanos),
    };
    let stamp = secs.wrapping_mul(units).wrapping_add(u64::from(fraction));
    stamp.rotate_left(32).to_le_bytes()
}

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const STATISTICS: u32 = 5;

/// The codes of options (`shb_…`, `if_…`, `isb_…`).
const USER_APPLICATION: u16 = 4;
const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FILTER: u16 = 11;
const END_TIME: u16 = 3;
const INTERFACE_DROPPED: u16 = 5;
const ACCEPTED: u16 = 6;
const SYSTEM_DROPPED: u16 = 7;

#[cfg(test)]
mod tests {
    use super::super::{Notes, PREFIX_LEN, Section};
    use super::*;
    use crate::wire::LinkType;

    /// Seconds, nanoseconds, original length, and the bytes.
    type Found = (u64, u32, u32, Vec<u8>);

    /// The packets of a file, fed block by block.
    fn read(mut bytes: &[u8]) -> (Section, Vec<Found>) {
        let mut section = Section::new();
        let mut packets = Vec::new();
        while let Some(start) = bytes.first_chunk::<{ PREFIX_LEN + 4 }>() {
            let (block, rest) = bytes.split_at(section.block_len(start).unwrap());
            if let Some(packet) = section.block(block).unwrap() {
                packets.push((packet.secs, packet.nanos, packet.original, packet.bytes.to_vec()));
            }
            bytes = rest;
        }
        (section, packets)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        let application = Application {
            name: "rdump",
            comment: Some("why"),
        };
        write_section(application, &mut bytes);
        let interface = Interface {
            link: LinkType::ETHERNET,
            snaplen: 96,
            name: "eth0".into(),
            ..Interface::default()
        };
        write_interface(&interface, Precision::Nano, "port 53", &mut bytes);
        let packet = Packet {
            secs: 1_700_000_000,
            nanos: 123_456_789,
            link: LinkType::ETHERNET,
            original: 60,
            bytes: &[1, 2, 3, 4, 5],
            notes: Notes::of_direction(true),
            interface: 0,
        };
        write_packet(&packet, Precision::Nano, &mut bytes);
        write_statistics(
            0,
            (1_700_000_001, 0),
            Precision::Nano,
            &Counts::default(),
            &mut bytes,
        );
        let (section, packets) = read(&bytes);
        assert_eq!(section.interface(0), Some(&interface));
        assert_eq!(packets, [(1_700_000_000, 123_456_789, 60, vec![1, 2, 3, 4, 5])]);
    }

    #[test]
    fn every_block_has_its_length_at_both_ends() {
        let mut bytes = Vec::new();
        write_statistics(
            3,
            (1, 2000),
            Precision::Micro,
            &Counts {
                accepted: 7,
                dropped: 8,
                missed: 9,
            },
            &mut bytes,
        );
        let len = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        assert_eq!((&bytes[4..8], &bytes[bytes.len() - 4..]), (&len[..], &len[..]));
        // 1,000,002 microseconds.
        assert_eq!(bytes[12..20], [0, 0, 0, 0, 0x42, 0x42, 0x0f, 0]);
    }
}
