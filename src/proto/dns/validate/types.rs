//! The set of types in an NSEC or NSEC3 record (RFC 4034 section 4.1.2).

use crate::wire::Reader;
use crate::wire::dns::RecordType;

/// Which types a name has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Types {
    /// Windows of 256 types, by number, and their bits.
    windows: Vec<(u8, Vec<u8>)>,
}

impl Types {
    /// `None` if the bytes are no type map to their end.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let mut windows: Vec<(u8, Vec<u8>)> = Vec::new();
        while !reader.is_empty() {
            let number = reader.u8().ok()?;
            let length = usize::from(reader.u8().ok()?);
            let bits = reader.take(length).ok()?;
            if !(1..=32).contains(&length) || windows.last().is_some_and(|(last, _)| *last >= number) {
                return None;
            }
            windows.push((number, bits.to_vec()));
        }
        Some(Self { windows })
    }

    pub(super) fn has(&self, rtype: RecordType) -> bool {
        let [window, low] = rtype.0.to_be_bytes();
        let bits = self.windows.iter().find(|(number, _)| *number == window);
        let byte = bits.and_then(|(_, bits)| bits.get(usize::from(low / 8)));
        byte.is_some_and(|byte| byte & (0x80 >> (low % 8)) != 0)
    }

    /// Whether they are those of a delegation, seen from the parent.
    pub(super) fn is_delegation(&self) -> bool {
        self.has(RecordType::NS) && !self.has(RecordType::SOA)
    }

    /// Whether the zone says nothing of what is below the name (RFC 6840 section 4.1).
    pub(super) fn ends_authority(&self) -> bool {
        self.is_delegation() || self.has(RecordType::DNAME)
    }

    /// Whether a name with these types has no answer to a question of `rtype`, and the zone that says so is the one
    /// to say it: of a delegation the parent denies DS, the child all else.
    pub(super) fn lack(&self, rtype: RecordType, is_root: bool) -> bool {
        let ours = if rtype == RecordType::DS {
            is_root || !self.has(RecordType::SOA)
        } else {
            !self.is_delegation()
        };
        let any = rtype == RecordType::ANY
            && self
                .windows
                .iter()
                .any(|(_, bits)| bits.iter().any(|&byte| byte != 0));
        ours && !any && !self.has(rtype) && !self.has(RecordType::CNAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_found_in_their_windows() {
        // RFC 4034 section 4.3: A MX RRSIG NSEC TYPE1234.
        let mut bytes = vec![0, 6, 0x40, 1, 0, 0, 0, 3, 4, 0x1b];
        bytes.extend([0; 26]);
        bytes.push(0x20);
        let types = Types::read(&bytes).unwrap();
        for rtype in [1, 15, 46, 47, 1234] {
            assert!(types.has(RecordType(rtype)), "{rtype}");
        }
        for rtype in [0, 2, 255, 1233, 1235, 65535] {
            assert!(!types.has(RecordType(rtype)), "{rtype}");
        }
    }

    #[test]
    fn windows_out_of_order_or_of_no_length_are_refused() {
        for bytes in [
            &b"\0"[..],
            b"\0\0",
            b"\0\x01",
            b"\x01\x01\x01\0\x01\x01",
            b"\0\x01\x01\0\x01\x01",
        ] {
            assert_eq!(Types::read(bytes), None, "{bytes:?}");
        }
        assert_eq!(Types::read(b""), Some(Types::default()));
    }
}
