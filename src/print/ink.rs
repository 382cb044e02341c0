//! The text that grows, and the marks in it.
//!
//! Where colours or fields are wanted, the printers' text is marked: what is a value and of which kind, what it is
//! called, where a protocol begins. A mark is a control character, which the text of a packet never has; whoever
//! takes the text to its reader ([`json`](super::json), [`colour`](super::colour)) takes the marks out. Where
//! nothing is marked, all this costs one branch for each [`put!`](super::text::put).

use std::ops::{Deref, DerefMut};

use super::text::Put;

/// A buffer of text that may be marked.
#[derive(Default)]
pub(crate) struct Ink {
    bytes: Vec<u8>,
    marking: bool,
}

/// What a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Words of ours.
    #[default]
    Text = 0x13,
    /// A decimal number.
    Number = 0x14,
    /// A hexadecimal number without its `0x`.
    Hex = 0x15,
    /// An address or a port.
    Address = 0x16,
    /// The names of bits.
    Flags = 0x17,
    /// `true` or `false`.
    Truth = 0x18,
    /// Words out of the packet.
    Foreign = 0x19,
    /// Seconds as a span of time, such as `1d2h3s`.
    Span = 0x1a,
}

/// The marks. A name or a value after one of them ends with [`END`].
pub(crate) mod mark {
    /// A protocol: its depth ([`DEPTH_0`] at least), its name.
    pub(crate) const ENTER: u8 = 0x01;
    pub(crate) const END: u8 = 0x02;
    /// A value: its kind, its text.
    pub(crate) const VALUE: u8 = 0x03;
    /// The name of the value that follows; an empty one says that it is no field.
    pub(crate) const NAME: u8 = 0x04;
    /// A field that the text does not show: its name, its kind, its text.
    pub(crate) const HIDDEN: u8 = 0x05;
    /// All up to the end is one value: its name.
    pub(crate) const GROUP: u8 = 0x06;
    pub(crate) const GROUP_END: u8 = 0x07;
    /// All up to the end are the fields of one element of a list: its name.
    pub(crate) const ITEM: u8 = 0x0e;
    pub(crate) const ITEM_END: u8 = 0x0f;
    /// All up to the end says that something is wrong.
    pub(crate) const WRONG: u8 = 0x10;
    pub(crate) const WRONG_END: u8 = 0x11;
    /// What the list is called whose elements are the lines that follow.
    pub(crate) const LIST: u8 = 0x12;
    pub(crate) const DEPTH_0: u8 = b' ';

    /// Whether a byte can only be a mark or a [kind](super::Kind).
    pub(crate) fn is(byte: u8) -> bool {
        byte < b' ' && !matches!(byte, b'\n' | b'\t')
    }
}

impl Kind {
    /// The kind that a byte stands for.
    pub(crate) fn of(byte: u8) -> Self {
        match byte {
            0x14 => Self::Number,
            0x15 => Self::Hex,
            0x16 => Self::Address,
            0x17 => Self::Flags,
            0x18 => Self::Truth,
            0x19 => Self::Foreign,
            0x1a => Self::Span,
            _ => Self::Text,
        }
    }
}

impl Ink {
    /// Ink that goes on with the text in `bytes`.
    pub(crate) fn new(bytes: Vec<u8>, marking: bool) -> Self {
        Self { bytes, marking }
    }

    /// The text.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether values are marked.
    pub(crate) fn marking(&self) -> bool {
        self.marking
    }

    /// Appends parts of a text.
    #[inline]
    pub(crate) fn put(&mut self, parts: impl Put) {
        if self.marking {
            // The closure takes the parts along, so that they need not be in memory where nothing is marked.
            cold(&mut self.bytes, move |bytes| parts.mark(bytes));
        } else {
            parts.put(&mut self.bytes);
        }
    }

    /// Marks that a protocol begins, or goes on.
    #[cold]
    #[inline(never)]
    pub(crate) fn enter(&mut self, proto: &'static str, depth: u8) {
        self.bytes
            .extend_from_slice(&[mark::ENTER, mark::DEPTH_0 + depth]);
        self.name(proto);
    }

    /// A field that the text does not show.
    #[cold]
    #[inline(never)]
    pub(crate) fn hidden<P: Put>(&mut self, name: &'static str, value: P) {
        self.begin(mark::HIDDEN, name);
        self.bytes.push(P::KIND as u8);
        value.put(&mut self.bytes);
        self.bytes.push(mark::END);
    }

    /// Begins a group, an item or what is wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn begin(&mut self, mark: u8, name: &'static str) {
        self.bytes.push(mark);
        self.name(name);
    }

    fn name(&mut self, name: &'static str) {
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(mark::END);
    }
}

#[cold]
#[inline(never)]
fn cold(bytes: &mut Vec<u8>, mark: impl FnOnce(&mut Vec<u8>)) {
    mark(bytes);
}

/// Appends a value between its marks.
pub(crate) fn value(out: &mut Vec<u8>, kind: Kind, put: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[mark::VALUE, kind as u8]);
    put(out);
    out.push(mark::END);
}

/// Appends the name of the value that follows.
pub(crate) fn name(out: &mut Vec<u8>, name: &'static str) {
    out.push(mark::NAME);
    out.extend_from_slice(name.as_bytes());
    out.push(mark::END);
}

/// How many bytes of a marked text are shown.
#[cold]
pub(crate) fn visible(marked: &[u8]) -> usize {
    shown(marked).count()
}

/// How long a marked text is up to the end of so many shown bytes.
#[cold]
pub(crate) fn within(marked: &[u8], count: usize) -> usize {
    shown(marked).nth(count).unwrap_or(marked.len())
}

/// Where the bytes are that are shown.
fn shown(marked: &[u8]) -> impl Iterator<Item = usize> {
    let mut hidden = 0;
    marked.iter().enumerate().filter_map(move |(at, &byte)| {
        match byte {
            // A name follows, or a field that is not shown: its name and its value.
            mark::ENTER | mark::NAME | mark::GROUP | mark::ITEM | mark::LIST | mark::WRONG => hidden = 1,
            mark::HIDDEN => hidden = 2,
            mark::END if hidden > 0 => hidden -= 1,
            _ if hidden > 0 || mark::is(byte) => {}
            _ => return Some(at),
        }
        None
    })
}

impl Deref for Ink {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Ink {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}
