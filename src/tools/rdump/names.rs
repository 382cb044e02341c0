//! Names for numbers and numbers for names: what the printer shows without `-n`, and what a filter may say.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, io};

use rustc_hash::FxHashMap;
use tokio::runtime::Runtime;

use super::hosts::Hosts;
use crate::cli::resolver_environment;
use crate::filter;
use crate::net::dns::Family;
use crate::net::{Resolver, Services, runtime};
use crate::print::{self, Transport};

/// A resolver, and the runtime that it needs.
struct Lookup {
    resolver: Resolver,
    runtime: Runtime,
}

impl Lookup {
    fn new() -> io::Result<Self> {
        Ok(Self {
            resolver: Resolver::system(&resolver_environment()),
            runtime: runtime()?,
        })
    }
}

/// The names that the printer shows.
pub(super) struct PrintNames {
    hosts: Hosts,
    services: FxHashMap<(u16, Transport), String>,
    /// The line that is being printed.
    line: Arc<AtomicU64>,
    /// The only network whose hosts have names, if not all do.
    local: Option<Network>,
}

/// A network of IPv4: its number and its mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) number: u32,
    pub(super) mask: u32,
}

impl PrintNames {
    /// The names of this system; a line waits so long for those of its hosts.
    pub(super) fn system(wait: Duration, local: Option<Network>) -> Self {
        let mut services = FxHashMap::default();
        for service in Services::system().iter() {
            let transport = match service.transport {
                "tcp" => Transport::Tcp,
                "udp" => Transport::Udp,
                _ => continue,
            };
            services
                .entry((service.port, transport))
                .or_insert_with(|| service.name.to_owned());
        }
        Self {
            hosts: Hosts::new(wait),
            services,
            line: Arc::default(),
            local,
        }
    }

    /// Where the number of each line has to be noted before it is printed.
    pub(super) fn line(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.line)
    }
}

impl print::Names for PrintNames {
    fn host(&mut self, address: IpAddr) -> Option<&str> {
        if let (Some(local), IpAddr::V4(address)) = (self.local, address)
            && address.to_bits() & local.mask != local.number
        {
            return None;
        }
        self.hosts.name(address, self.line.load(Ordering::Relaxed))
    }

    fn service(&mut self, port: u16, transport: Transport) -> Option<&str> {
        self.services.get(&(port, transport)).map(String::as_str)
    }
}

/// The names that a filter may use. Nothing is read before it is asked for.
#[derive(Default)]
pub(super) struct FilterNames {
    services: OnceCell<Services>,
}

impl FilterNames {
    /// How long a filter waits for the addresses of a host.
    const PATIENCE: Duration = Duration::from_secs(10);
}

impl filter::Names for FilterNames {
    fn host(&self, name: &str) -> Vec<IpAddr> {
        let Ok(Lookup { resolver, runtime }) = Lookup::new() else {
            return Vec::new();
        };
        let lookup = resolver.lookup_ip(name, 0, Family::Any);
        let found = runtime.block_on(async { tokio::time::timeout(Self::PATIENCE, lookup).await });
        let addresses = found.ok().and_then(Result::ok).unwrap_or_default();
        addresses.into_iter().map(|address| address.ip()).collect()
    }

    fn network(&self, name: &str) -> Option<(u32, u32)> {
        network_in(&system_file("/etc/networks"), name)
    }

    fn service(&self, name: &str) -> Option<filter::Service> {
        let services = self.services.get_or_init(Services::system);
        let found = filter::Service {
            tcp: services.port(name, "tcp"),
            udp: services.port(name, "udp"),
        };
        Some(found).filter(|found| *found != filter::Service::default())
    }

    fn protocol(&self, name: &str) -> Option<u8> {
        // A small system has no such file.
        let known = || {
            PROTOCOLS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, number)| *number)
        };
        protocol_in(&system_file("/etc/protocols"), name).or_else(known)
    }

    fn ether(&self, name: &str) -> Option<[u8; 6]> {
        ether_in(&system_file("/etc/ethers"), name)
    }
}

/// In the format of networks(5): `name 10.20`, the first bytes of a number. With the mask of those that are there.
fn network_in(text: &str, name: &str) -> Option<(u32, u32)> {
    let listed = fields(text).find(|fields| {
        fields
            .first()
            .is_some_and(|first| first.eq_ignore_ascii_case(name))
    })?;
    let mut bytes = Vec::new();
    for part in listed.get(1)?.split('.') {
        bytes.push(part.parse::<u8>().ok()?);
    }
    // The zeros at the end only fill the number up.
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    let missing = 8 * u32::try_from(4_usize.checked_sub(bytes.len())?).ok()?;
    let number = bytes
        .iter()
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    let mask = u32::MAX.checked_shl(missing).unwrap_or_default();
    Some((number.checked_shl(missing).unwrap_or_default(), mask))
}

/// In the format of protocols(5): `name number alias …`.
fn protocol_in(text: &str, name: &str) -> Option<u8> {
    let listed = fields(text).find(|fields| match fields.as_slice() {
        [official, _, aliases @ ..] => *official == name || aliases.contains(&name),
        _ => false,
    })?;
    listed.get(1)?.parse().ok()
}

/// In the format of ethers(5): `0:1:2:3:4:5 name`.
fn ether_in(text: &str, name: &str) -> Option<[u8; 6]> {
    let listed = fields(text).find(|fields| {
        fields
            .get(1)
            .is_some_and(|second| second.eq_ignore_ascii_case(name))
    })?;
    let mut address = [0; 6];
    let mut parts = listed.first()?.split(':');
    for byte in &mut address {
        *byte = u8::from_str_radix(parts.next()?, 16).ok()?;
    }
    Some(address)
}

/// A file of names; none is an empty one.
fn system_file(path: &str) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// The fields of each line that has any, without its comment.
fn fields(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| !fields.is_empty())
}

/// The protocols that filters ask for by name.
const PROTOCOLS: &[(&str, u8)] = &[
    ("ah", 51),
    ("egp", 8),
    ("esp", 50),
    ("gre", 47),
    ("icmp", 1),
    ("icmp6", 58),
    ("igmp", 2),
    ("igrp", 9),
    ("ipv6-icmp", 58),
    ("ospf", 89),
    ("pim", 103),
    ("sctp", 132),
    ("tcp", 6),
    ("udp", 17),
    ("vrrp", 112),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::Names;

    #[test]
    fn only_hosts_of_the_own_network_have_names_if_so_asked() {
        let local = Network {
            number: 0xc000_0200,
            mask: 0xffff_ff00,
        };
        let mut names = PrintNames::system(Duration::ZERO, Some(local));
        assert_eq!(names.host("192.0.3.1".parse().unwrap()), None);
        assert!(names.hosts.is_idle());
        assert_eq!(names.host("192.0.2.1".parse().unwrap()), None);
        assert!(!names.hosts.is_idle());
    }

    #[test]
    fn a_network_is_as_wide_as_its_number_is_short() {
        let text = "# names\nloopback 127.0.0.0\nlab 10.20 # ours\nbroken x.y\n";
        assert_eq!(network_in(text, "lab"), Some((0x0a14_0000, 0xffff_0000)));
        assert_eq!(network_in(text, "LOOPBACK"), Some((0x7f00_0000, 0xff00_0000)));
        assert_eq!(network_in(text, "broken"), None);
    }

    #[test]
    fn a_protocol_is_found_by_name_and_alias() {
        let text = "tcp 6 TCP\nipv6-icmp 58 IPv6-ICMP icmp6\n";
        assert_eq!(protocol_in(text, "icmp6"), Some(58));
        assert_eq!(protocol_in(text, "tcp"), Some(6));
        assert_eq!(protocol_in(text, "udp"), None);
    }

    #[test]
    fn an_ethernet_address_has_six_bytes() {
        let text = "0:1:2:a:b:ff gate\n1:2:3 short\n";
        assert_eq!(ether_in(text, "gate"), Some([0, 1, 2, 10, 11, 255]));
        assert_eq!(ether_in(text, "short"), None);
    }
}
