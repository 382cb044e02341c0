//! `rnc HOST PORT`, and `-z` through a proxy.

use std::os::fd::OwnedFd;
use std::thread;

use rand::seq::SliceRandom;

use super::plan::{Plan, Purpose, Target};
use super::run::use_connection;
use super::{dial, names, proxy, say};
use crate::cli::{Exit, Failure};
use crate::net::Transport;

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

/// A connection to the target, which is announced.
fn reach(plan: &Plan, target: &Target, port: u16) -> Result<Option<OwnedFd>, Failure> {
    let Some((socket, to)) = dial::to(plan, target, &target.host, port)? else {
        return Ok(None);
    };
    // A datagram tells only when it is refused.
    if plan.verbose && plan.transport == Transport::Tcp {
        say::connected(plan, &target.host, to);
    }
    Ok(Some(socket))
}
