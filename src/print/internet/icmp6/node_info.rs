//! Node information queries and replies (RFC 4620).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, put, put_bits};

/// Prints a query or a reply. Where it is cut short, the length of the message still follows.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) {
    let shown = match message.peek_u8(0) {
        Ok(QUERY) => query(page, message),
        _ => reply(page, message),
    };
    match shown {
        Ok(()) => {}
        Err(Stop::Truncated) => page.truncated(),
        Err(Stop::Invalid) => page.invalid(),
    }
}

fn query(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    if message.captured() == WHO_ARE_YOU {
        put!(page, " who-are-you request");
        return Ok(());
    }
    message.need(HEADER)?;
    let (kind, flags) = (message.peek_u16(4)?, message.peek_u16(6)?);
    put!(page, " (");
    match kind {
        NOTHING => put!(page, "noop"),
        SUPPORTED => supported(page, flags),
        NAME => put!(page, "DNS name"),
        ADDRESSES => address_flags(page, "node addresses", flags, ADDRESS_FLAGS),
        ADDRESSES_V4 => address_flags(page, "ipv4 addresses", flags, V4_FLAGS),
        _ => put!(page, "unknown"),
    }
    let subject = Cursor::new(message.bytes(), message.captured()).after(HEADER);
    if matches!(kind, NOTHING | SUPPORTED) {
        if !subject.is_empty() && page.verbose(1) {
            put!(page, ", invalid len");
        }
    } else if subject.is_empty() {
        put!(page, ", 03 draft");
    } else {
        about(page, message.peek_u8(1)?, subject)?;
    }
    put!(page, ")");
    Ok(())
}

/// The subject of a query, by its code.
fn about(page: &mut Page<'_>, code: u8, mut subject: Cursor<'_>) -> Shown {
    let wanted = match code {
        0 => 16,
        1 => {
            put!(page, ", subject=DNS name");
            return name(page, subject);
        }
        2 => 4,
        _ => {
            put!(page, ", unknown subject");
            return Ok(());
        }
    };
    if subject.captured() != wanted {
        if page.verbose(1) && subject.has(wanted) {
            put!(page, ", invalid subject len");
        }
        return Ok(());
    }
    put!(page, ", subject=");
    if code == 0 {
        page.host(subject.ipv6()?);
    } else {
        page.host(subject.ipv4()?);
    }
    Ok(())
}

fn reply(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    message.need(message.len().max(HEADER))?;
    let (code, kind, flags) = (message.peek_u8(1)?, message.peek_u16(4)?, message.peek_u16(6)?);
    let data = message.limited(message.len()).after(HEADER);
    put!(page, " (");
    match code {
        0 if page.verbose(1) => put!(page, "success, "),
        1 | 2 => {
            put!(page, if code == 1 { "refused" } else { "unknown" });
            if !data.is_empty() && page.verbose(1) {
                put!(page, ", invalid length");
            }
        }
        _ => {}
    }
    if code == 0 {
        answer(page, kind, flags, data)?;
    }
    put!(page, ")");
    Ok(())
}

fn answer(page: &mut Page<'_>, kind: u16, flags: u16, mut data: Cursor<'_>) -> Shown {
    match kind {
        NOTHING => {
            put!(page, "noop");
            if !data.is_empty() && page.verbose(1) {
                put!(page, ", invalid length");
            }
        }
        SUPPORTED => supported(page, flags),
        NAME => {
            put!(page, "DNS name");
            let lifetime = data.u32()?;
            name(page, data)?;
            if flags & 1 != 0 {
                put!(page, " [TTL=", lifetime, "]");
            }
        }
        ADDRESSES => {
            address_flags(page, "node addresses", flags, ADDRESS_FLAGS);
            while data.len() >= 20 {
                let lifetime = data.u32()?;
                put!(page, " ");
                page.host(data.ipv6()?);
                put!(page, "(", lifetime, ")");
            }
        }
        ADDRESSES_V4 => {
            address_flags(page, "ipv4 addresses", flags, V4_FLAGS);
            while data.len() >= 8 {
                let lifetime = data.u32()?;
                put!(page, " ");
                page.host(data.ipv4()?);
                put!(page, "(", lifetime, ")");
            }
        }
        _ => put!(page, "unknown"),
    }
    Ok(())
}

fn supported(page: &mut Page<'_>, flags: u16) {
    put!(page, "supported qtypes");
    if flags != 0 {
        put!(page, if flags & 1 != 0 { " [C]" } else { " []" });
    }
}

fn address_flags(page: &mut Page<'_>, what: &str, flags: u16, names: &[(u32, &str)]) {
    put!(page, what);
    if flags != 0 {
        put!(page, " [");
        put_bits(page.out, names, flags.into(), "", "");
        put!(page, "]");
    }
}

/// A name in quotes: labels, or one string after its length as an early draft had it.
fn name(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let bytes = rest.bytes();
    if usize::from(rest.peek_u8(0)?) + 1 == bytes.len() {
        rest.skip(1)?;
        put!(
            page,
            if page.verbose(1) { ", 03 draft" } else { "" },
            ", \"",
            Escaped(rest.bytes()),
            "\""
        );
        return Ok(());
    }
    put!(page, ", \"");
    while rest.captured() > 0 {
        let length = usize::from(rest.u8()?);
        if length == 0 {
            match rest.bytes() {
                [] => put!(page, "."),
                [0] => {}
                _ => put!(page, "???"),
            }
            break;
        }
        if length > rest.captured() {
            put!(page, "???");
            break;
        }
        put!(page, Escaped(rest.take(length)?));
        if rest.captured() > 1 && rest.peek_u8(0)? != 0 {
            put!(page, ".");
        }
    }
    put!(page, "\"");
    Ok(())
}

const QUERY: u8 = 139;
const HEADER: usize = 16;
/// The length of the query of KAME, which is older than the RFC.
const WHO_ARE_YOU: usize = 12;

const NOTHING: u16 = 0;
const SUPPORTED: u16 = 1;
const NAME: u16 = 2;
const ADDRESSES: u16 = 3;
const ADDRESSES_V4: u16 = 4;

const ADDRESS_FLAGS: &[(u32, &str)] = &[
    (0x40, "a"),
    (0x20, "G"),
    (0x10, "S"),
    (8, "L"),
    (4, "C"),
    (2, "A"),
    (1, "T"),
];
const V4_FLAGS: &[(u32, &str)] = &[(2, "A"), (1, "T")];
