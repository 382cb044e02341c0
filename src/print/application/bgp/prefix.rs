//! Prefixes as routes have them: the length in bits, and as many bytes as it needs.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::nsap::Nsap;
use crate::print::text::put;

/// The address of a prefix, the bits beyond its length cleared.
pub(in crate::print::application) struct Prefix<const N: usize> {
    address: [u8; N],
    bits: u8,
}

impl<const N: usize> Prefix<N> {
    /// How many bits a prefix may have.
    #[expect(clippy::cast_possible_truncation, reason = "an address has at most 19 bytes")]
    pub(in crate::print::application) const LONGEST: u8 = N as u8 * 8;

    /// Reads the bytes of a prefix of so many bits, at most the longest.
    pub(in crate::print::application) fn read(rest: &mut Cursor<'_>, bits: u8) -> Shown<Self> {
        let bytes = rest.take(Self::bytes(bits))?;
        let mut address = [0; N];
        for (octet, &byte) in address.iter_mut().zip(bytes) {
            *octet = byte;
        }
        if !bits.is_multiple_of(8)
            && let Some(last) = address.get_mut(usize::from(bits / 8))
        {
            *last &= !(0xff >> (bits % 8));
        }
        Ok(Self { address, bits })
    }

    /// How many bytes a prefix of so many bits has.
    pub(in crate::print::application) fn bytes(bits: u8) -> usize {
        usize::from(bits.div_ceil(8))
    }

    /// The address, filled up with zeros.
    pub(super) fn address(&self) -> &[u8; N] {
        &self.address
    }

    /// `192.0.2.0/24`, in the form that the length of the addresses asks for.
    pub(in crate::print::application) fn put(&self, page: &mut Page<'_>) {
        if let Ok(address) = <[u8; 4]>::try_from(self.address.as_slice()) {
            page.host(Ipv4Addr::from(address));
        } else if let Ok(address) = <[u8; 16]>::try_from(self.address.as_slice()) {
            page.host(Ipv6Addr::from(address));
        } else {
            let bytes = self.address.get(..Self::bytes(self.bits));
            put!(page, Nsap(bytes.unwrap_or_default()));
        }
        put!(page, "/", self.bits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_beyond_the_length_are_cleared() {
        let mut rest = Cursor::new(&[0xff, 0xff, 0xff, 7], 4);
        let prefix = Prefix::<4>::read(&mut rest, 19).unwrap();
        assert_eq!((prefix.address, prefix.bits), ([0xff, 0xff, 0xe0, 0], 19));
        assert_eq!(rest.u8(), Ok(7));
        assert_eq!(Prefix::<4>::read(&mut rest, 0).unwrap().address, [0; 4]);
    }
}
