//! Where the names in a filter come from.

use std::net::IpAddr;

/// The port numbers of a service, by transport.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its TCP port.
    pub tcp: Option<u16>,
    /// Its UDP port.
    pub udp: Option<u16>,
}

/// The world's names, as a filter may use them. Every answer may be "none".
pub trait Names {
    /// All addresses of a host.
    fn host(&self, name: &str) -> Vec<IpAddr>;
    /// The number of a network, left-justified, with its mask.
    fn network(&self, name: &str) -> Option<(u32, u32)>;
    /// The ports of a service.
    fn service(&self, name: &str) -> Option<Service>;
    /// The number of a protocol above IP.
    fn protocol(&self, name: &str) -> Option<u8>;
    /// The Ethernet address of a host.
    fn ether(&self, name: &str) -> Option<[u8; 6]>;
}

/// Knows no names at all.
#[derive(Clone, Copy, Debug)]
pub struct NoNames;

impl Names for NoNames {
    fn host(&self, _: &str) -> Vec<IpAddr> {
        Vec::new()
    }

    fn network(&self, _: &str) -> Option<(u32, u32)> {
        None
    }

    fn service(&self, _: &str) -> Option<Service> {
        None
    }

    fn protocol(&self, _: &str) -> Option<u8> {
        None
    }

    fn ether(&self, _: &str) -> Option<[u8; 6]> {
        None
    }
}
