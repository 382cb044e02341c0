//! The checked cursor through which every printer reads its packet.
//!
//! A packet has two lengths: what its headers claim and what was captured. The cursor carries both, so that a
//! printer can show the first while it can never read past the second.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Why a printer stopped early; the frame of the packet shows it and ends the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A read went past the captured bytes: ` [|proto]`.
    Truncated,
    /// A length or a value contradicts the format: ` (invalid)`.
    Invalid,
}

/// What every printer returns: its text is on the page, whole or up to the stop.
pub(crate) type Shown<T = ()> = Result<T, Stop>;

/// A place in a packet: the captured bytes from here on, and how many the enclosing header says there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    length: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor at the first of the captured `bytes` of something that is `length` bytes long on the wire.
    pub(crate) fn new(bytes: &'a [u8], length: usize) -> Self {
        Self { bytes, length }
    }

    /// The captured bytes from here on.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes were captured from here on.
    pub(crate) fn captured(&self) -> usize {
        self.bytes.len()
    }

    /// How many bytes the enclosing header says there are from here on; not necessarily captured.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Whether the enclosing header says that this is the end.
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether `count` bytes from here on were captured.
    pub(crate) fn has(&self, count: usize) -> bool {
        self.bytes.len() >= count
    }

    /// Stops the packet as truncated unless `count` bytes from here on were captured.
    pub(crate) fn need(&self, count: usize) -> Shown {
        if self.has(count) {
            Ok(())
        } else {
            Err(Stop::Truncated)
        }
    }

    /// Stops the packet as invalid unless the enclosing header leaves room for `count` bytes.
    pub(crate) fn claims(&self, count: usize) -> Shown {
        if self.length >= count {
            Ok(())
        } else {
            Err(Stop::Invalid)
        }
    }

    /// The same place, of something that ends after `length` bytes: neither text nor reads go past it.
    pub(crate) fn limited(&self, length: usize) -> Self {
        Self {
            bytes: self.bytes.get(..length).unwrap_or(self.bytes),
            length: self.length.min(length),
        }
    }

    /// The same place with another declared length; what was captured beyond it cannot be read either.
    pub(crate) fn with_len(&self, length: usize) -> Self {
        Self {
            bytes: self.bytes.get(..length).unwrap_or(self.bytes),
            length,
        }
    }

    /// The same place with another declared length, and all that was captured.
    pub(crate) fn claiming(&self, length: usize) -> Self {
        Self { length, ..*self }
    }

    /// The next `count` declared bytes as a cursor of their own, and passes over them. It never fails: what was
    /// not captured is missed when it is read.
    pub(crate) fn sub(&mut self, count: usize) -> Self {
        let part = self.limited(count);
        self.advance(count);
        part
    }

    /// Passes over `count` bytes, captured or not.
    pub(crate) fn advance(&mut self, count: usize) {
        self.bytes = self.bytes.get(count..).unwrap_or_default();
        self.length = self.length.saturating_sub(count);
    }

    /// The place `count` bytes further on.
    pub(crate) fn after(&self, count: usize) -> Self {
        let mut further = *self;
        further.advance(count);
        further
    }

    /// Passes over `count` bytes, which must have been captured.
    pub(crate) fn skip(&mut self, count: usize) -> Shown {
        self.take(count).map(|_| ())
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Shown<&'a [u8]> {
        let taken = self.bytes.get(..count).ok_or(Stop::Truncated)?;
        self.advance(count);
        Ok(taken)
    }

    /// The next `N` bytes by value.
    pub(crate) fn array<const N: usize>(&mut self) -> Shown<[u8; N]> {
        let array = *self.bytes.first_chunk::<N>().ok_or(Stop::Truncated)?;
        self.advance(N);
        Ok(array)
    }

    /// The next byte.
    pub(crate) fn u8(&mut self) -> Shown<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The next two bytes, big-endian.
    pub(crate) fn u16(&mut self) -> Shown<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// The next three bytes, big-endian.
    pub(crate) fn u24(&mut self) -> Shown<u32> {
        self.array().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// The next four bytes, big-endian.
    pub(crate) fn u32(&mut self) -> Shown<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// The next eight bytes, big-endian.
    pub(crate) fn u64(&mut self) -> Shown<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// The next two bytes, little-endian.
    pub(crate) fn u16_le(&mut self) -> Shown<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes, little-endian.
    pub(crate) fn u32_le(&mut self) -> Shown<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes, little-endian.
    pub(crate) fn u64_le(&mut self) -> Shown<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The next four bytes as an IPv4 address.
    pub(crate) fn ipv4(&mut self) -> Shown<Ipv4Addr> {
        self.array::<4>().map(Ipv4Addr::from)
    }

    /// The next four bytes as an IPv4 address, without moving.
    pub(crate) fn peek_ipv4(&self) -> Shown<Ipv4Addr> {
        self.after(0).ipv4()
    }

    /// The next sixteen bytes as an IPv6 address, without moving.
    pub(crate) fn peek_ipv6(&self) -> Shown<Ipv6Addr> {
        self.after(0).ipv6()
    }

    /// The next sixteen bytes as an IPv6 address.
    pub(crate) fn ipv6(&mut self) -> Shown<Ipv6Addr> {
        self.array::<16>().map(Ipv6Addr::from)
    }

    /// The byte `offset` bytes further on, without moving.
    pub(crate) fn peek_u8(&self, offset: usize) -> Shown<u8> {
        self.after(offset).u8()
    }

    /// The two bytes `offset` bytes further on, without moving.
    pub(crate) fn peek_u16(&self, offset: usize) -> Shown<u16> {
        self.after(offset).u16()
    }

    /// The four bytes `offset` bytes further on, without moving.
    pub(crate) fn peek_u32(&self, offset: usize) -> Shown<u32> {
        self.after(offset).u32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_past_the_capture_stops_and_does_not_move() {
        let mut cursor = Cursor::new(&[1, 2, 3], 10);
        assert_eq!(cursor.u32(), Err(Stop::Truncated));
        assert_eq!(cursor.u16(), Ok(0x0102));
        assert_eq!((cursor.captured(), cursor.len()), (1, 8));
    }

    #[test]
    fn a_part_cannot_be_read_past_its_declared_end() {
        let mut cursor = Cursor::new(&[1, 2, 3, 4], 4);
        let mut part = cursor.sub(2);
        assert_eq!(part.u24(), Err(Stop::Truncated));
        assert_eq!(cursor.u16(), Ok(0x0304));
    }

    #[test]
    fn passing_over_more_than_was_captured_keeps_the_declared_length() {
        let mut cursor = Cursor::new(&[1], 10);
        cursor.advance(4);
        assert_eq!((cursor.captured(), cursor.len()), (0, 6));
        assert_eq!(cursor.claims(7), Err(Stop::Invalid));
    }
}
