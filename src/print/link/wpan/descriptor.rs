//! The element that describes a network with deterministic, synchronous multi-channel extension (DSME).

use super::{beacon, put_bytes};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, put};

/// Prints the element up to where it is cut off, which is told.
pub(super) fn print(page: &mut Page<'_>, value: Cursor<'_>, is_extended: bool) -> Shown {
    if let Some(what) = fields(page, value, is_extended)? {
        put!(page, what);
    }
    Ok(())
}

fn fields(page: &mut Page<'_>, value: Cursor<'_>, is_extended: bool) -> Shown<Option<&'static str>> {
    let mut rest = value;
    if rest.len() < 2 {
        return Ok(Some("[ERROR: Truncated DSME PAN IE]"));
    }
    beacon::superframe(page, rest.u16_le()?);
    if rest.is_empty() {
        return Ok(Some("[ERROR: Truncated before pending addresses field]"));
    }
    let Some(length) = beacon::pending(page, rest)? else {
        return Ok(None);
    };
    rest.advance(length);
    let size = if is_extended { 2 } else { 1 };
    if rest.len() < size {
        return Ok(Some("[ERROR: Truncated before DSME Superframe Specification]"));
    }
    let has_hopping = superframes(page, &mut rest, is_extended)?;
    if rest.len() < 8 {
        return Ok(Some(
            " [ERROR: Truncated before Time synchronization specification]",
        ));
    }
    let [a, b, c, d, e, f] = rest.array()?;
    let time = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
    put!(page, "Beacon timestamp = ", time, ", offset = ", rest.u16_le()?);
    if rest.len() < 4 {
        return Ok(Some(" [ERROR: Truncated before Beacon Bitmap]"));
    }
    let (index, count) = (rest.u16_le()?, rest.u16_le()?);
    put!(page, "SD Index = ", index, ", Bitmap len = ", count, ", ");
    if rest.len() < count.into() {
        return Ok(Some(" [ERROR: Truncated in SD bitmap]"));
    }
    put!(page, " SD Bitmap = ");
    put_bytes(page, rest, count.into())?;
    rest.advance(count.into());
    if rest.len() < 5 {
        return Ok(Some(" [ERROR: Truncated before Channel hopping specification]"));
    }
    // The length's second byte is the first of the bitmap too.
    let count = rest.after(4).u16_le()?;
    put!(
        page,
        "Hopping Seq ID = ",
        rest.u8()?,
        ", PAN Coordinator BSN = ",
        rest.u8()?
    );
    put!(page, ", Channel offset = ", rest.u16_le()?);
    put!(page, ", Bitmap length = ", count, ", ");
    rest.advance(1);
    if rest.len() < count.into() {
        return Ok(Some(" [ERROR: Truncated in Channel offset bitmap]"));
    }
    put!(page, " Channel offset bitmap = ");
    put_bytes(page, rest, count.into())?;
    rest.advance(count.into());
    if !has_hopping {
        return Ok(None);
    }
    if rest.is_empty() {
        return Ok(Some(" [ERROR: Truncated in Hopping Sequence length]"));
    }
    let count = rest.u8()?;
    put!(page, "Hopping Seq length = ", count, " [ ");
    if rest.len() < usize::from(count) * 2 {
        return Ok(Some(" [ERROR: Truncated in Channel offset bitmap]"));
    }
    for _ in 0..count {
        put!(page, HexPad(rest.u16_le()?.into(), 2), " ");
    }
    put!(page, "]");
    Ok(None)
}

/// How superframes are grouped. Returns whether a hopping sequence follows.
fn superframes(page: &mut Page<'_>, rest: &mut Cursor<'_>, is_extended: bool) -> Shown<bool> {
    let (order, flags) = if is_extended {
        let field = rest.u16_le()?;
        (field & 0xff, field >> 4)
    } else {
        let field = u16::from(rest.u8()?);
        (field & 0x0f, field)
    };
    put!(page, "Multi-superframe Order = ", order);
    put!(
        page,
        if flags & 0x10 != 0 {
            ", Channel hopping mode"
        } else {
            ", Channel adaptation mode"
        }
    );
    put!(
        page,
        if flags & 0x40 != 0 {
            ", CAP reduction enabled"
        } else {
            ""
        }
    );
    put!(
        page,
        if flags & 0x80 != 0 {
            ", Deferred beacon enabled"
        } else {
            ""
        }
    );
    let has_hopping = is_extended && flags & 0x100 != 0;
    put!(
        page,
        if has_hopping {
            ", Hopping Sequence Present"
        } else {
            ""
        }
    );
    Ok(has_hopping)
}

#[cfg(test)]
mod tests {
    use crate::print::sample::verbose;
    use crate::wire::LinkType;

    #[test]
    fn all_parts_are_told_up_to_a_cut() {
        let value = [
            0, 0, 0, 0x03, 0x11, 9, 0, 0, 0, 0, 0, 2, 0, 1, 0, 1, 0, 0xaa, 5, 6, 7, 0, 0, 0, 1, 0x34, 0x12,
        ];
        for (length, text) in [
            (1, "[ERROR: Truncated DSME PAN IE]"),
            (4, "[ERROR: Truncated before DSME Superframe Specification]"),
            (
                6,
                "Multi-superframe Order = 3, Channel hopping mode, Hopping Sequence Present [ERROR: Truncated before Time",
            ),
            (
                27,
                "Beacon timestamp = 9, offset = 2SD Index = 1, Bitmap len = 1,  SD Bitmap = aa Hopping Seq ID = 5, \
                  PAN Coordinator BSN = 6, Channel offset = 7, Bitmap length = 0,  Channel offset bitmap = \
                  Hopping Seq length = 0 [ ]",
            ),
        ] {
            let mut frame = vec![0x01, 0x22, 1, 0x80 | u8::try_from(length).unwrap(), 0x10];
            frame.extend_from_slice(&value[..length]);
            let shown = verbose(4, LinkType(230), &frame);
            assert!(shown.contains(text), "{shown}");
        }
    }
}
