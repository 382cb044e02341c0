//! How internet addresses become text. They are in every line, so each of their parts is looked up.

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
        for byte in self.octets() {
            let text = OCTETS.get(usize::from(byte)).copied().unwrap_or_default();
            digits::put_first(out, text, 2 + usize::from(byte > 9) + usize::from(byte > 99));
        }
        // There is a dot after each.
        out.pop();
    }
}

/// The shortest form (RFC 5952), with the last four bytes dotted in an address that carries an IPv4 one.
impl Put for Ipv6Addr {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        let words = self.segments();
        let (zeros, count) = longest_zeros(&words);
        let mapped = zeros == 0 && (count == 6 || (count == 5 && words[5] == 0xffff));
        for (index, &word) in words.iter().enumerate() {
            if count > 0 && (zeros..zeros + count).contains(&index) {
                if index == zeros {
                    out.push(b':');
                }
                continue;
            }
            if mapped && index == 6 {
                let [.., a, b, c, d] = self.octets();
                out.push(b':');
                return Ipv4Addr::new(a, b, c, d).put(out);
            }
            let leading = (word.leading_zeros() / 4).min(3);
            let digits = u32::from_be_bytes(digits::of_word(word)) << (8 * leading);
            let ([a, b, c, d], count) = (digits.to_be_bytes(), 4 - leading as usize);
            if index > 0 {
                digits::put_first(out, [b':', a, b, c, d], 1 + count);
            } else {
                digits::put_first(out, [a, b, c, d], count);
            }
        }
        if count > 0 && zeros + count == 8 {
            out.push(b':');
        }
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

/// The decimal digits of each byte, and a dot.
static OCTETS: [[u8; 4]; 256] = {
    let mut table = [[0; 4]; 256];
    let mut byte = 0_u8;
    loop {
        let (hundreds, tens, ones) = (b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10);
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = match byte {
                100.. => [hundreds, tens, ones, b'.'],
                10.. => [tens, ones, b'.', 0],
                _ => [ones, b'.', 0, 0],
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
