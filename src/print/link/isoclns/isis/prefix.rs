//! Prefixes that a router reaches: those of RFC 1195, and the extended ones (RFC 5305, RFC 5308).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::fields::Metric;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put, put_bits};

/// Prints the entries of RFC 1195. Returns false if the last is too short: no value after this one is shown.
pub(super) fn narrow(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: usize) -> Shown<bool> {
    while left > 0 {
        if left < ENTRY {
            put!(page, "short IPv4 Reachability (", left, " vs ", ENTRY, ")");
            return Ok(false);
        }
        // What is cut off here ends the message without a word.
        if !rest.has(ENTRY) {
            return Ok(false);
        }
        let metrics = rest.array::<4>()?.map(Metric);
        let (prefix, mask) = (rest.ipv4()?, rest.ipv4()?);
        put!(page, INDENT, "IPv4 prefix: ");
        let bits = mask.to_bits();
        if bits.leading_ones() + bits.trailing_zeros() >= 32 {
            page.right(15, |page| page.host(prefix));
            put!(page, "/", bits.leading_ones());
        } else {
            page.host(prefix);
            put!(page, " mask ");
            page.host(mask);
        }
        let [default, others @ ..] = metrics;
        put!(
            page,
            ", Distribution: ",
            if default.0 & 0x80 != 0 { "down" } else { "up" }
        );
        put!(page, ", Metric: ", default);
        for (name, metric) in ["Delay", "Expense", "Error"].into_iter().zip(others) {
            if metric.is_supported() {
                put!(page, INDENT, "  ", name, " Metric: ", metric);
            }
        }
        left -= ENTRY;
    }
    Ok(true)
}

/// Prints an entry with a wide metric. Returns how many bytes it took.
pub(super) fn wide(page: &mut Page<'_>, mut rest: Cursor<'_>, ipv6: bool) -> Shown<usize> {
    let (metric, flags) = (rest.u32()?, rest.u8()?);
    let length = if ipv6 { rest.u8()? } else { flags & 0x3f };
    let (version, limit, fixed) = if ipv6 { ("6", 128, 6) } else { ("4", 32, 5) };
    if length > limit {
        put!(page, INDENT, "IPv", version, " prefix: bad bit length ", length);
        return Err(Stop::Truncated);
    }
    let bytes = rest.take(usize::from(length.div_ceil(8)))?;
    let mut taken = fixed + bytes.len();
    put!(page, INDENT, "IPv", version, " prefix: ");
    if ipv6 {
        page.host(Ipv6Addr::from(padded::<16>(bytes)));
    } else {
        page.right(15, |page| page.host(Ipv4Addr::from(padded::<4>(bytes))));
    }
    put!(
        page,
        "/",
        length,
        ", Distribution: ",
        if flags & 0x80 != 0 { "down" } else { "up" }
    );
    put!(page, ", Metric: ", metric);
    if ipv6 {
        put!(
            page,
            if flags & 0x40 != 0 {
                ", External"
            } else {
                ", Internal"
            }
        );
    }
    if flags & if ipv6 { 0x20 } else { 0x40 } != 0 {
        put!(page, ", sub-TLVs present");
        let values = rest.u8()?;
        taken += usize::from(values) + 1;
        put!(page, " (", values, ")");
        self::values(page, rest, values.into())?;
    }
    Ok(taken)
}

fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut address = [0; N];
    for (to, from) in address.iter_mut().zip(bytes) {
        *to = *from;
    }
    address
}

/// The attributes of a prefix.
fn values(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: u32) -> Shown {
    // A value that is longer than what is left wraps in the text that we match, and ends with the packet.
    while left > 0 {
        let (kind, length) = (rest.u8()?, rest.u8()?);
        put!(
            page,
            INDENT,
            "  ",
            name_of(ATTRIBUTES, kind).unwrap_or("unknown"),
            " subTLV #",
            kind
        );
        put!(page, ", length: ", length);
        if !rest.has(length.into()) || !attribute(page, kind, rest, length.into())? {
            page.truncated();
            return Err(Stop::Truncated);
        }
        rest.advance(length.into());
        left = left.wrapping_sub(u32::from(length) + 2);
    }
    Ok(())
}

/// Prints an attribute. Returns false if it is too short.
fn attribute(page: &mut Page<'_>, kind: u8, mut rest: Cursor<'_>, length: usize) -> Shown<bool> {
    match kind {
        COLOR | TAG => {
            for _ in 0..length / 4 {
                let tag = rest.u32()?;
                put!(page, ", 0x", HexPad(tag.into(), 8), " (=", tag, ")");
            }
        }
        LONG_TAG => {
            for _ in 0..length / 8 {
                put!(page, ", 0x", HexPad(rest.u64()?, 16));
            }
        }
        SEGMENT => {
            let (flags, algorithm) = (rest.u8()?, rest.u8()?);
            let label = flags & 0x08 != 0;
            if length < if label { 5 } else { 6 } {
                return Ok(false);
            }
            let id = if label { rest.u24()? } else { rest.u32()? };
            put!(page, ", Flags [");
            put_bits(page.out, SEGMENT_FLAGS, flags.into(), ", ", "None");
            let name = name_of(&[(0, "SPF"), (1, "strict-SPF")], algorithm).unwrap_or("Unknown");
            put!(page, "], Algo ", name, " (", algorithm);
            put!(page, if label { "), label " } else { "), index " }, id);
        }
        _ => page.hex("\n\t\t    ", rest.limited(length).bytes()),
    }
    Ok(true)
}

const INDENT: &str = "\n\t      ";

/// The length of an entry of RFC 1195.
const ENTRY: usize = 12;

const TAG: u8 = 1;
const LONG_TAG: u8 = 2;
const SEGMENT: u8 = 3;
const COLOR: u8 = 117;
const ATTRIBUTES: &[(u8, &str)] = &[
    (TAG, "32-Bit Administrative tag"),
    (LONG_TAG, "64-Bit Administrative tag"),
    (SEGMENT, "Prefix SID"),
    (COLOR, "Management Prefix Color"),
];

const SEGMENT_FLAGS: &[(u32, &str)] = &[
    (0x80, "Readvertisement"),
    (0x40, "Node"),
    (0x20, "No-PHP"),
    (0x10, "Explicit NULL"),
    (0x08, "Value"),
    (0x04, "Local"),
];
