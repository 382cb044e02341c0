//! Routing headers: type 0 and 2 (RFC 8200, RFC 6275) and segment routing, type 4 (RFC 8754).

use std::net::Ipv6Addr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, put};

/// Prints a routing header. Returns its length.
pub(super) fn print(page: &mut Page<'_>, header: Cursor<'_>) -> Shown<usize> {
    page.enter("rt6");
    let mut rest = header;
    put!(page, "RT6");
    rest.skip(1)?;
    let units = rest.u8()?;
    let length = (usize::from(units) + 1) * 8;
    let kind = rest.u8()?;
    let left = rest.u8()?;
    put!(page, " (len=", units, ", type=", kind);
    if kind == SOURCE_ROUTE {
        put!(page, " [Deprecated]");
    }
    put!(page, ", segleft=", left);
    let mut body = header.limited(length).after(4);
    match kind {
        SOURCE_ROUTE | HOME => source_route(page, units, body)?,
        SEGMENTS => segments(page, &mut body)?,
        _ => {
            put!(page, " (unknown type)");
            return Err(Stop::Truncated);
        }
    }
    put!(page, ") ");
    Ok(length)
}

fn source_route(page: &mut Page<'_>, units: u8, mut body: Cursor<'_>) -> Shown {
    let reserved = body.u32()?;
    if reserved != 0 || page.verbose(1) {
        put!(page, ", rsv=0x", Hex(reserved.into()));
    }
    if units % 2 == 1 {
        return Err(Stop::Invalid);
    }
    addresses(page, units / 2, &mut body)
}

fn segments(page: &mut Page<'_>, body: &mut Cursor<'_>) -> Shown {
    let last = body.u8()?;
    let flags = body.u8()?;
    put!(page, ", last-entry=", last);
    if flags != 0 || page.verbose(1) {
        put!(page, ", flags=0x", Hex(flags.into()));
    }
    put!(page, ", tag=", Hex(body.u16()?.into()));
    let room = body.len() / 16;
    let count = usize::from(last) + 1;
    if count > room {
        return Err(Stop::Invalid);
    }
    addresses(page, u8::try_from(count).unwrap_or(u8::MAX), body)?;
    while !body.is_empty() {
        segment_option(page, body)?;
    }
    Ok(())
}

fn addresses(page: &mut Page<'_>, count: u8, body: &mut Cursor<'_>) -> Shown {
    for index in 0..count {
        let address = body.ipv6()?;
        put!(page, ", [", index, "]");
        page.host(address);
    }
    Ok(())
}

/// One of the options behind the segments (RFC 8754 section 2.1).
fn segment_option(page: &mut Page<'_>, body: &mut Cursor<'_>) -> Shown {
    let kind = body.u8()?;
    put!(page, ", TLV-type=");
    match kind {
        0 => put!(page, "Pad1(0)"),
        4 => put!(page, "PadN(4)"),
        5 => put!(page, "HMAC(5)"),
        _ => put!(page, "Unknown(", kind, ")"),
    }
    if kind == 0 {
        return Ok(());
    }
    let length = body.u8()?;
    put!(page, ", TLV-len=", length);
    let value = body.take(length.into())?;
    match kind {
        5 => hmac(page, Cursor::new(value, value.len())),
        _ => Ok(()),
    }
}

fn hmac(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let reserved = value.u16()?;
    put!(
        page,
        ", DA-check=",
        if reserved & 0x8000 == 0 { "0" } else { "1" }
    );
    put!(page, ", reserved=0x", Hex4(reserved & 0x7fff));
    put!(page, ", HMAC-key-ID=0x", Hex(value.u32()?.into()), ", HMAC=0x");
    for &byte in value.bytes() {
        put!(page, Hex2(byte));
    }
    Ok(())
}

/// The last address of a routing header; in a segment routing header they are in reverse order.
pub(super) fn last_segment(header: Cursor<'_>) -> Shown<Ipv6Addr> {
    let units = usize::from(header.peek_u8(1)?);
    let kind = header.peek_u8(2)?;
    match kind {
        SOURCE_ROUTE | HOME if units >= 2 => header.after(8 + (units / 2 - 1) * 16).ipv6(),
        SEGMENTS => header.after(8).ipv6(),
        _ => Err(Stop::Invalid),
    }
}

const SOURCE_ROUTE: u8 = 0;
const HOME: u8 = 2;
const SEGMENTS: u8 = 4;
