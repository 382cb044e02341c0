//! Cisco's detection of links that work in one direction only (RFC 5171).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, name_of, put, put_bits};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("udld");
    let mut rest = message;
    if message.len() < HEADER {
        return invalid(page, rest);
    }
    let (first, flags) = (rest.u8()?, rest.u8()?);
    let (version, code) = (first >> 5, first & 0x1f);
    put!(
        page,
        "UDLDv",
        version,
        ", Code ",
        match code {
            1 => "Probe message",
            2 => "Echo message",
            3 => "Flush message",
            _ => "Reserved",
        }
    );
    put!(page, " (", Hex(code.into()), "), Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "] (0x", Hex2(flags), "), length ", message.len());
    if !page.verbose(1) {
        return rest.need(rest.len());
    }
    put!(page, "\n\tChecksum 0x", Hex4(rest.u16()?), " (unverified)");
    while !rest.is_empty() {
        if rest.len() < HEADER {
            return invalid(page, rest);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        put!(
            page,
            "\n\t",
            name_of(KINDS, kind).unwrap_or("Unknown"),
            " (0x",
            Hex4(kind)
        );
        put!(page, ") TLV, length ", length);
        if length <= HEADER || rest.len() < length - HEADER {
            return invalid(page, rest);
        }
        let mut value = rest.limited(length - HEADER);
        match (kind, value.len()) {
            (DEVICE_ID | PORT_ID | DEVICE_NAME, length) => {
                put!(page, ", ");
                page.padded_text(&mut value, length)?;
            }
            (ECHO, length) => {
                put!(page, ", ");
                page.text(&mut value, length)?;
            }
            (MESSAGE_INTERVAL | TIMEOUT_INTERVAL, 1) => put!(page, ", ", value.u8()?, "s"),
            (SEQUENCE, 4) => put!(page, ", ", value.u32()?),
            (MESSAGE_INTERVAL | TIMEOUT_INTERVAL | SEQUENCE, _) => return invalid(page, rest),
            (_, length) => value.need(length)?,
        }
        rest.advance(length - HEADER);
    }
    Ok(())
}

fn invalid(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.invalid();
    rest.need(rest.len())
}

/// The length of the message's header, and of a value's, which the value's length counts.
const HEADER: usize = 4;

const FLAGS: &[(u32, &str)] = &[
    (1, "RT"),
    (1 << 1, "RSY"),
    (1 << 2, "MBZ-2"),
    (1 << 3, "MBZ-3"),
    (1 << 4, "MBZ-4"),
    (1 << 5, "MBZ-5"),
    (1 << 6, "MBZ-6"),
    (1 << 7, "MBZ-7"),
];

const DEVICE_ID: u16 = 1;
const PORT_ID: u16 = 2;
const ECHO: u16 = 3;
const MESSAGE_INTERVAL: u16 = 4;
const TIMEOUT_INTERVAL: u16 = 5;
const DEVICE_NAME: u16 = 6;
const SEQUENCE: u16 = 7;
const KINDS: &[(u16, &str)] = &[
    (DEVICE_ID, "Device-ID TLV"),
    (PORT_ID, "Port-ID TLV"),
    (ECHO, "Echo TLV"),
    (MESSAGE_INTERVAL, "Message Interval TLV"),
    (TIMEOUT_INTERVAL, "Timeout Interval TLV"),
    (DEVICE_NAME, "Device Name TLV"),
    (SEQUENCE, "Sequence Number TLV"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn message(values: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0x0c, 0x01, 0x11, 0x21, 1, 0x12, 0x34];
        packet.extend_from_slice(values);
        ether(u16::try_from(packet.len()).unwrap(), &packet)
    }

    #[test]
    fn values_are_told_under_v() {
        let frame = message(&[
            0, 1, 0, 7, b's', b'w', b'1', 0, 4, 0, 5, 7, 0, 7, 0, 8, 0, 0, 0, 9,
        ]);
        assert_eq!(
            shown(LINK, &frame),
            "UDLDv1, Code Probe message (1), Flags [RT] (0x01), length 24"
        );
        let text = verbose(1, LINK, &frame);
        assert!(
            text.ends_with(
                ", length 24\n\tChecksum 0x1234 (unverified)\n\tDevice-ID TLV (0x0001) TLV, length 7, sw1\
                 \n\tMessage Interval TLV (0x0004) TLV, length 5, 7s\n\tSequence Number TLV (0x0007) TLV, length 8, 9"
            ),
            "{text}"
        );
        assert_every_cut_is_told(LINK, &frame);
        let text = verbose(1, LINK, &message(&[0, 4, 0, 6, 7, 7]));
        assert!(text.ends_with(" TLV, length 6 (invalid)"), "{text}");
    }
}
