//! The system's own files: `/etc/resolv.conf` and `/etc/hosts`.

use std::fs;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::path::Path;

use rustix::net::netdevice::name_to_index;
use rustix::net::{AddressFamily, SocketType, socket};

use crate::proto::dns::{Hosts, Nameserver, ResolvConf, inet_aton};

/// The environment variables that resolv.conf(5) gives a say. The environment is for the tools to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `LOCALDOMAIN`: replaces the search list.
    pub localdomain: Option<String>,
    /// `RES_OPTIONS`: more options.
    pub res_options: Option<String>,
}

/// What `/etc/resolv.conf` and the environment say. A file that is not there is an empty one.
pub fn resolv_conf(environment: &Environment) -> ResolvConf {
    ResolvConf::parse(
        &text("/etc/resolv.conf"),
        environment.localdomain.as_deref(),
        environment.res_options.as_deref(),
    )
}

/// What `/etc/hosts` says. A file that is not there is an empty one.
pub fn hosts() -> Hosts {
    Hosts::parse(&text("/etc/hosts"))
}

/// Where a server listens. Its interface, if it names one, must exist.
pub fn server_address(server: &Nameserver, port: u16) -> Option<SocketAddr> {
    scoped(server.address, server.zone.as_deref(), port)
}

/// The address that `host` is when it is one already: an IPv4 address, in the older forms of inet_aton(3) as well,
/// or an IPv6 address, with `%` and an interface if it is link-local.
pub fn literal(host: &str, port: u16) -> Option<SocketAddr> {
    match Nameserver::parse(host) {
        Some(server) => server_address(&server, port),
        None => inet_aton(host).map(|address| (address, port).into()),
    }
}

fn scoped(address: IpAddr, zone: Option<&str>, port: u16) -> Option<SocketAddr> {
    match (address, zone) {
        (IpAddr::V6(address), Some(zone)) => {
            let scope = zone.parse().ok().or_else(|| interface_index(zone))?;
            Some(SocketAddrV6::new(address, port, 0, scope).into())
        }
        (address, _) => Some(SocketAddr::new(address, port)),
    }
}

fn interface_index(name: &str) -> Option<u32> {
    let any = socket(AddressFamily::INET, SocketType::DGRAM, None).ok()?;
    name_to_index(any, name).ok()
}

/// A name may be in any encoding: what is not UTF-8 is no name that can be asked for.
fn text(path: impl AsRef<Path>) -> String {
    fs::read(path)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_its_own_name() {
        assert_eq!(literal("192.0.2.1", 53), Some("192.0.2.1:53".parse().unwrap()));
        assert_eq!(literal("::1", 53), Some("[::1]:53".parse().unwrap()));
        assert_eq!(literal("127.1", 53), Some("127.0.0.1:53".parse().unwrap()));
        assert_eq!(literal("localhost", 53), None);
    }

    #[test]
    fn a_link_local_address_is_of_an_interface() {
        assert_eq!(literal("fe80::1%7", 53), Some("[fe80::1%7]:53".parse().unwrap()));
        assert_eq!(literal("fe80::1%no-such-0", 53), None);
    }
}
