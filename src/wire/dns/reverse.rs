//! The names under which addresses are looked up (RFC 1035 section 3.5, RFC 3596 section 2.5).

use std::net::IpAddr;

use super::Name;

impl Name {
    /// The name whose PTR records name the host at `address`: under `in-addr.arpa` or `ip6.arpa`.
    pub fn reverse(address: IpAddr) -> Self {
        let text = match address {
            IpAddr::V4(address) => {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(address) => {
                let nibbles = address
                    .octets()
                    .into_iter()
                    .rev()
                    .map(|byte| format!("{:x}.{:x}.", byte & 0xf, byte >> 4));
                nibbles.collect::<String>() + "ip6.arpa"
            }
        };
        // Digits and dots of a fixed length are always a name.
        Self::from_text(text).unwrap_or_else(|_| Self::root())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_nibbles_are_in_reverse() {
        let reverse = |address: &str| Name::reverse(address.parse().unwrap()).to_string();
        assert_eq!(reverse("192.0.2.80"), "80.2.0.192.in-addr.arpa.");
        assert_eq!(
            reverse("2001:db8::1f"),
            "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
        );
    }
}
