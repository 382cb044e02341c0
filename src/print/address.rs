//! How internet addresses become text: they are in every line, so each is made in one piece.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::digits;
use super::ink::Kind;
use super::text::Put;

impl Put for IpAddr {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::V4(address) => address.put(out),
            Self::V6(address) => address.put(out),
        }
    }
}

impl Put for Ipv4Addr {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        let mut line = Line::default();
        for byte in self.octets() {
            let [digits @ .., count] = OCTETS.get(usize::from(byte)).copied().unwrap_or_default();
            line.push(digits, usize::from(count));
            line.push([b'.'], 1);
        }
        line.len -= 1;
        line.put(out);
    }
}

/// The shortest form (RFC 5952), with the last four bytes dotted in an address that carries an IPv4 one.
impl Put for Ipv6Addr {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        let words = self.segments();
        let (zeros, count) = longest_zeros(&words);
        let mapped = zeros == 0 && (count == 6 || (count == 5 && words[5] == 0xffff));
        let mut line = Line::default();
        for (index, &word) in words.iter().enumerate() {
            if count > 0 && (zeros..zeros + count).contains(&index) {
                if index == zeros {
                    line.push([b':'], 1);
                }
                continue;
            }
            if index > 0 {
                line.push([b':'], 1);
            }
            if mapped && index == 6 {
                let [.., a, b, c, d] = self.octets();
                line.put(out);
                return Ipv4Addr::new(a, b, c, d).put(out);
            }
            let leading = (word.leading_zeros() / 4).min(3);
            let digits = u32::from_be_bytes(digits::of_word(word)) << (8 * leading);
            line.push(digits.to_be_bytes(), 4 - leading as usize);
        }
        if count > 0 && zeros + count == 8 {
            line.push([b':'], 1);
        }
        line.put(out);
    }
}

/// A short text that grows in place.
struct Line {
    bytes: [u8; 48],
    len: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            bytes: [0; 48],
            len: 0,
        }
    }
}

impl Line {
    /// Appends the first `count` of `text`; all of it is written, which takes less than to choose.
    #[inline(always)]
    fn push<const N: usize>(&mut self, text: [u8; N], count: usize) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + N) {
            place.copy_from_slice(&text);
            self.len += count;
        }
    }

    #[inline(always)]
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bytes.get(..self.len).unwrap_or_default());
    }
}

/// Where the first longest run of two or more zero words begins, and how many they are.
fn longest_zeros(words: &[u16; 8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut run = 0;
    for (index, &word) in words.iter().enumerate() {
        run = if word == 0 { run + 1 } else { 0 };
        if run > best.1 {
            best = (index + 1 - run, run);
        }
    }
    if best.1 < 2 { (0, 0) } else { best }
}

/// The decimal digits of each byte, and how many they are.
static OCTETS: [[u8; 4]; 256] = {
    let mut table = [[0; 4]; 256];
    let mut byte = 0_u8;
    loop {
        let (hundreds, tens, ones) = (b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10);
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = match byte {
                100.. => [hundreds, tens, ones, 3],
                10.. => [tens, ones, 0, 2],
                _ => [ones, 0, 0, 1],
            };
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    fn text(address: impl Put) -> String {
        let mut out = Vec::new();
        address.put(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ipv4_addresses_are_those_of_the_standard_library() {
        for byte in 0..=255 {
            let address = Ipv4Addr::new(byte, 255, 0, byte);
            assert_eq!(text(address), address.to_string());
        }
    }

    #[test]
    fn ipv6_addresses_take_their_shortest_form() {
        for address in [
            "::",
            "::1",
            "1::",
            "fe80::1:0:0:1",
            "2001:db8:0:1:1:1:1:1",
            "1:0:0:2::3",
            "ff02::2",
        ] {
            assert_eq!(text(address.parse::<Ipv6Addr>().unwrap()), address);
        }
        assert_eq!(
            text("::ffff:192.0.2.1".parse::<Ipv6Addr>().unwrap()),
            "::ffff:192.0.2.1"
        );
        assert_eq!(text("::192.0.2.1".parse::<Ipv6Addr>().unwrap()), "::192.0.2.1");
        assert_eq!(
            text("64:ff9b::c000:201".parse::<Ipv6Addr>().unwrap()),
            "64:ff9b::c000:201"
        );
    }
}
