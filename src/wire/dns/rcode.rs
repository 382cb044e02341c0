//! Response codes (RFC 1035 section 4.1.1, extended to twelve bits by RFC 6891 section 6.1.3).

use std::fmt;

/// What became of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rcode(
    /// The number: four bits in the header, eight more in an OPT record.
    pub u16,
);

impl Rcode {
    /// It was done.
    pub const NOERROR: Self = Self(0);
    /// The server could not read the request.
    pub const FORMERR: Self = Self(1);
    /// The server could not do it.
    pub const SERVFAIL: Self = Self(2);
    /// The name does not exist.
    pub const NXDOMAIN: Self = Self(3);
    /// The server does not know how to do it.
    pub const NOTIMP: Self = Self(4);
    /// The server does not want to do it.
    pub const REFUSED: Self = Self(5);
    /// The version of EDNS is not supported.
    pub const BADVERS: Self = Self(16);
    /// The server cookie is missing or wrong (RFC 7873).
    pub const BADCOOKIE: Self = Self(23);

    /// The code as dig names it, if it does.
    pub fn mnemonic(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0)).copied()
    }
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mnemonic() {
            Some(name) => f.pad(name),
            None => write!(f, "{}", self.0),
        }
    }
}

const NAMES: [&str; 24] = [
    "NOERROR",
    "FORMERR",
    "SERVFAIL",
    "NXDOMAIN",
    "NOTIMP",
    "REFUSED",
    "YXDOMAIN",
    "YXRRSET",
    "NXRRSET",
    "NOTAUTH",
    "NOTZONE",
    "RESERVED11",
    "RESERVED12",
    "RESERVED13",
    "RESERVED14",
    "RESERVED15",
    "BADVERS",
    "RESERVED17",
    "RESERVED18",
    "RESERVED19",
    "RESERVED20",
    "RESERVED21",
    "RESERVED22",
    "BADCOOKIE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extended_codes_have_their_place_in_the_table() {
        assert_eq!(Rcode::NXDOMAIN.to_string(), "NXDOMAIN");
        assert_eq!(Rcode::BADVERS.to_string(), "BADVERS");
        assert_eq!(Rcode::BADCOOKIE.to_string(), "BADCOOKIE");
        assert_eq!(Rcode(24).to_string(), "24");
    }
}
