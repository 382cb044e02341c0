//! A path whose every step is signed (RFC 8205).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, put, put_bits};

/// Prints the attribute; false if its lengths contradict each other.
pub(super) fn print(page: &mut Page<'_>, value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    let length = usize::from(rest.u16()?);
    if length < 8 {
        page.refuse("secure path length", length, "<", 8);
        return Ok(false);
    }
    put!(page, "\n\t    Secure Path Length: ", length);
    let length = length - 2;
    if !length.is_multiple_of(SEGMENT) {
        put!(page, " [total segments length ", length, " != N x 6]");
        return Ok(false);
    }
    for _ in 0..length / SEGMENT {
        let (count, flags, number) = (rest.u8()?, rest.u8()?, rest.u32()?);
        put!(
            page,
            "\n\t      Secure Path Segment: pCount: ",
            count,
            ", Flags: ["
        );
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        put!(page, "] (0x", Hex2(flags), "), AS: ", number);
    }
    let (length, algorithm) = (rest.u16()?, rest.u8()?);
    put!(
        page,
        "\n\t    Signature Block: Length: ",
        length,
        ", Algo ID: ",
        algorithm
    );
    let Some(left) = length.checked_sub(3) else {
        page.refuse("length", length.into(), "<", 3);
        return Ok(false);
    };
    signatures(page, rest, left.into())
}

fn signatures(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: usize) -> Shown<bool> {
    while left > 0 {
        put!(page, "\n\t      Signature Segment:\n\t        SKI: ");
        if left < KEY_IDENTIFIER {
            page.refuse("remaining length", left, "<", KEY_IDENTIFIER);
            return Ok(false);
        }
        hex(page, &mut rest, KEY_IDENTIFIER)?;
        left -= KEY_IDENTIFIER;
        if left < 2 {
            page.refuse("remaining length", left, "<", 2);
            return Ok(false);
        }
        let length = usize::from(rest.u16()?);
        left -= 2;
        put!(page, "\n\t        Length: ", length);
        if left < length {
            page.refuse("remaining length", left, "<", length);
            return Ok(false);
        }
        put!(page, "\n\t        Signature:");
        hex(page, &mut rest, length)?;
        left -= length;
    }
    Ok(true)
}

fn hex(page: &mut Page<'_>, rest: &mut Cursor<'_>, count: usize) -> Shown {
    page.hex("\n\t          ", rest.limited(count).bytes());
    rest.skip(count)
}

const SEGMENT: usize = 6;
const KEY_IDENTIFIER: usize = 20;

const FLAGS: &[(u32, &str)] = &[
    (0x01, "MBZ-0"),
    (0x02, "MBZ-1"),
    (0x04, "MBZ-2"),
    (0x08, "MBZ-3"),
    (0x10, "MBZ-4"),
    (0x20, "MBZ-5"),
    (0x40, "MBZ-6"),
    (0x80, "C"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    #[test]
    fn steps_and_signatures_are_told() {
        let mut value = vec![0, 8, 1, 0x80, 0, 0, 0xfd, 0xe8, 0, 27, 1];
        value.extend([7; 20]);
        value.extend([0, 2, 0xab, 0xcd]);
        assert_eq!(
            attribute(1, 33, &value),
            "\n\t    Secure Path Length: 8\
             \n\t      Secure Path Segment: pCount: 1, Flags: [C] (0x80), AS: 65000\
             \n\t    Signature Block: Length: 27, Algo ID: 1\
             \n\t      Signature Segment:\n\t        SKI: \
             \n\t          0x0000:  0707 0707 0707 0707 0707 0707 0707 0707\n\t          0x0010:  0707 0707\
             \n\t        Length: 2\n\t        Signature:\n\t          0x0000:  abcd"
        );
        value[1] = 7;
        assert_eq!(attribute(1, 33, &value), " [secure path length 7 < 8] (invalid)");
    }
}
