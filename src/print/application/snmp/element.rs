//! One element of the basic encoding rules (X.690), as far as SNMP uses them.

use super::End;
use super::objects::{self, Objects};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, put};

/// An element: what it is, and its contents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) value: Value,
    /// Its number within its class.
    pub(super) id: u8,
    /// All of it was captured.
    pub(super) contents: Cursor<'a>,
}

/// What an element is to SNMP; numbers are read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Integer(i32),
    Unsigned(u32),
    Counter64(u64),
    Text,
    ObjectId,
    Null,
    Address,
    Sequence,
    Pdu,
    /// Why there is no value (RFC 3416, section 3).
    Exception,
    /// Something that SNMP does not have.
    Octets,
    /// Something that nobody but the sender knows.
    Unknown,
}

/// Reads the next element, and passes over it. What is wrong with it is told on the page.
pub(super) fn read<'a>(page: &mut Page<'_>, rest: &mut Cursor<'a>) -> Result<Element<'a>, End> {
    if rest.is_empty() {
        return Err(complain(page, "nothing to parse"));
    }
    let tag = rest.u8()?;
    let (class, is_constructed) = (Class::of(tag), tag & 0x20 != 0);
    let id = match tag & 0x1f {
        EXTENDED => extended_id(page, rest)?,
        id => id,
    };
    let length = length(page, rest)?;
    let form = if is_constructed { "C" } else { "P" };
    let Some(name) = class.ids.get(usize::from(id)) else {
        put!(page, "[id?", form, "/x/", id, "]");
        return Err(End::Told);
    };
    rest.need(length)?;
    let mut element = Element {
        value: Value::Octets,
        id,
        contents: rest.sub(length),
    };
    element.value = match (is_constructed, class.kind, id) {
        (false, Kind::Universal, INTEGER) => integer(page, element.contents)?,
        (false, Kind::Universal, STRING) => Value::Text,
        (false, Kind::Universal, NULL) => Value::Null,
        (false, Kind::Universal, OBJECT_ID) => Value::ObjectId,
        (false, Kind::Application, ADDRESS) => Value::Address,
        (false, Kind::Application, COUNTER | GAUGE | TIME_TICKS) => {
            Value::Unsigned(number(element.contents, 0, |sum, byte| {
                sum << 8 | u32::from(byte)
            })?)
        }
        (false, Kind::Application, COUNTER64) => {
            Value::Counter64(number(element.contents, 0, |sum, byte| {
                sum << 8 | u64::from(byte)
            })?)
        }
        (false, Kind::Context, 0..=2) => Value::Exception,
        (true, Kind::Universal, SEQUENCE) => Value::Sequence,
        (true, Kind::Context, _) => Value::Pdu,
        (false, Kind::Context, _) => Value::Unknown,
        (false, ..) => {
            put!(page, "[P/", class.letter, "/", *name, "]");
            Value::Octets
        }
        (true, ..) => {
            // Of a constructed element only the first class is told by its letter.
            let letter = if class.kind == Kind::Universal {
                class.letter
            } else {
                "x"
            };
            put!(page, "C/", letter, "/", *name);
            Value::Octets
        }
    };
    Ok(element)
}

impl Element<'_> {
    /// Shows the value.
    pub(super) fn print(&self, page: &mut Page<'_>) -> Result<(), End> {
        match self.value {
            Value::Integer(number) => {
                put!(page, if number < 0 { "-" } else { "" }, number.unsigned_abs());
            }
            Value::Unsigned(number) => put!(page, number),
            Value::Counter64(number) => put!(page, number),
            Value::Null => {}
            Value::Text => self.print_text(page)?,
            Value::ObjectId => page.one("oid", |page| self.print_object_id(page))?,
            Value::Address => {
                let mut rest = self.contents;
                if rest.len() != 4 {
                    put!(page, "[inetaddr len!=4]");
                }
                rest.need(rest.len())?;
                for place in 0..rest.len() {
                    put!(page, if place == 0 { "" } else { "." }, rest.u8()?);
                }
            }
            Value::Sequence => put!(page, "Seq(", self.contents.len(), ")"),
            Value::Pdu => put!(page, self.name(PDUS), "(", self.contents.len(), ")"),
            Value::Exception => put!(page, "[", self.name(EXCEPTIONS), "]"),
            Value::Octets => self.print_octets(page)?,
            Value::Unknown => put!(page, "[BE_ANY!?]"),
        }
        Ok(())
    }

    /// Shows the contents as text if they are, else in hexadecimal.
    pub(super) fn print_text(&self, page: &mut Page<'_>) -> Result<(), End> {
        let bytes = self.contents.bytes();
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            put!(page, "\"", Escaped(bytes), "\"");
            return Ok(());
        }
        for (place, byte) in bytes.iter().enumerate() {
            put!(page, if place == 0 { "" } else { "_" }, Hex2(*byte));
        }
        Ok(())
    }

    /// Shows the contents in hexadecimal.
    pub(super) fn print_octets(&self, page: &mut Page<'_>) -> Result<(), End> {
        let mut rest = self.contents;
        while !rest.is_empty() {
            put!(page, "_", Hex2(rest.u8()?));
        }
        Ok(())
    }

    fn print_object_id(&self, page: &mut Page<'_>) -> Result<(), End> {
        let mut rest = self.contents;
        let mut below = if page.numeric() {
            Objects::none()
        } else {
            Objects::top()
        };
        let (mut arc, mut is_first, mut dot) = (0_u32, true, ".");
        let branch = if page.numeric() {
            None
        } else {
            objects::branch(rest.bytes())
        };
        if let Some(branch) = branch {
            put!(page, branch.prefix);
            rest.advance(branch.begin.len());
            below = branch.below;
            (is_first, dot) = (false, "");
        }
        let mut put_arc = |page: &mut Page<'_>, arc: u32| {
            put!(page, std::mem::replace(&mut dot, "."));
            match below.find(arc) {
                Some((name, further)) => {
                    put!(page, name);
                    below = further;
                }
                None => {
                    put!(page, arc);
                    below = Objects::none();
                }
            }
        };
        while !rest.is_empty() {
            let byte = rest.u8()?;
            arc = arc << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            // The first two arcs share a number (X.690, section 8.19.4).
            if std::mem::take(&mut is_first) {
                let first = (arc / 40).min(2);
                put_arc(page, first);
                arc -= first * 40;
            }
            put_arc(page, std::mem::take(&mut arc));
        }
        Ok(())
    }

    fn name(&self, names: &[&'static str]) -> &'static str {
        names.get(usize::from(self.id)).copied().unwrap_or_default()
    }
}

/// Says in brackets what is wrong.
pub(super) fn complain(page: &mut Page<'_>, complaint: &str) -> End {
    put!(page, "[", complaint, "]");
    End::Told
}

/// The number of a tag that is too large for its first byte; larger ones than ours are wrapped.
fn extended_id(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Result<u8, End> {
    let mut id = 0_u8;
    loop {
        if rest.is_empty() {
            return Err(complain(page, "Xtagfield?"));
        }
        let byte = rest.u8()?;
        id = id << 7 | byte & 0x7f;
        if byte & 0x80 == 0 {
            return Ok(id);
        }
    }
}

fn length(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Result<usize, End> {
    if rest.is_empty() {
        return Err(complain(page, "no asnlen"));
    }
    let mut length = u32::from(rest.u8()?);
    if length & 0x80 != 0 {
        let count = usize::from(length.to_le_bytes()[0] & 0x7f);
        if rest.len() < count {
            put!(page, "[asnlen? ", rest.len(), "<", count, "]");
            return Err(End::Told);
        }
        length = number(rest.limited(count), 0, |sum, byte| sum << 8 | u32::from(byte))?;
        rest.advance(count);
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if rest.len() < length {
        put!(page, "[len", rest.len(), "<asnlen", length, "]");
        return Err(End::Told);
    }
    Ok(length)
}

fn integer(page: &mut Page<'_>, contents: Cursor<'_>) -> Result<Value, End> {
    if contents.is_empty() {
        return Err(complain(page, "asnlen=0"));
    }
    let sign = if contents.peek_u8(0)? & 0x80 == 0 { 0 } else { -1 };
    let number = number(contents, sign, |sum, byte| sum << 8 | i32::from(byte))?;
    Ok(Value::Integer(number))
}

/// The number that the bytes are; of longer ones than ours the end.
fn number<N>(mut contents: Cursor<'_>, from: N, step: impl Fn(N, u8) -> N) -> Result<N, End> {
    let bytes = contents.take(contents.len())?;
    Ok(bytes.iter().fold(from, |sum, byte| step(sum, *byte)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Universal,
    Application,
    Context,
    Private,
}

struct Class {
    kind: Kind,
    letter: &'static str,
    ids: &'static [&'static str],
}

impl Class {
    fn of(tag: u8) -> Self {
        let (kind, letter, ids) = match tag >> 6 {
            0 => (Kind::Universal, "U", UNIVERSAL),
            1 => (Kind::Application, "A", APPLICATION),
            2 => (Kind::Context, "x", PDUS),
            _ => (Kind::Private, "x", PRIVATE),
        };
        Self { kind, letter, ids }
    }
}

const EXTENDED: u8 = 0x1f;

const INTEGER: u8 = 2;
const STRING: u8 = 4;
const NULL: u8 = 5;
const OBJECT_ID: u8 = 6;
const SEQUENCE: u8 = 16;
#[rustfmt::skip]
const UNIVERSAL: &[&str] = &[
    "U-0", "Boolean", "Integer", "Bitstring", "String", "Null", "ObjID", "ObjectDes", "U-8", "U-9", "U-10",
    "U-11", "U-12", "U-13", "U-14", "U-15", "Sequence", "Set",
];

const PRIVATE: &[&str] = &["P-0"];

const ADDRESS: u8 = 0;
const COUNTER: u8 = 1;
const GAUGE: u8 = 2;
const TIME_TICKS: u8 = 3;
const COUNTER64: u8 = 6;
const APPLICATION: &[&str] = &[
    "IpAddress",
    "Counter",
    "Gauge",
    "TimeTicks",
    "Opaque",
    "C-5",
    "Counter64",
];

#[rustfmt::skip]
const PDUS: &[&str] = &[
    "GetRequest", "GetNextRequest", "GetResponse", "SetRequest", "Trap", "GetBulk", "Inform", "V2Trap", "Report",
];

const EXCEPTIONS: &[&str] = &["noSuchObject", "noSuchInstance", "endOfMibView"];
