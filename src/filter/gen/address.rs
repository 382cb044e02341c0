//! The addresses of the link layer, broadcast and multicast.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Direction, Qualifier, What};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::{Addresses, Place, ethertype};
use crate::filter::value::Size;

impl Generator<'_> {
    /// Whether an address of six bytes is that of the sender or the receiver.
    pub(super) fn ether_host(&mut self, address: [u8; 6], direction: Direction) -> Result<Cond> {
        let header = self.layout.header;
        match self.layout.addresses {
            Addresses::Mac { destination, source } => {
                let carries = self.carries_data();
                let mut end = |offset| self.is_mac(header.plus(offset), address);
                Ok(carries.and(ends(direction, &mut end, source, destination)))
            }
            Addresses::Wlan => Ok(self.frame_host(address, direction)),
            Addresses::None | Addresses::Short { .. } => {
                let link = self.options.link;
                Err(FilterError::whole(format!(
                    "ethernet addresses supported only on {SUPPORTED}, not on {link}"
                )))
            }
        }
    }

    /// Whether an address of one byte is that of the sender or the receiver.
    pub(super) fn short_host(&mut self, qualifier: Qualifier, address: u8) -> Result<Cond> {
        if qualifier.proto != Some(Proto::Link) || qualifier.what == What::Net {
            let what = qualifier.what.name();
            return Err(FilterError::whole(format!(
                "'link' is the only valid proto qualifier for '{what} $XX'"
            )));
        }
        let Addresses::Short {
            destination, source, ..
        } = self.layout.addresses
        else {
            let link = self.options.link;
            return Err(FilterError::whole(format!(
                "addresses of one byte supported only on ARCnet and BACnet MS/TP, not on {link}"
            )));
        };
        let header = self.layout.header;
        let mut end = |offset| self.field(header.plus(offset), Size::Byte, u32::from(address));
        Ok(ends(qualifier.direction, &mut end, source, destination))
    }

    pub(super) fn broadcast(&mut self, proto: Option<Proto>) -> Result<Cond> {
        match (proto, self.layout.addresses) {
            (None | Some(Proto::Link), Addresses::Mac { .. } | Addresses::Wlan) => {
                self.ether_host([0xff; 6], Direction::Destination)
            }
            (
                None | Some(Proto::Link),
                Addresses::Short {
                    destination,
                    broadcast,
                    ..
                },
            ) => {
                let field = self.layout.header.plus(destination);
                Ok(self.field(field, Size::Byte, u32::from(broadcast)))
            }
            (None | Some(Proto::Link), Addresses::None) => Err(FilterError::whole("not a broadcast link")),
            (Some(Proto::Ip), _) => {
                let is_ip = self.linktype(ethertype::IP)?;
                let destination = self.network().plus(16);
                let host = !self.options.netmask;
                let zeros = self.masked(destination, Size::Word, host, 0);
                let ones = self.masked(destination, Size::Word, host, host);
                Ok(is_ip.and(zeros.or(ones)))
            }
            (Some(proto), _) => Err(self.misplaced(proto, "broadcast")),
        }
    }

    pub(super) fn multicast(&mut self, proto: Option<Proto>) -> Result<Cond> {
        match (proto, self.layout.addresses) {
            (None | Some(Proto::Link), Addresses::Mac { destination, .. }) => {
                let carries = self.carries_data();
                let field = self.layout.header.plus(destination);
                Ok(carries.and(self.bits(field, Size::Byte, 0x01)))
            }
            (None | Some(Proto::Link), Addresses::Wlan) => Ok(self.frame_multicast()),
            // All that an ARCnet has is broadcast; MS/TP has no multicast.
            (None | Some(Proto::Link), Addresses::Short { broadcast: 0, .. }) => self.broadcast(proto),
            (None | Some(Proto::Link), Addresses::Short { .. } | Addresses::None) => {
                let link = self.options.link;
                Err(FilterError::whole(format!(
                    "link-layer multicast filters supported only on {SUPPORTED}, not on {link}"
                )))
            }
            (Some(Proto::Ip), _) => {
                let is_ip = self.linktype(ethertype::IP)?;
                let destination = self.network().plus(16);
                Ok(is_ip.and(self.masked(destination, Size::Byte, 0xf0, 0xe0)))
            }
            (Some(Proto::Ip6), _) => {
                let is_ip6 = self.linktype(ethertype::IPV6)?;
                let destination = self.network().plus(24);
                Ok(is_ip6.and(self.field(destination, Size::Byte, 0xff)))
            }
            (Some(proto), _) => Err(self.misplaced(proto, "multicast")),
        }
    }

    pub(super) fn is_mac(&mut self, place: Place, address: [u8; 6]) -> Cond {
        let [a, b, c, d, e, f] = address;
        let (high, low) = (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f]));
        let low = self.field(place.plus(2), Size::Word, low);
        low.and(self.field(place, Size::Half, u32::from(high)))
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
        // Refused for all but 802.11, which has its own way to find them.
        Direction::Frame(_) => Cond::NEVER,
    }
}

const SUPPORTED: &str = "Ethernet, FDDI, token ring, 802.11, ATM LANE and Fibre Channel";

#[cfg(test)]
mod tests {
    use crate::filter::link::types::BACNET_MS_TP;
    use crate::filter::sample::{error, wants};
    use crate::wire::LinkType;

    #[test]
    fn each_link_has_its_addresses_in_its_place() {
        for (link, header) in [("EN10MB", 0), ("FDDI", 1), ("IEEE802", 2), ("NETANALYZER", 4)] {
            let link = LinkType::from_name(link).unwrap();
            let packet = [&vec![0; header][..], &[0xff; 6], &[0x0a, 1, 2, 3, 4, 5]].concat();
            assert!(
                wants(
                    link,
                    "ether src 0a:01:02:03:04:05 and broadcast and multicast",
                    &packet
                ),
                "{link}"
            );
            assert!(!wants(link, "ether dst 0a:01:02:03:04:05", &packet), "{link}");
        }
        // Two bytes are between them.
        let fibre_channel = [&[0, 0][..], &[0xff; 6], &[0, 0, 0x0a, 1, 2, 3, 4, 5]].concat();
        let filter = "ether src 0a:01:02:03:04:05 and ether broadcast";
        assert!(wants(
            LinkType::from_name("IP_OVER_FC").unwrap(),
            filter,
            &fibre_channel
        ));
        assert!(error(LinkType::PPP, "ether src 0a:01:02:03:04:05").contains("not on PPP"));
    }

    #[test]
    fn an_address_of_one_byte_is_asked_for_by_its_own_sign() {
        assert!(wants(LinkType::ARCNET, "link src $e and broadcast", &[0x0e, 0]));
        assert!(wants(
            BACNET_MS_TP,
            "link dst $FF and broadcast",
            &[0x55, 0xff, 0, 0xff, 1]
        ));
        assert!(error(LinkType::ARCNET, "tcp host $e").contains("only valid proto qualifier"));
        assert!(error(LinkType::ETHERNET, "link host $e").contains("only on ARCnet"));
    }
}
