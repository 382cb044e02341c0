//! Types that live in one message only: OPT (RFC 6891), TSIG (RFC 8945), TKEY (RFC 2930).

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;
use crate::wire::dns::Rcode;

type Written = Result<(), Malformed>;

/// TSIG.
pub(super) fn tsig(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?).space();
    out.number(rdata.u48()?).space().number(rdata.u16()?).space();
    let length = rdata.u16()?;
    out.number(length);
    if length > 0 {
        let mac = rdata.take(usize::from(length))?;
        out.multiline(" (").line_break().base64(mac).multiline(" )");
    }
    out.space().number(rdata.u16()?).space();
    write_error(rdata.u16()?, out);
    let length = rdata.u16()?;
    out.space().number(length).space();
    out.base64(rdata.take(usize::from(length))?);
    Ok(())
}

/// OPT (RFC 6891) where it must not be: its options by number and length.
pub(super) fn opt(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    while !rdata.is_empty() {
        let (code, length) = (rdata.u16()?, rdata.u16()?);
        out.number(code).space().number(length);
        if length > 0 {
            let data = rdata.take(usize::from(length))?;
            out.multiline(" (").line_break().base64(data).multiline(" )");
        }
        if !rdata.is_empty() {
            out.space();
        }
    }
    Ok(())
}

/// TKEY.
pub(super) fn tkey(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?).space();
    out.number(rdata.u32()?).space().number(rdata.u32()?).space();
    out.number(rdata.u16()?).space();
    write_error(rdata.u16()?, out);
    let length = rdata.u16()?;
    out.space().number(length);
    let key = rdata.take(usize::from(length))?;
    out.multiline(" (").line_break().base64(key);
    out.multiline(" )").space();
    let length = rdata.u16()?;
    out.number(length);
    if length > 0 {
        let other = rdata.take(usize::from(length))?;
        out.multiline(" (").line_break().base64(other).multiline(" )");
    }
    Ok(())
}

/// The error of a transaction, which has names of its own from 16 on.
fn write_error(code: u16, out: &mut Writer<'_>) {
    let name = match code {
        16 => Some("BADSIG"),
        17 => Some("BADKEY"),
        18 => Some("BADTIME"),
        19 => Some("BADMODE"),
        20 => Some("BADNAME"),
        21 => Some("BADALG"),
        22 => Some("BADTRUNC"),
        _ => Rcode(code).mnemonic(),
    };
    match name {
        Some(name) => out.text(name),
        None => out.number(code),
    };
}
