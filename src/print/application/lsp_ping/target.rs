//! Which forwarding equivalence classes an echo request is about (RFC 8029 section 3.2).

use super::Value;
use crate::print::application::bgp;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::l2vpn;
use crate::print::text::{Hex4, HexPad, name_of, put};

/// Prints the classes.
pub(super) fn print(page: &mut Page<'_>, value: Cursor<'_>) -> Shown<Value> {
    let mut rest = value;
    while !rest.is_empty() {
        if rest.len() < 4 {
            return Ok(Value::TooShort);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        if rest.len() < length {
            return Ok(Value::TooShort);
        }
        let name = name_of(CLASSES, kind).unwrap_or("Unknown");
        put!(page, "\n\t    ", name, " subTLV (", kind, "), length: ", length);
        let class = rest.limited(length);
        let told = match fixed(kind) {
            Some(expected) if expected == length => {
                put!(page, "\n\t      ");
                self::class(page, kind, class)?;
                true
            }
            Some(expected) => {
                put!(page, "\n\t      invalid subTLV length, should be ", expected);
                false
            }
            None => false,
        };
        if !told || page.verbose(2) {
            page.hex("\n\t      ", class.bytes());
        }
        let padded = length.next_multiple_of(4);
        if rest.len() < padded {
            put!(page, "\n\t\t TLV is too short");
            return Ok(Value::Ends);
        }
        rest.advance(padded);
    }
    Ok(Value::Told)
}

/// How long a class of this type is.
fn fixed(kind: u16) -> Option<usize> {
    Some(match kind {
        1 | 12 => 5,
        2 | 13 => 17,
        3 => 20,
        4 => 56,
        6 => 13,
        7 => 25,
        8 | 10 => 14,
        9 => 10,
        _ => return None,
    })
}

fn class(page: &mut Page<'_>, kind: u16, mut rest: Cursor<'_>) -> Shown {
    if matches!(kind, 6..=8) {
        put!(page, "RD: ");
        bgp::distinguisher(page, rest)?;
        put!(page, ", ");
        rest.skip(8)?;
    }
    match kind {
        1 | 6 | 12 => {
            page.host(rest.ipv4()?);
            put!(page, "/", rest.u8()?);
        }
        2 | 7 | 13 => {
            page.host(rest.ipv6()?);
            put!(page, "/", rest.u8()?);
        }
        3 => tunnel(page, rest, 4)?,
        4 => tunnel(page, rest, 16)?,
        8 => {
            put!(
                page,
                "Sender VE ID: ",
                rest.u16()?,
                ", Receiver VE ID: ",
                rest.u16()?
            );
            put!(page, "\n\t      Encapsulation Type: ");
            pseudowire(page, rest.u16()?);
        }
        _ => {
            if kind == 10 {
                put!(page, "Sender PE: ");
                page.host(rest.ipv4()?);
                put!(page, ", ");
            }
            put!(page, "Remote PE: ");
            page.host(rest.ipv4()?);
            put!(
                page,
                "\n\t      PW ID: 0x",
                HexPad(rest.u32()?.into(), 8),
                ", PW Type: "
            );
            pseudowire(page, rest.u16()?);
        }
    }
    Ok(())
}

fn pseudowire(page: &mut Page<'_>, kind: u16) {
    let name = name_of(l2vpn::PSEUDOWIRES, kind).unwrap_or("unknown");
    put!(page, name, " (", kind, ")");
}

/// A tunnel of RSVP, whose addresses have so many bytes.
fn tunnel(page: &mut Page<'_>, value: Cursor<'_>, length: usize) -> Shown {
    let address = |page: &mut Page<'_>, offset: usize| {
        let from = value.after(offset);
        if length == 4 {
            page.host(from.peek_ipv4()?);
        } else {
            page.host(from.peek_ipv6()?);
        }
        Ok(())
    };
    put!(page, "tunnel end-point ");
    address(page, 0)?;
    put!(page, ", tunnel sender ");
    address(page, 2 * length + 4)?;
    put!(page, ", lsp-id 0x", Hex4(value.peek_u16(3 * length + 6)?));
    put!(page, "\n\t      tunnel-id 0x", Hex4(value.peek_u16(length + 2)?));
    put!(page, ", extended tunnel-id ");
    address(page, length + 4)
}

const CLASSES: &[(u16, &str)] = &[
    (1, "LDP IPv4 prefix"),
    (2, "LDP IPv6 prefix"),
    (3, "RSVP IPv4 Session Query"),
    (4, "RSVP IPv6 Session Query"),
    (5, "Reserved"),
    (6, "VPN IPv4 prefix"),
    (7, "VPN IPv6 prefix"),
    (8, "L2 VPN endpoint"),
    (9, "FEC 128 pseudowire (old)"),
    (10, "FEC 128 pseudowire"),
    (12, "BGP labeled IPv4 prefix"),
    (13, "BGP labeled IPv6 prefix"),
];
