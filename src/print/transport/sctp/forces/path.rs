//! Paths to the components of a block, and the data at their ends.

use super::lfb::excess;
use super::{Indent, Named, TLV, TLVS, aligned, fault};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Zeros, name_of, put};

/// Prints a list of paths.
pub(super) fn list(page: &mut Page<'_>, tlvs: Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    let mut good = true;
    page.deeper(|page| {
        good = paths(page, tlvs, mask, indent)?;
        Ok(())
    })?;
    Ok(good)
}

fn paths(page: &mut Page<'_>, mut rest: Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    while !rest.is_empty() {
        let (kind, length) = (rest.peek_u16(0)?, rest.peek_u16(2)?);
        if fault(length.into(), rest.len(), TLV).is_some() {
            put!(
                page,
                "\n\t\tMessy PATHDATA TLV header, type (0x",
                Hex(kind.into()),
                ")\n\t\texcess of "
            );
            put!(page, excess(rest.len(), length), " Bytes ");
            return Ok(false);
        }
        let body = rest.limited(length.into()).after(TLV);
        if page.verbose(3) {
            put!(page, Indent(indent), Named(TLVS, kind), ", length ", length);
            put!(page, " (data encapsulated ", body.len(), " Bytes)");
        }
        if !data(page, body, mask, indent + 1)? {
            return Ok(false);
        }
        rest.advance(aligned(length.into()));
    }
    Ok(true)
}

/// Prints one path and what is at its end.
pub(super) fn data(page: &mut Page<'_>, body: Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    if body.len() < TLV {
        page.truncated();
        return Ok(false);
    }
    let mut rest = body;
    let (flags, count) = (rest.u16()?, rest.u16()?);
    if page.verbose(3) {
        put!(
            page,
            "\n",
            Indent(indent),
            "Pathdata: Flags 0x",
            Hex(flags.into()),
            " ID count ",
            count,
            "\n"
        );
    }
    let mut mask = mask;
    for (flag, bit) in [(1, KEY), (2, RANGE), (4, APPEND)] {
        if flags & flag != 0 {
            mask |= bit;
        }
    }
    let least = usize::from(count) * 4;
    if rest.len() < least {
        put!(
            page,
            "\t\t\ttruncated IDs expected ",
            least,
            "B got ",
            rest.len(),
            "B\n"
        );
        page.hex("\t\t\tID Data[", rest.bytes());
        put!(page, "]\n");
        return Ok(false);
    }
    if mask & RANGE != 0 && mask & KEY != 0 {
        put!(page, "\t\t\tIllegal to have both Table ranges and keys\n");
        return Ok(false);
    }
    if !identifiers(page, &mut rest, count, mask, indent)? || rest.is_empty() {
        // What is wrong behind the path has been told, and does not end the message.
        return Ok(true);
    }
    list(page, rest, mask, indent + 1)
}

/// Prints the identifiers of a path, what selects from a table, and the first data. Leaves what follows.
fn identifiers(
    page: &mut Page<'_>,
    rest: &mut Cursor<'_>,
    count: u16,
    mask: u16,
    indent: usize,
) -> Shown<bool> {
    let lines = page.verbose(3);
    if mask & APPEND != 0 && lines {
        put!(page, Indent(indent), "TABLE APPEND\n");
    }
    for number in 1..=u64::from(count) {
        let id = rest.u32()?;
        if lines {
            put!(page, Indent(indent), "ID#", Zeros(number, 2), ": ", id, "\n");
        }
    }
    if mask & (RANGE | KEY) != 0 && rest.len() < SELECTOR {
        put!(
            page,
            "pathlength ",
            rest.len(),
            " with key/range too short ",
            SELECTOR,
            "\n"
        );
        return Ok(false);
    }
    if mask & RANGE != 0 {
        rest.skip(TLV)?;
        let (first, last) = (rest.u32()?, rest.u32()?);
        if lines {
            put!(page, Indent(indent), "Table range: [", first, ",", last, "]\n");
        }
    }
    if mask & KEY != 0 && !passed_key(page, rest)? {
        return Ok(false);
    }
    if rest.is_empty() {
        return Ok(true);
    }
    content(page, rest, mask, indent)
}

fn passed_key(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<bool> {
    rest.skip(4)?;
    let length = usize::from(rest.peek_u16(2)?);
    rest.skip(TLV)?;
    let Some(length) = length.checked_sub(TLV) else {
        put!(page, "key content length ", length, " < ", TLV, "\n");
        return Ok(false);
    };
    if rest.len() < length {
        put!(page, "key content too short\n");
        return Ok(false);
    }
    rest.advance(length);
    Ok(true)
}

/// Prints the data at the end of a path.
fn content(page: &mut Page<'_>, rest: &mut Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    let (kind, length) = (rest.peek_u16(0)?, rest.peek_u16(2)?);
    let whole = usize::from(length);
    let found = fault(whole, rest.len(), TLV);
    if let Some(found) = found {
        put!(
            page,
            found,
            " Outstanding bytes ",
            rest.len(),
            " for TLV type 0x",
            Hex(kind.into())
        );
        put!(page, " TLV len ", length, "\n");
    } else if !(PATH..=RESULTS).contains(&kind) {
        put!(
            page,
            "Invalid path data content type 0x",
            Hex(kind.into()),
            " len ",
            length,
            "\n"
        );
    } else {
        let padding = aligned(whole) - whole;
        if page.verbose(3) && kind != PATH {
            put!(page, Indent(indent), "  ", Named(TLVS, kind), " (Length ", length);
            put!(page, " DataLen ", whole - TLV);
            if padding > 0 {
                put!(page, " pad ", padding);
            }
            put!(page, " Bytes)\n");
        }
        complain_about_encoding(page, kind, mask);
        let tlv = rest.limited(whole + padding);
        if !end(page, kind, tlv, mask, indent + 2)? {
            return Ok(false);
        }
        rest.advance(whole + padding);
        return Ok(true);
    }
    if length == 0 {
        return Ok(true);
    }
    page.hex("Bad Data val\n\t  [", rest.bytes());
    put!(page, "]\n");
    Ok(false)
}

fn end(page: &mut Page<'_>, kind: u16, tlv: Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    match kind {
        PATH => list(page, tlv, mask, indent),
        KEYS => {
            put!(
                page,
                Indent(indent),
                "Keyinfo: Key 0x",
                Hex(tlv.peek_u32(4)?.into()),
                "\n"
            );
            let key = tlv.after(8);
            let (kind, length) = (key.peek_u16(0)?, key.peek_u16(2)?);
            if let Some(found) = fault(length.into(), tlv.len(), TLV) {
                put!(
                    page,
                    found,
                    " TLV type 0x",
                    Hex(kind.into()),
                    " len ",
                    length,
                    "\n"
                );
                return Ok(false);
            }
            full(page, key.after(TLV).limited(length.into()), indent)
        }
        FULLDATA => full(page, tlv, indent),
        SPARSEDATA => sparse(page, tlv.after(TLV), indent + 1),
        _ => result(page, tlv.after(TLV), indent),
    }
}

fn full(page: &mut Page<'_>, tlv: Cursor<'_>, indent: usize) -> Shown<bool> {
    if tlv.peek_u16(0)? != FULLDATA {
        put!(page, "Error: expecting FULLDATA!\n");
        return Ok(false);
    }
    if page.verbose(3) {
        let indent = indent + 1;
        put!(page, Indent(indent), "[");
        hex_lines(page, indent, tlv.after(TLV).bytes());
        put!(page, "\n", Indent(indent), "]");
    }
    Ok(true)
}

fn sparse(page: &mut Page<'_>, mut rest: Cursor<'_>, indent: usize) -> Shown<bool> {
    if rest.len() < ILV {
        put!(page, "Error: BAD SPARSEDATA-TLV!\n");
        return Ok(false);
    }
    while !rest.is_empty() {
        let whole = match rest.peek_u32(4) {
            Ok(length) if rest.len() >= ILV => usize::try_from(length).unwrap_or(usize::MAX),
            _ => 0,
        };
        if let Some(found) = fault(whole, rest.len(), ILV) {
            put!(page, "Error: ", found, ", rlen ", rest.len(), "\n");
            return Ok(false);
        }
        if page.verbose(3) {
            put!(
                page,
                "\n",
                Indent(indent - 1),
                " ILV: type ",
                Hex(rest.peek_u32(0)?.into())
            );
            put!(page, " length ", whole, "\n");
            page.hex("\t\t[", rest.limited(whole).after(ILV).bytes());
        }
        rest.advance(aligned(whole));
    }
    Ok(true)
}

fn result(page: &mut Page<'_>, mut body: Cursor<'_>, indent: usize) -> Shown<bool> {
    if body.len() != 4 {
        put!(page, "illegal RESULT-TLV: ", body.len(), " bytes!\n");
        return Ok(false);
    }
    let code = body.u8()?;
    let Some(name) = name_of(RESULT_CODES, code) else {
        put!(page, "illegal reserved result code: 0x", Hex(code.into()), "!\n");
        return Ok(false);
    };
    if page.verbose(3) {
        put!(
            page,
            Indent(indent),
            "  Result: ",
            name,
            " (code 0x",
            Hex(code.into()),
            ")\n"
        );
    }
    Ok(true)
}

/// Says where the data is not what the flags and the operation promise.
fn complain_about_encoding(page: &mut Page<'_>, kind: u16, mask: u16) {
    let own = match kind {
        FULLDATA => FULL,
        SPARSEDATA => SPARSE,
        RESULTS => RESULT,
        _ => 0,
    };
    if kind == PATH {
    } else if mask & KEY != 0 {
        if kind != KEYS {
            put!(page, "Based on flags expected KEYINFO TLV!\n");
        }
    } else if mask & own == 0 {
        put!(
            page,
            "Illegal DATA encoding for type 0x",
            Hex(kind.into()),
            " programmed ",
            Hex(own.into())
        );
        put!(page, " got ", Hex(mask.into()), "\n");
    }
}

/// Lines of hexadecimal, each after so many blanks.
pub(super) fn hex_lines(page: &mut Page<'_>, indent: usize, bytes: &[u8]) {
    const BLANKS: &str = "\n                                                                               ";
    let blanks = BLANKS.get(..=indent).unwrap_or(BLANKS);
    page.hex(blanks, bytes);
}

/// The header of an element whose type and length have 32 bits.
pub(super) const ILV: usize = 8;
/// What selects from a table.
const SELECTOR: usize = 12;

/// What may be at the end of a path, as bits, and what its flags say.
pub(super) const FULL: u16 = 0x01;
pub(super) const SPARSE: u16 = 0x02;
pub(super) const RESULT: u16 = 0x04;
const KEY: u16 = 0x08;
const APPEND: u16 = 0x10;
const RANGE: u16 = 0x20;

/// Types of TLVs.
const PATH: u16 = 0x110;
const KEYS: u16 = 0x111;
const FULLDATA: u16 = 0x112;
const SPARSEDATA: u16 = 0x113;
const RESULTS: u16 = 0x114;

const RESULT_CODES: &[(u8, &str)] = &[
    (0x00, "SUCCESS"),
    (0x01, "INVALID HEADER"),
    (0x02, "LENGTH MISMATCH"),
    (0x03, "VERSION MISMATCH"),
    (0x04, "INVALID DESTINATION PID"),
    (0x05, "LFB UNKNOWN"),
    (0x06, "LFB NOT FOUND"),
    (0x07, "LFB INSTANCE ID NOT FOUND"),
    (0x08, "INVALID PATH"),
    (0x09, "COMPONENT DOES NOT EXIST"),
    (0x0a, "EXISTS ALREADY"),
    (0x0b, "NOT FOUND"),
    (0x0c, "READ ONLY"),
    (0x0d, "INVALID ARRAY CREATION"),
    (0x0e, "VALUE OUT OF RANGE"),
    (0x0f, "CONTENTS TOO LONG"),
    (0x10, "INVALID PARAMETERS"),
    (0x11, "INVALID MESSAGE TYPE"),
    (0x12, "INVALID FLAGS"),
    (0x13, "INVALID TLV"),
    (0x14, "EVENT ERROR"),
    (0x15, "NOT SUPPORTED"),
    (0x16, "MEMORY ERROR"),
    (0x17, "INTERNAL ERROR"),
    (0xff, "UNSPECIFIED ERROR"),
];
