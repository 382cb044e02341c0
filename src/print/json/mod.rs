//! The marked text of a packet → one line of JSON.
//!
//! The fields come from the text itself: what a printer writes with [`put!`](super::text::put) that is no literal
//! is a value, and the words before it are its name; a [`Named`](super::text::Named) value brings its own. Each
//! protocol is an object. A name that comes again makes a list.
//!
//! The names are a stable interface: manual page, "JSON".

mod names;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::Range;

use super::ink::{Kind, mark};
use super::packet::{Packet, Timestamp};
use super::text::{Put, Zeros};
use names::key;
use tree::{PACKET, Tree};

/// Writes packets as lines of JSON; it keeps its memory from one packet to the next.
#[derive(Default)]
pub(super) struct Json {
    tree: Tree,
    /// The text without its marks.
    text: Vec<u8>,
    /// What came before a value, up to the value before that.
    label: Vec<u8>,
    /// The protocols so far: depth, name, object, and whether another printer may still go on with it.
    protocols: Vec<Protocol>,
    /// Their names, as the printers have them.
    names: Vec<u8>,
    /// The objects that are open: the protocol's, and the elements of lists in it.
    open: Vec<usize>,
    /// Where [`second`](Self::second) is what the clock says.
    known_second: Option<i64>,
    second: Vec<u8>,
}

struct Protocol {
    depth: u8,
    name: Range<usize>,
    object: usize,
    closed: bool,
}

/// How many protocols one packet may have, and how deep the elements of lists may be nested; what comes after goes
/// into the last.
const MOST_PROTOCOLS: usize = 64;
const DEEPEST: usize = 8;
/// So much of the text before a value may tell its name.
const LONGEST_LABEL: usize = 256;

impl Json {
    /// Appends the line of a packet with this marked text.
    pub(super) fn line(&mut self, packet: &Packet<'_>, marked: &[u8], out: &mut Vec<u8>) {
        self.tree.clear();
        self.text.clear();
        self.label.clear();
        self.protocols.clear();
        self.names.clear();
        self.open.clear();
        self.open.push(PACKET);
        self.read(marked);
        ("{\"number\":", packet.number, ",\"time\":").put(out);
        self.time(packet.time, out);
        ",\"epoch\":".put(out);
        epoch(packet.time, out);
        ",\"link\":\"".put(out);
        match packet.link.name() {
            Some(name) => name.put(out),
            None => packet.link.0.put(out),
        }
        (
            "\",\"caplen\":",
            packet.bytes.len(),
            ",\"length\":",
            packet.wire_len,
        )
            .put(out);
        ",\"protocols\":[".put(out);
        for (index, protocol) in self.protocols.iter().enumerate() {
            if index > 0 {
                ",".put(out);
            }
            self.tree.put_name(protocol.object, out);
        }
        "]".put(out);
        self.tree.put_fields(PACKET, out);
        ",\"text\":".put(out);
        tree::put_string(&self.text, out);
        "}\n".put(out);
    }

    fn read(&mut self, marked: &[u8]) {
        let mut rest = Rest(marked);
        let mut name = None;
        while let Some(byte) = rest.byte() {
            match byte {
                mark::ENTER => {
                    let depth = rest.byte().unwrap_or_default();
                    self.enter(depth, rest.word());
                }
                mark::NAME => name = Some(rest.word()),
                mark::VALUE => {
                    let kind = Kind::of(rest.byte().unwrap_or_default());
                    let value = rest.word();
                    self.text.extend_from_slice(value);
                    self.value(name.take(), kind, value);
                }
                mark::HIDDEN => {
                    let name = rest.word();
                    let kind = Kind::of(rest.byte().unwrap_or_default());
                    self.hidden(name, kind, rest.word());
                }
                mark::GROUP => {
                    let name = rest.word();
                    self.group(name, &mut rest);
                }
                mark::ITEM => {
                    let list = rest.word();
                    self.item(list);
                }
                mark::ITEM_END => {
                    self.label.clear();
                    if self.open.len() > 1 {
                        self.open.pop();
                    }
                }
                mark::WRONG => {
                    rest.word();
                }
                _ if mark::is(byte) => {}
                _ => {
                    self.text.push(byte);
                    self.label.push(byte);
                    if self.label.len() > LONGEST_LABEL {
                        self.label.drain(..LONGEST_LABEL / 2);
                    }
                }
            }
        }
        self.tree.settle();
    }

    /// A protocol begins; or goes on, if its printer still is at the same depth.
    fn enter(&mut self, depth: u8, name: &[u8]) {
        self.label.clear();
        self.tree.settle();
        self.tree.forget();
        if names::is_no_protocol(name) {
            return;
        }
        for protocol in &mut self.protocols {
            protocol.closed |= protocol.depth > depth;
        }
        let names = &self.names;
        let is_named = |known: &Protocol| names.get(known.name.clone()) == Some(name);
        let known = self
            .protocols
            .iter()
            .position(|known| !known.closed && known.depth == depth && is_named(known));
        let last = self.protocols.len().checked_sub(1);
        let known = known.or_else(|| last.filter(|last| last + 1 >= MOST_PROTOCOLS));
        let object = match known.and_then(|known| self.protocols.get(known)) {
            Some(protocol) => protocol.object,
            None => {
                let before = self.protocols.iter().filter(|known| is_named(known)).count();
                let object = self.tree.protocol(names::protocol(name), before);
                let start = self.names.len();
                self.names.extend_from_slice(name);
                self.protocols.push(Protocol {
                    depth,
                    name: start..self.names.len(),
                    object,
                    closed: false,
                });
                object
            }
        };
        self.open.clear();
        self.open.push(object);
    }

    fn item(&mut self, list: &[u8]) {
        self.label.clear();
        self.tree.settle();
        self.tree.forget();
        let object = self.object();
        let element = if self.open.len() < DEEPEST {
            self.tree.element(object, list)
        } else {
            object
        };
        self.open.push(element);
    }

    fn object(&self) -> usize {
        self.open.last().copied().unwrap_or(PACKET)
    }

    fn hidden(&mut self, name: &[u8], kind: Kind, value: &[u8]) {
        self.tree.settle();
        match name {
            [b'/', name @ ..] => self.tree.add_once(PACKET, name, kind, value),
            _ => self.tree.add(self.object(), name, kind, value),
        }
    }

    /// All up to the end of the group is one value.
    fn group(&mut self, name: &[u8], rest: &mut Rest<'_>) {
        let start = self.text.len();
        let mut depth = 1;
        let mut only = None;
        let mut values = 0;
        while let Some(byte) = rest.byte() {
            match byte {
                mark::GROUP => {
                    rest.word();
                    depth += 1;
                }
                mark::GROUP_END => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                mark::NAME | mark::ITEM | mark::WRONG => {
                    rest.word();
                }
                mark::ENTER => {
                    rest.byte();
                    rest.word();
                }
                mark::HIDDEN => {
                    rest.word();
                    rest.word();
                }
                mark::VALUE => {
                    let kind = Kind::of(rest.byte().unwrap_or_default());
                    let value = rest.word();
                    only = Some((kind, self.text.len(), value.len()));
                    values += 1;
                    self.text.extend_from_slice(value);
                }
                _ if mark::is(byte) => {}
                _ => self.text.push(byte),
            }
        }
        self.tree.settle();
        let shown = self.text.get(start..).unwrap_or_default();
        if !name.is_empty() {
            let kind = match only {
                Some((kind, at, length)) if values == 1 && at == start && length == shown.len() => kind,
                _ => Kind::Foreign,
            };
            self.tree
                .add(self.open.last().copied().unwrap_or(PACKET), name, kind, shown);
        }
        self.label.clear();
    }

    fn value(&mut self, name: Option<&[u8]>, kind: Kind, value: &[u8]) {
        let object = self.object();
        if object == PACKET {
            return;
        }
        if let Some(name) = name {
            self.tree.settle();
            if !name.is_empty() {
                self.tree.add(object, name, kind, names::trimmed(kind, value));
            }
            self.label.clear();
            return;
        }
        let word = names::trimmed(kind, value);
        if word.is_empty() || names::is_label(kind, value) {
            // A separator that depends on what came before it, or nothing at all.
            self.label.extend_from_slice(value);
            return;
        }
        if matches!(self.label.trim_ascii(), b":" | b"=") {
            self.tree.take_name(&mut self.label);
        }
        if self.tree.joins(&self.label) {
            self.tree.join(&self.label, word);
        } else {
            // The separator before a word is part of the label.
            let before = value.len() - value.trim_ascii_start().len();
            self.label
                .extend_from_slice(value.get(..before).unwrap_or_default());
            let key = key(&self.label, kind, self.tree.last_name());
            self.tree.pend(object, key.bytes(), kind, word);
        }
        self.label.clear();
    }

    /// RFC 3339, in UTC. The text of the second is kept.
    fn time(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        // A damaged file may say more than a second.
        let secs = time.secs.saturating_add(time.nanos.div_euclid(SECOND));
        if self.known_second != Some(secs) {
            self.known_second = Some(secs);
            self.second.clear();
            if let Ok(second) = jiff::Timestamp::from_second(secs) {
                let text = second.strftime("\"%Y-%m-%dT%H:%M:%S").to_string();
                self.second.extend_from_slice(text.as_bytes());
            }
        }
        if self.second.is_empty() {
            return "null".put(out);
        }
        out.extend_from_slice(&self.second);
        let nanos = time.nanos.rem_euclid(SECOND).unsigned_abs();
        (".", Zeros(nanos, 9), "Z\"").put(out);
    }
}

/// In nanoseconds.
const SECOND: i64 = 1_000_000_000;

/// Seconds since 1970 with nine digits after the point.
fn epoch(time: Timestamp, out: &mut Vec<u8>) {
    let nanos = i128::from(time.secs) * 1_000_000_000 + i128::from(time.nanos);
    if nanos < 0 {
        "-".put(out);
    }
    let nanos = nanos.unsigned_abs();
    let fraction = u64::try_from(nanos % 1_000_000_000).unwrap_or_default();
    (nanos / 1_000_000_000, ".", Zeros(fraction, 9)).put(out);
}

/// What is left of a marked text.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// All up to the next end.
    fn word(&mut self) -> &'a [u8] {
        let length = self.0.iter().position(|&byte| byte == mark::END);
        let (word, rest) = self
            .0
            .split_at_checked(length.unwrap_or(self.0.len()))
            .unwrap_or_default();
        self.0 = rest.get(1..).unwrap_or_default();
        word
    }
}
