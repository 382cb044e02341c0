//! Geneve (RFC 8926): any EtherType in UDP.

use pnet_packet::ethernet::EtherType;

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::{ether, ethertype};
use crate::print::page::Page;
use crate::print::text::{Hex, HexPad, put, put_bits};

/// Prints the header, its options and the payload.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("geneve");
    put!(page, "Geneve");
    if packet.len() < 8 {
        return Err(page.refuse("length", packet.len(), "<", 8));
    }
    packet.need(8)?;
    let mut rest = packet;
    let first = rest.u8()?;
    if first >> 6 != 0 {
        put!(page, " ERROR: unknown-version ", first >> 6);
        return Ok(());
    }
    let (flags, protocol, network, reserved) = (rest.u8()?, EtherType(rest.u16()?), rest.u24()?, rest.u8()?);
    put!(page, ", Flags [");
    put_bits(page.out, FLAGS, flags.into(), "", "none");
    put!(page, "], vni 0x", Hex(network.into()));
    if reserved != 0 {
        put!(page, ", rsvd 0x", Hex(reserved.into()));
    }
    if page.options.link_header {
        put!(
            page,
            ", proto ",
            ethertype::name(protocol).unwrap_or("unknown"),
            " (",
            protocol,
            ")"
        );
    }
    let length = usize::from(first & 0x3f) * 4;
    if rest.len() < length {
        put!(
            page,
            " truncated-geneve - ",
            length - rest.len(),
            " bytes missing"
        );
        return Ok(());
    }
    rest.need(length)?;
    let area = rest.sub(length);
    if length > 0 {
        put!(page, ", options [");
        if page.verbose(1) {
            options(page, area)?;
        } else {
            put!(page, length, " bytes");
        }
        put!(page, "]");
    }
    put!(page, if page.verbose(1) { "\n\t" } else { ": " });
    page.deeper(|page| {
        if protocol.0 == ETHERNET {
            ether::print(page, rest)?;
        } else if !ethertype::print(page, protocol, rest, None)? {
            put!(page, "geneve-proto-0x", Hex(protocol.0.into()));
        }
        Ok(())
    })
}

fn options(page: &mut Page<'_>, mut area: Cursor<'_>) -> Shown {
    let mut first = true;
    while !area.is_empty() {
        if !first {
            put!(page, ", ");
        }
        first = false;
        let (class, kind, length) = (area.peek_u16(0)?, area.peek_u8(2)?, area.peek_u8(3)? & 0x1f);
        let length = 4 + usize::from(length) * 4;
        put!(
            page,
            "class ",
            class_name(class),
            " (0x",
            Hex(class.into()),
            ") type 0x",
            Hex(kind.into())
        );
        put!(page, if kind & 0x80 != 0 { "(C)" } else { "" }, " len ", length);
        if length > area.len() {
            put!(page, " [bad length]");
            return Ok(());
        }
        let mut option = area.sub(length).after(4);
        if page.verbose(2) && !option.is_empty() {
            put!(page, " data");
            while !option.is_empty() {
                put!(page, " ", HexPad(option.u32()?.into(), 8));
            }
        }
    }
    Ok(())
}

fn class_name(class: u16) -> &'static str {
    match class {
        0x0100 => "Linux",
        0x0101 => "Open vSwitch",
        0x0102 => "Open Virtual Networking (OVN)",
        0x0103 => "In-band Network Telemetry (INT)",
        0x0104 => "VMware",
        0x0132 => "Google",
        0..=0x00ff => "Standard",
        0xfff0.. => "Experimental",
        _ => "Unknown",
    }
}

const ETHERNET: u16 = 0x6558;
const FLAGS: &[(u32, &str)] = &[
    (0x80, "O"),
    (0x40, "C"),
    (0x20, "R1"),
    (0x10, "R2"),
    (0x08, "R3"),
    (0x04, "R4"),
    (0x02, "R5"),
    (0x01, "R6"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn options_are_counted_and_told_under_v() {
        let mut packet = vec![2, 0x40, 8, 0, 0, 0, 5, 0, 1, 1, 0x80, 1, 1, 2, 3, 4];
        packet.extend(ipv4(253, &[]));
        let packet = udp(1, 6081, &packet);
        assert!(
            shown(LinkType::RAW, &packet)
                .contains(": Geneve, Flags [C], vni 0x5, options [8 bytes]: IP 192.0.2.1")
        );
        assert!(
            verbose(2, LinkType::RAW, &packet)
                .contains("options [class Open vSwitch (0x101) type 0x80(C) len 8 data 01020304]\n\tIP (")
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
