//! The marked text of a packet → one line of JSON.
//!
//! The fields come from the text itself: what a printer writes with [`put!`](super::text::put) that is no literal
//! is a value, and the words before it are its name; a [`Named`](super::text::Named) value brings its own. Each
//! protocol is an object. A name that comes again makes a list.
//!
//! The names are a stable interface: manual page, "JSON".

mod names;
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
        if self.known_second != Some(time.secs) {
            self.known_second = Some(time.secs);
            self.second.clear();
            if let Ok(second) = jiff::Timestamp::from_second(time.secs) {
                let text = second.strftime("\"%Y-%m-%dT%H:%M:%S").to_string();
                self.second.extend_from_slice(text.as_bytes());
            }
        }
        if self.second.is_empty() {
            return "null".put(out);
        }
        out.extend_from_slice(&self.second);
        (".", Zeros(time.nanos.into(), 9), "Z\"").put(out);
    }
}

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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::print::sample::{ether, ipv4, options, tcp, udp, verbose};
    use crate::print::{Form, Options, Packet, Printer, Timestamp};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;
    const RAW: LinkType = LinkType::RAW;

    /// The object of a packet of which so many bytes were captured.
    fn object_cut(link: LinkType, bytes: &[u8], captured: usize) -> Value {
        let options = Options {
            form: Form::Json,
            ..options(1)
        };
        let packet = Packet {
            number: 7,
            time: Timestamp {
                secs: 1_700_000_000,
                nanos: 5,
            },
            link,
            wire_len: u32::try_from(bytes.len()).unwrap(),
            bytes: &bytes[..captured],
        };
        let mut out = Vec::new();
        Printer::new(options).print(&packet, &mut out);
        assert_eq!(out.pop(), Some(b'\n'));
        serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {}", out.escape_ascii()))
    }

    fn object(link: LinkType, bytes: &[u8]) -> Value {
        object_cut(link, bytes, bytes.len())
    }

    #[test]
    fn a_packet_has_its_protocols_and_their_fields() {
        let mut tagged = vec![0xb0, 5, 8, 0];
        tagged.extend(tcp(
            (40000, 443),
            (1000, 2000),
            0x18,
            &[1, 1, 2, 4, 5, 180],
            b"abc",
        ));
        // The header has room for two more bytes of options.
        let packet = object(ETHERNET, &ether(0x8100, &tagged[..tagged.len()]));
        assert_eq!(packet["number"], 7);
        assert_eq!(packet["time"], "2023-11-14T22:13:20.000000005Z");
        assert_eq!(packet["epoch"], 1_700_000_000.0);
        assert_eq!(packet["link"], "EN10MB");
        assert_eq!(packet["protocols"], json!(["eth", "ip", "tcp"]));
        assert_eq!(
            packet["eth"],
            json!({"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02", "type": "0x8100",
                "vlan": [{"id": 5, "priority": 5, "dei": true}]})
        );
        assert_eq!(packet["ip"]["src"], "192.0.2.1");
        assert_eq!(packet["ip"]["ttl"], 64);
        assert_eq!(packet["ip"]["flags"], "DF");
        assert_eq!(packet["ip"]["proto"], 6);
        assert_eq!(packet["tcp"]["sport"], 40000);
        assert_eq!(packet["tcp"]["flags"], "P.");
        assert_eq!(packet["tcp"]["seq"], 1000);
        assert_eq!(packet["tcp"]["next_seq"], 1005);
        assert_eq!(packet["tcp"]["cksum_ok"], true);
    }

    #[test]
    fn options_are_elements_of_a_list() {
        let options = [2, 4, 5, 180, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1];
        let packet = object(RAW, &tcp((1, 2), (3, 0), 2, &options, &[]));
        assert_eq!(
            packet["tcp"]["options"],
            json!([{"kind": 2, "name": "mss", "mss": 1460}, {"kind": 8, "name": "TS", "val": 1, "ecr": 2},
                {"kind": 1, "name": "nop"}, {"kind": 1, "name": "nop"}])
        );
    }

    #[test]
    fn a_name_of_the_dns_is_one_value() {
        let reply = b"\x12\x34\x84\0\0\x01\0\x01\0\0\0\0\x07example\x03org\0\0\x01\0\x01\
            \xc0\x0c\0\x01\0\x01\0\0\x0e\x10\0\x04\xc0\0\x02\x07";
        let packet = object(RAW, &udp(53, 9, reply));
        let dns = &packet["dns"];
        assert_eq!(
            (&dns["id"], &dns["rcode"], &dns["aa"]),
            (&json!(4660), &json!(0), &json!(true))
        );
        assert_eq!(
            dns["answers"],
            json!([{"name": "example.org.", "ttl": 3600, "type": "A", "data": "192.0.2.7"}])
        );
    }

    #[test]
    fn a_protocol_that_comes_again_has_a_number() {
        let inner = udp(1000, 33434, b"abc");
        let mut message = vec![3, 3, 0, 0, 0, 0, 0, 0];
        message.extend_from_slice(&inner);
        let packet = object(RAW, &ipv4(1, &message));
        assert_eq!(packet["protocols"], json!(["ip", "icmp", "ip_2", "udp"]));
        assert_eq!(packet["ip_2"]["length"], inner.len());
        assert_eq!(packet["icmp"]["port"], 33434);
        assert_eq!(packet["udp"]["dport"], 33434);
    }

    #[test]
    fn what_has_no_names_of_its_own_is_called_by_its_labels() {
        let mut message = vec![0x24, 2, 6, 0xec];
        message.resize(48, 0);
        let packet = object(RAW, &udp(123, 123, &message));
        assert_eq!(packet["ntp"]["stratum"], 2);
        assert_eq!(packet["ntp"]["poll"], 6);
        assert_eq!(packet["ntp"]["precision"], -20);
    }

    #[test]
    fn a_packet_that_ends_early_says_where() {
        let bytes = tcp((1, 2), (3, 4), 0x10, &[], &[]);
        let packet = object_cut(RAW, &bytes, 30);
        assert_eq!(
            (&packet["truncated"], &packet["caplen"]),
            (&json!("tcp"), &json!(30))
        );
        let packet = object(LinkType::IPV4, &[0x60; 20]);
        assert_eq!(packet["invalid"], "ip");
        let empty = object(RAW, &[]);
        assert_eq!(
            (&empty["invalid"], &empty["text"]),
            (&json!("header"), &json!("[Invalid header: caplen==0, len==0]"))
        );
    }

    #[test]
    fn the_text_is_that_of_v() {
        let bytes = ether(0x0800, &udp(53, 9, b"\"\\\x1b"));
        assert_eq!(object(ETHERNET, &bytes)["text"], verbose(1, ETHERNET, &bytes));
    }
}
