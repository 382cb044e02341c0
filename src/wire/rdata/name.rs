//! Types that are names, and the numbers with them.

use super::Malformed;
use super::cursor::Cursor;
use super::period::period;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// NS, CNAME, PTR, DNAME, NSAP-PTR and the mailbox types.
pub(super) fn one(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?);
    Ok(())
}

/// MINFO, RP (RFC 1183), TALINK.
pub(super) fn two(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?).space().name(&rdata.name()?);
    Ok(())
}

/// MX, AFSDB, RT, KX (RFC 2230), LP (RFC 6742): the lower the number, the better.
pub(super) fn preference(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space().name(&rdata.name()?);
    Ok(())
}

/// PX (RFC 2163).
pub(super) fn px(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space();
    two(rdata, out)
}

/// SRV (RFC 2782).
pub(super) fn srv(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    for _ in 0..3 {
        out.number(rdata.u16()?).space();
    }
    one(rdata, out)
}

/// NAPTR (RFC 3403).
pub(super) fn naptr(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    for _ in 0..2 {
        out.number(rdata.u16()?).space();
    }
    for _ in 0..3 {
        out.quoted(rdata.string()?).space();
    }
    one(rdata, out)
}

/// SOA, whose times are explained over several lines.
pub(super) fn soa(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let fields = ["serial", "refresh", "retry", "expire", "minimum"];
    let explained = out.style().multiline && out.style().comments;
    two(rdata, out)?;
    out.multiline(" (").line_break();
    for (index, field) in fields.into_iter().enumerate() {
        let value = rdata.u32()?;
        if explained {
            out.format(format_args!("{value:<10} ; {field}"));
            if index > 0 {
                out.text(" (").text(&period(value)).text(")");
            }
            out.line_break();
        } else {
            out.number(value);
            if index < fields.len() - 1 {
                out.line_break();
            }
        }
    }
    out.multiline(")");
    Ok(())
}
