//! The auxiliary security header (9.4 of the standard).

use super::{Told, put_extended};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, put};

/// Prints the header. Returns the level of security.
pub(super) fn header(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told<u8> {
    if rest.is_empty() {
        put!(page, "[ERROR: Truncated before Aux Security Header]");
        return Ok(None);
    }
    let control = rest.u8()?;
    let (level, mode) = (control & 7, control >> 3 & 3);
    if page.verbose(1) {
        put!(page, "\n\tSecurity Level ", level, ", Key Id Mode ", mode, ", ");
    }
    let is_detailed = page.verbose(2);
    if control & 0x20 == 0 {
        if rest.len() < 4 {
            put!(page, "[ERROR: Truncated before Frame Counter]");
            return Ok(None);
        }
        if is_detailed {
            put!(
                page,
                "Frame Counter 0x",
                HexPad(rest.after(0).u32_le()?.into(), 8),
                " "
            );
        }
        rest.advance(4);
    }
    let source = match mode {
        0 => {
            put!(page, if is_detailed { "Implicit" } else { "" });
            return Ok(Some(level));
        }
        1 => 0,
        2 => 4,
        _ => 8,
    };
    if rest.len() < source {
        put!(page, "[ERROR: Truncated before Key Source]");
        return Ok(None);
    }
    if is_detailed && source > 0 {
        let mut key = *rest;
        put!(page, "KeySource ");
        if source == 4 {
            // As it is shown, with what was meant to be a width.
            put!(
                page,
                "0x",
                Hex4(key.u16_le()?),
                ":",
                Hex(key.u16_le()?.into()),
                "4x"
            );
        } else {
            put_extended(page, &mut key)?;
        }
        put!(page, ", ");
    }
    // Of the longer source, too, only four bytes are passed over.
    rest.advance(source.min(4));
    if rest.is_empty() {
        put!(page, "[ERROR: Truncated before Key Index]");
        return Ok(None);
    }
    if is_detailed {
        put!(page, "KeyIndex 0x", Hex2(rest.peek_u8(0)?), ", ");
    }
    rest.advance(1);
    Ok(Some(level))
}

/// The length of the integrity code at the end of a frame.
pub(super) fn code_len(level: u8) -> usize {
    match level & 3 {
        0 => 0,
        1 => 4,
        2 => 8,
        _ => 16,
    }
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType(230);

    #[test]
    fn counter_and_key_are_told() {
        let frame = [0x09, 0x00, 5, 0x15, 4, 3, 2, 1, 1, 0, 2, 0, 9, b'x', 1, 2, 3, 4];
        let text = verbose(2, LINK, &frame);
        assert!(text.contains(
            "\n\tSecurity Level 5, Key Id Mode 2, Frame Counter 0x01020304 KeySource 0x0001:24x, KeyIndex 0x09, "
        ), "{text}");
        assert!(verbose(3, LINK, &frame).contains("\n\tMIC 01020304 "));
        assert!(shown(LINK, &frame).ends_with("  x"));
        let text = shown(LINK, &[0x09, 0x00, 5, 0x03, 4, 3, 2, 1]);
        assert!(text.ends_with("[ERROR: Truncated before MIC]"), "{text}");
    }
}
