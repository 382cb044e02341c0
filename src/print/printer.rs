//! The frame of a packet's text, and the state that crosses packets.

use std::mem;

use super::ahead::{self, Known};
use super::colour;
use super::cursor::{Cursor, Stop};
use super::dialogues::Dialogues;
use super::dump;
use super::flows::Flows;
use super::ink::Ink;
use super::json::Json;
use super::link;
use super::names::Names;
use super::options::{Form, Options};
use super::packet::Packet;
use super::page::Page;
use super::text::{Put, Right};
use super::time::Clock;

/// Turns packets into text, in the order of their capture.
///
/// It remembers the sequence numbers of the TCP connections it has seen, in a table of bounded size, and the
/// times that the time stamps are relative to.
pub struct Printer {
    options: Options,
    names: Option<Box<dyn Names>>,
    flows: Flows,
    dialogues: Dialogues,
    clock: Clock,
    json: Json,
    /// The marked text of one packet, for JSON or colours.
    marked: Vec<u8>,
}

impl Printer {
    /// A printer that shows addresses and ports as numbers.
    pub fn new(options: Options) -> Self {
        let clock = Clock::new(&options);
        Self {
            options,
            names: None,
            flows: Flows::default(),
            dialogues: Dialogues::default(),
            clock,
            json: Json::default(),
            marked: Vec::new(),
        }
    }

    /// The same printer, with names in place of numbers where `names` knows one.
    #[must_use]
    pub fn with_names(mut self, names: Box<dyn Names>) -> Self {
        self.names = Some(names);
        self
    }

    /// Looks at the next packet only so far that another printer of the same options can
    /// [print it](Self::print_knowing), beside other packets. `None` if that cannot be: then this one has to
    /// [print](Self::print) it, now.
    pub fn look_ahead(&mut self, packet: &Packet<'_>) -> Option<Known> {
        let by_hand = self.options.packet_type.is_some() || !self.options.decode_as.is_empty();
        if by_hand || self.names.is_some() || !is_possible(packet) {
            return None;
        }
        let known = ahead::look(&self.options, &mut self.flows, packet)?;
        let reference = self.clock.pass(packet.time);
        Some(Known { reference, ..known })
    }

    /// Appends the whole text of a packet that another printer has [looked at](Self::look_ahead); of its bytes, those
    /// that [will be read](Known::read) are enough.
    pub fn print_knowing(&mut self, packet: &Packet<'_>, known: Known, out: &mut Vec<u8>) {
        self.flows.tell(known.origin);
        self.clock.refer_to(known.reference);
        self.print(packet, out);
    }

    /// Appends the whole text of one packet to `out`: number, time stamp, lines, dump and the final line feed; or its
    /// line of JSON.
    pub fn print(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        match self.options.form {
            Form::Text => {}
            Form::Coloured => return self.print_coloured(packet, out),
            Form::Json => return self.print_json(packet, out),
        }
        self.number_and_lengths(packet, out);
        if !is_possible(packet) {
            tell_what_is_impossible(packet, out);
            return out.push(b'\n');
        }
        self.clock.stamp(packet.time, out);
        let mut ink = Ink::new(mem::take(out), false);
        let link_len = self.body(packet, &mut ink);
        *out = ink.into_bytes();
        self.dump(packet, link_len, out);
    }

    #[cold]
    fn print_coloured(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        self.number_and_lengths(packet, out);
        if !is_possible(packet) {
            colour::wrong(out, |out| tell_what_is_impossible(packet, out));
            return out.push(b'\n');
        }
        colour::time(out, |out| self.clock.stamp(packet.time, out));
        let mut ink = Ink::new(mem::take(&mut self.marked), true);
        let link_len = self.body(packet, &mut ink);
        self.marked = ink.into_bytes();
        colour::paint(&self.marked, out);
        self.marked.clear();
        self.dump(packet, link_len, out);
    }

    #[cold]
    fn print_json(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let mut ink = Ink::new(mem::take(&mut self.marked), true);
        if is_possible(packet) {
            self.body(packet, &mut ink);
        } else {
            ink.hidden("/invalid", "header");
            tell_what_is_impossible(packet, &mut ink);
        }
        self.marked = ink.into_bytes();
        self.json.line(packet, &self.marked, out);
        self.marked.clear();
    }

    fn number_and_lengths(&self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        if self.options.number {
            Right(packet.number, 5).put(out);
            "  ".put(out);
        }
        if self.options.lengths {
            ("caplen ", packet.bytes.len(), " len ", packet.wire_len, " ").put(out);
        }
    }

    /// What the protocols say. Returns how long the link-layer header is.
    fn body(&mut self, packet: &Packet<'_>, ink: &mut Ink) -> usize {
        let cursor = Cursor::new(packet.bytes, packet.wire_len as usize);
        let mut page = Page::new(
            ink,
            &self.options,
            &mut self.flows,
            &mut self.dialogues,
            self.names.as_deref_mut(),
        );
        match link::print(&mut page, packet.link, cursor) {
            Ok(()) => {}
            Err(Stop::Truncated) => page.truncated(),
            Err(Stop::Invalid) => page.invalid(),
        }
        page.link_len
    }

    fn dump(&self, packet: &Packet<'_>, link_len: usize, out: &mut Vec<u8>) {
        if let Some(chosen) = self.options.dump {
            dump::packet(out, chosen, packet.bytes, link_len);
        }
        out.push(b'\n');
    }
}

/// The longest packet that a capture can have.
const LARGEST: usize = 262_144;

/// Whether a capture can have a packet of such lengths.
fn is_possible(packet: &Packet<'_>) -> bool {
    let (captured, length) = (packet.bytes.len(), packet.wire_len as usize);
    captured > 0 && captured <= length && length <= LARGEST
}

/// Says what is wrong with lengths that no capture can have, in place of the packet.
#[cold]
fn tell_what_is_impossible(packet: &Packet<'_>, out: &mut Vec<u8>) {
    let captured = packet.bytes.len();
    let length = packet.wire_len as usize;
    let faults = [
        (captured == 0, Fault::Is("caplen", 0)),
        (length == 0, Fault::Is("len", 0)),
        (length != 0 && length < captured, Fault::Below(length, captured)),
        (captured > LARGEST, Fault::Above("caplen", captured, LARGEST)),
        (length > LARGEST, Fault::Above("len", length, LARGEST)),
    ];
    "[Invalid header: ".put(out);
    let mut separator = "";
    for (_, fault) in faults.into_iter().filter(|(holds, _)| *holds) {
        separator.put(out);
        fault.put(out);
        separator = ", ";
    }
    "]".put(out);
}

/// What a length cannot be.
enum Fault {
    Is(&'static str, usize),
    Below(usize, usize),
    Above(&'static str, usize, usize),
}

impl Put for Fault {
    fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::Is(what, value) => (what, "==", value).put(out),
            Self::Below(length, captured) => ("len(", length, ") < caplen(", captured, ")").put(out),
            Self::Above(what, value, limit) => (what, "(", value, ") > ", limit).put(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::sample::options;
    use crate::print::{TimeStyle, Timestamp};
    use crate::wire::LinkType;

    fn print(options: Options, wire_len: u32, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        let time = Timestamp { secs: 1, nanos: 0 };
        let packet = Packet {
            number: 7,
            interface: None,
            time,
            link: LinkType::RAW,
            wire_len,
            bytes,
        };
        Printer::new(options).print(&packet, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn number_and_lengths_come_before_the_time() {
        let options = Options {
            number: true,
            lengths: true,
            time: TimeStyle::Epoch,
            ..options(0)
        };
        assert_eq!(
            print(options, 9, &[0x40]),
            "    7  caplen 1 len 9 1.000000 IP  [length 9 < 20] (invalid)\n"
        );
    }

    #[test]
    fn lengths_that_no_capture_has_are_told_in_place_of_the_packet() {
        assert_eq!(print(options(0), 0, &[]), "[Invalid header: caplen==0, len==0]\n");
        assert_eq!(
            print(options(0), 1, &[1, 2]),
            "[Invalid header: len(1) < caplen(2)]\n"
        );
        assert_eq!(
            print(options(0), 300_000, &[1]),
            "[Invalid header: len(300000) > 262144]\n"
        );
    }

    #[test]
    fn a_link_type_without_a_printer_is_dumped() {
        let mut out = Vec::new();
        let packet = Packet {
            number: 1,
            interface: None,
            time: Timestamp::default(),
            link: LinkType(0xffff),
            wire_len: 1,
            bytes: &[0x41],
        };
        Printer::new(options(0)).print(&packet, &mut out);
        assert!(out.starts_with(b"UNSUPPORTED\n\t0x0000:  41 "));
    }
}
