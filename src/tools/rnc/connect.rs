//! `rnc HOST PORT`, and `-z`.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::thread;

use rand::seq::SliceRandom;

use super::plan::{Plan, Target};
use super::run::{Stdio, runtime, serve};
use super::{names, say};
use crate::cli::{Exit, Failure};
use crate::net::{DialError, Endpoint, From, dial};

/// Connects to each port in turn and moves bytes. A failure of one is a failure of all.
pub(super) fn connect(plan: &Plan, target: &Target) -> Result<Exit, Failure> {
    let mut exit = Exit::SUCCESS;
    for port in ports(plan, target)? {
        let this = match reach(plan, target, port)? {
            Some(socket) => {
                let runtime = runtime()?;
                let _inside = runtime.enter();
                let socket = Endpoint::socket(socket).map_err(|error| say::failure("socket", &error))?;
                runtime.block_on(serve(&plan.relay, &Stdio::open()?, Rc::new(socket)))
            }
            None => Exit::FAILURE,
        };
        if this != Exit::SUCCESS {
            exit = this;
        }
    }
    Ok(exit)
}

/// Sees which ports are open. Success if any is.
pub(super) fn scan(plan: &Plan, target: &Target) -> Result<Exit, Failure> {
    let mut exit = Exit::FAILURE;
    for (index, port) in ports(plan, target)?.into_iter().enumerate() {
        if let Some(interval) = plan.interval.filter(|_| index > 0) {
            thread::sleep(interval);
        }
        if reach(plan, target, port)?.is_some() {
            exit = Exit::SUCCESS;
        }
    }
    Ok(exit)
}

fn ports(plan: &Plan, target: &Target) -> anyhow::Result<Vec<u16>> {
    let ports = target.ports.iter().map(|port| names::port(plan, port));
    let mut ports = ports.collect::<anyhow::Result<Vec<_>>>()?;
    if target.random {
        ports.shuffle(&mut rand::rng());
    }
    Ok(ports)
}

/// A connection to the first address of the target that takes one.
fn reach(plan: &Plan, target: &Target, port: u16) -> Result<Option<OwnedFd>, Failure> {
    for to in names::addresses(plan, &target.host, port)? {
        let from = source(plan, target)?;
        match dial(plan.transport, to, from, &plan.options, plan.timeout) {
            Ok(socket) => {
                if plan.verbose {
                    say::connected(plan, target, to);
                }
                return Ok(Some(socket));
            }
            Err(error @ (DialError::Bind(_) | DialError::Option { .. } | DialError::Socket(_))) => {
                return Err(say::cannot_dial(&error));
            }
            Err(error) if plan.verbose => say::not_connected(plan, target, to, &error),
            Err(_) => {}
        }
    }
    Ok(None)
}

fn source(plan: &Plan, target: &Target) -> anyhow::Result<From> {
    let port = match &target.source_port {
        Some(port) => names::port(plan, port)?,
        None => 0,
    };
    let address = match &target.source {
        Some(host) => names::addresses(plan, host, port)?.first().map(SocketAddr::ip),
        None => None,
    };
    Ok(From { address, port })
}
