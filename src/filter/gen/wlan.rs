//! 802.11 frames (IEEE 802.11, 9.2.4): their type, their direction and their up to four addresses.

use super::address::ends;
use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Direction, FrameAddress, Qualifier, What};
use crate::filter::cond::Cond;
use crate::filter::keyword::Proto;
use crate::filter::link::{Addresses, Naming, Place};
use crate::filter::value::Size;

impl Generator<'_> {
    pub(super) fn frame_type(&mut self, mask: u32, value: u32) -> Result<Cond> {
        self.check_wlan("802.11 frame types")?;
        Ok(self.masked(self.layout.header, Size::Byte, mask, value))
    }

    pub(super) fn frame_direction(&mut self, direction: u32) -> Result<Cond> {
        self.check_wlan("frame directions")?;
        Ok(self.masked(self.layout.header.plus(1), Size::Byte, TO_DS | FROM_DS, direction))
    }

    /// `addr1` and its like stand before the addresses of 802.11 only.
    pub(super) fn check_frame_address(&self, qualifier: Qualifier) -> Result<()> {
        let Direction::Frame(address) = qualifier.direction else {
            return Ok(());
        };
        let (name, what) = (address.name(), qualifier.what);
        if matches!(what, What::Port | What::PortRange) {
            let what = what.name();
            return Err(FilterError::whole(format!(
                "'{name}' is not a valid qualifier for '{what}'"
            )));
        }
        if qualifier.proto != Some(Proto::Link) || self.layout.addresses != Addresses::Wlan {
            return Err(FilterError::whole(format!(
                "'{name}' is valid for 802.11 syntax only"
            )));
        }
        Ok(())
    }

    /// Whether the frame carries data, so that an LLC header follows.
    pub(super) fn is_data_frame(&mut self) -> Cond {
        self.masked(self.layout.header, Size::Byte, TYPE, DATA)
    }

    pub(super) fn frame_host(&mut self, address: [u8; 6], direction: Direction) -> Cond {
        let Direction::Frame(which) = direction else {
            let mut end = |to: bool| {
                if to {
                    self.destination(|this, place| this.is_mac(place, address))
                } else {
                    self.source(address)
                }
            };
            return ends(direction, &mut end, false, true);
        };
        let present = self.is_present(which);
        let offset = match which {
            FrameAddress::First | FrameAddress::Receiver => FIRST,
            FrameAddress::Second | FrameAddress::Transmitter => SECOND,
            FrameAddress::Third => THIRD,
            FrameAddress::Fourth => FOURTH,
        };
        present.and(self.is_mac(self.layout.header.plus(offset), address))
    }

    pub(super) fn frame_multicast(&mut self) -> Cond {
        self.destination(|this, place| this.bits(place, Size::Byte, 0x01))
    }

    /// Whether frames of this type have this address.
    fn is_present(&mut self, which: FrameAddress) -> Cond {
        let control = self.layout.header;
        match which {
            FrameAddress::First => Cond::ALWAYS,
            // Clear to send and acknowledgement have but one.
            FrameAddress::Second => {
                let control_frame = self.masked(control, Size::Byte, TYPE, CONTROL);
                let to_send = self.masked(control, Size::Byte, SUBTYPE, CLEAR_TO_SEND);
                let acknowledged = self.masked(control, Size::Byte, SUBTYPE, ACKNOWLEDGEMENT);
                control_frame.and(to_send.or(acknowledged)).not()
            }
            FrameAddress::Third => self.masked(control, Size::Byte, TYPE, CONTROL).not(),
            FrameAddress::Fourth => {
                self.masked(control.plus(1), Size::Byte, TO_DS | FROM_DS, TO_DS | FROM_DS)
            }
            // Only frames with this bit are said to have them: as in libpcap, control frames are left out too.
            FrameAddress::Receiver => self.bits(control, Size::Byte, DATA),
            FrameAddress::Transmitter => {
                let data = self.bits(control, Size::Byte, DATA);
                data.and(self.is_present(FrameAddress::Second))
            }
        }
    }

    /// Whether the sender is this one: the second address, or one further on if the distribution system sent the
    /// frame on.
    fn source(&mut self, address: [u8; 6]) -> Cond {
        let (control, flags) = (self.layout.header, self.layout.header.plus(1));
        let mut at = |offset| self.is_mac(control.plus(offset), address);
        let (second, third, fourth) = (at(SECOND), at(THIRD), at(FOURTH));
        let from = self.bits(flags, Size::Byte, FROM_DS);
        let to = self.bits(flags, Size::Byte, TO_DS);
        let data = self.bits(control, Size::Byte, DATA);
        let sent_on = choose(to, fourth, third);
        let of_data = choose(from, sent_on, second.clone());
        self.is_addressed().and(choose(data, of_data, second))
    }

    /// `holds` for the address of the receiver: the first one, or the third of a frame to the distribution system.
    fn destination(&mut self, holds: impl Fn(&mut Self, Place) -> Cond) -> Cond {
        let (control, flags) = (self.layout.header, self.layout.header.plus(1));
        let first = holds(self, control.plus(FIRST));
        let third = holds(self, control.plus(THIRD));
        let to = self.bits(flags, Size::Byte, TO_DS);
        let data = self.bits(control, Size::Byte, DATA);
        self.is_addressed()
            .and(choose(data, choose(to, third, first.clone()), first))
    }

    /// Control frames and reserved ones have no sender and receiver in the sense of the others.
    fn is_addressed(&mut self) -> Cond {
        self.bits(self.layout.header, Size::Byte, CONTROL).not()
    }

    fn check_wlan(&self, what: &str) -> Result<()> {
        if self.layout.naming == Naming::Wlan {
            return Ok(());
        }
        let link = self.options.link;
        Err(FilterError::whole(format!(
            "{what} supported only on 802.11, not on {link}"
        )))
    }
}

/// `yes` where the condition holds, else `no`.
fn choose(condition: Cond, yes: Cond, no: Cond) -> Cond {
    condition.clone().and(yes).or(condition.not().and(no))
}

/// The first byte of a frame. Its types are two bits: one that data frames have, one that control frames have.
const TYPE: u32 = 0x0c;
const CONTROL: u32 = 0x04;
const DATA: u32 = 0x08;
const SUBTYPE: u32 = 0xf0;
const CLEAR_TO_SEND: u32 = 0xc0;
const ACKNOWLEDGEMENT: u32 = 0xd0;

/// The second byte.
const TO_DS: u32 = 0x01;
const FROM_DS: u32 = 0x02;

/// Where the addresses are.
const FIRST: u32 = 4;
const SECOND: u32 = 10;
const THIRD: u32 = 16;
const FOURTH: u32 = 24;

#[cfg(test)]
mod tests {
    use crate::filter::link::types;
    use crate::filter::sample::{error, wants};
    use crate::wire::LinkType;

    /// The addresses 1 to 4 are 0a:0a:0a:0a:0a:01 to :04.
    fn frame(kind: u8, flags: u8) -> Vec<u8> {
        let address = |last| [10, 10, 10, 10, 10, last];
        let mut frame = vec![kind, flags, 0, 0];
        for last in 1..=3 {
            frame.extend(address(last));
        }
        frame.extend([0, 0]);
        frame.extend(address(4));
        frame
    }

    fn host(words: &str, last: u8, frame: &[u8]) -> bool {
        let expression = format!("wlan {words} 0a:0a:0a:0a:0a:{last:02x}");
        wants(LinkType::IEEE802_11, &expression, frame)
    }

    #[test]
    fn source_and_destination_move_with_the_distribution_system() {
        // Type and flags of a frame, and which of its addresses are its source and its destination.
        let cases = [
            (0x08, 0x00, 2, 1),
            (0x08, 0x01, 2, 3),
            (0x08, 0x02, 3, 1),
            (0x08, 0x03, 4, 3),
            (0x80, 0x00, 2, 1),
        ];
        for (kind, flags, source, destination) in cases {
            let frame = frame(kind, flags);
            for last in 1..=4 {
                assert_eq!(host("src", last, &frame), last == source, "{kind} {flags} {last}");
                assert_eq!(
                    host("dst", last, &frame),
                    last == destination,
                    "{kind} {flags} {last}"
                );
            }
        }
        let rts = frame(0xb4, 0);
        assert!((1..=4).all(|last| !host("host", last, &rts)));
    }

    #[test]
    fn an_address_is_there_only_in_frames_that_have_it() {
        let (data, beacon, rts, cts) = (frame(0x08, 3), frame(0x80, 0), frame(0xb4, 0), frame(0xc4, 0));
        assert!(host("addr4", 4, &data) && !host("addr4", 4, &frame(0x08, 1)));
        assert!(host("addr3", 3, &beacon) && !host("addr3", 3, &rts));
        assert!(host("addr2", 2, &rts) && !host("addr2", 2, &cts));
        assert!(host("ta", 2, &data) && !host("ta", 2, &beacon));
        assert!(host("ra", 1, &data) && !host("ra", 1, &beacon));
    }

    #[test]
    fn types_have_names_and_numbers() {
        let beacon = frame(0x80, 0);
        for expression in [
            "type mgt",
            "type 0 subtype 0x80",
            "subtype beacon",
            "wlan dir nods",
        ] {
            assert!(wants(LinkType::IEEE802_11, expression, &beacon), "{expression}");
        }
        assert!(!wants(LinkType::IEEE802_11, "type ctl or dir tods", &beacon));
        let link = LinkType::IEEE802_11;
        assert!(
            error(link, "type mgt subtype rts").starts_with("unknown 802.11 subtype name 'rts' (at 'rts'")
        );
        assert!(error(link, "tcp type mgt").ends_with("(at 'tcp', column 1)"));
        assert!(error(LinkType::ETHERNET, "type mgt").contains("only on 802.11"));
        assert!(error(types::DSA_TAG_DSA, "ether ra 1:2:3:4:5:6").contains("802.11 syntax only"));
    }
}
