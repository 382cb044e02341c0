//! Captures of Juniper's routers: a header of their own, then what the interface card had on its wire.

mod header;
mod media;

use pnet_packet::ethernet::EtherType;

use super::{atm, chdlc, ether, ethertype, frame_relay, isoclns, llc, ppp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6, mpls};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::text::{Hex2, Hex4, name_of, put};
use crate::wire::LinkType;
use header::Header;

/// The interface card that a packet was captured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Card {
    Mlppp,
    Mlfr,
    Es,
    Ggsn,
    Mfr,
    Atm2,
    Services,
    Atm1,
    Monitor,
    Pppoe,
    PppoeAtm,
    Ether,
    Ppp,
    Frelay,
    Chdlc,
}

impl Card {
    /// The card of a link type.
    pub(super) fn of(link: LinkType) -> Option<Self> {
        Some(match link.0 {
            130 => Self::Mlppp,
            131 => Self::Mlfr,
            132 => Self::Es,
            133 => Self::Ggsn,
            134 => Self::Mfr,
            135 => Self::Atm2,
            136 => Self::Services,
            137 => Self::Atm1,
            164 => Self::Monitor,
            167 => Self::Pppoe,
            168 => Self::PppoeAtm,
            178 => Self::Ether,
            179 => Self::Ppp,
            180 => Self::Frelay,
            181 => Self::Chdlc,
            _ => return None,
        })
    }

    fn protocol(self) -> &'static str {
        match self {
            Self::Mlppp => "juniper_mlppp",
            Self::Mlfr => "juniper_mlfr",
            Self::Es => "juniper_es",
            Self::Ggsn => "juniper_ggsn",
            Self::Mfr => "juniper_mfr",
            Self::Atm2 => "juniper_atm2",
            Self::Services => "juniper_services",
            Self::Atm1 => "juniper_atm1",
            Self::Monitor => "juniper_monitor",
            Self::Pppoe => "juniper_pppoe",
            Self::PppoeAtm => "juniper_pppoe_atm",
            Self::Ether => "juniper_ether",
            Self::Ppp => "juniper_ppp",
            Self::Frelay => "juniper_frelay",
            Self::Chdlc => "juniper_chdlc",
        }
    }

    /// The name of the card and the least length of its cookie, if it has any.
    fn cookie(self) -> Option<(&'static str, usize)> {
        Some(match self {
            Self::Atm1 => ("ATM1", 4),
            Self::Atm2 => ("ATM2", 8),
            Self::Mlppp => ("MLPPP", 2),
            Self::Mlfr => ("MLFR", 2),
            Self::Mfr => ("MFR", 4),
            Self::Pppoe => ("PPPoE", 0),
            Self::PppoeAtm => ("PPPoE ATM", 0),
            Self::Ggsn => ("GGSN", 8),
            Self::Monitor => ("MONITOR", 8),
            Self::Services => ("AS", 8),
            Self::Es => ("ES", 0),
            Self::Ether | Self::Ppp | Self::Frelay | Self::Chdlc => return None,
        })
    }
}

/// Prints a packet that one of the cards captured.
pub(super) fn print(page: &mut Page<'_>, card: Card, packet: Cursor<'_>) -> Shown {
    page.enter(card.protocol());
    let Some(header) = header::read(page, card, packet)? else {
        return Ok(());
    };
    let rest = packet.after(header.len);
    match card {
        Card::Ggsn => gateway(page, &header, rest),
        Card::Es => encryption(page, rest),
        Card::Monitor => monitor(page, rest),
        Card::Services => services(page, rest),
        Card::Pppoe | Card::Ether => ether::print(page, rest).map(|_| ()),
        Card::Ppp => ppp::print(page, rest),
        Card::Frelay => frame_relay::print(page, rest).map(|_| ()),
        Card::Chdlc => chdlc::print(page, rest),
        Card::PppoeAtm => {
            let kind = rest.peek_u16(0)?;
            if !ethertype::print(page, EtherType(kind), rest.after(2), None)? {
                put!(page, "unknown ethertype 0x", Hex4(kind));
            }
            Ok(())
        }
        Card::Mlppp => multilink_ppp(page, &header, packet),
        Card::Mlfr => multilink_frame_relay(page, &header, packet),
        Card::Mfr => bundled_frame_relay(page, &header, packet),
        Card::Atm1 => atm_1(page, &header, rest),
        Card::Atm2 => atm_2(page, &header, rest),
    }
}

/// Prints a packet whose first byte says that it is IP. Returns false if it does not.
pub(super) fn by_first_byte(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<bool> {
    match rest.peek_u8(0)? {
        0x45..=0x4f => ipv4::print(page, rest)?,
        0x60..=0x6f => ipv6::print(page, rest)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn gateway(page: &mut Page<'_>, header: &Header, rest: Cursor<'_>) -> Shown {
    let [_, _, protocol, _, high, low, ..] = header.cookie;
    if page.options.link_header {
        let name = name_of(&[(1, "Null"), (2, "IPv4"), (6, "IPv6")], protocol);
        put!(page, "proto ", name.unwrap_or("Unknown"), " (", protocol, "), ");
        put!(page, "vlan ", u16::from_be_bytes([high, low]), ": ");
    }
    match protocol {
        2 => ipv4::print(page, rest)?,
        6 => ipv6::print(page, rest)?,
        _ if page.options.link_header => {}
        _ => put!(page, "unknown GGSN proto (", protocol, ")"),
    }
    Ok(())
}

/// The encryption services card tells the association before the packet.
fn encryption(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    rest.need(16)?;
    let mut fields = rest;
    let (index, ttl, kind) = (fields.u16()?, fields.u8()?, fields.u8()?);
    let skipped = match kind {
        1 | 2 => 0,
        3..=5 => 16,
        _ => {
            put!(page, "ES Invalid type ", kind, ", length ", rest.len());
            return Ok(());
        }
    };
    let packet = rest.after(skipped);
    if page.options.link_header {
        let name = name_of(ASSOCIATIONS, kind).unwrap_or("Unknown");
        put!(
            page,
            "ES SA, index ",
            index,
            ", ttl ",
            ttl,
            " type ",
            name,
            " (",
            kind,
            ")"
        );
        if skipped > 0 {
            put!(page, ", spi ", fields.u32()?, ", Tunnel ");
            page.host(fields.ipv4()?);
            put!(page, " > ");
            page.host(fields.ipv4()?);
        }
        put!(page, ", length ", packet.len(), "\n");
    }
    ipv4::print(page, packet)
}

fn monitor(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    rest.need(8)?;
    if page.options.link_header {
        put!(
            page,
            "service-id ",
            rest.peek_u32(4)?,
            ", iif ",
            rest.peek_u16(2)?
        );
        put!(page, ", pkt-type ", rest.peek_u8(0)?, ": ");
    }
    by_first_byte(page, rest).map(|_| ())
}

fn services(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    rest.need(8)?;
    if page.options.link_header {
        put!(
            page,
            "service-id ",
            rest.peek_u8(0)?,
            " flags 0x",
            Hex2(rest.peek_u8(1)?)
        );
        put!(page, " service-set-id 0x", Hex4(rest.peek_u16(2)?));
        put!(page, " iif ", rest.after(5).u24()?, ": ");
    }
    by_first_byte(page, rest).map(|_| ())
}

/// What the cookie of a link services card says of layer 3. Returns false if it says nothing.
fn layer_3(page: &mut Page<'_>, header: &Header, rest: Cursor<'_>) -> Shown<bool> {
    match header.protocol {
        0x00 => ipv4::print(page, rest)?,
        0x10 => ipv6::print(page, rest)?,
        0x20 => mpls::print(page, rest)?,
        0x30 => isoclns::print(page, rest)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn multilink_ppp(page: &mut Page<'_>, header: &Header, packet: Cursor<'_>) -> Shown {
    let [zero, one, _, _, four, ..] = header.cookie;
    let first = u16::from_be_bytes([zero, one]);
    // Captured on one of its links, what looks like a cookie is the packet itself.
    if page.options.link_header && !matches!(first, PPP_OSI | PPP_ADDRESS) {
        put!(page, "Bundle-ID ", header.bundle, ": ");
    }
    let rest = packet.after(header.len);
    // What comes in for the router itself has no cookie: it is IS-IS over PPP.
    if header.protocol == 0 && four == 0x0c {
        return ppp::print(page, rest);
    }
    if layer_3(page, header, rest)? {
        return Ok(());
    }
    match first {
        PPP_OSI => ppp::print(page, packet.after(header.len.saturating_sub(2))),
        _ => ppp::print(page, rest),
    }
}

fn multilink_frame_relay(page: &mut Page<'_>, header: &Header, packet: Cursor<'_>) -> Shown {
    bundle(page, header);
    let rest = packet.after(header.len);
    match header.protocol {
        0x0003 | 0x0300 => isoclns::print(page, rest),
        _ => encapsulated(page, header, packet),
    }
}

fn bundled_frame_relay(page: &mut Page<'_>, header: &Header, packet: Cursor<'_>) -> Shown {
    let rest = packet.after(header.len);
    match header.cookie_len {
        0 => return frame_relay::multilink(page, rest).map(|_| ()),
        8 => return layer_3(page, header, rest).map(|_| ()),
        _ => {}
    }
    bundle(page, header);
    match header.protocol {
        0xfefe => isoclns::print(page, rest.after(1)),
        _ => encapsulated(page, header, packet),
    }
}

fn bundle(page: &mut Page<'_>, header: &Header) {
    if page.options.link_header && !header.cookie.starts_with(&[0, 0, 0, 1]) {
        put!(page, "Bundle-ID ", header.bundle, ", ");
    }
}

/// A packet behind an unnumbered-information control byte and its network layer protocol.
fn encapsulated(page: &mut Page<'_>, header: &Header, packet: Cursor<'_>) -> Shown {
    let [control, protocol] = header.protocol.to_be_bytes();
    if control == 3 && matches!(protocol, nlpid::Q933 | nlpid::IPV4 | nlpid::IPV6) {
        return isoclns::print(page, packet.after(header.len.saturating_sub(1)));
    }
    let length = packet.after(header.len).len();
    put!(
        page,
        "unknown protocol 0x",
        Hex4(header.protocol),
        ", length ",
        length
    );
    Ok(())
}

fn atm_1(page: &mut Page<'_>, header: &Header, rest: Cursor<'_>) -> Shown {
    if header.cookie.first() == Some(&0x80) {
        return atm::oam(page, rest, 0);
    }
    if logical_link(page, rest)? {
        return Ok(());
    }
    if rest.peek_u8(0)? == 3 {
        return isoclns::print(page, rest.after(1));
    }
    by_first_byte(page, rest).map(|_| ())
}

fn atm_2(page: &mut Page<'_>, header: &Header, rest: Cursor<'_>) -> Shown {
    let [_, _, _, three, .., seven] = header.cookie;
    if seven & 0x70 != 0 {
        return atm::oam(page, rest, 0);
    }
    if logical_link(page, rest)? {
        return Ok(());
    }
    // Bridged Ethernet (RFC 2684) has a gap between the cells.
    if !header.inbound && three & 0x3f != 0 {
        return ether::print(page, rest).map(|_| ());
    }
    if rest.peek_u8(0)? == 3 {
        return isoclns::print(page, rest.after(1));
    }
    if PPP_PROTOCOLS.contains(&rest.peek_u16(0)?) {
        return ppp::print(page, rest);
    }
    by_first_byte(page, rest).map(|_| ())
}

/// LLC with a network layer protocol or SNAP behind it. Returns false if it is neither.
fn logical_link(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<bool> {
    if !matches!(rest.after(0).u24()?, 0xfe_fe03 | 0xaa_aa03) {
        return Ok(false);
    }
    llc::decode(page, rest, None).map(|found| found.known)
}

const PPP_OSI: u16 = 0x0023;
const PPP_ADDRESS: u16 = 0xff03;
/// The protocols of PPP that such a router speaks.
const PPP_PROTOCOLS: [u16; 13] = [
    0x0021, PPP_OSI, 0x003d, 0x0057, 0x0281, 0x0283, 0x8021, 0x8023, 0x8057, 0x8281, 0xc021, 0xc023, 0xc223,
];

const ASSOCIATIONS: &[(u8, &str)] = &[
    (1, "ESP ENCR-AUTH"),
    (2, "ESP ENCR-AH AUTH"),
    (3, "ESP AUTH"),
    (4, "AH AUTH"),
    (5, "ESP ENCR"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e, verbose};
    use crate::wire::LinkType;

    fn captured(flags: u8, header: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x4d, 0x47, 0x43, flags];
        packet.extend_from_slice(header);
        packet.extend(ipv4(253, &[]));
        packet
    }

    fn with_header(link: u32, packet: &[u8]) -> String {
        under_e(LinkType(link), packet)
    }

    #[test]
    fn the_cookie_of_the_card_is_told_under_e() {
        let packet = captured(1, &[0, 0, 2, 0, 0, 7, 0, 0]);
        assert_eq!(
            with_header(133, &packet),
            " In GGSN-PIC, cookie-len 8, cookie 0x0000020000070000: proto IPv4 (2), vlan 7: \
             192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(shown(LinkType(133), &packet).starts_with("IP 192.0.2.1"));
        assert_every_cut_is_told(LinkType(133), &packet);
    }

    #[test]
    fn a_packet_without_a_link_header_is_guessed() {
        let packet = captured(2, &[0, 0, 0, 0]);
        assert!(shown(LinkType(137), &packet).starts_with("IP 192.0.2.1"));
        assert!(with_header(137, &packet).starts_with("Out no-L2-hdr, "));
        assert_eq!(shown(LinkType(137), &[0; 12]), "no magic-number found!");
    }

    #[test]
    fn extensions_are_told_under_vv() {
        let extensions = [0, 6, 3, 1, 4, 0x84, 1, 9];
        let text = verbose(
            2,
            LinkType(179),
            &captured(0x81, &[&extensions[..], &[0, 0x21]].concat()),
        );
        assert!(
            text.starts_with(
                "\n\tJuniper PCAP Flags [Ext, In], PCAP Extension(s) total length 6\
                 \n\t  Device Media Type Extension TLV #3, length 1, value PPP (4)\
                 \n\t  Unknown Extension TLV #132, length 1, value 9\n\t-----original packet-----\n\tIP (tos"
            ),
            "{text}"
        );
    }

    #[test]
    fn the_upper_half_of_the_extensions_has_the_byte_order_of_the_network() {
        let extensions = [0, 8, 1, 2, 1, 2, 0x84, 2, 1, 2];
        let packet = captured(0x81, &[&extensions[..], &[0, 0x21]].concat());
        let text = verbose(2, LinkType(179), &packet);
        assert!(text.contains("Extension TLV #1, length 2, value 513\n"), "{text}");
        assert!(
            text.contains("Extension TLV #132, length 2, value 258\n"),
            "{text}"
        );
    }

    #[test]
    fn an_association_is_told_before_its_packet() {
        let association = [0, 5, 64, 5, 0, 0, 0, 9, 192, 0, 2, 7, 192, 0, 2, 8];
        let text = with_header(132, &captured(0, &association));
        assert!(
            text.contains(
                "ES SA, index 5, ttl 64 type ESP ENCR (5), spi 9, Tunnel 192.0.2.7 > 192.0.2.8, length 20\n"
            ),
            "{text}"
        );
    }
}
