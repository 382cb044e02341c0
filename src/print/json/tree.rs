//! The fields of one packet as a tree in a few vectors, which are used again for the next packet.

use std::ops::Range;

use crate::print::ink::Kind;
use crate::print::text::{Hex2, Hex4, Put};

/// The object of the packet itself.
pub(super) const PACKET: usize = 0;

/// Objects, their fields and the bytes of both.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    bytes: Vec<u8>,
    /// A value that others may still be joined to.
    pending: Option<Pending>,
    /// The name that the last value got from the text.
    last_name: Range<usize>,
}

/// A field or an object; fields of one name are a chain.
struct Node {
    name: Range<usize>,
    what: What,
    /// The next field of the same object with another name.
    next: Option<usize>,
    /// The next one with the same name, and for the first of these the last.
    same: Option<usize>,
    last_same: usize,
    /// Whether it is written as a list though it is alone.
    list: bool,
}

enum What {
    Value(Kind, Range<usize>),
    Object {
        first: Option<usize>,
        last: Option<usize>,
        /// How many names its fields have.
        names: usize,
    },
}

struct Pending {
    object: usize,
    name: Range<usize>,
    kind: Kind,
    value: Range<usize>,
}

/// So many names may the fields of an object have; more than any printer gives. What is beyond is called `more`.
const MOST_NAMES: usize = 256;

impl Tree {
    /// Forgets the packet before.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.bytes.clear();
        self.pending = None;
        self.last_name = 0..0;
        self.nodes.push(Node::new(0..0, What::object()));
    }

    /// The object of a protocol of which there were so many before.
    pub(super) fn protocol(&mut self, name: &[u8], before: usize) -> usize {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        if before > 0 {
            ("_", before + 1).put(&mut self.bytes);
        }
        self.insert(PACKET, start..self.bytes.len(), What::object())
    }

    /// A new element of a list of objects, whose name was [kept](Self::keep).
    pub(super) fn element(&mut self, object: usize, list: Range<usize>) -> usize {
        let element = self.insert(object, list, What::object());
        if let Some(node) = self.nodes.get_mut(element) {
            node.list = true;
        }
        element
    }

    /// A field whose name is sure.
    pub(super) fn add(&mut self, object: usize, name: &[u8], kind: Kind, value: &[u8]) {
        let name = self.keep(name);
        let value = self.keep(value);
        self.last_name = name.clone();
        self.insert(object, name, What::Value(kind, value));
    }

    /// The same, of a field that the text does not show: what follows has nothing to do with it.
    pub(super) fn add_hidden(&mut self, object: usize, name: &[u8], kind: Kind, value: &[u8]) {
        let last_name = self.last_name.clone();
        self.add(object, name, kind, value);
        self.last_name = last_name;
    }

    /// The same, unless there is one of this name.
    pub(super) fn add_once(&mut self, object: usize, name: &[u8], kind: Kind, value: &[u8]) {
        if self.find(object, name).is_none() {
            self.add(object, name, kind, value);
        }
    }

    /// A field to which what follows may belong; the name of that may be built on `base`.
    pub(super) fn pend(&mut self, object: usize, name: &[u8], base: &[u8], kind: Kind, value: &[u8]) {
        self.settle();
        let name = self.keep(name);
        self.last_name = self.keep(base);
        let value = self.keep(value);
        self.pending = Some(Pending {
            object,
            name,
            kind,
            value,
        });
    }

    /// Whether a value after `label` is a part of the one before it: 1.5, 10/24, 3:4.
    pub(super) fn joins(&self, label: &[u8]) -> bool {
        self.pending.is_some() && matches!(label, [] | [b'.' | b':' | b'/' | b'-' | b'+'])
    }

    /// Makes it one.
    pub(super) fn join(&mut self, label: &[u8], kind: Kind, value: &[u8]) {
        self.bytes.extend_from_slice(label);
        self.bytes.extend_from_slice(value);
        let Some(pending) = &mut self.pending else {
            return;
        };
        let name = self.bytes.get(pending.name.clone()).unwrap_or_default();
        let is_fraction = label == b"." && pending.kind == kind && !name.ends_with(b"version");
        pending.kind = if is_fraction { kind } else { Kind::Foreign };
        pending.value.end = self.bytes.len();
    }

    /// Words of ours directly before a colon are the name of what is behind it: puts them before `label`.
    pub(super) fn take_name(&mut self, label: &mut Vec<u8>) {
        if let Some(pending) = self.pending.take_if(|pending| pending.kind == Kind::Text) {
            let words = self.bytes.get(pending.value).unwrap_or_default();
            label.splice(..0, words.iter().copied());
        }
    }

    /// Nothing more is joined to the last value.
    pub(super) fn settle(&mut self) {
        if let Some(pending) = self.pending.take() {
            let what = What::Value(pending.kind, pending.value);
            self.insert(pending.object, pending.name, what);
        }
    }

    /// The name of the last value.
    pub(super) fn last_name(&self) -> &[u8] {
        self.bytes.get(self.last_name.clone()).unwrap_or_default()
    }

    /// Lets the last value have no name.
    pub(super) fn forget(&mut self) {
        self.last_name = 0..0;
    }

    /// Keeps a name or a value.
    pub(super) fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    fn name(&self, node: &Node) -> &[u8] {
        self.bytes.get(node.name.clone()).unwrap_or_default()
    }

    /// The first field of this name.
    fn find(&self, object: usize, name: &[u8]) -> Option<usize> {
        self.chain(self.first(object), |node| node.next)
            .find(|(_, node)| self.name(node) == name)
            .map(|(at, _)| at)
    }

    fn insert(&mut self, object: usize, name: Range<usize>, what: What) -> usize {
        let bytes = self.bytes.get(name.clone()).unwrap_or_default();
        let full = matches!(self.nodes.get(object), Some(Node { what: What::Object { names, .. }, .. }) if *names >= MOST_NAMES);
        let mut same = self.find(object, bytes);
        let mut name = name;
        if same.is_none() && full {
            same = self.find(object, b"more");
            name = self.keep(b"more");
        }
        let at = self.nodes.len();
        self.nodes.push(Node {
            last_same: at,
            ..Node::new(name, what)
        });
        if let Some(first) = same {
            let last = self.nodes.get(first).map_or(first, |first| first.last_same);
            if let Some(last) = self.nodes.get_mut(last) {
                last.same = Some(at);
            }
            if let Some(first) = self.nodes.get_mut(first) {
                first.last_same = at;
            }
            return at;
        }
        let before = match self.nodes.get_mut(object).map(|node| &mut node.what) {
            Some(What::Object { first, last, names }) => {
                first.get_or_insert(at);
                *names += 1;
                last.replace(at)
            }
            _ => None,
        };
        if let Some(before) = before.and_then(|before| self.nodes.get_mut(before)) {
            before.next = Some(at);
        }
        at
    }

    /// Appends the name of a node as a string.
    pub(super) fn put_name(&self, node: usize, out: &mut Vec<u8>) {
        if let Some(node) = self.nodes.get(node) {
            put_string(self.name(node), out);
        }
    }

    /// Appends the fields of an object, each after a comma. Objects are nested a few deep at most.
    pub(super) fn put_fields(&self, object: usize, out: &mut Vec<u8>) {
        for (at, node) in self.chain(self.first(object), |node| node.next) {
            ",".put(out);
            put_string(self.name(node), out);
            ":".put(out);
            self.put_values(at, node, out);
        }
    }

    /// The value of a field, or the list of its values.
    fn put_values(&self, first: usize, node: &Node, out: &mut Vec<u8>) {
        if node.same.is_none() && !node.list {
            return self.put_value(first, node, out);
        }
        let mut separator = "[";
        for (at, value) in self.chain(Some(first), |node| node.same) {
            separator.put(out);
            self.put_value(at, value, out);
            separator = ",";
        }
        "]".put(out);
    }

    fn put_value(&self, at: usize, node: &Node, out: &mut Vec<u8>) {
        let What::Value(kind, value) = &node.what else {
            return self.put_object(at, out);
        };
        put_scalar(*kind, self.bytes.get(value.clone()).unwrap_or_default(), out);
    }

    fn put_object(&self, object: usize, out: &mut Vec<u8>) {
        let mut separator = "{";
        for (at, node) in self.chain(self.first(object), |node| node.next) {
            separator.put(out);
            put_string(self.name(node), out);
            ":".put(out);
            self.put_values(at, node, out);
            separator = ",";
        }
        if separator == "{" {
            separator.put(out);
        }
        "}".put(out);
    }

    fn first(&self, object: usize) -> Option<usize> {
        match self.nodes.get(object)?.what {
            What::Object { first, .. } => first,
            What::Value(..) => None,
        }
    }

    fn chain(
        &self,
        first: Option<usize>,
        next: impl Fn(&Node) -> Option<usize>,
    ) -> impl Iterator<Item = (usize, &Node)> {
        let node = |at: usize| self.nodes.get(at).map(|node| (at, node));
        std::iter::successors(first.and_then(node), move |(_, before)| {
            next(before).and_then(node)
        })
    }
}

impl Node {
    fn new(name: Range<usize>, what: What) -> Self {
        Self {
            name,
            what,
            next: None,
            same: None,
            last_same: 0,
            list: false,
        }
    }
}

impl What {
    fn object() -> Self {
        Self::Object {
            first: None,
            last: None,
            names: 0,
        }
    }
}

/// Appends a value: as a number where it is one.
fn put_scalar(kind: Kind, text: &[u8], out: &mut Vec<u8>) {
    match kind {
        Kind::Truth => out.extend_from_slice(text),
        Kind::Number | Kind::Address if put_number(text, out) => {}
        Kind::Span
            if text
                .strip_suffix(b"s")
                .is_some_and(|number| put_number(number, out)) => {}
        Kind::Span => match seconds(text) {
            Some(seconds) => seconds.put(out),
            None => put_string(text, out),
        },
        Kind::Hex if text.len() <= LONGEST_HEX => match hexadecimal(text) {
            Some(number) => number.put(out),
            None => put_string(text, out),
        },
        _ => put_string(text, out),
    }
}

/// More digits are more than a number of JSON's readers can hold.
const LONGEST_HEX: usize = 13;

fn hexadecimal(text: &[u8]) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok()
}

/// The seconds of `1d2h3s`.
fn seconds(span: &[u8]) -> Option<u64> {
    let (mut seconds, mut count) = (0_u64, 0_u64);
    for &byte in span {
        let unit = match byte {
            b'0'..=b'9' => {
                count = count.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                continue;
            }
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            b'y' => 31_536_000,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        count = 0;
    }
    (count == 0).then_some(seconds)
}

/// Appends a decimal number without what JSON's do not have, and returns true; false if it is none.
fn put_number(text: &[u8], out: &mut Vec<u8>) -> bool {
    let text = text.trim_ascii();
    let (sign, digits) = match text {
        [b'-', digits @ ..] => ("-", digits),
        digits => ("", digits),
    };
    let mut halves = digits.splitn(2, |&byte| byte == b'.');
    let (whole, fraction) = (halves.next().unwrap_or_default(), halves.next());
    let all_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !all_digits(whole) || !fraction.is_none_or(all_digits) {
        return false;
    }
    sign.put(out);
    let zeros = whole.iter().take_while(|&&byte| byte == b'0').count();
    let zeros = zeros.min(whole.len() - 1);
    out.extend_from_slice(whole.get(zeros..).unwrap_or_default());
    if let Some(fraction) = fraction {
        ".".put(out);
        out.extend_from_slice(fraction);
    }
    true
}

/// Appends a string. The text of a packet is ASCII; anything else is escaped, so that the line is JSON whatever it is.
pub(super) fn put_string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b' '..=b'~' => out.push(byte),
            _ => {
                out.extend_from_slice(b"\\u00");
                Hex2(byte).put(out);
            }
        }
    }
    out.push(b'"');
}

/// Appends a string that may be of any characters.
pub(super) fn put_words(words: &str, out: &mut Vec<u8>) {
    if words.is_ascii() {
        return put_string(words.as_bytes(), out);
    }
    out.push(b'"');
    for unit in words.encode_utf16() {
        ("\\u", Hex4(unit)).put(out);
    }
    out.push(b'"');
}
