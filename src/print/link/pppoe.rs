//! PPP over Ethernet (RFC 2516).

use super::ppp;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Hex2, name_of, put};

/// Prints a discovery or session packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("pppoe");
    if packet.len() < HEADER {
        put!(page, " (length ", packet.len(), " < ", HEADER, ")");
        return Err(crate::print::cursor::Stop::Invalid);
    }
    packet.need(HEADER)?;
    let mut rest = packet;
    let (first, code, session) = (rest.u8()?, rest.u8()?, rest.u16()?);
    let claimed = usize::from(rest.u16()?);
    if first >> 4 != 1 {
        put!(page, " [ver ", first >> 4, "]");
    }
    if first & 15 != 1 {
        put!(page, " [type ", first & 15, "]");
    }
    match name_of(CODES, code) {
        Some(name) => put!(page, "PPPoE ", name),
        None => put!(page, "PPPoE PAD-", Hex(code.into())),
    }
    if code == INITIATION && claimed > 1484 - HEADER {
        put!(page, " [len ", claimed, "!]");
    }
    if claimed > rest.len() {
        put!(page, " [len ", claimed, " > ", rest.len(), "!]");
    }
    if session != 0 {
        put!(page, " [ses 0x", Hex(session.into()), "]");
    }
    let body = rest.limited(claimed);
    if code == 0 {
        put!(page, " ");
        return ppp::print(page, body);
    }
    tags(page, body)
}

fn tags(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        rest.need(length)?;
        match name_of(TAGS, kind) {
            Some(name) => put!(page, " [", name),
            None => put!(page, " [TAG-0x", Hex(kind.into())),
        }
        let value = rest.take(length)?;
        let shown = value.get(..LONGEST).unwrap_or(value);
        let printable = shown.iter().filter(|byte| matches!(byte, b' '..=b'~')).count();
        if length == 0 {
        } else if printable * 2 > shown.len() {
            put!(page, " \"");
            for &byte in shown {
                put!(
                    page,
                    Escaped(if matches!(byte, b' '..=b'~') {
                        std::slice::from_ref(&byte)
                    } else {
                        b"."
                    })
                );
            }
            put!(page, "\"");
        } else {
            put!(page, " 0x");
            let start = page.out.len();
            for &byte in value {
                put!(page, Hex2(byte));
            }
            page.out
                .iter_mut()
                .skip(start)
                .for_each(|digit| digit.make_ascii_uppercase());
        }
        put!(page, "]");
        if kind == END {
            break;
        }
    }
    Ok(())
}

const HEADER: usize = 6;
/// Bytes of a tag that are shown as text.
const LONGEST: usize = 79;
const END: u16 = 0;
const INITIATION: u8 = 0x09;
const CODES: &[(u8, &str)] = &[
    (INITIATION, "PADI"),
    (0x07, "PADO"),
    (0x19, "PADR"),
    (0x65, "PADS"),
    (0xa7, "PADT"),
    (0, ""),
];

const TAGS: &[(u16, &str)] = &[
    (END, "EOL"),
    (0x0101, "Service-Name"),
    (0x0102, "AC-Name"),
    (0x0103, "Host-Uniq"),
    (0x0104, "AC-Cookie"),
    (0x0105, "Vendor-Specific"),
    (0x0110, "Relay-Session-ID"),
    (0x0120, "PPP-Max-Payload"),
    (0x0201, "Service-Name-Error"),
    (0x0202, "AC-System-Error"),
    (0x0203, "Generic-Error"),
];
