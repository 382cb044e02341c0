//! `rnc -l`.

use std::net::SocketAddr;
use std::rc::Rc;

use super::plan::{Plan, Port};
use super::run::{Stdio, runtime, serve};
use super::{names, say};
use crate::cli::{Exit, Failure, message};
use crate::net::{Endpoint, Listener};

/// Waits for a client and moves bytes; with `keep` for the next one after it, for ever.
pub(super) fn listen(plan: &Plan, host: Option<&str>, port: &Port, keep: bool) -> Result<Exit, Failure> {
    let port = names::port(plan, port)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let listeners = listeners(plan, host, port)?;
    let stdio = Stdio::open()?;
    runtime.block_on(async {
        let mut listeners = Some(listeners);
        while let Some(waiting) = listeners.take() {
            let accepted = Listener::accept(&waiting).await;
            let (socket, peer) = accepted.map_err(|error| say::failure("accept", &error))?;
            if keep {
                listeners = Some(waiting);
            }
            if plan.verbose
                && let Some(peer) = peer.and_then(|peer| SocketAddr::try_from(peer).ok())
            {
                message(format_args!(
                    "Connection received on {} {}",
                    peer.ip(),
                    peer.port()
                ));
            }
            let socket = Endpoint::socket(socket).map_err(|error| say::failure("accept", &error))?;
            let exit = serve(&plan.relay, &stdio, Rc::new(socket)).await;
            if !keep {
                return Ok(exit);
            }
        }
        Ok(Exit::SUCCESS)
    })
}

/// The sockets to listen on: one, or without a host one for each family.
fn listeners(plan: &Plan, host: Option<&str>, port: u16) -> Result<Vec<Listener>, Failure> {
    let (addresses, any) = match host {
        Some(host) => (names::addresses(plan, host, port)?, false),
        None => (names::wildcards(plan.family, port), true),
    };
    let mut listeners: Vec<Listener> = Vec::new();
    let mut port = port;
    for mut address in addresses {
        // Port 0 is one port for all of them.
        address.set_port(port);
        match Listener::tcp(address, any, &plan.options) {
            Ok(listener) => {
                port = listener.address().map_or(port, |address| address.port());
                if plan.verbose {
                    message(format_args!("Listening on {} {}", address.ip(), port));
                }
                listeners.push(listener);
            }
            // Where there is no IPv6, IPv4 will do.
            Err(_) if !listeners.is_empty() => {}
            Err(error) => return Err(say::cannot_listen(&error)),
        }
        if !any {
            break;
        }
    }
    Ok(listeners)
}
