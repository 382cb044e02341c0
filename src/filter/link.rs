//! Where the headers of a packet are, by its link type, and how it tells what it carries.

mod layout;
mod numbers;

pub(super) use layout::{ETHERNET, Layout, types};
pub(super) use numbers::{ether_proto, ethertype, sap};

use super::FilterError;
use super::value::Value;
use crate::wire::LinkType;

/// A place in the packet: a calculated part, if a header before it has no fixed length, and a constant one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) base: Option<Value>,
    pub(super) offset: u32,
}

impl Place {
    pub(super) const fn at(offset: u32) -> Self {
        Self { base: None, offset }
    }

    /// So far behind the place that was calculated.
    pub(super) const fn behind(base: Value, offset: u32) -> Self {
        Self {
            base: Some(base),
            offset,
        }
    }

    pub(super) fn plus(self, more: u32) -> Self {
        Self {
            offset: self.offset.saturating_add(more),
            ..self
        }
    }
}

/// How a link layer names what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// An Ethernet type, or a length before an LLC header (IEEE 802.3).
    Ethernet,
    /// An LLC header and nothing else: FDDI, token ring, Fibre Channel, RFC 2684.
    Llc,
    /// An LLC header in those frames that carry data (IEEE 802.11).
    Wlan,
    /// An LLC header where the header before it says so (Sun's ATM).
    Atm,
    /// An Ethernet type; LLC has a type of its own, 4 (Linux cooked captures).
    Cooked,
    /// An Ethernet type and nothing else.
    EtherType,
    /// The protocol numbers of PPP.
    Ppp,
    /// Those of PPP, also for IP behind Van Jacobson's compression (BSD/OS).
    PppCompressed,
    /// The protocol numbers of ARCnet, of one byte.
    Arcnet,
    /// A control field and an NLPID (frame relay, RFC 2427).
    Nlpid,
    /// An address family.
    Family(Family),
    /// Nothing but the version in the IP header.
    Version,
    /// It carries nothing but IPv4.
    Only4,
    /// It carries nothing but IPv6.
    Only6,
    /// It carries nothing but AppleTalk.
    OnlyAppleTalk,
    /// Nothing that is known; only its own magic number can be asked for (Juniper).
    Magic,
    /// Nothing is known.
    Unknown,
}

/// How an address family is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Four bytes in the order of the machine that captured.
    Host,
    /// Four bytes in network byte order.
    Network,
    /// One byte, of the system that logged.
    Byte,
    /// One byte, of Solaris.
    Solaris,
}

/// The addresses of a link layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    /// None, or none that a filter can ask for.
    None,
    /// Two of six bytes, so far behind the beginning of the header.
    Mac { destination: u32, source: u32 },
    /// Up to four of six bytes, by the type of the frame (IEEE 802.11).
    Wlan,
    /// Two of one byte, and the one that all listen to.
    Short {
        destination: u32,
        source: u32,
        broadcast: u8,
    },
}

/// The words for a link type whose packets cannot be looked into.
pub(super) fn unknown(link: LinkType) -> FilterError {
    let name = link
        .name()
        .map_or_else(|| link.0.to_string(), |name| format!("DLT_{name}"));
    FilterError::whole(format!("link-layer type filtering not implemented for {name}"))
}
