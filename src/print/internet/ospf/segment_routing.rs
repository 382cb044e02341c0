//! Segment routing (RFC 8665), and the prefixes that its identifiers are told for (RFC 7684).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Label, name_of, put, put_bits};

/// Prints what a router says of the segments that it knows: the value of a TLV of its Router Information.
pub(super) fn capability(page: &mut Page<'_>, kind: u16, mut value: Cursor<'_>) -> Shown {
    match kind {
        ALGORITHMS => {
            while !value.is_empty() {
                put!(page, "\n\t      ");
                algorithm(page, value.u8()?);
            }
        }
        PREFERENCE => put!(page, "\n\t      SRMS Preference: ", value.u8()?),
        _ => {
            put!(page, "\n\t      Range size: ", value.u24()?);
            value.skip(1)?;
            while let Some((kind, mut value)) =
                part(page, ("\n\t      ", " subTLV ("), LABEL_PARTS, &mut value)?
            {
                match (kind, value.len()) {
                    (1, 3) => put!(page, "\n\t\tLabel: ", value.u24()?),
                    (1, 4) => put!(page, "\n\t\tSID: ", value.u32()?),
                    _ => unknown(page, "\n\t\t", value),
                }
            }
        }
    }
    Ok(())
}

/// Prints the TLVs of an Extended Prefix advertisement; false if a length in it cannot be.
pub(super) fn prefixes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    while let Some((kind, value)) = part(page, ("\n\t    ", " TLV ("), PREFIX_TLVS, &mut rest)? {
        match kind {
            1 => prefix(page, value)?,
            _ => unknown(page, "\n\t      ", value),
        }
    }
    Ok(rest.is_empty())
}

fn prefix(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (route, length) = (rest.u8()?, rest.u8()?);
    rest.skip(1)?;
    let (flags, address) = (rest.u8()?, rest.ipv4()?);
    put!(
        page,
        "\n\t      IPv4 prefix:     ",
        address,
        "/",
        length,
        ", Route Type: "
    );
    put!(page, name_of(ROUTES, route).unwrap_or("Unknown"), ", Flags [");
    put_bits(page.out, PREFIX_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    while let Some((kind, mut value)) = part(page, ("\n\t\t", " subTLV ("), PREFIX_PARTS, &mut rest)? {
        if kind != 2 || !matches!(value.len(), 7 | 8) {
            unknown(page, "\n\t\t  ", value);
            continue;
        }
        let flags = value.u8()?;
        value.skip(1)?;
        let (topology, by) = (value.u8()?, value.u8()?);
        match value.len() {
            3 => put!(page, "\n\t\t  Label: ", value.u24()?),
            _ => put!(page, "\n\t\t  Index: ", value.u32()?),
        }
        put!(page, ", MT-ID: ", topology, ", Algorithm: ");
        algorithm(page, by);
        put!(page, ", Flags [");
        put_bits(page.out, SID_FLAGS, flags.into(), ", ", "none");
        put!(page, "]");
    }
    Ok(())
}

/// The next part of `rest`, of which type, length and the name in `names` are printed; it is followed by what fills it
/// up to four bytes. `None` at the end, or after a length that cannot be, which is said.
fn part<'a>(
    page: &mut Page<'_>,
    (indent, what): (&str, &str),
    names: &[(u16, &'static str)],
    rest: &mut Cursor<'a>,
) -> Shown<Option<(u16, Cursor<'a>)>> {
    if rest.is_empty() {
        return Ok(None);
    }
    let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
    let name = name_of(names, kind).unwrap_or("unknown");
    put!(
        page,
        Label(indent),
        name,
        Label(what),
        kind,
        "), length: ",
        length,
        ", value: "
    );
    if length > rest.len() {
        put!(
            page,
            Label(indent),
            "Bogus length ",
            length,
            " > remaining length ",
            rest.len()
        );
        return Ok(None);
    }
    rest.need(length)?;
    let value = rest.sub(length);
    rest.advance(length.next_multiple_of(4) - length);
    Ok(Some((kind, value)))
}

fn unknown(page: &mut Page<'_>, indent: &str, value: Cursor<'_>) {
    if !page.verbose(2) {
        page.hex(indent, value.bytes());
    }
}

fn algorithm(page: &mut Page<'_>, number: u8) {
    let name = name_of(
        &[(0, "Shortest Path First"), (1, "Strict Shortest Path First")],
        number,
    );
    put!(page, name.unwrap_or("unknown"), " (", number, ")");
}

pub(super) const ALGORITHMS: u16 = 8;
pub(super) const LABEL_RANGE: u16 = 9;
pub(super) const LOCAL_BLOCK: u16 = 14;
pub(super) const PREFERENCE: u16 = 15;

const LABEL_PARTS: &[(u16, &str)] = &[(1, "SID/Label")];
const PREFIX_TLVS: &[(u16, &str)] = &[(1, "Extended Prefix")];
const PREFIX_PARTS: &[(u16, &str)] = &[(2, "Prefix-SID")];
const ROUTES: &[(u8, &str)] = &[
    (0, "Unspecified"),
    (1, "Intra-Area"),
    (3, "Inter-Area"),
    (5, "AS External"),
    (7, "NSSA External"),
];
const PREFIX_FLAGS: &[(u32, &str)] = &[(0x80, "Attach"), (0x40, "Node")];
const SID_FLAGS: &[(u32, &str)] = &[
    (0x40, "No-PHP"),
    (0x20, "Mapping Server"),
    (0x10, "Explicit NULL"),
    (0x08, "Value"),
    (0x04, "Local"),
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
        let prefix = [0, 1, 0, 20, 3, 24, 0, 0x40, 10, 1, 2, 0];
        let sid = [0, 2, 0, 8, 0x60, 0, 0, 1, 0, 0, 0, 7];
        assert_eq!(
            told(7, &[&prefix[..], &sid].concat()),
            "\n\t    Extended Prefix TLV (1), length: 20, value: \
             \n\t      IPv4 prefix:     10.1.2.0/24, Route Type: Inter-Area, Flags [Node]\
             \n\t\tPrefix-SID subTLV (2), length: 8, value: \
             \n\t\t  Index: 7, MT-ID: 0, Algorithm: Strict Shortest Path First (1), Flags [No-PHP, Mapping Server]"
        );
    }
}
