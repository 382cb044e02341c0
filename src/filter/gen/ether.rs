//! The link layer: what it says it carries, its addresses, broadcast and multicast.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::Direction;
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::{self, Naming, ethertype, sap};
use crate::filter::value::Size;

impl Generator<'_> {
    /// Whether the link layer says that it carries `proto`: an Ethernet type, or a service access point if it is
    /// no larger than a length could be.
    pub(super) fn linktype(&mut self, proto: u32) -> Result<Cond> {
        if self.layout.labels > 0 {
            return self.below_labels(proto);
        }
        let (field, payload) = (self.layout.linktype, self.layout.payload);
        Ok(match self.layout.naming {
            Naming::Ethernet => self.ether_type(proto),
            Naming::Cooked => self.cooked_type(proto),
            Naming::EtherType => self.field(field, Size::Half, proto),
            Naming::Ppp => self.field(field, Size::Half, ppp(proto)),
            Naming::Family { swapped } => {
                let family: u32 = match proto {
                    ethertype::IP => AF_INET,
                    ethertype::IPV6 => AF_INET6,
                    _ => return Ok(Cond::NEVER),
                };
                self.field(
                    field,
                    Size::Word,
                    if swapped { family.swap_bytes() } else { family },
                )
            }
            Naming::Version => match proto {
                ethertype::IP => self.masked(payload, Size::Byte, 0xf0, 0x40),
                ethertype::IPV6 => self.masked(payload, Size::Byte, 0xf0, 0x60),
                _ => Cond::NEVER,
            },
            Naming::Only4 => Cond::Known(proto == ethertype::IP),
            Naming::Only6 => Cond::Known(proto == ethertype::IPV6),
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

    fn ether_type(&mut self, proto: u32) -> Cond {
        let (field, llc) = (self.layout.linktype, self.layout.payload);
        match proto {
            sap::ISO | sap::NETBEUI => {
                let length = self.is_length();
                length.and(self.field(llc, Size::Half, proto << 8 | proto))
            }
            sap::IPX => {
                let by_type = self.field(field, Size::Half, ethertype::IPX);
                by_type.or(self.is_length().and(self.llc_ipx()))
            }
            ethertype::ATALK | ethertype::AARP => {
                let by_type = self.field(field, Size::Half, proto);
                by_type.or(self.is_length().and(self.apple_snap(proto)))
            }
            ..=ethertype::MAX_LENGTH => {
                let length = self.is_length();
                length.and(self.field(llc, Size::Byte, proto))
            }
            _ => self.field(field, Size::Half, proto),
        }
    }

    fn cooked_type(&mut self, proto: u32) -> Cond {
        let (field, llc) = (self.layout.linktype, self.layout.payload);
        let is_llc = self.field(field, Size::Half, COOKED_LLC);
        match proto {
            sap::IPX => {
                let raw = self.field(field, Size::Half, COOKED_RAW_802_3);
                let by_type = self.field(field, Size::Half, ethertype::IPX);
                by_type.or(raw).or(is_llc.and(self.llc_ipx()))
            }
            ethertype::ATALK | ethertype::AARP => {
                let by_type = self.field(field, Size::Half, proto);
                by_type.or(is_llc.and(self.apple_snap(proto)))
            }
            ..=ethertype::MAX_LENGTH => is_llc.and(self.field(llc, Size::Half, proto << 8 | proto)),
            _ => self.field(field, Size::Half, proto),
        }
    }

    /// Whether the type field is a length, so that an LLC header follows.
    pub(super) fn is_length(&mut self) -> Cond {
        let field = self.load(self.layout.linktype, Size::Half);
        self.more_than(field, ethertype::MAX_LENGTH).not()
    }

    fn llc_ipx(&mut self) -> Cond {
        let llc = self.layout.payload;
        let snap = self.snap(0, ethertype::IPX);
        snap.or(self.field(llc, Size::Byte, sap::IPX))
            .or(self.field(llc, Size::Half, 0xffff))
    }

    /// AppleTalk is Apple's (08:00:07), its ARP is not.
    fn apple_snap(&mut self, proto: u32) -> Cond {
        self.snap(if proto == ethertype::ATALK { 0x08_0007 } else { 0 }, proto)
    }

    /// Whether an LLC header is that of SNAP with this organisation and type.
    fn snap(&mut self, organisation: u32, proto: u32) -> Cond {
        let llc = self.layout.payload;
        let second = self.field(llc.plus(4), Size::Word, (organisation & 0xffff) << 16 | proto);
        second.and(self.field(llc, Size::Word, 0xaaaa_0300 | organisation >> 16))
    }

    /// Whether an Ethernet address is that of the sender or the receiver.
    pub(super) fn ether_host(&mut self, address: [u8; 6], direction: Direction) -> Result<Cond> {
        if !self.layout.has_ether_addresses() {
            let link = self.options.link;
            return Err(FilterError::whole(format!(
                "Ethernet addresses are supported on Ethernet only, not on {link}"
            )));
        }
        let header = self.layout.header;
        let [a, b, c, d, e, f] = address;
        let (high, low) = (
            u32::from(u16::from_be_bytes([a, b])),
            u32::from_be_bytes([c, d, e, f]),
        );
        let mut end = |offset| {
            let low = self.field(header.plus(offset + 2), Size::Word, low);
            low.and(self.field(header.plus(offset), Size::Half, high))
        };
        Ok(ends(direction, &mut end, 6, 0))
    }

    pub(super) fn broadcast(&mut self, proto: Option<Proto>) -> Result<Cond> {
        match proto {
            None | Some(Proto::Link) if self.layout.has_ether_addresses() => {
                self.ether_host([0xff; 6], Direction::Destination)
            }
            None | Some(Proto::Link) => Err(FilterError::whole("not a broadcast link")),
            Some(Proto::Ip) => {
                let is_ip = self.linktype(ethertype::IP)?;
                let destination = self.network().plus(16);
                let host = !self.options.netmask;
                let zeros = self.masked(destination, Size::Word, host, 0);
                let ones = self.masked(destination, Size::Word, host, host);
                Ok(is_ip.and(zeros.or(ones)))
            }
            Some(proto) => Err(self.misplaced(proto, "broadcast")),
        }
    }

    pub(super) fn multicast(&mut self, proto: Option<Proto>) -> Result<Cond> {
        match proto {
            None | Some(Proto::Link) if self.layout.has_ether_addresses() => {
                let header = self.layout.header;
                Ok(self.bits(header, Size::Byte, 0x01))
            }
            None | Some(Proto::Link) => Err(FilterError::whole(
                "link-layer multicast filters supported only on Ethernet",
            )),
            Some(Proto::Ip) => {
                let is_ip = self.linktype(ethertype::IP)?;
                let destination = self.network().plus(16);
                Ok(is_ip.and(self.masked(destination, Size::Byte, 0xf0, 0xe0)))
            }
            Some(Proto::Ip6) => {
                let is_ip6 = self.linktype(ethertype::IPV6)?;
                let destination = self.network().plus(24);
                Ok(is_ip6.and(self.field(destination, Size::Byte, 0xff)))
            }
            Some(proto) => Err(self.misplaced(proto, "multicast")),
        }
    }
}

/// The condition on the source, the destination, or both, as the direction says.
pub(super) fn ends<T>(
    direction: Direction,
    end: &mut impl FnMut(T) -> Cond,
    source: T,
    destination: T,
) -> Cond {
    match direction {
        Direction::Source => end(source),
        Direction::Destination => end(destination),
        Direction::Either => {
            let first = end(source);
            first.or(end(destination))
        }
        Direction::Both => {
            let first = end(source);
            first.and(end(destination))
        }
    }
}

/// The PPP protocol of an Ethernet type or service access point (RFC 1661 and its relatives).
fn ppp(proto: u32) -> u32 {
    match proto {
        ethertype::IP => 0x21,
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

/// The types of cooked captures that are no Ethernet types (`linux/if_ether.h`).
const COOKED_RAW_802_3: u32 = 1;
const COOKED_LLC: u32 = 4;

/// The address families of Linux; BSD's IPv6 has other numbers.
const AF_INET: u32 = 2;
const AF_INET6: u32 = 10;
