//! The checksum of OSI's protocols (ISO 8473-1, annex C), Fletcher's over the ring of 255.

use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Hex4, put};

/// Tells whether the checksum that stands at `offset` is that of the first `length` bytes.
pub(super) fn verify(page: &mut Page<'_>, covered: Cursor<'_>, checksum: u16, offset: usize, length: usize) {
    let bytes = covered.bytes();
    // Zero says that there is none.
    let captured = bytes
        .get(..length)
        .filter(|_| bytes.len() >= offset.saturating_add(2));
    match captured.filter(|_| checksum != 0 && offset <= length) {
        None => put!(page, " (unverified)"),
        Some(bytes) => match create(bytes, offset) {
            right if right == checksum => put!(page, " (correct)"),
            right => put!(page, " (incorrect should be 0x", Hex4(right), ")"),
        },
    }
}

/// The checksum that belongs at `offset`; what stands there now does not count.
fn create(bytes: &[u8], offset: usize) -> u16 {
    let (mut sum, mut weighted) = (0_u32, 0_u32);
    for (index, &byte) in bytes.iter().enumerate() {
        if index != offset && Some(index) != offset.checked_add(1) {
            sum = sum.wrapping_add(byte.into());
        }
        weighted = weighted.wrapping_add(sum);
    }
    let (sum, weighted) = (sum % 255, weighted % 255);
    let behind = u32::try_from(bytes.len().saturating_sub(offset)).unwrap_or(u32::MAX);
    let product = behind.wrapping_mul(sum);
    let first = product.wrapping_sub(sum).wrapping_sub(weighted).cast_signed();
    let second = weighted.wrapping_sub(product).wrapping_sub(1).cast_signed();
    // In the ring of 255, both zero and 255 are zero; the second of them stands in the packet.
    let first = if first < 0 { first.wrapping_sub(1) } else { first };
    let second = if second >= 0 {
        second.wrapping_add(1)
    } else {
        second
    };
    u16::from_be_bytes([check_byte(first % 255), check_byte(second % 255)])
}

fn check_byte(value: i32) -> u8 {
    match value.to_be_bytes() {
        [0, 0, 0, 0] => 255,
        [.., low] => low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_over_the_packet_with_its_checksum_are_zero() {
        let mut packet = [0x82, 9, 1, 0, 4, 0, 60, 0, 0, 3, 0x49, 0, 1];
        let checksum = create(&packet, 7);
        packet[7..9].copy_from_slice(&checksum.to_be_bytes());
        let (mut sum, mut weighted) = (0_u32, 0_u32);
        for &byte in &packet {
            sum = (sum + u32::from(byte)) % 255;
            weighted = (weighted + sum) % 255;
        }
        assert_eq!((sum, weighted), (0, 0));
        assert_eq!(create(&packet, 7), checksum);
    }
}
