//! SS7: the signal units of MTP2 (Q.703), and what MTP3 (Q.704) says in those that are messages.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Field, Relation, Speed, Unit};
use crate::filter::cond::Cond;
use crate::filter::link::{Place, types};
use crate::filter::value::Size;

impl Generator<'_> {
    pub(super) fn signal_unit(&mut self, unit: Unit) -> Result<Cond> {
        let (name, speed) = match unit {
            Unit::Fill(speed) => ("fisu", speed),
            Unit::Status(speed) => ("lssu", speed),
            Unit::Message(speed) => ("msu", speed),
        };
        let start = self.signal_unit_at(name, speed)?;
        // The length of what follows, of six bits or of nine: nothing, one or two bytes, or more.
        let (size, mask, two) = match speed {
            Speed::Low => (Size::Byte, 0x3f, 2),
            Speed::High => (Size::Half, 0xff80, 2 << 7),
        };
        let some = self.masked(start, size, mask, 0).not();
        let length = self.load(start, size);
        let length = self.values.binary_const(crate::filter::op::Op::And, length, mask);
        let more = self.more_than(length, two);
        Ok(match unit {
            Unit::Fill(_) => some.not(),
            Unit::Status(_) => some.and(more.not()),
            Unit::Message(_) => more,
        })
    }

    /// A field of a message. Point codes have their low bits first, so only `=` and `!=` have a plain meaning.
    pub(super) fn signalling_field(&mut self, field: Field, relation: Relation, number: u32) -> Result<Cond> {
        let (name, speed, max) = match field {
            Field::Sio(speed) => ("sio", speed, 0xff),
            Field::Opc(speed) => ("opc", speed, 0x3fff),
            Field::Dpc(speed) => ("dpc", speed, 0x3fff),
            Field::Sls(speed) => ("sls", speed, 0xf),
            Field::Vpi | Field::Vci => return self.telephony_field(field, relation, number),
        };
        let start = self.signal_unit_at(name, speed)?;
        if number > max {
            let high = high(speed);
            return Err(FilterError::whole(format!(
                "{high}{name} {number} greater than maximum {max}"
            )));
        }
        let service = match speed {
            Speed::Low => start.plus(1),
            Speed::High => start.plus(2),
        };
        let (place, size, mask, coded) = match field {
            Field::Opc(_) => {
                let coded = (number & 0x3c00) >> 10 | (number & 0x03fc) << 6 | (number & 0x0003) << 22;
                (service.plus(1), Size::Word, 0x00c0_ff0f, coded)
            }
            Field::Dpc(_) => {
                let coded = (number & 0x00ff) << 8 | (number & 0x3f00) >> 8;
                (service.plus(1), Size::Half, 0xff3f, coded)
            }
            Field::Sls(_) => (service.plus(4), Size::Byte, 0xf0, number << 4),
            _ => (service, Size::Byte, 0xff, number),
        };
        let value = self.load(place, size);
        let value = match mask {
            0xff => value,
            _ => self.values.binary_const(crate::filter::op::Op::And, value, mask),
        };
        Ok(self.related(value, relation, coded))
    }

    /// Where the length of the signal unit is.
    fn signal_unit_at(&self, name: &str, speed: Speed) -> Result<Place> {
        let length = match self.options.link {
            types::MTP2 => 2,
            types::MTP2_WITH_PHDR => 6,
            types::ERF => 22,
            _ => {
                let high = high(speed);
                return Err(FilterError::whole(format!(
                    "'{high}{name}' supported only on SS7"
                )));
            }
        };
        Ok(Place::at(match speed {
            Speed::Low => length,
            // Behind longer sequence numbers.
            Speed::High => length + 2,
        }))
    }
}

/// What the words for faster links begin with.
fn high(speed: Speed) -> &'static str {
    match speed {
        Speed::Low => "",
        Speed::High => "h",
    }
}

#[cfg(test)]
mod tests {
    use crate::filter::link::types::{ERF, MTP2, MTP2_WITH_PHDR};
    use crate::filter::sample::{error, wants};
    use crate::wire::LinkType;

    #[test]
    fn point_codes_are_put_together_from_their_bits() {
        // A destination of 0x31d6, an origin of 0x3b35, the link 3.
        let unit = [0, 0, 0x3f, 0xd2, 0xd6, 0x71, 0xcd, 0x3e];
        let filter = "msu and sio 0xd2 and dpc 0x31d6 and opc (1 or 0x3b35) and sls != 4 and sls <= 3";
        for (link, before) in [(MTP2, 0), (MTP2_WITH_PHDR, 4), (ERF, 20)] {
            let packet = [vec![0; before], unit.to_vec()].concat();
            assert!(wants(link, filter, &packet), "{link}");
            assert!(!wants(link, "fisu or lssu or opc 0x3b34", &packet), "{link}");
        }
    }

    #[test]
    fn status_units_are_of_one_or_two_bytes() {
        for (length, kind) in [(0, "fisu"), (1, "lssu"), (2, "lssu"), (3, "msu")] {
            let slow = [0, 0, length, 0];
            let fast = [0, 0, 0, 0, length >> 1, length << 7];
            for unit in ["fisu", "lssu", "msu"] {
                assert_eq!(wants(MTP2, unit, &slow), unit == kind, "{length} {unit}");
                assert_eq!(
                    wants(MTP2, &format!("h{unit}"), &fast),
                    unit == kind,
                    "{length} h{unit}"
                );
            }
        }
    }

    #[test]
    fn a_number_has_room_in_its_field() {
        assert!(error(MTP2, "hsio 256").starts_with("hsio 256 greater than maximum 255"));
        assert!(error(LinkType::ETHERNET, "hopc 1").starts_with("'hopc' supported only on SS7"));
    }
}
