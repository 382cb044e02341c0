//! The older ways to write an IPv4 address, which the C library takes wherever it takes a host: inet_aton(3).

use std::net::Ipv4Addr;

/// Reads one to four numbers with dots between them: decimal, octal with a leading `0`, or hexadecimal with a
/// leading `0x`. The last one fills all the bytes that the others leave: `127.1` is 127.0.0.1.
pub fn inet_aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let (last, bytes) = parts.split_last()?;
    if bytes.len() > 3 {
        return None;
    }
    let mut address = 0;
    for (part, shift) in bytes.iter().zip([24, 16, 8]) {
        address |= u32::from(u8::try_from(number(part)?).ok()?) << shift;
    }
    let last = number(last)?;
    let room = u32::MAX.checked_shr(8 * u32::try_from(bytes.len()).ok()?)?;
    (last <= room).then(|| Ipv4Addr::from_bits(address | last))
}

fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix('0') {
        None | Some("") => (text, 10),
        Some(rest) => match rest.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (rest, 8),
        },
    };
    // `from_str_radix` takes a sign, too.
    if !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        inet_aton(text).map(|address| address.to_string())
    }

    #[test]
    fn the_last_number_fills_the_rest() {
        assert_eq!(read("127.0.0.1").as_deref(), Some("127.0.0.1"));
        assert_eq!(read("127.1").as_deref(), Some("127.0.0.1"));
        assert_eq!(read("10.1.513").as_deref(), Some("10.1.2.1"));
        assert_eq!(read("2130706433").as_deref(), Some("127.0.0.1"));
    }

    #[test]
    fn numbers_are_decimal_octal_or_hexadecimal() {
        assert_eq!(read("0x7f.0.0.01").as_deref(), Some("127.0.0.1"));
        assert_eq!(read("0xC0000201").as_deref(), Some("192.0.2.1"));
        assert_eq!(read("010.0.0.0").as_deref(), Some("8.0.0.0"));
        assert_eq!(read("0").as_deref(), Some("0.0.0.0"));
    }

    #[test]
    fn what_does_not_fit_is_no_address() {
        for text in [
            "",
            ".",
            "1.",
            "256.1",
            "1.2.3.256",
            "1.16777216",
            "4294967296",
            "1.2.3.4.5",
            "08",
            "0x",
            "+1",
            "1.-1",
            "a",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
