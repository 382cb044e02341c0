//! The frame of a packet's text, and the state that crosses packets.

use super::cursor::{Cursor, Stop};
use super::dump;
use super::flows::Flows;
use super::link;
use super::names::Names;
use super::options::Options;
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
            "caplen ".put(out);
            packet.bytes.len().put(out);
            " len ".put(out);
            packet.wire_len.put(out);
            " ".put(out);
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
    let start = out.len();
    let mut fault = |parts: &[&dyn Fn(&mut Vec<u8>)]| {
        if out.len() == start {
            "[Invalid header:"
        } else {
            ","
        }
        .put(out);
        for part in parts {
            part(out);
        }
    };
    if captured == 0 {
        fault(&[&|out| " caplen==0".put(out)]);
    }
    if length == 0 {
        fault(&[&|out| " len==0".put(out)]);
    } else if length < captured {
        fault(&[
            &|out| " len(".put(out),
            &|out| length.put(out),
            &|out| ") < caplen(".put(out),
            &|out| captured.put(out),
            &|out| ")".put(out),
        ]);
    }
    if captured > LARGEST {
        fault(&[&|out| " caplen(".put(out), &|out| captured.put(out), &|out| {
            ") > 262144".put(out)
        }]);
    }
    if length > LARGEST {
        fault(&[&|out| " len(".put(out), &|out| length.put(out), &|out| {
            ") > 262144".put(out)
        }]);
    }
    let found = out.len() > start;
    if found {
        "]\n".put(out);
    }
    found
}
