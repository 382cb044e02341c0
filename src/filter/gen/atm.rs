//! ATM as Sun captures it: a byte that says what is carried, the virtual path and channel, and the packet.

use super::{Generator, Result};
use crate::filter::FilterError;
use crate::filter::ast::{Circuit, Field, Relation};
use crate::filter::cond::Cond;
use crate::filter::link::{Layout, Naming, Place, types};
use crate::filter::value::Size;

impl Generator<'_> {
    /// A field of ATM or of SS7, compared with a number.
    pub(super) fn telephony_field(&mut self, field: Field, relation: Relation, number: u32) -> Result<Cond> {
        let (name, place, size, max) = match field {
            Field::Vpi => ("vpi", PATH, Size::Byte, 0xff),
            Field::Vci => ("vci", CHANNEL, Size::Half, 0xffff),
            _ => return self.signalling_field(field, relation, number),
        };
        self.check_atm(name)?;
        if number > max {
            return Err(FilterError::whole(format!(
                "{name} {number} greater than maximum {max}"
            )));
        }
        let value = self.load(place, size);
        Ok(self.related(value, relation, number))
    }

    pub(super) fn circuit(&mut self, circuit: Circuit) -> Result<Cond> {
        let name = name(circuit);
        self.check_atm(name)?;
        Ok(match circuit {
            Circuit::Emulated => {
                let lane = self.masked(KIND, Size::Byte, 0x0f, 1);
                // Two bytes that number the client, and its frame.
                self.layout = Layout {
                    emulated: true,
                    ..Layout::ethernet(PACKET.offset + 2, 0)
                };
                lane
            }
            Circuit::MetaSignalling => self.channel(1),
            Circuit::Broadcast => self.channel(2),
            Circuit::Segment => self.channel(3),
            Circuit::EndToEnd => self.channel(4),
            Circuit::Maintenance => {
                let segment = self.channel(3);
                segment.or(self.channel(4))
            }
            Circuit::Signalling => self.channel(5),
            Circuit::LocalManagement => self.channel(16),
            Circuit::Connect => {
                let signalling = self.channel(5);
                signalling.and(self.message(&[SETUP, PROCEEDING, CONNECT, ACKNOWLEDGE, RELEASE, COMPLETE]))
            }
            Circuit::MetaConnect => {
                let signalling = self.channel(1);
                signalling.and(self.message(&[SETUP, PROCEEDING, CONNECT, RELEASE, COMPLETE]))
            }
        })
    }

    /// Whether what is carried has an LLC header.
    pub(super) fn is_llc_cell(&mut self) -> Cond {
        self.masked(KIND, Size::Byte, 0x0f, 2)
    }

    /// Whether an emulated LAN carries a frame here, and not a message of its own control.
    pub(super) fn carries_data(&mut self) -> Cond {
        if !self.layout.emulated {
            return Cond::ALWAYS;
        }
        self.field(PACKET, Size::Half, 0xff00).not()
    }

    /// A channel of the path 0.
    fn channel(&mut self, channel: u32) -> Cond {
        let path = self.field(PATH, Size::Byte, 0);
        path.and(self.field(CHANNEL, Size::Half, channel))
    }

    fn message(&mut self, kinds: &[u32]) -> Cond {
        let kinds = kinds.iter().map(|kind| self.field(MESSAGE, Size::Byte, *kind));
        Cond::any(kinds.collect::<Vec<_>>())
    }

    fn check_atm(&self, name: &str) -> Result<()> {
        if self.options.link == types::SUNATM && (self.layout.naming == Naming::Atm || self.layout.emulated) {
            return Ok(());
        }
        Err(FilterError::whole(format!("'{name}' supported only on raw ATM")))
    }
}

fn name(circuit: Circuit) -> &'static str {
    match circuit {
        Circuit::Emulated => "lane",
        Circuit::MetaSignalling => "metac",
        Circuit::Broadcast => "bcc",
        Circuit::Segment => "oamf4sc",
        Circuit::EndToEnd => "oamf4ec",
        Circuit::Maintenance => "oam",
        Circuit::Signalling => "sc",
        Circuit::LocalManagement => "ilmic",
        Circuit::Connect => "connectmsg",
        Circuit::MetaConnect => "metaconnect",
    }
}

const KIND: Place = Place::at(0);
const PATH: Place = Place::at(1);
const CHANNEL: Place = Place::at(2);
const PACKET: Place = Place::at(4);
const MESSAGE: Place = Place::at(9);

/// Types of messages of Q.2931.
const PROCEEDING: u32 = 0x02;
const SETUP: u32 = 0x05;
const CONNECT: u32 = 0x07;
const ACKNOWLEDGE: u32 = 0x0f;
const RELEASE: u32 = 0x4d;
const COMPLETE: u32 = 0x5a;

#[cfg(test)]
mod tests {
    use crate::filter::link::types::SUNATM;
    use crate::filter::sample::{error, tcp, wants};
    use crate::wire::LinkType;

    #[test]
    fn behind_lane_all_looks_into_the_frame() {
        let frame = [&b"\x01\x03\x00\x20\x00\x07"[..], b"ddddddssssss\x08\0", &tcp()].concat();
        assert!(wants(
            SUNATM,
            "lane and tcp port 80 and ether src 73:73:73:73:73:73",
            &frame
        ));
        assert!(wants(SUNATM, "lane and vpi 3 and vci (31 or 32)", &frame));
        assert!(!wants(SUNATM, "tcp or llc", &frame));
        let control = [&b"\x01\x03\x00\x20\xff\x00"[..], b"ddddddssssss\x08\0", &tcp()].concat();
        assert!(wants(SUNATM, "lane", &control) && !wants(SUNATM, "lane and ip", &control));
    }

    #[test]
    fn channels_have_names() {
        let setup = b"\x00\x00\x00\x05\x09\x03\x00\x00\x01\x05";
        assert!(wants(
            SUNATM,
            "sc and connectmsg and not (oam or metaconnect or ilmic)",
            setup
        ));
        assert!(error(SUNATM, "vpi 256").starts_with("vpi 256 greater than maximum 255"));
        assert!(error(LinkType::ETHERNET, "lane").starts_with("'lane' supported only on raw ATM"));
        assert!(error(SUNATM, "vpi > (1 or 2)").contains("expected a number"));
    }
}
