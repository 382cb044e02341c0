//! The generic form of any data (RFC 3597 section 5).

use super::cursor::Cursor;
use super::writer::Writer;
use super::{Form, Malformed};
use crate::wire::dns::Rdata;

/// `\# length hex`.
pub(super) fn write(bytes: &[u8], out: &mut Writer<'_>) {
    out.text("\\# ").number(bytes.len() as u64);
    if !bytes.is_empty() {
        out.space().multiline("( ").hex(bytes).multiline(" )");
    }
}

/// The generic form of data that has a `form` of its own: its names are written out, because a pointer into a
/// message is of no use outside of it.
pub(super) fn write_expanded(form: Form, rdata: Rdata<'_>, out: &mut Writer<'_>) -> Result<(), Malformed> {
    let mut cursor = Cursor::expanding(rdata);
    form(&mut cursor, &mut Writer::new(out.style(), &mut Vec::new()))?;
    cursor.end()?;
    write(&cursor.into_expanded(), out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Style, try_write};
    use super::*;
    use crate::wire::dns::{Class, Message, RecordType};

    #[test]
    fn names_are_written_out() {
        let message = b"\0\0\x80\0\0\0\0\x01\0\0\0\0\x01x\0\0\x0f\0\x01\0\0\0\0\0\x06\0\x0a\x01m\xc0\x0c";
        let record = Message::parse(message)
            .unwrap()
            .records()
            .next()
            .unwrap()
            .unwrap();
        let style = Style {
            unknown: true,
            ..Style::default()
        };
        let mut out = Vec::new();
        try_write(RecordType::MX, Class::IN, record.rdata, &style, &mut out).unwrap();
        assert_eq!(out, b"\\# 7 000A016D017800");
    }

    #[test]
    fn no_data_is_a_zero() {
        let mut out = Vec::new();
        let style = Style::default();
        try_write(RecordType(65280), Class::IN, Rdata::alone(&[]), &style, &mut out).unwrap();
        assert_eq!(out, b"\\# 0");
    }
}
