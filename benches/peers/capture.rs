//! A capture to read: TCP flows over IPv4 and IPv6 with options and data, and DNS.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `packets` packets to `file`, in the classic format with microseconds.
pub(crate) fn write(file: &Path, packets: u32) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for word in [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 262_144, 1] {
        // Version 2.4 is two halves, in file order: major first.
        out.write_all(&if word == 0x0002_0004 {
            [2, 0, 4, 0]
        } else {
            word.to_le_bytes()
        })?;
    }
    let mut random = 0x9e37_79b9_u32;
    for number in 0..packets {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let frame = match random >> 30 {
            0 => ethernet(0x86dd, &ipv6(&tcp(number, random))),
            1 => ethernet(0x0800, &ipv4(17, random, &dns(number))),
            _ => ethernet(0x0800, &ipv4(6, random, &tcp(number, random))),
        };
        let length = u32::try_from(frame.len()).unwrap_or_default();
        for word in [
            1_700_000_000 + number / 1000,
            number % 1000 * 1000,
            length,
            length,
        ] {
            out.write_all(&word.to_le_bytes())?;
        }
        out.write_all(&frame)?;
    }
    out.flush()
}

fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

fn ipv4(protocol: u8, random: u32, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(20 + payload.len()).unwrap_or(u16::MAX);
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
    let [a, b, ..] = random.to_be_bytes();
    packet.extend([10, 0, a & 15, b, 192, 0, 2, a]);
    packet.extend(payload);
    packet
}

fn ipv6(payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x60, 0, 0, 0];
    packet.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
    packet.extend([6, 64]);
    packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    packet.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    packet.extend(payload);
    packet
}

/// An acknowledging segment with time stamps and up to 1,400 bytes.
fn tcp(number: u32, random: u32) -> Vec<u8> {
    let [a, b, ..] = random.to_be_bytes();
    let mut segment = vec![0x80 | (a & 0x3f), b, 0, 80];
    segment.extend((number * 100).to_be_bytes());
    segment.extend((number * 7).to_be_bytes());
    segment.extend([0x80, 0x10, 1, 0xf6, 0, 0, 0, 0, 1, 1, 8, 10]);
    segment.extend(number.to_be_bytes());
    segment.extend([0, 0, 0, 9]);
    let data = usize::try_from(random % 1400).unwrap_or_default();
    segment.extend(std::iter::repeat_n(0x5a, data));
    segment
}

/// A query for the address of `www.example.`.
fn dns(number: u32) -> Vec<u8> {
    let [.., high, low] = number.to_be_bytes();
    let mut datagram = vec![
        0x9c, low, 0, 53, 0, 37, 0, 0, high, low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
    ];
    datagram.extend(b"\x03www\x07example\0\0\x01\0\x01");
    datagram
}
