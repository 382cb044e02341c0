//! Types of DNSSEC (RFC 4034, RFC 5155) and its forerunners.

use super::Malformed;
use super::algorithm::{algorithm_name, key_tag};
use super::cursor::Cursor;
use super::type_map::{write_type, write_type_map};
use super::words::base32;
use super::writer::Writer;
use crate::wire::dns::RecordType;

type Written = Result<(), Malformed>;

/// DNSKEY, CDNSKEY.
pub(super) fn dnskey(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let flags = write_key(rdata, out)?;
    if out.style().comments {
        let revoked = flags & REVOKE != 0;
        out.text(match (flags & SECURE_ENTRY_POINT != 0, revoked) {
            (true, true) => " ; revoked KSK",
            (true, false) => " ; KSK",
            (false, _) => " ; ZSK",
        });
        write_key_comment(rdata, out);
    }
    Ok(())
}

/// KEY (RFC 2535), RKEY.
pub(super) fn key(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    let flags = write_key(rdata, out)?;
    if out.style().comments && flags & NO_KEY != NO_KEY {
        write_key_comment(rdata, out);
    }
    Ok(())
}

/// The flags that mark a key for signing keys, and one that is revoked (RFC 5011).
const SECURE_ENTRY_POINT: u16 = 0x0001;
const REVOKE: u16 = 0x0080;
/// Both bits: there is no key (RFC 2535 section 3.1.2).
const NO_KEY: u16 = 0xc000;

fn write_key(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Result<u16, Malformed> {
    let flags = rdata.u16()?;
    out.number(flags).space().number(rdata.u8()?).space();
    out.number(rdata.u8()?);
    let key = rdata.rest();
    if flags & NO_KEY == NO_KEY {
        return Ok(flags);
    }
    out.multiline(" (").line_break();
    if out.style().crypto {
        out.base64(key);
    } else {
        out.text("[key id = ").number(key_tag(rdata.whole())).text("]");
    }
    if out.style().comments {
        out.line_break();
    } else {
        out.multiline(" ");
    }
    out.multiline(")");
    Ok(flags)
}

fn write_key_comment(rdata: &Cursor<'_>, out: &mut Writer<'_>) {
    let algorithm = rdata.whole().get(3).copied().unwrap_or_default();
    out.text("; alg = ");
    match algorithm_name(algorithm) {
        Some(name) => out.text(name),
        None => out.number(algorithm),
    };
    out.text(" ; key id = ").number(key_tag(rdata.whole()));
}

/// RRSIG.
pub(super) fn rrsig(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    write_type(RecordType(rdata.u16()?), out);
    out.space()
        .number(rdata.u8()?)
        .space()
        .number(rdata.u8()?)
        .space();
    out.number(rdata.u32()?).multiline(" (").line_break();
    out.time(rdata.u32()?)?.space().time(rdata.u32()?)?.space();
    write_signer(rdata, out)
}

/// SIG (RFC 2535): its bracket opens one field later.
pub(super) fn sig(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    write_type(RecordType(rdata.u16()?), out);
    out.space()
        .number(rdata.u8()?)
        .space()
        .number(rdata.u8()?)
        .space();
    out.number(rdata.u32()?).space();
    out.time(rdata.u32()?)?.multiline(" (").line_break();
    out.time(rdata.u32()?)?.space();
    write_signer(rdata, out)
}

/// Whose signature it is, by key tag and name, and the signature.
fn write_signer(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space().name(&rdata.name()?).line_break();
    let signature = rdata.rest();
    out.crypto(|out| {
        out.base64(signature);
    });
    out.multiline(" )");
    Ok(())
}

/// DS, CDS, DLV, TA.
pub(super) fn ds(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u16()?).space().number(rdata.u8()?).space();
    out.number(rdata.u8()?).bracketed_hex(rdata.some_rest()?);
    Ok(())
}

/// ZONEMD (RFC 8976).
pub(super) fn zonemd(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u32()?).space().number(rdata.u8()?).space();
    out.number(rdata.u8()?).bracketed_hex(rdata.some_rest()?);
    Ok(())
}

/// NSEC.
pub(super) fn nsec(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?);
    write_type_map(rdata, out, " ", " ")
}

/// NXT (RFC 2535): its bits are not in windows.
pub(super) fn nxt(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.name(&rdata.name()?);
    for (index, byte) in rdata.rest().iter().enumerate() {
        for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
            let number = u16::try_from(index * 8 + bit).map_err(|_| Malformed::Value)?;
            out.space();
            // A type without a name is a bare number here.
            match RecordType(number).mnemonic() {
                Some(name) => out.text(name),
                None => out.number(number),
            };
        }
    }
    Ok(())
}

/// NSEC3.
pub(super) fn nsec3(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    nsec3param(rdata, out)?;
    let next = rdata.string()?;
    if next.is_empty() {
        return Err(Malformed::Value);
    }
    out.multiline(" (").line_break().text(&base32(next));
    let line = if out.style().multiline { "\n\t\t\t\t" } else { " " };
    write_type_map(rdata, out, line, " ")?;
    out.multiline(" )");
    Ok(())
}

/// NSEC3PARAM, and the beginning of NSEC3.
pub(super) fn nsec3param(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u8()?).space().number(rdata.u8()?).space();
    out.number(rdata.u16()?).space();
    match rdata.string()? {
        [] => out.text("-"),
        salt => out.solid_hex(salt),
    };
    Ok(())
}

/// CSYNC (RFC 7477).
pub(super) fn csync(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Written {
    out.number(rdata.u32()?).space().number(rdata.u16()?);
    write_type_map(rdata, out, " ", " ")
}
