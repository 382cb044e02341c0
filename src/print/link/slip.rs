//! SLIP with the pseudo-header of libpcap: direction and compressed header.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet;
use crate::print::page::Page;
use crate::print::text::{Hex2, put};

/// A captured SLIP packet.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("slip");
    if !packet.has(HEADER) || packet.len() < HEADER {
        return Err(Stop::Truncated);
    }
    page.link_len = HEADER;
    if page.options.link_header {
        header(page, packet)?;
    }
    let rest = packet.after(HEADER);
    if rest.is_empty() || rest.captured() == 0 {
        return Err(Stop::Truncated);
    }
    internet::print(page, rest)
}

fn header(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    match packet.peek_u8(0)? {
        0 => put!(page, "I "),
        1 => put!(page, "O "),
        other => {
            put!(page, "Invalid direction ", other, " ");
            return Err(Stop::Invalid);
        }
    }
    let kind = packet.peek_u8(1)?;
    if kind & 0x70 == 0x40 || kind & 0x70 == 0x50 {
        put!(page, "utcp ", kind, ": ");
    } else {
        put!(page, "ctcp 0x", Hex2(kind), ": ");
    }
    Ok(())
}

/// Direction and sixteen bytes of the header as it was compressed.
const HEADER: usize = 16;
