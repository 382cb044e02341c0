//! `rnc HOST PORT`, and `-z` through a proxy.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::thread;

use rand::seq::SliceRandom;

use super::plan::{Plan, Purpose, Target};
use super::run::use_connection;
use super::{names, proxy, say};
use crate::cli::{Exit, Failure};
use crate::net::dns::Family;
use crate::net::{DialError, Origin, Transport, dial};

/// Connects to each port in turn. A scan succeeds if any port is open; anything else if all went well.
pub(super) fn connect(plan: &Plan, target: &Target, purpose: Purpose) -> Result<Exit, Failure> {
    let scan = purpose == Purpose::Scan;
    let mut exit = if scan { Exit::FAILURE } else { Exit::SUCCESS };
    for (index, port) in ports(plan, target)?.into_iter().enumerate() {
        if let Some(interval) = plan.interval.filter(|_| index > 0) {
            thread::sleep(interval);
        }
        let this = match &target.proxy {
            Some(proxy) => proxy::connect(plan, target, proxy, port, purpose)?,
            None => match reach(plan, target, port)? {
                Some(socket) => use_connection(plan, purpose, socket)?,
                None => Exit::FAILURE,
            },
        };
        if (this == Exit::SUCCESS) == scan {
            exit = this;
        }
    }
    Ok(exit)
}

/// The ports of the target, in the order in which they are asked.
pub(super) fn ports(plan: &Plan, target: &Target) -> anyhow::Result<Vec<u16>> {
    let ports = target.ports.iter().map(|port| names::port(plan, port));
    let mut ports = ports.collect::<anyhow::Result<Vec<_>>>()?;
    if target.random {
        ports.shuffle(&mut rand::rng());
    }
    Ok(ports)
}

/// A connection to the first address of the target that takes one.
fn reach(plan: &Plan, target: &Target, port: u16) -> Result<Option<OwnedFd>, Failure> {
    let addresses = names::addresses(plan, &target.host, port)?;
    let socket = dial_any(plan, target, &target.host, &addresses)?;
    let Some((socket, to)) = socket else {
        return Ok(None);
    };
    // A datagram tells only when it is refused.
    if plan.verbose && plan.transport == Transport::Tcp {
        say::connected(plan, &target.host, to);
    }
    Ok(Some(socket))
}

/// A connection to the first of `addresses` of `host` that takes one.
pub(super) fn dial_any(
    plan: &Plan,
    target: &Target,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<Option<(OwnedFd, SocketAddr)>, Failure> {
    for to in addresses {
        let from = source(plan, target, *to)?;
        match dial(plan.transport, *to, from, &plan.options, plan.timeout) {
            Ok(socket) => return Ok(Some((socket, *to))),
            Err(error @ (DialError::Bind(_) | DialError::Option { .. } | DialError::Socket(_))) => {
                return Err(say::cannot_dial(&error));
            }
            Err(error) if plan.verbose => say::not_connected(plan, host, *to, &error),
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Where a connection to `to` comes from.
pub(super) fn source(plan: &Plan, target: &Target, to: SocketAddr) -> anyhow::Result<Origin> {
    let family = if to.is_ipv4() { Family::V4 } else { Family::V6 };
    let address = target
        .source
        .as_ref()
        .map(|host| names::source(plan, host, family));
    let port = target.source_port.as_ref().map(|port| names::port(plan, port));
    Ok(Origin {
        address: address.transpose()?,
        port: port.transpose()?.unwrap_or(0),
        reused: false,
    })
}
