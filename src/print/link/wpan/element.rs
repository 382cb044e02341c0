//! The information elements in the header of a frame (7.4.2 of the standard).

use super::{Told, descriptor, put_bytes};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexRun, name_of, put};

/// Prints the list. Returns whether elements follow in the payload.
pub(super) fn header_list(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told<bool> {
    loop {
        if rest.len() < 2 {
            put!(page, "[ERROR: Truncated header IE]");
            return Ok(None);
        }
        let field = rest.after(0).u16_le()?;
        let length = usize::from(field & 0x7f);
        let [low, high] = (field >> 7).to_be_bytes();
        if low & 1 != 0 {
            put!(page, "[ERROR: Header IE with type 1] ");
        }
        let kind = high;
        if kind > 127 {
            put!(
                page,
                "Reserved Element ID ",
                Hex2(kind),
                ", length = ",
                length,
                " "
            );
        } else {
            put!(page, "\n\t");
            match name_of(NAMES, kind) {
                Some(name) => put!(page, name, " ["),
                None => put!(page, "Reserved 0x", Hex2(kind), " ["),
            }
            if length != 0 {
                put!(page, " length = ", length, ", ");
            }
        }
        rest.advance(2);
        if rest.len() < length {
            put!(page, "[ERROR: Truncated IE data]");
            return Ok(None);
        }
        let value = rest.after(0).claiming(length);
        if length != 0 {
            if page.verbose(4) {
                element(page, kind, value)?;
            } else {
                data(page, value)?;
            }
        }
        put!(page, "] ");
        rest.advance(length);
        match kind {
            PAYLOAD_FOLLOWS => return Ok(Some(true)),
            LAST => return Ok(Some(false)),
            _ if rest.is_empty() => return Ok(Some(false)),
            _ => {}
        }
    }
}

/// What an element says; its declared bytes may be more than were captured.
fn element(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown {
    let mut fields = value;
    match kind {
        0x00 => vendor(page, value)?,
        0x1a => {
            if value.len() < 4 {
                put!(page, "[ERROR: Truncated CSL IE]");
                return Ok(());
            }
            put!(
                page,
                "CSL Phase = ",
                fields.u16_le()?,
                ", CSL Period = ",
                fields.u16_le()?
            );
            if value.len() >= 6 {
                put!(page, ", Rendezvous time = ", fields.u16_le()?);
            }
            if !matches!(value.len(), 4 | 6) {
                put!(page, " [ERROR: CSL IE length wrong]");
            }
        }
        0x1b => {
            if value.len() < 4 {
                put!(page, "[ERROR: Truncated RIT IE]");
                return Ok(());
            }
            put!(page, "Time to First Listen = ", fields.u8()?);
            put!(page, ", # of Repeat Listen = ", fields.u8()?);
            put!(page, ", Repeat Listen Interval = ", fields.u16_le()?);
        }
        0x1c => descriptor::print(page, value, false)?,
        0x21 => descriptor::print(page, value, true)?,
        0x1d => {
            if value.len() != 4 {
                put!(page, "[ERROR: Length != 2]");
                return Ok(());
            }
            put!(page, "Rendezvous time = ", fields.u16_le()?);
            put!(page, ", Wake-up Interval = ", fields.u16_le()?);
        }
        0x1e => {
            if value.len() != 2 {
                put!(page, "[ERROR: Length != 2]");
                return Ok(());
            }
            let field = fields.u16_le()?;
            put!(page, if field & 0x8000 != 0 { "Negative " } else { "" });
            // Twelve bits with a sign.
            let correction = (field << 4).cast_signed() >> 4;
            put!(page, "Ack time correction = ", correction, ", ");
        }
        _ => data(page, value)?,
    }
    Ok(())
}

/// An organisation and its data.
pub(super) fn vendor(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    if value.len() < 3 {
        put!(page, "[ERROR: Vendor OUI missing]");
        return Ok(());
    }
    let mut rest = value;
    put!(page, "OUI = 0x");
    put!(page, HexRun(rest.take(3)?), ", Data = ");
    put_bytes(page, rest, rest.len())
}

pub(super) fn data(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    put!(page, "IE Data = ");
    put_bytes(page, value, value.len())
}

const PAYLOAD_FOLLOWS: u8 = 0x7e;
const LAST: u8 = 0x7f;

const NAMES: &[(u8, &str)] = &[
    (0x00, "Vendor Specific Header IE"),
    (0x1a, "LE CSL IE"),
    (0x1b, "LE RIT IE"),
    (0x1c, "DSME PAN descriptor IE"),
    (0x1d, "Rendezvous Time IE"),
    (0x1e, "Time Correction IE"),
    (0x21, "Extended DSME PAN descriptor IE"),
    (0x22, "Fragment Sequence Context Description IE"),
    (0x23, "Simplified Superframe Specification IE"),
    (0x24, "Simplified GTS Specification IE"),
    (0x25, "LECIM Capabilities IE"),
    (0x26, "TRLE Descriptor IE"),
    (0x27, "RCC Capabilities IE"),
    (0x28, "RCCN Descriptor IE"),
    (0x29, "Global Time IE"),
    (0x2a, "Omnibus Header IE"),
    (0x2b, "DA IE"),
    (PAYLOAD_FOLLOWS, "Header Termination 1 IE"),
    (LAST, "Header Termination 2 IE"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType(230);

    fn frame(elements: &[u8]) -> Vec<u8> {
        [&[0x01, 0x22, 1][..], elements].concat()
    }

    #[test]
    fn elements_are_told_as_bytes_and_from_vvvv_on_by_name() {
        let packet = frame(&[0x04, 0x0d, 1, 0, 2, 0, 0x80, 0x3f, b'x']);
        assert!(shown(LINK, &packet).contains(
            "v2 -:none < -:none \n\tLE CSL IE [ length = 4, IE Data = 01 00 02 00 ] \n\tHeader Termination 2 IE [] "
        ));
        let text = verbose(4, LINK, &packet);
        assert!(
            text.contains("[ length = 4, CSL Phase = 1, CSL Period = 2] "),
            "{text}"
        );
        let text = verbose(4, LINK, &frame(&[0x02, 0x0f, 0xff, 0x8f]));
        assert!(
            text.contains("Time Correction IE [ length = 2, Negative Ack time correction = -1, ] "),
            "{text}"
        );
    }

    #[test]
    fn an_element_that_cannot_be_ends_the_list() {
        assert!(shown(LINK, &frame(&[0x05, 0x0d, 1])).contains("[ERROR: Truncated IE data]"));
        assert!(shown(LINK, &frame(&[0x80, 0xbf])).contains("[ERROR: Header IE with type 1] "));
        assert!(shown(LINK, &frame(&[0x80])).contains("[ERROR: Truncated header IE]"));
    }
}
