//! Digits, looked up.

/// The two digits of a byte, in lower case.
#[inline(always)]
pub(crate) fn of_byte(byte: u8) -> [u8; 2] {
    DIGITS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The four digits of 16 bits.
#[inline(always)]
pub(crate) fn of_word(word: u16) -> [u8; 4] {
    let [high, low] = word.to_be_bytes();
    let ([a, b], [c, d]) = (of_byte(high), of_byte(low));
    [a, b, c, d]
}

/// Appends a number in decimal.
#[inline]
pub(crate) fn put_decimal(out: &mut Vec<u8>, number: u64) {
    if number < 100_000_000 {
        let digits = u64::from_be_bytes(eight(number));
        // One digit stays, though it is a zero.
        let zeros = ((digits ^ ZEROS) | 1).leading_zeros() / 8;
        put_first(out, (digits << (8 * zeros)).to_be_bytes(), 8 - zeros as usize);
    } else {
        put_decimal(out, number / 100_000_000);
        out.extend_from_slice(&eight(number % 100_000_000));
    }
}

/// The eight decimal digits of a number below 100,000,000.
///
/// They are made side by side in one word: halves, pairs, digits. A quotient is a product whose low bits are left out,
/// which is exact for so small numbers.
#[inline]
pub(crate) fn eight(number: u64) -> [u8; 8] {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    let digits = tens | ((pairs - 10 * tens) << 8);
    (digits | ZEROS).to_le_bytes()
}

/// Appends the first `count` bytes of `text`; all of it is written, which takes less than to choose.
#[inline(always)]
pub(crate) fn put_first<const N: usize>(out: &mut Vec<u8>, text: [u8; N], count: usize) {
    let end = out.len() + count;
    out.extend_from_slice(&text);
    out.truncate(end);
}

const fn digit(nibble: u8) -> u8 {
    nibble + if nibble > 9 { b'a' - 10 } else { b'0' }
}

static DIGITS: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = [digit(byte >> 4), digit(byte & 15)];
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

const ZEROS: u64 = u64::from_le_bytes(*b"00000000");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_are_those_of_the_standard_library() {
        let around = |power: u32| {
            let ten = 10_u64.pow(power);
            [ten - 1, ten, ten + 1, ten.wrapping_mul(7) / 3]
        };
        let numbers = (0..=20_000).chain((0..20).flat_map(around));
        for number in numbers.chain([u64::MAX, u32::MAX.into()]) {
            let mut out = b"x".to_vec();
            put_decimal(&mut out, number);
            assert_eq!(out, format!("x{number}").as_bytes());
        }
        for half in 0..10_000 {
            assert_eq!(
                eight(half * 10_000 + half),
                *format!("{half:04}{half:04}").as_bytes()
            );
        }
    }
}
