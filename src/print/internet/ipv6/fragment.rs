//! The fragment header (RFC 8200 section 4.5).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, put};

/// Prints a fragment header: identification, offset and length of the fragment. Returns whether what follows can
/// be decoded, which only the first fragment allows.
///
/// `length` is what the header of the packet leaves for the fragment, if it leaves anything.
pub(super) fn print(page: &mut Page<'_>, header: Cursor<'_>, length: Option<usize>) -> Shown<bool> {
    page.enter("frag6");
    put!(page, "frag (");
    header.need(8)?;
    if page.verbose(1) {
        put!(page, "0x", HexPad(header.peek_u32(4)?.into(), 8), ":");
    }
    let offset = header.peek_u16(2)? & !7;
    put!(page, offset, "|");
    match length {
        Some(length) => put!(page, length, ")"),
        None => {
            put!(page, "[length < 0]");
            page.invalid();
            put!(page, ")");
        }
    }
    if offset != 0 {
        return Ok(false);
    }
    put!(page, " ");
    Ok(true)
}
