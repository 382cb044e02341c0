//! PPP (RFC 1661), bare or in HDLC-like framing (RFC 1662).

mod auth;
mod control;
mod framing;
mod ipcp;
mod options;

use super::{chdlc, ipx, isoclns};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{ipv4, ipv6, mpls};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put, put_bits};

/// A captured PPP packet, with or without address and control fields.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ppp");
    packet.need(4)?;
    page.link_len = 4;
    print(page, packet)
}

/// A captured PPP packet in HDLC-like framing, where another address may mean Cisco's framing.
pub(super) fn serial(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ppp_hdlc");
    packet.need(2)?;
    let (address, control) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    if matches!(address, chdlc::UNICAST | chdlc::BROADCAST) {
        return chdlc::frame(page, packet);
    }
    packet.need(4)?;
    if page.options.link_header {
        put!(page, Hex2(address), " ", Hex2(control), " ", packet.len(), " ");
    }
    if address != ADDRESS {
        put!(
            page,
            "unknown addr ",
            Hex2(packet.peek_u8(2)?),
            "; ctrl ",
            Hex2(packet.peek_u8(3)?)
        );
        page.link_len = 2;
        return Ok(());
    }
    let protocol = packet.peek_u16(2)?;
    match name_of(NAMES, protocol) {
        Some(name) => put!(page, name, ": "),
        None => put!(page, "unknown PPP protocol (0x", Hex4(protocol), "): "),
    }
    page.link_len = 4;
    payload(page, protocol, packet.after(4))
}

/// A PPP packet, perhaps within another packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ppp");
    let mut rest = packet;
    short(rest, 2)?;
    let direction = match rest.peek_u16(0)? {
        FROM_PEER => Some("In  "),
        TO_PEER => Some("Out "),
        ADDRESS_AND_CONTROL => Some(""),
        _ => None,
    };
    if let Some(direction) = direction {
        if page.options.link_header {
            put!(page, direction);
        }
        rest.advance(2);
    }
    short(rest, 2)?;
    // The first byte of a protocol number is even, so an odd one is a number compressed to one byte.
    let protocol = match rest.peek_u8(0)? {
        byte if byte % 2 == 1 => {
            rest.advance(1);
            u16::from(byte)
        }
        _ => rest.u16()?,
    };
    if page.options.link_header {
        let name = name_of(NAMES, protocol);
        put!(
            page,
            name.unwrap_or("unknown"),
            " (0x",
            Hex4(protocol),
            "), length ",
            packet.len()
        );
        if name.is_none() {
            return Ok(());
        }
        put!(page, ": ");
    }
    payload(page, protocol, rest)
}

fn short(rest: Cursor<'_>, wanted: usize) -> Shown {
    if rest.len() < wanted {
        Err(Stop::Truncated)
    } else {
        Ok(())
    }
}

/// What a PPP protocol carries.
pub(super) fn payload(page: &mut Page<'_>, protocol: u16, rest: Cursor<'_>) -> Shown {
    if framing::is_flag(protocol) {
        return page.deeper(|page| framing::print(page, protocol, rest));
    }
    match protocol {
        IPV4 | VJ_UNCOMPRESSED | 0x0800 => page.deeper(|page| ipv4::print(page, rest)),
        IPV6 | 0x86dd => page.deeper(|page| ipv6::print(page, rest)),
        MPLS | MPLS_MULTICAST => page.deeper(|page| mpls::print(page, rest)),
        OSI => page.deeper(|page| isoclns::print(page, rest)),
        IPX | 0x8137 => page.deeper(|page| ipx::print(page, rest)),
        // Nobody has told what it looks like.
        BAP => Ok(()),
        MULTILINK => multilink(page, rest),
        LCP | IPCP | OSICP | MPLSCP | IPV6CP | CCP | BACP => control::print(page, protocol, rest),
        PAP => auth::password(page, rest),
        CHAP => auth::challenge(page, rest),
        COMPRESSED => {
            put!(page, "compressed PPP data");
            Ok(())
        }
        _ => {
            match name_of(NAMES, protocol) {
                Some(name) => put!(page, name, " "),
                None => put!(page, "unknown PPP protocol (0x", Hex4(protocol), ") "),
            }
            page.hex("\n\t", rest.bytes());
            Ok(())
        }
    }
}

/// RFC 1990.
fn multilink(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    if !page.options.link_header {
        put!(page, "MLPPP, ");
    }
    let Ok(field) = rest.peek_u16(0) else {
        put!(page, "[|mlppp]");
        return Ok(());
    };
    put!(page, "seq 0x", HexPad((field & 0x0fff).into(), 3), ", Flags [");
    put_bits(
        page.out,
        &[(0x8000, "begin"), (0x4000, "end")],
        field.into(),
        ", ",
        "none",
    );
    put!(page, "], length ", rest.len());
    Ok(())
}

const ADDRESS: u8 = 0xff;
const ADDRESS_AND_CONTROL: u16 = 0xff03;
/// pppd marks the direction in the place of the address.
const FROM_PEER: u16 = 0x0003;
const TO_PEER: u16 = 0x0103;

const IPV4: u16 = 0x0021;
const VJ_UNCOMPRESSED: u16 = 0x002f;
const IPX: u16 = 0x002b;
const MULTILINK: u16 = 0x003d;
const IPV6: u16 = 0x0057;
const COMPRESSED: u16 = 0x00fd;
const MPLS: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;
const IPCP: u16 = 0x8021;
const OSI: u16 = 0x0023;
const OSICP: u16 = 0x8023;
const IPV6CP: u16 = 0x8057;
const CCP: u16 = 0x80fd;
const MPLSCP: u16 = 0x8281;
const LCP: u16 = 0xc021;
const PAP: u16 = 0xc023;
const BACP: u16 = 0xc02b;
const BAP: u16 = 0xc02d;
const CHAP: u16 = 0xc223;

/// The protocols of PPP (the IANA registry "PPP DLL Protocol Numbers").
pub(super) const NAMES: &[(u16, &str)] = &[
    (IPV4, "IP"),
    (OSI, "OSI"),
    (0x0025, "NS"),
    (0x0027, "DECNET"),
    (0x0029, "APPLE"),
    (IPX, "IPX"),
    (0x002d, "VJC IP"),
    (VJ_UNCOMPRESSED, "VJNC IP"),
    (0x0031, "BRPDU"),
    (0x0033, "STII"),
    (0x0035, "VINES"),
    (MULTILINK, "MLPPP"),
    (IPV6, "IP6"),
    (COMPRESSED, "Compressed"),
    (0x0201, "HELLO"),
    (0x0231, "LUXCOM"),
    (0x0233, "SNS"),
    (MPLS, "MPLS"),
    (MPLS_MULTICAST, "MPLS"),
    (IPCP, "IPCP"),
    (OSICP, "OSICP"),
    (0x8025, "NSCP"),
    (0x8027, "DECNETCP"),
    (0x8029, "APPLECP"),
    (0x802b, "IPXCP"),
    (0x8033, "STIICP"),
    (0x8035, "VINESCP"),
    (IPV6CP, "IP6CP"),
    (CCP, "CCP"),
    (MPLSCP, "MPLSCP"),
    (LCP, "LCP"),
    (0xc023, "PAP"),
    (0xc025, "LQM"),
    (0xc027, "SPAP"),
    (BACP, "BACP"),
    (BAP, "BAP"),
    (0xc03d, "MLPPP-CP"),
    (0xc123, "Old-SPAP"),
    (0xc223, "CHAP"),
    (0xc227, "EAP"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_protocol_leads_to_the_packet() {
        let mut packet = vec![0xff, 3, 0, 0x21];
        packet.extend(ipv4(253, &[]));
        assert_eq!(
            shown(LinkType::PPP, &packet),
            "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(under_e(LinkType::PPP, &packet).starts_with("IP (0x0021), length 24: 192.0.2.1"));
        assert_every_cut_is_told(LinkType::PPP, &packet);
    }

    #[test]
    fn the_options_of_a_control_protocol_are_told_under_v() {
        let packet = [0xff, 3, 0xc0, 0x21, 1, 7, 0, 8, 1, 4, 5, 0xdc];
        assert_eq!(
            shown(LinkType::PPP, &packet),
            "LCP, Conf-Request (0x01), id 7, length 10"
        );
        assert!(verbose(1, LinkType::PPP, &packet).ends_with("\n\t  MRU Option (0x01), length 4: 1500"));
    }
}
