//! Link state advertisements of version 3 (RFC 5340 appendix A.4).

use std::net::Ipv6Addr;

use super::version3::options_line;
use super::{engineering, restart};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexPad, name_of, put, put_bits};

/// Prints the header of an advertisement.
pub(super) fn header(page: &mut Page<'_>, from: Cursor<'_>) -> Shown {
    room(from, HEADER)?;
    from.need(HEADER)?;
    put!(page, "\n\t  Advertising Router ");
    page.host(from.after(8).peek_ipv4()?);
    put!(page, ", seq 0x", HexPad(from.peek_u32(12)?.into(), 8));
    // A length below that of the header wraps around.
    let length = u64::from(from.peek_u16(18)?).wrapping_sub(HEADER as u64);
    put!(page, ", age ", from.peek_u16(0)?, "s, length ", length);
    kind(page, from.peek_u16(2)?, from.after(4))
}

/// Prints the type of an advertisement and its identifier, which is next.
pub(super) fn kind(page: &mut Page<'_>, kind: u16, id: Cursor<'_>) -> Shown {
    let (number, scope) = (kind & 0x1fff, kind & 0x6000);
    let name = name_of(TYPES, number).unwrap_or("Unknown");
    put!(page, "\n\t    ", name, " LSA (", number, "), ");
    let name = name_of(
        &[(0, "Link Local"), (0x2000, "Area Local"), (0x4000, "Domain Wide")],
        scope,
    );
    put!(page, name.unwrap_or("Unknown"), " Scope");
    put!(
        page,
        if kind & 0x8000 != 0 { ", transitive" } else { "" },
        ", LSA-ID "
    );
    page.host(id.peek_ipv4()?);
    Ok(())
}

/// Prints an advertisement and returns its length.
pub(super) fn print(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<usize> {
    header(page, from)?;
    let length = usize::from(from.peek_u16(18)?);
    if length < HEADER || length > from.len() {
        return Err(Stop::Truncated);
    }
    let body = from.claiming(length).after(HEADER);
    match from.peek_u16(2)? {
        0x2001 => router(page, body)?,
        0x2002 => network(page, body)?,
        0x2003 => inter_area(page, body)?,
        0x4005 => external(page, body)?,
        0x0008 => link(page, body)?,
        0x2009 => intra_area(page, body)?,
        0x000b if restart::print(page, body)? => {}
        0x000a if engineering::print(page, body)? => {}
        0x000a | 0x000b => return Err(Stop::Truncated),
        _ => page.hex("\n\t      ", body.limited(body.len()).bytes()),
    }
    Ok(length)
}

/// Stops unless the advertisement has room for `count` more bytes.
fn room(rest: Cursor<'_>, count: usize) -> Shown {
    if rest.len() < count {
        return Err(Stop::Truncated);
    }
    Ok(())
}

fn router(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    room(rest, 4)?;
    let flags = rest.peek_u8(0)?;
    options_line(page, rest.u32()?);
    put!(page, ", RLA-Flags [");
    put_bits(page.out, ROUTER_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    while !rest.is_empty() {
        room(rest, 16)?;
        rest.need(16)?;
        let kind = rest.u8()?;
        let what = match kind {
            1 => "Neighbor Router-ID ",
            2 => "Neighbor Network-ID ",
            4 => "Virtual Link: Neighbor Router-ID ",
            _ => {
                put!(page, "\n\t      Unknown Router Links Type 0x", Hex2(kind));
                return Ok(());
            }
        };
        rest.skip(1)?;
        let metric = rest.u16()?;
        let (interface, neighbor, router) = (rest.ipv4()?, rest.ipv4()?, rest.ipv4()?);
        put!(page, "\n\t      ", what);
        page.host(router);
        put!(page, "\n\t      Neighbor Interface-ID ");
        page.host(neighbor);
        put!(page, ", Interface ");
        page.host(interface);
        put!(page, ", metric ", metric);
    }
    Ok(())
}

fn network(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    room(rest, 4)?;
    options_line(page, rest.u32()?);
    put!(page, "\n\t      Connected Routers:");
    while !rest.is_empty() {
        room(rest, 4)?;
        let router = rest.ipv4()?;
        put!(page, "\n\t\t");
        page.host(router);
    }
    Ok(())
}

fn inter_area(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    room(rest, 4)?;
    put!(page, ", metric ", rest.u32()? & 0x00ff_ffff);
    while !rest.is_empty() {
        prefix(page, &mut rest)?;
    }
    Ok(())
}

fn external(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    room(rest, 4)?;
    let metric = rest.u32()?;
    put!(page, "\n\t     Flags [");
    put_bits(page.out, EXTERNAL_FLAGS, metric, ", ", "none");
    put!(page, "] metric ", metric & 0x00ff_ffff);
    // Where other prefixes have a metric, this one has the type of what it refers to.
    let refers = rest.peek_u8(2);
    prefix(page, &mut rest)?;
    if metric & FORWARDING != 0 {
        room(rest, 16)?;
        let address = rest.ipv6()?;
        put!(page, " forward ");
        page.host(address);
    }
    if metric & TAG != 0 {
        room(rest, 4)?;
        let tag = rest.ipv4()?;
        put!(page, " tag ");
        page.host(tag);
    }
    if refers? != 0 {
        room(rest, 4)?;
        let id = rest.ipv4()?;
        put!(page, " RefLSID: ");
        page.host(id);
    }
    Ok(())
}

fn link(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    room(rest, 4)?;
    let (priority, options) = (rest.peek_u8(0)?, rest.u32()?);
    options_line(page, options);
    room(rest, 20)?;
    let (address, count) = (rest.ipv6()?, rest.u32()?);
    put!(page, "\n\t      Priority ", priority, ", Link-local address ");
    page.host(address);
    put!(page, ", Prefixes ", count, ":");
    for _ in 0..count {
        prefix(page, &mut rest)?;
    }
    Ok(())
}

fn intra_area(page: &mut Page<'_>, from: Cursor<'_>) -> Shown {
    room(from, 4)?;
    from.need(12)?;
    let mut rest = from;
    let count = rest.u16()?;
    kind(page, rest.u16()?, rest)?;
    room(from, 6)?;
    put!(page, "\n\t      Prefixes ", count, ":");
    rest.skip(8)?;
    // Of the twelve bytes before the prefixes only six are counted.
    let mut rest = rest.claiming(from.len() - 6);
    for _ in 0..count {
        prefix(page, &mut rest)?;
    }
    Ok(())
}

/// Prints a prefix, whose bytes are filled up to words.
fn prefix(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    room(*rest, 4)?;
    rest.need(4)?;
    let (bits, options, metric) = (rest.u8()?, rest.u8()?, rest.u16()?);
    let length = usize::from(bits).div_ceil(32) * 4;
    if length > 16 {
        put!(page, " bogus prefixlen /", bits);
        return Err(Stop::Truncated);
    }
    room(*rest, length)?;
    let mut address = [0; 16];
    for (octet, &byte) in address.iter_mut().zip(rest.take(length)?) {
        *octet = byte;
    }
    put!(page, "\n\t\t");
    page.host(Ipv6Addr::from(address));
    put!(page, "/", bits);
    if options != 0 {
        put!(page, ", Options [");
        put_bits(page.out, PREFIX_OPTIONS, options.into(), ", ", "none");
        put!(page, "]");
    }
    put!(page, ", metric ", metric);
    Ok(())
}

pub(super) const HEADER: usize = 20;
const FORWARDING: u32 = 0x0200_0000;
const TAG: u32 = 0x0100_0000;

const TYPES: &[(u16, &str)] = &[
    (1, "Router"),
    (2, "Network"),
    (3, "Inter-Area Prefix"),
    (4, "Inter-Area Router"),
    (5, "External"),
    (6, "Deprecated"),
    (7, "NSSA"),
    (8, "Link"),
    (9, "Intra-Area Prefix"),
    (10, "Intra-Area TE"),
    (11, "Grace"),
    (12, "Router Information"),
    (13, "Inter-AS-TE"),
    (14, "Layer 1 VPN"),
];

const ROUTER_FLAGS: &[(u32, &str)] = &[
    (0x01, "ABR"),
    (0x02, "External"),
    (0x04, "Virtual-Link Endpoint"),
    (0x08, "Deprecated"),
    (0x10, "NSSA Translator"),
];

const EXTERNAL_FLAGS: &[(u32, &str)] = &[
    (0x8000_0000, "External Type 2"),
    (FORWARDING, "Forwarding"),
    (TAG, "Tag"),
];

const PREFIX_OPTIONS: &[(u32, &str)] = &[
    (0x01, "No Unicast"),
    (0x02, "Local address"),
    (0x04, "Deprecated"),
    (0x08, "Propagate"),
    (0x10, "Down"),
    (0x20, "N-bit"),
];
