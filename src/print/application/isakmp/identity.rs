//! Who the ends say they are.

use super::payload::{Context, Cut, Payload, Printed, digits, known, need};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::registry;
use crate::print::text::{Dotted, Escaped, HexRun, put};

/// An identification of version 1 (RFC 2407, section 4.6.2).
pub(super) fn v1<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    payload.need(FIXED)?;
    let mut rest = payload.body();
    let (kind, protocol, port) = (rest.u8()?, rest.u8()?, rest.u16()?);
    let length = payload.length.saturating_sub(FIXED);
    if context.phase == 0 {
        // Met in a message of version 2, where there are no phases.
        put!(page, " idtype=", known(DOMAIN_TYPES, kind.into()), " doi_data=");
        put!(page, u32::from(protocol) << 16 | u32::from(port));
        return opaque(page, payload, rest, length);
    }
    put!(page, " idtype=", known(TYPES, kind.into()), " protoid=");
    match registry::protocol::name(protocol).filter(|_| !page.numeric()) {
        Some(name) if protocol != 0 => put!(page, name),
        _ => put!(page, protocol),
    }
    put!(page, " port=", port);
    if length == 0 {
        return Ok(payload.end());
    }
    need(rest, length)?;
    let least = match kind {
        1 => 4,
        4 | 7 => 8,
        5 => 16,
        6 | 8 => 32,
        2 | 3 => {
            put!(page, " len=", length, " ", Escaped(rest.take(length)?));
            return Ok(payload.end());
        }
        _ => return opaque(page, payload, rest, length),
    };
    put!(page, " len=", length, " ");
    if length < least {
        put!(page, "[bad: < ", least, "]");
        return Ok(payload.end());
    }
    match kind {
        1 | 4 | 7 => page.host(rest.ipv4()?),
        _ => page.host(rest.ipv6()?),
    }
    match kind {
        4 => put!(page, "/", rest.ipv4()?),
        6 => put!(page, "/0x", HexRun(rest.take(16)?)),
        7 => {
            put!(page, "-");
            page.host(rest.ipv4()?);
        }
        8 => {
            put!(page, "-");
            page.host(rest.ipv6()?);
        }
        _ => {}
    }
    Ok(payload.end())
}

fn opaque<'a>(page: &mut Page<'_>, payload: &Payload<'a>, data: Cursor<'_>, length: usize) -> Printed<'a> {
    if length > 0 {
        put!(page, " len=", length);
        if page.verbose(3) {
            put!(page, " ");
            digits(page, data, length)?;
        }
    }
    Ok(payload.end())
}

/// An identification of version 2 (RFC 7296, section 3.5), after its name and length.
pub(super) fn v2(page: &mut Page<'_>, payload: &Payload<'_>) -> Result<(), Cut> {
    let mut rest = payload.body();
    let kind = rest.u8()?;
    rest.skip(3)?;
    let Some(length) = payload.length.checked_sub(FIXED) else {
        put!(page, " [payload too short]");
        return Ok(());
    };
    let Some((name, text)) = TYPES_V2
        .iter()
        .find(|(known, ..)| *known == kind)
        .map(|(_, name, text)| (*name, *text))
    else {
        return Ok(());
    };
    put!(page, " ", name, ":");
    need(rest, length)?;
    let data = rest.take(length)?;
    if text {
        put!(page, Dotted(data));
    } else {
        put!(page, HexRun(data));
    }
    Ok(())
}

/// The header of the payload, the type, and what it is an identity for.
const FIXED: usize = 8;

const DOMAIN_TYPES: &[(u16, &str)] = &[(0, "IPv4"), (1, "IPv4net"), (2, "IPv6"), (3, "IPv6net")];

#[rustfmt::skip]
const TYPES: &[(u16, &str)] = &[
    (1, "IPv4"), (2, "FQDN"), (3, "user FQDN"), (4, "IPv4net"), (5, "IPv6"), (6, "IPv6net"), (7, "IPv4range"),
    (8, "IPv6range"), (9, "ASN1 DN"), (10, "ASN1 GN"), (11, "keyid"),
];

/// What each type is called, and whether it is text.
const TYPES_V2: &[(u8, &str, bool)] = &[
    (1, "ipv4", false),
    (2, "fqdn", true),
    (3, "rfc822", true),
    (5, "ipv6", false),
    (9, "dn", false),
    (10, "gn", false),
    (11, "keyid", false),
];
