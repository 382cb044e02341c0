//! One direction of a UDP relay: datagrams are taken from sockets, and sent on when they arrive.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use rustix::net::{SendFlags, send, sendto};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Mutex, Notify};

use super::client::Client;
use super::{Direction, Route};
use crate::net::udp::Trains;
use crate::net::{Clock, sys};
use crate::proto::Machine;
use crate::proto::link::{Chaos, Tally};

/// One direction, for all clients: they share its line.
#[derive(Debug)]
pub(super) struct Way {
    direction: Direction,
    clock: Clock,
    /// The socket that the clients know.
    front: Rc<AsyncFd<OwnedFd>>,
    front_trains: RefCell<Trains>,
    chaos: RefCell<Chaos<Rc<Client>>>,
    harmless: bool,
    /// Whoever has it moves datagrams, so that they keep their order.
    desk: Mutex<Desk>,
    /// Something arrives sooner than was thought.
    sooner: Notify,
    refused: Cell<u64>,
}

/// Where datagrams lie while they are moved.
#[derive(Debug)]
struct Desk {
    room: Box<[u8]>,
    arrived: Vec<u8>,
    places: Vec<(Rc<Client>, Range<usize>)>,
}

impl Way {
    pub(super) fn new(
        direction: Direction,
        clock: Clock,
        route: &Route,
        front: Rc<AsyncFd<OwnedFd>>,
    ) -> Self {
        Self {
            direction,
            clock,
            front,
            front_trains: RefCell::default(),
            chaos: RefCell::new(Chaos::new(route.spec, direction.seed(route.seed))),
            harmless: route.spec.is_harmless(),
            desk: Mutex::new(Desk {
                room: vec![0; LONGEST_TRAIN].into_boxed_slice(),
                arrived: Vec::new(),
                places: Vec::new(),
            }),
            sooner: Notify::new(),
            refused: Cell::new(0),
        }
    }

    /// What became of the datagrams, and how many of them nobody took.
    pub(super) fn tally(&self) -> (Tally, u64) {
        (self.chaos.borrow().tally(), self.refused.get())
    }

    /// Waits until something has come to `socket`, and takes it; `client` says whose it is.
    pub(super) async fn take(
        &self,
        socket: &AsyncFd<OwnedFd>,
        client: impl Fn(Option<SocketAddr>) -> Option<Rc<Client>>,
    ) -> io::Result<()> {
        // A refusal makes a socket neither readable nor writable.
        let mut ready = socket.ready(Interest::READABLE | Interest::ERROR).await?;
        if self.take_now(socket, client).await.1 {
            ready.clear_ready();
        }
        Ok(())
    }

    /// Takes what has come: whether there was something, and whether nothing is left.
    pub(super) async fn take_now(
        &self,
        socket: &AsyncFd<OwnedFd>,
        client: impl Fn(Option<SocketAddr>) -> Option<Rc<Client>>,
    ) -> (bool, bool) {
        let mut desk = self.desk.lock().await;
        let desk = &mut *desk;
        let (mut came, mut is_empty) = (false, false);
        for _ in 0..MOST_CALLS {
            let train = match sys::receive_train(socket.get_ref().as_fd(), &mut desk.room) {
                Ok(train) => train,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    is_empty = true;
                    break;
                }
                // News of what was sent earlier.
                Err(_) => {
                    self.refused.set(self.refused.get() + 1);
                    continue;
                }
            };
            came = true;
            let bytes = desk.room.get(..train.length).unwrap_or_default();
            let count = bytes.len().div_ceil(train.segment.max(1)).max(1);
            let Some(client) = client(train.from) else {
                self.refused.set(self.refused.get() + count as u64);
                continue;
            };
            let now = self.clock.now();
            client.note(now);
            let places = (0..count).map(|index| {
                let start = index * train.segment;
                start..bytes.len().min(start + train.segment)
            });
            if self.harmless {
                desk.places.clear();
                desk.places
                    .extend(places.map(|place| (Rc::clone(&client), place)));
                for (_, place) in &desk.places {
                    self.chaos.borrow_mut().note_passed(place.len());
                }
                self.send(&desk.room, &desk.places).await;
            } else {
                let mut fates = client.fates(self.direction).borrow_mut();
                let mut chaos = self.chaos.borrow_mut();
                for place in places {
                    let datagram = bytes.get(place).unwrap_or_default();
                    chaos.send(now, &mut fates, Rc::clone(&client), datagram);
                }
            }
        }
        if !self.harmless {
            self.deliver(desk).await;
            self.sooner.notify_one();
        }
        (came, is_empty)
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.chaos.borrow().flying() == 0
    }

    /// Sends on what arrives, when it arrives, for ever; `note` is called each time.
    pub(super) async fn run(&self, note: &dyn Fn()) {
        loop {
            let next = self.chaos.borrow().poll_timeout();
            let arrival = async {
                match next {
                    Some(next) => self.clock.sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.sooner.notified() => continue,
                () = arrival => {}
            }
            let mut desk = self.desk.lock().await;
            self.deliver(&mut desk).await;
            note();
        }
    }

    /// Sends on what has arrived.
    async fn deliver(&self, desk: &mut Desk) {
        loop {
            desk.arrived.clear();
            desk.places.clear();
            {
                let mut chaos = self.chaos.borrow_mut();
                chaos.handle_timeout(self.clock.now());
                while desk.places.len() < sys::LONGEST_TRAIN {
                    let start = desk.arrived.len();
                    let Some(client) = chaos.poll_output(&mut desk.arrived) else {
                        break;
                    };
                    desk.places.push((client, start..desk.arrived.len()));
                }
            }
            if desk.places.is_empty() {
                return;
            }
            self.send(&desk.arrived, &desk.places).await;
        }
    }

    /// Sends datagrams that lie in `bytes`: those of one client and one size together.
    async fn send(&self, bytes: &[u8], places: &[(Rc<Client>, Range<usize>)]) {
        for group in places.chunk_by(|(a, _), (b, _)| Rc::ptr_eq(a, b)) {
            let Some((client, _)) = group.first() else {
                continue;
            };
            let (socket, to, trains) = match self.direction {
                Direction::Up => (&client.socket, None, &client.trains),
                Direction::Down => (&*self.front, Some(client.address), &self.front_trains),
            };
            let mut rest = group;
            while !rest.is_empty() {
                let together = trains.borrow().next(rest.iter().map(|(_, place)| place.len()));
                let (now, after) = rest.split_at(together.clamp(1, rest.len()));
                rest = after;
                let pieces = now
                    .iter()
                    .map(|(_, place)| bytes.get(place.clone()).unwrap_or_default());
                let pieces: Vec<IoSlice<'_>> = pieces.map(IoSlice::new).collect();
                let left = |result: io::Result<bool>| result.map(|sent| !sent);
                let train = || left(trains.borrow_mut().send(socket.as_fd(), to, &pieces));
                if pieces.len() > 1 && !self.attempt(socket, pieces.len(), train).await {
                    continue;
                }
                for piece in &pieces {
                    self.attempt(socket, 1, || send_one(socket.as_fd(), to, piece))
                        .await;
                }
            }
        }
    }

    /// Sends `count` datagrams when there is room for them. Whether they still have to be sent.
    async fn attempt(
        &self,
        socket: &AsyncFd<OwnedFd>,
        count: usize,
        mut send: impl FnMut() -> io::Result<bool>,
    ) -> bool {
        let mut first = true;
        loop {
            match send() {
                Ok(left) => return left,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => match socket.writable().await {
                    Ok(mut ready) => ready.clear_ready(),
                    Err(_) => first = false,
                },
                // It may be the news that an earlier datagram did not arrive.
                Err(_) if first => first = false,
                Err(_) => {
                    self.refused.set(self.refused.get() + count as u64);
                    return false;
                }
            }
        }
    }
}

fn send_one(socket: BorrowedFd<'_>, to: Option<SocketAddr>, bytes: &[u8]) -> io::Result<bool> {
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    match to {
        Some(to) => sendto(socket, bytes, flags, &to)?,
        None => send(socket, bytes, flags)?,
    };
    Ok(false)
}

const LONGEST_TRAIN: usize = 64 << 10;
/// So that the other tasks have their turn.
const MOST_CALLS: usize = 32;
