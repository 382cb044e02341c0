//! How values become text: each is appended to the one buffer by hand, without `fmt` and without allocation.
//!
//! A part of [`put!`] is anything that is [`Put`]: text, an integer (in decimal), an address, or one of the wrappers
//! below.

use std::io::Write as _;

use pnet_packet::ethernet::EtherType;
use pnet_packet::ip::IpNextHeaderProtocol;

use super::digits;
use super::ink::{Ink, Kind, mark};
pub(crate) use super::put::{Label, Named, Put, Truth, Whom, put};

/// An integer in lower-case hexadecimal without leading zeros, as `%x`.
#[derive(Clone, Copy)]
pub(crate) struct Hex(pub(crate) u64);

/// An integer in octal, as `%o`.
#[derive(Clone, Copy)]
pub(crate) struct Octal(pub(crate) u32);

/// A byte as two hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct Hex2(pub(crate) u8);

/// Sixteen bits as four hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct Hex4(pub(crate) u16);

/// An integer in at least `.1` hexadecimal digits, at most 16.
#[derive(Clone, Copy)]
pub(crate) struct HexPad(pub(crate) u64, pub(crate) usize);

/// Bytes as a run of hexadecimal digits.
#[derive(Clone, Copy)]
pub(crate) struct HexRun<'a>(pub(crate) &'a [u8]);

/// An integer in at least `.1` decimal digits, filled up with zeros.
#[derive(Clone, Copy)]
pub(crate) struct Zeros(pub(crate) u64, pub(crate) usize);

/// An integer right-aligned in `.1` columns.
#[derive(Clone, Copy)]
pub(crate) struct Right(pub(crate) u64, pub(crate) usize);

/// A number with `.1` digits after the point, as `%.3f`.
#[derive(Clone, Copy)]
pub(crate) struct Fixed(pub(crate) f64, pub(crate) usize);

/// A number with as many digits as it needs, at most ten, as `%.10g`.
#[derive(Clone, Copy)]
pub(crate) struct Significant(pub(crate) f64);

/// A link-layer address, its bytes in hexadecimal between colons, however many they are.
#[derive(Clone, Copy)]
pub(crate) struct Mac<'a>(pub(crate) &'a [u8]);

/// Bytes of the packet as text: what is not printable ASCII is escaped as `^A` or `M-^A`, so that it can do
/// nothing to a terminal.
#[derive(Clone, Copy)]
pub(crate) struct Escaped<'a>(pub(crate) &'a [u8]);

/// Bytes of the packet as text: what is not printable ASCII is a dot.
#[derive(Clone, Copy)]
pub(crate) struct Dotted<'a>(pub(crate) &'a [u8]);

/// Seconds as a span of time, such as `1d2h3s`.
#[derive(Clone, Copy)]
pub(crate) struct Span(pub(crate) u32);

impl Put for Span {
    const KIND: Kind = Kind::Span;

    fn put(self, out: &mut Vec<u8>) {
        const UNITS: [(u32, &str); 6] = [
            (31_536_000, "y"),
            (604_800, "w"),
            (86_400, "d"),
            (3600, "h"),
            (60, "m"),
            (1, "s"),
        ];
        if self.0 == 0 {
            return "0s".put(out);
        }
        let mut rest = self.0;
        for (seconds, unit) in UNITS {
            if rest >= seconds {
                (rest / seconds).put(out);
                unit.put(out);
                rest %= seconds;
            }
        }
    }
}

/// A number with three digits after the point.
#[derive(Clone, Copy)]
pub(crate) struct Thousandths(pub(crate) f64);

impl Put for Thousandths {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        match (self.0.is_nan(), self.0.is_sign_negative()) {
            (true, true) => "-nan".put(out),
            (true, false) => "nan".put(out),
            _ => {
                let _ = write!(out, "{:.3}", self.0);
            }
        }
    }
}

impl Put for &str {
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Put for char {
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

macro_rules! decimal {
    ($($integer:ty)+, $put:expr) => {
        $(impl Put for $integer {
            const KIND: Kind = Kind::Number;

            #[inline]
            fn put(self, out: &mut Vec<u8>) {
                ($put)(self, out);
            }
        })+
    };
}
decimal!(u8 u16 u32, |number, out| digits::put_decimal(out, u64::from(number)));
decimal!(u64, |number, out| digits::put_decimal(out, number));
decimal!(usize, |number, out| digits::put_decimal(out, number as u64));
decimal!(u128, |number, out| itoa::Buffer::new().format(number).put(out));
decimal!(i8 i16 i32, |number, out| i64::from(number).put(out));
decimal!(i64, |number: i64, out: &mut Vec<u8>| {
    if number < 0 {
        out.push(b'-');
    }
    digits::put_decimal(out, number.unsigned_abs());
});

impl Put for Hex {
    const KIND: Kind = Kind::Hex;

    fn put(self, out: &mut Vec<u8>) {
        HexPad(self.0, 1).put(out);
    }
}

impl Put for Octal {
    fn put(self, out: &mut Vec<u8>) {
        let digits = (32 - self.0.leading_zeros()).div_ceil(3).max(1);
        out.extend(
            (0..digits)
                .rev()
                .map(|place| b'0' + (self.0 >> (3 * place) & 7) as u8),
        );
    }
}

impl Put for Hex2 {
    const KIND: Kind = Kind::Hex;

    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&digits::of_byte(self.0));
    }
}

impl Put for Hex4 {
    const KIND: Kind = Kind::Hex;

    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&digits::of_word(self.0));
    }
}

impl Put for HexPad {
    const KIND: Kind = Kind::Hex;

    fn put(self, out: &mut Vec<u8>) {
        let digits = self.0.to_be_bytes().map(digits::of_byte);
        let needed = (16 - self.0.leading_zeros() as usize / 4).max(self.1).min(16);
        out.extend_from_slice(digits.as_flattened().get(16 - needed..).unwrap_or_default());
    }
}

impl Put for HexRun<'_> {
    const KIND: Kind = Kind::Foreign;

    fn put(self, out: &mut Vec<u8>) {
        const BLOCK: usize = 64;
        let mut digits = [0; 2 * BLOCK];
        for block in self.0.chunks(BLOCK) {
            if let Some(room) = digits.get_mut(..2 * block.len()) {
                // It would fail only if there were not as much room.
                let _ = const_hex::encode_to_slice(block, room);
                out.extend_from_slice(room);
            }
        }
    }
}

impl Put for Zeros {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        // As in the fraction of every time stamp.
        if self.1 == 6 && self.0 < 1_000_000 {
            let [_, _, six @ ..] = digits::eight(self.0);
            return out.extend_from_slice(&six);
        }
        padded(self.0, self.1, b'0', out);
    }
}

impl Put for Right {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        padded(self.0, self.1, b' ', out);
    }
}

impl Put for Fixed {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        let Self(value, digits) = self;
        let sign = if value.is_sign_negative() { "-" } else { "" };
        // Writing to a vector does not fail. What is no number has its sign and small letters in C.
        let _ = match (value.is_nan(), value.is_infinite()) {
            (true, _) => write!(out, "{sign}nan"),
            (_, true) => write!(out, "{sign}inf"),
            _ => write!(out, "{value:.digits$}"),
        };
    }
}

impl Put for Significant {
    fn put(self, out: &mut Vec<u8>) {
        const DIGITS: usize = 10;
        if !self.0.is_finite() {
            return Fixed(self.0, 0).put(out);
        }
        let start = out.len();
        // Writing to a vector does not fail. This one rounds, and so tells the exponent.
        let _ = write!(out, "{:.*e}", DIGITS - 1, self.0);
        let text = str::from_utf8(out.get(start..).unwrap_or_default()).unwrap_or_default();
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        if (-4..10).contains(&exponent) {
            out.truncate(start);
            let decimals = usize::try_from(9 - exponent).unwrap_or_default();
            let _ = write!(out, "{:.*}", decimals, self.0);
            if decimals > 0 {
                trim_zeros(out);
            }
        } else {
            let end = start + digits.len();
            out.truncate(end);
            trim_zeros(out);
            out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
            Zeros(exponent.unsigned_abs().into(), 2).put(out);
        }
    }
}

/// Takes the zeros at the end of a fraction away, and its point if none is left.
fn trim_zeros(out: &mut Vec<u8>) {
    while out.pop_if(|last| *last == b'0').is_some() {}
    out.pop_if(|last| *last == b'.');
}

impl Put for Mac<'_> {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        for (index, &byte) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b':');
            }
            Hex2(byte).put(out);
        }
    }
}

impl Put for Escaped<'_> {
    const KIND: Kind = Kind::Foreign;

    fn put(self, out: &mut Vec<u8>) {
        const BLOCK: usize = 16;
        let is_plain = |byte: &u8| matches!(byte, 0x20..=0x7e);
        for block in self.0.chunks(BLOCK) {
            // The compiler works on all bytes of a whole block at once if none is left out.
            let all_plain = |block: &[u8; BLOCK]| block.iter().fold(true, |all, byte| all & is_plain(byte));
            if block.as_array().is_some_and(all_plain) {
                out.extend_from_slice(block);
                continue;
            }
            for &byte in block {
                let (text, count) = ESCAPES.get(usize::from(byte)).copied().unwrap_or_default();
                digits::put_first(out, text, count.into());
            }
        }
    }
}

impl Put for Dotted<'_> {
    const KIND: Kind = Kind::Foreign;

    fn put(self, out: &mut Vec<u8>) {
        out.extend(self.0.iter().map(|&byte| match byte {
            0x20..=0x7e => byte,
            _ => b'.',
        }));
    }
}

impl Put for EtherType {
    fn put(self, out: &mut Vec<u8>) {
        "0x".put(out);
        Hex4(self.0).put(out);
    }
}

impl Put for IpNextHeaderProtocol {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
}

/// The name that a sorted or unsorted table gives a number.
pub(crate) fn name_of<N: Copy + PartialEq>(table: &[(N, &'static str)], number: N) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// Appends the names of the bits that are set, with `separator` between them; `none` if there is none.
pub(crate) fn put_bits(out: &mut Ink, table: &[(u32, &str)], bits: u32, separator: &str, none: &str) {
    let marking = out.marking();
    if marking {
        out.extend_from_slice(&[mark::VALUE, Kind::Flags as u8]);
    }
    put_names(out, table, bits, separator, none);
    if marking {
        out.push(mark::END);
    }
}

fn put_names(out: &mut Vec<u8>, table: &[(u32, &str)], bits: u32, separator: &str, none: &str) {
    let mut first = true;
    for (mask, name) in table {
        if bits & mask == *mask {
            if !first {
                separator.put(out);
            }
            name.put(out);
            first = false;
        }
    }
    if first {
        none.put(out);
    }
}

/// How each byte is shown, and how many characters that takes.
static ESCAPES: [([u8; 4], u8); 256] = {
    let mut table = [([0; 4], 0); 256];
    let mut byte = 0_u8;
    loop {
        let low = byte & 0x7f;
        let (is_high, is_plain) = (byte != low, matches!(low, 0x20..=0x7e));
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte as usize] = match (is_high, is_plain) {
                (false, true) => ([low, 0, 0, 0], 1),
                (false, false) => ([b'^', low ^ 0x40, 0, 0], 2),
                (true, true) => ([b'M', b'-', low, 0], 3),
                (true, false) => ([b'M', b'-', b'^', low ^ 0x40], 4),
            };
        }
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

fn padded(value: u64, width: usize, fill: u8, out: &mut Vec<u8>) {
    let start = out.len();
    value.put(out);
    let missing = width.saturating_sub(out.len() - start);
    if missing > 0 {
        out.resize(out.len() + missing, fill);
        if let Some(column) = out.get_mut(start..) {
            column.rotate_right(missing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(part: impl Put) -> String {
        let mut out = Vec::new();
        part.put(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_of_the_packet_cannot_move_a_terminal() {
        assert_eq!(text(Escaped(b"a\x1b[2J\x7f\xff\x80")), "a^[[2J^?M-^?M-^@");
        let long: String = (0..50).map(|n| char::from(b'0' + n)).collect();
        for at in 0..long.len() {
            let (before, after) = long.split_at(at);
            let special = [before.as_bytes(), b"\x1f\xa0", after.as_bytes()].concat();
            assert_eq!(text(Escaped(&special)), format!("{before}^_M- {after}"));
        }
    }

    #[test]
    fn numbers_keep_their_widths() {
        assert_eq!(text(Hex(0)), "0");
        assert_eq!(text(Hex(0xab)), "ab");
        assert_eq!(text(HexPad(0xab, 5)), "000ab");
        assert_eq!(text(i8::MIN), "-128");
        assert_eq!(text(i64::MIN), i64::MIN.to_string());
        assert_eq!(text(Octal(0)), "0");
        assert_eq!(text(Octal(0o100_644)), "100644");
        assert_eq!(text(Octal(u32::MAX)), "37777777777");
        assert_eq!(text(Zeros(7, 2)), "07");
        assert_eq!(text(Right(7, 5)), "    7");
        assert_eq!(text(Mac(&[0, 0x1b, 0xff])), "00:1b:ff");
        assert_eq!(text(Fixed(1000.0, 3)), "1000.000");
        assert_eq!(text(Fixed(f64::NEG_INFINITY, 3)), "-inf");
        for (number, expected) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (1234567890.4, "1234567890"),
            (12345678901.0, "1.23456789e+10"),
            (0.00001, "1e-05"),
            (f64::from(0.1_f32), "0.1000000015"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(text(Significant(number)), expected);
        }
    }

    #[test]
    fn bits_are_named_with_separators() {
        let mut out = Ink::default();
        put_bits(&mut out, &[(1, "a"), (2, "b")], 3, ", ", "none");
        put_bits(&mut out, &[(1, "a")], 4, ", ", "none");
        assert_eq!(out.into_bytes(), b"a, bnone");
    }
}
