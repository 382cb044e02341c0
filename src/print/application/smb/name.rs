//! NetBIOS names: fifteen characters and a byte that says whose name it is.

use super::area::Area;
use super::item::{Left, Upper};
use crate::print::cursor::Shown;
use crate::print::page::Page;
use crate::print::text::{Named, name_of, put};

/// Prints the name of sixteen bytes at an offset. Returns where it ends.
pub(super) fn plain(page: &mut Page<'_>, area: &Area<'_>, at: usize) -> Shown<usize> {
    let kind = area.at(at).peek_u8(COLUMNS)?;
    print(page, area.until_zero(at, COLUMNS), kind);
    Ok(at + COLUMNS + 1)
}

/// Prints the name at an offset in the encoding of RFC 1001, section 14.1, half a byte a letter, where it is or where
/// it points to. Returns where it ends; none if it goes on past the end, or past what was captured.
pub(super) fn encoded(page: &mut Page<'_>, area: &Area<'_>, at: usize, end: usize) -> Shown<Option<usize>> {
    let Some(start) = target(area, at, end)? else {
        return Ok(None);
    };
    let mut name = Decoded::default();
    let Some(kind) = name.decode(area, start, end)? else {
        return Ok(None);
    };
    let Some(length) = length(area, at, end)? else {
        return Ok(None);
    };
    print(page, name.shown(), kind);
    Ok(Some(at + length))
}

fn print(page: &mut Page<'_>, name: &[u8], kind: u8) {
    put!(page, Left(name, COLUMNS), " NameType=0x", Upper(kind.into(), 2));
    put!(
        page,
        " (",
        Named("", name_of(KINDS, kind).unwrap_or("Unknown")),
        ")"
    );
}

/// Where the name at an offset is: there, or where the pointer that is there points to, counted from the start.
fn target(area: &Area<'_>, at: usize, end: usize) -> Shown<Option<usize>> {
    if at >= end {
        return Ok(None);
    }
    if area.at(at).u8()? & POINTER != POINTER {
        return Ok(Some(at));
    }
    let Ok(pointer) = area.at(at).u16() else {
        return Ok(None);
    };
    let target = usize::from(pointer & 0x3fff);
    let is_there = at + 1 < end && target < end && area.at(target).has(1);
    Ok((target != 0 && is_there).then_some(target))
}

/// A name as it is decoded.
#[derive(Default)]
struct Decoded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Decoded {
    /// Decodes the name at an offset. Returns its last byte; zero if it is no name; none if it was cut off.
    fn decode(&mut self, area: &Area<'_>, at: usize, end: usize) -> Shown<Option<u8>> {
        if at >= end {
            return Ok(None);
        }
        let mut rest = area.at(at);
        let count = usize::from(rest.u8()?) / 2;
        if !(1..=LONGEST).contains(&count) {
            return Ok(Some(0));
        }
        let mut last = 0;
        for place in 0..count {
            let Ok(pair) = rest.array::<2>() else {
                return Ok(None);
            };
            if at + 2 + 2 * place >= end {
                return Ok(None);
            }
            let [Some(high), Some(low)] = pair.map(half) else {
                return Ok(Some(0));
            };
            last = high << 4 | low;
            if let Some(byte) = self.bytes.get_mut(place) {
                *byte = last;
                self.length = place + 1;
            }
        }
        // Types above that are none.
        Ok((last < 0x80).then_some(last))
    }

    /// What is shown: the fifteen characters, or those before a zero.
    fn shown(&self) -> &[u8] {
        let bytes = self.bytes.get(..self.length.min(COLUMNS)).unwrap_or_default();
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        bytes.get(..end).unwrap_or_default()
    }
}

/// Half a byte as a letter from A to P.
fn half(letter: u8) -> Option<u8> {
    matches!(letter, b'A'..=b'P').then(|| letter - b'A')
}

/// How many bytes the labels at an offset take, or the pointer.
fn length(area: &Area<'_>, at: usize, end: usize) -> Shown<Option<usize>> {
    if area.at(at).u8()? & POINTER == POINTER {
        return Ok(Some(2));
    }
    let mut here = at;
    loop {
        let label = usize::from(area.at(here).u8()?);
        if label == 0 {
            return Ok(Some(here - at + 1));
        }
        if here >= end {
            return Ok(None);
        }
        here += label + 1;
        if !area.at(here).has(1) {
            return Ok(None);
        }
    }
}

const POINTER: u8 = 0xc0;
/// How many characters of a name are shown.
const COLUMNS: usize = 15;
/// How many a label can have.
const LONGEST: usize = 30;

const KINDS: &[(u8, &str)] = &[
    (0x00, "Workstation"),
    (0x03, "Client?"),
    (0x20, "Server"),
    (0x1d, "Master Browser"),
    (0x1b, "Domain Controller"),
    (0x1e, "Browser Server"),
];
