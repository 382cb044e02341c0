//! `+dns64prefix`: the prefixes under which a network translates to IPv4 (RFC 7050).

use std::io::Write as _;
use std::net::Ipv6Addr;

use super::super::reply::Reply;
use crate::wire::dns::{Record, RecordType, Section};

/// Appends each prefix once, in the order of the answer.
pub(crate) fn write_prefixes(reply: &Reply<'_>, out: &mut Vec<u8>) {
    let mut found: Vec<(Ipv6Addr, usize)> = Vec::new();
    for address in reply.section(Section::Answer).filter_map(address) {
        for prefix in prefixes(address) {
            if !found.contains(&prefix) {
                found.push(prefix);
                // Writing to a vector cannot fail.
                let _ = writeln!(out, "{}/{}", prefix.0, prefix.1);
            }
        }
    }
}

fn address(record: &Record<'_>) -> Option<Ipv6Addr> {
    let octets: [u8; 16] = record.rdata.bytes().try_into().ok()?;
    (record.rtype == RecordType::AAAA).then(|| Ipv6Addr::from(octets))
}

/// The prefixes that a translated address can have been made with: the addresses of `ipv4only.arpa` stand at one of
/// the places of RFC 6052 section 2.2, which leaves out the ninth byte.
fn prefixes(address: Ipv6Addr) -> impl Iterator<Item = (Ipv6Addr, usize)> {
    let octets = address.octets();
    LENGTHS.into_iter().filter_map(move |length| {
        let start = length / 8;
        let embedded: Vec<u8> = octets
            .iter()
            .enumerate()
            .filter(|&(index, _)| index >= start && index != RESERVED)
            .map(|(_, octet)| *octet)
            .take(4)
            .collect();
        let is_well_known = WELL_KNOWN.iter().any(|known| embedded == known);
        let is_sound = octets.get(RESERVED) == Some(&0) || length == 96;
        (is_well_known && is_sound).then(|| {
            let mut prefix = octets;
            prefix.iter_mut().skip(start).for_each(|octet| *octet = 0);
            (Ipv6Addr::from(prefix), length)
        })
    })
}

/// The lengths that prefixes have.
const LENGTHS: [usize; 6] = [32, 40, 48, 56, 64, 96];
/// The byte that is always zero.
const RESERVED: usize = 8;
/// The addresses of `ipv4only.arpa`.
const WELL_KNOWN: [[u8; 4]; 2] = [[192, 0, 0, 170], [192, 0, 0, 171]];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Vec<String> {
        prefixes(address.parse().unwrap())
            .map(|(prefix, length)| format!("{prefix}/{length}"))
            .collect()
    }

    #[test]
    fn an_address_is_found_at_each_of_its_places() {
        assert_eq!(of("64:ff9b::192.0.0.170"), ["64:ff9b::/96"]);
        assert_eq!(of("2001:db8:c000:ab::"), ["2001:db8::/32"]);
        assert_eq!(of("2001:db8:100:c0:0:ab:0:0"), ["2001:db8:100::/56"]);
        assert_eq!(of("2001:db8:1c0:0:aa::"), ["2001:db8:100::/40"]);
        assert_eq!(of("2001:db8:122:344:c0:0:ab00:0"), ["2001:db8:122:344::/64"]);
        assert_eq!(of("2001:db8::1"), [""; 0]);
    }
}
