//! The clients of a UDP relay: each with a socket towards the server, and fates of its own.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::getsockname;
use tokio::io::unix::AsyncFd;
use tokio::task::AbortHandle;

use super::{Aliases, Direction, RelayNews, Route};
use crate::net::descriptors::make_room_for;
use crate::net::udp::{Trains, widen};
use crate::net::{DialError, Transport, dial, sys};
use crate::proto::Instant;
use crate::proto::link::Fates;

/// Somebody who has sent something.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) address: SocketAddr,
    /// Connected to the server.
    pub(super) socket: AsyncFd<OwnedFd>,
    pub(super) trains: RefCell<Trains>,
    up: RefCell<Fates>,
    down: RefCell<Fates>,
    latest: Cell<Instant>,
}

impl Client {
    pub(super) fn fates(&self, direction: Direction) -> &RefCell<Fates> {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    /// It is there.
    pub(super) fn note(&self, now: Instant) {
        self.latest.set(now);
    }
}

/// All that are known. Their number is bounded: who was quiet longest makes room, and gets a new socket, hence a new
/// port, on speaking again.
#[derive(Debug)]
pub(super) struct Clients {
    table: HashMap<SocketAddr, Entry>,
    most: usize,
    came: u64,
}

#[derive(Debug)]
struct Entry {
    client: Rc<Client>,
    reader: AbortHandle,
    /// What the server knows it by.
    alias: Option<(Aliases, SocketAddr)>,
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some((aliases, alias)) = &self.alias {
            aliases.remove(*alias);
        }
        self.reader.abort();
    }
}

impl Clients {
    pub(super) fn new() -> Self {
        Self {
            table: HashMap::new(),
            most: make_room_for(MOST_CLIENTS),
            came: 0,
        }
    }

    pub(super) fn came(&self) -> u64 {
        self.came
    }

    pub(super) fn get(&self, address: SocketAddr) -> Option<Rc<Client>> {
        self.table.get(&address).map(|entry| Rc::clone(&entry.client))
    }

    pub(super) fn all(&self) -> Vec<Rc<Client>> {
        let clients = self.table.values();
        clients.map(|entry| Rc::clone(&entry.client)).collect()
    }

    /// A new one; `read` starts what reads its socket.
    pub(super) fn add(
        &mut self,
        route: &Route,
        address: SocketAddr,
        now: Instant,
        read: impl FnOnce(Rc<Client>) -> AbortHandle,
    ) -> io::Result<Rc<Client>> {
        if self.table.len() >= self.most {
            self.forget_quietest();
        }
        let socket = match towards(route) {
            // Others have taken the descriptors that were left.
            Err(error) if is_full(&error) && self.forget_quietest() => towards(route)?,
            socket => socket?,
        };
        self.adopt(route, address, socket, now, read)
    }

    /// A new one who has a socket towards the server.
    pub(super) fn adopt(
        &mut self,
        route: &Route,
        address: SocketAddr,
        socket: OwnedFd,
        now: Instant,
        read: impl FnOnce(Rc<Client>) -> AbortHandle,
    ) -> io::Result<Rc<Client>> {
        let number = self.came;
        self.came += 1;
        let fates = |direction: Direction| RefCell::new(Fates::of(direction.seed(route.seed), number));
        let client = Rc::new(Client {
            address,
            socket: sys::watch(socket).map_err(|(_, error)| error)?,
            trains: RefCell::default(),
            up: fates(Direction::Up),
            down: fates(Direction::Down),
            latest: Cell::new(now),
        });
        let alias = getsockname(&client.socket)?.try_into().ok();
        if let Some(alias) = alias {
            route.aliases.add(alias, address);
        }
        let reader = read(Rc::clone(&client));
        let entry = Entry {
            client: Rc::clone(&client),
            reader,
            alias: alias.map(|alias| (route.aliases.clone(), alias)),
        };
        self.table.insert(address, entry);
        route.tell(RelayNews::Client(address));
        Ok(client)
    }

    /// Forgets who was quiet for so long.
    pub(super) fn forget(&mut self, now: Instant, idle: Duration) {
        self.table
            .retain(|_, entry| now.since(entry.client.latest.get()) < idle);
    }

    /// Whether there was one.
    fn forget_quietest(&mut self) -> bool {
        let quietest = self
            .table
            .iter()
            .min_by_key(|(_, entry)| entry.client.latest.get());
        let Some(address) = quietest.map(|(address, _)| *address) else {
            return false;
        };
        self.table.remove(&address).is_some()
    }
}

/// A socket from which the server is reached.
fn towards(route: &Route) -> io::Result<OwnedFd> {
    let to = *route.targets.first().ok_or(Errno::DESTADDRREQ)?;
    let socket = dial(Transport::Udp, to, route.origin, &route.options, None).map_err(|error| {
        let source = match error {
            DialError::Socket(source)
            | DialError::Bind(source)
            | DialError::Option { source, .. }
            | DialError::Refused { source, .. } => source,
            DialError::TimedOut { .. } => io::ErrorKind::TimedOut.into(),
        };
        let again = source
            .raw_os_error()
            .map_or_else(|| source.kind().into(), io::Error::from_raw_os_error);
        route.tell(RelayNews::Unreachable { to, error: again });
        source
    })?;
    prepare(&socket)?;
    Ok(socket)
}

/// What is lost is to be lost by chance, and not in a socket: as much room as the system gives.
pub(super) fn prepare(socket: &OwnedFd) -> io::Result<()> {
    widen(socket, SOCKET_BUFFER)?;
    // One by one they come too.
    let _ = sys::join_trains(socket.as_fd());
    Ok(())
}

fn is_full(error: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM]
        .iter()
        .any(|full| error.raw_os_error() == Some(full.raw_os_error()))
}

const MOST_CLIENTS: usize = 10_000;
pub(super) const SOCKET_BUFFER: usize = 4 << 20;
