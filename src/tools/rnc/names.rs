//! Names of hosts and ports → addresses, and back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};

use super::plan::{Plan, Port};
use super::run;
use crate::cli::resolver_environment;
use crate::net::dns::{Family, LookupError, hosts, literal};
use crate::net::{Place, Resolver, Services};
use crate::tools::dns_cache;

/// The number of a port.
pub(super) fn port(plan: &Plan, port: &Port) -> anyhow::Result<u16> {
    match port {
        Port::Number(number) => Ok(*number),
        Port::Name(name) => Services::system()
            .port(name, plan.transport.name())
            .ok_or_else(|| anyhow!("port number invalid: {name}")),
    }
}

/// The addresses of `host`, in the order in which they are to be tried.
pub(super) fn addresses_of(
    plan: &Plan,
    host: &str,
    port: u16,
    family: Family,
) -> anyhow::Result<Vec<SocketAddr>> {
    lookup(plan, host, port, family).map_err(|why| not_found(host, port, &why))
}

/// That `host` has no address, in nc's words.
pub(super) fn not_found(host: &str, port: u16, why: &str) -> anyhow::Error {
    anyhow!("getaddrinfo for host \"{host}\" port {port}: {why}")
}

/// An address of ours, to come from.
pub(super) fn source(plan: &Plan, host: &str, family: Family) -> anyhow::Result<IpAddr> {
    let addresses = lookup(plan, host, 0, family).map_err(|why| anyhow!("getaddrinfo: {why}"))?;
    match addresses.first() {
        Some(address) => Ok(address.ip()),
        None => bail!("getaddrinfo: {NOT_KNOWN}"),
    }
}

/// Where to listen.
pub(super) fn place(plan: &Plan, host: Option<&str>, port: u16) -> anyhow::Result<Place> {
    let any = match (host, plan.family) {
        (Some(host), family) => source(plan, host, family)?,
        (None, Family::Any) => return Ok(Place::Everywhere(port)),
        (None, Family::V4) => IpAddr::from([0; 4]),
        (None, Family::V6) => IpAddr::from([0; 16]),
    };
    Ok(Place::At(SocketAddr::new(any, port)))
}

/// How an address is shown: by its name without `-n`, if it is found soon.
pub(super) async fn shown(plan: &Plan, address: IpAddr) -> String {
    if plan.numeric || address.is_unspecified() {
        return address.to_string();
    }
    let known = hosts();
    let name = match known.names(address).first() {
        Some(name) => Some(name.clone()),
        // The DNS has no better name for it.
        None if address.is_loopback() => None,
        None => {
            let resolver = resolver();
            let found = tokio::time::timeout(PATIENCE, resolver.reverse(address)).await;
            found
                .ok()
                .and_then(Result::ok)
                .and_then(|names| names.into_iter().next())
        }
    };
    name.unwrap_or_else(|| address.to_string())
}

fn lookup(plan: &Plan, host: &str, port: u16, family: Family) -> Result<Vec<SocketAddr>, String> {
    match literal(host, port) {
        Some(address) if family.has(address.ip()) => return Ok(vec![address]),
        Some(_) => return Err("Address family for hostname not supported".to_owned()),
        None if plan.numeric || host.is_empty() => return Err(NOT_KNOWN.to_owned()),
        None => {}
    }
    let runtime = run::runtime().map_err(|_| "no runtime".to_owned())?;
    let found = runtime.block_on(resolver().lookup_ip(host, port, family));
    found.map_err(|error| words(&error).to_owned())
}

/// The resolver of this system, with the cache that it shares with `rhost` and `rdig`.
pub(super) fn resolver() -> Resolver {
    let resolver = Resolver::system(&resolver_environment());
    match dns_cache::open() {
        Some(cache) => resolver.with_shelf(Arc::new(cache)),
        None => resolver,
    }
}

/// Why a name has no address, in the words of getaddrinfo(3).
pub(super) fn words(error: &LookupError) -> &'static str {
    match error {
        LookupError::BadName { .. } | LookupError::NoName(_) => NOT_KNOWN,
        LookupError::NoData { .. } | LookupError::NoAddress(_) => "No address associated with hostname",
        LookupError::Failed { .. }
        | LookupError::Garbled(_)
        | LookupError::Silent(_)
        | LookupError::Loop(_) => "Temporary failure in name resolution",
    }
}

const NOT_KNOWN: &str = "Name or service not known";
/// A client should not have to wait for its name to be found.
const PATIENCE: Duration = Duration::from_secs(1);
