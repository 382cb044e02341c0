//! Extended errors (RFC 8914): why a response is what it is, by number.

/// The information code of an extended error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedError(
    /// The number on the wire.
    pub u16,
);

impl ExtendedError {
    /// Data whose time to live is over (RFC 8767).
    pub const STALE_ANSWER: Self = Self(3);

    /// What the code is called in the IANA registry "Extended DNS Error Codes".
    pub fn purpose(self) -> Option<&'static str> {
        PURPOSES.get(usize::from(self.0)).copied()
    }
}

/// By number.
const PURPOSES: [&str; 31] = [
    "Other",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
    "Invalid Query Type",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_by_its_number() {
        assert_eq!(ExtendedError(18).purpose(), Some("Prohibited"));
        assert_eq!(ExtendedError(30).purpose(), Some("Invalid Query Type"));
        assert_eq!(ExtendedError(31).purpose(), None);
    }
}
