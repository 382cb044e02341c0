//! The Internet checksum (RFC 1071): of IPv4, ICMP, UDP, TCP and others.

/// A running sum of 16-bit words.
///
/// Parts may be of any length: a part of odd length is followed by the next one in the middle of a word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checksum {
    sum: u64,
    odd: bool,
}

impl Checksum {
    /// Adds the bytes of one part.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        let mut bytes = bytes;
        if self.odd {
            let [first, rest @ ..] = bytes else { return self };
            self.sum += u64::from(*first);
            self.odd = false;
            bytes = rest;
        }
        let (words, rest) = bytes.as_chunks::<2>();
        self.sum += words
            .iter()
            .map(|&word| u64::from(u16::from_be_bytes(word)))
            .sum::<u64>();
        if let [last] = rest {
            self.sum += u64::from(*last) << 8;
            self.odd = true;
        }
        self
    }

    /// The checksum of what was added. Where that included the field that holds it, zero means correct.
    #[must_use]
    pub fn finish(self) -> u16 {
        !fold(self.sum)
    }
}

/// What the checksum field should hold, if it holds `field` and the checksum over everything came to `found`.
#[must_use]
pub fn should_be(field: u16, found: u16) -> u16 {
    fold(u64::from(field) + u64::from(found))
}

#[expect(clippy::cast_possible_truncation, reason = "the loop ends at sixteen bits")]
fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An IPv4 header with its checksum (0xb861) in place.
    const HEADER: [u8; 20] = [
        0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0,
        0xa8, 0x00, 0xc7,
    ];

    #[test]
    fn a_correct_header_sums_to_zero() {
        assert_eq!(Checksum::default().with(&HEADER).finish(), 0);
    }

    #[test]
    fn parts_of_odd_length_are_joined() {
        let (a, b) = HEADER.split_at(7);
        assert_eq!(Checksum::default().with(a).with(&[]).with(b).finish(), 0);
    }

    #[test]
    fn a_wrong_field_is_told_what_it_should_be() {
        let mut header = HEADER;
        header[10..12].copy_from_slice(&[0x12, 0x34]);
        let found = Checksum::default().with(&header).finish();
        assert_ne!(found, 0);
        assert_eq!(should_be(0x1234, found), 0xb861);
    }
}
