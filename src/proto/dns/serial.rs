//! The serial number of a zone.

use crate::wire::Reader;
use crate::wire::dns::{Name, Record, RecordType};

/// The serial number in an SOA record.
pub fn soa_serial(record: &Record<'_>) -> Option<u32> {
    if record.rtype != RecordType::SOA {
        return None;
    }
    let message = record.rdata.message();
    let (_, offset) = Name::read(message, record.rdata.offset()).ok()?;
    let (_, offset) = Name::read(message, offset).ok()?;
    Reader::new(message.get(offset..)?).u32().ok()
}

/// Whether the serial number `a` comes after `b` (RFC 1982 section 3.2).
pub fn is_newer_serial(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_go_round() {
        assert!(is_newer_serial(2, 1) && !is_newer_serial(1, 2));
        assert!(is_newer_serial(1, u32::MAX) && !is_newer_serial(7, 7));
    }
}
