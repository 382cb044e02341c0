//! The header of a message (RFC 1035 section 4.1.1).

use std::ops::{BitOr, BitOrAssign};

use super::{Opcode, Rcode};
use crate::wire::{Reader, Truncated};

/// The twelve bytes that every message begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What ties a reply to its query.
    pub id: u16,
    /// The one-bit fields.
    pub flags: Flags,
    /// The operation.
    pub opcode: Opcode,
    /// The low four bits of the response code; [`Message::rcode`](super::Message::rcode) has all twelve.
    pub rcode: Rcode,
    /// How many questions the message says that it has.
    pub questions: u16,
    /// How many records it says that the answer section has.
    pub answers: u16,
    /// How many records it says that the authority section has.
    pub authorities: u16,
    /// How many records it says that the additional section has.
    pub additionals: u16,
}

impl Header {
    /// The length of a header in bytes.
    pub const LEN: usize = 12;

    /// Reads a header; every bit pattern is one.
    ///
    /// # Errors
    /// When there are fewer than [`LEN`](Self::LEN) bytes.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Truncated> {
        let mut fields = reader.sub(Self::LEN)?;
        let id = fields.u16()?;
        let bits = fields.u16()?;
        Ok(Self {
            id,
            flags: Flags(bits & Flags::MASK),
            opcode: Opcode::from_bits(bits >> 11),
            rcode: Rcode(bits & 0xf),
            questions: fields.u16()?,
            answers: fields.u16()?,
            authorities: fields.u16()?,
            additionals: fields.u16()?,
        })
    }
}

/// A set of the one-bit fields of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u16);

impl Flags {
    /// This is a response.
    pub const QR: Self = Self(0x8000);
    /// Authoritative answer.
    pub const AA: Self = Self(0x0400);
    /// The message was truncated.
    pub const TC: Self = Self(0x0200);
    /// Recursion desired.
    pub const RD: Self = Self(0x0100);
    /// Recursion available.
    pub const RA: Self = Self(0x0080);
    /// The bit that must be zero.
    pub const Z: Self = Self(0x0040);
    /// Authentic data (RFC 4035).
    pub const AD: Self = Self(0x0020);
    /// Checking disabled (RFC 4035).
    pub const CD: Self = Self(0x0010);

    const MASK: u16 = 0x87f0;

    /// Whether every flag of `other` is set here.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets or clears the flags of `other`.
    pub fn set(&mut self, other: Self, on: bool) {
        if on {
            self.0 |= other.0;
        } else {
            self.0 &= !other.0;
        }
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_header_are_told_apart() {
        let bytes = [0x12, 0x34, 0xaf, 0xd3, 0, 1, 0, 2, 0, 3, 0, 4];
        let header = Header::read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(header.id, 0x1234);
        assert_eq!(header.opcode, Opcode::UPDATE);
        assert_eq!(header.rcode, Rcode::NXDOMAIN);
        assert_eq!(
            header.flags,
            Flags::QR | Flags::AA | Flags::TC | Flags::RD | Flags::RA | Flags::Z | Flags::CD
        );
        assert_eq!(
            [
                header.questions,
                header.answers,
                header.authorities,
                header.additionals
            ],
            [1, 2, 3, 4]
        );
    }

    #[test]
    fn a_short_header_is_truncated() {
        assert_eq!(Header::read(&mut Reader::new(&[0; 11])), Err(Truncated));
    }
}
