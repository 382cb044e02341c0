//! What a router says that it can (RFC 7981), and of segment routing (RFC 8667).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{put, put_bits};

/// Prints the values in a router capability; what is behind the first that is cut off is not shown.
pub(super) fn values(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: usize) -> Shown {
    while left >= 2 {
        let (kind, length) = (rest.u8()?, rest.u8()?);
        left -= 2;
        let name = if kind == SEGMENT_ROUTING {
            "SR-Capabilities"
        } else {
            "unknown"
        };
        put!(page, "\n\t\t", name, " subTLV #", kind, ", length: ", length);
        if usize::from(length) > left || !rest.has(length.into()) {
            return Ok(());
        }
        if kind == SEGMENT_ROUTING {
            segment_routing(page, rest, length)?;
        } else {
            page.hex("\n\t\t", rest.limited(length.into()).bytes());
        }
        rest.advance(length.into());
        left -= usize::from(length);
    }
    Ok(())
}

fn segment_routing(page: &mut Page<'_>, mut rest: Cursor<'_>, length: u8) -> Shown {
    let (flags, range) = (rest.u8()?, rest.u24()?);
    put!(page, ", Flags [");
    put_bits(
        page.out,
        &[(0x80, "ipv4"), (0x40, "ipv6")],
        flags.into(),
        ", ",
        "None",
    );
    put!(page, "], Range ", range);
    // A length of less than four wraps in the text that we match.
    let mut left = length.wrapping_sub(4);
    while left >= 5 {
        let (kind, length) = (rest.u8()?, rest.u8()?);
        left -= 2;
        if length > left {
            return Ok(());
        }
        match (kind, length) {
            (1, 3) => put!(page, ", SID value ", rest.after(0).u24()?),
            (1, 4) => put!(page, ", SID value ", rest.peek_u32(0)?),
            (1, _) => put!(page, ", Unknown SID length", length),
            _ => page.hex("\n\t\t  ", rest.limited(length.into()).bytes()),
        }
        rest.advance(length.into());
        left -= length;
    }
    Ok(())
}

const SEGMENT_ROUTING: u8 = 2;
