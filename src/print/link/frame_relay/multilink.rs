//! Fragments of frames, within one connection (FRF.15) or over a bundle of links (FRF.16).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, HexPad, name_of, put, put_bits};

/// Prints a frame of a bundle: control, or a fragment. Returns how many of its bytes were headers.
pub(in crate::print::link) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    page.enter("mfr");
    if packet.len() < 4 {
        put!(page, "[length ", packet.len(), " < 4]");
        return Err(Stop::Invalid);
    }
    packet.need(4)?;
    let (first, second) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    let flags = first & (BEGIN | END | CONTROL);
    if flags == BEGIN | END | CONTROL && second == 0 {
        put!(page, "FRF.16 Control, Flags [");
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        let kind = packet.peek_u8(2)?;
        match name_of(MESSAGES, kind) {
            Some(name) => put!(page, "], ", name),
            None => put!(page, "], Unknown Message (0x", Hex2(kind), ")"),
        }
        put!(page, ", length ", packet.len());
        if page.verbose(1) {
            elements(page, packet.after(3))?;
        }
        return Ok(3);
    }
    put!(page, "FRF.16 Frag, seq ", sequence(first, second), ", Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    // Only the first fragment has the frame's header.
    if flags == BEGIN | END || flags == BEGIN {
        put!(page, ", ");
        super::print(page, packet.after(2))?;
        return Ok(2);
    }
    page.hex("\n\t", packet.bytes());
    Ok(0)
}

/// Prints the header of a fragment within a connection.
pub(super) fn end_to_end(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    if packet.len() < 2 {
        return Err(Stop::Truncated);
    }
    let (first, second) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    put!(
        page,
        "FRF.15, seq 0x",
        HexPad(sequence(first, second).into(), 3),
        ", Flags ["
    );
    put_bits(page.out, FLAGS, (first & 0xe0).into(), ", ", "none");
    put!(
        page,
        if first & 1 != 0 {
            "],Interface"
        } else {
            "],End-to-End"
        }
    );
    put!(page, " Fragmentation, length ", packet.len());
    Ok(())
}

fn sequence(first: u8, second: u8) -> u16 {
    u16::from(first & 0x1e) << 7 | u16::from(second)
}

/// The information elements of a control frame.
fn elements(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while rest.len() > 2 {
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let name = name_of(ELEMENTS, kind).unwrap_or("Unknown");
        put!(page, "\n\tIE ", name, " (", kind, "), length ", length, ": ");
        if kind == 0 || length <= 2 {
            return Ok(());
        }
        rest.need(length.into())?;
        let value = rest.sub(length.into()).after(2);
        match (kind, value.bytes()) {
            (MAGIC, &[a, b, c, d]) => {
                put!(page, "0x", HexPad(u32::from_be_bytes([a, b, c, d]).into(), 8));
            }
            (MAGIC, other) => {
                put!(page, "[IE data length ", other.len(), " != 4]");
                page.invalid();
            }
            (1 | 2, text) => {
                let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
                put!(page, Escaped(text.get(..LONGEST).unwrap_or(text)));
            }
            (_, bytes) if !page.verbose(2) => page.hex("\n\t  ", bytes),
            _ => {}
        }
        if page.verbose(2) {
            page.hex("\n\t  ", value.bytes());
        }
    }
    Ok(())
}

const BEGIN: u8 = 0x80;
const END: u8 = 0x40;
const CONTROL: u8 = 0x20;
const FLAGS: &[(u32, &str)] = &[(0x80, "Begin"), (0x40, "End"), (0x20, "Control")];

/// The longest name of a link or bundle.
const LONGEST: usize = 50;
const MAGIC: u8 = 3;
const ELEMENTS: &[(u8, &str)] = &[
    (1, "Bundle ID"),
    (2, "Link ID"),
    (MAGIC, "Magic Number"),
    (5, "Timestamp"),
    (6, "Vendor Extension"),
    (7, "Cause"),
];

const MESSAGES: &[(u8, &str)] = &[
    (1, "Add Link"),
    (2, "Add Link ACK"),
    (3, "Add Link Reject"),
    (4, "Hello"),
    (5, "Hello ACK"),
    (6, "Remove Link"),
    (7, "Remove Link ACK"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const MFR: LinkType = LinkType(182);

    #[test]
    fn a_control_frame_tells_its_elements_under_v() {
        let packet = [0xe1, 0, 4, 1, 6, b'a', b'b', 0, 0, 3, 6, 0, 0, 0, 9];
        assert_eq!(
            shown(MFR, &packet),
            "FRF.16 Control, Flags [Begin, End, Control], Hello, length 15"
        );
        assert!(
            verbose(1, MFR, &packet)
                .ends_with("\n\tIE Bundle ID (1), length 6: ab\n\tIE Magic Number (3), length 6: 0x00000009")
        );
        assert_every_cut_is_told(MFR, &packet);
    }

    #[test]
    fn a_first_fragment_holds_the_header() {
        let packet = [&[0x82, 5, 0x18, 0x41, 3, 0xcc][..], &ipv4(253, &[])].concat();
        assert!(shown(MFR, &packet).starts_with("FRF.16 Frag, seq 261, Flags [Begin], IP 192.0.2.1"));
        assert_eq!(
            shown(MFR, &[0x40, 5, 0x18, 0x41]),
            "FRF.16 Frag, seq 5, Flags [End]\n\t0x0000:  4005 1841"
        );
        assert_eq!(
            shown(LinkType::FRELAY, &[0x18, 0x41, 3, 0xb1, 0x82, 5]),
            "FRF.15, seq 0x105, Flags [Begin],End-to-End Fragmentation, length 2"
        );
    }
}
