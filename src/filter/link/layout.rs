//! The link types, and where things are in their packets.

use super::{Addresses, Family, Naming, Place};
use crate::wire::LinkType;

/// Where things are in the packets of the filter, as far as its words have been read: `vlan` and its like move
/// everything that comes after them.
#[derive(Clone, Copy, Debug)]
pub(in crate::filter) struct Layout {
    pub(in crate::filter) naming: Naming,
    pub(in crate::filter) addresses: Addresses,
    /// Where the link-layer header begins.
    pub(in crate::filter) header: Place,
    /// Where it says what follows.
    pub(in crate::filter) linktype: Place,
    /// Where what follows begins.
    pub(in crate::filter) payload: Place,
    /// How far behind that the network header is: behind an LLC header with SNAP, or the labels of MPLS.
    pub(in crate::filter) network: u32,
    /// How far behind the payload an OSI network header is: behind the LLC header.
    pub(in crate::filter) osi: u32,
    /// How many MPLS labels were read.
    pub(in crate::filter) labels: u32,
    /// Whether it is Ethernet emulated over ATM, among whose frames are some that carry none.
    pub(in crate::filter) emulated: bool,
}

impl Layout {
    pub(in crate::filter) fn of(link: LinkType) -> Self {
        match link {
            LinkType::ETHERNET => Self::ethernet(0, 0),
            types::NETANALYZER => Self::ethernet(4, 0),
            types::NETANALYZER_TRANSPARENT => Self::ethernet(12, 0),
            types::DSA_TAG_BRCM | types::DSA_TAG_DSA => Self::ethernet(0, 4),
            LinkType::FDDI => Self::llc(13).with(Addresses::Mac {
                destination: 1,
                source: 7,
            }),
            LinkType::TOKEN_RING => Self::llc(14).with(Addresses::Mac {
                destination: 2,
                source: 8,
            }),
            types::IP_OVER_FC => Self::llc(16).with(Addresses::Mac {
                destination: 2,
                source: 10,
            }),
            LinkType::ATM_RFC1483 | types::ATM_CLIP => Self::llc(0),
            types::SUNATM => Self {
                naming: Naming::Atm,
                ..Self::llc(4)
            },
            // Where they really begin is written in front of them; see the generator's `measured`.
            LinkType::IEEE802_11
            | LinkType::PRISM_HEADER
            | LinkType::IEEE802_11_RADIO
            | types::IEEE802_11_RADIO_AVS
            | types::PPI => Self {
                naming: Naming::Wlan,
                addresses: Addresses::Wlan,
                ..Self::llc(0)
            },
            LinkType::LINUX_SLL => Self::typed(Naming::Cooked, 14, 16),
            LinkType::LINUX_SLL2 => Self::typed(Naming::Cooked, 0, 20),
            // Behind the type for OSI is a byte of stuffing.
            LinkType::C_HDLC => Self {
                osi: 1,
                ..Self::typed(Naming::EtherType, 2, 4)
            },
            types::SYMANTEC_FIREWALL => Self::typed(Naming::EtherType, 6, 44),
            types::APPLE_IP_OVER_IEEE1394 => Self::typed(Naming::EtherType, 16, 18),
            LinkType::PPP | LinkType::PPP_SERIAL | types::PPP_PPPD => Self::typed(Naming::Ppp, 2, 4),
            LinkType::PPP_ETHER => Self::typed(Naming::Ppp, 6, 8),
            types::PPP_BSDOS => Self::typed(Naming::PppCompressed, 5, 24),
            // The NLPID is the first byte of OSI's protocols, and stands before the others.
            LinkType::FRELAY => Self {
                network: 1,
                ..Self::typed(Naming::Nlpid, 2, 3)
            },
            LinkType::ARCNET => Self::typed(Naming::Arcnet, 2, 6).with(ARCNET),
            types::ARCNET_LINUX => Self::typed(Naming::Arcnet, 4, 8).with(ARCNET),
            types::BACNET_MS_TP => Self::typed(Naming::Unknown, 0, 0).with(Addresses::Short {
                destination: 3,
                source: 4,
                broadcast: 0xff,
            }),
            LinkType::NULL => Self::typed(Naming::Family(Family::Host), 0, 4),
            LinkType::LOOP => Self::typed(Naming::Family(Family::Network), 0, 4),
            types::ENC => Self::typed(Naming::Family(Family::Host), 0, 12),
            types::IPNET => Self::typed(Naming::Family(Family::Solaris), 1, 24),
            LinkType::PFLOG => Self::typed(Naming::Family(Family::Byte), 1, 0),
            LinkType::RAW => Self::typed(Naming::Version, 0, 0),
            LinkType::SLIP => Self::typed(Naming::Version, 0, 16),
            types::SLIP_BSDOS => Self::typed(Naming::Version, 0, 24),
            LinkType::IPV4 => Self::typed(Naming::Only4, 0, 0),
            LinkType::IPV6 => Self::typed(Naming::Only6, 0, 0),
            types::LTALK => Self::typed(Naming::OnlyAppleTalk, 0, 0),
            other => match types::JUNIPER.iter().find(|(known, _)| *known == other.0) {
                Some((_, payload)) => Self::typed(Naming::Magic, 0, *payload),
                None => Self::typed(Naming::Unknown, 0, 0),
            },
        }
    }

    /// Ethernet that begins so far into the packet, with a tag so long behind its addresses.
    pub(in crate::filter) fn ethernet(header: u32, tag: u32) -> Self {
        Self {
            header: Place::at(header),
            osi: 3,
            ..Self::typed(Naming::Ethernet, header + tag + 12, header + tag + 14)
        }
        .with(ETHERNET)
    }

    /// An LLC header at this place, which is taken to be SNAP's where it is asked for an Ethernet type.
    fn llc(at: u32) -> Self {
        Self {
            network: 8,
            osi: 3,
            ..Self::typed(Naming::Llc, at, at)
        }
    }

    /// A header with a field for its type, and the payload behind it.
    fn typed(naming: Naming, linktype: u32, payload: u32) -> Self {
        Self {
            naming,
            addresses: Addresses::None,
            header: Place::at(0),
            linktype: Place::at(linktype),
            payload: Place::at(payload),
            network: 0,
            osi: 0,
            labels: 0,
            emulated: false,
        }
    }

    fn with(self, addresses: Addresses) -> Self {
        Self { addresses, ..self }
    }

    /// Whether the link layer has addresses of six bytes.
    pub(in crate::filter) fn has_mac_addresses(&self) -> bool {
        matches!(self.addresses, Addresses::Mac { .. } | Addresses::Wlan)
    }
}

/// The addresses of Ethernet.
pub(in crate::filter) const ETHERNET: Addresses = Addresses::Mac {
    destination: 0,
    source: 6,
};

const ARCNET: Addresses = Addresses::Short {
    destination: 1,
    source: 0,
    broadcast: 0,
};

/// Link types that only filters and printers know by name.
pub(in crate::filter) mod types {
    use crate::wire::LinkType;

    pub(in crate::filter) const SYMANTEC_FIREWALL: LinkType = LinkType(99);
    pub(in crate::filter) const SLIP_BSDOS: LinkType = LinkType(102);
    pub(in crate::filter) const PPP_BSDOS: LinkType = LinkType(103);
    pub(in crate::filter) const ATM_CLIP: LinkType = LinkType(106);
    pub(in crate::filter) const ENC: LinkType = LinkType(109);
    pub(in crate::filter) const LTALK: LinkType = LinkType(114);
    pub(in crate::filter) const IP_OVER_FC: LinkType = LinkType(122);
    pub(in crate::filter) const SUNATM: LinkType = LinkType(123);
    pub(in crate::filter) const ARCNET_LINUX: LinkType = LinkType(129);
    pub(in crate::filter) const APPLE_IP_OVER_IEEE1394: LinkType = LinkType(138);
    pub(in crate::filter) const MTP2_WITH_PHDR: LinkType = LinkType(139);
    pub(in crate::filter) const MTP2: LinkType = LinkType(140);
    pub(in crate::filter) const IEEE802_11_RADIO_AVS: LinkType = LinkType(163);
    pub(in crate::filter) const BACNET_MS_TP: LinkType = LinkType(165);
    pub(in crate::filter) const PPP_PPPD: LinkType = LinkType(166);
    pub(in crate::filter) const PPI: LinkType = LinkType(192);
    pub(in crate::filter) const ERF: LinkType = LinkType(197);
    pub(in crate::filter) const IPNET: LinkType = LinkType(226);
    pub(in crate::filter) const NETANALYZER: LinkType = LinkType(240);
    pub(in crate::filter) const NETANALYZER_TRANSPARENT: LinkType = LinkType(241);
    pub(in crate::filter) const DSA_TAG_BRCM: LinkType = LinkType(281);
    pub(in crate::filter) const DSA_TAG_DSA: LinkType = LinkType(284);

    /// Juniper's link types whose payload has a known place, and that place. Only their magic number is looked at
    /// before it: each holds many encapsulations.
    #[rustfmt::skip]
    pub(in crate::filter) const JUNIPER: &[(u32, u32)] = &[
        (130, 4), (131, 4), (133, 12), (134, 4), (135, 8), (137, 4), (164, 12), (167, 32), (168, 6), (178, 32),
        (179, 4), (180, 4), (181, 4),
    ];

    /// All of them: the last bit of the fourth byte says which way a packet went.
    pub(in crate::filter) fn is_juniper(link: LinkType) -> bool {
        link.name().is_some_and(|name| name.starts_with("JUNIPER_"))
    }
}
