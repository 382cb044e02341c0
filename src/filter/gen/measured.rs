//! Headers of no fixed length: before all else the program works out where they end, and keeps that in scratch
//! memory.
//!
//! It does so only for what the filter asks about, so that a packet too short to have the rest can still be wanted.

use super::Generator;
use crate::filter::cond::Cond;
use crate::filter::link::{Place, types};
use crate::filter::op::Op;
use crate::filter::value::{Size, Value};
use crate::wire::LinkType;

/// The words of scratch memory that hold where something begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measured {
    /// The link-layer header, behind what a radio wrote before it.
    header: Option<(u8, Value)>,
    payload: Option<(u8, Value)>,
}

impl Generator<'_> {
    /// Gives the layout places that are not known yet.
    pub(super) fn make_room(&mut self) {
        let (radio, variable) = match self.options.link {
            LinkType::IEEE802_11 | LinkType::PFLOG => (false, true),
            LinkType::PRISM_HEADER
            | LinkType::IEEE802_11_RADIO
            | types::IEEE802_11_RADIO_AVS
            | types::PPI => (true, true),
            _ => (false, false),
        };
        if radio {
            // There is room for the first two.
            self.measured.header = self.slot().ok();
            self.layout.header.base = self.measured.header.map(|(_, value)| value);
        }
        if variable {
            self.measured.payload = self.slot().ok();
            self.layout.payload.base = self.measured.payload.map(|(_, value)| value);
        }
    }

    /// The condition, behind whatever it needs to be worked out before it.
    pub(super) fn measure(&mut self, mut condition: Cond) -> Cond {
        let needed =
            |this: &Self, slot: Option<(u8, Value)>| slot.filter(|(_, value)| this.values.refers(*value));
        if let Some((slot, _)) = needed(self, self.measured.payload) {
            let set = if self.options.link == LinkType::PFLOG {
                let length = self.load(Place::at(0), Size::Byte);
                Cond::Set(slot, self.up_to_four(length))
            } else {
                self.behind_frame_header(slot)
            };
            condition = set.and(condition);
        }
        if let Some((slot, _)) = needed(self, self.measured.header) {
            condition = self.behind_radio(slot).and(condition);
        }
        if self.options.link == types::PPI {
            // It can stand before any link type, and only 802.11 is looked into.
            let number = LinkType::IEEE802_11.0.swap_bytes();
            condition = self.field(Place::at(4), Size::Word, number).and(condition);
        }
        condition
    }

    /// Puts the length of what the radio wrote into the slot.
    fn behind_radio(&mut self, slot: u8) -> Cond {
        match self.options.link {
            types::IEEE802_11_RADIO_AVS => {
                let length = self.load(Place::at(4), Size::Word);
                Cond::Set(slot, length)
            }
            // Some drivers that say they write Prism's header write AVS's.
            LinkType::PRISM_HEADER => {
                let is_avs = self.masked(Place::at(0), Size::Word, 0xffff_f000, 0x8021_1000);
                let length = self.load(Place::at(4), Size::Word);
                let prism = self.values.constant(PRISM);
                is_avs.and(Cond::Set(slot, length)).or(Cond::Set(slot, prism))
            }
            // Radiotap and PPI: two bytes, the low one first.
            _ => {
                let high = self.load(Place::at(3), Size::Byte);
                let high = self.values.binary_const(Op::Lsh, high, 8);
                let low = self.load(Place::at(2), Size::Byte);
                let length = self.values.binary(Op::Or, high, low);
                Cond::Set(slot, length)
            }
        }
    }

    /// Puts where an 802.11 header ends into the slot: behind three addresses, and two bytes more in a data frame
    /// with quality of service.
    fn behind_frame_header(&mut self, slot: u8) -> Cond {
        let header = self.layout_of_frame();
        let control = self.load(header, Size::Byte);
        let start = header.base.unwrap_or_else(|| self.values.constant(0));
        let (short, long) = (
            self.values.binary_const(Op::Add, start, MAC),
            self.values.binary_const(Op::Add, start, MAC + 2),
        );
        let data = self.values.binary_const(Op::And, control, 0x0c);
        let is_data = self.is(data, 0x08);
        let has_quality = self.masked(header, Size::Byte, 0x80, 0x80);
        let length = is_data
            .clone()
            .and(has_quality)
            .and(Cond::Set(slot, long))
            .or(Cond::Set(slot, short));
        if self.options.link != LinkType::IEEE802_11_RADIO {
            return length;
        }
        let end = self.again(slot);
        let padded = self.up_to_four(end);
        let is_padded = is_data.and(self.pads());
        length.and(is_padded.and(Cond::Set(slot, padded)).or(Cond::Set(slot, end)))
    }

    /// Whether radiotap's flags, if it has any, say that the 802.11 header is padded to four bytes.
    fn pads(&mut self) -> Cond {
        let present = Place::at(4);
        // Its numbers have the low byte first.
        let mut has = |field: u32| self.bits(present, Size::Word, field.swap_bytes());
        let (time, flags, more) = (has(1 << 0), has(1 << 1), has(1 << 31));
        let mut padded = |at| self.bits(Place::at(at), Size::Byte, 0x20);
        let (behind_time, first) = (padded(16), padded(8));
        let padded = time.clone().and(behind_time).or(time.not().and(first));
        flags.and(more.not()).and(padded)
    }

    /// Where the outermost 802.11 header begins, whatever was entered since.
    fn layout_of_frame(&self) -> Place {
        Place {
            base: self.measured.header.map(|(_, value)| value),
            offset: 0,
        }
    }

    fn up_to_four(&mut self, length: Value) -> Value {
        let more = self.values.binary_const(Op::Add, length, 3);
        self.values.binary_const(Op::And, more, !3)
    }
}

/// The length of Prism's header.
const PRISM: u32 = 144;

/// The length of an 802.11 header with three addresses.
const MAC: u32 = 24;

#[cfg(test)]
mod tests {
    use crate::filter::link::types;
    use crate::filter::sample::{tcp, wants};
    use crate::wire::LinkType;

    /// A data frame of `kind` with so many bytes before its LLC header.
    fn data(kind: u8, header: usize) -> Vec<u8> {
        let mut frame = vec![kind];
        frame.resize(header, 0);
        [&frame, &b"\xaa\xaa\x03\0\0\0\x08\0"[..], &tcp()].concat()
    }

    fn radiotap(present: u32, fields: &[u8], frame: &[u8]) -> Vec<u8> {
        let length = u16::try_from(8 + fields.len()).unwrap();
        let header = [&[0, 0][..], &length.to_le_bytes(), &present.to_le_bytes(), fields];
        [header.concat(), frame.to_vec()].concat()
    }

    const FILTER: &str = "tcp dst port 81 and src host 10.0.0.9 and link[0] & 0x0c = 8";

    #[test]
    fn ip_is_found_behind_every_radio_header() {
        let (plain, quality) = (data(0x08, 24), data(0x88, 26));
        let avs = [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..], &[0; 56]].concat();
        for frame in [plain, quality] {
            let behind = |header: &[u8]| [header, frame.as_slice()].concat();
            let cases = [
                (LinkType::IEEE802_11, frame.clone()),
                (LinkType::IEEE802_11_RADIO, radiotap(0, &[], &frame)),
                (LinkType::IEEE802_11_RADIO, radiotap(0x0b, &[0; 10], &frame)),
                (types::IEEE802_11_RADIO_AVS, behind(&avs)),
                (LinkType::PRISM_HEADER, behind(&avs)),
                (LinkType::PRISM_HEADER, behind(&[0; 144])),
                (types::PPI, behind(&[0, 0, 8, 0, 105, 0, 0, 0])),
            ];
            for (link, packet) in cases {
                assert!(wants(link, FILTER, &packet), "{link}");
                assert!(!wants(link, "udp or type mgt or subtype rts", &packet), "{link}");
            }
        }
    }

    #[test]
    fn a_header_that_is_padded_ends_at_four_bytes() {
        let padded = data(0x88, 28);
        // The flags behind a time stamp, and first.
        let behind_time = [0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0];
        assert!(wants(
            LinkType::IEEE802_11_RADIO,
            FILTER,
            &radiotap(3, &behind_time, &padded)
        ));
        assert!(wants(
            LinkType::IEEE802_11_RADIO,
            FILTER,
            &radiotap(2, &[0x20, 0, 0, 0], &padded)
        ));
        assert!(!wants(
            LinkType::IEEE802_11_RADIO,
            FILTER,
            &radiotap(2, &[0; 4], &padded)
        ));
    }

    #[test]
    fn nothing_is_measured_that_is_not_asked_for() {
        // Too short to have the header that says where the payload is.
        assert!(wants(LinkType::IEEE802_11_RADIO, "len > 0", &[0]));
        assert!(wants(LinkType::IEEE802_11_RADIO, "radio[1] = 7", &[0, 7]));
        assert!(wants(LinkType::IEEE802_11, "dir tods", &[0x08, 1]));
        assert!(!wants(types::PPI, "len > 0", &[0, 0, 8, 0, 1, 0, 0, 0]));
    }

    #[test]
    fn a_log_is_as_long_as_it_says() {
        let mut packet = vec![0; 64];
        (packet[0], packet[1], packet[2]) = (61, 2, 1);
        packet[4..7].copy_from_slice(b"em0");
        packet.extend(tcp());
        let filter = "on em0 and action block and reason match and not rulenum 7 and tcp port 80";
        assert!(wants(LinkType::PFLOG, filter, &packet));
        assert!(!wants(
            LinkType::PFLOG,
            "on em1 or action pass or srnr 1 or ruleset x",
            &packet
        ));
    }
}
