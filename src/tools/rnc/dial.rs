//! A connection to a host as it was typed.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use super::plan::{Plan, Target};
use super::{chaos, names, run, say};
use crate::cli::Failure;
use crate::net::dns::{Family, literal};
use crate::net::{DialError, Named, Origin, RaceError, Transport, dial};

/// A connection to `port` of `host`, and where to. `None` if no address took one, which has been said.
///
/// The addresses of a name are raced for TCP; datagrams go to the first.
pub(super) fn to(
    plan: &Plan,
    target: &Target,
    host: &str,
    port: u16,
) -> Result<Option<(OwnedFd, SocketAddr)>, Failure> {
    let is_name = !plan.numeric && !host.is_empty() && literal(host, port).is_none();
    if is_name && plan.transport == Transport::Tcp {
        return race(plan, target, host, port);
    }
    let addresses = names::addresses_of(plan, host, port, family(plan, target))?;
    let found = one_by_one(plan, target, host, &addresses)?;
    found
        .map(|(socket, to)| Ok((chaos::around(plan, socket)?, to)))
        .transpose()
}

/// The family of the addresses that will do: that of the source, if that is an address.
pub(super) fn family(plan: &Plan, target: &Target) -> Family {
    let source = target.source.as_deref().and_then(|source| literal(source, 0));
    match (plan.family, source) {
        (Family::Any, Some(SocketAddr::V4(_))) => Family::V4,
        (Family::Any, Some(SocketAddr::V6(_))) => Family::V6,
        (family, _) => family,
    }
}

/// Where a connection to an address of `family` comes from.
pub(super) fn origin(plan: &Plan, target: &Target, family: Family) -> anyhow::Result<Origin> {
    let source = target.source.as_ref();
    let address = source.map(|host| names::source(plan, host, family));
    let port = target.source_port.as_ref().map(|port| names::port(plan, port));
    Ok(Origin {
        address: address.transpose()?,
        port: port.transpose()?.unwrap_or(0),
        reused: false,
    })
}

fn race(
    plan: &Plan,
    target: &Target,
    host: &str,
    port: u16,
) -> Result<Option<(OwnedFd, SocketAddr)>, Failure> {
    let mut family = family(plan, target);
    let v4 = family != Family::V6;
    let v6 = family != Family::V4;
    let from = match (
        v4.then(|| origin(plan, target, Family::V4)),
        v6.then(|| origin(plan, target, Family::V6)),
    ) {
        (Some(Ok(v4)), Some(Ok(v6))) => (v4, v6),
        // A source that has addresses of one family will do for that one.
        (Some(Ok(v4)), _) => {
            family = Family::V4;
            (v4, Origin::default())
        }
        (_, Some(Ok(v6))) => {
            family = Family::V6;
            (Origin::default(), v6)
        }
        (Some(Err(error)), _) | (_, Some(Err(error))) => return Err(error.into()),
        (None, None) => (Origin::default(), Origin::default()),
    };
    let named = Named {
        host,
        port,
        family,
        from,
        options: &plan.options,
        patience: plan.timeout.filter(|timeout| !timeout.is_zero()),
    };
    let mut failed = |to: SocketAddr, error: &DialError| {
        if plan.verbose {
            say::not_connected(plan, host, to, error);
        }
    };
    let resolver = names::resolver();
    let connected = run::runtime()?.block_on(named.connect(&resolver, &mut failed));
    connected.map_err(|error| match error {
        RaceError::Lookup(error) => Failure::from(names::not_found(host, port, names::words(&error))),
        RaceError::Dial(error) => say::cannot_dial(&error),
    })
}

/// A connection to the first of `addresses` of `host` that takes one.
fn one_by_one(
    plan: &Plan,
    target: &Target,
    host: &str,
    addresses: &[SocketAddr],
) -> Result<Option<(OwnedFd, SocketAddr)>, Failure> {
    for to in addresses {
        let family = if to.is_ipv4() { Family::V4 } else { Family::V6 };
        let from = origin(plan, target, family)?;
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
