//! Types that name a gateway, a relay or a host identity.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Malformed;
use super::address::{write_ipv4, write_ipv6};
use super::cursor::Cursor;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// IPSECKEY (RFC 4025).
pub(super) fn ipseckey(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let (precedence, kind, algorithm) = (rdata.u8()?, rdata.u8()?, rdata.u8()?);
    out.multiline("( ")
        .number(precedence)
        .space()
        .number(kind)
        .space();
    out.number(algorithm).space();
    write_gateway(kind, rdata, out)?;
    let key = rdata.rest();
    if !key.is_empty() {
        out.line_break();
        out.base64(key);
    }
    out.multiline(" )");
    Ok(())
}

/// AMTRELAY (RFC 8777).
pub(super) fn amtrelay(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let precedence = rdata.u8()?;
    let discovery = rdata.u8()?;
    let kind = discovery & 0x7f;
    if kind > 3 {
        // RFC 8777 section 4.2.3: nothing is known of other kinds of relays.
        rdata.rest();
        super::unknown::write(rdata.whole(), out);
        return Ok(());
    }
    out.number(precedence).space();
    out.number(discovery >> 7).space().number(kind).space();
    write_gateway(kind, rdata, out)
}

/// Nothing, an IPv4 address, an IPv6 address or a name.
fn write_gateway(kind: u8, rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    match kind {
        0 => {
            out.text(".");
        }
        1 => write_ipv4(Ipv4Addr::from(rdata.array::<4>()?), out),
        2 => write_ipv6(Ipv6Addr::from(rdata.array::<16>()?), out),
        3 => {
            out.name(&rdata.name()?);
        }
        _ => return Err(Malformed::Value),
    }
    Ok(())
}

/// HIP (RFC 8005).
pub(super) fn hip(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let tag_length = rdata.u8()?;
    let algorithm = rdata.u8()?;
    let key_length = rdata.u16()?;
    if tag_length == 0 || key_length == 0 {
        return Err(Malformed::Value);
    }
    out.multiline("( ").number(algorithm).space();
    out.solid_hex(rdata.take(usize::from(tag_length))?).line_break();
    out.solid_base64(rdata.take(usize::from(key_length))?);
    if !rdata.is_empty() {
        out.line_break();
    }
    while !rdata.is_empty() {
        out.name(&rdata.name()?);
        if !rdata.is_empty() {
            out.line_break();
        }
    }
    out.multiline(" )");
    Ok(())
}
