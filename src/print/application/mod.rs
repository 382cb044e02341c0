//! The application layer: what TCP and UDP carry, by port.

mod ahcp;
mod aodv;
mod auto_rp;
mod babel;
mod bcm_li;
mod beep;
mod bfd;
mod bgp;
mod decoder;
mod dhcp;
mod dhcp6;
mod dhcp6_options;
mod dhcp_options;
pub(crate) mod dns;
pub(crate) mod eap;
mod geneve;
mod hncp;
mod hsrp;
mod isakmp;
mod kerberos;
mod l2tp;
mod ldp;
mod lines;
mod lisp;
mod lmp;
mod lsp_ping;
mod lwapp;
mod lwres;
mod msdp;
mod netflow;
mod nfs;
mod ntp;
mod olsr;
mod openflow;
mod pptp;
pub(crate) mod ptp;
mod quic;
mod radius;
mod resp;
mod rip;
mod ripng;
mod rpc;
mod rpki;
mod rtp;
mod rx;
mod sflow;
pub(crate) mod smb;
pub(crate) mod snmp;
mod someip;
mod syslog;
mod telnet;
mod tftp;
mod timed;
mod tls;
mod vqp;
mod vxlan;
mod vxlan_gpe;
mod wb;
mod zep;
mod zephyr;
pub(crate) mod zmtp;

use super::cursor::{Cursor, Shown};
use super::internet::{Datagram, atalk, mpls};
use super::names::Transport;
use super::page::Page;
use super::text::put;
pub use decoder::{DecodeAs, Decoder};
use dns::Dialect;

/// The ports of a packet; a protocol is known by either.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    /// The sender's.
    pub(crate) source: u16,
    /// The receiver's.
    pub(crate) destination: u16,
}

impl Ports {
    /// Whether one of them is among `known`.
    #[inline(always)]
    fn any<const N: usize>(self, known: &[u16; N]) -> bool {
        known.contains(&self.source) || known.contains(&self.destination)
    }

    /// Whether one of them is among those that stand for sockets of AppleTalk.
    #[cold]
    fn of_appletalk(self) -> bool {
        let known = |port| matches!(port, 200..=327 | 768..=895 | 16512..=16639);
        known(self.source) || known(self.destination)
    }
}

/// What a UDP datagram carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a> {
    /// It, up to the length that the header of UDP has.
    pub(crate) datagram: Cursor<'a>,
    /// The same with all that was captured behind it, for the few printers that look further than they should.
    pub(crate) rest: Cursor<'a>,
}

/// Prints the payload of a TCP segment, if its ports belong to a protocol that we know.
pub(crate) fn over_tcp(page: &mut Page<'_>, datagram: &Datagram, ports: Ports, payload: Cursor<'_>) -> Shown {
    if let Some(decoder) = page.options.packet_type {
        return decoder.print_tcp(page, payload);
    }
    if let Some(decoder) = chosen(page, Transport::Tcp, ports) {
        return decoder.print_tcp(page, payload);
    }
    if ports.any(&[23]) {
        return telnet::print(page, payload);
    }
    if let Some(protocol) = lines::over_tcp(ports) {
        put!(page, ": ");
        return lines::print(page, protocol, payload);
    }
    if ports.any(&[179]) {
        return bgp::print(page, payload);
    }
    if ports.any(&[1723]) {
        return pptp::print(page, payload);
    }
    if ports.any(&[6379]) {
        return resp::print(page, payload);
    }
    if ports.any(&[22]) {
        return lines::greeting(page, payload);
    }
    if ports.any(&[139]) {
        return smb::session(page, payload);
    }
    if ports.any(&[445]) {
        return smb::over_tcp(page, payload);
    }
    if ports.any(&[10288]) {
        return beep::print(page, payload);
    }
    if ports.any(&[6633, 6653]) {
        return openflow::print(page, payload);
    }
    if ports.any(&[53]) && payload.len() > 2 {
        return dns::over_tcp(page, payload);
    }
    if ports.any(&[639]) {
        return msdp::print(page, payload);
    }
    if ports.any(&[323]) {
        return rpki::print(page, payload);
    }
    if ports.any(&[646]) {
        return ldp::print(page, payload);
    }
    if ports.any(&[rpc::NFS]) {
        return rpc::over_tcp(page, datagram, ports, payload);
    }
    if page.verbose(1) {
        return tls::print(page, payload);
    }
    Ok(())
}

/// Prints the payload of a UDP datagram and returns true, if its ports belong to a protocol that we know.
pub(crate) fn over_udp(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    carried: Payload<'_>,
) -> Shown<bool> {
    if let Some(decoder) = chosen(page, Transport::Udp, ports) {
        return decoder.print_udp(page, datagram, ports, carried).map(|()| true);
    }
    let payload = carried.datagram;
    if ports.any(&[53]) {
        page.apart(|page| dns::print(page, carried.rest, Dialect::Unicast))?;
    } else if ports.any(&[67, 68]) {
        dhcp::print(page, carried.rest)?;
    } else if ports.any(&[69]) {
        tftp::print(page, payload)?;
    } else if ports.any(&[88]) {
        kerberos::print(page, carried.rest)?;
    } else if ports.any(&[123]) {
        ntp::print(page, payload)?;
    } else if ports.any(&[137]) {
        smb::names(page, carried.rest)?;
    } else if ports.any(&[138]) {
        smb::datagram(page, carried.rest)?;
    } else if ports.any(&[161, 162]) {
        snmp::print(page, payload)?;
    } else if ports.any(&[319, 320]) {
        ptp::print(page, payload)?;
    } else if ports.any(&[496]) {
        auto_rp::print(page, payload)?;
    } else if ports.any(&[500]) {
        isakmp::print(page, datagram, carried.rest)?;
    } else if ports.any(&[514]) {
        syslog::print(page, payload)?;
    } else if ports.any(&[520]) {
        rip::print(page, carried.rest)?;
    } else if ports.any(&[521]) {
        ripng::print(page, payload)?;
    } else if ports.any(&[525]) {
        timed::print(page, carried.rest)?;
    } else if ports.any(&[546, 547]) {
        dhcp6::print(page, payload)?;
    } else if ports.any(&[646]) {
        ldp::print(page, payload)?;
    } else if ports.any(&[654]) {
        aodv::print(page, payload, datagram.is_v6())?;
    } else if ports.any(&[698]) {
        olsr::print(page, payload, datagram.is_v6())?;
    } else if ports.any(&[701]) {
        lmp::print(page, payload)?;
    } else if ports.any(&[750]) {
        kerberos::print(page, carried.rest)?;
    } else if ports.any(&[921]) {
        lwres::print(page, carried.rest)?;
    } else if ports.any(&[5353]) {
        page.apart(|page| dns::print(page, carried.rest, Dialect::Multicast))?;
    } else if ports.any(&[4500]) {
        isakmp::nat_traversal(page, datagram, carried.rest)?;
    } else if ports.any(&[7500, 8500]) {
        isakmp::print(page, datagram, carried.rest)?;
    } else if ports.any(&[1701]) {
        l2tp::print(page, payload)?;
    } else if ports.destination == 3456 {
        rtp::vat(page, payload)?;
    } else if ports.any(&[2103, 2104]) {
        zephyr::print(page, payload)?;
    } else if RX.contains(&ports.source) || RX.contains(&ports.destination) {
        rx::print(page, datagram, ports, carried.rest)?;
    } else if ports.any(&[5359]) {
        ahcp::print(page, payload)?;
    } else if ports.any(&[6696, 6697]) {
        babel::print(page, payload)?;
    } else if ports.any(&[8231]) {
        hncp::print(page, payload)?;
    } else if ports.destination == 4567 {
        wb::print(page, payload)?;
    } else if ports.any(&[1645, 1646, 1700, 1812, 1813, 3799]) {
        radius::print(page, payload)?;
    } else if ports.destination == 1985 {
        hsrp::print(page, payload)?;
    } else if ports.any(&[3503]) {
        lsp_ping::print(page, payload)?;
    } else if bfd::DESTINATIONS.contains(&ports.destination) || ports.any(&[bfd::SEAMLESS]) {
        bfd::print(page, ports, payload)?;
    } else if ports.any(&[1589]) {
        vqp::print(page, payload)?;
    } else if ports.any(&[6343]) {
        sflow::print(page, payload)?;
    } else if ports.any(&[12222, 12223]) {
        lwapp::print(page, payload, ports.destination == 12223)?;
    } else if ports.any(&[5060]) {
        lines::print(page, &lines::SIP, payload)?;
    } else if ports.any(&[4789, 8472]) {
        vxlan::print(page, payload)?;
    } else if ports.destination == 6081 {
        geneve::print(page, payload)?;
    } else if ports.any(&[4342]) {
        lisp::print(page, payload)?;
    } else if ports.any(&[4790]) {
        vxlan_gpe::print(page, payload)?;
    } else if ports.any(&[17754]) {
        zep::print(page, payload)?;
    } else if ports.any(&[6635]) {
        mpls::print(page, payload)?;
    } else if ports.of_appletalk() && carried.rest.peek_u8(2)? == KINETICS {
        put!(page, if page.verbose(1) { "kip " } else { "" });
        atalk::frame(page, payload)?;
    } else if ports.any(&[30490]) {
        someip::print(page, payload)?;
    } else if ports.any(&[443]) && quic::detected(payload)? {
        quic::print(page, carried.rest)?;
    } else if ports.source == 49152 {
        bcm_li::print(page, payload)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The type that a datagram of AppleTalk has in the header of LocalTalk, which Kinetics' gateways sent over UDP.
const KINETICS: u8 = 2;
/// The ports of Rx.
const RX: std::ops::RangeInclusive<u16> = 7000..=7009;

/// Prints the payload of a UDP datagram, if it is one that is told before the checksum. Returns whether it was.
pub(crate) fn before_checksum(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    carried: Payload<'_>,
) -> Shown<bool> {
    if ports.any(&[rpc::NFS]) {
        return rpc::over_udp(page, datagram, ports, carried.rest);
    }
    Ok(false)
}

/// Prints a UDP datagram with its addresses, if the printer that was asked for (`-T`) does so itself. Returns
/// whether it does.
pub(crate) fn with_addresses(page: &mut Page<'_>, datagram: &Datagram, payload: Payload<'_>) -> Shown<bool> {
    if page.options.packet_type == Some(Decoder::Rpc) {
        return rpc::by_request(page, datagram, payload.rest).map(|()| true);
    }
    Ok(false)
}

/// Prints the payload of a UDP datagram by the printer that was asked for (`-T`). Returns false without one.
pub(crate) fn as_packet_type(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    payload: Payload<'_>,
) -> Shown<bool> {
    match page.options.packet_type {
        Some(decoder) if decoder.over(Transport::Udp) => {
            decoder.print_udp(page, datagram, ports, payload).map(|()| true)
        }
        _ => Ok(false),
    }
}

/// The printer that was asked for one of these ports (`--decode-as`).
fn chosen(page: &Page<'_>, transport: Transport, ports: Ports) -> Option<Decoder> {
    let found = page
        .options
        .decode_as
        .iter()
        .find(|known| known.transport == transport && ports.any(&[known.port]));
    found.map(|known| known.decoder)
}
