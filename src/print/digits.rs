//! Hexadecimal digits, looked up.

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
