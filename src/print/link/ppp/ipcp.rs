//! The options of IPCP (RFC 1332, 1877, 3544).

use super::options::{After, bogus};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put};

/// Prints the value of one.
pub(super) fn option(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<After> {
    let mut rest = value;
    match (kind, value.len()) {
        (1, 8) => put!(page, ": src ", rest.ipv4()?, ", dst ", rest.ipv4()?),
        (1, _) => return bogus(page, "=", 10, After::Next),
        (2, 2..) => {
            let method = rest.u16()?;
            let name = name_of(&[(0x002d, "VJ-Comp"), (HEADERS, "IP Header Compression")], method);
            put!(
                page,
                ": ",
                name.unwrap_or("Unknown"),
                " (0x",
                HexPad(method.into(), 2),
                "):"
            );
            if method == HEADERS {
                return headers(page, rest);
            }
        }
        (2, _) => return bogus(page, ">=", 4, After::End),
        (3 | 4 | 129..=132, 4) => put!(page, ": ", rest.ipv4()?),
        (3 | 4 | 129..=132, _) => return bogus(page, "=", 6, After::End),
        _ => return Ok(After::Unknown),
    }
    Ok(After::Bytes)
}

/// The parameters of the compression of headers (RFC 3544).
fn headers(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<After> {
    if rest.len() < 10 {
        return bogus(page, ">=", 14, After::End);
    }
    if !rest.has(12) {
        put!(page, "[|ipcp]");
        return Ok(After::End);
    }
    put!(
        page,
        "\n\t    TCP Space ",
        rest.u16()?,
        ", non-TCP Space ",
        rest.u16()?
    );
    put!(
        page,
        ", maxPeriod ",
        rest.u16()?,
        ", maxTime ",
        rest.u16()?,
        ", maxHdr ",
        rest.u16()?
    );
    if rest.is_empty() {
        return Ok(After::Bytes);
    }
    put!(page, "\n\t      Suboptions, length ", rest.len());
    while rest.len() >= 2 {
        if !rest.has(2) {
            put!(page, "[|ipcp]");
            return Ok(After::End);
        }
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        if kind == 0 || length == 0 {
            break;
        }
        let name = name_of(&[(1, "RTP-Compression"), (2, "Enhanced RTP-Compression")], kind);
        put!(
            page,
            "\n\t\t",
            name.unwrap_or("Unknown"),
            " Suboption #",
            kind,
            ", length ",
            length
        );
        if rest.len() < length.into() {
            put!(
                page,
                " [remaining suboptions length ",
                rest.len(),
                " < ",
                length,
                "]"
            );
            page.invalid();
            break;
        }
        rest.advance(length.into());
    }
    Ok(After::Bytes)
}

const HEADERS: u16 = 0x0061;

#[rustfmt::skip]
pub(super) const NAMES: &[(u8, &str)] = &[
    (1, "IP-Addrs"), (2, "IP-Comp"), (3, "IP-Addr"), (4, "Home-Addr"), (129, "Pri-DNS"), (130, "Pri-NBNS"),
    (131, "Sec-DNS"), (132, "Sec-NBNS"),
];
