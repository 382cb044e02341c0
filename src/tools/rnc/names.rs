//! Names of hosts and ports → addresses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{anyhow, bail};

use super::plan::{Family, Plan, Port};
use crate::net::Services;

/// The number of a port.
pub(super) fn port(plan: &Plan, port: &Port) -> anyhow::Result<u16> {
    match port {
        Port::Number(number) => Ok(*number),
        Port::Name(name) => Services::system()
            .port(name, plan.transport.name())
            .ok_or_else(|| anyhow!("port number invalid: {name}")),
    }
}

/// The addresses of `host` that the plan admits, in the order in which they are to be tried.
pub(super) fn addresses(plan: &Plan, host: &str, port: u16) -> anyhow::Result<Vec<SocketAddr>> {
    let Some(addresses) = lookup(plan, host) else {
        bail!("getaddrinfo for host \"{host}\" port {port}: Name or service not known");
    };
    Ok(addresses
        .into_iter()
        .map(|address| SocketAddr::new(address, port))
        .collect())
}

/// Everywhere, for a listener that was given no host.
pub(super) fn wildcards(family: Family, port: u16) -> Vec<SocketAddr> {
    let (v4, v6) = (IpAddr::from([0; 4]), IpAddr::from([0; 16]));
    [v4, v6]
        .into_iter()
        .filter(|address| family.admits(*address))
        .map(|address| SocketAddr::new(address, port))
        .collect()
}

fn lookup(plan: &Plan, host: &str) -> Option<Vec<IpAddr>> {
    let address = match host.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) if plan.numeric => return None,
        Err(_) if host == "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Err(_) => return None,
    };
    plan.family.admits(address).then(|| vec![address])
}
