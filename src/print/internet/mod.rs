//! The internet layer: IPv4, IPv6 and what goes directly with them.

pub(crate) mod arp;
pub(crate) mod atalk;
mod carp;
pub(crate) mod demux;
mod dvmrp;
mod egp;
pub(crate) mod eigrp;
mod erspan;
mod gre;
mod icmp;
mod icmp6;
mod igmp;
mod igrp;
pub(crate) mod ipsec;
pub(crate) mod ipv4;
pub(crate) mod ipv6;
mod mobile;
pub(crate) mod mpls;
mod nhrp;
pub(crate) mod nsh;
mod ospf;
mod pim;
mod rsvp;
mod vrrp;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::cursor::{Cursor, Shown};
use super::page::Page;
use super::text::{Hex4, Label, Named, Truth, put};
use crate::wire::{Checksum, should_be};

/// What the printers of the transport layer need to know of the datagram that carries them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Datagram {
    /// Between whom it goes.
    pub(crate) ends: Ends,
    /// The protocol that the fixed header names: where it is not the transport itself but an extension header,
    /// the addresses have been printed already.
    pub(crate) protocol: u8,
    /// Whether it is a fragment, whose payload is not whole.
    pub(crate) fragmented: bool,
    /// The time to live or hop limit.
    pub(crate) hops: u8,
}

/// The addresses of a datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ends {
    /// IPv4.
    V4 {
        /// Who sent it.
        source: Ipv4Addr,
        /// For whom it is now.
        destination: Ipv4Addr,
        /// For whom it is at last, behind a source route; checksums are made for this one.
        last: Ipv4Addr,
    },
    /// IPv6.
    V6 {
        /// Who sent it.
        source: Ipv6Addr,
        /// For whom it is now.
        destination: Ipv6Addr,
        /// For whom it is at last, behind a routing header; checksums are made for this one.
        last: Ipv6Addr,
    },
}

impl Datagram {
    /// Whether it is IPv6.
    pub(crate) fn is_v6(&self) -> bool {
        matches!(self.ends, Ends::V6 { .. })
    }

    /// The checksum of `covered`, with the pseudo-header of `protocol` and a payload of `length` bytes.
    pub(crate) fn checksum(&self, protocol: u8, length: usize, covered: &[u8]) -> u16 {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        let addresses = match self.ends {
            Ends::V4 { source, last, .. } => Checksum::default().with(&source.octets()).with(&last.octets()),
            Ends::V6 { source, last, .. } => Checksum::default().with(&source.octets()).with(&last.octets()),
        };
        // IPv4 gives the length two bytes in its pseudo-header; its high half is not summed there.
        let length = if self.is_v6() { length } else { length & 0xffff };
        addresses
            .with(&length.to_be_bytes())
            .with(&[0, protocol])
            .with(covered)
            .finish()
    }

    /// `source > destination`.
    pub(crate) fn put_ends(&self, page: &mut Page<'_>) {
        self.put_source(page);
        put!(page, " > ");
        self.put_destination(page);
    }

    /// The addresses of the sender and of the receiver.
    pub(crate) fn addresses(&self) -> (IpAddr, IpAddr) {
        match self.ends {
            Ends::V4 {
                source, destination, ..
            } => (source.into(), destination.into()),
            Ends::V6 {
                source, destination, ..
            } => (source.into(), destination.into()),
        }
    }

    /// The address of the sender.
    pub(crate) fn put_source(&self, page: &mut Page<'_>) {
        match self.ends {
            Ends::V4 { source, .. } => page.aside(|page| page.host(source)),
            Ends::V6 { source, .. } => page.aside(|page| page.host(source)),
        }
    }

    /// The address of the receiver.
    pub(crate) fn put_destination(&self, page: &mut Page<'_>) {
        match self.ends {
            Ends::V4 { destination, .. } => page.aside(|page| page.host(destination)),
            Ends::V6 { destination, .. } => page.aside(|page| page.host(destination)),
        }
    }
}

/// Says in brackets whether the checksum in `field` is right: `found` is that of the message with the field in it.
pub(crate) fn put_verdict(page: &mut Page<'_>, protocol: &str, Named(name, field): Named<u16>, found: u16) {
    page.field("cksum_ok", Truth(found == 0));
    if found == 0 {
        put!(page, "[", Label(protocol), " sum ok] ");
        return;
    }
    page.wrong(|page| {
        put!(
            page,
            "[bad ",
            Label(protocol),
            " cksum 0x",
            Named(name, Hex4(field)),
            " -> 0x"
        );
        put!(page, Named("right_cksum", Hex4(should_be(field, found))), "!] ");
    });
}

/// An IP packet of whichever version its first byte says.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ipn");
    if packet.is_empty() {
        put!(page, "truncated-ip 0");
        return Ok(());
    }
    match packet.peek_u8(0)? >> 4 {
        4 => ipv4::print(page, packet),
        6 => ipv6::print(page, packet),
        other => {
            put!(page, "unknown ip ", other);
            Ok(())
        }
    }
}
