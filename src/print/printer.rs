//! The frame of a packet's text, and the state that crosses packets.

use super::cursor::{Cursor, Stop};
use super::dump;
use super::flows::Flows;
use super::link;
use super::names::Names;
use super::options::Options;
use super::packet::Packet;
use super::page::Page;
use super::text::{Put, Right, put};
use super::time::Clock;

/// Turns packets into text, in the order of their capture.
///
/// It remembers the sequence numbers of the TCP connections it has seen, in a table of bounded size, and the
/// times that the time stamps are relative to.
pub struct Printer {
    options: Options,
    names: Option<Box<dyn Names>>,
    flows: Flows,
    clock: Clock,
}

impl Printer {
    /// A printer that shows addresses and ports as numbers.
    pub fn new(options: Options) -> Self {
        let clock = Clock::new(&options);
        Self {
            options,
            names: None,
            flows: Flows::default(),
            clock,
        }
    }

    /// The same printer, with names in place of numbers where `names` knows one.
    #[must_use]
    pub fn with_names(mut self, names: Box<dyn Names>) -> Self {
        self.names = Some(names);
        self
    }

    /// Appends the whole text of one packet to `out`: number, time stamp, lines, dump and the final line feed.
    pub fn print(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        if self.options.number {
            Right(packet.number, 5).put(out);
            "  ".put(out);
        }
        if self.options.lengths {
            let frame = Parts { out };
            put!(
                frame,
                "caplen ",
                packet.bytes.len(),
                " len ",
                packet.wire_len,
                " "
            );
        }
        if header_is_impossible(packet, out) {
            return;
        }
        self.clock.stamp(packet.time, out);

        let cursor = Cursor::new(packet.bytes, packet.wire_len as usize);
        let mut page = Page::new(out, &self.options, &mut self.flows, self.names.as_deref_mut());
        match link::print(&mut page, packet.link, cursor) {
            Ok(()) => {}
            Err(Stop::Truncated) => page.truncated(),
            Err(Stop::Invalid) => page.invalid(),
        }
        let link_len = page.link_len;
        if let Some(chosen) = self.options.dump {
            dump::packet(out, chosen, packet.bytes, link_len);
        }
        out.push(b'\n');
    }
}

/// Says what is wrong with lengths that no capture can have, in place of the packet.
fn header_is_impossible(packet: &Packet<'_>, out: &mut Vec<u8>) -> bool {
    const LARGEST: usize = 262_144;
    let captured = packet.bytes.len();
    let length = packet.wire_len as usize;
    let faults = [
        (captured == 0, Fault::Is("caplen", 0)),
        (length == 0, Fault::Is("len", 0)),
        (length != 0 && length < captured, Fault::Below(length, captured)),
        (captured > LARGEST, Fault::Above("caplen", captured, LARGEST)),
        (length > LARGEST, Fault::Above("len", length, LARGEST)),
    ];
    let mut found = faults
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, fault)| fault)
        .peekable();
    if found.peek().is_none() {
        return false;
    }
    "[Invalid header: ".put(out);
    while let Some(fault) = found.next() {
        fault.put(out);
        if found.peek().is_some() {
            ", ".put(out);
        }
    }
    "]\n".put(out);
    true
}

/// What a length cannot be.
enum Fault {
    Is(&'static str, usize),
    Below(usize, usize),
    Above(&'static str, usize, usize),
}

impl Put for Fault {
    fn put(self, out: &mut Vec<u8>) {
        let fault = Parts { out };
        match self {
            Self::Is(what, value) => put!(fault, what, "==", value),
            Self::Below(length, captured) => put!(fault, "len(", length, ") < caplen(", captured, ")"),
            Self::Above(what, value, limit) => put!(fault, what, "(", value, ") > ", limit),
        }
    }
}

/// What [`put!`] writes to where there is no page.
struct Parts<'a> {
    out: &'a mut Vec<u8>,
}
