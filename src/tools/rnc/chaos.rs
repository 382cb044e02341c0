//! `--chaos` on a UDP socket of ours: what is sent through it and what is received goes over a bad network.
//!
//! The network is a relay in this process: the socket is the relay's, and whoever asked for it gets one on loopback
//! instead. So everything that can be done with a UDP socket can be done with this one.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::plan::Plan;
use super::say;
use crate::cli::Failure;
use crate::net::{Aliases, Transport, UdpRelay};
use crate::proto::link::Spec;
use crate::proto::relay::Access;

/// The network of this process, while there is one.
static NETWORK: Mutex<Option<UdpRelay>> = Mutex::new(None);
/// Who is behind the addresses on loopback.
static ALIASES: OnceLock<Aliases> = OnceLock::new();

/// With `--chaos`, what is to be used instead of a connected socket.
pub(super) fn around(plan: &Plan, socket: OwnedFd) -> Result<OwnedFd, Failure> {
    match spec(plan) {
        Some(spec) => begin(plan, &spec, UdpRelay::around(socket, spec, aliases())),
        None => Ok(socket),
    }
}

/// With `--chaos`, what is to be used instead of a bound socket; who may be heard is decided before it.
pub(super) fn before(plan: &Plan, socket: OwnedFd, access: Access) -> Result<(OwnedFd, Access), Failure> {
    match spec(plan) {
        Some(spec) => {
            let network = UdpRelay::before(socket, spec, access, aliases().clone());
            let inner = begin(plan, &spec, network)?;
            Ok((inner, Access::default()))
        }
        None => Ok((socket, access)),
    }
}

/// The address of a peer as it is outside.
pub(super) fn real(address: SocketAddr) -> SocketAddr {
    let aliases = ALIASES.get();
    aliases
        .and_then(|aliases| aliases.real(address))
        .unwrap_or(address)
}

/// Waits until what was sent is on its way, and says what became of it.
pub(super) fn settle() {
    let network = NETWORK.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(network) = network else {
        return;
    };
    match network.settle() {
        Ok(tallies) if say::is_verbose() => say::tally(&tallies),
        Ok(_) => {}
        Err(error) => say::warn(&format!("--chaos: {}", crate::cli::words(&error))),
    }
}

fn aliases() -> &'static Aliases {
    ALIASES.get_or_init(Aliases::default)
}

fn spec(plan: &Plan) -> Option<Spec> {
    plan.chaos.filter(|_| plan.transport == Transport::Udp)
}

fn begin(plan: &Plan, spec: &Spec, network: io::Result<(UdpRelay, OwnedFd)>) -> Result<OwnedFd, Failure> {
    let (network, socket) = network.map_err(|error| say::failure("--chaos", &error))?;
    if plan.verbose {
        say::weather(spec);
    }
    settle();
    *NETWORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(network);
    Ok(socket)
}
