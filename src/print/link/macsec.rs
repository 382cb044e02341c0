//! MACsec (IEEE 802.1AE).

use super::ether::Addresses;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexRun, Mac, put, put_bits};

/// What is behind the security tag.
pub(super) enum Behind<'a> {
    /// The frame goes on in the clear, and so many bytes of it were the tag.
    Clear(Cursor<'a>, usize),
    /// It is encrypted, but for so many bytes of tag.
    Encrypted(Cursor<'a>, usize),
    /// Nothing that can be told: the frame ends here.
    Nothing,
}

/// Reads the security tag behind its EtherType, and shows it under `-e` or if nothing more can be shown.
pub(super) fn tag<'a>(page: &mut Page<'_>, packet: Cursor<'a>, addresses: Addresses) -> Shown<Behind<'a>> {
    page.enter("macsec");
    let flags = packet.peek_u8(0).unwrap_or_default();
    let length = if flags & HAS_CHANNEL != 0 { LONG } else { SHORT };
    if !packet.has(length) || packet.len() < length {
        page.truncated();
        return Ok(Behind::Nothing);
    }
    let short_length = packet.peek_u8(1)?;
    if short_length & !0x3f != 0 || flags & 0x80 != 0 {
        page.invalid();
        return Ok(Behind::Nothing);
    }
    let encrypted = flags & ENCRYPTED != 0;
    if encrypted && !page.options.link_header {
        put!(
            page,
            Mac(&addresses.source),
            " > ",
            Mac(&addresses.destination),
            " 802.1AE MACsec, "
        );
    }
    if encrypted || page.options.link_header {
        put!(page, "an ", flags & 3, ", pn ", packet.peek_u32(2)?, ", flags ");
        put_bits(page.out, FLAGS, flags.into(), "", "none");
        if short_length != 0 {
            put!(page, ", sl ", short_length);
        }
        if flags & HAS_CHANNEL != 0 {
            put!(page, ", sci ", HexRun(&packet.after(6).array::<8>()?));
        }
        put!(page, ", ");
    }
    let rest = packet.after(length);
    if encrypted {
        return Ok(Behind::Encrypted(rest, length));
    }
    // The check value ends the frame.
    let (Some(left), Some(captured)) = (
        rest.len().checked_sub(CHECK_VALUE),
        rest.captured().checked_sub(CHECK_VALUE),
    ) else {
        page.truncated();
        return Ok(Behind::Nothing);
    };
    let mut rest = rest.limited(captured).claiming(left);
    if short_length != 0 {
        let short_length = usize::from(short_length);
        if short_length > left || short_length > captured {
            page.truncated();
            return Ok(Behind::Nothing);
        }
        rest = rest.limited(short_length);
    }
    Ok(Behind::Clear(rest, length))
}

const SHORT: usize = 6;
const LONG: usize = 14;
const CHECK_VALUE: usize = 16;
const HAS_CHANNEL: u8 = 0x20;
const ENCRYPTED: u8 = 0x0c;
const FLAGS: &[(u32, &str)] = &[(0x08, "E"), (0x04, "C"), (0x40, "S"), (0x10, "B"), (0x20, "I")];
