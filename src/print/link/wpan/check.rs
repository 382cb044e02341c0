//! The frame check sequence, which may be there or not, in two or in four bytes (7.2.10 of the standard).

use crate::print::cursor::Cursor;

/// What was found at the end of a frame, and what it would be over the rest.
#[derive(Clone, Copy, Default)]
pub(super) struct Check {
    pub(super) found: u32,
    pub(super) computed: u32,
    /// How many bytes it takes; none unless both are the same.
    pub(super) length: usize,
}

impl Check {
    /// That of a frame with a control field of two bytes.
    pub(super) fn of_standard(frame: Cursor<'_>) -> Self {
        Self::long(frame)
            .filter(|check| check.length > 0)
            .or_else(|| Self::short(frame).filter(|_| frame.captured() >= 4))
            .unwrap_or_default()
    }

    /// That of a multipurpose frame, which may be shorter.
    pub(super) fn of_multipurpose(frame: Cursor<'_>) -> Self {
        Self::long(frame)
            .filter(|check| check.length > 0 && frame.captured() > 4)
            .or_else(|| Self::short(frame).filter(|_| frame.captured() >= 3))
            .unwrap_or_default()
    }

    fn long(frame: Cursor<'_>) -> Option<Self> {
        let (before, found) = frame.bytes().split_last_chunk()?;
        Some(Self::new(u32::from_le_bytes(*found), crc_32(before), 4))
    }

    fn short(frame: Cursor<'_>) -> Option<Self> {
        let (before, found) = frame.bytes().split_last_chunk()?;
        let found = u16::from_le_bytes(*found);
        Some(Self::new(found.into(), crc_16(before).into(), 2))
    }

    fn new(found: u32, computed: u32, length: usize) -> Self {
        Self {
            found,
            computed,
            length: if found == computed { length } else { 0 },
        }
    }
}

/// ITU-T's polynomial, least significant bit first, from zero.
pub(super) fn crc_16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte), |sum, _| {
            sum >> 1 ^ if sum & 1 != 0 { 0x8408 } else { 0 }
        })
    })
}

/// ANSI X3.66's polynomial, least significant bit first, from zero and not inverted.
pub(super) fn crc_32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            sum >> 1 ^ if sum & 1 != 0 { 0xedb8_8320 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{crc_16, crc_32};

    #[test]
    fn both_sums_are_those_of_the_catalogue() {
        // CRC-16/KERMIT's check value; of CRC-32, that without its inversions.
        assert_eq!(crc_16(b"123456789"), 0x2189);
        assert_eq!(crc_32(b"\x01"), 0x7707_3096);
        assert_eq!(crc_32(&[]), 0);
    }
}
