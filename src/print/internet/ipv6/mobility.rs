//! The mobility header (RFC 6275 section 6.1).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex4, HexPad, name_of, put, put_bits};

/// Prints a mobility header, which ends the packet.
pub(super) fn print(page: &mut Page<'_>, header: Cursor<'_>) -> Shown {
    page.enter("mobility");
    put!(page, "mobility: ");
    let payload = header.peek_u8(0)?;
    if payload != NOTHING {
        put!(page, "(payload protocol ", payload, " should be ", NOTHING, ") ");
    }
    let units = header.peek_u8(1)?;
    let length = (usize::from(units) + 1) * 8;
    let kind = header.peek_u8(2)?;
    let Some((name, least, fixed)) = KINDS.get(usize::from(kind)).copied() else {
        put!(page, "type-#", kind, " len=", units);
        return Ok(());
    };
    put!(page, name);
    if length < least {
        put!(page, " (header length ", length, " < ", least, ")");
        return Err(Stop::Invalid);
    }
    let verbose = page.verbose(1);
    let mut rest = header.after(6);
    match kind {
        1 | 2 => {
            rest.advance(2);
            if verbose {
                cookie(page, kind == 1, " Init Cookie=", rest)?;
            }
        }
        3 | 4 => {
            put!(page, " nonce id=0x", Hex(rest.u16()?.into()));
            if verbose {
                cookie(page, kind == 3, " Init Cookie=", rest)?;
                cookie(page, kind == 3, " Keygen Token=", rest.after(8))?;
            }
        }
        UPDATE => {
            put!(page, " seq#=", rest.u16()?);
            let flags = rest.u8()? >> 4;
            rest.skip(1)?;
            if flags != 0 {
                put!(page, " ");
                put_bits(
                    page.out,
                    &[(8, "A"), (4, "H"), (2, "L"), (1, "K")],
                    flags.into(),
                    "",
                    "",
                );
            }
            put!(page, " lifetime=", u32::from(rest.u16()?) << 2);
        }
        6 => {
            put!(page, " status=", rest.u8()?);
            if rest.u8()? & 0x80 != 0 {
                put!(page, " K");
            }
            put!(
                page,
                " seq#=",
                rest.u16()?,
                " lifetime=",
                u32::from(rest.u16()?) << 2
            );
        }
        7 => {
            put!(page, " status=", rest.u8()?);
            rest.skip(1)?;
            let home = rest.ipv6()?;
            put!(page, " homeaddr ");
            page.host(home);
        }
        _ => {}
    }
    if verbose {
        options(page, header.after(fixed).claiming(length - fixed))?;
    }
    Ok(())
}

fn cookie(page: &mut Page<'_>, home: bool, what: &str, mut rest: Cursor<'_>) -> Shown {
    let (high, low) = (rest.u32()?, rest.u32()?);
    put!(
        page,
        if home { " Home" } else { " Care-of" },
        what,
        HexPad(high.into(), 8),
        ":"
    );
    put!(page, HexPad(low.into(), 8));
    Ok(())
}

fn options(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let kind = rest.peek_u8(0)?;
        if kind == 0 {
            put!(page, "(pad1)");
            rest.advance(1);
            continue;
        }
        if rest.len() < 2 {
            return Err(Stop::Truncated);
        }
        let length = usize::from(rest.peek_u8(1)?) + 2;
        let name = name_of(OPTIONS, kind);
        let least = LEAST.get(usize::from(kind)).copied().unwrap_or(2);
        let Some(name) = name else {
            rest.need(length)?;
            put!(page, "(unknown: type-#", kind, " len=", length - 2, ")");
            rest.claims(length).map_err(|_| Stop::Truncated)?;
            rest.advance(length);
            continue;
        };
        put!(page, "(", name);
        if matches!(kind, 2..=4) {
            put!(page, ": ");
        }
        if length > rest.len() || rest.len() < least {
            return Err(Stop::Truncated);
        }
        let mut body = rest.after(2);
        match kind {
            2 => put!(page, u32::from(body.u16()?) << 2),
            3 => page.host(body.ipv6()?),
            4 => put!(page, "ho=0x", Hex4(body.u16()?), " co=0x", Hex4(body.u16()?)),
            _ => {}
        }
        put!(page, ")");
        rest.need(length)?;
        rest.advance(length);
    }
    Ok(())
}

/// "No next header", the only thing that may follow.
const NOTHING: u8 = 59;
const UPDATE: u8 = 5;

/// The name of each type, the length it has at least, and where its options begin.
const KINDS: [(&str, usize, usize); 8] = [
    ("BRR", 8, 8),
    ("HoTI", 16, 16),
    ("CoTI", 16, 16),
    ("HoT", 24, 24),
    ("CoT", 24, 24),
    ("BU", 16, 12),
    ("BA", 16, 12),
    ("BE", 24, 24),
];

const OPTIONS: &[(u8, &str)] = &[
    (1, "padn"),
    (2, "refresh"),
    (3, "alt-CoA"),
    (4, "ni"),
    (5, "auth"),
];
/// The length that an option of each type has at least.
const LEAST: [usize; 6] = [1, 2, 4, 18, 6, 12];
