//! Packets of our own making for the tests of the printers, and their text.

use super::{Options, Packet, Printer, TimeStyle, Timestamp};
use crate::wire::{Checksum, LinkType};

/// The text of one packet without its time stamp and line feed.
pub(super) fn shown(link: LinkType, bytes: &[u8]) -> String {
    shown_with(&options(0), link, bytes)
}

/// The same under `-v` so many times.
pub(super) fn verbose(verbosity: u8, link: LinkType, bytes: &[u8]) -> String {
    shown_with(&options(verbosity), link, bytes)
}

/// The same under `-e`.
pub(super) fn under_e(link: LinkType, bytes: &[u8]) -> String {
    let options = Options {
        link_header: true,
        ..options(0)
    };
    shown_with(&options, link, bytes)
}

/// The same with any options.
pub(super) fn shown_with(options: &Options, link: LinkType, bytes: &[u8]) -> String {
    texts(options, link, &[bytes]).remove(0)
}

/// The texts of packets that one printer sees one after the other.
pub(super) fn texts(options: &Options, link: LinkType, packets: &[&[u8]]) -> Vec<String> {
    let mut printer = Printer::new(options.clone());
    packets
        .iter()
        .map(|bytes| print(&mut printer, link, bytes, bytes.len()))
        .collect()
}

/// Options without a time stamp.
pub(super) fn options(verbosity: u8) -> Options {
    Options {
        verbosity,
        time: TimeStyle::Off,
        ..Options::default()
    }
}

/// Cuts the packet at every length, and checks that each text says so or has all that the whole has.
pub(super) fn assert_every_cut_is_told(link: LinkType, bytes: &[u8]) {
    for verbosity in 0..=3 {
        let whole = verbose(verbosity, link, bytes);
        for length in 1..bytes.len() {
            let mut printer = Printer::new(options(verbosity));
            let text = print(&mut printer, link, &bytes[..length], bytes.len());
            // Checksums cannot be checked over bytes that are not there.
            let told = text.contains("[|") || text == whole || text == without_checksums(&whole);
            assert!(
                told,
                "cut to {length} bytes at -v {verbosity}:\n{text}\nwhole:\n{whole}"
            );
        }
    }
}

fn print(printer: &mut Printer, link: LinkType, bytes: &[u8], wire_len: usize) -> String {
    let wire_len = u32::try_from(wire_len).unwrap();
    let mut out = Vec::new();
    printer.print(
        &Packet {
            number: 1,
            interface: None,
            time: Timestamp::default(),
            link,
            wire_len,
            bytes,
        },
        &mut out,
    );
    let mut text = String::from_utf8(out).unwrap();
    assert_eq!(text.pop(), Some('\n'), "a packet ends its line");
    text
}

fn without_checksums(text: &str) -> String {
    let mut text = text.replace("[udp sum ok] ", "").replace("[icmp6 sum ok] ", "");
    for (begin, end) in [(", cksum 0x", ")"), ("[bad ", "] "), (", (bad ", ")")] {
        if let Some(start) = text.find(begin) {
            let length = text[start..].find(end).map_or(0, |found| found + end.len());
            text.replace_range(start..start + length, "");
        }
    }
    text
}

/// An IPv4 datagram from 192.0.2.1 to 192.0.2.2 with a correct header.
pub(super) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 1, 0x40, 0, 64, protocol, 0, 0];
    packet.extend_from_slice(&[192, 0, 2, 1, 192, 0, 2, 2]);
    let sum = Checksum::default().with(&packet).finish().to_be_bytes();
    packet[10..12].copy_from_slice(&sum);
    packet.extend_from_slice(payload);
    packet
}

/// An IPv6 packet from 2001:db8::1 to 2001:db8::2.
pub(super) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x60, 0, 0, 0, length[0], length[1], next, 64];
    for last in [1, 2] {
        packet.extend_from_slice(&[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    packet.extend_from_slice(payload);
    packet
}

/// A UDP datagram without a checksum, in IPv4.
pub(super) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap();
    let mut datagram: Vec<u8> = [source, destination, length, 0]
        .into_iter()
        .flat_map(u16::to_be_bytes)
        .collect();
    datagram.extend_from_slice(payload);
    ipv4(17, &datagram)
}

/// A TCP segment with window 512 and a correct checksum, in IPv4.
pub(super) fn tcp(
    ports: (u16, u16),
    numbers: (u32, u32),
    flags: u8,
    options: &[u8],
    payload: &[u8],
) -> Vec<u8> {
    let mut segment: Vec<u8> = [ports.0, ports.1]
        .into_iter()
        .flat_map(u16::to_be_bytes)
        .collect();
    segment.extend(numbers.0.to_be_bytes());
    segment.extend(numbers.1.to_be_bytes());
    let offset = u8::try_from((20 + options.len()) / 4).unwrap() << 4;
    segment.extend_from_slice(&[offset, flags, 2, 0, 0, 0, 0, 0]);
    segment.extend_from_slice(options);
    segment.extend_from_slice(payload);
    let length = u16::try_from(segment.len()).unwrap().to_be_bytes();
    let pseudo = [192, 0, 2, 1, 192, 0, 2, 2, 0, 6, length[0], length[1]];
    let sum = Checksum::default()
        .with(&pseudo)
        .with(&segment)
        .finish()
        .to_be_bytes();
    segment[16..18].copy_from_slice(&sum);
    ipv4(6, &segment)
}

/// An Ethernet frame from 02:00:00:00:00:01 to 02:00:00:00:00:02.
pub(super) fn ether(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
    frame.extend(kind.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}
