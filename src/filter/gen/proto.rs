//! Protocols: alone (`tcp`), by number (`ip proto 6`), and those above OSI's network layer.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Id, Qualifier};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::{self, Naming, ethertype, sap};
use crate::filter::value::Size;

impl Generator<'_> {
    /// A protocol alone.
    pub(super) fn proto(&mut self, proto: Proto) -> Result<Cond> {
        match proto {
            Proto::Tcp => self.above_ip(6),
            Proto::Udp => self.above_ip(17),
            Proto::Sctp => self.above_ip(132),
            Proto::Pim => self.above_ip(103),
            Proto::Ah => self.above_ip(51),
            Proto::Esp => self.above_ip(50),
            Proto::Icmp => self.above_ip4(1),
            Proto::Igmp => self.above_ip4(2),
            Proto::Igrp => self.above_ip4(9),
            Proto::Vrrp | Proto::Carp => self.above_ip4(112),
            Proto::Icmp6 => self.above_ip6(58),
            Proto::Ip => self.linktype(ethertype::IP),
            Proto::Ip6 => self.linktype(ethertype::IPV6),
            Proto::Arp => self.linktype(ethertype::ARP),
            Proto::Rarp => self.linktype(ethertype::RARP),
            Proto::Atalk => self.linktype(ethertype::ATALK),
            Proto::Aarp => self.linktype(ethertype::AARP),
            Proto::Decnet => self.linktype(ethertype::DECNET),
            Proto::Sca => self.linktype(ethertype::SCA),
            Proto::Lat => self.linktype(ethertype::LAT),
            Proto::Mopdl => self.linktype(ethertype::MOPDL),
            Proto::Moprc => self.linktype(ethertype::MOPRC),
            Proto::Stp => self.linktype(sap::STP),
            Proto::Ipx => self.linktype(sap::IPX),
            Proto::Netbeui => self.linktype(sap::NETBEUI),
            Proto::Iso => self.linktype(sap::ISO),
            Proto::Clnp => self.above_osi(CLNP),
            Proto::Esis => self.above_osi(ESIS),
            Proto::Isis => self.above_osi(ISIS),
            Proto::L1 => self.above_isis(&[26, 24, 18, 15, 17]),
            Proto::L2 => self.above_isis(&[27, 25, 20, 16, 17]),
            Proto::Iih => self.above_isis(&[15, 16, 17]),
            Proto::Lsp => self.above_isis(&[18, 20]),
            Proto::Snp => self.above_isis(&[24, 25, 26, 27]),
            Proto::Csnp => self.above_isis(&[24, 25]),
            Proto::Psnp => self.above_isis(&[26, 27]),
            Proto::Link => Err(FilterError::whole("link layer applied in wrong context")),
            Proto::Radio => Err(FilterError::whole("'radio' is not a valid protocol type")),
        }
    }

    /// `proto` with a number or a name.
    pub(super) fn protocol(&mut self, qualifier: Qualifier, id: Id<'_>) -> Result<Cond> {
        let number = self.protocol_number(qualifier, id)?;
        match qualifier.proto {
            None => self.above_ip(number),
            Some(Proto::Ip) => self.above_ip4(number),
            Some(Proto::Ip6) => self.above_ip6(number),
            Some(Proto::Link) => self.linktype(number),
            Some(Proto::Iso) => self.above_osi(number),
            Some(Proto::Isis) => self.above_isis(&[number]),
            Some(proto) => Err(self.misplaced(proto, "proto")),
        }
    }

    /// The number that `proto` or `protochain` asks for.
    pub(super) fn protocol_number(&self, qualifier: Qualifier, id: Id<'_>) -> Result<u32> {
        let name = match id {
            Id::Number(number) => return Ok(number),
            Id::Name(name) => name,
            _ => return Err(self.misapplied(qualifier, id)),
        };
        let found = match qualifier.proto {
            None | Some(Proto::Ip | Proto::Ip6) => self.names.protocol(name).map(u32::from),
            Some(Proto::Link) => link::ether_proto(name),
            Some(Proto::Iso) => match name {
                "clnp" => Some(CLNP),
                "esis" => Some(ESIS),
                "isis" => Some(ISIS),
                _ => None,
            },
            Some(_) => None,
        };
        found.ok_or_else(|| {
            let before = qualifier
                .proto
                .map_or_else(String::new, |proto| format!("{} ", proto.name()));
            FilterError::whole(format!(
                "unknown '{before}{}' value '{name}'",
                qualifier.what.name()
            ))
        })
    }

    fn above_ip(&mut self, number: u32) -> Result<Cond> {
        let ip = self.above_ip4(number)?;
        Ok(ip.or(self.above_ip6(number)?))
    }

    pub(super) fn above_ip4(&mut self, number: u32) -> Result<Cond> {
        let carried = self.linktype(ethertype::IP)?;
        let field = self.network().plus(9);
        Ok(carried.and(self.field(field, Size::Byte, number)))
    }

    /// The first header, or the one behind a fragment header; `protochain` looks further.
    pub(super) fn above_ip6(&mut self, number: u32) -> Result<Cond> {
        let carried = self.linktype(ethertype::IPV6)?;
        let (next, behind) = (self.network().plus(6), self.network().plus(40));
        let fragment = self
            .field(next, Size::Byte, FRAGMENT)
            .and(self.field(behind, Size::Byte, number));
        Ok(carried.and(self.field(next, Size::Byte, number).or(fragment)))
    }

    fn above_osi(&mut self, number: u32) -> Result<Cond> {
        match self.layout.naming {
            Naming::Nlpid => Ok(self.nlpid(number)),
            Naming::Magic => Err(link::unknown(self.options.link)),
            _ => {
                let carried = self.linktype(sap::ISO)?;
                let field = self.layout.payload.plus(self.layout.osi);
                Ok(carried.and(self.field(field, Size::Byte, number)))
            }
        }
    }

    /// IS-IS with one of these types of PDU (ISO 10589, 9), whose upper three bits are reserved.
    fn above_isis(&mut self, types: &[u32]) -> Result<Cond> {
        let isis = self.above_osi(ISIS)?;
        let field = self.layout.payload.plus(self.layout.osi + 4);
        let tests: Vec<_> = types
            .iter()
            .map(|kind| self.masked(field, Size::Byte, 0x1f, *kind))
            .collect();
        Ok(isis.and(Cond::any(tests)))
    }
}

/// OSI network layer protocol identifiers (ISO 9577).
const CLNP: u32 = 0x81;
const ESIS: u32 = 0x82;
const ISIS: u32 = 0x83;

/// The fragment header of IPv6 (RFC 8200, 4.5).
const FRAGMENT: u32 = 44;
