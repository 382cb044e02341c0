//! The fields of a beacon (7.3.1 of the standard).

use super::{Told, put_extended};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, put};

/// Prints the fields, up to one that is cut off; of a beacon with such a one nothing else is told.
pub(super) fn fields(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told {
    if rest.len() < 2 {
        put!(page, "[ERROR: Truncated before beacon information]");
        return Ok(None);
    }
    superframe(page, rest.u16_le()?);
    if rest.is_empty() {
        put!(page, "[ERROR: Truncated before GTS info]");
        return Ok(None);
    }
    let Some(length) = guaranteed_slots(page, *rest)? else {
        return Ok(None);
    };
    rest.advance(length);
    if rest.is_empty() {
        put!(page, "[ERROR: Truncated before pending addresses]");
        return Ok(None);
    }
    let Some(length) = pending(page, *rest)? else {
        return Ok(None);
    };
    rest.advance(length);
    Ok(Some(()))
}

/// The specification of a superframe.
pub(super) fn superframe(page: &mut Page<'_>, field: u16) {
    if !page.verbose(1) {
        return;
    }
    put!(page, "\n\tBeacon order = ", field & 15);
    put!(page, ", Superframe order = ", field >> 4 & 15);
    put!(page, ", Final CAP Slot = ", field >> 8 & 15);
    for (mask, name) in [
        (0x1000, ", BLE enabled"),
        (0x4000, ", PAN Coordinator"),
        (0x8000, ", Association Permit"),
    ] {
        put!(page, if field & mask != 0 { name } else { "" });
    }
}

/// The slots that are kept for one station each. Returns their length.
fn guaranteed_slots(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<Option<usize>> {
    let count = rest.peek_u8(0)? & 7;
    if count == 0 {
        if page.verbose(1) {
            put!(page, "\n\tGTS Descriptor Count = ", count, ", ");
        }
        return Ok(Some(1));
    }
    let length = 2 + usize::from(count) * 3;
    if rest.len() < length {
        put!(page, " [ERROR: Truncated GTS Info List]");
        return Ok(None);
    }
    if !page.verbose(2) {
        return Ok(Some(length));
    }
    put!(page, "GTS Descriptor Count = ", count, ", ");
    put!(
        page,
        "GTS Directions Mask = ",
        Hex2(rest.peek_u8(1)? & 0x7f),
        ", [ "
    );
    let mut slots = rest.after(2);
    for _ in 0..count {
        // The slot is told from the second byte of the address.
        let slot = slots.peek_u8(1)?;
        put!(page, "[ ", Hex4(slots.after(0).u16_le()?));
        put!(
            page,
            ", Start slot = ",
            slot & 15,
            ", Length = ",
            slot >> 4,
            " ] "
        );
        slots.skip(3)?;
    }
    put!(page, "]");
    Ok(Some(length))
}

/// The stations for which something waits. Returns the list's length.
pub(super) fn pending(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<Option<usize>> {
    let counts = rest.peek_u8(0)?;
    let (short, extended) = (counts & 7, counts >> 4 & 7);
    let length = 1 + usize::from(short) * 2 + usize::from(extended) * 8;
    if page.verbose(1) {
        put!(page, "\n\tPending address list, # short addresses = ", short);
        put!(page, ", # extended addresses = ", extended);
    }
    if rest.len() < length {
        put!(page, " [ERROR: Pending address list truncated]");
        return Ok(None);
    }
    if !page.verbose(2) {
        return Ok(Some(length));
    }
    let mut list = rest.after(1);
    if short != 0 {
        put!(page, ", Short address list = [ ");
        for _ in 0..short {
            put!(page, Hex4(list.u16_le()?), " ");
        }
        put!(page, "]");
    }
    if extended != 0 {
        put!(page, ", Extended address list = [ ");
        for _ in 0..extended {
            put_extended(page, &mut list)?;
            put!(page, " ");
        }
        put!(page, "]");
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType(230);

    #[test]
    fn a_beacon_tells_its_superframe_and_who_has_to_listen() {
        let mut frame = vec![0, 0x80, 1, 0xcd, 0xab, 0, 0, 0xff, 0x4f, 0, 0x11, 2, 1];
        frame.extend([1, 2, 3, 4, 5, 6, 7, 8]);
        let text = verbose(2, LINK, &frame);
        assert!(text.ends_with(
            "\n\tBeacon order = 15, Superframe order = 15, Final CAP Slot = 15, PAN Coordinator\
             \n\tGTS Descriptor Count = 0, \n\tPending address list, # short addresses = 1, # extended addresses = 1, \
             Short address list = [ 0102 ], Extended address list = [ 08:07:06:05:04:03:02:01 ]"
        ), "{text}");
        assert_eq!(
            shown(LINK, &frame),
            "IEEE 802.15.4 Beacon packet v0 -:none < abcd:0000 "
        );
        assert!(shown(LINK, &frame[..12]).contains(" [ERROR: Pending address list truncated]"));
    }
}
