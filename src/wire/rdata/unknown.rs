//! The generic form of any data (RFC 3597 section 5).

use super::cursor::Cursor;
use super::writer::Writer;
use super::{Malformed, form};
use crate::wire::dns::{Class, Rdata, RecordType};

/// `\# length hex`.
pub(super) fn write(bytes: &[u8], out: &mut Writer<'_>) {
    out.text("\\# ").number(bytes.len() as u64);
    if !bytes.is_empty() {
        out.space().multiline("( ").hex(bytes).multiline(" )");
    }
}

/// The generic form of a type that has one of its own: its names are written out, not as pointers into a message
/// that the reader does not have.
pub(super) fn write_expanded(
    rtype: RecordType,
    class: Class,
    rdata: Rdata<'_>,
    out: &mut Writer<'_>,
) -> Result<(), Malformed> {
    let bytes = expand(rtype, rdata)?;
    // What could not be written in its own form is not this type.
    let form = form(rtype, class).ok_or(Malformed::Value)?;
    let mut cursor = Cursor::new(rdata);
    let mut scratch = Vec::new();
    form(&mut cursor, &mut Writer::new(out.style(), &mut scratch))?;
    cursor.end()?;
    write(&bytes, out);
    Ok(())
}

/// The data with its names uncompressed: only the types of RFC 1035 and a few early ones can have other names.
fn expand(rtype: RecordType, rdata: Rdata<'_>) -> Result<Vec<u8>, Malformed> {
    let (fixed, names) = match rtype {
        RecordType::NS
        | RecordType::CNAME
        | RecordType::PTR
        | RecordType::MB
        | RecordType::MD
        | RecordType::MF
        | RecordType::MG
        | RecordType::MR => (0, 1),
        RecordType::SOA | RecordType::MINFO => (0, 2),
        RecordType::MX | RecordType::AFSDB | RecordType::RT => (2, 1),
        _ => return Ok(rdata.bytes().to_vec()),
    };
    let mut cursor = Cursor::new(rdata);
    let mut bytes = cursor.take(fixed)?.to_vec();
    for _ in 0..names {
        bytes.extend_from_slice(cursor.name()?.as_wire());
    }
    bytes.extend_from_slice(cursor.rest());
    Ok(bytes)
}
