//! OpenFlow: messages of version 1.0 (wire protocol 1) and of version 1.3 (wire protocol 4).

mod actions;
mod big_switch;
mod errors;
mod ports;
mod statistics;
mod version_1_0;
mod version_1_3;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put, put_bits};

/// Prints the messages in a segment; the first begins where it begins.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("openflow");
    put!(page, ": OpenFlow");
    let mut rest = segment;
    while !rest.is_empty() {
        let version = rest.u8()?;
        put!(page, "\n\tversion ");
        match name_of(VERSIONS, version) {
            Some(name) => put!(page, name),
            None => put!(page, "unknown (0x", Hex2(version), ")"),
        }
        if rest.is_empty() {
            return partial_header(page, rest);
        }
        let kind = rest.u8()?;
        let messages = match version {
            1 => version_1_0::MESSAGES,
            4 => version_1_3::MESSAGES,
            _ => &[],
        };
        let known = messages.get(usize::from(kind));
        match known {
            Some((name, _)) => put!(page, ", type ", *name),
            None => put!(page, ", type unknown (0x", Hex2(kind), ")"),
        }
        if rest.len() < 2 {
            return partial_header(page, rest);
        }
        let length = usize::from(rest.u16()?);
        put!(
            page,
            ", length ",
            length,
            if length < HEADER { " (too short!)" } else { "" }
        );
        if rest.len() < 4 {
            return partial_header(page, rest);
        }
        put!(page, ", xid 0x", HexPad(rest.u32()?.into(), 8));
        if length < HEADER {
            return invalid(page, rest);
        }
        // The body may go on in the next segment; what of it is here is printed.
        let body = rest.claiming(length - HEADER);
        match known {
            Some((_, takes)) if !takes.allows(body.len()) => invalid(page, body)?,
            Some(_) if page.verbose(1) => {
                if version == 1 {
                    version_1_0::print(page, kind, body)?;
                } else {
                    version_1_3::print(page, kind, body)?;
                }
            }
            _ => body.need(body.len())?,
        }
        if body.len() > rest.len() {
            break;
        }
        rest.advance(body.len());
    }
    Ok(())
}

fn partial_header(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    put!(page, " (end of TCP payload)");
    rest.need(rest.len())
}

/// ` (invalid)`, and what cannot be is passed over if it was captured.
fn invalid(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.invalid();
    rest.need(rest.len())
}

/// How long the body of a message must be.
enum Takes {
    Any,
    Exactly(usize),
    AtLeast(usize),
}

impl Takes {
    fn allows(&self, length: usize) -> bool {
        match *self {
            Self::Any => true,
            Self::Exactly(expected) => length == expected,
            Self::AtLeast(least) => length >= least,
        }
    }
}

/// The names of the bits that are set, and whether there are some beside those that are `known`.
fn put_bitmap(page: &mut Page<'_>, names: &[(u32, &str)], bits: u32, known: u32) {
    if bits & known != 0 {
        put!(page, " (");
        put_bits(page.out, names, bits, ", ", "");
        put!(page, ")");
    }
    if bits & !known != 0 {
        put!(page, " (bogus)");
    }
}

/// The next four bytes as hexadecimal digits, and as a bitmap.
fn put_word(
    page: &mut Page<'_>,
    what: &str,
    rest: &mut Cursor<'_>,
    names: &[(u32, &str)],
    known: u32,
) -> Shown {
    let bits = rest.u32()?;
    put!(page, what, HexPad(bits.into(), 8));
    put_bitmap(page, names, bits, known);
    Ok(())
}

/// The name that a number has, or that it is invalid.
fn put_valid(page: &mut Page<'_>, names: &[(u16, &'static str)], number: u16) {
    match name_of(names, number) {
        Some(name) => put!(page, name),
        None => put!(page, "invalid (0x", Hex4(number), ")"),
    }
}

/// The same for numbers of one byte.
fn put_reason(page: &mut Page<'_>, names: &[(u8, &'static str)], number: u8, otherwise: &str) {
    match name_of(names, number) {
        Some(name) => put!(page, name),
        None => put!(page, otherwise, " (0x", Hex2(number), ")"),
    }
}

/// Data that have no printer.
fn data(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    if rest.is_empty() {
        return Ok(());
    }
    put!(page, "\n\t data (", rest.len(), " octets)");
    if page.verbose(2) {
        page.hex_ascii("\n\t  ", rest.limited(rest.len()).bytes());
    }
    rest.need(rest.len())
}

/// `0x005c16c7 (Big Switch Networks)`.
fn put_vendor(page: &mut Page<'_>, vendor: u32) {
    let name = if vendor >> 24 == 0 {
        oui::organisation(vendor)
    } else {
        name_of(EXPERIMENTERS, vendor)
    };
    put!(
        page,
        "0x",
        HexPad(vendor.into(), 8),
        " (",
        name.unwrap_or("unknown"),
        ")"
    );
}

const HEADER: usize = 8;

const VERSIONS: &[(u8, &str)] = &[
    (1, "1.0"),
    (2, "1.1"),
    (3, "1.2"),
    (4, "1.3"),
    (5, "1.4"),
    (6, "1.5"),
];

const EXPERIMENTERS: &[(u32, &str)] = &[
    (0x4f4e_4600, "ONF Extensions"),
    (0xff00_0001, "Budapest University of Technology and Economics"),
    (0xff00_0002, "NoviFlow"),
    (0xff00_0003, "L3+ Extensions, Vendor Neutral"),
    (0xff00_0004, "L4-L7 Extensions"),
    (0xff00_0005, "Wireless and Mobility Extensions"),
    (0xff00_0006, "Forwarding Abstractions Extensions"),
    (0xff00_0007, "Optical Transport Extensions"),
    (0xff00_0008, "Network Benchmarking Lab, NCTU"),
    (0xff00_0009, "Mobile Packet Core Extensions"),
    (0xff00_000a, "MPLS-TP OpenFlow Extensions for SPTN"),
];

#[cfg(test)]
mod sample {
    //! Messages for the tests of the printers of this folder.

    use crate::print::sample::{assert_every_cut_is_told, tcp, verbose};
    use crate::wire::LinkType;

    /// A message, in TCP.
    pub(super) fn message(version: u8, kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(8 + body.len()).unwrap().to_be_bytes();
        let header = [version, kind, length[0], length[1], 0, 0, 0, 9];
        tcp((40000, 6653), (1, 2), 0x18, &[], &[&header, body].concat())
    }

    /// What is told of the body of a message.
    pub(super) fn told(verbosity: u8, version: u8, kind: u8, body: &[u8]) -> String {
        let message = message(version, kind, body);
        assert_every_cut_is_told(LinkType::RAW, &message);
        let text = verbose(verbosity, LinkType::RAW, &message);
        text.split_once(", xid 0x00000009").unwrap().1.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{message, told};
    use crate::print::sample::{shown, tcp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_segment_has_messages() {
        let hello = [1, 0, 0, 8, 0, 0, 0, 1];
        let segment = |payload: &[u8]| tcp((40000, 6633), (1, 2), 0x18, &[], payload);
        let told = |payload: &[u8]| {
            let text = shown(LinkType::RAW, &segment(payload));
            text.split_once(": OpenFlow").unwrap().1.to_owned()
        };
        let line = "\n\tversion 1.0, type HELLO, length 8, xid 0x00000001";
        assert_eq!(told(&[hello, hello].concat()), [line, line].concat());
        assert_eq!(
            told(&[&hello[..], &[4, 2, 0]].concat()),
            format!("{line}\n\tversion 1.3, type ECHO_REQUEST (end of TCP payload)")
        );
        assert_eq!(
            told(&[9, 2, 0, 7, 0, 0, 0, 1]),
            "\n\tversion unknown (0x09), type unknown (0x02), length 7 (too short!), xid 0x00000001 (invalid)"
        );
    }

    #[test]
    fn a_body_of_a_wrong_length_is_invalid() {
        assert_eq!(told(1, 1, 5, &[0]), " (invalid)");
        assert_eq!(told(1, 4, 7, &[0]), " (invalid)");
        assert_eq!(told(1, 4, 10, &[0]), "");
    }

    #[test]
    fn data_are_bytes_from_vv_on() {
        assert_eq!(told(1, 1, 2, b"abcd"), "\n\t data (4 octets)");
        let text = verbose(2, LinkType::RAW, &message(4, 3, b"abcd"));
        assert!(text.contains("\n\t data (4 octets)\n\t  0x0000:  6162 6364"));
        assert!(text.ends_with("abcd"));
    }
}
