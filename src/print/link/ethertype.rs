//! EtherTypes: their names, and the printer that each leads to, whichever link or tunnel carries it (IANA, "IEEE 802
//! Numbers").

use pnet_packet::ethernet::{EtherType, EtherTypes};

use super::ether::Addresses;
use super::{
    aoe, cfm, decnet, geonet, ipx, isoclns, lldp, loopback, mpcp, msnlb, ppp, pppoe, realtek, slow, tipc,
};
use crate::print::application::{eap, ptp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{arp, atalk, ipv4, ipv6, mpls, nsh};
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// The largest value of the type field that is a length (802.3).
pub(crate) const LARGEST_LENGTH: u16 = 1500;

/// Prints the payload of an EtherType, if it is one that we know.
pub(crate) fn print(
    page: &mut Page<'_>,
    kind: EtherType,
    payload: Cursor<'_>,
    addresses: Option<Addresses>,
) -> Shown<bool> {
    match kind {
        EtherTypes::Ipv4 => ipv4::print(page, payload)?,
        EtherTypes::Ipv6 => ipv6::print(page, payload)?,
        EtherType(MPLS | MPLS_MULTICAST) => mpls::print(page, payload)?,
        EtherType(GEONET | GEONET_OLD) => geonet::print(page, payload, addresses)?,
        EtherType(CALM_FAST) => geonet::calm_fast(page, payload, addresses)?,
        EtherType(NSH) => nsh::print(page, payload)?,
        EtherType(MS_NLB) => msnlb::print(page, payload)?,
        EtherTypes::PppoeDiscovery | EtherTypes::PppoeSession | EtherType(PPPOE_OLD | PPPOE_OLD_SESSION) => {
            pppoe::print(page, payload)?
        }
        EtherType(PPP) if payload.is_empty() => {}
        EtherType(PPP) => {
            put!(page, ": ");
            page.deeper(|page| ppp::print(page, payload))?;
        }
        EtherType(OSI) if payload.is_empty() || !payload.has(1) => {
            page.enter("isoclns");
            page.truncated();
        }
        EtherType(OSI) => isoclns::print(page, payload.after(1))?,
        EtherTypes::Arp | EtherTypes::Rarp => arp::print(page, payload)?,
        EtherType(DECNET) => decnet::print(page, payload)?,
        EtherType(EAPOL) => eap::frame(page, payload)?,
        EtherType(APPLETALK) => {
            put!(page, if page.verbose(1) { "et1 " } else { "" });
            atalk::print(page, payload)?;
        }
        EtherType(APPLETALK_RESOLUTION) => atalk::resolution(page, payload)?,
        EtherType(IPX) => {
            put!(page, "(NOV-ETHII) ");
            ipx::print(page, payload)?;
        }
        EtherType(REALTEK) => realtek::print(page, payload, addresses)?,
        EtherType(MPCP) => mpcp::print(page, payload)?,
        EtherType(LOOPBACK) => loopback::print(page, payload)?,
        EtherType(TIPC) => tipc::print(page, payload)?,
        EtherType(AOE) => aoe::print(page, payload)?,
        EtherType(SLOW) => slow::print(page, payload)?,
        EtherType(CFM | CFM_OLD) => cfm::print(page, payload)?,
        EtherType(LLDP) => lldp::print(page, payload)?,
        EtherType(PTP) => ptp::print(page, payload)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// `ethertype IPv4 (0x0800)`, or only the name under `-q`.
pub(crate) fn put(page: &mut Page<'_>, kind: EtherType) {
    match name(kind) {
        Some(found) if page.quiet() => put!(page, Named("type_name", found)),
        None if page.quiet() => put!(page, "Unknown Ethertype (", Named("", kind), ")"),
        found => put!(
            page,
            "ethertype ",
            Named("type_name", found.unwrap_or("Unknown")),
            " (",
            Named("", kind),
            ")"
        ),
    }
}

/// The name that `-e` shows for an EtherType.
#[rustfmt::skip]
pub(crate) fn name(kind: EtherType) -> Option<&'static str> {
    Some(match kind.0 {
        0x0200 => "PUP", 0x0500 => "Sprite", 0x0600 => "NS", 0x0800 => "IPv4", 0x0806 => "ARP",
        0x1000 => "Trail", 0x22ea => "IEEE1722", 0x22f0 => "IEEE1722", 0x6001 => "MOP DL",
        0x6002 => "MOP RC", 0x6003 => "DN", 0x6004 => "LAT", 0x6007 => "SCA", 0x6558 => "TEB",
        0x8035 => "Reverse ARP", 0x8038 => "Lanbridge", 0x803c => "DEC DNS", 0x803e => "DEC DTS",
        0x805b => "VEXP", 0x805c => "VPROD", 0x809b => "Appletalk", 0x80f3 => "Appletalk ARP",
        0x8100 => "802.1Q", 0x8137 => "IPX", 0x86dd => "IPv6", 0x8808 => "MPCP",
        0x8809 => "Slow Protocols", 0x880b => "PPP", 0x8847 => "MPLS unicast", 0x8848 => "MPLS multicast",
        0x8863 => "PPPoE D", 0x8864 => "PPPoE S", 0x886f => "MS NLB heartbeat", 0x8870 => "Jumbo",
        0x888e => "EAPOL", 0x88f7 => "PTP", 0x8899 => "RRCP", 0x88a2 => "AoE", 0x88a8 => "802.1Q-QinQ",
        0x88ca => "TIPC", 0x88cc => "LLDP", 0x88e5 => "802.1AE MACsec", 0x8902 => "CFM", 0xabcd => "CFM (old)",
        0x893a => "IEEE1905.1", 0x894f => "NSH", 0x8947 => "GeoNet", 0x0707 => "GeoNet (old)",
        0x1111 => "CALM FAST", 0x9000 => "Loopback", 0x9100 => "802.1Q-9100", 0x9200 => "802.1Q-9200",
        0xd28b => "Arista Vendor Specific Protocol", 0xfefe => "OSI", 0x00fe => "GRE-OSI",
        _ => return None,
    })
}

const DECNET: u16 = 0x6003;
/// PPPoE as 3Com had it.
const PPPOE_OLD: u16 = 0x3c12;
const PPPOE_OLD_SESSION: u16 = 0x3c13;
const MPCP: u16 = 0x8808;
const REALTEK: u16 = 0x8899;
const TIPC: u16 = 0x88ca;
const LOOPBACK: u16 = 0x9000;
const APPLETALK: u16 = 0x809b;
const APPLETALK_RESOLUTION: u16 = 0x80f3;
const IPX: u16 = 0x8137;
const AOE: u16 = 0x88a2;
const SLOW: u16 = 0x8809;
const PPP: u16 = 0x880b;
const CFM: u16 = 0x8902;
const CFM_OLD: u16 = 0xabcd;
const LLDP: u16 = 0x88cc;
const EAPOL: u16 = 0x888e;
const PTP: u16 = 0x88f7;
const OSI: u16 = 0xfefe;
const MS_NLB: u16 = 0x886f;
const GEONET: u16 = 0x8947;
const GEONET_OLD: u16 = 0x0707;
const CALM_FAST: u16 = 0x1111;
const NSH: u16 = 0x894f;
const MPLS: u16 = 0x8847;
const MPLS_MULTICAST: u16 = 0x8848;
