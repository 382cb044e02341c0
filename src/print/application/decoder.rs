//! Printers by name, for payloads that their ports do not tell (`-T`, `--decode-as`).

use super::{
    Payload, Ports, bfd, dhcp, dhcp6, dns, geneve, hsrp, lines, ntp, resp, rip, rtp, syslog, telnet,
};
use super::{aodv, netflow, sflow, snmp, someip, wb, zmtp};
use super::{bgp, lisp, lmp, msdp, pptp, ptp, quic, radius, tftp, tls, vxlan, vxlan_gpe};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::Datagram;
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::put;
use dns::Dialect;

/// A printer of the application layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by its protocol")]
pub enum Decoder {
    Aodv,
    Bfd,
    Bgp,
    Carp,
    Cnfp,
    Dhcp,
    Dhcp6,
    Domain,
    Ftp,
    Geneve,
    Hsrp,
    Http,
    Lisp,
    Lmp,
    Mdns,
    Msdp,
    Ntp,
    PgmZmtp1,
    Pptp,
    Ptp,
    Quic,
    Radius,
    Resp,
    Rip,
    Rpc,
    Rtcp,
    Rtp,
    Rtsp,
    Sflow,
    Sip,
    Smtp,
    Snmp,
    Someip,
    Ssh,
    Syslog,
    Telnet,
    Tftp,
    Tls,
    Vat,
    Vxlan,
    Wb,
    VxlanGpe,
    Whois,
    Zmtp1,
}

/// A printer that takes the payloads of one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeAs {
    /// Of which transport.
    pub transport: Transport,
    /// The port, of either end.
    pub port: u16,
    /// Whose payloads these are.
    pub decoder: Decoder,
}

impl Decoder {
    /// The printer of this name.
    pub fn named(name: &str) -> Option<Self> {
        let found = KNOWN.iter().find(|known| known.name == name);
        found.map(|known| known.decoder)
    }

    /// The names of the printers, in alphabetical order; of those for one transport, or of all.
    pub fn names(transport: Option<Transport>) -> impl Iterator<Item = &'static str> {
        KNOWN
            .iter()
            .filter(move |known| transport.is_none_or(|wanted| known.over(wanted)))
            .map(|known| known.name)
    }

    /// Whether it prints what goes over this transport.
    pub fn over(self, transport: Transport) -> bool {
        KNOWN
            .iter()
            .any(|known| known.decoder == self && known.over(transport))
    }

    /// Prints the payload of a TCP segment.
    pub(super) fn print_tcp(self, page: &mut Page<'_>, payload: Cursor<'_>) -> Shown {
        let lines = match self {
            Self::Ftp => &lines::FTP,
            Self::Http => &lines::HTTP,
            Self::Rtsp => &lines::RTSP,
            Self::Sip => &lines::SIP,
            Self::Smtp => &lines::SMTP,
            Self::Whois => &lines::WHOIS,
            Self::Bgp => return bgp::print(page, payload),
            Self::Domain => return dns::over_tcp(page, payload),
            Self::Msdp => return msdp::print(page, payload),
            Self::Pptp => return pptp::print(page, payload),
            Self::Resp => return resp::print(page, payload),
            Self::Ssh => return lines::greeting(page, payload),
            Self::Telnet => return telnet::print(page, payload),
            Self::Zmtp1 => return zmtp::print(page, payload),
            Self::Tls => return tls::print(page, payload),
            _ => return Ok(()),
        };
        put!(page, ": ");
        lines::print(page, lines, payload)
    }

    /// Prints the payload of a UDP datagram.
    pub(super) fn print_udp(
        self,
        page: &mut Page<'_>,
        under: &Datagram,
        ports: Ports,
        payload: Payload<'_>,
    ) -> Shown {
        let Payload { datagram, rest } = payload;
        match self {
            Self::Aodv => aodv::print(page, datagram, under.is_v6()),
            Self::Bfd => bfd::print(page, ports, datagram),
            Self::Cnfp => netflow::print(page, rest),
            Self::Dhcp => dhcp::print(page, datagram),
            Self::Dhcp6 => dhcp6::print(page, datagram),
            Self::Domain => dns::print(page, datagram, Dialect::Unicast),
            Self::Geneve => geneve::print(page, datagram),
            Self::Hsrp => hsrp::print(page, datagram),
            Self::Lisp => lisp::print(page, datagram),
            Self::Lmp => lmp::print(page, datagram),
            Self::Mdns => dns::print(page, datagram, Dialect::Multicast),
            Self::Ntp => ntp::print(page, datagram),
            Self::Ptp => ptp::print(page, datagram),
            Self::Quic => quic::print(page, rest),
            Self::Radius => radius::print(page, datagram),
            Self::Rip => rip::print(page, rest),
            Self::Rtcp => rtp::control(page, rest),
            Self::Rtp => rtp::print(page, datagram),
            Self::Sflow => sflow::print(page, datagram),
            Self::Snmp => snmp::print(page, datagram),
            Self::Sip => lines::print(page, &lines::SIP, datagram),
            Self::Someip => someip::print(page, datagram),
            Self::Wb => wb::print(page, datagram),
            Self::Syslog => syslog::print(page, datagram),
            Self::Tftp => tftp::print(page, datagram),
            Self::Vat => rtp::vat(page, datagram),
            Self::Vxlan => vxlan::print(page, datagram),
            Self::VxlanGpe => vxlan_gpe::print(page, datagram),
            _ => Ok(()),
        }
    }
}

struct Known {
    name: &'static str,
    decoder: Decoder,
    tcp: bool,
    udp: bool,
}

impl Known {
    fn over(&self, transport: Transport) -> bool {
        match transport {
            Transport::Tcp => self.tcp,
            Transport::Udp => self.udp,
        }
    }
}

const fn tcp(name: &'static str, decoder: Decoder) -> Known {
    Known {
        name,
        decoder,
        tcp: true,
        udp: false,
    }
}

const fn udp(name: &'static str, decoder: Decoder) -> Known {
    Known {
        name,
        decoder,
        tcp: false,
        udp: true,
    }
}

const fn both(name: &'static str, decoder: Decoder) -> Known {
    Known {
        name,
        decoder,
        tcp: true,
        udp: true,
    }
}

const KNOWN: &[Known] = &[
    udp("aodv", Decoder::Aodv),
    udp("bfd", Decoder::Bfd),
    tcp("bgp", Decoder::Bgp),
    // It goes directly over IP.
    Known {
        name: "carp",
        decoder: Decoder::Carp,
        tcp: false,
        udp: false,
    },
    udp("cnfp", Decoder::Cnfp),
    udp("dhcp", Decoder::Dhcp),
    udp("dhcp6", Decoder::Dhcp6),
    both("domain", Decoder::Domain),
    tcp("ftp", Decoder::Ftp),
    udp("geneve", Decoder::Geneve),
    udp("hsrp", Decoder::Hsrp),
    tcp("http", Decoder::Http),
    udp("lisp", Decoder::Lisp),
    udp("lmp", Decoder::Lmp),
    udp("mdns", Decoder::Mdns),
    tcp("msdp", Decoder::Msdp),
    udp("ntp", Decoder::Ntp),
    Known {
        name: "pgm_zmtp1",
        decoder: Decoder::PgmZmtp1,
        tcp: false,
        udp: false,
    },
    tcp("pptp", Decoder::Pptp),
    udp("ptp", Decoder::Ptp),
    udp("quic", Decoder::Quic),
    udp("radius", Decoder::Radius),
    tcp("resp", Decoder::Resp),
    udp("rip", Decoder::Rip),
    // It prints the addresses too.
    Known {
        name: "rpc",
        decoder: Decoder::Rpc,
        tcp: false,
        udp: false,
    },
    udp("rtcp", Decoder::Rtcp),
    udp("rtp", Decoder::Rtp),
    tcp("rtsp", Decoder::Rtsp),
    udp("sflow", Decoder::Sflow),
    both("sip", Decoder::Sip),
    tcp("smtp", Decoder::Smtp),
    udp("snmp", Decoder::Snmp),
    udp("someip", Decoder::Someip),
    tcp("ssh", Decoder::Ssh),
    udp("syslog", Decoder::Syslog),
    tcp("telnet", Decoder::Telnet),
    udp("tftp", Decoder::Tftp),
    tcp("tls", Decoder::Tls),
    udp("vat", Decoder::Vat),
    udp("vxlan", Decoder::Vxlan),
    udp("vxlan-gpe", Decoder::VxlanGpe),
    udp("wb", Decoder::Wb),
    tcp("whois", Decoder::Whois),
    tcp("zmtp1", Decoder::Zmtp1),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::Options;
    use crate::print::sample::{options, shown_with, tcp, udp};
    use crate::wire::LinkType;

    #[test]
    fn names_are_sorted_and_lead_to_their_printers() {
        assert!(KNOWN.is_sorted_by_key(|known| known.name));
        for name in Decoder::names(None) {
            assert!(Decoder::named(name).is_some());
        }
        assert_eq!(Decoder::named("nosuch"), None);
    }

    #[test]
    fn a_port_is_printed_as_it_was_told() {
        let at = |transport, decoder| DecodeAs {
            transport,
            port: 8443,
            decoder,
        };
        let options = Options {
            decode_as: vec![
                at(Transport::Tcp, Decoder::Http),
                at(Transport::Udp, Decoder::Tftp),
            ],
            ..options(0)
        };
        let shown = |packet: &[u8]| shown_with(&options, LinkType::RAW, packet);
        let request = tcp((40000, 8443), (1, 2), 0x18, &[], b"GET /x HTTP/1.1\r\n");
        assert!(shown(&request).ends_with(", length 17: HTTP: GET /x HTTP/1.1"));
        assert!(shown(&udp(8443, 9, b"\0\x04\0\x01")).ends_with(": TFTP, length 4, ACK block 1"));
        assert!(shown(&udp(8444, 9, b"\0\x04\0\x01")).ends_with(": UDP, length 4"));
    }

    #[test]
    fn packets_can_be_told_to_be_of_tcpdumps_types() {
        let as_type = |name| Options {
            packet_type: Decoder::named(name),
            ..options(0)
        };
        let told = |name, bytes: &[u8]| shown_with(&as_type(name), LinkType::RAW, &udp(4, 5, bytes));
        assert!(told("snmp", &[0x30, 3, 2, 1, 5]).ends_with(" SNMP [version = 5]"));
        assert!(told("aodv", &[4, 0]).ends_with(" aodv rrep-ack 2"));
    }

    #[test]
    fn a_packet_type_takes_every_port() {
        let options = Options {
            packet_type: Some(Decoder::Domain),
            ..options(0)
        };
        let query = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01";
        let text = shown_with(&options, LinkType::RAW, &udp(40000, 9, query));
        assert!(text.ends_with(".9: 7+ NS? . (17)"), "{text}");
        let request = tcp(
            (40000, 80),
            (1, 2),
            0x18,
            &[],
            b"\0\x11\0\x07\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01",
        );
        assert!(shown_with(&options, LinkType::RAW, &request).ends_with(", length 19 7+ NS? . (17)"));
    }
}
