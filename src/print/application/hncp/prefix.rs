//! Addresses and prefixes, those of IPv4 mapped into IPv6, and what a prefix is for.

use super::{domain, seconds};
use crate::print::application::bgp::Prefix;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, put};

/// Prints an address, one of IPv4 as such.
pub(super) fn address(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    if is_mapped(*rest) {
        rest.skip(MAPPED.len())?;
        page.next_host(rest, false)
    } else {
        page.next_host(rest, true)
    }
}

fn is_mapped(from: Cursor<'_>) -> bool {
    from.bytes().starts_with(&MAPPED)
}

/// Prints a prefix that was delegated or assigned, and returns what follows it.
pub(super) fn announced<'a>(
    page: &mut Page<'_>,
    delegated: bool,
    body: Cursor<'a>,
) -> Shown<Option<Cursor<'a>>> {
    let before = if delegated { 8 } else { 5 };
    if body.len() < before + 1 + Prefix::<16>::bytes(body.peek_u8(before)?) {
        page.invalid();
        return Ok(None);
    }
    let mut rest = body;
    if delegated {
        put!(page, " VLSO: ");
        seconds(page, &mut rest)?;
        put!(page, " PLSO: ");
        seconds(page, &mut rest)?;
    } else {
        put!(
            page,
            " EPID: ",
            HexPad(rest.u32()?.into(), 8),
            " Prty: ",
            rest.u8()? & 15
        );
    }
    put!(page, " Prefix: ");
    match prefix(page, &mut rest)? {
        Fits::Yes => {}
        Fits::TooLong if delegated => {
            put!(page, "(length is invalid)");
            return Ok(None);
        }
        _ => {
            page.invalid();
            return Ok(None);
        }
    }
    let read = (body.len() - rest.len()).next_multiple_of(4);
    Ok((read <= body.len()).then(|| body.after(read)))
}

/// What a prefix may be used for.
pub(super) fn policy(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    let mut rest = body;
    let policy = rest.u8()?;
    put!(page, " type: ");
    match policy {
        0 | 131 if !rest.is_empty() => page.invalid(),
        0 => put!(page, "Internet connectivity"),
        1..=128 => {
            put!(page, "Dest-Prefix: ");
            match prefix(page, &mut body.after(0))? {
                Fits::Yes => {}
                Fits::TooLong => put!(page, "(length is invalid)"),
                Fits::PastEnd => page.invalid(),
            }
        }
        129 => {
            put!(page, "DNS domain: ");
            domain(page, &mut rest)?;
        }
        130 => {
            put!(page, "Opaque UTF-8: ");
            let length = rest.len();
            page.padded_text(&mut rest, length)?;
        }
        131 => put!(page, "Restrictive assignment"),
        132.. => put!(page, "Unknown (", policy, ")"),
    }
    Ok(())
}

/// Whether a prefix could be shown.
enum Fits {
    Yes,
    /// It has more bits than an address.
    TooLong,
    /// It goes past the end of its value.
    PastEnd,
}

fn prefix(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<Fits> {
    let bits = rest.u8()?;
    let mapped = (96..=u8::MAX).contains(&bits) && rest.len() >= MAPPED.len() && is_mapped(*rest);
    if bits > 128 {
        return Ok(Fits::TooLong);
    }
    if rest.len() < Prefix::<16>::bytes(bits) {
        return Ok(Fits::PastEnd);
    }
    if mapped {
        rest.skip(MAPPED.len())?;
        Prefix::<4>::read(rest, bits - 96)?.put(page);
    } else {
        Prefix::<16>::read(rest, bits)?.put(page);
    }
    Ok(Fits::Yes)
}

const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

#[cfg(test)]
mod tests {
    use super::super::sample::{datagram, value};
    use crate::print::sample::verbose;
    use crate::wire::LinkType;

    fn told(value: &[u8]) -> String {
        verbose(2, LinkType::RAW, &datagram(value))
    }

    #[test]
    fn prefixes_are_of_either_family() {
        let mapped = [
            &[0, 0, 3, 0xe8, 0, 0, 1, 0x2c, 104][..],
            &super::MAPPED,
            &[10, 0, 0],
        ]
        .concat();
        let policy = value(43, &[0]);
        assert!(told(&value(34, &[&mapped[..], &policy].concat())).ends_with(
            "Delegated-Prefix (36) VLSO: 1.000s PLSO: 0.300s Prefix: 10.0.0.0/8\
             \n\t\tPrefix-Policy (5) type: Internet connectivity"
        ));
        assert!(
            told(&value(35, &[0, 0, 0, 1, 0xf2, 16, 0x20, 1]))
                .ends_with(" EPID: 00000001 Prty: 2 Prefix: 2001::/16")
        );
        assert!(told(&value(35, &[0, 0, 0, 1, 2, 16, 0x20])).ends_with("Assigned-Prefix (11) (invalid)"));
    }

    #[test]
    fn policies_are_named() {
        assert!(told(&value(43, &[16, 0x20, 1])).ends_with("type: Dest-Prefix: 2001::/16"));
        assert!(told(&value(43, &[131])).ends_with("type: Restrictive assignment"));
        assert!(told(&value(43, &[131, 1])).ends_with("type:  (invalid)"));
        assert!(told(&value(43, b"\x82ab\x1b")).ends_with("type: Opaque UTF-8: ab^["));
        assert!(told(&value(43, &[200])).ends_with("type: Unknown (200)"));
    }
}
