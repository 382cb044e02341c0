//! ATM: adaptation layer 5 with LLC (RFC 2684), LAN emulation, and the captures of SunATM.

mod lane;
mod oam;

pub(super) use oam::print as oam;

use super::{isoclns, llc};
use crate::print::application::snmp;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put};

/// A captured packet that begins with LLC, or with a network layer protocol as Cisco has it.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("atm");
    if packet.peek_u8(0)? == UNNUMBERED {
        if page.options.link_header {
            put!(page, "CNLPID ");
        }
        page.link_len = 1;
        return isoclns::print(page, packet.after(1));
    }
    let mut rest = packet;
    if !matches!(packet.after(0).u24()?, 0xaa_aa03 | 0xfe_fe03 | 0x06_0603) {
        // Fore's driver puts an 802.6 header before.
        if page.options.link_header {
            packet.need(16)?;
            for word in 0..4 {
                let between = if word == 2 { " " } else { "" };
                put!(page, between, HexPad(packet.peek_u32(word * 4)?.into(), 8));
            }
            put!(page, " ");
        }
        rest.skip(20)?;
        page.link_len = 20;
    }
    page.link_len += llc::print(page, rest, None)?;
    Ok(())
}

/// A captured packet behind the four bytes of SunATM: direction and kind, path and channel.
pub(super) fn sun(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("sunatm");
    packet.need(4)?;
    let mut rest = packet;
    let (kind, path, channel) = (rest.u8()?, rest.u8()?, rest.u16()?);
    if page.options.link_header {
        put!(page, if kind & 0x80 != 0 { "Tx: " } else { "Rx: " });
    }
    page.link_len = 4;
    page.enter("atm");
    if page.options.link_header {
        put!(page, "VPI:", path, " VCI:", channel, " ");
    }
    match (path, channel) {
        (0, 1) => put!(page, "meta: "),
        (0, 2) => put!(page, "broadcast sig: "),
        (0, 3 | 4) => return oam(page, rest, 1),
        (0, 5) => return signalling(page, rest),
        (0, 16) => {
            put!(page, "ilmi: ");
            return snmp::print(page, rest);
        }
        _ if kind & 0x0f == LAN_EMULATION => return lane::print(page, rest),
        _ => return llc::print(page, rest, None).map(|_| ()),
    }
    Ok(())
}

/// A signalling message between user and network (Q.2931).
fn signalling(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    let protocol = rest.peek_u8(0)?;
    if protocol != 9 {
        put!(page, "SSCOP, proto ", protocol, " ");
        return Ok(());
    }
    put!(page, "Q.2931");
    let kind = rest.peek_u8(5)?;
    match name_of(MESSAGES, kind) {
        Some(name) => put!(page, ":", name, " "),
        None => put!(page, ":msgtype#", kind, " "),
    }
    put!(page, "CALL_REF:0x", HexPad(rest.after(2).u24()?.into(), 6));
    Ok(())
}

const UNNUMBERED: u8 = 3;
const LAN_EMULATION: u8 = 1;

const MESSAGES: &[(u8, &str)] = &[
    (0x02, "Call_proceeding"),
    (0x07, "Connect"),
    (0x0f, "Connect_ack"),
    (0x05, "Setup"),
    (0x4d, "Release"),
    (0x5a, "Release_complete"),
    (0x46, "Restart"),
    (0x4e, "Restart_ack"),
    (0x7d, "Status"),
    (0x75, "Status_enquiry"),
    (0x80, "Add_party"),
    (0x81, "Add_party_ack"),
    (0x82, "Add_party_reject"),
    (0x83, "Drop_party"),
    (0x84, "Drop_party_ack"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const SUN: LinkType = LinkType(123);

    #[test]
    fn snap_leads_to_the_packet() {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
        packet.extend(ipv4(253, &[]));
        assert!(shown(LinkType::ATM_RFC1483, &packet).starts_with("IP 192.0.2.1"));
        assert_every_cut_is_told(LinkType::ATM_RFC1483, &packet);
        let behind = [&[0x82, 0, 0, 99][..], &packet].concat();
        assert!(under_e(SUN, &behind).starts_with("Tx: VPI:0 VCI:99 LLC, dsap SNAP"));
        assert_every_cut_is_told(SUN, &behind);
    }

    #[test]
    fn signalling_is_told_by_its_message() {
        let text = shown(SUN, &[2, 0, 0, 5, 9, 3, 0, 0, 7, 0x4d]);
        assert_eq!(text, "Q.2931:Release CALL_REF:0x000007");
        assert_eq!(shown(SUN, &[2, 0, 0, 1, 9]), "meta: ");
    }
}
