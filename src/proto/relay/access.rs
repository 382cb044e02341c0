//! Who may connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Who may connect: those who are allowed, everybody if nobody is named; but never those who are denied.
#[derive(Clone, Debug, Default)]
pub struct Access {
    allow: Option<Networks>,
    deny: Networks,
}

impl Access {
    /// With these lists.
    pub fn new(allow: Option<Vec<IpNet>>, deny: Vec<IpNet>) -> Self {
        Self {
            allow: allow.map(Networks::new),
            deny: Networks::new(deny),
        }
    }

    /// Whether this one may. An IPv4-mapped address is the IPv4 address that it stands for.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        !self.deny.has(address) && self.allow.as_ref().is_none_or(|allow| allow.has(address))
    }

    /// Whether everybody may.
    pub fn is_open(&self) -> bool {
        self.allow.is_none() && self.deny.v4.is_empty() && self.deny.v6.is_empty()
    }
}

/// Networks, disjoint and in order: a list of many thousands is searched for each datagram.
#[derive(Clone, Debug, Default)]
struct Networks {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
}

impl Networks {
    fn new(networks: Vec<IpNet>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match network.trunc() {
                IpNet::V4(network) => v4.push(network),
                IpNet::V6(network) => match unmapped(network) {
                    Some(network) => v4.push(network),
                    None => v6.push(network),
                },
            }
        }
        let (mut v4, mut v6) = (Ipv4Net::aggregate(&v4), Ipv6Net::aggregate(&v6));
        v4.sort_unstable_by_key(Ipv4Net::network);
        v6.sort_unstable_by_key(Ipv6Net::network);
        Self { v4, v6 }
    }

    fn has(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.has_v4(address),
            IpAddr::V6(address) => self.has_v6(address),
        }
    }

    fn has_v4(&self, address: Ipv4Addr) -> bool {
        let after = self.v4.partition_point(|network| network.network() <= address);
        let last = after.checked_sub(1).and_then(|at| self.v4.get(at));
        last.is_some_and(|network| network.contains(&address))
    }

    fn has_v6(&self, address: Ipv6Addr) -> bool {
        let after = self.v6.partition_point(|network| network.network() <= address);
        let last = after.checked_sub(1).and_then(|at| self.v6.get(at));
        last.is_some_and(|network| network.contains(&address))
    }
}

/// `::ffff:a.b.c.d/n` is a network of IPv4 (RFC 4291, section 2.5.5.2).
fn unmapped(network: Ipv6Net) -> Option<Ipv4Net> {
    let length = network.prefix_len().checked_sub(MAPPED_BITS)?;
    Ipv4Net::new(network.network().to_ipv4_mapped()?, length).ok()
}

const MAPPED_BITS: u8 = 96;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn admits(access: &Access, address: &str) -> bool {
        access.admits(address.parse().unwrap())
    }

    #[test]
    fn without_lists_everybody_may() {
        let open = Access::default();
        assert!(open.is_open() && admits(&open, "192.0.2.1") && admits(&open, "::1"));
    }

    #[test]
    fn who_is_denied_may_not_even_if_allowed() {
        let access = Access::new(Some(nets(&["10.0.0.0/8", "::1/128"])), nets(&["10.1.0.0/16"]));
        assert!(admits(&access, "10.2.0.1") && admits(&access, "::1"));
        assert!(!admits(&access, "10.1.0.1") && !admits(&access, "11.0.0.1") && !admits(&access, "::2"));
    }

    #[test]
    fn an_allow_list_of_nobody_lets_nobody_in() {
        let access = Access::new(Some(Vec::new()), Vec::new());
        assert!(!access.is_open() && !admits(&access, "127.0.0.1"));
    }

    #[test]
    fn a_mapped_address_is_an_address_of_ipv4_on_either_side() {
        let access = Access::new(None, nets(&["127.0.0.0/8", "::ffff:192.0.2.0/120"]));
        assert!(!admits(&access, "::ffff:127.0.0.1") && !admits(&access, "192.0.2.7"));
        assert!(admits(&access, "192.0.3.7"));
        // All of IPv6 is not IPv4.
        let access = Access::new(Some(nets(&["::/0"])), Vec::new());
        assert!(admits(&access, "2001:db8::1") && !admits(&access, "::ffff:127.0.0.1"));
    }

    proptest! {
        #[test]
        fn the_search_agrees_with_looking_at_each(
            networks in proptest::collection::vec((any::<u32>(), 0..=32_u8, any::<bool>()), 0..40),
            addresses in proptest::collection::vec(any::<u32>(), 20),
        ) {
            let listed: Vec<IpNet> = networks
                .iter()
                .map(|(bits, length, v6)| match v6 {
                    false => Ipv4Net::new(Ipv4Addr::from(*bits), *length).unwrap().into(),
                    true => Ipv6Net::new(Ipv6Addr::from(u128::from(*bits) << 96), *length).unwrap().into(),
                })
                .collect();
            let access = Access::new(None, listed.clone());
            for bits in addresses {
                for address in [IpAddr::from(Ipv4Addr::from(bits)), Ipv6Addr::from(u128::from(bits) << 96).into()] {
                    prop_assert_eq!(access.admits(address), !listed.iter().any(|network| network.contains(&address)));
                }
            }
        }
    }
}
