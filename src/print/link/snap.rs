//! The subnetwork access protocol: behind 802.2's header, an organisation and the protocol that it means by a number
//! (IEEE 802).

use pnet_packet::ethernet::EtherType;

use super::ether::Addresses;
use super::{cdp, dtp, ether, ethertype, fddi, stp, token_ring, udld, vtp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui::{self, APPLETALK, CISCO, CISCO_BRIDGED, ETHERNET, IEEE_802_1};
use crate::print::text::{Hex4, HexPad, Mac, name_of, put};

/// Prints a SNAP header and what it names; frames of other links come behind `padding` bytes. Returns false if it
/// names nothing that we know.
pub(crate) fn print(
    page: &mut Page<'_>,
    packet: Cursor<'_>,
    addresses: Option<Addresses>,
    padding: usize,
) -> Shown<bool> {
    page.enter("snap");
    let mut rest = packet;
    let (Ok(organisation), Ok(kind)) = (rest.u24(), rest.u16()) else {
        page.truncated();
        return Ok(true);
    };
    if packet.len() < 5 {
        page.truncated();
        return Ok(true);
    }
    if page.options.link_header {
        header(page, "", organisation, kind, rest.len());
    }
    let mut known = true;
    page.carried(|page| {
        known = named(page, organisation, kind, rest, addresses, padding)?;
        Ok(())
    })?;
    if !known && !page.options.link_header {
        if let Some(addresses) = addresses {
            put!(
                page,
                Mac(&addresses.source),
                " > ",
                Mac(&addresses.destination),
                " "
            );
        }
        header(page, "SNAP, ", organisation, kind, rest.len());
    }
    Ok(known)
}

/// Prints what a SNAP header names. Returns false if it is nothing that we know.
fn named(
    page: &mut Page<'_>,
    organisation: u32,
    kind: u16,
    rest: Cursor<'_>,
    addresses: Option<Addresses>,
    padding: usize,
) -> Shown<bool> {
    let bridged = |skipped: usize| rest.has(skipped).then(|| rest.after(skipped));
    match (organisation, kind) {
        (ETHERNET | CISCO_BRIDGED, _) => return ethertype::print(page, EtherType(kind), rest, addresses),
        // AppleTalk has an organisation of its own, and the type of Ethernet all the same.
        (APPLETALK, 0x809b) => return ethertype::print(page, EtherType(kind), rest, addresses),
        (CISCO, CDP) => cdp::print(page, rest)?,
        (CISCO, VTP) => vtp::print(page, rest)?,
        (CISCO, DTP) => dtp::print(page, rest)?,
        (CISCO, UDLD) => udld::print(page, rest)?,
        (CISCO, 0x010b | 0x010c) | (IEEE_802_1, 0x000e) => stp::print(page, rest)?,
        (IEEE_802_1, 1 | 7) => match bridged(padding) {
            Some(frame) => page.deeper(|page| ether::print(page, frame).map(|_| ()))?,
            None => page.truncated(),
        },
        (IEEE_802_1, 3 | 9) => match bridged(padding) {
            Some(frame) => page.deeper(|page| token_ring::print(page, frame).map(|_| ()))?,
            None => page.truncated(),
        },
        // The padding of FDDI is longer by a byte.
        (IEEE_802_1, 4 | 10) => match bridged(padding + 1) {
            Some(frame) => page.deeper(|page| fddi::print(page, frame).map(|_| ()))?,
            None => page.truncated(),
        },
        _ => return Ok(false),
    }
    Ok(true)
}

fn header(page: &mut Page<'_>, before: &str, organisation: u32, kind: u16, length: usize) {
    put!(page, before);
    let name = match organisation {
        ETHERNET | CISCO_BRIDGED | APPLETALK => ethertype::name(EtherType(kind)),
        CISCO => name_of(CISCO_PROTOCOLS, kind),
        IEEE_802_1 => name_of(BRIDGED_KINDS, kind),
        _ => None,
    };
    if organisation != ETHERNET || before.is_empty() {
        put!(page, "oui ", oui::organisation(organisation).unwrap_or("Unknown"));
        put!(page, " (0x", HexPad(organisation.into(), 6), "), ");
    }
    put!(
        page,
        if organisation == ETHERNET {
            "ethertype "
        } else {
            "pid "
        }
    );
    put!(
        page,
        name.unwrap_or("Unknown"),
        " (0x",
        Hex4(kind),
        "), length ",
        length,
        ": "
    );
}

const CDP: u16 = 0x2000;
const VTP: u16 = 0x2003;
const DTP: u16 = 0x2004;
const UDLD: u16 = 0x0111;
const CISCO_PROTOCOLS: &[(u16, &str)] = &[
    (CDP, "CDP"),
    (VTP, "VTP"),
    (DTP, "DTP"),
    (UDLD, "UDLD"),
    (0x010b, "PVST"),
    (0x010c, "VLAN Bridge"),
];

const BRIDGED_KINDS: &[(u16, &str)] = &[
    (1, "Ethernet + FCS"),
    (7, "Ethernet w/o FCS"),
    (2, "802.4 + FCS"),
    (8, "802.4 w/o FCS"),
    (3, "Token Ring + FCS"),
    (9, "Token Ring w/o FCS"),
    (4, "FDDI + FCS"),
    (10, "FDDI w/o FCS"),
    (5, "802.6 + FCS"),
    (11, "802.6 w/o FCS"),
    (14, "BPDU"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    #[test]
    fn snap_leads_to_the_type() {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
        packet.extend(ipv4(253, &[]));
        let frame = ether(28, &packet);
        assert_eq!(shown(LINK, &frame), "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0");
        assert!(under_e(LINK, &frame).contains(
            ", 802.3, length 28: LLC, dsap SNAP (0xaa) Individual, ssap SNAP (0xaa) Command, ctrl 0x03: \
             oui Ethernet (0x000000), ethertype IPv4 (0x0800), length 20: 192.0.2.1"
        ));
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn a_bridged_frame_is_one_within_a_frame() {
        // Two bytes of padding, so that what is in the frame begins at a multiple of four.
        let inner = ether(0x0800, &ipv4(253, &[]));
        let packet = [&[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0][..], &inner].concat();
        let text = under_e(LINK, &ether(u16::try_from(packet.len()).unwrap(), &packet));
        assert!(
            text.contains("oui Ethernet bridged (0x0080c2), pid Ethernet w/o FCS (0x0007), length 36: 02:00:00:00:00:01 > "),
            "{text}"
        );
        assert!(text.ends_with("192.0.2.1 > 192.0.2.2:  ip-proto-253 0"), "{text}");
    }
}
