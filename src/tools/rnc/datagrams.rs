//! `rnc -lu`: datagrams.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;

use rustix::net::SocketType;

use super::access::access;
use super::plan::{Plan, Port};
use super::ready::Ready;
use super::run::{runtime, serve, stdio};
use super::{chaos, names, say};
use crate::cli::{Exit, Failure};
use crate::net::{Endpoint, Relay, UnixName, address, bind_datagrams, bind_unix, widen};
use crate::proto::relay::Access;
use crate::tools::signals;

/// Waits for a datagram, and then talks to its sender only; with `keep` hears everybody, and answers whoever spoke
/// last.
pub(super) fn udp(
    plan: &Plan,
    host: Option<&str>,
    port: &Port,
    keep: bool,
    ready: Ready,
) -> Result<Exit, Failure> {
    let place = names::place(plan, host, names::port(plan, port)?)?;
    let access = access(plan)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let socket = bind_datagrams(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    if plan.options.receive_buffer.is_none() {
        // What there is no room for is lost: without it, with the room that there is.
        let _ = widen(&socket, ROOM);
    }
    runtime.block_on(async {
        ready.at(plan, "Bound", place, address(&socket)).await?;
        let (socket, access) = chaos::before(plan, socket, access)?;
        let socket = receiver(socket, keep, access)?;
        let sender = socket.first_sender().await;
        let sender = sender.map_err(|error| say::failure("recvfrom", &error))?;
        if let (false, Some(sender)) = (keep, sender) {
            socket
                .connect(&sender)
                .map_err(|error| say::failure("connect", &error))?;
            if let (true, Ok(from)) = (plan.verbose, SocketAddr::try_from(sender)) {
                say::received(plan, place, from).await;
            }
        }
        Ok(serve(&plan.relay, &stdio()?, socket).await)
    })
}

/// The same at a UNIX-domain name.
pub(super) fn unix(plan: &Plan, name: &UnixName, keep: bool, ready: Ready) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(signals::or_die(async {
        let bound = bind_unix(name, SocketType::DGRAM);
        let bound = bound.map_err(|error| say::cannot_use_name(name, &error))?;
        ready.at_name(plan, &["Bound"], name)?;
        let _file = bound.file;
        let socket = receiver(bound.socket, keep, Access::default())?;
        let sender = socket.first_sender().await;
        let sender = sender.map_err(|error| say::failure("recvfrom", &error))?;
        // A sender without a name cannot be answered, but heard.
        let mut relay = plan.relay.clone();
        match (keep, sender) {
            (false, Some(sender)) => {
                socket
                    .connect(&sender)
                    .map_err(|error| say::failure("connect", &error))?;
                if plan.verbose {
                    say::at_name("Connection received", name);
                }
            }
            (_, None) => {
                relay = Relay {
                    detached: true,
                    ..relay
                }
            }
            (true, Some(_)) => {}
        }
        Ok(serve(&relay, &stdio()?, socket).await)
    }))
}

/// A socket that hears everybody who is welcome, with `keep` for good.
pub(super) fn receiver(socket: OwnedFd, keep: bool, access: Access) -> Result<Rc<Endpoint>, Failure> {
    let receiver = if keep {
        Endpoint::open_to_all(socket)
    } else {
        Endpoint::socket(socket)
    };
    let receiver = receiver.map_err(|error| say::failure("socket", &error))?;
    Ok(Rc::new(receiver.guarded_by(access)))
}

/// For what comes in while something else is done.
const ROOM: usize = 4 << 20;
