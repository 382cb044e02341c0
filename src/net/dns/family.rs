//! The two families of addresses: which are wanted, and which to try first.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::any_port;

/// Which addresses are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Whether `address` is wanted.
    pub fn has(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// Sorts as the C library mostly does (RFC 6724, rules 1 and 6): a host without IPv6 should not try it first.
pub(super) fn order(addresses: &mut [SocketAddr]) {
    let mixed = addresses.iter().any(SocketAddr::is_ipv4) && addresses.iter().any(SocketAddr::is_ipv6);
    if mixed {
        addresses.sort_by_cached_key(|&address| (!has_way(address), address.is_ipv4()));
    }
}

/// Whether the kernel has a route: connecting a UDP socket asks it without sending anything.
pub(in crate::net) fn has_way(address: SocketAddr) -> bool {
    UdpSocket::bind(any_port(address)).is_ok_and(|socket| socket.connect(address).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_family_stays_in_order_and_of_two_ipv6_comes_first() {
        let mut addresses: Vec<SocketAddr> =
            vec!["127.0.0.1:80".parse().unwrap(), "127.0.0.2:80".parse().unwrap()];
        order(&mut addresses);
        assert_eq!(addresses[0].to_string(), "127.0.0.1:80");
        if has_way("[::1]:80".parse().unwrap()) {
            addresses.push("[::1]:80".parse().unwrap());
            order(&mut addresses);
            assert_eq!(addresses[0].to_string(), "[::1]:80");
        }
    }
}
