//! Segment routing (RFC 8665), and the prefixes and links that its identifiers are told for (RFC 7684).
//!
//! The peer counts what is left in 32 bits and does not mind when that falls below zero: it reads on to the end of
//! the capture, and so does this.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put, put_bits};

/// Prints what a router says of the segments that it knows: the value of a TLV of its Router Information. False if
/// there is something in it that cannot be, which is told.
pub(super) fn capability(page: &mut Page<'_>, kind: u16, mut value: Cursor<'_>) -> Shown<bool> {
    match kind {
        ALGORITHMS => {
            while !value.is_empty() {
                let number = value.u8()?;
                put!(page, "\n\t      ", algorithm(number), " (", number, ")");
            }
        }
        PREFERENCE => put!(page, "\n\t      SRMS Preference: ", value.u8()?),
        _ => {
            let mut left = Left::of(value.len());
            value.need(4).inspect_err(|_| page.truncated())?;
            put!(page, "\n\t      Range size: ", value.u24()?);
            value.advance(1);
            left.take(4);
            return labels(page, value, left);
        }
    }
    Ok(true)
}

/// How many bytes are left, or seem to be.
#[derive(Clone, Copy)]
struct Left(u32);

impl Left {
    fn of(length: usize) -> Self {
        Self(u32::try_from(length).unwrap_or(u32::MAX))
    }

    fn take(&mut self, length: usize) {
        self.0 = self.0.wrapping_sub(Self::of(length).0);
    }
}

/// Reads the type and the length of a part; `None` if there is no room, or one of them is 0, which is told.
fn begin(page: &mut Page<'_>, rest: &mut Cursor<'_>, left: &mut Left) -> Shown<Option<(u16, u16)>> {
    let (kind, length) = (rest.u16()?, rest.u16()?);
    left.take(4);
    if kind == 0 || length == 0 {
        page.invalid();
        return Ok(None);
    }
    Ok(Some((kind, length)))
}

/// Passes over a part and what fills it up to four bytes; false if there is no room for that, which is told.
fn end(page: &mut Page<'_>, rest: &mut Cursor<'_>, left: &mut Left, length: u16) -> bool {
    let padded = usize::from(length).next_multiple_of(4);
    if left.0 < Left::of(padded).0 {
        put!(page, "\n\t    Remaining TLV length ", left.0, " < ", padded);
        return false;
    }
    rest.advance(padded);
    left.take(padded);
    true
}

/// The labels that a range begins with.
fn labels(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: Left) -> Shown<bool> {
    while left.0 >= 4 {
        let Some((kind, length)) = begin(page, &mut rest, &mut left)? else {
            return Ok(false);
        };
        let name = name_of(&[(1, "SID/Label")], kind).unwrap_or("unknown");
        put!(page, "\n\t      ", name, " subTLV (", kind, "), length: ", length);
        put!(page, ", value: ");
        if left.0 < length.into() {
            put!(page, "\n\t    Remaining TLV length ", left.0, " < ", length);
            return Ok(false);
        }
        match (kind, length) {
            (1, 3) => put!(page, "\n\t\tLabel: ", rest.after(0).u24()?),
            (1, 4) => put!(page, "\n\t\tSID: ", rest.peek_u32(0)?),
            (1, _) => put!(page, "\n\t\tBogus subTLV length ", length),
            _ => unknown(page, "\n\t\t", rest, length),
        }
        if !end(page, &mut rest, &mut left, length) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Prints the TLVs of an Extended Prefix advertisement; false if there is something that cannot be, which is told.
pub(super) fn prefixes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let mut left = Left::of(rest.len());
    while left.0 >= 4 {
        let Some((kind, length)) = begin(page, &mut rest, &mut left)? else {
            return Ok(false);
        };
        let name = name_of(
            &[(PREFIX, "Extended Prefix"), (RANGE, "Extended Prefix Range")],
            kind,
        );
        put!(
            page,
            "\n\t    ",
            name.unwrap_or("unknown"),
            " TLV (",
            kind,
            "), length: "
        );
        put!(page, length, ", value: ");
        if left.0 < length.into() {
            put!(page, "\n\t    Bogus length ", length, " > ", left.0);
            return Ok(false);
        }
        match kind {
            PREFIX | RANGE if !prefix(page, kind == RANGE, rest, length)? => return Ok(false),
            PREFIX | RANGE => {}
            _ => unknown(page, "\n\t\t", rest, length),
        }
        let padded = usize::from(length).next_multiple_of(4);
        if left.0 < Left::of(padded).0 {
            put!(page, "\n\t    Bogus padded length ", padded, " > ", left.0);
            return Ok(false);
        }
        rest.advance(padded);
        left.take(padded);
    }
    Ok(true)
}

/// Prints a prefix or a range of prefixes.
fn prefix(page: &mut Page<'_>, is_range: bool, from: Cursor<'_>, length: u16) -> Shown<bool> {
    let mut rest = from;
    let (route, bits, family, range, flags) = if is_range {
        let (bits, family, range, flags) = (rest.u8()?, rest.u8()?, rest.u16()?, rest.u8()?);
        rest.advance(3);
        (0, bits, family, range, flags)
    } else {
        let (route, bits, family, flags) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
        (route, bits, family, 0, flags)
    };
    if family != 0 {
        put!(page, "\n\t      Bogus AF ", family);
        return Ok(false);
    }
    if bits > 32 {
        put!(page, "\n\t      IPv4 prefix: bad bit length ", bits);
        return Ok(false);
    }
    let address = rest.ipv4()?;
    put!(page, "\n\t      IPv4 prefix: ");
    page.right(15, |page| page.host(address));
    put!(page, "/", bits);
    if is_range {
        put!(page, ", Range size: ", range);
    } else {
        put!(
            page,
            ", Route Type: ",
            name_of(ROUTES, route).unwrap_or("Unknown")
        );
    }
    put!(page, ", Flags [");
    put_bits(page.out, &[(0x80, "Inter-Area")], flags.into(), ", ", "none");
    put!(page, "]");
    if length <= 12 {
        return Ok(true);
    }
    let mut left = Left(length.into());
    left.take(if is_range { 12 } else { 8 });
    identifiers(page, rest, left)
}

/// The identifiers of a prefix.
fn identifiers(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: Left) -> Shown<bool> {
    while left.0 >= 4 {
        let Some((kind, length)) = begin(page, &mut rest, &mut left)? else {
            return Ok(false);
        };
        let name = name_of(&[(2, "Prefix-SID")], kind).unwrap_or("unknown");
        put!(
            page,
            "\n\t\t",
            name,
            " subTLV (",
            kind,
            "), length: ",
            length,
            ", value: "
        );
        if left.0 < length.into() {
            put!(page, "\n\t    Remaining TLV length ", left.0, " < ", length);
            return Ok(false);
        }
        match kind {
            2 => identifier(page, rest, length)?,
            _ => unknown(page, "\n\t\t", rest, length),
        }
        if !end(page, &mut rest, &mut left, length) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn identifier(page: &mut Page<'_>, mut value: Cursor<'_>, length: u16) -> Shown {
    let (flags, _, topology, by) = (value.u8()?, value.u8()?, value.u8()?, value.u8()?);
    match length {
        7 => put!(page, "\n\t\t  Label: ", value.u24()?),
        8 => put!(page, "\n\t\t  Index: ", value.u32()?),
        _ => {
            put!(page, "\n\t\tBogus subTLV length ", length);
            return Ok(());
        }
    }
    let name = name_of(ALGORITHM_NAMES, by).unwrap_or("Unknown");
    put!(
        page,
        ", MT-ID: ",
        topology,
        ", Algorithm: ",
        name,
        " (",
        by,
        "), Flags ["
    );
    put_bits(page.out, PREFIX_SID_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    Ok(())
}

/// Prints the TLVs of an Extended Link advertisement; false if one has neither type nor length.
pub(super) fn links(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let mut left = Left::of(rest.len());
    while left.0 >= 4 {
        let (kind, length) = (rest.u16()?, rest.u16()?);
        left.take(4);
        if kind == 0 || length == 0 {
            return Ok(false);
        }
        let name = name_of(&[(1, "Extended Link")], kind).unwrap_or("unknown");
        put!(
            page,
            "\n\t    ",
            name,
            " TLV (",
            kind,
            "), length: ",
            length,
            ", value: "
        );
        match kind {
            1 => link(page, rest, length)?,
            _ => unknown(page, "\n\t      ", rest, length),
        }
        let padded = usize::from(length).next_multiple_of(4);
        rest.advance(padded);
        left.take(padded);
    }
    Ok(true)
}

fn link(page: &mut Page<'_>, mut rest: Cursor<'_>, length: u16) -> Shown {
    let kind = rest.u8()?;
    let name = name_of(LINKS, kind).unwrap_or("unknown");
    put!(page, "\n\t      Link Type: ", name, " (", kind, ")");
    put!(page, "\n\t      Reserved: ", rest.u24()?);
    for what in ["\n\t      Link ID: ", "\n\t      Link Data: "] {
        let address = rest.ipv4()?;
        put!(page, what);
        page.host(address);
    }
    let mut left = Left(length.into());
    left.take(12);
    while left.0 > 0 {
        let (kind, length) = (rest.u16()?, rest.u16()?);
        left.take(4);
        let name = name_of(&[(2, "Adj-SID Sub-TLV")], kind).unwrap_or("unknown");
        put!(
            page,
            "\n\t      ",
            name,
            " (",
            kind,
            "), length: ",
            length,
            ", value: "
        );
        match kind {
            2 => adjacency(page, rest, length)?,
            _ => unknown(page, "\n\t      ", rest, length),
        }
        let padded = usize::from(length).next_multiple_of(4);
        rest.advance(padded);
        left.take(padded);
    }
    Ok(())
}

/// The identifier of an adjacency: a label of this router, or an index.
fn adjacency(page: &mut Page<'_>, from: Cursor<'_>, length: u16) -> Shown {
    let mut value = from;
    let flags = value.u8()?;
    put!(page, "\n\t        Flags: [");
    put_bits(page.out, ADJACENCY_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    put!(page, "\n\t        Reserved: ", value.u8()?);
    put!(page, "\n\t        MT-ID: ", value.u8()?);
    put!(page, "\n\t        Weight: ", value.u8()?);
    match (flags & VALUE != 0, flags & LOCAL != 0) {
        (true, true) => put!(page, "\n\t        SID/Label: ", value.u24()?),
        (false, false) => put!(page, "\n\t        SID/Label: ", value.u32()?),
        _ => {
            put!(page, "\n\t        Invalid V-Flag and L-flag combination");
            page.hex("\n\t      ", from.limited(length.into()).bytes());
        }
    }
    Ok(())
}

fn unknown(page: &mut Page<'_>, indent: &str, value: Cursor<'_>, length: u16) {
    if !page.verbose(2) {
        page.hex(indent, value.limited(length.into()).bytes());
    }
}

fn algorithm(number: u8) -> &'static str {
    name_of(ALGORITHM_NAMES, number).unwrap_or("Unknown")
}

pub(super) const ALGORITHMS: u16 = 8;
pub(super) const LABEL_RANGE: u16 = 9;
pub(super) const LOCAL_BLOCK: u16 = 14;
pub(super) const PREFERENCE: u16 = 15;

const PREFIX: u16 = 1;
const RANGE: u16 = 2;

const ALGORITHM_NAMES: &[(u8, &str)] = &[(0, "Shortest Path First"), (1, "Strict Shortest Path First")];

const ROUTES: &[(u8, &str)] = &[
    (0, "Unspecified"),
    (1, "Intra-Area"),
    (3, "Inter-Area"),
    (5, "AS External"),
    (7, "NSSA External"),
];

const PREFIX_SID_FLAGS: &[(u32, &str)] = &[
    (0x40, "No-PHP"),
    (0x20, "Mapping-Server"),
    (0x10, "Explicit-NULL"),
    (0x08, "Value"),
    (0x04, "Local"),
];

const LINKS: &[(u8, &str)] = &[
    (1, "Point-to-Point Link"),
    (2, "Link to Transit Network"),
    (3, "Link to Stub Network"),
    (4, "Virtual Link"),
];

const VALUE: u8 = 0x40;
const LOCAL: u8 = 0x20;
const ADJACENCY_FLAGS: &[(u32, &str)] = &[
    (0x80, "Backup"),
    (VALUE as u32, "Value/Index"),
    (LOCAL as u32, "Local/Global"),
    (0x10, "Group"),
    (0x08, "Persistent"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{advertisement, packet};
    use crate::print::sample::{assert_every_cut_is_told, ipv4, verbose};
    use crate::wire::LinkType;

    fn told(opaque: u8, body: &[u8]) -> String {
        let update = [vec![0, 0, 0, 1], advertisement(10, [opaque, 0, 0, 0], body)].concat();
        let update = ipv4(89, &packet(4, &update));
        assert_every_cut_is_told(LinkType::RAW, &update);
        let text = verbose(1, LinkType::RAW, &update);
        let (_, text) = text.split_once("\n\t    Options: [External]").unwrap();
        text.to_owned()
    }

    #[test]
    fn routers_tell_their_ranges_and_algorithms() {
        let range = [0, 9, 0, 12, 0, 0, 5, 0, 0, 1, 0, 3, 0, 0x27, 0x10, 0];
        let body = [&[0, 8, 0, 2, 0, 1, 0, 0][..], &range, b"\0\x07\0\x04n\x1b12"].concat();
        assert_eq!(
            told(4, &body),
            "\n\t    SR-Algorithm TLV (8), length: 2, value: \n\t      Shortest Path First (0)\
             \n\t      Strict Shortest Path First (1)\
             \n\t    SID/Label Range TLV (9), length: 12, value: \n\t      Range size: 5\
             \n\t      SID/Label subTLV (1), length: 3, value: \n\t\tLabel: 10000\
             \n\t    Hostname TLV (7), length: 4, value: \n\t      Hostname: n^[12"
        );
    }

    #[test]
    fn prefixes_have_identifiers() {
        let prefix = [0, 1, 0, 20, 3, 24, 0, 0x80, 10, 1, 2, 0];
        let sid = [0, 2, 0, 8, 0x60, 0, 0, 1, 0, 0, 0, 7];
        assert_eq!(
            told(7, &[&prefix[..], &sid].concat()),
            "\n\t    Extended Prefix TLV (1), length: 20, value: \
             \n\t      IPv4 prefix:        10.1.2.0/24, Route Type: Inter-Area, Flags [Inter-Area]\
             \n\t\tPrefix-SID subTLV (2), length: 8, value: \
             \n\t\t  Index: 7, MT-ID: 0, Algorithm: Strict Shortest Path First (1), Flags [No-PHP, Mapping-Server]"
        );
    }
    #[test]
    fn adjacencies_have_labels_or_indices() {
        let link = [0, 1, 0, 23, 1, 0, 0, 0, 192, 0, 2, 9, 10, 0, 0, 1];
        let label = [0, 2, 0, 7, 0x60, 0, 0, 5, 0, 0x5d, 0xc0, 0];
        assert_eq!(
            told(8, &[&link[..], &label].concat()),
            "\n\t    Extended Link TLV (1), length: 23, value: \
             \n\t      Link Type: Point-to-Point Link (1)\n\t      Reserved: 0\
             \n\t      Link ID: 192.0.2.9\n\t      Link Data: 10.0.0.1\
             \n\t      Adj-SID Sub-TLV (2), length: 7, value: \n\t        Flags: [Value/Index, Local/Global]\
             \n\t        Reserved: 0\n\t        MT-ID: 0\n\t        Weight: 5\n\t        SID/Label: 24000 [|ospf2]"
        );
    }
}
