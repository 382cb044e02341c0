//! Operation codes (RFC 1035 section 4.1.1).

use std::fmt;

/// What kind of operation a message asks for; four bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Opcode(u8);

impl Opcode {
    /// A standard query.
    pub const QUERY: Self = Self(0);
    /// A zone changed (RFC 1996).
    pub const NOTIFY: Self = Self(4);
    /// A dynamic update (RFC 2136).
    pub const UPDATE: Self = Self(5);

    /// The code, if it fits into four bits.
    pub fn new(code: u8) -> Option<Self> {
        (code < 16).then_some(Self(code))
    }

    /// The code in the low four bits of `bits`.
    pub(super) fn from_bits(bits: u16) -> Self {
        Self((bits & 0xf).to_be_bytes()[1])
    }

    /// The number on the wire, below 16.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The operation as dig names it; reserved ones too (`RESERVED3`).
    pub fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// The operation that dig calls `name`, without regard to case.
    pub fn by_name(name: &str) -> Option<Self> {
        let position = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        u8::try_from(position).ok().map(Self)
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

const NAMES: [&str; 16] = [
    "QUERY",
    "IQUERY",
    "STATUS",
    "RESERVED3",
    "NOTIFY",
    "UPDATE",
    "RESERVED6",
    "RESERVED7",
    "RESERVED8",
    "RESERVED9",
    "RESERVED10",
    "RESERVED11",
    "RESERVED12",
    "RESERVED13",
    "RESERVED14",
    "RESERVED15",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_opcode_has_a_name() {
        for code in 0..16 {
            let opcode = Opcode::new(code).unwrap();
            assert_eq!(Opcode::by_name(&opcode.to_string()), Some(opcode));
        }
        assert_eq!(Opcode::new(16), None);
    }
}
