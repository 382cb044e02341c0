//! Whose reservation it is: the session, its attributes, and the sender.

use super::object::put_number;
use super::{Fault, Told, room};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, put, put_bits};

/// Prints a session.
pub(super) fn session(page: &mut Page<'_>, indent: &'static str, kind: u8, mut rest: Cursor<'_>) -> Told {
    match kind {
        1 | 2 => {
            let is_v6 = kind == 2;
            room(rest, if is_v6 { 20 } else { 8 })?;
            put!(
                page,
                indent,
                if is_v6 { "  IPv6" } else { "  IPv4" },
                " DestAddress: "
            );
            page.next_host(&mut rest, is_v6)?;
            put!(page, ", Protocol ID: 0x", Hex2(rest.u8()?), indent);
            put!(
                page,
                "  Flags: [0x",
                Hex2(rest.u8()?),
                "], DestPort ",
                rest.u16()?
            );
        }
        7 | 8 | 11 => {
            let is_v6 = kind == 8;
            room(rest, if is_v6 { 36 } else { 12 })?;
            put!(
                page,
                indent,
                if is_v6 { "  IPv6" } else { "  IPv4" },
                " Tunnel EndPoint: "
            );
            page.next_host(&mut rest, is_v6)?;
            tunnel(page, is_v6, rest)?;
        }
        13 => {
            room(rest, 12)?;
            put!(page, indent, "  IPv4 P2MP LSP ID: ");
            page.next_host(&mut rest, false)?;
            tunnel(page, false, rest)?;
        }
        14 => {
            // Two bytes more than it has.
            room(rest, 26)?;
            put!(
                page,
                indent,
                "  IPv6 P2MP LSP ID: 0x",
                HexPad(rest.u32()?.into(), 8)
            );
            tunnel(page, true, rest)?;
        }
        _ => return Ok(true),
    }
    Ok(false)
}

fn tunnel(page: &mut Page<'_>, is_v6: bool, mut rest: Cursor<'_>) -> Result<(), Fault> {
    rest.skip(2)?;
    put!(
        page,
        ", Tunnel ID: 0x",
        Hex4(rest.u16()?),
        ", Extended Tunnel ID: "
    );
    Ok(page.next_host(&mut rest, is_v6)?)
}

/// Prints the template of a sender, or a filter for it.
pub(super) fn sender(
    page: &mut Page<'_>,
    indent: &'static str,
    is_template: bool,
    kind: u8,
    mut rest: Cursor<'_>,
) -> Told {
    let (is_v6, is_group, size) = match kind {
        1 | 7 => (false, false, 8),
        2 => (true, false, 20),
        3 | 8 if !is_template => (true, false, 20),
        12 => (false, true, 16),
        13 => (true, true, 40),
        _ => return Ok(true),
    };
    room(rest, size)?;
    put!(
        page,
        indent,
        match (is_v6, is_group || (is_template && kind == 7)) {
            (_, false) => "  Source Address: ",
            (false, true) => "  IPv4 Tunnel Sender Address: ",
            (true, true) => "  IPv6 Tunnel Sender Address: ",
        }
    );
    if kind == 8 {
        // Only the first bytes of the address are shown, as if they were one of IPv4.
        page.host(rest.peek_ipv4()?);
        rest.skip(16)?;
    } else {
        page.next_host(&mut rest, is_v6)?;
    }
    rest.skip(1)?;
    let number = rest.u24()?;
    let [_, _, high, low] = number.to_be_bytes();
    let id = u16::from_be_bytes([high, low]);
    match kind {
        1 | 2 => put!(page, ", Source Port: ", id),
        3 => put!(page, ", Flow Label: ", number),
        7 | 8 => put!(page, ", LSP-ID: 0x", Hex4(id)),
        _ => {
            put!(
                page,
                ", LSP ID: 0x",
                Hex4(id),
                indent,
                "  Sub-Group Originator ID: "
            );
            page.next_host(&mut rest, is_v6)?;
            // The group's number is at once behind the address in IPv4, and two bytes further in IPv6.
            rest.advance(if is_v6 { 2 } else { 0 });
            put!(page, ", Sub-Group ID: 0x", Hex4(rest.u16()?));
        }
    }
    Ok(false)
}

/// Prints the attributes of a session.
pub(super) fn attribute(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    let (setup, holding, flags, length) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let length = usize::from(length);
    room(rest, length)?;
    put!(
        page,
        indent,
        "  Session Name: ",
        Escaped(rest.take(length)?),
        indent
    );
    put!(
        page,
        "  Setup Priority: ",
        setup,
        ", Holding Priority: ",
        holding,
        ", Flags: ["
    );
    put_bits(page.out, ATTRIBUTES, flags.into(), ", ", "none");
    put!(page, "] (");
    put_number(page, flags);
    put!(page, ")");
    Ok(false)
}

const ATTRIBUTES: &[(u32, &str)] = &[
    (0x01, "Local Protection"),
    (0x02, "Label Recording"),
    (0x04, "SE Style"),
    (0x08, "Bandwidth protection"),
    (0x10, "Node protection"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn sessions_have_a_port_or_a_tunnel() {
        assert_eq!(
            told(1, 1, &[192, 0, 2, 7, 17, 1, 0, 80]),
            "IPv4 (1), length: 12\n\t    IPv4 DestAddress: 192.0.2.7, Protocol ID: 0x11\
             \n\t    Flags: [0x01], DestPort 80"
        );
        assert_eq!(
            told(1, 7, &[192, 0, 2, 7, 0, 0, 0, 4, 192, 0, 2, 1]),
            "Tunnel IPv4 (7), length: 16\
             \n\t    IPv4 Tunnel EndPoint: 192.0.2.7, Tunnel ID: 0x0004, Extended Tunnel ID: 192.0.2.1"
        );
    }

    #[test]
    fn senders_and_filters_differ_in_words() {
        let sender = [192, 0, 2, 7, 0, 0, 0x12, 0x34];
        assert!(told(11, 7, &sender).ends_with("IPv4 Tunnel Sender Address: 192.0.2.7, LSP-ID: 0x1234"));
        assert!(told(10, 7, &sender).ends_with("  Source Address: 192.0.2.7, LSP-ID: 0x1234"));
        assert!(told(10, 1, &sender).ends_with("  Source Address: 192.0.2.7, Source Port: 4660"));
        assert!(
            told(11, 12, &[&sender[..], &[192, 0, 2, 8, 0, 5, 0, 0]].concat()).ends_with(
                ", LSP ID: 0x1234\n\t    Sub-Group Originator ID: 192.0.2.8, Sub-Group ID: 0x0005"
            )
        );
        let flow = [
            &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1][..],
            &[9, 1, 0, 0],
        ]
        .concat();
        assert!(told(10, 3, &flow).ends_with("  Source Address: 2001:db8::1, Flow Label: 65536"));
    }

    #[test]
    fn a_name_is_escaped() {
        assert!(told(207, 7, &[7, 0, 3, 4, b'a', 27, b'b', 0]).ends_with(
            "\n\t    Session Name: a^[b^@\
             \n\t    Setup Priority: 7, Holding Priority: 0, Flags: [Local Protection, Label Recording] (0x3)"
        ));
    }
}
