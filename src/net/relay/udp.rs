//! The relay of datagrams.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::task::{LocalSet, spawn_local};

use super::client::{Client, Clients, SOCKET_BUFFER};
use super::way::Way;
use super::{Direction, RelayTally, Route};
use crate::net::udp::widen;
use crate::net::{Clock, sys};

/// Relays between whoever sends to `socket` and the server, until the future is dropped. Needs a tokio runtime.
///
/// # Errors
/// Those of receiving from `socket`. A datagram that cannot be sent is lost, like many others.
pub async fn relay_udp(clock: Clock, socket: OwnedFd, route: Route, tally: &RelayTally) -> io::Result<()> {
    rustix::io::ioctl_fionbio(&socket, true)?;
    // What is lost is lost by chance, and not in a socket: as much room as the system gives.
    widen(&socket, SOCKET_BUFFER)?;
    // One by one they come too.
    let _ = sys::join_trains(socket.as_fd());
    let front = Rc::new(sys::watch(socket).map_err(|(_, error)| error)?);
    let way = |direction| Way::new(direction, clock, &route, Rc::clone(&front));
    let hub = Rc::new(Hub {
        clock,
        up: way(Direction::Up),
        down: way(Direction::Down),
        clients: RefCell::new(Clients::new()),
        tally: tally.clone(),
        route,
    });
    let local = LocalSet::new();
    let run = async {
        let note = || hub.note();
        tokio::select! {
            end = hub.listen(&front) => match end? {},
            () = hub.up.run(&note) => Ok(()),
            () = hub.down.run(&note) => Ok(()),
            () = hub.forget() => Ok(()),
        }
    };
    local.run_until(run).await
}

#[derive(Debug)]
struct Hub {
    clock: Clock,
    route: Route,
    up: Way,
    down: Way,
    clients: RefCell<Clients>,
    tally: RelayTally,
}

impl Hub {
    async fn listen(self: &Rc<Self>, front: &AsyncFd<OwnedFd>) -> io::Result<Infallible> {
        loop {
            let whose = |from: Option<SocketAddr>| self.client(from?);
            self.up.take(front, whose).await?;
            self.note();
        }
    }

    /// The client at this address, who may be a new one. Without a way to the server, nobody.
    fn client(self: &Rc<Self>, address: SocketAddr) -> Option<Rc<Client>> {
        let mut clients = self.clients.borrow_mut();
        if let Some(known) = clients.get(address) {
            return Some(known);
        }
        let read = |client| {
            let hub = Rc::clone(self);
            spawn_local(async move { hub.read(client).await }).abort_handle()
        };
        clients.add(&self.route, address, self.clock.now(), read).ok()
    }

    /// Takes what the server sends to one client.
    async fn read(self: Rc<Self>, client: Rc<Client>) {
        let whose = |_| Some(Rc::clone(&client));
        while self.down.take(&client.socket, whose).await.is_ok() {
            self.note();
        }
    }

    /// Forgets clients who are quiet.
    async fn forget(&self) {
        let idle = self.route.idle.unwrap_or(IDLE).max(SHORTEST_IDLE);
        loop {
            self.clock.sleep_until(self.clock.now() + idle / 2).await;
            self.clients.borrow_mut().forget(self.clock.now(), idle);
        }
    }

    /// Shows the counters to others.
    fn note(&self) {
        let ((up, lost_up), (down, lost_down)) = (self.up.tally(), self.down.tally());
        let clients = self.clients.borrow().came();
        self.tally.note(|tallies| {
            *tallies = super::Tallies {
                clients,
                up,
                down,
                refused: lost_up + lost_down,
            };
        });
    }
}

/// RFC 4787, requirement 5: a mapping must not expire in less than two minutes, and should last for five.
const IDLE: Duration = Duration::from_secs(300);
const SHORTEST_IDLE: Duration = Duration::from_millis(1);
