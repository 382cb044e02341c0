//! The link layer: what a captured packet begins with.

mod aoe;
mod arcnet;
mod arista;
mod atm;
mod bus;
mod carriers;
mod cdp;
mod cfm;
mod chdlc;
mod decnet;
mod decnet_nsp;
mod dtp;
pub(crate) mod ether;
pub(crate) mod ethertype;
mod family;
mod fddi;
mod frame_relay;
mod geonet;
mod ipx;
pub(crate) mod isoclns;
mod juniper;
mod llc;
mod lldp;
mod loopback;
mod macsec;
mod mpcp;
mod msnlb;
mod null;
mod pktap;
mod ppi;
pub(crate) mod ppp;
mod pppoe;
mod raw;
mod realtek;
mod slip;
mod sll;
mod slow;
mod snap;
mod stp;
mod switch_tag;
mod tipc;
mod token_ring;
mod udld;
mod vsock;
mod vtp;
mod wlan;
pub(super) mod wpan;

use super::cursor::{Cursor, Shown};
use super::internet::atalk;
use super::page::Page;
use super::text::put;
use crate::wire::LinkType;
use juniper::Card;
use switch_tag::SwitchTag;

/// Prints a packet from its first byte on.
pub(super) fn print(page: &mut Page<'_>, link: LinkType, packet: Cursor<'_>) -> Shown {
    if !decode(page, link, packet)? {
        put!(page, "UNSUPPORTED");
        page.hex_ascii("\n\t", packet.bytes());
    }
    Ok(())
}

/// Prints a packet of a link type that we know. Returns false if it is another.
fn decode(page: &mut Page<'_>, link: LinkType, packet: Cursor<'_>) -> Shown<bool> {
    match link {
        LinkType::ETHERNET => ether::frame(page, packet)?,
        DSA => ether::tagged_frame(page, packet, SwitchTag::Dsa)?,
        ETHER_DSA => ether::tagged_frame(page, packet, SwitchTag::EtherDsa)?,
        BROADCOM_TAG => ether::tagged_frame(page, packet, SwitchTag::Broadcom)?,
        BROADCOM_PREPENDED => {
            if page.options.link_header {
                SwitchTag::Broadcom.print(page, packet)?;
            }
            page.link_len += SwitchTag::Broadcom.len();
            ether::frame(page, packet.after(SwitchTag::Broadcom.len()))?;
        }
        LinkType::NULL | LinkType::LOOP => null::print(page, packet)?,
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => raw::print(page, link, packet)?,
        LinkType::PPP | PPP_DIRECTION => ppp::frame(page, packet)?,
        LinkType::PPP_ETHER => pppoe::print(page, packet)?,
        LinkType::PPP_SERIAL => ppp::serial(page, packet)?,
        LinkType::C_HDLC | HDLC_OF_BSD => chdlc::frame(page, packet)?,
        LinkType::SLIP => slip::frame(page, packet)?,
        LinkType::LINUX_SLL => sll::print(page, packet)?,
        LinkType::LINUX_SLL2 => sll::print_v2(page, packet)?,
        LinkType::IEEE802_11 => wlan::frame(page, packet)?,
        LinkType::IEEE802_11_RADIO => wlan::radio(page, packet)?,
        LinkType::PRISM_HEADER => wlan::prism(page, packet)?,
        IEEE802_11_AVS => wlan::avs(page, packet)?,
        PPI => ppi::frame(page, packet)?,
        IEEE802_15_4 | IEEE802_15_4_NOFCS => wpan::frame(page, packet)?,
        IEEE802_15_4_TAP => wpan::tap(page, packet)?,
        LOCALTALK => local_talk(page, packet)?,
        LinkType::FDDI => fddi::frame(page, packet)?,
        LinkType::TOKEN_RING => token_ring::frame(page, packet)?,
        IP_OVER_FC => carriers::fibre_channel(page, packet)?,
        IPOIB => carriers::infiniband(page, packet)?,
        IEEE1394 => carriers::firewire(page, packet)?,
        SYMANTEC => carriers::symantec(page, packet)?,
        ATM_CLIP | ATM_CLIP_OF_LINUX => carriers::classical(page, packet)?,
        NFLOG => family::netfilter(page, packet)?,
        LinkType::PFLOG => family::packet_filter(page, packet)?,
        ENC => family::encapsulated(page, packet)?,
        IPNET => family::solaris(page, packet)?,
        USB_LINUX => bus::usb(page, packet, bus::USB)?,
        USB_LINUX_MMAPPED => bus::usb(page, packet, bus::USB_MAPPED)?,
        BLUETOOTH => bus::bluetooth(page, packet)?,
        NETANALYZER => ether::frame_behind(page, packet, "netanalyzer", 4)?,
        NETANALYZER_TRANSPARENT => ether::frame_behind(page, packet, "netanalyzer_transparent", 12)?,
        SLIP_BSDOS | SLIP_BSDOS_OF_OLD => slip::bsdos(page, packet)?,
        // Only tcpdump on BSD/OS knows what these are; elsewhere it prints nothing of them.
        PPP_BSDOS | PPP_BSDOS_OF_OLD => {}
        LinkType::ARCNET => arcnet::frame(page, packet)?,
        ARCNET_LINUX => arcnet::linux_frame(page, packet)?,
        LinkType::ATM_RFC1483 => atm::frame(page, packet)?,
        SUN_ATM => atm::sun(page, packet)?,
        LinkType::FRELAY => frame_relay::frame(page, packet)?,
        MFR => frame_relay::bundle(page, packet)?,
        VSOCK => vsock::frame(page, packet)?,
        PKTAP | PKTAP_OF_OLD => pktap::frame(page, packet)?,
        _ => match Card::of(link) {
            Some(card) => juniper::print(page, card, packet)?,
            None => return Ok(false),
        },
    }
    Ok(true)
}

/// A captured frame of LocalTalk.
fn local_talk(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.link_len += atalk::frame(page, packet)?;
    Ok(())
}

/// Ethernet with the tag of a switch chip between the addresses and the type; Broadcom's may come first.
const DSA: LinkType = LinkType(284);
const ETHER_DSA: LinkType = LinkType(285);
const BROADCOM_TAG: LinkType = LinkType(281);
const BROADCOM_PREPENDED: LinkType = LinkType(282);

const ARCNET_LINUX: LinkType = LinkType(129);
const SUN_ATM: LinkType = LinkType(123);
const PPI: LinkType = LinkType(192);
const IEEE802_15_4: LinkType = LinkType(195);
const IEEE802_15_4_NOFCS: LinkType = LinkType(230);
const IEEE802_15_4_TAP: LinkType = LinkType(283);
const IP_OVER_FC: LinkType = LinkType(122);
const IPOIB: LinkType = LinkType(242);
/// Apple's IP over FireWire.
const IEEE1394: LinkType = LinkType(138);
const SYMANTEC: LinkType = LinkType(99);
const ATM_CLIP: LinkType = LinkType(106);
const NFLOG: LinkType = LinkType(239);
const ENC: LinkType = LinkType(109);
const IPNET: LinkType = LinkType(226);
const USB_LINUX: LinkType = LinkType(189);
const USB_LINUX_MMAPPED: LinkType = LinkType(220);
const BLUETOOTH: LinkType = LinkType(201);
const NETANALYZER: LinkType = LinkType(240);
/// The same with preamble and start of frame.
const NETANALYZER_TRANSPARENT: LinkType = LinkType(241);
const SLIP_BSDOS: LinkType = LinkType(102);
const PPP_BSDOS: LinkType = LinkType(103);
/// By the numbers that files have had from systems without numbers for files.
const SLIP_BSDOS_OF_OLD: LinkType = LinkType(15);
const PPP_BSDOS_OF_OLD: LinkType = LinkType(16);
const ATM_CLIP_OF_LINUX: LinkType = LinkType(19);
const HDLC_OF_BSD: LinkType = LinkType(112);
/// 802.11 behind the header of AVS.
const IEEE802_11_AVS: LinkType = LinkType(163);
const PKTAP: LinkType = LinkType(258);
/// The same by the number that it had on the systems of its maker.
const PKTAP_OF_OLD: LinkType = LinkType(149);
const LOCALTALK: LinkType = LinkType(114);
const VSOCK: LinkType = LinkType(271);
/// Frame relay over a bundle of links.
const MFR: LinkType = LinkType(182);

/// PPP with the direction in its first byte.
const PPP_DIRECTION: LinkType = LinkType(166);
