//! Hosts and networks, by address and by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::ends;
use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Direction, Id, Qualifier, What};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::ethertype;
use crate::filter::value::Size;

impl Generator<'_> {
    pub(super) fn host(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        let is_net = qualifier.what == What::Net;
        match (qualifier.proto, id) {
            (Some(Proto::Link), Id::Mac(address)) if !is_net => self.ether_host(address, qualifier.direction),
            (_, Id::Short(address)) => self.short_host(qualifier, address),
            (_, Id::Mac(_)) => Err(FilterError::whole(
                "ethernet address used in non-ether expression",
            )),
            (Some(Proto::Decnet), Id::Dotted(text)) if !is_net => self.decnet_host(text, qualifier.direction),
            (_, Id::Name(name)) if is_net => self.network_name(qualifier, name),
            (Some(Proto::Link), Id::Name(name)) => match self.names.ether(name) {
                Some(address) => self.ether_host(address, qualifier.direction),
                None => Err(FilterError::whole(format!("unknown Ethernet-like host '{name}'"))),
            },
            (_, Id::Name(name)) => self.host_name(qualifier, name),
            (_, Id::Number(number)) => self.numbered(qualifier, number),
            (_, Id::Dotted(text)) => {
                let (address, mask) = dotted(text)?;
                self.v4(
                    qualifier,
                    address,
                    mask,
                    if is_net { "<IPv4 prefix>" } else { "<IPv4 address>" },
                )
            }
            (_, Id::Prefix(text, len)) => {
                if !is_net {
                    return Err(self.not_a_network(qualifier, &format!("{text}/{len}")));
                }
                let (address, _) = dotted(text)?;
                if len > 32 {
                    return Err(FilterError::whole("mask length must be <= 32"));
                }
                let mask = u32::MAX.checked_shl(32 - len).unwrap_or_default();
                if address & !mask != 0 {
                    return Err(FilterError::whole(format!(
                        "non-network bits set in \"{text}/{len}\""
                    )));
                }
                self.v4(qualifier, address, mask, "<IPv4 prefix>")
            }
            (_, Id::Masked(text, mask_text)) => {
                if !is_net {
                    return Err(self.not_a_network(qualifier, &format!("{text} mask {mask_text}")));
                }
                let ((address, _), (mask, _)) = (dotted(text)?, dotted(mask_text)?);
                if address & !mask != 0 {
                    return Err(FilterError::whole(format!(
                        "non-network bits set in \"{text} mask {mask_text}\""
                    )));
                }
                self.v4(qualifier, address, mask, "<IPv4 prefix>")
            }
            (_, Id::V6(address)) => self.v6(qualifier, address, 128),
            (_, Id::V6Prefix(address, len)) => {
                if !is_net && len != 128 {
                    return Err(self.not_a_network(qualifier, &format!("{address}/{len}")));
                }
                if len > 128 {
                    return Err(FilterError::whole("mask length must be <= 128"));
                }
                let mask = u128::MAX.checked_shl(128 - len).unwrap_or_default();
                if address.to_bits() & !mask != 0 {
                    return Err(FilterError::whole(format!(
                        "non-network bits set in \"{address}/{len}\""
                    )));
                }
                self.v6(qualifier, address, len)
            }
        }
    }

    /// Sent by or to a host through a gateway: to or from its Ethernet address, but not its IP address.
    pub(super) fn gateway(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        let Id::Name(name) = id else {
            return Err(self.misapplied(qualifier, id));
        };
        if let Some(proto) = qualifier
            .proto
            .filter(|proto| !matches!(proto, Proto::Ip | Proto::Arp | Proto::Rarp))
        {
            return Err(self.misplaced(proto, "gateway"));
        }
        if !self.layout.has_mac_addresses() {
            let link = self.options.link.name().unwrap_or_default();
            return Err(FilterError::whole(format!(
                "'gateway' not supported on DLT_{link}"
            )));
        }
        let Some(ether) = self.names.ether(name) else {
            return Err(FilterError::whole(format!("unknown Ethernet-like host '{name}'")));
        };
        let either = Qualifier {
            direction: Direction::Either,
            what: What::Host,
            ..qualifier
        };
        let via = self.ether_host(ether, Direction::Either)?;
        let itself = self.host_name(either, name)?;
        Ok(via.and(itself.not()))
    }

    fn host_name(&mut self, qualifier: Qualifier, name: &str) -> Result<Cond> {
        match qualifier.proto {
            None | Some(Proto::Ip | Proto::Arp | Proto::Rarp | Proto::Ip6) => {}
            Some(proto) => return Err(self.misplaced(proto, "host <Internet hostname>")),
        }
        let mut any = Cond::NEVER;
        let mut found = false;
        for address in self.names.host(name) {
            let condition = match (address, qualifier.proto) {
                (IpAddr::V4(_), Some(Proto::Ip6))
                | (IpAddr::V6(_), Some(Proto::Ip | Proto::Arp | Proto::Rarp)) => continue,
                (IpAddr::V4(address), _) => self.v4(qualifier, address.to_bits(), u32::MAX, "")?,
                (IpAddr::V6(address), _) => self.v6(qualifier, address, 128)?,
            };
            found = true;
            any = any.or(condition);
        }
        if found {
            return Ok(any);
        }
        let family = if qualifier.proto.is_some() {
            " for specified address family"
        } else {
            ""
        };
        Err(FilterError::whole(format!("unknown host '{name}'{family}")))
    }

    fn network_name(&mut self, qualifier: Qualifier, name: &str) -> Result<Cond> {
        match qualifier.proto {
            None | Some(Proto::Ip | Proto::Arp | Proto::Rarp) => {}
            Some(proto) => return Err(self.misplaced(proto, "net <IPv4 network name>")),
        }
        match self.names.network(name) {
            Some((address, mask)) => self.v4(qualifier, address, mask, ""),
            None => Err(FilterError::whole(format!("unknown network '{name}'"))),
        }
    }

    /// A number alone is a whole address; of a network, it may be the first bytes of one.
    fn numbered(&mut self, qualifier: Qualifier, number: u32) -> Result<Cond> {
        if qualifier.proto == Some(Proto::Link) {
            return Err(FilterError::whole("illegal link layer address"));
        }
        let (mut address, mut mask) = (number, u32::MAX);
        if qualifier.what == What::Net {
            while address != 0 && address >> 24 == 0 {
                (address, mask) = (address << 8, mask << 8);
            }
        }
        let what = if qualifier.what == What::Net {
            "<IPv4 prefix>"
        } else {
            "<IPv4 address>"
        };
        self.v4(qualifier, address, mask, what)
    }

    fn v4(&mut self, qualifier: Qualifier, address: u32, mask: u32, what: &str) -> Result<Cond> {
        let direction = qualifier.direction;
        match qualifier.proto {
            None => {
                let ip = self.v4_in(ethertype::IP, direction, address, mask)?;
                // What is behind an MPLS label is IP or nothing.
                if self.layout.labels > 0 {
                    return Ok(ip);
                }
                let arp = self.v4_in(ethertype::ARP, direction, address, mask)?;
                let rarp = self.v4_in(ethertype::RARP, direction, address, mask)?;
                Ok(ip.or(arp).or(rarp))
            }
            Some(Proto::Ip) => self.v4_in(ethertype::IP, direction, address, mask),
            Some(Proto::Arp) => self.v4_in(ethertype::ARP, direction, address, mask),
            Some(Proto::Rarp) => self.v4_in(ethertype::RARP, direction, address, mask),
            Some(proto) => Err(self.misplaced(proto, &format!("{} {what}", qualifier.what.name()))),
        }
    }

    fn v4_in(&mut self, proto: u32, direction: Direction, address: u32, mask: u32) -> Result<Cond> {
        let carried = self.linktype(proto)?;
        let network = self.network();
        let (source, destination) = if proto == ethertype::IP {
            (12, 16)
        } else {
            (14, 24)
        };
        let mut end = |offset| self.masked(network.plus(offset), Size::Word, mask, address);
        Ok(carried.and(ends(direction, &mut end, source, destination)))
    }

    fn v6(&mut self, qualifier: Qualifier, address: Ipv6Addr, len: u32) -> Result<Cond> {
        if let Some(proto) = qualifier.proto.filter(|proto| *proto != Proto::Ip6) {
            let what = if qualifier.what == What::Net {
                "<IPv6 prefix>"
            } else {
                "<IPv6 address>"
            };
            return Err(self.misplaced(proto, &format!("{} {what}", qualifier.what.name())));
        }
        let carried = self.linktype(ethertype::IPV6)?;
        let network = self.network();
        let mask = u128::MAX.checked_shl(128 - len).unwrap_or_default();
        let words = |number: u128| {
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = number.to_be_bytes();
            [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_be_bytes)
        };
        let parts: Vec<_> = words(address.to_bits())
            .into_iter()
            .zip(words(mask))
            .zip([0, 4, 8, 12])
            .collect();
        let mut end = |offset: u32| {
            let tests = parts
                .iter()
                .map(|((word, mask), at)| self.masked(network.plus(offset + at), Size::Word, *mask, *word));
            Cond::all(tests.collect::<Vec<_>>())
        };
        Ok(carried.and(ends(qualifier.direction, &mut end, 8, 24)))
    }

    /// DECnet phase IV: an address of area and node, little-endian, in the long or the short data packet, with or
    /// without a byte of padding.
    fn decnet_host(&mut self, text: &str, direction: Direction) -> Result<Cond> {
        let parts: Vec<Option<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        let address = match parts.as_slice() {
            [Some(area @ 0..=63), Some(node @ 0..=1023)] => area << 10 | node,
            _ => return Err(FilterError::whole(format!("invalid DECnet address '{text}'"))),
        };
        let swapped = address >> 8 | (address & 0xff) << 8;
        let carried = self.linktype(ethertype::DECNET)?;
        let flags = self.network().plus(2);
        let mut end = |(short, long): (u32, u32)| {
            let padded_long = self.masked(flags, Size::Half, 0xff07, 0x8106).and(self.field(
                flags.plus(1 + long),
                Size::Half,
                swapped,
            ));
            let plain_long = self.masked(flags, Size::Byte, 0x07, 0x06).and(self.field(
                flags.plus(long),
                Size::Half,
                swapped,
            ));
            let padded_short = self.masked(flags, Size::Half, 0xff07, 0x8102).and(self.field(
                flags.plus(1 + short),
                Size::Half,
                swapped,
            ));
            let plain_short = self.masked(flags, Size::Byte, 0x07, 0x02).and(self.field(
                flags.plus(short),
                Size::Half,
                swapped,
            ));
            plain_short.or(padded_short).or(plain_long).or(padded_long)
        };
        Ok(carried.and(ends(direction, &mut end, (3, 15), (1, 7))))
    }

    fn not_a_network(&self, qualifier: Qualifier, text: &str) -> FilterError {
        FilterError::whole(format!(
            "'{}' is not a valid qualifier for '{text}'",
            qualifier.what.name()
        ))
    }

    /// An address where a port, a protocol or a gateway should be.
    pub(super) fn misapplied(&self, qualifier: Qualifier, id: Id<'_>) -> FilterError {
        let what = qualifier.what.name();
        if qualifier.what == What::Gateway {
            let text = match id {
                Id::Number(number) => number.to_string(),
                Id::Name(text) | Id::Dotted(text) => text.to_owned(),
                Id::Prefix(text, len) => format!("{text}/{len}"),
                Id::Masked(text, mask) => format!("{text} mask {mask}"),
                // As it was written: there are many ways to write it.
                Id::V6(_) | Id::V6Prefix(..) | Id::Mac(_) | Id::Short(_) => self.written(),
            };
            return FilterError::whole(format!("'gateway' is not a valid qualifier for '{text}'"));
        }
        let kind = match id {
            Id::Number(_) | Id::Name(_) => "number or name",
            Id::Dotted(_) => "IPv4 address",
            Id::Prefix(..) => "IPv4 address and prefix length",
            Id::Masked(..) => "IPv4 address and netmask",
            Id::V6(_) => "IPv6 address",
            Id::V6Prefix(..) => "IPv6 address and prefix length",
            Id::Mac(_) => "MAC address",
            Id::Short(_) => "address of one byte",
        };
        FilterError::whole(format!("'{what}' qualifier applied to {kind}"))
    }
}

/// An address of one to four decimal parts, left-justified, with the mask of the parts that are there.
fn dotted(text: &str) -> Result<(u32, u32)> {
    let invalid = || FilterError::whole(format!("invalid IPv4 address '{text}'"));
    let mut address = [0; 4];
    let mut count = 0;
    for part in text.split('.') {
        *address.get_mut(count).ok_or_else(invalid)? = part.parse::<u8>().map_err(|_| invalid())?;
        count += 1;
    }
    let missing = 8 * u32::try_from(4 - count).unwrap_or_default();
    let mask = u32::MAX.checked_shl(missing).unwrap_or_default();
    Ok((Ipv4Addr::from(address).to_bits(), mask))
}
