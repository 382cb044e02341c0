//! The fields that messages of NetBIOS and SMB are made of.

use super::area::{Area, Text};
use super::{moment, name};
use crate::print::cursor::Shown;
use crate::print::ink::Kind;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Label, Named, Put, put};

/// A field, and how it is shown. Numbers are little-endian where the name does not say otherwise.
#[derive(Clone, Copy)]
pub(super) enum Item {
    /// `1 (0x1)`.
    U8,
    U16,
    U16Big,
    U32,
    U32Big,
    I32,
    U64,
    /// The upper half first.
    U64Halves,
    /// `0x1`.
    Hex8,
    Hex16,
    Hex16Big,
    Hex32,
    /// Attributes of a file.
    Attributes8,
    Attributes16,
    /// Names of the bits of a byte, from the lowest on; empty ones are not shown.
    Bits(&'static [&'static str]),
    /// Bytes that are not shown.
    Skip(usize),
    /// The length of a [`Text`](Self::CountedText) or [`Padded`](Self::CountedPadded) that follows.
    Len8,
    Len16,
    Len32,
    /// A text that ends with a zero.
    Text,
    /// The same, of bytes whatever the texts of the message are.
    TextOfBytes,
    /// A text as the data of a message have it: behind a byte that says so.
    Buffer,
    BufferOfBytes,
    CountedText,
    CountedPadded,
    /// A text in a field of so many bytes.
    Padded(usize),
    /// A NetBIOS name in the encoding of RFC 1001.
    Name,
    /// One of sixteen bytes.
    PlainName,
    /// The end of the line is theirs.
    DosTime,
    DosDate,
    FileTime,
    /// A text of ours.
    Say(&'static str),
    /// One after the other.
    All(&'static [Self]),
}

/// Shows a field. Returns where the next one is; none if this one was cut off, which is told.
pub(super) fn show(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    item: Item,
    at: usize,
    end: usize,
) -> Shown<Option<usize>> {
    let Item::All(items) = item else {
        return show_one(page, area, item, at, end);
    };
    let mut at = at;
    for &item in items {
        if at >= end {
            put!(page, "END OF BUFFER\n");
            break;
        }
        match show_one(page, area, item, at, end)? {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

fn show_one(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    item: Item,
    at: usize,
    end: usize,
) -> Shown<Option<usize>> {
    let next = one(page, area, item, at, end)?;
    if next.is_none() {
        page.truncated();
    }
    Ok(next)
}

fn one(page: &mut Page<'_>, area: &mut Area<'_>, item: Item, at: usize, end: usize) -> Shown<Option<usize>> {
    let mut rest = area.at(at);
    let length = match item {
        Item::U8 => number(page, rest.u8()?.into(), 1),
        Item::U16 => number(page, rest.u16_le()?.into(), 2),
        Item::U16Big => number(page, rest.u16()?.into(), 2),
        Item::U32 => number(page, rest.u32_le()?.into(), 4),
        Item::U32Big => number(page, rest.u32()?.into(), 4),
        Item::U64 => number(page, rest.u64_le()?, 8),
        Item::U64Halves if !rest.has(8) => return Ok(None),
        Item::U64Halves => number(page, rest.u64_le()?.rotate_left(32), 8),
        Item::I32 => {
            let bits = rest.u32_le()?;
            put!(page, bits.cast_signed(), " (0x", Named("", Hex(bits.into())), ")");
            4
        }
        Item::Hex8 => hex(page, rest.u8()?.into(), 1),
        Item::Hex16 => hex(page, rest.u16_le()?.into(), 2),
        Item::Hex16Big => hex(page, rest.u16()?.into(), 2),
        Item::Hex32 => hex(page, rest.u32_le()?.into(), 4),
        Item::Attributes8 => bits(page, ATTRIBUTES, rest.u8()?.into(), 1),
        Item::Attributes16 => bits(page, ATTRIBUTES, rest.u16_le()?, 2),
        Item::Bits(names) => bits(page, names, rest.u8()?.into(), 1),
        Item::Skip(count) if rest.has(count) => count,
        Item::Skip(_) => return Ok(None),
        Item::Len8 => told(page, area, rest.u8()?.into(), 1),
        Item::Len16 => told(page, area, rest.u16_le()?.into(), 2),
        Item::Len32 => told(page, area, rest.u32_le()?, 4),
        Item::Text => return Ok(text(page, &area.text(at, area.is_unicode)?)),
        Item::TextOfBytes => return Ok(text(page, &area.text(at, false)?)),
        Item::Buffer | Item::BufferOfBytes => {
            let kind = rest.u8()?;
            if !matches!(kind, DIALECT | ASCII) {
                put!(page, "Error! ASCIIZ buffer of type ", kind);
                return Ok(Some(end));
            }
            let is_wide = area.is_unicode && matches!(item, Item::Buffer);
            return Ok(text(page, &area.text(at + 1, is_wide)?));
        }
        Item::CountedText | Item::CountedPadded => {
            let Some(length) = area.told_len else {
                put!(page, "{stringlen not set}");
                return Ok(None);
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if matches!(item, Item::CountedText) {
                return Ok(text(page, &area.counted(at, length, area.is_unicode)?));
            }
            return Ok(padded(page, area, at, length));
        }
        Item::Padded(length) => return Ok(padded(page, area, at, length)),
        Item::Name => return name::encoded(page, area, at, end),
        Item::PlainName => return name::plain(page, area, at).map(Some),
        Item::DosTime => moment::dos(page, rest.u32_le()?, 4),
        Item::DosDate => moment::dos(page, rest.u32_le()?.rotate_left(16), 4),
        Item::FileTime if !rest.has(8) => return Ok(None),
        Item::FileTime => moment::file(page, rest.u64_le()?, 8),
        Item::Say(text) => {
            put!(page, Label(text));
            0
        }
        // They are not nested.
        Item::All(_) => 0,
    };
    Ok(Some(at + length))
}

fn number(page: &mut Page<'_>, value: u64, length: usize) -> usize {
    put!(page, value, " (0x", Named("", Hex(value)), ")");
    length
}

fn hex(page: &mut Page<'_>, value: u64, length: usize) -> usize {
    put!(page, "0x", Upper(value, 1));
    length
}

fn told(page: &mut Page<'_>, area: &mut Area<'_>, value: u32, length: usize) -> usize {
    area.told_len = Some(value);
    put!(page, value);
    length
}

fn bits(page: &mut Page<'_>, names: &'static [&'static str], set: u16, length: usize) -> usize {
    put!(page, Bits(names, set));
    length
}

fn text(page: &mut Page<'_>, text: &Text<'_>) -> Option<usize> {
    put!(page, Shown1000(text));
    text.next
}

/// A text that zeros fill up, at the left of its field.
fn padded(page: &mut Page<'_>, area: &Area<'_>, at: usize, length: usize) -> Option<usize> {
    area.bytes(at, length)?;
    put!(page, Left(area.until_zero(at, length), length));
    Some(at + length)
}

/// Text at the left of so many columns, escaped.
pub(super) struct Left<'a>(pub(super) &'a [u8], pub(super) usize);

impl Put for Left<'_> {
    const KIND: Kind = Kind::Foreign;

    fn put(self, out: &mut Vec<u8>) {
        Escaped(self.0).put(out);
        out.extend(std::iter::repeat_n(b' ', self.1.saturating_sub(self.0.len())));
    }
}

/// At most a thousand characters of a text; what is not printable ASCII is a dot.
struct Shown1000<'t, 'a>(&'t Text<'a>);

impl Put for Shown1000<'_, '_> {
    const KIND: Kind = Kind::Foreign;

    fn put(self, out: &mut Vec<u8>) {
        let width = if self.0.is_wide { 2 } else { 1 };
        out.extend(
            self.0
                .bytes
                .chunks_exact(width)
                .take(1000)
                .map(|character| match character {
                    [byte @ b' '..=b'~'] | [byte @ b' '..=b'~', 0] => *byte,
                    _ => b'.',
                }),
        );
    }
}

/// A number in at least `.1` upper-case hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Upper(pub(super) u64, pub(super) usize);

impl Put for Upper {
    const KIND: Kind = Kind::Hex;

    fn put(self, out: &mut Vec<u8>) {
        let start = out.len();
        crate::print::text::HexPad(self.0, self.1).put(out);
        if let Some(digits) = out.get_mut(start..) {
            digits.make_ascii_uppercase();
        }
    }
}

/// The names of bits, each with a blank behind it.
struct Bits(&'static [&'static str], u16);

impl Put for Bits {
    const KIND: Kind = Kind::Flags;

    fn put(self, out: &mut Vec<u8>) {
        let set = (0_u32..)
            .zip(self.0)
            .filter(|(bit, name)| self.1 >> bit & 1 != 0 && !name.is_empty());
        for (_, name) in set {
            (*name, " ").put(out);
        }
    }
}

/// What the data of a message begin with where they are a text.
const DIALECT: u8 = 2;
const ASCII: u8 = 4;

const ATTRIBUTES: &[&str] = &["READONLY", "HIDDEN", "SYSTEM", "VOLUME", "DIR", "ARCHIVE"];
