//! What the kernel gives → the packet as it was on the wire.
//!
//! The kernel cuts VLAN tags out of frames; they are put back. Packets of interfaces whose link layer says
//! nothing, and of all interfaces at once, get a cooked header (<https://www.tcpdump.org/linktypes.html>).

use super::Frame;
use super::sys::Address;
use crate::wire::pcapng::Notes;
use crate::wire::{LinkType, Writer};

/// A packet as the kernel gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) secs: i64,
    pub(super) nanos: u32,
    /// How many bytes it had.
    pub(super) original: u32,
    pub(super) bytes: &'a [u8],
    /// The type and the tag that were cut out.
    pub(super) vlan: Option<(u16, u16)>,
    pub(super) address: Address,
}

/// What becomes of packets before they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dressing {
    /// They are shown as they are, but for their VLAN tag.
    Ethernet,
    /// They are shown as they are.
    Plain(LinkType),
    /// They get a cooked header of version 1.
    Cooked,
    /// They get a cooked header of version 2.
    Cooked2,
}

impl Dressing {
    /// For an interface of this kind (`ARPHRD_…`, `linux/if_arp.h`).
    pub(super) fn of(hardware: u16) -> Self {
        match hardware {
            // Ethernet, and the loopback interface, which pretends.
            1 | 772 => Self::Ethernet,
            801 => Self::Plain(LinkType::IEEE802_11),
            802 => Self::Plain(LinkType::PRISM_HEADER),
            803 => Self::Plain(LinkType::IEEE802_11_RADIO),
            // Tunnels and their like, which begin with the IP header.
            768 | 769 | 776 | 778 | 519 | 0xfffe => Self::Plain(LinkType::RAW),
            _ => Self::Cooked2,
        }
    }

    pub(super) fn link(self) -> LinkType {
        match self {
            Self::Ethernet => LinkType::ETHERNET,
            Self::Plain(link) => link,
            Self::Cooked => LinkType::LINUX_SLL,
            Self::Cooked2 => LinkType::LINUX_SLL2,
        }
    }

    /// Whether the frames are those of 802.11, as they are in the air.
    pub(super) fn is_wireless(self) -> bool {
        matches!(
            self.link(),
            LinkType::IEEE802_11 | LinkType::PRISM_HEADER | LinkType::IEEE802_11_RADIO
        )
    }

    /// Whether the socket shall leave out the link-layer header.
    pub(super) fn is_cooked(self) -> bool {
        matches!(self, Self::Cooked | Self::Cooked2)
    }

    /// The packet as it is to be shown, in `scratch` if it has to be changed.
    pub(super) fn dress<'a>(self, raw: Raw<'a>, snaplen: usize, scratch: &'a mut Vec<u8>) -> Frame<'a> {
        let added: u32 = match (self, raw.vlan) {
            (Self::Ethernet, Some((kind, tag))) => {
                scratch.clear();
                let (addresses, rest) = raw.bytes.split_at_checked(ADDRESSES).unwrap_or((raw.bytes, &[]));
                Writer::new(scratch)
                    .bytes(addresses)
                    .u16(kind)
                    .u16(tag)
                    .bytes(rest);
                4
            }
            (Self::Ethernet | Self::Plain(_), _) => 0,
            (Self::Cooked, _) => {
                scratch.clear();
                let Address {
                    protocol,
                    hardware,
                    packet_type,
                    len,
                    bytes,
                    ..
                } = raw.address;
                let mut header = Writer::new(scratch);
                header
                    .u16(u16::from(packet_type))
                    .u16(hardware)
                    .u16(u16::from(len))
                    .bytes(&bytes)
                    .u16(protocol);
                header.bytes(raw.bytes);
                16
            }
            (Self::Cooked2, _) => {
                scratch.clear();
                let Address {
                    protocol,
                    ifindex,
                    hardware,
                    packet_type,
                    len,
                    bytes,
                } = raw.address;
                let mut header = Writer::new(scratch);
                header
                    .u16(protocol)
                    .u16(0)
                    .u32(ifindex)
                    .u16(hardware)
                    .u8(packet_type)
                    .u8(len)
                    .bytes(&bytes);
                header.bytes(raw.bytes);
                20
            }
        };
        let bytes = if added == 0 { raw.bytes } else { scratch.as_slice() };
        Frame {
            secs: raw.secs,
            nanos: raw.nanos.into(),
            link: self.link(),
            wire_len: raw.original.saturating_add(added),
            bytes: bytes.get(..snaplen).unwrap_or(bytes),
            interface: None,
            notes: Notes::of_direction(raw.address.packet_type == OUTGOING),
        }
    }
}

/// `PACKET_OUTGOING`: the packet is from this machine.
pub(super) const OUTGOING: u8 = 4;

/// The two addresses at the beginning of an Ethernet frame, before the place of a VLAN tag.
const ADDRESSES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: Address = Address {
        protocol: 0x0800,
        ifindex: 7,
        hardware: 1,
        packet_type: 4,
        len: 6,
        bytes: [1, 2, 3, 4, 5, 6, 0, 0],
    };

    fn raw(bytes: &[u8], vlan: Option<(u16, u16)>) -> Raw<'_> {
        Raw {
            secs: 1,
            nanos: 2,
            original: 60,
            bytes,
            vlan,
            address: ADDRESS,
        }
    }

    #[test]
    fn a_vlan_tag_is_put_back_behind_the_addresses() {
        let bytes = [9, 9, 9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 0x08, 0x00, 0x45];
        let mut scratch = Vec::new();
        let frame = Dressing::Ethernet.dress(raw(&bytes, Some((0x8100, 5))), 1000, &mut scratch);
        assert_eq!(frame.bytes[12..], [0x81, 0x00, 0x00, 0x05, 0x08, 0x00, 0x45]);
        assert_eq!(frame.wire_len, 64);
    }

    #[test]
    fn a_frame_without_a_tag_is_not_copied() {
        let bytes = [7; 20];
        let mut scratch = Vec::new();
        let frame = Dressing::Ethernet.dress(raw(&bytes, None), 10, &mut scratch);
        assert_eq!(frame.bytes, [7; 10]);
        assert!(scratch.is_empty());
    }

    #[test]
    fn a_cooked_header_says_where_the_packet_came_from() {
        let mut scratch = Vec::new();
        let frame = Dressing::Cooked2.dress(raw(&[0x45], None), 1000, &mut scratch);
        assert_eq!(
            frame.bytes,
            [8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0x45]
        );
        let frame = Dressing::Cooked.dress(raw(&[0x45], None), 1000, &mut scratch);
        assert_eq!(
            frame.bytes,
            [0, 4, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0, 0x45]
        );
    }
}
