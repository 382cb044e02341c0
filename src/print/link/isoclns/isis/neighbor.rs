//! Neighbours of a router and the attributes of the links to them (RFC 5305, RFC 5307, RFC 8667).

use super::{Id, NODE, SYSTEM};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::gmpls;
use crate::print::text::{Fixed, Hex4, HexPad, name_of, put, put_bits};

/// Prints a neighbour, of what is `left` of the value around it. Returns how many bytes it took.
pub(super) fn extended(page: &mut Page<'_>, entry: Cursor<'_>, alias: bool, left: usize) -> Shown<usize> {
    let mut rest = entry;
    let mut left = Left(left);
    let id = rest.take(NODE)?;
    left.less(NODE)?;
    put!(page, "\n\t      IS Neighbor: ", Id(id));
    // An alias is as far as what it is for.
    if !alias {
        let metric = rest.u24()?;
        left.less(3)?;
        put!(page, ", Metric: ", metric);
    }
    let mut values = usize::from(rest.u8()?);
    left.less(1)?;
    if values == 0 {
        put!(page, ", no sub-TLVs present");
        return Ok(taken(entry, rest));
    }
    put!(page, ", sub-TLVs present (", values, ")");
    while values != 0 {
        rest.need(2)?;
        if left.0 < 2 {
            put!(page, INDENT, "Remaining data in TLV shorter than a subTLV header");
            return Ok(taken(entry, rest) + left.0);
        }
        if values < 2 {
            put!(
                page,
                INDENT,
                "Remaining data in subTLVs shorter than a subTLV header"
            );
            return Ok(taken(entry, rest) + values);
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        left.0 -= 2;
        values -= 2;
        put!(
            page,
            INDENT,
            name_of(ATTRIBUTES, kind).unwrap_or("unknown"),
            " subTLV #",
            kind
        );
        put!(page, ", length: ", length);
        if values < length {
            put!(
                page,
                " (remaining data in subTLVs shorter than the current subTLV)"
            );
            return Ok(taken(entry, rest) + values);
        }
        if left.0 < length {
            put!(page, " (> remaining tlv length)");
            return Ok(taken(entry, rest) + left.0);
        }
        rest.need(length)?;
        let shown = attribute(page, kind, rest, length)?;
        rest.advance(length);
        values -= length;
        // What was shown field by field is not taken off here, in the text that we match.
        left.0 -= length - shown;
    }
    Ok(taken(entry, rest))
}

fn taken(entry: Cursor<'_>, rest: Cursor<'_>) -> usize {
    entry.captured() - rest.captured()
}

/// How much is left of the value around a neighbour; to need more is to be cut off.
struct Left(usize);

impl Left {
    fn less(&mut self, count: usize) -> Shown {
        self.0 = self.0.checked_sub(count).ok_or(Stop::Truncated)?;
        Ok(())
    }
}

/// Prints an attribute of a link. Returns how many of its bytes were passed over on the way.
fn attribute(page: &mut Page<'_>, kind: u8, rest: Cursor<'_>, length: usize) -> Shown<usize> {
    match kind {
        ADMINISTRATIVE_GROUP | LOCAL_REMOTE | REMOTE if length >= 4 => {
            put!(page, ", 0x", HexPad(rest.peek_u32(0)?.into(), 8));
            if length == 8 {
                put!(page, ", 0x", HexPad(rest.peek_u32(4)?.into(), 8));
            }
        }
        IPV4_INTERFACE | IPV4_NEIGHBOR if length >= 4 => {
            put!(page, ", ");
            page.host(rest.peek_ipv4()?);
        }
        MAXIMUM_BANDWIDTH | RESERVABLE_BANDWIDTH if length >= 4 => {
            put!(page, ", ", bandwidth(rest)?, " Mbps");
        }
        UNRESERVED_BANDWIDTH if length >= 32 => {
            for class in 0..8_usize {
                put!(
                    page,
                    INDENT,
                    "  TE-Class ",
                    class,
                    ": ",
                    bandwidth(rest.after(class * 4))?,
                    " Mbps"
                );
            }
            return Ok(32);
        }
        CONSTRAINTS | OLD_CONSTRAINTS if length > 0 => return constraints(page, rest, length),
        METRIC if length >= 3 => put!(page, ", ", rest.after(0).u24()?),
        LINK_ATTRIBUTE if length == 2 => {
            let bits = rest.peek_u16(0)?;
            put!(page, ", [ ");
            put_bits(page.out, LINK_ATTRIBUTES, bits.into(), ", ", "Unknown");
            put!(page, " ] (0x", Hex4(bits), ")");
        }
        PROTECTION if length >= 2 => {
            put!(page, ", ");
            put_bits(page.out, gmpls::PROTECTION, rest.peek_u8(0)?.into(), ", ", "none");
            put!(page, ", Priority ", rest.peek_u8(1)?);
        }
        BRIDGING_METRIC if length >= 6 => {
            put!(page, ", LM: ", rest.after(0).u24()?, ", P: ", rest.peek_u8(3)?);
            put!(page, ", P-ID: ", rest.peek_u16(4)?);
            return Ok(4);
        }
        SWITCHING if length >= 36 => return switching(page, rest, length),
        SEGMENT if length >= 8 => return segment(page, rest, length),
        // One that is known and too short has no text.
        ADMINISTRATIVE_GROUP | LOCAL_REMOTE | REMOTE | IPV4_INTERFACE | IPV4_NEIGHBOR | MAXIMUM_BANDWIDTH
        | RESERVABLE_BANDWIDTH | UNRESERVED_BANDWIDTH | CONSTRAINTS | OLD_CONSTRAINTS | METRIC
        | LINK_ATTRIBUTE | PROTECTION | BRIDGING_METRIC | SWITCHING | SEGMENT => {}
        _ => page.hex("\n\t\t    ", rest.limited(length).bytes()),
    }
    Ok(0)
}

/// A bandwidth in bytes a second, as millions of bits.
fn bandwidth(rest: Cursor<'_>) -> Shown<Fixed> {
    let bytes = f32::from_bits(rest.peek_u32(0)?);
    Ok(Fixed((bytes * 8.0 / 1_000_000.0).into(), 3))
}

fn constraints(page: &mut Page<'_>, rest: Cursor<'_>, length: usize) -> Shown<usize> {
    let model = rest.peek_u8(0)?;
    let name = name_of(gmpls::BANDWIDTH_MODELS, model).unwrap_or("unknown");
    put!(
        page,
        INDENT,
        "Bandwidth Constraints Model ID: ",
        name,
        " (",
        model,
        ")"
    );
    let classes = (length - 1) / 4;
    for class in 0..classes {
        let bandwidth = bandwidth(rest.after(1 + class * 4))?;
        put!(
            page,
            INDENT,
            "  Bandwidth constraint CT",
            class,
            ": ",
            bandwidth,
            " Mbps"
        );
    }
    Ok(1 + classes * 4)
}

fn switching(page: &mut Page<'_>, rest: Cursor<'_>, length: usize) -> Shown<usize> {
    const SHOWN: usize = 36;
    let (capability, encoding) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
    put!(page, INDENT, "  Interface Switching Capability:");
    put!(page, name_of(gmpls::SWITCHING, capability).unwrap_or("Unknown"));
    put!(
        page,
        ", LSP Encoding: ",
        name_of(gmpls::ENCODINGS, encoding).unwrap_or("Unknown")
    );
    put!(page, INDENT, "  Max LSP Bandwidth:");
    for level in 0..8_usize {
        let bandwidth = bandwidth(rest.after(4 + level * 4))?;
        put!(
            page,
            INDENT,
            "    priority level ",
            level,
            ": ",
            bandwidth,
            " Mbps"
        );
    }
    let (rest, left) = (rest.after(SHOWN), length - SHOWN);
    match capability {
        1..=4 if left >= 6 => {
            put!(page, INDENT, "  Min LSP Bandwidth: ", bandwidth(rest)?, " Mbps");
            put!(page, INDENT, "  Interface MTU: ", rest.peek_u16(4)?);
        }
        TIME_DIVISION if left >= 8 => {
            put!(page, INDENT, "  Min LSP Bandwidth: ", bandwidth(rest)?, " Mbps");
            let indication = rest.peek_u8(4)?;
            put!(page, INDENT, "  Indication ");
            match name_of(gmpls::TIME_DIVISION, indication) {
                Some(name) => put!(page, name),
                None => put!(page, "Unknown (", indication, ")"),
            }
        }
        1..=4 | TIME_DIVISION => {}
        _ => page.hex("\n\t\t    ", rest.limited(left).bytes()),
    }
    Ok(SHOWN)
}

/// A segment to one neighbour on a LAN.
fn segment(page: &mut Page<'_>, mut rest: Cursor<'_>, length: usize) -> Shown<usize> {
    let flags = rest.u8()?;
    put!(page, INDENT, "  Flags: [");
    put_bits(page.out, SEGMENT_FLAGS, flags.into(), ", ", "none");
    put!(page, "]", INDENT, "  Weight: ", rest.u8()?);
    if length - 2 >= SYSTEM {
        put!(page, INDENT, "  Neighbor System-ID: ", Id(rest.take(SYSTEM)?));
    }
    match (flags & 0x20 != 0, flags & 0x10 != 0) {
        (true, true) => put!(page, INDENT, "  Label: ", rest.u24()?),
        (false, false) => put!(page, INDENT, "  Index: ", rest.u32()?),
        _ => page.invalid(),
    }
    Ok(2)
}

const INDENT: &str = "\n\t        ";

const ADMINISTRATIVE_GROUP: u8 = 3;
const LOCAL_REMOTE: u8 = 4;
const REMOTE: u8 = 5;
const IPV4_INTERFACE: u8 = 6;
const IPV4_NEIGHBOR: u8 = 8;
const MAXIMUM_BANDWIDTH: u8 = 9;
const RESERVABLE_BANDWIDTH: u8 = 10;
const UNRESERVED_BANDWIDTH: u8 = 11;
const OLD_CONSTRAINTS: u8 = 12;
const METRIC: u8 = 18;
const LINK_ATTRIBUTE: u8 = 19;
const PROTECTION: u8 = 20;
const SWITCHING: u8 = 21;
const CONSTRAINTS: u8 = 22;
const BRIDGING_METRIC: u8 = 29;
const SEGMENT: u8 = 32;
const CISCO: &str = "Reserved for cisco specific extensions";
const ATTRIBUTES: &[(u8, &str)] = &[
    (ADMINISTRATIVE_GROUP, "Administrative groups"),
    (LOCAL_REMOTE, "Link Local/Remote Identifier"),
    (REMOTE, "Link Remote Identifier"),
    (IPV4_INTERFACE, "IPv4 interface address"),
    (IPV4_NEIGHBOR, "IPv4 neighbor address"),
    (MAXIMUM_BANDWIDTH, "Maximum link bandwidth"),
    (RESERVABLE_BANDWIDTH, "Reservable link bandwidth"),
    (UNRESERVED_BANDWIDTH, "Unreserved bandwidth"),
    (METRIC, "Traffic Engineering Metric"),
    (LINK_ATTRIBUTE, "Link Attribute"),
    (PROTECTION, "Link Protection Type"),
    (SWITCHING, "Interface Switching Capability"),
    (OLD_CONSTRAINTS, "Bandwidth Constraints (old)"),
    (CONSTRAINTS, "Bandwidth Constraints"),
    (SEGMENT, "LAN Adjacency Segment Identifier"),
    (BRIDGING_METRIC, "SPB Metric"),
    (250, CISCO),
    (251, CISCO),
    (252, CISCO),
    (253, CISCO),
    (254, CISCO),
    (255, "Reserved for future expansion"),
];

/// The switching capability that has an indication of its own.
const TIME_DIVISION: u8 = 100;

const LINK_ATTRIBUTES: &[(u32, &str)] = &[
    (0x01, "Local Protection Available"),
    (0x02, "Link excluded from local protection path"),
    (0x04, "Local maintenance required"),
];

const SEGMENT_FLAGS: &[(u32, &str)] = &[
    (0x80, "Address family IPv6"),
    (0x40, "Backup"),
    (0x20, "Value"),
    (0x10, "Local significance"),
    (0x08, "Set of adjacencies"),
    (0x04, "Persistent"),
];
