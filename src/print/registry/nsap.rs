//! The addresses of OSI networks (ISO 8348): network service access points and network entity titles.

use crate::print::text::{Hex2, Put};

/// An address of up to twenty bytes, such as `49.0001.1921.6800.1001.00`.
#[derive(Clone, Copy)]
pub(crate) struct Nsap<'a>(pub(crate) &'a [u8]);

/// The longest address that there is.
const LONGEST: usize = 20;

impl Put for Nsap<'_> {
    fn put(self, out: &mut Vec<u8>) {
        if self.0.is_empty() || self.0.len() > LONGEST {
            return "isonsap_string: illegal length".put(out);
        }
        for (index, &byte) in self.0.iter().enumerate() {
            if index % 2 == 1 {
                ".".put(out);
            }
            Hex2(byte).put(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_follows_the_authority_and_every_two_bytes() {
        let text = |bytes: &[u8]| {
            let mut out = Vec::new();
            Nsap(bytes).put(&mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(&[0x49, 0, 1, 0x19]), "49.0001.19");
        assert_eq!(text(&[0x49]), "49");
        assert_eq!(text(&[]), "isonsap_string: illegal length");
        assert_eq!(text(&[0; 21]), "isonsap_string: illegal length");
    }
}
