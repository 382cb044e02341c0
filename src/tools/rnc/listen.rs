//! `rnc -l`: listening for streams.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use super::access::access;
use super::plan::{Plan, Port, Task};
use super::ready::Ready;
use super::run::runtime;
use super::serve::Server;
use super::{names, say};
use crate::cli::{Exit, Failure};
use crate::net::{Listener, Place, UnixName, is_exhausted};
use crate::proto::relay::Access;
use crate::tools::signals;

/// Waits for a TCP client and serves it; with `keep` for ever more of them.
pub(super) fn tcp(
    plan: &Rc<Plan>,
    host: Option<&str>,
    port: &Port,
    keep: bool,
    ready: Ready,
) -> Result<Exit, Failure> {
    let place = names::place(plan, host, names::port(plan, port)?)?;
    let access = access(plan)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let listener = Listener::tcp(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    runtime.block_on(async {
        ready.at(plan, "Listening", place, listener.address()).await?;
        let door = Door::new(listener, Entrance::Tcp(place), access, plan.verbose);
        let serving = Server::new(plan, keep)?.run(door);
        match plan.serve.task {
            // Commands have to be told when this ends.
            Task::Exec(_) => signals::or_die(serving).await,
            Task::Relay | Task::Broker => serving.await,
        }
    })
}

/// The same at a UNIX-domain name.
pub(super) fn unix(plan: &Rc<Plan>, name: &UnixName, keep: bool, ready: Ready) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(signals::or_die(async {
        let listener = Listener::unix(name).map_err(|error| say::cannot_listen(&error))?;
        ready.at_name(plan, &["Bound", "Listening"], name)?;
        let entrance = Entrance::Unix(name.clone());
        let door = Door::new(listener, entrance, Access::default(), plan.verbose);
        Server::new(plan, keep)?.run(door).await
    }))
}

/// Where clients come in, if they may.
pub(super) struct Door {
    listener: Listener,
    entrance: Rc<Entrance>,
    access: Access,
    verbose: bool,
    /// Whether it has been said that there is no room.
    full: bool,
}

/// What is known of where a client came in.
pub(super) enum Entrance {
    Tcp(Place),
    Unix(UnixName),
}

/// Somebody who has come in.
pub(super) struct Client {
    pub(super) socket: OwnedFd,
    /// None at a UNIX-domain name.
    pub(super) from: Option<SocketAddr>,
    entrance: Rc<Entrance>,
}

impl Door {
    fn new(listener: Listener, entrance: Entrance, access: Access, verbose: bool) -> Self {
        Self {
            listener,
            entrance: Rc::new(entrance),
            access,
            verbose,
            full: false,
        }
    }

    /// The next one who may come in. When the system has no room for another connection, it is tried again after
    /// a while, or at once when this is called anew. Cancel-safe.
    ///
    /// # Errors
    /// When nobody can come in any more.
    pub(super) async fn next(&mut self) -> Result<Client, Failure> {
        loop {
            match self.listener.accept().await {
                Ok((_, Some(from))) if !self.access.admits(from.ip()) => {
                    if let (true, Entrance::Tcp(place)) = (self.verbose, &*self.entrance) {
                        say::denied(*place, from);
                    }
                }
                Ok((socket, from)) => {
                    let entrance = Rc::clone(&self.entrance);
                    return Ok(Client {
                        socket,
                        from,
                        entrance,
                    });
                }
                Err(error) if is_exhausted(&error) => {
                    if !self.full {
                        say::exhausted(&error);
                    }
                    self.full = true;
                    tokio::time::sleep(PATIENCE).await;
                }
                Err(error) => return Err(say::failure("accept", &error)),
            }
        }
    }
}

impl Client {
    /// Says who it is.
    pub(super) async fn announce(&self, plan: &Plan) {
        match (&*self.entrance, self.from) {
            (Entrance::Tcp(place), Some(from)) => say::received(plan, *place, from).await,
            (Entrance::Tcp(_), None) => {}
            (Entrance::Unix(name), _) => say::at_name("Connection received", name),
        }
    }
}

/// Until there may be room again.
const PATIENCE: Duration = Duration::from_millis(250);
