//! Ethernet II and 802.3 frames, with 802.1Q tags, and the dispatch by EtherType that other links share.

use pnet_packet::ethernet::{EtherType, EtherTypes, EthernetPacket};
use pnet_packet::vlan::VlanPacket;

use super::switch_tag::SwitchTag;
use super::{
    aoe, arista, cfm, decnet, geonet, ipx, isoclns, llc, lldp, loopback, macsec, mpcp, msnlb, ppp, pppoe,
    realtek, slow, tipc,
};
use crate::print::application::{eap, ptp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{arp, atalk, ipv4, ipv6, mpls, nsh};
use crate::print::page::Page;
use crate::print::text::{Label, Mac, Named, put};

/// The two addresses of a frame, for the printers that show them again.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    /// Who sent it.
    pub(crate) source: [u8; 6],
    /// For whom it is.
    pub(crate) destination: [u8; 6],
}

/// The largest value of the type field that is a length (802.3).
pub(crate) const LARGEST_LENGTH: u16 = 1500;

/// A whole captured frame; what comes before the payload is the link-layer header of the dumps.
pub(crate) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let base = page.link_len;
    let header = print(page, packet)?;
    page.link_len = base + header;
    Ok(())
}

/// A whole captured frame behind `skipped` bytes of what captured it.
pub(crate) fn frame_behind(
    page: &mut Page<'_>,
    packet: Cursor<'_>,
    name: &'static str,
    skipped: usize,
) -> Shown {
    page.enter(name);
    packet.need(skipped)?;
    page.link_len += skipped;
    frame(page, packet.after(skipped))
}

/// A whole captured frame with the tag of a switch chip between its addresses and its type.
pub(crate) fn tagged_frame(page: &mut Page<'_>, packet: Cursor<'_>, tag: SwitchTag) -> Shown {
    let base = page.link_len;
    let header = print_behind(page, packet, Some(tag))?;
    page.link_len = base + header;
    Ok(())
}

/// A frame, perhaps within another packet. Returns how many of its bytes were headers.
pub(crate) fn print(page: &mut Page<'_>, frame: Cursor<'_>) -> Shown<usize> {
    print_behind(page, frame, None)
}

fn print_behind(page: &mut Page<'_>, frame: Cursor<'_>, switch_tag: Option<SwitchTag>) -> Shown<usize> {
    page.enter("ether");
    let before_type = 12 + switch_tag.map_or(0, SwitchTag::len);
    let shortest = before_type + 2;
    let Some(view) =
        EthernetPacket::new(frame.bytes()).filter(|_| frame.has(shortest) && frame.len() >= shortest)
    else {
        page.truncated();
        return Ok(if frame.has(shortest) {
            frame.len()
        } else {
            frame.captured()
        });
    };
    let addresses = Addresses {
        source: view.get_source().octets(),
        destination: view.get_destination().octets(),
    };
    page.field("src", Mac(&addresses.source));
    page.field("dst", Mac(&addresses.destination));
    // The type is behind a switch's tag, if there is one.
    page.field("type", EtherType(frame.peek_u16(before_type)?));
    if page.options.link_header {
        put_addresses(page, addresses);
    }
    if let Some(tag) = switch_tag {
        tag.print(page, frame.after(12))?;
    }
    let mut headers = before_type;
    loop {
        match behind(page, frame, headers, addresses)? {
            Behind::Type(at) => headers = at,
            Behind::End(at) => return Ok(at),
        }
    }
}

/// What was behind the headers of a frame so far.
enum Behind {
    /// A header that is followed by one more type, which is so many bytes into the frame.
    Type(usize),
    /// The payload, which is so many bytes into the frame, and has been printed.
    End(usize),
}

/// Prints what a type field leads to that is `at` bytes into the frame.
#[inline(always)]
fn behind(page: &mut Page<'_>, frame: Cursor<'_>, at: usize, addresses: Addresses) -> Shown<Behind> {
    let mut payload = frame.after(at);
    let mut kind = EtherType(payload.u16()?);
    let mut headers = at + 2;
    let mut length_told = false;
    if kind.0 == MACSEC {
        if page.options.link_header {
            put_type_and_length(page, kind, frame.len());
            length_told = true;
        }
        match macsec::tag(page, payload, addresses)? {
            macsec::Behind::Clear(rest, length) => {
                page.enter("ether");
                payload = rest;
                headers += length;
            }
            macsec::Behind::Encrypted(rest, length) => {
                page.raw(rest.bytes());
                return Ok(Behind::End(headers + length));
            }
            macsec::Behind::Nothing => return Ok(Behind::End(headers + payload.captured())),
        }
        kind = EtherType(payload.u16()?);
        headers += 2;
    }
    while is_tag(kind) {
        let Some(tag) = VlanPacket::new(payload.bytes()).filter(|_| payload.len() >= 4) else {
            page.enter("vlan");
            page.truncated();
            return Ok(Behind::End(headers + payload.captured().min(payload.len())));
        };
        if page.options.link_header {
            put_type_behind(page, kind, frame.len(), &mut length_told);
        }
        kind = tag.get_ethertype();
        put_tag(page, &tag);
        payload.advance(4);
        headers += 4;
    }
    if kind.0 <= LARGEST_LENGTH {
        // What is behind the length that the frame tells is padding.
        let payload = payload.limited(kind.0.into());
        if page.options.link_header {
            put!(page, "802.3");
            if !length_told {
                put!(page, ", length ", Named("", payload.len()), ": ");
            }
        }
        return Ok(Behind::End(headers + llc::print(page, payload, Some(addresses))?));
    }
    if kind.0 == JUMBO {
        return Ok(Behind::End(headers + llc::print(page, payload, Some(addresses))?));
    }
    if kind == arista::KIND {
        if !payload.has(2) || payload.len() < 2 {
            put!(page, "[|arista]");
            return Ok(Behind::End(headers + payload.captured().min(payload.len())));
        }
        put_type_and_length(page, kind, frame.len());
        if let Some(length) = arista::print(page, payload)? {
            return Ok(Behind::Type(headers + length));
        }
    } else {
        if page.options.link_header {
            put_type_behind(page, kind, frame.len(), &mut length_told);
        }
        let mut known = true;
        page.carried(|page| {
            known = by_type(page, kind, payload, Some(addresses))?;
            Ok(())
        })?;
        if known {
            return Ok(Behind::End(headers));
        }
    }
    if !page.options.link_header {
        put_addresses(page, addresses);
        put_type_and_length(page, kind, frame.len());
    }
    page.raw(payload.bytes());
    Ok(Behind::End(headers))
}

/// Prints the payload of an EtherType, if it is one that we know.
pub(crate) fn by_type(
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

const JUMBO: u16 = 0x8870;
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
const MACSEC: u16 = 0x88e5;
const OSI: u16 = 0xfefe;
const MS_NLB: u16 = 0x886f;
const GEONET: u16 = 0x8947;
const GEONET_OLD: u16 = 0x0707;
const CALM_FAST: u16 = 0x1111;
const NSH: u16 = 0x894f;
const MPLS: u16 = 0x8847;
const MPLS_MULTICAST: u16 = 0x8848;

/// The fields of an 802.1Q tag, which are shown under `-e`.
fn put_tag(page: &mut Page<'_>, tag: &VlanPacket<'_>) {
    let (id, priority) = (tag.get_vlan_identifier(), tag.get_priority_code_point().0);
    let drop_eligible = tag.get_drop_eligible_indicator() != 0;
    page.tag(id, priority, drop_eligible);
    if page.options.link_header {
        put!(page, "vlan ", Named("", id), ", p ", Named("", priority));
        put!(page, Label(if drop_eligible { ", DEI, " } else { ", " }));
    }
}

fn is_tag(kind: EtherType) -> bool {
    matches!(kind.0, 0x8100 | 0x88a8 | 0x9100 | 0x9200)
}

/// `source > destination, `.
fn put_addresses(page: &mut Page<'_>, addresses: Addresses) {
    put!(
        page,
        Named("", Mac(&addresses.source)),
        " > ",
        Named("", Mac(&addresses.destination)),
        ", "
    );
}

/// `ethertype IPv4 (0x0800), length 98: `.
fn put_type_and_length(page: &mut Page<'_>, kind: EtherType, length: usize) {
    put_type(page, kind);
    put!(page, ", length ", length, ": ");
}

/// The same; the length only behind the first type of a frame.
fn put_type_behind(page: &mut Page<'_>, kind: EtherType, length: usize, length_told: &mut bool) {
    if *length_told {
        put_type(page, kind);
        put!(page, ", ");
    } else {
        put_type_and_length(page, kind, length);
        *length_told = true;
    }
}

/// `ethertype IPv4 (0x0800)`, or only the name under `-q`.
pub(crate) fn put_type(page: &mut Page<'_>, kind: EtherType) {
    match type_name(kind) {
        Some(name) if page.quiet() => put!(page, Named("type_name", name)),
        None if page.quiet() => put!(page, "Unknown Ethertype (", Named("", kind), ")"),
        name => put!(
            page,
            "ethertype ",
            Named("type_name", name.unwrap_or("Unknown")),
            " (",
            Named("", kind),
            ")"
        ),
    }
}

/// The name that `-e` shows for an EtherType.
#[rustfmt::skip]
pub(crate) fn type_name(kind: EtherType) -> Option<&'static str> {
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

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, options, shown, shown_with};
    use crate::print::{Dump, DumpForm};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    fn with_header() -> Options {
        Options {
            link_header: true,
            ..options(0)
        }
    }

    #[test]
    fn the_header_is_told_under_e() {
        assert_eq!(
            shown_with(&with_header(), ETHERNET, &ether(0x0800, &ipv4(253, &[]))),
            "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 34: \
             192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
    }

    #[test]
    fn tags_are_passed_over_and_told_under_e() {
        let mut tagged = vec![0xb0, 5, 8, 0];
        tagged.extend(ipv4(253, &[]));
        let frame = ether(0x8100, &tagged);
        assert_eq!(
            shown(ETHERNET, &frame),
            "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(
            shown_with(&with_header(), ETHERNET, &frame)
                .contains("802.1Q (0x8100), length 38: vlan 5, p 5, DEI, ethertype IPv4 (0x0800), 192.0.2.1")
        );
        assert_every_cut_is_told(ETHERNET, &frame);
    }

    #[test]
    fn an_unknown_type_is_dumped_after_its_header() {
        assert_eq!(
            shown(ETHERNET, &ether(0x1234, &[0x41, 0x42])),
            format!(
                "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x1234), length 16: \n\t0x0000:  4142{}  AB",
                " ".repeat(35)
            )
        );
    }

    #[test]
    fn a_length_is_told_as_far_as_the_frame_goes() {
        let text = shown_with(&with_header(), ETHERNET, &ether(900, &[0x42, 0x43, 0xe3]));
        assert!(text.contains(", 802.3, length 3: LLC, dsap STP"), "{text}");
        let text = shown_with(
            &with_header(),
            ETHERNET,
            &ether(0x8100, &[0, 5, 0, 3, 0x42, 0x43, 0xe3]),
        );
        assert!(
            text.contains("802.1Q (0x8100), length 21: vlan 5, p 0, 802.3LLC, dsap STP"),
            "{text}"
        );
    }

    #[test]
    fn a_header_of_arista_is_followed_by_one_more_type() {
        let header = [0, 1, 0, 0x20, 0, 9, 0x77, 0x35, 0x94, 1, 8, 0];
        let told = "ethertype Arista Vendor Specific Protocol (0xd28b), length 46: SubType Timestamp (0x0001), \
                    Timescale TAI (0), Format 48-bit (2), HwInfo R/R2 (0), Timestamp 11.000000001: IP 192.0.2.1";
        let text = shown(ETHERNET, &ether(0xd28b, &[&header[..], &ipv4(253, &[])].concat()));
        assert!(text.starts_with(told), "{text}");
        let text = shown(ETHERNET, &ether(0xd28b, &[0, 2, 0, 0]));
        assert!(
            text.contains(
                ": SubType Unknown (0x0002), 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Arista"
            )
        );
    }

    #[test]
    fn what_is_invalid_within_a_frame_is_dumped_behind_its_header() {
        let dump = Some(Dump {
            form: DumpForm::Hex,
            link_header: false,
        });
        let text = shown_with(
            &Options { dump, ..options(0) },
            ETHERNET,
            &ether(0x0800, &[0x55; 20]),
        );
        assert!(
            text.starts_with("IP  [version 5 != 4] (invalid)\n\t0x0000:  5555 "),
            "{text}"
        );
    }

    #[test]
    fn a_dump_begins_behind_the_tags() {
        let dump = Some(Dump {
            form: DumpForm::Hex,
            link_header: false,
        });
        let mut tagged = vec![0, 5, 8, 0];
        tagged.extend(ipv4(253, &[]));
        let text = shown_with(&Options { dump, ..options(0) }, ETHERNET, &ether(0x8100, &tagged));
        assert!(text.contains("\n\t0x0000:  4500 0014 "));
    }
}
