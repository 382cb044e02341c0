//! The payload of IP, by protocol number.

use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols as Protocols};

use super::{
    Datagram, carp, egp, eigrp, gre, icmp, icmp6, igmp, igrp, ipsec, ipv4, ipv6, mobile, nhrp, ospf, pim,
    rsvp, vrrp,
};
use crate::print::application::Decoder;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::registry::protocol;
use crate::print::text::put;
use crate::print::transport::{dccp, pgm, sctp, tcp, udp, udp_lite};

/// Prints the payload of a datagram whose own header has been printed.
pub(crate) fn print(
    page: &mut Page<'_>,
    number: IpNextHeaderProtocol,
    datagram: &Datagram,
    payload: Cursor<'_>,
) -> Shown {
    match number {
        Protocols::Tcp => tcp::print(page, datagram, payload),
        Protocols::Udp => udp::print(page, datagram, payload),
        Protocols::Sctp => sctp::print(page, datagram, payload),
        Protocols::Dccp => dccp::print(page, datagram, payload),
        Protocols::UdpLite => udp_lite::print(page, datagram, payload),
        Protocols::Icmp if datagram.is_v6() => wrong_version(page, "[ICMP requires IPv4]"),
        Protocols::Icmp => icmp::print(page, datagram, payload),
        Protocols::Icmpv6 if !datagram.is_v6() => wrong_version(page, "[ICMPv6 requires IPv6]"),
        Protocols::Icmpv6 => icmp6::print(page, datagram, payload),
        Protocols::Ah => {
            let (next, length) = ipsec::authentication(page, payload)?;
            page.deeper(|page| print(page, next, datagram, payload.after(length)))
        }
        Protocols::Esp => ipsec::encrypted(page, datagram, payload),
        Protocols::IpComp => ipsec::compressed(page, payload),
        Protocols::Igmp if datagram.is_v6() => wrong_version(page, "[IGMP requires IPv4]"),
        Protocols::Igmp => igmp::print(page, payload),
        Protocols::Gre => gre::print(page, payload),
        Protocols::Eigrp => eigrp::print(page, payload),
        Protocols::OspfigP if datagram.is_v6() => ospf::print_v3(page, payload),
        Protocols::OspfigP => ospf::print(page, payload),
        Protocols::Narp => nhrp::print(page, payload),
        Protocols::Pim => pim::print(page, datagram, payload),
        IpNextHeaderProtocol(113) => pgm::print(page, datagram, payload),
        Protocols::Vrrp if page.options.packet_type == Some(Decoder::Carp) => {
            carp::print(page, datagram, payload)
        }
        Protocols::Vrrp => vrrp::print(page, datagram, payload),
        Protocols::Ipv4 => page.deeper(|page| ipv4::print(page, payload)),
        Protocols::Ipv6 => page.deeper(|page| ipv6::print(page, payload)),
        Protocols::Rsvp => rsvp::print(page, payload),
        Protocols::Igp => igrp::print(page, payload),
        Protocols::Egp => egp::print(page, payload),
        Protocols::Mobile => mobile::print(page, payload),
        // Sun's network disk.
        IpNextHeaderProtocol(77) => {
            put!(page, " nd ", payload.len());
            Ok(())
        }
        ETHERNET if datagram.is_v6() => page.deeper(|page| ether::print(page, payload).map(|_| ())),
        ETHERNET => wrong_version(page, "[Ethernet requires IPv6]"),
        Protocols::Ipv6NoNxt => {
            put!(page, "no next header");
            Ok(())
        }
        _ => {
            match protocol::name(number.0).filter(|_| !page.numeric()) {
                Some(name) => put!(page, " ", name),
                None => put!(page, " ip-proto-", number),
            }
            put!(page, " ", payload.len());
            Ok(())
        }
    }
}

fn wrong_version(page: &mut Page<'_>, complaint: &str) -> Shown {
    put!(page, complaint);
    Err(Stop::Invalid)
}

/// Whether the printer of a protocol shows the addresses itself, with its ports.
pub(crate) fn has_ports(protocol: IpNextHeaderProtocol) -> bool {
    matches!(
        protocol,
        Protocols::Tcp | Protocols::Udp | Protocols::UdpLite | Protocols::Sctp | Protocols::Dccp
    )
}

/// Ethernet within IPv6 segment routing (RFC 8986).
const ETHERNET: IpNextHeaderProtocol = IpNextHeaderProtocol(143);

/// The name of a protocol as the verbose header of IP shows it.
#[rustfmt::skip]
pub(crate) fn name(protocol: u8) -> &'static str {
    match protocol {
        0 => "HBH", 1 => "ICMP", 2 => "IGMP", 4 => "IPIP", 6 => "TCP", 8 => "EGP", 9 => "IGRP",
        17 => "UDP", 33 => "DCCP", 41 => "IPv6", 43 => "Routing", 44 => "Fragment", 46 => "RSVP",
        47 => "GRE", 50 => "ESP", 51 => "AH", 55 => "Mobile IP", 58 => "ICMPv6",
        59 => "no next header", 60 => "DSTOPT", 62 => "Mobile IP (old)", 77 => "SUN-ND", 88 => "EIGRP",
        89 => "OSPF", 103 => "PIM", 108 => "Compressed IP", 112 => "VRRP", 113 => "PGM",
        132 => "SCTP", 135 => "Mobility", 143 => "Ethernet",
        _ => "unknown",
    }
}
