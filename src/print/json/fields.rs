//! The fields of a packet, out of its marked text.

use std::ops::Range;

use super::names::{self, Before, key};
use super::tree::{self, PACKET, Tree};
use super::{lines, marked::Rest};
use crate::print::ink::{Kind, mark};
use crate::print::text::Put;

/// What a packet consists of; it keeps its memory from one packet to the next.
#[derive(Default)]
pub(super) struct Fields {
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
    open: Vec<Open>,
    /// What a list is called whose elements are lines of the text.
    list: &'static [u8],
    /// Whether the next line goes on with the header of the protocol.
    has_second_line: bool,
    last_kind: Kind,
}

struct Protocol {
    depth: u8,
    name: Range<usize>,
    object: usize,
    closed: bool,
}

/// An object that fields are put into.
struct Open {
    object: usize,
    bound: Bound,
    /// What the list is called that the lines in it are elements of, if its printer has said so.
    list: Option<Range<usize>>,
}

/// Where an object ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// With its protocol, which is so deep.
    Protocol(u8),
    /// Where its printer says.
    Item,
    /// Before the next line that is not indented further.
    Line(usize),
}

impl Open {
    fn new(object: usize, bound: Bound) -> Self {
        Self {
            object,
            bound,
            list: None,
        }
    }
}

/// How many protocols one packet may have, and how deep the elements of lists may be nested; what comes after goes
/// into the last.
const MOST_PROTOCOLS: usize = 64;
const DEEPEST: usize = 8;
/// So much of the text before a value may tell its name.
const LONGEST_LABEL: usize = 256;

impl Fields {
    /// Forgets the packet before, and reads another one.
    pub(super) fn read(&mut self, marked: &[u8]) {
        self.tree.clear();
        self.text.clear();
        self.label.clear();
        self.protocols.clear();
        self.names.clear();
        self.open.clear();
        self.open.push(Open::new(PACKET, Bound::Protocol(0)));
        self.list = names::list(b"");
        self.read_all(marked);
        self.tree.settle();
    }

    /// Appends the rest of the packet's object: the names of the protocols, their objects, the text.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
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
    }

    fn read_all(&mut self, marked: &[u8]) {
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
                mark::LIST => {
                    let list = self.tree.keep(rest.word());
                    if let Some(open) = self.open.last_mut() {
                        open.list = Some(list);
                    }
                }
                mark::ITEM_END => self.item_end(),
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
        // What is around it goes on behind it, and so does what it is in the middle of itself.
        let is_inner = |open: &Open| matches!(open.bound, Bound::Protocol(of) if of > depth);
        if let Some(at) = self.open.iter().position(is_inner) {
            self.open.truncate(at);
        }
        let is_this = |open: &Open| matches!(open.bound, Bound::Protocol(_)) && open.object == object;
        let is_beside = |open: &Open| matches!(open.bound, Bound::Protocol(of) if of == depth);
        if !self.open.iter().any(is_this) {
            if let Some(at) = self.open.iter().position(is_beside) {
                self.open.truncate(at);
            }
            self.open.push(Open::new(object, Bound::Protocol(depth)));
        }
        self.list = names::list(name);
        self.has_second_line = known.is_none() && names::has_second_line(name);
    }

    fn item(&mut self, list: &[u8]) {
        self.label.clear();
        self.tree.settle();
        // The lines before it end where it begins, if they are no lines around it.
        self.close(0);
        let list = self.tree.keep(list);
        self.element(list, Bound::Item);
    }

    /// Opens an element of a list of the object that is open.
    fn element(&mut self, list: Range<usize>, bound: Bound) {
        self.tree.settle();
        self.tree.forget();
        let object = self.object();
        let object = if self.open.len() < DEEPEST {
            self.tree.element(object, list)
        } else {
            object
        };
        self.open.push(Open::new(object, bound));
    }

    fn item_end(&mut self) {
        self.label.clear();
        self.tree.settle();
        self.close(0);
        self.open.pop_if(|open| open.bound == Bound::Item);
        self.tree.forget();
    }

    /// A line begins that is indented so far.
    fn close(&mut self, indent: usize) {
        let ends = |open: &mut Open| matches!(open.bound, Bound::Line(of) if of >= indent);
        while self.open.pop_if(ends).is_some() {
            self.tree.settle();
            self.tree.forget();
        }
    }

    fn object(&self) -> usize {
        self.open.last().map_or(PACKET, |open| open.object)
    }

    fn hidden(&mut self, name: &[u8], kind: Kind, value: &[u8]) {
        self.tree.settle();
        match name {
            [b'/', name @ ..] => self.tree.add_once(PACKET, name, kind, value),
            _ => self.tree.add_hidden(self.object(), name, kind, value),
        }
    }

    /// All up to the end of the group is one value.
    fn group(&mut self, name: &[u8], rest: &mut Rest<'_>) {
        let start = self.text.len();
        let mut depth = 1;
        let mut first = None;
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
                mark::NAME | mark::ITEM | mark::LIST | mark::WRONG => {
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
                    first.get_or_insert((kind, self.text.len(), value.len()));
                    self.text.extend_from_slice(value);
                }
                _ if mark::is(byte) => {}
                _ => self.text.push(byte),
            }
        }
        self.tree.settle();
        let shown = self.text.get(start..).unwrap_or_default();
        if !name.is_empty() {
            let kind = match first {
                Some((kind, at, length)) if at == start && length == shown.len() => kind,
                // 5 and .5
                Some((Kind::Number, at, _)) if at == start => Kind::Number,
                _ => Kind::Foreign,
            };
            let value = start..self.text.len();
            self.begin_line();
            let value = self.text.get(value).unwrap_or_default().trim_ascii();
            self.tree.add(self.object(), name, kind, value);
        }
        self.label.clear();
    }

    fn value(&mut self, name: Option<&[u8]>, kind: Kind, value: &[u8]) {
        if self.object() == PACKET {
            return;
        }
        let parts = names::parted(kind, value);
        if let Some(name) = name {
            self.tree.settle();
            self.begin_line();
            if !name.is_empty() {
                self.tree.add(self.object(), name, kind, parts.word);
                self.last_kind = kind;
            }
            self.label.clear();
            return;
        }
        let is_plural = parts.word == b"s" && self.label.last().is_some_and(u8::is_ascii_alphabetic);
        if parts.word.is_empty() || parts.is_label || is_plural {
            // A separator that depends on what came before it, or nothing at all.
            self.label.extend_from_slice(value);
            return;
        }
        self.label.extend_from_slice(parts.before);
        if matches!(self.label.trim_ascii(), b":" | b"=") {
            self.tree.take_name(&mut self.label);
        }
        if self.tree.joins(&self.label) {
            self.tree.join(&self.label, kind, parts.word);
        } else {
            let line = self.begin_line().filter(|_| kind == Kind::Text);
            self.keep(line, kind, parts.word);
        }
        self.last_kind = kind;
        self.label.clear();
    }

    /// Keeps a value; that of a line that begins with words of ours is the name of something with fields of its own.
    fn keep(&mut self, line: Option<usize>, kind: Kind, word: &[u8]) {
        let is_outermost = self
            .open
            .last()
            .is_some_and(|open| matches!(open.bound, Bound::Protocol(_)));
        match line {
            Some(_) if is_outermost && self.has_second_line => {
                self.has_second_line = false;
                self.tree.pend(self.object(), b"type", b"type", kind, word);
            }
            Some(indent) => {
                let list = match self.open.last().and_then(|open| open.list.clone()) {
                    Some(list) => list,
                    None if is_outermost => self.tree.keep(self.list),
                    None => self.tree.keep(b"items"),
                };
                self.element(list, Bound::Line(indent));
                self.tree.pend(self.object(), b"name", b"name", kind, word);
            }
            None => {
                let before = Before {
                    name: self.tree.last_name(),
                    kind: self.last_kind,
                    is_outermost,
                };
                let key = key(&self.label, kind, before);
                self.tree.pend(self.object(), key.bytes(), key.base(), kind, word);
            }
        }
    }

    /// Ends the elements that a line in the label ends. Says how far the line is indented if it has no words yet.
    fn begin_line(&mut self) -> Option<usize> {
        let lines = lines::of(&self.label)?;
        self.close(lines.least);
        // What a printer has put together stays together, if it says what the lines are.
        let is_told = self.open.last().is_some_and(|open| open.bound == Bound::Item)
            && lines::introduces(self.label.trim_ascii_end());
        let is_told = is_told || lines::goes_on(&self.label);
        let begins = !is_told && (lines.is_empty || names::begins_with_sort(&self.label));
        begins.then_some(lines.last)
    }
}
