//! Where the headers of a packet are, by its link type, and how it tells what it carries.

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
    /// An Ethernet type; LLC has a type of its own, 4 (Linux cooked captures).
    Cooked,
    /// An Ethernet type and nothing else.
    EtherType,
    /// The protocol numbers of PPP.
    Ppp,
    /// An address family, in the byte order of the machine or in network byte order.
    Family { swapped: bool },
    /// Nothing but the version in the IP header.
    Version,
    /// It carries nothing but IPv4.
    Only4,
    /// It carries nothing but IPv6.
    Only6,
    /// Nothing is known.
    Unknown,
}

/// Where things are in the packets of the filter, as far as its words have been read: `vlan` and its like move
/// everything that comes after them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) naming: Naming,
    /// Where the link-layer header begins.
    pub(super) header: Place,
    /// Where it says what follows.
    pub(super) linktype: Place,
    /// Where what follows begins.
    pub(super) payload: Place,
    /// How far behind that the network header is: behind the labels of MPLS.
    pub(super) network: u32,
    /// How far behind the payload an OSI network header is: behind the LLC header.
    pub(super) osi: u32,
    /// How many MPLS labels were read.
    pub(super) labels: u32,
}

impl Layout {
    pub(super) fn of(link: LinkType) -> Self {
        let (naming, linktype, payload, osi) = match link {
            LinkType::ETHERNET => (Naming::Ethernet, 12, 14, 3),
            LinkType::LINUX_SLL => (Naming::Cooked, 14, 16, 0),
            LinkType::LINUX_SLL2 => (Naming::Cooked, 0, 20, 0),
            LinkType::C_HDLC => (Naming::EtherType, 2, 4, 1),
            LinkType::PPP | LinkType::PPP_SERIAL => (Naming::Ppp, 2, 4, 0),
            LinkType::PPP_ETHER => (Naming::Ppp, 6, 8, 0),
            LinkType::NULL => (
                Naming::Family {
                    swapped: cfg!(target_endian = "little"),
                },
                0,
                4,
                0,
            ),
            LinkType::LOOP => (Naming::Family { swapped: false }, 0, 4, 0),
            LinkType::RAW => (Naming::Version, 0, 0, 0),
            LinkType::IPV4 => (Naming::Only4, 0, 0, 0),
            LinkType::IPV6 => (Naming::Only6, 0, 0, 0),
            _ => (Naming::Unknown, 0, 0, 0),
        };
        Self {
            naming,
            header: Place::at(0),
            linktype: Place::at(linktype),
            payload: Place::at(payload),
            network: 0,
            osi,
            labels: 0,
        }
    }

    /// Whether the link layer has Ethernet addresses.
    pub(super) fn has_ether_addresses(&self) -> bool {
        self.naming == Naming::Ethernet
    }
}

/// The words for a link type whose packets cannot be looked into.
pub(super) fn unknown(link: LinkType) -> FilterError {
    let name = link
        .name()
        .map_or_else(|| link.0.to_string(), |name| format!("DLT_{name}"));
    FilterError::whole(format!("link-layer type filtering not implemented for {name}"))
}

/// Ethernet types, as `ether proto` and the headers name them.
pub(super) mod ethertype {
    pub(in crate::filter) const IP: u32 = 0x0800;
    pub(in crate::filter) const ARP: u32 = 0x0806;
    pub(in crate::filter) const RARP: u32 = 0x8035;
    pub(in crate::filter) const IPV6: u32 = 0x86dd;
    pub(in crate::filter) const ATALK: u32 = 0x809b;
    pub(in crate::filter) const AARP: u32 = 0x80f3;
    pub(in crate::filter) const DECNET: u32 = 0x6003;
    pub(in crate::filter) const SCA: u32 = 0x6007;
    pub(in crate::filter) const LAT: u32 = 0x6004;
    pub(in crate::filter) const MOPDL: u32 = 0x6001;
    pub(in crate::filter) const MOPRC: u32 = 0x6002;
    pub(in crate::filter) const IPX: u32 = 0x8137;
    pub(in crate::filter) const VLAN: u32 = 0x8100;
    pub(in crate::filter) const QINQ: u32 = 0x88a8;
    pub(in crate::filter) const QINQ_OLD: u32 = 0x9100;
    pub(in crate::filter) const MPLS: u32 = 0x8847;
    pub(in crate::filter) const PPPOE_DISCOVERY: u32 = 0x8863;
    pub(in crate::filter) const PPPOE_SESSION: u32 = 0x8864;
    pub(in crate::filter) const BRIDGED: u32 = 0x6558;
    /// The largest number that is a length, not a type.
    pub(in crate::filter) const MAX_LENGTH: u32 = 1500;
}

/// LLC service access points (IEEE 802.2).
pub(super) mod sap {
    pub(in crate::filter) const STP: u32 = 0x42;
    pub(in crate::filter) const IPX: u32 = 0xe0;
    pub(in crate::filter) const NETBEUI: u32 = 0xf0;
    pub(in crate::filter) const ISO: u32 = 0xfe;
}

/// The names of Ethernet types and service access points that `ether proto` takes.
pub(super) fn ether_proto(name: &str) -> Option<u32> {
    Some(match name {
        "aarp" => ethertype::AARP,
        "arp" => ethertype::ARP,
        "atalk" => ethertype::ATALK,
        "decnet" => ethertype::DECNET,
        "ip" => ethertype::IP,
        "ip6" => ethertype::IPV6,
        "ipx" => sap::IPX,
        "iso" => sap::ISO,
        "lat" => ethertype::LAT,
        "lldp" => 0x88cc,
        "loopback" => 0x9000,
        "mopdl" => ethertype::MOPDL,
        "moprc" => ethertype::MOPRC,
        "netbeui" => sap::NETBEUI,
        "rarp" => ethertype::RARP,
        "sca" => ethertype::SCA,
        "slow" => 0x8809,
        "stp" => sap::STP,
        _ => return None,
    })
}
