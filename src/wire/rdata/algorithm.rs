//! DNSSEC algorithm numbers and key tags.

/// The mnemonic of a DNSSEC algorithm (the IANA registry), as dig says it.
pub fn algorithm_name(algorithm: u8) -> Option<&'static str> {
    Some(match algorithm {
        1 => "RSAMD5",
        2 => "DH",
        3 => "DSA",
        5 => "RSASHA1",
        6 => "NSEC3DSA",
        7 => "NSEC3RSASHA1",
        8 => "RSASHA256",
        10 => "RSASHA512",
        12 => "ECCGOST",
        13 => "ECDSAP256SHA256",
        14 => "ECDSAP384SHA384",
        15 => "ED25519",
        16 => "ED448",
        252 => "INDIRECT",
        253 => "PRIVATEDNS",
        254 => "PRIVATEOID",
        _ => return None,
    })
}

/// The tag by which signatures name a key: the checksum of its record's data (RFC 4034 appendix B).
pub fn key_tag(rdata: &[u8]) -> u16 {
    let sum: u32 = rdata
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
            [high] => u32::from(*high) << 8,
            _ => 0,
        })
        .sum();
    let [_, _, high, low] = (sum + (sum >> 16)).to_be_bytes();
    u16::from_be_bytes([high, low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tag_is_the_sum_of_its_bytes_in_pairs() {
        assert_eq!(key_tag(&[0, 0, 0, 1, b'g', b'e', b'h', b'e', b'i', b'm']), 14649);
        assert_eq!(key_tag(&[1]), 256);
        assert_eq!(key_tag(&[0xff; 65535]), 0xff00);
    }
}
