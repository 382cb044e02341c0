//! The names of the TOS byte (`-T`): RFC 791, RFC 2474 section 4.2.2, RFC 2597, RFC 3246.

use anyhow::bail;

/// A number below 256, decimal or after `0x` hexadecimal, or a name.
pub(super) fn parse(text: &str) -> anyhow::Result<u8> {
    let known = NAMES.iter().find(|(name, _)| *name == text.to_ascii_lowercase());
    if let Some((_, tos)) = known {
        return Ok(*tos);
    }
    let number = match text.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16),
        None => text.parse(),
    };
    match number {
        Ok(tos) => Ok(tos),
        Err(_) => bail!("illegal tos value {text}"),
    }
}

const NAMES: &[(&str, u8)] = &[
    ("af11", 0x28),
    ("af12", 0x30),
    ("af13", 0x38),
    ("af21", 0x48),
    ("af22", 0x50),
    ("af23", 0x58),
    ("af31", 0x68),
    ("af32", 0x70),
    ("af33", 0x78),
    ("af41", 0x88),
    ("af42", 0x90),
    ("af43", 0x98),
    ("critical", 0xa0),
    ("cs0", 0x00),
    ("cs1", 0x20),
    ("cs2", 0x40),
    ("cs3", 0x60),
    ("cs4", 0x80),
    ("cs5", 0xa0),
    ("cs6", 0xc0),
    ("cs7", 0xe0),
    ("ef", 0xb8),
    ("inetcontrol", 0xc0),
    ("lowcost", 0x02),
    ("lowdelay", 0x10),
    ("netcontrol", 0xe0),
    ("reliability", 0x04),
    ("throughput", 0x08),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(parse("af11").unwrap(), 0x28);
        assert_eq!(parse("EF").unwrap(), 0xb8);
        assert_eq!(parse("0x10").unwrap(), 16);
        assert_eq!(parse("255").unwrap(), 255);
        assert_eq!(parse("256").unwrap_err().to_string(), "illegal tos value 256");
    }
}
