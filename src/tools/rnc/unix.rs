//! `rnc -U`: connecting to a UNIX-domain socket.

use std::env;

use rustix::net::SocketType;

use super::plan::{Plan, Purpose};
use super::run::{endpoint, runtime, serve, stdio, use_connection};
use super::say;
use crate::cli::{Exit, Failure};
use crate::net::{PrivateFolder, UnixName, connect_unix};
use crate::tools::signals;

/// Connects to a stream socket.
pub(super) fn connect(
    plan: &Plan,
    to: &UnixName,
    from: Option<&UnixName>,
    purpose: Purpose,
) -> Result<Exit, Failure> {
    let connected = connect_unix(to, from, SocketType::STREAM);
    let connected = connected.map_err(|error| say::cannot_use_name(to, &error))?;
    use_connection(plan, purpose, connected.socket)
}

/// Connects to a datagram socket, from a name at which it can be answered: that of `-s`, or one of our own that
/// goes with us, even by a signal.
pub(super) fn connect_datagrams(
    plan: &Plan,
    to: &UnixName,
    from: Option<&UnixName>,
    purpose: Purpose,
) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(signals::or_die(async {
        // The file goes before its folder: what is declared last is dropped first.
        let (_folder, from) = match from {
            Some(from) => (None, from.clone()),
            None => {
                let folder = PrivateFolder::new(&env::temp_dir(), rand::random());
                let folder = folder.map_err(|error| say::failure("make a folder for the answers", &error))?;
                let socket = folder.socket();
                (Some(folder), socket)
            }
        };
        let connected = connect_unix(to, Some(&from), SocketType::DGRAM);
        let connected = connected.map_err(|error| say::cannot_use_name(to, &error))?;
        let _file = connected.file;
        if plan.verbose {
            say::at_name("Bound", &from);
        }
        match purpose {
            Purpose::Relay => Ok(serve(&plan.relay, &stdio()?, endpoint(connected.socket)?).await),
            Purpose::Scan | Purpose::Pass => use_connection(plan, purpose, connected.socket),
        }
    }))
}
