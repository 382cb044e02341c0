//! The canonical form of a record's data, over which it is signed (RFC 4034 section 6.2).

use crate::wire::dns::{Name, Rdata, RecordType};

/// A part of a record's data.
#[derive(Clone, Copy)]
enum Part {
    /// So many bytes.
    Bytes(usize),
    /// A string behind its length.
    Text,
    /// A name: uncompressed, and in lower case.
    Name,
}

/// The data in canonical form: the names in it uncompressed and in lower case, for the types of which RFC 4034 section
/// 6.2 says so; RFC 6840 section 5.1 took NSEC off that list. Every other type is signed as it is on the wire. `None`
/// if the data is not what its type says.
pub(super) fn canonical(rtype: RecordType, rdata: Rdata<'_>) -> Option<Vec<u8>> {
    let message = rdata.message();
    let mut at = rdata.offset();
    let mut out = Vec::with_capacity(rdata.bytes().len());
    for part in parts(rtype) {
        let length = match part {
            Part::Bytes(length) => *length,
            Part::Text => 1 + usize::from(*message.get(at)?),
            Part::Name => {
                let (name, end) = Name::read(message, at).ok()?;
                out.extend_from_slice(name.to_lowercase().as_wire());
                at = end;
                continue;
            }
        };
        out.extend_from_slice(message.get(at..at + length)?);
        at += length;
    }
    out.extend_from_slice(message.get(at..)?);
    Some(out)
}

/// The parts of a type's data up to its last name; what is behind it stays as it is.
fn parts(rtype: RecordType) -> &'static [Part] {
    use Part::{Bytes, Name, Text};
    match rtype {
        RecordType::NS
        | RecordType::MD
        | RecordType::MF
        | RecordType::CNAME
        | RecordType::MB
        | RecordType::MG
        | RecordType::MR
        | RecordType::PTR
        | RecordType::NXT
        | RecordType::DNAME => &[Name],
        RecordType::SOA | RecordType::MINFO | RecordType::RP => &[Name, Name],
        RecordType::MX | RecordType::AFSDB | RecordType::RT | RecordType::KX => &[Bytes(2), Name],
        RecordType::PX => &[Bytes(2), Name, Name],
        RecordType::SRV => &[Bytes(6), Name],
        RecordType::NAPTR => &[Bytes(4), Text, Text, Text, Name],
        RecordType::SIG | RecordType::RRSIG => &[Bytes(18), Name],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(rtype: RecordType, bytes: &[u8]) -> Option<Vec<u8>> {
        canonical(rtype, Rdata::alone(bytes))
    }

    #[test]
    fn names_are_in_lower_case_for_the_types_of_the_list_only() {
        assert_eq!(alone(RecordType::MX, b"\0\x0a\x01A\0").unwrap(), b"\0\x0a\x01a\0");
        assert_eq!(
            alone(RecordType::NAPTR, b"\0\x01\0\x02\x01U\x02Ab\0\x01X\0").unwrap(),
            b"\0\x01\0\x02\x01U\x02Ab\0\x01x\0"
        );
        assert_eq!(
            alone(RecordType::SOA, b"\x01A\0\x01B\0ABCD").unwrap(),
            b"\x01a\0\x01b\0ABCD"
        );
        for rtype in [
            RecordType::NSEC,
            RecordType::TXT,
            RecordType::SVCB,
            RecordType::LP,
            RecordType(65280),
        ] {
            assert_eq!(alone(rtype, b"\x01A\0").unwrap(), b"\x01A\0", "{rtype}");
        }
    }

    #[test]
    fn data_that_ends_inside_a_part_has_no_canonical_form() {
        assert_eq!(alone(RecordType::MX, b"\0"), None);
        assert_eq!(alone(RecordType::SRV, b"\0\0\0\0\0\0\x05a"), None);
        assert_eq!(alone(RecordType::NAPTR, b"\0\0\0\0\xffU"), None);
    }
}
