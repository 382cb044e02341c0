//! Types that are text.

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// TXT, SPF, NINFO, AVC, RESINFO: one string or more.
pub(super) fn strings(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    one(rdata, out)?;
    while !rdata.is_empty() {
        out.space().quoted(rdata.string()?);
    }
    Ok(())
}

/// X25 (RFC 1183).
pub(super) fn one(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.quoted(rdata.string()?);
    Ok(())
}

/// HINFO.
pub(super) fn two(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    one(rdata, out)?;
    out.space();
    one(rdata, out)
}

/// GPOS (RFC 1712).
pub(super) fn three(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    two(rdata, out)?;
    out.space();
    one(rdata, out)
}

/// ISDN (RFC 1183): the second string is optional.
pub(super) fn isdn(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    one(rdata, out)?;
    if !rdata.is_empty() {
        out.space();
        one(rdata, out)?;
    }
    Ok(())
}

/// URI (RFC 7553).
pub(super) fn uri(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space().number(rdata.u16()?).space();
    out.quoted(rdata.rest());
    Ok(())
}

/// CAA (RFC 8659).
pub(super) fn caa(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u8()?).space();
    let tag = rdata.string()?;
    if tag.is_empty() || !tag.iter().all(u8::is_ascii_alphanumeric) {
        return Err(Malformed::Value);
    }
    for &byte in tag {
        out.byte(byte);
    }
    out.space().quoted(rdata.rest());
    Ok(())
}

/// DOA (draft-durand-doa-over-dns).
pub(super) fn doa(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u32()?).space().number(rdata.u32()?).space();
    out.number(rdata.u8()?).space().quoted(rdata.string()?).space();
    match rdata.rest() {
        [] => out.text("-"),
        data => out.solid_base64(data),
    };
    Ok(())
}
