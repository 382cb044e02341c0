//! The relay of datagrams.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::unix::AsyncFd;
use tokio::task::{AbortHandle, LocalSet, spawn_local};

use super::client::{Client, Clients, prepare};
use super::way::Way;
use super::{Direction, RelayTally, Route};
use crate::net::{Clock, sys};

/// Relays between whoever sends to `socket` and the server, until the future is dropped. Needs a tokio runtime.
///
/// # Errors
/// Those of receiving from `socket`. A datagram that cannot be sent is lost, like many others.
pub async fn relay_udp(clock: Clock, socket: OwnedFd, route: Route, tally: &RelayTally) -> io::Result<()> {
    relay_until(clock, socket, None, route, tally, pending()).await
}

/// The same until it is told to end; then what was sent in that direction goes on its way first. With a client who
/// has a socket towards the server already.
pub(super) async fn relay_until(
    clock: Clock,
    socket: OwnedFd,
    adopted: Option<(SocketAddr, OwnedFd)>,
    route: Route,
    tally: &RelayTally,
    end: impl Future<Output = Direction>,
) -> io::Result<()> {
    rustix::io::ioctl_fionbio(&socket, true)?;
    prepare(&socket)?;
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
        if let Some((address, socket)) = adopted {
            hub.adopt(address, socket)?;
        }
        let note = || hub.note();
        let last = async {
            let direction = end.await;
            hub.drain(&front, direction).await;
        };
        tokio::select! {
            end = hub.listen(&front) => match end? {},
            () = hub.up.run(&note) => Ok(()),
            () = hub.down.run(&note) => Ok(()),
            () = hub.forget() => Ok(()),
            () = last => Ok(()),
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
        if !self.route.access.admits(address.ip()) {
            return None;
        }
        let now = self.clock.now();
        clients.add(&self.route, address, now, self.reader()).ok()
    }

    /// Somebody who has a socket towards the server already.
    fn adopt(self: &Rc<Self>, address: SocketAddr, socket: OwnedFd) -> io::Result<()> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        prepare(&socket)?;
        let mut clients = self.clients.borrow_mut();
        clients.adopt(&self.route, address, socket, self.clock.now(), self.reader())?;
        Ok(())
    }

    fn reader(self: &Rc<Self>) -> impl FnOnce(Rc<Client>) -> AbortHandle {
        let hub = Rc::clone(self);
        |client| spawn_local(async move { hub.read(client).await }).abort_handle()
    }

    /// Waits until everything that was sent one way has left.
    async fn drain(self: &Rc<Self>, front: &AsyncFd<OwnedFd>, direction: Direction) {
        loop {
            let (way, came) = match direction {
                Direction::Up => {
                    let whose = |from: Option<SocketAddr>| self.client(from?);
                    (&self.up, self.up.take_now(front, whose).await.0)
                }
                Direction::Down => {
                    let clients = self.clients.borrow().all();
                    let mut came = false;
                    for client in clients {
                        let whose = |_| Some(Rc::clone(&client));
                        came |= self.down.take_now(&client.socket, whose).await.0;
                    }
                    (&self.down, came)
                }
            };
            if !came && way.is_empty() {
                return self.note();
            }
            if !came {
                tokio::time::sleep(LOOK).await;
            }
        }
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
/// How often it is looked whether all has left.
const LOOK: Duration = Duration::from_millis(1);
const SHORTEST_IDLE: Duration = Duration::from_millis(1);
