//! Types that are addresses below or beside the Internet's.

use std::net::Ipv4Addr;

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;

type Written = Result<(), Malformed>;

/// NSAP (RFC 1706).
pub(super) fn nsap(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.text("0x");
    write_lower_hex(rdata.some_rest()?, "", out);
    Ok(())
}

/// ATMA (ATM Name System): hex, or the digits of an E.164 number.
pub(super) fn atma(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let format = rdata.u8()?;
    let address = rdata.some_rest()?;
    match format {
        0 => write_lower_hex(address, "", out),
        1 if address.iter().all(u8::is_ascii_digit) => {
            out.text("+");
            for &digit in address {
                out.byte(digit);
            }
        }
        1 => return Err(Malformed::Value),
        _ => super::unknown::write(rdata.whole(), out),
    }
    Ok(())
}

/// EID, NIMLOC: hex and nothing else.
pub(super) fn hex_words(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let bytes = rdata.some_rest()?;
    out.multiline("( ").hex(bytes).multiline(" )");
    Ok(())
}

/// EUI48 (RFC 7043).
pub(super) fn eui48(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    write_lower_hex(&rdata.array::<6>()?, "-", out);
    Ok(())
}

/// EUI64 (RFC 7043).
pub(super) fn eui64(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    write_lower_hex(&rdata.array::<8>()?, "-", out);
    Ok(())
}

/// NID, L64 (RFC 6742): four groups, of which none is left out.
pub(super) fn locator64(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space();
    let groups = (rdata.u16()?, rdata.u16()?, rdata.u16()?, rdata.u16()?);
    out.format(format_args!(
        "{:x}:{:x}:{:x}:{:x}",
        groups.0, groups.1, groups.2, groups.3
    ));
    Ok(())
}

/// L32 (RFC 6742).
pub(super) fn locator32(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space();
    out.format(format_args!("{}", Ipv4Addr::from(rdata.array::<4>()?)));
    Ok(())
}

fn write_lower_hex(bytes: &[u8], separator: &str, out: &mut Writer<'_>) {
    for (index, byte) in bytes.iter().enumerate() {
        let separator = if index > 0 { separator } else { "" };
        out.format(format_args!("{separator}{byte:02x}"));
    }
}
