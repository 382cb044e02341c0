//! Sets of types: bits in windows of 256 (RFC 4034 section 4.1.2).

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;
use crate::wire::dns::RecordType;

/// Writes the types of a map that goes to the end of the data: `window` before the first of a window, `between`
/// before each other one.
pub(super) fn write_type_map(
    rdata: &mut Cursor<'_>,
    out: &mut Writer<'_>,
    window: &str,
    between: &str,
) -> Result<(), Malformed> {
    let mut last = None;
    while !rdata.is_empty() {
        let number = rdata.u8()?;
        let bits = rdata.string()?;
        if !(1..=32).contains(&bits.len()) || last >= Some(number) || bits.last() == Some(&0) {
            return Err(Malformed::Value);
        }
        last = Some(number);
        write_bitmap(number, bits, out, window, between);
    }
    Ok(())
}

/// Writes the types whose bits are set in one window.
fn write_bitmap(window: u8, bits: &[u8], out: &mut Writer<'_>, first: &str, between: &str) {
    let mut separator = first;
    for (low, bit) in (0..=u8::MAX).zip(
        bits.iter()
            .flat_map(|byte| (0..8).map(move |bit| byte & (0x80 >> bit))),
    ) {
        if bit != 0 {
            out.text(separator);
            separator = between;
            write_type(RecordType(u16::from_be_bytes([window, low])), out);
        }
    }
}

/// Writes a type by name or number.
pub(super) fn write_type(rtype: RecordType, out: &mut Writer<'_>) {
    match rtype.mnemonic() {
        Some(name) => out.text(name),
        None => out.text("TYPE").number(rtype.0),
    };
}
