//! What the link layer says it carries.

use super::{Generator, Result};
use crate::filter::cond::Cond;
use crate::filter::link::{self, Family, Naming, ethertype, sap};
use crate::filter::value::Size;
use crate::filter::{FilterError, Origin};

impl Generator<'_> {
    /// Whether the link layer says that it carries `proto`: an Ethernet type, or a service access point if it is
    /// no larger than a length could be.
    pub(super) fn linktype(&mut self, proto: u32) -> Result<Cond> {
        if self.layout.labels > 0 {
            return self.below_labels(proto);
        }
        let (field, payload) = (self.layout.linktype, self.layout.payload);
        Ok(match self.layout.naming {
            Naming::Ethernet => {
                let carries = self.carries_data();
                carries.and(self.ether_type(proto))
            }
            Naming::Llc => self.llc_type(proto),
            Naming::Wlan => {
                let data = self.is_data_frame();
                data.and(self.llc_type(proto))
            }
            Naming::Atm => {
                let llc = self.is_llc_cell();
                llc.and(self.llc_type(proto))
            }
            Naming::Cooked => self.cooked_type(proto),
            // Cisco's HDLC, the only one of these to carry OSI, writes its access point twice.
            Naming::EtherType if proto == sap::ISO => self.field(field, Size::Half, sap::ISO << 8 | sap::ISO),
            Naming::EtherType => self.field(field, Size::Half, proto),
            Naming::Ppp => self.field(field, Size::Half, ppp(proto)),
            Naming::PppCompressed if proto == ethertype::IP => {
                Cond::any(COMPRESSED_IP.map(|number| self.field(field, Size::Half, number)))
            }
            Naming::PppCompressed => self.field(field, Size::Half, ppp(proto)),
            Naming::Arcnet => match ARCNET.iter().find(|(known, _)| *known == proto) {
                Some((_, number)) => self.field(field, Size::Byte, *number),
                None => Cond::NEVER,
            },
            Naming::Nlpid => Cond::any(
                nlpids(proto)
                    .iter()
                    .map(|number| self.nlpid(*number))
                    .collect::<Vec<_>>(),
            ),
            Naming::Family(family) => self.family(family, proto),
            Naming::Version => match proto {
                ethertype::IP => self.masked(payload, Size::Byte, 0xf0, 0x40),
                ethertype::IPV6 => self.masked(payload, Size::Byte, 0xf0, 0x60),
                _ => Cond::NEVER,
            },
            Naming::Only4 => Cond::Known(proto == ethertype::IP),
            Naming::Only6 => Cond::Known(proto == ethertype::IPV6),
            Naming::OnlyAppleTalk => Cond::Known(proto == ethertype::ATALK),
            Naming::Magic => self.masked(self.layout.header, Size::Word, 0xffff_ff00, JUNIPER_MAGIC),
            Naming::Unknown => return Err(link::unknown(self.options.link)),
        })
    }

    /// Behind MPLS labels nothing says what follows but its first four bits, and only behind the last label.
    fn below_labels(&mut self, proto: u32) -> Result<Cond> {
        let version = match proto {
            ethertype::IP => 0x40,
            ethertype::IPV6 => 0x60,
            _ => return Err(FilterError::whole("unsupported protocol over mpls")),
        };
        let mut label = self.network();
        label.offset = label.offset.saturating_sub(2);
        let last = self.masked(label, Size::Byte, 0x01, 0x01);
        let network = self.network();
        Ok(last.and(self.masked(network, Size::Byte, 0xf0, version)))
    }

    /// Unnumbered information (0x03) with this NLPID.
    pub(super) fn nlpid(&mut self, nlpid: u32) -> Cond {
        self.field(self.layout.linktype, Size::Half, 0x0300 | nlpid)
    }

    fn family(&mut self, family: Family, proto: u32) -> Cond {
        let field = self.layout.linktype;
        let any_system = self.options.origin == Origin::File;
        let numbers: &[u32] = match (proto, family) {
            (ethertype::IP, _) => &[AF_INET],
            (ethertype::IPV6, Family::Solaris) => &[SOLARIS_INET6],
            (ethertype::IPV6, _) if any_system => &[LINUX_INET6, BSD_INET6, FREEBSD_INET6, DARWIN_INET6],
            (ethertype::IPV6, _) => &[LINUX_INET6],
            _ => &[],
        };
        let mut condition = Cond::NEVER;
        for number in numbers {
            let is_it = match family {
                Family::Byte | Family::Solaris => self.field(field, Size::Byte, *number),
                Family::Network => self.field(field, Size::Word, *number),
                Family::Host => {
                    let here = self.field(field, Size::Word, u32::from_be_bytes(number.to_ne_bytes()));
                    if any_system {
                        let there = u32::from_be_bytes(number.swap_bytes().to_ne_bytes());
                        here.or(self.field(field, Size::Word, there))
                    } else {
                        here
                    }
                }
            };
            condition = condition.or(is_it);
        }
        condition
    }
}

/// The PPP protocol of an Ethernet type or service access point (RFC 1661 and its relatives).
fn ppp(proto: u32) -> u32 {
    match proto {
        ethertype::IP => PPP_IP,
        ethertype::IPV6 => 0x57,
        ethertype::DECNET => 0x27,
        ethertype::ATALK => 0x29,
        ethertype::MPLS => 0x281,
        sap::ISO => 0x23,
        sap::IPX => 0x2b,
        sap::STP => 0x31,
        other => other,
    }
}

const PPP_IP: u32 = 0x21;

/// IP, and TCP over it with a compressed and an uncompressed header (RFC 1144).
const COMPRESSED_IP: [u32; 3] = [PPP_IP, 0x2d, 0x2f];

/// The NLPIDs of an Ethernet type or service access point (RFC 2427, ISO 9577).
fn nlpids(proto: u32) -> &'static [u32] {
    match proto {
        ethertype::IP => &[0xcc],
        ethertype::IPV6 => &[0x8e],
        sap::ISO => &[0x81, 0x82, 0x83],
        _ => &[],
    }
}

/// RFC 1201 and its relatives.
const ARCNET: &[(u32, u32)] = &[
    (ethertype::IP, 0xd4),
    (ethertype::ARP, 0xd5),
    (ethertype::RARP, 0xd6),
    (ethertype::IPV6, 0xc4),
    (ethertype::ATALK, 0xdd),
];

/// `MGC`, and a byte of flags behind it.
const JUNIPER_MAGIC: u32 = 0x4d47_4300;

/// The address families: all systems agree about that of IPv4.
const AF_INET: u32 = 2;
const LINUX_INET6: u32 = 10;
const BSD_INET6: u32 = 24;
const SOLARIS_INET6: u32 = 26;
const FREEBSD_INET6: u32 = 28;
const DARWIN_INET6: u32 = 30;

#[cfg(test)]
mod tests {
    use crate::filter::sample::{error, tcp, wants};
    use crate::wire::LinkType;

    #[test]
    fn ip_is_found_behind_every_header_that_names_it() {
        let cases: &[(u32, &[u8])] = &[
            (0, &[2, 0, 0, 0]),
            (7, &[1, 2, 0xd4, 0, 0, 0]),
            (8, &[0; 16]),
            (9, &[0xff, 3, 0, 0x21]),
            (10, b"\x50ddddddssssss\xaa\xaa\x03\0\0\0\x08\0"),
            (51, &[0x11, 0, 0, 1, 0, 42, 0, 0x21]),
            (100, b"\xaa\xaa\x03\0\0\0\x08\0"),
            (104, &[0x0f, 0, 8, 0]),
            (107, &[0x18, 0x41, 0x03, 0xcc]),
            (108, &[0, 0, 0, 2]),
            (123, b"\x02\x00\x00\x20\xaa\xaa\x03\0\0\0\x08\0"),
            (281, b"ddddddssssssTTTT\x08\0"),
        ];
        for (link, header) in cases {
            let packet = [header, tcp().as_slice()].concat();
            assert!(
                wants(LinkType(*link), "tcp dst port 81 and host 10.0.0.9", &packet),
                "{link}"
            );
            assert!(!wants(LinkType(*link), "udp or ip6", &packet), "{link}");
        }
    }

    #[test]
    fn a_file_may_come_from_another_system() {
        for header in [[30, 0, 0, 0], [0, 0, 0, 24], [10, 0, 0, 0]] {
            assert!(wants(LinkType::NULL, "ip6", &header));
        }
        assert!(!wants(LinkType::NULL, "ip6", &[2, 0, 0, 0]));
    }

    #[test]
    fn what_cannot_be_looked_into_is_named() {
        let usb = LinkType::from_name("USB_LINUX").unwrap();
        assert!(error(usb, "tcp").starts_with("link-layer type filtering not implemented for DLT_USB_LINUX"));
        assert!(wants(usb, "link[1] = 2 and len > 1", &[0, 2]));
    }
}
