//! Cisco's VLAN trunking protocol.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, HexRun, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("vtp");
    put!(page, "VTP");
    let whole = |page: &mut Page<'_>, told: Shown<bool>| {
        if !told? {
            page.invalid();
            message.need(message.len())?;
        }
        Ok(())
    };
    if message.len() < HEADER {
        put!(page, " [length ", message.len(), " < ", HEADER, "]");
        return whole(page, Ok(false));
    }
    message.need(HEADER)?;
    let (version, kind) = (message.peek_u8(0)?, message.peek_u8(1)?);
    if version < 1 {
        put!(page, " [version ", version, " < 1]");
        return whole(page, Ok(false));
    }
    if version > 3 {
        put!(page, " [version ", version, " > 3]");
        return whole(page, Ok(false));
    }
    put!(
        page,
        "v",
        version,
        ", Message ",
        name_of(KINDS, kind).unwrap_or("Unknown message type")
    );
    put!(page, " (0x", Hex2(kind), "), length ", message.len());
    if !page.verbose(1) {
        return message.need(message.len());
    }
    put!(page, "\n\tDomain name: ");
    let length = message.peek_u8(3)?;
    if !(1..=32).contains(&length) {
        put!(page, " [MgmtD Len ", length, "]");
        return whole(page, Ok(false));
    }
    page.padded_text(&mut message.after(4), length.into())?;
    put!(
        page,
        match kind {
            SUMMARY => ", Followers: ",
            SUBSET => ", Seq number: ",
            REQUEST | JOIN => ", Rsvd: ",
            _ => ", Unknown: ",
        }
    );
    put!(page, message.peek_u8(2)?);
    let rest = message.after(HEADER);
    let told = match kind {
        SUMMARY => summary(page, rest),
        SUBSET => subset(page, rest),
        REQUEST => {
            put!(page, "\n\tStart value: ", rest.peek_u32(0)?);
            Ok(true)
        }
        _ => Ok(true),
    };
    whole(page, told)
}

fn summary(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let (revision, updater) = (rest.u32()?, rest.ipv4()?);
    put!(page, "\n\t  Config Rev ", Hex(revision.into()), ", Updater ");
    page.host(updater);
    let [first, second, third] = [rest.u32()?, rest.u32()?, rest.u32()?].map(|word| HexPad(word.into(), 8));
    put!(page, ", Timestamp 0x", first, " 0x", second, " 0x", third);
    put!(page, ", MD5 digest: ", HexRun(&rest.array::<16>()?));
    Ok(true)
}

/// The VLANs of a domain. Returns false if one cannot be read.
fn subset(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    put!(page, ", Config Rev ", Hex(rest.u32()?.into()));
    while !rest.is_empty() {
        let length = usize::from(rest.peek_u8(0)?);
        if length == 0 {
            break;
        }
        rest.need(length)?;
        let Some(mut left) = length.checked_sub(FIXED) else {
            return Ok(false);
        };
        let mut vlan = rest.after(1);
        let (status, kind, name) = (vlan.u8()?, vlan.u8()?, usize::from(vlan.u8()?));
        let (number, frame_size, index) = (vlan.u16()?, vlan.u16()?, vlan.u32()?);
        put!(
            page,
            "\n\tVLAN info status ",
            match status {
                0 => "Operational",
                1 => "Suspended",
                _ => "Unknown",
            }
        );
        put!(
            page,
            ", type ",
            name_of(TYPES, kind).unwrap_or("Unknown"),
            ", VLAN-id ",
            number
        );
        put!(
            page,
            ", MTU ",
            frame_size,
            ", SAID 0x",
            HexPad(index.into(), 8),
            ", Name "
        );
        rest.advance(FIXED);
        let room = name.next_multiple_of(4);
        if left < room {
            return Ok(false);
        }
        page.padded_text(&mut rest.after(0), name)?;
        rest.advance(room);
        left -= room;
        while left != 0 {
            if left < 2 {
                return Ok(false);
            }
            let (kind, words) = (rest.peek_u8(0)?, usize::from(rest.peek_u8(1)?));
            put!(
                page,
                "\n\t\t",
                name_of(VALUES, kind).unwrap_or("Unknown"),
                " (0x",
                Hex4(kind.into()),
                ") TLV"
            );
            let size = 2 + words * 2;
            if left < size {
                put!(page, " (TLV goes past the end of the packet)");
                return Ok(false);
            }
            rest.need(size)?;
            if words != 1 {
                put!(page, " [TLV length ", words, " != 1]");
                return Ok(false);
            }
            value(page, kind, rest.peek_u16(2)?, rest.limited(size).bytes());
            rest.advance(size);
            left -= size;
        }
    }
    Ok(true)
}

fn value(page: &mut Page<'_>, kind: u8, value: u16, bytes: &[u8]) {
    let either = |one, other| if value == 1 { one } else { other };
    let name = match kind {
        HOPS => {
            put!(page, ", ", value);
            return;
        }
        PRUNING => either("Enabled", "Disabled"),
        SPANNING_TREE => name_of(&[(1, "SRT"), (2, "SRB"), (3, "Auto")], value).unwrap_or("Unknown"),
        BRIDGE => either("SRB", "SRT"),
        BACKUP => either("Backup", "Not backup"),
        _ => return page.hex("\n\t\t  ", bytes),
    };
    put!(page, ", ", name, " (", value, ")");
}

const HEADER: usize = 36;
/// The length of what is said of a VLAN before its name.
const FIXED: usize = 12;

const SUMMARY: u8 = 1;
const SUBSET: u8 = 2;
const REQUEST: u8 = 3;
const JOIN: u8 = 4;
const KINDS: &[(u8, &str)] = &[
    (SUMMARY, "Summary advertisement"),
    (SUBSET, "Subset advertisement"),
    (REQUEST, "Advertisement request"),
    (JOIN, "Join message"),
];

const TYPES: &[(u8, &str)] = &[
    (1, "Ethernet"),
    (2, "FDDI"),
    (3, "TrCRF"),
    (4, "FDDI-net"),
    (5, "TrBRF"),
];

const SPANNING_TREE: u8 = 3;
const PRUNING: u8 = 6;
const BRIDGE: u8 = 7;
const HOPS: u8 = 9;
const BACKUP: u8 = 10;
const VALUES: &[(u8, &str)] = &[
    (1, "Source-Routing Ring Number TLV"),
    (2, "Source-Routing Bridge Number TLV"),
    (SPANNING_TREE, "STP type TLV"),
    (4, "Parent VLAN TLV"),
    (5, "Translationally bridged VLANs TLV"),
    (PRUNING, "Pruning TLV"),
    (BRIDGE, "Bridge Type TLV"),
    (8, "Max ARP Hop Count TLV"),
    (HOPS, "Max STE Hop Count TLV"),
    (BACKUP, "Backup CRF Mode TLV"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn message(kind: u8, tail: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 3, 1, kind, 1, 4];
        packet.extend_from_slice(b"home");
        packet.extend_from_slice(&[0; 28]);
        packet.extend_from_slice(tail);
        ether(u16::try_from(packet.len()).unwrap(), &packet)
    }

    #[test]
    fn vlans_are_told_under_v() {
        let frame = message(
            2,
            &[
                0, 0, 0, 10, 20, 0, 1, 3, 0, 5, 5, 0xdc, 0, 1, 0x86, 0xa5, b'l', b'a', b'n', 0, 6, 1, 0, 1,
            ],
        );
        assert_eq!(
            shown(LINK, &frame),
            "VTPv1, Message Subset advertisement (0x02), length 60"
        );
        assert_eq!(
            verbose(1, LINK, &frame),
            "VTPv1, Message Subset advertisement (0x02), length 60\n\tDomain name: home, Seq number: 1, Config \
             Rev a\n\tVLAN info status Operational, type Ethernet, VLAN-id 5, MTU 1500, SAID 0x000186a5, Name lan\
             \n\t\tPruning TLV (0x0006) TLV, Enabled (1)"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn a_vlan_too_short_for_its_fields_is_invalid() {
        let text = verbose(
            1,
            LINK,
            &message(2, &[0, 0, 0, 10, 11, 0, 1, 3, 0, 5, 5, 0xdc, 0, 1, 0x86]),
        );
        assert!(text.ends_with(", Config Rev a (invalid)"), "{text}");
    }
}
