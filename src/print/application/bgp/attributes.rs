//! The attributes of a path (RFC 4271 section 5).

use super::as_number::put_as;
use super::{Cut, Told, bgpsec, communities, multiprotocol, pmsi, room, unknown};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put, put_bits};

/// Prints the value of an attribute that is `level` sets of attributes deep.
pub(super) fn print(page: &mut Page<'_>, kind: u8, value: Cursor<'_>, level: u8) -> Told {
    let mut rest = value;
    let mut dumped = value.len();
    match kind {
        ORIGIN if value.len() == 1 => {
            let name = name_of(&[(0, "IGP"), (1, "EGP"), (2, "Incomplete")], rest.u8()?);
            put!(page, name.unwrap_or("Unknown Origin Typecode"));
        }
        AS_PATH | AS4_PATH if value.is_empty() => put!(page, "empty"),
        AS_PATH | AS4_PATH if value.len().is_multiple_of(2) => as_path(page, kind, value)?,
        NEXT_HOP | ORIGINATOR_ID if value.len() == 4 => page.host(rest.ipv4()?),
        MULTI_EXIT_DISC | LOCAL_PREF if value.len() == 4 => put!(page, rest.u32()?),
        ATOMIC_AGGREGATE if value.is_empty() => {}
        AGGREGATOR if matches!(value.len(), 6 | 8) => {
            room(value, value.len())?;
            aggregator(page, value)?;
        }
        AGGREGATOR4 if value.len() == 8 => aggregator(page, value)?,
        COMMUNITIES if value.len().is_multiple_of(4) => communities::print(page, value)?,
        CLUSTER_LIST if value.len().is_multiple_of(4) => {
            while !rest.is_empty() {
                page.host(rest.ipv4()?);
                put!(page, if rest.is_empty() { "" } else { ", " });
            }
        }
        ORIGIN | AS_PATH | AS4_PATH | NEXT_HOP | ORIGINATOR_ID | MULTI_EXIT_DISC | LOCAL_PREF
        | ATOMIC_AGGREGATE | AGGREGATOR | AGGREGATOR4 | COMMUNITIES | CLUSTER_LIST => {
            put!(page, "invalid len");
        }
        MP_REACH => multiprotocol::reach(page, value)?,
        MP_UNREACH => multiprotocol::unreach(page, value)?,
        EXTENDED_COMMUNITIES if value.len().is_multiple_of(8) => communities::extended(page, value)?,
        PMSI_TUNNEL => pmsi::print(page, value)?,
        AIGP => accumulated_metric(page, value)?,
        ATTR_SET => dumped = set(page, value, level)?,
        LARGE_COMMUNITY if !value.is_empty() && value.len().is_multiple_of(12) => {
            communities::large(page, value)?;
            dumped = 0;
        }
        BGPSEC_PATH => {
            if !bgpsec::print(page, value)? {
                page.invalid();
                return Ok(());
            }
        }
        OTC if value.len() >= 4 => put!(page, "\n\t    OTC ", rest.u32()?),
        EXTENDED_COMMUNITIES | LARGE_COMMUNITY | OTC => put!(page, "invalid len"),
        _ => {
            room(value, value.len())?;
            put!(page, "\n\t    no Attribute ", kind, " decoder");
            if !page.verbose(2) {
                unknown(page, "\n\t    ", value);
            }
        }
    }
    if page.verbose(2) && dumped > 0 {
        let shown = value.claiming(dumped);
        room(shown, dumped)?;
        unknown(page, "\n\t    ", shown);
    }
    Ok(())
}

/// How many bytes the length of an attribute has.
pub(super) fn width_of_length(flags: u8) -> usize {
    if flags & EXTENDED_LENGTH != 0 { 2 } else { 1 }
}

/// Reads the length of an attribute.
pub(super) fn length(rest: &mut Cursor<'_>, flags: u8) -> Shown<usize> {
    if flags & EXTENDED_LENGTH != 0 {
        rest.u16().map(usize::from)
    } else {
        rest.u8().map(usize::from)
    }
}

/// Prints what an attribute is; its flags only if there are any.
pub(super) fn begin(page: &mut Page<'_>, before: &str, flags: u8, kind: u8, length: usize) {
    let name = name_of(ATTRIBUTES, kind).unwrap_or("Unknown Attribute");
    put!(page, before, name, " (", kind, "), length: ", length);
    if flags == 0 {
        return;
    }
    put!(page, ", Flags [");
    put_bits(page.out, FLAGS, flags.into(), "", "");
    if flags & 0x0f != 0 {
        put!(page, "+", Hex((flags & 0x0f).into()));
    }
    put!(page, "]");
}

/// Prints the segments of a path. Numbers have four bytes unless the path makes sense with two.
fn as_path(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Told {
    let wide = kind == AS4_PATH || !is_path_of_short_numbers(value)?;
    let mut rest = value;
    while !rest.is_empty() {
        let (kind, count) = (rest.u8()?, rest.u8()?);
        let (open, close) = match kind {
            1 => ("{ ", "}"),
            2 => ("", ""),
            3 => ("( ", ")"),
            4 => ("({ ", "})"),
            _ => ("?", "?"),
        };
        put!(page, open);
        for _ in 0..count {
            if !rest.has(if wide { 4 } else { 2 }) {
                return Err(Cut::Message);
            }
            let number = if wide { rest.u32()? } else { rest.u16()?.into() };
            put_as(page, number);
            put!(page, " ");
        }
        put!(page, close);
    }
    Ok(())
}

fn is_path_of_short_numbers(value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    while !rest.is_empty() {
        if !matches!(rest.u8()?, 1..=4) {
            return Ok(false);
        }
        let size = usize::from(rest.u8()?) * 2;
        if size > rest.len() {
            return Ok(false);
        }
        rest.advance(size);
    }
    Ok(true)
}

fn aggregator(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    let number = if value.len() == 6 {
        rest.u16()?.into()
    } else {
        rest.u32()?
    };
    let origin = rest.ipv4()?;
    put!(page, " AS #");
    put_as(page, number);
    put!(page, ", origin ");
    page.host(origin);
    Ok(())
}

/// Prints the accumulated metric of the interior protocols (RFC 7311).
fn accumulated_metric(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    let mut rest = value;
    while rest.len() >= 3 {
        let (kind, length) = (rest.u8()?, usize::from(rest.u16()?));
        let name = if kind == 1 { "AIGP" } else { "Unknown" };
        put!(page, "\n\t    ", name, " TLV (", kind, "), length ", length);
        let length = length.checked_sub(3).ok_or(Cut::Message)?;
        if rest.len() < length || (kind == 1 && length < 8) {
            return Err(Cut::Message);
        }
        if kind == 1 {
            put!(page, ", metric ", rest.after(0).u64()?);
        } else if !page.verbose(2) {
            unknown(page, "\n\t      ", rest.claiming(length));
        }
        rest.advance(length);
    }
    Ok(())
}

/// Prints the attributes that a route had at the customer's (RFC 6368), and returns how many bytes were left.
fn set(page: &mut Page<'_>, value: Cursor<'_>, level: u8) -> Told<usize> {
    let mut rest = value;
    room(rest, 4)?;
    put!(page, "\n\t    Origin AS: ");
    put_as(page, rest.u32()?);
    while !rest.is_empty() {
        if !rest.has(2) {
            return Err(Cut::Message);
        }
        if rest.len() < 2 {
            put!(page, " [path attr too short]");
            break;
        }
        let (flags, kind) = (rest.u8()?, rest.u8()?);
        let width = width_of_length(flags);
        if !rest.has(width) {
            return Err(Cut::Message);
        }
        if rest.len() < width {
            put!(page, " [path attr too short]");
            break;
        }
        let size = length(&mut rest, flags)?;
        begin(page, "\n\t      ", flags, kind, size);
        put!(page, ": ");
        if rest.len() < size {
            put!(page, " [path attr too short]");
            break;
        }
        if level == DEEPEST {
            put!(page, "(too many nested levels, not recursing)");
        } else {
            print(page, kind, rest.claiming(size), level + 1)?;
        }
        rest.advance(size);
    }
    Ok(rest.len())
}

/// How many sets may be in each other.
const DEEPEST: u8 = 10;

const EXTENDED_LENGTH: u8 = 0x10;
const FLAGS: &[(u32, &str)] = &[(0x80, "O"), (0x40, "T"), (0x20, "P"), (0x10, "E")];

const ORIGIN: u8 = 1;
const AS_PATH: u8 = 2;
const NEXT_HOP: u8 = 3;
const MULTI_EXIT_DISC: u8 = 4;
const LOCAL_PREF: u8 = 5;
const ATOMIC_AGGREGATE: u8 = 6;
const AGGREGATOR: u8 = 7;
const COMMUNITIES: u8 = 8;
const ORIGINATOR_ID: u8 = 9;
const CLUSTER_LIST: u8 = 10;
const MP_REACH: u8 = 14;
const MP_UNREACH: u8 = 15;
const EXTENDED_COMMUNITIES: u8 = 16;
const AS4_PATH: u8 = 17;
const AGGREGATOR4: u8 = 18;
const PMSI_TUNNEL: u8 = 22;
const AIGP: u8 = 26;
const LARGE_COMMUNITY: u8 = 32;
const BGPSEC_PATH: u8 = 33;
const OTC: u8 = 35;
const ATTR_SET: u8 = 128;

const ATTRIBUTES: &[(u8, &str)] = &[
    (ORIGIN, "Origin"),
    (AS_PATH, "AS Path"),
    (AS4_PATH, "AS4 Path"),
    (NEXT_HOP, "Next Hop"),
    (MULTI_EXIT_DISC, "Multi Exit Discriminator"),
    (LOCAL_PREF, "Local Preference"),
    (ATOMIC_AGGREGATE, "Atomic Aggregate"),
    (AGGREGATOR, "Aggregator"),
    (AGGREGATOR4, "Aggregator4"),
    (COMMUNITIES, "Community"),
    (ORIGINATOR_ID, "Originator ID"),
    (CLUSTER_LIST, "Cluster List"),
    (MP_REACH, "Multi-Protocol Reach NLRI"),
    (MP_UNREACH, "Multi-Protocol Unreach NLRI"),
    (EXTENDED_COMMUNITIES, "Extended Community"),
    (PMSI_TUNNEL, "PMSI Tunnel"),
    (23, "Tunnel Encapsulation"),
    (24, "Traffic Engineering"),
    (25, "IPv6 Extended Community"),
    (AIGP, "Accumulated IGP Metric"),
    (27, "PE Distinguisher Label"),
    (28, "Entropy Label"),
    (LARGE_COMMUNITY, "Large Community"),
    (BGPSEC_PATH, "BGPsec Path"),
    (OTC, "Only to Customer (OTC)"),
    (ATTR_SET, "Attribute Set"),
    (255, "Reserved for development"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    #[test]
    fn paths_have_short_or_long_numbers() {
        assert_eq!(attribute(1, 2, &[2, 2, 0, 1, 0, 2, 1, 1, 0, 3]), "1 2 { 3 }");
        assert_eq!(attribute(1, 2, &[2, 1, 0, 1, 0, 0]), "65536 ");
        assert_eq!(attribute(1, 17, &[3, 1, 0, 0, 0, 2]), "( 2 )");
        assert_eq!(attribute(1, 2, &[]), "empty");
    }

    #[test]
    fn simple_values_have_their_lengths() {
        assert_eq!(attribute(1, 1, &[2]), "Incomplete");
        assert_eq!(attribute(1, 4, &[0, 0, 1, 0]), "256");
        assert_eq!(attribute(1, 7, &[0, 9, 192, 0, 2, 1]), " AS #9, origin 192.0.2.1");
        assert_eq!(attribute(1, 10, &[1, 1, 1, 1, 2, 2, 2, 2]), "1.1.1.1, 2.2.2.2");
        for kind in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 32, 35] {
            assert_eq!(attribute(1, kind, &[1, 2, 3]), "invalid len", "attribute {kind}");
        }
    }

    #[test]
    fn values_are_dumped_from_vv_on_and_unknown_ones_before() {
        let dump = "\n\t    0x0000:  0000 0100";
        assert_eq!(attribute(2, 4, &[0, 0, 1, 0]), format!("256{dump}"));
        assert_eq!(
            attribute(1, 99, &[0, 0, 1, 0]),
            format!("\n\t    no Attribute 99 decoder{dump}")
        );
        assert_eq!(
            attribute(2, 99, &[0, 0, 1, 0]),
            format!("\n\t    no Attribute 99 decoder{dump}")
        );
    }

    #[test]
    fn sets_are_shown_to_a_depth() {
        let set = [0, 0, 0, 1, 0x40, 1, 1, 0, 0x40, 5, 4, 0];
        assert_eq!(
            attribute(1, 128, &set),
            "\n\t    Origin AS: 1\n\t      Origin (1), length: 1, Flags [T]: IGP\
             \n\t      Local Preference (5), length: 4, Flags [T]:  [path attr too short]"
        );
        let mut nested = vec![0, 0, 0, 1];
        for _ in 0..11 {
            let length = u8::try_from(nested.len()).unwrap();
            nested.splice(0..0, [0, 0, 0, 1, 0, 128, length]);
        }
        assert!(attribute(1, 128, &nested).ends_with("(too many nested levels, not recursing)"));
    }

    #[test]
    fn the_accumulated_metric_is_told() {
        let metric = [1, 0, 11, 0, 0, 0, 0, 0, 0, 1, 0];
        assert_eq!(
            attribute(1, 26, &metric),
            "\n\t    AIGP TLV (1), length 11, metric 256"
        );
        assert!(attribute(1, 26, &[1, 0, 2]).ends_with(", length 2 [|bgp]"));
    }
}
